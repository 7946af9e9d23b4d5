//! Faults on demand, and the problems that the fake AWS answers with.

use model::cause::{CloudProblem, CloudProblemKind};

/// Faults that wait for their calls.
#[derive(Debug, Default)]
pub(super) struct Script {
    before: Vec<Planned>,
    after: Vec<Planned>,
    pub(super) all_fail: Option<CloudProblemKind>,
}

#[derive(Debug)]
struct Planned {
    method: &'static str,
    times: usize,
    problem: CloudProblem,
}

/// The oldest planned fault of a method, used up by one.
fn take(planned: &mut Vec<Planned>, method: &str) -> Option<CloudProblem> {
    let place = planned.iter().position(|one| one.method == method && one.times > 0)?;
    planned[place].times -= 1;
    let problem = planned[place].problem.clone();
    planned.retain(|one| one.times > 0);
    Some(problem)
}

impl Script {
    pub(super) fn fail(&mut self, method: &'static str, times: usize, problem: CloudProblem) {
        self.before.push(Planned { method, times, problem });
    }

    pub(super) fn lose(&mut self, method: &'static str, times: usize, problem: CloudProblem) {
        self.after.push(Planned { method, times, problem });
    }

    /// The problem that takes the place of a call.
    pub(super) fn fault(&mut self, method: &str) -> Option<CloudProblem> {
        self.all_fail.map(|kind| problem(kind, method)).or_else(|| take(&mut self.before, method))
    }

    /// The problem that takes the place of a call's answer.
    pub(super) fn loss(&mut self, method: &str) -> Option<CloudProblem> {
        take(&mut self.after, method)
    }
}

/// IAM's service and the API operation behind a method of the port.
fn api(method: &str) -> (&'static str, &'static str) {
    match method {
        "identity" => ("sts", "GetCallerIdentity"),
        "change_set_prepare" => ("cloudformation", "CreateChangeSet"),
        "change_set_execute" => ("cloudformation", "ExecuteChangeSet"),
        "update_cancel" => ("cloudformation", "CancelUpdateStack"),
        "rollback_continue" => ("cloudformation", "ContinueUpdateRollback"),
        "stack" | "stacks" => ("cloudformation", "DescribeStacks"),
        "stack_drift" => ("cloudformation", "DetectStackDrift"),
        "stack_events" => ("cloudformation", "DescribeStackEvents"),
        "stack_resources" => ("cloudformation", "ListStackResources"),
        "stack_protect" => ("cloudformation", "UpdateTerminationProtection"),
        "stack_policy_set" => ("cloudformation", "SetStackPolicy"),
        "stack_delete" => ("cloudformation", "DeleteStack"),
        "service" => ("ecs", "DescribeServices"),
        "clusters" => ("ecs", "DescribeClusters"),
        "service_scale" => ("ecs", "UpdateService"),
        "targets" => ("elasticloadbalancing", "DescribeTargetHealth"),
        "database" | "databases" => ("rds", "DescribeDBInstances"),
        "log_events" => ("logs", "FilterLogEvents"),
        "metrics" => ("cloudwatch", "GetMetricData"),
        "secret_put" => ("secretsmanager", "CreateSecret"),
        "secret_delete" => ("secretsmanager", "DeleteSecret"),
        "image_repository" => ("ecr", "CreateRepository"),
        "image_login" => ("ecr", "GetAuthorizationToken"),
        "image_scan" => ("ecr", "DescribeImageScanFindings"),
        "bucket_delete" => ("s3", "DeleteBucket"),
        "file_system_delete" => ("elasticfilesystem", "DeleteFileSystem"),
        "database_snapshots" => ("rds", "DescribeDBSnapshots"),
        "database_snapshot_delete" => ("rds", "DeleteDBSnapshot"),
        _ => ("tag", "GetResources"),
    }
}

/// A problem as AWS would answer a method of the port with, for [`super::FakeCloud::fail`] and its relatives.
pub fn problem(kind: CloudProblemKind, method: &str) -> CloudProblem {
    let (service, operation) = api(method);
    let denied = format!(
        "User: arn:aws:sts::111122223333:assumed-role/handrail/handrail is not authorized to perform: {service}:{operation}"
    );
    let (code, message) = match kind {
        CloudProblemKind::Throttled => ("Throttling", "Rate exceeded"),
        CloudProblemKind::Denied => ("AccessDenied", denied.as_str()),
        CloudProblemKind::Credentials => ("ExpiredToken", "The security token included in the request is expired"),
        CloudProblemKind::NotFound => ("ResourceNotFoundException", "The resource does not exist"),
        CloudProblemKind::Conflict => ("OperationInProgressException", "Another operation is in progress"),
        CloudProblemKind::Quota => ("LimitExceededException", "The quota of this account is used up"),
        CloudProblemKind::Invalid => ("ValidationError", "The request is not valid"),
        CloudProblemKind::Unreachable => ("", "error trying to connect: connection refused"),
        CloudProblemKind::ServiceFailure => ("InternalFailure", "The service failed"),
    };
    refusal(method, kind, code, message)
}

/// A problem with its own words. An empty code stands for none: nobody answered.
pub(super) fn refusal(method: &str, kind: CloudProblemKind, code: &str, message: &str) -> CloudProblem {
    let (service, operation) = api(method);
    let answered = !code.is_empty();
    CloudProblem {
        kind,
        service: service.to_owned(),
        operation: operation.to_owned(),
        code: answered.then(|| code.to_owned()),
        message: message.to_owned(),
        action: (kind == CloudProblemKind::Denied).then(|| format!("{service}:{operation}")),
        resource: None,
        request_id: answered.then(|| "00000000-0000-4000-8000-000000000001".to_owned()),
    }
}
