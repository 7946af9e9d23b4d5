//! Lets CloudFormation compare stacks with their templates, now and then and on request.

use super::{WAKE, report};
use crate::{Outside, audit, drift, environment, error::OrFault};
use chrono::TimeDelta;
use futures::future;
use model::{Outcome, audit::Action};
use ports::store::{DriftOutcome, EnvironmentRecord};
use std::pin::pin;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How old a comparison may grow. Each costs CloudFormation a read of every resource, which counts against the account's own limits.
const COMPARE_AGAIN: TimeDelta = TimeDelta::minutes(30);
/// Comparisons side by side in this process. They spread by themselves: each is due half an hour after its last one.
const AT_ONCE: usize = 4;

pub(super) async fn run(outside: &Outside, stop: &CancellationToken) {
    let mut running = JoinSet::new();
    while !stop.is_cancelled() {
        let due = take(outside, AT_ONCE - running.len()).await;
        let mut compared = due.map(|due| {
            for record in due {
                let outside = outside.clone();
                running.spawn(async move { compare(&outside, &record).await });
            }
            0
        });
        let mut wake = pin!(outside.clock.sleep(WAKE));
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = &mut wake => break,
                Some(ended) = running.join_next() => {
                    let outcome = ended.unwrap_or_else(|panic| {
                        tracing::error!(%panic, "a comparison broke off");
                        Ok(())
                    });
                    compared = compared.and_then(|count: usize| outcome.map(|()| count + 1));
                }
            }
        }
        let line = compared.map(|count| format!("{count} compared, {} being compared", running.len()));
        report(outside, "reconciler drift", line).await;
    }
}

/// Compares what is due, as far as it is done at once. Returns how many.
pub async fn drift(outside: &Outside) -> Outcome<usize> {
    let due = take(outside, AT_ONCE).await?;
    let compared = future::join_all(due.iter().map(|record| compare(outside, record))).await;
    compared.into_iter().collect::<Outcome<Vec<()>>>().map(|all| all.len())
}

async fn take(outside: &Outside, limit: usize) -> Outcome<Vec<EnvironmentRecord>> {
    let limit = u32::try_from(limit).unwrap_or_default();
    if limit == 0 {
        return Ok(Vec::new());
    }
    let now = outside.clock.now();
    outside.store.drift_due(now - COMPARE_AGAIN, now, limit).await.or_fault()
}

async fn compare(outside: &Outside, record: &EnvironmentRecord) -> Outcome<()> {
    let place = environment::place(outside, record, None).await?;
    let outcome = match outside.cloud.stack_drift(&place, &record.stack_name).await {
        Ok(found) => DriftOutcome::Compared {
            compared: found.compared,
            resources: found.resources.iter().map(drift::resource).collect(),
            incomplete: found.incomplete,
        },
        Err(problem) => DriftOutcome::Failed(problem),
    };
    let now = match &outcome {
        DriftOutcome::Compared { resources, .. } => resources.len(),
        DriftOutcome::Failed(_) => 0,
    };
    let at = outside.clock.now();
    let entry = audit::by_handrail(at, Action::EnvironmentDriftChanged, &record.summary.name)
        .team(record.summary.team)
        .environment(record.summary.id)
        .change("drifted resources", Some(record.summary.drifted.to_string()), Some(now.to_string()))
        .done();
    outside.store.drift_put(record.summary.id, at, &outcome, &entry).await.or_fault()
}
