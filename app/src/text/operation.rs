//! Operations, their steps and events in words.

use crate::component::Tone;
use model::{
    operation::{EventKind, OperationKind, OperationStatus, OperationSummary, StepKind, StepStatus},
    plan::ExpectedDuration,
};

/// A kind.
pub fn kind(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Create => "Create",
        OperationKind::Scale => "Scale",
        OperationKind::Update => "Update",
        OperationKind::Delete => "Delete",
    }
}

/// What an operation does, in short: for a title, before the environment's name.
pub fn verb(summary: &OperationSummary) -> &'static str {
    match (summary.kind, summary.desired) {
        (OperationKind::Scale, Some(0)) => "Stop",
        (OperationKind::Scale, Some(1)) => "Run",
        (of_kind, _) => kind(of_kind),
    }
}

/// What an operation does, with its measure: for a list.
pub fn what(summary: &OperationSummary) -> String {
    match (summary.kind, summary.desired, summary.revision) {
        (OperationKind::Scale, Some(1), _) => "Scale to 1 task".into(),
        (OperationKind::Scale, Some(count), _) => format!("Scale to {count} tasks"),
        (OperationKind::Update, _, Some(revision)) => format!("Update to revision {revision}"),
        (of_kind, ..) => kind(of_kind).into(),
    }
}

/// A status with its colour.
pub fn status(status: OperationStatus) -> (&'static str, Tone) {
    match status {
        OperationStatus::Queued => ("Queued", Tone::Quiet),
        OperationStatus::Running => ("Running", Tone::Busy),
        OperationStatus::Succeeded => ("Succeeded", Tone::Good),
        OperationStatus::Failed => ("Failed", Tone::Bad),
        OperationStatus::Cancelled => ("Cancelled", Tone::Warn),
    }
}

/// A step's status with its colour.
pub fn step_status(status: StepStatus) -> (&'static str, Tone) {
    match status {
        StepStatus::Waiting => ("Waiting", Tone::Quiet),
        StepStatus::Running => ("Running", Tone::Busy),
        StepStatus::Succeeded => ("Done", Tone::Good),
        StepStatus::Failed => ("Failed", Tone::Bad),
        StepStatus::Skipped => ("Not run", Tone::Quiet),
    }
}

/// What a step does.
pub fn step(step: StepKind) -> &'static str {
    match step {
        StepKind::CheckAccount => "Ask AWS who we are in the account",
        StepKind::PrepareStack => "Make the change set and compare it with the plan",
        StepKind::StartStack => "Start CloudFormation",
        StepKind::FollowStack => "CloudFormation makes the resources",
        StepKind::ProtectStack => "Protect the stack and its data",
        StepKind::AwaitTargets => "Wait until the load balancer finds the task healthy",
        StepKind::Probe => "Ask OpenHands whether it is ready",
        StepKind::SetCount => "Tell ECS how many tasks to run",
        StepKind::AwaitCount => "Wait until the tasks are as asked for",
        StepKind::PrepareUpdate => "Make the change set and compare it with the plan",
        StepKind::StartUpdate => "Start CloudFormation",
        StepKind::FollowUpdate => "CloudFormation changes the resources",
        StepKind::StopService => "Take the tasks out of service",
        StepKind::DeleteStack => "Ask CloudFormation to delete the stack",
        StepKind::FollowDelete => "CloudFormation deletes the resources",
        StepKind::RemoveData => "Remove the data that is not kept",
        StepKind::RemoveSecrets => "Remove the stored secrets",
        StepKind::Sweep => "Ask every service whether something is left",
    }
}

/// How far CloudFormation is with a resource, as people ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceStage {
    Failed,
    InWork,
    Done,
}

/// The stage of CloudFormation's word for a resource.
pub fn resource_stage(status: &str) -> ResourceStage {
    if status.contains("FAILED") {
        ResourceStage::Failed
    } else if status.ends_with("_IN_PROGRESS") {
        ResourceStage::InWork
    } else {
        ResourceStage::Done
    }
}

