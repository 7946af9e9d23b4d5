//! Finding the newest lines although CloudWatch gives the oldest first: stretches of time are read backwards, long ones where little
//! happens and short ones where much does. Calls are bounded; a search that is not done says how far it came.

use super::Source;
use chrono::{DateTime, TimeDelta, Utc};
use model::{
    cause::CloudProblem,
    log::{LOG_PAGE, LogLine, LogPage, LogTrouble, LogWindow, OlderCursor, TailCursor, parse_time},
};

/// Most calls for one page.
const CALLS: usize = 12;
/// No call is begun after this time.
const PATIENCE: TimeDelta = TimeDelta::seconds(8);
/// Most events asked for in one call: some more than a page, so that one that is full tells how dense they are.
const READ: u32 = 1_000;
/// Most calls for one stretch before a shorter one is tried.
const CALLS_PER_STEP: usize = 3;
/// The first stretch, in milliseconds.
const FIRST_STEP: i64 = 60_000;
/// The shortest stretch, in milliseconds. What does not fit into it is not shown.
const LAST_STEP: i64 = 10;
/// How much longer the next stretch becomes where little was found, and shorter where it could not be searched.
const FACTOR: i64 = 4;

/// What was read of a stretch.
struct Stretch {
    lines: Vec<LogLine>,
    whole: bool,
    calls: usize,
}

impl Source {
    async fn stretch(
        &self,
        from: DateTime<Utc>,
        to: Option<DateTime<Utc>>,
        calls: usize,
    ) -> Result<Stretch, CloudProblem> {
        let mut read = Stretch { lines: Vec::new(), whole: false, calls: 0 };
        let mut token = None;
        while read.calls < calls && read.lines.len() < READ as usize {
            let (lines, next) = self.page(from, to, READ, token).await?;
            read.lines.extend(lines);
            read.calls += 1;
            token = next;
            if token.is_none() {
                read.whole = true;
                break;
            }
        }
        Ok(read)
    }
}

/// The newest lines of a window, or those before a cursor, or those on both sides of a moment.
pub(super) async fn search(source: &Source, window: LogWindow, cursor: Option<OlderCursor>) -> LogPage {
    match parse_time(&source.query.around) {
        Some(at) if cursor.is_none() => around(source, window, at).await,
        _ => newest(source, window, cursor, LOG_PAGE).await,
    }
}

/// As many lines before a moment as after it.
async fn around(source: &Source, window: LogWindow, at: DateTime<Utc>) -> LogPage {
    let half = LOG_PAGE / 2;
    let after = source.stretch(at, Some(window.to), CALLS_PER_STEP).await;
    let start = OlderCursor { before: at, step: FIRST_STEP };
    let mut page = newest(source, window, Some(start), half).await;
    match after {
        Ok(after) => {
            let wanted = after.lines.into_iter().filter(|line| source.wants(line));
            page.lines.extend(wanted.take(half).map(LogLine::shortened));
        }
        Err(problem) => page.trouble = Some(source.trouble(problem)),
    }
    page
}

async fn newest(source: &Source, window: LogWindow, cursor: Option<OlderCursor>, most: usize) -> LogPage {
    let clock = &source.outside.clock;
    let began = clock.now();
    let mut end = cursor.map_or(window.to, |cursor| cursor.before.min(window.to));
    let mut step = cursor.map_or(FIRST_STEP, |cursor| cursor.step);
    let (mut found, mut calls, mut crowded, mut trouble) = (Vec::<LogLine>::new(), 0, false, None);
    while end > window.from && found.len() < most && calls < CALLS && clock.now() - began < PATIENCE {
        let start = end.checked_sub_signed(TimeDelta::milliseconds(step)).unwrap_or(window.from).max(window.from);
        // A line may bear a time that has not come yet by our clock; it belongs to what reaches to now.
        let to = (!(window.live && cursor.is_none() && end == window.to)).then_some(end);
        let read = match source.stretch(start, to, CALLS_PER_STEP.min(CALLS - calls)).await {
            Ok(read) => read,
            Err(problem) => {
                trouble = Some(source.trouble(problem));
                break;
            }
        };
        calls += read.calls;
        let count = read.lines.len();
        let length = (end - start).num_milliseconds();
        if !read.whole && length > LAST_STEP {
            step = shorter(length, &read.lines, start);
            continue;
        }
        crowded |= !read.whole;
        let mut lines = read.lines;
        lines.retain(|line| source.wants(line));
        lines.append(&mut found);
        found = lines;
        end = start;
        if count < LOG_PAGE / 4 {
            step = step.saturating_mul(FACTOR);
        }
    }
    if let Some(at) = found.len().checked_sub(most).filter(|more| *more > 0).map(|first| found[first].at) {
        // Lines of one millisecond stay together: the next page begins before it.
        found.retain(|line| line.at >= at);
        end = at;
    }
    let older = (end > window.from).then(|| OlderCursor { before: end, step }.to_string());
    LogPage {
        lines: found.into_iter().map(LogLine::shortened).collect(),
        window,
        searched_from: end,
        older,
        tail: (window.live && cursor.is_none()).then(|| TailCursor::starting(began).to_string()),
        crowded,
        trouble,
        as_of: clock.now(),
    }
}

/// A length that can be read at once, judged by how far into the stretch the lines came.
fn shorter(length: i64, lines: &[LogLine], start: DateTime<Utc>) -> i64 {
    let guess = match lines.last() {
        Some(last) if lines.len() >= READ as usize => {
            let covered = (last.at - start).num_milliseconds().max(1);
            let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
            covered.saturating_mul(i64::try_from(LOG_PAGE).unwrap_or(1)) / count
        }
        _ => length / FACTOR,
    };
    guess.clamp(LAST_STEP, (length / 2).max(LAST_STEP))
}

/// A page without a search.
pub(super) fn nothing(window: LogWindow, now: DateTime<Utc>, trouble: LogTrouble) -> LogPage {
    LogPage {
        lines: Vec::new(),
        window,
        searched_from: window.to,
        older: None,
        tail: None,
        crowded: false,
        trouble: Some(trouble),
        as_of: now,
    }
}
