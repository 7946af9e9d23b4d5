use super::*;
use crate::fakes::world;
use serde_json::json;

const STACK: &str = "hr-demo";

fn place() -> Place {
    Place { account: world().account, region: "eu-west-1".into(), operation: None }
}

fn template() -> String {
    json!({
        "Resources": {
            "Bucket": { "Type": "AWS::S3::Bucket", "DeletionPolicy": "RetainExceptOnCreate", "Properties": { "BucketName": "hr-demo-data" } },
            "Cluster": { "Type": "AWS::ECS::Cluster" },
            "Database": { "Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Snapshot", "Properties": { "AllocatedStorage": "20" } },
            "Group": { "Type": "AWS::ElasticLoadBalancingV2::TargetGroup" },
            "Service": { "Type": "AWS::ECS::Service", "Properties": { "Cluster": { "Ref": "Cluster" }, "ServiceName": "web" } },
        },
        "Outputs": {
            "ClusterName": { "Value": { "Ref": "Cluster" } },
            "ServiceName": { "Value": { "Fn::GetAtt": ["Service", "Name"] } },
            "TargetGroupArn": { "Value": { "Ref": "Group" } },
            "DatabaseId": { "Value": { "Ref": "Database" } },
        },
    })
    .to_string()
}

fn request(change_set: &str) -> ChangeSetRequest {
    ChangeSetRequest {
        stack_name: STACK.into(),
        change_set_name: change_set.into(),
        create: true,
        template_body: template(),
        tags: BTreeMap::from([("handrail:environment".to_owned(), "e1".to_owned())]),
        token: "t-prepare".into(),
    }
}

fn cloud() -> FakeCloud {
    FakeCloud::new(&Gate::open(), &FakeClock::default())
}

async fn follow(cloud: &FakeCloud, id: &str) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..100 {
        let stack = cloud.stack(&place(), id).await.expect("answers").expect("is known");
        if seen.last() != Some(&stack.status) {
            seen.push(stack.status.clone());
        }
        if !stack.status.ends_with("_IN_PROGRESS") {
            return seen;
        }
    }
    seen
}

/// Makes the stack and returns its id.
async fn made(cloud: &FakeCloud) -> String {
    let set = cloud.change_set_prepare(&place(), &request("c1")).await.expect("makes a change set");
    cloud.change_set_execute(&place(), STACK, "c1", "t-start").await.expect("executes");
    follow(cloud, &set.stack_id).await;
    set.stack_id
}

#[tokio::test]
async fn asking_twice_does_everything_once() {
    let cloud = cloud();
    let place = place();
    let first = cloud.change_set_prepare(&place, &request("c1")).await.expect("makes a change set");
    assert_eq!(cloud.change_set_prepare(&place, &request("c1")).await, Ok(first.clone()));
    assert_eq!(first.changes.len(), 5);
    for _ in 0..2 {
        cloud.change_set_execute(&place, STACK, "c1", "t-start").await.expect("executes");
    }
    assert_eq!(follow(&cloud, STACK).await, ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]);
    for _ in 0..2 {
        cloud.stack_delete(&place, &first.stack_id, &[], "t-delete").await.expect("deletes");
    }
    follow(&cloud, &first.stack_id).await;
    cloud.stack_delete(&place, &first.stack_id, &[], "t-delete").await.expect("is gone already");
    let effects = cloud.effects();
    let counts = (effects.change_sets_made, effects.change_sets_executed, effects.stacks_made, effects.stacks_deleted);
    assert_eq!((counts, effects.deletions_started), ((1, 1, 1, 1), 1));
    assert_eq!(cloud.calls_of("change_set_prepare"), 2);
}

#[tokio::test]
async fn events_come_in_order_with_the_token_and_can_be_read_on() {
    let cloud = cloud();
    let id = made(&cloud).await;
    let all = cloud.stack_events(&place(), &id, None).await.expect("answers");
    // Stack begun and complete, and three events for each of five resources.
    assert_eq!(all.len(), 17);
    assert!(all.iter().all(|event| event.token.as_deref() == Some("t-start")));
    assert_eq!(all.last().map(|event| event.status.as_str()), Some("CREATE_COMPLETE"));
    let rest = cloud.stack_events(&place(), &id, Some(&all[9].id)).await.expect("answers");
    assert_eq!(rest, all[10..]);
}

