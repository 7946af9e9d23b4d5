//! What AWS says of an environment right now, for its viewers.

use super::place;
use crate::{Outside, incident};
use chrono::{DateTime, TimeDelta, Utc};
use model::{
    EnvironmentId, Fault, OperationId, Outcome,
    environment::{EnvironmentStatus, LiveState},
    operation::OperationStatus,
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
/// How old an answer may be for others to share it, as long as nothing happened. Pages ask anew every ten seconds: however many look, AWS
/// is asked as often as for one.
const SHARED: TimeDelta = TimeDelta::seconds(9);
/// How long an answer is remembered for when AWS does not answer.
const REMEMBERED: TimeDelta = TimeDelta::minutes(15);

/// Looks for viewers, and the last answer about each environment.
pub(crate) struct Looks {
    outside: Outside,
    known: Known,
}

/// What Handrail itself knows of an environment that makes an earlier answer of AWS out of date.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Circumstances {
    status: EnvironmentStatus,
    operation: Option<(OperationId, OperationStatus)>,
}

impl Circumstances {
    fn of(record: &EnvironmentRecord) -> Self {
        let operation = record.summary.last_operation.as_ref();
        Self { status: record.summary.status, operation: operation.map(|operation| (operation.id, operation.status)) }
    }

    fn is_calm(&self) -> bool {
        self.operation.is_none_or(|(_, status)| status.is_over())
    }
}

/// What AWS said of an environment.
struct Answers {
    /// The newest one.
    last: LiveState,
    /// When it came: AWS may take long to say that it does not answer.
    came: DateTime<Utc>,
    /// What it was asked in.
    circumstances: Circumstances,
    /// The newest one that nothing was missing in.
    whole: Option<LiveState>,
}

/// Cheap to clone.
#[derive(Clone, Default)]
struct Known(Arc<Mutex<HashMap<EnvironmentId, Answers>>>);

impl Known {
    fn whole(&self, environment: EnvironmentId) -> Option<LiveState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&environment)?.whole.clone()
    }

    /// The newest answer, if it is new enough.
    fn shared(&self, record: &EnvironmentRecord, now: DateTime<Utc>) -> Option<LiveState> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = known.get(&record.summary.id)?;
        let still_so = answers.circumstances.is_calm() && answers.circumstances == Circumstances::of(record);
        (still_so && now - answers.came < SHARED).then(|| answers.last.clone())
    }

    fn put(&self, record: &EnvironmentRecord, state: &LiveState, came: DateTime<Utc>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, answers| came - answers.came < REMEMBERED);
        if known.get(&record.summary.id).is_some_and(|answers| answers.last.as_of > state.as_of) {
            // Whoever asked later was answered sooner.
            return;
        }
        let before = known.remove(&record.summary.id).and_then(|answers| answers.whole);
        let before = before.filter(|whole| came - whole.as_of < REMEMBERED);
        let whole = if state.problem.is_none() { Some(state.clone()) } else { before };
        let circumstances = Circumstances::of(record);
        known.insert(record.summary.id, Answers { last: state.clone(), came, circumstances, whole });
    }
}

impl Looks {
    pub(crate) fn new(outside: Outside) -> Self {
        Self { outside, known: Known::default() }
    }

    /// What AWS says now, or said to somebody else a moment ago; in a hurry, and where it says nothing at all, what it said last.
    pub(crate) async fn answer(&self, record: EnvironmentRecord, hurry: bool) -> Outcome<LiveState> {
        let id = record.summary.id;
        let (outside, known) = (self.outside.clone(), self.known.clone());
        let state = match self.known.shared(&record, self.outside.clock.now()) {
            Some(state) => Some(state),
            None => {
                // It goes on by itself when nobody waits any longer: whoever asks next finds its answer.
                let mut look = tokio::spawn(async move {
                    let state = look(&outside, &record).await?;
                    known.put(&record, &state, outside.clock.now());
                    Ok::<_, Fault>(state)
                });
                // A person's time, not the engine's: what the clock of a test does has no part in it.
                let answered =
                    if hurry { tokio::time::timeout(HURRY, &mut look).await.ok() } else { Some((&mut look).await) };
                let answered =
                    answered.transpose().map_err(|broken| Fault::Internal { incident: incident(&broken) })?;
                answered.transpose()?
            }
        };
        let now = self.outside.clock.now();
        let known = || self.known.whole(id).unwrap_or_else(|| LiveState::nothing(now));
        let state = match state {
            None => LiveState { waiting: true, ..known() },
            Some(state) if state.is_empty() && state.problem.is_some() => {
                LiveState { problem: state.problem, ..known() }
            }
            Some(state) => state,
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
