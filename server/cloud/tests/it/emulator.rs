//! Whole life cycles against an AWS emulator. Each test is an account of its own there: the emulator takes a 12-digit access key as one.
//!
//! They run where `HANDRAIL_TEST_AWS_ENDPOINT` names an emulator; without it they say that they were left out, and fail if
//! `HANDRAIL_TEST_REQUIRE=1` asks for them.

use crate::place::{REGION, operation, quick, workplace};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use cloud::{AwsCloud, CloudSettings};
use model::{Secret, cause::CloudProblemKind};
use ports::{
    Cloud, Place,
    cloud::{ChangeSetRequest, Stack},
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    env,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

const ENVIRONMENT: &str = "handrail:environment";
/// The sandbox stages what it makes over some seconds, so that progress can be watched.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// An emulated account.
pub struct Sandbox {
    pub cloud: AwsCloud,
    pub config: SdkConfig,
    pub place: Place,
}

impl Sandbox {
    /// `None`, said aloud, where there is no emulator.
    pub async fn open(number: u32) -> Option<Self> {
        let Ok(endpoint) = env::var("HANDRAIL_TEST_AWS_ENDPOINT") else {
            assert_ne!(
                env::var("HANDRAIL_TEST_REQUIRE").as_deref(),
                Ok("1"),
                "HANDRAIL_TEST_REQUIRE=1, but HANDRAIL_TEST_AWS_ENDPOINT names no emulator"
            );
            eprintln!("left out: no emulator (HANDRAIL_TEST_AWS_ENDPOINT is not set)");
            return None;
        };
        // Nobody has used it before, so that a run does not meet what an earlier one left.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
        let account = format!("{number}{:09}", now % 1_000_000_000);
        let keys = Credentials::new(&account, "not-a-secret", None, None, "test");
        let config = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(Region::new(REGION))
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .load()
            .await;
        let mut place = workplace();
        place.account.aws_account = account;
        let settings = CloudSettings { poll: Duration::from_millis(50), ..quick() };
        Some(Self { cloud: AwsCloud::with_config(settings, config.clone()), config, place })
    }

    fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.config).force_path_style(true).build();
        aws_sdk_s3::Client::from_conf(config)
    }

    /// A bucket name of this account; they are global.
    fn bucket(&self) -> String {
        format!("handrail-{}", self.place.account.aws_account)
    }

    /// Waits until the stack has one of these statuses.
    async fn stack_in(&self, name_or_id: &str, wanted: &[&str]) -> Stack {
        let deadline = tokio::time::Instant::now() + LONGEST_WAIT;
        loop {
            let stack = self.cloud.stack(&self.place, name_or_id).await.expect("the emulator answers");
            let status = stack.as_ref().map(|stack| stack.status.clone());
            if let Some(stack) = stack.filter(|stack| wanted.contains(&stack.status.as_str())) {
                return stack;
            }
            assert!(tokio::time::Instant::now() < deadline, "{name_or_id} is {status:?}, not one of {wanted:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn request(template: &serde_json::Value, name: &str, create: bool) -> ChangeSetRequest {
    ChangeSetRequest {
        stack_name: "handrail-small".into(),
        change_set_name: name.into(),
        create,
        template_body: template.to_string(),
        tags: BTreeMap::from([(ENVIRONMENT.to_owned(), "small".to_owned())]),
        token: format!("{name}-token"),
    }
}

/// A bucket, a log group and a secret.
fn small_template(bucket: &str, retention_days: u32) -> serde_json::Value {
    json!({
        "Resources": {
            "Bucket": { "Type": "AWS::S3::Bucket", "Properties": { "BucketName": bucket } },
            "Logs": {
                "Type": "AWS::Logs::LogGroup",
                "Properties": { "LogGroupName": format!("/handrail/{bucket}"), "RetentionInDays": retention_days },
            },
            "Key": {
                "Type": "AWS::SecretsManager::Secret",
                "Properties": { "Name": format!("handrail/{bucket}"), "GenerateSecretString": {} },
            },
        },
        "Outputs": {
            "Bucket": { "Value": { "Ref": "Bucket" } },
            "BucketArn": { "Value": { "Fn::GetAtt": ["Bucket", "Arn"] } },
        },
    })
}

#[tokio::test]
async fn the_key_is_the_account() {
    let Some(sandbox) = Sandbox::open(110).await else { return };
    let identity = sandbox.cloud.identity(&sandbox.place).await.expect("an identity");
    assert_eq!(identity.account, sandbox.place.account.aws_account);
    assert!(identity.arn.contains(&identity.account), "{}", identity.arn);
}

#[tokio::test]
async fn an_accounts_role_is_assumed() {
    let Some(sandbox) = Sandbox::open(111).await else { return };
    let mut place = sandbox.place.clone();
    place.account.role_arn = Some(format!("arn:aws:iam::{}:role/handrail-console", place.account.aws_account));
    place.account.external_id = Some("team-7".into());
    let identity = sandbox.cloud.identity(&place).await.expect("an identity");
    assert_eq!(identity.account, place.account.aws_account);
    let session = format!("assumed-role/handrail-console/handrail-{}", operation());
    assert!(identity.arn.ends_with(&session), "{}", identity.arn);
}

#[tokio::test]
async fn a_stack_lives_from_change_set_to_deletion() {
    let Some(sandbox) = Sandbox::open(101).await else { return };
    let (cloud, place, bucket) = (&sandbox.cloud, &sandbox.place, sandbox.bucket());
    let bucket_arn = format!("arn:aws:s3:::{bucket}");
    assert_eq!(cloud.stack(place, "handrail-small").await.expect("the emulator answers"), None);

    // Made once, however often it is asked for.
    let create = request(&small_template(&bucket, 7), "create", true);
    let first = cloud.change_set_prepare(place, &create).await.expect("computed");
    let again = cloud.change_set_prepare(place, &create).await.expect("found");
    assert_eq!(first.id, again.id);
    assert_eq!((first.status.as_str(), first.execution_status.as_str()), ("CREATE_COMPLETE", "AVAILABLE"));
    let mut adds: Vec<_> =
        first.changes.iter().map(|change| (change.action.as_str(), change.logical_id.as_str())).collect();
    adds.sort_unstable();
    assert_eq!(adds, [("Add", "Bucket"), ("Add", "Key"), ("Add", "Logs")]);

    // Executed once, however often it is asked for.
    cloud.change_set_execute(place, "handrail-small", "create", "run-token").await.expect("executed");
    let stack = sandbox.stack_in("handrail-small", &["CREATE_COMPLETE"]).await;
    cloud.change_set_execute(place, "handrail-small", "create", "run-token").await.expect("executed before");
    assert_eq!(stack.outputs.get("BucketArn").map(String::as_str), Some(bucket_arn.as_str()));

    let events = cloud.stack_events(place, &stack.id, None).await.expect("events");
    assert!(events.windows(2).all(|pair| pair[0].at <= pair[1].at), "oldest first");
    for logical_id in ["Bucket", "Logs", "Key", "handrail-small"] {
        let done = events.iter().find(|event| event.logical_id == logical_id && event.status == "CREATE_COMPLETE");
        let done = done.unwrap_or_else(|| panic!("{logical_id} was completed"));
        assert_eq!(done.token.as_deref(), Some("run-token"), "{logical_id}: the events carry our token");
    }
    let middle = &events[events.len() / 2].id;
    let rest = cloud.stack_events(place, &stack.id, Some(middle)).await.expect("events");
    assert_eq!(rest, events[events.len() / 2 + 1..]);

    let resources = cloud.stack_resources(place, &stack.id).await.expect("resources");
    let listed = resources.iter().find(|resource| resource.logical_id == "Bucket").expect("the bucket is listed");
    assert_eq!(listed.physical_id.as_ref(), Some(&bucket));

    // A change touches what it says and no more.
    let update = request(&small_template(&bucket, 30), "update", false);
    let change = cloud.change_set_prepare(place, &update).await.expect("computed");
    let changed: Vec<_> =
        change.changes.iter().map(|change| (change.action.as_str(), change.logical_id.as_str())).collect();
    assert_eq!(changed, [("Modify", "Logs")]);
    cloud.change_set_execute(place, "handrail-small", "update", "update-token").await.expect("executed");
    sandbox.stack_in("handrail-small", &["UPDATE_COMPLETE"]).await;
    let events = cloud.stack_events(place, &stack.id, None).await.expect("events");
    let mut touched: Vec<_> = events
        .iter()
        .filter(|event| event.token.as_deref() == Some("update-token"))
        .map(|event| (event.logical_id.as_str(), event.status.as_str()))
        .collect();
    touched.sort_unstable();
    touched.dedup();
    for event in [("Logs", "UPDATE_COMPLETE"), ("handrail-small", "UPDATE_COMPLETE")] {
        assert!(touched.contains(&event), "{event:?} with the token of its execution: {touched:?}");
    }
    assert!(!touched.iter().any(|(id, _)| *id == "Bucket"), "{touched:?}");

    // What would change nothing is said to do so; undoing what has ended comes too late, which is no error.
    let same = cloud.change_set_prepare(place, &request(&small_template(&bucket, 30), "same", false)).await;
    let same = same.expect("computed");
    assert_eq!((same.status.as_str(), same.changes.len()), ("FAILED", 0));
    assert!(same.reason.is_some_and(|reason| reason.contains("didn't contain changes")));
    cloud.update_cancel(place, "handrail-small", "cancel-token").await.expect("too late");
    cloud.rollback_continue(place, "handrail-small", "continue-token").await.expect("not stuck");

    let policy =
        json!({ "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*" }] });
    cloud.stack_policy_set(place, "handrail-small", &policy.to_string()).await.expect("set");
    for on in [true, true] {
        cloud.stack_protect(place, "handrail-small", on).await.expect("protected");
    }
    assert!(sandbox.stack_in("handrail-small", &["UPDATE_COMPLETE"]).await.termination_protection);
    let problem = cloud.stack_delete(place, &stack.id, &[], "delete-token").await.expect_err("protected");
    assert_eq!(problem.kind, CloudProblemKind::Conflict, "{problem}");
    cloud.stack_protect(place, "handrail-small", false).await.expect("not protected");

    for _ in 0..2 {
        cloud.stack_delete(place, &stack.id, &[], "delete-token").await.expect("deleted");
    }
    sandbox.stack_in(&stack.id, &["DELETE_COMPLETE"]).await;
    assert_eq!(cloud.stack(place, "handrail-small").await.expect("the emulator answers"), None, "by name it is gone");
    cloud.stack_delete(place, &stack.id, &[], "delete-token").await.expect("deleted before");
    for arn in [&stack.id, &bucket_arn] {
        assert_eq!(cloud.exists(place, arn).await.expect("the emulator answers"), Some(false), "{arn}");
    }
}

