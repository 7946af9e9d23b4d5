//! The design system's parts side by side, in debug builds.

use super::not_found::NotFound;
use crate::{
    component::{
        Ago, AsOf, Badge, Callout, Cell, Chart, ChartLine, ChartMark, Check, Chip, Chips, Choice, Choices, Code, Copy,
        Difference, DifferenceRow, Elapsed, Empty, Field, Glyph, Head, Icon, KeyValue, KeyValues, LogLine, Moment, Now,
        PageHead, Pagination, Reader, Rows, Select, Sort, Submit, Table, Tone,
    },
    text,
    zone::Zone,
};
use leptos::prelude::*;
use model::{
    FieldProblem,
    log::LogLevel,
    metric::{Metric, Series, Span, Unit},
};
use std::sync::Arc;

const TONES: [Tone; 5] = [Tone::Good, Tone::Warn, Tone::Bad, Tone::Busy, Tone::Quiet];

/// Two lines with a gap and a mark.
#[component]
fn SampleChart() -> impl IntoView {
    let from = chrono::DateTime::UNIX_EPOCH;
    let span = Span { from, to: from + chrono::TimeDelta::hours(1), period: 300 };
    let line = |metric, values: [i32; 12]| {
        let values = values.iter().map(|value| (*value > 0).then(|| f64::from(*value) / 1000.0)).collect();
        ChartLine { name: text::metric::series(metric), series: Series { metric, span, values } }
    };
    let lines = vec![
        line(Metric::LatencyP50, [40, 42, 41, 44, 0, 0, 47, 45, 44, 41, 40, 39]),
        line(Metric::LatencyP95, [90, 95, 120, 110, 0, 0, 260, 150, 120, 0, 98, 96]),
        line(Metric::LatencyP99, [130, 150, 180, 170, 0, 0, 420, 240, 200, 160, 150, 140]),
    ];
    let mark = ChartMark {
        at: from + chrono::TimeDelta::minutes(28),
        title: Signal::stored("Operation".to_owned()),
        href: "/design".to_owned(),
    };
    let reader = Reader::new(Signal::stored(Zone::Utc));
    view! {
        <div class="charts">
            <Chart title="Chart" hint="What it shows exactly" id="chart" unit=Unit::Seconds span lines marks=vec![mark] reader
                table=RwSignal::new(false) table_href="/design".to_owned() />
            <Chart title="Chart without data" hint="What it shows exactly" id="empty-chart" unit=Unit::Percent span lines=vec![]
                marks=vec![] reader table=RwSignal::new(false) table_href="/design".to_owned() />
        </div>
    }
}

