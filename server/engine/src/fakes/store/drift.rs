//! What CloudFormation finds different from the templates.

use super::Tables;
use chrono::{DateTime, TimeDelta, Utc};
use model::{EnvironmentId, drift::Drift, environment::EnvironmentStatus, fault::Conflict};
use ports::{
    StoreError, StoreResult,
    store::{DriftOutcome, EnvironmentRecord, NewAudit},
};

/// As in the real store.
const LOST_AFTER: TimeDelta = TimeDelta::minutes(10);

#[derive(Default)]
pub(super) struct DriftRow {
    known: Drift,
    requested: Option<DateTime<Utc>>,
    looked: Option<DateTime<Utc>>,
    ended: Option<DateTime<Utc>>,
}

impl DriftRow {
    pub(super) fn drifted(&self) -> u32 {
        u32::try_from(self.known.resources.len()).unwrap_or(u32::MAX)
    }

    fn is_due(&self, before: DateTime<Utc>, at: DateTime<Utc>, operation_ended: Option<DateTime<Utc>>) -> bool {
        let Some(looked) = self.looked else { return true };
        if self.ended.is_none_or(|ended| ended < looked) {
            return looked < at - LOST_AFTER;
        }
        let moved_on = operation_ended.is_some_and(|ended| looked < ended);
        looked < before || self.requested.is_some() || moved_on
    }
}

impl Tables {
    pub(super) fn drift_due(&mut self, before: DateTime<Utc>, at: DateTime<Utc>, limit: u32) -> Vec<EnvironmentRecord> {
        let due = self
            .environments
            .values()
            .filter(|row| self.is_settled(row) && row.drift.is_due(before, at, self.last_operation_end(row.new.id)));
        let mut taken: Vec<_> =
            due.map(|row| (row.drift.requested.is_none(), row.drift.requested, row.drift.looked, row.new.id)).collect();
        taken.sort_unstable();
        taken.truncate(limit as usize);
        for (.., id) in &taken {
            if let Some(row) = self.environments.get_mut(id) {
                row.drift.looked = Some(at);
            }
        }
        taken.into_iter().filter_map(|(.., id)| self.environment_get(id)).collect()
    }

    pub(super) fn drift_request(&mut self, id: EnvironmentId, at: DateTime<Utc>) -> StoreResult<()> {
        let row = self.environments.get_mut(&id).ok_or(StoreError::NotFound)?;
        if row.status != EnvironmentStatus::Ready {
            return Err(StoreError::Conflict(Conflict::WrongState));
        }
        row.drift.requested = Some(at);
        self.tell(id, None);
        Ok(())
    }

    pub(super) fn drift_get(&self, id: EnvironmentId) -> Drift {
        let row = self.environments.get(&id);
        row.map(|row| Drift { requested: row.drift.requested.is_some(), ..row.drift.known.clone() }).unwrap_or_default()
    }

    pub(super) fn drift_put(
        &mut self,
        id: EnvironmentId,
        at: DateTime<Utc>,
        outcome: &DriftOutcome,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        let row = &mut self.environments.get_mut(&id).ok_or(StoreError::NotFound)?.drift;
        let before = row.drifted();
        match outcome {
            DriftOutcome::Compared { compared, resources, incomplete } => {
                let since = row.known.since.or(Some(at)).filter(|_| !resources.is_empty());
                row.known = Drift {
                    checked: Some(at),
                    since,
                    compared: *compared,
                    resources: resources.clone(),
                    incomplete: incomplete.clone(),
                    problem: None,
                    requested: false,
                };
            }
            DriftOutcome::Failed(problem) => row.known.problem = Some(problem.clone()),
        }
        row.ended = Some(at);
        // Whoever asked after this comparison had begun is not answered by it.
        row.requested = row.requested.filter(|requested| Some(*requested) > row.looked);
        if before != row.drifted() {
            self.log(audit);
        }
        self.tell(id, None);
        Ok(())
    }
}
