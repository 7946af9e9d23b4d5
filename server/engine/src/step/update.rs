//! The steps that bring a new revision into force: one change set, compared with the plan, executed and followed.

use super::{
    reason,
    stack::{Copied, change_set_name, follow, remember, template_body},
};
use crate::{
    executor::{Run, StepResult, Stop},
    operation::EVENTS_READ,
    tag,
};
use model::{cause::Cause, operation::EventKind, plan::ChangeKind, update::UpdatedResource};
use ports::cloud::{ChangeSet, ChangeSetChange, ChangeSetRequest, Stack};
use std::collections::BTreeSet;
use template::output;

/// The number of the revision that the operation brings into force.
fn target(run: &Run) -> StepResult<u32> {
    let missing = || Stop::internal(&std::io::Error::other("an update without a revision"));
    run.operation.summary.revision.ok_or_else(missing)
}

/// Makes the change set from the new revision's template and compares what it would do with the plan. An update that is stuck half
/// undone is undone to its end first.
pub(super) async fn prepare_update(run: &mut Run) -> StepResult {
    let stack = settled(run).await?;
    remember(run, &stack.id, stack.outputs, &[]).await?;
    let before = template_body(run, run.environment.revision).await?;
    let after = template_body(run, target(run)?).await?;
    let (cloud, place) = (run.outside.cloud.clone(), run.place.clone());
    let request = ChangeSetRequest {
        stack_name: run.environment.stack_name.clone(),
        change_set_name: change_set_name(run),
        create: false,
        tags: tag::of(run.environment.summary.id, run.environment.summary.team),
        token: run.token(),
        template_body: after,
    };
    let change_set = run.ask(|| cloud.change_set_prepare(&place, &request)).await?;
    if change_set.status == "FAILED" {
        if changes_nothing(change_set.reason.as_deref()) {
            return run.tell(EventKind::NothingToChange).await;
        }
        return Err(Stop::Failed(reason::cause(&change_set.status, change_set.reason, &[])));
    }
    compare(&before, &request.template_body, &change_set)
}

/// The stack once nothing is in progress in it and nothing is stuck.
async fn settled(run: &mut Run) -> StepResult<Stack> {
    let (cloud, place, name) = (run.outside.cloud.clone(), run.place.clone(), run.environment.stack_name.clone());
    loop {
        let rests = |stack: &Stack, _: bool| !stack.status.ends_with("_IN_PROGRESS");
        let stack = follow(run, Copied::OfOperation, rests).await?;
        let stack = stack.filter(|stack| !stack.status.starts_with("DELETE_"));
        let Some(stack) = stack else { return Err(Stop::Failed(Cause::StackGone)) };
        if stack.status != "UPDATE_ROLLBACK_FAILED" {
            return Ok(stack);
        }
        if run.undoing_continued {
            return Err(Stop::Failed(failure(run, stack).await?));
        }
        run.tell(EventKind::UndoContinued).await?;
        let token = format!("{}-undo", run.token());
        run.ask(|| cloud.rollback_continue(&place, &name, &token)).await?;
        run.undoing_continued = true;
        // Until CloudFormation has begun, the stack shows the status from before.
        run.outside.clock.sleep(run.pace.poll).await;
    }
}

/// CloudFormation's words for a change set that would do nothing (API reference, DescribeChangeSet, and UpdateStack).
fn changes_nothing(reason: Option<&str>) -> bool {
    reason.is_some_and(|reason| {
        reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
    })
}

/// The change set must do what the plan shows, and nothing that costs data.
fn compare(before: &str, after: &str, change_set: &ChangeSet) -> StepResult {
    let planned = template::changes(before, after, &[]);
    let ids = planned.iter().map(|one| one.change.logical_id.clone()).collect();
    let may_follow = template::referring(after, &ids);
    let mut unexpected: Vec<String> = change_set
        .changes
        .iter()
        .filter(|offered| !is_planned(offered, &planned, &may_follow))
        .map(|offered| match offered.replacement.as_deref() {
            Some("True") => format!("replace {}", offered.logical_id),
            _ => format!("{} {}", offered.action, offered.logical_id),
        })
        .collect();
    let offered: BTreeSet<&str> = change_set.changes.iter().map(|offered| offered.logical_id.as_str()).collect();
    let missing = ids.iter().filter(|id| !offered.contains(id.as_str()));
    unexpected.extend(missing.map(|id| format!("missing {id}")));
    if unexpected.is_empty() { Ok(()) } else { Err(Stop::Failed(Cause::PlanDiffers { unexpected })) }
}

/// `Conditional` is CloudFormation's word where it will know only while it works: good enough for what holds no data.
fn is_planned(offered: &ChangeSetChange, planned: &[UpdatedResource], may_follow: &BTreeSet<String>) -> bool {
    let replacement = offered.replacement.as_deref().unwrap_or("False");
    let in_place =
        replacement == "False" || (replacement == "Conditional" && !template::holds_data(&offered.logical_id));
    match planned.iter().find(|one| one.change.logical_id == offered.logical_id).map(|one| one.change.change) {
        Some(ChangeKind::Add) => offered.action == "Add",
        Some(ChangeKind::Remove) => offered.action == "Remove",
        Some(ChangeKind::Modify) => offered.action == "Modify" && in_place,
        Some(ChangeKind::Replace) => offered.action == "Modify" && replacement != "False",
        // It refers to what changes: CloudFormation looks whether anything differs for it.
        None => offered.action == "Modify" && in_place && may_follow.contains(&offered.logical_id),
    }
}

