//! What an update of a stack would change: the difference of two templates, and which of it makes AWS make a resource anew.
//!
//! CloudFormation's own change set is the truth when it comes to applying; this is what a person sees before, at once and without AWS.

mod property;

use crate::stack::DATA;
use model::{
    plan::{ChangeKind, ResourceChange, Section},
    update::{Interruption, PropertyChange, UpdatedResource},
};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Properties that cannot be changed in place, by type, for the types that our templates use.
///
/// Source: `createOnlyProperties` of the resource types' schemas in the CloudFormation registry (as cfn-lint 1.58.0 ships them for
/// eu-west-1); the user guide says of the same ones "Update requires: Replacement".
const REPLACING: &[(&str, &[&str])] = &[
    (
        "AWS::CertificateManager::Certificate",
        &[
            "CertificateAuthorityArn",
            "DomainName",
            "DomainValidationOptions",
            "KeyAlgorithm",
            "SubjectAlternativeNames",
            "ValidationMethod",
        ],
    ),
    ("AWS::CloudWatch::Alarm", &["AlarmName"]),
    ("AWS::EC2::EIP", &["Address", "IpamPoolId", "NetworkBorderGroup", "TransferAddress"]),
    ("AWS::AutoScaling::AutoScalingGroup", &["AutoScalingGroupName", "InstanceId"]),
    ("AWS::EC2::InternetGateway", &[]),
    ("AWS::EC2::LaunchTemplate", &["LaunchTemplateName", "TagSpecifications"]),
    (
        "AWS::EC2::NatGateway",
        &["AllocationId", "AvailabilityMode", "ConnectivityType", "PrivateIpAddress", "SubnetId", "VpcId"],
    ),
    (
        "AWS::EC2::Route",
        &["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId", "RouteTableId"],
    ),
    ("AWS::EC2::RouteTable", &["VpcId"]),
    ("AWS::EC2::SecurityGroup", &["GroupDescription", "GroupName", "VpcId"]),
    (
        "AWS::EC2::SecurityGroupEgress",
        &[
            "CidrIp",
            "CidrIpv6",
            "DestinationPrefixListId",
            "DestinationSecurityGroupId",
            "FromPort",
            "GroupId",
            "IpProtocol",
            "ToPort",
        ],
    ),
    (
        "AWS::EC2::SecurityGroupIngress",
        &[
            "CidrIp",
            "CidrIpv6",
            "FromPort",
            "GroupId",
            "GroupName",
            "IpProtocol",
            "SourcePrefixListId",
            "SourceSecurityGroupId",
            "SourceSecurityGroupName",
            "SourceSecurityGroupOwnerId",
            "ToPort",
        ],
    ),
    (
        "AWS::EC2::Subnet",
        &["AvailabilityZone", "AvailabilityZoneId", "CidrBlock", "Ipv4IpamPoolId", "Ipv6Native", "OutpostArn", "VpcId"],
    ),
    ("AWS::EC2::SubnetRouteTableAssociation", &["RouteTableId", "SubnetId"]),
    ("AWS::EC2::VPC", &["CidrBlock", "Ipv4IpamPoolId", "Ipv4NetmaskLength", "VpcEncryptionControl"]),
    (
        "AWS::EC2::VPCEndpoint",
        &["ResourceConfigurationArn", "ServiceName", "ServiceNetworkArn", "ServiceRegion", "VpcEndpointType", "VpcId"],
    ),
    ("AWS::EC2::VPCGatewayAttachment", &["VpcId"]),
    ("AWS::ECS::CapacityProvider", &["Name", "Type"]),
    ("AWS::ECS::Cluster", &["ClusterName"]),
    ("AWS::ECS::ClusterCapacityProviderAssociations", &["Cluster"]),
    ("AWS::ECS::Service", &["Cluster", "Role", "SchedulingStrategy", "ServiceName"]),
    (
        "AWS::ECS::TaskDefinition",
        &[
            "ContainerDefinitions",
            "Cpu",
            "EnableFaultInjection",
            "EphemeralStorage",
            "ExecutionRoleArn",
            "Family",
            "InferenceAccelerators",
            "IpcMode",
            "Memory",
            "NetworkMode",
            "PidMode",
            "PlacementConstraints",
            "ProxyConfiguration",
            "RequiresCompatibilities",
            "RuntimePlatform",
            "TaskRoleArn",
            "Volumes",
        ],
    ),
    ("AWS::EFS::AccessPoint", &["ClientToken", "FileSystemId", "PosixUser", "RootDirectory"]),
    ("AWS::EFS::FileSystem", &["AvailabilityZoneName", "Encrypted", "KmsKeyId", "PerformanceMode"]),
    ("AWS::EFS::MountTarget", &["FileSystemId", "IpAddress", "IpAddressType", "Ipv6Address", "SubnetId"]),
    ("AWS::ElasticLoadBalancingV2::Listener", &["LoadBalancerArn"]),
    ("AWS::ElasticLoadBalancingV2::ListenerRule", &["ListenerArn"]),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", &["Name", "Scheme", "Type"]),
    (
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        &["IpAddressType", "Name", "Port", "Protocol", "ProtocolVersion", "TargetType", "VpcId"],
    ),
    ("AWS::IAM::InstanceProfile", &["InstanceProfileName", "Path"]),
    ("AWS::IAM::Policy", &[]),
    ("AWS::IAM::Role", &["Path", "RoleName"]),
    ("AWS::Logs::LogGroup", &["LogGroupName"]),
    (
        "AWS::RDS::DBInstance",
        &[
            "BackupTarget",
            "CharacterSetName",
            "CustomIAMInstanceProfile",
            "DBClusterIdentifier",
            "DBInstanceIdentifier",
            "DBName",
            "DBSubnetGroupName",
            "DBSystemId",
            "KmsKeyId",
            "MasterUsername",
            "NcharCharacterSetName",
            "SourceRegion",
            "StorageEncrypted",
            "Timezone",
        ],
    ),
    ("AWS::RDS::DBParameterGroup", &["DBParameterGroupName", "Description", "Family"]),
    ("AWS::RDS::DBSubnetGroup", &["DBSubnetGroupName"]),
    ("AWS::Route53::RecordSet", &["HostedZoneId", "HostedZoneName", "Name"]),
    ("AWS::S3::Bucket", &["BucketName", "BucketNamePrefix", "BucketNamespace"]),
    ("AWS::S3::BucketPolicy", &["Bucket"]),
    ("AWS::SecretsManager::Secret", &["Name"]),
];

