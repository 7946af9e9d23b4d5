//! A duration that goes on while the page is open.

use crate::format;
use leptos::prelude::*;
use std::time::Duration;

/// Seconds that go on by the second from what the server reckoned; a browser without scripts sees them stand still.
pub fn ticking(seconds: i64, runs: bool) -> Signal<i64> {
    let more = RwSignal::new(0_i64);
    if runs {
        // Effects run in the browser only. The difference of two readings of its clock counts, so that a wrong clock does not.
        Effect::new(move |_| {
            let start = js_sys::Date::now();
            #[expect(clippy::cast_possible_truncation, reason = "milliseconds since the page was drawn")]
            let tick = move || more.set(((js_sys::Date::now() - start) / 1000.0) as i64);
            if let Ok(timer) = set_interval_with_handle(tick, Duration::from_secs(1)) {
                on_cleanup(move || timer.clear());
            }
        });
    }
    Signal::derive(move || seconds.saturating_add(more.get()))
}

#[component]
pub fn Elapsed(
    /// As of the server's clock.
    seconds: i64,
    /// Whether it goes on.
    runs: bool,
) -> impl IntoView {
    let seconds = ticking(seconds, runs);
    view! { <span class="time">{move || format::duration(seconds.get())}</span> }
}
