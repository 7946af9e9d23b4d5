//! Teams, and one team with its members and invitations.

use super::param::{not_found, param};
use crate::{
    api::{
        self,
        team::{CreateTeam, Invite, RemoveMember, RevokeInvitation, SetRole},
    },
    component::{
        Cell, Copy, Empty, Field, FormError, FrameFacts, Loaded, Moment, PageHead, Rows, Select, Submit, Table,
    },
    error::{AppError, field_errors},
    link, text,
};
use leptos::prelude::*;
use model::{
    TeamId,
    team::{Invitation, Member, Role, Team, TeamDetail},
};

#[component]
pub fn Teams() -> impl IntoView {
    let action = ServerAction::<CreateTeam>::new();
    let teams = Resource::new(move || action.version().get(), |_| api::team::teams());
    let facts = FrameFacts::here();
    let form = move || {
        Suspend::new(async move {
            let who = facts.principal().await;
            who.is_some_and(|who| who.is_platform_admin()).then(|| view! { <NewTeam action /> })
        })
    };
    view! { <PageHead title="Teams" /><Loaded resource=teams view=list /><Transition>{form}</Transition> }
}

fn list(teams: Vec<Team>) -> AnyView {
    if teams.is_empty() {
        let (title, text) = text::page::NO_TEAM;
        return view! { <Empty title text /> }.into_any();
    }
    let rows = teams
        .into_iter()
        .map(|team| {
            view! {
                <tr role="row">
                    <Cell label="Team"><a class="strong" href=link::team(team.id)>{team.name}</a></Cell>
                    <Cell label="Since"><Moment at=team.created /></Cell>
                </tr>
            }
        })
        .collect_view();
    view! { <Table caption="Teams" heads=vec!["Team", "Since"]>{rows}</Table> }.into_any()
}

#[component]
pub(super) fn NewTeam(action: ServerAction<CreateTeam>) -> impl IntoView {
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let field = move || {
        let errors = field_errors(error.get());
        view! {
            <Field name="name" label="Name of the team" required=true hint=text::team::NEW
                value=errors.typed.get("name").cloned().unwrap_or_default() problem=errors.of("name").cloned() />
        }
    };
    view! {
        <section class="card" aria-labelledby="new-team"><h2 id="new-team">"New team"</h2>
            <ActionForm action>
                <FormError error fields=&["name"] />
                {field}
                <Submit label="Create team" pending=action.pending() />
            </ActionForm>
        </section>
    }
}

/// The actions of a team's page.
#[derive(Clone, Copy)]
struct Actions {
    invite: ServerAction<Invite>,
    revoke: ServerAction<RevokeInvitation>,
    set_role: ServerAction<SetRole>,
    remove: ServerAction<RemoveMember>,
}

impl Actions {
    /// How often something was done: the team is read again then.
    fn version(self) -> usize {
        self.invite.version().get()
            + self.revoke.version().get()
            + self.set_role.version().get()
            + self.remove.version().get()
    }

    /// The fault of an action whose form has no fields to show it.
    fn error(self) -> Option<AppError> {
        let revoke = self.revoke.value().get().and_then(Result::err);
        let set_role = self.set_role.value().get().and_then(Result::err);
        revoke.or(set_role).or_else(|| self.remove.value().get().and_then(Result::err))
    }
}

#[component]
pub fn TeamPage() -> impl IntoView {
    let id = param::<TeamId>("team");
    let actions = Actions {
        invite: ServerAction::new(),
        revoke: ServerAction::new(),
        set_role: ServerAction::new(),
        remove: ServerAction::new(),
    };
    let team = Resource::new(
        move || (id.get(), actions.version()),
        |(id, _)| async move {
            match id {
                Some(id) => api::team::team(id).await,
                None => Err(not_found()),
            }
        },
    );
    let kept_link = Resource::new(|| (), |()| api::team::new_invitation());
    let fresh = move || {
        Suspend::new(async move {
            let kept = kept_link.await.ok().flatten();
            let made = actions.invite.value().get().and_then(Result::ok);
            made.or(kept).map(fresh_link)
        })
    };
    let draw = move |detail: TeamDetail| {
        let manage = detail.may_manage;
        let id = detail.team.id;
        let invitations = detail.invitations.into_iter().map(|one| invitation(one, actions.revoke)).collect::<Vec<_>>();
        view! {
            <PageHead title=detail.team.name up=(link::TEAMS.to_owned(), "Teams".to_owned()) />
            <FormError error=Signal::derive(move || actions.error()) />
            <h2>"Members"</h2>
            <Table caption="Members" heads=vec!["Person", "Email", "Role", "Since", "Change"]>
                {detail.members.into_iter().map(|one| member(id, one, manage, actions)).collect_view()}
            </Table>
            {manage.then(|| view! {
                <h2>"Open invitations"</h2>
                <Rows caption="Open invitations" heads=vec!["Email", "Role", "By", "Valid until", "Change"]
                    rows=invitations empty=text::page::NO_INVITATIONS />
                <Transition>{fresh}</Transition>
                <InviteForm team=id action=actions.invite />
            })}
        }
    };
    view! { <Loaded resource=team view=draw /> }
}

