//! Ranges of time as people ask for them, and what CloudWatch can show of them.

use crate::{FieldErrors, FieldProblem, Outcome, fault::TimeProblem, log::parse_time};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Most points that a series of a board has.
const POINTS: i64 = 360;
/// CloudWatch forgets everything after so many days ("Metrics retention", Amazon CloudWatch User Guide).
pub const KEPT_DAYS: u32 = 455;
/// The finest periods that CloudWatch still has of data that begins so many days ago, in seconds; periods are multiples of them
/// ("GetMetricData", Amazon CloudWatch API Reference).
const RETENTION: [(i64, i64); 3] = [(15, 60), (63, 300), (KEPT_DAYS as i64, 3_600)];
/// Periods that people can think in, in seconds. Each is a multiple of what retention asks for from some point on.
const PERIODS: [u32; 13] = [60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400, 172_800];

/// A range that ends now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    Hour,
    ThreeHours,
    TwelveHours,
    Day,
    Week,
    Month,
}

impl Preset {
    /// Shortest first.
    pub const ALL: [Self; 6] = [Self::Hour, Self::ThreeHours, Self::TwelveHours, Self::Day, Self::Week, Self::Month];

    /// The word in links.
    pub fn code(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::ThreeHours => "3h",
            Self::TwelveHours => "12h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// The preset of a word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.code() == code)
    }

    /// How long it is.
    pub fn length(self) -> TimeDelta {
        match self {
            Self::Hour => TimeDelta::hours(1),
            Self::ThreeHours => TimeDelta::hours(3),
            Self::TwelveHours => TimeDelta::hours(12),
            Self::Day => TimeDelta::hours(24),
            Self::Week => TimeDelta::days(7),
            Self::Month => TimeDelta::days(30),
        }
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "detail")]
pub enum Range {
    /// The time up to now.
    Last(Preset),
    /// From one moment to another, which may be now.
    Between { from: DateTime<Utc>, to: DateTime<Utc> },
}

/// A range as typed, or as it stands in the address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct RangeForm {
    /// Code of a preset; `custom` or empty where both moments are given.
    pub range: String,
    /// UTC, as `datetime-local` fields write it: `2026-01-05T09:00`.
    pub from: String,
    pub to: String,
}

impl RangeForm {
    /// The word for a range between two moments.
    pub const CUSTOM: &str = "custom";

    /// Whether two moments are asked for instead of a preset.
    pub fn is_custom(&self) -> bool {
        self.range == Self::CUSTOM || (self.range.is_empty() && !(self.from.is_empty() && self.to.is_empty()))
    }

    /// The range, or what is wrong with which field. An end that lies ahead is taken for now.
    pub fn parse(&self, now: DateTime<Utc>) -> Outcome<Range> {
        let mut errors =
            FieldErrors::default().keep("range", &self.range).keep("from", &self.from).keep("to", &self.to);
        if !self.is_custom() {
            let preset = if self.range.is_empty() { Some(Preset::Hour) } else { Preset::from_code(&self.range) };
            if preset.is_none() {
                errors.add("range", FieldProblem::NotOffered);
            }
            errors.into_result()?;
            return Ok(Range::Last(preset.unwrap_or(Preset::Hour)));
        }
        let (from, to) = (moment(&self.from), moment(&self.to));
        for (field, moment) in [("from", &from), ("to", &to)] {
            if let Err(problem) = moment {
                errors.add(field, problem.clone());
            }
        }
        if let (Ok(from), Ok(to)) = (from, to) {
            if from >= now {
                errors.add("from", FieldProblem::Time(TimeProblem::Ahead));
            } else if to <= from {
                errors.add("to", FieldProblem::Time(TimeProblem::Reversed));
            } else if now - from > TimeDelta::days(i64::from(KEPT_DAYS)) {
                errors.add("from", FieldProblem::Time(TimeProblem::NotKept { days: KEPT_DAYS }));
            } else {
                return Ok(Range::Between { from, to: to.min(now) });
            }
        }
        errors.into_result()?;
        // Not reached: one of the two moments was wrong.
        Ok(Range::Last(Preset::Hour))
    }
}

fn moment(text: &str) -> Result<DateTime<Utc>, FieldProblem> {
    if text.trim().is_empty() {
        return Err(FieldProblem::Required);
    }
    parse_time(text).ok_or(FieldProblem::Time(TimeProblem::NotATime))
}

/// A range on the grid of a period: what CloudWatch is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// A multiple of the period since 1970.
    pub from: DateTime<Utc>,
    /// Exclusive, a multiple of the period as well. [`Span::of`] never leads ahead of now, so that no period is only half over.
    pub to: DateTime<Utc>,
    /// Seconds.
    pub period: u32,
}

impl Span {
    /// The span of a range: its period is the shortest that CloudWatch still has and that gives few enough points.
    pub fn of(range: Range, now: DateTime<Utc>) -> Self {
        let (from, to) = match range {
            Range::Last(preset) => (now - preset.length(), now),
            Range::Between { from, to } => (from, to.min(now)),
        };
        let (length, age) = ((to - from).num_seconds(), (now - from).num_days());
        let kept = RETENTION.iter().find(|(days, _)| age < *days).map_or(3_600, |(_, seconds)| *seconds);
        let fits = |period: &&u32| {
            let period = i64::from(**period);
            period % kept == 0 && length <= POINTS * period
        };
        let period = PERIODS.iter().find(fits).copied().unwrap_or(PERIODS[PERIODS.len() - 1]);
        Self::on_grid(from, to, period)
    }

