//! Each rule speaks when it should, and only then.

use crate::variants;
use model::{
    plan::Severity,
    spec::{InstanceType, Nat, Scheme, Spec},
};
use serde_json::{Value, json};

fn body(spec: &Spec) -> Value {
    serde_json::from_str(&template::render(spec, &variants::identity()).body).expect("JSON")
}

fn ids(spec: &Spec, body: &Value) -> Vec<String> {
    template::findings(spec, body).into_iter().map(|finding| finding.rule).collect()
}

/// The rule speaks of the default template once it is spoilt.
#[track_caller]
fn assert_spoilt(rule: &str, pointer: &str, value: Value) {
    assert_spoilt_of(&variants::default(), rule, pointer, value);
}

/// The same of another template.
#[track_caller]
fn assert_spoilt_of(spec: &Spec, rule: &str, pointer: &str, value: Value) {
    let mut template = body(spec);
    assert!(!ids(spec, &template).contains(&rule.to_owned()), "{rule} speaks of the template as rendered");
    *template.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is not there")) = value;
    let findings = template::findings(spec, &template);
    let finding = findings.iter().find(|finding| finding.rule == rule).unwrap_or_else(|| panic!("{rule} is silent"));
    assert!(!finding.what.is_empty() && !finding.why.is_empty() && !finding.fix.is_empty());
}

#[test]
fn mistakes_that_the_checkers_miss_are_found() {
    assert_spoilt("HR010", "/Resources/HttpListener/Properties/Port", json!(70000));
    assert_spoilt("HR010", "/Resources/TaskSecurityGroup/Properties/SecurityGroupIngress/0/ToPort", json!(0));
    assert_spoilt("HR011", "/Resources/TargetGroup/Properties/HealthCheckTimeoutSeconds", json!(15));
    assert_spoilt("HR012", "/Resources/Service/Properties/LoadBalancers/0/ContainerName", json!("openhands"));
    assert_spoilt("HR012", "/Resources/Service/Properties/LoadBalancers/0/ContainerPort", json!(3000));
    assert_spoilt("HR013", "/Resources/TargetGroup/Properties/TargetType", json!("instance"));
    assert_spoilt(
        "HR014",
        "/Resources/TaskDefinition/Properties/ContainerDefinitions/1/Environment/0",
        json!({ "Name": "LLM_API_KEY", "Value": "sk-…" }),
    );
    assert_spoilt("HR015", "/Resources/Service/Properties/DeploymentConfiguration/MaximumPercent", json!(200));
}

#[test]
fn dangerous_templates_are_blocked() {
    assert_spoilt("HR001", "/Resources/Database/Properties/PubliclyAccessible", json!(true));
    assert_spoilt(
        "HR002",
        "/Resources/DatabaseSecurityGroup/Properties/SecurityGroupIngress/0",
        json!({ "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": "10.0.0.0/8" }),
    );
    assert_spoilt("HR020", "/Resources/Database/Properties/StorageEncrypted", json!(false));
    assert_spoilt("HR020", "/Resources/FileSystem/Properties/Encrypted", json!(false));
    assert_spoilt("HR023", "/Resources/Service/Properties/DeploymentConfiguration/DeploymentCircuitBreaker", json!({}));
    assert_spoilt("HR026", "/Resources/FileSystem/DeletionPolicy", json!("Delete"));
    assert_spoilt("HR027", "/Resources/UnhealthyTargetAlarm/Properties/MetricName", json!("HealthyHostCount"));
    assert_spoilt(
        "HR028",
        "/Resources/TaskDefinition/Properties/Volumes/0/EFSVolumeConfiguration/TransitEncryption",
        json!("DISABLED"),
    );
}

#[test]
fn hosts_that_give_themselves_away_are_blocked() {
    let spoilt = |rule: &str, pointer: &str, value: Value| {
        let mut spec = variants::default();
        spec.compute = variants::hosts(InstanceType::M6iLarge, 60);
        assert_spoilt_of(&spec, rule, pointer, value);
    };
    let data = "/Resources/HostTemplate/Properties/LaunchTemplateData";
    spoilt("HR050", &format!("{data}/MetadataOptions/HttpTokens"), json!("optional"));
    spoilt("HR050", &format!("{data}/MetadataOptions/HttpPutResponseHopLimit"), json!(2));
    spoilt("HR051", &format!("{data}/BlockDeviceMappings/0/Ebs/Encrypted"), json!(false));
    spoilt("HR053", "/Resources/HostGroup/Properties/MinSize", json!("1"));
    spoilt("HR013", "/Resources/TargetGroup/Properties/TargetType", json!("instance"));
}

