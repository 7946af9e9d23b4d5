//! A small AWS in memory: stacks that come and go resource by resource, and the services of which Handrail asks something.

mod aws;
mod ground;
mod image;
mod log;
mod metric;
mod name;
mod script;
mod stack;
#[cfg(test)]
mod tests;
mod update;

pub use ground::Effects;
pub use metric::MetricCall;
pub use script::problem;

use super::{FakeClock, Gate, lock};
use async_trait::async_trait;
use aws::Aws;
use chrono::{DateTime, Utc};
use ground::{BUCKET, FILE_SYSTEM, Resource, SECRET, SNAPSHOT};
use model::{
    Secret,
    account::CallerIdentity,
    cause::{CloudProblem, CloudProblemKind},
    environment::{DatabaseState, ServiceState, TargetState},
    image::ScanOutcome,
    platform::CallRate,
    role::RolePolicies,
};
use name::{Home, last_part};
use ports::{
    Clock, Cloud, CloudResult, Place,
    cloud::{
        ChangeSet, ChangeSetChange, ChangeSetRequest, ClusterState, LogEvents, LogRequest, MetricPoints, MetricQuery,
        ResourceDrift, Stack, StackDrift, StackEvent, StackResource,
    },
};
use script::refusal;
use stack::StackRow;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// Most events that one answer holds.
const EVENTS_LIMIT: usize = 1_000;

/// The fake AWS. Clones and handles made by [`FakeCloud::behind`] are the same cloud.
#[derive(Clone)]
pub struct FakeCloud {
    gate: Gate,
    clock: FakeClock,
    aws: Arc<Mutex<Aws>>,
}

impl FakeCloud {
    /// An AWS in which nothing exists.
    pub fn new(gate: &Gate, clock: &FakeClock) -> Self {
        Self { gate: gate.clone(), clock: clock.clone(), aws: Arc::default() }
    }

    /// The same AWS, called by another process.
    pub fn behind(&self, gate: &Gate) -> Self {
        Self { gate: gate.clone(), clock: self.clock.clone(), aws: self.aws.clone() }
    }

    fn set(&self, change: impl FnOnce(&mut Aws)) {
        change(&mut lock(&self.aws));
    }

    /// A stack takes this many polls to be made or deleted; without, each resource takes one.
    pub fn polls_per_stack(&self, polls: usize) {
        self.set(|aws| aws.ground.polls = Some(polls));
    }

    /// Lets the resource fail to be created, with this reason, until [`FakeCloud::mend`].
    pub fn fail_resource(&self, logical_id: &str, reason: &str) {
        self.set(|aws| {
            aws.ground.failing.insert(logical_id.to_owned(), reason.to_owned());
        });
    }

    /// Lets the resource's creation hang until [`FakeCloud::mend`].
    pub fn stuck(&self, logical_id: &str) {
        self.set(|aws| aws.ground.stuck.push(logical_id.to_owned()));
    }

    /// Lets the resource fail to be deleted, with this reason, until [`FakeCloud::mend`].
    pub fn fail_deletion(&self, logical_id: &str, reason: &str) {
        self.set(|aws| {
            aws.ground.failing_deletions.insert(logical_id.to_owned(), reason.to_owned());
        });
    }

    /// Keeps the resource from being sent back when an update is undone, with this reason, until [`FakeCloud::mend`].
    pub fn fail_undo(&self, logical_id: &str, reason: &str) {
        self.set(|aws| {
            aws.ground.failing_undos.insert(logical_id.to_owned(), reason.to_owned());
        });
    }

    /// Somebody changes a service's desired count in the AWS console.
    pub fn scale_outside(&self, desired: u32) {
        self.set(|aws| aws.ground.scale_all(desired));
    }

    /// Nothing is wrong with the resource any more.
    pub fn mend(&self, logical_id: &str) {
        self.set(|aws| {
            aws.ground.failing.remove(logical_id);
            aws.ground.failing_deletions.remove(logical_id);
            aws.ground.failing_undos.remove(logical_id);
            aws.ground.stuck.retain(|stuck| stuck != logical_id);
        });
    }

