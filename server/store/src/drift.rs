//! What CloudFormation finds different from the templates, and when it is asked again.

use crate::{
    audit, environment,
    error::{Answer, found},
    notice,
    row::{Columns, Read},
    sql::statements,
};
use chrono::{DateTime, TimeDelta, Utc};
use model::{EnvironmentId, drift::Drift, environment::EnvironmentStatus, fault::Conflict};
use ports::store::{DriftOutcome, EnvironmentRecord, NewAudit};
use sqlx::{PgPool, Row, postgres::PgRow, types::Json};
use uuid::Uuid;

/// How long a comparison that was asked for may take before it counts as lost with the process that made it.
const LOST_AFTER: TimeDelta = TimeDelta::minutes(10);

statements! {
    // Who comes second finds the environment locked, or (just after) a newer `looked`: both leave it out.
    DUE = "
        WITH due AS (
            SELECT e.id FROM environment e LEFT JOIN environment_drift d ON d.environment = e.id
            WHERE e.status = 'ready'
              AND (d.looked IS NULL
                   OR (coalesce(d.ended < d.looked, true) AND d.looked < $3)
                   OR (d.ended >= d.looked
                       AND (d.looked < $1 OR d.requested IS NOT NULL
                            OR d.looked < (SELECT max(o.finished) FROM operation o WHERE o.environment = e.id))))
              AND NOT EXISTS (
                  SELECT FROM operation o WHERE o.environment = e.id AND o.status IN ('queued', 'running'))
            ORDER BY d.requested NULLS LAST, d.looked NULLS FIRST, e.id LIMIT $4
            FOR NO KEY UPDATE OF e SKIP LOCKED)
        INSERT INTO environment_drift AS d (environment, looked) SELECT id, $2 FROM due
        ON CONFLICT (environment) DO UPDATE SET looked = excluded.looked
            WHERE d.looked IS NULL OR d.looked < excluded.looked
        RETURNING d.environment";
    REQUEST = "
        INSERT INTO environment_drift AS d (environment, requested)
        SELECT id, $2 FROM environment WHERE id = $1 AND status = 'ready'
        ON CONFLICT (environment) DO UPDATE SET requested = excluded.requested";
    GET = "
        SELECT checked, since, compared, resources, incomplete, problem, requested IS NOT NULL AS requested
        FROM environment_drift WHERE environment = $1";
    DRIFTED = "SELECT drifted FROM environment_drift WHERE environment = $1";
    // Whoever asked after this comparison had begun is not answered by it.
    PUT = "
        UPDATE environment_drift SET
            ended = $2, checked = $2, compared = $3, resources = $4, incomplete = $5, problem = NULL,
            since = CASE WHEN jsonb_array_length($4) > 0 THEN coalesce(since, $2) END,
            requested = CASE WHEN requested > looked THEN requested END
        WHERE environment = $1";
    PUT_PROBLEM = "
        UPDATE environment_drift SET
            ended = $2, problem = $3, requested = CASE WHEN requested > looked THEN requested END
        WHERE environment = $1";
}

fn drift(row: &PgRow) -> Read<Drift> {
    Ok(Drift {
        checked: row.try_get("checked")?,
        since: row.try_get("since")?,
        compared: row.count("compared")?,
        resources: row.json("resources")?,
        incomplete: row.try_get("incomplete")?,
        problem: row.json_opt("problem")?,
        requested: row.try_get("requested")?,
    })
}

pub(crate) async fn due(
    pool: &PgPool,
    before: DateTime<Utc>,
    at: DateTime<Utc>,
    limit: u32,
) -> Answer<Vec<EnvironmentRecord>> {
    let taken: Vec<Uuid> =
        DUE.scalar().bind(before).bind(at).bind(at - LOST_AFTER).bind(i64::from(limit)).fetch_all(pool).await?;
    environment::records(pool, taken).await
}

pub(crate) async fn request(pool: &PgPool, id: EnvironmentId, at: DateTime<Utc>) -> Answer<()> {
    let mut tx = pool.begin().await?;
    if environment::lock(&mut tx, id).await?.status != EnvironmentStatus::Ready {
        return Err(Conflict::WrongState.into());
    }
    found(&REQUEST.query().bind(id.0).bind(at).execute(&mut *tx).await?)?;
    notice::environment(&mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn get(pool: &PgPool, id: EnvironmentId) -> Answer<Drift> {
    Ok(GET.query().bind(id.0).try_map(|row| drift(&row)).fetch_optional(pool).await?.unwrap_or_default())
}

pub(crate) async fn put(
    pool: &PgPool,
    id: EnvironmentId,
    at: DateTime<Utc>,
    outcome: &DriftOutcome,
    audit: &NewAudit,
) -> Answer<()> {
    let mut tx = pool.begin().await?;
    environment::lock(&mut tx, id).await?;
    match outcome {
        DriftOutcome::Compared { compared, resources, incomplete } => {
            let before: i32 = DRIFTED.scalar().bind(id.0).fetch_one(&mut *tx).await?;
            let now = i32::try_from(resources.len()).unwrap_or(i32::MAX);
            let put = PUT.query().bind(id.0).bind(at).bind(i32::try_from(*compared).unwrap_or(i32::MAX));
            put.bind(Json(resources)).bind(incomplete).execute(&mut *tx).await?;
            if before != now {
                audit::write(&mut tx, audit).await?;
            }
        }
        DriftOutcome::Failed(problem) => {
            found(&PUT_PROBLEM.query().bind(id.0).bind(at).bind(Json(problem)).execute(&mut *tx).await?)?;
        }
    }
    notice::environment(&mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}
