//! Following a stack to its end, with its events copied into the operation as they come.

use crate::executor::{Run, StepResult, Stop};
use model::{cause::Cause, operation::EventKind};
use ports::{
    cloud::{Stack, StackEvent},
    store::KnownResource,
};
use serde_json::json;
use std::collections::BTreeMap;

/// The stack's id if it is known, its name otherwise. A deleted stack is found by its id only.
pub(super) fn name_or_id(run: &Run) -> String {
    run.environment.stack_id.clone().unwrap_or_else(|| run.environment.stack_name.clone())
}

/// Which events of a stack belong into the operation's own history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Copied {
    /// All: the operation makes the stack.
    All,
    /// Those of its deletion: the rest stands in the history of the operation that made it.
    Deletions,
    /// None: the stack of a failed attempt is only cleared away.
    Nothing,
}

/// Polls until `is_over` says so of the status, or the stack is not there any more (`None`).
pub(super) async fn follow(run: &mut Run, copied: Copied, is_over: impl Fn(&str) -> bool) -> StepResult<Option<Stack>> {
    let (cloud, place) = (run.outside.cloud.clone(), run.place.clone());
    let limit = run.now() + run.pace.stack_limit;
    let name = name_or_id(run);
    loop {
        run.check_cancel().await?;
        // The stack is asked before its events, so that the last event is never missed.
        let stack = run.ask(|| cloud.stack(&place, &name)).await?;
        let Some(stack) = stack else { return Ok(None) };
        if copied != Copied::Nothing {
            copy_events(run, &stack, copied).await?;
        }
        if is_over(&stack.status) {
            return Ok(Some(stack));
        }
        if run.now() >= limit {
            let minutes = u32::try_from(run.pace.stack_limit.as_secs() / 60).unwrap_or(u32::MAX);
            return Err(Stop::Failed(Cause::TimedOut { step: run.step.code().to_owned(), minutes }));
        }
        run.outside.clock.sleep(run.pace.poll).await;
    }
}

/// Copies the events after the last one that was copied, and remembers every resource that they name.
async fn copy_events(run: &mut Run, stack: &Stack, copied: Copied) -> StepResult {
    let (cloud, place) = (run.outside.cloud.clone(), run.place.clone());
    let last = run.kept.as_ref().and_then(|kept| kept.get("last_event")).and_then(|id| id.as_str().map(str::to_owned));
    let events = run.ask(|| cloud.stack_events(&place, &stack.id, last.as_deref())).await?;
    let Some(newest) = events.last().map(|event| event.id.clone()) else { return Ok(()) };
    let resources = known(&events);
    let outputs = if stack.outputs.is_empty() { run.environment.outputs.clone() } else { stack.outputs.clone() };
    remember(run, &stack.id, outputs, &resources).await?;
    let belongs = |event: &StackEvent| copied == Copied::All || event.status.starts_with("DELETE_");
    let events = events.into_iter().filter(belongs).map(|event| (event.at, copy(event))).collect();
    run.append(events).await.map_err(Stop::Abandon)?;
    run.note(json!({ "last_event": newest })).await
}

/// Keeps stack id, outputs and resources with the environment.
pub(super) async fn remember(
    run: &mut Run,
    stack_id: &str,
    outputs: BTreeMap<String, String>,
    resources: &[KnownResource],
) -> StepResult {
    let (store, id) = (run.outside.store.clone(), run.environment.summary.id);
    run.store(|| store.environment_set_stack(id, stack_id, &outputs, resources)).await?;
    run.environment.stack_id = Some(stack_id.to_owned());
    run.environment.outputs = outputs;
    Ok(())
}

fn known(events: &[StackEvent]) -> Vec<KnownResource> {
    let mut resources: Vec<KnownResource> = Vec::new();
    for event in events {
        let Some(physical_id) = event.physical_id.clone().filter(|id| !id.is_empty()) else { continue };
        if event.resource_type == "AWS::CloudFormation::Stack" {
            continue;
        }
        let resource = KnownResource {
            logical_id: event.logical_id.clone(),
            resource_type: event.resource_type.clone(),
            physical_id,
        };
        if !resources.contains(&resource) {
            resources.push(resource);
        }
    }
    resources
}

fn copy(event: StackEvent) -> EventKind {
    EventKind::Stack {
        event_id: event.id,
        logical_id: event.logical_id,
        resource_type: event.resource_type,
        physical_id: event.physical_id,
        status: event.status,
        reason: event.reason,
    }
}
