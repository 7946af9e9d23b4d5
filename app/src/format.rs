//! Numbers, money, dates and durations as text: the same on the server and in the browser, whatever its locale.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use model::{metric::Unit, money::Usd};

// Written out by hand: chrono's own patterns would bring their interpreter into the browser.

/// A moment, to the minute, in UTC.
pub fn moment(at: DateTime<Utc>) -> String {
    format!("{} {:02}:{:02} UTC", date(at), at.hour(), at.minute())
}

/// A moment, to the second, in UTC.
pub fn exact(at: DateTime<Utc>) -> String {
    format!("{} {} UTC", date(at), time(at))
}

/// A moment to the millisecond, in UTC, as it stands in files and links.
pub fn millisecond(at: DateTime<Utc>) -> String {
    let machine = machine(at);
    format!("{}.{:03}Z", machine.trim_end_matches('Z'), at.timestamp_subsec_millis())
}

/// Month, day and time of day to the millisecond, on a clock that is so many minutes ahead of UTC.
pub fn stamp(at: DateTime<Utc>, minutes_ahead: i32) -> String {
    // Without the year, and a space in the place of the T.
    let exact = millisecond(on_clock(at, minutes_ahead));
    exact.trim_end_matches('Z').get(5..).unwrap_or(&exact).replace('T', " ")
}

/// A time of day, to the second, in UTC.
pub fn clock(at: DateTime<Utc>) -> String {
    format!("{} UTC", time(at))
}

/// A moment as a clock shows it that is so many minutes ahead of UTC.
fn on_clock(at: DateTime<Utc>, minutes_ahead: i32) -> DateTime<Utc> {
    at.checked_add_signed(TimeDelta::minutes(minutes_ahead.into())).unwrap_or(at)
}

/// Hour and minute, on a clock that is so many minutes ahead of UTC.
pub fn hour(at: DateTime<Utc>, minutes_ahead: i32) -> String {
    let there = on_clock(at, minutes_ahead);
    format!("{:02}:{:02}", there.hour(), there.minute())
}

/// The day without its year, on a clock that is so many minutes ahead of UTC.
pub fn day(at: DateTime<Utc>, minutes_ahead: i32) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let there = on_clock(at, minutes_ahead);
    format!("{} {}", there.day(), MONTHS[there.month0() as usize])
}

/// Day, hour and minute, on a clock that is so many minutes ahead of UTC.
pub fn day_and_hour(at: DateTime<Utc>, minutes_ahead: i32) -> String {
    format!("{} {}", day(at, minutes_ahead), hour(at, minutes_ahead))
}

/// A moment as a `datetime-local` field holds it, in UTC.
pub fn field_moment(at: DateTime<Utc>) -> String {
    format!("{}T{}", date(at), hour(at, 0))
}

/// A day with its name and its year.
pub fn long_day(day: NaiveDate) -> String {
    const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let name = DAYS[day.weekday().num_days_from_monday() as usize];
    format!("{name}, {} {} {}", day.day(), MONTHS[day.month0() as usize], day.year())
}

/// A moment for machines: the value of a `datetime` attribute.
pub fn machine(at: DateTime<Utc>) -> String {
    format!("{}T{}Z", date(at), time(at))
}

fn date(at: DateTime<Utc>) -> String {
    format!("{:04}-{:02}-{:02}", at.year(), at.month(), at.day())
}

fn time(at: DateTime<Utc>) -> String {
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

/// A duration in its two largest units; clocks that disagree never make a negative one.
pub fn duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match () {
        () if days > 0 => format!("{days} d {} h", hours % 24),
        () if hours > 0 => format!("{hours} h {} min", minutes % 60),
        () if minutes > 0 => format!("{minutes} min {} s", seconds % 60),
        () => format!("{seconds} s"),
    }
}

/// A duration in its largest unit, where the rest does not matter; less than a minute is none.
pub fn age(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match () {
        () if days > 0 => format!("{days} d"),
        () if hours > 0 => format!("{hours} h"),
        () if minutes > 0 => format!("{minutes} min"),
        () => "less than a minute".into(),
    }
}

/// How long ago something was, in the largest unit.
pub fn ago(seconds: i64) -> String {
    if seconds < 60 { "just now".into() } else { format!("{} ago", age(seconds)) }
}

