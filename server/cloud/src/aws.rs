//! [`AwsCloud`]: finds the session of a place, and shares with viewers what others have just asked.

use crate::{
    http,
    pace::Pace,
    permission,
    session::{Session, SessionKey, endpoint_of},
    settings::CloudSettings,
};
use async_trait::async_trait;
use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use chrono::{DateTime, Utc};
use model::{
    Secret,
    account::CallerIdentity,
    cause::CloudProblem,
    environment::{DatabaseState, ServiceState, TargetState},
    image::ScanOutcome,
    platform::CallRate,
    role::RolePolicies,
};
use moka::future::Cache;
use ports::{
    Cloud, CloudResult, Place,
    cloud::{
        ChangeSet, ChangeSetRequest, ClusterState, LogEvents, LogRequest, MetricPoints, MetricQuery, Stack, StackDrift,
        StackEvent, StackResource,
    },
};
use std::{collections::BTreeMap, future::Future, hash::Hash, sync::Arc, time::Duration};

/// Most sessions kept: one for each account, region and running operation.
const SESSIONS_KEPT: u64 = 500;
/// How long the session of an operation that has ended is kept.
const SESSION_IDLE: Duration = Duration::from_secs(30 * 60);
/// Most answers kept for viewers, of each kind.
const ANSWERS_KEPT: u64 = 10_000;
/// The SDK's names of the services spoken to, as in `AWS_ENDPOINT_URL_<SERVICE>`.
const SERVICE_IDS: [&str; 12] = [
    "CloudFormation",
    "CloudWatch",
    "CloudWatch Logs",
    "ECR",
    "ECS",
    "EFS",
    "Elastic Load Balancing v2",
    "RDS",
    "Resource Groups Tagging API",
    "S3",
    "Secrets Manager",
    "STS",
];

/// AWS, or whatever answers at the endpoint that the environment names.
#[derive(Debug)]
pub struct AwsCloud {
    base: SdkConfig,
    settings: CloudSettings,
    pace: Arc<Pace>,
    sessions: Cache<SessionKey, Arc<Session>>,
    services: Cache<(ViewKey, String, String), Option<ServiceState>>,
    targets: Cache<(ViewKey, String), Vec<TargetState>>,
    databases: Cache<(ViewKey, String), Option<DatabaseState>>,
}

/// Where a shared answer came from: account, role and region.
type ViewKey = (String, Option<String>, String);

fn view_key(place: &Place) -> ViewKey {
    (place.account.aws_account.clone(), place.account.role_arn.clone(), place.region.clone())
}

impl AwsCloud {
    /// Reads endpoint and credentials from the standard AWS environment (variables, profile, container or instance role). Calls nothing:
    /// missing credentials show at the first call.
    pub async fn new(settings: CloudSettings) -> Self {
        let base = aws_config::defaults(BehaviorVersion::latest()).http_client(http::shared_client()).load().await;
        Self::with_config(settings, base)
    }

    /// The same with an SDK configuration that was made elsewhere. Its region, retries and timeouts are replaced.
    pub fn with_config(settings: CloudSettings, base: SdkConfig) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(settings.connect_timeout)
            .operation_attempt_timeout(settings.attempt_timeout)
            .operation_timeout(settings.operation_timeout)
            .build();
        let retries = RetryConfig::adaptive().with_max_attempts(settings.attempts);
        Self {
            base: base.to_builder().timeout_config(timeouts).retry_config(retries).build(),
            pace: Arc::new(Pace::new(&settings)),
            sessions: Cache::builder().max_capacity(SESSIONS_KEPT).time_to_idle(SESSION_IDLE).build(),
            services: answers(&settings),
            targets: answers(&settings),
            databases: answers(&settings),
            settings,
        }
    }

    /// Host and port of the endpoint override in force, if there is one: what answers then is not real AWS.
    pub fn endpoint_override(&self) -> Option<String> {
        let url = SERVICE_IDS.iter().find_map(|service| endpoint_of(&self.base, service))?;
        let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        Some(authority.rsplit('@').next().unwrap_or_default().to_owned())
    }

    async fn session(&self, place: &Place) -> Arc<Session> {
        let key = SessionKey::of(place);
        let make = async { Arc::new(Session::new(&self.base, &key, &self.settings, self.pace.clone())) };
        self.sessions.get_with_by_ref(&key, make).await
    }
}

