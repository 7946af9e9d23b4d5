//! What the pages may ask of the engine. Server functions call exactly one of these methods; the engine authorizes first in each.

use crate::{
    DraftId, EnvironmentId, InvitationId, MirrorId, OperationId, Outcome, PersonId, PresetId, Principal, Secret,
    SessionId, TeamId, TypedSecrets, VersionId,
    account::{AccountRow, CallerIdentity},
    draft::{CreateOptions, DraftForm, DraftView},
    drift::Drift,
    environment::{
        DeleteOptions, EnvironmentDetail, EnvironmentFilter, EnvironmentPage, LiveState, Revision, RevisionComparison,
    },
    export::Export,
    history::{HistoryEntry, HistoryForm, HistoryOptions},
    image::{Catalogue, CopyScan, ImageForm},
    log::{LogChunk, LogExport, LogPage, LogQuery, LogTail},
    metric::{Board, RangeForm},
    mirror::{MirrorForm, MirrorView},
    operation::{OperationSummary, OperationView},
    page::Page,
    person::{ClientInfo, SessionView},
    plan::Plan,
    platform::{CallRate, Installation, PersonRow, PlatformOverview, Setting, TeamRow, Work},
    preset::{PresetForm, SavedPreset},
    principal::PlatformRole,
    role::{RoleForm, RoleTemplates},
    team::{InvitationOffer, Role, Team, TeamDetail},
    update::{UpdateForm, UpdateOptions, UpdatePlan},
};
use async_trait::async_trait;
use std::sync::Arc;

/// All services, as the server puts them into the context of a request.
#[derive(Clone)]
pub struct Services {
    pub identity: Arc<dyn Identity>,
    pub teams: Arc<dyn Teams>,
    pub accounts: Arc<dyn Accounts>,
    pub environments: Arc<dyn Environments>,
    pub operations: Arc<dyn Operations>,
    pub logs: Arc<dyn Logs>,
    pub metrics: Arc<dyn Metrics>,
    pub history: Arc<dyn History>,
    pub images: Arc<dyn Images>,
    pub platform: Arc<dyn Platform>,
    pub presets: Arc<dyn Presets>,
}

/// A session that was just made. The token goes into the cookie and nowhere else.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub token: Secret,
    /// How long the cookie lives, in seconds.
    pub max_age_seconds: i64,
}

/// Signing in and out, people and their sessions.
#[async_trait]
pub trait Identity: Send + Sync {
    /// Makes the first platform admin with the one-time setup link's token.
    async fn set_up(
        &self,
        token: &str,
        name: &str,
        email: &str,
        password: &Secret,
        client: &ClientInfo,
    ) -> Outcome<NewSession>;
    /// Checks email and password. Slow on purpose, and limited per account and per address.
    async fn sign_in(&self, email: &str, password: &Secret, client: &ClientInfo) -> Outcome<NewSession>;
    /// Ends the session of the request.
    async fn sign_out(&self, who: &Principal) -> Outcome<()>;
    /// The person of a session cookie, if the session is alive.
    async fn authenticate(&self, token: &str) -> Outcome<Option<Principal>>;
    /// Own sessions, newest first.
    async fn sessions(&self, who: &Principal) -> Outcome<Vec<SessionView>>;
    /// Ends one of one's own sessions.
    async fn revoke_session(&self, who: &Principal, session: SessionId) -> Outcome<()>;
    /// Changes one's own password and ends all other sessions.
    async fn change_password(&self, who: &Principal, current: &Secret, new: &Secret) -> Outcome<()>;
}

