//! Slows down guessing: counts failed sign-ins per account and per address in a sliding window.
//!
//! Counts live in memory, one set a replica: a restart forgives, and N replicas allow N times as many tries.

use chrono::{DateTime, TimeDelta, Utc};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

/// At most `limit` failures within `window` for one key.
pub(crate) struct Throttle {
    limit: usize,
    window: TimeDelta,
    failures: Mutex<HashMap<String, VecDeque<DateTime<Utc>>>>,
}

impl Throttle {
    pub(crate) fn new(limit: usize, window: TimeDelta) -> Self {
        Self { limit, window, failures: Mutex::default() }
    }

    /// Seconds to wait before the key may try again; `None` if it may now.
    pub(crate) fn wait_seconds(&self, key: &str, now: DateTime<Utc>) -> Option<u64> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let of_key = failures.get_mut(key)?;
        while of_key.front().is_some_and(|at| *at + self.window <= now) {
            of_key.pop_front();
        }
        if of_key.len() < self.limit {
            return None;
        }
        let free_at = *of_key.get(of_key.len() - self.limit)? + self.window;
        Some(u64::try_from((free_at - now).num_seconds()).unwrap_or(0).max(1))
    }

    /// Counts a failure.
    pub(crate) fn failed(&self, key: &str, now: DateTime<Utc>) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        // Keys come from outside: forget those whose failures have all expired before the map grows large.
        if failures.len() >= 10_000 {
            failures.retain(|_, times| times.back().is_some_and(|at| *at + self.window > now));
        }
        failures.entry(key.to_owned()).or_default().push_back(now);
    }

    /// Forgets the failures of a key after a success.
    pub(crate) fn succeeded(&self, key: &str) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_holds_within_the_window_and_opens_after_it() {
        let throttle = Throttle::new(3, TimeDelta::seconds(60));
        let start = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
        for second in 0..3 {
            assert_eq!(throttle.wait_seconds("ada", start + TimeDelta::seconds(second)), None);
            throttle.failed("ada", start + TimeDelta::seconds(second));
        }
        assert_eq!(throttle.wait_seconds("ada", start + TimeDelta::seconds(10)), Some(50));
        assert_eq!(throttle.wait_seconds("bob", start + TimeDelta::seconds(10)), None, "another key is free");
        assert_eq!(throttle.wait_seconds("ada", start + TimeDelta::seconds(61)), None, "the first has expired");
    }

    #[test]
    fn a_success_forgives() {
        let throttle = Throttle::new(1, TimeDelta::seconds(60));
        let now = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
        throttle.failed("ada", now);
        assert!(throttle.wait_seconds("ada", now).is_some());
        throttle.succeeded("ada");
        assert_eq!(throttle.wait_seconds("ada", now), None);
    }
}
