//! Signing in and out, sessions and passwords.

use crate::{
    Outside, Settings, audit,
    error::OrFault,
    password::{self, Passwords},
    throttle::Throttle,
    token,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use model::{
    Fault, FieldErrors, FieldProblem, Outcome, PersonId, Principal, Secret, SessionId, TeamId,
    audit::{Action, Actor},
    person::{ClientInfo, SessionView},
    principal::PlatformRole,
    services::{Identity, NewSession},
    team::Team,
};
use ports::store::{NewPerson, NewSessionRecord};
use std::sync::Arc;
use uuid::Uuid;

/// Longest name of a person or a team, in characters.
pub(crate) const LABEL_MAX: usize = 80;

/// Name of the team that an installation begins with.
const FIRST_TEAM: &str = "First team";

/// Failed sign-ins of one account before it must wait: ten in fifteen minutes.
const PER_ACCOUNT: (usize, i64) = (10, 15);
/// Failed sign-ins from one address before it must wait: fifty in fifteen minutes, since offices share addresses.
const PER_ADDRESS: (usize, i64) = (50, 15);

pub(crate) struct IdentityService {
    outside: Outside,
    settings: Arc<Settings>,
    passwords: Arc<Passwords>,
    per_account: Throttle,
    per_address: Throttle,
}

impl IdentityService {
    pub(crate) fn new(outside: Outside, settings: Arc<Settings>, passwords: Arc<Passwords>) -> Self {
        Self {
            outside,
            settings,
            passwords,
            per_account: Throttle::new(PER_ACCOUNT.0, TimeDelta::minutes(PER_ACCOUNT.1)),
            per_address: Throttle::new(PER_ADDRESS.0, TimeDelta::minutes(PER_ADDRESS.1)),
        }
    }
}

impl IdentityService {
    /// A team to begin with, so that the create form works right after the setup link. Where it fails, the admin makes one by hand.
    async fn make_first_team(&self, admin: &NewPerson, client: &ClientInfo) -> Outcome<()> {
        let team = Team { id: TeamId(Uuid::now_v7()), name: FIRST_TEAM.to_owned(), created: admin.created };
        let actor = Actor::Person { id: admin.id, name: admin.name.clone() };
        let entry = audit::by_person(actor, client, team.created, Action::TeamCreated, &team.name).team(team.id).done();
        match self.outside.store.team_create(&team, admin.id, &entry).await.or_fault() {
            // A team of this name is there already: that will do.
            Ok(()) | Err(Fault::Invalid(_)) => Ok(()),
            Err(fault) => Err(fault),
        }
    }
}

/// A session for a person, and what its cookie needs.
pub(crate) fn new_session(
    outside: &Outside,
    settings: &Settings,
    person: PersonId,
    client: &ClientInfo,
) -> (NewSessionRecord, NewSession) {
    let (token, token_hash) = token::new_token();
    let lifetime = TimeDelta::days(settings.session_days.into());
    let created = outside.clock.now();
    let record = NewSessionRecord {
        id: SessionId(Uuid::now_v7()),
        person,
        token_hash,
        created,
        expires: created + lifetime,
        client: client.clone(),
    };
    (record, NewSession { token, max_age_seconds: lifetime.num_seconds() })
}

/// A trimmed name, if it is there and not too long.
pub(crate) fn check_label(field: &str, text: &str, errors: &mut FieldErrors) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        errors.add(field, FieldProblem::Required);
    } else if text.chars().count() > LABEL_MAX {
        errors.add(field, FieldProblem::TooLong { max: LABEL_MAX });
    }
    text
}

/// A lower-case email address, if it looks like one. Whether it is read by anybody only a mail could tell.
pub(crate) fn check_email(text: &str, errors: &mut FieldErrors) -> String {
    let email = text.trim().to_lowercase();
    if email.is_empty() {
        errors.add("email", FieldProblem::Required);
    } else if email.chars().count() > 254 {
        errors.add("email", FieldProblem::TooLong { max: 254 });
    } else {
        let fits = email.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty()
                && !host.contains('@')
                && host.split('.').all(|label| !label.is_empty())
                && host.contains('.')
                && !email.contains(|c: char| c.is_whitespace() || c.is_control())
        });
        if !fits {
            errors.add("email", FieldProblem::NotAnEmail);
        }
    }
    email
}

