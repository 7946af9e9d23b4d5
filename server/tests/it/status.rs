//! Pages while AWS or the database are slow, silent or away: nothing hangs, nothing lies.

use crate::console::Console;
use app::error::AppError;
use engine::reconcile;
use model::{
    Fault,
    cause::{CloudProblemKind, ProbeAnswer},
};
use ports::cloud::{PropertyDrift, ResourceDrift};
use reqwest::StatusCode;
use std::time::Duration;

async fn page(console: &Console, path: &str) -> String {
    let answer = console.ask().by(&console.world.operator).browsing().get(path).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.expect("HTML")
}

async fn reconciled(console: &Console) {
    console.world.clock.advance(Duration::from_secs(30));
    reconcile::health(&console.world.outside()).await.expect("the store answers");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_state_is_said_with_its_reason_and_since_when() {
    let console = Console::start().await;
    let path = format!("/environments/{}", console.ready_environment().await);
    let world = &console.world;
    world.probe.answers(vec![ProbeAnswer::Unreachable { error: "connection refused".to_owned() }]);
    reconciled(&console).await;
    reconciled(&console).await;
    let html = page(&console, &path).await;
    for part in ["Unreachable", "OpenHands does not answer", "connection refused", "Since "] {
        assert!(html.contains(part), "{part} is missing");
    }
    world.cloud.all_fail(Some(CloudProblemKind::Denied));
    reconciled(&console).await;
    let html = page(&console, &path).await;
    for part in ["How it does is not known", "AWS last answered", "not allowed to do"] {
        assert!(html.contains(part), "{part} is missing");
    }
    assert!(!html.contains(">Ready<"), "never healthy");
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_is_marked_explained_and_listed_without_secrets() {
    let console = Console::start().await;
    let id = console.ready_environment().await;
    let path = format!("/environments/{id}");
    let difference = |path: &str, expected: &str, actual: &str| PropertyDrift {
        path: path.to_owned(),
        expected: expected.to_owned(),
        actual: actual.to_owned(),
        kind: "NOT_EQUAL".to_owned(),
    };
    console.world.cloud.drifted(vec![ResourceDrift {
        logical_id: "Database".to_owned(),
        resource_type: "AWS::RDS::DBInstance".to_owned(),
        physical_id: None,
        deleted: false,
        expected: "{}".to_owned(),
        actual: "{}".to_owned(),
        differences: vec![
            difference("/BackupRetentionPeriod", "7", "0"),
            difference("/MasterUserPassword", "canary-1", "canary-2"),
        ],
    }]);
    reconcile::drift(&console.world.outside()).await.expect("the store answers");
    let overview = page(&console, &path).await;
    assert!(overview.contains("1 resource in AWS is not as the template says") && overview.contains("#drift"));
    assert!(page(&console, "/environments").await.contains("Drifted"));
    let table = page(&console, &format!("{path}/configuration")).await;
    for part in ["/BackupRetentionPeriod", ">7<", ">0<", "/MasterUserPassword", "Hidden", "Compare now"] {
        assert!(table.contains(part), "{part} is missing");
    }
    assert!(!table.contains("canary"), "no secret in HTML");
    // The button is a plain form.
    let environment = id.to_string();
    let fields = [("environment", environment.as_str())];
    let posted = console.ask().by(&console.world.operator).browsing().post("/api/detect_drift", &fields).await;
    assert!(posted.status().is_redirection(), "{}", posted.status());
    assert!(page(&console, &format!("{path}/configuration")).await.contains("Being compared"));
    let viewer = console.ask().by(&console.world.viewer).post("/api/detect_drift", &fields).await;
    assert_eq!(viewer.status(), StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_comes_at_once_when_aws_is_silent() {
    let console = Console::start().await;
    let path = format!("/environments/{}", console.ready_environment().await);
    // Nothing that is asked of AWS from here on is ever answered; the store answers as always.
    console.world.cloud.silence(true);
    let html = page(&console, &path).await;
    for part in ["alpha", "Last checked", "AWS has not answered yet"] {
        assert!(html.contains(part), "{part} is missing");
    }
    console.world.cloud.silence(false);
    let html = page(&console, &path).await;
    assert!(!html.contains("AWS has not answered yet") && html.contains("RUNNING"), "it fills in");
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_are_told_that_the_database_is_away_in_their_own_words() {
    let console = Console::start().await;
    console.world.store.unavailable(true);
    let answer = console.ask().by(&console.world.owner).post("/api/teams", &[]).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let fault: AppError = answer.json().await.expect("JSON");
    assert_eq!(fault, AppError::Fault(Fault::Unavailable));
    console.world.store.unavailable(false);
    assert_eq!(console.ask().by(&console.world.owner).post("/api/teams", &[]).await.status(), StatusCode::OK);
}
