//! An operation: steps, resources and events as they happen, and what to do when it fails.

use super::param::{not_found, param};
use crate::{
    api::{
        self,
        operation::{CancelOperation, RetryOperation},
    },
    component::{Badge, Callout, Cell, FormError, KeyValue, KeyValues, Loaded, Moment, PageHead, Submit, Table, Tone},
    error::AppError,
    format,
    link::{self, Tab},
    live::Live,
    page::receipt::receipt,
    text,
};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::{
    OperationId,
    environment::EnvironmentDetail,
    operation::{NextAction, OperationEvent, OperationKind, OperationStatus, OperationView, ResourceProgress, Step},
};
use serde::{Deserialize, Serialize};

/// The operation, and its environment once there is something to tell of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Sheet {
    operation: OperationView,
    environment: Option<EnvironmentDetail>,
}

#[component]
pub fn Operation() -> impl IntoView {
    let id = param::<OperationId>("operation");
    let cancel = ServerAction::<CancelOperation>::new();
    let sheet = Resource::new(
        move || (id.get(), cancel.version().get()),
        |(id, _)| async move {
            let Some(id) = id else { return Err(not_found()) };
            let operation = api::operation::operation(id).await?;
            let environment = match operation.summary.status {
                OperationStatus::Succeeded => Some(api::environment::environment(operation.summary.environment).await?),
                _ => None,
            };
            Ok::<_, AppError>(Sheet { operation, environment })
        },
    );
    Live::refetch_on(
        move |notice| notice.operation.is_none() || notice.operation == id.get_untracked(),
        move || sheet.refetch(),
    );
    let retry = ServerAction::<RetryOperation>::new();
    let draw = move |sheet: Sheet| {
        let Sheet { operation, environment } = sheet;
        let summary = operation.summary.clone();
        let title = format!("{} {}", text::operation::kind(summary.kind), summary.environment_name);
        let up = (link::environment(summary.environment, Tab::Overview), summary.environment_name.clone());
        let (word, tone) = text::operation::status(summary.status);
        let steps = operation.steps.iter().map(|one| step(one, operation.now)).collect_view();
        view! {
            <PageHead title up />
            <div class="outcome">
                <div role="status"><Badge tone label=word /></div>
                <span class="muted">{elapsed(&operation)}</span>
                {actions(&operation, retry, cancel)}
            </div>
            {bar(&operation)}
            {failure(&operation)}
            {environment.map(|detail| success(summary.kind, detail))}
            <div class="columns">
                <section class="card" aria-labelledby="steps"><h2 id="steps">"Steps"</h2>
                    <ol class="steps">{steps}</ol>
                </section>
                <section class="card" aria-labelledby="facts"><h2 id="facts">"Facts"</h2>
                    <KeyValues>
                        <KeyValue name="Asked for by">{summary.requested_by.clone()}</KeyValue>
                        <KeyValue name="Asked for at"><Moment at=summary.requested /></KeyValue>
                        {summary.retry_of.map(|before| view! {
                            <KeyValue name="Tries again"><a href=link::operation(before)>"The operation before"</a></KeyValue>
                        })}
                    </KeyValues>
                </section>
            </div>
            <section aria-labelledby="resources"><h2 id="resources">"Stack resources"</h2>
                {resources(operation.resources, operation.now)}
            </section>
            <section aria-labelledby="events"><h2 id="events">"Events"</h2>{events(operation.events)}</section>
        }
    };
    let error = Signal::derive(move || {
        let retried = retry.value().get().and_then(Result::<(), AppError>::err);
        retried.or_else(|| cancel.value().get().and_then(Result::<(), AppError>::err))
    });
    view! { <FormError error /><Loaded resource=sheet view=draw /> }
}

fn spent(operation: &OperationView) -> Option<i64> {
    let started = operation.summary.started?;
    Some(format::seconds_between(started, operation.summary.finished.unwrap_or(operation.now)))
}

fn elapsed(operation: &OperationView) -> String {
    let spent =
        spent(operation).map_or_else(|| "Waits for a worker".to_owned(), |s| format!("{} so far", format::duration(s)));
    let spent = if operation.summary.status.is_over() { spent.replace(" so far", "") } else { spent };
    match operation.expected {
        Some(expected) => format!("{spent}. {}", text::operation::expected(expected)),
        None => spent,
    }
}

/// How much of the usual time has gone, while it runs.
fn bar(operation: &OperationView) -> Option<impl IntoView + use<>> {
    let (expected, spent) = (operation.expected?, spent(operation)?);
    (!operation.summary.status.is_over()).then(|| {
        let max = expected.p50_seconds.max(1);
        view! { <progress max=max value=spent.min(i64::from(max)) aria-label="Elapsed part of the usual time"></progress> }
    })
}