/// Whether the stack stands with the revision that the operation brings into force.
fn is_in_force(stack: &Stack, revision: u32) -> bool {
    let stands =
        matches!(stack.status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    stands && stack.outputs.get(output::REVISION).is_some_and(|number| *number == revision.to_string())
}

/// Executes the change set, unless there is nothing to change.
pub(super) async fn start_update(run: &mut Run) -> StepResult {
    let (cloud, place, stack_name) = (run.outside.cloud.clone(), run.place.clone(), run.environment.stack_name.clone());
    let stack = run.ask(|| cloud.stack(&place, &stack_name)).await?;
    let Some(stack) = stack else { return Err(Stop::Failed(Cause::StackGone)) };
    if is_in_force(&stack, target(run)?) {
        return Ok(());
    }
    let (name, token) = (change_set_name(run), run.token());
    run.ask(|| cloud.change_set_execute(&place, &stack_name, &name, &token)).await
}

/// Follows the stack until the update is in force, or undone. Whoever asked to stop gets it undone.
pub(super) async fn follow_update(run: &mut Run) -> StepResult {
    let revision = target(run)?;
    let rests = move |stack: &Stack, begun: bool| {
        (begun || is_in_force(stack, revision)) && !stack.status.ends_with("_IN_PROGRESS")
    };
    let stack = follow(run, Copied::OfOperation, rests).await?;
    let stack = stack.filter(|stack| !stack.status.starts_with("DELETE_"));
    let Some(stack) = stack else { return Err(Stop::Failed(Cause::StackGone)) };
    remember(run, &stack.id, stack.outputs.clone(), &[]).await?;
    if is_in_force(&stack, revision) {
        return Ok(());
    }
    if stack.status == "UPDATE_ROLLBACK_COMPLETE" && run.is_cancel_requested().await? {
        return Err(Stop::Cancelled);
    }
    Err(Stop::Failed(failure(run, stack).await?))
}

async fn failure(run: &Run, stack: Stack) -> StepResult<Cause> {
    let (store, id) = (run.outside.store.clone(), run.operation.summary.id);
    let events = run.store(|| store.operation_events(id, EVENTS_READ)).await?;
    Ok(reason::cause(&stack.status, stack.reason, &events))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(action: &str, id: &str, replacement: Option<&str>) -> ChangeSetChange {
        ChangeSetChange {
            action: action.to_owned(),
            logical_id: id.to_owned(),
            resource_type: String::new(),
            replacement: replacement.map(str::to_owned),
        }
    }

    fn differs(changes: Vec<ChangeSetChange>) -> Vec<String> {
        let template = |cpu: &str, ranges: &str| {
            serde_json::json!({ "Resources": {
                "TaskDefinition": { "Type": "AWS::ECS::TaskDefinition", "Properties": { "Cpu": cpu } },
                "Service": { "Type": "AWS::ECS::Service", "Properties": { "TaskDefinition": { "Ref": "TaskDefinition" } } },
                "Alarm": { "Type": "AWS::CloudWatch::Alarm", "Properties": {
                    "Dimensions": [{ "Value": { "Fn::GetAtt": ["Service", "Name"] } }] } },
                "Group": { "Type": "AWS::EC2::SecurityGroup", "Properties": { "SecurityGroupIngress": [ranges] } },
                "Database": { "Type": "AWS::RDS::DBInstance", "Properties": {
                    "VPCSecurityGroups": [{ "Fn::GetAtt": ["Group", "GroupId"] }] } },
                "Bucket": { "Type": "AWS::S3::Bucket" },
            }})
            .to_string()
        };
        let change_set = ChangeSet {
            id: String::new(),
            stack_id: String::new(),
            status: "CREATE_COMPLETE".to_owned(),
            execution_status: "AVAILABLE".to_owned(),
            reason: None,
            changes,
        };
        match compare(&template("1024", "a"), &template("2048", "b"), &change_set) {
            Err(Stop::Failed(Cause::PlanDiffers { unexpected })) => unexpected,
            other => {
                other.expect("compared");
                Vec::new()
            }
        }
    }

    /// What the plan shows: the task definition anew, the service with it, the group in place.
    fn planned() -> Vec<ChangeSetChange> {
        vec![
            offered("Modify", "TaskDefinition", Some("True")),
            offered("Modify", "Service", Some("False")),
            offered("Modify", "Group", Some("False")),
        ]
    }

    fn and(more: ChangeSetChange) -> Vec<ChangeSetChange> {
        planned().into_iter().chain([more]).collect()
    }

    #[test]
    fn what_the_plan_shows_is_accepted_with_what_only_refers_to_it() {
        assert_eq!(differs(planned()), Vec::<String>::new());
        assert_eq!(differs(and(offered("Modify", "Alarm", Some("Conditional")))), Vec::<String>::new());
        assert_eq!(differs(and(offered("Modify", "Database", Some("False")))), Vec::<String>::new());
    }

    #[test]
    fn anything_else_is_not() {
        assert_eq!(differs(and(offered("Modify", "Bucket", Some("False")))), ["Modify Bucket"]);
        assert_eq!(differs(and(offered("Modify", "Alarm", Some("True")))), ["replace Alarm"]);
        assert_eq!(differs(and(offered("Modify", "Database", Some("Conditional")))), ["Modify Database"]);
        assert_eq!(differs(and(offered("Remove", "Bucket", None))), ["Remove Bucket"]);
        assert_eq!(differs(planned().into_iter().skip(1).collect()), ["missing TaskDefinition"]);
        let mut anew = planned();
        anew[2].replacement = Some("True".to_owned());
        assert_eq!(differs(anew), ["replace Group"]);
    }

    #[test]
    fn nothing_to_change_is_known_by_its_words() {
        assert!(changes_nothing(Some(
            "The submitted information didn't contain changes. Submit different information to create a change set."
        )));
        assert!(changes_nothing(Some("No updates are to be performed.")));
        assert!(!changes_nothing(Some("Template error")) && !changes_nothing(None));
    }
}
