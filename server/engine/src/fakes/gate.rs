//! The gate that every port call of one process passes, where a test can kill that process.

use super::lock;
use std::{
    future::pending,
    sync::{Arc, Mutex},
};
use tokio::sync::watch;

/// Counts port calls and can stop a process dead. Clones are the same gate.
///
/// Each fake method passes once before its effect and once after it, so that a crash can fall between an effect and its answer:
/// an odd passage is lost before anything happened, an even one after it did (as long as one task makes the calls).
#[derive(Clone, Debug)]
pub struct Gate {
    state: Arc<Mutex<State>>,
    crashed: Arc<watch::Sender<bool>>,
}

#[derive(Debug, Default)]
struct State {
    trail: Vec<&'static str>,
    crash_at: Option<usize>,
}

impl Gate {
    /// A gate that lets everything through.
    pub fn open() -> Self {
        Self::new(None)
    }

    /// A gate whose passage number `n`, counted from 1, never returns; neither does any later one: the process is dead.
    pub fn crash_at(n: usize) -> Self {
        Self::new(Some(n))
    }

    fn new(crash_at: Option<usize>) -> Self {
        let state = State { trail: Vec::new(), crash_at };
        Self { state: Arc::new(Mutex::new(state)), crashed: Arc::new(watch::Sender::new(false)) }
    }

    /// Begins to count anew. What a crash has stopped stays stopped.
    pub fn reset(&self, crash_at: Option<usize>) {
        *lock(&self.state) = State { trail: Vec::new(), crash_at };
        self.crashed.send_replace(false);
    }

    /// Stops everything from the next passage on.
    pub fn crash_now(&self) {
        let mut state = lock(&self.state);
        state.crash_at = Some(state.trail.len() + 1);
    }

    /// How many passages there were, the fatal one included.
    pub fn passages(&self) -> usize {
        lock(&self.state).trail.len()
    }

    /// The methods that passed, in order, each twice. Tells a failing test what the fatal passage was.
    pub fn trail(&self) -> Vec<&'static str> {
        lock(&self.state).trail.clone()
    }

    /// Whether the process is dead.
    pub fn is_crashed(&self) -> bool {
        *self.crashed.borrow()
    }

    /// Resolves when the process has died; at once if it is dead already.
    pub async fn crashed(&self) {
        // The sender lives in this gate, so waiting cannot fail.
        let _ = self.crashed.subscribe().wait_for(|crashed| *crashed).await;
    }

    pub(super) async fn pass(&self, method: &'static str) {
        let dead = {
            let mut state = lock(&self.state);
            let dead = state.crash_at.is_some_and(|n| state.trail.len() + 1 >= n);
            // The trail ends with the fatal passage: a dead process does nothing.
            if !self.is_crashed() {
                state.trail.push(method);
            }
            dead
        };
        if dead {
            self.crashed.send_replace(true);
            pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_fatal_passage_and_all_later_ones_never_return() {
        let gate = Gate::crash_at(2);
        gate.pass("a").await;
        assert!(!gate.is_crashed());
        let second = tokio::spawn({
            let gate = gate.clone();
            async move { gate.pass("b").await }
        });
        gate.crashed().await;
        let third = tokio::spawn({
            let gate = gate.clone();
            async move { gate.pass("c").await }
        });
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert!(!second.is_finished() && !third.is_finished());
        assert_eq!(gate.trail(), ["a", "b"]);
        gate.reset(None);
        gate.pass("d").await;
        assert_eq!(gate.passages(), 1);
    }
}
