//! Physical ids, ARNs and output values as AWS would make them, all derived from a stack's name and number.

use model::account::CloudAccount;
use ports::Place;
use serde_json::{Map, Value};

/// Where something lies: account number and region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Home {
    pub(super) account: String,
    pub(super) region: String,
}

impl From<&Place> for Home {
    fn from(place: &Place) -> Self {
        let CloudAccount { aws_account, .. } = &place.account;
        Self { account: aws_account.clone(), region: place.region.clone() }
    }
}

impl Home {
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.account)
    }

    /// ECR's registry.
    pub(super) fn registry(&self) -> String {
        format!("{}.dkr.ecr.{}.amazonaws.com", self.account, self.region)
    }

    /// The ARN of a resource with this physical id; `None` for the many kinds that have none.
    pub(super) fn arn_of(&self, kind: &str, id: &str) -> Option<String> {
        if id.starts_with("arn:") {
            return Some(id.to_owned());
        }
        let (service, resource) = match kind {
            "AWS::S3::Bucket" => return Some(format!("arn:aws:s3:::{id}")),
            "AWS::IAM::Role" => return Some(format!("arn:aws:iam::{}:role/{id}", self.account)),
            "AWS::EFS::FileSystem" => ("elasticfilesystem", "file-system/"),
            "AWS::EFS::AccessPoint" => ("elasticfilesystem", "access-point/"),
            "AWS::RDS::DBInstance" => ("rds", "db:"),
            "AWS::RDS::DBSnapshot" => ("rds", "snapshot:"),
            "AWS::RDS::DBSubnetGroup" => ("rds", "subgrp:"),
            "AWS::RDS::DBParameterGroup" => ("rds", "pg:"),
            "AWS::ECS::Cluster" => ("ecs", "cluster/"),
            "AWS::Logs::LogGroup" => ("logs", "log-group:"),
            "AWS::CloudWatch::Alarm" => ("cloudwatch", "alarm:"),
            "AWS::EC2::VPC" => ("ec2", "vpc/"),
            "AWS::EC2::Subnet" => ("ec2", "subnet/"),
            "AWS::EC2::SecurityGroup" => ("ec2", "security-group/"),
            "AWS::EC2::InternetGateway" => ("ec2", "internet-gateway/"),
            "AWS::EC2::NatGateway" => ("ec2", "natgateway/"),
            "AWS::EC2::RouteTable" => ("ec2", "route-table/"),
            "AWS::EC2::VPCEndpoint" => ("ec2", "vpc-endpoint/"),
            _ => return None,
        };
        Some(self.arn(service, &format!("{resource}{id}")))
    }
}

/// The property that names a resource of this kind, where its author chose the name.
fn name_property(kind: &str) -> &'static str {
    match kind {
        "AWS::S3::Bucket" => "BucketName",
        "AWS::RDS::DBInstance" => "DBInstanceIdentifier",
        "AWS::RDS::DBSubnetGroup" => "DBSubnetGroupName",
        "AWS::ECS::Cluster" => "ClusterName",
        "AWS::ECS::Service" => "ServiceName",
        "AWS::ECS::TaskDefinition" => "Family",
        "AWS::Logs::LogGroup" => "LogGroupName",
        "AWS::IAM::Role" => "RoleName",
        "AWS::CloudWatch::Alarm" => "AlarmName",
        _ => "Name",
    }
}

/// What the last part of an ARN or a plain name calls a thing.
pub(super) fn last_part(id: &str) -> &str {
    id.rsplit(['/', ':']).next().unwrap_or(id)
}

/// Names of everything in one stack.
pub(super) struct Names<'a> {
    pub(super) home: &'a Home,
    pub(super) stack_id: &'a str,
    pub(super) stack_name: &'a str,
    /// Number of the stack, which makes ids unique.
    pub(super) serial: u64,
    /// `Resources` of the template.
    pub(super) resources: &'a Map<String, Value>,
}

