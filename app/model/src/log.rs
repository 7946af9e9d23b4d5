//! Log lines of an environment: what is asked for, and what a page, a tail and a file of them hold.

mod cursor;
mod level;
mod matching;
mod range;

pub use cursor::{OlderCursor, TailCursor};
pub use level::{LogLevel, level_of, mark_levels, plain};
pub use matching::LogMatching;
pub use range::{LogRange, LogWindow, parse_time};

use crate::cause::CloudProblem;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How many lines one page holds, unless more of them carry the same millisecond.
pub const LOG_PAGE: usize = 400;
/// Longest text to find, in characters. CloudWatch takes patterns of 1,024.
pub const LOG_TEXT_LIMIT: usize = 300;
/// How far from a moment its neighbourhood reaches.
pub const LOG_AROUND: TimeDelta = TimeDelta::minutes(5);
/// How much of a line's message a page shows, in characters. CloudWatch keeps up to a mebibyte.
pub const LOG_MESSAGE_LIMIT: usize = 4_000;

/// What to look for in an environment's log. All of it stands in the URL, so the times are kept as they were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct LogQuery {
    /// A text that the line contains, capitals counting; empty for every line.
    pub text: String,
    /// Only lines this bad or worse.
    pub level: Option<LogLevel>,
    /// Name of one log stream, which is one container of one task; empty for all.
    pub stream: String,
    pub range: LogRange,
    /// Start of a custom range, as typed, in UTC.
    pub from: String,
    /// End of a custom range, as typed, in UTC; empty for now.
    pub to: String,
    /// A moment in UTC, in place of a range: what came just before it and just after it. Empty for none.
    pub around: String,
}

impl LogQuery {
    /// What AWS is to sort out already.
    pub fn matching(&self) -> LogMatching {
        LogMatching::new(self.text.trim(), self.level)
    }
}

/// One log event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// CloudWatch's id of the event, unique in its group.
    pub id: String,
    /// When the event took place, to the millisecond.
    pub at: DateTime<Utc>,
    /// Log stream: `prefix/container/task`.
    pub stream: String,
    /// Without terminal colours and control characters.
    pub message: String,
    /// `None` where the line says nothing of it.
    pub level: Option<LogLevel>,
    /// How many characters of the message are left out.
    pub left_out: u32,
}

impl LogLine {
    /// Keeps what a page shows of a long message.
    pub fn shortened(mut self) -> Self {
        if let Some((end, _)) = self.message.char_indices().nth(LOG_MESSAGE_LIMIT) {
            self.left_out = u32::try_from(self.message[end..].chars().count()).unwrap_or(u32::MAX);
            self.message.truncate(end);
        }
        self
    }

    /// Container and task of the stream, where it is named as the `awslogs` driver of ECS names streams.
    pub fn container_and_task(&self) -> Option<(&str, &str)> {
        container_and_task(&self.stream)
    }
}

/// Container and task id of a stream `prefix/container/task`.
pub fn container_and_task(stream: &str) -> Option<(&str, &str)> {
    let (rest, task) = stream.rsplit_once('/')?;
    let (_, container) = rest.rsplit_once('/')?;
    (!container.is_empty() && !task.is_empty()).then_some((container, task))
}

/// Why lines are missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum LogTrouble {
    /// The environment is being created, and its stack has not made a log group yet.
    NotYet,
    /// Creating the environment did not come as far as a log group.
    NeverMade,
    /// The group was deleted with the environment.
    Deleted { group: String },
    /// The group is not there although it should be.
    GroupMissing { group: String },
    /// The group has no such stream.
    StreamMissing,
    /// AWS did not answer as wished: throttled, denied, unreachable …
    Cloud(Box<CloudProblem>),
}

/// The newest lines of a window of time that fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPage {
    /// Oldest first.
    pub lines: Vec<LogLine>,
    /// What was asked for.
    pub window: LogWindow,
    /// Everything from here on was searched.
    pub searched_from: DateTime<Utc>,
    /// Asks for what lies before, if the window was not searched whole.
    pub older: Option<String>,
    /// Where following goes on; `None` for a page that ends in the past.
    pub tail: Option<String>,
    /// Somewhere more lines came within ten milliseconds than are read at once; some of them are not shown.
    pub crowded: bool,
    pub trouble: Option<LogTrouble>,
    /// When AWS was asked.
    pub as_of: DateTime<Utc>,
}

/// What is new since the last look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogTail {
    /// In the order of their arrival, which for late lines is not the order of their times. May repeat lines that are known by id.
    pub lines: Vec<LogLine>,
    /// Asks for what comes next.
    pub cursor: String,
    /// Lines were missed: the reader lagged too far behind, or more came than could be read.
    pub gap: bool,
    pub trouble: Option<LogTrouble>,
    pub as_of: DateTime<Utc>,
}

/// Where the writing of a file goes on. Does not leave the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogExport {
    pub window: LogWindow,
    /// CloudWatch's token of the next page.
    pub token: Option<String>,
    pub lines: usize,
    pub calls: usize,
}

/// A part of a file of log lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogChunk {
    /// Oldest first, whole.
    pub lines: Vec<LogLine>,
    /// Goes on; `None` at the end.
    pub next: Option<LogExport>,
    /// Whether the file ends here although there may be more lines.
    pub capped: bool,
    pub trouble: Option<LogTrouble>,
}

crate::tagged_through_value!(LogTrouble);

#[cfg(test)]
mod tests {
    use super::*;

    fn line(message: &str) -> LogLine {
        LogLine {
            id: "1".into(),
            at: DateTime::UNIX_EPOCH,
            stream: "app/openhands/0123abcd".into(),
            message: message.into(),
            level: None,
            left_out: 0,
        }
    }

    #[test]
    fn a_long_message_is_cut_between_characters_and_says_how_much_is_missing() {
        let long = line(&"é".repeat(LOG_MESSAGE_LIMIT + 7)).shortened();
        assert_eq!((long.message.chars().count(), long.left_out), (LOG_MESSAGE_LIMIT, 7));
        let short = line("short").shortened();
        assert_eq!((short.message.as_str(), short.left_out), ("short", 0));
    }

    #[test]
    fn a_stream_of_ecs_names_container_and_task() {
        assert_eq!(line("").container_and_task(), Some(("openhands", "0123abcd")));
        for other in ["", "stream", "a/b", "a//b", "a/b/"] {
            assert_eq!(container_and_task(other), None, "{other}");
        }
    }
}
