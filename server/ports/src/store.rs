//! What Handrail keeps in Postgres. Each mutation takes the audit event that is written with it, in the same transaction.

mod image;

pub use image::{
    BlobUpload, ImageStore, MirrorEnd, MirrorNote, MirrorRecord, NewMirror, RepositoryFound, RepositoryLook,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::{
    AccountId, AuditId, DraftId, EnvironmentId, InvitationId, OperationId, PersonId, PresetId, Principal, SessionId,
    TeamId,
    account::CloudAccount,
    audit::{Action, Actor, FieldChange},
    cause::{Cause, CloudProblem},
    draft::DraftForm,
    drift::{Drift, DriftedResource},
    environment::{
        DeleteOptions, EnvironmentFilter, EnvironmentStatus, EnvironmentSummary, Health, Receipt, Revision, StateFilter,
    },
    fault::{Conflict, FieldErrors},
    history::{HistoryEntry, HistoryFilter, PersonOption},
    notice::Notice,
    operation::{EventKind, OperationEvent, OperationKind, OperationStatus, OperationSummary, Step, StepKind},
    page::Page,
    person::{ClientInfo, SessionView},
    plan::ExpectedDuration,
    platform::{PersonRow, PlatformOperation, TeamRow},
    preset::SavedPreset,
    principal::PlatformRole,
    spec::Spec,
    team::{Invitation, Member, Role, Team},
};
use std::collections::BTreeMap;

/// A subscription to changes.
#[async_trait]
pub trait Notices: Send {
    /// The next change; `None` after a gap (the connection was lost and is back), when everything shown should be read again.
    async fn next(&mut self) -> Option<Notice>;
}

/// What every method returns.
pub type StoreResult<T> = Result<T, StoreError>;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No such row.
    #[error("no such row")]
    NotFound,
    /// A unique name is in use; the field that holds it.
    #[error("{field} is taken")]
    Taken { field: &'static str },
    /// The row is not in the state that the change needs.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// The database does not answer.
    #[error("the database does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Anything else: a fault of ours.
    #[error("the database refused")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// An audit event to write. The store gives it nothing of its own: the engine makes id and time.
#[derive(Clone, Debug)]
pub struct NewAudit {
    pub id: AuditId,
    pub at: DateTime<Utc>,
    pub actor: Actor,
    pub action: Action,
    pub team: Option<TeamId>,
    pub environment: Option<EnvironmentId>,
    pub operation: Option<OperationId>,
    pub subject: String,
    pub changes: Vec<FieldChange>,
    pub ip: Option<String>,
    pub request_id: Option<String>,
}

/// A person to make.
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub id: PersonId,
    pub name: String,
    /// Lower case.
    pub email: String,
    /// argon2id, in PHC text form.
    pub password_hash: String,
    pub platform_role: Option<PlatformRole>,
    pub created: DateTime<Utc>,
}

/// A person with what signing in needs.
#[derive(Clone, Debug)]
pub struct PersonRecord {
    pub id: PersonId,
    pub name: String,
    pub email: String,
    pub password_hash: String,
    pub platform_role: Option<PlatformRole>,
    pub disabled: bool,
}

/// A session to make.
#[derive(Clone, Debug)]
pub struct NewSessionRecord {
    pub id: SessionId,
    pub person: PersonId,
    /// SHA-256 of the token in the cookie.
    pub token_hash: Vec<u8>,
    pub created: DateTime<Utc>,
    pub expires: DateTime<Utc>,
    pub client: ClientInfo,
}

/// An invitation to make.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    pub id: InvitationId,
    pub team: TeamId,
    pub email: String,
    pub role: Role,
    /// SHA-256 of the token in the link.
    pub token_hash: Vec<u8>,
    pub invited_by: PersonId,
    pub created: DateTime<Utc>,
    pub expires: DateTime<Utc>,
}

/// Who accepts an invitation.
#[derive(Clone, Debug)]
pub enum Accepting {
    /// A person who is made now, and the session that signs them in.
    New(Box<NewPerson>, Box<NewSessionRecord>),
    /// A person who exists.
    Existing(PersonId),
}

