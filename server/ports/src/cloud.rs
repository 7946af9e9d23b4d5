//! What Handrail asks of AWS.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::{
    OperationId, Secret,
    account::{CallerIdentity, CloudAccount},
    cause::CloudProblem,
    environment::{DatabaseState, ServiceState, TargetState},
    image::ScanOutcome,
    log::LogMatching,
    platform::CallRate,
    role::RolePolicies,
};
use std::collections::BTreeMap;

/// What every call returns. The problem is already typed, and keeps AWS's request id.
pub type CloudResult<T> = Result<T, CloudProblem>;

/// Where a call goes: an account (with the role to assume there), a region, and the operation on whose behalf it is made, which names
/// the session so that CloudTrail shows it.
#[derive(Clone, Debug)]
pub struct Place {
    pub account: CloudAccount,
    pub region: String,
    pub operation: Option<OperationId>,
}

/// A change set to make.
#[derive(Clone, Debug)]
pub struct ChangeSetRequest {
    pub stack_name: String,
    /// Derived from operation and step: asking twice with the same name finds the first one.
    pub change_set_name: String,
    /// `true` for a stack that is not there yet.
    pub create: bool,
    /// Minified JSON, at most 51,200 bytes.
    pub template_body: String,
    pub tags: BTreeMap<String, String>,
    /// Idempotency token.
    pub token: String,
}

/// A change set as CloudFormation describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSet {
    pub id: String,
    pub stack_id: String,
    /// `CREATE_PENDING`, `CREATE_IN_PROGRESS`, `CREATE_COMPLETE`, `FAILED`…
    pub status: String,
    /// `AVAILABLE` once it can be executed; `EXECUTE_COMPLETE` afterwards.
    pub execution_status: String,
    pub reason: Option<String>,
    pub changes: Vec<ChangeSetChange>,
}

/// One change of a change set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSetChange {
    /// `Add`, `Modify`, `Remove`, `Import`, `Dynamic`.
    pub action: String,
    pub logical_id: String,
    pub resource_type: String,
    /// `True`, `False` or `Conditional` for `Modify`.
    pub replacement: Option<String>,
}

/// A stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    pub id: String,
    pub name: String,
    /// CloudFormation's word, for example `CREATE_COMPLETE`.
    pub status: String,
    pub reason: Option<String>,
    pub outputs: BTreeMap<String, String>,
    pub termination_protection: bool,
}

/// One event of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackEvent {
    pub id: String,
    pub at: DateTime<Utc>,
    pub logical_id: String,
    pub resource_type: String,
    pub physical_id: Option<String>,
    pub status: String,
    pub reason: Option<String>,
    /// The `ClientRequestToken` of the call that caused it.
    pub token: Option<String>,
}

/// One resource of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackResource {
    pub logical_id: String,
    pub resource_type: String,
    pub physical_id: Option<String>,
    pub status: String,
}

/// Which log events to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRequest {
    /// Name of the log group.
    pub group: String,
    pub matching: LogMatching,
    /// Only this stream; all of the group without.
    pub stream: Option<String>,
    pub from: DateTime<Utc>,
    /// Events before this moment; without, also such as bear a time that has not come yet.
    pub to: Option<DateTime<Utc>>,
    /// Most events in one answer, 1 to 10,000.
    pub limit: u32,
    /// Asks for the page after the one that gave it. Everything else must be as it was.
    pub token: Option<String>,
}

/// One page of log events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogEvents {
    /// Oldest first. May be empty although there are more pages: AWS also ends a page when it has searched enough.
    pub events: Vec<LogEvent>,
    pub next: Option<String>,
}

/// One log event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    pub id: String,
    pub at: DateTime<Utc>,
    pub stream: String,
    pub message: String,
}
/// A metric of CloudWatch to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricQuery {
    /// For example `AWS/ECS`.
    pub namespace: &'static str,
    pub name: &'static str,
    /// CloudWatch's word: `Average`, `Maximum`, `p95`…
    pub statistic: &'static str,
    /// All dimensions under which the points were reported: CloudWatch does not add up over those left out.
    pub dimensions: Vec<(&'static str, String)>,
    /// Seconds that one point stands for.
    pub period: u32,
}

