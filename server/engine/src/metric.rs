//! Metrics of an environment: one question to CloudWatch, whoever looks.

mod source;

use crate::{
    Outside,
    environment::{place, record},
    error::{OrFault, incident},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::{
    EnvironmentId, Fault, Outcome, Principal,
    cause::CloudProblem,
    metric::{Absence, Blank, Board, Marker, Range, RangeForm, Series, Span},
    page::PAGE_SIZE,
    permission::Permission,
    services::Metrics,
};
use moka::future::Cache;
use ports::{CloudResult, Place};
use source::{Source, sources};
use std::{sync::Arc, time::Duration};

/// How long viewers share an answer. CloudWatch has a new point once a minute.
const SHARED_FOR: Duration = Duration::from_secs(10);
/// How long viewers share what AWS measures once a day.
const DAILY_SHARED_FOR: Duration = Duration::from_secs(60 * 60);
/// How long the last answer is there for those to whom AWS does not answer.
const REMEMBERED_FOR: Duration = Duration::from_secs(10 * 60);
/// Most answers kept, of each kind. One has at most 19 series of 360 points.
const ANSWERS_KEPT: u64 = 500;
/// How long a page waits for AWS before it is sent without points.
const PATIENCE: Duration = Duration::from_secs(2);
/// What is measured once a day is drawn over so many days at least.
const DAYS_DRAWN: i64 = 14;
/// Most pages of operations that are read for the markers of a board.
const MARKER_PAGES: usize = 4;

/// What CloudWatch had to say. A part that could not be asked has no series.
#[derive(Debug)]
struct Answer {
    as_of: DateTime<Utc>,
    span: Span,
    series: Vec<Series>,
    problem: Option<CloudProblem>,
}

/// One environment over one span.
type Key = (EnvironmentId, Span);

#[derive(Clone)]
pub(crate) struct MetricService {
    outside: Outside,
    answers: Cache<Key, Arc<Answer>>,
    daily: Cache<Key, Arc<Vec<Series>>>,
    remembered: Cache<(EnvironmentId, Range), Arc<Answer>>,
}

impl MetricService {
    pub(crate) fn new(outside: Outside) -> Self {
        Self { outside, answers: cache(SHARED_FOR), daily: cache(DAILY_SHARED_FOR), remembered: cache(REMEMBERED_FOR) }
    }

    /// The answer that all viewers of the moment share. Goes on being fetched for the next one where this one does not wait for it.
    async fn answer(&self, at: Place, key: Key, sources: Vec<Source>) -> Outcome<Option<Arc<Answer>>> {
        let this = self.clone();
        let task = tokio::spawn(async move {
            let fetch = async { Arc::new(this.fetch(&at, key, &sources).await) };
            let answer = this.answers.get_with(key, fetch).await;
            if answer.problem.is_some() {
                this.answers.invalidate(&key).await;
            }
            answer
        });
        match tokio::time::timeout(PATIENCE, task).await {
            Ok(Ok(answer)) => Ok(Some(answer)),
            Ok(Err(broken)) => Err(Fault::Internal { incident: incident(&broken) }),
            Err(_) => Ok(None),
        }
    }

    /// One batch for everything that is measured by the minute, and another one, once an hour, for what is measured by the day:
    /// all queries of a call have one beginning, and by the minute two weeks would be too many points.
    async fn fetch(&self, at: &Place, (environment, span): Key, sources: &[Source]) -> Answer {
        let as_of = self.outside.clock.now();
        let (daily, by_period): (Vec<&Source>, Vec<&Source>) =
            sources.iter().partition(|source| source.metric.is_daily());
        let days = Span::days(DAYS_DRAWN, span.from, span.to);
        let once_a_day = async {
            let ask = async { self.ask(at, days, &daily).await.map(Arc::new) };
            let answer = self.daily.try_get_with((environment, days), ask).await;
            answer.map_err(|problem: Arc<CloudProblem>| CloudProblem::clone(&problem))
        };
        let (by_period, by_day) = futures::join!(self.ask(at, span, &by_period), once_a_day);
        let mut answer = Answer { as_of, span, series: Vec::new(), problem: None };
        match by_period {
            Ok(series) => answer.series = filled(series),
            Err(problem) => answer.problem = Some(problem),
        }
        match by_day {
            Ok(series) => answer.series.extend(series.iter().cloned()),
            Err(problem) => answer.problem = answer.problem.or(Some(problem)),
        }
        answer
    }

    async fn ask(&self, at: &Place, span: Span, sources: &[&Source]) -> CloudResult<Vec<Series>> {
        if sources.is_empty() {
            return Ok(Vec::new());
        }
        let queries: Vec<_> = sources.iter().map(|source| source.query(span.period)).collect();
        let points = self.outside.cloud.metrics(at, &queries, span.from, span.to).await?;
        Ok(sources.iter().zip(points).map(|(source, points)| source.series(span, &points)).collect())
    }

    /// The operations that began in the span, oldest first.
    async fn markers(&self, environment: EnvironmentId, span: Span, now: DateTime<Utc>) -> Outcome<Vec<Marker>> {
        let mut markers = Vec::new();
        let mut after = None;
        for _ in 0..MARKER_PAGES {
            let page = self.outside.store.operation_list(environment, after.as_deref(), PAGE_SIZE).await.or_fault()?;
            let older = page.items.last().is_none_or(|oldest| oldest.requested < span.from);
            markers.extend(page.items.into_iter().map(|operation| Marker {
                operation: operation.id,
                kind: operation.kind,
                status: operation.status,
                requested_by: operation.requested_by,
                at: operation.started.unwrap_or(operation.requested),
            }));
            after = page.next.filter(|_| !older);
            if after.is_none() {
                break;
            }
        }
        // The span ends before the period that is not over; what began in it belongs to a range that ends now.
        let end = if (now - span.to).num_seconds() < i64::from(span.period) { now } else { span.to };
        markers.retain(|marker| span.from <= marker.at && marker.at <= end);
        markers.sort_by_key(|marker| marker.at);
        Ok(markers)
    }
}

#[async_trait]
impl Metrics for MetricService {
    async fn board(&self, who: &Principal, environment: EnvironmentId, range: &RangeForm) -> Outcome<Board> {
        let record = record(&self.outside, who, environment, Permission::TeamView).await?;
        let now = self.outside.clock.now();
        let range = range.parse(now)?;
        let span = Span::of(range, now);
        let markers = self.markers(environment, span, now).await?;
        let mut board = Board { as_of: now, range, span, series: Vec::new(), markers, blank: None, problem: None };
        let sources = sources(&record.outputs);
        if sources.is_empty() {
            board.blank = Some(Blank::NotMadeYet);
            return Ok(board);
        }
        let at = place(&self.outside, &record, None).await?;
        let answer = self.answer(at, (environment, span), sources).await?;
        let known = (environment, range);
        let shown = match answer {
            Some(answer) if answer.problem.is_none() => {
                self.remembered.insert(known, answer.clone()).await;
                Some(answer)
            }
            unanswered => {
                board.problem = unanswered.as_ref().and_then(|answer| answer.problem.clone());
                board.blank = unanswered.is_none().then_some(Blank::NotAnsweredYet);
                self.remembered.get(&known).await.or(unanswered)
            }
        };
        if let Some(answer) = shown {
            board.as_of = answer.as_of;
            board.span = answer.span;
            board.series.clone_from(&answer.series);
        }
        let has_points = board.series.iter().any(|series| series.last().is_some());
        if !has_points && board.problem.is_none() && board.blank.is_none() {
            board.blank = Some(Blank::NoPoints);
        }
        Ok(board)
    }
}

fn cache<K, V>(kept_for: Duration) -> Cache<K, V>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder().max_capacity(ANSWERS_KEPT).time_to_live(kept_for).build()
}

/// Writes the zeros that the source left out, where it is sure that it reported at all.
fn filled(mut series: Vec<Series>) -> Vec<Series> {
    let witnesses = series.clone();
    for one in &mut series {
        let Absence::NoneWhile(witness) = one.metric.absence() else { continue };
        let Some(witness) = witnesses.iter().find(|other| other.metric == witness) else { continue };
        for (value, seen) in one.values.iter_mut().zip(&witness.values) {
            if value.is_none() && seen.is_some() {
                *value = Some(0.0);
            }
        }
    }
    series
}
