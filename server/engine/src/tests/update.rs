//! Updating: a plan that is what happens, and every way in which CloudFormation can do something else.

use super::stage::{Stage, stage, work};
use crate::fakes::problem;
use model::{
    EnvironmentId, Fault, FieldProblem, OperationId,
    audit::Action,
    cause::{Cause, CloudProblemKind},
    environment::{DeleteOptions, EnvironmentStatus, Health},
    fault::Conflict,
    operation::{EventKind, NextAction, OperationStatus, StepKind, StepStatus},
    plan::ChangeKind,
    spec::Size,
    update::{Interruption, UpdateForm},
};
use ports::cloud::ChangeSetChange;

/// The form of an environment as it is, on a larger task.
pub(super) async fn larger(stage: &Stage, environment: EnvironmentId) -> UpdateForm {
    let spec = stage.detail(environment).await.summary.spec;
    UpdateForm { size: "large".to_owned(), ..UpdateForm::of(&spec) }
}

impl Stage {
    /// Accepts the plan of a form.
    pub(super) async fn update(&self, environment: EnvironmentId, form: &UpdateForm) -> OperationId {
        let who = &self.world.operator;
        let plan = self.services.environments.update_plan(who, environment, form).await.expect("planned");
        self.services.environments.update(who, environment, form, &plan.hash).await.expect("starts")
    }

    /// An update to a larger task that has run to whatever end.
    async fn updated(&self, environment: EnvironmentId) -> OperationId {
        let operation = self.update(environment, &larger(self, environment).await).await;
        work(&self.world, "worker one").await;
        operation
    }

    async fn retried(&self, operation: OperationId) -> OperationId {
        let again = self.services.operations.retry(&self.world.operator, operation).await.expect("retries");
        work(&self.world, "worker two").await;
        again
    }
}

#[tokio::test]
async fn the_plan_says_what_changes_what_restarts_and_what_it_costs() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let spec = stage.detail(environment).await.summary.spec;
    let form = UpdateForm {
        size: "large".to_owned(),
        database_storage_gib: "40".to_owned(),
        allowed_cidrs: "10.0.0.0/8 192.168.0.0/16".to_owned(),
        log_retention_days: "90".to_owned(),
        ..UpdateForm::of(&spec)
    };
    let plan =
        stage.services.environments.update_plan(&stage.world.operator, environment, &form).await.expect("planned");
    let told: Vec<_> = plan.changes.iter().map(|one| (one.change.logical_id.as_str(), one.change.change)).collect();
    assert_eq!(
        told,
        [
            ("LoadBalancerSecurityGroup", ChangeKind::Modify),
            ("Service", ChangeKind::Modify),
            ("TaskDefinition", ChangeKind::Replace),
            ("Database", ChangeKind::Modify),
            ("DatabaseStorageAlarm", ChangeKind::Modify),
            ("LogGroup", ChangeKind::Modify),
        ]
    );
    let task = &plan.changes[2];
    let cpu = task.properties.iter().find(|property| property.path == "Cpu").expect("its CPU");
    assert_eq!((cpu.before.as_deref(), cpu.after.as_deref(), cpu.replaces), (Some("2048"), Some("4096"), true));
    assert_eq!(plan.changes[1].follows, ["TaskDefinition"]);
    assert_eq!(plan.interruptions, [Interruption::Task]);
    assert!(plan.cost_after.monthly() > plan.cost_before.monthly());
    assert!(plan.findings.iter().any(|finding| finding.rule == "HR031"), "storage that grows is remarked on");
    assert!(!plan.is_blocked() && !plan.paused);
    assert_eq!((plan.from_revision, plan.to_revision), (1, 2));
}

