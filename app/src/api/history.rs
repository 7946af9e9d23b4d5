//! The history of who did what.

use crate::error::AppError;
use leptos::prelude::*;
use model::{
    EnvironmentId,
    history::{HistoryEntry, HistoryForm, HistoryOptions},
    page::Page,
};
use server_fn::codec::Json;

#[server(prefix = "/api", endpoint = "history", input = Json, name = ReadHistory)]
pub async fn history(filter: HistoryForm, after: Option<String>) -> Result<Page<HistoryEntry>, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.history.list(&who, filter, after).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "history_options", name = ReadHistoryOptions)]
pub async fn history_options() -> Result<HistoryOptions, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.history.options(&who).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "history_of_environment", input = Json)]
pub async fn history_of_environment(
    environment: EnvironmentId,
    filter: HistoryForm,
    after: Option<String>,
) -> Result<Page<HistoryEntry>, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.history.of_environment(&who, environment, filter, after).await.map_err(crate::context::fail)
}
