//! Many viewers cost what one costs; workers see what is.

use crate::{
    place::{place, quick, workplace},
    recorder::{Recorder, ok, refuse},
};
use cloud::CloudSettings;
use futures::future::join_all;
use ports::Cloud;
use std::time::Duration;

const API: &str = "ecs:DescribeServices";
const ACTIVE: &str = r#"{"services":[{"status":"ACTIVE","serviceName":"web","desiredCount":1,"runningCount":1}]}"#;

fn count(recorder: &Recorder, api: &str) -> usize {
    recorder.apis().iter().filter(|called| *called == api).count()
}

#[tokio::test]
async fn ten_viewers_at_once_cost_one_call() {
    let slow = ok(ACTIVE).after(Duration::from_millis(50));
    let recorder = Recorder::scripted([(API, vec![slow])]);
    // Nothing is kept after it was answered: what is shared here is the call itself.
    let cloud = recorder.cloud_with(CloudSettings { shared_for: Duration::from_millis(1), ..quick() });
    let place = place();
    let answers = join_all((0..10).map(|_| cloud.service(&place, "blue", "web"))).await;
    for answer in answers {
        assert_eq!(answer.expect("AWS answers").expect("the service is there").running, 1);
    }
    assert_eq!(count(&recorder, API), 1);
}

#[tokio::test]
async fn an_answer_is_shared_for_a_moment_and_then_asked_anew() {
    let recorder = Recorder::scripted([(API, vec![ok(ACTIVE)])]);
    let shared_for = Duration::from_millis(300);
    let cloud = recorder.cloud_with(CloudSettings { shared_for, ..quick() });
    for _ in 0..3 {
        cloud.service(&place(), "blue", "web").await.expect("AWS answers");
        cloud.targets(&place(), "arn:group").await.expect("AWS answers");
        cloud.database(&place(), "db").await.expect("AWS answers");
    }
    let apis = [API, "elasticloadbalancing:DescribeTargetHealth", "rds:DescribeDBInstances"];
    assert_eq!(apis.map(|api| count(&recorder, api)), [1, 1, 1]);
    tokio::time::sleep(shared_for * 2).await;
    cloud.service(&place(), "blue", "web").await.expect("AWS answers");
    assert_eq!(count(&recorder, API), 2);
}

#[tokio::test]
async fn accounts_regions_and_services_are_kept_apart() {
    let recorder = Recorder::scripted([(API, vec![ok(ACTIVE)])]);
    let cloud = recorder.cloud();
    let mut elsewhere = place();
    elsewhere.region = "us-east-1".into();
    let mut other = place();
    other.account.aws_account = "444455556666".into();
    for (place, service) in [(place(), "web"), (place(), "api"), (elsewhere, "web"), (other, "web")] {
        cloud.service(&place, "blue", service).await.expect("AWS answers");
    }
    assert_eq!(count(&recorder, API), 4);
}

#[tokio::test]
async fn a_worker_always_asks_and_viewers_see_what_it_found() {
    let recorder = Recorder::scripted([(API, vec![ok(ACTIVE), ok(r#"{"services":[]}"#)])]);
    let cloud = recorder.cloud();
    assert!(cloud.service(&place(), "blue", "web").await.expect("AWS answers").is_some());
    assert_eq!(cloud.service(&workplace(), "blue", "web").await.expect("AWS answers"), None, "the truth of now");
    assert_eq!(cloud.service(&place(), "blue", "web").await.expect("AWS answers"), None);
    assert_eq!(count(&recorder, API), 2);
}

#[tokio::test]
async fn after_scaling_nobody_sees_the_old_state() {
    let recorder = Recorder::scripted([(API, vec![ok(ACTIVE)])]);
    let cloud = recorder.cloud();
    cloud.service(&place(), "blue", "web").await.expect("AWS answers");
    cloud.service_scale(&workplace(), "blue", "web", 3).await.expect("AWS answers");
    cloud.service(&place(), "blue", "web").await.expect("AWS answers");
    assert_eq!(count(&recorder, API), 2);
}

#[tokio::test]
async fn a_problem_is_not_kept() {
    let denied = refuse(API, 400, "AccessDeniedException", "no");
    let recorder = Recorder::scripted([(API, vec![denied, ok(ACTIVE)])]);
    let cloud = recorder.cloud();
    cloud.service(&place(), "blue", "web").await.expect_err("denied at first");
    assert!(cloud.service(&place(), "blue", "web").await.expect("allowed now").is_some());
}
