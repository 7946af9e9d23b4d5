//! A moment, for people and for machines.

use crate::format;
use chrono::{DateTime, Utc};
use leptos::prelude::*;

#[component]
pub fn Moment(at: DateTime<Utc>) -> impl IntoView {
    view! { <time class="time" datetime=format::machine(at)>{format::moment(at)}</time> }
}