    /// Lets change sets end as `FAILED` with this reason; `None` lets them succeed again.
    pub fn change_set_failure(&self, reason: Option<&str>) {
        self.set(|aws| aws.change_set_failure = reason.map(str::to_owned));
    }

    /// Adds a change that the template does not ask for to every new change set.
    pub fn change_set_adds(&self, change: ChangeSetChange) {
        self.set(|aws| aws.extra_changes.push(change));
    }

    /// The account number that `identity` answers, in place of the one asked for.
    pub fn identity_is(&self, account: &str) {
        self.set(|aws| aws.identity = Some(account.to_owned()));
    }

    /// Keeps every task from starting and stops those that run, with this reason; `None` lets them start again.
    pub fn task_failure(&self, stopped_reason: Option<&str>) {
        self.set(|aws| aws.ground.task_failure = stopped_reason.map(str::to_owned));
    }

    /// Whether the load balancer finds its targets unhealthy.
    pub fn targets_unhealthy(&self, on: bool) {
        self.set(|aws| aws.ground.targets_unhealthy = on);
    }

    /// After how many looks a new target is healthy; 2 unless told otherwise.
    pub fn target_delay(&self, looks: u32) {
        self.set(|aws| aws.ground.target_delay = looks);
    }

    /// RDS's word for the status of every database; `available` unless told otherwise.
    pub fn database_status(&self, status: &str) {
        self.set(|aws| status.clone_into(&mut aws.ground.database_status));
    }

    /// Somebody changes these resources in the AWS console: every comparison finds them so.
    pub fn drifted(&self, resources: Vec<ResourceDrift>) {
        self.set(|aws| aws.drifted = resources);
    }

    /// Whether the tagging API goes on listing what was deleted. Switching it off lets it forget at once.
    pub fn tagging_lags(&self, on: bool) {
        self.set(|aws| {
            aws.ground.tagging_lags = on;
            if !on {
                aws.ground.ghosts.clear();
            }
        });
    }

    /// Answers the next `times` calls of a method with a problem, before anything is done.
    pub fn fail(&self, method: &'static str, times: usize, problem: CloudProblem) {
        self.set(|aws| aws.script.fail(method, times, problem));
    }

    /// Does what the next `times` calls of a method ask, but answers with a problem, as when the connection is lost meanwhile.
    pub fn lose_answer(&self, method: &'static str, times: usize, problem: CloudProblem) {
        self.set(|aws| aws.script.lose(method, times, problem));
    }

    /// Answers every call with a problem of this kind until told `None`; `Denied` names the IAM action of each.
    pub fn all_fail(&self, kind: Option<CloudProblemKind>) {
        self.set(|aws| aws.script.all_fail = kind);
    }

    /// Whether calls are never answered.
    pub fn silence(&self, on: bool) {
        self.set(|aws| aws.silent = on);
    }

    /// Whether IAM denies every call.
    pub fn deny_all(&self, on: bool) {
        self.all_fail(on.then_some(CloudProblemKind::Denied));
    }

    /// Somebody deletes the stack in the AWS console, protection or not.
    pub fn delete_outside(&self, stack_name: &str) {
        let now = self.clock.now();
        self.set(|aws| {
            aws.ground.now = now;
            let effects = aws.ground.effects.clone();
            let live = aws.stacks.iter_mut().find(|stack| stack.name == stack_name && !stack.is_gone());
            if let Some(stack) = live {
                stack.delete(&mut aws.ground, &[], None);
                while stack.status == "DELETE_IN_PROGRESS" {
                    stack.advance(&mut aws.ground);
                }
            }
            // None of this was Handrail's doing, except that a snapshot exists now.
            let snapshots_made = aws.ground.effects.snapshots_made;
            aws.ground.effects = Effects { snapshots_made, ..effects };
        });
    }

    /// Somebody deletes one thing in the AWS console, by its ARN.
    pub fn delete_thing_outside(&self, arn: &str) {
        self.set(|aws| aws.ground.resources.retain(|one| one.arn().as_deref() != Some(arn)));
    }

