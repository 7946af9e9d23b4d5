//! Environments as pages show them.

mod list;

pub use list::{EnvironmentFilter, EnvironmentOrder, EnvironmentPage, EnvironmentRow, OrderBy, StateFilter};

use crate::{
    AccountId, EnvironmentId, OperationId, PersonId, TeamId,
    cause::{CloudProblem, ProbeAnswer},
    difference::{PropertyDifference, ResourceDifference},
    operation::{OperationKind, OperationStatus},
    spec::Spec,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Where an environment is in its life. What it does within that state (answers, is degraded) is its [`Health`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentStatus {
    Creating,
    Ready,
    /// An operation changes it: its capacity or its spec.
    Updating,
    /// A change neither came into force nor could be undone: the stack is stuck. Trying again goes on from there.
    UpdateFailed,
    /// Creation failed; nothing or a rolled-back stack is left.
    Failed,
    Deleting,
    /// A delete operation failed; something is left.
    DeleteFailed,
    Deleted,
}

impl EnvironmentStatus {
    /// Every status, in the order of a life.
    pub const ALL: [Self; 8] = [
        Self::Creating,
        Self::Ready,
        Self::Updating,
        Self::UpdateFailed,
        Self::Failed,
        Self::Deleting,
        Self::DeleteFailed,
        Self::Deleted,
    ];

    /// The word stored in the database and used in links.
    pub fn code(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Ready => "ready",
            Self::Updating => "updating",
            Self::UpdateFailed => "update_failed",
            Self::Failed => "failed",
            Self::Deleting => "deleting",
            Self::DeleteFailed => "delete_failed",
            Self::Deleted => "deleted",
        }
    }

    /// The status of a stored word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}

/// What the last look at AWS found. Never shown as healthy when the look did not happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Health {
    /// Nobody has looked yet.
    NotChecked,
    /// OpenHands answered that it is ready.
    Healthy,
    /// It is there, but something is wrong with it.
    Degraded { reason: DegradedReason },
    /// Handrail was told to run no task, and none runs.
    Paused,
    /// Everything in AWS is as it should be, but OpenHands or its load balancer does not answer.
    Unreachable { answer: ProbeAnswer },
    /// AWS could not be asked.
    Unknown { problem: CloudProblem },
    /// The stack is not there any more: deleted outside Handrail.
    Gone,
}

impl Health {
    /// Its kind, without the details.
    pub fn kind(&self) -> HealthKind {
        match self {
            Self::NotChecked => HealthKind::NotChecked,
            Self::Healthy => HealthKind::Healthy,
            Self::Degraded { .. } => HealthKind::Degraded,
            Self::Paused => HealthKind::Paused,
            Self::Unreachable { .. } => HealthKind::Unreachable,
            Self::Unknown { .. } => HealthKind::Unknown,
            Self::Gone => HealthKind::Gone,
        }
    }
}

/// The kinds of [`Health`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthKind {
    NotChecked,
    Healthy,
    Degraded,
    Paused,
    Unreachable,
    Unknown,
    Gone,
}

impl HealthKind {
    /// Every kind, the good ones first.
    pub const ALL: [Self; 7] =
        [Self::Healthy, Self::Paused, Self::NotChecked, Self::Degraded, Self::Unreachable, Self::Unknown, Self::Gone];

    /// The word under which the database holds it (the tag of [`Health`]), also used in links.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotChecked => "not_checked",
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Paused => "paused",
            Self::Unreachable => "unreachable",
            Self::Unknown => "unknown",
            Self::Gone => "gone",
        }
    }
}

/// What is wrong with an environment that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum DegradedReason {
    /// Fewer tasks run than desired.
    TasksMissing { running: u32, desired: u32 },
    /// Tasks run, or are asked for, though Handrail was told to run none.
    UnexpectedTasks { running: u32, desired: u32 },
    /// The load balancer finds no healthy target.
    TargetsUnhealthy { state: String, reason: Option<String> },
    /// OpenHands answers, but does not say that it is ready.
    NotReady { answer: ProbeAnswer },
    /// The database is not available; AWS's word for its status.
    Database { status: String },
}

/// What is known of an environment without asking AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct EnvironmentSummary {
    pub id: EnvironmentId,
    pub name: String,
    pub team: TeamId,
    pub team_name: String,
    pub account: AccountId,
    pub account_name: String,
    pub region: String,
    pub status: EnvironmentStatus,
    pub health: Health,
    /// When the health last changed.
    pub health_since: Option<DateTime<Utc>>,
    /// When AWS was last asked with success.
    pub checked: Option<DateTime<Utc>>,
    pub spec: Spec,
    /// How many tasks Handrail was told to run; 0 is paused.
    pub desired: u32,
    /// The version that OpenHands reported of itself.
    pub reported_version: Option<String>,
    pub created: DateTime<Utc>,
    pub created_by: String,
    /// The newest operation.
    pub last_operation: Option<LastOperation>,
    /// How many resources are not as the template says, by the last comparison.
    pub drifted: u32,
}

/// The newest operation of an environment, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastOperation {
    pub id: OperationId,
    pub kind: OperationKind,
    pub status: OperationStatus,
    pub requested_by: String,
    pub requested_by_id: Option<PersonId>,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub at: DateTime<Utc>,
}

