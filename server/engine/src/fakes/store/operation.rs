//! Operations: claims, leases, steps, events and ends.

use super::{Tables, environment::RevisionRow, page::page};
use chrono::{DateTime, Utc};
use model::{
    EnvironmentId, OperationId,
    cause::Cause,
    environment::EnvironmentStatus,
    fault::Conflict,
    history::EntryOperation,
    operation::{
        EventKind, OperationEvent, OperationKind, OperationStatus, OperationSummary, Step, StepKind, StepStatus,
    },
    page::Page,
    plan::ExpectedDuration,
};
use ports::{
    StoreError, StoreResult,
    store::{NewAudit, NewOperation, OperationEnd, OperationRecord},
};
use serde_json::Value;
use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

/// How many past operations the expected duration is reckoned from.
const SAMPLES: usize = 100;
/// With fewer nothing is expected.
const SAMPLES_NEEDED: usize = 3;

pub(super) struct OperationRow {
    pub(super) new: NewOperation,
    pub(super) status: OperationStatus,
    from_status: Option<EnvironmentStatus>,
    started: Option<DateTime<Utc>>,
    pub(super) finished: Option<DateTime<Utc>>,
    cause: Option<Cause>,
    pub(super) steps: Vec<Step>,
    /// What steps have noted.
    outputs: HashMap<StepKind, Value>,
    events: Vec<OperationEvent>,
    /// Ids of the stack events among them.
    stack_events: HashSet<String>,
    cancel_requested: bool,
    pub(super) lease: Option<(String, DateTime<Utc>)>,
}

impl OperationRow {
    /// The operation in short, for the history.
    pub(super) fn in_short(&self) -> EntryOperation {
        EntryOperation { kind: self.new.kind, status: self.status, started: self.started, finished: self.finished }
    }

    pub(super) fn new(new: NewOperation, from_status: Option<EnvironmentStatus>) -> Self {
        let step = |kind: &StepKind| Step {
            kind: *kind,
            status: if new.done.contains(kind) { StepStatus::Succeeded } else { StepStatus::Waiting },
            started: None,
            finished: None,
            attempts: 0,
        };
        Self {
            steps: new.steps().iter().map(step).collect(),
            new,
            from_status,
            status: OperationStatus::Queued,
            started: None,
            finished: None,
            cause: None,
            outputs: HashMap::new(),
            events: Vec::new(),
            stack_events: HashSet::new(),
            cancel_requested: false,
            lease: None,
        }
    }

    fn is_active(&self) -> bool {
        !self.status.is_over()
    }

    fn is_held_by(&self, worker: &str) -> bool {
        self.is_active() && self.lease.as_ref().is_some_and(|(holder, _)| holder == worker)
    }

    fn is_free(&self, now: DateTime<Utc>) -> bool {
        self.is_active() && self.lease.as_ref().is_none_or(|(_, until)| *until <= now)
    }

    fn step(&mut self, kind: StepKind) -> StoreResult<&mut Step> {
        self.steps.iter_mut().find(|step| step.kind == kind).ok_or(StoreError::NotFound)
    }

    /// Returns whether it was new.
    fn append(&mut self, at: DateTime<Utc>, what: EventKind) -> bool {
        if let EventKind::Stack { event_id, .. } = &what
            && !self.stack_events.insert(event_id.clone())
        {
            return false;
        }
        let sequence = i64::try_from(self.events.len()).unwrap_or(i64::MAX - 1) + 1;
        self.events.push(OperationEvent { sequence, at, what });
        true
    }
}

impl Tables {
    /// The one operation of an environment that is not over.
    pub(super) fn active(&self, environment: EnvironmentId) -> Option<&OperationRow> {
        self.operations.values().find(|row| row.new.environment == environment && row.is_active())
    }

    /// When the newest operation of an environment that is over ended.
    pub(super) fn last_operation_end(&self, environment: EnvironmentId) -> Option<DateTime<Utc>> {
        self.operations.values().filter(|row| row.new.environment == environment).filter_map(|row| row.finished).max()
    }

    /// The operation, if the worker still holds it.
    fn held(&mut self, operation: OperationId, worker: &str) -> StoreResult<&mut OperationRow> {
        let row = self.operations.get_mut(&operation).ok_or(StoreError::NotFound)?;
        if row.is_held_by(worker) { Ok(row) } else { Err(StoreError::Conflict(Conflict::ChangedMeanwhile)) }
    }

