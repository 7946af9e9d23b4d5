//! The life of one CloudFormation stack but for its updates: creation, rollback and deletion, one resource after the other.

use super::{
    ground::{DATABASE, Ground, Resource},
    name::{Home, Names},
    update::Updating,
};
use ports::cloud::{ChangeSet, ChangeSetChange, Stack, StackEvent, StackResource};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const STACK_TYPE: &str = "AWS::CloudFormation::Stack";

/// A change set with the name under which it is found, and what its execution gives to the stack.
pub(super) struct NamedChangeSet {
    pub(super) name: String,
    pub(super) set: ChangeSet,
    pub(super) template: Value,
    pub(super) tags: BTreeMap<String, String>,
}

pub(super) struct StackRow {
    pub(super) home: Home,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) status: String,
    pub(super) protected: bool,
    pub(super) policy: Option<String>,
    pub(super) change_sets: Vec<NamedChangeSet>,
    pub(super) resources: Vec<StackResource>,
    pub(super) events: Vec<StackEvent>,
    serial: u64,
    reason: Option<String>,
    outputs: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
    template: Value,
    pub(super) updating: Option<Updating>,
    /// Resources to leave where they are, named by the deletion that runs.
    retain: Vec<String>,
    /// `ClientRequestToken` of the call that runs.
    token: Option<String>,
}

impl StackRow {
    /// A stack that has nothing but a change set to come.
    pub(super) fn new(home: Home, serial: u64, name: &str) -> Self {
        Self {
            id: home.arn("cloudformation", &format!("stack/{name}/00000000-0000-4000-8000-{serial:012x}")),
            home,
            name: name.to_owned(),
            status: "REVIEW_IN_PROGRESS".to_owned(),
            protected: false,
            policy: None,
            change_sets: Vec::new(),
            resources: Vec::new(),
            events: Vec::new(),
            serial,
            reason: None,
            outputs: BTreeMap::new(),
            tags: BTreeMap::new(),
            template: Value::Null,
            updating: None,
            retain: Vec::new(),
            token: None,
        }
    }

    pub(super) fn is_gone(&self) -> bool {
        self.status == "DELETE_COMPLETE"
    }

    pub(super) fn describe(&self) -> Stack {
        Stack {
            id: self.id.clone(),
            name: self.name.clone(),
            status: self.status.clone(),
            reason: self.reason.clone(),
            outputs: self.outputs.clone(),
            termination_protection: self.protected,
        }
    }

    pub(super) fn tags(&self) -> &BTreeMap<String, String> {
        &self.tags
    }

    /// What a change set of this template would do to a stack that is empty.
    pub(super) fn additions(template: &Value) -> Vec<ChangeSetChange> {
        let resources = template["Resources"].as_object().into_iter().flatten();
        resources
            .map(|(logical_id, resource)| ChangeSetChange {
                action: "Add".to_owned(),
                logical_id: logical_id.clone(),
                resource_type: resource["Type"].as_str().unwrap_or_default().to_owned(),
                replacement: None,
            })
            .collect()
    }

    pub(super) fn template(&self) -> &Value {
        &self.template
    }

    /// Another template is in force.
    pub(super) fn set_template(&mut self, template: Value) {
        self.template = template;
        self.outputs = self.computed_outputs();
    }

    /// The call that runs, whose events carry its token.
    pub(super) fn set_token(&mut self, token: &str) {
        self.token = Some(token.to_owned());
    }

    fn definition(&self, logical_id: &str) -> &Value {
        &self.template["Resources"][logical_id]
    }

    fn names<'a>(&'a self, none: &'a Map<String, Value>) -> Names<'a> {
        Names {
            home: &self.home,
            stack_id: &self.id,
            stack_name: &self.name,
            serial: self.serial,
            resources: self.template["Resources"].as_object().unwrap_or(none),
        }
    }

    fn event(&mut self, ground: &mut Ground, logical_id: &str, status: &str, reason: Option<&str>) {
        let resource = self.resources.iter().find(|one| one.logical_id == logical_id);
        let (resource_type, physical_id) = match resource {
            Some(resource) => (resource.resource_type.clone(), resource.physical_id.clone()),
            None => (STACK_TYPE.to_owned(), Some(self.id.clone())),
        };
        self.events.push(StackEvent {
            id: format!("{logical_id}-{status}-{:06}", ground.next()),
            at: ground.now,
            logical_id: logical_id.to_owned(),
            resource_type,
            physical_id,
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            token: self.token.clone(),
        });
    }

    pub(super) fn set_status(&mut self, ground: &mut Ground, status: &str, reason: Option<String>) {
        status.clone_into(&mut self.status);
        self.reason.clone_from(&reason);
        let name = self.name.clone();
        self.event(ground, &name, status, reason.as_deref());
    }

