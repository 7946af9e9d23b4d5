//! Environments: making, listing, and what is known of them.

pub(crate) mod list;
pub(crate) mod resource;
pub(crate) mod revision;
pub(crate) mod secret;

use crate::{
    audit, cursor, draft,
    error::Answer,
    notice, operation,
    row::{Columns, Read, whole},
    sql::statements,
};
use chrono::{DateTime, Utc};
use model::{
    AccountId, EnvironmentId, TeamId,
    environment::{EnvironmentStatus, EnvironmentSummary, Health, LastOperation, Receipt},
    fault::Conflict,
    operation::{OperationKind, OperationStatus},
};
use ports::store::{Due, EnvironmentRecord, NewAudit, NewEnvironment, NewOperation, Observation};
use sqlx::{PgConnection, PgPool, Row, postgres::PgRow, types::Json};
use std::mem::discriminant;
use uuid::Uuid;

macro_rules! select {
    ($more:literal) => {
        concat!(
            "SELECT e.id, e.name, e.team, t.name AS team_name, e.account, a.name AS account_name, e.region, e.status,
                 e.health, e.health_since, e.checked, r.spec, e.desired, e.reported_version, e.created, p.name AS created_by,
                 o.id AS last_id, o.kind AS last_kind, o.status AS last_status, o.requested_by AS last_by_id,
                 o.requested AS last_at, o.requested_by_name AS last_by, coalesce(d.drifted, 0) AS drifted",
            $more,
            "
             FROM environment e
             JOIN team t ON t.id = e.team
             JOIN cloud_account a ON a.id = e.account
             JOIN person p ON p.id = e.created_by
             JOIN revision r ON r.environment = e.id AND r.number = e.revision
             LEFT JOIN environment_drift d ON d.environment = e.id
             LEFT JOIN LATERAL (
                 SELECT n.id, n.kind, n.status, n.requested_by, n.requested, q.name AS requested_by_name
                 FROM operation n JOIN person q ON q.id = n.requested_by
                 WHERE n.environment = e.id ORDER BY n.requested DESC, n.id DESC LIMIT 1
             ) o ON true "
        )
    };
}
pub(crate) use select;

macro_rules! record {
    () => {
        select!(", e.revision, e.stack_name, e.stack_id, e.outputs, e.llm_key, e.sign_in_secret, e.secrets, e.receipt, e.doubts")
    };
}

statements! {
    NAME_TAKEN = "
        SELECT EXISTS (
            SELECT FROM environment WHERE team = $1 AND lower(name) = lower($2) AND status <> 'deleted')";
    RANGES = "
        SELECT e.name, r.spec #>> '{network,cidr}' AS cidr
        FROM environment e JOIN revision r ON r.environment = e.id AND r.number = e.revision
        WHERE e.account = $1 AND e.region = $2 AND e.status <> 'deleted' AND r.spec #> '{network,existing}' IS NULL
        ORDER BY e.name, e.id";
    INSERT = "
        INSERT INTO environment
            (id, name, team, account, region, status, health, revision, stack_name, llm_key, sign_in_secret, secrets,
             created, changed, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14)";
    GET = record!(), "WHERE e.id = ANY($1)";
    // Looking at one with an operation would be for nothing: what is found is not kept. One that another replica takes at the
    // same time is locked or, just after, has been looked at.
    DUE = "
        UPDATE environment SET looked = $3
        WHERE id IN (
            SELECT e.id FROM environment e
            WHERE e.status = 'ready'
              AND (e.looked IS NULL OR e.looked < CASE WHEN e.doubts > 0 THEN $2::timestamptz ELSE $1::timestamptz END)
              AND NOT EXISTS (
                  SELECT FROM operation o WHERE o.environment = e.id AND o.status IN ('queued', 'running'))
              AND (e.account, e.region) NOT IN (SELECT * FROM unnest($4::uuid[], $5::text[]))
            ORDER BY e.looked NULLS FIRST, e.id LIMIT $6
            FOR NO KEY UPDATE SKIP LOCKED)
          AND (looked IS NULL OR looked < $3)
        RETURNING id";
    LOCK = "SELECT status, health, reported_version, revision FROM environment WHERE id = $1 FOR NO KEY UPDATE";
    SET_CHANGED = "UPDATE environment SET changed = greatest(changed, $2) WHERE id = $1";
    SET_CAPACITY = "
        UPDATE environment SET desired = coalesce($2, desired), revision = coalesce($3, revision) WHERE id = $1";
    SET_STATUS = "UPDATE environment SET status = $2 WHERE id = $1";
    SET_HEALTH = "
        UPDATE environment SET
            health = $2, health_since = CASE WHEN $3 THEN $4 ELSE health_since END,
            reported_version = coalesce($5, reported_version), checked = greatest($6, checked), looked = $8, doubts = $7
        WHERE id = $1";
    SET_RECEIPT = "UPDATE environment SET receipt = $2 WHERE id = $1";
}

