//! How an environment does right now.

use super::{
    head::{head, read, with_id},
    parts::parts,
    state::{drift_note, note},
};
use crate::{
    api,
    component::{
        AsOf, Badge, Callout, Cell, Copy, Elapsed, FrameFacts, Kept, KeyValue, KeyValues, Loaded, Moment, Rows, Tone,
    },
    format,
    link::{self, Tab},
    live::Live,
    page::receipt::receipt,
    text,
};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::environment::{DatabaseState, EnvironmentDetail, EnvironmentStatus, LiveState, ServiceState, TargetState};
use std::time::Duration;

/// How often what AWS says is asked for again while the page is looked at.
const AGAIN: Duration = Duration::from_secs(10);

#[component]
pub fn Overview() -> impl IntoView {
    let read = read();
    let asks = StoredValue::new(false);
    let live = Resource::new(
        move || read.id.get(),
        move |id| async move {
            asks.try_set_value(true);
            let answer = with_id(id, async |id| api::environment::live(id).await).await;
            asks.try_set_value(false);
            answer
        },
    );
    Live::refetch_on(move |notice| Some(notice.environment) == read.id.get_untracked(), move || live.refetch());
    // Asked again while it has not answered yet, a resource is read anew at the moment of its answer, and never drawn.
    Live::refetch_every(AGAIN, move || {
        if !asks.get_value() {
            live.refetch();
        }
    });
    // The page was sent without AWS's answer, which the browser has time to wait for.
    Effect::new(move |_| {
        if live.with(|state| matches!(state, Some(Ok(state)) if state.waiting)) {
            live.refetch();
        }
    });
    let frame = FrameFacts::here();
    let known = Kept::nothing();
    let draw = move |detail: EnvironmentDetail| {
        let there = !matches!(detail.summary.status, EnvironmentStatus::Deleted | EnvironmentStatus::Failed);
        let now = there.then(|| view! { <Loaded resource=live view=state kept=known /> });
        view! {
            {head(&detail, Tab::Overview)}
            {note(&detail)}
            {drift_note(&detail)}
            {detail.receipt.clone().map(receipt)}
            {facts(detail.clone())}
            {now}
            {there.then(|| parts(&detail, frame))}
        }
    };
    view! { <Loaded resource=read.detail view=draw /> }
}

fn facts(detail: EnvironmentDetail) -> impl IntoView {
    let (summary, read) = (detail.summary, detail.read);
    let version =
        text::environment::versions(summary.spec.edition, &summary.spec.image.tag, summary.reported_version.as_deref());
    let size = text::environment::size_or_host(summary.spec.compute.code());
    let (word, tone) = text::environment::state(summary.status, &summary.health);
    let tasks = text::scale::told(summary.desired);
    let scale = link::environment(summary.id, Tab::Scale);
    let address = detail.address.clone().map(|address| {
        view! {
            <KeyValue name="Address">
                <span class="row"><a href=address.clone() rel="noreferrer">{address.clone()}</a><Copy text=address label="Copy" what="the address" /></span>
            </KeyValue>
        }
    });
    // Only of one that should be up: the last look at a deleted one says nothing any more.
    let health = (summary.status == EnvironmentStatus::Ready).then(|| {
        view! {
            <KeyValue name="Health">{text::environment::health(&summary.health)}</KeyValue>
            {summary.health_since.map(|at| view! { <KeyValue name="Health since"><Moment at /></KeyValue> })}
            {summary.checked.map(|at| view! { <KeyValue name="Last checked"><AsOf at read label="" /></KeyValue> })}
        }
    });
    view! {
        <div class="columns">
            <section class="card" aria-labelledby="service"><h2 id="service">"OpenHands"</h2>
                <KeyValues>
                    <KeyValue name="Status"><Badge tone label=word /></KeyValue>
                    {address}
                    <KeyValue name="Version">{version}</KeyValue>
                    {health}
                </KeyValues>
            </section>
            <section class="card" aria-labelledby="facts"><h2 id="facts">"Facts"</h2>
                <KeyValues>
                    <KeyValue name="Team"><a href=link::team(summary.team)>{summary.team_name.clone()}</a></KeyValue>
                    <KeyValue name="Where">{summary.region.clone()}", "{summary.account_name.clone()}</KeyValue>
                    <KeyValue name="Size">{size}</KeyValue>
                    <KeyValue name="Capacity"><a href=scale>{tasks}</a></KeyValue>
                    <KeyValue name="Created"><Moment at=summary.created />", "{summary.created_by.clone()}</KeyValue>
                </KeyValues>
            </section>
        </div>
    }
}