#[tokio::test]
async fn a_change_behind_cloudformations_back_is_drift() {
    let Some(sandbox) = Sandbox::open(112).await else { return };
    let (cloud, place, bucket) = (&sandbox.cloud, &sandbox.place, sandbox.bucket());
    let create = request(&small_template(&bucket, 7), "create", true);
    cloud.change_set_prepare(place, &create).await.expect("computed");
    cloud.change_set_execute(place, "handrail-small", "create", "run-token").await.expect("executed");
    sandbox.stack_in("handrail-small", &["CREATE_COMPLETE"]).await;
    let listed = cloud.stacks(place).await.expect("the emulator answers");
    assert_eq!(listed.iter().map(|stack| stack.name.as_str()).collect::<Vec<_>>(), ["handrail-small"]);
    let drift = cloud.stack_drift(place, "handrail-small").await.expect("compared");
    assert!(drift.compared >= 2 && drift.resources.is_empty(), "{} compared", drift.compared);

    let logs = aws_sdk_cloudwatchlogs::Client::new(&sandbox.config);
    let group = format!("/handrail/{bucket}");
    logs.put_retention_policy().log_group_name(&group).retention_in_days(30).send().await.expect("changed");
    let drift = cloud.stack_drift(place, "handrail-small").await.expect("compared");
    let [changed] = &drift.resources[..] else { panic!("{} differ", drift.resources.len()) };
    assert_eq!((changed.logical_id.as_str(), changed.deleted), ("Logs", false));
    let one = &changed.differences[0];
    assert_eq!([&one.path, &one.expected, &one.actual], ["/RetentionInDays", "7", "30"]);

    logs.delete_log_group().log_group_name(&group).send().await.expect("deleted");
    let drift = cloud.stack_drift(place, "handrail-small").await.expect("compared");
    assert!(drift.resources.len() == 1 && drift.resources[0].deleted);
}