#[test]
fn what_is_kept_and_watched_is_looked_at() {
    let block = "/Resources/Bucket/Properties/PublicAccessBlockConfiguration/BlockPublicPolicy";
    assert_spoilt("HR019", block, json!(false));
    assert_spoilt("HR029", "/Resources/Database/Properties/BackupRetentionPeriod", json!(0));
    assert_spoilt("HR029", "/Resources/FileSystem/Properties/BackupPolicy/Status", json!("DISABLED"));
    assert_spoilt("HR032", "/Resources/LogGroup/Properties/RetentionInDays", Value::Null);
    assert_spoilt("HR034", "/Resources/DatabaseStorageAlarm/Properties/MetricName", json!("CPUUtilization"));
    assert_spoilt("HR035", "/Resources/ServerErrorAlarm/Properties/MetricName", json!("CPUUtilization"));
    assert_spoilt("HR036", "/Resources/LoadBalancer/Properties/Subnets", json!(["subnet-1"]));
    assert_spoilt("HR036", "/Resources/DatabaseSubnetGroup/Properties/SubnetIds", json!(["subnet-1"]));
    assert_spoilt(
        "HR037",
        "/Resources/TaskSecurityGroup/Properties/SecurityGroupIngress/0",
        json!({ "IpProtocol": "tcp", "FromPort": 8000, "ToPort": 8000, "CidrIp": "10.0.0.0/8" }),
    );
    let isolated = variant("endpoints");
    assert_spoilt_of(&isolated, "HR038", "/Resources/SecretEndpoint/Properties/ServiceName", json!("other"));
}

#[test]
fn a_sign_in_that_can_be_passed_by_is_blocked() {
    let spec = variant("requested-certificate-oidc");
    let actions = "/Resources/HttpsListener/Properties/DefaultActions";
    assert_spoilt_of(
        &spec,
        "HR016",
        "/Resources/HttpsListener/Properties/SslPolicy",
        json!("ELBSecurityPolicy-2016-08"),
    );
    assert_spoilt_of(
        &spec,
        "HR017",
        actions,
        json!([{ "Type": "forward", "TargetGroupArn": { "Ref": "TargetGroup" } }]),
    );
    let ask = json!([{ "Type": "authenticate-oidc", "Order": 1 }]);
    assert_spoilt_of(&spec, "HR017", "/Resources/HttpListener/Properties/DefaultActions", ask);
    let secret = format!("{actions}/0/AuthenticateOidcConfig/ClientSecret");
    assert_spoilt_of(&spec, "HR018", &secret, json!("in-clear-text"));
}

fn variant(name: &str) -> Spec {
    variants::all().into_iter().find(|(one, _)| *one == name).expect("a variant").1
}