/// Points of one metric, oldest first, each at the beginning of its period.
pub type MetricPoints = Vec<(DateTime<Utc>, f64)>;

/// A cluster with what runs in it, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterState {
    pub name: String,
    /// Tasks of all its services.
    pub running: u32,
    pub pending: u32,
}

/// What CloudFormation found when it compared a stack's resources with its template.
#[derive(Clone, PartialEq, Eq)]
pub struct StackDrift {
    /// How many resources it compared.
    pub compared: u32,
    /// Those that differ.
    pub resources: Vec<ResourceDrift>,
    /// Why it could not compare some, in its own words.
    pub incomplete: Option<String>,
}

/// A resource that differs from the template. The values may hold secrets, so that none of this prints itself.
#[derive(Clone, PartialEq, Eq)]
pub struct ResourceDrift {
    pub logical_id: String,
    pub resource_type: String,
    pub physical_id: Option<String>,
    /// It is gone; there is nothing to compare.
    pub deleted: bool,
    /// All properties by the template, as JSON.
    pub expected: String,
    /// All properties that AWS has, as JSON.
    pub actual: String,
    pub differences: Vec<PropertyDrift>,
}

/// A property that differs.
#[derive(Clone, PartialEq, Eq)]
pub struct PropertyDrift {
    /// JSON pointer within the resource's properties.
    pub path: String,
    pub expected: String,
    pub actual: String,
    /// `ADD`, `REMOVE` or `NOT_EQUAL`.
    pub kind: String,
}

/// Everything Handrail asks of AWS. Every method may be called again with the same arguments without doing its work twice.
#[async_trait]
pub trait Cloud: Send + Sync {
    /// How often AWS was called from this process, per account and service. Asks nobody.
    fn call_rates(&self) -> Vec<CallRate>;

    /// The policies that an account's roles need for everything that this port does.
    fn role_policies(&self) -> RolePolicies;

    /// `sts:GetCallerIdentity` with the credentials used for this place.
    async fn identity(&self, place: &Place) -> CloudResult<CallerIdentity>;

    /// Makes a change set, or finds the one of that name, and waits until CloudFormation has finished computing it.
    async fn change_set_prepare(&self, place: &Place, request: &ChangeSetRequest) -> CloudResult<ChangeSet>;
    /// Executes a change set. One that was executed already is no error.
    async fn change_set_execute(
        &self,
        place: &Place,
        stack_name: &str,
        change_set_name: &str,
        token: &str,
    ) -> CloudResult<()>;
    /// Asks CloudFormation to undo the update that runs. One that cannot be undone any more, since it has ended or is being undone
    /// already, is no error.
    async fn update_cancel(&self, place: &Place, stack_name: &str, token: &str) -> CloudResult<()>;
    /// Asks CloudFormation to go on undoing an update that was stuck. A stack that is not stuck (any more) is no error.
    async fn rollback_continue(&self, place: &Place, stack_name: &str, token: &str) -> CloudResult<()>;
    /// The stack of a name or id; `None` if there is none (a stack asked by id is found after its deletion too, as `DELETE_COMPLETE`).
    async fn stack(&self, place: &Place, name_or_id: &str) -> CloudResult<Option<Stack>>;
    /// Handrail's stacks (by their names) that are there in the account and region, with one listing.
    async fn stacks(&self, place: &Place) -> CloudResult<Vec<Stack>>;
    /// Lets CloudFormation compare the stack with its template, and waits until it has. Changes nothing.
    async fn stack_drift(&self, place: &Place, stack_name: &str) -> CloudResult<StackDrift>;
    /// Events after the one with the id `after`, oldest first; all of them without. At most the newest 1,000.
    async fn stack_events(&self, place: &Place, name_or_id: &str, after: Option<&str>) -> CloudResult<Vec<StackEvent>>;
    /// All resources of the stack, also deleted ones.
    async fn stack_resources(&self, place: &Place, name_or_id: &str) -> CloudResult<Vec<StackResource>>;
    /// Turns termination protection on or off.
    async fn stack_protect(&self, place: &Place, stack_name: &str, on: bool) -> CloudResult<()>;
    /// Sets the stack policy.
    async fn stack_policy_set(&self, place: &Place, stack_name: &str, policy: &str) -> CloudResult<()>;
    /// Asks CloudFormation to delete the stack. `retain` names resources to leave (only where a deletion has failed before).
    async fn stack_delete(&self, place: &Place, stack_id: &str, retain: &[String], token: &str) -> CloudResult<()>;