/// A draft as kept.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftRecord {
    pub id: DraftId,
    pub owner: PersonId,
    pub form: DraftForm,
    pub errors: FieldErrors,
    /// Where the LLM key was stored: account, region and ARN.
    pub llm_key: Option<StoredSecret>,
    /// Where the OIDC client secret was stored.
    pub sign_in_secret: Option<StoredSecret>,
    /// Where the extra secrets were stored.
    pub secrets: Vec<NamedSecret>,
    pub updated: DateTime<Utc>,
}

/// A secret that Handrail put into Secrets Manager.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StoredSecret {
    pub account: AccountId,
    pub region: String,
    pub arn: String,
}

/// An extra secret that Handrail put into Secrets Manager, by the name of the variable that it is for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct NamedSecret {
    pub name: String,
    #[serde(flatten)]
    pub stored: StoredSecret,
}

/// An environment to make, with its first revision and its create operation, in one transaction that also removes the draft.
#[derive(Clone, Debug)]
pub struct NewEnvironment {
    pub id: EnvironmentId,
    pub draft: DraftId,
    pub name: String,
    pub team: TeamId,
    pub account: AccountId,
    pub region: String,
    pub spec: Spec,
    pub stack_name: String,
    pub template_body: String,
    pub template_hash: String,
    pub created_by: PersonId,
    pub created: DateTime<Utc>,
    pub llm_key: Option<StoredSecret>,
    /// Where the OIDC client secret was stored.
    pub sign_in_secret: Option<StoredSecret>,
    pub secrets: Vec<NamedSecret>,
    pub operation: OperationId,
}

/// An environment with what the worker needs.
#[derive(Clone, Debug)]
pub struct EnvironmentRecord {
    pub summary: EnvironmentSummary,
    pub revision: u32,
    pub stack_name: String,
    pub stack_id: Option<String>,
    /// The stack's outputs, as of the last look.
    pub outputs: BTreeMap<String, String>,
    pub llm_key: Option<StoredSecret>,
    /// Where the OIDC client secret was stored.
    pub sign_in_secret: Option<StoredSecret>,
    /// Extra secrets, whether tasks read them or not.
    pub secrets: Vec<NamedSecret>,
    pub receipt: Option<Receipt>,
    /// Looks in a row that would have changed its health, but were not believed yet.
    pub doubts: u32,
}

/// An operation to start on an environment that exists.
#[derive(Clone, Debug)]
pub struct NewOperation {
    pub id: OperationId,
    pub environment: EnvironmentId,
    pub kind: OperationKind,
    pub requested_by: PersonId,
    pub requested: DateTime<Utc>,
    pub delete_options: Option<DeleteOptions>,
    pub retry_of: Option<OperationId>,
    /// How many tasks are to run at its end, where it is about that.
    pub desired: Option<u32>,
    /// The revision that it brings into force, where it does.
    pub revision: Option<u32>,
    /// That revision, where it is made with the operation.
    pub new_revision: Option<NewRevision>,
    /// Steps that need not run again, since they succeeded in the operation that this one retries.
    pub done: Vec<StepKind>,
    /// The environment's status while the operation runs.
    pub environment_status: EnvironmentStatus,
    /// Statuses that the environment may be in for this to start; otherwise [`Conflict::WrongState`].
    pub allowed_from: Vec<EnvironmentStatus>,
}

impl NewOperation {
    /// Its steps, in order.
    pub fn steps(&self) -> Vec<StepKind> {
        StepKind::planned(self.kind, self.desired)
    }
}

/// A revision to keep with the operation that brings it into force.
#[derive(Clone, Debug)]
pub struct NewRevision {
    pub number: u32,
    /// The revision in force that it was made from; another one by now is [`Conflict::PlanChanged`].
    pub base: u32,
    pub spec: Spec,
    pub template_body: String,
    pub template_hash: String,
}