#[tokio::test]
async fn a_secret_is_put_twice_and_deleted_twice() {
    let Some(sandbox) = Sandbox::open(102).await else { return };
    let (cloud, place) = (&sandbox.cloud, &sandbox.place);
    let tags = BTreeMap::from([(ENVIRONMENT.to_owned(), "secretive".to_owned())]);
    let secrets = aws_sdk_secretsmanager::Client::new(&sandbox.config);
    let mut arns = Vec::new();
    for value in ["first", "second"] {
        let value = Secret::new(value);
        arns.push(cloud.secret_put(place, "handrail/llm-key", "LLM key", &value, &tags).await.expect("stored"));
        let held = secrets.get_secret_value().secret_id("handrail/llm-key").send().await.expect("held");
        assert_eq!(held.secret_string(), Some(value.expose()));
    }
    assert_eq!(arns[0], arns[1], "the same secret");
    let arn = &arns[0];
    assert_eq!(cloud.exists(place, arn).await.expect("the emulator answers"), Some(true));
    for _ in 0..2 {
        cloud.secret_delete(place, arn).await.expect("deleted");
    }
    assert_eq!(cloud.exists(place, arn).await.expect("the emulator answers"), Some(false));
    let put_again = cloud.secret_put(place, "handrail/llm-key", "", &Secret::new("third"), &tags).await;
    put_again.expect("the name is free again at once");
}

