//! Whose credentials a call is made with, and what is said when there are none.

use crate::{
    place::{operation, place, quick, workplace},
    recorder::{Answer, Recorder, refuse, result},
};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future};
use cloud::AwsCloud;
use model::cause::CloudProblemKind;
use ports::{Cloud, Place};

const ROLE: &str = "arn:aws:iam::111122223333:role/handrail";

/// What the default chain says where no variable, profile or role is found.
#[derive(Debug)]
struct NoCredentials;

impl ProvideCredentials for NoCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::not_loaded(
            "no providers in chain provided credentials",
        )))
    }
}

fn role_keys(key: &str, expires: &str) -> Answer {
    let keys = format!(
        "<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
         <Expiration>{expires}</Expiration></Credentials>"
    );
    result("AssumeRole", &keys)
}

fn with_role(place: Place) -> Place {
    let mut place = place;
    place.account.role_arn = Some(ROLE.into());
    place.account.external_id = Some("team-7".into());
    place
}

#[tokio::test]
async fn missing_credentials_are_said_to_be_missing() {
    let recorder = Recorder::default();
    let config = recorder.config().to_builder().credentials_provider(SharedCredentialsProvider::new(NoCredentials));
    let cloud = AwsCloud::with_config(quick(), config.build());
    let problem = cloud.stack(&place(), "handrail-1").await.expect_err("nobody can sign");
    assert_eq!(problem.kind, CloudProblemKind::Credentials);
    assert_eq!((problem.service.as_str(), problem.operation.as_str()), ("cloudformation", "DescribeStacks"));
    assert!(problem.message.contains("no providers in chain provided credentials"), "{}", problem.message);
    assert_eq!(recorder.apis(), Vec::<String>::new(), "nothing was sent unsigned");
}

#[tokio::test]
async fn the_accounts_role_is_assumed_once_with_external_id_and_the_operations_name() {
    let recorder = Recorder::scripted([("sts:AssumeRole", vec![role_keys("ASIAROLE", "2099-01-01T00:00:00Z")])]);
    let cloud = recorder.cloud();
    let place = with_role(workplace());
    cloud.identity(&place).await.expect("AWS answers");
    cloud.stack(&place, "handrail-1").await.expect("AWS answers");

    let calls = recorder.calls();
    assert_eq!(recorder.apis(), ["sts:AssumeRole", "sts:GetCallerIdentity", "cloudformation:DescribeStacks"]);
    let assume = &calls[0];
    assert_eq!(assume.access_key, "AKIDTEST", "the role is assumed with the server's own credentials");
    for part in [
        format!("RoleSessionName=handrail-{}", operation()),
        "ExternalId=team-7".to_owned(),
        "RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fhandrail".to_owned(),
    ] {
        assert!(assume.body.contains(&part), "{part} in {}", assume.body);
    }
    assert!(calls[1..].iter().all(|call| call.access_key == "ASIAROLE"), "all else is done as the role");
    assert!(calls[1].uri.contains("eu-central-1"), "in the region of the place: {}", calls[1].uri);
}

#[tokio::test]
async fn viewers_come_as_the_console() {
    let recorder = Recorder::scripted([("sts:AssumeRole", vec![role_keys("ASIAROLE", "2099-01-01T00:00:00Z")])]);
    recorder.cloud().identity(&with_role(place())).await.expect("AWS answers");
    assert!(recorder.calls()[0].body.contains("RoleSessionName=handrail-console"));
}

#[tokio::test]
async fn expired_credentials_of_a_role_are_renewed() {
    let recorder = Recorder::scripted([(
        "sts:AssumeRole",
        vec![role_keys("ASIAOLD", "2020-01-01T00:00:00Z"), role_keys("ASIANEW", "2099-01-01T00:00:00Z")],
    )]);
    let cloud = recorder.cloud();
    for _ in 0..2 {
        cloud.identity(&with_role(place())).await.expect("AWS answers");
    }
    assert_eq!(recorder.calls().last().map(|call| call.access_key.clone()).as_deref(), Some("ASIANEW"));
}

#[tokio::test]
async fn a_role_that_may_not_be_assumed_is_the_problem_of_every_call() {
    let text = "User: arn:aws:iam::999988887777:user/server is not authorized to perform: sts:AssumeRole on resource: \
        arn:aws:iam::111122223333:role/handrail";
    let recorder = Recorder::scripted([("sts:AssumeRole", vec![refuse("sts:AssumeRole", 403, "AccessDenied", text)])]);
    let problem = recorder.cloud().stack(&with_role(place()), "handrail-1").await.expect_err("no role");
    assert_eq!(problem.kind, CloudProblemKind::Denied);
    assert_eq!((problem.service.as_str(), problem.operation.as_str()), ("sts", "AssumeRole"));
    assert_eq!(problem.action.as_deref(), Some("sts:AssumeRole"));
    assert_eq!(problem.resource.as_deref(), Some(ROLE));
    assert!(problem.request_id.is_some());
}

#[tokio::test]
async fn places_of_two_accounts_do_not_share_credentials() {
    let recorder = Recorder::scripted([(
        "sts:AssumeRole",
        vec![role_keys("ASIAONE", "2099-01-01T00:00:00Z"), role_keys("ASIATWO", "2099-01-01T00:00:00Z")],
    )]);
    let cloud = recorder.cloud();
    let one = with_role(place());
    let mut two = with_role(place());
    two.account.aws_account = "444455556666".into();
    two.account.role_arn = Some("arn:aws:iam::444455556666:role/handrail".into());
    for place in [&one, &two, &one] {
        cloud.identity(place).await.expect("AWS answers");
    }
    let identities = recorder.calls().into_iter().filter(|call| call.api == "sts:GetCallerIdentity");
    let keys: Vec<String> = identities.map(|call| call.access_key).collect();
    assert_eq!(keys, ["ASIAONE", "ASIATWO", "ASIAONE"]);
}
