//! The life of a stack's update: changes one after the other, undone where one fails or somebody asks for it.
//!
//! Changes are in place or anew; the updates of our templates neither add nor remove a resource.

use super::{ground::Ground, stack::StackRow};
use model::plan::ChangeKind;
use ports::cloud::ChangeSetChange;
use serde_json::Value;

/// An update that runs, or is being undone.
pub(super) struct Updating {
    old: Value,
    new: Value,
    /// What is still to change, the next one last; whether it is made anew.
    to_do: Vec<(String, bool)>,
    /// What has changed, and is sent back when the update is undone.
    done: Vec<String>,
}

/// What a change set would do to a stack with the template `old`.
pub(super) fn differences(old: &Value, new: &Value) -> Vec<ChangeSetChange> {
    template::changes(&old.to_string(), &new.to_string(), &[])
        .into_iter()
        .map(|one| {
            let (action, replacement) = match one.change.change {
                ChangeKind::Add => ("Add", None),
                ChangeKind::Remove => ("Remove", None),
                ChangeKind::Modify => ("Modify", Some("False")),
                ChangeKind::Replace => ("Modify", Some("True")),
            };
            ChangeSetChange {
                action: action.to_owned(),
                logical_id: one.change.logical_id,
                resource_type: one.change.resource_type,
                replacement: replacement.map(str::to_owned),
            }
        })
        .collect()
}

impl StackRow {
    /// Begins to change the stack.
    pub(super) fn update(&mut self, ground: &mut Ground, new: Value) {
        let old = self.template().clone();
        let mut to_do: Vec<(String, bool)> = differences(&old, &new)
            .into_iter()
            .map(|change| (change.logical_id, change.replacement.as_deref() == Some("True")))
            .collect();
        // What is made anew comes before what refers to it.
        to_do.sort_by_key(|(_, anew)| *anew);
        self.updating = Some(Updating { old, new, to_do, done: Vec::new() });
        self.set_status(ground, "UPDATE_IN_PROGRESS", Some("User Initiated".to_owned()));
        self.update_next(ground);
    }

    fn update_next(&mut self, ground: &mut Ground) {
        let Some(updating) = &mut self.updating else { return };
        if let Some((next, _)) = updating.to_do.last() {
            let next = next.clone();
            return self.set_resource(ground, &next, "UPDATE_IN_PROGRESS", None);
        }
        let new = updating.new.clone();
        self.updating = None;
        self.set_template(new);
        self.set_status(ground, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", None);
    }

    pub(super) fn advance_update(&mut self, ground: &mut Ground) {
        let Some((current, anew)) = self.updating.as_ref().and_then(|updating| updating.to_do.last().cloned()) else {
            return;
        };
        if ground.stuck.contains(&current) {
            return;
        }
        if let Some(reason) = ground.failing.get(&current).cloned() {
            self.set_resource(ground, &current, "UPDATE_FAILED", Some(&reason));
            let failed = format!("The following resource(s) failed to update: [{current}]. ");
            return self.undo(ground, failed);
        }
        let Some(updating) = &mut self.updating else { return };
        updating.to_do.pop();
        updating.done.push(current.clone());
        let properties = updating.new["Resources"][&current]["Properties"].clone();
        self.put(ground, &current, properties, anew);
        self.set_resource(ground, &current, "UPDATE_COMPLETE", None);
        self.update_next(ground);
    }

    /// Gives a resource other properties, under another physical id where it is made anew.
    fn put(&mut self, ground: &mut Ground, logical_id: &str, properties: Value, anew: bool) {
        let serial = ground.next();
        let home = self.home.clone();
        let Some(resource) = self.resources.iter_mut().find(|one| one.logical_id == logical_id) else { return };
        let old_id = resource.physical_id.clone().unwrap_or_default();
        let new_id = if anew { format!("{old_id}.{serial}") } else { old_id.clone() };
        resource.physical_id = Some(new_id.clone());
        ground.change(&home, &resource.resource_type, &old_id, new_id, properties);
    }

    /// Begins to undo the update that runs.
    pub(super) fn undo(&mut self, ground: &mut Ground, reason: String) {
        self.set_status(ground, "UPDATE_ROLLBACK_IN_PROGRESS", Some(reason));
    }

    pub(super) fn advance_undo(&mut self, ground: &mut Ground) {
        let Some(updating) = &mut self.updating else { return };
        let Some(current) = updating.done.pop() else {
            self.updating = None;
            return self.set_status(ground, "UPDATE_ROLLBACK_COMPLETE", None);
        };
        if let Some(reason) = ground.failing_undos.get(&current).cloned() {
            updating.done.push(current.clone());
            self.set_resource(ground, &current, "UPDATE_FAILED", Some(&reason));
            let failed = format!("The following resource(s) failed to update: [{current}]. ");
            return self.set_status(ground, "UPDATE_ROLLBACK_FAILED", Some(failed));
        }
        let properties = updating.old["Resources"][&current]["Properties"].clone();
        self.put(ground, &current, properties, false);
        self.set_resource(ground, &current, "UPDATE_COMPLETE", None);
    }
}
