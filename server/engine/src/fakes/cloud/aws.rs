//! What the fake AWS answers to each call that is more than a look at one thing.

use super::{
    ground::{Effects, Ground, Resource, SECRET},
    image::Images,
    log::Logs,
    metric::Meter,
    name::Home,
    script::{Script, refusal},
    stack::{NamedChangeSet, StackRow},
    update::differences,
};
use model::{Secret, cause::CloudProblemKind};
use ports::{
    CloudResult,
    cloud::{ChangeSet, ChangeSetChange, ChangeSetRequest, ResourceDrift},
};
use serde_json::Value;
use std::collections::BTreeMap;

/// CloudFormation's limit for a template in the request, in bytes.
const TEMPLATE_LIMIT: usize = 51_200;
/// Services of which [`Cloud::exists`] can ask.
const ASKABLE: [&str; 9] = [
    "cloudwatch",
    "s3",
    "rds",
    "elasticfilesystem",
    "ecs",
    "elasticloadbalancing",
    "logs",
    "secretsmanager",
    "cloudformation",
];

/// Everything that the fake cloud holds, with what it was told to do wrong.
#[derive(Default)]
pub(super) struct Aws {
    pub(super) stacks: Vec<StackRow>,
    pub(super) ground: Ground,
    pub(super) logs: Logs,
    pub(super) script: Script,
    pub(super) meter: Meter,
    pub(super) images: Images,
    pub(super) calls: Vec<String>,
    pub(super) identity: Option<String>,
    pub(super) change_set_failure: Option<String>,
    pub(super) extra_changes: Vec<ChangeSetChange>,
    pub(super) drifted: Vec<ResourceDrift>,
    pub(super) silent: bool,
}

impl Aws {
    /// A stack by name, as long as it lives, or by id, for ever.
    pub(super) fn stack(&mut self, home: &Home, name_or_id: &str) -> Option<(&mut StackRow, &mut Ground)> {
        let fits = |stack: &&mut StackRow| {
            stack.home == *home && (stack.id == name_or_id || (stack.name == name_or_id && !stack.is_gone()))
        };
        self.stacks.iter_mut().find(fits).map(|stack| (stack, &mut self.ground))
    }

    pub(super) fn known_stack(
        &mut self,
        method: &str,
        home: &Home,
        name_or_id: &str,
    ) -> CloudResult<(&mut StackRow, &mut Ground)> {
        self.stack(home, name_or_id).ok_or_else(|| {
            let message = format!("Stack with id {name_or_id} does not exist");
            refusal(method, CloudProblemKind::NotFound, "ValidationError", &message)
        })
    }

    pub(super) fn change_set_prepare(&mut self, home: &Home, request: &ChangeSetRequest) -> CloudResult<ChangeSet> {
        let invalid =
            |message: &str| refusal("change_set_prepare", CloudProblemKind::Invalid, "ValidationError", message);
        if request.template_body.len() > TEMPLATE_LIMIT {
            return Err(invalid("Member must have length less than or equal to 51200"));
        }
        let template: Value = serde_json::from_str(&request.template_body)
            .map_err(|error| invalid(&format!("Template format error: {error}")))?;
        if let Some((stack, _)) = self.stack(home, &request.stack_name) {
            if let Some(known) = stack.change_sets.iter().find(|known| known.name == request.change_set_name) {
                return Ok(known.set.clone());
            }
            if !request.create && stack.status.ends_with("_IN_PROGRESS") {
                let message = format!("Stack:{} is in {} state and can not be updated.", stack.id, stack.status);
                return Err(invalid(&message));
            }
            if request.create && stack.status != "REVIEW_IN_PROGRESS" {
                let message = format!(
                    "Stack [{}] already exists and cannot be created again with the changeSet [{}]",
                    request.stack_name, request.change_set_name
                );
                let kind = CloudProblemKind::Conflict;
                return Err(refusal("change_set_prepare", kind, "AlreadyExistsException", &message));
            }
        }
        let there = self.stack(home, &request.stack_name).map(|(stack, _)| stack.template().clone());
        let (mut changes, same) = match (&there, request.create) {
            (_, true) => (StackRow::additions(&template), false),
            (Some(old), false) => (differences(old, &template), *old == template),
            (None, false) => return Err(invalid(&format!("Stack [{}] does not exist", request.stack_name))),
        };
        changes.extend(self.extra_changes.iter().cloned());
        if self.stack(home, &request.stack_name).is_none() {
            let serial = self.ground.next();
            self.stacks.push(StackRow::new(home.clone(), serial, &request.stack_name));
            self.ground.effects.stacks_made += 1;
        }
        let unchanged =
            "The submitted information didn't contain changes. Submit different information to create a change set.";
        let failure = self.change_set_failure.clone().or_else(|| same.then(|| unchanged.to_owned()));
        let (stack, ground) = self.known_stack("change_set_prepare", home, &request.stack_name)?;
        let (status, execution) =
            if failure.is_some() { ("FAILED", "UNAVAILABLE") } else { ("CREATE_COMPLETE", "AVAILABLE") };
        let set = ChangeSet {
            id: home.arn("cloudformation", &format!("changeSet/{}/{:012x}", request.change_set_name, ground.next())),
            stack_id: stack.id.clone(),
            status: status.to_owned(),
            execution_status: execution.to_owned(),
            reason: failure,
            changes,
        };
        ground.effects.change_sets_made += 1;
        stack.change_sets.push(NamedChangeSet {
            name: request.change_set_name.clone(),
            set: set.clone(),
            template,
            tags: request.tags.clone(),
        });
        Ok(set)
    }