fn answers<K, V>(settings: &CloudSettings) -> Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder().max_capacity(ANSWERS_KEPT).time_to_live(settings.shared_for).build()
}

/// What AWS says: fresh for a worker, which decides by it; for viewers the answer of a moment ago, asked once for all of them.
async fn shared<K, V>(
    place: &Place,
    cache: &Cache<K, V>,
    key: K,
    ask: impl Future<Output = CloudResult<V>>,
) -> CloudResult<V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    if place.operation.is_some() {
        let answer = ask.await?;
        cache.insert(key, answer.clone()).await;
        return Ok(answer);
    }
    cache.try_get_with(key, ask).await.map_err(|problem: Arc<CloudProblem>| CloudProblem::clone(&problem))
}

#[async_trait]
impl Cloud for AwsCloud {
    fn call_rates(&self) -> Vec<CallRate> {
        self.pace.calls.rates()
    }

    fn role_policies(&self) -> RolePolicies {
        permission::role_policies()
    }

    async fn identity(&self, place: &Place) -> CloudResult<CallerIdentity> {
        self.session(place).await.identity().await
    }

    async fn change_set_prepare(&self, place: &Place, request: &ChangeSetRequest) -> CloudResult<ChangeSet> {
        let role = place.account.stack_role_arn.as_deref();
        self.session(place).await.change_set_prepare(request, role).await
    }

    async fn change_set_execute(
        &self,
        place: &Place,
        stack_name: &str,
        change_set_name: &str,
        token: &str,
    ) -> CloudResult<()> {
        self.session(place).await.change_set_execute(stack_name, change_set_name, token).await
    }

    async fn update_cancel(&self, place: &Place, stack_name: &str, token: &str) -> CloudResult<()> {
        self.session(place).await.update_cancel(stack_name, token).await
    }

    async fn rollback_continue(&self, place: &Place, stack_name: &str, token: &str) -> CloudResult<()> {
        let role = place.account.stack_role_arn.as_deref();
        self.session(place).await.rollback_continue(stack_name, token, role).await
    }

    async fn stack(&self, place: &Place, name_or_id: &str) -> CloudResult<Option<Stack>> {
        self.session(place).await.stack(name_or_id).await
    }

    async fn stacks(&self, place: &Place) -> CloudResult<Vec<Stack>> {
        self.session(place).await.stacks().await
    }

    async fn stack_drift(&self, place: &Place, stack_name: &str) -> CloudResult<StackDrift> {
        self.session(place).await.stack_drift(stack_name).await
    }

    async fn stack_events(&self, place: &Place, name_or_id: &str, after: Option<&str>) -> CloudResult<Vec<StackEvent>> {
        self.session(place).await.stack_events(name_or_id, after).await
    }

    async fn stack_resources(&self, place: &Place, name_or_id: &str) -> CloudResult<Vec<StackResource>> {
        self.session(place).await.stack_resources(name_or_id).await
    }

    async fn stack_protect(&self, place: &Place, stack_name: &str, on: bool) -> CloudResult<()> {
        self.session(place).await.stack_protect(stack_name, on).await
    }

    async fn stack_policy_set(&self, place: &Place, stack_name: &str, policy: &str) -> CloudResult<()> {
        self.session(place).await.stack_policy_set(stack_name, policy).await
    }

    async fn stack_delete(&self, place: &Place, stack_id: &str, retain: &[String], token: &str) -> CloudResult<()> {
        let role = place.account.stack_role_arn.as_deref();
        self.session(place).await.stack_delete(stack_id, retain, token, role).await
    }

