//! One log line: when, how bad, from where, what. The level is a word and a bar beside the line; the colour only repeats it.

use crate::{format, text, zone::Zone};
use leptos::prelude::*;
use model::log::LogLine as Line;
use std::sync::Arc;

#[component]
pub fn LogLine(
    line: Arc<Line>,
    /// Where the line's time leads.
    #[prop(into)]
    address: Signal<String>,
    /// Whether times are the browser's; only true in a browser.
    #[prop(into)]
    local: Signal<bool>,
    /// Whether this is the line that somebody came to see.
    marked: bool,
) -> impl IntoView {
    let at = line.at;
    let zone = move || if local.get() { Zone::Local } else { Zone::Utc };
    let stamp = move || format::stamp(at, zone().minutes_ahead(at));
    let task = match line.container_and_task() {
        Some((container, task)) => format!("{container} {}", task.chars().take(8).collect::<String>()),
        None => line.stream.clone(),
    };
    let left_out =
        (line.left_out > 0).then(|| view! { <span class="muted">{text::log::left_out(line.left_out)}</span> });
    view! {
        <li data-level=line.level.map(model::log::LogLevel::code) aria-current=marked.then_some("true")>
            <a class="line-time" href=move || address.get() title="Five minutes around this line">
                <time datetime=format::millisecond(at)>{stamp}</time></a>
            <span class="line-level">{line.level.map(text::log::level)}</span>
            <span class="line-task" title=line.stream.clone()>{task}</span>
            <span class="line-text">{line.message.clone()}{left_out}</span>
        </li>
    }
}
