//! Lines over time: drawn on the server, read with pointer and keyboard at one moment in all charts of a page, and as a table.

pub mod path;
pub mod scale;

use crate::{format, text, zone::Zone};
use chrono::{DateTime, TimeDelta, Utc};
use leptos::{
    ev::{KeyboardEvent, PointerEvent},
    prelude::*,
};
use model::metric::{Series, Span, Unit};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// How many periods the page keys move on.
const LEAP: i64 = 10;
/// Labels closer to an end of the axis than this would be cut off.
const EDGE: f64 = 0.04;

/// One line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartLine {
    pub name: &'static str,
    pub series: Series,
}

/// Something that happened at a moment, with a page of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartMark {
    pub at: DateTime<Utc>,
    /// Its words, which may tell a time by the clock that is chosen.
    pub title: Signal<String>,
    pub href: String,
}

/// The moment at which all charts of a page are read, and the clock that it is told by.
#[derive(Clone, Copy)]
pub struct Reader {
    at: RwSignal<Option<DateTime<Utc>>>,
    zone: Signal<Zone>,
}

impl Reader {
    /// Reads nowhere: the charts show their newest values.
    pub fn new(zone: Signal<Zone>) -> Self {
        Self { at: RwSignal::new(None), zone }
    }

    /// The clock that times are told by.
    pub fn zone(self) -> Zone {
        self.zone.get()
    }

    fn told(self, at: DateTime<Utc>) -> String {
        format::day_and_hour(at, self.zone().minutes_ahead(at))
    }
}

/// The period of a span at an index, moved into the span.
fn moment(span: Span, index: i64) -> DateTime<Utc> {
    let last = i64::try_from(span.points()).unwrap_or(1).max(1) - 1;
    span.from + TimeDelta::seconds(i64::from(span.period) * index.clamp(0, last))
}

/// What a chart is drawn from.
struct Drawn {
    lines: Vec<ChartLine>,
    unit: Unit,
    span: Span,
    top: f64,
}

impl Drawn {
    fn index(&self, at: Option<DateTime<Utc>>) -> i64 {
        let index = at.and_then(|at| self.span.index_of(at));
        i64::try_from(index.unwrap_or(self.span.points().saturating_sub(1))).unwrap_or_default()
    }

    /// A line's value at a moment, or its newest one.
    fn value(&self, line: &ChartLine, at: Option<DateTime<Utc>>) -> Option<String> {
        let value = match at {
            Some(at) => line.series.value_at(at),
            None => line.series.last().map(|(_, value)| value),
        };
        value.map(|value| format::measure(value, self.unit))
    }

    fn reading(&self, reader: Reader) -> String {
        let at = reader.at.get();
        let when = at.map_or_else(|| text::metric::LATEST.to_owned(), |at| reader.told(at));
        let value = |line: &ChartLine| self.value(line, at).unwrap_or_else(|| text::metric::NO_POINT.to_owned());
        let values: Vec<_> = self.lines.iter().map(|line| (line.name, value(line))).collect();
        text::metric::reading(&when, &values)
    }
}

#[component]
pub fn Chart(
    #[prop(into)] title: String,
    /// What is shown exactly.
    hint: &'static str,
    /// Unique in the page.
    id: &'static str,
    unit: Unit,
    span: Span,
    lines: Vec<ChartLine>,
    marks: Vec<ChartMark>,
    reader: Reader,
    /// Whether the table is open.
    table: RwSignal<bool>,
    /// Address of the page with the table open, for browsers without scripts.
    table_href: String,
) -> impl IntoView {
    let largest = lines.iter().filter_map(|line| line.series.max()).reduce(f64::max);
    let scale = scale::scale(unit, largest);
    let drawn = Arc::new(Drawn { lines, unit, span, top: scale.top });
    let values =
        scale.ticks.iter().rev().map(|tick| view! { <span>{format::measure(*tick, unit)}</span> }).collect_view();
    let none = largest.is_none().then(|| view! { <p class="chart-none">{text::metric::NO_DATA}</p> });
    let when = move || reader.at.get().map_or_else(|| text::metric::LATEST.to_owned(), |at| reader.told(at));
    let title_id = format!("{id}-title");
    view! {
        <figure class="chart" aria-labelledby=title_id.clone()>
            <figcaption class="chart-head">
                <h3 id=title_id.clone() title=hint>{title.clone()}</h3>
                <span class="chart-when time">{when}</span>
            </figcaption>
            <div class="chart-plot">
                <div class="chart-values" aria-hidden="true">{values}</div>
                <div class="chart-canvas">
                    {picture(&drawn, &scale, reader)}
                    {none}
                    {reading_place(drawn.clone(), reader, &title)}
                    {marks_over(span, marks)}
                </div>
                {time_axis(span, reader)}
            </div>
            {legend(&drawn, reader)}
            {table_of(drawn, reader, title, table, table_href)}
        </figure>
    }
}