    pub(super) fn set_resource(&mut self, ground: &mut Ground, logical_id: &str, status: &str, reason: Option<&str>) {
        if let Some(resource) = self.resources.iter_mut().find(|one| one.logical_id == logical_id) {
            status.clone_into(&mut resource.status);
        }
        self.event(ground, logical_id, status, reason);
    }

    /// Begins to make or to change the stack, from the change set at this place.
    pub(super) fn execute(&mut self, ground: &mut Ground, change_set: usize, token: &str) {
        let chosen = &mut self.change_sets[change_set];
        "EXECUTE_COMPLETE".clone_into(&mut chosen.set.execution_status);
        let template = chosen.template.clone();
        self.tags = chosen.tags.clone();
        self.token = Some(token.to_owned());
        if self.status != "REVIEW_IN_PROGRESS" {
            return self.update(ground, template);
        }
        self.template = template;
        self.set_status(ground, "CREATE_IN_PROGRESS", Some("User Initiated".to_owned()));
        self.create_next(ground);
    }

    fn create_next(&mut self, ground: &mut Ground) {
        let begun = |key: &String| self.resources.iter().any(|one| one.logical_id == *key);
        let next = self.template["Resources"].as_object().into_iter().flat_map(Map::keys).find(|key| !begun(key));
        let Some(logical_id) = next.cloned() else {
            self.outputs = self.computed_outputs();
            return self.set_status(ground, "CREATE_COMPLETE", None);
        };
        let resource_type = self.definition(&logical_id)["Type"].as_str().unwrap_or_default().to_owned();
        self.resources.push(StackResource {
            logical_id: logical_id.clone(),
            resource_type,
            physical_id: None,
            status: String::new(),
        });
        self.set_resource(ground, &logical_id, "CREATE_IN_PROGRESS", None);
        let physical_id = self.names(&Map::new()).physical(&logical_id);
        if let Some(resource) = self.resources.last_mut() {
            resource.physical_id = Some(physical_id);
        }
        self.set_resource(ground, &logical_id, "CREATE_IN_PROGRESS", Some("Resource creation Initiated"));
    }

    fn computed_outputs(&self) -> BTreeMap<String, String> {
        let none = Map::new();
        let names = self.names(&none);
        let outputs = self.template["Outputs"].as_object().into_iter().flatten();
        outputs.map(|(key, output)| (key.clone(), names.resolve(&output["Value"]))).collect()
    }

    /// Begins to delete the stack.
    pub(super) fn delete(&mut self, ground: &mut Ground, retain: &[String], token: Option<&str>) {
        ground.effects.deletions_started += 1;
        self.token = token.map(str::to_owned);
        self.retain = retain.to_vec();
        for resource in &mut self.resources {
            if resource.status == "DELETE_FAILED" {
                "CREATE_COMPLETE".clone_into(&mut resource.status);
            }
        }
        self.set_status(ground, "DELETE_IN_PROGRESS", Some("User Initiated".to_owned()));
        self.remove_next(ground);
    }

    /// One poll: as many resources move on as the test's pace asks for.
    pub(super) fn poll(&mut self, ground: &mut Ground) {
        let all = self.template["Resources"].as_object().map_or(0, Map::len);
        let at_once = ground.polls.map_or(1, |polls| all.div_ceil(polls.max(1)));
        for _ in 0..at_once {
            self.advance(ground);
        }
    }

    /// Moves on by one resource.
    pub(super) fn advance(&mut self, ground: &mut Ground) {
        match self.status.as_str() {
            "CREATE_IN_PROGRESS" => self.advance_creation(ground),
            "UPDATE_IN_PROGRESS" => self.advance_update(ground),
            "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" => self.set_status(ground, "UPDATE_COMPLETE", None),
            "UPDATE_ROLLBACK_IN_PROGRESS" => self.advance_undo(ground),
            "ROLLBACK_IN_PROGRESS" | "DELETE_IN_PROGRESS" => self.advance_removal(ground),
            _ => {}
        }
    }

    fn in_progress(&self, status: &str) -> Option<StackResource> {
        self.resources.iter().find(|one| one.status == status).cloned()
    }

    fn advance_creation(&mut self, ground: &mut Ground) {
        let Some(current) = self.in_progress("CREATE_IN_PROGRESS") else { return };
        if ground.stuck.contains(&current.logical_id) {
            return;
        }
        let made = self.thing(&current);
        let failure = ground.failing.get(&current.logical_id).cloned();
        let failure =
            failure.or_else(|| ground.is_taken(&made).then(|| format!("{} already exists", made.physical_id)));
        if let Some(reason) = failure {
            self.set_resource(ground, &current.logical_id, "CREATE_FAILED", Some(&reason));
            let failed = format!("The following resource(s) failed to create: [{}]. ", current.logical_id);
            self.set_status(ground, "ROLLBACK_IN_PROGRESS", Some(failed + "Rollback requested by user."));
            return self.remove_next(ground);
        }
        ground.add(made);
        self.set_resource(ground, &current.logical_id, "CREATE_COMPLETE", None);
        self.create_next(ground);
    }

