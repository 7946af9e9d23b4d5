//! A store in memory with the contract of [`ports::Store`]: the same refusals, the same order, the same all-or-nothing.

mod environment;
mod operation;
mod page;
mod people;
mod team;

use super::{Gate, lock};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::{
    AccountId, DraftId, EnvironmentId, InvitationId, OperationId, PersonId, Principal, SessionId, TeamId,
    account::CloudAccount,
    audit::AuditEvent,
    environment::{EnvironmentFilter, EnvironmentSummary, Revision},
    notice::Notice,
    operation::{EventKind, OperationEvent, OperationKind, OperationSummary, StepKind},
    page::Page,
    person::SessionView,
    plan::ExpectedDuration,
    team::{Invitation, Member, Role, Team},
};
use ports::{
    Store, StoreError, StoreResult,
    store::{
        Accepting, DraftRecord, EnvironmentRecord, KnownResource, NewAudit, NewEnvironment, NewInvitation,
        NewOperation, NewPerson, NewSessionRecord, Notices, Observation, OperationEnd, OperationRecord, PersonRecord,
    },
};
use std::{
    collections::{BTreeMap, VecDeque},
    future::pending,
    sync::{Arc, Mutex},
};
use tokio::sync::broadcast::{self, error::RecvError};

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
    sessions: BTreeMap<SessionId, people::SessionRow>,
    teams: BTreeMap<TeamId, Team>,
    members: BTreeMap<(TeamId, PersonId), team::MemberRow>,
    invitations: BTreeMap<InvitationId, NewInvitation>,
    accounts: BTreeMap<AccountId, CloudAccount>,
    drafts: BTreeMap<DraftId, DraftRecord>,
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

struct MemNotices(broadcast::Receiver<Option<Notice>>);

#[async_trait]
impl Notices for MemNotices {
    async fn next(&mut self) -> Option<Notice> {
        match self.0.recv().await {
            Ok(notice) => notice,
            Err(RecvError::Lagged(_)) => None,
            Err(RecvError::Closed) => pending().await,
        }
    }
}

#[async_trait]
impl Store for MemStore {
    async fn ready(&self) -> StoreResult<()> {
        self.run("ready", |_| Ok(())).await
    }

    async fn notices(&self) -> StoreResult<Box<dyn Notices>> {
        let receiver = self.shared.notices.subscribe();
        self.run("notices", |_| Ok(Box::new(MemNotices(receiver)) as Box<dyn Notices>)).await
    }

    async fn is_set_up(&self) -> StoreResult<bool> {
        self.run("is_set_up", |tables| Ok(tables.is_set_up())).await
    }

    async fn setup_link_set(&self, token_hash: &[u8], _at: DateTime<Utc>) -> StoreResult<()> {
        self.run("setup_link_set", |tables| {
            tables.setup_link_set(token_hash);
            Ok(())
        })
        .await
    }

    async fn setup_finish(
        &self,
        token_hash: &[u8],
        person: &NewPerson,
        session: &NewSessionRecord,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        self.run("setup_finish", |tables| tables.setup_finish(token_hash, person, session, audit)).await
    }

    async fn person_by_email(&self, email: &str) -> StoreResult<Option<PersonRecord>> {
        self.run("person_by_email", |tables| Ok(tables.person_by_email(email).cloned())).await
    }

    async fn person_by_id(&self, person: PersonId) -> StoreResult<Option<PersonRecord>> {
        self.run("person_by_id", |tables| Ok(tables.people.get(&person).cloned())).await
    }

    async fn person_set_password(
        &self,
        person: PersonId,
        password_hash: &str,
        keep: SessionId,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        self.run("person_set_password", |tables| tables.person_set_password(person, password_hash, keep, audit)).await
    }

    async fn session_create(&self, session: &NewSessionRecord, audit: &NewAudit) -> StoreResult<()> {
        self.run("session_create", |tables| tables.session_create(session, audit)).await
    }

