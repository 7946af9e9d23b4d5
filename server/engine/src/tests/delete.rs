//! Deleting: nothing is left but what was chosen to be kept, and the receipt says so.

use super::stage::{stage, work};
use crate::fakes::problem;
use model::{
    Fault, FieldProblem,
    cause::{Cause, CloudProblemKind},
    environment::{DeleteOptions, EnvironmentStatus},
    fault::Conflict,
    operation::{NextAction, OperationStatus},
};

const NOTHING: DeleteOptions = DeleteOptions { keep_database_snapshot: false, keep_files: false, keep_bucket: false };
const EVERYTHING: DeleteOptions = DeleteOptions { keep_database_snapshot: true, keep_files: true, keep_bucket: true };

#[tokio::test]
async fn nothing_is_left_where_nothing_is_to_be_kept() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let operation = stage.delete(environment, NOTHING).await;
    assert_eq!(stage.operation(operation).await.actions, [], "a deletion is not cancelled");
    work(&stage.world, "worker one").await;
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
    assert_eq!(stage.world.cloud.everything(), Vec::<String>::new());
    let detail = stage.detail(environment).await;
    assert_eq!(detail.summary.status, EnvironmentStatus::Deleted);
    let receipt = detail.receipt.expect("a receipt");
    assert!(receipt.checked > 3, "{receipt:?}");
    assert_eq!(receipt.leftovers, []);
    assert_eq!(detail.address, None);
}

#[tokio::test]
async fn what_is_kept_on_purpose_stands_in_the_receipt_with_its_price() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let operation = stage.delete(environment, EVERYTHING).await;
    work(&stage.world, "worker one").await;
    assert_eq!(stage.operation(operation).await.summary.status, OperationStatus::Succeeded);
    let receipt = stage.detail(environment).await.receipt.expect("a receipt");
    let mut kept: Vec<&str> = receipt.leftovers.iter().map(|left| left.resource_type.as_str()).collect();
    kept.sort_unstable();
    assert_eq!(kept, ["AWS::EFS::FileSystem", "AWS::RDS::DBSnapshot", "AWS::S3::Bucket"]);
    assert!(receipt.leftovers.iter().all(|left| left.kept_on_purpose));
    let snapshot = receipt.leftovers.iter().find(|left| left.resource_type == "AWS::RDS::DBSnapshot");
    assert!(snapshot.is_some_and(|snapshot| snapshot.monthly.is_some()), "a snapshot has a price");
    assert_eq!(stage.world.cloud.everything().len(), 3);
}

#[tokio::test]
async fn the_name_must_be_typed() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let refused =
        stage.services.environments.delete(&stage.world.operator, environment, "alhpa", DeleteOptions::default()).await;
    let Err(Fault::Invalid(errors)) = refused else { panic!("{refused:?}") };
    assert_eq!(errors.of("typed_name"), Some(&FieldProblem::DoesNotMatch { expected: "alpha".to_owned() }));
    assert_eq!(errors.typed.get("typed_name").map(String::as_str), Some("alhpa"));
}

#[tokio::test]
async fn one_operation_at_a_time() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.delete(environment, NOTHING).await;
    let second =
        stage.services.environments.delete(&stage.world.operator, environment, "alpha", DeleteOptions::default()).await;
    assert_eq!(second, Err(Fault::Conflict(Conflict::OperationRunning)));
}

#[tokio::test]
async fn an_environment_that_never_came_up_is_deleted_too() {
    let stage = stage();
    stage.world.cloud.fail("change_set_execute", 1, problem(CloudProblemKind::Denied, "change_set_execute"));
    let created = stage.request(&stage.world.operator, "alpha").await;
    work(&stage.world, "worker one").await;
    let environment = stage.operation(created).await.summary.environment;
    assert_eq!(stage.detail(environment).await.summary.status, EnvironmentStatus::Failed);
    let operation = stage.delete(environment, NOTHING).await;
    work(&stage.world, "worker one").await;
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
    assert_eq!(stage.world.cloud.everything(), Vec::<String>::new());
}

#[tokio::test]
async fn an_environment_deleted_outside_is_cleared_away() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let name = stage.detail(environment).await.stack_name;
    stage.world.cloud.delete_outside(&name);
    let operation = stage.delete(environment, NOTHING).await;
    work(&stage.world, "worker one").await;
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
    assert_eq!(stage.world.cloud.everything(), Vec::<String>::new(), "also what the stack had retained");
}

#[tokio::test]
async fn a_resource_that_will_not_go_is_named_and_the_deletion_can_be_tried_again() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let template = stage.services.environments.template(&stage.world.operator, environment, 1).await.expect("there");
    let template: serde_json::Value = serde_json::from_str(&template).expect("JSON");
    let resources = template["Resources"].as_object().expect("resources");
    let vpc = resources.iter().find(|(_, one)| one["Type"] == "AWS::EC2::VPC").expect("a VPC").0.clone();
    stage.world.cloud.fail_deletion(&vpc, "The vpc has dependencies and cannot be deleted.");
    let operation = stage.delete(environment, NOTHING).await;
    work(&stage.world, "worker one").await;
    let view = stage.operation(operation).await;
    let Some(Cause::StackDeleteFailed { resources, .. }) = &view.summary.cause else {
        panic!("{:?}", view.summary.cause)
    };
    assert_eq!(resources.as_slice(), std::slice::from_ref(&vpc));
    assert_eq!(view.actions, [NextAction::Retry]);
    assert_eq!(stage.detail(environment).await.summary.status, EnvironmentStatus::DeleteFailed);

    stage.world.cloud.mend(&vpc);
    let again = stage.services.operations.retry(&stage.world.operator, operation).await.expect("retries");
    work(&stage.world, "worker one").await;
    assert_eq!(stage.operation(again).await.summary.status, OperationStatus::Succeeded);
    assert_eq!(stage.world.cloud.everything(), Vec::<String>::new());
}

#[tokio::test]
async fn a_tagging_api_that_lags_does_not_make_leftovers() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.world.cloud.tagging_lags(true);
    let operation = stage.delete(environment, NOTHING).await;
    work(&stage.world, "worker one").await;
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
    assert_eq!(stage.detail(environment).await.receipt.expect("a receipt").leftovers, []);
}

#[tokio::test]
async fn the_name_is_free_again_afterwards() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.delete(environment, NOTHING).await;
    work(&stage.world, "worker one").await;
    let second = stage.ready("alpha").await;
    assert_ne!(environment, second);
}
