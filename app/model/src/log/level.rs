//! How bad a line is, told from its text: JSON fields, words as Python, uvicorn, Postgres and nginx write them, and tracebacks.

use super::LogLine;
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, iter::Peekable, str::Chars};

/// How bad a line is. The order is from harmless to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    Debug,
    Info,
    Warn,
    /// Also what its author calls critical or fatal.
    Error,
}

impl LogLevel {
    /// From harmless to bad.
    pub const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warn, Self::Error];

    /// The word in links and stylesheets.
    pub fn code(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// The level of a word in a link.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == code)
    }

    /// The level that a program means by a word.
    fn from_word(word: &str) -> Option<Self> {
        Some(match word.to_ascii_uppercase().as_str() {
            "ERROR" | "ERR" | "CRITICAL" | "CRIT" | "FATAL" | "SEVERE" | "PANIC" | "ALERT" | "EMERG" | "EMERGENCY" => {
                Self::Error
            }
            "WARN" | "WARNING" => Self::Warn,
            "INFO" | "NOTICE" | "LOG" | "INFORMATION" => Self::Info,
            "DEBUG" | "TRACE" | "VERBOSE" => Self::Debug,
            _ => return None,
        })
    }
}

/// How far into a line its level is looked for, in characters: later words belong to what it tells.
const HEAD: usize = 100;
/// Longest JSON that is looked into, in bytes.
const JSON_LIMIT: usize = 64 * 1024;
/// Names that programs give to the level in JSON.
const KEYS: [&str; 6] = ["level", "severity", "levelname", "log_level", "loglevel", "lvl"];

/// The level that a line states of itself; `None` where it states none.
pub fn level_of(message: &str) -> Option<LogLevel> {
    let text = message.trim_start();
    if text.starts_with('{')
        && let Some(level) = in_json(text)
    {
        return Some(level);
    }
    if is_traceback(text) {
        return Some(LogLevel::Error);
    }
    in_words(text)
}

fn in_json(text: &str) -> Option<LogLevel> {
    if text.len() > JSON_LIMIT {
        return None;
    }
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    KEYS.iter().find_map(|key| value.get(key)?.as_str().and_then(LogLevel::from_word))
}

/// Python's tracebacks, with the exception at their end, and Rust's panics.
fn is_traceback(text: &str) -> bool {
    let first = text.split([':', ' ']).next().unwrap_or_default();
    let name = first.rsplit('.').next().unwrap_or_default();
    let is_exception = (name.ends_with("Error") || name.ends_with("Exception"))
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && matches!(text.as_bytes().get(first.len()), None | Some(b':'));
    is_exception
        || text.starts_with("Traceback (most recent call last)")
        || (text.starts_with("File \"") && text.contains(", line "))
        || (text.starts_with("thread '") && text.contains("panicked at"))
}

/// The first word of the line's head that is a level: in capitals as a word of its own; in any case at the start before a colon, in
/// brackets, or after `level=`.
fn in_words(text: &str) -> Option<LogLevel> {
    let mut before = None;
    let mut named = false;
    let mut rest = text.chars().peekable();
    let mut at = 0;
    while at < HEAD {
        let word = word(&mut rest);
        if word.is_empty() {
            before = Some(rest.next()?);
            named &= matches!(before, Some('=' | ':' | '"' | '\'' | ' '));
            at += 1;
            continue;
        }
        let after = rest.peek().copied();
        let alone =
            !matches!(before, Some('/' | '.' | '-' | '_' | '\\')) && !matches!(after, Some('/' | '.' | '_' | '='));
        let capitals = word.chars().all(|c| c.is_ascii_uppercase());
        let marked = named
            || (at == 0 && after == Some(':'))
            || (matches!(before, Some('[' | '<')) && matches!(after, Some(']' | '>' | ':')));
        if alone
            && (capitals || marked)
            && let Some(level) = LogLevel::from_word(&word)
        {
            return Some(level);
        }
        named = matches!(after, Some('=')) && KEYS.contains(&word.to_ascii_lowercase().as_str());
        before = word.chars().next_back();
        at += word.chars().count();
    }
    None
}

/// The letters and digits that come next.
fn word(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut word = String::new();
    while let Some(c) = rest.next_if(|c| c.is_alphanumeric()) {
        word.push(c);
    }
    word
}

/// Tells the level of each line. One without a level of its own that is indented goes on with what the same stream said before it, as the
/// lines of a traceback do.
pub fn mark_levels(lines: &mut [LogLine]) {
    let mut last: HashMap<String, Option<LogLevel>> = HashMap::new();
    for line in lines {
        line.level = level_of(&line.message).or_else(|| {
            let goes_on = line.message.starts_with([' ', '\t']);
            last.get(&line.stream).copied().flatten().filter(|_| goes_on)
        });
        last.insert(line.stream.clone(), line.level);
    }
}

/// A message without terminal colours (ANSI escape sequences) and control characters; tabs and line breaks stay.
pub fn plain(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut rest = message.trim_end_matches(['\r', '\n']).chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => skip_escape(&mut rest),
            '\t' | '\n' => out.push(c),
            // Also the marks that turn the direction of writing around, which could make a line look like another one.
            c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {}
            c => out.push(c),
        }
    }
    out
}