fn fresh_link(address: String) -> impl IntoView {
    view! {
        <section class="card" role="status">
            <Field name="invitation-link" label="Invitation link" value=address.clone()
                hint=text::team::LINK />
            <Copy text=address label="Copy the link" />
        </section>
    }
}

fn roles() -> Vec<(String, String)> {
    Role::ALL.map(|role| (role.code().to_owned(), text::team::role(role).to_owned())).into()
}

fn member(team: TeamId, member: Member, manage: bool, actions: Actions) -> impl IntoView {
    let person = member.person.to_string();
    let team = team.to_string();
    let role_label = format!("Role of {}", member.name);
    let change = manage.then(|| {
        let (team_again, person_again) = (team.clone(), person.clone());
        let options = Role::ALL
            .map(|role| view! { <option value=role.code() selected=role == member.role>{text::team::role(role)}</option> })
            .into_iter()
            .collect_view();
        view! {
            <div class="row">
                <ActionForm action=actions.set_role>
                    <input type="hidden" name="team" value=team />
                    <input type="hidden" name="person" value=person />
                    <div class="row">
                        <select class="input" name="role" aria-label=role_label>{options}</select>
                        <Submit label="Set" class="btn btn-small" />
                    </div>
                </ActionForm>
                <ActionForm action=actions.remove>
                    <input type="hidden" name="team" value=team_again />
                    <input type="hidden" name="person" value=person_again />
                    <Submit label="Remove" class="btn btn-danger btn-small" />
                </ActionForm>
            </div>
        }
    });
    view! {
        <tr role="row">
            <Cell label="Person">{member.name}</Cell>
            <Cell label="Email">{member.email}</Cell>
            <Cell label="Role">{text::team::role(member.role)}</Cell>
            <Cell label="Since"><Moment at=member.since /></Cell>
            <Cell label="Change">{change}</Cell>
        </tr>
    }
}

fn invitation(invitation: Invitation, revoke: ServerAction<RevokeInvitation>) -> impl IntoView {
    view! {
        <tr role="row">
            <Cell label="Email">{invitation.email}</Cell>
            <Cell label="Role">{text::team::role(invitation.role)}</Cell>
            <Cell label="By">{invitation.invited_by}</Cell>
            <Cell label="Valid until"><Moment at=invitation.expires /></Cell>
            <Cell label="Change">
                <ActionForm action=revoke>
                    <input type="hidden" name="team" value=invitation.team.to_string() />
                    <input type="hidden" name="invitation" value=invitation.id.to_string() />
                    <Submit label="Revoke" class="btn btn-small" />
                </ActionForm>
            </Cell>
        </tr>
    }
}

#[component]
fn InviteForm(team: TeamId, action: ServerAction<Invite>) -> impl IntoView {
    let error = Signal::derive(move || action.value().get().and_then(Result::<String, AppError>::err));
    let field = move || {
        let errors = field_errors(error.get());
        view! {
            <Field name="email" label="Email" kind="email" required=true
                value=errors.typed.get("email").cloned().unwrap_or_default() problem=errors.of("email").cloned() />
        }
    };
    view! {
        <section class="card" aria-labelledby="invite"><h2 id="invite">"Add a member"</h2>
            <ActionForm action>
                <FormError error fields=&["email"] />
                <input type="hidden" name="team" value=team.to_string() />
                <div class="form-grid">
                    {field}
                    <Select name="role" label="Role" options=roles() value="operator" hint=text::team::ROLES />
                </div>
                <Submit label="Invite" pending=action.pending() />
            </ActionForm>
        </section>
    }
}
