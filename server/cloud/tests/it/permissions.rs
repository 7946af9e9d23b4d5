//! The table of permissions names exactly what the code calls, and the page in docs/ is written from it.

use crate::{
    place::{place, workplace},
    recorder::{Answer, Recorder, ok, refuse, result},
};
use chrono::{DateTime, TimeDelta};
use cloud::{
    AwsCloud,
    permission::{self, ANY_METHOD, PERMISSIONS},
};
use model::{Secret, cause::CloudProblem, log::LogMatching};
use ports::{
    Cloud, Place,
    cloud::{ChangeSetRequest, LogRequest, MetricQuery},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
};

/// AWS refuses managed policies with more characters than this, white space not counted (IAM quotas).
const POLICY_LIMIT: usize = 6_144;

const METHODS: [&str; 33] = [
    "identity",
    "change_set_prepare",
    "change_set_execute",
    "update_cancel",
    "rollback_continue",
    "stack",
    "stacks",
    "stack_drift",
    "stack_events",
    "stack_resources",
    "stack_protect",
    "stack_policy_set",
    "stack_delete",
    "service",
    "clusters",
    "service_scale",
    "targets",
    "database",
    "log_events",
    "metrics",
    "databases",
    "secret_put",
    "secret_delete",
    "image_repository",
    "image_login",
    "image_scan",
    "tagged",
    "exists",
    "bucket_delete",
    "file_system_delete",
    "database_snapshots",
    "database_snapshot_delete",
    ANY_METHOD,
];

const SNAPSHOT: &str = "arn:aws:rds:eu-central-1:111122223333:snapshot:handrail-last";

/// One ARN of each kind that `exists` knows.
const ARNS: [&str; 17] = [
    "arn:aws:cloudformation:eu-central-1:111122223333:stack/handrail-1/0199a1b2",
    "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:handrail-1-errors",
    "arn:aws:ecs:eu-central-1:111122223333:cluster/blue",
    "arn:aws:ecs:eu-central-1:111122223333:service/blue/web",
    "arn:aws:ecs:eu-central-1:111122223333:task/blue/0123456789abcdef",
    "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:3",
    "arn:aws:elasticfilesystem:eu-central-1:111122223333:access-point/fsap-1",
    "arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-1",
    "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/web/1",
    "arn:aws:elasticloadbalancing:eu-central-1:111122223333:listener/app/web/1/2",
    "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/1",
    "arn:aws:logs:eu-central-1:111122223333:log-group:/handrail/web:*",
    "arn:aws:rds:eu-central-1:111122223333:db:blue",
    "arn:aws:rds:eu-central-1:111122223333:subgrp:blue",
    SNAPSHOT,
    "arn:aws:s3:::handrail-bucket",
    "arn:aws:secretsmanager:eu-central-1:111122223333:secret:handrail/key-AbCdEf",
];

