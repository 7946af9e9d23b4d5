//! Workers and reconcilers, and what runs.

use super::{head, operations};
use crate::{
    api,
    component::{Ago, Badge, Cell, Loaded, Now, Rows},
    format,
    link::PlatformTab,
    live::Live,
    text,
};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::platform::{Runner, Work};

#[component]
pub fn PlatformWork() -> impl IntoView {
    let work = Resource::new(|| (), |()| api::platform::work());
    Live::refetch_on(|_| true, move || work.refetch());
    view! { {head(PlatformTab::Work)}<Loaded resource=work view=draw /> }
}

fn draw(work: Work) -> impl IntoView {
    let now = Now::from(work.now);
    let rows = work.runners.into_iter().map(|one| runner(one, work.now, now)).collect();
    let heads = vec!["Name", "Kind", "State", "Last run", "Outcome", "Next run"];
    view! {
        <section aria-labelledby="runners"><h2 id="runners">"Workers and reconcilers"</h2>
            <p class="muted">{text::platform::RUNNERS}</p>
            <Rows caption="Workers and reconcilers" heads rows empty=text::platform::NO_RUNNERS />
        </section>
        <section aria-labelledby="running"><h2 id="running">"Queued and running operations"</h2>
            {operations("Queued and running operations", work.running, now, text::platform::NOTHING_RUNS)}
        </section>
        <p class="muted small">"As of "<time datetime=format::machine(work.now)>{format::clock(work.now)}</time></p>
    }
}

fn runner(one: Runner, read: DateTime<Utc>, now: Now) -> impl IntoView {
    let (word, tone) = text::platform::runner(&one);
    // Who is silent is not waited for.
    let next = one.next.filter(|_| !one.is_silent).map(|next| text::platform::due(format::seconds_between(read, next)));
    view! {
        <tr role="row">
            <Cell label="Name"><span class="mono">{one.name}</span></Cell>
            <Cell label="Kind">{if one.is_worker { "Worker" } else { "Reconciler" }}</Cell>
            <Cell label="State"><Badge tone label=word /></Cell>
            <Cell label="Last run"><Ago at=one.last now /></Cell>
            <Cell label="Outcome">{one.outcome}</Cell>
            <Cell label="Next run">{next}</Cell>
        </tr>
    }
}