/// Properties of a database whose change restarts it or fails it over (RDS User Guide, "Settings for DB instances": downtime occurs).
const RESTARTS_DATABASE: [&str; 4] = ["DBInstanceClass", "DBParameterGroupName", "EngineVersion", "MultiAZ"];

const DATABASE: &str = "AWS::RDS::DBInstance";
/// A change of these ends the one task: of the launch template too, since its host is replaced.
const TASKS: [&str; 3] = ["AWS::EC2::LaunchTemplate", "AWS::ECS::Service", "AWS::ECS::TaskDefinition"];

/// Whether a change of this property makes the resource anew. A type that the table does not have is taken for one that is.
pub(crate) fn replaces(resource_type: &str, property: &str) -> bool {
    let known = REPLACING.iter().find(|(known, _)| *known == resource_type);
    known.is_none_or(|(_, properties)| properties.contains(&property))
}

/// The types that the table of replacing properties has.
pub fn known_types() -> impl Iterator<Item = &'static str> {
    REPLACING.iter().map(|(known, _)| *known)
}

fn resources(template: &Value) -> BTreeMap<&str, &Value> {
    template["Resources"].as_object().into_iter().flatten().map(|(id, resource)| (id.as_str(), resource)).collect()
}

/// What differs between two template bodies, in the order of the sections. `described` are the resources of the new one, which say
/// what each is for; what is only in the old one is described by its type.
pub fn changes(before: &str, after: &str, described: &[ResourceChange]) -> Vec<UpdatedResource> {
    // Both were rendered from JSON values: were one ever not to parse, everything in the other would show as a change.
    let (before, after) = (parsed(before), parsed(after));
    let (old, new) = (resources(&before), resources(&after));
    let mut found: BTreeMap<&str, (ChangeKind, Vec<PropertyChange>)> = BTreeMap::new();
    for (id, resource) in &new {
        match old.get(id) {
            None => {
                found.insert(id, (ChangeKind::Add, Vec::new()));
            }
            Some(known) if known["Type"] != resource["Type"] => {
                found.insert(id, (ChangeKind::Replace, Vec::new()));
            }
            Some(known) => {
                let of_type = resource["Type"].as_str().unwrap_or_default();
                let properties = property::differences(of_type, known, resource);
                if !properties.is_empty() {
                    found.insert(id, (kind(&properties), properties));
                }
            }
        }
    }
    for id in old.keys().filter(|id| !new.contains_key(*id)) {
        found.insert(id, (ChangeKind::Remove, Vec::new()));
    }
    let follows = follow(&new, &mut found);
    let mut changed: Vec<UpdatedResource> = found
        .into_iter()
        .map(|(id, (change, properties))| {
            let of_type = new.get(id).or(old.get(id)).and_then(|one| one["Type"].as_str()).unwrap_or_default();
            let known = described.iter().find(|one| one.logical_id == id);
            let (purpose, section) = known
                .map_or_else(|| (String::new(), section_of(of_type)), |known| (known.purpose.clone(), known.section));
            let change = ResourceChange {
                change,
                logical_id: id.to_owned(),
                resource_type: of_type.to_owned(),
                purpose,
                section,
            };
            UpdatedResource { change, properties, follows: follows.get(id).cloned().unwrap_or_default() }
        })
        .collect();
    changed.sort_by_key(|one| one.change.section);
    changed
}

fn parsed(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_default()
}

