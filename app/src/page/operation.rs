//! An operation: steps, resources and events as they happen, and what to do when it fails.

mod events;
mod stack;

use super::param::{not_found, param};
use crate::{
    api::{
        self,
        operation::{CancelOperation, RetryOperation},
    },
    component::{Badge, Callout, Elapsed, FormError, Loaded, Moment, PageHead, Submit, Tone, ticking},
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
    operation::{
        EventKind, NextAction, OperationKind, OperationStatus, OperationSummary, OperationView, Step, StepStatus,
    },
};
use serde::{Deserialize, Serialize};

/// The operation, the size of its stack, and its environment once there is something to tell of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Sheet {
    operation: OperationView,
    /// Resources in the template; 0 if it cannot be read.
    stack_size: usize,
    environment: Option<EnvironmentDetail>,
}

/// What the buttons post to.
#[derive(Clone, Copy)]
struct Actions {
    retry: ServerAction<RetryOperation>,
    cancel: ServerAction<CancelOperation>,
}

#[component]
pub fn Operation() -> impl IntoView {
    let id = param::<OperationId>("operation");
    let actions = Actions { retry: ServerAction::new(), cancel: ServerAction::new() };
    // The template of a revision never changes: what was read once is good for every refetch.
    let known_size = StoredValue::new(None::<usize>);
    let sheet = Resource::new(
        move || (id.get(), actions.cancel.version().get()),
        move |(id, _)| async move {
            let Some(id) = id else { return Err(not_found()) };
            let operation = api::operation::operation(id).await?;
            let of = operation.summary.environment;
            let stack_size = match known_size.try_get_value().flatten() {
                Some(size) => size,
                None => api::environment::stack_size(of).await.unwrap_or(0),
            };
            known_size.try_set_value((stack_size > 0).then_some(stack_size));
            let environment = match operation.summary.status {
                OperationStatus::Succeeded => Some(api::environment::environment(of).await?),
                _ => None,
            };
            Ok::<_, AppError>(Sheet { operation, stack_size, environment })
        },
    );
    Live::refetch_on(
        move |notice| notice.operation.is_none() || notice.operation == id.get_untracked(),
        move || sheet.refetch(),
    );
    let error = Signal::derive(move || {
        let retried = actions.retry.value().get().and_then(Result::<(), AppError>::err);
        retried.or_else(|| actions.cancel.value().get().and_then(Result::<(), AppError>::err))
    });
    view! { <FormError error /><Loaded resource=sheet view=move |sheet| draw(sheet, actions) /> }
}

fn draw(sheet: Sheet, actions: Actions) -> impl IntoView {
    let Sheet { operation, stack_size, environment } = sheet;
    let summary = operation.summary.clone();
    let title = format!("{} {}", text::operation::verb(&summary), summary.environment_name);
    let up = (link::environment(summary.environment, Tab::Overview), summary.environment_name.clone());
    let (word, tone) = text::operation::status(summary.status);
    let runs = !summary.status.is_over();
    let steps = operation.steps.iter().map(|one| step(one, operation.now, runs)).collect_view();
    // Scaling does not touch the stack.
    let stack = (summary.kind != OperationKind::Scale).then(|| stack::resources(&operation)).map(|resources| {
        view! { <section aria-labelledby="resources"><h2 id="resources">"Stack resources"</h2>{resources}</section> }
    });
    view! {
        <PageHead title up />
        <div class="outcome">
            <div role="status"><Badge tone label=word /></div>
            {elapsed(&operation)}
            <span class="muted">
                "Asked for by "{summary.requested_by.clone()}", "<Moment at=summary.requested />
                {summary.retry_of.map(|before| view! {
                    ". Tries again "<a href=link::operation(before)>"the operation before"</a>
                })}
            </span>
            {summary.cause.is_none().then(|| buttons(&operation, actions))}
        </div>
        {failure(&operation, actions)}
        {waiting(&operation)}
        {environment.map(|detail| success(&summary, detail))}
        {bars(&operation, stack_size)}
        {runs.then(|| view! { <p class="muted without-scripts">{text::operation::RELOAD}</p> })}
        <div class="columns">
            <section class="card" aria-labelledby="steps"><h2 id="steps">"Steps"</h2>
                <ol class="steps">{steps}</ol>
            </section>
            <section class="card" aria-labelledby="events"><h2 id="events">"What happens"</h2>
                {events::events(operation.events)}
            </section>
        </div>
        {stack}
    }
}

fn spent(operation: &OperationView) -> Option<i64> {
    let started = operation.summary.started?;
    Some(format::seconds_between(started, operation.summary.finished.unwrap_or(operation.now)))
}

fn elapsed(operation: &OperationView) -> AnyView {
    let runs = !operation.summary.status.is_over();
    match spent(operation) {
        Some(seconds) if runs => view! { <span><Elapsed seconds runs />" so far"</span> }.into_any(),
        Some(seconds) => view! { <span>"Took "<Elapsed seconds runs /></span> }.into_any(),
        None if runs => view! { <span>{text::operation::WAITS}</span> }.into_any(),
        None => ().into_any(),
    }
}