    pub(super) fn change_set_execute(
        &mut self,
        home: &Home,
        stack: &str,
        change_set: &str,
        token: &str,
    ) -> CloudResult<()> {
        let (stack, ground) = self.known_stack("change_set_execute", home, stack)?;
        let Some(found) = stack.change_sets.iter().position(|known| known.name == change_set) else {
            let message = format!("ChangeSet [{change_set}] does not exist");
            let kind = CloudProblemKind::NotFound;
            return Err(refusal("change_set_execute", kind, "ChangeSetNotFound", &message));
        };
        match stack.change_sets[found].set.execution_status.as_str() {
            "EXECUTE_COMPLETE" => Ok(()),
            "AVAILABLE" if stack.status == "REVIEW_IN_PROGRESS" || !stack.status.ends_with("_IN_PROGRESS") => {
                ground.effects.change_sets_executed += 1;
                stack.execute(ground, found, token);
                Ok(())
            }
            status => {
                let message =
                    format!("ChangeSet [{change_set}] cannot be executed in its current status of [{status}]");
                let kind = CloudProblemKind::Conflict;
                Err(refusal("change_set_execute", kind, "InvalidChangeSetStatus", &message))
            }
        }
    }

    pub(super) fn update_cancel(&mut self, home: &Home, stack: &str, token: &str) -> CloudResult<()> {
        let (stack, ground) = self.known_stack("update_cancel", home, stack)?;
        if stack.status == "UPDATE_IN_PROGRESS" {
            ground.effects.updates_cancelled += 1;
            stack.set_token(token);
            stack.undo(ground, "User Initiated".to_owned());
        }
        Ok(())
    }

    pub(super) fn rollback_continue(&mut self, home: &Home, stack: &str, token: &str) -> CloudResult<()> {
        let (stack, ground) = self.known_stack("rollback_continue", home, stack)?;
        if stack.status == "UPDATE_ROLLBACK_FAILED" {
            ground.effects.rollbacks_continued += 1;
            stack.set_token(token);
            stack.undo(ground, "User Initiated".to_owned());
        }
        Ok(())
    }

    pub(super) fn stack_delete(
        &mut self,
        home: &Home,
        stack_id: &str,
        retain: &[String],
        token: &str,
    ) -> CloudResult<()> {
        // CloudFormation does not mind being asked to delete what is not there.
        let Some((stack, ground)) = self.stack(home, stack_id) else { return Ok(()) };
        let invalid =
            |message: &str| Err(refusal("stack_delete", CloudProblemKind::Invalid, "ValidationError", message));
        match stack.status.as_str() {
            "DELETE_COMPLETE" | "DELETE_IN_PROGRESS" => Ok(()),
            _ if stack.protected => {
                let name = &stack.name;
                invalid(&format!("Stack [{name}] cannot be deleted while TerminationProtection is enabled"))
            }
            status if !retain.is_empty() && status != "DELETE_FAILED" => {
                invalid("Resources to retain must be empty unless the stack is in DELETE_FAILED state")
            }
            _ => {
                stack.delete(ground, retain, Some(token));
                Ok(())
            }
        }
    }

    pub(super) fn tagged(&self, home: &Home, key: &str, value: &str) -> Vec<String> {
        let has = |tags: &BTreeMap<String, String>| tags.get(key).is_some_and(|found| found == value);
        let stacks = self
            .stacks
            .iter()
            .filter(|stack| stack.home == *home && !stack.is_gone() && has(stack.tags()))
            .map(|stack| stack.id.clone());
        // The tagging API does not know roles.
        let taggable = |one: &&Resource| one.home == *home && has(&one.tags) && one.kind != "AWS::IAM::Role";
        let things = self.ground.resources.iter().chain(&self.ground.ghosts).filter(taggable);
        let mut arns: Vec<String> = stacks.chain(things.filter_map(Resource::arn)).collect();
        arns.sort_unstable();
        arns.dedup();
        arns
    }

    /// Deletes one thing outside of CloudFormation, if it is there, and counts that.
    pub(super) fn delete(&mut self, home: &Home, kind: &str, id: &str, count: impl FnOnce(&mut Effects) -> &mut usize) {
        if self.ground.remove(home, kind, id) {
            *count(&mut self.ground.effects) += 1;
        }
    }

    pub(super) fn exists(&self, arn: &str) -> Option<bool> {
        let service = arn.split(':').nth(2)?;
        if !ASKABLE.contains(&service) {
            return None;
        }
        let arn = arn.strip_suffix(":*").unwrap_or(arn);
        let stack = self.stacks.iter().any(|stack| stack.id == arn && !stack.is_gone());
        Some(stack || self.ground.resources.iter().any(|one| one.arn().as_deref() == Some(arn)))
    }

    pub(super) fn secret_put(
        &mut self,
        home: &Home,
        name: &str,
        value: &Secret,
        tags: &BTreeMap<String, String>,
    ) -> CloudResult<String> {
        let prefix = home.arn("secretsmanager", &format!("secret:{name}-"));
        let suffix = |arn: &str| arn.strip_prefix(&prefix).is_some_and(|suffix| suffix.len() == 6);
        let known = self.ground.resources.iter().find(|one| one.kind == SECRET && suffix(&one.physical_id));
        let arn = match known {
            Some(known) => known.physical_id.clone(),
            None => {
                // Secrets Manager appends six characters of its own to the name.
                let arn = format!("{prefix}{:06x}", self.ground.next());
                self.ground.effects.secrets_made += 1;
                self.ground.add(Resource {
                    home: home.clone(),
                    kind: SECRET.to_owned(),
                    physical_id: arn.clone(),
                    stack_id: None,
                    tags: tags.clone(),
                    properties: Value::Null,
                });
                arn
            }
        };
        self.ground.secret_values.insert(arn.clone(), value.clone());
        Ok(arn)
    }
}