#[test]
fn what_a_spec_chooses_is_commented() {
    let says = |name: &str| {
        let (_, spec) = variants::all().into_iter().find(|(one, _)| *one == name).expect("a variant");
        ids(&spec, &body(&spec))
    };
    assert_eq!(says("default"), ["HR005", "HR007", "HR022", "HR025"]);
    assert_eq!(says("internet-facing"), ["HR003", "HR004", "HR008", "HR005", "HR022", "HR025"]);
    assert_eq!(says("requested-certificate-oidc"), ["HR005", "HR022", "HR025"]);
    assert_eq!(says("endpoints"), ["HR007", "HR022", "HR025"]);
    assert_eq!(says("no-nat"), ["HR006", "HR007", "HR022", "HR025"]);
    assert_eq!(says("three-zones-nat-each"), ["HR007"]);
    assert_eq!(says("ecs-ec2"), ["HR005", "HR007", "HR022", "HR025"]);
    assert_eq!(says("app-ecs-ec2"), ["HR054", "HR005", "HR007", "HR022", "HR025", "HR055", "HR056", "HR057"]);
    let mut certified = variants::app(InstanceType::M6i2xlarge);
    certified.access.certificate_arn = Some("arn:aws:acm:eu-west-1:111122223333:certificate/1".to_owned());
    let said = ids(&certified, &body(&certified));
    assert!(said.contains(&"HR058".to_owned()) && !said.contains(&"HR055".to_owned()), "{said:?}");
    let mut elsewhere = variants::app(InstanceType::M6i2xlarge);
    elsewhere.access.scheme = Scheme::InternetFacing;
    assert!(!ids(&elsewhere, &body(&elsewhere)).contains(&"HR059".to_owned()));
    elsewhere.network.existing = variant("existing-vpc").network.existing;
    assert!(ids(&elsewhere, &body(&elsewhere)).contains(&"HR059".to_owned()));
    let mut burstable = variants::default();
    burstable.compute = variants::hosts(InstanceType::T4gLarge, 40);
    assert!(ids(&burstable, &body(&burstable)).contains(&"HR052".to_owned()));
    assert!(says("small-arm").contains(&"HR024".to_owned()));
    let mut wide = variants::default();
    wide.access.scheme = Scheme::InternetFacing;
    wide.access.allowed_cidrs = vec!["203.0.0.0/8".parse().expect("a range"), "10.0.0.0/8".parse().expect("a range")];
    let wide_said = ids(&wide, &body(&wide)).into_iter().filter(|rule| rule == "HR009").count();
    assert_eq!(wide_said, 1, "a private range is nobody else's");
    let mut forgetful = variants::default();
    forgetful.log_retention_days = 7;
    assert!(ids(&forgetful, &body(&forgetful)).contains(&"HR033".to_owned()));
    let mut few = variants::default();
    few.database.backup_days = 1;
    assert!(ids(&few, &body(&few)).contains(&"HR021".to_owned()));
}

#[test]
fn the_plan_of_the_app_says_plainly_who_is_root() {
    let spec = variants::app(InstanceType::M6iXlarge);
    let findings = template::findings(&spec, &body(&spec));
    let root = findings.iter().find(|finding| finding.rule == "HR054").expect("a finding");
    assert_eq!((root.severity, root.what.as_str()), (Severity::Warns, "The agent's sandbox is root on its host"));
    let fit = findings.iter().find(|finding| finding.rule == "HR055").expect("a finding");
    assert_eq!(fit.what, "3 sandboxes fit beside the app, of 5 that it may start");
}

#[test]
fn nothing_that_the_form_offers_is_blocked() {
    for (name, spec) in variants::all() {
        let findings = template::findings(&spec, &body(&spec));
        assert!(findings.iter().all(|finding| finding.severity != Severity::Blocks), "{name}: {findings:?}");
    }
}

#[test]
fn the_estimate_adds_up_and_a_pause_is_cheaper() {
    let spec = variants::default();
    let estimate = template::estimate(&spec, "us-east-1");
    assert!(!estimate.has_unknown());
    let task = template::size_price(spec.compute.size.expect("on Fargate"), spec.compute.architecture, "us-east-1")
        .expect("known");
    assert!(estimate.monthly() > task, "the task is not all");
    assert!(estimate.monthly_paused() < estimate.monthly());
    let mut cheaper = spec.clone();
    cheaper.network.nat = Nat::None;
    assert!(template::estimate(&cheaper, "us-east-1").monthly() < estimate.monthly(), "NAT gateways cost");
    let mut on_hosts = spec.clone();
    on_hosts.compute = variants::hosts(InstanceType::M6iLarge, 60);
    let hosts = template::estimate(&on_hosts, "us-east-1");
    let of = |label: &str| {
        hosts.items.iter().find(|item| item.label == label).and_then(|item| item.monthly).map(|usd| usd.0.to_string())
    };
    // 0.096 × 730 hours, 60 GiB × 0.08.
    assert_eq!(
        (of("EC2 host").as_deref(), of("EBS disk").as_deref(), of("Fargate vCPU")),
        (Some("70.08"), Some("4.80"), None)
    );
    let app = template::estimate(&variants::app(InstanceType::M6iXlarge), "us-east-1");
    assert!(app.items.iter().all(|item| item.label != "EFS files"), "the app has no file system");
    let unpriced = variants::hosts(InstanceType::M6gLarge, 60);
    assert!(template::estimate(&Spec { compute: unpriced, ..spec.clone() }, "ca-central-1").has_unknown());
    let elsewhere = template::estimate(&spec, "mars-1");
    assert!(elsewhere.has_unknown(), "an unknown price is not zero");
}
