//! People, sessions and the setup link.

use super::{Tables, refused};
use chrono::{DateTime, TimeDelta, Utc};
use model::{
    PersonId, Principal, SessionId,
    fault::Conflict,
    person::SessionView,
    principal::{Membership, PlatformRole},
};
use ports::{
    StoreError, StoreResult,
    store::{NewAudit, NewPerson, NewSessionRecord, PersonRecord},
};
use std::cmp::Reverse;

/// Being seen is noted at most this often.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

pub(super) struct SessionRow {
    new: NewSessionRecord,
    last_seen: DateTime<Utc>,
}

/// Moments of a person's life here.
pub(super) struct Times {
    pub(super) created: DateTime<Utc>,
    pub(super) last_seen: Option<DateTime<Utc>>,
}

impl Tables {
    pub(super) fn is_set_up(&self) -> bool {
        self.people.values().any(|person| person.platform_role == Some(PlatformRole::Admin))
    }

    pub(super) fn setup_link_set(&mut self, token_hash: &[u8]) {
        if !self.is_set_up() {
            self.setup_link = Some(token_hash.to_vec());
        }
    }

    pub(super) fn setup_finish(
        &mut self,
        token_hash: &[u8],
        person: &NewPerson,
        session: &NewSessionRecord,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        if self.is_set_up() || self.setup_link.as_deref() != Some(token_hash) {
            return Err(StoreError::Conflict(Conflict::LinkExpired));
        }
        self.check_email(&person.email)?;
        self.setup_link = None;
        self.add_person(person);
        self.add_session(session);
        self.log(audit);
        Ok(())
    }

    pub(super) fn check_email(&self, email: &str) -> StoreResult<()> {
        match self.person_by_email(email) {
            Some(_) => Err(StoreError::Taken { field: "email" }),
            None => Ok(()),
        }
    }

    pub(super) fn add_person(&mut self, person: &NewPerson) {
        let record = PersonRecord {
            id: person.id,
            name: person.name.clone(),
            email: person.email.clone(),
            password_hash: person.password_hash.clone(),
            platform_role: person.platform_role,
            disabled: false,
        };
        self.people.insert(person.id, record);
        self.times.insert(person.id, Times { created: person.created, last_seen: None });
    }

    fn saw(&mut self, person: PersonId, at: DateTime<Utc>) {
        if let Some(times) = self.times.get_mut(&person) {
            times.last_seen = times.last_seen.max(Some(at));
        }
    }

    /// Ends all sessions of a person.
    pub(super) fn end_sessions(&mut self, person: PersonId) {
        self.sessions.retain(|_, row| row.new.person != person);
    }

    pub(super) fn add_session(&mut self, session: &NewSessionRecord) {
        self.sessions.insert(session.id, SessionRow { new: session.clone(), last_seen: session.created });
        self.saw(session.person, session.created);
    }

    pub(super) fn person_by_email(&self, email: &str) -> Option<&PersonRecord> {
        self.people.values().find(|person| person.email == email)
    }

    /// The name of a person, for the columns that join it.
    pub(super) fn person_name(&self, person: PersonId) -> String {
        self.people.get(&person).map(|person| person.name.clone()).unwrap_or_default()
    }

    pub(super) fn person_set_password(
        &mut self,
        person: PersonId,
        password_hash: &str,
        keep: SessionId,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        let record = self.people.get_mut(&person).ok_or(StoreError::NotFound)?;
        record.password_hash = password_hash.to_owned();
        self.sessions.retain(|id, row| row.new.person != person || *id == keep);
        self.log(audit);
        Ok(())
    }

    pub(super) fn session_create(&mut self, session: &NewSessionRecord, audit: &NewAudit) -> StoreResult<()> {
        if !self.people.contains_key(&session.person) {
            return Err(refused("a session of nobody"));
        }
        self.add_session(session);
        self.log(audit);
        Ok(())
    }

    pub(super) fn session_principal(&mut self, token_hash: &[u8], now: DateTime<Utc>) -> Option<Principal> {
        let live = |row: &&mut SessionRow| row.new.token_hash == token_hash && row.new.expires > now;
        let row = self.sessions.values_mut().find(live)?;
        let person = self.people.get(&row.new.person).filter(|person| !person.disabled)?.clone();
        let session = row.new.id;
        if now - row.last_seen >= SEEN_EVERY {
            row.last_seen = now;
            self.saw(person.id, now);
        }
        let memberships = self.memberships(person.id);
        Some(Principal {
            person: person.id,
            name: person.name,
            email: person.email,
            platform_role: person.platform_role,
            memberships,
            session,
            client: model::person::ClientInfo::default(),
        })
    }

    /// The teams of a person, by name.
    pub(super) fn memberships(&self, person: PersonId) -> Vec<Membership> {
        let own = self.members.iter().filter(|((_, member), _)| *member == person);
        let mut memberships: Vec<Membership> = own
            .filter_map(|((team, _), member)| {
                let team_name = self.teams.get(team)?.name.clone();
                Some(Membership { team: *team, team_name, role: member.role })
            })
            .collect();
        memberships.sort_by_key(|membership| membership.team_name.to_lowercase());
        memberships
    }

    pub(super) fn session_list(&self, person: PersonId, now: DateTime<Utc>) -> Vec<SessionView> {
        let own = self.sessions.values().filter(|row| row.new.person == person && row.new.expires > now);
        let mut views: Vec<SessionView> = own
            .map(|row| SessionView {
                id: row.new.id,
                created: row.new.created,
                last_seen: row.last_seen,
                expires: row.new.expires,
                client: row.new.client.clone(),
                current: false,
            })
            .collect();
        views.sort_by_key(|view| Reverse((view.created, view.id)));
        views
    }

    pub(super) fn session_end(&mut self, person: PersonId, session: SessionId, audit: &NewAudit) -> StoreResult<()> {
        if self.sessions.get(&session).is_none_or(|row| row.new.person != person) {
            return Err(StoreError::NotFound);
        }
        self.sessions.remove(&session);
        self.log(audit);
        Ok(())
    }
}
