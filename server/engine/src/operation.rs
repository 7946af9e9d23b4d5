//! Operations: viewing, trying again, cancelling.

use crate::{Outside, audit, environment, error::OrFault, policy::require_in};
use async_trait::async_trait;
use model::{
    EnvironmentId, Fault, OperationId, Outcome, Principal,
    audit::Action,
    cause::Cause,
    environment::EnvironmentStatus,
    fault::Conflict,
    operation::{
        EventKind, NextAction, OperationEvent, OperationKind, OperationStatus, OperationSummary, OperationView,
        ResourceProgress, StepKind, StepStatus,
    },
    page::{PAGE_SIZE, Page},
    permission::Permission,
    services::Operations,
};
use ports::store::{EnvironmentRecord, NewOperation, OperationRecord};
use std::collections::HashMap;
use uuid::Uuid;

/// Most events that are read to reckon where each resource stands, and which one failed first. A stack of this edition has some 60 resources and five events each.
pub(crate) const EVENTS_READ: u32 = 3000;
/// Most events that a page shows.
const EVENTS_SHOWN: usize = 500;

pub(crate) struct OperationService {
    outside: Outside,
}

impl OperationService {
    pub(crate) fn new(outside: Outside) -> Self {
        Self { outside }
    }

    async fn record(
        &self,
        who: &Principal,
        operation: OperationId,
        permission: Permission,
    ) -> Outcome<(OperationRecord, EnvironmentRecord)> {
        let record = self.outside.store.operation_get(operation).await.or_fault()?.ok_or(Fault::NotFound)?;
        require_in(permission, who, record.summary.team)?;
        let environment = self.outside.store.environment_get(record.summary.environment).await.or_fault()?;
        Ok((record, environment.ok_or(Fault::NotFound)?))
    }
}

#[async_trait]
impl Operations for OperationService {
    async fn get(&self, who: &Principal, operation: OperationId) -> Outcome<OperationView> {
        let (record, environment) = self.record(who, operation, Permission::TeamView).await?;
        let mut events = self.outside.store.operation_events(operation, EVENTS_READ).await.or_fault()?;
        let resources = progress(&events);
        events.truncate(EVENTS_SHOWN);
        let may_operate = Permission::EnvironmentOperate.allows(Some(who), Some(record.summary.team));
        Ok(OperationView {
            actions: if may_operate { actions(&record, &environment) } else { Vec::new() },
            expected: self.outside.store.operation_expected(record.summary.kind).await.or_fault()?,
            summary: record.summary,
            steps: record.steps,
            resources,
            events,
            cancel_requested: record.cancel_requested,
            now: self.outside.clock.now(),
            delete_options: record.delete_options,
        })
    }

    async fn of_environment(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        after: Option<String>,
    ) -> Outcome<Page<OperationSummary>> {
        environment::record(&self.outside, who, environment, Permission::TeamView).await?;
        self.outside.store.operation_list(environment, after.as_deref(), PAGE_SIZE).await.or_fault()
    }

    async fn retry(&self, who: &Principal, operation: OperationId) -> Outcome<OperationId> {
        let (record, environment) = self.record(who, operation, Permission::EnvironmentOperate).await?;
        if !actions(&record, &environment).contains(&NextAction::Retry) {
            return Err(Fault::Conflict(Conflict::WrongState));
        }
        let summary = &record.summary;
        let states = match summary.kind {
            OperationKind::Create => (EnvironmentStatus::Creating, vec![EnvironmentStatus::Failed]),
            OperationKind::Scale => (EnvironmentStatus::Updating, vec![EnvironmentStatus::Ready]),
            OperationKind::Update => {
                (EnvironmentStatus::Updating, vec![EnvironmentStatus::Ready, EnvironmentStatus::UpdateFailed])
            }
            OperationKind::Delete => (EnvironmentStatus::Deleting, vec![EnvironmentStatus::DeleteFailed]),
        };
        let again = NewOperation {
            delete_options: record.delete_options,
            retry_of: Some(operation),
            desired: summary.desired,
            revision: summary.revision,
            done: done_for_good(&record),
            ..asked(&self.outside, who, summary.environment, summary.kind, states)
        };
        let entry = audit::by(who, again.requested, Action::OperationRetryRequested, &summary.environment_name)
            .team(summary.team)
            .environment(summary.environment)
            .operation(again.id)
            .done();
        self.outside.store.operation_start(&again, &entry).await.or_fault()?;
        Ok(again.id)
    }