#[tokio::test]
async fn a_secret_that_waits_for_its_deletion_is_used_again() {
    let Some(sandbox) = Sandbox::open(103).await else { return };
    let (cloud, place) = (&sandbox.cloud, &sandbox.place);
    let secrets = aws_sdk_secretsmanager::Client::new(&sandbox.config);
    let tags = BTreeMap::new();
    let arn = cloud.secret_put(place, "handrail/old", "", &Secret::new("one"), &tags).await.expect("stored");
    let schedule = secrets.delete_secret().secret_id(&arn).recovery_window_in_days(7);
    schedule.send().await.expect("scheduled for deletion");
    cloud.secret_put(place, "handrail/old", "", &Secret::new("two"), &tags).await.expect("stored again");
    let held = secrets.get_secret_value().secret_id(&arn).send().await.expect("held");
    assert_eq!(held.secret_string(), Some("two"));
}

#[tokio::test]
async fn tagged_resources_are_found() {
    let Some(sandbox) = Sandbox::open(104).await else { return };
    let ecs = aws_sdk_ecs::Client::new(&sandbox.config);
    let tag = aws_sdk_ecs::types::Tag::builder().key(ENVIRONMENT).value("seven").build();
    let made = ecs.create_cluster().cluster_name("seven").tags(tag).send().await.expect("a cluster");
    ecs.create_cluster().cluster_name("other").send().await.expect("another cluster");
    let arn = made.cluster.and_then(|cluster| cluster.cluster_arn).expect("an ARN");
    let (cloud, place) = (&sandbox.cloud, &sandbox.place);
    assert_eq!(
        cloud.tagged(place, ENVIRONMENT, "seven").await.expect("the emulator answers"),
        std::slice::from_ref(&arn)
    );
    assert_eq!(cloud.tagged(place, ENVIRONMENT, "eight").await.expect("the emulator answers"), Vec::<String>::new());
    assert_eq!(cloud.exists(place, &arn).await.expect("the emulator answers"), Some(true));
    ecs.delete_cluster().cluster("seven").send().await.expect("deleted");
    assert_eq!(cloud.exists(place, &arn).await.expect("the emulator answers"), Some(false));
}

