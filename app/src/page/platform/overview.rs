//! How the whole installation does.

use super::{head, operations};
use crate::{
    api,
    component::{KeyValue, KeyValues, Loaded, Now},
    link::{self, PlatformTab},
    live::Live,
    text,
};
use leptos::prelude::*;
use model::{
    environment::{EnvironmentFilter, StateFilter},
    platform::PlatformOverview,
};

#[component]
pub fn PlatformHome() -> impl IntoView {
    let overview = Resource::new(|| (), |()| api::platform::overview());
    Live::refetch_on(|_| true, move || overview.refetch());
    view! { {head(PlatformTab::Overview)}<Loaded resource=overview view=draw /> }
}

fn draw(overview: PlatformOverview) -> impl IntoView {
    let now = Now::from(overview.now);
    let counts = overview.counts.into_iter().map(|(state, count)| tile(state, count)).collect_view();
    view! {
        <section aria-labelledby="states"><h2 id="states">"Environments of all teams"</h2>
            <ul class="tiles">{counts}</ul>
        </section>
        <section aria-labelledby="running"><h2 id="running">"Queued and running operations"</h2>
            {operations("Queued and running operations", overview.running, now, text::platform::NOTHING_RUNS)}
        </section>
        <section aria-labelledby="failed"><h2 id="failed">"Failed lately"</h2>
            {operations("Operations that failed, newest first", overview.failed, now, text::platform::NOTHING_FAILED)}
        </section>
        <section class="card" aria-labelledby="version"><h2 id="version">"This console"</h2>
            <KeyValues><KeyValue name="Version of Handrail"><span class="mono">{overview.version}</span></KeyValue></KeyValues>
        </section>
    }
}

/// A count that leads to the list of what it counts.
fn tile(state: StateFilter, count: u32) -> impl IntoView {
    let list = link::environments(&EnvironmentFilter { state: Some(state), ..EnvironmentFilter::default() }, None);
    let tone = if count == 0 { "quiet" } else { text::platform::state_tone(state).code() };
    view! {
        <li class="tile" data-tone=tone>
            <a href=list><span class="tile-count">{text::platform::capped(count)}</span>
                <span class="tile-label">{text::environment::state_filter(state)}</span></a>
        </li>
    }
}