#[tokio::test]
async fn a_failed_resource_rolls_the_stack_back_and_the_wreck_must_be_deleted_before_the_name_is_free() {
    let cloud = cloud();
    cloud.fail_resource("Service", "Tasks failed to start");
    let id = made(&cloud).await;
    assert_eq!(follow(&cloud, &id).await, ["ROLLBACK_COMPLETE"]);
    let events = cloud.stack_events(&place(), &id, None).await.expect("answers");
    let failed = events.iter().find(|event| event.status == "CREATE_FAILED").expect("one failed");
    assert_eq!((failed.logical_id.as_str(), failed.reason.as_deref()), ("Service", Some("Tasks failed to start")));
    let refused = cloud.change_set_prepare(&place(), &request("c2")).await.expect_err("the wreck is in the way");
    assert_eq!(refused.kind, CloudProblemKind::Conflict);
    cloud.mend("Service");
    cloud.stack_delete(&place(), &id, &[], "t").await.expect("deletes");
    assert!(cloud.stack(&place(), STACK).await.expect("answers").is_none());
    // The database was complete: its snapshot is all that is left of the attempt.
    assert_eq!(cloud.effects().snapshots_made, 1);
    assert_eq!(cloud.everything().len(), 1);
    assert_ne!(made(&cloud).await, id);
}

#[tokio::test]
async fn deletion_needs_the_protection_off_and_leaves_what_the_policies_keep() {
    let cloud = cloud();
    let place = place();
    let id = made(&cloud).await;
    let database = cloud.stack(&place, &id).await.expect("answers").expect("is there").outputs["DatabaseId"].clone();
    cloud.stack_protect(&place, STACK, true).await.expect("protects");
    let refused = cloud.stack_delete(&place, &id, &[], "t").await.expect_err("is protected");
    assert_eq!(refused.kind, CloudProblemKind::Invalid);
    cloud.stack_protect(&place, STACK, false).await.expect("unprotects");
    cloud.tagging_lags(true);
    cloud.stack_delete(&place, &id, &[], "t").await.expect("deletes");
    assert_eq!(follow(&cloud, &id).await, ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]);
    let snapshots = cloud.database_snapshots(&place, &database).await.expect("answers");
    assert_eq!(snapshots.iter().map(|(_, gib)| *gib).collect::<Vec<_>>(), [20]);
    let listed = cloud.tagged(&place, "handrail:environment", "e1").await.expect("answers");
    assert!(listed.iter().any(|arn| arn.contains(":db:")), "the tagging API lags: {listed:?}");
    for (arn, there) in [("arn:aws:s3:::hr-demo-data", true), (id.as_str(), false)] {
        assert_eq!(cloud.exists(&place, arn).await, Ok(Some(there)), "{arn}");
    }
    for _ in 0..2 {
        cloud.bucket_delete(&place, "hr-demo-data").await.expect("deletes");
        cloud.database_snapshot_delete(&place, &snapshots[0].0).await.expect("deletes");
    }
    assert!(cloud.everything().is_empty(), "{:?}", cloud.everything());
    assert_eq!((cloud.effects().buckets_deleted, cloud.effects().snapshots_deleted), (1, 1));
}

#[tokio::test]
async fn a_failed_deletion_can_be_tried_again_with_the_resource_left_behind() {
    let cloud = cloud();
    let id = made(&cloud).await;
    cloud.fail_deletion("Cluster", "The cluster is in use");
    cloud.stack_delete(&place(), &id, &[], "t").await.expect("begins");
    assert_eq!(follow(&cloud, &id).await, ["DELETE_IN_PROGRESS", "DELETE_FAILED"]);
    cloud.stack_delete(&place(), &id, &["Cluster".to_owned()], "t").await.expect("begins again");
    assert_eq!(follow(&cloud, &id).await, ["DELETE_COMPLETE"]);
    assert!(cloud.everything().iter().any(|arn| arn.contains(":cluster/")));
}

