//! The steps of an operation. Only the worker that holds the operation may change them.

use super::lease;
use crate::{
    error::Answer,
    notice,
    row::{Columns, Read},
    sql::statements,
};
use chrono::{DateTime, Utc};
use model::{
    OperationId,
    operation::{Step, StepKind, StepStatus},
};
use ports::{StoreError, store::NewOperation};
use serde_json::Value;
use sqlx::{PgConnection, PgPool, Row, postgres::PgRow, types::Json};

statements! {
    INSERT = "
        INSERT INTO operation_step (operation, kind, position, status)
        SELECT $1, kind, position, CASE WHEN kind = ANY($3) THEN 'succeeded' ELSE 'waiting' END
        FROM unnest($2::text[]) WITH ORDINALITY AS step (kind, position)";
    LIST = "
        SELECT kind, status, started, finished, attempts FROM operation_step WHERE operation = $1 ORDER BY position";
    BEGIN = "
        UPDATE operation_step SET
            status = 'running', started = coalesce(started, $3), finished = NULL, attempts = attempts + 1
        WHERE operation = $1 AND kind = $2 RETURNING output";
    NOTE = "UPDATE operation_step SET output = $3 WHERE operation = $1 AND kind = $2 RETURNING kind";
    END = "UPDATE operation_step SET status = $3, finished = $4 WHERE operation = $1 AND kind = $2 RETURNING kind";
    // What was not run is skipped; what was being run has not succeeded, unless the whole operation has.
    END_ALL = "
        UPDATE operation_step SET
            status = CASE WHEN status = 'waiting' THEN 'skipped' WHEN $2 THEN 'succeeded' ELSE 'failed' END,
            finished = CASE WHEN status = 'running' THEN $3::timestamptz END
        WHERE operation = $1 AND status IN ('waiting', 'running')";
}

fn step(row: &PgRow) -> Read<Step> {
    Ok(Step {
        kind: row.code("kind", StepKind::from_code)?,
        status: row.code("status", StepStatus::from_code)?,
        started: row.try_get("started")?,
        finished: row.try_get("finished")?,
        attempts: row.count("attempts")?,
    })
}

fn codes(steps: &[StepKind]) -> Vec<&'static str> {
    steps.iter().map(|step| step.code()).collect()
}

/// Writes the steps of a new operation.
pub(super) async fn insert_all(tx: &mut PgConnection, new: &NewOperation) -> Answer<()> {
    INSERT.query().bind(new.id.0).bind(codes(&new.steps())).bind(codes(&new.done)).execute(tx).await?;
    Ok(())
}

/// In their order.
pub(super) async fn list(connection: &mut PgConnection, operation: OperationId) -> Answer<Vec<Step>> {
    Ok(LIST.query().bind(operation.0).try_map(|row| step(&row)).fetch_all(connection).await?)
}

/// Ends what is unfinished when the operation ends.
pub(super) async fn end_all(
    tx: &mut PgConnection,
    operation: OperationId,
    succeeded: bool,
    at: DateTime<Utc>,
) -> Answer<()> {
    END_ALL.query().bind(operation.0).bind(succeeded).bind(at).execute(tx).await?;
    Ok(())
}

pub(crate) async fn begin(
    pool: &PgPool,
    operation: OperationId,
    worker: &str,
    step: StepKind,
    at: DateTime<Utc>,
) -> Answer<Option<Value>> {
    let mut tx = pool.begin().await?;
    lease::insist(&mut tx, operation, worker).await?;
    let begun = BEGIN
        .query()
        .bind(operation.0)
        .bind(step.code())
        .bind(at)
        .try_map(|row: PgRow| row.json_opt("output"))
        .fetch_optional(&mut *tx)
        .await?;
    let kept = begun.ok_or(StoreError::NotFound)?;
    notice::operation(&mut tx, operation).await?;
    tx.commit().await?;
    Ok(kept)
}

pub(crate) async fn note(
    pool: &PgPool,
    operation: OperationId,
    worker: &str,
    step: StepKind,
    output: &Value,
) -> Answer<()> {
    let mut tx = pool.begin().await?;
    lease::insist(&mut tx, operation, worker).await?;
    NOTE.query().bind(operation.0).bind(step.code()).bind(Json(output)).fetch_one(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn end(
    pool: &PgPool,
    operation: OperationId,
    worker: &str,
    step: StepKind,
    succeeded: bool,
    at: DateTime<Utc>,
) -> Answer<()> {
    let status = if succeeded { StepStatus::Succeeded } else { StepStatus::Failed };
    let mut tx = pool.begin().await?;
    lease::insist(&mut tx, operation, worker).await?;
    END.query().bind(operation.0).bind(step.code()).bind(status.code()).bind(at).fetch_one(&mut *tx).await?;
    notice::operation(&mut tx, operation).await?;
    tx.commit().await?;
    Ok(())
}