/// The lines. Stretched to its place, so that widths of strokes must not scale: the style says so.
fn picture(drawn: &Arc<Drawn>, scale: &scale::Scale, reader: Reader) -> impl IntoView + use<> {
    let (span, top) = (drawn.span, drawn.top);
    let view_box = format!("0 0 {} {}", path::WIDTH, path::HEIGHT);
    let grid: String =
        scale.ticks.iter().map(|tick| format!("M0 {}H{}", path::HEIGHT * (1.0 - tick / top), path::WIDTH)).collect();
    let area = match &drawn.lines[..] {
        [only] => Some(view! { <path class="chart-area" d=path::area(&only.series, span, top) /> }),
        _ => None,
    };
    let lines = drawn
        .lines
        .iter()
        .enumerate()
        .map(|(index, line)| view! { <path class=class("chart-line", index) d=path::line(&line.series, span, top) /> })
        .collect_view();
    let dots = (0..drawn.lines.len())
        .map(|index| {
            let drawn = drawn.clone();
            let dot = move || {
                let at = reader.at.get();
                at.map(|at| path::dot(&drawn.lines[index].series, span, top, at)).unwrap_or_default()
            };
            view! { <path class=class("chart-dot", index) d=dot /> }
        })
        .collect_view();
    let crosshair = move || reader.at.get().map(|at| path::upright(span, at)).unwrap_or_default();
    view! {
        <svg class="chart-svg" viewBox=view_box preserveAspectRatio="none" aria-hidden="true">
            <path class="chart-grid" d=grid />
            {area}
            {lines}
            <path class="chart-cross" d=crosshair />
            {dots}
        </svg>
    }
}

/// Series are told apart by colour and by dashes.
fn class(kind: &str, index: usize) -> String {
    format!("{kind} chart-series-{}", index % 3 + 1)
}

