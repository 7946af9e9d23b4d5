//! Operations: asking for one, looking at them, asking to stop one.

pub(crate) mod event;
pub(crate) mod lease;
pub(crate) mod platform;
pub(crate) mod step;

use crate::{
    audit, cursor, environment,
    error::Answer,
    notice,
    row::{Columns, Read, whole},
    sql::statements,
};
use chrono::{DateTime, Utc};
use model::{
    EnvironmentId, OperationId,
    environment::EnvironmentStatus,
    fault::Conflict,
    operation::{EventKind, OperationKind, OperationStatus, OperationSummary},
    page::Page,
    plan::ExpectedDuration,
};
use ports::store::{NewAudit, NewOperation, OperationRecord};
use sqlx::{PgConnection, PgPool, Row, postgres::PgRow, types::Json};
use uuid::Uuid;

/// Fewer past operations than this say nothing about the next.
const FEWEST_SAMPLES: i64 = 3;

macro_rules! select {
    ($more:literal) => {
        concat!(
            "SELECT o.id, o.environment, e.name AS environment_name, e.team, o.kind, o.status, p.name AS requested_by,
                 o.requested, o.started, o.finished, o.cause, o.retry_of, o.desired, o.revision",
            $more,
            "
             FROM operation o
             JOIN environment e ON e.id = o.environment
             JOIN person p ON p.id = o.requested_by "
        )
    };
}
pub(crate) use select;

statements! {
    INSERT = "
        INSERT INTO operation
            (id, environment, kind, status, requested_by, requested, retry_of, delete_options, desired, revision, from_status)
        VALUES ($1, $2, $3, 'queued', $4, $5, $6, $7, $8, $9, $10)";
    GET = select!(", o.cancel_requested, o.delete_options, o.from_status, o.worker, o.lease_until"), "WHERE o.id = $1";
    LIST = select!(""), "
        WHERE o.environment = $1
          AND (o.requested, o.id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
        ORDER BY o.requested DESC, o.id DESC LIMIT $4";
    IS_ACTIVE = "
        SELECT EXISTS (SELECT FROM operation WHERE environment = $1 AND status IN ('queued', 'running'))";
    LOCK = "SELECT status, cancel_requested FROM operation WHERE id = $1 FOR NO KEY UPDATE";
    REQUEST_CANCEL = "UPDATE operation SET cancel_requested = $2 WHERE id = $1";
    EXPECTED = "
        SELECT count(*) AS samples,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)::float8 AS p50,
               percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds)::float8 AS p95
        FROM (
            SELECT extract(epoch FROM finished - started) AS seconds FROM operation
            WHERE kind = $1 AND status = 'succeeded' AND started IS NOT NULL
            ORDER BY finished DESC LIMIT 100
        ) AS past";
}

fn summary(row: &PgRow) -> Read<OperationSummary> {
    Ok(OperationSummary {
        id: row.id("id")?,
        environment: row.id("environment")?,
        environment_name: row.try_get("environment_name")?,
        team: row.id("team")?,
        kind: row.code("kind", OperationKind::from_code)?,
        status: row.code("status", OperationStatus::from_code)?,
        requested_by: row.try_get("requested_by")?,
        requested: row.try_get("requested")?,
        started: row.try_get("started")?,
        finished: row.try_get("finished")?,
        cause: row.json_opt("cause")?,
        retry_of: row.id_opt("retry_of")?,
        desired: row.count_opt("desired")?,
        revision: row.count_opt("revision")?,
    })
}

/// The record without its steps.
fn record(row: &PgRow) -> Read<OperationRecord> {
    let worker: Option<String> = row.try_get("worker")?;
    Ok(OperationRecord {
        summary: summary(row)?,
        steps: Vec::new(),
        cancel_requested: row.try_get::<Option<DateTime<Utc>>, _>("cancel_requested")?.is_some(),
        delete_options: row.json_opt("delete_options")?,
        from_status: row.code_opt("from_status", EnvironmentStatus::from_code)?,
        lease: worker.zip(row.try_get("lease_until")?),
    })
}

/// Writes an operation with its steps. `from` is the environment's status before it.
pub(crate) async fn insert(tx: &mut PgConnection, new: &NewOperation, from: Option<EnvironmentStatus>) -> Answer<()> {
    INSERT
        .query()
        .bind(new.id.0)
        .bind(new.environment.0)
        .bind(new.kind.code())
        .bind(new.requested_by.0)
        .bind(new.requested)
        .bind(new.retry_of.map(|id| id.0))
        .bind(new.delete_options.as_ref().map(Json))
        .bind(new.desired.map(whole))
        .bind(new.revision.map(whole))
        .bind(from.map(EnvironmentStatus::code))
        .execute(&mut *tx)
        .await?;
    environment::set_changed(tx, new.environment, new.requested).await?;
    step::insert_all(tx, new).await
}

