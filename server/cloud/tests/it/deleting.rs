//! Deleting what a stack may leave behind, as often as one likes.

use crate::{
    place::workplace,
    recorder::{Recorder, ok, refuse, result},
};
use model::cause::CloudProblemKind;
use ports::Cloud;

const LIST: &str = "s3:ListObjectVersions";
const EMPTY: &str = "<ListVersionsResult/>";
const SNAPSHOT: &str = "arn:aws:rds:eu-central-1:111122223333:snapshot:handrail-last";

#[tokio::test]
async fn a_bucket_loses_versions_and_delete_markers_first() {
    let page = "<ListVersionsResult><Version><Key>a</Key><VersionId>1</VersionId></Version><DeleteMarker><Key>b</Key>\
        <VersionId>2</VersionId></DeleteMarker></ListVersionsResult>";
    let recorder = Recorder::scripted([(LIST, vec![ok(page), ok(EMPTY)])]);
    recorder.cloud().bucket_delete(&workplace(), "handrail-bucket").await.expect("deleted");
    assert_eq!(recorder.apis(), [LIST, "s3:DeleteObjects", LIST, "s3:DeleteBucket"]);
    let batch = &recorder.calls()[1].body;
    for part in ["<Key>a</Key><VersionId>1</VersionId>", "<Key>b</Key><VersionId>2</VersionId>"] {
        assert!(batch.contains(part), "{part} in {batch}");
    }
}

#[tokio::test]
async fn an_object_that_may_not_be_deleted_is_named() {
    let page = "<ListVersionsResult><Version><Key>locked</Key><VersionId>1</VersionId></Version></ListVersionsResult>";
    let failed = "<DeleteResult><Error><Key>locked</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error></DeleteResult>";
    let recorder = Recorder::scripted([(LIST, vec![ok(page)]), ("s3:DeleteObjects", vec![ok(failed)])]);
    let problem = recorder.cloud().bucket_delete(&workplace(), "handrail-bucket").await.expect_err("locked");
    assert_eq!((problem.kind, problem.action.as_deref()), (CloudProblemKind::Denied, Some("s3:DeleteObject")));
    assert_eq!(problem.resource.as_deref(), Some("handrail-bucket/locked"));
}

#[tokio::test]
async fn a_bucket_that_was_written_to_meanwhile_is_emptied_again() {
    let full = refuse("s3:DeleteBucket", 409, "BucketNotEmpty", "The bucket you tried to delete is not empty");
    let recorder = Recorder::scripted([(LIST, vec![ok(EMPTY)]), ("s3:DeleteBucket", vec![full, ok("")])]);
    recorder.cloud().bucket_delete(&workplace(), "handrail-bucket").await.expect("deleted");
    assert_eq!(recorder.apis(), [LIST, "s3:DeleteBucket", LIST, "s3:DeleteBucket"]);
}

#[tokio::test]
async fn a_file_system_waits_for_its_mount_targets() {
    let mount = |state: &str| {
        ok(format!(
            r#"{{"MountTargets":[{{"MountTargetId":"fsmt-1","FileSystemId":"fs-1","SubnetId":"s","LifeCycleState":"{state}"}}]}}"#
        ))
    };
    let targets = "elasticfilesystem:DescribeMountTargets";
    let points = "elasticfilesystem:DescribeAccessPoints";
    let recorder = Recorder::scripted([
        (targets, vec![mount("available"), mount("deleting"), ok(r#"{"MountTargets":[]}"#)]),
        (points, vec![ok(r#"{"AccessPoints":[{"AccessPointId":"fsap-1"}]}"#)]),
    ]);
    recorder.cloud().file_system_delete(&workplace(), "fs-1").await.expect("deleted");
    let expected = [
        targets,
        "elasticfilesystem:DeleteMountTarget",
        targets,
        targets,
        points,
        "elasticfilesystem:DeleteAccessPoint",
        "elasticfilesystem:DeleteFileSystem",
    ];
    assert_eq!(recorder.apis(), expected);
}

#[tokio::test]
async fn a_snapshot_is_deleted_by_name_and_twice_is_no_error() {
    let api = "rds:DeleteDBSnapshot";
    let gone = refuse(api, 404, "DBSnapshotNotFound", "DBSnapshot not found: handrail-last");
    let recorder = Recorder::scripted([(api, vec![result("DeleteDBSnapshot", ""), gone])]);
    let cloud = recorder.cloud();
    for _ in 0..2 {
        cloud.database_snapshot_delete(&workplace(), SNAPSHOT).await.expect("gone");
    }
    assert!(recorder.calls()[0].body.contains("DBSnapshotIdentifier=handrail-last"));
}

#[tokio::test]
async fn a_snapshot_that_is_being_made_is_not_said_to_be_deleted() {
    let api = "rds:DeleteDBSnapshot";
    for (status, done) in [("deleting", true), ("creating", false)] {
        let snapshot = format!("<DBSnapshots><DBSnapshot><Status>{status}</Status></DBSnapshot></DBSnapshots>");
        let recorder = Recorder::scripted([
            (api, vec![refuse(api, 400, "InvalidDBSnapshotState", "Cannot delete the snapshot in this state.")]),
            ("rds:DescribeDBSnapshots", vec![result("DescribeDBSnapshots", &snapshot)]),
        ]);
        let deleted = recorder.cloud().database_snapshot_delete(&workplace(), SNAPSHOT).await;
        assert_eq!(
            deleted.map_err(|problem| problem.kind),
            if done { Ok(()) } else { Err(CloudProblemKind::Conflict) }
        );
    }
}

#[tokio::test]
async fn a_stack_is_deleted_with_the_accounts_role_and_what_is_retained() {
    let api = "cloudformation:DeleteStack";
    let recorder = Recorder::default();
    let mut place = workplace();
    place.account.stack_role_arn = Some("arn:aws:iam::111122223333:role/stacks".into());
    let cloud = recorder.cloud();
    cloud.stack_delete(&place, "handrail-1", &[], "token-1").await.expect("accepted");
    cloud.stack_delete(&place, "handrail-1", &["Files".into()], "token-2").await.expect("accepted");
    let bodies: Vec<String> = recorder.calls().into_iter().map(|call| call.body).collect();
    assert!(
        bodies[0].contains("ClientRequestToken=token-1") && !bodies[0].contains("RetainResources"),
        "{}",
        bodies[0]
    );
    assert!(bodies[1].contains("RetainResources.member.1=Files"), "{}", bodies[1]);
    assert!(bodies.iter().all(|body| body.contains("RoleARN=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fstacks")));

    let again = refuse(api, 400, "TokenAlreadyExistsException", "A client request token already exists.");
    let recorder = Recorder::scripted([(api, vec![again])]);
    recorder.cloud().stack_delete(&place, "handrail-1", &[], "token-1").await.expect("AWS has this request already");
}

#[tokio::test]
async fn an_arn_of_something_else_deletes_nothing() {
    let recorder = Recorder::default();
    let cloud = recorder.cloud();
    let database = "arn:aws:rds:eu-central-1:111122223333:db:blue";
    let problem = cloud.database_snapshot_delete(&workplace(), database).await.expect_err("not a snapshot");
    assert_eq!(problem.kind, CloudProblemKind::Invalid);
    assert_eq!(recorder.apis(), Vec::<String>::new());
}