    pub(super) fn operation_start(&mut self, new: &NewOperation, audit: &NewAudit) -> StoreResult<()> {
        let row = self.environments.get(&new.environment).ok_or(StoreError::NotFound)?;
        let (status, in_force) = (row.status, row.revision);
        if self.active(new.environment).is_some() {
            return Err(StoreError::Conflict(Conflict::OperationRunning));
        }
        if let Some(next) = &new.new_revision {
            let is_known = row.revisions.iter().any(|known| known.number == next.number);
            if next.base != in_force || is_known {
                return Err(StoreError::Conflict(Conflict::PlanChanged));
            }
        }
        if !new.allowed_from.contains(&status) {
            return Err(StoreError::Conflict(Conflict::WrongState));
        }
        if let Some(row) = self.environments.get_mut(&new.environment) {
            row.status = new.environment_status;
            row.revisions.extend(new.new_revision.as_ref().map(|next| RevisionRow {
                number: next.number,
                spec: next.spec.clone(),
                template_body: next.template_body.clone(),
                template_hash: next.template_hash.clone(),
                created: new.requested,
                created_by: new.requested_by,
            }));
        }
        self.operations.insert(new.id, OperationRow::new(new.clone(), Some(status)));
        self.log(audit);
        self.tell(new.environment, Some(new.id));
        Ok(())
    }

    pub(super) fn operation_summary(&self, row: &OperationRow) -> Option<OperationSummary> {
        let environment = &self.environments.get(&row.new.environment)?.new;
        Some(OperationSummary {
            id: row.new.id,
            environment: environment.id,
            environment_name: environment.name.clone(),
            team: environment.team,
            kind: row.new.kind,
            status: row.status,
            requested_by: self.person_name(row.new.requested_by),
            requested: row.new.requested,
            started: row.started,
            finished: row.finished,
            cause: row.cause.clone(),
            retry_of: row.new.retry_of,
            desired: row.new.desired,
            revision: row.new.revision,
        })
    }

    pub(super) fn operation_get(&self, operation: OperationId) -> Option<OperationRecord> {
        let row = self.operations.get(&operation)?;
        Some(OperationRecord {
            summary: self.operation_summary(row)?,
            steps: row.steps.clone(),
            cancel_requested: row.cancel_requested,
            delete_options: row.new.delete_options,
            from_status: row.from_status,
            lease: row.lease.clone(),
        })
    }

    pub(super) fn operation_list(
        &self,
        environment: EnvironmentId,
        after: Option<&str>,
        limit: u32,
    ) -> Page<OperationSummary> {
        let rows = self.operations.values().filter(|row| row.new.environment == environment);
        let keyed =
            rows.filter_map(|row| Some((Reverse((row.new.requested, row.new.id)), self.operation_summary(row)?)));
        page(keyed.collect(), after, limit)
    }

    pub(super) fn operation_events(&self, operation: OperationId, limit: u32) -> Vec<OperationEvent> {
        let events = self.operations.get(&operation).map(|row| row.events.as_slice()).unwrap_or_default();
        events.iter().rev().take(limit as usize).cloned().collect()
    }

