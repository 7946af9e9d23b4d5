//! Operations, their steps and events in words.

use crate::component::Tone;
use model::{
    operation::{EventKind, OperationKind, OperationStatus, StepKind, StepStatus},
    plan::ExpectedDuration,
};

/// A kind.
pub fn kind(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Create => "Create",
        OperationKind::Delete => "Delete",
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
        StepKind::StopService => "Take the tasks out of service",
        StepKind::DeleteStack => "Ask CloudFormation to delete the stack",
        StepKind::FollowDelete => "CloudFormation deletes the resources",
        StepKind::RemoveData => "Remove the data that is not kept",
        StepKind::RemoveSecrets => "Remove the stored secrets",
        StepKind::Sweep => "Ask every service whether something is left",
    }
}

/// The colour of CloudFormation's word for a resource.
pub fn resource_tone(status: &str) -> Tone {
    if status.ends_with("_IN_PROGRESS") {
        Tone::Busy
    } else if status.contains("FAILED") || status.contains("ROLLBACK") {
        Tone::Bad
    } else if status.ends_with("_COMPLETE") {
        Tone::Good
    } else {
        Tone::Quiet
    }
}

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
            format!("{} (attempt {attempt})", self::step(*step))
        }
        EventKind::StepStarted { step, .. } => self::step(*step).to_owned(),
        EventKind::StepFinished { step } => format!("Done: {}", self::step(*step)),
        EventKind::StepFailed { step, cause } => {
            format!("Failed: {}. {}", self::step(*step), super::cause::what(cause))
        }
        EventKind::Retrying { problem, wait_seconds, .. } => {
            format!("Tries again in {wait_seconds} s. {}", super::cause::problem(problem))
        }
        EventKind::Stack { logical_id, resource_type, status, reason, .. } => match reason {
            Some(reason) => format!("{logical_id} ({resource_type}): {status}. {reason}"),
            None => format!("{logical_id} ({resource_type}): {status}"),
        },
        EventKind::Targets { running, desired, healthy, total } => {
            format!("{running} of {desired} tasks run; {healthy} of {total} targets are healthy.")
        }
        EventKind::Probed { answer } => super::cause::answer(answer),
        EventKind::CancelRequested { by } => format!("{by} asked to stop."),
        EventKind::Removed { arn } => format!("Removed {arn}."),
        EventKind::Swept { checked, left } => format!("Asked about {checked} resources; {left} are left."),
    }
}
