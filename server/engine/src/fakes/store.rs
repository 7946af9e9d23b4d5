//! A store in memory with the contract of [`ports::Store`]: the same refusals, the same order, the same all-or-nothing.

mod contract;
mod drift;
mod environment;
mod history;
mod image;
mod list;
mod operation;
mod page;
mod people;
mod platform;
mod preset;
mod team;
#[cfg(test)]
mod tests;

use super::{Gate, lock};
use chrono::{DateTime, Utc};
use model::{
    AccountId, DraftId, EnvironmentId, InvitationId, MirrorId, OperationId, PersonId, PresetId, SessionId, TeamId,
    VersionId,
    account::CloudAccount,
    image::{ImageVersion, RepositoryState},
    notice::Notice,
    preset::SavedPreset,
    team::{Role, Team},
};
use ports::{
    StoreError, StoreResult,
    store::{DraftRecord, MirrorRecord, NewAudit, NewInvitation, NewPerson, NewSessionRecord, PersonRecord},
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};
use tokio::sync::broadcast;

/// Notices that a slow subscriber may fall behind before it is told of a gap.
const BACKLOG: usize = 1024;

/// Everything that Handrail keeps, in memory. Clones and handles made by [`MemStore::behind`] hold the same data.
#[derive(Clone)]
pub struct MemStore {
    gate: Gate,
    shared: Arc<Shared>,
}

struct Shared {
    tables: Mutex<Tables>,
    /// `None` stands for a lost connection.
    notices: broadcast::Sender<Option<Notice>>,
    faults: Mutex<Faults>,
}

type MakeError = Box<dyn FnOnce() -> StoreError + Send>;

#[derive(Default)]
struct Faults {
    unavailable: bool,
    next: VecDeque<(&'static str, MakeError)>,
}

/// The rows. Methods that change something check everything first, so that a refusal leaves no trace.
#[derive(Default)]
struct Tables {
    setup_link: Option<Vec<u8>>,
    people: BTreeMap<PersonId, PersonRecord>,
    times: BTreeMap<PersonId, people::Times>,
    sessions: BTreeMap<SessionId, people::SessionRow>,
    teams: BTreeMap<TeamId, Team>,
    members: BTreeMap<(TeamId, PersonId), team::MemberRow>,
    invitations: BTreeMap<InvitationId, NewInvitation>,
    accounts: BTreeMap<AccountId, CloudAccount>,
    images: BTreeMap<VersionId, ImageVersion>,
    repositories: BTreeMap<String, RepositoryState>,
    mirrors: BTreeMap<MirrorId, MirrorRecord>,
    drafts: BTreeMap<DraftId, DraftRecord>,
    presets: BTreeMap<PresetId, SavedPreset>,
    environments: BTreeMap<EnvironmentId, environment::EnvironmentRow>,
    operations: BTreeMap<OperationId, operation::OperationRow>,
    audit: Vec<NewAudit>,
    beats: BTreeMap<String, (DateTime<Utc>, String)>,
    /// Notices to send when the method has succeeded.
    outbox: Vec<Notice>,
}

impl Tables {
    /// Writes the audit event of a change that has been checked.
    fn log(&mut self, audit: &NewAudit) {
        self.audit.push(audit.clone());
        if let (Some(team), None) = (audit.team, audit.environment) {
            self.outbox.push(Notice::of_team(team));
        }
    }

    fn tell(&mut self, environment: EnvironmentId, operation: Option<OperationId>) {
        if let Some(row) = self.environments.get(&environment) {
            self.outbox.push(Notice { team: row.new.team, environment, operation });
        }
    }
}

/// What a foreign key or a check constraint would say.
fn refused(why: &str) -> StoreError {
    StoreError::Internal(why.into())
}

impl MemStore {
    /// An empty store.
    pub fn new(gate: &Gate) -> Self {
        let shared =
            Shared { tables: Mutex::default(), notices: broadcast::Sender::new(BACKLOG), faults: Mutex::default() };
        Self { gate: gate.clone(), shared: Arc::new(shared) }
    }

    /// The same data, as another process sees it.
    pub fn behind(&self, gate: &Gate) -> Self {
        Self { gate: gate.clone(), shared: self.shared.clone() }
    }

    /// Lets the next call of a method fail before it does anything. Several are used up in the order given.
    pub fn fail_next(&self, method: &'static str, error: impl FnOnce() -> StoreError + Send + 'static) {
        lock(&self.shared.faults).next.push_back((method, Box::new(error)));
    }

    /// Stops or starts the database: while stopped, every method answers [`StoreError::Unavailable`], and subscribers are told of
    /// a gap when it is back.
    pub fn unavailable(&self, on: bool) {
        let was = std::mem::replace(&mut lock(&self.shared.faults).unavailable, on);
        if was && !on {
            self.send(None);
        }
    }

    /// Every audit event, in the order written.
    pub fn audit(&self) -> Vec<NewAudit> {
        lock(&self.shared.tables).audit.clone()
    }

    /// The last beat's outcome of a worker or reconciler.
    pub fn beat(&self, name: &str) -> Option<String> {
        lock(&self.shared.tables).beats.get(name).map(|(_, outcome)| outcome.clone())
    }

    /// Adds a person, who otherwise would need the setup link or an invitation.
    pub fn seed_person(&self, person: &NewPerson) {
        lock(&self.shared.tables).add_person(person);
    }

    /// Switches a person off or on; no method of the store does that yet.
    pub fn seed_disabled(&self, person: PersonId, disabled: bool) {
        if let Some(record) = lock(&self.shared.tables).people.get_mut(&person) {
            record.disabled = disabled;
        }
    }

    /// Adds a team without members.
    pub fn seed_team(&self, team: &Team) {
        lock(&self.shared.tables).teams.insert(team.id, team.clone());
    }

    /// Puts a person into a team, or changes their role there.
    pub fn seed_member(&self, team: TeamId, person: PersonId, role: Role, since: DateTime<Utc>) {
        lock(&self.shared.tables).members.insert((team, person), team::MemberRow { role, since });
    }

    /// Adds a cloud account.
    pub fn seed_account(&self, account: &CloudAccount) {
        lock(&self.shared.tables).accounts.insert(account.id, account.clone());
    }

    /// Adds a session.
    pub fn seed_session(&self, session: &NewSessionRecord) {
        lock(&self.shared.tables).add_session(session);
    }

    fn send(&self, notice: Option<Notice>) {
        // Nobody subscribed is no fault.
        let _ = self.shared.notices.send(notice);
    }

    fn fault(&self, method: &'static str) -> Option<StoreError> {
        let mut faults = lock(&self.shared.faults);
        if faults.unavailable {
            return Some(StoreError::Unavailable("the test has stopped the database".into()));
        }
        let place = faults.next.iter().position(|(name, _)| *name == method)?;
        faults.next.remove(place).map(|(_, error)| error())
    }

    /// One method: past the gate, all of it or nothing, past the gate.
    async fn run<T>(
        &self,
        method: &'static str,
        work: impl FnOnce(&mut Tables) -> StoreResult<T> + Send,
    ) -> StoreResult<T> {
        self.gate.pass(method).await;
        let answer = match self.fault(method) {
            Some(error) => Err(error),
            None => {
                let mut tables = lock(&self.shared.tables);
                let answer = work(&mut tables);
                let outbox = std::mem::take(&mut tables.outbox);
                if answer.is_ok() {
                    outbox.into_iter().for_each(|notice| self.send(Some(notice)));
                }
                answer
            }
        };
        self.gate.pass(method).await;
        answer
    }
}
