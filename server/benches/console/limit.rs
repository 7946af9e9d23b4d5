//! The limit: what the same questions take through a bare axum handler, without session, permissions, layers or HTML.

use crate::ask::{self, Timing};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    routing::get,
};
use http::StatusCode;
use model::{
    EnvironmentId,
    environment::{EnvironmentFilter, EnvironmentSummary},
    history::{HistoryEntry, HistoryFilter},
    page::{PAGE_SIZE, Page},
};
use ports::{Store, StoreResult};
use std::collections::BTreeMap;
use store::PgStore;

/// A bare server over the store.
pub(crate) struct Limit {
    url: String,
    client: reqwest::Client,
}

impl Limit {
    pub(crate) async fn start(store: PgStore) -> anyhow::Result<Self> {
        let router = Router::new()
            .route("/list", get(list))
            .route("/detail/{environment}", get(detail))
            .route("/audit", get(audit))
            .with_state(store);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { url, client: reqwest::Client::builder().no_proxy().build()? })
    }

    pub(crate) async fn time(&self, paths: &[String], times: usize) -> anyhow::Result<Timing> {
        ask::time(times, paths, async |path| {
            let answer = self.client.get(format!("{}{path}", self.url)).send().await?.error_for_status()?;
            Ok(answer.bytes().await?.len())
        })
        .await
    }
}

type Answer<T> = Result<Json<T>, StatusCode>;

fn answer<T>(outcome: StoreResult<T>) -> Answer<T> {
    outcome.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

fn after(query: &BTreeMap<String, String>) -> Option<&str> {
    query.get("after").map(String::as_str)
}

async fn list(
    State(store): State<PgStore>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Answer<Page<EnvironmentSummary>> {
    answer(store.environment_list(None, &EnvironmentFilter::default(), after(&query), PAGE_SIZE).await)
}

async fn detail(State(store): State<PgStore>, Path(id): Path<EnvironmentId>) -> Answer<Option<EnvironmentSummary>> {
    answer(store.environment_get(id).await.map(|record| record.map(|record| record.summary)))
}

async fn audit(
    State(store): State<PgStore>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Answer<Page<HistoryEntry>> {
    answer(store.history_list(None, &HistoryFilter::default(), after(&query), PAGE_SIZE).await)
}