    async fn cancel(&self, who: &Principal, operation: OperationId) -> Outcome<()> {
        let (record, environment) = self.record(who, operation, Permission::EnvironmentOperate).await?;
        if !actions(&record, &environment).contains(&NextAction::Cancel) {
            return Err(Fault::Conflict(Conflict::WrongState));
        }
        let now = self.outside.clock.now();
        let entry = audit::by(who, now, Action::OperationCancelRequested, &record.summary.environment_name)
            .team(record.summary.team)
            .environment(record.summary.environment)
            .operation(operation)
            .done();
        self.outside.store.operation_request_cancel(operation, &who.name, now, &entry).await.or_fault()
    }
}

/// An operation of an environment that somebody asks for now, with nothing said yet of what it is about.
pub(crate) fn asked(
    outside: &Outside,
    who: &Principal,
    environment: EnvironmentId,
    kind: OperationKind,
    (environment_status, allowed_from): (EnvironmentStatus, Vec<EnvironmentStatus>),
) -> NewOperation {
    NewOperation {
        id: OperationId(Uuid::now_v7()),
        environment,
        kind,
        requested_by: who.person,
        requested: outside.clock.now(),
        delete_options: None,
        retry_of: None,
        desired: None,
        revision: None,
        new_revision: None,
        done: Vec::new(),
        environment_status,
        allowed_from,
    }
}

/// What may be done next about an operation.
fn actions(record: &OperationRecord, environment: &EnvironmentRecord) -> Vec<NextAction> {
    let summary = &record.summary;
    if !summary.status.is_over() {
        // A deletion is not cancelled: what is gone is gone, and what is left would be half an environment.
        return if summary.kind != OperationKind::Delete && !record.cancel_requested {
            vec![NextAction::Cancel]
        } else {
            Vec::new()
        };
    }
    let is_newest = environment.summary.last_operation.as_ref().is_some_and(|newest| newest.id == summary.id);
    if summary.status == OperationStatus::Succeeded || !is_newest {
        return Vec::new();
    }
    match environment.summary.status {
        EnvironmentStatus::Failed | EnvironmentStatus::UpdateFailed => vec![NextAction::Retry, NextAction::Delete],
        // A change that did not end well: the environment is there, as it was or nearly so.
        EnvironmentStatus::Ready => vec![NextAction::Retry],
        EnvironmentStatus::DeleteFailed => vec![NextAction::Retry],
        _ => Vec::new(),
    }
}

/// The steps that a retry need not run again: those that succeeded and whose effect still stands.
fn done_for_good(record: &OperationRecord) -> Vec<StepKind> {
    let succeeded =
        |kind: StepKind| record.steps.iter().any(|step| step.kind == kind && step.status == StepStatus::Succeeded);
    let stack_stands = match record.summary.kind {
        OperationKind::Create => {
            succeeded(StepKind::FollowStack) && !matches!(record.summary.cause, Some(Cause::StackGone))
        }
        // A count is told to ECS again in any case: somebody may have changed it meanwhile.
        OperationKind::Scale => false,
        OperationKind::Update => {
            succeeded(StepKind::FollowUpdate) && !matches!(record.summary.cause, Some(Cause::StackGone))
        }
        OperationKind::Delete => succeeded(StepKind::FollowDelete),
    };
    StepKind::of(record.summary.kind)
        .iter()
        .copied()
        .filter(|kind| {
            succeeded(*kind)
                && match kind {
                    // Cheap, and the first thing that may have changed.
                    StepKind::CheckAccount => false,
                    // A failed stack is made anew from its beginning, a failed deletion asked for again.
                    _ => stack_stands,
                }
        })
        .collect()
}

/// Where each resource of the stack stands, from the stack events; `events` are newest first, the answer is in order of first appearance.
fn progress(events: &[OperationEvent]) -> Vec<ResourceProgress> {
    let mut resources: Vec<ResourceProgress> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for event in events.iter().rev() {
        let EventKind::Stack { logical_id, resource_type, physical_id, status, reason, .. } = &event.what else {
            continue;
        };
        let over = !status.ends_with("_IN_PROGRESS");
        match places.get(logical_id.as_str()) {
            None => {
                places.insert(logical_id, resources.len());
                resources.push(ResourceProgress {
                    logical_id: logical_id.clone(),
                    resource_type: resource_type.clone(),
                    physical_id: physical_id.clone(),
                    status: status.clone(),
                    reason: reason.clone(),
                    since: event.at,
                    finished: over.then_some(event.at),
                });
            }
            Some(place) => {
                let resource = &mut resources[*place];
                // A new phase (create, rollback, delete) begins where the former one had ended.
                if !over && resource.finished.is_some() {
                    resource.since = event.at;
                }
                resource.finished = over.then_some(event.at);
                resource.status.clone_from(status);
                // The first reason of a failure is the one that tells; later ones only follow from it.
                if reason.is_some() || !status.ends_with("_FAILED") {
                    resource.reason.clone_from(reason);
                }
                if physical_id.is_some() {
                    resource.physical_id.clone_from(physical_id);
                }
            }
        }
    }
    resources
}