/// Teams, members and invitations.
#[async_trait]
pub trait Teams: Send + Sync {
    /// The teams that the person may see, by name.
    async fn list(&self, who: &Principal) -> Outcome<Vec<Team>>;
    async fn get(&self, who: &Principal, team: TeamId) -> Outcome<TeamDetail>;
    /// Makes a team; the person becomes its owner.
    async fn create(&self, who: &Principal, name: &str) -> Outcome<TeamId>;
    /// Invites by email. Returns the token of the link, which is shown once.
    async fn invite(&self, who: &Principal, team: TeamId, email: &str, role: Role) -> Outcome<Secret>;
    async fn revoke_invitation(&self, who: &Principal, team: TeamId, invitation: InvitationId) -> Outcome<()>;
    async fn set_role(&self, who: &Principal, team: TeamId, person: PersonId, role: Role) -> Outcome<()>;
    /// Removes a member; anybody may remove themselves.
    async fn remove_member(&self, who: &Principal, team: TeamId, person: PersonId) -> Outcome<()>;
    /// What an invitation link offers. Needs no session: the token is the right.
    async fn offer(&self, token: &str) -> Outcome<InvitationOffer>;
    /// Accepts as a new person, who is signed in by it.
    async fn accept_as_new(
        &self,
        token: &str,
        name: &str,
        password: &Secret,
        client: &ClientInfo,
    ) -> Outcome<NewSession>;
    /// Accepts as the signed-in person, whose email must be the invited one.
    async fn accept(&self, who: &Principal, token: &str) -> Outcome<TeamId>;
}

/// Cloud accounts.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// By name.
    async fn list(&self, who: &Principal) -> Outcome<Vec<AccountRow>>;
    /// Asks AWS who Handrail is in that account.
    async fn check(&self, who: &Principal, account: crate::AccountId) -> Outcome<CallerIdentity>;
    /// Registers an account after AWS has confirmed its number.
    async fn register(&self, who: &Principal, form: AccountForm) -> Outcome<crate::AccountId>;
    async fn set_disabled(&self, who: &Principal, account: crate::AccountId, disabled: bool) -> Outcome<()>;
    /// Sets the regions that environments may be made in; `regions` are codes separated by commas or spaces. Environments that are
    /// in a region stay when it goes.
    async fn set_regions(&self, who: &Principal, account: crate::AccountId, regions: &str) -> Outcome<()>;
    /// The roles that an account needs for Handrail, as templates to copy.
    async fn roles(&self, who: &Principal, form: &RoleForm) -> Outcome<RoleTemplates>;
    /// How often AWS was called, per account and service, as this replica counted.
    async fn call_rates(&self, who: &Principal) -> Outcome<Vec<CallRate>>;
}

/// What is typed to register a cloud account.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct AccountForm {
    pub name: String,
    pub aws_account: String,
    pub role_arn: String,
    pub external_id: String,
    pub stack_role_arn: String,
    /// Region codes separated by commas or spaces.
    pub regions: String,
}

