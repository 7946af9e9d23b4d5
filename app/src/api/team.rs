//! Teams, members and invitations.

use crate::error::AppError;
use leptos::prelude::*;
use model::{
    InvitationId, PersonId, Secret, TeamId,
    team::{InvitationOffer, Role, Team, TeamDetail},
};

#[server(prefix = "/api", endpoint = "teams")]
pub async fn teams() -> Result<Vec<Team>, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.teams.list(&who).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "team", name = ReadTeam)]
pub async fn team(team: TeamId) -> Result<TeamDetail, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.teams.get(&who, team).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "create_team")]
pub async fn create_team(name: String) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    let team = services.teams.create(&who, &name).await.map_err(crate::context::fail)?;
    leptos_axum::redirect(&crate::link::team(team));
    Ok(())
}

/// Answers with the whole address of the link, which is shown once.
#[server(prefix = "/api", endpoint = "invite")]
pub async fn invite(team: TeamId, email: String, role: Role) -> Result<String, AppError> {
    let (services, who) = crate::context::signed_in()?;
    let token = services.teams.invite(&who, team, &email, role).await.map_err(crate::context::fail)?;
    crate::context::keep_invitation(&token);
    Ok(crate::context::invitation_address(&token))
}

/// The link that a plain form post has just made, once.
#[server(prefix = "/api", endpoint = "new_invitation")]
pub async fn new_invitation() -> Result<Option<String>, AppError> {
    crate::context::signed_in()?;
    Ok(crate::context::take_invitation())
}

#[server(prefix = "/api", endpoint = "revoke_invitation")]
pub async fn revoke_invitation(team: TeamId, invitation: InvitationId) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.teams.revoke_invitation(&who, team, invitation).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "set_role")]
pub async fn set_role(team: TeamId, person: PersonId, role: Role) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.teams.set_role(&who, team, person, role).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "remove_member")]
pub async fn remove_member(team: TeamId, person: PersonId) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.teams.remove_member(&who, team, person).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "offer")]
pub async fn offer(token: String) -> Result<InvitationOffer, AppError> {
    crate::context::services()?.teams.offer(&token).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "accept_as_new")]
pub async fn accept_as_new(token: String, name: String, password: Secret) -> Result<(), AppError> {
    let (services, client) = (crate::context::services()?, crate::context::client());
    let session = services.teams.accept_as_new(&token, &name, &password, &client).await;
    crate::context::start_session(&session.map_err(crate::context::fail)?);
    leptos_axum::redirect(crate::link::ENVIRONMENTS);
    Ok(())
}

#[server(prefix = "/api", endpoint = "accept")]
pub async fn accept(token: String) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    let team = services.teams.accept(&who, &token).await.map_err(crate::context::fail)?;
    leptos_axum::redirect(&crate::link::team(team));
    Ok(())
}
