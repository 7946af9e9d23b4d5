//! Joins the files of this crate to [`ports::Store`], method by method.

mod image;

use crate::{
    PgStore, account, audit, draft, drift, environment, history, installation, invitation, notice, operation, person,
    preset, session, team, worker,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::{
    AccountId, DraftId, EnvironmentId, InvitationId, OperationId, PersonId, PresetId, Principal, SessionId, TeamId,
    account::CloudAccount,
    drift::Drift,
    environment::{EnvironmentFilter, EnvironmentSummary, Revision, StateFilter},
    history::{HistoryEntry, HistoryFilter, PersonOption},
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
use std::collections::BTreeMap;

#[async_trait]
impl Store for PgStore {
    async fn ready(&self) -> StoreResult<()> {
        Ok(installation::ready(&self.pool).await?)
    }

    async fn notices(&self) -> StoreResult<Box<dyn Notices>> {
        Ok(notice::listen(&self.pool).await?)
    }

    async fn is_set_up(&self) -> StoreResult<bool> {
        Ok(installation::is_set_up(&self.pool).await?)
    }

    async fn setup_link_set(&self, token_hash: &[u8], at: DateTime<Utc>) -> StoreResult<()> {
        Ok(installation::link_set(&self.pool, token_hash, at).await?)
    }

    async fn setup_finish(
        &self,
        token_hash: &[u8],
        person: &NewPerson,
        session: &NewSessionRecord,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        Ok(installation::finish(&self.pool, token_hash, person, session, audit).await?)
    }

    async fn person_by_email(&self, email: &str) -> StoreResult<Option<PersonRecord>> {
        Ok(person::by_email(&self.pool, email).await?)
    }

    async fn person_by_id(&self, person: PersonId) -> StoreResult<Option<PersonRecord>> {
        Ok(person::by_id(&self.pool, person).await?)
    }

    async fn person_set_password(
        &self,
        person: PersonId,
        password_hash: &str,
        keep: SessionId,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        Ok(person::set_password(&self.pool, person, password_hash, keep, audit).await?)
    }

    async fn person_list(
        &self,
        search: &str,
        now: DateTime<Utc>,
        after: Option<&str>,
        limit: u32,
    ) -> StoreResult<Page<PersonRow>> {
        Ok(person::list(&self.pool, search, now, after, limit).await?)
    }

    async fn person_set_disabled(&self, person: PersonId, disabled: bool, audit: &NewAudit) -> StoreResult<()> {
        Ok(person::set_disabled(&self.pool, person, disabled, audit).await?)
    }

    async fn person_set_platform_role(
        &self,
        person: PersonId,
        role: Option<PlatformRole>,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        Ok(person::set_platform_role(&self.pool, person, role, audit).await?)
    }

    async fn session_create(&self, session: &NewSessionRecord, audit: &NewAudit) -> StoreResult<()> {
        Ok(session::create(&self.pool, session, audit).await?)
    }

    async fn session_principal(&self, token_hash: &[u8], now: DateTime<Utc>) -> StoreResult<Option<Principal>> {
        Ok(session::principal(&self.pool, token_hash, now).await?)
    }

    async fn session_list(&self, person: PersonId, now: DateTime<Utc>) -> StoreResult<Vec<SessionView>> {
        Ok(session::list(&self.pool, person, now).await?)
    }

    async fn session_end(&self, person: PersonId, session: SessionId, audit: &NewAudit) -> StoreResult<()> {
        Ok(session::end(&self.pool, person, session, audit).await?)
    }

    async fn audit_write(&self, audit: &NewAudit) -> StoreResult<()> {
        Ok(audit::write_alone(&self.pool, audit).await?)
    }

    async fn team_list(&self, of: Option<PersonId>) -> StoreResult<Vec<Team>> {
        Ok(team::list(&self.pool, of).await?)
    }

    async fn team_rows(&self, after: Option<&str>, limit: u32) -> StoreResult<Page<TeamRow>> {
        Ok(team::rows(&self.pool, after, limit).await?)
    }

    async fn team_get(&self, team: TeamId) -> StoreResult<Option<Team>> {
        Ok(team::get(&self.pool, team).await?)
    }

    async fn team_create(&self, team: &Team, owner: PersonId, audit: &NewAudit) -> StoreResult<()> {
        Ok(team::create(&self.pool, team, owner, audit).await?)
    }

    async fn member_list(&self, team: TeamId) -> StoreResult<Vec<Member>> {
        Ok(team::members(&self.pool, team).await?)
    }

    async fn member_set_role(&self, team: TeamId, person: PersonId, role: Role, audit: &NewAudit) -> StoreResult<()> {
        Ok(team::set_role(&self.pool, team, person, role, audit).await?)
    }

    async fn member_remove(&self, team: TeamId, person: PersonId, audit: &NewAudit) -> StoreResult<()> {
        Ok(team::remove(&self.pool, team, person, audit).await?)
    }

    async fn invitation_list(&self, team: TeamId, now: DateTime<Utc>) -> StoreResult<Vec<Invitation>> {
        Ok(invitation::list(&self.pool, team, now).await?)
    }

    async fn invitation_create(&self, invitation: &NewInvitation, audit: &NewAudit) -> StoreResult<()> {
        Ok(invitation::create(&self.pool, invitation, audit).await?)
    }

    async fn invitation_by_hash(
        &self,
        token_hash: &[u8],
        now: DateTime<Utc>,
    ) -> StoreResult<Option<(Invitation, String)>> {
        Ok(invitation::by_hash(&self.pool, token_hash, now).await?)
    }

    async fn invitation_revoke(&self, team: TeamId, invitation: InvitationId, audit: &NewAudit) -> StoreResult<()> {
        Ok(invitation::revoke(&self.pool, team, invitation, audit).await?)
    }

    async fn invitation_accept(
        &self,
        token_hash: &[u8],
        who: &Accepting,
        now: DateTime<Utc>,
        audit: &NewAudit,
    ) -> StoreResult<TeamId> {
        Ok(invitation::accept(&self.pool, token_hash, who, now, audit).await?)
    }

    async fn account_list(&self) -> StoreResult<Vec<CloudAccount>> {
        Ok(account::list(&self.pool).await?)
    }

    async fn account_get(&self, account: AccountId) -> StoreResult<Option<CloudAccount>> {
        Ok(account::get(&self.pool, account).await?)
    }

    async fn account_create(&self, account: &CloudAccount, audit: &NewAudit) -> StoreResult<()> {
        Ok(account::create(&self.pool, account, audit).await?)
    }

    async fn account_set_disabled(&self, account: AccountId, disabled: bool, audit: &NewAudit) -> StoreResult<()> {
        Ok(account::set_disabled(&self.pool, account, disabled, audit).await?)
    }

    async fn account_set_regions(&self, account: AccountId, regions: &[String], audit: &NewAudit) -> StoreResult<()> {
        Ok(account::set_regions(&self.pool, account, regions, audit).await?)
    }

    async fn account_environments(&self) -> StoreResult<BTreeMap<AccountId, u32>> {
        Ok(account::environments(&self.pool).await?)
    }

    async fn draft_put(&self, draft: &DraftRecord, audit: Option<&NewAudit>) -> StoreResult<()> {
        Ok(draft::put(&self.pool, draft, audit).await?)
    }

    async fn draft_get(&self, draft: DraftId) -> StoreResult<Option<DraftRecord>> {
        Ok(draft::get(&self.pool, draft).await?)
    }

    async fn draft_stale(&self, before: DateTime<Utc>) -> StoreResult<Vec<DraftRecord>> {
        Ok(draft::stale(&self.pool, before).await?)
    }

    async fn preset_list(&self, team: Option<TeamId>) -> StoreResult<Vec<SavedPreset>> {
        Ok(preset::list(&self.pool, team).await?)
    }

    async fn preset_create(&self, preset: &SavedPreset, by: PersonId, audit: &NewAudit) -> StoreResult<()> {
        Ok(preset::create(&self.pool, preset, by, audit).await?)
    }

    async fn preset_delete(&self, preset: PresetId, audit: &NewAudit) -> StoreResult<()> {
        Ok(preset::delete(&self.pool, preset, audit).await?)
    }

    async fn draft_delete(&self, draft: DraftId, audit: Option<&NewAudit>) -> StoreResult<()> {
        Ok(draft::delete(&self.pool, draft, audit).await?)
    }

    async fn environment_name_taken(&self, team: TeamId, name: &str) -> StoreResult<bool> {
        Ok(environment::name_taken(&self.pool, team, name).await?)
    }

    async fn environment_ranges(&self, account: AccountId, region: &str) -> StoreResult<Vec<(String, String)>> {
        Ok(environment::ranges(&self.pool, account, region).await?)
    }

    async fn environment_create(&self, environment: &NewEnvironment, audit: &NewAudit) -> StoreResult<()> {
        Ok(environment::create(&self.pool, environment, audit).await?)
    }

    async fn environment_list(
        &self,
        teams: Option<&[TeamId]>,
        filter: &EnvironmentFilter,
        after: Option<&str>,
        limit: u32,
    ) -> StoreResult<Page<EnvironmentSummary>> {
        Ok(environment::list::list(&self.pool, teams, filter, after, limit).await?)
    }

    async fn environment_count(&self, teams: Option<&[TeamId]>, filter: &EnvironmentFilter) -> StoreResult<u32> {
        Ok(environment::list::count(&self.pool, teams, filter).await?)
    }

    async fn environment_states(&self, states: &[StateFilter]) -> StoreResult<Vec<u32>> {
        Ok(environment::list::states(&self.pool, states).await?)
    }

    async fn environment_get(&self, environment: EnvironmentId) -> StoreResult<Option<EnvironmentRecord>> {
        Ok(environment::get(&self.pool, environment).await?)
    }

    async fn environment_due(&self, due: &Due) -> StoreResult<Vec<EnvironmentRecord>> {
        Ok(environment::due(&self.pool, due).await?)
    }

    async fn environment_set_stack(
        &self,
        environment: EnvironmentId,
        stack_id: &str,
        outputs: &BTreeMap<String, String>,
        resources: &[KnownResource],
    ) -> StoreResult<()> {
        Ok(environment::resource::set_stack(&self.pool, environment, stack_id, outputs, resources).await?)
    }

    async fn environment_resources(&self, environment: EnvironmentId) -> StoreResult<Vec<KnownResource>> {
        Ok(environment::resource::list(&self.pool, environment).await?)
    }

    async fn environment_observe(&self, observation: &Observation, audit: &NewAudit) -> StoreResult<()> {
        Ok(environment::observe(&self.pool, observation, audit).await?)
    }

    async fn drift_due(
        &self,
        before: DateTime<Utc>,
        at: DateTime<Utc>,
        limit: u32,
    ) -> StoreResult<Vec<EnvironmentRecord>> {
        Ok(drift::due(&self.pool, before, at, limit).await?)
    }

    async fn drift_request(&self, environment: EnvironmentId, at: DateTime<Utc>) -> StoreResult<()> {
        Ok(drift::request(&self.pool, environment, at).await?)
    }

    async fn drift_get(&self, environment: EnvironmentId) -> StoreResult<Drift> {
        Ok(drift::get(&self.pool, environment).await?)
    }

    async fn drift_put(
        &self,
        environment: EnvironmentId,
        at: DateTime<Utc>,
        outcome: &DriftOutcome,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        Ok(drift::put(&self.pool, environment, at, outcome, audit).await?)
    }

    async fn environment_keep_secret(
        &self,
        environment: EnvironmentId,
        secret: &NamedSecret,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        Ok(environment::secret::keep(&self.pool, environment, secret, audit).await?)
    }

    async fn environment_drop_secret(
        &self,
        environment: EnvironmentId,
        name: &str,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        Ok(environment::secret::drop(&self.pool, environment, name, audit).await?)
    }

    async fn environment_forget_secrets(&self, environment: EnvironmentId, audit: &NewAudit) -> StoreResult<()> {
        Ok(environment::secret::forget(&self.pool, environment, audit).await?)
    }

    async fn revision_list(&self, environment: EnvironmentId) -> StoreResult<Vec<Revision>> {
        Ok(environment::revision::list(&self.pool, environment).await?)
    }

    async fn revision_template(&self, environment: EnvironmentId, revision: u32) -> StoreResult<Option<String>> {
        Ok(environment::revision::template(&self.pool, environment, revision).await?)
    }

    async fn operation_start(&self, operation: &NewOperation, audit: &NewAudit) -> StoreResult<()> {
        Ok(operation::start(&self.pool, operation, audit).await?)
    }

    async fn operation_get(&self, operation: OperationId) -> StoreResult<Option<OperationRecord>> {
        Ok(operation::get(&self.pool, operation).await?)
    }

    async fn operation_list(
        &self,
        environment: EnvironmentId,
        after: Option<&str>,
        limit: u32,
    ) -> StoreResult<Page<OperationSummary>> {
        Ok(operation::list(&self.pool, environment, after, limit).await?)
    }

    async fn operation_running(&self, limit: u32) -> StoreResult<Vec<PlatformOperation>> {
        Ok(operation::platform::running(&self.pool, limit).await?)
    }

    async fn operation_failed(&self, limit: u32) -> StoreResult<Vec<PlatformOperation>> {
        Ok(operation::platform::failed(&self.pool, limit).await?)
    }

    async fn operation_events(&self, operation: OperationId, limit: u32) -> StoreResult<Vec<OperationEvent>> {
        Ok(operation::event::list(&self.pool, operation, limit).await?)
    }

    async fn operation_claim(
        &self,
        worker: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> StoreResult<Option<OperationRecord>> {
        Ok(operation::lease::claim(&self.pool, worker, now, until).await?)
    }

    async fn operation_extend(&self, operation: OperationId, worker: &str, until: DateTime<Utc>) -> StoreResult<bool> {
        Ok(operation::lease::extend(&self.pool, operation, worker, until).await?)
    }

    async fn operation_hand_back(&self, worker: &str, _now: DateTime<Utc>) -> StoreResult<u64> {
        Ok(operation::lease::hand_back(&self.pool, worker).await?)
    }

    async fn step_begin(
        &self,
        operation: OperationId,
        worker: &str,
        step: StepKind,
        at: DateTime<Utc>,
    ) -> StoreResult<Option<serde_json::Value>> {
        Ok(operation::step::begin(&self.pool, operation, worker, step, at).await?)
    }

    async fn step_note(
        &self,
        operation: OperationId,
        worker: &str,
        step: StepKind,
        output: &serde_json::Value,
    ) -> StoreResult<()> {
        Ok(operation::step::note(&self.pool, operation, worker, step, output).await?)
    }

    async fn step_end(
        &self,
        operation: OperationId,
        worker: &str,
        step: StepKind,
        succeeded: bool,
        at: DateTime<Utc>,
    ) -> StoreResult<()> {
        Ok(operation::step::end(&self.pool, operation, worker, step, succeeded, at).await?)
    }

    async fn event_append(&self, operation: OperationId, events: &[(DateTime<Utc>, EventKind)]) -> StoreResult<()> {
        Ok(operation::event::append(&self.pool, operation, events).await?)
    }

    async fn operation_finish(&self, end: &OperationEnd, audit: &NewAudit) -> StoreResult<()> {
        Ok(operation::lease::finish(&self.pool, end, audit).await?)
    }

    async fn operation_request_cancel(
        &self,
        operation: OperationId,
        by: &str,
        at: DateTime<Utc>,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        Ok(operation::request_cancel(&self.pool, operation, by, at, audit).await?)
    }

    async fn operation_expected(&self, kind: OperationKind) -> StoreResult<Option<ExpectedDuration>> {
        Ok(operation::expected(&self.pool, kind).await?)
    }

    async fn history_list(
        &self,
        teams: Option<&[TeamId]>,
        filter: &HistoryFilter,
        after: Option<&str>,
        limit: u32,
    ) -> StoreResult<Page<HistoryEntry>> {
        Ok(history::list(&self.pool, teams, filter, after, limit).await?)
    }

    async fn history_people(&self, teams: Option<&[TeamId]>, limit: u32) -> StoreResult<Vec<PersonOption>> {
        Ok(history::people(&self.pool, teams, limit).await?)
    }

    async fn history_environments(&self, teams: Option<&[TeamId]>, limit: u32) -> StoreResult<Vec<String>> {
        Ok(history::environments(&self.pool, teams, limit).await?)
    }

    async fn worker_beat(&self, name: &str, at: DateTime<Utc>, outcome: &str) -> StoreResult<()> {
        Ok(worker::beat(&self.pool, name, at, outcome).await?)
    }

    async fn worker_list(&self, since: DateTime<Utc>) -> StoreResult<Vec<Beat>> {
        Ok(worker::list(&self.pool, since).await?)
    }

    async fn worker_last_beat(&self, prefix: &str) -> StoreResult<Option<DateTime<Utc>>> {
        Ok(worker::last_beat(&self.pool, prefix).await?)
    }
}