    /// The service with its tasks (running ones, and up to ten that stopped lately); `None` if there is none.
    async fn service(&self, place: &Place, cluster: &str, service: &str) -> CloudResult<Option<ServiceState>>;
    /// Clusters by their names, a hundred to a call; those that are not there are left out.
    async fn clusters(&self, place: &Place, names: &[String]) -> CloudResult<Vec<ClusterState>>;
    /// Sets the service's desired count.
    async fn service_scale(&self, place: &Place, cluster: &str, service: &str, desired: u32) -> CloudResult<()>;
    /// Health of a target group's targets; empty if the group is not there.
    async fn targets(&self, place: &Place, target_group_arn: &str) -> CloudResult<Vec<TargetState>>;
    /// The database instance; `None` if there is none.
    async fn database(&self, place: &Place, instance_id: &str) -> CloudResult<Option<DatabaseState>>;
    /// All database instances in the account and region, with one listing.
    async fn databases(&self, place: &Place) -> CloudResult<Vec<DatabaseState>>;

    /// One page of log events, asked anew each time. A group or stream that does not exist is a problem of the kind `NotFound`.
    async fn log_events(&self, place: &Place, request: &LogRequest) -> CloudResult<LogEvents>;
    /// The points of each metric, in the order of the queries. `from` is inclusive, `to` exclusive; both must lie on the grid of the periods. A metric that was never reported has no points.
    async fn metrics(
        &self,
        place: &Place,
        queries: &[MetricQuery],
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> CloudResult<Vec<MetricPoints>>;

    /// Stores a secret under a name, or puts a new value under the name if it exists. Returns its ARN.
    async fn secret_put(
        &self,
        place: &Place,
        name: &str,
        description: &str,
        value: &Secret,
        tags: &BTreeMap<String, String>,
    ) -> CloudResult<String>;
    /// Deletes a secret at once, without recovery window. One that is not there is no error.
    async fn secret_delete(&self, place: &Place, arn: &str) -> CloudResult<()>;

    /// Makes a repository in ECR, or finds it: immutable tags, scanned when something arrives, encrypted, cleared of what nothing points at
    /// any more. Returns its name with its registry, for example `111122223333.dkr.ecr.eu-west-1.amazonaws.com/handrail/canvas`.
    async fn image_repository(&self, place: &Place, name: &str, tags: &BTreeMap<String, String>)
    -> CloudResult<String>;
    /// A login to ECR's registry of the place for the next hours, as HTTP's basic scheme writes it.
    async fn image_login(&self, place: &Place) -> CloudResult<Secret>;
    /// What ECR's scan of an image came to.
    async fn image_scan(&self, place: &Place, repository: &str, digest: &str) -> CloudResult<ScanOutcome>;

    /// Resources with this tag that AWS's tagging API knows: ARNs.
    async fn tagged(&self, place: &Place, key: &str, value: &str) -> CloudResult<Vec<String>>;
    /// Whether a resource is really still there, asked of its own service where Handrail knows how (the tagging API lags behind):
    /// `Some(false)` gone, `Some(true)` there, `None` cannot be told.
    async fn exists(&self, place: &Place, arn: &str) -> CloudResult<Option<bool>>;
    /// Empties a bucket (all versions) and deletes it. One that is not there is no error.
    async fn bucket_delete(&self, place: &Place, bucket: &str) -> CloudResult<()>;
    /// Deletes a file system with its access points and mount targets. One that is not there is no error.
    async fn file_system_delete(&self, place: &Place, file_system_id: &str) -> CloudResult<()>;
    /// Manual snapshots of a database instance: ARN and allocated GiB.
    async fn database_snapshots(&self, place: &Place, instance_id: &str) -> CloudResult<Vec<(String, u32)>>;
    /// Deletes a manual database snapshot. One that is not there is no error.
    async fn database_snapshot_delete(&self, place: &Place, snapshot_arn: &str) -> CloudResult<()>;
}