    pub(super) fn operation_claim(
        &mut self,
        worker: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Option<OperationRecord> {
        let free = self.operations.values_mut().filter(|row| row.is_free(now));
        let row = free.min_by_key(|row| (row.new.requested, row.new.id))?;
        row.status = OperationStatus::Running;
        row.started = row.started.or(Some(now));
        row.lease = Some((worker.to_owned(), until));
        let (operation, environment) = (row.new.id, row.new.environment);
        self.tell(environment, Some(operation));
        self.operation_get(operation)
    }

    pub(super) fn operation_extend(&mut self, operation: OperationId, worker: &str, until: DateTime<Utc>) -> bool {
        let row = self.held(operation, worker).ok();
        row.map(|row| row.lease = Some((worker.to_owned(), until))).is_some()
    }

    pub(super) fn operation_hand_back(&mut self, worker: &str) -> u64 {
        let mut freed = Vec::new();
        for row in self.operations.values_mut().filter(|row| row.is_held_by(worker)) {
            row.lease = None;
            freed.push((row.new.environment, row.new.id));
        }
        for (environment, operation) in &freed {
            self.tell(*environment, Some(*operation));
        }
        freed.len() as u64
    }

    pub(super) fn step_begin(
        &mut self,
        operation: OperationId,
        worker: &str,
        kind: StepKind,
        at: DateTime<Utc>,
    ) -> StoreResult<Option<Value>> {
        let row = self.held(operation, worker)?;
        let step = row.step(kind)?;
        step.status = StepStatus::Running;
        step.attempts += 1;
        step.started = step.started.or(Some(at));
        step.finished = None;
        let (kept, environment) = (row.outputs.get(&kind).cloned(), row.new.environment);
        self.tell(environment, Some(operation));
        Ok(kept)
    }

    pub(super) fn step_note(
        &mut self,
        operation: OperationId,
        worker: &str,
        kind: StepKind,
        output: &Value,
    ) -> StoreResult<()> {
        let row = self.held(operation, worker)?;
        row.step(kind)?;
        row.outputs.insert(kind, output.clone());
        Ok(())
    }

    pub(super) fn step_end(
        &mut self,
        operation: OperationId,
        worker: &str,
        kind: StepKind,
        succeeded: bool,
        at: DateTime<Utc>,
    ) -> StoreResult<()> {
        let row = self.held(operation, worker)?;
        let step = row.step(kind)?;
        step.status = if succeeded { StepStatus::Succeeded } else { StepStatus::Failed };
        step.finished = Some(at);
        let environment = row.new.environment;
        self.tell(environment, Some(operation));
        Ok(())
    }

    pub(super) fn event_append(
        &mut self,
        operation: OperationId,
        events: &[(DateTime<Utc>, EventKind)],
    ) -> StoreResult<()> {
        let row = self.operations.get_mut(&operation).ok_or(StoreError::NotFound)?;
        let new = events.iter().filter(|(at, what)| row.append(*at, what.clone())).count();
        let environment = row.new.environment;
        if new > 0 {
            self.tell(environment, Some(operation));
        }
        Ok(())
    }

    pub(super) fn operation_finish(&mut self, end: &OperationEnd, audit: &NewAudit) -> StoreResult<()> {
        let row = self.held(end.operation, &end.worker)?;
        row.status = end.status;
        row.cause.clone_from(&end.cause);
        row.finished = Some(end.at);
        row.lease = None;
        for step in &mut row.steps {
            match step.status {
                StepStatus::Waiting => step.status = StepStatus::Skipped,
                StepStatus::Running => {
                    let succeeded = end.status == OperationStatus::Succeeded;
                    step.status = if succeeded { StepStatus::Succeeded } else { StepStatus::Failed };
                    step.finished = Some(end.at);
                }
                StepStatus::Succeeded | StepStatus::Failed | StepStatus::Skipped => {}
            }
        }
        let environment = row.new.environment;
        if let Some(row) = self.environments.get_mut(&environment) {
            row.settle(end);
        }
        self.log(audit);
        self.tell(environment, Some(end.operation));
        Ok(())
    }

    pub(super) fn operation_request_cancel(
        &mut self,
        operation: OperationId,
        by: &str,
        at: DateTime<Utc>,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        let row = self.operations.get_mut(&operation).ok_or(StoreError::NotFound)?;
        if !row.is_active() {
            return Err(StoreError::Conflict(Conflict::WrongState));
        }
        if row.cancel_requested {
            return Ok(());
        }
        row.cancel_requested = true;
        row.append(at, EventKind::CancelRequested { by: by.to_owned() });
        let environment = row.new.environment;
        self.log(audit);
        self.tell(environment, Some(operation));
        Ok(())
    }

    pub(super) fn operation_expected(&self, kind: OperationKind) -> Option<ExpectedDuration> {
        let succeeded = |row: &&OperationRow| row.new.kind == kind && row.status == OperationStatus::Succeeded;
        let mut past: Vec<_> = self
            .operations
            .values()
            .filter(succeeded)
            .filter_map(|row| Some((row.finished?, (row.finished? - row.started?).as_seconds_f64())))
            .collect();
        past.sort_unstable_by_key(|(finished, _)| Reverse(*finished));
        let mut seconds: Vec<f64> = past.into_iter().take(SAMPLES).map(|(_, seconds)| seconds).collect();
        if seconds.len() < SAMPLES_NEEDED {
            return None;
        }
        seconds.sort_unstable_by(f64::total_cmp);
        // `percentile_cont` of Postgres: between the two neighbours, in proportion.
        let percentile = |share: f64| {
            let rank = share * (seconds.len() - 1) as f64;
            let (below, above) = (seconds[rank.floor() as usize], seconds[rank.ceil() as usize]);
            (below + (above - below) * rank.fract()).ceil() as u32
        };
        Some(ExpectedDuration {
            p50_seconds: percentile(0.5),
            p95_seconds: percentile(0.95),
            samples: u32::try_from(seconds.len()).unwrap_or(u32::MAX),
        })
    }
}