    /// What was really done so far.
    pub fn effects(&self) -> Effects {
        lock(&self.aws).ground.effects.clone()
    }

    /// The methods called, in order.
    pub fn calls(&self) -> Vec<String> {
        lock(&self.aws).calls.clone()
    }

    /// How often a method was called.
    pub fn calls_of(&self, method: &str) -> usize {
        lock(&self.aws).calls.iter().filter(|call| *call == method).count()
    }

    /// Everything that exists now and would show on a bill or in a console: stacks, their resources, what stacks have left behind,
    /// snapshots, secrets. By ARN where there is one.
    pub fn everything(&self) -> Vec<String> {
        let aws = lock(&self.aws);
        let stacks = aws.stacks.iter().filter(|stack| !stack.is_gone()).map(|stack| stack.id.clone());
        stacks.chain(aws.ground.titles()).collect()
    }

    /// The value of a secret that exists.
    pub fn secret_value(&self, arn: &str) -> Option<Secret> {
        lock(&self.aws).ground.secret_values.get(arn).cloned()
    }

    /// The policy of the live stack of this name.
    pub fn stack_policy(&self, stack_name: &str) -> Option<String> {
        let aws = lock(&self.aws);
        aws.stacks.iter().find(|stack| stack.name == stack_name && !stack.is_gone())?.policy.clone()
    }

    /// One method: past the gate, the scripted fault or the effect, past the gate.
    async fn run<T>(
        &self,
        method: &'static str,
        work: impl FnOnce(&mut Aws) -> CloudResult<T> + Send,
    ) -> CloudResult<T> {
        self.gate.pass(method).await;
        if lock(&self.aws).silent {
            std::future::pending::<()>().await;
        }
        let answer = {
            let mut aws = lock(&self.aws);
            aws.ground.now = self.clock.now();
            aws.calls.push(method.to_owned());
            match aws.script.fault(method) {
                Some(problem) => Err(problem),
                None => {
                    let answer = work(&mut aws);
                    aws.script.loss(method).map_or(answer, Err)
                }
            }
        };
        self.gate.pass(method).await;
        answer
    }
}

#[async_trait]
impl Cloud for FakeCloud {
    /// Nothing is counted here: tests look at [`FakeCloud::calls`].
    fn call_rates(&self) -> Vec<CallRate> {
        Vec::new()
    }

    fn role_policies(&self) -> RolePolicies {
        let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:GetCallerIdentity"],"Resource":["*"]}]}"#;
        RolePolicies { console: text.to_owned(), drift: text.to_owned(), stack: vec![text.to_owned()] }
    }

    async fn identity(&self, place: &Place) -> CloudResult<CallerIdentity> {
        self.run("identity", |aws| {
            let account = aws.identity.clone().unwrap_or_else(|| place.account.aws_account.clone());
            let session = place.operation.map_or_else(|| "handrail".to_owned(), |id| format!("handrail-{id}"));
            let arn = format!("arn:aws:sts::{account}:assumed-role/handrail/{session}");
            Ok(CallerIdentity { account, arn })
        })
        .await
    }

    async fn change_set_prepare(&self, place: &Place, request: &ChangeSetRequest) -> CloudResult<ChangeSet> {
        self.run("change_set_prepare", |aws| aws.change_set_prepare(&place.into(), request)).await
    }

    async fn change_set_execute(
        &self,
        place: &Place,
        stack_name: &str,
        change_set_name: &str,
        token: &str,
    ) -> CloudResult<()> {
        self.run("change_set_execute", |aws| aws.change_set_execute(&place.into(), stack_name, change_set_name, token))
            .await
    }

    async fn update_cancel(&self, place: &Place, stack_name: &str, token: &str) -> CloudResult<()> {
        self.run("update_cancel", |aws| aws.update_cancel(&place.into(), stack_name, token)).await
    }

    async fn rollback_continue(&self, place: &Place, stack_name: &str, token: &str) -> CloudResult<()> {
        self.run("rollback_continue", |aws| aws.rollback_continue(&place.into(), stack_name, token)).await
    }

