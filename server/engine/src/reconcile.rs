//! Reconcilers: run by the clock, take no input, may run any number of times, and never answer a person.

mod draft;
mod drift;
mod examine;
mod health;
mod survey;

pub use draft::stale_drafts;
pub use drift::drift;
pub use health::health;

#[cfg(test)]
pub(crate) use health::Rounds;

use crate::Outside;
use chrono::TimeDelta;
use model::Outcome;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the reconcilers wake up.
const WAKE: Duration = Duration::from_secs(5);
/// How often drafts are looked through.
const DRAFTS: Duration = Duration::from_secs(600);
/// Reconcilers by the name under which they leave their beat, with how often each runs.
pub(crate) const SCHEDULE: [(&str, TimeDelta); 3] = [
    ("reconciler health", TimeDelta::seconds(WAKE.as_secs() as i64)),
    ("reconciler drift", TimeDelta::seconds(WAKE.as_secs() as i64)),
    ("reconciler drafts", TimeDelta::seconds(DRAFTS.as_secs() as i64)),
];

/// Runs all reconcilers until told to stop. None waits for another: AWS may be slow for one of them.
pub async fn run(outside: Outside, stop: CancellationToken) {
    futures::join!(health::run(&outside, &stop), drift::run(&outside, &stop), draft::run(&outside, &stop));
}

/// Leaves a beat with a line about what was done.
async fn report(outside: &Outside, name: &str, outcome: Outcome<String>) {
    let line = match outcome {
        Ok(line) => line,
        Err(fault) => {
            tracing::warn!(%fault, name, "a reconciler did not finish");
            fault.to_string()
        }
    };
    if let Err(error) = outside.store.worker_beat(name, outside.clock.now(), &line).await {
        tracing::debug!(%error, name, "a reconciler could not leave its beat");
    }
}