/// Whether an operation of the environment is queued or runs.
pub(crate) async fn is_active(tx: &mut PgConnection, environment: EnvironmentId) -> Answer<bool> {
    Ok(IS_ACTIVE.scalar().bind(environment.0).fetch_one(tx).await?)
}

pub(crate) async fn start(pool: &PgPool, new: &NewOperation, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    let before = environment::lock(&mut tx, new.environment).await?;
    if is_active(&mut tx, new.environment).await? {
        // Told first, rather than what the running operation has changed of the environment.
        return Err(Conflict::OperationRunning.into());
    }
    if let Some(revision) = &new.new_revision {
        if before.revision != revision.base {
            return Err(Conflict::PlanChanged.into());
        }
        environment::revision::insert_next(&mut tx, new, revision).await?;
    }
    insert(&mut tx, new, Some(before.status)).await?;
    if !new.allowed_from.contains(&before.status) {
        return Err(Conflict::WrongState.into());
    }
    environment::set_status(&mut tx, new.environment, new.environment_status).await?;
    audit::write(&mut tx, audit).await?;
    notice::operation(&mut tx, new.id).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn get(pool: &PgPool, id: OperationId) -> Answer<Option<OperationRecord>> {
    let mut connection = pool.acquire().await?;
    read(&mut connection, id).await
}

/// An operation with its steps, over a connection that may be in a transaction.
pub(crate) async fn read(connection: &mut PgConnection, id: OperationId) -> Answer<Option<OperationRecord>> {
    let operation = GET.query().bind(id.0).try_map(|row| record(&row)).fetch_optional(&mut *connection).await?;
    let Some(mut operation) = operation else { return Ok(None) };
    operation.steps = step::list(connection, id).await?;
    Ok(Some(operation))
}

pub(crate) async fn list(
    pool: &PgPool,
    environment: EnvironmentId,
    after: Option<&str>,
    limit: u32,
) -> Answer<Page<OperationSummary>> {
    let after = cursor::read::<(i64, Uuid)>(after);
    let rows = LIST
        .query()
        .bind(environment.0)
        .bind(after.and_then(|(at, _)| cursor::moment(at)))
        .bind(after.map(|(_, id)| id))
        .bind(cursor::fetch(limit))
        .try_map(|row| summary(&row))
        .fetch_all(pool)
        .await?;
    Ok(cursor::page(rows, limit, |summary| (summary.requested.timestamp_micros(), summary.id.0)))
}

pub(crate) async fn request_cancel(
    pool: &PgPool,
    id: OperationId,
    by: &str,
    at: DateTime<Utc>,
    audit: &NewAudit,
) -> Answer<()> {
    let mut tx = pool.begin().await?;
    let (status, requested) = LOCK
        .query()
        .bind(id.0)
        .try_map(|row: PgRow| {
            let requested: Option<DateTime<Utc>> = row.try_get("cancel_requested")?;
            Ok((row.code("status", OperationStatus::from_code)?, requested))
        })
        .fetch_one(&mut *tx)
        .await?;
    if status.is_over() {
        return Err(Conflict::WrongState.into());
    }
    if requested.is_some() {
        return Ok(());
    }
    REQUEST_CANCEL.query().bind(id.0).bind(at).execute(&mut *tx).await?;
    event::add(&mut tx, id, &[(at, EventKind::CancelRequested { by: by.to_owned() })]).await?;
    audit::write(&mut tx, audit).await?;
    notice::operation(&mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn expected(pool: &PgPool, kind: OperationKind) -> Answer<Option<ExpectedDuration>> {
    let row = EXPECTED.query().bind(kind.code()).fetch_one(pool).await?;
    let samples: i64 = row.try_get("samples")?;
    if samples < FEWEST_SAMPLES {
        return Ok(None);
    }
    Ok(Some(ExpectedDuration {
        p50_seconds: whole_seconds(row.try_get("p50")?),
        p95_seconds: whole_seconds(row.try_get("p95")?),
        samples: u32::try_from(samples).unwrap_or(u32::MAX),
    }))
}

/// Rounded up; `as` takes numbers beyond the type to its ends.
fn whole_seconds(seconds: f64) -> u32 {
    seconds.ceil() as u32
}
