//! Signing in and out, one's own sessions and password.

use crate::error::AppError;
use leptos::prelude::*;
use model::{Secret, SessionId, person::SessionView};

#[server(prefix = "/api", endpoint = "set_up")]
pub async fn set_up(token: String, name: String, email: String, password: Secret) -> Result<(), AppError> {
    let (services, client) = (crate::context::services()?, crate::context::client());
    let session = services.identity.set_up(&token, &name, &email, &password, &client).await;
    crate::context::start_session(&session.map_err(crate::context::fail)?);
    leptos_axum::redirect(crate::link::ENVIRONMENTS);
    Ok(())
}

#[server(prefix = "/api", endpoint = "sign_in")]
pub async fn sign_in(email: String, password: Secret, #[server(default)] next: String) -> Result<(), AppError> {
    let (services, client) = (crate::context::services()?, crate::context::client());
    let session = services.identity.sign_in(&email, &password, &client).await.map_err(crate::context::fail)?;
    crate::context::start_session(&session);
    leptos_axum::redirect(crate::link::safe_next(&next));
    Ok(())
}

#[server(prefix = "/api", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.identity.sign_out(&who).await.map_err(crate::context::fail)?;
    crate::context::end_session();
    leptos_axum::redirect(crate::link::SIGN_IN);
    Ok(())
}

#[server(prefix = "/api", endpoint = "sessions")]
pub async fn sessions() -> Result<Vec<SessionView>, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.identity.sessions(&who).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "revoke_session")]
pub async fn revoke_session(session: SessionId) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.identity.revoke_session(&who, session).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "change_password")]
pub async fn change_password(current: Secret, new: Secret) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.identity.change_password(&who, &current, &new).await.map_err(crate::context::fail)
}