/// After the escape character: `[…letter` (CSI), `]…BEL` or `]…ESC \` (OSC), or one character.
fn skip_escape(rest: &mut Peekable<Chars<'_>>) {
    match rest.next() {
        Some('[') => while rest.next().is_some_and(|c| !('\u{40}'..='\u{7e}').contains(&c)) {},
        Some(']') => {
            while let Some(c) = rest.next() {
                if c == '\u{7}' || (c == '\u{1b}' && rest.next_if_eq(&'\\').is_some()) {
                    break;
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::LogMatching;
    use chrono::DateTime;

    const LINES: &[(&str, Option<LogLevel>)] = &[
        (r#"{"level": "error", "message": "boom"}"#, Some(LogLevel::Error)),
        (r#"{"timestamp":"2026-11-24","severity":"WARNING","message":"x"}"#, Some(LogLevel::Warn)),
        (r#"{"asctime":"x","levelname":"INFO","message":"an ERROR in words"}"#, Some(LogLevel::Info)),
        (r#"{"level":"critical"}"#, Some(LogLevel::Error)),
        (r#"{"message":"no level"}"#, None),
        (r#"{"level":{"nested":"error"}}"#, None),
        (r#"{"level": "error", broken"#, None),
        (r#"INFO:     10.0.1.7:51234 - "GET /ready HTTP/1.1" 200 OK"#, Some(LogLevel::Info)),
        ("INFO:     the word ERROR comes later", Some(LogLevel::Info)),
        ("ERROR:    Exception in ASGI application", Some(LogLevel::Error)),
        ("WARNING:  StatReload detected changes", Some(LogLevel::Warn)),
        ("2026-11-24 15:00:01,123 - openhands.server - WARNING - retrying", Some(LogLevel::Warn)),
        ("15:00:01 - openhands:DEBUG: agent.py:12 - step", Some(LogLevel::Debug)),
        ("[2026-11-24 15:00:01 +0000] [7] [CRITICAL] WORKER TIMEOUT", Some(LogLevel::Error)),
        ("2026/11/24 15:00:01 [error] 7#7: *1 connect() failed", Some(LogLevel::Error)),
        (r#"time="2026-11-24T15:00:01Z" level=warning msg="slow""#, Some(LogLevel::Warn)),
        ("level=error msg=x", Some(LogLevel::Error)),
        ("2026-11-24 15:00:01 UTC [31] FATAL:  password authentication failed", Some(LogLevel::Error)),
        ("2026-11-24 15:00:01 UTC [31] LOG:  checkpoint starting: time", Some(LogLevel::Info)),
        ("error: could not bind", Some(LogLevel::Error)),
        ("2026-11-24T15:00:01.1Z TRACE hyper: read", Some(LogLevel::Debug)),
        ("Traceback (most recent call last):", Some(LogLevel::Error)),
        ("  File \"/app/openhands/server.py\", line 12, in run", Some(LogLevel::Error)),
        ("ValueError: not a number", Some(LogLevel::Error)),
        ("sqlalchemy.exc.OperationalError: (psycopg) connection refused", Some(LogLevel::Error)),
        ("asyncio.exceptions.TimeoutError", Some(LogLevel::Error)),
        ("KeyError", Some(LogLevel::Error)),
        ("thread 'main' panicked at src/main.rs:1:2:", Some(LogLevel::Error)),
        ("Error rates are fine", None),
        ("the error was handled", None),
        ("GET /static/ERROR.html", None),
        ("GET /ERROR/1", None),
        ("no_ERROR_here", None),
        ("INFORMED decision", None),
        ("", None),
        ("   ", None),
        ("日本語のログ ERROR だめ", Some(LogLevel::Error)),
    ];

    #[test]
    fn levels_are_told_from_the_forms_that_programs_write() {
        for (message, level) in LINES {
            assert_eq!(level_of(message), *level, "{message}");
        }
    }

    #[test]
    fn a_level_far_into_a_line_is_part_of_what_it_tells() {
        assert_eq!(level_of(&format!("{} ERROR", "x ".repeat(HEAD))), None);
    }

    #[test]
    fn aws_returns_every_line_of_a_level_that_is_asked_for() {
        for asked in [LogLevel::Error, LogLevel::Warn] {
            let matching = LogMatching::new("", Some(asked));
            for (message, _) in LINES {
                if level_of(message) >= Some(asked) {
                    assert!(matching.fits(message), "{asked:?} would miss {message}");
                }
            }
        }
    }

    #[test]
    fn indented_lines_go_on_with_the_level_before_them_in_their_stream() {
        let line = |stream: &str, message: &str| LogLine {
            id: String::new(),
            at: DateTime::UNIX_EPOCH,
            stream: stream.into(),
            message: message.into(),
            level: None,
            left_out: 0,
        };
        let mut lines = [
            line("a", "Traceback (most recent call last):"),
            line("b", "INFO: elsewhere"),
            line("a", "    raise ValueError(x)"),
            line("a", "    ^^^^^^"),
            line("b", "  more of it"),
            line("a", "no level"),
            line("a", "  none either"),
        ];
        mark_levels(&mut lines);
        let (error, info) = (Some(LogLevel::Error), Some(LogLevel::Info));
        assert_eq!(lines.map(|line| line.level), [error, info, error, error, info, None, None]);
    }

    #[test]
    fn colours_and_control_characters_go_and_the_text_stays() {
        for (message, expected) in [
            ("\u{1b}[32mINFO\u{1b}[0m: ready\n", "INFO: ready"),
            ("\u{1b}[1;38;5;208mx\u{1b}[K", "x"),
            ("\u{1b}]8;;https://evil.example\u{7}link\u{1b}]8;;\u{1b}\\ end", "link end"),
            ("a\tb\nc\r\n", "a\tb\nc"),
            ("bell\u{7} back\u{8} nul\0", "bell back nul"),
            ("\u{202e}turned", "turned"),
            ("\u{1b}", ""),
            ("\u{1b}[", ""),
            ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ] {
            assert_eq!(plain(message), expected, "{message:?}");
        }
    }
}
