//! Rules about templates and specs: what an experienced operator would say of them, and what the public checkers are known to miss.
//!
//! Ids are stable and never given to another rule.

mod access;
mod change;
mod host;
mod keeping;
mod network;
mod operation;
mod shape;

pub use change::change_findings;

use model::{
    plan::{PlanFinding, Severity},
    spec::Spec,
};
use serde_json::{Map, Value};

/// A template as rules look at it.
struct Template<'a> {
    resources: &'a Map<String, Value>,
}

impl<'a> Template<'a> {
    /// Resources of a type with their properties.
    fn of_type(&self, resource_type: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.resources
            .iter()
            .filter(move |(_, resource)| resource["Type"] == resource_type)
            .map(|(id, resource)| (id.as_str(), &resource["Properties"]))
    }
}

/// What a rule has to say: which resource, what is so.
type Said = Vec<(Option<String>, String)>;

/// One rule.
struct Rule {
    id: &'static str,
    severity: Severity,
    why: &'static str,
    fix: &'static str,
    look: fn(&Spec, &Template) -> Said,
}

/// Everything that the rules say of a template, the gravest first.
pub fn findings(spec: &Spec, template: &Value) -> Vec<PlanFinding> {
    let empty = Map::new();
    let template = Template { resources: template["Resources"].as_object().unwrap_or(&empty) };
    let rules = network::RULES
        .iter()
        .chain(access::RULES)
        .chain(shape::RULES)
        .chain(operation::RULES)
        .chain(keeping::RULES)
        .chain(host::RULES);
    let mut findings: Vec<PlanFinding> = rules
        .flat_map(|rule| {
            (rule.look)(spec, &template).into_iter().map(|(logical_id, what)| PlanFinding {
                rule: rule.id.to_owned(),
                severity: rule.severity,
                logical_id,
                what,
                why: rule.why.to_owned(),
                fix: rule.fix.to_owned(),
            })
        })
        .collect();
    findings.sort_by(|a, b| (a.severity, &a.rule, &a.logical_id).cmp(&(b.severity, &b.rule, &b.logical_id)));
    findings
}

/// A number that may stand as text.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// The items of a list, none if it is not there.
fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The items of a rule's finding about one resource.
fn about(id: &str, what: impl Into<String>) -> (Option<String>, String) {
    (Some(id.to_owned()), what.into())
}
