//! From a spec to a CloudFormation template, with its price and what our rules say of it. Pure: no I/O, no clock, no randomness.
//!
//! A template consists of literals rather than parameters, so that a revision is its template. It holds no secret: secrets are made
//! by Secrets Manager or referred to by ARN. The same spec gives the same bytes.

mod change;
mod difference;
mod export;
mod price;
mod role;
mod rule;
pub mod setting;
mod stack;

pub use change::{changes, holds_data, interruptions, known_types, referring};
pub use difference::{difference, values};
pub use export::{terraform, terraform_takeover, yaml};
pub use price::{estimate, host_price, leftover_price, size_price};
pub use role::{account_roles, planned_roles};
pub use rule::{change_findings, findings};

use model::{EnvironmentId, TeamId, plan::ResourceChange, spec::Spec};
use serde_json::{Value, json};

/// Whose stack it is.
#[derive(Clone, Debug)]
pub struct Identity {
    pub environment: EnvironmentId,
    pub name: String,
    pub team: TeamId,
    pub team_name: String,
    /// The 12-digit AWS account number.
    pub account: String,
    pub region: String,
    pub revision: u32,
}

/// A rendered template.
#[derive(Clone, Debug)]
pub struct Rendered {
    pub stack_name: String,
    /// Minified JSON, at most [`BODY_LIMIT`] bytes.
    pub body: String,
    /// Every resource, in the order of the sections.
    pub resources: Vec<ResourceChange>,
}

/// CloudFormation's limit for a template that is sent in the request, in bytes
/// (AWS CloudFormation User Guide, "Understand CloudFormation quotas").
pub const BODY_LIMIT: usize = 51_200;

/// Names of the stack's outputs, by which the engine finds what it made.
pub mod output {
    /// Base URL of the environment.
    pub const ADDRESS: &str = "Address";
    /// Base URL at which Handrail asks whether OpenHands is ready, where that is another one than [`ADDRESS`].
    pub const PROBE_ADDRESS: &str = "ProbeAddress";
    pub const LOAD_BALANCER_DNS: &str = "LoadBalancerDns";
    pub const LOAD_BALANCER_ARN: &str = "LoadBalancerArn";
    pub const TARGET_GROUP_ARN: &str = "TargetGroupArn";
    pub const CLUSTER_NAME: &str = "ClusterName";
    pub const SERVICE_NAME: &str = "ServiceName";
    pub const DATABASE_ID: &str = "DatabaseId";
    pub const BUCKET_NAME: &str = "BucketName";
    pub const FILE_SYSTEM_ID: &str = "FileSystemId";
    pub const LOG_GROUP_NAME: &str = "LogGroupName";
    /// The secret that holds the key people type in to use Canvas.
    pub const SESSION_KEY_SECRET_ARN: &str = "SessionKeySecretArn";
    /// Number of the revision in force.
    pub const REVISION: &str = "Revision";
}

/// The last eight hex digits of the id: its random part, since version 7 begins with the time.
fn suffix(environment: EnvironmentId) -> String {
    environment.0.simple().to_string()[24..].to_owned()
}

/// Name of the stack, at most 38 characters. The suffix lets an environment be made again under its old name while the retained
/// resources of the former one still exist.
pub fn stack_name(name: &str, environment: EnvironmentId) -> String {
    format!("handrail-{name}-{}", suffix(environment))
}

/// Name under which the LLM key of an environment lies in Secrets Manager.
pub fn llm_key_secret_name(environment: EnvironmentId) -> String {
    format!("handrail/{environment}/llm-key")
}

/// Name under which an extra secret of an environment lies in Secrets Manager.
pub fn variable_secret_name(environment: EnvironmentId, name: &str) -> String {
    format!("handrail/{environment}/variable/{name}")
}

/// Name under which the OIDC client secret of an environment lies in Secrets Manager.
pub fn sign_in_secret_name(environment: EnvironmentId) -> String {
    format!("handrail/{environment}/sign-in")
}

/// Renders a spec.
pub fn render(spec: &Spec, identity: &Identity) -> Rendered {
    let stack = stack::build(spec, identity);
    Rendered {
        stack_name: stack_name(&identity.name, identity.environment),
        body: stack.body(),
        resources: stack.changes(),
    }
}

/// A template as indented JSON; `None` if it is none.
pub fn pretty(body: &str) -> Option<String> {
    let value: Value = serde_json::from_str(body).ok()?;
    serde_json::to_string_pretty(&value).ok()
}

/// How many resources a template names; none if it is no template.
pub fn resource_count(body: &str) -> usize {
    let template: Value = serde_json::from_str(body).unwrap_or_default();
    template["Resources"].as_object().map_or(0, serde_json::Map::len)
}

/// Denies every update that would replace or delete a resource that holds data, whoever asks for it
/// (AWS CloudFormation User Guide, "Prevent updates to stack resources").
pub fn stack_policy() -> String {
    let data: Vec<String> = stack::DATA.iter().map(|id| format!("LogicalResourceId/{id}")).collect();
    json!({
        "Statement": [
            { "Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*" },
            { "Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Principal": "*", "Resource": data },
        ]
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_template_is_counted_by_its_resources() {
        let template = r#"{ "Outputs": { "A": {} }, "Resources": { "Vpc": { "Type": "x" }, "Service": {} } }"#;
        assert_eq!(super::resource_count(template), 2);
    }
}
