//! How an environment did over time: charts of what CloudWatch measured.

mod range;

use super::head::{head, read, with_id};
use crate::{
    api,
    component::{Callout, Chart, ChartLine, ChartMark, Empty, Loaded, Reader, Tone},
    error::{AppError, field_errors},
    format,
    link::{self, MetricsView, Tab},
    page::param::query,
    text,
    zone::Zone,
};
use leptos::prelude::*;
use model::{
    EnvironmentId,
    metric::{self, Blank, Board, Preset, RangeForm, Section},
};
use range::OwnRange;
use std::time::Duration;

/// How often a live page asks again.
const EVERY: Duration = Duration::from_secs(15);
/// How soon a page asks again to which AWS did not answer in time.
const SOON: Duration = Duration::from_secs(2);

/// What the charts of the page share. Outlives each drawing, so that what is open or read stays so.
#[derive(Clone, Copy)]
struct Shared {
    view: Memo<MetricsView>,
    reader: Reader,
    /// The charts whose table is open.
    tables: StoredValue<Vec<(metric::Chart, RwSignal<bool>)>>,
}

#[component]
pub fn Metrics() -> impl IntoView {
    let read = read();
    let view = asked();
    let range = Memo::new(move |_| view.get().range);
    let board = Resource::new(
        move || (read.id.get(), range.get()),
        |(id, range)| with_id(id, async move |id| api::metric::metrics(id, range).await),
    );
    let shared = Shared {
        view,
        reader: Reader::new(Zone::of_address(query("time"))),
        tables: StoredValue::new(tables(view.get_untracked().table)),
    };
    let live = Memo::new(move |_| view.get().live && !view.get().range.is_custom());
    // A tab that nobody sees need not be up to date.
    let ask = move || {
        if !document().hidden() {
            board.refetch();
        }
    };
    Effect::new(move |_| {
        if live.get()
            && let Ok(timer) = set_interval_with_handle(ask, EVERY)
        {
            on_cleanup(move || timer.clear());
        }
    });
    let bar = move || {
        let (id, view) = (read.id.get(), view.get());
        Suspend::new(async move { toolbar(id, &view, board.await, shared.reader) })
    };
    let draw = move |board_now: Board| {
        if board_now.blank == Some(Blank::NotAnsweredYet) {
            Effect::new(move |_| set_timeout(move || board.refetch(), SOON));
        }
        let id = read.id.get();
        charts(id, board_now, shared)
    };
    view! {
        <Loaded resource=read.detail view=move |detail| head(&detail, Tab::Metrics) />
        <Transition>{bar}</Transition>
        <Loaded resource=board view=draw />
    }
}

/// What the address asks for.
fn asked() -> Memo<MetricsView> {
    let (range, from, to) = (query("range"), query("from"), query("to"));
    let (time, live, table) = (query("time"), query("live"), query("table"));
    Memo::new(move |_| MetricsView {
        range: RangeForm { range: range.get(), from: from.get(), to: to.get() },
        local: time.get() == Zone::LOCAL,
        live: model::draft::is_ticked(&live.get()),
        table: all_charts().find(|chart| chart.code() == table.get()),
    })
}

fn all_charts() -> impl Iterator<Item = metric::Chart> {
    Section::ALL.into_iter().flat_map(|section| section.charts().iter().copied())
}

fn tables(open: Option<metric::Chart>) -> Vec<(metric::Chart, RwSignal<bool>)> {
    all_charts().map(|chart| (chart, RwSignal::new(open == Some(chart)))).collect()
}

/// Range, clock and refresh, all of them links; two moments of one's own in a form.
fn toolbar(
    id: Option<EnvironmentId>,
    view: &MetricsView,
    board: Result<Board, AppError>,
    reader: Reader,
) -> Option<impl IntoView + use<>> {
    let id = id?;
    let custom = view.range.is_custom();
    let current = |on: bool| on.then_some("true");
    let option = |on: bool, view: MetricsView, label: &'static str, title: &'static str| {
        view! { <a class="segment" href=link::metrics(id, &view) aria-current=current(on) title=title>{label}</a> }
    };
    let code = if view.range.range.is_empty() { Preset::Hour.code() } else { &view.range.range };
    let presets = Preset::ALL
        .into_iter()
        .map(|preset| {
            let (label, title) = text::metric::preset(preset);
            let range = RangeForm { range: preset.code().to_owned(), ..RangeForm::default() };
            option(!custom && preset.code() == code, MetricsView { range, ..view.clone() }, label, title)
        })
        .collect_view();
    let clocks = [(false, "UTC", "Times in UTC"), (true, "Local", "Times of this browser's clock")]
        .map(|(local, label, title)| option(view.local == local, MetricsView { local, ..view.clone() }, label, title))
        .into_iter()
        .collect_view();
    let refresh = (!custom).then(|| {
        let choices = [(false, "Paused", "Stands still"), (true, "Live", text::metric::EVERY)]
            .map(|(live, label, title)| option(view.live == live, MetricsView { live, ..view.clone() }, label, title))
            .into_iter()
            .collect_view();
        view! { <nav class="segments" aria-label="Refresh">{choices}</nav> }
    });
    let errors = field_errors(board.as_ref().err().cloned());
    let shown = board.ok().map(|board| board.span);
    Some(view! {
        <div class="toolbar">
            <nav class="segments" aria-label="Range">{presets}</nav>
            <nav class="segments" aria-label="Clock">{clocks}</nav>
            {refresh}
            <OwnRange id view=view.clone() shown errors reader />
        </div>
    })
}