/// An operation with what the worker and the page need.
#[derive(Clone, Debug)]
pub struct OperationRecord {
    pub summary: OperationSummary,
    pub steps: Vec<Step>,
    pub cancel_requested: bool,
    pub delete_options: Option<DeleteOptions>,
    /// The environment's status before it, which an end without effect returns to; `None` for a creation.
    pub from_status: Option<EnvironmentStatus>,
    /// Which worker holds it, until when.
    pub lease: Option<(String, DateTime<Utc>)>,
}

/// How an operation ended.
#[derive(Clone, Debug)]
pub struct OperationEnd {
    pub operation: OperationId,
    /// The worker that holds the lease; another one's end is refused with [`Conflict::ChangedMeanwhile`].
    pub worker: String,
    pub status: OperationStatus,
    pub cause: Option<Cause>,
    pub at: DateTime<Utc>,
    pub environment_status: EnvironmentStatus,
    /// How many tasks AWS was told to run, if it was told.
    pub desired: Option<u32>,
    /// The revision that is in force now, if another one is.
    pub revision: Option<u32>,
    /// What is known of it now; [`Health::NotChecked`] where the next look must tell.
    pub health: Option<Health>,
    pub reported_version: Option<String>,
    pub receipt: Option<Receipt>,
}

/// What a look at AWS found out about an environment.
#[derive(Clone, Debug)]
pub struct Observation {
    pub environment: EnvironmentId,
    pub health: Health,
    pub reported_version: Option<String>,
    /// When AWS was asked; `None` if it could not be, which keeps the time of the last success.
    pub checked: Option<DateTime<Utc>>,
    pub at: DateTime<Utc>,
    /// Looks in a row, this one included, that are not believed yet.
    pub doubts: u32,
}

impl Observation {
    /// When somebody looked, with success or without. `None` after a change that nobody has looked at: it is due at the next wake.
    pub fn looked(&self) -> Option<DateTime<Utc>> {
        let unseen = self.checked.is_none() && self.health == Health::NotChecked;
        (!unseen).then_some(self.at)
    }
}

/// Which environments are due for a look.
#[derive(Clone, Debug)]
pub struct Due {
    /// Not looked at since then.
    pub before: DateTime<Utc>,
    /// The same where the last look is doubted.
    pub doubted_before: DateTime<Utc>,
    /// Accounts and regions that are left alone for now.
    pub except: Vec<(AccountId, String)>,
    /// Now: they count as looked at from here on, so that nobody else takes them.
    pub at: DateTime<Utc>,
    pub limit: u32,
}

/// What a comparison with the template came to.
#[derive(Clone, Debug)]
pub enum DriftOutcome {
    /// It was finished.
    Compared { compared: u32, resources: Vec<DriftedResource>, incomplete: Option<String> },
    /// It came to nothing; what was known before stays.
    Failed(CloudProblem),
}

/// When a worker or reconciler last ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beat {
    pub name: String,
    pub at: DateTime<Utc>,
    pub outcome: String,
}

/// A resource that Handrail knows a stack has made, so that the sweep can ask after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownResource {
    pub logical_id: String,
    pub resource_type: String,
    pub physical_id: String,
}

/// Everything that Handrail keeps.
#[async_trait]
pub trait Store: ImageStore + Send + Sync {
    // --- the installation -----------------------------------------------------------------------------------------
    /// Answers if the database does and the schema is the expected one.
    async fn ready(&self) -> StoreResult<()>;
    /// Subscribes to changes.
    async fn notices(&self) -> StoreResult<Box<dyn Notices>>;
    /// Whether a platform admin exists.
    async fn is_set_up(&self) -> StoreResult<bool>;
    /// Keeps the hash of a new setup link, in place of an older one. Does nothing once a platform admin exists.
    async fn setup_link_set(&self, token_hash: &[u8], at: DateTime<Utc>) -> StoreResult<()>;
    /// Uses the setup link: makes the platform admin and signs them in. [`Conflict::LinkExpired`] if the hash is not the kept one.
    async fn setup_finish(
        &self,
        token_hash: &[u8],
        person: &NewPerson,
        session: &NewSessionRecord,
        audit: &NewAudit,
    ) -> StoreResult<()>;

