//! What holds for every template that a valid spec can give.

use crate::variants;
use model::spec::{
    Architecture, Compute, Database, DatabaseClass, Edition, InstanceType, LOG_RETENTION_DAYS, Llm, LlmProvider, Nat,
    Network, Scheme, Size, Spec,
};
use proptest::{prelude::*, sample::select};
use serde_json::Value;
use std::collections::BTreeSet;
use template::output;

fn specs() -> impl Strategy<Value = Spec> {
    let task = (select(Size::ALL.to_vec()), select(Architecture::ALL.to_vec()), 21u32..=200)
        .prop_map(|(size, architecture, gib)| Compute::fargate(size, architecture, gib));
    let host = (select(InstanceType::ALL.to_vec()), 40u32..=1000).prop_map(|(one, gib)| variants::hosts(one, gib));
    let compute = prop_oneof![task, host];
    let network = (0u8..16, 16u8..=24, 2u8..=3, select(Nat::ALL.to_vec()));
    let access = (select(Scheme::ALL.to_vec()), any::<bool>(), 1usize..=20);
    let database = (select(DatabaseClass::ALL.to_vec()), 20u32..=1000, any::<bool>(), 1u8..=35);
    let rest = (
        select(LlmProvider::ALL.to_vec()),
        select(Edition::Canvas.tags().to_vec()),
        select(LOG_RETENTION_DAYS.to_vec()),
    );
    (compute, network, access, database, rest, any::<bool>()).prop_map(
        |(compute, network, access, database, rest, app)| {
            let mut spec = variants::default();
            let edition = if app && compute.host.is_some() { Edition::App } else { Edition::Canvas };
            spec.edition = edition;
            spec.compute = compute;
            let range: ipnet::Ipv4Net = format!("10.{}.0.0/{}", network.0, network.1).parse().expect("a range");
            spec.network = Network { cidr: range.trunc(), zones: network.2, nat: network.3, existing: None };
            if spec.compute.host.is_some() && matches!(spec.network.nat, Nat::None | Nat::Endpoints) {
                spec.network.nat = Nat::One;
            }
            spec.access.scheme = access.0;
            spec.access.certificate_arn =
                access.1.then(|| "arn:aws:acm:eu-west-1:111122223333:certificate/12345678".to_owned());
            spec.access.allowed_cidrs =
                (0..access.2).map(|n| format!("203.0.{n}.0/24").parse().expect("a range")).collect();
            spec.database =
                Database { class: database.0, storage_gib: database.1, multi_az: database.2, backup_days: database.3 };
            let key = spec.llm.key_secret_arn.clone().filter(|_| rest.0 != LlmProvider::Bedrock);
            spec.llm = Llm { provider: rest.0, key_secret_arn: key, ..spec.llm };
            spec.image.tag = rest.1.to_owned();
            spec.log_retention_days = rest.2;
            spec
        },
    )
}

/// Every logical id that the value refers to, by any of the functions that the templates use.
fn referred(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match (name.as_str(), field) {
                    ("Ref", Value::String(id)) => {
                        found.insert(id.clone());
                    }
                    ("Fn::GetAtt", Value::Array(parts)) => {
                        found.extend(parts.first().and_then(Value::as_str).map(str::to_owned));
                    }
                    ("Fn::Sub", Value::String(text)) => {
                        for part in text.split("${").skip(1) {
                            let id = part.split(['.', '}']).next().unwrap_or_default();
                            found.insert(id.to_owned());
                        }
                    }
                    _ => referred(field, found),
                }
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| referred(element, found)),
        _ => {}
    }
}