#[tokio::test]
async fn a_bucket_with_versions_and_delete_markers_is_deleted() {
    let Some(sandbox) = Sandbox::open(105).await else { return };
    let (cloud, place, s3) = (&sandbox.cloud, &sandbox.place, sandbox.s3());
    let bucket = &sandbox.bucket();
    let region = aws_sdk_s3::types::CreateBucketConfiguration::builder().location_constraint(REGION.into()).build();
    s3.create_bucket().bucket(bucket).create_bucket_configuration(region).send().await.expect("a bucket");
    let on = aws_sdk_s3::types::VersioningConfiguration::builder().status("Enabled".into()).build();
    s3.put_bucket_versioning().bucket(bucket).versioning_configuration(on).send().await.expect("versioning");
    for text in ["one", "two"] {
        let body = aws_sdk_s3::primitives::ByteStream::from_static(text.as_bytes());
        s3.put_object().bucket(bucket).key("notes/a b&c.txt").body(body).send().await.expect("an object");
    }
    s3.delete_object().bucket(bucket).key("notes/a b&c.txt").send().await.expect("a delete marker");
    let arn = format!("arn:aws:s3:::{bucket}");
    assert_eq!(cloud.exists(place, &arn).await.expect("the emulator answers"), Some(true));
    for _ in 0..2 {
        cloud.bucket_delete(place, bucket).await.expect("deleted");
    }
    assert_eq!(cloud.exists(place, &arn).await.expect("the emulator answers"), Some(false));
}

#[tokio::test]
async fn a_file_system_is_deleted_with_what_hangs_on_it() {
    let Some(sandbox) = Sandbox::open(106).await else { return };
    let (cloud, place) = (&sandbox.cloud, &sandbox.place);
    let efs = aws_sdk_efs::Client::new(&sandbox.config);
    let made = efs.create_file_system().creation_token("files").send().await.expect("a file system");
    let (id, arn) = (made.file_system_id, made.file_system_arn.expect("an ARN"));
    let network = json!({
        "Resources": {
            "Net": { "Type": "AWS::EC2::VPC", "Properties": { "CidrBlock": "10.0.0.0/16" } },
            "Subnet": { "Type": "AWS::EC2::Subnet", "Properties": { "VpcId": { "Ref": "Net" }, "CidrBlock": "10.0.0.0/24" } },
        },
        "Outputs": { "Subnet": { "Value": { "Ref": "Subnet" } } },
    });
    cloud.change_set_prepare(place, &request(&network, "create", true)).await.expect("computed");
    cloud.change_set_execute(place, "handrail-small", "create", "token").await.expect("executed");
    let subnet = sandbox.stack_in("handrail-small", &["CREATE_COMPLETE"]).await.outputs.remove("Subnet");
    let subnet = subnet.expect("the subnet's id");
    efs.create_mount_target().file_system_id(&id).subnet_id(subnet).send().await.expect("a mount target");
    efs.create_access_point().client_token("point").file_system_id(&id).send().await.expect("an access point");
    assert_eq!(cloud.exists(place, &arn).await.expect("the emulator answers"), Some(true));
    for _ in 0..2 {
        cloud.file_system_delete(place, &id).await.expect("deleted");
    }
    assert_eq!(cloud.exists(place, &arn).await.expect("the emulator answers"), Some(false));
}

