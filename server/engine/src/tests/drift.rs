//! What somebody changes in AWS is found, told and forgotten again.

use super::stage::{Stage, stage};
use crate::{fakes::problem, reconcile};
use model::{
    EnvironmentId, Fault,
    audit::Action,
    cause::CloudProblemKind,
    drift::{DriftChange, PropertyValue},
    environment::DeleteOptions,
    fault::Conflict,
};
use ports::{
    Clock,
    cloud::{PropertyDrift, ResourceDrift},
};
use std::time::Duration;

const CANARY: &str = "canary-91be";

fn retention(days: &str) -> ResourceDrift {
    changed("LogGroup", "AWS::Logs::LogGroup", "/RetentionInDays", "30", days)
}

fn changed(logical_id: &str, resource_type: &str, path: &str, expected: &str, actual: &str) -> ResourceDrift {
    ResourceDrift {
        logical_id: logical_id.to_owned(),
        resource_type: resource_type.to_owned(),
        physical_id: Some(format!("{logical_id}-1")),
        deleted: false,
        expected: "{}".to_owned(),
        actual: "{}".to_owned(),
        differences: vec![PropertyDrift {
            path: path.to_owned(),
            expected: expected.to_owned(),
            actual: actual.to_owned(),
            kind: "NOT_EQUAL".to_owned(),
        }],
    }
}

async fn round(stage: &Stage, minutes: u64) -> usize {
    stage.world.clock.advance(Duration::from_secs(minutes * 60));
    reconcile::drift(&stage.world.outside()).await.expect("the store answers")
}

async fn drift(stage: &Stage, environment: EnvironmentId) -> model::drift::Drift {
    stage.services.environments.drift(&stage.world.viewer, environment).await.expect("readable")
}

fn told(stage: &Stage) -> Vec<(Option<String>, Option<String>)> {
    let events = stage.world.store.audit().into_iter().filter(|one| one.action == Action::EnvironmentDriftChanged);
    events.map(|one| (one.changes[0].before.clone(), one.changes[0].after.clone())).collect()
}

#[tokio::test]
async fn a_change_in_aws_is_found_every_half_an_hour_and_told_once() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    assert_eq!(drift(&stage, environment).await.checked, None, "nothing is claimed before the first comparison");
    assert_eq!(round(&stage, 0).await, 1, "a new one is compared at once");
    let first = drift(&stage, environment).await;
    assert!(first.checked.is_some() && first.compared > 20 && first.resources.is_empty(), "{first:?}");
    assert_eq!(round(&stage, 29).await, 0, "not again before half an hour is over");

    stage.world.cloud.drifted(vec![retention("7")]);
    assert_eq!(round(&stage, 2).await, 1);
    let found = drift(&stage, environment).await;
    let since = found.since.expect("something differs");
    let DriftChange::Modified { differences } = &found.resources[0].change else { panic!("{found:?}") };
    assert_eq!(differences[0].path, "/RetentionInDays");
    assert_eq!(differences[0].expected, Some(PropertyValue::Shown("30".to_owned())));
    assert_eq!(differences[0].actual, Some(PropertyValue::Shown("7".to_owned())));
    assert_eq!(stage.detail(environment).await.summary.drifted, 1);

    stage.world.cloud.drifted(vec![retention("14")]);
    assert_eq!(round(&stage, 31).await, 1);
    assert_eq!(drift(&stage, environment).await.since, Some(since), "since the first time");
    stage.world.cloud.drifted(Vec::new());
    assert_eq!(round(&stage, 31).await, 1);
    let last = drift(&stage, environment).await;
    assert_eq!((last.since, last.resources.len(), stage.detail(environment).await.summary.drifted), (None, 0, 0));
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(told(&stage), [(some("0"), some("1")), (some("1"), some("0"))]);
}

#[tokio::test]
async fn no_secret_of_a_drifted_resource_is_kept() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let mut task = changed("TaskDefinition", "AWS::ECS::TaskDefinition", "/Environment/0/Value", "old", CANARY);
    let environment_of_task = format!(r#"{{"Environment":[{{"Name":"LLM_API_KEY","Value":"{CANARY}"}}]}}"#);
    task.actual.clone_from(&environment_of_task);
    task.expected = environment_of_task;
    let database = changed("Database", "AWS::RDS::DBInstance", "/MasterUserPassword", CANARY, CANARY);
    stage.world.cloud.drifted(vec![task, database]);
    round(&stage, 0).await;
    let found = drift(&stage, environment).await;
    assert_eq!(found.resources.len(), 2);
    assert!(!format!("{found:?} {:?}", stage.world.store.audit()).contains(CANARY), "{found:?}");
}

#[tokio::test]
async fn whoever_asks_is_answered_at_the_next_wake() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    round(&stage, 0).await;
    let events = stage.world.store.audit().len();
    for _ in 0..3 {
        stage.services.environments.detect_drift(&stage.world.operator, environment).await.expect("noted");
    }
    assert!(drift(&stage, environment).await.requested);
    assert_eq!(round(&stage, 0).await, 1, "once, however often it was asked for");
    assert!(!drift(&stage, environment).await.requested);
    assert_eq!(round(&stage, 0).await, 0);
    assert_eq!(stage.world.store.audit().len(), events, "nothing was changed, so that there is nothing to tell");
}

#[tokio::test]
async fn a_comparison_that_fails_keeps_what_was_known() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.world.cloud.drifted(vec![retention("7")]);
    round(&stage, 0).await;
    let before = drift(&stage, environment).await;
    let denied = problem(CloudProblemKind::Denied, "stack_drift");
    stage.world.cloud.fail("stack_drift", 1, denied.clone());
    stage.services.environments.detect_drift(&stage.world.operator, environment).await.expect("noted");
    assert_eq!(round(&stage, 1).await, 1);
    let after = drift(&stage, environment).await;
    assert_eq!((after.checked, &after.resources), (before.checked, &before.resources));
    assert_eq!((after.problem, after.requested), (Some(denied), false));
    assert_eq!(round(&stage, 31).await, 1);
    assert_eq!(drift(&stage, environment).await.problem, None);
}

#[tokio::test]
async fn what_an_operation_works_on_is_not_compared() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let operation = stage.delete(environment, DeleteOptions::default()).await;
    assert_eq!(round(&stage, 40).await, 0);
    let asked = stage.services.environments.detect_drift(&stage.world.operator, environment).await;
    assert_eq!(asked, Err(Fault::Conflict(Conflict::WrongState)));
    assert_eq!(stage.operation(operation).await.summary.environment, environment);
    assert_eq!(drift(&stage, environment).await.checked, None, "as of the clock {}", stage.world.clock.now());
}
