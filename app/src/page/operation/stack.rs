//! The resources of the stack: what failed and what is in work first, what is done folded away.

use crate::{
    component::{Badge, Cell, Elapsed, Table},
    format,
    text::{
        self,
        operation::{ResourceStage, resource_stage},
    },
};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::operation::{OperationKind, OperationView, ResourceProgress};

/// CloudFormation's type of the stack itself, which reports its own events.
const STACK: &str = "AWS::CloudFormation::Stack";

/// What of the stack has reached the operation's end, of how much.
pub(super) struct Progress {
    pub done: usize,
    pub total: usize,
}

/// `stack_size` is the number of resources in the template; CloudFormation may tell of fewer so far.
pub(super) fn progress(operation: &OperationView, stack_size: usize) -> Option<Progress> {
    let wanted: &[&str] = match operation.summary.kind {
        OperationKind::Create => &["CREATE_COMPLETE", "UPDATE_COMPLETE"],
        OperationKind::Update => &["UPDATE_COMPLETE"],
        OperationKind::Scale => return None,
        OperationKind::Delete => &["DELETE_COMPLETE", "DELETE_SKIPPED"],
    };
    let (mut seen, mut done) = (0, 0);
    for resource in parts(operation) {
        seen += 1;
        done += usize::from(wanted.contains(&resource.status.as_str()));
    }
    // An update tells of what it touches only.
    let total = if operation.summary.kind == OperationKind::Update { seen } else { stack_size.max(seen) };
    (total > 0).then_some(Progress { done, total })
}

/// The resources without the stack itself.
fn parts(operation: &OperationView) -> impl Iterator<Item = &ResourceProgress> {
    operation.resources.iter().filter(|resource| resource.resource_type != STACK)
}

pub(super) fn resources(operation: &OperationView) -> AnyView {
    let mut open: Vec<_> = parts(operation).cloned().collect();
    if open.is_empty() {
        return view! { <p class="muted">{text::operation::NO_RESOURCES}</p> }.into_any();
    }
    let (now, runs) = (operation.now, !operation.summary.status.is_over());
    let mut done: Vec<_> =
        open.extract_if(.., |resource| resource_stage(&resource.status) == ResourceStage::Done).collect();
    open.sort_by_key(|resource| (resource_stage(&resource.status), resource.since));
    done.sort_by_key(|resource| std::cmp::Reverse(resource.finished));
    let count = done.len();
    view! {
        {(!open.is_empty()).then(|| table("Resources in work and failed", open, now, runs))}
        {(count > 0).then(|| view! {
            <details class="fold">
                <summary>{format!("Finished: {count}")}</summary>
                {table("Finished resources", done, now, runs)}
            </details>
        })}
    }
    .into_any()
}

fn table(
    caption: &'static str,
    resources: Vec<ResourceProgress>,
    now: DateTime<Utc>,
    runs: bool,
) -> impl IntoView + use<> {
    let rows = resources
        .into_iter()
        .map(|resource| {
            let (word, tone) = text::operation::resource(&resource.status);
            let in_work = runs && resource_stage(&resource.status) == ResourceStage::InWork;
            let spent = format::seconds_between(resource.since, resource.finished.unwrap_or(now));
            let failed = resource_stage(&resource.status) == ResourceStage::Failed;
            let reason = resource.reason.filter(|_| failed).map(|reason| view! { <p class="small">{reason}</p> });
            view! {
                <tr role="row">
                    <Cell label="Resource"><span class="mono">{resource.logical_id}</span></Cell>
                    <Cell label="Type"><span class="mono muted">{resource.resource_type}</span></Cell>
                    <Cell label="State"><div><Badge tone label=word />{reason}</div></Cell>
                    <Cell label="Time"><Elapsed seconds=spent runs=in_work /></Cell>
                </tr>
            }
        })
        .collect_view();
    view! { <Table caption heads=vec!["Resource", "Type", "State", "Time"]>{rows}</Table> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{
        EnvironmentId, OperationId, TeamId,
        operation::{OperationStatus, OperationSummary},
    };

    fn operation(kind: OperationKind, states: &[(&str, &str)]) -> OperationView {
        let now = DateTime::from_timestamp(1_795_000_000, 0).expect("in range");
        let id = "01890000-0000-7000-8000-000000000000";
        OperationView {
            summary: OperationSummary {
                id: id.parse::<OperationId>().expect("an id"),
                environment: id.parse::<EnvironmentId>().expect("an id"),
                environment_name: "demo".into(),
                team: id.parse::<TeamId>().expect("an id"),
                kind,
                status: OperationStatus::Running,
                requested_by: "Ada".into(),
                requested: now,
                started: Some(now),
                finished: None,
                cause: None,
                retry_of: None,
                desired: None,
                revision: None,
            },
            steps: vec![],
            resources: states
                .iter()
                .map(|(resource_type, status)| ResourceProgress {
                    logical_id: "A".into(),
                    resource_type: (*resource_type).into(),
                    physical_id: None,
                    status: (*status).into(),
                    reason: None,
                    since: now,
                    finished: None,
                })
                .collect(),
            events: vec![],
            expected: None,
            cancel_requested: false,
            actions: vec![],
            now,
            delete_options: None,
        }
    }

    #[test]
    fn progress_counts_resources_against_the_template_and_leaves_the_stack_itself_out() {
        let states = [(STACK, "CREATE_IN_PROGRESS"), ("AWS::EC2::VPC", "CREATE_COMPLETE"), ("x", "CREATE_IN_PROGRESS")];
        let made = progress(&operation(OperationKind::Create, &states), 54).expect("a stack of 54");
        assert_eq!((made.done, made.total), (1, 54));
        let gone = [("x", "DELETE_COMPLETE"), ("y", "DELETE_SKIPPED"), ("z", "CREATE_COMPLETE")];
        let gone = progress(&operation(OperationKind::Delete, &gone), 0).expect("three resources");
        assert_eq!((gone.done, gone.total), (2, 3));
        assert!(progress(&operation(OperationKind::Create, &[]), 0).is_none(), "nothing is known");
    }
}
