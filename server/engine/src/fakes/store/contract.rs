//! [`ports::Store`] for [`MemStore`]: each method runs its counterpart of [`Tables`](super::Tables) as one transaction.

use super::MemStore;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::{
    AccountId, DraftId, EnvironmentId, InvitationId, OperationId, PersonId, PresetId, Principal, SessionId, TeamId,
    account::CloudAccount,
    drift::Drift,
    environment::{EnvironmentFilter, EnvironmentSummary, Revision, StateFilter},
    history::{HistoryEntry, HistoryFilter, PersonOption},
    notice::Notice,
    operation::{EventKind, OperationEvent, OperationKind, OperationSummary, StepKind},
    page::Page,
    person::SessionView,
    plan::ExpectedDuration,
    platform::{PersonRow, PlatformOperation, TeamRow},
    preset::SavedPreset,
    principal::PlatformRole,
    team::{Invitation, Member, Role, Team},
};
use ports::{
    Store, StoreResult,
    store::{
        Accepting, Beat, DraftRecord, DriftOutcome, Due, EnvironmentRecord, KnownResource, NamedSecret, NewAudit,
        NewEnvironment, NewInvitation, NewOperation, NewPerson, NewSessionRecord, Notices, Observation, OperationEnd,
        OperationRecord, PersonRecord,
    },
};
use std::{collections::BTreeMap, future::pending};
use tokio::sync::broadcast::{self, error::RecvError};

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

    async fn person_list(
        &self,
        search: &str,
        now: DateTime<Utc>,
        after: Option<&str>,
        limit: u32,
    ) -> StoreResult<Page<PersonRow>> {
        self.run("person_list", |tables| Ok(tables.person_list(search, now, after, limit))).await
    }

    async fn person_set_disabled(&self, person: PersonId, disabled: bool, audit: &NewAudit) -> StoreResult<()> {
        self.run("person_set_disabled", |tables| tables.person_set_disabled(person, disabled, audit)).await
    }

    async fn person_set_platform_role(
        &self,
        person: PersonId,
        role: Option<PlatformRole>,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        self.run("person_set_platform_role", |tables| tables.person_set_platform_role(person, role, audit)).await
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

    async fn team_rows(&self, after: Option<&str>, limit: u32) -> StoreResult<Page<TeamRow>> {
        self.run("team_rows", |tables| Ok(tables.team_rows(after, limit))).await
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

    async fn account_set_regions(&self, account: AccountId, regions: &[String], audit: &NewAudit) -> StoreResult<()> {
        self.run("account_set_regions", |tables| tables.account_set_regions(account, regions, audit)).await
    }

    async fn account_environments(&self) -> StoreResult<BTreeMap<AccountId, u32>> {
        self.run("account_environments", |tables| Ok(tables.account_environments())).await
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

    async fn preset_list(&self, team: Option<TeamId>) -> StoreResult<Vec<SavedPreset>> {
        self.run("preset_list", |tables| Ok(tables.preset_list(team))).await
    }

    async fn preset_create(&self, preset: &SavedPreset, _by: PersonId, audit: &NewAudit) -> StoreResult<()> {
        self.run("preset_create", |tables| tables.preset_create(preset, audit)).await
    }

    async fn preset_delete(&self, preset: PresetId, audit: &NewAudit) -> StoreResult<()> {
        self.run("preset_delete", |tables| tables.preset_delete(preset, audit)).await
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

    async fn environment_count(&self, teams: Option<&[TeamId]>, filter: &EnvironmentFilter) -> StoreResult<u32> {
        self.run("environment_count", |tables| Ok(tables.environment_count(teams, filter))).await
    }

    async fn environment_states(&self, states: &[StateFilter]) -> StoreResult<Vec<u32>> {
        self.run("environment_states", |tables| Ok(tables.environment_states(states))).await
    }

    async fn environment_get(&self, environment: EnvironmentId) -> StoreResult<Option<EnvironmentRecord>> {
        self.run("environment_get", |tables| Ok(tables.environment_get(environment))).await
    }

    async fn environment_due(&self, due: &Due) -> StoreResult<Vec<EnvironmentRecord>> {
        self.run("environment_due", |tables| Ok(tables.environment_due(due))).await
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

    async fn drift_due(
        &self,
        before: DateTime<Utc>,
        at: DateTime<Utc>,
        limit: u32,
    ) -> StoreResult<Vec<EnvironmentRecord>> {
        self.run("drift_due", |tables| Ok(tables.drift_due(before, at, limit))).await
    }

    async fn drift_request(&self, environment: EnvironmentId, at: DateTime<Utc>) -> StoreResult<()> {
        self.run("drift_request", |tables| tables.drift_request(environment, at)).await
    }

    async fn drift_get(&self, environment: EnvironmentId) -> StoreResult<Drift> {
        self.run("drift_get", |tables| Ok(tables.drift_get(environment))).await
    }

    async fn drift_put(
        &self,
        environment: EnvironmentId,
        at: DateTime<Utc>,
        outcome: &DriftOutcome,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        self.run("drift_put", |tables| tables.drift_put(environment, at, outcome, audit)).await
    }

    async fn environment_keep_secret(
        &self,
        environment: EnvironmentId,
        secret: &NamedSecret,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        self.run("environment_keep_secret", |tables| tables.environment_keep_secret(environment, secret, audit)).await
    }

    async fn environment_drop_secret(
        &self,
        environment: EnvironmentId,
        name: &str,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        self.run("environment_drop_secret", |tables| tables.environment_drop_secret(environment, name, audit)).await
    }

    async fn environment_forget_secrets(&self, environment: EnvironmentId, audit: &NewAudit) -> StoreResult<()> {
        self.run("environment_forget_secrets", |tables| tables.environment_forget_secrets(environment, audit)).await
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

    async fn operation_running(&self, limit: u32) -> StoreResult<Vec<PlatformOperation>> {
        self.run("operation_running", |tables| Ok(tables.operation_running(limit))).await
    }

    async fn operation_failed(&self, limit: u32) -> StoreResult<Vec<PlatformOperation>> {
        self.run("operation_failed", |tables| Ok(tables.operation_failed(limit))).await
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

    async fn history_list(
        &self,
        teams: Option<&[TeamId]>,
        filter: &HistoryFilter,
        after: Option<&str>,
        limit: u32,
    ) -> StoreResult<Page<HistoryEntry>> {
        self.run("history_list", |tables| Ok(tables.history_list(teams, filter, after, limit))).await
    }

    async fn history_people(&self, teams: Option<&[TeamId]>, limit: u32) -> StoreResult<Vec<PersonOption>> {
        self.run("history_people", |tables| Ok(tables.history_people(teams, limit))).await
    }

    async fn history_environments(&self, teams: Option<&[TeamId]>, limit: u32) -> StoreResult<Vec<String>> {
        self.run("history_environments", |tables| Ok(tables.history_environments(teams, limit))).await
    }

    async fn worker_beat(&self, name: &str, at: DateTime<Utc>, outcome: &str) -> StoreResult<()> {
        self.run("worker_beat", |tables| {
            tables.beats.insert(name.to_owned(), (at, outcome.to_owned()));
            Ok(())
        })
        .await
    }

    async fn worker_list(&self, since: DateTime<Utc>) -> StoreResult<Vec<Beat>> {
        self.run("worker_list", |tables| Ok(tables.worker_list(since))).await
    }

    async fn worker_last_beat(&self, prefix: &str) -> StoreResult<Option<DateTime<Utc>>> {
        self.run("worker_last_beat", |tables| {
            let beats = tables.beats.iter().filter(|(name, _)| name.starts_with(prefix));
            Ok(beats.map(|(_, (at, _))| *at).max())
        })
        .await
    }
}
