//! Why something on AWS went wrong, and what to do about it.

use model::cause::{Cause, CloudProblem, CloudProblemKind, ProbeAnswer, StackHint};

/// A problem with AWS in one sentence, with AWS's own words.
pub fn problem(problem: &CloudProblem) -> String {
    let call = format!("{}:{}", problem.service, problem.operation);
    let action = problem.action.as_deref().unwrap_or(&call);
    let head = match problem.kind {
        CloudProblemKind::Throttled => format!("AWS asks to slow down ({call})."),
        CloudProblemKind::Denied => match &problem.resource {
            Some(resource) => format!("Handrail's role is not allowed to do {action} on {resource}."),
            None => format!("Handrail's role is not allowed to do {action}."),
        },
        CloudProblemKind::Credentials => format!("AWS does not accept Handrail's credentials ({call})."),
        CloudProblemKind::NotFound => format!("AWS does not know what {call} was about."),
        CloudProblemKind::Conflict => format!("It exists already or is busy with another change ({call})."),
        CloudProblemKind::Quota => format!("A service quota of the account is used up ({call})."),
        CloudProblemKind::Invalid => format!("AWS says that the request is wrong ({call})."),
        CloudProblemKind::Unreachable => format!("AWS cannot be reached ({call})."),
        CloudProblemKind::ServiceFailure => format!("AWS failed on its side ({call})."),
    };
    if problem.message.is_empty() { head } else { format!("{head} AWS: {}", problem.message) }
}

/// What to do about a problem that is not the cause of a failed operation.
pub fn way_out(problem: &CloudProblem) -> &'static str {
    fix_of_kind(problem.kind)
}

fn fix_of_kind(kind: CloudProblemKind) -> &'static str {
    match kind {
        CloudProblemKind::Throttled | CloudProblemKind::ServiceFailure => "Wait a minute, then try again.",
        CloudProblemKind::Denied => {
            "Allow the action in the role's policy (docs/aws-permissions.md lists them), then try again."
        }
        CloudProblemKind::Credentials => "Check the account's role and the server's credentials, then try again.",
        CloudProblemKind::NotFound => "Look whether it was removed outside Handrail.",
        CloudProblemKind::Conflict => "Wait until the other change has ended, or free the name, then try again.",
        CloudProblemKind::Quota => {
            "Ask for more in AWS's Service Quotas, or remove what is not needed, then try again."
        }
        CloudProblemKind::Invalid => "Change the environment's configuration; AWS's words above say what does not fit.",
        CloudProblemKind::Unreachable => "Check the server's route to AWS, then try again.",
    }
}

/// What a probe got, in one sentence.
pub fn answer(answer: &ProbeAnswer) -> String {
    match answer {
        ProbeAnswer::Ready { version: Some(version) } => {
            format!("OpenHands answered that it is ready, version {version}.")
        }
        ProbeAnswer::Ready { version: None } => "OpenHands answered that it is ready.".into(),
        ProbeAnswer::Starting => "OpenHands answered that it is still starting.".into(),
        ProbeAnswer::Wrong { status, body } => format!("Something else answered with status {status}: {body}"),
        ProbeAnswer::Unreachable { error } => format!("Nothing answered: {error}"),
    }
}

