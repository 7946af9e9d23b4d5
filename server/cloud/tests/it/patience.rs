//! Slow, silent and missing endpoints, retries and pace.

use crate::{
    place::{place, quick},
    recorder::{Recorder, ok, refuse},
};
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use cloud::{AwsCloud, CloudSettings};
use model::cause::CloudProblemKind;
use ports::Cloud;
use std::{net::TcpListener, num::NonZeroU32, time::Duration};
use tokio::time::Instant;

const API: &str = "ecs:UpdateService";

async fn scale(cloud: &AwsCloud) -> ports::CloudResult<()> {
    cloud.service_scale(&place(), "blue", "web", 1).await
}

/// A real client for an endpoint, as the standard environment variable would make it.
async fn at(endpoint: &str) -> AwsCloud {
    let keys = Credentials::new("AKIDTEST", "not-a-secret", None, None, "test");
    let config = aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .load()
        .await;
    AwsCloud::with_config(quick(), config)
}

#[tokio::test]
async fn an_endpoint_where_nobody_listens_is_unreachable() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("an address").port()
    };
    let problem = scale(&at(&format!("http://127.0.0.1:{port}")).await).await.expect_err("nobody listens");
    assert_eq!(problem.kind, CloudProblemKind::Unreachable);
    assert!(problem.message.contains("refused"), "the text says why: {}", problem.message);
    assert_eq!(problem.request_id, None);
}

#[tokio::test]
async fn the_endpoint_override_is_told_by_host_and_port_only() {
    let cloud = at("http://user:word@127.0.0.1:4566/path?x=1").await;
    assert_eq!(cloud.endpoint_override().as_deref(), Some("127.0.0.1:4566"));
}

#[tokio::test(start_paused = true)]
async fn a_silent_endpoint_costs_the_time_of_one_attempt() {
    let silent = ok("{}").after(Duration::from_secs(3600));
    let settings = CloudSettings { attempts: 1, ..CloudSettings::default() };
    let cloud = Recorder::scripted([(API, vec![silent])]).cloud_with(settings.clone());
    let started = Instant::now();
    let problem = scale(&cloud).await.expect_err("no answer");
    assert_eq!(problem.kind, CloudProblemKind::Unreachable);
    assert_eq!(started.elapsed().as_secs(), settings.attempt_timeout.as_secs());
    assert!(problem.kind.is_passing(), "it may answer later");
}

#[tokio::test(start_paused = true)]
async fn all_attempts_together_end_with_the_operation() {
    let silent = ok("{}").after(Duration::from_secs(3600));
    let settings = CloudSettings { attempts: 100, ..CloudSettings::default() };
    let cloud = Recorder::scripted([(API, vec![silent])]).cloud_with(settings.clone());
    let started = Instant::now();
    scale(&cloud).await.expect_err("no answer");
    assert_eq!(started.elapsed().as_secs(), settings.operation_timeout.as_secs());
}

#[tokio::test(start_paused = true)]
async fn throttling_and_failures_are_retried_and_denials_are_not() {
    let again = |status, code| refuse(API, status, code, "");
    let recorder =
        Recorder::scripted([(API, vec![again(400, "ThrottlingException"), again(500, "ServerException"), ok("{}")])]);
    scale(&recorder.cloud_with(CloudSettings::default())).await.expect("the third attempt is answered");
    assert_eq!(recorder.apis().len(), 3);

    let recorder = Recorder::scripted([(API, vec![again(400, "AccessDeniedException"), ok("{}")])]);
    scale(&recorder.cloud_with(CloudSettings::default())).await.expect_err("denied stays denied");
    assert_eq!(recorder.apis().len(), 1);
}

#[tokio::test]
async fn calls_of_one_account_and_service_are_spaced_out() {
    let rate = NonZeroU32::new(20).expect("not zero");
    let settings = CloudSettings { calls_per_second: rate, burst: NonZeroU32::MIN, ..quick() };
    let cloud = Recorder::default().cloud_with(settings);
    let started = std::time::Instant::now();
    for _ in 0..4 {
        scale(&cloud).await.expect("AWS answers");
    }
    assert!(started.elapsed() >= Duration::from_millis(150), "three of the four had to wait for their turn");
}

#[tokio::test]
async fn calls_are_counted_by_account_and_service_with_what_came_of_them() {
    let again = |status, code| refuse(API, status, code, "");
    let throttled = vec![again(400, "ThrottlingException"), again(400, "AccessDeniedException"), ok("{}")];
    let cloud = Recorder::scripted([(API, throttled)]).cloud_with(CloudSettings { attempts: 1, ..quick() });
    assert!(cloud.call_rates().is_empty(), "nothing was asked yet");
    for _ in 0..3 {
        let _ = scale(&cloud).await;
    }
    let [rate] = cloud.call_rates().try_into().expect("one account and service");
    assert_eq!((rate.account.as_str(), rate.service.as_str()), (place().account.aws_account.as_str(), "ecs"));
    assert_eq!((rate.hour.calls, rate.hour.throttled, rate.hour.failed), (3, 1, 1));
    assert_eq!(rate.minute, rate.hour);
}
