//! Lines of a chart as SVG path data, on a plane of [`WIDTH`] by [`HEIGHT`].

use super::scale::place;
use chrono::{DateTime, Utc};
use model::metric::{Series, Span};
use std::fmt::Write;

/// Units of the plane; the picture is stretched to its place.
pub const WIDTH: f64 = 1000.0;
pub const HEIGHT: f64 = 200.0;

/// Where a value stands.
fn point(span: Span, top: f64, at: DateTime<Utc>, value: f64) -> (f64, f64) {
    let height = if top > 0.0 { (value / top).clamp(0.0, 1.0) } else { 0.0 };
    (place(span, at) * WIDTH, HEIGHT - height * HEIGHT)
}

/// Runs of neighbouring points: a gap ends one.
fn runs(series: &Series, span: Span, top: f64) -> Vec<Vec<(f64, f64)>> {
    let mut runs = vec![Vec::new()];
    for (index, value) in series.values.iter().enumerate() {
        let at = series.at(index);
        let shown = value.filter(|_| span.from <= at && at <= span.to);
        match (shown, runs.last_mut()) {
            (Some(value), Some(run)) => run.push(point(span, top, at, value)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn write(out: &mut String, command: char, (x, y): (f64, f64)) {
    // Writing into a String cannot fail.
    let _ = write!(out, "{command}{} {}", short(x), short(y));
}

/// One decimal at most.
fn short(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The line through the points. A point without neighbours is a dot, drawn by a line of no length with round ends.
pub fn line(series: &Series, span: Span, top: f64) -> String {
    let mut out = String::new();
    for run in runs(series, span, top) {
        for (index, point) in run.iter().enumerate() {
            write(&mut out, if index == 0 { 'M' } else { 'L' }, *point);
        }
        if run.len() == 1 {
            out.push_str("h0");
        }
    }
    out
}

/// The area between the line and zero.
pub fn area(series: &Series, span: Span, top: f64) -> String {
    let mut out = String::new();
    for run in runs(series, span, top) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        write(&mut out, 'M', (first.0, HEIGHT));
        for point in &run {
            write(&mut out, 'L', *point);
        }
        write(&mut out, 'L', (last.0, HEIGHT));
        out.push('Z');
    }
    out
}

/// The dot on the line at a moment; nothing where there is no point.
pub fn dot(series: &Series, span: Span, top: f64, at: DateTime<Utc>) -> String {
    let mut out = String::new();
    let here = series.span.index_of(at).map(|index| series.at(index)).filter(|at| span.from <= *at);
    if let (Some(value), Some(at)) = (series.value_at(at), here) {
        write(&mut out, 'M', point(span, top, at, value));
        out.push_str("h0");
    }
    out
}

/// An upright line at a moment; nothing outside of the span.
pub fn upright(span: Span, at: DateTime<Utc>) -> String {
    let place = place(span, at);
    if (0.0..=1.0).contains(&place) { format!("M{} 0V{HEIGHT}", short(place * WIDTH)) } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use model::metric::Metric;

    fn series(values: &[Option<f64>]) -> Series {
        let from = DateTime::from_timestamp(1_767_603_600, 0).expect("in range");
        let periods = i64::try_from(values.len()).expect("few");
        let span = Span { from, to: from + TimeDelta::minutes(periods), period: 60 };
        Series { metric: Metric::Cpu, span, values: values.to_vec() }
    }

    #[test]
    fn a_gap_breaks_the_line_and_a_lonely_point_is_a_dot() {
        let one = series(&[Some(0.0), Some(50.0), None, Some(100.0), None]);
        assert_eq!(line(&one, one.span, 100.0), "M0 200L200 100M600 0h0");
        assert_eq!(area(&one, one.span, 100.0), "M0 200L0 200L200 100L200 200ZM600 200L600 0L600 200Z");
        let nothing = series(&[None, None]);
        assert_eq!(
            (line(&nothing, nothing.span, 1.0), area(&nothing, nothing.span, 1.0)),
            (String::new(), String::new())
        );
    }

    #[test]
    fn zero_is_drawn_and_nothing_leaves_the_plane() {
        let one = series(&[Some(0.0), Some(0.0), Some(250.0)]);
        assert_eq!(line(&one, one.span, 100.0), "M0 200L333.3 200L666.7 0");
    }

    #[test]
    fn a_series_of_another_grid_is_drawn_where_its_points_are() {
        let one = series(&[Some(10.0), Some(20.0), Some(30.0), Some(40.0)]);
        let later = Span { from: one.span.from + TimeDelta::minutes(2), ..one.span };
        assert_eq!(line(&one, later, 40.0), "M0 50L500 0");
    }

    #[test]
    fn the_crosshair_meets_the_point_of_its_period() {
        let one = series(&[Some(0.0), Some(50.0), None, Some(100.0)]);
        let at = |seconds| one.span.from + TimeDelta::seconds(seconds);
        assert_eq!(dot(&one, one.span, 100.0, at(60)), "M250 100h0");
        assert_eq!(dot(&one, one.span, 100.0, at(130)), "");
        assert_eq!(upright(one.span, at(60)), "M250 0V200");
        assert_eq!(upright(one.span, at(-60)), "");
    }
}