/// How long ago something was, to the second: for what is read again and again.
pub fn seconds_ago(seconds: i64) -> String {
    format!("{} ago", duration(seconds))
}

/// A duration of milliseconds.
pub fn milliseconds(milliseconds: u32) -> String {
    if milliseconds < 1000 {
        format!("{milliseconds} ms")
    } else {
        format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100)
    }
}

/// An amount of whole dollars, for what is only an estimate.
pub fn dollars(amount: u32) -> String {
    format!("${}", count(amount))
}

/// Seconds from one moment to another.
pub fn seconds_between(from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
    (to - from).num_seconds()
}

/// An amount of dollars with cents and grouped thousands.
pub fn money(amount: Usd) -> String {
    let cents = amount.0.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    let text = format!("{:.2}", cents.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "00"));
    let sign = if cents.is_sign_negative() && !cents.is_zero() { "-" } else { "" };
    format!("{sign}${}.{fraction}", grouped(whole))
}

/// What an amount becomes by a change, as a signed difference; `None` if it stays.
pub fn difference(before: Usd, after: Usd) -> Option<String> {
    let difference = Usd(after.0 - before.0);
    match difference.0.round_dp(2) {
        zero if zero.is_zero() => None,
        less if less.is_sign_negative() => Some(money(difference)),
        _ => Some(format!("+{}", money(difference))),
    }
}

/// A whole number with grouped thousands.
pub fn count(number: u32) -> String {
    grouped(&number.to_string())
}

fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Three digits that matter, without zeros at the end; thousands are grouped.
fn digits(value: f64) -> String {
    let size = value.abs();
    let decimals = match () {
        () if size >= 100.0 => 0,
        () if size >= 10.0 => 1,
        () if size >= 1.0 => 2,
        () => 3,
    };
    let text = format!("{value:.decimals$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{dot}{fraction}", grouped(whole))
}

/// A measured value with its unit.
pub fn measure(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Percent => format!("{} %", digits(value)),
        Unit::Count => digits(value),
        Unit::PerMinute => format!("{}/min", digits(value)),
        Unit::Seconds if value >= 1.0 || value == 0.0 => format!("{} s", digits(value)),
        Unit::Seconds if value >= 0.001 => format!("{} ms", digits(value * 1e3)),
        Unit::Seconds => format!("{} µs", digits(value * 1e6)),
        Unit::Bytes => bytes(value),
    }
}

fn bytes(value: f64) -> String {
    let (mut value, mut unit) = (value, "B");
    for next in ["KiB", "MiB", "GiB", "TiB"] {
        if value.abs() < 1024.0 {
            break;
        }
        (value, unit) = (value / 1024.0, next);
    }
    format!("{} {unit}", digits(value))
}

/// Fargate CPU units as vCPU.
pub fn vcpu(units: u32) -> String {
    if units.is_multiple_of(1024) {
        format!("{} vCPU", units / 1024)
    } else {
        format!("{}.{} vCPU", units / 1024, units % 1024 * 100 / 1024)
    }
}

/// Mebibytes, as gibibytes where they are whole.
pub fn memory(mib: u32) -> String {
    if mib.is_multiple_of(1024) { format!("{} GiB", mib / 1024) } else { format!("{mib} MiB") }
}