#[tokio::test]
async fn tasks_start_and_targets_get_healthy_look_by_look_unless_told_otherwise() {
    let cloud = cloud();
    let place = place();
    let id = made(&cloud).await;
    let outputs = cloud.stack(&place, &id).await.expect("answers").expect("is there").outputs;
    let service = async || {
        let state = cloud.service(&place, &outputs["ClusterName"], &outputs["ServiceName"]).await.expect("answers");
        state.map(|state| (state.running, state.desired, state.rollout.unwrap_or_default())).expect("is there")
    };
    let targets = async || {
        let targets = cloud.targets(&place, &outputs["TargetGroupArn"]).await.expect("answers");
        targets.into_iter().map(|target| target.state).collect::<Vec<_>>()
    };
    assert_eq!(service().await, (0, 1, "IN_PROGRESS".to_owned()));
    assert_eq!(service().await, (1, 1, "COMPLETED".to_owned()));
    assert_eq!((targets().await, targets().await), (vec!["initial".to_owned()], vec!["initial".to_owned()]));
    assert_eq!(targets().await, ["healthy"]);
    cloud.targets_unhealthy(true);
    assert_eq!(targets().await, ["unhealthy"]);
    cloud.task_failure(Some("CannotPullContainerError"));
    for _ in 0..4 {
        service().await;
    }
    assert_eq!(service().await, (0, 1, "FAILED".to_owned()));
    assert!(targets().await.is_empty());
    cloud.service_scale(&place, &outputs["ClusterName"], &outputs["ServiceName"], 0).await.expect("scales");
    assert_eq!(service().await, (0, 0, "COMPLETED".to_owned()));
}

#[tokio::test]
async fn what_somebody_deletes_outside_is_gone_and_is_not_our_doing() {
    let cloud = cloud();
    let id = made(&cloud).await;
    cloud.stack_protect(&place(), STACK, true).await.expect("protects");
    cloud.delete_outside(STACK);
    assert_eq!(cloud.stack(&place(), STACK).await, Ok(None));
    let deleted = cloud.stack(&place(), &id).await.expect("answers").expect("is known by its id");
    assert_eq!(deleted.status, "DELETE_COMPLETE");
    assert_eq!(cloud.effects().stacks_deleted, 0);
}

#[tokio::test]
async fn faults_take_the_place_of_a_call_or_only_of_its_answer() {
    let cloud = cloud();
    let throttled = problem(CloudProblemKind::Throttled, "change_set_prepare");
    cloud.fail("change_set_prepare", 1, throttled.clone());
    assert_eq!(cloud.change_set_prepare(&place(), &request("c1")).await, Err(throttled));
    assert_eq!(cloud.effects(), Effects::default());
    let lost = problem(CloudProblemKind::Unreachable, "change_set_prepare");
    cloud.lose_answer("change_set_prepare", 1, lost.clone());
    assert_eq!(cloud.change_set_prepare(&place(), &request("c1")).await, Err(lost));
    assert_eq!(cloud.effects().change_sets_made, 1);
    cloud.deny_all(true);
    let denied = cloud.stack(&place(), STACK).await.expect_err("is denied");
    assert_eq!(denied.action.as_deref(), Some("cloudformation:DescribeStacks"));
    cloud.deny_all(false);
    assert_eq!(follow(&cloud, STACK).await.last().map(String::as_str), Some("REVIEW_IN_PROGRESS"));
}

#[tokio::test]
async fn a_secret_keeps_its_arn_when_its_value_changes() {
    let cloud = cloud();
    let tags = BTreeMap::new();
    let put = async |name: &str, value: &str| {
        cloud.secret_put(&place(), name, "a key", &Secret::new(value), &tags).await.expect("stores")
    };
    let arn = put("hr/a", "one").await;
    assert_ne!(put("hr/a-000001", "other").await, arn);
    assert_eq!(put("hr/a", "two").await, arn);
    assert_eq!(cloud.secret_value(&arn), Some(Secret::new("two")));
    assert_eq!(cloud.effects().secrets_made, 2);
    cloud.secret_delete(&place(), &arn).await.expect("deletes");
    assert_eq!((cloud.secret_value(&arn), cloud.everything().len()), (None, 1));
}