#[tokio::test]
async fn an_update_comes_into_force_with_its_revision() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let operation = stage.update(environment, &larger(&stage, environment).await).await;
    let detail = stage.detail(environment).await;
    assert_eq!(
        (detail.summary.status, detail.revision),
        (EnvironmentStatus::Updating, 1),
        "in force once it has succeeded"
    );
    work(&stage.world, "worker one").await;
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
    assert_eq!(view.summary.revision, Some(2));
    assert!(view.steps.iter().all(|step| step.status == StepStatus::Succeeded && step.attempts == 1));
    let touched: Vec<&str> = view.resources.iter().map(|one| one.logical_id.as_str()).collect();
    assert!(touched.contains(&"TaskDefinition") && !touched.contains(&"Vpc"), "only its own events: {touched:?}");
    let detail = stage.detail(environment).await;
    assert_eq!(
        (detail.summary.status, detail.summary.health, detail.revision),
        (EnvironmentStatus::Ready, Health::Healthy, 2)
    );
    assert_eq!(detail.summary.spec.compute.size, Some(Size::Large));
    let revisions = stage.services.environments.revisions(&stage.world.viewer, environment).await.expect("readable");
    assert_eq!(revisions.iter().map(|one| one.number).collect::<Vec<_>>(), [2, 1]);
    let asked = stage.world.store.audit().into_iter().find(|one| one.action == Action::EnvironmentUpdateRequested);
    let changes = asked.expect("in the history").changes;
    let told: Vec<_> =
        changes.iter().map(|one| (one.field.as_str(), one.before.as_deref(), one.after.as_deref())).collect();
    assert_eq!(told, [("revision", Some("1"), Some("2")), ("size", Some("medium"), Some("large"))]);
    assert_eq!(stage.world.cloud.effects().change_sets_executed, 2);
}

#[tokio::test]
async fn a_paused_environment_is_updated_and_stays_paused() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.scaled(environment, "0").await;
    let form = larger(&stage, environment).await;
    let plan =
        stage.services.environments.update_plan(&stage.world.operator, environment, &form).await.expect("planned");
    assert!(plan.paused);
    let operation = stage.updated(environment).await;
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
    assert!(view.steps.iter().all(|step| step.kind != StepKind::Probe));
    let summary = stage.detail(environment).await.summary;
    assert_eq!((summary.health, summary.desired, summary.spec.compute.size), (Health::Paused, 0, Some(Size::Large)));
}

#[tokio::test]
async fn what_is_wrong_with_the_form_is_told_by_field() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let spec = stage.detail(environment).await.summary.spec;
    let form = UpdateForm { ephemeral_gib: "500".to_owned(), ..UpdateForm::of(&spec) };
    for refused in [
        stage.services.environments.update_plan(&stage.world.operator, environment, &form).await.map(|_| ()),
        stage.services.environments.update(&stage.world.operator, environment, &form, "").await.map(|_| ()),
    ] {
        let Err(Fault::Invalid(errors)) = refused else { panic!("{refused:?}") };
        assert_eq!(errors.of("ephemeral_gib"), Some(&FieldProblem::OutOfRange { min: 21, max: 200 }));
    }
}

#[tokio::test]
async fn a_plan_is_refused_once_the_world_has_moved() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let who = stage.world.operator.clone();
    let form = larger(&stage, environment).await;
    let plan = stage.services.environments.update_plan(&who, environment, &form).await.expect("planned");
    let spec = stage.detail(environment).await.summary.spec;
    let other = UpdateForm { ephemeral_gib: "60".to_owned(), ..UpdateForm::of(&spec) };
    stage.update(environment, &other).await;
    let busy = stage.services.environments.update(&who, environment, &form, &plan.hash).await;
    assert_eq!(busy, Err(Fault::Conflict(Conflict::OperationRunning)), "while the other one runs");
    work(&stage.world, "worker one").await;
    let late = stage.services.environments.update(&who, environment, &form, &plan.hash).await;
    assert_eq!(late, Err(Fault::Conflict(Conflict::PlanChanged)), "and after it");
    assert_eq!(stage.detail(environment).await.revision, 2);
}

#[tokio::test]
async fn nothing_to_change_is_no_operation() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let form = UpdateForm::of(&stage.detail(environment).await.summary.spec);
    let plan =
        stage.services.environments.update_plan(&stage.world.operator, environment, &form).await.expect("planned");
    assert!(plan.changes.is_empty());
    let refused = stage.services.environments.update(&stage.world.operator, environment, &form, &plan.hash).await;
    assert_eq!(refused, Err(Fault::Conflict(Conflict::NothingToChange)));
}