    // --- people and sessions --------------------------------------------------------------------------------------
    async fn person_by_email(&self, email: &str) -> StoreResult<Option<PersonRecord>>;
    async fn person_by_id(&self, person: PersonId) -> StoreResult<Option<PersonRecord>>;
    /// Changes the password and ends all sessions but `keep`.
    async fn person_set_password(
        &self,
        person: PersonId,
        password_hash: &str,
        keep: SessionId,
        audit: &NewAudit,
    ) -> StoreResult<()>;
    /// Everybody, by name (ignoring case), then id; `search` is part of a name or an email, ignoring case. Sessions that have expired
    /// by `now` do not count.
    async fn person_list(
        &self,
        search: &str,
        now: DateTime<Utc>,
        after: Option<&str>,
        limit: u32,
    ) -> StoreResult<Page<PersonRow>>;
    /// Disabling ends all sessions of the person. [`Conflict::LastAdmin`] if no enabled platform admin would be left.
    async fn person_set_disabled(&self, person: PersonId, disabled: bool, audit: &NewAudit) -> StoreResult<()>;
    /// [`Conflict::LastAdmin`] if no enabled platform admin would be left.
    async fn person_set_platform_role(
        &self,
        person: PersonId,
        role: Option<PlatformRole>,
        audit: &NewAudit,
    ) -> StoreResult<()>;
    async fn session_create(&self, session: &NewSessionRecord, audit: &NewAudit) -> StoreResult<()>;
    /// The person of an unexpired session; notes that it was seen, at most once a minute.
    async fn session_principal(&self, token_hash: &[u8], now: DateTime<Utc>) -> StoreResult<Option<Principal>>;
    /// Unexpired sessions of a person, newest first; `current` is not set here.
    async fn session_list(&self, person: PersonId, now: DateTime<Utc>) -> StoreResult<Vec<SessionView>>;
    /// Ends a session of that person. `NotFound` if it is not theirs.
    async fn session_end(&self, person: PersonId, session: SessionId, audit: &NewAudit) -> StoreResult<()>;
    /// Writes an audit event by itself, for things that change nothing (a refused sign-in).
    async fn audit_write(&self, audit: &NewAudit) -> StoreResult<()>;

    // --- teams ------------------------------------------------------------------------------------------------------
    /// All teams, or those of a person, by name.
    async fn team_list(&self, of: Option<PersonId>) -> StoreResult<Vec<Team>>;
    /// Every team with its owners and counts, by name (ignoring case), then id.
    async fn team_rows(&self, after: Option<&str>, limit: u32) -> StoreResult<Page<TeamRow>>;
    async fn team_get(&self, team: TeamId) -> StoreResult<Option<Team>>;
    /// `Taken { field: "name" }` if the name is in use (ignoring case).
    async fn team_create(&self, team: &Team, owner: PersonId, audit: &NewAudit) -> StoreResult<()>;
    /// Members, by name.
    async fn member_list(&self, team: TeamId) -> StoreResult<Vec<Member>>;
    /// [`Conflict::LastOwner`] if no owner would be left.
    async fn member_set_role(&self, team: TeamId, person: PersonId, role: Role, audit: &NewAudit) -> StoreResult<()>;
    /// [`Conflict::LastOwner`] if no owner would be left.
    async fn member_remove(&self, team: TeamId, person: PersonId, audit: &NewAudit) -> StoreResult<()>;
    /// Pending ones, newest first.
    async fn invitation_list(&self, team: TeamId, now: DateTime<Utc>) -> StoreResult<Vec<Invitation>>;
    /// A newer invitation of the same email to the same team replaces an older one. `Taken { field: "email" }` if already a member.
    async fn invitation_create(&self, invitation: &NewInvitation, audit: &NewAudit) -> StoreResult<()>;
    /// Unused and unexpired, with the team's name.
    async fn invitation_by_hash(
        &self,
        token_hash: &[u8],
        now: DateTime<Utc>,
    ) -> StoreResult<Option<(Invitation, String)>>;
    async fn invitation_revoke(&self, team: TeamId, invitation: InvitationId, audit: &NewAudit) -> StoreResult<()>;
    /// Uses an invitation once. [`Conflict::LinkExpired`] if it was used or revoked meanwhile.
    async fn invitation_accept(
        &self,
        token_hash: &[u8],
        who: &Accepting,
        now: DateTime<Utc>,
        audit: &NewAudit,
    ) -> StoreResult<TeamId>;

