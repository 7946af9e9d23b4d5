//! Scaling: to none and back, by one person at a time, and whatever AWS says to it.

use super::stage::{Stage, stage, work};
use crate::{fakes::problem, reconcile};
use model::{
    EnvironmentId, Fault, FieldProblem, OperationId,
    audit::Action,
    cause::{Cause, CloudProblemKind, ProbeAnswer},
    environment::{EnvironmentStatus, Health},
    fault::{Conflict, Misfit},
    operation::{EventKind, NextAction, OperationStatus, StepKind, StepStatus},
};

impl Stage {
    pub(super) async fn scale(&self, environment: EnvironmentId, desired: &str) -> OperationId {
        self.services.environments.scale(&self.world.operator, environment, desired).await.expect("starts")
    }

    /// Scales to the end.
    pub(super) async fn scaled(&self, environment: EnvironmentId, desired: &str) -> OperationId {
        let operation = self.scale(environment, desired).await;
        work(&self.world, "worker one").await;
        let view = self.operation(operation).await;
        assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
        operation
    }
}

#[tokio::test]
async fn an_environment_is_stopped_and_runs_again() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let asks = stage.world.probe.asks();
    let operation = stage.scale(environment, "0").await;
    assert_eq!(stage.detail(environment).await.summary.status, EnvironmentStatus::Updating, "at once");
    work(&stage.world, "worker one").await;
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
    assert_eq!(view.summary.desired, Some(0));
    let steps: Vec<StepKind> = view.steps.iter().map(|step| step.kind).collect();
    assert_eq!(steps, [StepKind::CheckAccount, StepKind::SetCount, StepKind::AwaitCount], "nobody is asked to answer");
    assert_eq!(stage.world.probe.asks(), asks);
    let summary = stage.detail(environment).await.summary;
    assert_eq!((summary.status, summary.health, summary.desired), (EnvironmentStatus::Ready, Health::Paused, 0));
    let live = stage.services.environments.live(&stage.world.viewer, environment, false).await.expect("readable");
    let service = live.service.expect("a service");
    assert_eq!((service.desired, service.running), (0, 0));

    stage.scaled(environment, "1").await;
    let summary = stage.detail(environment).await.summary;
    assert_eq!((summary.status, summary.health, summary.desired), (EnvironmentStatus::Ready, Health::Healthy, 1));
    assert!(stage.world.probe.asks() > asks, "running again means that OpenHands answered");
    let effects = stage.world.cloud.effects();
    assert_eq!((effects.services_scaled, effects.change_sets_made), (2, 1), "the stack is not touched");
    let asked: Vec<_> =
        stage.world.store.audit().into_iter().filter(|one| one.action == Action::EnvironmentScaleRequested).collect();
    let told: Vec<_> =
        asked.iter().map(|one| (one.changes[0].before.as_deref(), one.changes[0].after.as_deref())).collect();
    assert_eq!(told, [(Some("1"), Some("0")), (Some("0"), Some("1"))]);
}

#[tokio::test]
async fn any_other_count_is_refused_in_plain_words() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    for (typed, problem) in [
        ("2", FieldProblem::DoesNotFit(Misfit::OneWriter)),
        ("-1", FieldProblem::NotANumber),
        ("", FieldProblem::Required),
    ] {
        let refused = stage.services.environments.scale(&stage.world.operator, environment, typed).await;
        let Err(Fault::Invalid(errors)) = refused else { panic!("{refused:?}") };
        assert_eq!(errors.of("desired"), Some(&problem), "{typed:?}");
    }
    assert_eq!(stage.world.cloud.effects().services_scaled, 0);
}

#[tokio::test]
async fn of_two_people_one_wins_and_the_other_is_told_and_led_there() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let (operator, owner) = (stage.world.operator.clone(), stage.world.owner.clone());
    let (one, two) = tokio::join!(
        stage.services.environments.scale(&operator, environment, "0"),
        stage.services.environments.scale(&owner, environment, "0"),
    );
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(lost, Err(Fault::Conflict(Conflict::OperationRunning)));
    let running = stage.detail(environment).await.summary.last_operation.expect("one runs");
    assert_eq!(running.id, won.expect("one won"));
    assert!(!running.status.is_over());
    work(&stage.world, "worker one").await;
    assert_eq!(stage.world.cloud.effects().services_scaled, 1);
}