    /// At least so many days, the one of the end included, in steps of a day.
    pub fn days(days: i64, from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        Self::on_grid(from.min(to - TimeDelta::days(days)), to + TimeDelta::days(1), 86_400)
    }

    /// Both ends moved back onto the grid, at least one period apart.
    fn on_grid(from: DateTime<Utc>, to: DateTime<Utc>, period: u32) -> Self {
        let step = i64::from(period);
        let floor = |at: DateTime<Utc>| at.timestamp().div_euclid(step) * step;
        let (from, to) = (floor(from), floor(to));
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        Self { from: at(from), to: at(to.max(from + step)), period }
    }

    /// How many periods it has.
    pub fn points(&self) -> usize {
        usize::try_from((self.to - self.from).num_seconds() / i64::from(self.period.max(1))).unwrap_or_default()
    }

    /// The period that a moment lies in, if it lies in the span.
    pub fn index_of(&self, moment: DateTime<Utc>) -> Option<usize> {
        if moment < self.from || moment >= self.to {
            return None;
        }
        usize::try_from((moment - self.from).num_seconds() / i64::from(self.period.max(1))).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fault;

    fn now() -> DateTime<Utc> {
        // 2026-01-05 09:00:42 UTC
        DateTime::from_timestamp(1_767_603_642, 0).expect("in range")
    }

    fn custom(from: &str, to: &str) -> RangeForm {
        RangeForm { range: RangeForm::CUSTOM.into(), from: from.into(), to: to.into() }
    }

    #[test]
    fn presets_have_periods_that_give_at_most_360_points() {
        let expected = [(60, 60), (60, 180), (120, 360), (300, 288), (1_800, 336), (7_200, 360)];
        for (preset, (period, points)) in Preset::ALL.into_iter().zip(expected) {
            let span = Span::of(Range::Last(preset), now());
            assert_eq!((span.period, span.points()), (period, points), "{preset:?}");
            assert!(span.to <= now() && now() - span.to < TimeDelta::seconds(i64::from(period)), "no half period");
            assert_eq!(Preset::from_code(preset.code()), Some(preset));
        }
    }

    #[test]
    fn what_is_old_has_the_periods_that_cloudwatch_still_keeps() {
        for (days_ago, hours, period) in [
            (14, 1, 60),
            (16, 1, 300),
            (62, 1, 300),
            (64, 1, 3_600),
            (454, 1, 3_600),
            (454, 24 * 454, 172_800),
            (14, 9, 120),
        ] {
            let from = now() - TimeDelta::days(days_ago);
            let span = Span::of(Range::Between { from, to: from + TimeDelta::hours(hours) }, now());
            assert_eq!(span.period, period, "{days_ago} days ago for {hours} hours");
            assert!((1..=360).contains(&span.points()), "{span:?}");
            assert_eq!(span.from.timestamp() % i64::from(period), 0);
        }
    }

    #[test]
    fn a_range_between_two_moments_may_end_ahead_of_now() {
        let parsed = custom("2026-01-05T08:00", "2026-01-05T23:59").parse(now()).expect("valid");
        let Range::Between { from, to } = parsed else { panic!("{parsed:?}") };
        assert_eq!((from.to_rfc3339(), to), ("2026-01-05T08:00:00+00:00".into(), now()));
        let typed_without_word = RangeForm { range: String::new(), ..custom("2026-01-05", "2026-01-05T08:00:30Z") };
        let Range::Between { from, to } = typed_without_word.parse(now()).expect("valid") else { panic!("not custom") };
        assert_eq!((to - from).num_seconds(), 8 * 3_600 + 30);
    }

    #[test]
    fn what_cannot_be_shown_is_said_next_to_its_field() {
        let time = FieldProblem::Time;
        for (form, field, problem) in [
            (custom("", "2026-01-05T08:00"), "from", FieldProblem::Required),
            (custom("2026-01-05T08:00", "tomorrow"), "to", time(TimeProblem::NotATime)),
            (custom("2026-01-05T08:00", "2026-01-05T08:00"), "to", time(TimeProblem::Reversed)),
            (custom("2026-01-05T08:00", "2026-01-04T08:00"), "to", time(TimeProblem::Reversed)),
            (custom("2026-01-06T08:00", "2026-01-07T08:00"), "from", time(TimeProblem::Ahead)),
            (custom("2024-01-01T00:00", "2026-01-01T00:00"), "from", time(TimeProblem::NotKept { days: 455 })),
            (RangeForm { range: "5y".into(), ..RangeForm::default() }, "range", FieldProblem::NotOffered),
        ] {
            let Err(Fault::Invalid(errors)) = form.parse(now()) else { panic!("{form:?} is not valid") };
            assert_eq!(errors.of(field), Some(&problem), "{form:?}");
            assert_eq!(errors.typed["from"], form.from, "what was typed is kept");
        }
    }

    #[test]
    fn nothing_typed_is_the_last_hour() {
        assert_eq!(RangeForm::default().parse(now()), Ok(Range::Last(Preset::Hour)));
    }

    #[test]
    fn daily_spans_reach_back_even_where_the_range_is_short() {
        let span = Span::days(14, now() - TimeDelta::hours(1), now());
        assert_eq!((span.points(), span.period), (15, 86_400));
        assert_eq!(span.index_of(now() - TimeDelta::days(2)), Some(12));
    }
}