    async fn session_principal(&self, token_hash: &[u8], now: DateTime<Utc>) -> StoreResult<Option<Principal>> {
        self.run("session_principal", |tables| Ok(tables.session_principal(token_hash, now))).await
    }

    async fn session_list(&self, person: PersonId, now: DateTime<Utc>) -> StoreResult<Vec<SessionView>> {
        self.run("session_list", |tables| Ok(tables.session_list(person, now))).await
    }

    async fn session_end(&self, person: PersonId, session: SessionId, audit: &NewAudit) -> StoreResult<()> {
        self.run("session_end", |tables| tables.session_end(person, session, audit)).await
    }

    async fn audit_write(&self, audit: &NewAudit) -> StoreResult<()> {
        self.run("audit_write", |tables| {
            tables.log(audit);
            Ok(())
        })
        .await
    }

    async fn team_list(&self, of: Option<PersonId>) -> StoreResult<Vec<Team>> {
        self.run("team_list", |tables| Ok(tables.team_list(of))).await
    }

    async fn team_get(&self, team: TeamId) -> StoreResult<Option<Team>> {
        self.run("team_get", |tables| Ok(tables.teams.get(&team).cloned())).await
    }

    async fn team_create(&self, team: &Team, owner: PersonId, audit: &NewAudit) -> StoreResult<()> {
        self.run("team_create", |tables| tables.team_create(team, owner, audit)).await
    }

    async fn member_list(&self, team: TeamId) -> StoreResult<Vec<Member>> {
        self.run("member_list", |tables| Ok(tables.member_list(team))).await
    }

    async fn member_set_role(&self, team: TeamId, person: PersonId, role: Role, audit: &NewAudit) -> StoreResult<()> {
        self.run("member_set_role", |tables| tables.member_set_role(team, person, role, audit)).await
    }

    async fn member_remove(&self, team: TeamId, person: PersonId, audit: &NewAudit) -> StoreResult<()> {
        self.run("member_remove", |tables| tables.member_remove(team, person, audit)).await
    }

    async fn invitation_list(&self, team: TeamId, now: DateTime<Utc>) -> StoreResult<Vec<Invitation>> {
        self.run("invitation_list", |tables| Ok(tables.invitation_list(team, now))).await
    }

    async fn invitation_create(&self, invitation: &NewInvitation, audit: &NewAudit) -> StoreResult<()> {
        self.run("invitation_create", |tables| tables.invitation_create(invitation, audit)).await
    }

    async fn invitation_by_hash(
        &self,
        token_hash: &[u8],
        now: DateTime<Utc>,
    ) -> StoreResult<Option<(Invitation, String)>> {
        self.run("invitation_by_hash", |tables| Ok(tables.invitation_by_hash(token_hash, now))).await
    }

    async fn invitation_revoke(&self, team: TeamId, invitation: InvitationId, audit: &NewAudit) -> StoreResult<()> {
        self.run("invitation_revoke", |tables| tables.invitation_revoke(team, invitation, audit)).await
    }

    async fn invitation_accept(
        &self,
        token_hash: &[u8],
        who: &Accepting,
        now: DateTime<Utc>,
        audit: &NewAudit,
    ) -> StoreResult<TeamId> {
        self.run("invitation_accept", |tables| tables.invitation_accept(token_hash, who, now, audit)).await
    }

    async fn account_list(&self) -> StoreResult<Vec<CloudAccount>> {
        self.run("account_list", |tables| Ok(tables.account_list())).await
    }

    async fn account_get(&self, account: AccountId) -> StoreResult<Option<CloudAccount>> {
        self.run("account_get", |tables| Ok(tables.accounts.get(&account).cloned())).await
    }

    async fn account_create(&self, account: &CloudAccount, audit: &NewAudit) -> StoreResult<()> {
        self.run("account_create", |tables| tables.account_create(account, audit)).await
    }

    async fn account_set_disabled(&self, account: AccountId, disabled: bool, audit: &NewAudit) -> StoreResult<()> {
        self.run("account_set_disabled", |tables| tables.account_set_disabled(account, disabled, audit)).await
    }