/// An amount of data, for example `1.4 GB`. Powers of ten, as registries count.
pub fn data(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.into_iter().find(|(size, _)| bytes >= *size) {
        // Cut off rather than rounded: what is not whole never looks so.
        Some((size, unit)) => format!("{}.{} {unit}", bytes / size, bytes % size / (size / 10)),
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    fn usd(text: &str) -> Usd {
        Usd(rust_decimal::Decimal::from_str(text).expect("a number"))
    }

    #[test]
    fn money_has_cents_and_groups() {
        for (amount, text) in [
            ("0", "$0.00"),
            ("0.005", "$0.01"),
            ("36.04", "$36.04"),
            ("999.999", "$1,000.00"),
            ("1234567.8", "$1,234,567.80"),
            ("-12.5", "-$12.50"),
            ("-0.001", "$0.00"),
        ] {
            assert_eq!(money(usd(amount)), text);
        }
    }

    #[test]
    fn differences_carry_their_sign_and_none_is_none() {
        assert_eq!(difference(usd("10"), usd("52.5")).as_deref(), Some("+$42.50"));
        assert_eq!(difference(usd("52.5"), usd("10")).as_deref(), Some("-$42.50"));
        assert_eq!(difference(usd("10"), usd("10.001")), None);
    }

    #[test]
    fn durations_show_two_units_and_are_never_negative() {
        for (seconds, text) in [
            (-5, "0 s"),
            (59, "59 s"),
            (60, "1 min 0 s"),
            (3_599, "59 min 59 s"),
            (3_661, "1 h 1 min"),
            (90_000, "1 d 1 h"),
        ] {
            assert_eq!(duration(seconds), text);
        }
        assert_eq!(seconds_ago(-3), "0 s ago", "a clock that runs behind");
    }

    #[test]
    fn ages_show_one_unit() {
        for (seconds, text) in [(-5, "just now"), (59, "just now"), (60, "1 min ago"), (7_300, "2 h ago")] {
            assert_eq!(ago(seconds), text);
        }
        assert_eq!(age(200_000), "2 d");
        assert_eq!((count(999), count(1_000), count(1_234_567)), ("999".into(), "1,000".into(), "1,234,567".into()));
        assert_eq!((milliseconds(12), milliseconds(2_345)), ("12 ms".into(), "2.3 s".into()));
        assert_eq!(dollars(usd("1234.56").whole()), "$1,235");
        assert_eq!(dollars(usd("-1").whole()), "$0");
    }

    #[test]
    fn moments_are_utc() {
        let at = DateTime::from_timestamp(1_795_000_000, 0).expect("in range");
        assert_eq!(moment(at), "2026-11-18 11:06 UTC");
        assert_eq!(machine(at), "2026-11-18T11:06:40Z");
        assert_eq!(clock(at), "11:06:40 UTC");
        assert_eq!(exact(at), "2026-11-18 11:06:40 UTC");
        assert_eq!(millisecond(at), "2026-11-18T11:06:40.000Z");
        assert_eq!(stamp(at, 0), "11-18 11:06:40.000");
        assert_eq!(stamp(at, 330), "11-18 16:36:40.000");
        assert_eq!(stamp(at, -720), "11-17 23:06:40.000");
        assert_eq!(long_day(at.date_naive()), "Wednesday, 18 November 2026");
    }

    #[test]
    fn clocks_ahead_of_utc_turn_the_day_earlier() {
        let at = DateTime::from_timestamp(1_795_000_000, 0).expect("in range");
        assert_eq!((hour(at, 0), day(at, 0)), ("11:06".into(), "18 Nov".into()));
        assert_eq!(day_and_hour(at, 13 * 60), "19 Nov 00:06");
        assert_eq!(hour(at, -330), "05:36");
        assert_eq!(field_moment(at), "2026-11-18T11:06");
    }

    #[test]
    fn measured_values_have_three_digits_and_the_unit_that_fits() {
        for (value, unit, text) in [
            (0.0, Unit::Percent, "0 %"),
            (23.456, Unit::Percent, "23.5 %"),
            (100.0, Unit::Percent, "100 %"),
            (0.25, Unit::PerMinute, "0.25/min"),
            (12_400.0, Unit::PerMinute, "12,400/min"),
            (1.0, Unit::Count, "1"),
            (0.000_85, Unit::Seconds, "850 µs"),
            (0.012_34, Unit::Seconds, "12.3 ms"),
            (1.5, Unit::Seconds, "1.5 s"),
            (1023.0, Unit::Bytes, "1,023 B"),
            (1024.0 * 1024.0 * 1.5, Unit::Bytes, "1.5 MiB"),
            (20.0 * 1024.0 * 1024.0 * 1024.0, Unit::Bytes, "20 GiB"),
        ] {
            assert_eq!(measure(value, unit), text);
        }
    }

    #[test]
    fn sizes_of_tasks() {
        assert_eq!(vcpu(2048), "2 vCPU");
        assert_eq!(vcpu(512), "0.50 vCPU");
        assert_eq!(memory(8192), "8 GiB");
        assert_eq!(memory(512), "512 MiB");
    }
}