/// Everything below the toolbar.
fn charts(id: Option<EnvironmentId>, board: Board, shared: Shared) -> impl IntoView {
    let reader = shared.reader;
    let marks: Vec<ChartMark> = board
        .markers
        .iter()
        .map(|marker| ChartMark {
            at: marker.at,
            href: link::operation(marker.operation),
            title: {
                let marker = marker.clone();
                Signal::derive(move || text::metric::marker(&marker, reader.zone().minutes_ahead(marker.at)))
            },
        })
        .collect();
    let blank = board.blank.map(|blank| {
        let (title, text) = text::metric::blank(blank);
        if has_points(&board) {
            view! { <Callout tone=Tone::Busy title><p>{text}</p></Callout> }.into_any()
        } else {
            view! { <Empty title text /> }.into_any()
        }
    });
    let sections =
        Section::ALL.into_iter().filter_map(|section| section_of(id?, section, &board, &marks, shared)).collect_view();
    let has_series = !board.series.is_empty();
    view! {
        {state_line(&board, reader)}
        {problem(&board)}
        {blank}
        {marks_list(&marks)}
        {sections}
        {has_series.then(|| view! { <p class="small muted">{text::metric::ZEROS}</p> })}
    }
}

fn state_line(board: &Board, reader: Reader) -> impl IntoView + use<> {
    let (span, as_of) = (board.span, board.as_of);
    let told = move |at| format::day_and_hour(at, reader.zone().minutes_ahead(at));
    view! {
        <p class="small muted board-state">
            <span>{move || told(span.from)}" – "{move || told(span.to)}</span>
            <span>{text::metric::period(span.period)}</span>
            <span>"As of "<time class="time" datetime=format::machine(as_of)>{format::clock(as_of)}</time></span>
        </p>
    }
}

fn problem(board: &Board) -> Option<impl IntoView + use<>> {
    let problem = board.problem.clone()?;
    let earlier = has_points(board).then(|| view! { <p>{text::metric::earlier(&format::clock(board.as_of))}</p> });
    Some(view! {
        <Callout tone=Tone::Warn title=text::metric::PROBLEM>
            <p>{text::cause::problem(&problem)}</p>
            <p>{text::cause::way_out(&problem)}</p>
            {earlier}
        </Callout>
    })
}

fn has_points(board: &Board) -> bool {
    board.series.iter().any(|series| series.last().is_some())
}

/// The operations that the upright lines stand for.
fn marks_list(marks: &[ChartMark]) -> Option<impl IntoView + use<>> {
    let item = |mark: &ChartMark| {
        let (href, title) = (mark.href.clone(), mark.title);
        view! { <li><a href=href>{move || title.get()}</a></li> }
    };
    let items = marks.iter().map(item).collect_view();
    (!marks.is_empty()).then(|| {
        view! { <nav class="marks" aria-label="Operations in this range"><span class="mark-key" aria-hidden="true"></span><ul>{items}</ul></nav> }
    })
}

fn section_of(
    id: EnvironmentId,
    section: Section,
    board: &Board,
    marks: &[ChartMark],
    shared: Shared,
) -> Option<impl IntoView + use<>> {
    let charts: Vec<_> =
        section.charts().iter().filter_map(|chart| chart_of(id, *chart, board, marks, shared)).collect();
    let title = text::metric::section(section);
    (!charts.is_empty())
        .then(|| view! { <section aria-label=title><h2>{title}</h2><div class="charts">{charts}</div></section> })
}

fn chart_of(
    id: EnvironmentId,
    chart: metric::Chart,
    board: &Board,
    marks: &[ChartMark],
    shared: Shared,
) -> Option<impl IntoView + use<>> {
    let series = board.of(chart);
    let span = series.first()?.span;
    let lines = series
        .into_iter()
        .map(|series| ChartLine { name: text::metric::series(series.metric), series: series.clone() })
        .collect();
    let (title, hint) = text::metric::chart(chart);
    let table = shared.tables.with_value(|tables| tables.iter().find(|(of, _)| *of == chart).map(|(_, open)| *open))?;
    let table_href = link::metrics(id, &MetricsView { table: Some(chart), ..shared.view.get_untracked() });
    let table_href = format!("{table_href}#{}-title", chart.code());
    Some(view! {
        <Chart title hint id=chart.code() unit=chart.unit() span lines marks=marks.to_vec() reader=shared.reader table table_href />
    })
}
