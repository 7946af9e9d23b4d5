//! Counting the calls to AWS, per account and service, for those who look after the installation.
//!
//! Counts live in memory, one set a process: a restart forgets, and each replica counts its own.

use chrono::{DateTime, Utc};
use model::{
    cause::CloudProblemKind,
    platform::{CallCounts, CallRate},
};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Counts are kept by slots of this many seconds.
const SLOT_SECONDS: u64 = 10;
const SLOTS_PER_MINUTE: u64 = 60 / SLOT_SECONDS;
const SLOTS_PER_HOUR: u64 = 3600 / SLOT_SECONDS;
/// Durations that the median is taken of.
const SAMPLES: usize = 100;

/// The counts of this process.
#[derive(Debug)]
pub(crate) struct Calls {
    start: Instant,
    tallies: Mutex<HashMap<(String, &'static str), Tally>>,
}

/// Calls of one account and service.
#[derive(Debug, Default)]
struct Tally {
    /// By slot since the start; only those in which something was called, the newest last.
    slots: VecDeque<(u64, CallCounts)>,
    /// How long the last calls took, in milliseconds, the newest last.
    took: VecDeque<u32>,
    last: DateTime<Utc>,
}

impl Calls {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), tallies: Mutex::default() }
    }

    fn slot(&self) -> u64 {
        self.start.elapsed().as_secs() / SLOT_SECONDS
    }

    /// Counts a call that has ended.
    pub(crate) fn note(&self, account: &str, service: &'static str, took: Duration, problem: Option<CloudProblemKind>) {
        let slot = self.slot();
        let mut tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = tallies.entry((account.to_owned(), service)).or_default();
        if tally.slots.back().is_none_or(|(newest, _)| *newest < slot) {
            tally.slots.push_back((slot, CallCounts::default()));
        }
        if let Some((_, counts)) = tally.slots.back_mut() {
            counts.calls += 1;
            match problem {
                None | Some(CloudProblemKind::NotFound) => {}
                Some(CloudProblemKind::Throttled) => counts.throttled += 1,
                Some(_) => counts.failed += 1,
            }
        }
        while tally.slots.front().is_some_and(|(oldest, _)| oldest + SLOTS_PER_HOUR <= slot) {
            tally.slots.pop_front();
        }
        if tally.took.len() == SAMPLES {
            tally.took.pop_front();
        }
        tally.took.push_back(u32::try_from(took.as_millis()).unwrap_or(u32::MAX));
        tally.last = Utc::now();
    }

    /// What was counted, by account and service. Services that were quiet for an hour are there with nothing counted.
    pub(crate) fn rates(&self) -> Vec<CallRate> {
        let now = self.slot();
        let tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rates: Vec<CallRate> = tallies
            .iter()
            .map(|((account, service), tally)| CallRate {
                account: account.clone(),
                service: (*service).to_owned(),
                minute: tally.since(now, SLOTS_PER_MINUTE),
                hour: tally.since(now, SLOTS_PER_HOUR),
                p50_ms: tally.median(),
                last: tally.last,
            })
            .collect();
        rates.sort_by(|a, b| (&a.account, &a.service).cmp(&(&b.account, &b.service)));
        rates
    }
}

impl Tally {
    /// The sum of the last `slots` slots, the one that is being filled among them.
    fn since(&self, now: u64, slots: u64) -> CallCounts {
        let recent = self.slots.iter().filter(|(slot, _)| slot + slots > now);
        recent.fold(CallCounts::default(), |sum, (_, counts)| CallCounts {
            calls: sum.calls + counts.calls,
            throttled: sum.throttled + counts.throttled,
            failed: sum.failed + counts.failed,
        })
    }

    fn median(&self) -> u32 {
        let mut took: Vec<u32> = self.took.iter().copied().collect();
        took.sort_unstable();
        took.get(took.len() / 2).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(calls: u32, throttled: u32, failed: u32) -> CallCounts {
        CallCounts { calls, throttled, failed }
    }

    #[tokio::test(start_paused = true)]
    async fn a_minute_and_an_hour_slide_and_services_are_told_apart() {
        let calls = Calls::new();
        let note = |service, problem| calls.note("111122223333", service, Duration::from_millis(20), problem);
        note("ecs", None);
        note("ecs", Some(CloudProblemKind::Throttled));
        note("rds", Some(CloudProblemKind::NotFound));
        tokio::time::advance(Duration::from_secs(90)).await;
        note("ecs", Some(CloudProblemKind::Denied));
        let [ecs, rds] = calls.rates().try_into().expect("two services");
        assert_eq!((ecs.minute, ecs.hour), (counts(1, 0, 1), counts(3, 1, 1)));
        assert_eq!((rds.minute, rds.hour), (counts(0, 0, 0), counts(1, 0, 0)), "what is not there is an answer");
        tokio::time::advance(Duration::from_secs(3600)).await;
        assert_eq!(calls.rates()[0].hour, CallCounts::default());
    }

    #[tokio::test(start_paused = true)]
    async fn the_median_is_of_the_last_hundred() {
        let calls = Calls::new();
        for milliseconds in (0..300).chain(std::iter::repeat_n(7, 60)) {
            calls.note("111122223333", "sts", Duration::from_millis(milliseconds), None);
        }
        assert_eq!(calls.rates()[0].p50_ms, 7);
    }
}
