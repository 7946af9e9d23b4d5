//! Reconcilers: run by the clock, take no input, may run any number of times, and never answer a person.

use crate::{Outside, audit, draft, environment, error::OrFault};
use chrono::TimeDelta;
use futures::{StreamExt, stream};
use model::{
    EnvironmentId, Fault, Outcome,
    audit::Action,
    cause::ProbeAnswer,
    environment::{DegradedReason, EnvironmentStatus, Health, LiveState},
};
use ports::store::{EnvironmentRecord, Observation};
use std::time::Duration;
use template::output;
use tokio_util::sync::CancellationToken;

/// How old a look may grow before AWS is asked again.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(20);
/// How often the reconcilers wake up.
const WAKE: Duration = Duration::from_secs(5);
/// How often drafts are looked through.
const DRAFTS: TimeDelta = TimeDelta::minutes(10);
/// Reconcilers by the name under which they leave their beat, with how often each runs.
pub(crate) const SCHEDULE: [(&str, TimeDelta); 2] =
    [("reconciler health", TimeDelta::seconds(WAKE.as_secs() as i64)), ("reconciler drafts", DRAFTS)];
/// Environments looked at in one round.
const PER_ROUND: u32 = 50;
/// Environments looked at side by side.
const SIDE_BY_SIDE: usize = 8;
/// How long a draft that nobody touches keeps its secret.
const DRAFT_LIFE: TimeDelta = TimeDelta::hours(24);

/// Runs all reconcilers until told to stop.
pub async fn run(outside: Outside, stop: CancellationToken) {
    let mut drafts_at = outside.clock.now();
    while !stop.is_cancelled() {
        report(&outside, "reconciler health", health(&outside).await).await;
        if outside.clock.now() >= drafts_at {
            report(&outside, "reconciler drafts", stale_drafts(&outside).await).await;
            drafts_at = outside.clock.now() + DRAFTS;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = outside.clock.sleep(WAKE) => {}
        }
    }
}

async fn report(outside: &Outside, name: &str, outcome: Outcome<usize>) {
    let line = match &outcome {
        Ok(count) => format!("{count} looked at"),
        Err(fault) => fault.to_string(),
    };
    if let Err(fault) = &outcome {
        tracing::warn!(%fault, name, "a reconciler did not finish");
    }
    if let Err(error) = outside.store.worker_beat(name, outside.clock.now(), &line).await {
        tracing::debug!(%error, name, "a reconciler could not leave its beat");
    }
}

/// Compares environments with AWS, those not looked at for longest first. Returns how many.
pub async fn health(outside: &Outside) -> Outcome<usize> {
    let before = outside.clock.now() - LOOK_AGAIN;
    let due = outside.store.environment_due(before, PER_ROUND).await.or_fault()?;
    let count = due.len();
    // Each look owns what it needs: a borrowed one could not be part of a spawned task.
    let looks = stream::iter(due).map(|id| {
        let outside = outside.clone();
        async move { observe(&outside, id).await }
    });
    let outcomes: Vec<Outcome<()>> = looks.buffer_unordered(SIDE_BY_SIDE).collect().await;
    outcomes.into_iter().collect::<Outcome<Vec<()>>>()?;
    Ok(count)
}

/// Looks at one environment and keeps what was found.
async fn observe(outside: &Outside, id: EnvironmentId) -> Outcome<()> {
    let Some(record) = outside.store.environment_get(id).await.or_fault()? else { return Ok(()) };
    let (health, version) = match record.summary.status {
        EnvironmentStatus::Ready => examine(outside, &record).await?,
        // Nothing is expected of one that never came up or is half gone.
        _ => (record.summary.health.clone(), None),
    };
    let at = outside.clock.now();
    let entry = audit::by_handrail(at, Action::EnvironmentHealthChanged, &record.summary.name)
        .team(record.summary.team)
        .environment(id)
        .change("health", Some(word(&record.summary.health).into()), Some(word(&health).into()))
        .done();
    let known = !matches!(health, Health::Unknown { .. });
    let observation =
        Observation { environment: id, health, reported_version: version, checked: known.then_some(at), at };
    outside.store.environment_observe(&observation, &entry).await.or_fault()
}

