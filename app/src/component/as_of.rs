//! How old what is shown is, counted by the browser from when it got it.

use super::ticking;
use crate::format;
use chrono::{DateTime, Utc};
use leptos::prelude::*;

/// Remembers when a reading was first shown. Drawing an old reading again, since there is no newer one, does not make it young.
#[derive(Clone, Copy)]
pub struct Freshness {
    page: Signal<i64>,
    first: StoredValue<Option<(DateTime<Utc>, i64)>>,
}

impl Freshness {
    /// Begins with the page.
    pub fn start() -> Self {
        Self { page: ticking(0, true), first: StoredValue::new(None) }
    }

    fn first_shown(self, at: DateTime<Utc>) -> i64 {
        let known = self.first.get_value().filter(|(of, _)| *of == at);
        known.map_or_else(
            || {
                let now = self.page.get_untracked();
                self.first.set_value(Some((at, now)));
                now
            },
            |(_, shown)| shown,
        )
    }
}

#[component]
pub fn AsOf(at: DateTime<Utc>, freshness: Freshness) -> impl IntoView {
    let shown = freshness.first_shown(at);
    view! {
        <p class="muted small">
            "As of "
            <time class="time" datetime=format::machine(at) title=format::clock(at)>
                {move || format::seconds_ago(freshness.page.get() - shown)}
            </time>
        </p>
    }
}
