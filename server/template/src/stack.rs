//! A stack being put together, resource by resource.

mod access;
mod app;
mod database;
mod host;
mod network;
mod observability;
mod role;
mod secret;
mod service;
mod storage;

pub(crate) use network::services;

use crate::{Identity, suffix};
use model::{
    plan::{ChangeKind, ResourceChange, Section},
    spec::{Edition, Spec},
};
use serde_json::{Map, Value, json};

/// Logical ids of the resources that hold data.
pub(crate) const DATA: [&str; 3] = ["Bucket", "Database", "FileSystem"];

/// What becomes of a resource that leaves its stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// It stays; only where the stack's creation is rolled back, when it is empty, does it go.
    Retained,
    /// It goes, and leaves a snapshot.
    Snapshotted,
}

/// One resource.
pub(crate) struct Resource {
    logical_id: String,
    resource_type: &'static str,
    section: Section,
    purpose: String,
    properties: Value,
    after: Vec<String>,
    leaving: Option<Leaving>,
    update_policy: Option<Value>,
}

impl Resource {
    pub(crate) fn new(
        logical_id: impl Into<String>,
        resource_type: &'static str,
        section: Section,
        purpose: impl Into<String>,
        properties: Value,
    ) -> Self {
        Self {
            logical_id: logical_id.into(),
            resource_type,
            section,
            purpose: purpose.into(),
            properties,
            after: Vec::new(),
            leaving: None,
            update_policy: None,
        }
    }

    /// Is made after others that no property refers to.
    pub(crate) fn after(mut self, others: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.after.extend(others.into_iter().map(Into::into));
        self
    }

    pub(crate) fn leaving(mut self, leaving: Leaving) -> Self {
        self.leaving = Some(leaving);
        self
    }

    /// How CloudFormation replaces what the resource keeps, when it changes.
    pub(crate) fn updated_by(mut self, policy: Value) -> Self {
        self.update_policy = Some(policy);
        self
    }

    fn body(&self) -> Value {
        let mut body = Map::new();
        body.insert("Type".to_owned(), json!(self.resource_type));
        body.insert("Properties".to_owned(), self.properties.clone());
        if !self.after.is_empty() {
            let mut after = self.after.clone();
            after.sort();
            body.insert("DependsOn".to_owned(), json!(after));
        }
        if let Some(policy) = &self.update_policy {
            body.insert("UpdatePolicy".to_owned(), policy.clone());
        }
        let (deletion, replacement) = match self.leaving {
            None => return Value::Object(body),
            Some(Leaving::Retained) => ("RetainExceptOnCreate", "Retain"),
            Some(Leaving::Snapshotted) => ("Snapshot", "Snapshot"),
        };
        body.insert("DeletionPolicy".to_owned(), json!(deletion));
        body.insert("UpdateReplacePolicy".to_owned(), json!(replacement));
        Value::Object(body)
    }
}

/// A stack.
pub(crate) struct Stack<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) identity: &'a Identity,
    resources: Vec<Resource>,
    outputs: Map<String, Value>,
}

/// The whole stack of a spec.
pub(crate) fn build<'a>(spec: &'a Spec, identity: &'a Identity) -> Stack<'a> {
    let mut stack = Stack { spec, identity, resources: Vec::new(), outputs: Map::new() };
    network::add(&mut stack);
    access::add(&mut stack);
    if let Some(host) = spec.compute.host {
        host::add(&mut stack, host);
    }
    service::add(&mut stack);
    database::add(&mut stack);
    storage::add(&mut stack);
    secret::add(&mut stack);
    role::add(&mut stack);
    observability::add(&mut stack);
    stack.output(crate::output::REVISION, "Revision of the spec", json!(identity.revision.to_string()));
    stack
}

impl Stack<'_> {
    pub(crate) fn add(&mut self, resource: Resource) {
        self.resources.push(resource);
    }

    pub(crate) fn output(&mut self, name: &str, description: &str, value: Value) {
        self.outputs.insert(name.to_owned(), json!({ "Description": description, "Value": value }));
    }

    /// Whether the stack is one of the app server, whose task shares its host's network and Docker.
    pub(crate) fn is_app(&self) -> bool {
        self.spec.edition == Edition::App
    }

    /// Name for resources with room for 38 characters: the stack's own.
    pub(crate) fn long_name(&self) -> String {
        crate::stack_name(&self.identity.name, self.identity.environment)
    }

    /// Name for load balancers and target groups, which may have 32 characters.
    pub(crate) fn short_name(&self) -> String {
        format!("hr-{}-{}", self.identity.name, suffix(self.identity.environment))
    }

    /// Tags by which the environment's resources are found, and the name that consoles show.
    pub(crate) fn tags(&self, role: &str) -> Value {
        json!([
            { "Key": "Name", "Value": format!("{}-{role}", self.long_name()) },
            { "Key": "handrail:environment", "Value": self.identity.environment.to_string() },
            { "Key": "handrail:team", "Value": self.identity.team.to_string() },
        ])
    }

    /// Letters of the zones, as they stand in logical ids.
    pub(crate) fn zones(&self) -> impl Iterator<Item = char> + use<> {
        ('A'..='Z').take(self.spec.network.zones.into())
    }

    pub(crate) fn body(&self) -> String {
        let resources: Map<String, Value> =
            self.resources.iter().map(|resource| (resource.logical_id.clone(), resource.body())).collect();
        json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": format!("OpenHands environment {} of team {}, made by Handrail", self.identity.name, self.identity.team_name),
            "Metadata": { "Handrail": { "Edition": self.spec.edition.code(), "Revision": self.identity.revision } },
            "Resources": resources,
            "Outputs": self.outputs,
        })
        .to_string()
    }

    pub(crate) fn changes(&self) -> Vec<ResourceChange> {
        let mut changes: Vec<ResourceChange> = self
            .resources
            .iter()
            .map(|resource| ResourceChange {
                change: ChangeKind::Add,
                logical_id: resource.logical_id.clone(),
                resource_type: resource.resource_type.to_owned(),
                purpose: resource.purpose.clone(),
                section: resource.section,
            })
            .collect();
        changes.sort_by_key(|change| change.section);
        changes
    }
}

/// `Ref`.
pub(crate) fn reference(logical_id: &str) -> Value {
    json!({ "Ref": logical_id })
}

/// `Fn::GetAtt`.
pub(crate) fn attribute(logical_id: &str, attribute: &str) -> Value {
    json!({ "Fn::GetAtt": [logical_id, attribute] })
}

/// `Fn::Sub`.
pub(crate) fn substitute(text: &str) -> Value {
    json!({ "Fn::Sub": text })
}

/// How many secrets the stack of an edition makes.
pub(crate) fn secret_count(edition: Edition) -> u32 {
    u32::try_from(secret::all(edition).len()).unwrap_or(u32::MAX)
}

/// How many alarms the stack of a spec has.
pub(crate) fn alarm_count(spec: &Spec) -> u32 {
    observability::alarm_count(spec)
}