/// Where pointer and keyboard choose the moment: a slider over time, which says what all lines are there.
fn reading_place(drawn: Arc<Drawn>, reader: Reader, title: &str) -> impl IntoView + use<> {
    let span = drawn.span;
    let last = span.points().saturating_sub(1);
    let (now, said) = (drawn.clone(), drawn.clone());
    let point = move |event: PointerEvent| {
        let Some(place) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else { return };
        let share = f64::from(event.offset_x()) / f64::from(place.client_width().max(1));
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a few hundred points")]
        let index = (share * span.points() as f64).round() as i64;
        reader.at.set(Some(moment(span, index)));
    };
    let key = move |event: KeyboardEvent| {
        let here = drawn.index(reader.at.get_untracked());
        let index = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => here - 1,
            "ArrowRight" | "ArrowUp" => here + 1,
            "PageDown" => here - LEAP,
            "PageUp" => here + LEAP,
            "Home" => 0,
            "End" => i64::MAX,
            "Escape" => {
                reader.at.set(None);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        reader.at.set(Some(moment(span, index)));
    };
    view! {
        <div class="chart-reader with-scripts" role="slider" tabindex="0" aria-label=text::metric::reader(title)
            aria-valuemin="0" aria-valuemax=last.to_string() aria-valuenow=move || now.index(reader.at.get()).to_string()
            aria-valuetext=move || said.reading(reader) on:pointermove=point on:pointerdown=point
            on:pointerleave=move |_| reader.at.set(None) on:blur=move |_| reader.at.set(None) on:keydown=key></div>
    }
}

/// Upright lines that lead to what happened. The page has the same links in its text, where the keyboard reaches them.
fn marks_over(span: Span, marks: Vec<ChartMark>) -> impl IntoView {
    let view_box = format!("0 0 {} {}", path::WIDTH, path::HEIGHT);
    let marks = marks
        .into_iter()
        .map(|mark| {
            // What began in the period that is not over yet stands at the end.
            let line = path::upright(span, mark.at.min(span.to));
            // Only inside of another SVG element is `a` SVG's own.
            view! {
                <g><a href=mark.href tabindex="-1">
                    <title>{move || mark.title.get()}</title>
                    <path class="chart-mark-area" d=line.clone() /><path class="chart-mark" d=line />
                </a></g>
            }
        })
        .collect_view();
    view! { <svg class="chart-svg chart-marks" viewBox=view_box preserveAspectRatio="none" aria-hidden="true">{marks}</svg> }
}

fn time_axis(span: Span, reader: Reader) -> impl IntoView {
    let labels = move || {
        let zone = reader.zone();
        scale::time_ticks(span, |at| zone.minutes_ahead(at))
            .into_iter()
            .filter(|tick| (EDGE..=1.0 - EDGE).contains(&tick.place))
            .map(|tick| view! { <text x=format!("{:.2}%", tick.place * 100.0) y="13" text-anchor="middle">{tick.label}</text> })
            .collect_view()
    };
    view! { <svg class="chart-times" aria-hidden="true">{labels}</svg> }
}

fn legend(drawn: &Arc<Drawn>, reader: Reader) -> impl IntoView + use<> {
    let items = (0..drawn.lines.len())
        .map(|index| {
            let line = &drawn.lines[index];
            let (name, max) = (line.name, line.series.max().map(|max| format::measure(max, drawn.unit)));
            let drawn = drawn.clone();
            let value = move || drawn.value(&drawn.lines[index], reader.at.get()).unwrap_or_else(|| "–".to_owned());
            view! {
                <li>
                    <svg class="chart-key" viewBox="0 0 18 8" aria-hidden="true"><path class=class("chart-line", index) d="M1 4H17" /></svg>
                    <span>{name}</span>
                    <span class="amount strong">{value}</span>
                    {max.map(|max| view! { <span class="amount muted">"max "{max}</span> })}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="chart-legend">{items}</ul> }
}

/// All values, newest first. Made when it is opened: thousands of rows that nobody asked for would slow the page down.
fn table_of(drawn: Arc<Drawn>, reader: Reader, title: String, open: RwSignal<bool>, href: String) -> impl IntoView {
    let was_open = open.get_untracked();
    let place = NodeRef::<leptos::html::Details>::new();
    // Somebody may have been quicker than the scripts.
    Effect::new(move |_| {
        if place.get().is_some_and(|details| details.has_attribute("open")) {
            open.set(true);
        }
    });
    let toggled = move |event: leptos::ev::Event| {
        let details = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        open.set(details.is_some_and(|details| details.has_attribute("open")));
    };
    let body = move || {
        if !open.get() {
            return view! { <p class="without-scripts"><a href=href.clone() rel="external">{text::metric::LOAD_TABLE}</a></p> }.into_any();
        }
        let heads = drawn.lines.iter().map(|line| view! { <th scope="col">{line.name}</th> }).collect_view();
        let rows = (0..drawn.span.points()).rev().map(|index| row(&drawn, reader, index)).collect_view();
        let label = title.clone();
        view! {
            <div class="points-scroll" tabindex="0" role="region" aria-label=label.clone()>
                <table class="points">
                    <caption class="visually-hidden">{label.clone()}</caption>
                    <thead><tr><th scope="col">"Time"</th>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! { <details class="chart-table" open=was_open node_ref=place on:toggle=toggled><summary>"Table"</summary>{body}</details> }
}

fn row(drawn: &Drawn, reader: Reader, index: usize) -> impl IntoView + use<> {
    let at = moment(drawn.span, i64::try_from(index).unwrap_or_default());
    let cells = drawn
        .lines
        .iter()
        .map(|line| match line.series.value_at(at) {
            Some(value) => view! { <td class="amount">{format::measure(value, drawn.unit)}</td> }.into_any(),
            None => view! { <td class="amount muted">{text::metric::NO_POINT}</td> }.into_any(),
        })
        .collect_view();
    let told = reader.told(at);
    view! { <tr><th scope="row"><time datetime=format::machine(at)>{told}</time></th>{cells}</tr> }
}
