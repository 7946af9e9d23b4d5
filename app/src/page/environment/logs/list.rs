//! Log lines as a list that keeps to its newest end.

use super::follow::Follow;
use crate::{
    component::LogLine,
    link::{self, LogView},
};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::{EnvironmentId, log::LogLine as Line};
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
    let row = move |line: Arc<Line>| {
        let at = line.at;
        let address = Signal::derive(move || link::logs_around(id, at, view.get()));
        view! { <LogLine line address local marked=marked == Some(at) /> }
    };
    view! {
        <div class="log-lines" class:unwrapped=move || view.get().unwrapped role="log" aria-live="off" aria-label="Log lines"
            tabindex="0" node_ref=follow.sight on:scroll=move |_| follow.scrolled()>
            <ol><For each=move || follow.lines.get() key=|line| line.id.clone() children=row /></ol>
        </div>
    }
}
