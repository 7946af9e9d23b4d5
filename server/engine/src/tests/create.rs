//! Creating: the whole way, and everything that can go wrong on it.

use super::stage::{Stage, form, key, stage, work};
use crate::fakes::problem;
use model::{
    Fault, OperationId,
    audit::Action,
    cause::{Cause, CloudProblemKind, ProbeAnswer, StackHint},
    environment::{EnvironmentStatus, Health},
    fault::Conflict,
    operation::{EventKind, NextAction, OperationKind, OperationStatus, StepKind, StepStatus},
};
use ports::cloud::ChangeSetChange;

#[tokio::test]
async fn an_environment_comes_up_and_everything_is_recorded() {
    let stage = stage();
    let operation = stage.request(&stage.world.operator, "alpha").await;
    let queued = stage.operation(operation).await;
    assert_eq!(queued.summary.status, OperationStatus::Queued);
    assert_eq!(queued.actions, [NextAction::Cancel]);

    work(&stage.world, "worker one").await;

    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
    let steps: Vec<StepKind> = view.steps.iter().map(|step| step.kind).collect();
    assert_eq!(steps, StepKind::of(OperationKind::Create));
    assert!(view.steps.iter().all(|step| step.status == StepStatus::Succeeded && step.attempts == 1));
    assert!(view.resources.len() > 30, "every resource of the stack is followed: {}", view.resources.len());
    assert!(view.resources.iter().all(|resource| resource.status == "CREATE_COMPLETE" && resource.finished.is_some()));
    assert!(view.actions.is_empty());

    let detail = stage.detail(view.summary.environment).await;
    assert_eq!(detail.summary.status, EnvironmentStatus::Ready);
    assert_eq!(detail.summary.health, Health::Healthy);
    assert_eq!(detail.summary.reported_version.as_deref(), Some("1.25.0"));
    assert_eq!(detail.address.as_deref(), stage.world.probe.asked().first().map(String::as_str));
    let policy = stage.world.cloud.stack_policy(&detail.stack_name).expect("a stack policy");
    assert!(policy.contains("Update:Replace"), "{policy}");

    let actions: Vec<Action> = stage.world.store.audit().iter().map(|entry| entry.action).collect();
    assert_eq!(actions, [Action::SecretStored, Action::EnvironmentCreateRequested, Action::OperationSucceeded]);
}

#[tokio::test]
async fn the_same_draft_creates_once_however_often_it_is_posted() {
    let stage = stage();
    let who = stage.world.operator.clone();
    let (draft, hash) = stage.plan(&who, "alpha").await;
    let first = stage.services.environments.create(&who, draft, &hash).await.expect("created");
    let second = stage.services.environments.create(&who, draft, &hash).await.expect("the same again");
    assert_eq!(first, second);
    work(&stage.world, "worker one").await;
    assert_eq!(stage.world.cloud.effects().stacks_made, 1);
}

#[tokio::test]
async fn a_plan_that_is_no_longer_true_is_refused() {
    let stage = stage();
    let who = stage.world.operator.clone();
    let (draft, hash) = stage.plan(&who, "alpha").await;
    let mut changed = form(&stage.world, "alpha");
    changed.size = "large".to_owned();
    stage.services.environments.save_draft(&who, Some(draft), changed, None.into()).await.expect("saved");
    let refused = stage.services.environments.create(&who, draft, &hash).await;
    assert_eq!(refused, Err(Fault::Conflict(Conflict::PlanChanged)));
    assert_eq!(stage.world.cloud.effects().stacks_made, 0);
}

#[tokio::test]
async fn throttling_is_waited_out_and_told() {
    let stage = stage();
    stage.world.cloud.fail("stack", 3, problem(CloudProblemKind::Throttled, "stack"));
    let operation = stage.request(&stage.world.operator, "alpha").await;
    work(&stage.world, "worker one").await;
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded);
    let retries = view.events.iter().filter(|event| matches!(event.what, EventKind::Retrying { .. })).count();
    assert_eq!(retries, 3);
}

