//! Operations of all teams, for those who look after the installation.

use super::select;
use crate::{
    error::Answer,
    row::{Columns, Read},
    sql::{Statement, statements},
};
use model::{
    operation::StepKind,
    platform::{Lease, PlatformOperation},
};
use sqlx::{PgPool, Row, postgres::PgRow};

macro_rules! of_all_teams {
    ($rest:literal) => {
        concat!(
            select!(", t.name AS team_name, s.kind AS step, s.started AS step_started, o.worker, o.lease_until"),
            "JOIN team t ON t.id = e.team
             LEFT JOIN LATERAL (
                 SELECT kind, started FROM operation_step
                 WHERE operation = o.id AND status IN ('running', 'failed') ORDER BY position LIMIT 1
             ) s ON true ",
            $rest
        )
    };
}

statements! {
    RUNNING = of_all_teams!("WHERE o.status IN ('queued', 'running') ORDER BY o.requested, o.id LIMIT $1");
    FAILED = of_all_teams!("WHERE o.status = 'failed' ORDER BY o.finished DESC, o.id DESC LIMIT $1");
}

fn operation(row: &PgRow) -> Read<PlatformOperation> {
    let step = row.code_opt("step", StepKind::from_code)?;
    let worker: Option<String> = row.try_get("worker")?;
    Ok(PlatformOperation {
        summary: super::summary(row)?,
        team_name: row.try_get("team_name")?,
        step: step.zip(Some(row.try_get("step_started")?)),
        lease: worker.zip(row.try_get("lease_until")?).map(|(worker, until)| Lease { worker, until }),
    })
}

async fn list(pool: &PgPool, statement: Statement, limit: u32) -> Answer<Vec<PlatformOperation>> {
    let rows = statement.query().bind(i64::from(limit)).try_map(|row| operation(&row));
    Ok(rows.fetch_all(pool).await?)
}

pub(crate) async fn running(pool: &PgPool, limit: u32) -> Answer<Vec<PlatformOperation>> {
    list(pool, RUNNING, limit).await
}

pub(crate) async fn failed(pool: &PgPool, limit: u32) -> Answer<Vec<PlatformOperation>> {
    list(pool, FAILED, limit).await
}
