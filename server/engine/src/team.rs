//! Teams, members and invitations.

use crate::{
    Outside, Settings, audit,
    error::OrFault,
    identity::{check_email, check_label, new_session},
    password::{self, Passwords},
    policy::{require, require_in},
    token,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use model::{
    Fault, FieldErrors, FieldProblem, InvitationId, Outcome, PersonId, Principal, Secret, TeamId,
    audit::{Action, Actor},
    fault::Conflict,
    permission::Permission,
    person::ClientInfo,
    services::{NewSession, Teams},
    team::{Invitation, InvitationOffer, Member, Role, Team, TeamDetail},
};
use ports::store::{Accepting, NewInvitation, NewPerson};
use std::sync::Arc;
use uuid::Uuid;

pub(crate) struct TeamService {
    outside: Outside,
    settings: Arc<Settings>,
    passwords: Arc<Passwords>,
}

impl TeamService {
    pub(crate) fn new(outside: Outside, settings: Arc<Settings>, passwords: Arc<Passwords>) -> Self {
        Self { outside, settings, passwords }
    }

    async fn team(&self, team: TeamId) -> Outcome<Team> {
        self.outside.store.team_get(team).await.or_fault()?.ok_or(Fault::NotFound)
    }

    async fn member(&self, team: TeamId, person: PersonId) -> Outcome<Member> {
        let members = self.outside.store.member_list(team).await.or_fault()?;
        members.into_iter().find(|member| member.person == person).ok_or(Fault::NotFound)
    }

    /// The invitation behind a link's token, with the team's name.
    async fn invitation(&self, token: &str) -> Outcome<(Invitation, String)> {
        let found = self.outside.store.invitation_by_hash(&token::hash(token), self.outside.clock.now()).await;
        found.or_fault()?.ok_or(Fault::Conflict(Conflict::LinkExpired))
    }
}

#[async_trait]
impl Teams for TeamService {
    async fn list(&self, who: &Principal) -> Outcome<Vec<Team>> {
        let of = (!who.sees_all_teams()).then_some(who.person);
        self.outside.store.team_list(of).await.or_fault()
    }

    async fn get(&self, who: &Principal, team: TeamId) -> Outcome<TeamDetail> {
        require_in(Permission::TeamView, who, team)?;
        let may_manage = Permission::TeamManage.allows(Some(who), Some(team));
        let invitations = if may_manage {
            self.outside.store.invitation_list(team, self.outside.clock.now()).await.or_fault()?
        } else {
            Vec::new()
        };
        Ok(TeamDetail {
            team: self.team(team).await?,
            members: self.outside.store.member_list(team).await.or_fault()?,
            invitations,
            may_manage,
        })
    }

    async fn create(&self, who: &Principal, name: &str) -> Outcome<TeamId> {
        require(Permission::PlatformManage, who)?;
        let mut errors = FieldErrors::default();
        let typed = name;
        let name = check_label("name", name, &mut errors);
        errors.keep("name", typed).into_result()?;
        let team = Team { id: TeamId(Uuid::now_v7()), name, created: self.outside.clock.now() };
        let entry = audit::by(who, team.created, Action::TeamCreated, &team.name).team(team.id).done();
        self.outside.store.team_create(&team, who.person, &entry).await.or_fault().map_err(|fault| match fault {
            Fault::Invalid(errors) => Fault::Invalid(errors.keep("name", typed)),
            other => other,
        })?;
        Ok(team.id)
    }

    async fn invite(&self, who: &Principal, team: TeamId, email: &str, role: Role) -> Outcome<Secret> {
        require_in(Permission::TeamManage, who, team)?;
        let typed = |errors: FieldErrors| errors.keep("email", email).keep("role", role.code());
        let mut errors = FieldErrors::default();
        let address = check_email(email, &mut errors);
        typed(errors).into_result()?;
        let (token, token_hash) = token::new_token();
        let created = self.outside.clock.now();
        let entry = audit::by(who, created, Action::MemberInvited, &address)
            .team(team)
            .change("role", None, Some(role.to_string()))
            .done();
        let invitation = NewInvitation {
            id: InvitationId(Uuid::now_v7()),
            team,
            email: address,
            role,
            token_hash,
            invited_by: who.person,
            created,
            expires: created + TimeDelta::days(self.settings.invitation_days.into()),
        };
        self.outside.store.invitation_create(&invitation, &entry).await.or_fault().map_err(|fault| match fault {
            Fault::Invalid(errors) => Fault::Invalid(typed(errors)),
            other => other,
        })?;
        Ok(token)
    }

    async fn revoke_invitation(&self, who: &Principal, team: TeamId, invitation: InvitationId) -> Outcome<()> {
        require_in(Permission::TeamManage, who, team)?;
        let now = self.outside.clock.now();
        let pending = self.outside.store.invitation_list(team, now).await.or_fault()?;
        let found = pending.into_iter().find(|one| one.id == invitation).ok_or(Fault::NotFound)?;
        let entry = audit::by(who, now, Action::InvitationRevoked, &found.email).team(team).done();
        self.outside.store.invitation_revoke(team, invitation, &entry).await.or_fault()
    }

    async fn set_role(&self, who: &Principal, team: TeamId, person: PersonId, role: Role) -> Outcome<()> {
        require_in(Permission::TeamManage, who, team)?;
        let member = self.member(team, person).await?;
        if member.role == role {
            return Ok(());
        }
        let entry = audit::by(who, self.outside.clock.now(), Action::MemberRoleChanged, &member.name)
            .team(team)
            .change("role", Some(member.role.to_string()), Some(role.to_string()))
            .done();
        self.outside.store.member_set_role(team, person, role, &entry).await.or_fault()
    }

    async fn remove_member(&self, who: &Principal, team: TeamId, person: PersonId) -> Outcome<()> {
        let permission = if person == who.person { Permission::TeamView } else { Permission::TeamManage };
        require_in(permission, who, team)?;
        let member = self.member(team, person).await?;
        let entry = audit::by(who, self.outside.clock.now(), Action::MemberRemoved, &member.name)
            .team(team)
            .change("role", Some(member.role.to_string()), None)
            .done();
        self.outside.store.member_remove(team, person, &entry).await.or_fault()
    }

    async fn offer(&self, token: &str) -> Outcome<InvitationOffer> {
        let (invitation, team_name) = self.invitation(token).await?;
        let person = self.outside.store.person_by_email(&invitation.email).await.or_fault()?;
        Ok(InvitationOffer {
            team_name,
            email: invitation.email,
            role: invitation.role,
            invited_by: invitation.invited_by,
            expires: invitation.expires,
            has_account: person.is_some(),
        })
    }

    async fn accept_as_new(
        &self,
        token: &str,
        name: &str,
        password: &Secret,
        client: &ClientInfo,
    ) -> Outcome<NewSession> {
        let mut errors = FieldErrors::default();
        let typed = name;
        let name = check_label("name", name, &mut errors);
        if let Err(problem) = password::check(password) {
            errors.add("password", problem);
        }
        errors.keep("name", typed).into_result()?;
        let (invitation, _) = self.invitation(token).await?;
        let now = self.outside.clock.now();
        let person = NewPerson {
            id: PersonId(Uuid::now_v7()),
            name,
            email: invitation.email,
            password_hash: self.passwords.hash(password).await?,
            platform_role: None,
            created: now,
        };
        let (record, session) = new_session(&self.outside, &self.settings, person.id, client);
        let actor = Actor::Person { id: person.id, name: person.name.clone() };
        let entry = audit::by_person(actor, client, now, Action::InvitationAccepted, &person.name)
            .team(invitation.team)
            .change("role", None, Some(invitation.role.to_string()))
            .done();
        let who = Accepting::New(Box::new(person), Box::new(record));
        self.outside.store.invitation_accept(&token::hash(token), &who, now, &entry).await.or_fault()?;
        Ok(session)
    }

    async fn accept(&self, who: &Principal, token: &str) -> Outcome<TeamId> {
        let (invitation, _) = self.invitation(token).await?;
        if invitation.email != who.email {
            let problem = FieldProblem::DoesNotMatch { expected: invitation.email };
            return Err(Fault::Invalid(FieldErrors::one("email", problem)));
        }
        let now = self.outside.clock.now();
        let entry = audit::by(who, now, Action::InvitationAccepted, &who.name)
            .team(invitation.team)
            .change("role", None, Some(invitation.role.to_string()))
            .done();
        let accepting = Accepting::Existing(who.person);
        self.outside.store.invitation_accept(&token::hash(token), &accepting, now, &entry).await.or_fault()
    }
}
