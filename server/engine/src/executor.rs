//! Runs the steps of one operation in order, records each before and after, and ends the operation.

mod ending;

use crate::{Outside, audit, environment, error::incident, step};
use chrono::{DateTime, Utc};
use ending::Ending;
use model::{
    Fault,
    audit::Action,
    cause::{Cause, CloudProblem},
    environment::Receipt,
    operation::{EventKind, OperationKind, OperationStatus, StepKind, StepStatus},
};
use ports::{
    Place, StoreError, StoreResult,
    store::{EnvironmentRecord, OperationEnd, OperationRecord},
};
use serde_json::Value;
use std::time::Duration;

/// How often steps look, and how long they wait at most.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between two looks at a stack, a service or a probe.
    pub poll: Duration,
    /// For a stack to be made or deleted.
    pub stack_limit: Duration,
    /// For tasks to run and targets to be healthy once the stack stands.
    pub targets_limit: Duration,
    /// For OpenHands to answer that it is ready once its target is healthy.
    pub probe_limit: Duration,
    /// For an unreachable, throttling or failing AWS to get well again.
    pub passing_limit: Duration,
    /// For AWS's tagging API to forget what was deleted.
    pub sweep_limit: Duration,
    /// How many bytes of a blob are sent at once, and lost at most when a copy is cut off. ECR takes no parts below 5 MiB but the last
    /// (ECR API, `UploadLayerPart`).
    pub part: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(2),
            // RDS alone takes up to 20 minutes, a Multi-AZ one more; CloudFormation has limits of its own below this one.
            stack_limit: Duration::from_secs(90 * 60),
            targets_limit: Duration::from_secs(15 * 60),
            probe_limit: Duration::from_secs(10 * 60),
            passing_limit: Duration::from_secs(10 * 60),
            sweep_limit: Duration::from_secs(60),
            part: 8 * 1024 * 1024,
        }
    }
}

/// Why a step did not succeed.
#[derive(Debug)]
pub(crate) enum Stop {
    /// For good.
    Failed(Cause),
    /// Somebody asked to stop, and this is a safe point.
    Cancelled,
    /// The database does not answer, or another worker has the operation: leave it to whoever holds the lease next.
    Abandon(StoreError),
}

impl Stop {
    /// A fault of ours, which is logged.
    pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        Self::Failed(Cause::Internal { incident: incident(error) })
    }
}

/// What a step returns.
pub(crate) type StepResult<T = ()> = Result<T, Stop>;

/// One operation being carried out.
pub(crate) struct Run {
    pub(crate) outside: Outside,
    pub(crate) pace: Pace,
    pub(crate) operation: OperationRecord,
    pub(crate) environment: EnvironmentRecord,
    pub(crate) place: Place,
    /// The step being run.
    pub(crate) step: StepKind,
    /// What the step noted in an earlier attempt.
    pub(crate) kept: Option<Value>,
    /// The version that the probe was told.
    pub(crate) version: Option<String>,
    /// What the sweep found.
    pub(crate) receipt: Option<Receipt>,
    /// Whether this run has asked CloudFormation to undo the update, or to go on undoing a stuck one.
    pub(crate) undoing_asked: bool,
    pub(crate) undoing_continued: bool,
    worker: String,
}

/// Carries an operation out, as far as it goes.
pub(crate) async fn execute(outside: &Outside, worker: &str, operation: OperationRecord, pace: Pace) {
    let id = operation.summary.id;
    match Box::pin(attempt(outside, worker, operation, pace)).await {
        Ok(()) => {}
        Err(error) => tracing::warn!(operation = %id, %error, "operation left to the next holder of its lease"),
    }
}