/// Calls a method once.
async fn call(cloud: &AwsCloud, place: &Place, method: &str) -> Result<(), CloudProblem> {
    let (stack, tags) = ("handrail-1", BTreeMap::new());
    match method {
        "identity" | ANY_METHOD => cloud.identity(place).await.map(drop),
        "change_set_prepare" => {
            let request = ChangeSetRequest {
                stack_name: stack.into(),
                change_set_name: "create".into(),
                create: true,
                template_body: "{}".into(),
                tags,
                token: "token".into(),
            };
            cloud.change_set_prepare(place, &request).await.map(drop)
        }
        "change_set_execute" => cloud.change_set_execute(place, stack, "create", "token").await,
        "update_cancel" => cloud.update_cancel(place, stack, "token").await,
        "rollback_continue" => cloud.rollback_continue(place, stack, "token").await,
        "stack" => cloud.stack(place, stack).await.map(drop),
        "stacks" => cloud.stacks(place).await.map(drop),
        "stack_drift" => cloud.stack_drift(place, stack).await.map(drop),
        "stack_events" => cloud.stack_events(place, stack, None).await.map(drop),
        "stack_resources" => cloud.stack_resources(place, stack).await.map(drop),
        "stack_protect" => cloud.stack_protect(place, stack, true).await,
        "stack_policy_set" => cloud.stack_policy_set(place, stack, "{}").await,
        "stack_delete" => cloud.stack_delete(place, stack, &[], "token").await,
        "service" => cloud.service(place, "blue", "web").await.map(drop),
        "clusters" => cloud.clusters(place, &["blue".to_owned()]).await.map(drop),
        "service_scale" => cloud.service_scale(place, "blue", "web", 2).await,
        "targets" => cloud.targets(place, ARNS[10]).await.map(drop),
        "database" => cloud.database(place, "blue").await.map(drop),
        "log_events" => cloud.log_events(place, &log_request()).await.map(drop),
        "metrics" => {
            let query = MetricQuery {
                namespace: "AWS/ECS",
                name: "CPUUtilization",
                statistic: "Average",
                dimensions: vec![("ClusterName", "blue".into())],
                period: 60,
            };
            let (from, to) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + TimeDelta::hours(1));
            cloud.metrics(place, &[query], from, to).await.map(drop)
        }
        "databases" => cloud.databases(place).await.map(drop),
        "secret_put" => cloud.secret_put(place, "handrail/key", "", &Secret::new("value"), &tags).await.map(drop),
        "secret_delete" => cloud.secret_delete(place, ARNS[16]).await,
        "image_repository" => cloud.image_repository(place, "handrail/canvas", &tags).await.map(drop),
        "image_login" => cloud.image_login(place).await.map(drop),
        "image_scan" => cloud.image_scan(place, "handrail/canvas", "sha256:00").await.map(drop),
        "tagged" => cloud.tagged(place, "handrail:environment", "1").await.map(drop),
        "exists" => {
            for arn in ARNS {
                assert!(cloud.exists(place, arn).await?.is_some(), "Handrail can tell whether {arn} is there");
            }
            Ok(())
        }
        "bucket_delete" => cloud.bucket_delete(place, "handrail-bucket").await,
        "file_system_delete" => cloud.file_system_delete(place, "fs-1").await,
        "database_snapshots" => cloud.database_snapshots(place, "blue").await.map(drop),
        "database_snapshot_delete" => cloud.database_snapshot_delete(place, SNAPSHOT).await,
        other => panic!("no method {other}"),
    }
}

fn log_request() -> LogRequest {
    LogRequest {
        group: "/handrail/web".into(),
        matching: LogMatching::All,
        stream: None,
        from: DateTime::UNIX_EPOCH,
        to: None,
        limit: 1,
        token: None,
    }
}

/// Of every method, where AWS refuses everything: its problem, and the last call that it made.
pub async fn refusals() -> Vec<(&'static str, CloudProblem, String)> {
    let mut refusals = Vec::new();
    for method in METHODS {
        let recorder = Recorder::refusing(403, "AccessDenied", "Access Denied");
        let problem = call(&recorder.cloud(), &workplace(), method).await.expect_err("AWS refuses everything");
        refusals.push((method, problem, recorder.apis().pop().expect("AWS was asked")));
    }
    refusals
}

