//! Metrics.

use crate::error::AppError;
use leptos::prelude::*;
use model::{
    EnvironmentId,
    metric::{Board, RangeForm},
};
use server_fn::codec::Json;

#[server(prefix = "/api", endpoint = "metrics", name = ReadMetrics, input = Json)]
pub async fn metrics(environment: EnvironmentId, range: RangeForm) -> Result<Board, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.metrics.board(&who, environment, &range).await.map_err(crate::context::fail)
}
