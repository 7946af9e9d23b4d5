//! What AWS says when it refuses, in each protocol, becomes a typed problem.

use crate::{
    place::place,
    recorder::{REQUEST_ID, Recorder, refuse},
};
use cloud::AwsCloud;
use model::{
    Secret,
    cause::{CloudProblem, CloudProblemKind},
};
use ports::{Cloud, cloud::ChangeSetRequest};
use std::collections::BTreeMap;

const VPC_DENIED: &str = "User: arn:aws:sts::111122223333:assumed-role/handrail/handrail-console is not authorized to perform: \
    ecs:UpdateService on resource: arn:aws:ecs:eu-central-1:111122223333:service/blue/web because no identity-based policy allows the \
    ecs:UpdateService action";

async fn refused(api: &'static str, status: u16, code: &str, message: &str) -> CloudProblem {
    let recorder = Recorder::scripted([(api, vec![refuse(api, status, code, message)])]);
    let cloud = recorder.cloud();
    let problem = ask(&cloud, api).await.expect_err("AWS refused");
    assert!(recorder.apis().iter().any(|called| called == api), "{api} was asked");
    assert_eq!(format!("{}:{}", problem.service, problem.operation), api);
    assert_eq!(problem.request_id.as_deref(), Some(REQUEST_ID), "{api}: AWS's request id is kept");
    problem
}

async fn ask(cloud: &AwsCloud, api: &str) -> Result<(), CloudProblem> {
    let place = place();
    let nothing = BTreeMap::new();
    match api {
        "cloudformation:DescribeStacks" => cloud.stack(&place, "handrail-1").await.map(drop),
        "cloudformation:DescribeStackEvents" => cloud.stack_events(&place, "handrail-1", None).await.map(drop),
        "cloudformation:ListStackResources" => cloud.stack_resources(&place, "handrail-1").await.map(drop),
        "cloudformation:UpdateTerminationProtection" => cloud.stack_protect(&place, "handrail-1", false).await,
        "cloudformation:DeleteStack" => cloud.stack_delete(&place, "handrail-1", &[], "token").await,
        "cloudformation:CreateChangeSet" => cloud.change_set_prepare(&place, &change_set()).await.map(drop),
        "ecs:UpdateService" => cloud.service_scale(&place, "blue", "web", 2).await,
        "elasticfilesystem:DescribeMountTargets" => cloud.file_system_delete(&place, "fs-1").await,
        "logs:DescribeLogGroups" => {
            cloud.exists(&place, "arn:aws:logs:eu-central-1:111122223333:log-group:/a").await.map(drop)
        }
        "cloudwatch:DescribeAlarms" => {
            cloud.exists(&place, "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:a").await.map(drop)
        }
        "rds:DescribeDBInstances" => cloud.database(&place, "db").await.map(drop),
        "s3:ListObjectVersions" => cloud.bucket_delete(&place, "handrail-bucket").await,
        "s3:HeadBucket" => cloud.exists(&place, "arn:aws:s3:::handrail-bucket").await.map(drop),
        "secretsmanager:CreateSecret" => {
            cloud.secret_put(&place, "handrail/key", "", &Secret::new("sk-private"), &nothing).await.map(drop)
        }
        "sts:GetCallerIdentity" => cloud.identity(&place).await.map(drop),
        "tag:GetResources" => cloud.tagged(&place, "handrail:environment", "1").await.map(drop),
        other => panic!("no way to call {other}"),
    }
}

fn change_set() -> ChangeSetRequest {
    ChangeSetRequest {
        stack_name: "handrail-1".into(),
        change_set_name: "c".into(),
        create: true,
        template_body: "{}".into(),
        tags: BTreeMap::new(),
        token: "t".into(),
    }
}

