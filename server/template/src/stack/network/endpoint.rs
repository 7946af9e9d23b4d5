//! Interface endpoints: AWS's services with addresses in the private subnets, where there is no way to the internet.

use super::{neighbour, no_way_out, subnets, vpc};
use crate::stack::{Resource, Stack, attribute, substitute};
use model::{
    plan::Section::Network,
    spec::{LlmProvider, Spec},
};
use serde_json::json;

/// A service with an endpoint.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    logical_id: &'static str,
    /// The last part of the service's name.
    name: &'static str,
    purpose: &'static str,
    /// The line of the estimate.
    pub(crate) label: &'static str,
}

/// What a task needs to start (ECS developer guide, "Amazon ECS interface VPC endpoints", Fargate; ECR user guide, "Amazon ECR interface VPC
/// endpoints": layers come from S3, for which there is a gateway endpoint).
const ALWAYS: [Service; 4] = [
    Service {
        logical_id: "ImageApiEndpoint",
        name: "ecr.api",
        purpose: "ECR's API from the private subnets",
        label: "Endpoint for ECR's API",
    },
    Service {
        logical_id: "ImageEndpoint",
        name: "ecr.dkr",
        purpose: "Images of ECR from the private subnets",
        label: "Endpoint for ECR's images",
    },
    Service {
        logical_id: "LogEndpoint",
        name: "logs",
        purpose: "CloudWatch Logs from the private subnets",
        label: "Endpoint for CloudWatch Logs",
    },
    Service {
        logical_id: "SecretEndpoint",
        name: "secretsmanager",
        purpose: "Secrets Manager from the private subnets",
        label: "Endpoint for Secrets Manager",
    },
];
const MODEL: Service = Service {
    logical_id: "ModelEndpoint",
    name: "bedrock-runtime",
    purpose: "The model on Bedrock from the private subnets",
    label: "Endpoint for Bedrock",
};

/// The services that have an endpoint; none where there is another way.
pub(crate) fn services(spec: &Spec) -> Vec<Service> {
    if !spec.network.is_isolated() {
        return Vec::new();
    }
    let model = (spec.llm.provider == LlmProvider::Bedrock).then_some(MODEL);
    ALWAYS.into_iter().chain(model).collect()
}

/// Logical ids of the endpoints.
pub(super) fn ids(stack: &Stack) -> Vec<String> {
    services(stack.spec).into_iter().map(|service| service.logical_id.to_owned()).collect()
}

pub(super) fn add(stack: &mut Stack) {
    let purpose = "Admits the task to the endpoints";
    stack.add(Resource::new(
        "EndpointSecurityGroup",
        "AWS::EC2::SecurityGroup",
        Network,
        purpose,
        json!({
            "GroupDescription": "Admits the task to the endpoints, nothing else", "VpcId": vpc(stack),
            "SecurityGroupIngress": [neighbour("TaskSecurityGroup", 443, purpose)],
            "SecurityGroupEgress": no_way_out(), "Tags": stack.tags("endpoints")
        }),
    ));
    for service in services(stack.spec) {
        stack.add(Resource::new(
            service.logical_id,
            "AWS::EC2::VPCEndpoint",
            Network,
            service.purpose,
            json!({
                "VpcId": vpc(stack), "VpcEndpointType": "Interface",
                "ServiceName": substitute(&format!("com.amazonaws.${{AWS::Region}}.{}", service.name)),
                "SubnetIds": subnets(stack, "Private"), "PrivateDnsEnabled": true,
                "SecurityGroupIds": [attribute("EndpointSecurityGroup", "GroupId")],
                "Tags": stack.tags(&service.name.replace('.', "-"))
            }),
        ));
    }
}