    async fn service(&self, place: &Place, cluster: &str, service: &str) -> CloudResult<Option<ServiceState>> {
        let key = (view_key(place), cluster.to_owned(), service.to_owned());
        let session = self.session(place).await;
        shared(place, &self.services, key, session.service(cluster, service)).await
    }

    async fn clusters(&self, place: &Place, names: &[String]) -> CloudResult<Vec<ClusterState>> {
        self.session(place).await.clusters(names).await
    }

    async fn service_scale(&self, place: &Place, cluster: &str, service: &str, desired: u32) -> CloudResult<()> {
        let done = self.session(place).await.service_scale(cluster, service, desired).await;
        self.services.invalidate(&(view_key(place), cluster.to_owned(), service.to_owned())).await;
        done
    }

    async fn targets(&self, place: &Place, target_group_arn: &str) -> CloudResult<Vec<TargetState>> {
        let key = (view_key(place), target_group_arn.to_owned());
        let session = self.session(place).await;
        shared(place, &self.targets, key, session.targets(target_group_arn)).await
    }

    async fn database(&self, place: &Place, instance_id: &str) -> CloudResult<Option<DatabaseState>> {
        let key = (view_key(place), instance_id.to_owned());
        let session = self.session(place).await;
        shared(place, &self.databases, key, session.database(instance_id)).await
    }

    async fn log_events(&self, place: &Place, request: &LogRequest) -> CloudResult<LogEvents> {
        self.session(place).await.log_events(request).await
    }

    async fn metrics(
        &self,
        place: &Place,
        queries: &[MetricQuery],
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> CloudResult<Vec<MetricPoints>> {
        self.session(place).await.metrics(queries, from, to).await
    }

    async fn databases(&self, place: &Place) -> CloudResult<Vec<DatabaseState>> {
        let found = self.session(place).await.databases().await?;
        // Viewers find there what the reconciler has just read.
        for database in &found {
            let key = (view_key(place), database.id.clone());
            self.databases.insert(key, Some(database.clone())).await;
        }
        Ok(found)
    }

    async fn secret_put(
        &self,
        place: &Place,
        name: &str,
        description: &str,
        value: &Secret,
        tags: &BTreeMap<String, String>,
    ) -> CloudResult<String> {
        self.session(place).await.secret_put(name, description, value, tags).await
    }

    async fn secret_delete(&self, place: &Place, arn: &str) -> CloudResult<()> {
        self.session(place).await.secret_delete(arn).await
    }

    async fn image_repository(
        &self,
        place: &Place,
        name: &str,
        tags: &BTreeMap<String, String>,
    ) -> CloudResult<String> {
        self.session(place).await.image_repository(name, tags).await
    }

    async fn image_login(&self, place: &Place) -> CloudResult<Secret> {
        self.session(place).await.image_login().await
    }

    async fn image_scan(&self, place: &Place, repository: &str, digest: &str) -> CloudResult<ScanOutcome> {
        self.session(place).await.image_scan(repository, digest).await
    }

    async fn tagged(&self, place: &Place, key: &str, value: &str) -> CloudResult<Vec<String>> {
        self.session(place).await.tagged(key, value).await
    }

    async fn exists(&self, place: &Place, arn: &str) -> CloudResult<Option<bool>> {
        self.session(place).await.exists(arn).await
    }

    async fn bucket_delete(&self, place: &Place, bucket: &str) -> CloudResult<()> {
        self.session(place).await.bucket_delete(bucket).await
    }

    async fn file_system_delete(&self, place: &Place, file_system_id: &str) -> CloudResult<()> {
        self.session(place).await.file_system_delete(file_system_id).await
    }

    async fn database_snapshots(&self, place: &Place, instance_id: &str) -> CloudResult<Vec<(String, u32)>> {
        self.session(place).await.database_snapshots(instance_id).await
    }

    async fn database_snapshot_delete(&self, place: &Place, snapshot_arn: &str) -> CloudResult<()> {
        self.session(place).await.database_snapshot_delete(snapshot_arn).await
    }
}