fn summary(row: &PgRow) -> Read<EnvironmentSummary> {
    Ok(EnvironmentSummary {
        id: row.id("id")?,
        name: row.try_get("name")?,
        team: row.id("team")?,
        team_name: row.try_get("team_name")?,
        account: row.id("account")?,
        account_name: row.try_get("account_name")?,
        region: row.try_get("region")?,
        status: row.code("status", EnvironmentStatus::from_code)?,
        health: row.json("health")?,
        health_since: row.try_get("health_since")?,
        checked: row.try_get("checked")?,
        spec: row.json("spec")?,
        desired: row.count("desired")?,
        reported_version: row.try_get("reported_version")?,
        created: row.try_get("created")?,
        created_by: row.try_get("created_by")?,
        last_operation: last_operation(row)?,
        drifted: row.count("drifted")?,
    })
}

fn last_operation(row: &PgRow) -> Read<Option<LastOperation>> {
    let Some(id) = row.id_opt("last_id")? else { return Ok(None) };
    Ok(Some(LastOperation {
        id,
        kind: row.code("last_kind", OperationKind::from_code)?,
        status: row.code("last_status", OperationStatus::from_code)?,
        requested_by: row.try_get("last_by")?,
        requested_by_id: row.id_opt("last_by_id")?,
        at: row.try_get("last_at")?,
    }))
}

fn record(row: &PgRow) -> Read<EnvironmentRecord> {
    Ok(EnvironmentRecord {
        summary: summary(row)?,
        revision: row.count("revision")?,
        stack_name: row.try_get("stack_name")?,
        stack_id: row.try_get("stack_id")?,
        outputs: row.json("outputs")?,
        llm_key: row.json_opt("llm_key")?,
        sign_in_secret: row.json_opt("sign_in_secret")?,
        secrets: row.json("secrets")?,
        receipt: row.json_opt("receipt")?,
        doubts: row.count("doubts")?,
    })
}

/// What a change of an environment looks at before.
pub(crate) struct Locked {
    pub(crate) status: EnvironmentStatus,
    /// The revision in force.
    pub(crate) revision: u32,
    health: Health,
    reported_version: Option<String>,
}

fn locked(row: &PgRow) -> Read<Locked> {
    Ok(Locked {
        status: row.code("status", EnvironmentStatus::from_code)?,
        revision: row.count("revision")?,
        health: row.json("health")?,
        reported_version: row.try_get("reported_version")?,
    })
}

/// Lets no other change of this environment go on beside this transaction.
pub(crate) async fn lock(tx: &mut PgConnection, id: EnvironmentId) -> Answer<Locked> {
    Ok(LOCK.query().bind(id.0).try_map(|row| locked(&row)).fetch_one(tx).await?)
}

pub(crate) async fn set_status(tx: &mut PgConnection, id: EnvironmentId, status: EnvironmentStatus) -> Answer<()> {
    SET_STATUS.query().bind(id.0).bind(status.code()).execute(tx).await?;
    Ok(())
}

/// Keeps when the newest operation was asked for.
pub(crate) async fn set_changed(tx: &mut PgConnection, id: EnvironmentId, at: DateTime<Utc>) -> Answer<()> {
    SET_CHANGED.query().bind(id.0).bind(at).execute(tx).await?;
    Ok(())
}

/// Keeps how many tasks AWS was told to run, and which revision is in force, where that has changed.
pub(crate) async fn set_capacity(
    tx: &mut PgConnection,
    id: EnvironmentId,
    desired: Option<u32>,
    revision: Option<u32>,
) -> Answer<()> {
    SET_CAPACITY.query().bind(id.0).bind(desired.map(whole)).bind(revision.map(whole)).execute(tx).await?;
    Ok(())
}

pub(crate) async fn set_receipt(tx: &mut PgConnection, id: EnvironmentId, receipt: &Receipt) -> Answer<()> {
    SET_RECEIPT.query().bind(id.0).bind(Json(receipt)).execute(tx).await?;
    Ok(())
}

/// What a change did to an environment's health.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum HealthChange {
    /// Nothing that anybody sees.
    None,
    /// A detail.
    Detail,
    /// It is of another kind.
    Kind,
}

