//! The time that a search covers.

use super::{LOG_AROUND, LOG_TEXT_LIMIT, LogQuery};
use crate::{Fault, FieldErrors, FieldProblem, Outcome, fault::TimeProblem};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How far back a search goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogRange {
    Minutes15,
    #[default]
    Hour,
    Hours6,
    Day,
    Week,
    /// From one moment to another.
    Custom,
}

impl LogRange {
    /// From the shortest on.
    pub const ALL: [Self; 6] = [Self::Minutes15, Self::Hour, Self::Hours6, Self::Day, Self::Week, Self::Custom];

    /// The word in links.
    pub fn code(self) -> &'static str {
        match self {
            Self::Minutes15 => "15m",
            Self::Hour => "1h",
            Self::Hours6 => "6h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Custom => "custom",
        }
    }

    /// The range of a word; the default one for others.
    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|range| range.code() == code).unwrap_or_default()
    }

    /// Its length, unless it has moments of its own.
    fn length(self) -> Option<TimeDelta> {
        match self {
            Self::Minutes15 => Some(TimeDelta::minutes(15)),
            Self::Hour => Some(TimeDelta::hours(1)),
            Self::Hours6 => Some(TimeDelta::hours(6)),
            Self::Day => Some(TimeDelta::hours(24)),
            Self::Week => Some(TimeDelta::days(7)),
            Self::Custom => None,
        }
    }
}

/// A stretch of time: from the first moment on, up to and without the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogWindow {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// Whether it reaches to now, so that new lines belong to it.
    pub live: bool,
}

impl LogQuery {
    /// The stretch of time asked for, as of `now`. What does not fit is told beside its field.
    pub fn window(&self, now: DateTime<Utc>) -> Outcome<LogWindow> {
        let mut errors = FieldErrors::default();
        if self.text.chars().count() > LOG_TEXT_LIMIT {
            errors.add("text", FieldProblem::TooLong { max: LOG_TEXT_LIMIT });
        }
        let around = parse_time(&self.around);
        let window = match self.range.length() {
            _ if around.is_some() => {
                around.map(|at| LogWindow { from: at - LOG_AROUND, to: at + LOG_AROUND, live: false })
            }
            Some(length) => Some(LogWindow { from: now - length, to: now, live: true }),
            None => self.custom(now, &mut errors),
        };
        errors.into_result()?;
        window.ok_or_else(|| Fault::Invalid(FieldErrors::one("from", FieldProblem::Required)))
    }

    fn custom(&self, now: DateTime<Utc>, errors: &mut FieldErrors) -> Option<LogWindow> {
        let mut moment = |field: &str, typed: &str| {
            let parsed = parse_time(typed);
            if parsed.is_none() {
                errors.add(field, FieldProblem::Time(TimeProblem::NotATime));
            }
            parsed
        };
        let to = match self.to.trim() {
            "" => Some(now),
            typed => moment("to", typed),
        };
        let from = match self.from.trim() {
            "" => None,
            typed => Some(moment("from", typed)),
        };
        let Some(from) = from else {
            errors.add("from", FieldProblem::Required);
            return None;
        };
        let (from, to) = (from?, to?);
        if from >= now {
            errors.add("from", FieldProblem::Time(TimeProblem::Ahead));
        } else if to <= from {
            errors.add("to", FieldProblem::Time(TimeProblem::Reversed));
        }
        Some(LogWindow { from, to: to.min(now), live: to >= now })
    }
}

/// A moment in UTC as people type it and as links write it: `2026-11-24`, `2026-11-24 15:00`, `2026-11-24T15:00:07.123Z`. Read by hand:
/// chrono's own patterns would bring their interpreter into the browser.
pub fn parse_time(typed: &str) -> Option<DateTime<Utc>> {
    let text = typed.trim().trim_end_matches("UTC").trim_end_matches(['Z', 'z']).trim_end();
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let [year, month, day] = numbers(date, '-')?;
    let day = NaiveDate::from_ymd_opt(year.try_into().ok()?, month, day)?;
    let (time, millis) = time.trim_start().split_once('.').unwrap_or((time.trim_start(), "0"));
    let [hour, minute, second] =
        numbers(time, ':').or_else(|| numbers(time, ':').map(|[hour, minute]| [hour, minute, 0]))?;
    let millis = format!("{millis:0<3}").get(..3)?.parse().ok()?;
    Some(day.and_hms_milli_opt(hour, minute, second, millis)?.and_utc())
}

