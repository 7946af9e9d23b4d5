//! Teams, members, invitations and cloud accounts.

use super::{Tables, refused};
use chrono::{DateTime, Utc};
use model::{
    AccountId, InvitationId, PersonId, TeamId,
    account::CloudAccount,
    fault::Conflict,
    team::{Invitation, Member, Role, Team},
};
use ports::{
    StoreError, StoreResult,
    store::{Accepting, NewAudit, NewInvitation},
};
use std::cmp::Reverse;

pub(super) struct MemberRow {
    pub(super) role: Role,
    pub(super) since: DateTime<Utc>,
}

/// Whether two names are one, as unique indexes over `lower(name)` see them.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

impl Tables {
    pub(super) fn team_list(&self, of: Option<PersonId>) -> Vec<Team> {
        let member = |team: &Team| of.is_none_or(|person| self.members.contains_key(&(team.id, person)));
        let mut teams: Vec<Team> = self.teams.values().filter(|team| member(team)).cloned().collect();
        teams.sort_by_key(|team| (team.name.to_lowercase(), team.id));
        teams
    }

    pub(super) fn team_create(&mut self, team: &Team, owner: PersonId, audit: &NewAudit) -> StoreResult<()> {
        if self.teams.values().any(|known| same(&known.name, &team.name)) {
            return Err(StoreError::Taken { field: "name" });
        }
        if !self.people.contains_key(&owner) {
            return Err(refused("a team owned by nobody"));
        }
        self.teams.insert(team.id, team.clone());
        self.members.insert((team.id, owner), MemberRow { role: Role::Owner, since: team.created });
        self.log(audit);
        Ok(())
    }

    pub(super) fn team_name(&self, team: TeamId) -> String {
        self.teams.get(&team).map(|team| team.name.clone()).unwrap_or_default()
    }

    pub(super) fn member_list(&self, team: TeamId) -> Vec<Member> {
        let mut members: Vec<Member> = self
            .members
            .iter()
            .filter(|((of, _), _)| *of == team)
            .filter_map(|((_, person), row)| {
                let person = self.people.get(person)?;
                Some(Member {
                    person: person.id,
                    name: person.name.clone(),
                    email: person.email.clone(),
                    role: row.role,
                    since: row.since,
                })
            })
            .collect();
        members.sort_by_key(|member| (member.name.to_lowercase(), member.person));
        members
    }

    /// Refuses what would leave a team without an owner: this member giving up being one.
    fn check_last_owner(&self, team: TeamId, person: PersonId) -> StoreResult<()> {
        let member = self.members.get(&(team, person)).ok_or(StoreError::NotFound)?;
        let other = |((of, who), row): (&(TeamId, PersonId), &MemberRow)| {
            *of == team && *who != person && row.role == Role::Owner
        };
        if member.role == Role::Owner && !self.members.iter().any(other) {
            return Err(StoreError::Conflict(Conflict::LastOwner));
        }
        Ok(())
    }

    pub(super) fn member_set_role(
        &mut self,
        team: TeamId,
        person: PersonId,
        role: Role,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        if role != Role::Owner {
            self.check_last_owner(team, person)?;
        }
        self.members.get_mut(&(team, person)).ok_or(StoreError::NotFound)?.role = role;
        self.log(audit);
        Ok(())
    }

    pub(super) fn member_remove(&mut self, team: TeamId, person: PersonId, audit: &NewAudit) -> StoreResult<()> {
        self.check_last_owner(team, person)?;
        self.members.remove(&(team, person));
        self.log(audit);
        Ok(())
    }

    fn invitation(&self, new: &NewInvitation) -> Invitation {
        Invitation {
            id: new.id,
            team: new.team,
            email: new.email.clone(),
            role: new.role,
            created: new.created,
            expires: new.expires,
            invited_by: self.person_name(new.invited_by),
        }
    }