impl Names<'_> {
    fn kind(&self, logical_id: &str) -> &str {
        self.resources.get(logical_id).and_then(|resource| resource["Type"].as_str()).unwrap_or_default()
    }

    /// Hexadecimal digits that no other resource has.
    fn digits(&self, logical_id: &str) -> String {
        let place = self.resources.keys().position(|key| key == logical_id).unwrap_or_default();
        format!("{:09x}{place:08x}", self.serial)
    }

    /// What CloudFormation calls the resource: its `Ref`.
    pub(super) fn physical(&self, logical_id: &str) -> String {
        let (kind, digits) = (self.kind(logical_id), self.digits(logical_id));
        let properties = &self.resources.get(logical_id).unwrap_or(&Value::Null)["Properties"];
        let made_up = || format!("{}-{logical_id}-{digits}", self.stack_name);
        let name = match &properties[name_property(kind)] {
            Value::Null if matches!(kind, "AWS::S3::Bucket" | "AWS::RDS::DBInstance") => made_up().to_lowercase(),
            Value::Null => made_up(),
            given => self.resolve(given),
        };
        let short = &digits[1..];
        match kind {
            "AWS::EC2::VPC" => format!("vpc-{digits}"),
            "AWS::EC2::Subnet" => format!("subnet-{digits}"),
            "AWS::EC2::SecurityGroup" => format!("sg-{digits}"),
            "AWS::EC2::InternetGateway" => format!("igw-{digits}"),
            "AWS::EC2::NatGateway" => format!("nat-{digits}"),
            "AWS::EC2::RouteTable" => format!("rtb-{digits}"),
            "AWS::EC2::VPCEndpoint" => format!("vpce-{digits}"),
            "AWS::EFS::FileSystem" => format!("fs-{digits}"),
            "AWS::EFS::AccessPoint" => format!("fsap-{digits}"),
            "AWS::EFS::MountTarget" => format!("fsmt-{digits}"),
            "AWS::ECS::Service" => {
                let cluster = self.resolve(&properties["Cluster"]);
                self.home.arn("ecs", &format!("service/{}/{name}", last_part(&cluster)))
            }
            "AWS::ECS::TaskDefinition" => self.home.arn("ecs", &format!("task-definition/{name}:1")),
            "AWS::ElasticLoadBalancingV2::LoadBalancer" => {
                self.home.arn("elasticloadbalancing", &format!("loadbalancer/app/{name}/{short}"))
            }
            "AWS::ElasticLoadBalancingV2::TargetGroup" => {
                self.home.arn("elasticloadbalancing", &format!("targetgroup/{name}/{short}"))
            }
            "AWS::ElasticLoadBalancingV2::Listener" => {
                self.home.arn("elasticloadbalancing", &format!("listener/app/{}/{short}", self.stack_name))
            }
            "AWS::SecretsManager::Secret" => {
                self.home.arn("secretsmanager", &format!("secret:{name}-{}", &digits[11..]))
            }
            _ => name,
        }
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> String {
        let (kind, id) = (self.kind(logical_id), self.physical(logical_id));
        match (kind, attribute) {
            ("AWS::ElasticLoadBalancingV2::LoadBalancer", "DNSName") => format!("{}.elb.sandbox", self.stack_name),
            ("AWS::ECS::Service", "Name") => last_part(&id).to_owned(),
            (_, "Endpoint.Address") => format!("{id}.rds.sandbox"),
            (_, "Endpoint.Port") => "5432".to_owned(),
            (_, "MasterUserSecret.SecretArn") => self.home.arn("secretsmanager", &format!("secret:rds!{id}")),
            (_, attribute) if attribute.ends_with("Arn") => self.home.arn_of(kind, &id).unwrap_or(id),
            _ => id,
        }
    }

    fn reference(&self, name: &str) -> String {
        match name {
            "AWS::StackName" => self.stack_name.to_owned(),
            "AWS::StackId" => self.stack_id.to_owned(),
            "AWS::Region" => self.home.region.clone(),
            "AWS::AccountId" => self.home.account.clone(),
            "AWS::Partition" => "aws".to_owned(),
            "AWS::URLSuffix" => "amazonaws.com".to_owned(),
            logical_id => match logical_id.split_once('.') {
                Some((logical_id, attribute)) => self.attribute(logical_id, attribute),
                None => self.physical(logical_id),
            },
        }
    }

    /// The text that a value of the template becomes, for the intrinsic functions that outputs and names use.
    pub(super) fn resolve(&self, value: &Value) -> String {
        let Value::Object(object) = value else {
            return value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        };
        let Some((function, argument)) = object.iter().next() else { return String::new() };
        match (function.as_str(), argument) {
            ("Ref", Value::String(name)) => self.reference(name),
            ("Fn::GetAtt", Value::String(path)) => self.reference(path),
            ("Fn::GetAtt", Value::Array(path)) => {
                let path: Vec<&str> = path.iter().filter_map(Value::as_str).collect();
                self.reference(&path.join("."))
            }
            ("Fn::Sub", Value::String(text)) => self.substitute(text, &Map::new()),
            ("Fn::Sub", Value::Array(parts)) => {
                let text = parts.first().and_then(Value::as_str).unwrap_or_default();
                let empty = Map::new();
                self.substitute(text, parts.get(1).and_then(Value::as_object).unwrap_or(&empty))
            }
            ("Fn::Join", Value::Array(parts)) => {
                let separator = parts.first().and_then(Value::as_str).unwrap_or_default();
                let joined = parts.get(1).and_then(Value::as_array).into_iter().flatten();
                joined.map(|part| self.resolve(part)).collect::<Vec<_>>().join(separator)
            }
            _ => value.to_string(),
        }
    }

    fn substitute(&self, text: &str, given: &Map<String, Value>) -> String {
        let mut pieces = text.split("${");
        let mut done = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
            let value = given.get(name).map(|value| self.resolve(value));
            done.push_str(&value.unwrap_or_else(|| self.reference(name)));
            done.push_str(rest);
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn outputs_name_the_resources_that_the_stack_makes() {
        let home = Home { account: "111122223333".into(), region: "eu-west-1".into() };
        let resources = json!({
            "Alb": { "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {} },
            "Cluster": { "Type": "AWS::ECS::Cluster", "Properties": { "ClusterName": { "Fn::Sub": "${AWS::StackName}-c" } } },
            "Service": { "Type": "AWS::ECS::Service", "Properties": { "ServiceName": "web", "Cluster": { "Ref": "Cluster" } } },
            "Files": { "Type": "AWS::EFS::FileSystem" },
        });
        let resources = resources.as_object().expect("an object");
        let names = Names { home: &home, stack_id: "arn:x", stack_name: "hr-demo", serial: 7, resources };
        for (value, expected) in [
            (json!({ "Fn::Sub": "http://${Alb.DNSName}" }), "http://hr-demo.elb.sandbox"),
            (
                json!({ "Fn::Join": ["", ["https://", { "Fn::GetAtt": ["Alb", "DNSName"] }]] }),
                "https://hr-demo.elb.sandbox",
            ),
            (json!({ "Ref": "Cluster" }), "hr-demo-c"),
            (json!({ "Fn::GetAtt": ["Service", "Name"] }), "web"),
            (json!({ "Ref": "Service" }), "arn:aws:ecs:eu-west-1:111122223333:service/hr-demo-c/web"),
            (json!({ "Ref": "Files" }), "fs-00000000700000002"),
            (json!("plain"), "plain"),
        ] {
            assert_eq!(names.resolve(&value), expected);
        }
    }
}