#[tokio::test]
async fn what_is_so_already_is_told_to_nobody() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.scaled(environment, "1").await;
    assert_eq!(stage.world.cloud.effects().services_scaled, 0);
    assert_eq!(stage.world.cloud.calls_of("service_scale"), 0);
}

#[tokio::test]
async fn a_denied_call_leaves_the_environment_as_it_was_and_can_be_tried_again() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let denied = problem(CloudProblemKind::Denied, "service_scale");
    stage.world.cloud.fail("service_scale", 1, denied.clone());
    let operation = stage.scale(environment, "0").await;
    work(&stage.world, "worker one").await;
    let view = stage.operation(operation).await;
    assert_eq!((view.summary.status, view.summary.cause), (OperationStatus::Failed, Some(Cause::Cloud(denied))));
    assert_eq!(view.actions, [NextAction::Retry]);
    let summary = stage.detail(environment).await.summary;
    assert_eq!((summary.status, summary.desired), (EnvironmentStatus::Ready, 1), "nothing was told to AWS");
    assert_eq!(summary.health, Health::NotChecked, "the next look must tell");
    assert_eq!(
        reconcile::health(&stage.world.outside()).await,
        Ok(1),
        "and it comes at once, not when the last one is old"
    );
    assert_eq!(stage.detail(environment).await.summary.health, Health::Healthy);
    assert_eq!(reconcile::health(&stage.world.outside()).await, Ok(0), "once");

    let again = stage.services.operations.retry(&stage.world.operator, operation).await.expect("retries");
    work(&stage.world, "worker one").await;
    assert_eq!(stage.operation(again).await.summary.status, OperationStatus::Succeeded);
    assert_eq!(stage.detail(environment).await.summary.health, Health::Paused);
}

#[tokio::test]
async fn throttling_and_lost_answers_are_waited_out() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.world.cloud.fail("service_scale", 2, problem(CloudProblemKind::Throttled, "service_scale"));
    stage.world.cloud.lose_answer("service_scale", 1, problem(CloudProblemKind::Unreachable, "service_scale"));
    let operation = stage.scaled(environment, "0").await;
    let view = stage.operation(operation).await;
    let retries = view.events.iter().filter(|event| matches!(event.what, EventKind::Retrying { .. })).count();
    assert_eq!(retries, 3);
    assert_eq!(stage.world.cloud.effects().services_scaled, 1, "once, however often it was asked for");
}

#[tokio::test]
async fn a_stack_that_is_gone_is_said() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let name = stage.detail(environment).await.stack_name;
    stage.world.cloud.delete_outside(&name);
    let operation = stage.scale(environment, "0").await;
    work(&stage.world, "worker one").await;
    assert_eq!(stage.operation(operation).await.summary.cause, Some(Cause::StackGone));
    assert_eq!(stage.detail(environment).await.summary.status, EnvironmentStatus::Ready);
}

#[tokio::test]
async fn a_task_that_does_not_start_is_said_and_the_count_is_kept() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.scaled(environment, "0").await;
    stage.world.cloud.task_failure(Some("CannotPullContainerError: no route"));
    let operation = stage.scale(environment, "1").await;
    work(&stage.world, "worker one").await;
    let cause = stage.operation(operation).await.summary.cause;
    assert!(
        matches!(cause, Some(Cause::TargetNeverHealthy { ref stopped_reason, .. }) if stopped_reason.is_some()),
        "{cause:?}"
    );
    let summary = stage.detail(environment).await.summary;
    assert_eq!((summary.desired, summary.health), (1, Health::NotChecked), "AWS was told to run one");
}

#[tokio::test]
async fn waiting_can_be_cancelled() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.scaled(environment, "0").await;
    stage.world.probe.answers(vec![ProbeAnswer::Starting]);
    let operation = stage.scale(environment, "1").await;
    assert_eq!(stage.operation(operation).await.actions, [NextAction::Cancel]);
    let world = stage.world.clone();
    let asks = world.probe.asks();
    tokio::join!(work(&stage.world, "worker one"), async {
        while world.probe.asks() < asks + 2 {
            tokio::task::yield_now().await;
        }
        stage.services.operations.cancel(&world.operator, operation).await.expect("asked");
    });
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Cancelled);
    assert!(view.steps.iter().any(|step| step.kind == StepKind::SetCount && step.status == StepStatus::Succeeded));
    let summary = stage.detail(environment).await.summary;
    assert_eq!((summary.status, summary.desired), (EnvironmentStatus::Ready, 1));
}