fn actions(
    operation: &OperationView,
    retry: ServerAction<RetryOperation>,
    cancel: ServerAction<CancelOperation>,
) -> impl IntoView + use<> {
    let id = operation.summary.id.to_string();
    let settings = link::environment(operation.summary.environment, Tab::Settings);
    let asked = operation.cancel_requested && !operation.summary.status.is_over();
    let buttons = operation
        .actions
        .iter()
        .map(|action| {
            let id = id.clone();
            match action {
                NextAction::Retry => view! {
                    <ActionForm action=retry>
                        <input type="hidden" name="operation" value=id />
                        <Submit label="Retry from the failed step" pending=retry.pending() />
                    </ActionForm>
                }
                .into_any(),
                NextAction::Cancel => view! {
                    <ActionForm action=cancel>
                        <input type="hidden" name="operation" value=id />
                        <Submit label="Cancel" pending=cancel.pending() class="btn" />
                    </ActionForm>
                }
                .into_any(),
                NextAction::Delete => {
                    view! { <a class="btn btn-danger" href=settings.clone()>"Delete the environment"</a> }.into_any()
                }
            }
        })
        .collect_view();
    view! { {buttons}{asked.then(|| view! { <span class="muted">"Stops at the next safe point."</span> })} }
}

fn failure(operation: &OperationView) -> Option<impl IntoView + use<>> {
    let cause = operation.summary.cause.as_ref()?;
    let request = text::cause::request_id(cause)
        .map(|id| view! { <p class="small muted">"AWS request id "<code>{id.to_owned()}</code></p> });
    let (what, fix) = (text::cause::what(cause), text::cause::fix(cause));
    Some(view! {
        <Callout tone=Tone::Bad title="What went wrong">
            <p>{what}</p>
            <p><strong>"What to do: "</strong>{fix}</p>
            {request}
        </Callout>
    })
}

fn success(kind: OperationKind, detail: EnvironmentDetail) -> AnyView {
    match kind {
        OperationKind::Create => {
            let page = link::environment(detail.summary.id, Tab::Overview);
            let address = detail.address.map(|address| {
                view! { <p>"It answers at "<a href=address.clone() rel="noreferrer">{address.clone()}</a></p> }
            });
            view! {
                <Callout tone=Tone::Good title="OpenHands answered that it is ready">
                    {address}<p><a class="btn" href=page>"Open the environment"</a></p>
                </Callout>
            }
            .into_any()
        }
        OperationKind::Delete => detail.receipt.map(receipt).into_any(),
    }
}

fn step(step: &Step, now: DateTime<Utc>) -> impl IntoView + use<> {
    let (word, tone) = text::operation::step_status(step.status);
    let time =
        step.started.map(|started| format::duration(format::seconds_between(started, step.finished.unwrap_or(now))));
    let attempts = (step.attempts > 1).then(|| format!("{} attempts", step.attempts));
    let current = (tone == Tone::Busy).then_some("step");
    view! {
        <li aria-current=current><span>{text::operation::step(step.kind)}</span>
            <span class="row"><span class="muted small">{attempts}" "{time}</span><Badge tone label=word /></span></li>
    }
}

fn resources(resources: Vec<ResourceProgress>, now: DateTime<Utc>) -> AnyView {
    if resources.is_empty() {
        return view! { <p class="muted">"CloudFormation has not begun yet."</p> }.into_any();
    }
    let seconds =
        |resource: &ResourceProgress| format::seconds_between(resource.since, resource.finished.unwrap_or(now)).max(0);
    let longest = resources.iter().map(seconds).max().unwrap_or(0).max(1);
    let rows = resources
        .into_iter()
        .map(|resource| {
            let spent = seconds(&resource);
            let tone = text::operation::resource_tone(&resource.status);
            let label = format!("{} took {}", resource.logical_id, format::duration(spent));
            let reason = resource.reason.map(|reason| view! { <p class="small muted">{reason}</p> });
            view! {
                <tr role="row">
                    <Cell label="Resource"><span class="mono">{resource.logical_id}</span></Cell>
                    <Cell label="Type"><span class="mono">{resource.resource_type}</span></Cell>
                    <Cell label="Status">
                        <div><Badge tone label=resource.status />{reason}</div>
                    </Cell>
                    <Cell label="Time"><div><span class="small">{format::duration(spent)}</span>
                        <progress max=longest value=spent aria-label=label></progress></div></Cell>
                </tr>
            }
        })
        .collect_view();
    view! { <Table caption="Stack resources" heads=vec!["Resource", "Type", "Status", "Time"]>{rows}</Table> }
        .into_any()
}

fn events(events: Vec<OperationEvent>) -> AnyView {
    if events.is_empty() {
        return view! { <p class="muted">"Nothing has happened yet."</p> }.into_any();
    }
    let rows = events
        .into_iter()
        .map(|event| {
            view! {
                <tr role="row">
                    <Cell label="At"><time class="mono" datetime=format::machine(event.at)>{format::clock(event.at)}</time></Cell>
                    <Cell label="What">{text::operation::event(&event.what)}</Cell>
                </tr>
            }
        })
        .collect_view();
    view! { <Table caption="Events, newest first" heads=vec!["At", "What"]>{rows}</Table> }.into_any()
}