/// Runs a creation that fails, and returns why.
async fn failure(stage: &Stage) -> (OperationId, Cause) {
    let operation = stage.request(&stage.world.operator, "alpha").await;
    work(&stage.world, "worker one").await;
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Failed);
    assert_eq!(view.actions, [NextAction::Retry, NextAction::Delete]);
    let detail = stage.detail(view.summary.environment).await;
    assert_eq!(detail.summary.status, EnvironmentStatus::Failed);
    (operation, view.summary.cause.expect("a cause"))
}

/// Tries again after the trouble is over, and expects that it works.
async fn retry(stage: &Stage, operation: OperationId) {
    let again = stage.services.operations.retry(&stage.world.operator, operation).await.expect("retries");
    work(&stage.world, "worker two").await;
    let view = stage.operation(again).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
    assert_eq!(stage.detail(view.summary.environment).await.summary.status, EnvironmentStatus::Ready);
    assert_eq!(stage.operation(operation).await.actions, [], "only the newest operation offers something");
}

#[tokio::test]
async fn a_denied_call_names_the_action_and_can_be_tried_again() {
    let stage = stage();
    let denied = problem(CloudProblemKind::Denied, "change_set_prepare");
    stage.world.cloud.fail("change_set_prepare", 1, denied.clone());
    let (operation, cause) = failure(&stage).await;
    assert_eq!(cause, Cause::Cloud(denied));
    retry(&stage, operation).await;
}

#[tokio::test]
async fn an_aws_that_stays_away_fails_in_the_end_with_its_own_words() {
    let stage = stage();
    stage.world.cloud.fail("identity", 10_000, problem(CloudProblemKind::Unreachable, "identity"));
    let (_, cause) = failure(&stage).await;
    assert!(matches!(cause, Cause::Cloud(problem) if problem.kind == CloudProblemKind::Unreachable));
}

#[tokio::test]
async fn credentials_of_another_account_are_noticed_before_anything_is_made() {
    let stage = stage();
    stage.world.cloud.identity_is("999988887777");
    let (_, cause) = failure(&stage).await;
    let Cause::Cloud(problem) = cause else { panic!("{cause:?}") };
    assert_eq!(problem.kind, CloudProblemKind::Credentials);
    assert!(
        problem.message.contains("999988887777") && problem.message.contains("111122223333"),
        "{}",
        problem.message
    );
    assert_eq!(stage.world.cloud.effects().stacks_made, 0);
}

#[tokio::test]
async fn a_stack_that_rolls_back_names_the_resource_and_is_made_anew_on_retry() {
    let stage = stage();
    let first = stage.request(&stage.world.operator, "first").await;
    let name = stage.operation(first).await.summary.environment;
    let resource = service_of(&stage, name).await;
    stage.world.cloud.fail_resource(&resource, "The maximum number of tasks has been reached.");
    work(&stage.world, "worker one").await;
    let view = stage.operation(first).await;
    let Some(Cause::StackFailed { logical_id, reason, hint, .. }) = view.summary.cause else {
        panic!("{:?}", view.summary.cause)
    };
    assert_eq!(logical_id.as_deref(), Some(resource.as_str()));
    assert_eq!(hint, StackHint::Quota);
    assert!(reason.is_some_and(|reason| reason.contains("maximum number")));

    stage.world.cloud.mend(&resource);
    retry(&stage, first).await;
    let stacks = stage.world.cloud.everything().iter().filter(|one| one.contains(":stack/")).count();
    assert_eq!(stacks, 1, "the failed stack was cleared away");
}

/// The logical id of the ECS service in the environment's template.
async fn service_of(stage: &Stage, environment: model::EnvironmentId) -> String {
    let text = stage.services.environments.template(&stage.world.operator, environment, 1).await.expect("a template");
    let template: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let resources = template["Resources"].as_object().expect("resources");
    let service = resources.iter().find(|(_, resource)| resource["Type"] == "AWS::ECS::Service");
    service.expect("a service").0.clone()
}

#[tokio::test]
async fn a_change_set_that_does_something_else_is_not_executed() {
    let stage = stage();
    stage.world.cloud.change_set_adds(ChangeSetChange {
        action: "Remove".to_owned(),
        logical_id: "Somebody".to_owned(),
        resource_type: "AWS::S3::Bucket".to_owned(),
        replacement: None,
    });
    let (_, cause) = failure(&stage).await;
    assert_eq!(cause, Cause::PlanDiffers { unexpected: vec!["Remove Somebody".to_owned()] });
    assert_eq!(stage.world.cloud.effects().change_sets_executed, 0);
}