fn kind(properties: &[PropertyChange]) -> ChangeKind {
    if properties.iter().any(|property| property.replaces) { ChangeKind::Replace } else { ChangeKind::Modify }
}

/// Adds what changes because it refers to a resource that is made anew, until nothing more does. Returns what each refers to.
fn follow<'a>(
    new: &BTreeMap<&'a str, &'a Value>,
    found: &mut BTreeMap<&'a str, (ChangeKind, Vec<PropertyChange>)>,
) -> BTreeMap<String, Vec<String>> {
    let mut follows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    loop {
        let anew: BTreeSet<&str> =
            found.iter().filter(|(_, (kind, _))| *kind == ChangeKind::Replace).map(|(id, _)| *id).collect();
        let before = (follows.clone(), anew.len());
        for (id, resource) in new {
            for (property, value) in resource["Properties"].as_object().into_iter().flatten() {
                let mut named = BTreeSet::new();
                references(value, &mut named);
                let named: Vec<String> = named.into_iter().filter(|name| anew.contains(name.as_str())).collect();
                if named.is_empty() || found.get(id).is_some_and(|(kind, _)| *kind == ChangeKind::Add) {
                    continue;
                }
                let of_type = resource["Type"].as_str().unwrap_or_default();
                let entry = found.entry(id).or_insert((ChangeKind::Modify, Vec::new()));
                if replaces(of_type, property) {
                    entry.0 = ChangeKind::Replace;
                }
                let known = follows.entry((*id).to_owned()).or_default();
                known.extend(named);
                known.sort();
                known.dedup();
            }
        }
        let now = found.values().filter(|(kind, _)| *kind == ChangeKind::Replace).count();
        if before == (follows.clone(), now) {
            return follows;
        }
    }
}

/// Names that a value refers to by `Ref`, `Fn::GetAtt` or `Fn::Sub`.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                match (name.as_str(), inner) {
                    ("Ref", Value::String(id)) => {
                        found.insert(id.clone());
                    }
                    ("Fn::GetAtt", Value::Array(path)) => {
                        found.extend(path.first().and_then(Value::as_str).map(str::to_owned));
                    }
                    ("Fn::Sub", Value::String(text)) => substituted(text, found),
                    _ => references(inner, found),
                }
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
        _ => {}
    }
}

/// Names in `${Name}` and `${Name.Attribute}`.
fn substituted(text: &str, found: &mut BTreeSet<String>) {
    for piece in text.split("${").skip(1) {
        let name = piece.split('}').next().unwrap_or_default();
        found.insert(name.split('.').next().unwrap_or_default().to_owned());
    }
}

/// Resources that refer to one of `ids`, directly or over others: CloudFormation may list them as changed, since it does not know yet
/// whether the attributes that they use will differ.
pub fn referring(body: &str, ids: &BTreeSet<String>) -> BTreeSet<String> {
    let template = parsed(body);
    let resources = resources(&template);
    let mut reached = ids.clone();
    loop {
        let size = reached.len();
        for (id, resource) in &resources {
            let mut named = BTreeSet::new();
            references(&resource["Properties"], &mut named);
            if named.iter().any(|name| reached.contains(name)) {
                reached.insert((*id).to_owned());
            }
        }
        if reached.len() == size {
            reached.retain(|id| !ids.contains(id));
            return reached;
        }
    }
}

/// Whether a resource holds data.
pub fn holds_data(logical_id: &str) -> bool {
    DATA.contains(&logical_id)
}

/// What stops for a while.
pub fn interruptions(changes: &[UpdatedResource]) -> Vec<Interruption> {
    let tasks = changes.iter().any(|one| TASKS.contains(&one.change.resource_type.as_str()));
    let database = changes.iter().any(|one| {
        one.change.resource_type == DATABASE
            && one.properties.iter().any(|property| RESTARTS_DATABASE.contains(&property.path.as_str()))
    });
    [(tasks, Interruption::Task), (database, Interruption::Database)]
        .into_iter()
        .filter_map(|(stops, what)| stops.then_some(what))
        .collect()
}

/// Where a resource belongs that is not in the new template any more.
fn section_of(resource_type: &str) -> Section {
    match resource_type.split("::").nth(1).unwrap_or_default() {
        "AutoScaling" => Section::Compute,
        "EC2" => Section::Network,
        "CertificateManager" | "ElasticLoadBalancingV2" | "Route53" => Section::Access,
        "ECS" => Section::Compute,
        "SecretsManager" => Section::Secrets,
        "IAM" => Section::Permissions,
        "Logs" | "CloudWatch" => Section::Observability,
        _ => Section::Data,
    }
}

/// Fields of a resource beside its properties that may differ.
const ATTRIBUTES: [&str; 4] = ["DeletionPolicy", "DependsOn", "UpdatePolicy", "UpdateReplacePolicy"];

/// The properties of a resource.
fn properties(resource: &Value) -> Map<String, Value> {
    resource["Properties"].as_object().cloned().unwrap_or_default()
}