/// An environment's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct EnvironmentDetail {
    pub summary: EnvironmentSummary,
    /// Number of the revision in force.
    pub revision: u32,
    pub stack_name: String,
    pub stack_id: Option<String>,
    /// Where OpenHands answers, once the load balancer has a name.
    pub address: Option<String>,
    /// What the stack has made.
    pub parts: Parts,
    /// Whether the asking person may change and delete it.
    pub may_operate: bool,
    /// What a delete operation found left over at its end.
    pub receipt: Option<Receipt>,
    /// When this was read, by the same clock as every other time in here: ages are reckoned from it.
    pub read: DateTime<Utc>,
}

/// Names and addresses of what the stack has made, as far as its outputs tell them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// DNS name of the load balancer.
    pub load_balancer: Option<String>,
    pub cluster: Option<String>,
    pub service: Option<String>,
    pub database: Option<String>,
    pub bucket: Option<String>,
    pub file_system: Option<String>,
    pub log_group: Option<String>,
    /// ARN of the secret that holds the key people type in to use Canvas. The key itself is not here.
    pub session_key_secret: Option<String>,
}

/// What AWS says right now (at most nine seconds old, shared by all viewers), or said last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct LiveState {
    /// When AWS was asked, by the console's clock.
    pub as_of: DateTime<Utc>,
    /// When this was handed out, by the same clock: the age is the difference.
    pub read: DateTime<Utc>,
    /// AWS has not answered yet: what is here is what it said before, if anything.
    pub waiting: bool,
    pub service: Option<ServiceState>,
    pub targets: Vec<TargetState>,
    pub database: Option<DatabaseState>,
    /// What could not be asked, if something could not.
    pub problem: Option<CloudProblem>,
}

impl LiveState {
    /// Nothing known yet, at a moment.
    pub fn nothing(at: DateTime<Utc>) -> Self {
        Self { as_of: at, read: at, waiting: false, service: None, targets: Vec::new(), database: None, problem: None }
    }

    /// Whether AWS told anything.
    pub fn is_empty(&self) -> bool {
        self.service.is_none() && self.targets.is_empty() && self.database.is_none()
    }
}

/// The ECS service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceState {
    pub status: String,
    pub desired: u32,
    pub running: u32,
    pub pending: u32,
    /// `IN_PROGRESS`, `COMPLETED` or `FAILED` of the primary deployment.
    pub rollout: Option<String>,
    pub rollout_reason: Option<String>,
    pub tasks: Vec<TaskState>,
}

/// One ECS task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskState {
    /// The last part of the task's ARN.
    pub id: String,
    pub last_status: String,
    /// `HEALTHY`, `UNHEALTHY` or `UNKNOWN`, from the container health check.
    pub health: String,
    pub started: Option<DateTime<Utc>>,
    pub stopped_reason: Option<String>,
    pub zone: Option<String>,
    pub private_ip: Option<String>,
}

/// One target of the load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetState {
    pub id: String,
    pub port: Option<u16>,
    /// ELB's word: `initial`, `healthy`, `unhealthy`, `draining`, `unused`.
    pub state: String,
    pub reason: Option<String>,
    pub description: Option<String>,
}

/// The RDS instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseState {
    pub id: String,
    /// RDS's word: `available`, `stopped`, `creating`…
    pub status: String,
    pub class: String,
    pub engine_version: String,
    pub storage_gib: u32,
    pub multi_az: bool,
}

/// What was left at the end of a delete operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub at: DateTime<Utc>,
    /// How many resources the sweep asked AWS about.
    pub checked: u32,
    pub leftovers: Vec<Leftover>,
}

/// One resource that is still there after a delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    pub arn: String,
    /// CloudFormation-like type, for example `AWS::RDS::DBSnapshot`.
    pub resource_type: String,
    /// Whether the user chose to keep it.
    pub kept_on_purpose: bool,
    /// Estimated price a month, if known.
    pub monthly: Option<crate::money::Usd>,
}

/// What to destroy and what to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteOptions {
    /// Keep a final snapshot of the database (the default).
    pub keep_database_snapshot: bool,
    /// Keep the EFS file system with conversations and workspaces.
    pub keep_files: bool,
    /// Keep the S3 bucket.
    pub keep_bucket: bool,
}

impl Default for DeleteOptions {
    fn default() -> Self {
        Self { keep_database_snapshot: true, keep_files: false, keep_bucket: false }
    }
}

/// A numbered spec with the template that was made from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Revision {
    pub number: u32,
    pub spec: Spec,
    pub created: DateTime<Utc>,
    pub created_by: String,
    /// SHA-256 of the template, in hex.
    pub template_hash: String,
}

/// Two revisions side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct RevisionComparison {
    pub from: Revision,
    pub to: Revision,
    /// Fields of the spec that are not the same in both, by their path in it.
    pub spec: Vec<PropertyDifference>,
    /// Fields of the spec that are; before and after are equal.
    pub same: Vec<PropertyDifference>,
    /// Resources that are not the same in both templates.
    pub resources: Vec<ResourceDifference>,
    /// How many resources are.
    pub same_resources: u32,
}

crate::read_through_value!(EnvironmentSummary, EnvironmentDetail, LiveState, Revision, RevisionComparison);
crate::tagged_through_value!(Health, DegradedReason);
