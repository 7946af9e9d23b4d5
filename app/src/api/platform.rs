//! The installation: what the frame of every page shows, and its administration.

use crate::error::AppError;
use leptos::prelude::*;
use model::{
    PersonId, Principal,
    page::Page,
    platform::{CallRate, Installation, PersonRow, PlatformOverview, Setting, TeamRow, Work},
};
use serde::{Deserialize, Serialize};
use server_fn::codec::Json;

/// The installation, and who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Facts {
    pub installation: Installation,
    pub principal: Option<Principal>,
}

model::read_through_value!(Facts);

#[server(prefix = "/api", endpoint = "frame")]
pub async fn frame() -> Result<Facts, AppError> {
    let services = crate::context::services()?;
    let installation = services.platform.installation().await.map_err(crate::context::fail)?;
    Ok(Facts { installation, principal: crate::context::principal() })
}

#[server(prefix = "/api", endpoint = "platform")]
pub async fn overview() -> Result<PlatformOverview, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.platform.overview(&who).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "people", input = Json)]
pub async fn people(search: String, after: Option<String>) -> Result<Page<PersonRow>, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.platform.people(&who, &search, after).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "set_person_disabled")]
pub async fn set_person_disabled(person: PersonId, disabled: bool) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.platform.set_person_disabled(&who, person, disabled).await.map_err(crate::context::fail)
}

/// Posted by a plain form; no role is the empty word.
#[server(prefix = "/api", endpoint = "set_platform_role")]
pub async fn set_platform_role(person: PersonId, #[server(default)] role: String) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    let role = model::principal::PlatformRole::from_code(&role);
    services.platform.set_platform_role(&who, person, role).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "all_teams", input = Json)]
pub async fn teams(after: Option<String>) -> Result<Page<TeamRow>, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.platform.teams(&who, after).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "work", name = ReadWork)]
pub async fn work() -> Result<Work, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.platform.work(&who).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "process_settings")]
pub async fn configuration() -> Result<Vec<Setting>, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.platform.configuration(&who).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "call_rates")]
pub async fn call_rates() -> Result<Vec<CallRate>, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.accounts.call_rates(&who).await.map_err(crate::context::fail)
}