fn word(health: &Health) -> &'static str {
    match health {
        Health::NotChecked => "not checked",
        Health::Healthy => "healthy",
        Health::Degraded { .. } => "degraded",
        Health::Paused => "paused",
        Health::Unknown { .. } => "unknown",
        Health::Gone => "gone",
    }
}

/// What an environment that should be up is like, with the version that it reports.
async fn examine(outside: &Outside, record: &EnvironmentRecord) -> Outcome<(Health, Option<String>)> {
    let place = environment::place(outside, record, None).await?;
    let stack = match outside.cloud.stack(&place, &record.stack_name).await {
        Ok(stack) => stack,
        Err(problem) => return Ok((Health::Unknown { problem }, None)),
    };
    if stack.is_none_or(|stack| stack.status.starts_with("DELETE_")) {
        return Ok((Health::Gone, None));
    }
    let live = match environment::look(outside, record).await {
        Ok(live) => live,
        Err(Fault::Cloud(problem)) => return Ok((Health::Unknown { problem: *problem }, None)),
        Err(fault) => return Err(fault),
    };
    if let Some(problem) = live.problem {
        return Ok((Health::Unknown { problem }, None));
    }
    if record.summary.desired == 0 {
        return Ok((paused(&live), None));
    }
    if let Some(reason) = degraded(&live) {
        return Ok((Health::Degraded { reason }, None));
    }
    let Some(address) = record.outputs.get(output::ADDRESS) else { return Ok((Health::NotChecked, None)) };
    Ok(match outside.probe.ask(address).await {
        ProbeAnswer::Ready { version } => (Health::Healthy, version),
        answer => (Health::Degraded { reason: DegradedReason::NotReady { answer } }, None),
    })
}

/// What an environment is like that was told to run nothing. Its database goes on running.
fn paused(live: &LiveState) -> Health {
    let (running, desired) = live.service.as_ref().map_or((0, 0), |service| (service.running, service.desired));
    if running > 0 || desired > 0 {
        return Health::Degraded { reason: DegradedReason::UnexpectedTasks { running, desired } };
    }
    Health::Paused
}

fn degraded(live: &LiveState) -> Option<DegradedReason> {
    let (running, desired) = live.service.as_ref().map_or((0, 1), |service| (service.running, service.desired));
    // Canvas is one task; a count of zero that Handrail did not ask for is an environment that does not run.
    if running < desired.max(1) {
        return Some(DegradedReason::TasksMissing { running, desired });
    }
    if let Some(database) = &live.database
        && !matches!(database.status.as_str(), "available" | "backing-up" | "storage-optimization")
    {
        return Some(DegradedReason::Database { status: database.status.clone() });
    }
    if !live.targets.iter().any(|target| target.state == "healthy") {
        let target = live.targets.first();
        return Some(DegradedReason::TargetsUnhealthy {
            state: target.map_or_else(|| "none".to_owned(), |target| target.state.clone()),
            reason: target.and_then(|target| target.description.clone().or(target.reason.clone())),
        });
    }
    None
}

/// Removes drafts that nobody has touched for a day, with the keys stored for them. Returns how many.
pub async fn stale_drafts(outside: &Outside) -> Outcome<usize> {
    let now = outside.clock.now();
    let stale = outside.store.draft_stale(now - DRAFT_LIFE).await.or_fault()?;
    let count = stale.len();
    for record in stale {
        let mut entry = None;
        if let Some(key) = &record.llm_key {
            draft::remove_key(outside, key).await.or_fault()?;
            entry = Some(audit::by_handrail(now, Action::SecretRemoved, "LLM key of a draft").done());
        }
        match outside.store.draft_delete(record.id, entry.as_ref()).await.or_fault() {
            // Another replica was quicker.
            Ok(()) | Err(Fault::NotFound) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(count)
}
