//! Compares environments with AWS and with what OpenHands answers, account by account.

use super::{
    WAKE,
    examine::{Found, examine},
    report,
    survey::Survey,
};
use crate::{Outside, audit, environment, error::OrFault};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, future, stream};
use model::{
    AccountId, EnvironmentId, Outcome,
    audit::Action,
    cause::{CloudProblem, CloudProblemKind},
    environment::Health,
};
use ports::store::{Due, EnvironmentRecord, Observation};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    pin::pin,
    sync::Arc,
};
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;

/// How old a look may grow before AWS is asked again.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(20);
/// The same after a look that is not believed yet: the next wake.
const LOOK_TWICE: TimeDelta = TimeDelta::seconds(3);
/// How many looks in a row must find that the probe alone is not answered before a healthy environment is called anything else.
const LOOKS_TO_BELIEVE: u32 = 2;
/// How old a thorough look may grow.
const LOOK_THOROUGHLY: TimeDelta = TimeDelta::minutes(2);
/// Environments taken at each wake.
const PER_WAKE: u32 = 500;
/// Environments of one account and region looked at side by side.
const SIDE_BY_SIDE: usize = 8;
/// How long an account that throttles is left alone at first, and at most.
const FIRST_REST: TimeDelta = TimeDelta::seconds(30);
const LONGEST_REST: TimeDelta = TimeDelta::minutes(8);

/// An account and region.
type Spot = (AccountId, String);

/// What is remembered from one round to the next. Each replica has its own: it only saves calls.
#[derive(Default)]
pub(crate) struct Rounds {
    /// Spots that have not answered yet. A new round leaves them out, so that a slow account keeps no other waiting.
    busy: HashSet<Spot>,
    resting: HashMap<Spot, Rest>,
    thorough: HashMap<EnvironmentId, DateTime<Utc>>,
}

struct Rest {
    length: TimeDelta,
    until: DateTime<Utc>,
}

/// The environments of one spot that are due, and whether each gets a thorough look.
pub(crate) struct Visit {
    spot: Spot,
    due: Vec<(EnvironmentRecord, bool)>,
}

/// What a visit came to.
pub(crate) struct Visited {
    spot: Spot,
    throttled: bool,
    outcome: Outcome<usize>,
}

pub(super) async fn run(outside: &Outside, stop: &CancellationToken) {
    let mut rounds = Rounds::default();
    let mut visits = JoinSet::new();
    let mut spots: HashMap<Id, Spot> = HashMap::new();
    while !stop.is_cancelled() {
        let begun = rounds.begin(outside).await.map(|begun| {
            for visit in begun {
                let spot = visit.spot.clone();
                spots.insert(visits.spawn(visit.make(outside.clone())).id(), spot);
            }
        });
        let mut looked = begun.map(|()| 0);
        let mut wake = pin!(outside.clock.sleep(WAKE));
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = &mut wake => break,
                Some(ended) = visits.join_next_with_id() => {
                    let outcome = match ended {
                        Ok((id, visited)) => {
                            spots.remove(&id);
                            rounds.end(visited, outside.clock.now())
                        }
                        Err(panic) => {
                            tracing::error!(%panic, "a look at AWS broke off");
                            spots.remove(&panic.id()).inspect(|spot| { rounds.busy.remove(spot); });
                            Ok(0)
                        }
                    };
                    looked = looked.and_then(|sum| outcome.map(|count| sum + count));
                }
            }
        }
        let line = looked.map(|count| rounds.line(count));
        report(outside, "reconciler health", line).await;
    }
}

/// One whole round, waited for: what is due is looked at, account by account. Returns how many.
pub async fn health(outside: &Outside) -> Outcome<usize> {
    Rounds::default().whole(outside).await
}

impl Rounds {
    /// One round from beginning to end.
    pub(crate) async fn whole(&mut self, outside: &Outside) -> Outcome<usize> {
        let visits = self.begin(outside).await?.into_iter().map(|visit| visit.make(outside.clone()));
        let visited = future::join_all(visits).await;
        let now = outside.clock.now();
        visited.into_iter().map(|visited| self.end(visited, now)).sum()
    }

    /// Takes what is due, but nothing of spots that have not answered yet or that rest.
    pub(crate) async fn begin(&mut self, outside: &Outside) -> Outcome<Vec<Visit>> {
        let now = outside.clock.now();
        let resting = self.resting.iter().filter(|(_, rest)| rest.until > now).map(|(spot, _)| spot);
        let due = Due {
            before: now - LOOK_AGAIN,
            doubted_before: now - LOOK_TWICE,
            except: self.busy.iter().chain(resting).cloned().collect(),
            at: now,
            limit: PER_WAKE,
        };
        let mut visits: BTreeMap<Spot, Vec<(EnvironmentRecord, bool)>> = BTreeMap::new();
        self.thorough.retain(|_, at| now - *at < LOOK_THOROUGHLY);
        for record in outside.store.environment_due(&due).await.or_fault()? {
            let is_old = !self.thorough.contains_key(&record.summary.id);
            let is_thorough = is_old || record.summary.health != Health::Healthy;
            if is_thorough {
                self.thorough.insert(record.summary.id, now);
            }
            let spot = (record.summary.account, record.summary.region.clone());
            visits.entry(spot).or_default().push((record, is_thorough));
        }
        self.busy.extend(visits.keys().cloned());
        Ok(visits.into_iter().map(|(spot, due)| Visit { spot, due }).collect())
    }

