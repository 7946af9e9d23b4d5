//! Cloud accounts.

use crate::{
    audit,
    error::{Answer, found},
    row::{Columns, Read},
    sql::statements,
};
use model::{AccountId, account::CloudAccount, page::COUNT_LIMIT};
use ports::store::NewAudit;
use sqlx::{PgPool, Row, postgres::PgRow};
use std::collections::BTreeMap;

macro_rules! columns {
    () => {
        "SELECT id, name, aws_account, role_arn, external_id, stack_role_arn, regions, disabled, created
         FROM cloud_account "
    };
}

statements! {
    LIST = columns!(), "ORDER BY lower(name), id";
    GET = columns!(), "WHERE id = $1";
    INSERT = "
        INSERT INTO cloud_account
            (id, name, aws_account, role_arn, external_id, stack_role_arn, regions, disabled, created)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    SET_REGIONS = "UPDATE cloud_account SET regions = $2 WHERE id = $1";
    ENVIRONMENTS = "
        SELECT a.id, (
            SELECT count(*) FROM (
                SELECT FROM environment e WHERE e.account = a.id AND e.status <> 'deleted' LIMIT $1) AS live
        )::integer AS environments
        FROM cloud_account a";
    SET_DISABLED = "UPDATE cloud_account SET disabled = $2 WHERE id = $1";
}

fn account(row: &PgRow) -> Read<CloudAccount> {
    Ok(CloudAccount {
        id: row.id("id")?,
        name: row.try_get("name")?,
        aws_account: row.try_get("aws_account")?,
        role_arn: row.try_get("role_arn")?,
        external_id: row.try_get("external_id")?,
        stack_role_arn: row.try_get("stack_role_arn")?,
        regions: row.try_get("regions")?,
        disabled: row.try_get("disabled")?,
        created: row.try_get("created")?,
    })
}

pub(crate) async fn list(pool: &PgPool) -> Answer<Vec<CloudAccount>> {
    Ok(LIST.query().try_map(|row| account(&row)).fetch_all(pool).await?)
}

pub(crate) async fn get(pool: &PgPool, id: AccountId) -> Answer<Option<CloudAccount>> {
    Ok(GET.query().bind(id.0).try_map(|row| account(&row)).fetch_optional(pool).await?)
}

pub(crate) async fn create(pool: &PgPool, account: &CloudAccount, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    INSERT
        .query()
        .bind(account.id.0)
        .bind(&account.name)
        .bind(&account.aws_account)
        .bind(&account.role_arn)
        .bind(&account.external_id)
        .bind(&account.stack_role_arn)
        .bind(&account.regions)
        .bind(account.disabled)
        .bind(account.created)
        .execute(&mut *tx)
        .await?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn set_disabled(pool: &PgPool, id: AccountId, disabled: bool, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    found(&SET_DISABLED.query().bind(id.0).bind(disabled).execute(&mut *tx).await?)?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn set_regions(pool: &PgPool, id: AccountId, regions: &[String], audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    found(&SET_REGIONS.query().bind(id.0).bind(regions).execute(&mut *tx).await?)?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}

/// How many live environments each account has.
pub(crate) async fn environments(pool: &PgPool) -> Answer<BTreeMap<AccountId, u32>> {
    let rows = ENVIRONMENTS.query().bind(i64::from(COUNT_LIMIT));
    let counts: Vec<(AccountId, u32)> =
        rows.try_map(|row: PgRow| Ok((row.id("id")?, row.count("environments")?))).fetch_all(pool).await?;
    Ok(counts.into_iter().collect())
}