#[tokio::test]
async fn a_change_that_fails_is_rolled_back_and_leaves_the_old_revision_in_force() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.world.cloud.fail_resource("Service", "ECS Deployment Circuit Breaker was triggered.");
    let operation = stage.updated(environment).await;
    let view = stage.operation(operation).await;
    let Some(Cause::StackFailed { status, logical_id, reason, .. }) = &view.summary.cause else {
        panic!("{:?}", view.summary.cause)
    };
    assert_eq!((status.as_str(), logical_id.as_deref()), ("UPDATE_ROLLBACK_COMPLETE", Some("Service")));
    assert!(reason.as_deref().is_some_and(|reason| reason.contains("Circuit Breaker")));
    assert_eq!(view.actions, [NextAction::Retry]);
    let detail = stage.detail(environment).await;
    assert_eq!((detail.summary.status, detail.revision), (EnvironmentStatus::Ready, 1));
    assert_eq!(detail.summary.spec.compute.size, Some(Size::Medium));

    stage.world.cloud.mend("Service");
    let again = stage.retried(operation).await;
    assert_eq!(stage.operation(again).await.summary.status, OperationStatus::Succeeded);
    assert_eq!(stage.detail(environment).await.revision, 2, "the revision that was planned");
}

#[tokio::test]
async fn a_stack_that_cannot_go_back_is_named_and_trying_again_gets_it_out() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.world.cloud.fail_resource("Service", "no");
    stage.world.cloud.fail_undo("TaskDefinition", "it is in use");
    let operation = stage.updated(environment).await;
    let view = stage.operation(operation).await;
    assert!(
        matches!(&view.summary.cause, Some(Cause::StackFailed { status, .. }) if status == "UPDATE_ROLLBACK_FAILED"),
        "{:?}",
        view.summary.cause
    );
    assert_eq!(view.actions, [NextAction::Retry, NextAction::Delete]);
    assert_eq!(stage.detail(environment).await.summary.status, EnvironmentStatus::UpdateFailed);
    let scale = stage.services.environments.scale(&stage.world.operator, environment, "0").await;
    assert_eq!(scale, Err(Fault::Conflict(Conflict::WrongState)));

    let still = stage.retried(operation).await;
    assert_eq!(stage.operation(still).await.summary.status, OperationStatus::Failed, "it is stuck as before");
    assert_eq!(stage.detail(environment).await.summary.status, EnvironmentStatus::UpdateFailed);

    stage.world.cloud.mend("Service");
    stage.world.cloud.mend("TaskDefinition");
    let again = stage.retried(still).await;
    let view = stage.operation(again).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
    assert!(view.events.iter().any(|event| event.what == EventKind::UndoContinued));
    let detail = stage.detail(environment).await;
    assert_eq!((detail.summary.status, detail.revision), (EnvironmentStatus::Ready, 2));
}

#[tokio::test]
async fn a_stuck_environment_can_be_deleted() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.world.cloud.fail_resource("Service", "no");
    stage.world.cloud.fail_undo("TaskDefinition", "it is in use");
    stage.updated(environment).await;
    stage.world.cloud.mend("TaskDefinition");
    let options = DeleteOptions { keep_database_snapshot: false, ..DeleteOptions::default() };
    let operation = stage.delete(environment, options).await;
    work(&stage.world, "worker one").await;
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
    assert_eq!(stage.world.cloud.everything(), Vec::<String>::new());
}

#[tokio::test]
async fn a_change_set_that_does_something_else_is_not_executed() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.world.cloud.change_set_adds(ChangeSetChange {
        action: "Modify".to_owned(),
        logical_id: "Database".to_owned(),
        resource_type: "AWS::RDS::DBInstance".to_owned(),
        replacement: Some("True".to_owned()),
    });
    let operation = stage.updated(environment).await;
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.cause, Some(Cause::PlanDiffers { unexpected: vec!["replace Database".to_owned()] }));
    assert_eq!(stage.world.cloud.effects().change_sets_executed, 1, "only that of the creation");
    let detail = stage.detail(environment).await;
    assert_eq!((detail.summary.status, detail.revision), (EnvironmentStatus::Ready, 1));
    assert_eq!(detail.summary.health, Health::Healthy, "nothing was touched");
}