async fn attempt(outside: &Outside, worker: &str, operation: OperationRecord, pace: Pace) -> StoreResult<()> {
    let id = operation.summary.environment;
    let environment = insist(outside, || outside.store.environment_get(id)).await?.ok_or(StoreError::NotFound)?;
    let place = match environment::place(outside, &environment, Some(operation.summary.id)).await {
        Ok(place) => place,
        Err(Fault::Unavailable) => return Err(StoreError::Unavailable("account not read".into())),
        Err(fault) => return Err(StoreError::Internal(fault.to_string().into())),
    };
    let Some(first) = operation.steps.first().map(|step| step.kind) else { return Ok(()) };
    let mut run = Run {
        outside: outside.clone(),
        pace,
        operation,
        environment,
        place,
        step: first,
        kept: None,
        version: None,
        receipt: None,
        undoing_asked: false,
        undoing_continued: false,
        worker: worker.to_owned(),
    };
    let again = run.operation.steps.iter().any(|step| step.attempts > 0);
    run.append(vec![(run.now(), EventKind::Claimed { worker: worker.to_owned(), again })]).await?;
    let outcome = run.all_steps().await;
    match outcome {
        Ok(()) => run.finish(OperationStatus::Succeeded, None).await,
        Err(Stop::Cancelled) => run.finish(OperationStatus::Cancelled, Some(Cause::Cancelled)).await,
        Err(Stop::Failed(cause)) => run.finish(OperationStatus::Failed, Some(cause)).await,
        Err(Stop::Abandon(error)) => Err(error),
    }
}

/// Asks the store again while it does not answer, for two minutes: a restart of Postgres is no reason to lose an operation.
pub(crate) async fn insist<T, F, Fut>(outside: &Outside, ask: F) -> StoreResult<T>
where
    F: Fn() -> Fut,
    Fut: Future<Output = StoreResult<T>>,
{
    for _ in 0..120 {
        match ask().await {
            Err(StoreError::Unavailable(error)) => {
                tracing::debug!(%error, "the database does not answer; asking again");
                outside.clock.sleep(Duration::from_secs(1)).await;
            }
            answer => return answer,
        }
    }
    ask().await
}

