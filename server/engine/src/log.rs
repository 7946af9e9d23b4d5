//! Reading an environment's log group: newest lines first for a page, what is new for those who follow, all of it for a file.

mod search;
mod tail;

use crate::{
    Outside,
    environment::{place, record},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::{
    EnvironmentId, Outcome, Principal,
    cause::{CloudProblem, CloudProblemKind},
    environment::EnvironmentStatus,
    log::{LogChunk, LogExport, LogLine, LogPage, LogQuery, LogTail, LogTrouble, OlderCursor, mark_levels, plain},
    permission::Permission,
    services::Logs,
};
use moka::future::Cache;
use ports::{
    CloudResult, Place,
    cloud::{LogEvent, LogRequest},
    store::EnvironmentRecord,
};
use std::time::Duration;
use template::output;

/// Most lines in one file.
const EXPORT_LINES: usize = 100_000;
/// Most calls for one file: a search that finds little reads many pages for few lines.
const EXPORT_CALLS: usize = 500;
/// Most events in one answer of CloudWatch.
const PAGE_LIMIT: u32 = 10_000;
/// How long the same page is shared by those who open it.
const SHARED: Duration = Duration::from_secs(2);
/// Most pages kept to be shared.
const PAGES_KEPT: u64 = 200;

/// What makes two pages the same: environment, query, where it goes on, and the two seconds of its making.
type PageKey = (EnvironmentId, LogQuery, Option<String>, i64);

pub(crate) struct LogService {
    outside: Outside,
    pages: Cache<PageKey, LogPage>,
    watches: tail::Watches,
}

impl LogService {
    pub(crate) fn new(outside: Outside) -> Self {
        let pages = Cache::builder().max_capacity(PAGES_KEPT).time_to_live(SHARED).build();
        Self { outside, pages, watches: tail::Watches::new() }
    }

    /// The environment's log group, or why its stack has none.
    async fn source(&self, record: &EnvironmentRecord, query: &LogQuery) -> Outcome<Result<Source, LogTrouble>> {
        let status = record.summary.status;
        let Some(group) = record.outputs.get(output::LOG_GROUP_NAME) else {
            let creating = status == EnvironmentStatus::Creating;
            return Ok(Err(if creating { LogTrouble::NotYet } else { LogTrouble::NeverMade }));
        };
        Ok(Ok(Source {
            outside: self.outside.clone(),
            place: place(&self.outside, record, None).await?,
            group: group.clone(),
            deleted: status == EnvironmentStatus::Deleted,
            query: query.clone(),
        }))
    }
}

#[async_trait]
impl Logs for LogService {
    async fn search(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        query: LogQuery,
        before: Option<String>,
    ) -> Outcome<LogPage> {
        let record = record(&self.outside, who, environment, Permission::TeamView).await?;
        let now = self.outside.clock.now();
        let window = query.window(now)?;
        let source = match self.source(&record, &query).await? {
            Ok(source) => source,
            Err(trouble) => return Ok(search::nothing(window, now, trouble)),
        };
        let cursor = before.as_deref().and_then(|before| before.parse::<OlderCursor>().ok());
        let key = (environment, query, before, now.timestamp() / 2);
        Ok(self.pages.get_with(key, search::search(&source, window, cursor)).await)
    }

    async fn tail(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        query: LogQuery,
        since: String,
    ) -> Outcome<LogTail> {
        let record = record(&self.outside, who, environment, Permission::TeamView).await?;
        match self.source(&record, &query).await? {
            Ok(source) => Ok(self.watches.look(&source, environment, &since).await),
            Err(trouble) => Ok(tail::nothing(self.outside.clock.now(), since, trouble)),
        }
    }

    async fn export_start(&self, who: &Principal, environment: EnvironmentId, query: LogQuery) -> Outcome<LogExport> {
        record(&self.outside, who, environment, Permission::TeamView).await?;
        let window = query.window(self.outside.clock.now())?;
        Ok(LogExport { window, token: None, lines: 0, calls: 0 })
    }

    async fn export(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        query: LogQuery,
        at: LogExport,
    ) -> Outcome<LogChunk> {
        let record = record(&self.outside, who, environment, Permission::TeamView).await?;
        match self.source(&record, &query).await? {
            Ok(source) => Ok(source.chunk(at).await),
            Err(trouble) => Ok(ending(trouble)),
        }
    }
}

/// The end of a file that cannot go on.
fn ending(trouble: LogTrouble) -> LogChunk {
    LogChunk { lines: Vec::new(), next: None, capped: false, trouble: Some(trouble) }
}

/// A log group, and what is wanted of it.
#[derive(Clone)]
struct Source {
    outside: Outside,
    place: Place,
    group: String,
    /// Whether the environment is, and its group with it.
    deleted: bool,
    query: LogQuery,
}

impl Source {
    /// One answer of CloudWatch: its lines with their levels, and the token of the next one.
    async fn page(
        &self,
        from: DateTime<Utc>,
        to: Option<DateTime<Utc>>,
        limit: u32,
        token: Option<String>,
    ) -> CloudResult<(Vec<LogLine>, Option<String>)> {
        let request = LogRequest {
            group: self.group.clone(),
            matching: self.query.matching(),
            stream: Some(self.query.stream.clone()).filter(|stream| !stream.is_empty()),
            from,
            to,
            limit,
            token,
        };
        let page = self.outside.cloud.log_events(&self.place, &request).await?;
        let mut lines: Vec<LogLine> = page.events.into_iter().map(line).collect();
        mark_levels(&mut lines);
        Ok((lines, page.next))
    }

    /// Whether a line is as bad as asked for.
    fn wants(&self, line: &LogLine) -> bool {
        self.query.level.is_none_or(|wanted| line.level >= Some(wanted))
    }

    /// Why lines are missing. CloudWatch has one code for a missing group and a missing stream.
    fn trouble(&self, problem: CloudProblem) -> LogTrouble {
        if problem.kind != CloudProblemKind::NotFound {
            LogTrouble::Cloud(Box::new(problem))
        } else if !self.query.stream.is_empty() && problem.message.contains("stream") {
            LogTrouble::StreamMissing
        } else if self.deleted {
            LogTrouble::Deleted { group: self.group.clone() }
        } else {
            LogTrouble::GroupMissing { group: self.group.clone() }
        }
    }

    /// The next part of a file.
    async fn chunk(&self, at: LogExport) -> LogChunk {
        let LogExport { window, token, lines: written, calls } = at;
        let (mut lines, token) = match self.page(window.from, Some(window.to), PAGE_LIMIT, token).await {
            Ok(page) => page,
            Err(problem) => return ending(self.trouble(problem)),
        };
        lines.retain(|line| self.wants(line));
        let too_many = written + lines.len() > EXPORT_LINES;
        lines.truncate(EXPORT_LINES - written);
        let (written, calls) = (written + lines.len(), calls + 1);
        let capped = too_many || (token.is_some() && (written == EXPORT_LINES || calls == EXPORT_CALLS));
        let next =
            token.filter(|_| !capped).map(|token| LogExport { window, token: Some(token), lines: written, calls });
        LogChunk { lines, next, capped, trouble: None }
    }
}

fn line(event: LogEvent) -> LogLine {
    LogLine {
        id: event.id,
        at: event.at,
        stream: event.stream,
        message: plain(&event.message),
        level: None,
        left_out: 0,
    }
}
