//! Leases: which worker holds an operation, until when, and how it lets go.

use super::step;
use crate::{audit, environment, error::Answer, notice, row::Columns, sql::statements};
use chrono::{DateTime, Utc};
use model::{EnvironmentId, OperationId, environment::Health, fault::Conflict, operation::OperationStatus};
use ports::{
    StoreError,
    store::{NewAudit, Observation, OperationEnd, OperationRecord},
};
use sqlx::{PgConnection, PgPool, postgres::PgRow, types::Json};

statements! {
    CLAIM = "
        UPDATE operation SET status = 'running', started = coalesce(started, $2), worker = $1, lease_until = $3
        WHERE id = (
            SELECT id FROM operation
            WHERE status IN ('queued', 'running') AND (lease_until IS NULL OR lease_until <= $2)
            ORDER BY requested, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id";
    EXTEND = "UPDATE operation SET lease_until = $3 WHERE id = $1 AND worker = $2 AND status = 'running'";
    // What is held always runs; saying so lets Postgres use the index of active operations.
    HAND_BACK = "
        UPDATE operation SET worker = NULL, lease_until = NULL WHERE worker = $1 AND status = 'running' RETURNING id";
    ENVIRONMENT = "SELECT environment FROM operation WHERE id = $1";
    HOLDER = "SELECT worker FROM operation WHERE id = $1 FOR NO KEY UPDATE";
    FINISH = "
        UPDATE operation SET status = $2, cause = $3, finished = $4, worker = NULL, lease_until = NULL WHERE id = $1";
}

/// Lets nobody else take the operation beside this transaction, if this worker holds it.
pub(super) async fn insist(tx: &mut PgConnection, operation: OperationId, worker: &str) -> Answer<()> {
    let holder: Option<Option<String>> = HOLDER.scalar().bind(operation.0).fetch_optional(tx).await?;
    match holder.ok_or(StoreError::NotFound)? {
        Some(holder) if holder == worker => Ok(()),
        _ => Err(Conflict::ChangedMeanwhile.into()),
    }
}

pub(crate) async fn claim(
    pool: &PgPool,
    worker: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Answer<Option<OperationRecord>> {
    let mut tx = pool.begin().await?;
    let claimed = CLAIM.query().bind(worker).bind(now).bind(until);
    let Some(id) = claimed.try_map(|row: PgRow| row.id::<OperationId>("id")).fetch_optional(&mut *tx).await? else {
        return Ok(None);
    };
    let record = super::read(&mut tx, id).await?;
    notice::operation(&mut tx, id).await?;
    tx.commit().await?;
    Ok(record)
}

pub(crate) async fn extend(pool: &PgPool, operation: OperationId, worker: &str, until: DateTime<Utc>) -> Answer<bool> {
    let extended = EXTEND.query().bind(operation.0).bind(worker).bind(until).execute(pool).await?;
    Ok(extended.rows_affected() > 0)
}

pub(crate) async fn hand_back(pool: &PgPool, worker: &str) -> Answer<u64> {
    let mut tx = pool.begin().await?;
    let back = HAND_BACK.query().bind(worker);
    let back: Vec<OperationId> = back.try_map(|row: PgRow| row.id("id")).fetch_all(&mut *tx).await?;
    for operation in &back {
        notice::operation(&mut tx, *operation).await?;
    }
    tx.commit().await?;
    Ok(u64::try_from(back.len()).unwrap_or(u64::MAX))
}

pub(crate) async fn finish(pool: &PgPool, end: &OperationEnd, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    let environment = ENVIRONMENT.query().bind(end.operation.0);
    let environment: EnvironmentId =
        environment.try_map(|row: PgRow| row.id("environment")).fetch_one(&mut *tx).await?;
    // The environment first, as an operation that starts does: in another order the two could wait for each other.
    let before = environment::lock(&mut tx, environment).await?;
    insist(&mut tx, end.operation, &end.worker).await?;
    FINISH
        .query()
        .bind(end.operation.0)
        .bind(end.status.code())
        .bind(end.cause.as_ref().map(Json))
        .bind(end.at)
        .execute(&mut *tx)
        .await?;
    step::end_all(&mut tx, end.operation, end.status == OperationStatus::Succeeded, end.at).await?;
    environment::set_status(&mut tx, environment, end.environment_status).await?;
    environment::set_capacity(&mut tx, environment, end.desired, end.revision).await?;
    if let Some(health) = &end.health {
        let observation = Observation {
            doubts: 0,
            environment,
            health: health.clone(),
            reported_version: end.reported_version.clone(),
            // Only what was found out counts as a look; what was not is looked at next.
            checked: (*health != Health::NotChecked).then_some(end.at),
            at: end.at,
        };
        environment::set_health(&mut tx, &before, &observation).await?;
    }
    if let Some(receipt) = &end.receipt {
        environment::set_receipt(&mut tx, environment, receipt).await?;
    }
    audit::write(&mut tx, audit).await?;
    notice::operation(&mut tx, end.operation).await?;
    tx.commit().await?;
    Ok(())
}