    async fn stack(&self, place: &Place, name_or_id: &str) -> CloudResult<Option<Stack>> {
        self.run("stack", |aws| {
            Ok(aws.stack(&place.into(), name_or_id).map(|(stack, ground)| {
                stack.poll(ground);
                stack.describe()
            }))
        })
        .await
    }

    async fn stacks(&self, place: &Place) -> CloudResult<Vec<Stack>> {
        self.run("stacks", |aws| {
            let home = Home::from(place);
            let there = aws.stacks.iter().filter(|stack| stack.home == home && !stack.is_gone());
            Ok(there.map(StackRow::describe).collect())
        })
        .await
    }

    async fn stack_drift(&self, place: &Place, stack_name: &str) -> CloudResult<StackDrift> {
        self.run("stack_drift", |aws| {
            let compared = aws.known_stack("stack_drift", &place.into(), stack_name)?.0.resources.len();
            let compared = u32::try_from(compared).unwrap_or(u32::MAX);
            Ok(StackDrift { compared, resources: aws.drifted.clone(), incomplete: None })
        })
        .await
    }

    async fn stack_events(&self, place: &Place, name_or_id: &str, after: Option<&str>) -> CloudResult<Vec<StackEvent>> {
        self.run("stack_events", |aws| {
            let (stack, _) = aws.known_stack("stack_events", &place.into(), name_or_id)?;
            let known = after.and_then(|after| stack.events.iter().position(|event| event.id == after));
            let new = &stack.events[known.map_or(0, |place| place + 1)..];
            Ok(new[new.len().saturating_sub(EVENTS_LIMIT)..].to_vec())
        })
        .await
    }

    async fn stack_resources(&self, place: &Place, name_or_id: &str) -> CloudResult<Vec<StackResource>> {
        self.run("stack_resources", |aws| {
            let (stack, _) = aws.known_stack("stack_resources", &place.into(), name_or_id)?;
            Ok(stack.resources.clone())
        })
        .await
    }

    async fn stack_protect(&self, place: &Place, stack_name: &str, on: bool) -> CloudResult<()> {
        self.run("stack_protect", |aws| {
            aws.known_stack("stack_protect", &place.into(), stack_name)?.0.protected = on;
            Ok(())
        })
        .await
    }

    async fn stack_policy_set(&self, place: &Place, stack_name: &str, policy: &str) -> CloudResult<()> {
        self.run("stack_policy_set", |aws| {
            aws.known_stack("stack_policy_set", &place.into(), stack_name)?.0.policy = Some(policy.to_owned());
            Ok(())
        })
        .await
    }

    async fn stack_delete(&self, place: &Place, stack_id: &str, retain: &[String], token: &str) -> CloudResult<()> {
        self.run("stack_delete", |aws| aws.stack_delete(&place.into(), stack_id, retain, token)).await
    }

    async fn service(&self, place: &Place, cluster: &str, service: &str) -> CloudResult<Option<ServiceState>> {
        self.run("service", |aws| Ok(aws.ground.service(&place.into(), cluster, service))).await
    }

    async fn clusters(&self, place: &Place, names: &[String]) -> CloudResult<Vec<ClusterState>> {
        self.run("clusters", |aws| {
            let home = Home::from(place);
            Ok(names.iter().filter_map(|name| aws.ground.cluster(&home, name)).collect())
        })
        .await
    }

    async fn service_scale(&self, place: &Place, cluster: &str, service: &str, desired: u32) -> CloudResult<()> {
        self.run("service_scale", |aws| {
            if aws.ground.scale(&place.into(), cluster, service, desired) {
                return Ok(());
            }
            let kind = CloudProblemKind::NotFound;
            Err(refusal("service_scale", kind, "ServiceNotFoundException", "Service not found."))
        })
        .await
    }

    async fn targets(&self, place: &Place, target_group_arn: &str) -> CloudResult<Vec<TargetState>> {
        self.run("targets", |aws| Ok(aws.ground.targets(&place.into(), target_group_arn))).await
    }

