//! What AWS says of an environment right now, for its viewers.

use super::place;
use crate::{Outside, incident};
use chrono::TimeDelta;
use model::{
    EnvironmentId, Fault, Outcome,
    environment::{EnvironmentStatus, LiveState},
};
use ports::store::EnvironmentRecord;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use template::output;

/// How long a page waits for AWS before it is sent without.
const HURRY: Duration = Duration::from_millis(1_500);
/// How long an answer is remembered for when AWS does not answer.
const REMEMBERED: TimeDelta = TimeDelta::minutes(15);

/// Looks for viewers, and the last answer about each environment.
pub(crate) struct Looks {
    outside: Outside,
    known: Known,
}

/// Cheap to clone.
#[derive(Clone, Default)]
struct Known(Arc<Mutex<HashMap<EnvironmentId, LiveState>>>);

impl Known {
    fn get(&self, environment: EnvironmentId) -> Option<LiveState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&environment).cloned()
    }

    fn put(&self, environment: EnvironmentId, state: &LiveState) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, older| state.as_of - older.as_of < REMEMBERED);
        known.insert(environment, state.clone());
    }
}

impl Looks {
    pub(crate) fn new(outside: Outside) -> Self {
        Self { outside, known: Known::default() }
    }

    /// What AWS says now; in a hurry, and where it says nothing at all, what it said last.
    pub(crate) async fn answer(&self, record: EnvironmentRecord, hurry: bool) -> Outcome<LiveState> {
        let id = record.summary.id;
        let (outside, known) = (self.outside.clone(), self.known.clone());
        // It goes on by itself when nobody waits any longer: whoever asks next finds its answer.
        let mut look = tokio::spawn(async move {
            let state = look(&outside, &record).await?;
            if state.problem.is_none() {
                known.put(record.summary.id, &state);
            }
            Ok(state)
        });
        // A person's time, not the engine's: what the clock of a test does has no part in it.
        let answered = if hurry { tokio::time::timeout(HURRY, &mut look).await.ok() } else { Some((&mut look).await) };
        let now = self.outside.clock.now();
        let known = || self.known.get(id).unwrap_or_else(|| LiveState::nothing(now));
        let state = match answered {
            None => LiveState { waiting: true, ..known() },
            Some(Err(broken)) => return Err(Fault::Internal { incident: incident(&broken) }),
            Some(Ok(outcome)) => {
                let state: LiveState = outcome?;
                match state.problem {
                    Some(problem) if state.is_empty() => LiveState { problem: Some(problem), ..known() },
                    _ => state,
                }
            }
        };
        Ok(LiveState { read: now, ..state })
    }
}

/// Asks AWS about service, targets and database of an environment, as far as its stack has made them. What cannot be asked is
/// said in `problem`; what could be asked is there all the same.
async fn look(outside: &Outside, record: &EnvironmentRecord) -> Outcome<LiveState> {
    let mut live = LiveState::nothing(outside.clock.now());
    if record.summary.status == EnvironmentStatus::Deleted {
        return Ok(live);
    }
    let place = place(outside, record, None).await?;
    let output = |name: &str| record.outputs.get(name).cloned();
    let service = async {
        match (output(output::CLUSTER_NAME), output(output::SERVICE_NAME)) {
            (Some(cluster), Some(service)) => outside.cloud.service(&place, &cluster, &service).await,
            _ => Ok(None),
        }
    };
    let targets = async {
        match output(output::TARGET_GROUP_ARN) {
            Some(group) => outside.cloud.targets(&place, &group).await,
            None => Ok(Vec::new()),
        }
    };
    let database = async {
        match output(output::DATABASE_ID) {
            Some(id) => outside.cloud.database(&place, &id).await,
            None => Ok(None),
        }
    };
    let (service, targets, database) = futures::join!(service, targets, database);
    match service {
        Ok(service) => live.service = service,
        Err(problem) => live.problem = Some(problem),
    }
    match targets {
        Ok(targets) => live.targets = targets,
        Err(problem) => live.problem = live.problem.or(Some(problem)),
    }
    match database {
        Ok(database) => live.database = database,
        Err(problem) => live.problem = live.problem.or(Some(problem)),
    }
    Ok(live)
}