/// How far it is: the step, the stack's resources, and the time against what is usual. Nothing once it is over.
fn bars(operation: &OperationView, stack_size: usize) -> Option<impl IntoView + use<>> {
    if operation.summary.status.is_over() {
        return None;
    }
    let current = operation.steps.iter().position(|step| step.status == StepStatus::Running).map(|index| {
        let step = operation.steps[index].kind;
        view! { <p class="strong">{text::operation::step_of(index + 1, operation.steps.len(), step)}</p> }
    });
    let stack = stack::progress(operation, stack_size).map(|progress| {
        let label = text::operation::resources_done(operation.summary.kind, progress.done, progress.total);
        view! {
            <div class="bar-line">
                <span id="stack-progress">{label}</span>
                <progress max=progress.total value=progress.done aria-labelledby="stack-progress"></progress>
            </div>
        }
    });
    let time = usual(operation);
    Some(view! { <section class="card bars" aria-label="Progress">{current}{stack}{time}</section> })
}

/// The time against what past operations took: the bar is full after what half of them needed.
fn usual(operation: &OperationView) -> AnyView {
    let Some(expected) = operation.expected else {
        return view! { <p class="muted small">{text::operation::NOT_EXPECTED}</p> }.into_any();
    };
    let runs = operation.summary.started.is_some();
    let seconds = ticking(spent(operation).unwrap_or(0), runs);
    let max = i64::from(expected.p50_seconds.max(1));
    let late = move || {
        let is_late = seconds.get() > i64::from(expected.p95_seconds);
        is_late.then(|| view! { <p class="small">{text::operation::OVERDUE}</p> })
    };
    view! {
        <div class="bar-line">
            <span id="time-progress">{text::operation::expected(expected)}</span>
            <progress max=max value=move || seconds.get().min(max) aria-labelledby="time-progress"></progress>
        </div>
        {late}
    }
    .into_any()
}

/// The buttons of what the person may do next.
fn buttons(operation: &OperationView, actions: Actions) -> impl IntoView + use<> {
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
                    <ActionForm action=actions.retry>
                        <input type="hidden" name="operation" value=id />
                        <Submit label="Retry from the failed step" pending=actions.retry.pending() />
                    </ActionForm>
                }
                .into_any(),
                NextAction::Cancel => view! {
                    <ActionForm action=actions.cancel>
                        <input type="hidden" name="operation" value=id />
                        <Submit label="Cancel" pending=actions.cancel.pending() class="btn" />
                    </ActionForm>
                }
                .into_any(),
                NextAction::Delete => {
                    view! { <a class="btn btn-danger" href=settings.clone()>"Delete the environment"</a> }.into_any()
                }
            }
        })
        .collect_view();
    let stopping = asked.then(|| view! { <span class="muted">{text::operation::STOPPING}</span> });
    view! { <div class="row">{buttons}{stopping}</div> }
}

fn failure(operation: &OperationView, actions: Actions) -> Option<impl IntoView + use<>> {
    let cause = operation.summary.cause.as_ref()?;
    let request = text::cause::request_id(cause)
        .map(|id| view! { <p class="small muted">"AWS request id "<code>{id.to_owned()}</code></p> });
    let failed = operation.steps.iter().find(|step| step.status == StepStatus::Failed);
    let failed =
        failed.map(|step| view! { <p class="small muted">"In the step: "{text::operation::step(step.kind)}</p> });
    let (what, fix) = (text::cause::what(cause), text::cause::fix(cause));
    let buttons = buttons(operation, actions);
    Some(view! {
        <Callout tone=Tone::Bad title="What went wrong">
            <p>{what}</p>
            <p><strong>"What to do: "</strong>{fix}</p>
            {failed}
            {request}
            {buttons}
        </Callout>
    })
}

/// A passing fault that it waits out right now.
fn waiting(operation: &OperationView) -> Option<impl IntoView + use<>> {
    let newest = operation.events.first().filter(|_| !operation.summary.status.is_over())?;
    let EventKind::Retrying { problem, wait_seconds, .. } = &newest.what else { return None };
    let (title, text) = (text::operation::tries_again(*wait_seconds), text::cause::problem(problem));
    Some(view! { <Callout tone=Tone::Warn title><p>{text}</p></Callout> })
}

fn success(summary: &OperationSummary, detail: EnvironmentDetail) -> AnyView {
    match summary.kind {
        OperationKind::Scale | OperationKind::Update => {
            let title = text::scale::done(summary);
            let page = link::environment(detail.summary.id, Tab::Overview);
            view! {
                <Callout tone=Tone::Good title><p><a class="btn" href=page>"Open the environment"</a></p></Callout>
            }
            .into_any()
        }
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

fn step(step: &Step, now: DateTime<Utc>, runs: bool) -> impl IntoView + use<> {
    let (word, tone) = text::operation::step_status(step.status);
    let runs = runs && step.status == StepStatus::Running;
    let time = step.started.map(|started| {
        let seconds = format::seconds_between(started, step.finished.unwrap_or(now));
        view! { <Elapsed seconds runs /> }
    });
    let attempts = (step.attempts > 1).then(|| format!("{} attempts, ", step.attempts));
    let current = (tone == Tone::Busy).then_some("step");
    view! {
        <li aria-current=current><span>{text::operation::step(step.kind)}</span>
            <span class="row"><span class="muted small">{attempts}{time}</span><Badge tone label=word /></span></li>
    }
}