#[tokio::test]
async fn a_cancelled_update_is_undone_by_cloudformation() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.world.cloud.stuck("Service");
    let operation = stage.update(environment, &larger(&stage, environment).await).await;
    let world = stage.world.clone();
    tokio::join!(work(&stage.world, "worker one"), async {
        while !stage.operation(operation).await.resources.iter().any(|one| one.logical_id == "Service") {
            tokio::task::yield_now().await;
        }
        stage.services.operations.cancel(&world.operator, operation).await.expect("asked");
    });
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Cancelled, "{:?}", view.summary.cause);
    assert!(view.events.iter().any(|event| event.what == EventKind::UndoRequested));
    assert_eq!(stage.world.cloud.effects().updates_cancelled, 1);
    let detail = stage.detail(environment).await;
    assert_eq!((detail.summary.status, detail.revision), (EnvironmentStatus::Ready, 1));
    stage.world.cloud.mend("Service");
    let again = stage.retried(operation).await;
    assert_eq!(stage.operation(again).await.summary.status, OperationStatus::Succeeded);
}

#[tokio::test]
async fn an_update_that_cloudformation_has_already_done_is_taken_for_done() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    // The answer to the execution is lost for good: it takes place all the same.
    let lost = problem(CloudProblemKind::Denied, "change_set_execute");
    stage.world.cloud.lose_answer("change_set_execute", 1, lost);
    let operation = stage.updated(environment).await;
    assert_eq!(stage.operation(operation).await.summary.status, OperationStatus::Failed);
    assert_eq!(stage.detail(environment).await.summary.status, EnvironmentStatus::UpdateFailed, "nobody knows");
    let again = stage.retried(operation).await;
    let view = stage.operation(again).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
    assert!(view.events.iter().any(|event| event.what == EventKind::NothingToChange), "it is as planned already");
    assert_eq!(stage.world.cloud.effects().change_sets_executed, 2);
    assert_eq!(stage.detail(environment).await.revision, 2);
}

#[tokio::test]
async fn what_is_denied_before_anything_began_leaves_everything_as_it_was() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let denied = problem(CloudProblemKind::Denied, "change_set_prepare");
    stage.world.cloud.fail("change_set_prepare", 1, denied.clone());
    let operation = stage.updated(environment).await;
    assert_eq!(stage.operation(operation).await.summary.cause, Some(Cause::Cloud(denied)));
    let summary = stage.detail(environment).await.summary;
    assert_eq!((summary.status, summary.health), (EnvironmentStatus::Ready, Health::Healthy));
    assert_eq!(stage.operation(stage.retried(operation).await).await.summary.status, OperationStatus::Succeeded);
}

#[tokio::test]
async fn targets_that_stay_unhealthy_are_said_of_the_revision_in_force() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.world.cloud.targets_unhealthy(true);
    let operation = stage.updated(environment).await;
    let cause = stage.operation(operation).await.summary.cause;
    assert!(matches!(cause, Some(Cause::TargetNeverHealthy { .. })), "{cause:?}");
    let detail = stage.detail(environment).await;
    assert_eq!(
        (detail.summary.status, detail.revision),
        (EnvironmentStatus::Ready, 2),
        "what AWS has is what is shown"
    );
    stage.world.cloud.targets_unhealthy(false);
    let again = stage.retried(operation).await;
    let steps = stage.operation(again).await.steps;
    assert!(steps.iter().any(|step| step.kind == StepKind::FollowUpdate && step.attempts == 0), "that stays done");
    assert_eq!(stage.detail(environment).await.summary.health, Health::Healthy);
}

#[tokio::test]
async fn a_stack_that_is_gone_is_said() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let name = stage.detail(environment).await.stack_name;
    stage.world.cloud.delete_outside(&name);
    let operation = stage.updated(environment).await;
    assert_eq!(stage.operation(operation).await.summary.cause, Some(Cause::StackGone));
}