impl Run {
    /// Now.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.outside.clock.now()
    }

    async fn all_steps(&mut self) -> StepResult {
        let steps: Vec<StepKind> = self.operation.steps.iter().map(|step| step.kind).collect();
        for step in &steps {
            let before = self.operation.steps.iter().find(|one| one.kind == *step);
            // The last step only asks, and what it found out goes into the end of the operation: after a crash between the two it
            // asks again.
            if before.is_some_and(|one| one.status == StepStatus::Succeeded) && steps.last() != Some(step) {
                continue;
            }
            let attempt = before.map_or(0, |one| one.attempts) + 1;
            self.step = *step;
            self.check_cancel().await?;
            let (outside, operation, worker) = (&self.outside, self.operation.summary.id, self.worker.as_str());
            let at = self.now();
            let kept = insist(outside, || outside.store.step_begin(operation, worker, *step, at)).await;
            self.kept = kept.map_err(Stop::Abandon)?;
            self.mark(*step, StepStatus::Running);
            self.append(vec![(at, EventKind::StepStarted { step: *step, attempt })]).await.map_err(Stop::Abandon)?;
            let outcome = step::run(self).await;
            let at = self.now();
            let event = match &outcome {
                Ok(()) => EventKind::StepFinished { step: *step },
                Err(Stop::Failed(cause)) => EventKind::StepFailed { step: *step, cause: cause.clone() },
                Err(Stop::Cancelled) => EventKind::StepFailed { step: *step, cause: Cause::Cancelled },
                Err(Stop::Abandon(_)) => return outcome,
            };
            let succeeded = outcome.is_ok();
            self.mark(*step, if succeeded { StepStatus::Succeeded } else { StepStatus::Failed });
            let (outside, worker) = (&self.outside, self.worker.as_str());
            let ended = insist(outside, || outside.store.step_end(operation, worker, *step, succeeded, at)).await;
            ended.map_err(Stop::Abandon)?;
            self.append(vec![(at, event)]).await.map_err(Stop::Abandon)?;
            outcome?;
        }
        Ok(())
    }

    /// Keeps the operation's own picture of its steps up to date, by which its end is judged.
    fn mark(&mut self, kind: StepKind, status: StepStatus) {
        if let Some(step) = self.operation.steps.iter_mut().find(|step| step.kind == kind) {
            step.status = status;
        }
    }

    /// Stops when somebody asked for it, where stopping is safe. Deletions go through; an update that CloudFormation carries out is
    /// undone by CloudFormation, which [`StepKind::FollowUpdate`] asks for.
    pub(crate) async fn check_cancel(&self) -> StepResult {
        let is_safe = match self.operation.summary.kind {
            OperationKind::Create | OperationKind::Scale => true,
            OperationKind::Update => !matches!(self.step, StepKind::StartUpdate | StepKind::FollowUpdate),
            OperationKind::Delete => false,
        };
        if is_safe && self.is_cancel_requested().await? { Err(Stop::Cancelled) } else { Ok(()) }
    }

    /// Whether somebody asked to stop.
    pub(crate) async fn is_cancel_requested(&self) -> StepResult<bool> {
        let (outside, id) = (&self.outside, self.operation.summary.id);
        let record = insist(outside, || outside.store.operation_get(id)).await.map_err(Stop::Abandon)?;
        Ok(record.is_some_and(|record| record.cancel_requested))
    }

    /// The time limit of the step has run out.
    pub(crate) fn timed_out(&self, limit: Duration) -> Cause {
        let minutes = u32::try_from(limit.as_secs() / 60).unwrap_or(u32::MAX);
        Cause::TimedOut { step: self.step.code().to_owned(), minutes }
    }

    /// Asks AWS, again while it throttles, fails or cannot be reached, for as long as the pace allows.
    pub(crate) async fn ask<T, F, Fut>(&self, call: F) -> StepResult<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, CloudProblem>>,
    {
        let give_up = self.now() + self.pace.passing_limit;
        let mut wait_seconds: u32 = 1;
        loop {
            let problem = match call().await {
                Ok(answer) => return Ok(answer),
                Err(problem) => problem,
            };
            if !problem.kind.is_passing() || self.now() >= give_up {
                return Err(Stop::Failed(Cause::Cloud(problem)));
            }
            let retrying = EventKind::Retrying { step: self.step, problem, wait_seconds };
            self.append(vec![(self.now(), retrying)]).await.map_err(Stop::Abandon)?;
            self.outside.clock.sleep(Duration::from_secs(wait_seconds.into())).await;
            self.check_cancel().await?;
            wait_seconds = (wait_seconds * 2).min(30);
        }
    }

    /// Appends events.
    pub(crate) async fn append(&self, events: Vec<(DateTime<Utc>, EventKind)>) -> StoreResult<()> {
        let (outside, id) = (&self.outside, self.operation.summary.id);
        insist(outside, || outside.store.event_append(id, &events)).await
    }

    /// Appends one event that happened now.
    pub(crate) async fn tell(&self, what: EventKind) -> StepResult {
        self.append(vec![(self.now(), what)]).await.map_err(Stop::Abandon)
    }

    /// Keeps what the step has found out, for the attempt after a crash.
    pub(crate) async fn note(&mut self, output: Value) -> StepResult {
        let (outside, id, step, worker) = (&self.outside, self.operation.summary.id, self.step, self.worker.as_str());
        let noted = insist(outside, || outside.store.step_note(id, worker, step, &output)).await;
        noted.map_err(Stop::Abandon)?;
        self.kept = Some(output);
        Ok(())
    }

    /// Asks the store something on behalf of a step.
    pub(crate) async fn store<T, F, Fut>(&self, ask: F) -> StepResult<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = StoreResult<T>>,
    {
        match insist(&self.outside, ask).await {
            Ok(answer) => Ok(answer),
            Err(error @ (StoreError::Unavailable(_) | StoreError::Conflict(_))) => Err(Stop::Abandon(error)),
            Err(error) => Err(Stop::internal(&error)),
        }
    }

    /// A token for a mutation of this step: the same after a crash, another for every operation.
    pub(crate) fn token(&self) -> String {
        format!("{}-{}", self.operation.summary.id, self.step.code().replace('_', "-"))
    }

    async fn finish(&self, status: OperationStatus, cause: Option<Cause>) -> StoreResult<()> {
        let succeeded = status == OperationStatus::Succeeded;
        let at = self.now();
        let summary = &self.operation.summary;
        let end = Ending { operation: &self.operation, succeeded, cause: cause.as_ref() };
        let environment_status = end.environment_status();
        let action = if succeeded { Action::OperationSucceeded } else { Action::OperationFailed };
        let entry = audit::by_handrail(at, action, &summary.environment_name)
            .team(summary.team)
            .environment(summary.environment)
            .operation(summary.id)
            .change("status", None, Some(environment_status.code().to_owned()))
            .done();
        let end = OperationEnd {
            operation: summary.id,
            worker: self.worker.clone(),
            status,
            environment_status,
            desired: end.desired(),
            revision: end.revision(),
            health: end.health(),
            cause,
            at,
            reported_version: self.version.clone(),
            receipt: self.receipt.clone(),
        };
        insist(&self.outside, || self.outside.store.operation_finish(&end, &entry)).await
    }
}