    pub(super) fn invitation_list(&self, team: TeamId, now: DateTime<Utc>) -> Vec<Invitation> {
        let pending = self.invitations.values().filter(|row| row.team == team && row.expires > now);
        let mut invitations: Vec<Invitation> = pending.map(|row| self.invitation(row)).collect();
        invitations.sort_by_key(|invitation| Reverse((invitation.created, invitation.id)));
        invitations
    }

    pub(super) fn invitation_create(&mut self, new: &NewInvitation, audit: &NewAudit) -> StoreResult<()> {
        if !self.teams.contains_key(&new.team) {
            return Err(StoreError::NotFound);
        }
        if self.person_by_email(&new.email).is_some_and(|person| self.members.contains_key(&(new.team, person.id))) {
            return Err(StoreError::Taken { field: "email" });
        }
        self.invitations.retain(|_, row| row.team != new.team || row.email != new.email);
        self.invitations.insert(new.id, new.clone());
        self.log(audit);
        Ok(())
    }

    fn pending(&self, token_hash: &[u8], now: DateTime<Utc>) -> Option<&NewInvitation> {
        self.invitations.values().find(|row| row.token_hash == token_hash && row.expires > now)
    }

    pub(super) fn invitation_by_hash(&self, token_hash: &[u8], now: DateTime<Utc>) -> Option<(Invitation, String)> {
        let row = self.pending(token_hash, now)?;
        Some((self.invitation(row), self.team_name(row.team)))
    }

    pub(super) fn invitation_revoke(
        &mut self,
        team: TeamId,
        invitation: InvitationId,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        if self.invitations.get(&invitation).is_none_or(|row| row.team != team) {
            return Err(StoreError::NotFound);
        }
        self.invitations.remove(&invitation);
        self.log(audit);
        Ok(())
    }

    pub(super) fn invitation_accept(
        &mut self,
        token_hash: &[u8],
        who: &Accepting,
        now: DateTime<Utc>,
        audit: &NewAudit,
    ) -> StoreResult<TeamId> {
        let expired = StoreError::Conflict(Conflict::LinkExpired);
        let (id, team, role) = self.pending(token_hash, now).map(|row| (row.id, row.team, row.role)).ok_or(expired)?;
        if let Accepting::Existing(person) = who
            && self.members.contains_key(&(team, *person))
        {
            return Err(StoreError::Conflict(Conflict::ChangedMeanwhile));
        }
        let person = match who {
            Accepting::New(person, session) => {
                self.check_email(&person.email)?;
                self.add_person(person);
                self.add_session(session);
                person.id
            }
            Accepting::Existing(person) if self.people.contains_key(person) => *person,
            Accepting::Existing(_) => return Err(refused("an invitation accepted by nobody")),
        };
        self.invitations.remove(&id);
        self.members.insert((team, person), MemberRow { role, since: now });
        self.log(audit);
        Ok(team)
    }

    pub(super) fn account_list(&self) -> Vec<CloudAccount> {
        let mut accounts: Vec<CloudAccount> = self.accounts.values().cloned().collect();
        accounts.sort_by_key(|account| (account.name.to_lowercase(), account.id));
        accounts
    }

    pub(super) fn account_create(&mut self, account: &CloudAccount, audit: &NewAudit) -> StoreResult<()> {
        if self.accounts.values().any(|known| same(&known.name, &account.name)) {
            return Err(StoreError::Taken { field: "name" });
        }
        if self.accounts.values().any(|known| known.aws_account == account.aws_account) {
            return Err(StoreError::Taken { field: "aws_account" });
        }
        self.accounts.insert(account.id, account.clone());
        self.log(audit);
        Ok(())
    }

    pub(super) fn account_set_disabled(
        &mut self,
        account: AccountId,
        disabled: bool,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        self.accounts.get_mut(&account).ok_or(StoreError::NotFound)?.disabled = disabled;
        self.log(audit);
        Ok(())
    }
}