    /// The thing that a resource of the stack is.
    fn thing(&self, resource: &StackResource) -> Resource {
        let properties = self.definition(&resource.logical_id)["Properties"].clone();
        let mut tags = self.tags.clone();
        for tag in properties["Tags"].as_array().into_iter().flatten() {
            if let (Some(key), Some(value)) = (tag["Key"].as_str(), tag["Value"].as_str()) {
                tags.insert(key.to_owned(), value.to_owned());
            }
        }
        Resource {
            home: self.home.clone(),
            kind: resource.resource_type.clone(),
            physical_id: resource.physical_id.clone().unwrap_or_default(),
            stack_id: Some(self.id.clone()),
            tags,
            properties,
        }
    }

    /// Begins to remove the youngest resource that is left; ends rollback or deletion when none is.
    fn remove_next(&mut self, ground: &mut Ground) {
        let left = |one: &&StackResource| !one.status.starts_with("DELETE_");
        if let Some(next) = self.resources.iter().rev().find(left).cloned() {
            return self.set_resource(ground, &next.logical_id, "DELETE_IN_PROGRESS", None);
        }
        let failed: Vec<&str> = self
            .resources
            .iter()
            .filter(|one| one.status == "DELETE_FAILED")
            .map(|one| one.logical_id.as_str())
            .collect();
        let reason = (!failed.is_empty())
            .then(|| format!("The following resource(s) failed to delete: [{}]. ", failed.join(", ")));
        let status = match (self.status.as_str(), reason.is_some()) {
            ("ROLLBACK_IN_PROGRESS", false) => "ROLLBACK_COMPLETE",
            ("ROLLBACK_IN_PROGRESS", true) => "ROLLBACK_FAILED",
            (_, false) => "DELETE_COMPLETE",
            (_, true) => "DELETE_FAILED",
        };
        if status == "DELETE_COMPLETE" {
            ground.effects.stacks_deleted += 1;
        }
        self.outputs.clear();
        self.set_status(ground, status, reason);
    }

    fn advance_removal(&mut self, ground: &mut Ground) {
        let Some(current) = self.in_progress("DELETE_IN_PROGRESS") else { return };
        let id = current.physical_id.clone().unwrap_or_default();
        let there = ground
            .find(&self.home, &current.resource_type, &id)
            .filter(|one| one.stack_id.as_deref() == Some(self.id.as_str()))
            .cloned();
        let failure = ground.failing_deletions.get(&current.logical_id).cloned();
        let (status, reason) = match there {
            // It never came into being, or somebody has deleted it already: CloudFormation takes both for done.
            None => ("DELETE_COMPLETE", None),
            Some(_) if self.is_retained(&current) => {
                ground.resources.iter_mut().filter(|one| one.physical_id == id).for_each(|one| one.stack_id = None);
                ("DELETE_SKIPPED", None)
            }
            Some(_) if failure.is_some() => ("DELETE_FAILED", failure),
            Some(database) if database.properties["DeletionProtection"].as_bool() == Some(true) => {
                ("DELETE_FAILED", Some("Cannot delete protected DB Instance".to_owned()))
            }
            Some(thing) => {
                if self.policy_of(&current) == "Snapshot" {
                    let name = format!("{}-snapshot-{}-{:012x}", self.name, current.logical_id, ground.next());
                    ground.snapshot(&thing, &name.to_lowercase());
                }
                ground.remove(&self.home, &current.resource_type, &id);
                ("DELETE_COMPLETE", None)
            }
        };
        self.set_resource(ground, &current.logical_id, status, reason.as_deref());
        self.remove_next(ground);
    }

    /// The `DeletionPolicy`, or CloudFormation's default: `Snapshot` for a database instance outside of a cluster.
    fn policy_of(&self, resource: &StackResource) -> &str {
        let default = if resource.resource_type == DATABASE { "Snapshot" } else { "Delete" };
        self.definition(&resource.logical_id)["DeletionPolicy"].as_str().unwrap_or(default)
    }

    fn is_retained(&self, resource: &StackResource) -> bool {
        match self.policy_of(resource) {
            "Retain" => true,
            "RetainExceptOnCreate" => self.status != "ROLLBACK_IN_PROGRESS",
            _ => self.retain.contains(&resource.logical_id),
        }
    }
}
