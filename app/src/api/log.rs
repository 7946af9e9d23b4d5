//! Log lines of environments.

use crate::error::AppError;
use leptos::prelude::*;
use model::{
    EnvironmentId,
    log::{LogPage, LogQuery, LogTail},
};
use server_fn::codec::Json;

#[server(prefix = "/api", endpoint = "logs", name = ReadLogs, input = Json)]
pub async fn logs(environment: EnvironmentId, query: LogQuery, before: Option<String>) -> Result<LogPage, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.logs.search(&who, environment, query, before).await.map_err(crate::context::fail)
}

/// What is new since a cursor.
#[server(prefix = "/api", endpoint = "log_tail", name = ReadLogTail, input = Json)]
pub async fn log_tail(environment: EnvironmentId, query: LogQuery, since: String) -> Result<LogTail, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.logs.tail(&who, environment, query, since).await.map_err(crate::context::fail)
}
