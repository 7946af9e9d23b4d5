//! Log lines in words: levels, ranges, what was searched, and why lines are missing.

use crate::format;
use chrono::{DateTime, Utc};
use model::log::{LogLevel, LogPage, LogRange, LogTrouble};

/// A level as it stands in a line.
pub fn level(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "DEBUG",
        LogLevel::Info => "INFO",
        LogLevel::Warn => "WARN",
        LogLevel::Error => "ERROR",
    }
}

/// A choice of the level filter.
pub fn at_least(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "Debug and worse",
        LogLevel::Info => "Info and worse",
        LogLevel::Warn => "Warnings and errors",
        LogLevel::Error => "Errors",
    }
}

/// A range of time.
pub fn range(range: LogRange) -> &'static str {
    match range {
        LogRange::Minutes15 => "Last 15 minutes",
        LogRange::Hour => "Last hour",
        LogRange::Hours6 => "Last 6 hours",
        LogRange::Day => "Last 24 hours",
        LogRange::Week => "Last 7 days",
        LogRange::Custom => "From … to …",
    }
}

/// A task in the list of tasks.
pub fn task(container: &str, task: &str) -> String {
    format!("{container}, task {}", task.chars().take(8).collect::<String>())
}

/// How many lines a page shows, and of what time.
pub fn found(page: &LogPage) -> String {
    let (count, to) = (page.lines.len(), format::moment(page.window.to));
    let lines = if count == 1 { "1 line".to_owned() } else { format!("{} lines", format::count(whole(count))) };
    format!("{lines} from {} to {to}", format::moment(page.searched_from.max(page.window.from)))
}

/// A search that was not finished: title and what to do.
pub fn unfinished(page: &LogPage) -> String {
    format!(
        "Searched back to {} so far. There is more before that, up to {}.",
        format::exact(page.searched_from),
        format::moment(page.window.from)
    )
}

/// Nothing fits, and everything was searched: title and what to do.
pub const NOTHING: (&str, &str) =
    ("No line fits", "Nothing was written in this time, or nothing with this text and level. Try a longer range.");
/// Nothing fits so far.
pub const NOTHING_SO_FAR: &str = "No line fits so far";
/// What a search by text does.
pub const TEXT_HINT: &str = "Exactly this text; capitals count.";
/// How moments are typed.
pub const TIME_HINT: &str = "UTC, like 2026-11-24 15:00";
/// Where so many lines came at once that some are not shown.
pub const CROWDED: &str =
    "In one place more lines came within ten milliseconds than can be read at once; some are not shown.";
/// While lines are followed but the reader missed some: what the button beside it does is load again.
pub const GAP: &str = "Some lines are missing here: more came than could be followed.";

/// Why lines are missing: title and what it means.
pub fn trouble(trouble: &LogTrouble) -> (&'static str, String) {
    match trouble {
        LogTrouble::NotYet => {
            ("There is no log yet", "The stack makes it. The first lines come when the first task starts.".into())
        }
        LogTrouble::NeverMade => {
            ("There is no log", "Creating the environment did not come as far as its log group.".into())
        }
        LogTrouble::Deleted { group } => {
            ("The log is gone", format!("The log group {group} was deleted with the environment."))
        }
        LogTrouble::GroupMissing { group } => (
            "The log group is not there",
            format!(
                "{group} does not exist: it was deleted outside Handrail. ECS cannot write lines until it is there again."
            ),
        ),
        LogTrouble::StreamMissing => {
            ("This task has no log", "It never wrote a line, or its lines are older than the log keeps them.".into())
        }
        LogTrouble::Cloud(problem) => ("Not all lines could be read", super::cause::problem(problem)),
    }
}

/// While new lines are followed.
pub fn following(as_of: DateTime<Utc>) -> String {
    format!("Following, as of {}", format::clock(as_of))
}

/// While following is interrupted on purpose.
pub const PAUSED: &str = "Paused";
/// While the server cannot be asked.
pub const INTERRUPTED: &str = "The server does not answer; trying again";

/// New lines below what is in sight.
pub fn unseen(count: usize) -> String {
    if count == 1 { "1 new line".into() } else { format!("{} new lines", format::count(whole(count))) }
}

/// How much of a long line is not shown.
pub fn left_out(characters: u32) -> String {
    format!("… {} more characters; the file has them.", format::count(characters))
}

/// The first lines of a file.
pub fn file_head(name: &str, from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    format!("# {name}: log lines from {} to {}\n", format::exact(from), format::exact(to))
}

/// The end of a file that has reached its limit.
pub fn file_capped(lines: usize) -> String {
    format!(
        "# Handrail ends the file here, after {} lines. There may be more: download a shorter time, or search for a text.\n",
        format::count(whole(lines))
    )
}

/// The end of a file that could not be finished.
pub fn file_broken(trouble: &LogTrouble) -> String {
    let (title, text) = self::trouble(trouble);
    format!("# The file is not complete. {title}: {text}\n")
}

/// The whole of a file without lines.
pub const FILE_EMPTY: &str = "# No line fits.\n";

/// A number of lines; there are never so many that they do not fit.
fn whole(lines: usize) -> u32 {
    u32::try_from(lines).unwrap_or(u32::MAX)
}