    /// Takes note of how a visit ended: an account that throttles is left alone, each time for longer.
    pub(crate) fn end(&mut self, visited: Visited, now: DateTime<Utc>) -> Outcome<usize> {
        self.busy.remove(&visited.spot);
        if visited.throttled {
            let before = self.resting.get(&visited.spot).map(|rest| rest.length);
            let length = before.map_or(FIRST_REST, |length| (length * 2).min(LONGEST_REST));
            self.resting.insert(visited.spot, Rest { length, until: now + length });
        } else {
            self.resting.remove(&visited.spot);
        }
        visited.outcome
    }

    fn line(&self, looked: usize) -> String {
        let (waited, rest) = (self.busy.len(), self.resting.len());
        match (waited, rest) {
            (0, 0) => format!("{looked} looked at"),
            _ => format!("{looked} looked at; {waited} accounts have not answered yet, {rest} throttle and rest"),
        }
    }
}

impl Visit {
    /// The region that is visited.
    #[cfg(test)]
    pub(crate) fn region(&self) -> &str {
        &self.spot.1
    }

    /// Asks AWS once for all of them, and then each.
    pub(crate) async fn make(self, outside: Outside) -> Visited {
        let spot = self.spot.clone();
        match self.look(&outside).await {
            Ok(throttled) => {
                let count = throttled.len();
                Visited { spot, throttled: throttled.contains(&true), outcome: Ok(count) }
            }
            Err(fault) => Visited { spot, throttled: false, outcome: Err(fault) },
        }
    }

    /// Of each environment, whether AWS throttled.
    async fn look(self, outside: &Outside) -> Outcome<Vec<bool>> {
        let Some((first, _)) = self.due.first() else { return Ok(Vec::new()) };
        let place = environment::place(outside, first, None).await?;
        let records: Vec<&EnvironmentRecord> = self.due.iter().map(|(record, _)| record).collect();
        let survey = Arc::new(Survey::make(outside, place, &records).await);
        // Each look owns what it needs: a borrowed one could not be part of a spawned task.
        let looks = stream::iter(self.due).map(|(record, thorough)| {
            let (outside, survey) = (outside.clone(), survey.clone());
            async move {
                let found = match survey.as_ref() {
                    Ok(survey) => examine(&outside, survey, &record, thorough).await,
                    Err(problem) => Err(problem.clone()),
                };
                observe(&outside, &record, found).await
            }
        });
        let looks: Vec<Outcome<bool>> = looks.buffer_unordered(SIDE_BY_SIDE).collect().await;
        looks.into_iter().collect()
    }
}

/// Keeps what was found. Returns whether AWS throttled.
async fn observe(outside: &Outside, record: &EnvironmentRecord, found: Result<Found, CloudProblem>) -> Outcome<bool> {
    let throttled = matches!(&found, Err(problem) if problem.kind == CloudProblemKind::Throttled);
    let at = outside.clock.now();
    let before = &record.summary.health;
    let observation = match found {
        Err(problem) => Observation {
            environment: record.summary.id,
            health: Health::Unknown { problem },
            reported_version: None,
            checked: None,
            at,
            doubts: 0,
        },
        // Not believed yet: it stays what it was, as of when that was found.
        Ok(found) if found.by_probe && *before == Health::Healthy && record.doubts + 1 < LOOKS_TO_BELIEVE => {
            Observation {
                environment: record.summary.id,
                health: before.clone(),
                reported_version: None,
                checked: None,
                at,
                doubts: record.doubts + 1,
            }
        }
        Ok(found) => Observation {
            environment: record.summary.id,
            health: found.health,
            reported_version: found.version,
            checked: Some(at),
            at,
            doubts: 0,
        },
    };
    let entry = audit::by_handrail(at, Action::EnvironmentHealthChanged, &record.summary.name)
        .team(record.summary.team)
        .environment(record.summary.id)
        .change("health", Some(word(before).into()), Some(word(&observation.health).into()))
        .done();
    outside.store.environment_observe(&observation, &entry).await.or_fault()?;
    Ok(throttled)
}

fn word(health: &Health) -> &'static str {
    match health {
        Health::NotChecked => "not checked",
        Health::Healthy => "healthy",
        Health::Degraded { .. } => "degraded",
        Health::Paused => "paused",
        Health::Unreachable { .. } => "unreachable",
        Health::Unknown { .. } => "unknown",
        Health::Gone => "gone",
    }
}