    async fn database(&self, place: &Place, instance_id: &str) -> CloudResult<Option<DatabaseState>> {
        self.run("database", |aws| Ok(aws.ground.database(&place.into(), instance_id))).await
    }

    async fn log_events(&self, place: &Place, request: &LogRequest) -> CloudResult<LogEvents> {
        self.run("log_events", |aws| aws.log_events(&place.into(), request)).await
    }

    async fn metrics(
        &self,
        _place: &Place,
        queries: &[MetricQuery],
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> CloudResult<Vec<MetricPoints>> {
        let answer = self.run("metrics", |aws| Ok(aws.meter.read(queries, from, to))).await;
        let delay = lock(&self.aws).meter.delay;
        tokio::time::sleep(delay).await;
        answer
    }

    async fn databases(&self, place: &Place) -> CloudResult<Vec<DatabaseState>> {
        self.run("databases", |aws| Ok(aws.ground.databases(&place.into()))).await
    }

    async fn secret_put(
        &self,
        place: &Place,
        name: &str,
        _description: &str,
        value: &Secret,
        tags: &BTreeMap<String, String>,
    ) -> CloudResult<String> {
        self.run("secret_put", |aws| aws.secret_put(&place.into(), name, value, tags)).await
    }

    async fn secret_delete(&self, place: &Place, arn: &str) -> CloudResult<()> {
        self.run("secret_delete", |aws| {
            aws.delete(&place.into(), SECRET, arn, |effects| &mut effects.secrets_deleted);
            Ok(())
        })
        .await
    }

    async fn image_repository(
        &self,
        place: &Place,
        name: &str,
        _tags: &BTreeMap<String, String>,
    ) -> CloudResult<String> {
        self.run("image_repository", |aws| Ok(aws.images.repository(&place.into(), name))).await
    }

    async fn image_login(&self, _place: &Place) -> CloudResult<Secret> {
        self.run("image_login", |_| Ok(Secret::new("QVdTOnByaXZhdGU="))).await
    }

    async fn image_scan(&self, _place: &Place, _repository: &str, digest: &str) -> CloudResult<ScanOutcome> {
        self.run("image_scan", |aws| Ok(aws.images.scan(digest))).await
    }

    async fn tagged(&self, place: &Place, key: &str, value: &str) -> CloudResult<Vec<String>> {
        self.run("tagged", |aws| Ok(aws.tagged(&place.into(), key, value))).await
    }

    async fn exists(&self, _place: &Place, arn: &str) -> CloudResult<Option<bool>> {
        self.run("exists", |aws| Ok(aws.exists(arn))).await
    }

    async fn bucket_delete(&self, place: &Place, bucket: &str) -> CloudResult<()> {
        self.run("bucket_delete", |aws| {
            aws.delete(&place.into(), BUCKET, bucket, |effects| &mut effects.buckets_deleted);
            Ok(())
        })
        .await
    }

    async fn file_system_delete(&self, place: &Place, file_system_id: &str) -> CloudResult<()> {
        self.run("file_system_delete", |aws| {
            aws.delete(&place.into(), FILE_SYSTEM, file_system_id, |effects| &mut effects.file_systems_deleted);
            Ok(())
        })
        .await
    }

    async fn database_snapshots(&self, place: &Place, instance_id: &str) -> CloudResult<Vec<(String, u32)>> {
        self.run("database_snapshots", |aws| {
            let home = Home::from(place);
            let of_instance = |one: &&Resource| {
                one.home == home && one.kind == SNAPSHOT && one.properties["DBInstanceIdentifier"] == instance_id
            };
            let snapshots = aws.ground.resources.iter().filter(of_instance);
            Ok(snapshots.filter_map(|one| Some((one.arn()?, one.allocated_gib()))).collect())
        })
        .await
    }

    async fn database_snapshot_delete(&self, place: &Place, snapshot_arn: &str) -> CloudResult<()> {
        self.run("database_snapshot_delete", |aws| {
            let name = last_part(snapshot_arn);
            aws.delete(&place.into(), SNAPSHOT, name, |effects| &mut effects.snapshots_deleted);
            Ok(())
        })
        .await
    }
}
