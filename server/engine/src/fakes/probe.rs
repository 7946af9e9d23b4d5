//! A probe that answers from a script.

use super::{Gate, lock};
use async_trait::async_trait;
use model::{cause::ProbeAnswer, spec::Edition};
use ports::Probe;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

/// The version that the default answer names.
const VERSION: &str = "1.25.0";

/// OpenHands as the probe finds it. Clones and handles made by [`FakeProbe::behind`] share script and counters.
#[derive(Clone, Debug)]
pub struct FakeProbe {
    gate: Gate,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    script: VecDeque<ProbeAnswer>,
    asked: Vec<String>,
}

impl FakeProbe {
    /// A ready OpenHands.
    pub fn new(gate: &Gate) -> Self {
        let script = VecDeque::from([ProbeAnswer::Ready { version: Some(VERSION.to_owned()) }]);
        Self { gate: gate.clone(), state: Arc::new(Mutex::new(State { script, asked: Vec::new() })) }
    }

    /// The same OpenHands, asked by another process.
    pub fn behind(&self, gate: &Gate) -> Self {
        Self { gate: gate.clone(), state: self.state.clone() }
    }

    /// Answers these, in order; the last one repeats. An empty script keeps the answer given so far.
    pub fn answers(&self, answers: Vec<ProbeAnswer>) {
        if !answers.is_empty() {
            lock(&self.state).script = answers.into();
        }
    }

    /// How often it was asked.
    pub fn asks(&self) -> usize {
        lock(&self.state).asked.len()
    }

    /// The addresses asked, in order.
    pub fn asked(&self) -> Vec<String> {
        lock(&self.state).asked.clone()
    }
}

#[async_trait]
impl Probe for FakeProbe {
    async fn ask(&self, _edition: Edition, address: &str) -> ProbeAnswer {
        self.gate.pass("ask").await;
        let answer = {
            let mut state = lock(&self.state);
            state.asked.push(address.to_owned());
            let last = state.script.len() == 1;
            let next = if last { state.script.front().cloned() } else { state.script.pop_front() };
            next.unwrap_or(ProbeAnswer::Starting)
        };
        self.gate.pass("ask").await;
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_script_is_followed_and_its_last_answer_repeats() {
        let probe = FakeProbe::new(&Gate::open());
        assert_eq!(probe.ask(Edition::Canvas, "http://a").await, ProbeAnswer::Ready { version: Some(VERSION.into()) });
        let wrong = ProbeAnswer::Wrong { status: 502, body: "Bad Gateway".into() };
        probe.answers(vec![ProbeAnswer::Starting, wrong.clone()]);
        for expected in [&ProbeAnswer::Starting, &wrong, &wrong] {
            assert_eq!(probe.behind(&Gate::open()).ask(Edition::App, "http://b").await, *expected);
        }
        assert_eq!(probe.asks(), 4);
    }
}