    // --- cloud accounts -----------------------------------------------------------------------------------------------
    /// By name.
    async fn account_list(&self) -> StoreResult<Vec<CloudAccount>>;
    async fn account_get(&self, account: AccountId) -> StoreResult<Option<CloudAccount>>;
    /// `Taken { field: "name" }` or `Taken { field: "aws_account" }`.
    async fn account_create(&self, account: &CloudAccount, audit: &NewAudit) -> StoreResult<()>;
    async fn account_set_disabled(&self, account: AccountId, disabled: bool, audit: &NewAudit) -> StoreResult<()>;
    async fn account_set_regions(&self, account: AccountId, regions: &[String], audit: &NewAudit) -> StoreResult<()>;
    /// How many environments each account has that are not deleted, counted up to [`COUNT_LIMIT`](model::page::COUNT_LIMIT).
    async fn account_environments(&self) -> StoreResult<BTreeMap<AccountId, u32>>;

    // --- drafts -------------------------------------------------------------------------------------------------------
    /// Makes or replaces a draft of its owner. `audit` is given when a secret was stored with it.
    async fn draft_put(&self, draft: &DraftRecord, audit: Option<&NewAudit>) -> StoreResult<()>;
    async fn draft_get(&self, draft: DraftId) -> StoreResult<Option<DraftRecord>>;
    /// Drafts not touched since then, oldest first, at most 100.
    async fn draft_stale(&self, before: DateTime<Utc>) -> StoreResult<Vec<DraftRecord>>;
    /// Presets, by name; with `team`, those on offer to it.
    async fn preset_list(&self, team: Option<TeamId>) -> StoreResult<Vec<SavedPreset>>;
    /// Fails with [`StoreError::Taken`] on `name`.
    async fn preset_create(&self, preset: &SavedPreset, by: PersonId, audit: &NewAudit) -> StoreResult<()>;
    async fn preset_delete(&self, preset: PresetId, audit: &NewAudit) -> StoreResult<()>;
    async fn draft_delete(&self, draft: DraftId, audit: Option<&NewAudit>) -> StoreResult<()>;

