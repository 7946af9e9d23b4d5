//! The steps that make an environment.

use super::{
    delete::{is_deleted_or_stuck, remove_empty_data},
    reason,
    stack::{Copied, change_set_name, follow, remember, template_body},
};
use crate::{
    executor::{Run, StepResult, Stop},
    operation::EVENTS_READ,
    tag,
};
use model::cause::Cause;
use ports::cloud::{ChangeSet, ChangeSetRequest, Stack};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Makes the change set, from the template that the plan showed, and compares what it would do with that plan.
pub(super) async fn prepare_stack(run: &mut Run) -> StepResult {
    let (cloud, place, stack_name) = (run.outside.cloud.clone(), run.place.clone(), run.environment.stack_name.clone());
    match run.ask(|| cloud.stack(&place, &stack_name)).await? {
        None => {}
        // Our own change set was made in an attempt before this one and not yet executed.
        Some(stack) if stack.status == "REVIEW_IN_PROGRESS" => {}
        Some(stack) if is_wreck(&stack.status) => remove_wreck(run, &stack).await?,
        Some(stack) => return remember(run, &stack.id, stack.outputs, &[]).await,
    }
    let template_body = template_body(run, run.environment.revision).await?;
    let request = ChangeSetRequest {
        stack_name,
        change_set_name: change_set_name(run),
        create: true,
        tags: tag::of(run.environment.summary.id, run.environment.summary.team),
        token: run.token(),
        template_body,
    };
    let change_set = run.ask(|| cloud.change_set_prepare(&place, &request)).await?;
    remember(run, &change_set.stack_id, BTreeMap::new(), &[]).await?;
    if change_set.status == "FAILED" {
        return Err(Stop::Failed(reason::cause(&change_set.status, change_set.reason, &[])));
    }
    compare(&request.template_body, &change_set)
}

/// A stack that cannot become anything any more: it can only be deleted.
fn is_wreck(status: &str) -> bool {
    matches!(status, "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED")
}

/// Deletes the stack of a failed attempt, with the empty data resources that it leaves behind, so that their names are free again.
async fn remove_wreck(run: &mut Run, wreck: &Stack) -> StepResult {
    let (cloud, place) = (run.outside.cloud.clone(), run.place.clone());
    remember(run, &wreck.id, BTreeMap::new(), &[]).await?;
    let token = format!("{}-wreck", run.token());
    run.ask(|| cloud.stack_protect(&place, &wreck.name, false)).await?;
    run.ask(|| cloud.stack_delete(&place, &wreck.id, &[], &token)).await?;
    let gone = follow(run, Copied::Nothing, is_deleted_or_stuck).await?;
    if let Some(stack) = gone.filter(|stack| stack.status == "DELETE_FAILED") {
        return Err(Stop::Failed(Cause::StackDeleteFailed { resources: Vec::new(), reason: stack.reason }));
    }
    run.environment.stack_id = None;
    remove_empty_data(run).await
}

/// The change set must add exactly the resources of the template, which are the ones that the plan showed.
fn compare(template_body: &str, change_set: &ChangeSet) -> StepResult {
    let template: Value = serde_json::from_str(template_body).unwrap_or_default();
    let planned: BTreeSet<&str> =
        template["Resources"].as_object().into_iter().flatten().map(|(logical_id, _)| logical_id.as_str()).collect();
    let offered: BTreeSet<&str> = change_set.changes.iter().map(|change| change.logical_id.as_str()).collect();
    let mut unexpected: Vec<String> = change_set
        .changes
        .iter()
        .filter(|change| change.action != "Add" || !planned.contains(change.logical_id.as_str()))
        .map(|change| format!("{} {}", change.action, change.logical_id))
        .collect();
    unexpected.extend(planned.difference(&offered).map(|missing| format!("missing {missing}")));
    if unexpected.is_empty() { Ok(()) } else { Err(Stop::Failed(Cause::PlanDiffers { unexpected })) }
}

/// Executes the change set, unless that was done already.
pub(super) async fn start_stack(run: &mut Run) -> StepResult {
    let (cloud, place, stack_name) = (run.outside.cloud.clone(), run.place.clone(), run.environment.stack_name.clone());
    let stack = run.ask(|| cloud.stack(&place, &stack_name)).await?;
    let Some(stack) = stack else { return Err(Stop::Failed(Cause::StackGone)) };
    if stack.status != "REVIEW_IN_PROGRESS" {
        return Ok(());
    }
    let (name, token) = (change_set_name(run), run.token());
    run.ask(|| cloud.change_set_execute(&place, &stack_name, &name, &token)).await
}

/// Follows the stack until it is complete, or rolled back.
pub(super) async fn follow_stack(run: &mut Run) -> StepResult {
    let over = |stack: &Stack, _: bool| !stack.status.ends_with("_IN_PROGRESS") || stack.status == "DELETE_IN_PROGRESS";
    let Some(stack) = follow(run, Copied::All, over).await? else { return Err(Stop::Failed(Cause::StackGone)) };
    match stack.status.as_str() {
        "CREATE_COMPLETE" => remember(run, &stack.id, stack.outputs, &[]).await,
        "DELETE_COMPLETE" | "DELETE_IN_PROGRESS" => Err(Stop::Failed(Cause::StackGone)),
        status => {
            let (store, id) = (run.outside.store.clone(), run.operation.summary.id);
            let events = run.store(|| store.operation_events(id, EVENTS_READ)).await?;
            Err(Stop::Failed(reason::cause(status, stack.reason, &events)))
        }
    }
}

/// Protects the stack against deletion and its data against replacement, whoever asks.
pub(super) async fn protect_stack(run: &mut Run) -> StepResult {
    let (cloud, place, stack_name) = (run.outside.cloud.clone(), run.place.clone(), run.environment.stack_name.clone());
    let policy = template::stack_policy();
    run.ask(|| cloud.stack_policy_set(&place, &stack_name, &policy)).await?;
    run.ask(|| cloud.stack_protect(&place, &stack_name, true)).await
}