/// Keeps what was found out about an environment that is locked.
pub(crate) async fn set_health(
    tx: &mut PgConnection,
    before: &Locked,
    observation: &Observation,
) -> Answer<HealthChange> {
    let change = if discriminant(&before.health) != discriminant(&observation.health) {
        HealthChange::Kind
    } else if before.health != observation.health
        || observation.reported_version.as_ref().is_some_and(|new| before.reported_version.as_ref() != Some(new))
    {
        HealthChange::Detail
    } else {
        HealthChange::None
    };
    SET_HEALTH
        .query()
        .bind(observation.environment.0)
        .bind(Json(&observation.health))
        .bind(change == HealthChange::Kind)
        .bind(observation.at)
        .bind(&observation.reported_version)
        .bind(observation.checked)
        .bind(i32::try_from(observation.doubts).unwrap_or(i32::MAX))
        .bind(observation.looked())
        .execute(tx)
        .await?;
    Ok(change)
}

pub(crate) async fn name_taken(pool: &PgPool, team: TeamId, name: &str) -> Answer<bool> {
    if !cursor::is_storable(name) {
        return Ok(false);
    }
    Ok(NAME_TAKEN.scalar().bind(team.0).bind(name).fetch_one(pool).await?)
}

pub(crate) async fn ranges(pool: &PgPool, account: AccountId, region: &str) -> Answer<Vec<(String, String)>> {
    if !cursor::is_storable(region) {
        return Ok(Vec::new());
    }
    let ranges = RANGES.query().bind(account.0).bind(region);
    Ok(ranges.try_map(|row| Ok((row.try_get("name")?, row.try_get("cidr")?))).fetch_all(pool).await?)
}

pub(crate) async fn create(pool: &PgPool, new: &NewEnvironment, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    // Two posts of the same draft wait for each other here; the second finds it gone.
    if !draft::take(&mut tx, new.draft, new.created_by).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    INSERT
        .query()
        .bind(new.id.0)
        .bind(&new.name)
        .bind(new.team.0)
        .bind(new.account.0)
        .bind(&new.region)
        .bind(EnvironmentStatus::Creating.code())
        .bind(Json(Health::NotChecked))
        .bind(revision::FIRST)
        .bind(&new.stack_name)
        .bind(new.llm_key.as_ref().map(Json))
        .bind(new.sign_in_secret.as_ref().map(Json))
        .bind(Json(&new.secrets))
        .bind(new.created)
        .bind(new.created_by.0)
        .execute(&mut *tx)
        .await?;
    revision::insert_first(&mut tx, new).await?;
    let first = NewOperation {
        id: new.operation,
        environment: new.id,
        kind: OperationKind::Create,
        requested_by: new.created_by,
        requested: new.created,
        delete_options: None,
        retry_of: None,
        desired: None,
        revision: None,
        new_revision: None,
        done: Vec::new(),
        environment_status: EnvironmentStatus::Creating,
        allowed_from: Vec::new(),
    };
    operation::insert(&mut tx, &first, None).await?;
    audit::write(&mut tx, audit).await?;
    notice::operation(&mut tx, new.operation).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn get(pool: &PgPool, id: EnvironmentId) -> Answer<Option<EnvironmentRecord>> {
    Ok(records(pool, vec![id.0]).await?.pop())
}

/// Several at once, in no order.
pub(crate) async fn records(pool: &PgPool, ids: Vec<Uuid>) -> Answer<Vec<EnvironmentRecord>> {
    Ok(GET.query().bind(ids).try_map(|row| record(&row)).fetch_all(pool).await?)
}

pub(crate) async fn due(pool: &PgPool, due: &Due) -> Answer<Vec<EnvironmentRecord>> {
    let (accounts, regions): (Vec<Uuid>, Vec<&str>) =
        due.except.iter().map(|(account, region)| (account.0, region.as_str())).unzip();
    let taken = DUE
        .scalar()
        .bind(due.before)
        .bind(due.doubted_before)
        .bind(due.at)
        .bind(accounts)
        .bind(regions)
        .bind(i64::from(due.limit))
        .fetch_all(pool)
        .await?;
    records(pool, taken).await
}

pub(crate) async fn observe(pool: &PgPool, observation: &Observation, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    let before = lock(&mut tx, observation.environment).await?;
    // Asked after the lock, which an operation that starts takes too.
    if before.status == EnvironmentStatus::Deleted || operation::is_active(&mut tx, observation.environment).await? {
        return Ok(());
    }
    let change = set_health(&mut tx, &before, observation).await?;
    if change == HealthChange::Kind {
        audit::write(&mut tx, audit).await?;
    }
    if change != HealthChange::None {
        notice::environment(&mut tx, observation.environment).await?;
    }
    tx.commit().await?;
    Ok(())
}