    // --- environments ---------------------------------------------------------------------------------------------------
    /// Whether a live environment of the team has the name.
    async fn environment_name_taken(&self, team: TeamId, name: &str) -> StoreResult<bool>;
    /// Names and VPC ranges of live environments in an account and region that have a VPC of their own.
    async fn environment_ranges(&self, account: AccountId, region: &str) -> StoreResult<Vec<(String, String)>>;
    /// Environment, revision 1, operation with its steps, audit event; removes the draft; notifies. `Taken { field: "name" }`;
    /// [`Conflict::ChangedMeanwhile`] if the draft is gone (it was posted twice).
    async fn environment_create(&self, environment: &NewEnvironment, audit: &NewAudit) -> StoreResult<()>;
    /// In the filter's order; a cursor of another order gives the first page. `teams`: only those, or every team.
    async fn environment_list(
        &self,
        teams: Option<&[TeamId]>,
        filter: &EnvironmentFilter,
        after: Option<&str>,
        limit: u32,
    ) -> StoreResult<Page<EnvironmentSummary>>;
    /// How many the list has on all its pages, counted up to [`COUNT_LIMIT`](model::page::COUNT_LIMIT).
    async fn environment_count(&self, teams: Option<&[TeamId]>, filter: &EnvironmentFilter) -> StoreResult<u32>;
    /// How many environments of all teams are in each of these states, each counted up to
    /// [`COUNT_LIMIT`](model::page::COUNT_LIMIT).
    async fn environment_states(&self, states: &[StateFilter]) -> StoreResult<Vec<u32>>;
    async fn environment_get(&self, environment: EnvironmentId) -> StoreResult<Option<EnvironmentRecord>>;
    /// Takes environments that should be up and on which no operation runs, those looked at longest ago first. Two callers at once
    /// never get the same one.
    async fn environment_due(&self, due: &Due) -> StoreResult<Vec<EnvironmentRecord>>;
    /// Keeps the stack's id and outputs and the resources seen, whenever the worker learns of them.
    async fn environment_set_stack(
        &self,
        environment: EnvironmentId,
        stack_id: &str,
        outputs: &BTreeMap<String, String>,
        resources: &[KnownResource],
    ) -> StoreResult<()>;
    /// Every resource ever seen in the environment's stack.
    async fn environment_resources(&self, environment: EnvironmentId) -> StoreResult<Vec<KnownResource>>;
    /// Keeps a look's result if no operation runs; writes the audit event only when the kind of health changed. Notifies on change. The
    /// time of the last success never goes back, whichever replica's clock it comes from.
    async fn environment_observe(&self, observation: &Observation, audit: &NewAudit) -> StoreResult<()>;
    /// Takes environments to compare with their templates, in the order: somebody asked, never compared, longest ago. Only those that
    /// should be up, on which no operation runs, and that were not compared since `before` or since their last operation.
    async fn drift_due(
        &self,
        before: DateTime<Utc>,
        at: DateTime<Utc>,
        limit: u32,
    ) -> StoreResult<Vec<EnvironmentRecord>>;
    /// Notes that somebody asks for a comparison. [`Conflict::WrongState`] unless the environment should be up. Notifies.
    async fn drift_request(&self, environment: EnvironmentId, at: DateTime<Utc>) -> StoreResult<()>;
    /// What is known of an environment's drift.
    async fn drift_get(&self, environment: EnvironmentId) -> StoreResult<Drift>;
    /// Keeps what a comparison came to; writes the audit event only when the number of resources that differ changed. Notifies.
    async fn drift_put(
        &self,
        environment: EnvironmentId,
        at: DateTime<Utc>,
        outcome: &DriftOutcome,
        audit: &NewAudit,
    ) -> StoreResult<()>;
    /// Keeps where an extra secret was stored, in place of one of the same name.
    async fn environment_keep_secret(
        &self,
        environment: EnvironmentId,
        secret: &NamedSecret,
        audit: &NewAudit,
    ) -> StoreResult<()>;
    /// Forgets where an extra secret was stored, after it was deleted.
    async fn environment_drop_secret(
        &self,
        environment: EnvironmentId,
        name: &str,
        audit: &NewAudit,
    ) -> StoreResult<()>;
    /// Forgets where all secrets were stored, after they were deleted.
    async fn environment_forget_secrets(&self, environment: EnvironmentId, audit: &NewAudit) -> StoreResult<()>;
    /// Newest first.
    async fn revision_list(&self, environment: EnvironmentId) -> StoreResult<Vec<Revision>>;
    /// The template of a revision, minified as sent.
    async fn revision_template(&self, environment: EnvironmentId, revision: u32) -> StoreResult<Option<String>>;

