//! The status that pages show is the one that AWS has.

use super::stage::{Stage, stage};
use crate::{fakes::problem, reconcile};
use model::{
    EnvironmentId,
    audit::Action,
    cause::{CloudProblemKind, ProbeAnswer},
    environment::{DegradedReason, Health},
};
use ports::Clock;
use std::time::Duration;

/// Lets some time pass and the reconciler look.
async fn look(stage: &Stage, environment: EnvironmentId) -> Health {
    stage.world.clock.advance(Duration::from_secs(30));
    assert_eq!(reconcile::health(&stage.world.outside()).await, Ok(1));
    stage.detail(environment).await.summary.health
}

#[tokio::test]
async fn health_follows_what_aws_and_openhands_say() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    assert_eq!(look(&stage, environment).await, Health::Healthy);

    stage.world.cloud.targets_unhealthy(true);
    let health = look(&stage, environment).await;
    assert!(matches!(health, Health::Degraded { reason: DegradedReason::TargetsUnhealthy { .. } }), "{health:?}");
    stage.world.cloud.targets_unhealthy(false);

    stage.world.cloud.database_status("storage-full");
    let health = look(&stage, environment).await;
    assert_eq!(health, Health::Degraded { reason: DegradedReason::Database { status: "storage-full".to_owned() } });
    stage.world.cloud.database_status("available");

    stage.world.probe.answers(vec![ProbeAnswer::Starting]);
    let health = look(&stage, environment).await;
    assert_eq!(health, Health::Degraded { reason: DegradedReason::NotReady { answer: ProbeAnswer::Starting } });
    stage.world.probe.answers(vec![ProbeAnswer::Ready { version: Some("1.26.0".to_owned()) }]);
    assert_eq!(look(&stage, environment).await, Health::Healthy);
    assert_eq!(stage.detail(environment).await.summary.reported_version.as_deref(), Some("1.26.0"));

    let changes = stage.world.store.audit().into_iter().filter(|one| one.action == Action::EnvironmentHealthChanged);
    assert_eq!(changes.count(), 2, "healthy to degraded and back; the same word twice is no change");
}

#[tokio::test]
async fn an_aws_that_cannot_be_asked_is_unknown_never_healthy() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    assert_eq!(look(&stage, environment).await, Health::Healthy);
    let checked = stage.detail(environment).await.summary.checked;
    stage.world.cloud.all_fail(Some(CloudProblemKind::Unreachable));
    let health = look(&stage, environment).await;
    assert_eq!(health, Health::Unknown { problem: problem(CloudProblemKind::Unreachable, "stack") });
    let detail = stage.detail(environment).await;
    assert_eq!(detail.summary.checked, checked, "the last look that succeeded stays");
    assert_eq!(detail.summary.health_since, Some(stage.world.clock.now()));
}

#[tokio::test]
async fn a_stack_deleted_outside_is_gone() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let name = stage.detail(environment).await.stack_name;
    stage.world.cloud.delete_outside(&name);
    assert_eq!(look(&stage, environment).await, Health::Gone);
}

#[tokio::test]
async fn a_paused_environment_is_paused_until_tasks_run_that_nobody_asked_for() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.scaled(environment, "0").await;
    let asks = stage.world.probe.asks();
    assert_eq!(look(&stage, environment).await, Health::Paused);
    assert_eq!(stage.world.probe.asks(), asks, "nobody is there to answer");

    stage.world.cloud.scale_outside(1);
    let health = look(&stage, environment).await;
    assert!(
        matches!(health, Health::Degraded { reason: DegradedReason::UnexpectedTasks { desired: 1, .. } }),
        "{health:?}"
    );
    stage.world.cloud.scale_outside(0);
    for _ in 0..2 {
        look(&stage, environment).await;
    }
    assert_eq!(look(&stage, environment).await, Health::Paused);

    let name = stage.detail(environment).await.stack_name;
    stage.world.cloud.delete_outside(&name);
    assert_eq!(look(&stage, environment).await, Health::Gone, "paused or not");
}

#[tokio::test]
async fn what_was_looked_at_a_moment_ago_is_left_alone() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    look(&stage, environment).await;
    let calls = stage.world.cloud.calls().len();
    assert_eq!(reconcile::health(&stage.world.outside()).await, Ok(0));
    assert_eq!(stage.world.cloud.calls().len(), calls);
}