#[tokio::test]
async fn a_target_that_never_gets_healthy_is_said() {
    let stage = stage();
    stage.world.cloud.targets_unhealthy(true);
    let (operation, cause) = failure(&stage).await;
    assert!(matches!(cause, Cause::TargetNeverHealthy { ref state, .. } if state == "unhealthy"), "{cause:?}");
    stage.world.cloud.targets_unhealthy(false);
    retry(&stage, operation).await;
    assert_eq!(stage.world.cloud.effects().stacks_made, 1, "the stack that stands is kept");
}

#[tokio::test]
async fn only_openhands_own_answer_makes_it_ready() {
    let stage = stage();
    let page = ProbeAnswer::Wrong { status: 200, body: "<!doctype html>".to_owned() };
    stage.world.probe.answers(vec![page.clone()]);
    let (operation, cause) = failure(&stage).await;
    assert_eq!(cause, Cause::ProbeNeverReady { last: page });
    stage.world.probe.answers(vec![ProbeAnswer::Starting, ProbeAnswer::Ready { version: Some("1.20.0".to_owned()) }]);
    retry(&stage, operation).await;
}

#[tokio::test]
async fn a_stack_deleted_by_somebody_else_meanwhile_is_noticed() {
    let stage = stage();
    stage.world.probe.answers(vec![ProbeAnswer::Unreachable { error: "refused".to_owned() }]);
    let operation = stage.request(&stage.world.operator, "alpha").await;
    let environment = stage.operation(operation).await.summary.environment;
    let name = stage.detail(environment).await.stack_name;
    let world = stage.world.clone();
    tokio::select! {
        () = work(&stage.world, "worker one") => {}
        () = async {
            while world.probe.asks() < 3 {
                tokio::task::yield_now().await;
            }
            world.cloud.delete_outside(&name);
            std::future::pending::<()>().await;
        } => {}
    }
    assert_eq!(stage.operation(operation).await.summary.cause, Some(Cause::StackGone));
}

#[tokio::test]
async fn a_creation_stops_when_asked_and_can_go_on() {
    let stage = stage();
    let operation = stage.request(&stage.world.operator, "alpha").await;
    stage.services.operations.cancel(&stage.world.operator, operation).await.expect("asked");
    let twice = stage.services.operations.cancel(&stage.world.operator, operation).await;
    assert_eq!(twice, Err(Fault::Conflict(Conflict::WrongState)));
    work(&stage.world, "worker one").await;
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Cancelled);
    assert_eq!(view.summary.cause, Some(Cause::Cancelled));
    retry(&stage, operation).await;
}

#[tokio::test]
async fn a_database_that_restarts_in_the_middle_costs_nothing() {
    let stage = stage();
    let operation = stage.request(&stage.world.operator, "alpha").await;
    let world = stage.world.clone();
    tokio::join!(work(&stage.world, "worker one"), async {
        while world.cloud.calls_of("stack_events") < 2 {
            tokio::task::yield_now().await;
        }
        world.store.unavailable(true);
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        world.store.unavailable(false);
    });
    // Whether this worker saw it through or left it to the next one: it ends well.
    stage.world.clock.advance(std::time::Duration::from_secs(60));
    work(&stage.world, "worker two").await;
    assert_eq!(stage.operation(operation).await.summary.status, OperationStatus::Succeeded);
    assert_eq!(stage.world.cloud.effects().stacks_made, 1);
}

#[tokio::test]
async fn the_key_is_in_secrets_manager_and_nowhere_else() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let secret = key().expect("a key");
    let template = stage.services.environments.template(&stage.world.operator, environment, 1).await.expect("there");
    let shown = format!("{:?} {:?} {template}", stage.detail(environment).await, stage.world.store.audit());
    assert!(!shown.contains(secret.expose()));
    let arns = stage.world.cloud.everything();
    let stored = arns.iter().filter_map(|arn| stage.world.cloud.secret_value(arn)).any(|value| value == secret);
    assert!(stored, "the task reads it from there");
}