/// So many numbers between marks, and nothing else.
fn numbers<const N: usize>(text: &str, mark: char) -> Option<[u32; N]> {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten();
    text.split(mark).map(digits).collect::<Option<Vec<u32>>>()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        parse_time(text).expect(text)
    }

    const NOW: &str = "2026-11-24 15:00";

    fn custom(from: &str, to: &str) -> LogQuery {
        LogQuery { range: LogRange::Custom, from: from.into(), to: to.into(), ..LogQuery::default() }
    }

    fn problem(query: &LogQuery) -> (String, FieldProblem) {
        match query.window(at(NOW)) {
            Err(Fault::Invalid(errors)) => errors.problems.into_iter().next().expect("one problem"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn moments_are_read_in_the_ways_people_write_them() {
        let expected = DateTime::from_timestamp(1_795_532_400, 0).expect("in range");
        for text in
            [NOW, " 2026-11-24T15:00 ", "2026-11-24 15:00:00", "2026-11-24T15:00:00.000Z", "2026-11-24 15:00 UTC"]
        {
            assert_eq!(parse_time(text), Some(expected), "{text}");
        }
        assert_eq!(at("2026-11-24T15:00:00.250Z").timestamp_subsec_millis(), 250);
        assert_eq!(at("2026-11-24"), at("2026-11-24 00:00"));
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "24.11.2026",
            "15:00",
            "2026-11-24 25:00",
            "2026-11-24 15:00:00.x",
            "+2026-11-24",
            "2026-11-24 15:00:00:00",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn ranges_reach_to_now_and_are_live() {
        let week = LogQuery { range: LogRange::Week, ..LogQuery::default() };
        let window = week.window(at(NOW)).expect("fits");
        assert_eq!((window.from, window.to, window.live), (at("2026-11-17 15:00"), at(NOW), true));
        for range in LogRange::ALL {
            assert_eq!(LogRange::from_code(range.code()), range);
        }
        assert_eq!(LogRange::from_code("x"), LogRange::Hour);
    }

    #[test]
    fn a_custom_range_ends_where_it_says_or_now() {
        let past = custom("2026-11-24 10:00", "2026-11-24 11:00").window(at(NOW)).expect("fits");
        assert_eq!((past.to, past.live), (at("2026-11-24 11:00"), false));
        for to in ["", "2026-11-25"] {
            let open = custom("2026-11-24 10:00", to).window(at(NOW)).expect("fits");
            assert_eq!((open.to, open.live), (at(NOW), true), "{to}");
        }
    }

    #[test]
    fn a_moment_has_its_neighbourhood_whatever_the_range_says() {
        let query = LogQuery { around: "2026-11-24T10:00:00.123Z".into(), ..LogQuery::default() };
        let window = query.window(at(NOW)).expect("fits");
        assert_eq!((window.from, window.live), (at("2026-11-24 09:55:00.123"), false));
        assert_eq!(window.to, at("2026-11-24 10:05:00.123"));
        let nonsense = LogQuery { around: "then".into(), ..LogQuery::default() };
        assert!(nonsense.window(at(NOW)).expect("fits").live, "the range counts");
    }

    #[test]
    fn what_does_not_fit_is_said_beside_its_field() {
        let cases = [
            (custom("", ""), "from", FieldProblem::Required),
            (custom("soon", ""), "from", FieldProblem::Time(TimeProblem::NotATime)),
            (custom("2026-11-24 10:00", "later"), "to", FieldProblem::Time(TimeProblem::NotATime)),
            (custom("2026-11-24 11:00", "2026-11-24 10:00"), "to", FieldProblem::Time(TimeProblem::Reversed)),
            (custom("2026-11-24 11:00", "2026-11-24 11:00"), "to", FieldProblem::Time(TimeProblem::Reversed)),
            (custom("2026-11-25", ""), "from", FieldProblem::Time(TimeProblem::Ahead)),
        ];
        for (query, field, expected) in cases {
            assert_eq!(problem(&query), (field.to_owned(), expected), "{query:?}");
        }
        let long = LogQuery { text: "x".repeat(LOG_TEXT_LIMIT + 1), ..LogQuery::default() };
        assert_eq!(problem(&long).0, "text");
    }
}