#[component]
pub fn Design() -> impl IntoView {
    if !cfg!(debug_assertions) {
        return view! { <NotFound /> }.into_any();
    }
    let sizes = ["Small", "Large"].map(|title| Choice {
        value: title.to_ascii_lowercase(),
        title: title.to_owned(),
        lines: vec!["What it means".to_owned()],
    });
    let order = |descending| Sort { address: "/design".to_owned(), descending };
    let sortable = vec![Head::sorting("Name", order(Some(false))), Head::sorting("Changed", order(None))];
    let now = Now::from(chrono::DateTime::UNIX_EPOCH);
    let chips = vec![Chip {
        label: "Team".to_owned(),
        value: "Core".to_owned(),
        without: "/design".to_owned(),
        remove: "Remove the filter Team: Core".to_owned(),
    }];
    let changes = [("size", Some("small"), Some("large")), ("model", None, Some("sonnet")), ("key", None, None)].map(
        |(name, before, after)| DifferenceRow {
            name: name.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        },
    );
    view! {
        <PageHead title="Design" up=("/".to_owned(), "Home".to_owned())><Copy text="copied" label="Copy" /></PageHead>
        <div class="stack">
            <div class="row">{TONES.map(|tone| view! { <Badge tone label=tone.code() /> }).into_iter().collect_view()}</div>
            {TONES.map(|tone| view! { <Callout tone title="What is so"><p>"What to do."</p></Callout> }).into_iter().collect_view()}
            <div class="row">
                <Submit label="Primary" /><Submit label="Plain" class="btn" /><Submit label="Danger" class="btn btn-danger" />
            </div>
            <section class="card form-grid">
                <Field name="plain" label="Field" hint="One line of explanation." />
                <Field name="wrong" label="Field with a problem" value="10.0.0.0/28"
                    problem=Some(FieldProblem::CidrSize { largest: 16, smallest: 24 }) />
                <Select name="list" label="List" options=vec![("a".into(), "One".into()), ("b".into(), "Two".into())] value="b" />
                <Check name="box" label="Box" checked=true />
                <Choices name="cards" label="Cards" choices=sizes.into() value="small" />
            </section>
            <section class="card">
                <KeyValues><KeyValue name="Name">"Value"</KeyValue><KeyValue name="Other name">"Other value"</KeyValue></KeyValues>
            </section>
            <Table caption="Table" heads=vec!["Name", "State"]>
                <tr role="row"><Cell label="Name">"demo"</Cell><Cell label="State"><Badge tone=Tone::Good label="Ready" /></Cell></tr>
            </Table>
            <Table caption="Table that is ordered by a column" heads=sortable>
                <tr role="row" class="opens">
                    <Cell label="Name"><a class="strong opener" href="/design">"The row opens"</a></Cell>
                    <Cell label="Changed"><Ago at=chrono::DateTime::UNIX_EPOCH now /></Cell>
                </tr>
            </Table>
            <ul class="tiles"><li class="tile" data-tone="good"><a href="/design"><span class="tile-count">"12"</span>
                <span class="tile-label">"Tile"</span></a></li></ul>
            <p class="row">
                <span class="change" data-tone="good"><span class="change-sign">"+"</span>"is made"</span>
                <span class="change" data-tone="busy"><span class="change-sign">"~"</span>"changes in place"</span>
                <span class="change" data-tone="bad"><span class="change-sign">"-/+"</span>"is made anew"</span>
            </p>
            <div class="property"><span class="mono small">"Cpu"</span><div><del class="mono">"1024"</del>" "<ins class="mono">"2048"</ins></div></div>
            <Rows<()> caption="Empty table" heads=vec!["Name"] rows=vec![] empty=text::page::NO_OPERATIONS />
            <Chips chips=chips clear="/design" />
            <Difference caption="Difference" rows=changes.into() />
            <details class="fold"><summary>"Folded away"</summary><p>"What was folded."</p></details>
            <p><Elapsed seconds=75 runs=true />", "<Moment at=chrono::DateTime::UNIX_EPOCH />", "<Icon glyph=Glyph::Info /></p>
            <AsOf at=chrono::DateTime::UNIX_EPOCH read=chrono::DateTime::UNIX_EPOCH />
            <Pagination first=Some("/design".to_owned()) next=Some("/design".to_owned()) />
            <progress max="10" value="4" aria-label="Progress"></progress>
            <div class="skeleton"></div>
            <SampleChart />
            <Code label="Code" text="{ \"Resources\": {} }" />
            <div class="log-lines" role="log" aria-live="off" aria-label="Log lines" tabindex="0"><ol>{log_lines()}</ol></div>
            <Empty title="Nothing here" text="And what to do about it." />
        </div>
    }
    .into_any()
}

/// One line of each level, and one without.
fn log_lines() -> Vec<impl IntoView> {
    let levels = LogLevel::ALL.map(Some).into_iter().chain([None]);
    levels
        .map(|level| {
            let line = Arc::new(model::log::LogLine {
                id: String::new(),
                at: chrono::DateTime::UNIX_EPOCH,
                stream: "canvas/canvas/0123456789abcdef".to_owned(),
                message: "What a program wrote".to_owned(),
                level,
                left_out: 0,
            });
            let address = Signal::stored("/design".to_owned());
            view! { <LogLine line address local=Signal::stored(false) marked={level == Some(LogLevel::Info)} /> }
        })
        .collect()
}
