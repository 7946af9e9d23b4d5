//! How old something is that AWS was asked for.

use super::ticking;
use crate::format;
use chrono::{DateTime, Utc};
use leptos::prelude::*;

#[component]
pub fn AsOf(
    at: DateTime<Utc>,
    /// When the page's data was read, by the same clock.
    read: DateTime<Utc>,
    #[prop(default = "As of")] label: &'static str,
) -> impl IntoView {
    let age = ticking(format::seconds_between(at, read), true);
    view! {
        <p class="muted small as-of">
            {label}" "<time class="time" datetime=format::machine(at)>{format::clock(at)}</time>", "
            <span class="time">{move || format::seconds_ago(age.get())}</span>
        </p>
    }
}
