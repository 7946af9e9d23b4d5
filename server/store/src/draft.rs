//! Drafts: what somebody typed into the create form.

use crate::{
    audit,
    error::{Answer, found},
    row::{Columns, Read},
    sql::statements,
};
use chrono::{DateTime, Utc};
use model::{DraftId, PersonId};
use ports::{
    StoreError,
    store::{DraftRecord, NewAudit},
};
use sqlx::{PgConnection, PgPool, Row, postgres::PgRow, types::Json};

macro_rules! columns {
    () => {
        "SELECT id, owner, form, errors, llm_key, sign_in_secret, secrets, updated FROM draft "
    };
}

statements! {
    PUT = "
        INSERT INTO draft (id, owner, form, errors, llm_key, sign_in_secret, secrets, updated)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (id) DO UPDATE SET
            form = excluded.form, errors = excluded.errors, llm_key = excluded.llm_key,
            sign_in_secret = excluded.sign_in_secret, secrets = excluded.secrets,
            updated = excluded.updated
        WHERE draft.owner = excluded.owner";
    BECAME_ENVIRONMENT = "SELECT EXISTS (SELECT FROM environment WHERE id = $1)";
    GET = columns!(), "WHERE id = $1";
    STALE = columns!(), "WHERE updated < $1 ORDER BY updated, id LIMIT 100";
    DELETE = "DELETE FROM draft WHERE id = $1";
    TAKE = "DELETE FROM draft WHERE id = $1 AND owner = $2";
}

fn draft(row: &PgRow) -> Read<DraftRecord> {
    Ok(DraftRecord {
        id: row.id("id")?,
        owner: row.id("owner")?,
        form: row.json("form")?,
        errors: row.json("errors")?,
        llm_key: row.json_opt("llm_key")?,
        sign_in_secret: row.json_opt("sign_in_secret")?,
        secrets: row.json("secrets")?,
        updated: row.try_get("updated")?,
    })
}

pub(crate) async fn put(pool: &PgPool, draft: &DraftRecord, audit: Option<&NewAudit>) -> Answer<()> {
    let mut tx = pool.begin().await?;
    let put = PUT
        .query()
        .bind(draft.id.0)
        .bind(draft.owner.0)
        .bind(Json(&draft.form))
        .bind(Json(&draft.errors))
        .bind(draft.llm_key.as_ref().map(Json))
        .bind(draft.sign_in_secret.as_ref().map(Json))
        .bind(Json(&draft.secrets))
        .bind(draft.updated);
    found(&put.execute(&mut *tx).await?)?;
    // Asked after the write, which waits for a creation of the same draft: one that came to life again beside its
    // environment would take the environment's key with it when it grows stale.
    if BECAME_ENVIRONMENT.scalar().bind(draft.id.0).fetch_one(&mut *tx).await? {
        return Err(StoreError::NotFound.into());
    }
    audit::write_some(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn get(pool: &PgPool, id: DraftId) -> Answer<Option<DraftRecord>> {
    Ok(GET.query().bind(id.0).try_map(|row| draft(&row)).fetch_optional(pool).await?)
}

pub(crate) async fn stale(pool: &PgPool, before: DateTime<Utc>) -> Answer<Vec<DraftRecord>> {
    Ok(STALE.query().bind(before).try_map(|row| draft(&row)).fetch_all(pool).await?)
}

pub(crate) async fn delete(pool: &PgPool, id: DraftId, audit: Option<&NewAudit>) -> Answer<()> {
    let mut tx = pool.begin().await?;
    found(&DELETE.query().bind(id.0).execute(&mut *tx).await?)?;
    audit::write_some(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}

/// Removes a draft that becomes an environment. Whether it was there.
pub(crate) async fn take(tx: &mut PgConnection, id: DraftId, owner: PersonId) -> Answer<bool> {
    Ok(TAKE.query().bind(id.0).bind(owner.0).execute(tx).await?.rows_affected() > 0)
}