#[async_trait]
impl Identity for IdentityService {
    async fn set_up(
        &self,
        token: &str,
        name: &str,
        email: &str,
        password: &Secret,
        client: &ClientInfo,
    ) -> Outcome<NewSession> {
        let mut errors = FieldErrors::default();
        let typed_name = name;
        let name = check_label("name", name, &mut errors);
        let typed_email = email;
        let email = check_email(email, &mut errors);
        if let Err(problem) = password::check(password) {
            errors.add("password", problem);
        }
        errors.keep("name", typed_name).keep("email", typed_email).into_result()?;
        let person = NewPerson {
            id: PersonId(Uuid::now_v7()),
            name,
            email,
            password_hash: self.passwords.hash(password).await?,
            platform_role: Some(PlatformRole::Admin),
            created: self.outside.clock.now(),
        };
        let (record, session) = new_session(&self.outside, &self.settings, person.id, client);
        let actor = Actor::Person { id: person.id, name: person.name.clone() };
        let entry = audit::by_person(actor, client, person.created, Action::PlatformSetUp, &person.name).done();
        self.outside.store.setup_finish(&token::hash(token), &person, &record, &entry).await.or_fault()?;
        self.make_first_team(&person, client).await?;
        Ok(session)
    }

    async fn sign_in(&self, email: &str, password: &Secret, client: &ClientInfo) -> Outcome<NewSession> {
        let typed = email;
        let email = email.trim().to_lowercase();
        let now = self.outside.clock.now();
        let mut errors = FieldErrors::default();
        if email.is_empty() {
            errors.add("email", FieldProblem::Required);
        }
        if password.is_empty() {
            errors.add("password", FieldProblem::Required);
        }
        errors.keep("email", typed).into_result()?;
        let address = client.ip.clone().unwrap_or_default();
        let wait = self.per_account.wait_seconds(&email, now).max(self.per_address.wait_seconds(&address, now));
        if let Some(retry_after_seconds) = wait {
            return Err(Fault::TooManyRequests { retry_after_seconds });
        }
        // Counted before the password is looked at, so that many tries at once do not slip through together.
        self.per_account.failed(&email, now);
        self.per_address.failed(&address, now);
        let person = self.outside.store.person_by_email(&email).await.or_fault()?;
        let hash = person.as_ref().map(|person| person.password_hash.as_str());
        // No password is longer than PASSWORD_MAX, so a longer one need not be hashed.
        let fits = password.expose().chars().count() <= model::person::PASSWORD_MAX
            && self.passwords.verify(password, hash).await?;
        let Some(person) = person.filter(|person| fits && !person.disabled) else {
            // What was typed as an email may be a password in the wrong field: it is not kept.
            let entry = audit::by_anonymous(client, now, Action::SignInRefused, "sign-in").done();
            self.outside.store.audit_write(&entry).await.or_fault()?;
            return Err(Fault::Invalid(
                FieldErrors::one("password", FieldProblem::WrongCredentials).keep("email", typed),
            ));
        };
        self.per_account.succeeded(&email);
        self.per_address.succeeded(&address);
        let (record, session) = new_session(&self.outside, &self.settings, person.id, client);
        let actor = Actor::Person { id: person.id, name: person.name.clone() };
        let entry = audit::by_person(actor, client, now, Action::SignedIn, &person.name).done();
        self.outside.store.session_create(&record, &entry).await.or_fault()?;
        Ok(session)
    }

    async fn sign_out(&self, who: &Principal) -> Outcome<()> {
        let entry = audit::by(who, self.outside.clock.now(), Action::SignedOut, &who.name).done();
        self.outside.store.session_end(who.person, who.session, &entry).await.or_fault()
    }

    async fn authenticate(&self, token: &str) -> Outcome<Option<Principal>> {
        self.outside.store.session_principal(&token::hash(token), self.outside.clock.now()).await.or_fault()
    }

    async fn sessions(&self, who: &Principal) -> Outcome<Vec<SessionView>> {
        let mut sessions = self.outside.store.session_list(who.person, self.outside.clock.now()).await.or_fault()?;
        for session in &mut sessions {
            session.current = session.id == who.session;
        }
        Ok(sessions)
    }

    async fn revoke_session(&self, who: &Principal, session: SessionId) -> Outcome<()> {
        let entry = audit::by(who, self.outside.clock.now(), Action::SessionRevoked, &who.name).done();
        self.outside.store.session_end(who.person, session, &entry).await.or_fault()
    }

    async fn change_password(&self, who: &Principal, current: &Secret, new: &Secret) -> Outcome<()> {
        let mut errors = FieldErrors::default();
        if let Err(problem) = password::check(new) {
            errors.add("new", problem);
        }
        errors.into_result()?;
        let now = self.outside.clock.now();
        if let Some(retry_after_seconds) = self.per_account.wait_seconds(&who.email, now) {
            return Err(Fault::TooManyRequests { retry_after_seconds });
        }
        let person = self.outside.store.person_by_id(who.person).await.or_fault()?.ok_or(Fault::Unauthenticated)?;
        if !self.passwords.verify(current, Some(&person.password_hash)).await? {
            self.per_account.failed(&who.email, now);
            return Err(Fault::Invalid(FieldErrors::one("current", FieldProblem::WrongCredentials)));
        }
        let hash = self.passwords.hash(new).await?;
        let entry = audit::by(who, now, Action::PasswordChanged, &who.name).done();
        self.outside.store.person_set_password(who.person, &hash, who.session, &entry).await.or_fault()
    }
}