/// CloudFormation's word for a resource in plain words, with its colour.
pub fn resource(status: &str) -> (&'static str, Tone) {
    match status {
        "CREATE_IN_PROGRESS" => ("Being made", Tone::Busy),
        "CREATE_COMPLETE" => ("There", Tone::Good),
        "CREATE_FAILED" => ("Could not be made", Tone::Bad),
        "UPDATE_IN_PROGRESS" | "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" => ("Being changed", Tone::Busy),
        "UPDATE_COMPLETE" => ("Changed", Tone::Good),
        "UPDATE_FAILED" => ("Could not be changed", Tone::Bad),
        "UPDATE_ROLLBACK_IN_PROGRESS" | "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS" => ("Going back", Tone::Warn),
        "UPDATE_ROLLBACK_COMPLETE" => ("As before", Tone::Warn),
        "UPDATE_ROLLBACK_FAILED" => ("Could not go back", Tone::Bad),
        "DELETE_IN_PROGRESS" => ("Being deleted", Tone::Busy),
        "DELETE_COMPLETE" => ("Gone", Tone::Quiet),
        "DELETE_FAILED" => ("Could not be deleted", Tone::Bad),
        "DELETE_SKIPPED" => ("Kept", Tone::Quiet),
        "REVIEW_IN_PROGRESS" => ("Being reviewed", Tone::Busy),
        "ROLLBACK_IN_PROGRESS" => ("Being rolled back", Tone::Warn),
        "ROLLBACK_COMPLETE" => ("Rolled back", Tone::Bad),
        "ROLLBACK_FAILED" => ("Could not be rolled back", Tone::Bad),
        other => match resource_stage(other) {
            ResourceStage::Failed => ("Failed", Tone::Bad),
            ResourceStage::InWork => ("In work", Tone::Busy),
            ResourceStage::Done => ("Done", Tone::Good),
        },
    }
}

/// A stack event as a sentence.
fn stack_event(logical_id: &str, resource_type: &str, status: &str, reason: Option<&str>) -> String {
    let what = match status {
        "CREATE_IN_PROGRESS" => "is being made",
        "CREATE_COMPLETE" => "is there",
        "CREATE_FAILED" => "could not be made",
        "UPDATE_IN_PROGRESS" | "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" => "is being changed",
        "UPDATE_COMPLETE" => "is changed",
        "UPDATE_FAILED" => "could not be changed",
        "UPDATE_ROLLBACK_IN_PROGRESS" | "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS" => {
            "goes back to what was before"
        }
        "UPDATE_ROLLBACK_COMPLETE" => "is as it was before",
        "UPDATE_ROLLBACK_FAILED" => "could not go back to what was before",
        "DELETE_IN_PROGRESS" => "is being deleted",
        "DELETE_COMPLETE" => "is gone",
        "DELETE_FAILED" => "could not be deleted",
        "DELETE_SKIPPED" => "is kept",
        "REVIEW_IN_PROGRESS" => "has its change set reviewed",
        "ROLLBACK_IN_PROGRESS" => "is being rolled back",
        "ROLLBACK_COMPLETE" => "is rolled back",
        "ROLLBACK_FAILED" => "could not be rolled back",
        other => return format!("{logical_id} ({resource_type}) is in the state {other}.{}", in_aws_words(reason)),
    };
    // What AWS says to a beginning is that it has begun.
    let is_beginning = matches!(status, "CREATE_IN_PROGRESS" | "UPDATE_IN_PROGRESS" | "REVIEW_IN_PROGRESS");
    let reason = reason.filter(|_| !is_beginning);
    format!("{logical_id} {what} ({resource_type}).{}", in_aws_words(reason))
}

fn in_aws_words(reason: Option<&str>) -> String {
    reason.map(|reason| format!(" AWS: {reason}")).unwrap_or_default()
}

/// How many of the stack's resources have reached their end.
pub fn resources_done(kind: OperationKind, done: usize, total: usize) -> String {
    match kind {
        OperationKind::Create => format!("{done} of {total} resources are there"),
        OperationKind::Update => format!("{done} of {total} resources are changed"),
        OperationKind::Scale => String::new(),
        OperationKind::Delete => format!("{done} of {total} resources are gone"),
    }
}

/// Which step of how many.
pub fn step_of(number: usize, count: usize, step: StepKind) -> String {
    format!("Step {number} of {count}: {}", self::step(step))
}

/// While a passing fault is waited out.
pub fn tries_again(wait_seconds: u32) -> String {
    format!("Tries again in {wait_seconds} s.")
}

/// Where no past operations tell how long it takes.
pub const NOT_EXPECTED: &str = "How long it takes is not known yet: that is reckoned from three past operations.";
/// While it runs longer than 95 of 100 did.
pub const OVERDUE: &str =
    "This takes longer than 95 of 100 past operations did. It goes on until a step's time limit ends.";
