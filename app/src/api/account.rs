//! Cloud accounts.

use crate::error::AppError;
use leptos::prelude::*;
use model::{
    AccountId,
    account::{AccountRow, CallerIdentity},
    role::{RoleForm, RoleTemplates},
    services::AccountForm,
};

#[server(prefix = "/api", endpoint = "accounts")]
pub async fn accounts() -> Result<Vec<AccountRow>, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.accounts.list(&who).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "check_account")]
pub async fn check_account(account: AccountId) -> Result<CallerIdentity, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.accounts.check(&who, account).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "register_account")]
pub async fn register_account(form: AccountForm) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.accounts.register(&who, form).await.map(|_| ()).map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "set_account_disabled")]
pub async fn set_account_disabled(account: AccountId, disabled: bool) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.accounts.set_disabled(&who, account, disabled).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "set_account_regions")]
pub async fn set_account_regions(account: AccountId, #[server(default)] regions: String) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.accounts.set_regions(&who, account, &regions).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "roles")]
pub async fn roles(#[server(default)] form: RoleForm) -> Result<RoleTemplates, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.accounts.roles(&who, &form).await.map_err(crate::context::fail)
}
