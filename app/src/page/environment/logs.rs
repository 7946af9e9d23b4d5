//! The log lines of an environment: searched, followed as they come, downloaded.

mod follow;
mod list;

use super::head::{head, read, with_id};
use crate::{
    api,
    component::{Callout, Empty, Field, Loaded, Select, Tone},
    error::field_errors,
    format,
    link::{self, LogView, Tab},
    text,
};
use follow::Follow;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{
    EnvironmentId, FieldErrors,
    log::{LogLevel, LogPage, LogQuery, LogRange, container_and_task, parse_time},
};
use std::collections::BTreeSet;

/// What the address says.
#[derive(Clone, Copy)]
struct Asked {
    query: Memo<LogQuery>,
    view: Memo<LogView>,
    before: Memo<Option<String>>,
}

impl Asked {
    fn here() -> Self {
        let values = use_query_map();
        let value = move |name: &str| values.with(|values| values.get(name).unwrap_or_default());
        Self {
            query: Memo::new(move |_| link::log_query(value)),
            view: Memo::new(move |_| link::log_view(value)),
            before: Memo::new(move |_| Some(value("before")).filter(|before| !before.is_empty())),
        }
    }
}

#[component]
pub fn Logs() -> impl IntoView {
    let read = read();
    let asked = Asked::here();
    let page = Resource::new(
        move || (read.id.get(), asked.query.get(), asked.before.get()),
        |(id, query, before)| with_id(id, async move |id| api::log::logs(id, query, before).await),
    );
    let form = move || {
        Suspend::new(async move {
            let page = page.await;
            let streams = page.as_ref().map(|page| streams(page, &asked.query.get_untracked())).unwrap_or_default();
            read.id.get().map(|id| form(id, asked, streams, &field_errors(page.err())))
        })
    };
    let again = Callback::new(move |()| page.refetch());
    let draw = move |found: LogPage| read.id.get().map(|id| lines(id, asked, found, again));
    view! {
        <Loaded resource=read.detail view=move |detail| head(&detail, Tab::Logs) />
        <Transition>{form}</Transition>
        <Loaded resource=page view=draw />
    }
}

/// The tasks whose lines are there, with their words.
fn streams(page: &LogPage, query: &LogQuery) -> Vec<(String, String)> {
    let mut streams: BTreeSet<&str> = page.lines.iter().map(|line| line.stream.as_str()).collect();
    if !query.stream.is_empty() {
        streams.insert(&query.stream);
    }
    let words = |stream: &str| match container_and_task(stream) {
        Some((container, task)) => text::log::task(container, task),
        None => stream.to_owned(),
    };
    let all = (String::new(), "All tasks".to_owned());
    std::iter::once(all).chain(streams.into_iter().map(|stream| (stream.to_owned(), words(stream)))).collect()
}

fn form(
    id: EnvironmentId,
    asked: Asked,
    streams: Vec<(String, String)>,
    errors: &FieldErrors,
) -> impl IntoView + use<> {
    let (query, view) = (asked.query.get(), asked.view.get_untracked());
    let mut levels = vec![(String::new(), "Any level".to_owned())];
    levels.extend(
        [LogLevel::Warn, LogLevel::Error].map(|level| (level.code().to_owned(), text::log::at_least(level).to_owned())),
    );
    // A moment's neighbourhood is a custom range to whoever searches on from there.
    let around = parse_time(&query.around);
    let range = if around.is_some() { LogRange::Custom } else { query.range };
    let (from, to) = match around.and(query.window(chrono::DateTime::<chrono::Utc>::MAX_UTC).ok()) {
        Some(window) => (format::millisecond(window.from), format::millisecond(window.to)),
        None => (query.from, query.to),
    };
    let ranges = LogRange::ALL.map(|range| (range.code().to_owned(), text::log::range(range).to_owned()));
    let problem = |field: &str| errors.of(field).cloned();
    view! {
        <form class="filters log-search" method="get" action=link::environment(id, Tab::Logs) role="search">
            <Field name="text" label="Find text" kind="search" value=query.text hint=text::log::TEXT_HINT problem=problem("text") />
            <Select name="level" label="Level" options=levels value=query.level.map(LogLevel::code).unwrap_or_default() />
            <Select name="stream" label="Task" options=streams value=query.stream />
            <Select name="range" label="Time" options=ranges.into() value=range.code() />
            <div class="log-custom">
                <Field name="from" label="From" value=from hint=text::log::TIME_HINT problem=problem("from") />
                <Field name="to" label="To" value=to hint="Empty for now" problem=problem("to") />
            </div>
            {view.unwrapped.then(|| view! { <input type="hidden" name="wrap" value="off" /> })}
            {view.local.then(|| view! { <input type="hidden" name="time" value="local" /> })}
            <button type="submit" class="btn btn-primary">"Search"</button>
        </form>
    }
}