    async fn draft_put(&self, draft: &DraftRecord, audit: Option<&NewAudit>) -> StoreResult<()> {
        self.run("draft_put", |tables| tables.draft_put(draft, audit)).await
    }

    async fn draft_get(&self, draft: DraftId) -> StoreResult<Option<DraftRecord>> {
        self.run("draft_get", |tables| Ok(tables.drafts.get(&draft).cloned())).await
    }

    async fn draft_stale(&self, before: DateTime<Utc>) -> StoreResult<Vec<DraftRecord>> {
        self.run("draft_stale", |tables| Ok(tables.draft_stale(before))).await
    }

    async fn draft_delete(&self, draft: DraftId, audit: Option<&NewAudit>) -> StoreResult<()> {
        self.run("draft_delete", |tables| tables.draft_delete(draft, audit)).await
    }

    async fn environment_name_taken(&self, team: TeamId, name: &str) -> StoreResult<bool> {
        self.run("environment_name_taken", |tables| Ok(tables.environment_name_taken(team, name))).await
    }

    async fn environment_ranges(&self, account: AccountId, region: &str) -> StoreResult<Vec<(String, String)>> {
        self.run("environment_ranges", |tables| Ok(tables.environment_ranges(account, region))).await
    }

    async fn environment_create(&self, environment: &NewEnvironment, audit: &NewAudit) -> StoreResult<()> {
        self.run("environment_create", |tables| tables.environment_create(environment, audit)).await
    }

    async fn environment_list(
        &self,
        teams: Option<&[TeamId]>,
        filter: &EnvironmentFilter,
        after: Option<&str>,
        limit: u32,
    ) -> StoreResult<Page<EnvironmentSummary>> {
        self.run("environment_list", |tables| Ok(tables.environment_list(teams, filter, after, limit))).await
    }

    async fn environment_get(&self, environment: EnvironmentId) -> StoreResult<Option<EnvironmentRecord>> {
        self.run("environment_get", |tables| Ok(tables.environment_get(environment))).await
    }

    async fn environment_due(&self, checked_before: DateTime<Utc>, limit: u32) -> StoreResult<Vec<EnvironmentId>> {
        self.run("environment_due", |tables| Ok(tables.environment_due(checked_before, limit))).await
    }

    async fn environment_set_stack(
        &self,
        environment: EnvironmentId,
        stack_id: &str,
        outputs: &BTreeMap<String, String>,
        resources: &[KnownResource],
    ) -> StoreResult<()> {
        self.run("environment_set_stack", |tables| {
            tables.environment_set_stack(environment, stack_id, outputs, resources)
        })
        .await
    }

    async fn environment_resources(&self, environment: EnvironmentId) -> StoreResult<Vec<KnownResource>> {
        self.run("environment_resources", |tables| Ok(tables.environment_resources(environment))).await
    }

    async fn environment_observe(&self, observation: &Observation, audit: &NewAudit) -> StoreResult<()> {
        self.run("environment_observe", |tables| tables.environment_observe(observation, audit)).await
    }

    async fn environment_forget_secret(&self, environment: EnvironmentId, audit: &NewAudit) -> StoreResult<()> {
        self.run("environment_forget_secret", |tables| tables.environment_forget_secret(environment, audit)).await
    }

    async fn revision_list(&self, environment: EnvironmentId) -> StoreResult<Vec<Revision>> {
        self.run("revision_list", |tables| Ok(tables.revision_list(environment))).await
    }

    async fn revision_template(&self, environment: EnvironmentId, revision: u32) -> StoreResult<Option<String>> {
        self.run("revision_template", |tables| Ok(tables.revision_template(environment, revision))).await
    }

    async fn operation_start(&self, operation: &NewOperation, audit: &NewAudit) -> StoreResult<()> {
        self.run("operation_start", |tables| tables.operation_start(operation, audit)).await
    }