#[tokio::test]
async fn each_protocol_gives_code_kind_and_message() {
    use CloudProblemKind::{Conflict, Credentials, Denied, Invalid, Quota, ServiceFailure, Throttled};
    let cases = [
        ("cloudformation:DescribeStacks", 400, "Throttling", "Rate exceeded", Throttled),
        ("cloudformation:CreateChangeSet", 400, "LimitExceededException", "Limit for stack has been exceeded", Quota),
        (
            "cloudformation:CreateChangeSet",
            400,
            "ValidationError",
            "Template format error: unsupported structure.",
            Invalid,
        ),
        (
            "cloudformation:CreateChangeSet",
            400,
            "ValidationError",
            "Template error: resource Web does not exist in the template",
            Invalid,
        ),
        (
            "cloudformation:DeleteStack",
            400,
            "ValidationError",
            "Stack [handrail-1] cannot be deleted while TerminationProtection is enabled",
            Conflict,
        ),
        ("ecs:UpdateService", 400, "ThrottlingException", "Rate exceeded", Throttled),
        ("ecs:UpdateService", 400, "ServiceNotActiveException", "Service was not ACTIVE.", Conflict),
        ("ecs:UpdateService", 400, "InvalidParameterException", "desiredCount is too large", Invalid),
        ("ecs:UpdateService", 400, "AccessDeniedException", VPC_DENIED, Denied),
        ("elasticfilesystem:DescribeMountTargets", 500, "InternalServerError", "Try again", ServiceFailure),
        ("elasticfilesystem:DescribeMountTargets", 400, "BadRequest", "Malformed id", Invalid),
        ("logs:DescribeLogGroups", 400, "UnrecognizedClientException", "The security token is invalid.", Credentials),
        ("cloudwatch:DescribeAlarms", 400, "InvalidNextToken", "The token is wrong", Invalid),
        ("rds:DescribeDBInstances", 403, "InvalidClientTokenId", "The security token is invalid.", Credentials),
        ("rds:DescribeDBInstances", 400, "RequestExpired", "Request has expired.", Credentials),
        ("s3:ListObjectVersions", 503, "SlowDown", "Please reduce your request rate.", Throttled),
        ("s3:ListObjectVersions", 403, "AccessDenied", "Access Denied", Denied),
        (
            "s3:ListObjectVersions",
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id does not exist in our records.",
            Credentials,
        ),
        ("secretsmanager:CreateSecret", 400, "LimitExceededException", "You have too many secrets.", Quota),
        (
            "sts:GetCallerIdentity",
            403,
            "ExpiredToken",
            "The security token included in the request is expired",
            Credentials,
        ),
        ("tag:GetResources", 400, "ThrottledException", "Slow down", Throttled),
        ("tag:GetResources", 503, "ServiceUnavailable", "Service unavailable", ServiceFailure),
    ];
    for (api, status, code, message, kind) in cases {
        let problem = refused(api, status, code, message).await;
        assert_eq!((problem.kind, problem.code.as_deref()), (kind, Some(code)), "{api} {code}");
        assert_eq!(problem.message, message, "{api} {code}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_no_error_where_the_port_says_so() {
    let cases = [
        ("cloudformation:DescribeStacks", 400, "ValidationError", "Stack with id handrail-1 does not exist"),
        ("cloudformation:DeleteStack", 400, "ValidationError", "Stack [handrail-1] does not exist"),
        ("cloudformation:DescribeStackEvents", 400, "ValidationError", "Stack [handrail-1] does not exist"),
        ("cloudformation:ListStackResources", 400, "ValidationError", "Stack with id handrail-1 does not exist"),
        ("elasticfilesystem:DescribeMountTargets", 404, "FileSystemNotFound", "File system 'fs-1' does not exist."),
        ("rds:DescribeDBInstances", 404, "DBInstanceNotFound", "DBInstance db not found."),
        ("s3:ListObjectVersions", 404, "NoSuchBucket", "The specified bucket does not exist"),
        ("s3:HeadBucket", 404, "", ""),
    ];
    for (api, status, code, message) in cases {
        let recorder = Recorder::scripted([(api, vec![refuse(api, status, code, message)])]);
        let cloud = recorder.cloud();
        ask(&cloud, api).await.unwrap_or_else(|problem| panic!("{api}: {problem}"));
        assert!(recorder.apis().contains(&api.to_owned()), "{api} was asked");
    }
}

#[tokio::test]
async fn what_is_not_there_is_an_error_where_something_should_change() {
    let api = "cloudformation:UpdateTerminationProtection";
    let problem = refused(api, 400, "ValidationError", "Stack [handrail-1] does not exist").await;
    assert_eq!(problem.kind, CloudProblemKind::NotFound);
}

#[tokio::test]
async fn a_denial_names_action_and_resource() {
    let problem = refused("ecs:UpdateService", 400, "AccessDeniedException", VPC_DENIED).await;
    assert_eq!(problem.action.as_deref(), Some("ecs:UpdateService"));
    assert_eq!(problem.resource.as_deref(), Some("arn:aws:ecs:eu-central-1:111122223333:service/blue/web"));

    let quoted = "User: arn:aws:iam::111122223333:user/x is not authorized to perform: s3:ListBucketVersions on resource: \
        &quot;arn:aws:s3:::handrail-bucket&quot; with an explicit deny in a service control policy";
    let problem = refused("s3:ListObjectVersions", 403, "AccessDenied", quoted).await;
    assert_eq!(problem.action.as_deref(), Some("s3:ListBucketVersions"));
    assert_eq!(problem.resource.as_deref(), Some("arn:aws:s3:::handrail-bucket"));

    let other = "User: arn:aws:iam::111122223333:user/x is not authorized to perform: iam:PassRole on resource: \
        arn:aws:iam::111122223333:role/stacks because no identity-based policy allows the iam:PassRole action";
    let problem = refused("cloudformation:CreateChangeSet", 403, "AccessDenied", other).await;
    assert_eq!(problem.action.as_deref(), Some("iam:PassRole"), "the denied action is not always that of the call");
}

#[tokio::test]
async fn a_denial_without_names_gets_the_action_of_the_call() {
    let problem = refused("s3:ListObjectVersions", 403, "AccessDenied", "Access Denied").await;
    assert_eq!(
        problem.action.as_deref(),
        Some("s3:ListBucketVersions"),
        "the operation has another name than the action"
    );

    let api = "s3:HeadBucket";
    let recorder = Recorder::scripted([(api, vec![refuse(api, 403, "", "")])]);
    let problem = ask(&recorder.cloud(), api).await.expect_err("forbidden");
    assert_eq!((problem.kind, problem.action.as_deref()), (CloudProblemKind::Denied, Some("s3:ListBucket")));
}

#[tokio::test]
async fn every_method_reports_the_call_that_was_refused() {
    for (method, problem, api) in crate::permissions::refusals().await {
        assert_eq!(format!("{}:{}", problem.service, problem.operation), api, "{method}");
        assert_eq!(problem.kind, CloudProblemKind::Denied, "{method}");
        assert!(problem.action.is_some(), "{method}");
    }
}

#[tokio::test]
async fn encoded_details_and_quoted_requests_are_left_out() {
    let encoded = "You are not authorized to perform this operation. User: arn:aws:iam::111122223333:user/x is not authorized to perform: \
        ec2:DeleteNetworkInterface on resource: arn:aws:ec2:eu-central-1:111122223333:network-interface/eni-1 because no identity-based \
        policy allows the ec2:DeleteNetworkInterface action. Encoded authorization failure message: 4pHk8xQzR7aB-QWERTY";
    let problem = refused("elasticfilesystem:DescribeMountTargets", 403, "UnauthorizedOperation", encoded).await;
    assert_eq!(problem.action.as_deref(), Some("ec2:DeleteNetworkInterface"));
    assert!(!problem.message.contains("4pHk8xQzR7aB"), "{}", problem.message);
    assert!(problem.message.contains("not authorized"), "{}", problem.message);

    let signed = "The request signature we calculated does not match the signature you provided. The Canonical String for this request \
        should have been 'POST / x-amz-security-token:FwoGZXIvYXdzEXAMPLETOKEN'";
    let problem = refused("sts:GetCallerIdentity", 403, "SignatureDoesNotMatch", signed).await;
    assert_eq!(problem.kind, CloudProblemKind::Credentials);
    assert!(!problem.message.contains("FwoGZXIvYXdzEXAMPLETOKEN"), "{}", problem.message);
}

#[tokio::test]
async fn a_page_of_a_proxy_is_a_failure_of_the_service_and_is_not_shown() {
    let recorder =
        Recorder::scripted([("ecs:UpdateService", vec![crate::recorder::ok("<html>Proxy: session 1234</html>")])]);
    let problem = ask(&recorder.cloud(), "ecs:UpdateService").await.expect_err("this is not JSON");
    assert_eq!(problem.kind, CloudProblemKind::ServiceFailure);
    assert!(problem.message.contains("HTTP 200"), "{}", problem.message);
    assert!(!problem.message.contains("session 1234"), "{}", problem.message);
}
