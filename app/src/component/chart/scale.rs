//! Axes: where their lines stand and what is written beside them.

use crate::format;
use chrono::{DateTime, TimeDelta, Utc};
use model::metric::{Span, Unit};

/// Most spaces between the lines of the value axis.
const SPACES: u32 = 4;
/// Steps within one power of ten.
const DECIMAL: [f64; 4] = [1.0, 2.0, 2.5, 5.0];
/// Steps within one power of 1024.
const BINARY: [f64; 18] =
    [1.0, 2.0, 4.0, 5.0, 8.0, 10.0, 16.0, 20.0, 25.0, 32.0, 50.0, 64.0, 100.0, 128.0, 200.0, 256.0, 500.0, 512.0];
/// Steps of the time axis, in seconds.
const TIMES: [i64; 19] = [
    60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000, 604_800, 1_209_600,
    2_592_000, 5_184_000, 10_368_000,
];
/// Most labels of the time axis.
const LABELS: i64 = 6;
const DAY: i64 = 86_400;

/// The value axis: from zero to `top`, which is the last of the evenly spaced ticks.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    pub top: f64,
    pub ticks: Vec<f64>,
}

/// An axis on which everything up to the largest value fits. Begins at zero, so that heights can be compared.
pub fn scale(unit: Unit, largest: Option<f64>) -> Scale {
    let largest = largest.filter(|value| *value > 0.0).unwrap_or(match unit {
        Unit::Percent => 100.0,
        Unit::Bytes => 1024.0,
        Unit::Count | Unit::PerMinute | Unit::Seconds => 1.0,
    });
    let step = step(unit, largest / f64::from(SPACES));
    let spaces = (1..=SPACES).find(|spaces| f64::from(*spaces) * step >= largest).unwrap_or(SPACES);
    let ticks: Vec<f64> = (0..=spaces).map(|index| f64::from(index) * step).collect();
    Scale { top: f64::from(spaces) * step, ticks }
}

/// The smallest step that is easy to read and not below `least`.
fn step(unit: Unit, least: f64) -> f64 {
    let (steps, power): (&[f64], f64) = if unit == Unit::Bytes { (&BINARY, 1024.0) } else { (&DECIMAL, 10.0) };
    // Down from one below the step sought, then up: the same in every browser, which logarithms are not.
    let mut base = 1.0;
    while base > least && unit != Unit::Bytes && base > 1e-9 {
        base /= power;
    }
    loop {
        let whole = |step: f64| unit != Unit::Count || (step >= 1.0 && step.fract() == 0.0);
        if let Some(step) = steps.iter().map(|step| step * base).find(|step| *step >= least && whole(*step)) {
            return step;
        }
        base *= power;
    }
}

/// A label of the time axis.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeTick {
    /// From 0 at the beginning of the axis to 1 at its end.
    pub place: f64,
    pub label: String,
}

/// Labels at round times of the clock that is `minutes_ahead` of UTC.
pub fn time_ticks(span: Span, minutes_ahead: impl Fn(DateTime<Utc>) -> i32) -> Vec<TimeTick> {
    let length = (span.to - span.from).num_seconds().max(1);
    let step = TIMES.iter().copied().find(|step| length / step <= LABELS).unwrap_or(TIMES[TIMES.len() - 1]);
    let ahead = i64::from(minutes_ahead(span.from)) * 60;
    let from = span.from.timestamp() + ahead;
    let first = from + (step - from.rem_euclid(step)) % step - from;
    let mut ticks = Vec::new();
    let mut after = first;
    while after <= length {
        let at = span.from + TimeDelta::seconds(after);
        let ahead = minutes_ahead(at);
        let midnight = (at.timestamp() + i64::from(ahead) * 60).rem_euclid(DAY) == 0;
        let label = if step >= DAY || midnight { format::day(at, ahead) } else { format::hour(at, ahead) };
        ticks.push(TimeTick { place: share(after, length), label });
        after += step;
    }
    ticks
}

/// Where a moment stands on the axis of a span, from 0 to 1 and beyond.
pub fn place(span: Span, at: DateTime<Utc>) -> f64 {
    share((at - span.from).num_seconds(), (span.to - span.from).num_seconds())
}

#[expect(clippy::cast_precision_loss, reason = "seconds of some years")]
fn share(part: i64, whole: i64) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_axes_have_round_steps_and_room_for_everything() {
        for (unit, largest, ticks) in [
            (Unit::Percent, Some(81.0), vec![0.0, 25.0, 50.0, 75.0, 100.0]),
            (Unit::Percent, Some(14.0), vec![0.0, 5.0, 10.0, 15.0]),
            (Unit::Percent, None, vec![0.0, 25.0, 50.0, 75.0, 100.0]),
            (Unit::Count, Some(1.0), vec![0.0, 1.0]),
            (Unit::Count, Some(9.0), vec![0.0, 5.0, 10.0]),
            (Unit::Count, Some(0.0), vec![0.0, 1.0]),
            (Unit::PerMinute, Some(0.9), vec![0.0, 0.25, 0.5, 0.75, 1.0]),
            (Unit::PerMinute, Some(41_000.0), vec![0.0, 20_000.0, 40_000.0, 60_000.0]),
            (Unit::Bytes, Some(20.0 * 1024.0 * 1024.0 * 1024.0), [0.0, 5.0, 10.0, 15.0, 20.0].map(gib).to_vec()),
            (Unit::Bytes, Some(1000.0), vec![0.0, 256.0, 512.0, 768.0, 1024.0]),
        ] {
            assert_eq!(scale(unit, largest).ticks, ticks, "{unit:?} {largest:?}");
        }
        let small = scale(Unit::Seconds, Some(0.003_2));
        assert!(small.top >= 0.003_2 && small.top <= 0.004_1 && small.ticks.len() == 5, "{small:?}");
    }

    fn gib(value: f64) -> f64 {
        value * 1024.0 * 1024.0 * 1024.0
    }

    fn span(hours: i64) -> Span {
        // 2026-01-05 21:07 UTC
        let from = DateTime::from_timestamp(1_767_647_220, 0).expect("in range");
        Span { from, to: from + TimeDelta::hours(hours), period: 60 }
    }

    fn labels(hours: i64, minutes_ahead: i32) -> Vec<String> {
        time_ticks(span(hours), |_| minutes_ahead).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn time_axes_have_labels_at_round_times_of_their_clock() {
        assert_eq!(labels(1, 0), ["21:10", "21:20", "21:30", "21:40", "21:50", "22:00"]);
        assert_eq!(labels(12, 0), ["22:00", "6 Jan", "02:00", "04:00", "06:00", "08:00"]);
        assert_eq!(labels(12, 60), ["6 Jan", "02:00", "04:00", "06:00", "08:00", "10:00"]);
        assert_eq!(labels(24 * 7, 330), ["7 Jan", "9 Jan", "11 Jan", "13 Jan"]);
    }

    #[test]
    fn places_run_from_zero_to_one() {
        let ticks = time_ticks(span(1), |_| 0);
        assert_eq!(ticks[0].place, 0.05);
        assert!(ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.place)), "{ticks:?}");
        assert_eq!(place(span(1), span(1).to), 1.0);
        assert!(place(span(1), span(1).from - TimeDelta::hours(1)) < 0.0);
    }
}
