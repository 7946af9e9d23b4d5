//! Following a log: one watch for each environment and filter asks AWS for all who follow, and numbers the lines as they arrive.
//!
//! CloudWatch may show an event seconds after its time, and later than its successors. Each look therefore goes back a minute and knows by
//! their ids which events it has seen. Readers ask by number, so that a late line reaches everybody once.

use super::{PAGE_LIMIT, Source};
use chrono::{DateTime, TimeDelta, Utc};
use model::{
    EnvironmentId,
    log::{LogLevel, LogLine, LogMatching, LogTail, LogTrouble, TailCursor},
};
use moka::future::Cache;
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};
use tokio::sync::Mutex;

/// How long readers share what one look found.
const LOOK: TimeDelta = TimeDelta::seconds(2);
/// The same after a look that AWS refused.
const LOOK_AFTER_TROUBLE: TimeDelta = TimeDelta::seconds(5);
/// How far each look goes back for events that come late.
const LATE: TimeDelta = TimeDelta::seconds(60);
/// How far a new watch goes back at most.
const FIRST_LOOK: TimeDelta = TimeDelta::minutes(10);
/// How far a watch may lag behind before it leaves lines out.
const LAG: TimeDelta = TimeDelta::seconds(60);
/// Most calls of one look.
const CALLS: usize = 3;
/// Most lines kept for readers.
const KEPT: usize = 2_000;
/// How long a watch that nobody asks is kept.
const IDLE: Duration = Duration::from_secs(120);
/// Most watches.
const WATCHES: u64 = 1_000;

/// What makes two readers follow the same lines.
type Key = (EnvironmentId, LogMatching, Option<LogLevel>, String);

/// Every watch.
pub(super) struct Watches(Cache<Key, Arc<Mutex<Watch>>>);

/// What one group and filter brought lately.
struct Watch {
    id: u64,
    /// Number of the next line.
    next: u64,
    /// The newest lines, in the order of their arrival; the last one's number is `next - 1`.
    lines: VecDeque<LogLine>,
    /// Events that were seen, with their times.
    seen: HashMap<String, DateTime<Utc>>,
    /// No line after this moment is missing from `lines`, but for those that are still late.
    whole_from: Option<DateTime<Utc>>,
    /// Up to when AWS was read.
    reached: Option<DateTime<Utc>>,
    /// Whether AWS had more than a look could read.
    lags: bool,
    /// Lines before this number were followed by some that were left out.
    hole: u64,
    looked: Option<DateTime<Utc>>,
    trouble: Option<LogTrouble>,
}

impl Watches {
    pub(super) fn new() -> Self {
        Self(Cache::builder().max_capacity(WATCHES).time_to_idle(IDLE).build())
    }

    /// What is new since a cursor. One reader looks, the others wait for what it finds.
    pub(super) async fn look(&self, source: &Source, environment: EnvironmentId, since: &str) -> LogTail {
        let query = &source.query;
        let key = (environment, query.matching(), query.level, query.stream.clone());
        let watch = self.0.get_with(key, async { Arc::new(Mutex::new(Watch::new())) }).await;
        let mut watch = watch.lock().await;
        let now = source.outside.clock.now();
        // A cursor that is none of ours begins now: it comes from an address somebody wrote.
        let cursor = since.parse().unwrap_or_else(|_| TailCursor::starting(now));
        if watch.is_due(now) {
            watch.poll(source, cursor.at, now).await;
        }
        watch.since(cursor)
    }
}

impl Watch {
    fn new() -> Self {
        Self {
            id: rand::random::<u64>() | 1,
            next: 0,
            lines: VecDeque::new(),
            seen: HashMap::new(),
            whole_from: None,
            reached: None,
            lags: false,
            hole: 0,
            looked: None,
            trouble: None,
        }
    }

    fn is_due(&self, now: DateTime<Utc>) -> bool {
        let wait = if self.trouble.is_some() { LOOK_AFTER_TROUBLE } else { LOOK };
        self.looked.is_none_or(|looked| now - looked >= wait)
    }

    /// Asks AWS. Nothing changes until it has answered, so that a reader who goes away meanwhile takes nothing with them.
    async fn poll(&mut self, source: &Source, wanted: DateTime<Utc>, now: DateTime<Utc>) {
        let late = if self.lags { TimeDelta::zero() } else { LATE };
        // A new watch goes back twice as far: others who follow may have read the log somewhat earlier.
        let from = match self.reached {
            Some(reached) => reached - late,
            None => (wanted - LATE - LATE).clamp(now - FIRST_LOOK, now),
        };
        let (mut lines, mut token, mut calls) = (Vec::new(), None, 0);
        let answer = loop {
            match source.page(from, None, PAGE_LIMIT, token.take()).await {
                Ok((more, next)) => {
                    lines.extend(more);
                    calls += 1;
                    token = next;
                    if token.is_none() || calls == CALLS {
                        break Ok(());
                    }
                }
                Err(problem) => break Err(problem),
            }
        };
        self.looked = Some(source.outside.clock.now());
        if let Err(problem) = answer {
            self.trouble = Some(source.trouble(problem));
            return;
        }
        self.trouble = None;
        self.whole_from.get_or_insert(from);
        let last = lines.last().map_or(from, |line| line.at);
        for line in lines {
            if self.seen.insert(line.id.clone(), line.at).is_none() && source.wants(&line) {
                self.keep(line.shortened());
            }
        }
        self.lags = token.is_some();
        let mut reached = if self.lags { last.max(from + TimeDelta::milliseconds(1)) } else { now };
        if now - reached > LAG {
            reached = now;
            self.hole = self.next;
        }
        self.reached = Some(reached);
        self.seen.retain(|_, at| *at >= reached - LATE);
    }

    fn keep(&mut self, line: LogLine) {
        self.lines.push_back(line);
        self.next += 1;
        if self.lines.len() > KEPT
            && let Some(gone) = self.lines.pop_front()
        {
            self.whole_from = self.whole_from.max(Some(gone.at));
        }
    }

    /// What a reader has not been given yet, by number, or by time if another watch served them before.
    fn since(&self, cursor: TailCursor) -> LogTail {
        let first = self.next - self.lines.len() as u64;
        let (lines, gap): (Vec<_>, _) = if cursor.watch == self.id {
            let skip = usize::try_from(cursor.serial.saturating_sub(first)).unwrap_or(usize::MAX);
            (self.lines.iter().skip(skip).cloned().collect(), cursor.serial < first || cursor.serial < self.hole)
        } else {
            let from = cursor.at - LATE;
            let lines = self.lines.iter().filter(|line| line.at >= from).cloned().collect();
            (lines, self.whole_from.is_some_and(|whole| whole > from))
        };
        // Where AWS has not answered yet, the reader goes on from where they stand.
        let next = match self.reached {
            Some(reached) => TailCursor { watch: self.id, serial: self.next, at: reached },
            None => cursor,
        };
        LogTail {
            lines,
            cursor: next.to_string(),
            gap,
            trouble: self.trouble.clone(),
            as_of: self.looked.unwrap_or(cursor.at),
        }
    }
}

/// A look at what is not there.
pub(super) fn nothing(now: DateTime<Utc>, since: String, trouble: LogTrouble) -> LogTail {
    LogTail { lines: Vec::new(), cursor: since, gap: false, trouble: Some(trouble), as_of: now }
}