/// Environments: drafts, plans, creating, viewing, deleting.
#[async_trait]
pub trait Environments: Send + Sync {
    /// What the create form offers, with its first values; `from` continues a draft of one's own.
    async fn create_options(&self, who: &Principal) -> Outcome<CreateOptions>;
    /// Keeps what was typed, valid or not, and stores in Secrets Manager what secrets were typed.
    async fn save_draft(
        &self,
        who: &Principal,
        draft: Option<DraftId>,
        form: DraftForm,
        typed: TypedSecrets,
    ) -> Outcome<DraftView>;
    /// Keeps what was typed and goes over to another edition or compute, named as `edition/compute`.
    async fn choose_kind(
        &self,
        who: &Principal,
        draft: Option<DraftId>,
        form: DraftForm,
        typed: TypedSecrets,
        kind: &str,
    ) -> Outcome<DraftView>;
    /// Keeps what was typed and puts the values of a preset, named by its word, into it.
    async fn choose_preset(
        &self,
        who: &Principal,
        draft: Option<DraftId>,
        form: DraftForm,
        typed: TypedSecrets,
        preset: &str,
    ) -> Outcome<DraftView>;
    /// A draft with the spec of an environment, in its team, account and region. Its secrets are not taken over.
    async fn clone_environment(&self, who: &Principal, environment: EnvironmentId) -> Outcome<DraftId>;
    /// A draft with a spec that was exported.
    ///
    /// # Errors
    /// [`FieldProblem::NotASpec`](crate::FieldProblem::NotASpec) at the field `spec`.
    async fn import_spec(&self, who: &Principal, spec: &str) -> Outcome<DraftId>;
    async fn draft(&self, who: &Principal, draft: DraftId) -> Outcome<DraftView>;
    /// The plan of a valid draft.
    async fn plan(&self, who: &Principal, draft: DraftId) -> Outcome<Plan>;
    /// Creates what the plan showed. The same draft creates at most one environment, however often it is posted.
    async fn create(&self, who: &Principal, draft: DraftId, plan_hash: &str) -> Outcome<OperationId>;
    /// A page of the environments that the person may see.
    async fn list(&self, who: &Principal, filter: EnvironmentFilter, after: Option<String>)
    -> Outcome<EnvironmentPage>;
    async fn get(&self, who: &Principal, environment: EnvironmentId) -> Outcome<EnvironmentDetail>;
    /// What AWS says right now. In a hurry (somebody waits for a page) what it said last is the answer when AWS takes long.
    async fn live(&self, who: &Principal, environment: EnvironmentId, hurry: bool) -> Outcome<LiveState>;
    /// Where AWS is not as the template says.
    async fn drift(&self, who: &Principal, environment: EnvironmentId) -> Outcome<Drift>;
    /// Asks for a comparison with the template soon. It changes nothing in AWS; the same as what is done by itself now and then.
    async fn detect_drift(&self, who: &Principal, environment: EnvironmentId) -> Outcome<()>;
    /// All revisions, newest first.
    async fn revisions(&self, who: &Principal, environment: EnvironmentId) -> Outcome<Vec<Revision>>;
    /// What is not the same in two revisions.
    async fn compare(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        from: u32,
        to: u32,
    ) -> Outcome<RevisionComparison>;
    /// A file of a revision.
    async fn export(&self, who: &Principal, environment: EnvironmentId, revision: u32, file: Export)
    -> Outcome<String>;
    /// The template of a revision, as indented JSON.
    async fn template(&self, who: &Principal, environment: EnvironmentId, revision: u32) -> Outcome<String>;
    /// How many resources the stack of the revision in force has.
    async fn stack_size(&self, who: &Principal, environment: EnvironmentId) -> Outcome<usize>;
    /// Starts to run as many tasks as were chosen; another count than the edition can run with is a problem of the field `desired`.
    async fn scale(&self, who: &Principal, environment: EnvironmentId, desired: &str) -> Outcome<OperationId>;
    /// What can be changed of an environment, and what it costs.
    async fn update_options(&self, who: &Principal, environment: EnvironmentId) -> Outcome<UpdateOptions>;
    /// The plan of a changed spec.
    async fn update_plan(&self, who: &Principal, environment: EnvironmentId, form: &UpdateForm) -> Outcome<UpdatePlan>;
    /// Carries out what the plan showed.
    async fn update(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        form: &UpdateForm,
        plan_hash: &str,
    ) -> Outcome<OperationId>;
    /// Starts deleting. `typed_name` must repeat the environment's name.
    async fn delete(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        typed_name: &str,
        options: DeleteOptions,
    ) -> Outcome<OperationId>;
}

/// Operations.
#[async_trait]
pub trait Operations: Send + Sync {
    async fn get(&self, who: &Principal, operation: OperationId) -> Outcome<OperationView>;
    /// Operations of an environment, newest first.
    async fn of_environment(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        after: Option<String>,
    ) -> Outcome<Page<OperationSummary>>;
    /// Runs a failed operation again from the step that failed.
    async fn retry(&self, who: &Principal, operation: OperationId) -> Outcome<OperationId>;
    /// Asks a running operation to stop at the next safe point.
    async fn cancel(&self, who: &Principal, operation: OperationId) -> Outcome<()>;
}

/// Log lines of environments.
#[async_trait]
pub trait Logs: Send + Sync {
    /// The newest lines that fit, or those before a page's [`LogPage::older`]. Asks AWS a bounded number of times: a page may say that
    /// there is more to search.
    async fn search(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        query: LogQuery,
        before: Option<String>,
    ) -> Outcome<LogPage>;
    /// What is new since a cursor of a page or of an earlier look. All who follow the same lines share what AWS is asked.
    async fn tail(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        query: LogQuery,
        since: String,
    ) -> Outcome<LogTail>;
    /// Where a file of the lines that fit begins. Asks AWS nothing.
    async fn export_start(&self, who: &Principal, environment: EnvironmentId, query: LogQuery) -> Outcome<LogExport>;
    /// The next part of a file, oldest lines first, up to a limit that [`LogChunk::capped`] tells of.
    async fn export(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        query: LogQuery,
        at: LogExport,
    ) -> Outcome<LogChunk>;
}

/// Metrics.
#[async_trait]
pub trait Metrics: Send + Sync {
    /// The charts of an environment over a range. AWS that cannot be asked is no fault: the board says so.
    async fn board(&self, who: &Principal, environment: EnvironmentId, range: &RangeForm) -> Outcome<Board>;
}