/// Answers that lead a method through all its calls.
fn longest_way() -> Vec<(&'static str, Vec<Answer>)> {
    let say = |api: &'static str, code: &str, text: &str| (api, refuse(api, 400, code, text));
    let deleting = "You can&apos;t perform this operation: the secret is scheduled for deletion.";
    vec![
        ("sts:AssumeRole", vec![role_keys()]),
        (
            "cloudformation:DescribeChangeSet",
            vec![result(
                "DescribeChangeSet",
                "<Status>CREATE_COMPLETE</Status><ExecutionStatus>AVAILABLE</ExecutionStatus>",
            )],
        ),
        (
            "cloudformation:DescribeStackDriftDetectionStatus",
            vec![result("DescribeStackDriftDetectionStatus", "<DetectionStatus>DETECTION_COMPLETE</DetectionStatus>")],
        ),
        ("ecs:DescribeServices", vec![ok(r#"{"services":[{"status":"ACTIVE","serviceName":"web"}]}"#)]),
        ("ecs:ListTasks", vec![ok(r#"{"taskArns":["arn:aws:ecs:eu-central-1:111122223333:task/blue/1"]}"#)]),
        (
            "secretsmanager:CreateSecret",
            vec![say("secretsmanager:CreateSecret", "ResourceExistsException", "It exists.").1],
        ),
        (
            "secretsmanager:PutSecretValue",
            vec![
                say("secretsmanager:PutSecretValue", "InvalidRequestException", deleting).1,
                ok(r#"{"ARN":"arn:aws:secretsmanager:eu-central-1:111122223333:secret:handrail/key-AbCdEf"}"#),
            ],
        ),
        (
            "secretsmanager:DeleteSecret",
            vec![say("secretsmanager:DeleteSecret", "InvalidRequestException", deleting).1, ok("{}")],
        ),
        (
            "s3:ListObjectVersions",
            vec![
                ok("<ListVersionsResult><Version><Key>a</Key><VersionId>1</VersionId></Version></ListVersionsResult>"),
                ok("<ListVersionsResult/>"),
            ],
        ),
        (
            "elasticfilesystem:DescribeMountTargets",
            vec![
                ok(
                    r#"{"MountTargets":[{"MountTargetId":"fsmt-1","FileSystemId":"fs-1","SubnetId":"s","LifeCycleState":"available"}]}"#,
                ),
                ok(r#"{"MountTargets":[]}"#),
            ],
        ),
        ("elasticfilesystem:DescribeAccessPoints", vec![ok(r#"{"AccessPoints":[{"AccessPointId":"fsap-1"}]}"#)]),
        (
            "elasticfilesystem:DeleteFileSystem",
            vec![say("elasticfilesystem:DeleteFileSystem", "FileSystemInUse", "It is in use.").1],
        ),
        ("ecr:CreateRepository", vec![say("ecr:CreateRepository", "RepositoryAlreadyExistsException", "It exists.").1]),
        (
            "ecr:DescribeRepositories",
            vec![ok(
                r#"{"repositories":[{"repositoryUri":"111122223333.dkr.ecr.eu-central-1.amazonaws.com/handrail/canvas"}]}"#,
            )],
        ),
        ("ecr:GetAuthorizationToken", vec![ok(r#"{"authorizationData":[{"authorizationToken":"QVdTOnByaXZhdGU="}]}"#)]),
        ("rds:DeleteDBSnapshot", vec![say("rds:DeleteDBSnapshot", "InvalidDBSnapshotState", "It is being deleted.").1]),
    ]
}

fn role_keys() -> Answer {
    result(
        "AssumeRole",
        "<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
         <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>",
    )
}

async fn apis_of(method: &str) -> BTreeSet<String> {
    let mut script = longest_way();
    let mut place = workplace();
    match method {
        ANY_METHOD => place.account.role_arn = Some("arn:aws:iam::111122223333:role/handrail".into()),
        "change_set_execute" => {
            for api in ["cloudformation:ExecuteChangeSet", "cloudformation:DescribeChangeSet"] {
                script.retain(|(scripted, _)| *scripted != api);
                script.push((api, vec![refuse(api, 404, "ChangeSetNotFound", "ChangeSet [create] does not exist")]));
            }
            let event = "<StackEvents><member><EventId>1</EventId><Timestamp>2026-11-23T10:00:00Z</Timestamp>\
                <ClientRequestToken>token</ClientRequestToken></member></StackEvents>";
            script.push(("cloudformation:DescribeStackEvents", vec![result("DescribeStackEvents", event)]));
        }
        "update_cancel" | "rollback_continue" => {
            for api in ["cloudformation:CancelUpdateStack", "cloudformation:ContinueUpdateRollback"] {
                script.push((api, vec![refuse(api, 400, "ValidationError", "It is in another status")]));
            }
            let stack = "<Stacks><member><StackName>handrail-1</StackName><StackStatus>UPDATE_COMPLETE</StackStatus></member></Stacks>";
            script.push(("cloudformation:DescribeStacks", vec![result("DescribeStacks", stack)]));
        }
        _ => {}
    }
    let recorder = Recorder::scripted(script);
    call(&recorder.cloud(), &place, method).await.unwrap_or_else(|problem| panic!("{method}: {problem}"));
    recorder.apis().into_iter().collect()
}

#[tokio::test]
async fn the_table_names_exactly_the_calls_of_each_method() {
    for method in METHODS {
        let mut called = apis_of(method).await;
        if method == ANY_METHOD {
            called.remove("sts:GetCallerIdentity");
        }
        let rows = PERMISSIONS.iter().filter(|permission| permission.method == method);
        let listed: BTreeSet<String> = rows.map(|permission| permission.api.to_owned()).collect();
        assert_eq!(called, listed, "{method}: what it calls, and what the table says");
    }
    let unknown = PERMISSIONS.iter().find(|permission| !METHODS.contains(&permission.method));
    assert_eq!(unknown, None, "the table has no other methods");
}

fn policies() -> impl Iterator<Item = permission::Policy> {
    permission::stack_role_policies().into_iter().chain([permission::console_policy(), permission::drift_policy()])
}

#[test]
fn comparing_with_the_template_needs_reads_only_and_no_secrets() {
    let policy = permission::drift_policy();
    let actions: Vec<&str> = policy.statement.iter().flat_map(|statement| statement.action.iter().copied()).collect();
    assert!(actions.contains(&"ec2:DescribeVpcs") && actions.contains(&"iam:GetRole"), "{actions:?}");
    for action in actions {
        let verb = action.split_once(':').expect("service:Action").1;
        assert!(["Describe", "Get", "List"].iter().any(|read| verb.starts_with(read)), "{action}");
        assert_ne!(verb, "GetSecretValue", "the console's role cannot read secrets");
    }
}

#[test]
fn the_policies_fit_into_managed_policies() {
    for policy in policies() {
        let text = serde_json::to_string(&policy).expect("a policy is JSON");
        assert!(text.len() <= POLICY_LIMIT, "{} characters: {text}", text.len());
    }
}

#[test]
fn the_statements_of_a_policy_have_ids_of_their_own() {
    for policy in policies() {
        let sids: BTreeSet<&str> = policy.statement.iter().map(|statement| statement.sid).collect();
        assert_eq!(sids.len(), policy.statement.len(), "{sids:?}");
    }
}

/// `HANDRAIL_BLESS=1` writes the page anew.
#[test]
fn the_permissions_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/aws-permissions.md");
    let page = permission::document();
    if env::var_os("HANDRAIL_BLESS").is_some() {
        fs::write(&path, &page).expect("docs/ can be written");
    }
    let written = fs::read_to_string(&path).expect("docs/aws-permissions.md is there");
    assert!(written == page, "docs/aws-permissions.md is out of date: run this test with HANDRAIL_BLESS=1");
}

#[tokio::test]
async fn viewers_need_no_other_calls_than_workers() {
    let (viewer, worker) = (Recorder::scripted(longest_way()), Recorder::scripted(longest_way()));
    call(&viewer.cloud(), &place(), "service").await.expect("the service is there");
    call(&worker.cloud(), &workplace(), "service").await.expect("the service is there");
    let sorted = |recorder: Recorder| recorder.apis().into_iter().collect::<BTreeSet<_>>();
    assert_eq!(sorted(viewer), sorted(worker));
}

#[test]
fn the_policies_to_copy_fit_into_what_iam_accepts() {
    let policies = permission::role_policies();
    for text in [&policies.console, &policies.drift].into_iter().chain(&policies.stack) {
        let length = text.chars().filter(|c| !c.is_whitespace()).count();
        assert!(length <= POLICY_LIMIT, "{length} characters");
    }
    assert!(policies.console.contains("cloudformation:CreateChangeSet") && policies.stack.len() == 2);
}