/// What happened.
pub fn what(cause: &Cause) -> String {
    match cause {
        Cause::Cloud(problem) => self::problem(problem),
        Cause::StackFailed { logical_id, resource_type, reason, status, .. } => {
            let resource = match (logical_id, resource_type) {
                (Some(id), Some(kind)) if status == "UPDATE_ROLLBACK_FAILED" => {
                    format!(
                        "{id} ({kind}) could not be changed, and CloudFormation could not go back to what was before."
                    )
                }
                (Some(id), Some(kind)) if status.starts_with("UPDATE_") => {
                    format!("{id} ({kind}) could not be changed, so that CloudFormation went back to what was before.")
                }
                (Some(id), Some(kind)) => {
                    format!("{id} ({kind}) could not be made, so that CloudFormation rolled back.")
                }
                _ => format!("CloudFormation ended with {status}."),
            };
            with_reason(resource, reason.as_deref())
        }
        Cause::StackDeleteFailed { resources, reason } => {
            with_reason(format!("CloudFormation could not delete {}.", resources.join(", ")), reason.as_deref())
        }
        Cause::PlanDiffers { unexpected } => {
            format!("CloudFormation would do something else than the plan showed: {}.", unexpected.join(", "))
        }
        Cause::TargetNeverHealthy { state, reason, stopped_reason } => {
            let text = with_reason(
                format!("The load balancer never found the task healthy (state {state})."),
                reason.as_deref(),
            );
            with_reason(text, stopped_reason.as_deref())
        }
        Cause::ProbeNeverReady { last } => format!("OpenHands never said that it is ready. {}", answer(last)),
        Cause::StackGone => "The stack is gone: it was deleted outside Handrail.".into(),
        Cause::TimedOut { step, minutes } => format!("The time limit of {minutes} minutes ran out in the step {step}."),
        Cause::Cancelled => "It was cancelled.".into(),
        Cause::Internal { incident } => format!("A fault of ours; the log has the story under incident {incident}."),
    }
}

fn with_reason(text: String, reason: Option<&str>) -> String {
    match reason {
        Some(reason) if !reason.is_empty() => format!("{text} AWS: {reason}"),
        _ => text,
    }
}

/// What to do about it.
pub fn fix(cause: &Cause) -> &'static str {
    match cause {
        Cause::Cloud(problem) => fix_of_kind(problem.kind),
        Cause::StackFailed { hint, .. } => match hint {
            StackHint::Quota => fix_of_kind(CloudProblemKind::Quota),
            StackHint::Denied => fix_of_kind(CloudProblemKind::Denied),
            StackHint::ImagePull => {
                "Check that the version exists and that the tasks have a route to the registry, then try again."
            }
            StackHint::Unhealthy => "Read the container's log lines; a larger size often helps. Then try again.",
            StackHint::NameTaken => "Remove or rename what holds the name outside of the stack, then try again.",
            StackHint::NotOffered => "Choose another region, size or class: this one is not offered there.",
            StackHint::Certificate => "Use a certificate that is issued and stands in the environment's region.",
            StackHint::Unknown => "Mend what AWS names above, then try again.",
        },
        Cause::StackDeleteFailed { .. } => {
            "Remove what holds the resources (often something attached by hand), then try again."
        }
        Cause::PlanDiffers { .. } => "Nothing was changed. Make a new plan and look at it.",
        Cause::TargetNeverHealthy { .. } | Cause::ProbeNeverReady { .. } => {
            "Read the container's log lines, then try again. A larger size often helps."
        }
        Cause::StackGone => "Delete the environment here as well, so that nothing is left over.",
        Cause::TimedOut { .. } => "Try again: it goes on from the step that did not end.",
        Cause::Cancelled => "Try again to go on from where it stopped.",
        Cause::Internal { .. } => "Try again. If it happens again, report the incident id.",
    }
}

/// AWS's request id, for a support case.
pub fn request_id(cause: &Cause) -> Option<&str> {
    match cause {
        Cause::Cloud(problem) => problem.request_id.as_deref(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denied_action_is_named() {
        let denied = CloudProblem {
            kind: CloudProblemKind::Denied,
            service: "cloudformation".into(),
            operation: "CreateChangeSet".into(),
            code: None,
            message: String::new(),
            action: Some("cloudformation:CreateChangeSet".into()),
            resource: None,
            request_id: Some("r-1".into()),
        };
        assert!(problem(&denied).contains("not allowed to do cloudformation:CreateChangeSet"));
        let cause = Cause::Cloud(denied);
        assert_eq!(request_id(&cause), Some("r-1"));
        assert!(fix(&cause).contains("aws-permissions.md"));
    }
}
