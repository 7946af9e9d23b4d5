//! Answers for load balancers and people who look after the console.

use super::Edge;
use axum::{Json, extract::State, response::IntoResponse};
use chrono::{TimeDelta, Utc};
use engine::worker::BEAT_PREFIX;
use http::StatusCode;
use serde::Serialize;

/// A worker that has not left its beat for this long is taken for dead.
const WORKER_SILENCE: TimeDelta = TimeDelta::seconds(45);

/// The process runs and answers.
pub(super) async fn alive() -> &'static str {
    "ok"
}

/// What `/ready` says.
#[derive(Serialize)]
struct Readiness {
    /// The database answers.
    database: bool,
    /// Its schema is the one this console was built for.
    migrations: bool,
    /// A worker carries out operations.
    worker: bool,
}

/// Whether the console can do its work; 503 while it cannot.
pub(super) async fn ready(State(edge): State<Edge>) -> impl IntoResponse {
    let schema = edge.store.ready().await;
    let database = !matches!(schema, Err(ports::StoreError::Unavailable(_)));
    let beat = edge.store.worker_last_beat(BEAT_PREFIX).await.ok().flatten();
    let readiness = Readiness {
        database,
        migrations: schema.is_ok(),
        worker: beat.is_some_and(|at| Utc::now() - at < WORKER_SILENCE) && !edge.stop.is_cancelled(),
    };
    let all = readiness.database && readiness.migrations && readiness.worker;
    (if all { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(readiness))
}
