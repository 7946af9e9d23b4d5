//! The clients of one place: credentials of the account's role, region, retries and pace.

use crate::{
    pace::Pace,
    problem::{AskError, from_sdk},
    settings::CloudSettings,
};
use aws_config::{SdkConfig, identity::IdentityCache};
use aws_credential_types::{
    Credentials,
    provider::{self, ProvideCredentials, SharedCredentialsProvider, error::CredentialsError},
};
use aws_sdk_cloudformation::config::retry::{ClientRateLimiter, RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_types::{region::Region, service_config::ServiceConfigKey};
use model::cause::CloudProblem;
use ports::{CloudResult, Place};
use std::{future::Future, sync::Arc, time::SystemTime};
use tokio::time::Instant;

/// What makes two places share clients and credentials.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SessionKey {
    account: String,
    role_arn: Option<String>,
    external_id: Option<String>,
    region: String,
    /// Only where a role is assumed: other credentials carry no name.
    name: Option<String>,
}

impl SessionKey {
    /// The key of a place. The session's name shows in CloudTrail on whose behalf a call was made.
    pub(crate) fn of(place: &Place) -> Self {
        let behalf = place.operation.map_or_else(|| "console".to_owned(), |operation| operation.to_string());
        Self {
            account: place.account.aws_account.clone(),
            role_arn: place.account.role_arn.clone(),
            external_id: place.account.external_id.clone(),
            region: place.region.clone(),
            name: place.account.role_arn.as_ref().map(|_| format!("handrail-{behalf}")),
        }
    }
}

/// Clients of every service that Handrail speaks to, for one place.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) cloudformation: aws_sdk_cloudformation::Client,
    pub(crate) cloudwatch: aws_sdk_cloudwatch::Client,
    pub(crate) ecr: aws_sdk_ecr::Client,
    pub(crate) ecs: aws_sdk_ecs::Client,
    pub(crate) efs: aws_sdk_efs::Client,
    pub(crate) elb: aws_sdk_elasticloadbalancingv2::Client,
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
    pub(crate) rds: aws_sdk_rds::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) secrets: aws_sdk_secretsmanager::Client,
    pub(crate) sts: aws_sdk_sts::Client,
    pub(crate) tagging: aws_sdk_resourcegroupstagging::Client,
    pub(crate) settings: CloudSettings,
    account: String,
    pace: Arc<Pace>,
}

/// A client whose retry budget and adaptive rate are its own, so that a throttled account does not slow the others.
macro_rules! client {
    ($sdk:ident, $config:expr) => {
        $sdk::Client::from_conf($sdk::config::Builder::from($config).retry_partition(own_partition()).build())
    };
}

/// The SDK would share both by service and region between all accounts.
fn own_partition() -> RetryPartition {
    let budget = RetryPartition::custom("handrail").token_bucket(TokenBucket::default());
    budget.client_rate_limiter(ClientRateLimiter::default()).build()
}

