//! Virtual time: sleeping takes none, but everybody's deadlines keep their order.

use super::lock;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use ports::Clock;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// Where virtual time begins: 2026-01-05 09:00:00 UTC, in seconds since 1970.
const START: i64 = 1_767_603_600;
/// How often a sleeper gives way before it moves time on, so that tasks with something to do come first.
const TURNS: u32 = 4;
/// After so many turns a sleeper no longer waits for an earlier one, which nobody seems to poll any more.
const PATIENCE: u32 = 200;

/// A clock whose time is moved on by whoever sleeps. Clones are the same clock.
///
/// With several sleepers the one with the earliest deadline moves it, so a heartbeat of 20 s beside a poll of 5 s comes at every
/// fourth poll, as it would in real time.
#[derive(Clone, Debug)]
pub struct FakeClock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    now: DateTime<Utc>,
    next_sleeper: u64,
    /// Deadlines of those asleep.
    sleepers: BTreeMap<u64, DateTime<Utc>>,
}

impl Default for FakeClock {
    fn default() -> Self {
        let now = DateTime::from_timestamp(START, 0).unwrap_or_default();
        Self { state: Arc::new(Mutex::new(State { now, next_sleeper: 0, sleepers: BTreeMap::new() })) }
    }
}

impl FakeClock {
    /// Moves time on.
    pub fn advance(&self, duration: Duration) {
        let mut state = lock(&self.state);
        state.now += delta(duration);
    }

    fn lie_down(&self, duration: Duration) -> Sleeper {
        let mut state = lock(&self.state);
        let id = state.next_sleeper;
        state.next_sleeper += 1;
        let deadline = state.now + delta(duration);
        state.sleepers.insert(id, deadline);
        Sleeper { clock: self.clone(), id, deadline }
    }
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

/// Somebody asleep; gets up when dropped, also if the sleep was cancelled.
struct Sleeper {
    clock: FakeClock,
    id: u64,
    deadline: DateTime<Utc>,
}

impl Sleeper {
    /// Whether the deadline is reached; moves time there if it is this sleeper's turn.
    fn is_over(&self, turns: u32) -> bool {
        let mut state = lock(&self.clock.state);
        let earliest = state.sleepers.values().min().is_none_or(|earliest| *earliest >= self.deadline);
        if state.now < self.deadline && ((earliest && turns >= TURNS) || turns >= PATIENCE) {
            state.now = self.deadline;
        }
        state.now >= self.deadline
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        lock(&self.clock.state).sleepers.remove(&self.id);
    }
}

#[async_trait]
impl Clock for FakeClock {
    fn now(&self) -> DateTime<Utc> {
        lock(&self.state).now
    }

    async fn sleep(&self, duration: Duration) {
        let sleeper = self.lie_down(duration);
        let mut turns = 0;
        loop {
            tokio::task::yield_now().await;
            turns += 1;
            if sleeper.is_over(turns) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn sleeping_takes_virtual_time_only_and_sleepers_wake_in_order() {
        let clock = FakeClock::default();
        let start = clock.now();
        let woken = Arc::new(Mutex::new(Vec::new()));
        let nap = |name: &'static str, seconds: u64, times: u32| {
            let (clock, woken) = (clock.clone(), woken.clone());
            async move {
                for _ in 0..times {
                    clock.sleep(Duration::from_secs(seconds)).await;
                    lock(&woken).push((name, (clock.now() - start).num_seconds()));
                }
            }
        };
        futures::join!(nap("beat", 20, 1), nap("poll", 8, 3));
        assert_eq!(*lock(&woken), [("poll", 8), ("poll", 16), ("beat", 20), ("poll", 24)]);
    }

    #[tokio::test]
    async fn a_cancelled_or_forgotten_sleep_holds_nobody_up() {
        let clock = FakeClock::default();
        let start = clock.now();
        assert!(clock.sleep(Duration::from_secs(1)).now_or_never().is_none());
        let mut forgotten = clock.sleep(Duration::from_secs(2));
        assert!((&mut forgotten).now_or_never().is_none());
        clock.sleep(Duration::from_secs(60)).await;
        assert_eq!((clock.now() - start).num_seconds(), 60);
        clock.advance(Duration::from_secs(5));
        assert_eq!((clock.now() - start).num_seconds(), 65);
    }
}
