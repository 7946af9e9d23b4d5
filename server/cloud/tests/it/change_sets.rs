//! Change sets are made once, waited for, and executed once.

use crate::{
    place::{place, quick, workplace},
    recorder::{Answer, Recorder, refuse, result},
};
use cloud::CloudSettings;
use model::cause::CloudProblemKind;
use ports::{
    Cloud, CloudResult,
    cloud::{ChangeSet, ChangeSetRequest},
};
use std::{collections::BTreeMap, time::Duration};

const CREATE: &str = "cloudformation:CreateChangeSet";
const DESCRIBE: &str = "cloudformation:DescribeChangeSet";
const EXECUTE: &str = "cloudformation:ExecuteChangeSet";
const EVENTS: &str = "cloudformation:DescribeStackEvents";

fn request(create: bool) -> ChangeSetRequest {
    ChangeSetRequest {
        stack_name: "handrail-1".into(),
        change_set_name: "create-1".into(),
        create,
        template_body: r#"{"Resources":{}}"#.into(),
        tags: BTreeMap::from([("handrail:team".to_owned(), "7".to_owned())]),
        token: "token-1".into(),
    }
}

fn described(status: &str, execution: &str, rest: &str) -> Answer {
    result(
        "DescribeChangeSet",
        &format!("<Status>{status}</Status><ExecutionStatus>{execution}</ExecutionStatus>{rest}"),
    )
}

fn change(name: &str, action: &str) -> String {
    format!(
        "<Changes><member><Type>Resource</Type><ResourceChange><Action>{action}</Action><LogicalResourceId>{name}</LogicalResourceId>\
         <ResourceType>AWS::S3::Bucket</ResourceType><Replacement>True</Replacement></ResourceChange></member></Changes>"
    )
}

async fn prepare(recorder: &Recorder) -> CloudResult<ChangeSet> {
    recorder.cloud().change_set_prepare(&workplace(), &request(true)).await
}

#[tokio::test]
async fn it_is_waited_for_and_all_pages_of_changes_are_read() {
    let page_one = format!("{}<NextToken>two</NextToken>", change("Logs", "Add"));
    let recorder = Recorder::scripted([(
        DESCRIBE,
        vec![
            described("CREATE_PENDING", "UNAVAILABLE", ""),
            described("CREATE_IN_PROGRESS", "UNAVAILABLE", ""),
            described("CREATE_COMPLETE", "AVAILABLE", &page_one),
            described("CREATE_COMPLETE", "AVAILABLE", &change("Bucket", "Modify")),
        ],
    )]);
    let found = prepare(&recorder).await.expect("computed");
    assert_eq!((found.status.as_str(), found.execution_status.as_str()), ("CREATE_COMPLETE", "AVAILABLE"));
    let changes: Vec<_> =
        found.changes.iter().map(|change| (change.action.as_str(), change.logical_id.as_str())).collect();
    assert_eq!(changes, [("Add", "Logs"), ("Modify", "Bucket")]);
    assert_eq!(found.changes[1].replacement.as_deref(), Some("True"));
    assert!(recorder.calls().last().expect("calls").body.contains("NextToken=two"));
}

#[tokio::test]
async fn creation_and_update_say_what_each_may() {
    let recorder = Recorder::scripted([(DESCRIBE, vec![described("CREATE_COMPLETE", "AVAILABLE", "")])]);
    let cloud = recorder.cloud();
    let mut place = workplace();
    place.account.stack_role_arn = Some("arn:aws:iam::111122223333:role/stacks".into());
    cloud.change_set_prepare(&place, &request(true)).await.expect("computed");
    cloud.change_set_prepare(&place, &request(false)).await.expect("computed");
    let bodies: Vec<_> = recorder.calls().into_iter().filter(|call| call.api == CREATE).map(|call| call.body).collect();
    for (body, kind) in bodies.iter().zip(["CREATE", "UPDATE"]) {
        for part in [
            &format!("ChangeSetType={kind}"),
            "ClientToken=token-1",
            "CAPABILITY_NAMED_IAM",
            "Tags.member.1.Key=handrail%3Ateam",
            "RoleARN=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fstacks",
        ] {
            assert!(body.contains(part), "{part} in {body}");
        }
    }
    let on_failure: Vec<bool> = bodies.iter().map(|body| body.contains("OnStackFailure=ROLLBACK")).collect();
    assert_eq!(on_failure, [true, false], "AWS refuses it for updates");
}