#[tokio::test]
async fn databases_and_their_snapshots_are_read_and_deleted() {
    let Some(sandbox) = Sandbox::open(107).await else { return };
    let (cloud, place) = (&sandbox.cloud, &sandbox.place);
    let rds = aws_sdk_rds::Client::new(&sandbox.config);
    assert_eq!(cloud.database(place, "handrail-db").await.expect("the emulator answers"), None);
    rds.create_db_instance()
        .db_instance_identifier("handrail-db")
        .db_instance_class("db.t4g.small")
        .engine("postgres")
        .master_username("handrail")
        .master_user_password("not-a-secret")
        .allocated_storage(20)
        .send()
        .await
        .expect("a database");
    let database = cloud.database(place, "handrail-db").await.expect("the emulator answers").expect("there");
    assert_eq!((database.class.as_str(), database.storage_gib), ("db.t4g.small", 20));
    let snapshot =
        rds.create_db_snapshot().db_instance_identifier("handrail-db").db_snapshot_identifier("handrail-last");
    snapshot.send().await.expect("a snapshot");
    let deletion = rds.delete_db_instance().db_instance_identifier("handrail-db").skip_final_snapshot(true);
    deletion.send().await.expect("deleted");

    let found = cloud.database_snapshots(place, "handrail-db").await.expect("the emulator answers");
    let (arn, gib) = found.first().expect("the snapshot outlives its database");
    assert_eq!((found.len(), *gib), (1, 20));
    assert_eq!(cloud.exists(place, arn).await.expect("the emulator answers"), Some(true));
    for _ in 0..2 {
        cloud.database_snapshot_delete(place, arn).await.expect("deleted");
    }
    assert_eq!(cloud.exists(place, arn).await.expect("the emulator answers"), Some(false));
    assert_eq!(cloud.database_snapshots(place, "handrail-db").await.expect("the emulator answers"), Vec::new());
}

#[tokio::test]
async fn a_service_is_seen_and_scaled() {
    let Some(sandbox) = Sandbox::open(108).await else { return };
    let (cloud, viewer) = (&sandbox.cloud, Place { operation: None, ..sandbox.place.clone() });
    let ecs = aws_sdk_ecs::Client::new(&sandbox.config);
    ecs.create_cluster().cluster_name("blue").send().await.expect("a cluster");
    let container = aws_sdk_ecs::types::ContainerDefinition::builder().name("web").image("web:1").memory(128).build();
    let task = ecs.register_task_definition().family("web").container_definitions(container);
    task.send().await.expect("a task definition");
    let service = ecs.create_service().cluster("blue").service_name("web").task_definition("web:1").desired_count(1);
    service.send().await.expect("a service");

    let before = cloud.service(&viewer, "blue", "web").await.expect("the emulator answers").expect("there");
    assert_eq!((before.status.as_str(), before.desired), ("ACTIVE", 1));
    cloud.service_scale(&sandbox.place, "blue", "web", 2).await.expect("scaled");
    let after = cloud.service(&viewer, "blue", "web").await.expect("the emulator answers").expect("there");
    assert_eq!(after.desired, 2, "viewers see it at once");
    assert_eq!(cloud.service(&viewer, "blue", "api").await.expect("the emulator answers"), None);
    assert_eq!(cloud.service(&viewer, "green", "web").await.expect("the emulator answers"), None);
    let group = "arn:aws:elasticloadbalancing:eu-central-1:100000000008:targetgroup/none/1";
    assert_eq!(cloud.targets(&viewer, group).await.expect("the emulator answers"), Vec::new());
}

#[tokio::test]
async fn the_banner_names_the_emulator() {
    let Some(sandbox) = Sandbox::open(109).await else { return };
    let endpoint = env::var("HANDRAIL_TEST_AWS_ENDPOINT").expect("checked above");
    let host = sandbox.cloud.endpoint_override().expect("an override is in force");
    assert!(endpoint.trim_end_matches('/').ends_with(&host), "{host} of {endpoint}");
}
