//! The history of who did what.

use crate::error::AppError;
use leptos::prelude::*;
use model::{EnvironmentId, audit::AuditEvent, page::Page};
use server_fn::codec::Json;

#[server(prefix = "/api", endpoint = "history_of_environment", input = Json)]
pub async fn history_of_environment(
    environment: EnvironmentId,
    after: Option<String>,
) -> Result<Page<AuditEvent>, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.history.of_environment(&who, environment, after).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "history_of_platform", input = Json)]
pub async fn history_of_platform(after: Option<String>) -> Result<Page<AuditEvent>, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.history.of_platform(&who, after).await.map_err(crate::context::fail)
}
