//! Operations.

use crate::error::AppError;
use leptos::prelude::*;
use model::{
    EnvironmentId, OperationId,
    operation::{OperationSummary, OperationView},
    page::Page,
};
use server_fn::codec::Json;

#[server(prefix = "/api", endpoint = "operation")]
pub async fn operation(operation: OperationId) -> Result<OperationView, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.operations.get(&who, operation).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "operations_of_environment", input = Json)]
pub async fn operations_of_environment(
    environment: EnvironmentId,
    after: Option<String>,
) -> Result<Page<OperationSummary>, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.operations.of_environment(&who, environment, after).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "retry_operation")]
pub async fn retry_operation(operation: OperationId) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    let again = services.operations.retry(&who, operation).await.map_err(crate::context::fail)?;
    leptos_axum::redirect(&crate::link::operation(again));
    Ok(())
}

#[server(prefix = "/api", endpoint = "cancel_operation")]
pub async fn cancel_operation(operation: OperationId) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.operations.cancel(&who, operation).await.map_err(crate::context::fail)
}