proptest! {
    // 256 cases, or as many as PROPTEST_CASES says.
    #![proptest_config(ProptestConfig::default())]

    #[test]
    fn every_template_is_sound(spec in specs()) {
        let identity = variants::identity();
        let rendered = template::render(&spec, &identity);
        prop_assert_eq!(&rendered.body, &template::render(&spec, &identity).body, "deterministic");
        prop_assert!(rendered.body.len() <= template::BODY_LIMIT, "{} bytes", rendered.body.len());
        let template: Value = serde_json::from_str(&rendered.body).expect("JSON");
        let resources = template["Resources"].as_object().expect("resources");

        let mut ids = BTreeSet::new();
        referred(&template, &mut ids);
        for resource in resources.values() {
            ids.extend(resource["DependsOn"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
        }
        for id in ids.iter().filter(|id| !id.starts_with("AWS::")) {
            prop_assert!(resources.contains_key(id), "{id} is referred to but not there");
        }

        let planned: BTreeSet<_> = rendered.resources.iter().map(|change| change.logical_id.as_str()).collect();
        let made: BTreeSet<_> = resources.keys().map(String::as_str).collect();
        prop_assert_eq!(planned, made, "the plan names every resource");
        prop_assert!(rendered.resources.iter().all(|change| !change.purpose.is_empty()));

        for name in [
            output::ADDRESS, output::LOAD_BALANCER_DNS, output::LOAD_BALANCER_ARN, output::TARGET_GROUP_ARN,
            output::CLUSTER_NAME, output::SERVICE_NAME, output::DATABASE_ID, output::BUCKET_NAME, output::LOG_GROUP_NAME, output::REVISION,
        ] {
            prop_assert!(template["Outputs"].get(name).is_some(), "no output {name}");
        }
        // The app keeps nothing on EFS and has no key of its own for people.
        for name in [output::FILE_SYSTEM_ID, output::SESSION_KEY_SECRET_ARN] {
            prop_assert_eq!(template["Outputs"].get(name).is_some(), spec.edition == Edition::Canvas, "{}", name);
        }
        let (balancer, group) = (&resources["LoadBalancer"]["Properties"], &resources["TargetGroup"]["Properties"]);
        for name in [&balancer["Name"], &group["Name"]] {
            prop_assert!(name.as_str().is_some_and(|name| name.len() <= 32), "{name}");
        }
        prop_assert!(resources["Service"]["Properties"].get("DesiredCount").is_none(), "capacity is not the template's");
        for word in ["DesiredCount", "DesiredCapacity"] {
            prop_assert!(!template.to_string().contains(word));
        }
        let blocking = template::findings(&spec, &template).into_iter().find(|one| one.severity == model::plan::Severity::Blocks);
        prop_assert!(blocking.is_none(), "{blocking:?}");
    }

    #[test]
    fn subnets_lie_in_the_range_and_do_not_overlap(spec in specs()) {
        let template: Value = serde_json::from_str(&template::render(&spec, &variants::identity()).body).expect("JSON");
        let subnets: Vec<ipnet::Ipv4Net> = template["Resources"].as_object().expect("resources").values()
            .filter(|one| one["Type"] == "AWS::EC2::Subnet")
            .map(|one| one["Properties"]["CidrBlock"].as_str().expect("a range").parse().expect("a range"))
            .collect();
        prop_assert_eq!(subnets.len(), usize::from(spec.network.zones) * 2);
        for (index, subnet) in subnets.iter().enumerate() {
            prop_assert!(spec.network.cidr.contains(subnet));
            prop_assert!(subnet.prefix_len() <= 27, "a load balancer needs a /27");
            prop_assert!(subnets[index + 1..].iter().all(|other| !model::draft::overlaps(subnet, other)));
        }
    }
}

#[test]
fn the_longest_name_fits_everywhere() {
    let mut identity = variants::identity();
    identity.name = "a".repeat(model::draft::NAME_MAX);
    let rendered = template::render(&variants::default(), &identity);
    let template: Value = serde_json::from_str(&rendered.body).expect("JSON");
    let length = |id: &str, field: &str| template["Resources"][id]["Properties"][field].as_str().expect("a name").len();
    assert!(length("LoadBalancer", "Name") <= 32);
    assert!(length("Bucket", "BucketName") <= 63);
    assert!(length("Database", "DBInstanceIdentifier") <= 63);
    assert!(rendered.stack_name.len() <= 128);
}