/// While no worker has taken it.
pub const WAITS: &str = "Waits for a worker";
/// Before CloudFormation has told anything.
pub const NO_RESOURCES: &str = "CloudFormation has not begun yet.";
/// Before anything happened.
pub const NO_EVENTS: &str = "Nothing has happened yet.";
/// After a request to stop.
pub const STOPPING: &str = "Stops at the next safe point.";
/// Beside a page that needs scripts to move on by itself.
pub const RELOAD: &str = "Without scripts this page stands still. Reload it to see the newest state.";

/// How long it usually takes.
pub fn expected(expected: ExpectedDuration) -> String {
    let format = |seconds: u32| crate::format::duration(i64::from(seconds));
    format!(
        "Usually {}, at most {} (95 of 100; from {} past operations)",
        format(expected.p50_seconds),
        format(expected.p95_seconds),
        expected.samples
    )
}

/// What happened.
pub fn event(event: &EventKind) -> String {
    match event {
        EventKind::Claimed { worker, again: false } => format!("Worker {worker} took the operation."),
        EventKind::Claimed { worker, again: true } => format!("Worker {worker} goes on after another one was lost."),
        EventKind::StepStarted { step, attempt } if *attempt > 1 => {
            format!("Begins, attempt {attempt}: {}", self::step(*step))
        }
        EventKind::StepStarted { step, .. } => format!("Begins: {}", self::step(*step)),
        EventKind::StepFinished { step } => format!("Done: {}", self::step(*step)),
        EventKind::StepFailed { step, cause } => {
            format!("Failed: {}. {}", self::step(*step), super::cause::what(cause))
        }
        EventKind::Retrying { problem, wait_seconds, .. } => {
            format!("{} {}", tries_again(*wait_seconds), super::cause::problem(problem))
        }
        EventKind::Stack { logical_id, resource_type, status, reason, .. } => {
            stack_event(logical_id, resource_type, status, reason.as_deref())
        }
        EventKind::Targets { running, desired, healthy, total } => {
            format!("{running} of {desired} tasks run; {healthy} of {total} targets are healthy.")
        }
        EventKind::Probed { answer } => super::cause::answer(answer),
        EventKind::CountSet { desired: 1 } => "ECS was told to run 1 task.".into(),
        EventKind::CountSet { desired } => format!("ECS was told to run {desired} tasks."),
        EventKind::UndoRequested => "Asked CloudFormation to undo the update.".into(),
        EventKind::UndoContinued => {
            "An earlier update is stuck half undone. Asked CloudFormation to go on undoing it.".into()
        }
        EventKind::NothingToChange => "CloudFormation finds nothing to change: the stack is as planned already.".into(),
        EventKind::CancelRequested { by } => format!("{by} asked to stop."),
        EventKind::Removed { arn } => format!("Removed {arn}."),
        EventKind::Swept { checked, left } => format!("Asked about {checked} resources; {left} are left."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: &str, reason: Option<&str>) -> String {
        event(&EventKind::Stack {
            event_id: "1".into(),
            logical_id: "PublicSubnetA".into(),
            resource_type: "AWS::EC2::Subnet".into(),
            physical_id: None,
            status: status.into(),
            reason: reason.map(Into::into),
        })
    }

    #[test]
    fn stack_events_are_sentences() {
        assert_eq!(told("CREATE_COMPLETE", None), "PublicSubnetA is there (AWS::EC2::Subnet).");
        let begun = told("CREATE_IN_PROGRESS", Some("Resource creation Initiated"));
        assert_eq!(begun, "PublicSubnetA is being made (AWS::EC2::Subnet).");
        let failed = told("CREATE_FAILED", Some("The range overlaps."));
        assert_eq!(failed, "PublicSubnetA could not be made (AWS::EC2::Subnet). AWS: The range overlaps.");
        assert!(told("IMPORT_COMPLETE", None).contains("IMPORT_COMPLETE"), "an unknown word is passed on");
    }

    #[test]
    fn stages_of_resources() {
        assert_eq!(resource_stage("DELETE_FAILED"), ResourceStage::Failed);
        assert_eq!(resource_stage("ROLLBACK_IN_PROGRESS"), ResourceStage::InWork);
        assert_eq!(resource_stage("DELETE_SKIPPED"), ResourceStage::Done);
    }
}
