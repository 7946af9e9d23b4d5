//! What the end of an operation makes of its environment.

use model::{
    cause::Cause,
    environment::{EnvironmentStatus, Health},
    operation::{OperationKind, StepKind, StepStatus},
};
use ports::store::OperationRecord;

/// An operation that has come to its end, with its steps as they are.
pub(super) struct Ending<'a> {
    pub(super) operation: &'a OperationRecord,
    pub(super) succeeded: bool,
    pub(super) cause: Option<&'a Cause>,
}

impl Ending<'_> {
    fn step(&self, kind: StepKind) -> StepStatus {
        let step = self.operation.steps.iter().find(|step| step.kind == kind);
        step.map_or(StepStatus::Waiting, |step| step.status)
    }

    fn is_done(&self, kind: StepKind) -> bool {
        self.step(kind) == StepStatus::Succeeded
    }

    /// Where the environment is in its life now.
    pub(super) fn environment_status(&self) -> EnvironmentStatus {
        let before = self.operation.from_status.unwrap_or(EnvironmentStatus::Ready);
        match (self.operation.summary.kind, self.succeeded) {
            (OperationKind::Create, false) => EnvironmentStatus::Failed,
            (OperationKind::Delete, true) => EnvironmentStatus::Deleted,
            (OperationKind::Delete, false) => EnvironmentStatus::DeleteFailed,
            (OperationKind::Create | OperationKind::Scale | OperationKind::Update, true) => EnvironmentStatus::Ready,
            (OperationKind::Scale, false) => before,
            (OperationKind::Update, false) => self.after_update(before),
        }
    }

    /// An update that did not end well: in force all the same, undone, not begun, or stuck somewhere between.
    fn after_update(&self, before: EnvironmentStatus) -> EnvironmentStatus {
        let undone = match self.cause {
            Some(Cause::StackFailed { status, .. }) => status == "UPDATE_ROLLBACK_COMPLETE",
            // While it is followed, an update is cancelled only once CloudFormation has undone it.
            Some(Cause::Cancelled) => self.step(StepKind::FollowUpdate) == StepStatus::Failed,
            _ => false,
        };
        if undone || self.is_done(StepKind::FollowUpdate) {
            return EnvironmentStatus::Ready;
        }
        if let Some(Cause::StackFailed { status, .. }) = self.cause
            && status == "UPDATE_ROLLBACK_FAILED"
        {
            return EnvironmentStatus::UpdateFailed;
        }
        if self.step(StepKind::StartUpdate) == StepStatus::Waiting {
            // Nothing was begun.
            return before;
        }
        if let Some(Cause::StackGone) = self.cause {
            return EnvironmentStatus::Ready;
        }
        EnvironmentStatus::UpdateFailed
    }

    /// How many tasks AWS was told to run, if it was told.
    pub(super) fn desired(&self) -> Option<u32> {
        self.operation.summary.desired.filter(|_| self.is_done(StepKind::SetCount))
    }

    /// The revision that is in force now, if it is another one: what CloudFormation has brought to its end is so, whatever came after.
    pub(super) fn revision(&self) -> Option<u32> {
        self.operation.summary.revision.filter(|_| self.is_done(StepKind::FollowUpdate))
    }

    /// What is known of the environment's health. After a change that did not end well the next look must tell.
    pub(super) fn health(&self) -> Option<Health> {
        let is_change = matches!(self.operation.summary.kind, OperationKind::Scale | OperationKind::Update);
        match (self.operation.summary.kind, self.succeeded) {
            (OperationKind::Create, true) => Some(Health::Healthy),
            (OperationKind::Scale | OperationKind::Update, true) if self.operation.summary.desired == Some(0) => {
                Some(Health::Paused)
            }
            (OperationKind::Scale | OperationKind::Update, true) => Some(Health::Healthy),
            _ if is_change && self.has_touched() => Some(Health::NotChecked),
            _ => None,
        }
    }

    /// Whether something was asked of AWS that changes the environment.
    fn has_touched(&self) -> bool {
        [StepKind::SetCount, StepKind::StartUpdate].into_iter().any(|kind| self.step(kind) != StepStatus::Waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fakes::problem;
    use chrono::DateTime;
    use model::{
        EnvironmentId, OperationId, TeamId,
        cause::{CloudProblemKind, StackHint},
        operation::{OperationStatus, OperationSummary, Step},
    };
    use uuid::Uuid;

    /// An update whose steps up to `done` are done, with the one after them failed.
    fn update(done: usize) -> OperationRecord {
        let status = |place: usize| match place {
            place if place < done => StepStatus::Succeeded,
            place if place == done => StepStatus::Failed,
            _ => StepStatus::Waiting,
        };
        let steps = StepKind::of(OperationKind::Update).iter().enumerate().map(|(place, kind)| Step {
            kind: *kind,
            status: status(place),
            started: None,
            finished: None,
            attempts: 1,
        });
        OperationRecord {
            steps: steps.collect(),
            summary: OperationSummary {
                id: OperationId(Uuid::nil()),
                environment: EnvironmentId(Uuid::nil()),
                environment_name: "demo".to_owned(),
                team: TeamId(Uuid::nil()),
                kind: OperationKind::Update,
                status: OperationStatus::Running,
                requested_by: "Ada".to_owned(),
                requested: DateTime::UNIX_EPOCH,
                started: None,
                finished: None,
                cause: None,
                retry_of: None,
                desired: Some(1),
                revision: Some(2),
            },
            cancel_requested: false,
            delete_options: None,
            from_status: Some(EnvironmentStatus::Ready),
            lease: None,
        }
    }

    fn stack_failed(status: &str) -> Cause {
        Cause::StackFailed {
            status: status.to_owned(),
            logical_id: None,
            resource_type: None,
            reason: None,
            hint: StackHint::Unknown,
        }
    }

    #[test]
    fn an_update_that_failed_leaves_a_state_that_is_true() {
        let denied = Cause::Cloud(problem(CloudProblemKind::Denied, "stack"));
        for (done, cause, status, revision, why) in [
            (1, denied.clone(), EnvironmentStatus::Ready, None, "nothing was begun"),
            (1, stack_failed("UPDATE_ROLLBACK_FAILED"), EnvironmentStatus::UpdateFailed, None, "still stuck"),
            (2, denied.clone(), EnvironmentStatus::UpdateFailed, None, "nobody knows whether it was begun"),
            (3, stack_failed("UPDATE_ROLLBACK_COMPLETE"), EnvironmentStatus::Ready, None, "undone"),
            (3, stack_failed("UPDATE_ROLLBACK_FAILED"), EnvironmentStatus::UpdateFailed, None, "stuck"),
            (3, denied, EnvironmentStatus::UpdateFailed, None, "nobody could look"),
            (3, Cause::Cancelled, EnvironmentStatus::Ready, None, "undone on request"),
            (4, Cause::Cancelled, EnvironmentStatus::Ready, Some(2), "in force, though nobody waited"),
        ] {
            let operation = update(done);
            let end = Ending { operation: &operation, succeeded: false, cause: Some(&cause) };
            assert_eq!((end.environment_status(), end.revision()), (status, revision), "{why}");
        }
    }
}