fn lines(id: EnvironmentId, asked: Asked, page: LogPage, again: Callback<()>) -> impl IntoView + use<> {
    let query = asked.query.get();
    let marked = parse_time(&query.around);
    let is_later_page = asked.before.get().is_some();
    let older = page.older.as_deref().map(|before| link::logs(id, &query, asked.view.get_untracked(), Some(before)));
    let newest = is_later_page.then(|| link::logs(id, &query, asked.view.get_untracked(), None));
    let trouble = page.trouble.as_ref().map(|trouble| {
        let (title, words) = text::log::trouble(trouble);
        view! {
            <Callout tone=Tone::Warn title=title>
                <p>{words}</p>
                <p class="with-scripts"><button type="button" class="btn btn-small" on:click=move |_| again.run(())>"Try again"</button></p>
            </Callout>
        }
    });
    let crowded = page.crowded.then(|| view! { <p class="small muted">{text::log::CROWDED}</p> });
    let found = text::log::found(&page);
    let unfinished = older.as_ref().map(|_| text::log::unfinished(&page));
    let nothing = (page.lines.is_empty() && page.trouble.is_none()).then(|| match &unfinished {
        Some(unfinished) => (text::log::NOTHING_SO_FAR, unfinished.clone()),
        None => (text::log::NOTHING.0, text::log::NOTHING.1.to_owned()),
    });
    let file = link::log_file(id, &query);
    let follow = Follow::start(id, query.clone(), page);
    let rows = list::list(id, asked.view, marked, follow);
    let tools = view! {
        <div class="log-tools">
            <h2 class="small">{found}</h2>
            <div class="row">
                {follow.controls()}
                {toggles(id, asked)}
                // Not a page of the app: the router must leave it to the browser.
                <a class="btn btn-small" href=file rel="external" download="logs.txt">"Download"</a>
            </div>
        </div>
    };
    let is_empty = move || follow.lines.with(Vec::is_empty);
    let none = move || {
        let nothing = nothing.clone().filter(|_| is_empty());
        nothing.map(|(title, text)| view! { <Empty title text /> })
    };
    let past = view! {
        <nav class="pages" aria-label="Pages of lines">
            {older.map(|address| view! { <a class="btn btn-small" href=address>"Older lines"</a> })}
            {newest.map(|address| view! { <a class="btn btn-small" href=address>"Newest lines"</a> })}
            {marked.map(|at| moved(id, asked, at))}
        </nav>
    };
    view! {
        {trouble}
        {tools}
        {none}
        <div class="log-box" class:empty-log=is_empty>{rows}</div>
        {follow.notices(again)}
        {crowded}
        {unfinished.map(|words| view! { <p class="small muted">{words}</p> })}
        {past}
    }
}

/// From one neighbourhood to the one before and the one after it.
fn moved(id: EnvironmentId, asked: Asked, at: chrono::DateTime<chrono::Utc>) -> impl IntoView {
    let view = asked.view.get_untracked();
    let step = |at: Option<chrono::DateTime<chrono::Utc>>| at.map(|at| link::logs_around(id, at, view));
    let earlier = step(at.checked_sub_signed(model::log::LOG_AROUND));
    let later = step(at.checked_add_signed(model::log::LOG_AROUND));
    view! {
        {earlier.map(|address| view! { <a class="btn btn-small" href=address>"5 minutes earlier"</a> })}
        {later.map(|address| view! { <a class="btn btn-small" href=address>"5 minutes later"</a> })}
        <a class="btn btn-small" href=link::environment(id, Tab::Logs)>"Newest lines"</a>
    }
}

/// Links that change how lines are drawn and nothing else.
fn toggles(id: EnvironmentId, asked: Asked) -> impl IntoView {
    let other = move |change: fn(LogView) -> LogView| {
        move || link::logs(id, &asked.query.get(), change(asked.view.get()), asked.before.get().as_deref())
    };
    let wrap = other(|view| LogView { unwrapped: !view.unwrapped, ..view });
    let zone = other(|view| LogView { local: !view.local, ..view });
    view! {
        <a class="btn btn-small" href=wrap data-noscroll="">
            {move || if asked.view.get().unwrapped { "Wrap lines" } else { "Do not wrap" }}
        </a>
        <a class="btn btn-small with-scripts" href=zone data-noscroll="">
            {move || if asked.view.get().local { "Times in UTC" } else { "Times here" }}
        </a>
    }
}