impl Session {
    /// Makes the clients; calls nothing.
    pub(crate) fn new(base: &SdkConfig, key: &SessionKey, settings: &CloudSettings, pace: Arc<Pace>) -> Self {
        let in_region = base.to_builder().region(Region::new(key.region.clone())).build();
        let mut config = in_region.to_builder();
        if let (Some(role_arn), Some(name)) = (&key.role_arn, &key.name) {
            let role = AssumedRole {
                sts: client!(aws_sdk_sts, &in_region),
                role_arn: role_arn.clone(),
                external_id: key.external_id.clone(),
                session_name: name.clone(),
                account: key.account.clone(),
                pace: pace.clone(),
            };
            // The SDK gives credentials five seconds, less than one slow answer of STS may take.
            let cache = IdentityCache::lazy().load_timeout(settings.operation_timeout).build();
            config = config.credentials_provider(SharedCredentialsProvider::new(role)).identity_cache(cache);
        }
        let config = config.build();
        let s3 = aws_sdk_s3::config::Builder::from(&config)
            .retry_partition(own_partition())
            // Behind an override there is one host name, not one for each bucket.
            .force_path_style(endpoint_of(&config, "S3").is_some())
            .build();
        Self {
            cloudformation: client!(aws_sdk_cloudformation, &config),
            cloudwatch: client!(aws_sdk_cloudwatch, &config),
            ecr: client!(aws_sdk_ecr, &config),
            ecs: client!(aws_sdk_ecs, &config),
            efs: client!(aws_sdk_efs, &config),
            elb: client!(aws_sdk_elasticloadbalancingv2, &config),
            logs: client!(aws_sdk_cloudwatchlogs, &config),
            rds: client!(aws_sdk_rds, &config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            secrets: client!(aws_sdk_secretsmanager, &config),
            sts: client!(aws_sdk_sts, &config),
            tagging: client!(aws_sdk_resourcegroupstagging, &config),
            settings: settings.clone(),
            account: key.account.clone(),
            pace,
        }
    }

    /// Waits for its turn, makes a call and types its problem. `api` is `service:Operation`, the service named as IAM names it.
    pub(crate) async fn ask<T, E: AskError>(
        &self,
        api: &'static str,
        call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> CloudResult<T> {
        paced(&self.pace, &self.account, api, call).await
    }
}

async fn paced<T, E: AskError>(
    pace: &Pace,
    account: &str,
    api: &'static str,
    call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
) -> CloudResult<T> {
    let service = api.split_once(':').map_or(api, |(service, _)| service);
    let asked = Instant::now();
    pace.turn(account, service).await;
    let answer = call.await.map_err(|error| {
        let problem = from_sdk(api, &error);
        tracing::debug!(account, api, kind = ?problem.kind, code = problem.code, request_id = problem.request_id, "AWS refused");
        problem
    });
    pace.calls.note(account, service, asked.elapsed(), answer.as_ref().err().map(|problem| problem.kind));
    answer
}

/// The endpoint override in force for a service (by its SDK id), if there is one: found as the SDK's clients find it.
pub(crate) fn endpoint_of(config: &SdkConfig, service_id: &str) -> Option<String> {
    let general = config.endpoint_url().map(str::to_owned);
    if config.get_origin("endpoint_url").is_client_config() {
        return general;
    }
    let key = ServiceConfigKey::builder().service_id(service_id).env("AWS_ENDPOINT_URL").profile("endpoint_url");
    let own = key.build().ok().and_then(|key| config.service_config()?.load_config(key));
    own.or(general)
}

/// Credentials of the account's role, from `sts:AssumeRole` with the base credentials.
#[derive(Debug)]
struct AssumedRole {
    sts: aws_sdk_sts::Client,
    role_arn: String,
    external_id: Option<String>,
    session_name: String,
    account: String,
    pace: Arc<Pace>,
}

/// Carries the typed problem of `sts:AssumeRole` through the SDK, so that the call which needed the credentials can report it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct RoleProblem(pub(crate) CloudProblem);

impl AssumedRole {
    async fn assume(&self) -> provider::Result {
        let request = self
            .sts
            .assume_role()
            .role_arn(&self.role_arn)
            .role_session_name(&self.session_name)
            .set_external_id(self.external_id.clone());
        let answer = paced(&self.pace, &self.account, "sts:AssumeRole", request.send())
            .await
            .map_err(|problem| CredentialsError::provider_error(RoleProblem(problem)))?;
        let keys = answer
            .credentials
            .ok_or_else(|| CredentialsError::provider_error("sts:AssumeRole answered without credentials"))?;
        let expires = SystemTime::try_from(keys.expiration).map_err(CredentialsError::provider_error)?;
        Ok(Credentials::new(
            keys.access_key_id,
            keys.secret_access_key,
            Some(keys.session_token),
            Some(expires),
            "HandrailAssumeRole",
        ))
    }
}

impl ProvideCredentials for AssumedRole {
    fn provide_credentials<'a>(&'a self) -> provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        provider::future::ProvideCredentials::new(self.assume())
    }
}