#[tokio::test]
async fn the_one_of_an_earlier_attempt_is_found() {
    let taken = refuse(CREATE, 400, "AlreadyExistsException", "ChangeSet create-1 cannot be created due to existing");
    let recorder = Recorder::scripted([
        (CREATE, vec![taken]),
        (DESCRIBE, vec![described("CREATE_COMPLETE", "EXECUTE_COMPLETE", "")]),
    ]);
    assert_eq!(prepare(&recorder).await.expect("found").execution_status, "EXECUTE_COMPLETE");
}

#[tokio::test]
async fn a_template_that_aws_refuses_is_reported_as_aws_says_it() {
    let recorder = Recorder::scripted([
        (CREATE, vec![refuse(CREATE, 400, "ValidationError", "Template format error: no resources")]),
        (DESCRIBE, vec![refuse(DESCRIBE, 404, "ChangeSetNotFound", "ChangeSet [create-1] does not exist")]),
    ]);
    let problem = prepare(&recorder).await.expect_err("refused");
    assert_eq!((problem.kind, problem.operation.as_str()), (CloudProblemKind::Invalid, "CreateChangeSet"));
    assert_eq!(problem.message, "Template format error: no resources");
}

#[tokio::test]
async fn a_failed_one_is_returned_with_its_reason() {
    let reason = "<StatusReason>The submitted information didn&apos;t contain changes.</StatusReason>";
    let recorder = Recorder::scripted([(DESCRIBE, vec![described("FAILED", "UNAVAILABLE", reason)])]);
    let found = prepare(&recorder).await.expect("computed");
    assert_eq!(found.status, "FAILED");
    assert_eq!(found.reason.as_deref(), Some("The submitted information didn't contain changes."));
}

#[tokio::test]
async fn one_that_is_never_done_ends_the_patience() {
    let recorder = Recorder::scripted([(DESCRIBE, vec![described("CREATE_IN_PROGRESS", "UNAVAILABLE", "")])]);
    let settings = CloudSettings { patience: Duration::from_millis(30), ..quick() };
    let cloud = recorder.cloud_with(settings);
    let problem = cloud.change_set_prepare(&workplace(), &request(true)).await.expect_err("too long");
    assert_eq!(problem.kind, CloudProblemKind::Unreachable);
}

#[tokio::test]
async fn executing_twice_is_no_error() {
    let wrong = "ChangeSet cannot be executed in its current execution status of [EXECUTE_COMPLETE]";
    for execution in ["EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE", "EXECUTE_FAILED"] {
        let recorder = Recorder::scripted([
            (EXECUTE, vec![refuse(EXECUTE, 400, "InvalidChangeSetStatus", wrong)]),
            (DESCRIBE, vec![described("CREATE_COMPLETE", execution, "")]),
        ]);
        let cloud = recorder.cloud();
        cloud.change_set_execute(&place(), "handrail-1", "create-1", "token-1").await.expect(execution);
    }
}

#[tokio::test]
async fn one_that_was_never_executable_is_an_error() {
    let recorder = Recorder::scripted([
        (EXECUTE, vec![refuse(EXECUTE, 400, "InvalidChangeSetStatus", "execution status of [UNAVAILABLE]")]),
        (DESCRIBE, vec![described("FAILED", "UNAVAILABLE", "")]),
    ]);
    let cloud = recorder.cloud();
    let problem = cloud.change_set_execute(&place(), "handrail-1", "create-1", "token-1").await.expect_err("refused");
    assert_eq!((problem.kind, problem.operation.as_str()), (CloudProblemKind::Conflict, "ExecuteChangeSet"));
}

#[tokio::test]
async fn one_that_cloudformation_has_dropped_was_executed_if_the_events_carry_its_token() {
    let gone = |api| refuse(api, 404, "ChangeSetNotFound", "ChangeSet [create-1] does not exist");
    for (token, done) in [("token-1", true), ("token-2", false)] {
        let event = format!(
            "<StackEvents><member><EventId>e</EventId><Timestamp>2026-11-23T10:00:00Z</Timestamp>\
             <ClientRequestToken>{token}</ClientRequestToken></member></StackEvents>"
        );
        let recorder = Recorder::scripted([
            (EXECUTE, vec![gone(EXECUTE)]),
            (DESCRIBE, vec![gone(DESCRIBE)]),
            (EVENTS, vec![result("DescribeStackEvents", &event)]),
        ]);
        let cloud = recorder.cloud();
        let executed = cloud.change_set_execute(&place(), "handrail-1", "create-1", "token-1").await;
        assert_eq!(executed.is_ok(), done, "an event with {token}");
    }
}