fn state(state: LiveState) -> impl IntoView {
    let (late, and_then) = text::page::AWS_IS_SLOW;
    let waiting = state.waiting.then(|| view! { <Callout tone=Tone::Busy title=late><p>{and_then}</p></Callout> });
    let known = !state.waiting || !state.is_empty();
    let problem = state.problem.map(|problem| {
        view! { <Callout tone=Tone::Warn title="Some of this could not be asked"><p>{text::cause::problem(&problem)}</p></Callout> }
    });
    let read = state.read;
    view! {
        {waiting}
        {problem}
        {state.service.map(|one| service(one, read))}
        {(!state.targets.is_empty()).then(|| targets(state.targets))}
        {state.database.map(database)}
        {known.then(|| view! { <AsOf at=state.as_of read=state.read /> })}
    }
}

fn service(service: ServiceState, read: DateTime<Utc>) -> impl IntoView {
    let rows = service
        .tasks
        .into_iter()
        .map(|task| {
            let (health, tone) = text::environment::task_health(&task.health);
            view! {
                <tr role="row">
                    <Cell label="Task"><span class="mono">{task.id}</span></Cell>
                    <Cell label="Status">{task.last_status}</Cell>
                    <Cell label="Health"><Badge tone label=health /></Cell>
                    <Cell label="Zone">{task.zone}</Cell>
                    <Cell label="Address"><span class="mono">{task.private_ip}</span></Cell>
                    <Cell label="Age"><div>
                        {task.started.map(|at| view! { <span title=format::moment(at)><Elapsed seconds=format::seconds_between(at, read) runs=true /></span> })}
                        <p class="small">{task.stopped_reason}</p>
                    </div></Cell>
                </tr>
            }
        })
        .collect();
    view! {
        <section aria-labelledby="tasks"><h2 id="tasks">"Tasks"</h2>
            <p class="muted">{format!("{} of {} running, {} pending", service.running, service.desired, service.pending)}</p>
            <Rows caption="Tasks" heads=vec!["Task", "Status", "Health", "Zone", "Address", "Age"] rows=rows empty=text::page::NO_TASKS />
        </section>
    }
}

fn targets(targets: Vec<TargetState>) -> impl IntoView {
    let rows = targets
        .into_iter()
        .map(|target| {
            let tone = match target.state.as_str() {
                "healthy" => Tone::Good,
                "unhealthy" => Tone::Bad,
                _ => Tone::Quiet,
            };
            view! {
                <tr role="row">
                    <Cell label="Target"><span class="mono">{target.id}</span></Cell>
                    <Cell label="Port">{target.port}</Cell>
                    <Cell label="State"><Badge tone label=target.state /></Cell>
                    <Cell label="Reason">{target.description.or(target.reason)}</Cell>
                </tr>
            }
        })
        .collect();
    view! {
        <section aria-labelledby="targets"><h2 id="targets">"Targets of the load balancer"</h2>
            <Rows caption="Targets" heads=vec!["Target", "Port", "State", "Reason"] rows=rows empty=text::page::NO_TARGETS />
        </section>
    }
}

fn database(database: DatabaseState) -> impl IntoView {
    let tone = if database.status == "available" { Tone::Good } else { Tone::Warn };
    view! {
        <section class="card wide" aria-labelledby="database"><h2 id="database">"Database"</h2>
            <KeyValues>
                <KeyValue name="Instance"><span class="mono">{database.id}</span></KeyValue>
                <KeyValue name="Status"><Badge tone label=database.status /></KeyValue>
                <KeyValue name="Class">{database.class}</KeyValue>
                <KeyValue name="Postgres">{database.engine_version}</KeyValue>
                <KeyValue name="Storage">{database.storage_gib}" GiB"</KeyValue>
                <KeyValue name="Standby">{if database.multi_az { "In a second zone" } else { "None" }}</KeyValue>
            </KeyValues>
        </section>
    }
}
