//! Makes audit events.

use chrono::{DateTime, Utc};
use model::{
    AuditId, EnvironmentId, OperationId, Principal, TeamId,
    audit::{Action, Actor, FieldChange},
    person::ClientInfo,
};
use ports::store::NewAudit;
use uuid::Uuid;

/// An audit event of a signed-in person.
pub(crate) fn by(who: &Principal, at: DateTime<Utc>, action: Action, subject: impl Into<String>) -> Entry {
    let actor = Actor::Person { id: who.person, name: who.name.clone() };
    Entry::new(actor, at, action, subject.into()).from(&who.client)
}

/// An audit event of Handrail itself.
pub(crate) fn by_handrail(at: DateTime<Utc>, action: Action, subject: impl Into<String>) -> Entry {
    Entry::new(Actor::Handrail, at, action, subject.into())
}

/// An audit event of somebody who is not signed in.
pub(crate) fn by_anonymous(
    client: &ClientInfo,
    at: DateTime<Utc>,
    action: Action,
    subject: impl Into<String>,
) -> Entry {
    Entry::new(Actor::Anonymous, at, action, subject.into()).from(client)
}

/// An audit event of a person who is known, but has no principal yet: they sign in or are made by this very request.
pub(crate) fn by_person(actor: Actor, client: &ClientInfo, at: DateTime<Utc>, action: Action, subject: &str) -> Entry {
    Entry::new(actor, at, action, subject.to_owned()).from(client)
}

/// An audit event being put together.
pub(crate) struct Entry(NewAudit);

impl Entry {
    fn new(actor: Actor, at: DateTime<Utc>, action: Action, subject: String) -> Self {
        Self(NewAudit {
            id: AuditId(Uuid::now_v7()),
            at,
            actor,
            action,
            team: None,
            environment: None,
            operation: None,
            subject,
            changes: Vec::new(),
            ip: None,
            request_id: None,
        })
    }

    fn from(mut self, client: &ClientInfo) -> Self {
        self.0.ip.clone_from(&client.ip);
        self.0.request_id.clone_from(&client.request_id);
        self
    }

    pub(crate) fn team(mut self, team: TeamId) -> Self {
        self.0.team = Some(team);
        self
    }

    pub(crate) fn environment(mut self, environment: EnvironmentId) -> Self {
        self.0.environment = Some(environment);
        self
    }

    pub(crate) fn operation(mut self, operation: OperationId) -> Self {
        self.0.operation = Some(operation);
        self
    }

    pub(crate) fn change(mut self, field: &str, before: Option<String>, after: Option<String>) -> Self {
        self.0.changes.push(FieldChange { field: field.to_owned(), before, after });
        self
    }

    pub(crate) fn done(self) -> NewAudit {
        self.0
    }
}
