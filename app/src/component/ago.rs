//! How long ago something was, going on by the minute while the page is open.

use super::ticking;
use crate::format;
use chrono::{DateTime, Utc};
use leptos::prelude::*;

/// Now, by the server's clock: what it was when the page was read, and the time that has passed since.
#[derive(Clone, Copy)]
pub struct Now {
    read: DateTime<Utc>,
    /// In whole minutes, so that the ages of a long list are not reckoned again every second.
    passed: Memo<i64>,
}

impl Now {
    /// Begins to count from the server's clock.
    pub fn from(read: DateTime<Utc>) -> Self {
        let seconds = ticking(0, true);
        Self { read, passed: Memo::new(move |_| seconds.get() / 60 * 60) }
    }

    /// Seconds since a moment.
    pub fn since(self, at: DateTime<Utc>) -> i64 {
        format::seconds_between(at, self.read).saturating_add(self.passed.get())
    }
}

/// For example `3 h ago`; the moment itself is told to whoever points at it.
#[component]
pub fn Ago(at: DateTime<Utc>, now: Now) -> impl IntoView {
    view! {
        <time class="time" datetime=format::machine(at) title=format::moment(at)>
            {move || format::ago(now.since(at))}
        </time>
    }
}

/// How long something has been so, for example `3 h`.
#[component]
pub fn Age(since: DateTime<Utc>, now: Now) -> impl IntoView {
    view! {
        <time class="time" datetime=format::machine(since) title=format::moment(since)>
            {move || format::age(now.since(since))}
        </time>
    }
}
