//! Log lines as a list that keeps to its newest end.

use super::follow::Follow;
use crate::{
    format,
    link::{self, LogView},
    text,
};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::{EnvironmentId, log::LogLine};
use std::sync::Arc;

/// The lines, oldest first. The box begins at its end and stays there while lines come, without scripts too: its column is reversed.
pub(super) fn list(
    id: EnvironmentId,
    view: Memo<LogView>,
    marked: Option<DateTime<Utc>>,
    follow: Follow,
) -> impl IntoView {
    let local = RwSignal::new(false);
    // The server does not know the reader's zone: times are UTC until the page lives.
    Effect::new(move |_| local.set(view.get().local));
    let row = move |line: Arc<LogLine>| row(id, view, local, marked, &line);
    view! {
        <div class="log-lines" class:unwrapped=move || view.get().unwrapped role="log" aria-live="off" aria-label="Log lines"
            tabindex="0" node_ref=follow.sight on:scroll=move |_| follow.scrolled()>
            <ol><For each=move || follow.lines.get() key=|line| line.id.clone() children=row /></ol>
        </div>
    }
}

fn row(
    id: EnvironmentId,
    view: Memo<LogView>,
    local: RwSignal<bool>,
    marked: Option<DateTime<Utc>>,
    line: &LogLine,
) -> impl IntoView + use<> {
    let at = line.at;
    let stamp = move || format::stamp(at, if local.get() { minutes_ahead(at) } else { 0 });
    let neighbourhood = move || link::logs_around(id, at, view.get());
    let level = line.level;
    let task = line
        .container_and_task()
        .map(|(container, task)| format!("{container} {}", task.chars().take(8).collect::<String>()));
    let left_out =
        (line.left_out > 0).then(|| view! { <span class="muted">{text::log::left_out(line.left_out)}</span> });
    view! {
        <li data-level=level.map(model::log::LogLevel::code) aria-current=(marked == Some(at)).then_some("true")>
            <a class="line-time" href=neighbourhood title="Five minutes around this line">
                <time datetime=format::exact(at)>{stamp}</time></a>
            <span class="line-level">{level.map(text::log::level)}</span>
            <span class="line-task" title=line.stream.clone()>{task.unwrap_or_else(|| line.stream.clone())}</span>
            <span class="line-text">{line.message.clone()}{left_out}</span>
        </li>
    }
}

/// How far the browser's clock was ahead of UTC at a moment, in minutes.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "zones are less than a day ahead")]
fn minutes_ahead(at: DateTime<Utc>) -> i32 {
    let there = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at.timestamp_millis() as f64));
    -(there.get_timezone_offset() as i32)
}