    // --- operations -----------------------------------------------------------------------------------------------------
    /// Operation, its steps and its new revision. [`Conflict::OperationRunning`] if one is active, by a unique index;
    /// [`Conflict::PlanChanged`] if the revision in force is another than the new one was made from.
    async fn operation_start(&self, operation: &NewOperation, audit: &NewAudit) -> StoreResult<()>;
    async fn operation_get(&self, operation: OperationId) -> StoreResult<Option<OperationRecord>>;
    /// Newest first.
    async fn operation_list(
        &self,
        environment: EnvironmentId,
        after: Option<&str>,
        limit: u32,
    ) -> StoreResult<Page<OperationSummary>>;
    /// Operations of all teams that are queued or run, the oldest first.
    async fn operation_running(&self, limit: u32) -> StoreResult<Vec<PlatformOperation>>;
    /// Operations of all teams that failed, the one that ended last first.
    async fn operation_failed(&self, limit: u32) -> StoreResult<Vec<PlatformOperation>>;
    /// Newest first.
    async fn operation_events(&self, operation: OperationId, limit: u32) -> StoreResult<Vec<OperationEvent>>;
    /// Takes the oldest operation that is queued or whose lease has run out, and holds it until `until`. Notifies.
    async fn operation_claim(
        &self,
        worker: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> StoreResult<Option<OperationRecord>>;
    /// Holds it longer. `false` if another worker has it by now: stop at once.
    async fn operation_extend(&self, operation: OperationId, worker: &str, until: DateTime<Utc>) -> StoreResult<bool>;
    /// Hands back everything that the worker holds (shutdown), so that another goes on at once.
    async fn operation_hand_back(&self, worker: &str, now: DateTime<Utc>) -> StoreResult<u64>;
    /// Notes that a step begins; counts its attempts. Returns the output kept by an earlier attempt, if any.
    async fn step_begin(
        &self,
        operation: OperationId,
        worker: &str,
        step: StepKind,
        at: DateTime<Utc>,
    ) -> StoreResult<Option<serde_json::Value>>;
    /// Keeps what a step has found out so far (a stack id, the last event seen), for the next attempt after a crash.
    async fn step_note(
        &self,
        operation: OperationId,
        worker: &str,
        step: StepKind,
        output: &serde_json::Value,
    ) -> StoreResult<()>;
    /// Notes how a step ended.
    async fn step_end(
        &self,
        operation: OperationId,
        worker: &str,
        step: StepKind,
        succeeded: bool,
        at: DateTime<Utc>,
    ) -> StoreResult<()>;
    /// Appends events; a stack event whose id is there already is left out. Notifies.
    async fn event_append(&self, operation: OperationId, events: &[(DateTime<Utc>, EventKind)]) -> StoreResult<()>;
    /// Ends an operation: its row, its unfinished steps, the environment, the audit event, in one transaction. Notifies.
    async fn operation_finish(&self, end: &OperationEnd, audit: &NewAudit) -> StoreResult<()>;
    /// [`Conflict::WrongState`] if it is over.
    async fn operation_request_cancel(
        &self,
        operation: OperationId,
        by: &str,
        at: DateTime<Utc>,
        audit: &NewAudit,
    ) -> StoreResult<()>;
    /// Percentiles over the last 100 successful operations of the kind; `None` with fewer than three.
    async fn operation_expected(&self, kind: OperationKind) -> StoreResult<Option<ExpectedDuration>>;

    // --- history --------------------------------------------------------------------------------------------------------
    /// Newest first; only events of `teams`, or of everything. The filter's team is not looked at: it stands in `teams`.
    async fn history_list(
        &self,
        teams: Option<&[TeamId]>,
        filter: &HistoryFilter,
        after: Option<&str>,
        limit: u32,
    ) -> StoreResult<Page<HistoryEntry>>;
    /// Who is a member of `teams` or has been one, or everybody, by name.
    async fn history_people(&self, teams: Option<&[TeamId]>, limit: u32) -> StoreResult<Vec<PersonOption>>;
    /// Names that environments of `teams`, or any, have or had, in their order.
    async fn history_environments(&self, teams: Option<&[TeamId]>, limit: u32) -> StoreResult<Vec<String>>;

    // --- workers --------------------------------------------------------------------------------------------------------
    /// Notes that a worker or reconciler of this name ran, with a line about the outcome.
    async fn worker_beat(&self, name: &str, at: DateTime<Utc>, outcome: &str) -> StoreResult<()>;
    /// The beats since then, by name, at most 200.
    async fn worker_list(&self, since: DateTime<Utc>) -> StoreResult<Vec<Beat>>;
    /// When the newest beat of a name with this prefix was.
    async fn worker_last_beat(&self, prefix: &str) -> StoreResult<Option<DateTime<Utc>>>;
}