    async fn operation_get(&self, operation: OperationId) -> StoreResult<Option<OperationRecord>> {
        self.run("operation_get", |tables| Ok(tables.operation_get(operation))).await
    }

    async fn operation_list(
        &self,
        environment: EnvironmentId,
        after: Option<&str>,
        limit: u32,
    ) -> StoreResult<Page<OperationSummary>> {
        self.run("operation_list", |tables| Ok(tables.operation_list(environment, after, limit))).await
    }

    async fn operation_events(&self, operation: OperationId, limit: u32) -> StoreResult<Vec<OperationEvent>> {
        self.run("operation_events", |tables| Ok(tables.operation_events(operation, limit))).await
    }

    async fn operation_claim(
        &self,
        worker: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> StoreResult<Option<OperationRecord>> {
        self.run("operation_claim", |tables| Ok(tables.operation_claim(worker, now, until))).await
    }

    async fn operation_extend(&self, operation: OperationId, worker: &str, until: DateTime<Utc>) -> StoreResult<bool> {
        self.run("operation_extend", |tables| Ok(tables.operation_extend(operation, worker, until))).await
    }

    async fn operation_hand_back(&self, worker: &str, _now: DateTime<Utc>) -> StoreResult<u64> {
        self.run("operation_hand_back", |tables| Ok(tables.operation_hand_back(worker))).await
    }

    async fn step_begin(
        &self,
        operation: OperationId,
        worker: &str,
        step: StepKind,
        at: DateTime<Utc>,
    ) -> StoreResult<Option<serde_json::Value>> {
        self.run("step_begin", |tables| tables.step_begin(operation, worker, step, at)).await
    }

    async fn step_note(
        &self,
        operation: OperationId,
        worker: &str,
        step: StepKind,
        output: &serde_json::Value,
    ) -> StoreResult<()> {
        self.run("step_note", |tables| tables.step_note(operation, worker, step, output)).await
    }

    async fn step_end(
        &self,
        operation: OperationId,
        worker: &str,
        step: StepKind,
        succeeded: bool,
        at: DateTime<Utc>,
    ) -> StoreResult<()> {
        self.run("step_end", |tables| tables.step_end(operation, worker, step, succeeded, at)).await
    }

    async fn event_append(&self, operation: OperationId, events: &[(DateTime<Utc>, EventKind)]) -> StoreResult<()> {
        self.run("event_append", |tables| tables.event_append(operation, events)).await
    }

    async fn operation_finish(&self, end: &OperationEnd, audit: &NewAudit) -> StoreResult<()> {
        self.run("operation_finish", |tables| tables.operation_finish(end, audit)).await
    }

    async fn operation_request_cancel(
        &self,
        operation: OperationId,
        by: &str,
        at: DateTime<Utc>,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        self.run("operation_request_cancel", |tables| tables.operation_request_cancel(operation, by, at, audit)).await
    }

    async fn operation_expected(&self, kind: OperationKind) -> StoreResult<Option<ExpectedDuration>> {
        self.run("operation_expected", |tables| Ok(tables.operation_expected(kind))).await
    }

    async fn audit_list(
        &self,
        environment: Option<EnvironmentId>,
        after: Option<&str>,
        limit: u32,
    ) -> StoreResult<Page<AuditEvent>> {
        self.run("audit_list", |tables| Ok(tables.audit_list(environment, after, limit))).await
    }

    async fn worker_beat(&self, name: &str, at: DateTime<Utc>, outcome: &str) -> StoreResult<()> {
        self.run("worker_beat", |tables| {
            tables.beats.insert(name.to_owned(), (at, outcome.to_owned()));
            Ok(())
        })
        .await
    }

    async fn worker_last_beat(&self, prefix: &str) -> StoreResult<Option<DateTime<Utc>>> {
        self.run("worker_last_beat", |tables| {
            let beats = tables.beats.iter().filter(|(name, _)| name.starts_with(prefix));
            Ok(beats.map(|(_, (at, _))| *at).max())
        })
        .await
    }
}