/// The history.
#[async_trait]
pub trait History: Send + Sync {
    /// What the person may see and the filter lets through, newest first: events of their own teams, of everything for platform
    /// roles.
    async fn list(&self, who: &Principal, filter: HistoryForm, after: Option<String>) -> Outcome<Page<HistoryEntry>>;
    /// The same in longer pages, for a file.
    async fn export(&self, who: &Principal, filter: HistoryForm, after: Option<String>) -> Outcome<Page<HistoryEntry>>;
    /// What the filter offers.
    async fn options(&self, who: &Principal) -> Outcome<HistoryOptions>;
    /// Events of one environment, newest first; team and environment of the filter do not count.
    async fn of_environment(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        filter: HistoryForm,
        after: Option<String>,
    ) -> Outcome<Page<HistoryEntry>>;
}

/// The catalogue of versions, and copies of their images in ECR.
#[async_trait]
pub trait Images: Send + Sync {
    /// Everything that is known. Asks neither a registry nor AWS.
    async fn catalogue(&self, who: &Principal) -> Outcome<Catalogue>;
    /// Adds a version.
    async fn add(&self, who: &Principal, form: ImageForm) -> Outcome<VersionId>;
    /// Changes support state, day of release and notes of a version.
    async fn change(&self, who: &Principal, version: VersionId, form: ImageForm) -> Outcome<()>;
    /// Asks every registry for tags and digests. One that does not answer is noted, and what was known stays.
    async fn refresh(&self, who: &Principal) -> Outcome<()>;
    /// What ECR's scans of the copies came to, as far as AWS says so within the time that a page waits.
    async fn scans(&self, who: &Principal) -> Outcome<Vec<CopyScan>>;
    /// Begins to copy a version into ECR.
    async fn mirror(&self, who: &Principal, form: MirrorForm) -> Outcome<MirrorId>;
    async fn mirror_view(&self, who: &Principal, mirror: MirrorId) -> Outcome<MirrorView>;
    /// Goes on where a copy failed or was stopped.
    async fn mirror_retry(&self, who: &Principal, mirror: MirrorId) -> Outcome<()>;
    /// Asks a copy to stop after the part that is being sent.
    async fn mirror_cancel(&self, who: &Principal, mirror: MirrorId) -> Outcome<()>;
}

/// The installation itself.
#[async_trait]
pub trait Platform: Send + Sync {
    /// Facts for the frame of every page. Needs nobody signed in.
    async fn installation(&self) -> Outcome<Installation>;
    /// How the whole installation does.
    async fn overview(&self, who: &Principal) -> Outcome<PlatformOverview>;
    /// Every person, by name. `search` is part of a name or an email.
    async fn people(&self, who: &Principal, search: &str, after: Option<String>) -> Outcome<Page<PersonRow>>;
    /// Disables a person, which ends their sessions, or enables them again. Nobody disables themselves or the last admin.
    async fn set_person_disabled(&self, who: &Principal, person: PersonId, disabled: bool) -> Outcome<()>;
    /// Gives a role over the whole installation, or takes it away. Somebody stays admin.
    async fn set_platform_role(&self, who: &Principal, person: PersonId, role: Option<PlatformRole>) -> Outcome<()>;
    /// Every team, by name.
    async fn teams(&self, who: &Principal, after: Option<String>) -> Outcome<Page<TeamRow>>;
    /// Who works, and on what.
    async fn work(&self, who: &Principal) -> Outcome<Work>;
    /// Every setting of this replica's process, without secrets.
    async fn configuration(&self, who: &Principal) -> Outcome<Vec<Setting>>;
}

/// Presets that admins keep.
#[async_trait]
pub trait Presets: Send + Sync {
    /// All, by name.
    async fn list(&self, who: &Principal) -> Outcome<Vec<SavedPreset>>;
    /// Saves what a draft of one's own holds as a preset.
    ///
    /// # Errors
    /// A name that is taken, or a draft that is not valid: a preset that nobody can use is refused.
    async fn save(&self, who: &Principal, draft: DraftId, form: PresetForm) -> Outcome<()>;
    async fn remove(&self, who: &Principal, preset: PresetId) -> Outcome<()>;
}
