//! Draws charts on the server, as a browser without scripts would get them.
#![cfg(feature = "ssr")]

use app::{
    component::{Chart, ChartLine, ChartMark, Reader},
    zone::Zone,
};
use chrono::{DateTime, TimeDelta};
use leptos::prelude::*;
use model::metric::{Metric, Series, Span, Unit};

/// Four minutes of answer times, of which the third is missing, with an operation in between.
fn chart(open: bool) -> String {
    let from = DateTime::from_timestamp(1_767_603_600, 0).expect("in range");
    let span = Span { from, to: from + TimeDelta::minutes(4), period: 60 };
    let line = |metric, name, values: [Option<f64>; 4]| ChartLine {
        name,
        series: Series { metric, span, values: values.into() },
    };
    Owner::new().with(|| {
        let lines = vec![
            line(Metric::LatencyP50, "p50", [Some(0.0), Some(0.02), None, Some(0.04)]),
            line(Metric::LatencyP95, "p95", [None, None, None, Some(0.1)]),
        ];
        let mark = ChartMark { at: from + TimeDelta::minutes(1), title: Signal::stored("Create: succeeded".to_owned()), href: "/operations/1".into() };
        view! {
            <Chart title="Answer time" hint="Time until the answer" id="latency" unit=Unit::Seconds span lines marks=vec![mark]
                reader=Reader::new(Signal::stored(Zone::Utc)) table=RwSignal::new(open) table_href="/x?table=latency".to_owned() />
        }
        .to_html()
    })
}

fn assert_has(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
}

#[test]
fn a_chart_is_drawn_with_gaps_dots_units_and_marks() {
    let html = chart(false);
    assert_has(
        &html,
        &[
            r#"viewBox="0 0 1000 200""#,
            // A gap ends the line; a point without neighbours is a dot.
            r#"d="M0 200L250 160M750 120h0""#,
            r#"d="M750 0h0""#,
            r#"href="/operations/1""#,
            "Create: succeeded",
            r#"d="M250 0V200""#,
            "100 ms",
            "40 ms",
            r#"role="slider""#,
            r#"aria-valuetext="Latest: p50 40 ms, p95 100 ms""#,
            r#"aria-labelledby="latency-title""#,
        ],
    );
    assert!(!html.contains("style="), "the content policy refuses style attributes: {html}");
}

#[test]
fn a_table_is_made_when_it_is_asked_for_and_leaves_nothing_out() {
    let closed = chart(false);
    assert!(!closed.contains("<tbody"), "{closed}");
    assert_has(&closed, &[r#"href="/x?table=latency""#, "<summary>Table</summary>"]);
    let open = chart(true);
    assert_eq!(open.matches("<tr>").count(), 5, "a head and four periods: {open}");
    assert_has(&open, &["<caption", r#"scope="row""#, r#"datetime="2026-01-05T09:01:00Z""#, "5 Jan 09:01", "20 ms"]);
    assert_eq!(open.matches(">no data<").count(), 4, "a gap is told as one, zero as zero: {open}");
    assert!(open.contains(">0 s<"), "{open}");
}
