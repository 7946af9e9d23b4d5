//! Operations: one change being carried out, with its steps and events.

use crate::{EnvironmentId, OperationId, TeamId, cause::Cause, environment::DeleteOptions, plan::ExpectedDuration};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    Create,
    /// Sets how many tasks run, outside of the stack.
    Scale,
    /// Brings a new revision of the spec into force.
    Update,
    Delete,
}

impl OperationKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Create, Self::Scale, Self::Update, Self::Delete];

    /// The word stored in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Scale => "scale",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// The kind of a stored word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Where an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationStatus {
    /// Written down; no worker has taken it yet.
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

impl OperationStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// The word stored in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of a stored word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// One step of an operation. The code is stored; steps of a kind run in the order of [`StepKind::of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Ask AWS who we are in the account.
    CheckAccount,
    /// Make the change set and compare it with the plan.
    PrepareStack,
    /// Execute the change set.
    StartStack,
    /// Follow the stack's events to the end.
    FollowStack,
    /// Protect the stack against deletion and the data against replacement.
    ProtectStack,
    /// Wait until the service is steady and the load balancer finds its target healthy.
    AwaitTargets,
    /// Ask OpenHands whether it is ready.
    Probe,
    /// Tell ECS how many tasks to run.
    SetCount,
    /// Wait until as many tasks run as were asked for, and the load balancer finds them healthy.
    AwaitCount,
    /// Make the change set of an update and compare it with the plan; undo first what an earlier update has left half done.
    PrepareUpdate,
    /// Execute the change set of an update.
    StartUpdate,
    /// Follow the update's events to the end.
    FollowUpdate,
    /// Take the environment's tasks out of service.
    StopService,
    /// Take the protection off and ask CloudFormation to delete the stack.
    DeleteStack,
    /// Follow the deletion to the end.
    FollowDelete,
    /// Remove the data that the user did not choose to keep.
    RemoveData,
    /// Remove the secrets that Handrail stored.
    RemoveSecrets,
    /// Ask every service touched whether something is left.
    Sweep,
}

impl StepKind {
    /// The steps of an operation that ends with this many tasks: nobody is asked whether OpenHands is ready where none is to run.
    pub fn planned(kind: OperationKind, desired: Option<u32>) -> Vec<Self> {
        let steps = Self::of(kind).iter().copied();
        steps.filter(|step| *step != Self::Probe || desired != Some(0)).collect()
    }

    /// All steps that an operation of a kind may have, in order.
    pub fn of(kind: OperationKind) -> &'static [Self] {
        match kind {
            OperationKind::Create => &[
                Self::CheckAccount,
                Self::PrepareStack,
                Self::StartStack,
                Self::FollowStack,
                Self::ProtectStack,
                Self::AwaitTargets,
                Self::Probe,
            ],
            OperationKind::Scale => &[Self::CheckAccount, Self::SetCount, Self::AwaitCount, Self::Probe],
            OperationKind::Update => &[
                Self::CheckAccount,
                Self::PrepareUpdate,
                Self::StartUpdate,
                Self::FollowUpdate,
                Self::AwaitCount,
                Self::Probe,
            ],
            OperationKind::Delete => &[
                Self::CheckAccount,
                Self::StopService,
                Self::DeleteStack,
                Self::FollowDelete,
                Self::RemoveData,
                Self::RemoveSecrets,
                Self::Sweep,
            ],
        }
    }

    /// The word stored in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::CheckAccount => "check_account",
            Self::PrepareStack => "prepare_stack",
            Self::StartStack => "start_stack",
            Self::FollowStack => "follow_stack",
            Self::ProtectStack => "protect_stack",
            Self::AwaitTargets => "await_targets",
            Self::Probe => "probe",
            Self::SetCount => "set_count",
            Self::AwaitCount => "await_count",
            Self::PrepareUpdate => "prepare_update",
            Self::StartUpdate => "start_update",
            Self::FollowUpdate => "follow_update",
            Self::StopService => "stop_service",
            Self::DeleteStack => "delete_stack",
            Self::FollowDelete => "follow_delete",
            Self::RemoveData => "remove_data",
            Self::RemoveSecrets => "remove_secrets",
            Self::Sweep => "sweep",
        }
    }

    /// The step of a stored word.
    pub fn from_code(code: &str) -> Option<Self> {
        OperationKind::ALL.into_iter().flat_map(|kind| Self::of(kind)).copied().find(|step| step.code() == code)
    }
}

