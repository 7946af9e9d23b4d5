//! Signs of life of workers and reconcilers.

use crate::{error::Answer, sql::statements};
use chrono::{DateTime, TimeDelta, Utc};
use ports::store::Beat;
use sqlx::{PgPool, Row, postgres::PgRow};

/// Workers take a new name each time that they start; names that were silent for so long are forgotten.
const FORGET_AFTER: TimeDelta = TimeDelta::days(7);

statements! {
    BEAT = "
        WITH forgotten AS (DELETE FROM worker_beat WHERE at < $4 AND name <> $1)
        INSERT INTO worker_beat (name, at, outcome) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO UPDATE SET at = excluded.at, outcome = excluded.outcome";
    LIST = "SELECT name, at, outcome FROM worker_beat WHERE at >= $1 ORDER BY name LIMIT 200";
    LAST = "SELECT max(at) FROM worker_beat WHERE starts_with(name, $1)";
}

pub(crate) async fn beat(pool: &PgPool, name: &str, at: DateTime<Utc>, outcome: &str) -> Answer<()> {
    BEAT.query().bind(name).bind(at).bind(outcome).bind(at - FORGET_AFTER).execute(pool).await?;
    Ok(())
}

pub(crate) async fn list(pool: &PgPool, since: DateTime<Utc>) -> Answer<Vec<Beat>> {
    let beats = LIST.query().bind(since).try_map(|row: PgRow| {
        Ok(Beat { name: row.try_get("name")?, at: row.try_get("at")?, outcome: row.try_get("outcome")? })
    });
    Ok(beats.fetch_all(pool).await?)
}

pub(crate) async fn last_beat(pool: &PgPool, prefix: &str) -> Answer<Option<DateTime<Utc>>> {
    Ok(LAST.scalar().bind(prefix).fetch_one(pool).await?)
}
