//! Reads CloudFormation's reason texts: which usual trouble lies behind a failed resource.

use model::{
    cause::{Cause, StackHint},
    operation::{EventKind, OperationEvent},
};

/// The usual trouble behind a reason text.
pub(super) fn hint(reason: &str) -> StackHint {
    let reason = reason.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    if has(&["limitexceeded", "limit exceeded", "quota", "maximum number of", "has been reached", "toomany"]) {
        StackHint::Quota
    } else if has(&["accessdenied", "access denied", "not authorized", "unauthorizedoperation"]) {
        StackHint::Denied
    } else if has(&["cannotpull", "pull image", "manifest unknown", "image manifest"]) {
        StackHint::ImagePull
    } else if has(&["certificate"]) {
        StackHint::Certificate
    } else if has(&["already exists", "alreadyexists", "already owned", "already in use"]) {
        StackHint::NameTaken
    } else if has(&["circuit breaker", "did not stabilize", "unhealthy", "health check"]) {
        StackHint::Unhealthy
    } else if has(&["not supported", "unsupported", "not available in", "insufficient", "not offered"]) {
        StackHint::NotOffered
    } else {
        StackHint::Unknown
    }
}

/// The cause of a failed stack: the first resource that failed by itself, not as a consequence of another.
pub(super) fn cause(status: &str, stack_reason: Option<String>, newest_first: &[OperationEvent]) -> Cause {
    let first = newest_first.iter().rev().find_map(|event| match &event.what {
        EventKind::Stack { logical_id, resource_type, status, reason, .. }
            if status.ends_with("_FAILED")
                && resource_type != "AWS::CloudFormation::Stack"
                && !reason.as_deref().is_some_and(|reason| reason.contains("cancelled")) =>
        {
            Some((logical_id.clone(), resource_type.clone(), reason.clone()))
        }
        _ => None,
    });
    let (logical_id, resource_type, reason) = match first {
        Some((id, of_type, reason)) => (Some(id), Some(of_type), reason.or(stack_reason)),
        None => (None, None, stack_reason),
    };
    let hint = reason.as_deref().map_or(StackHint::Unknown, hint);
    Cause::StackFailed { status: status.to_owned(), logical_id, resource_type, reason, hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_as_aws_writes_them_lead_to_their_hint() {
        for (reason, expected) in [
            ("The maximum number of VPCs has been reached. (Service: Ec2, Status Code: 400)", StackHint::Quota),
            (
                "User: arn:aws:sts::111122223333:assumed-role/handrail/x is not authorized to perform: rds:CreateDBInstance",
                StackHint::Denied,
            ),
            ("CannotPullContainerError: pull image manifest has been retried 5 time(s)", StackHint::ImagePull),
            ("handrail-x already exists in stack arn:aws:cloudformation:…", StackHint::NameTaken),
            ("Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.", StackHint::Unhealthy),
            ("Certificate ARN 'arn:aws:acm:…' is not valid", StackHint::Certificate),
            ("Cannot create a db.t4g.micro in this zone: instance class not supported", StackHint::NotOffered),
            ("Something else", StackHint::Unknown),
        ] {
            assert_eq!(hint(reason), expected, "{reason}");
        }
    }
}