/// Where a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    Waiting,
    Running,
    Succeeded,
    Failed,
    /// Not run, since the operation ended before it.
    Skipped,
}

impl StepStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Running, Self::Succeeded, Self::Failed, Self::Skipped];

    /// The word stored in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// The status of a stored word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}

/// An operation in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct OperationSummary {
    pub id: OperationId,
    pub environment: EnvironmentId,
    pub environment_name: String,
    pub team: TeamId,
    pub kind: OperationKind,
    pub status: OperationStatus,
    pub requested_by: String,
    pub requested: DateTime<Utc>,
    pub started: Option<DateTime<Utc>>,
    pub finished: Option<DateTime<Utc>>,
    pub cause: Option<Cause>,
    /// The operation that this one tries again.
    pub retry_of: Option<OperationId>,
    /// How many tasks are to run at its end, where it is about that.
    pub desired: Option<u32>,
    /// The revision that it brings into force, where it does.
    pub revision: Option<u32>,
}

/// An operation's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct OperationView {
    pub summary: OperationSummary,
    pub steps: Vec<Step>,
    /// Per stack resource, the newest state and when it began.
    pub resources: Vec<ResourceProgress>,
    /// Newest first, at most 500.
    pub events: Vec<OperationEvent>,
    pub expected: Option<ExpectedDuration>,
    pub cancel_requested: bool,
    /// What the asking person may do next.
    pub actions: Vec<NextAction>,
    /// The server's clock when this was read, so that elapsed times need no client clock.
    pub now: DateTime<Utc>,
    /// What a delete operation was told to keep.
    pub delete_options: Option<DeleteOptions>,
}

/// What can be done about an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextAction {
    /// Run it again from the step that failed.
    Retry,
    /// Stop it at the next safe point.
    Cancel,
    /// Delete the environment with all that is left of it.
    Delete,
}

/// One step of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub kind: StepKind,
    pub status: StepStatus,
    pub started: Option<DateTime<Utc>>,
    pub finished: Option<DateTime<Utc>>,
    /// How often it was begun: more than once after a crash of the worker or a passing fault.
    pub attempts: u32,
}

/// Where one resource of the stack is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceProgress {
    pub logical_id: String,
    pub resource_type: String,
    pub physical_id: Option<String>,
    /// CloudFormation's word, for example `CREATE_IN_PROGRESS`.
    pub status: String,
    pub reason: Option<String>,
    pub since: DateTime<Utc>,
    pub finished: Option<DateTime<Utc>>,
}

/// One thing that happened during an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationEvent {
    /// Position in the operation's history.
    pub sequence: i64,
    pub at: DateTime<Utc>,
    pub what: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum EventKind {
    /// A worker took the operation, for the first time or after another one was lost.
    Claimed {
        worker: String,
        again: bool,
    },
    StepStarted {
        step: StepKind,
        attempt: u32,
    },
    StepFinished {
        step: StepKind,
    },
    StepFailed {
        step: StepKind,
        cause: Cause,
    },
    /// A passing fault; the step goes on.
    Retrying {
        step: StepKind,
        problem: crate::cause::CloudProblem,
        wait_seconds: u32,
    },
    /// A stack event, as CloudFormation reported it.
    Stack {
        event_id: String,
        logical_id: String,
        resource_type: String,
        physical_id: Option<String>,
        status: String,
        reason: Option<String>,
    },
    /// Targets or tasks moved on.
    Targets {
        running: u32,
        desired: u32,
        healthy: u32,
        total: u32,
    },
    /// What the probe got, when it changed.
    Probed {
        answer: crate::cause::ProbeAnswer,
    },
    /// ECS was told how many tasks to run.
    CountSet {
        desired: u32,
    },
    /// CloudFormation was asked to undo the update that runs.
    UndoRequested,
    /// CloudFormation was asked to go on undoing an update that was stuck.
    UndoContinued,
    /// CloudFormation finds nothing to change: the stack is as planned already.
    NothingToChange,
    CancelRequested {
        by: String,
    },
    /// A resource was removed by Handrail itself, outside of the stack.
    Removed {
        arn: String,
    },
    /// The sweep found this many things left.
    Swept {
        checked: u32,
        left: u32,
    },
}

crate::read_through_value!(OperationView, OperationSummary);
crate::tagged_through_value!(EventKind);
