//! Following a stack to its end, with its events copied into the operation as they come.

use crate::executor::{Run, StepResult, Stop};
use model::operation::{EventKind, StepKind};
use ports::{
    cloud::{Stack, StackEvent},
    store::KnownResource,
};
use serde_json::{Value, json};
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
    /// Those that this operation's own calls have caused: their tokens begin with its id.
    OfOperation,
    /// None: the stack of a failed attempt is only cleared away.
    Nothing,
}

/// Polls until `is_over` says so of the stack, or it is not there any more (`None`). Its second argument tells whether an event that this
/// operation caused was seen: a status without one may be that of before.
pub(super) async fn follow(
    run: &mut Run,
    copied: Copied,
    is_over: impl Fn(&Stack, bool) -> bool,
) -> StepResult<Option<Stack>> {
    let (cloud, place) = (run.outside.cloud.clone(), run.place.clone());
    let limit = run.now() + run.pace.stack_limit;
    let name = name_or_id(run);
    loop {
        run.check_cancel().await?;
        if run.step == StepKind::FollowUpdate {
            undo_if_asked(run).await?;
        }
        // The stack is asked before its events, so that the last event is never missed.
        let stack = run.ask(|| cloud.stack(&place, &name)).await?;
        let Some(stack) = stack else { return Ok(None) };
        if copied != Copied::Nothing {
            copy_events(run, &stack, copied).await?;
        }
        if is_over(&stack, has_begun(run)) {
            return Ok(Some(stack));
        }
        if run.now() >= limit {
            return Err(Stop::Failed(run.timed_out(run.pace.stack_limit)));
        }
        run.outside.clock.sleep(run.pace.poll).await;
    }
}

/// Passes on that somebody asked to stop: CloudFormation undoes the update, and the stack is followed until it has. Asked once a run.
async fn undo_if_asked(run: &mut Run) -> StepResult {
    if run.undoing_asked || !run.is_cancel_requested().await? {
        return Ok(());
    }
    let (cloud, place, name) = (run.outside.cloud.clone(), run.place.clone(), run.environment.stack_name.clone());
    let token = format!("{}-undo", run.token());
    run.ask(|| cloud.update_cancel(&place, &name, &token)).await?;
    run.undoing_asked = true;
    run.tell(EventKind::UndoRequested).await
}

/// The template of a revision of the environment.
pub(super) async fn template_body(run: &Run, revision: u32) -> StepResult<String> {
    let (store, id) = (run.outside.store.clone(), run.environment.summary.id);
    let body = run.store(|| store.revision_template(id, revision)).await?;
    body.ok_or_else(|| {
        Stop::internal(&std::io::Error::other(format!("environment {id} has no template for revision {revision}")))
    })
}

/// Change set names are unique in a stack: letters, digits and hyphens, a letter first.
pub(super) fn change_set_name(run: &Run) -> String {
    format!("handrail-{}", run.operation.summary.id)
}

/// Whether an event that this operation caused was copied.
fn has_begun(run: &Run) -> bool {
    run.kept.as_ref().and_then(|kept| kept.get("begun")).and_then(Value::as_bool).unwrap_or_default()
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
    let own = run.operation.summary.id.to_string();
    let is_own = |event: &StackEvent| event.token.as_deref().is_some_and(|token| token.starts_with(&own));
    let begun = has_begun(run) || events.iter().any(is_own);
    let belongs = |event: &StackEvent| match copied {
        Copied::All => true,
        Copied::Deletions => event.status.starts_with("DELETE_"),
        Copied::OfOperation => is_own(event),
        Copied::Nothing => false,
    };
    let events: Vec<_> = events.into_iter().filter(belongs).map(|event| (event.at, copy(event))).collect();
    run.append(events).await.map_err(Stop::Abandon)?;
    run.note(json!({ "last_event": newest, "begun": begun })).await
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
