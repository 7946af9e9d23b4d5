//! A copy of an image: how far it is, and why it failed.

use crate::{
    api::{
        self,
        image::{CancelMirror, RetryMirror},
    },
    component::{Badge, Callout, Elapsed, FormError, KeyValue, KeyValues, Loaded, Moment, PageHead, Submit, Tone},
    error::AppError,
    format,
    link::{self, PlatformTab},
    live::Live,
    page::param::{not_found, param},
    text,
};
use leptos::prelude::*;
use model::{
    MirrorId,
    mirror::{Mirror, MirrorPhase, MirrorView},
    operation::OperationStatus,
};

/// What the buttons post to.
#[derive(Clone, Copy)]
struct Actions {
    retry: ServerAction<RetryMirror>,
    cancel: ServerAction<CancelMirror>,
}

#[component]
pub fn MirrorPage() -> impl IntoView {
    let id = param::<MirrorId>("mirror");
    let actions = Actions { retry: ServerAction::new(), cancel: ServerAction::new() };
    let view = Resource::new(
        move || (id.get(), actions.retry.version().get() + actions.cancel.version().get()),
        |(id, _)| async move {
            match id {
                Some(id) => api::image::mirror(id).await,
                None => Err(not_found()),
            }
        },
    );
    Live::refetch_on(
        move |notice| id.get_untracked().is_some_and(|id| notice.is_of_mirror(id)),
        move || view.refetch(),
    );
    let error = Signal::derive(move || {
        let retried = actions.retry.value().get().and_then(Result::<(), AppError>::err);
        retried.or_else(|| actions.cancel.value().get().and_then(Result::<(), AppError>::err))
    });
    view! { <FormError error /><Loaded resource=view view=move |view| draw(view, actions) /> }
}

fn draw(view: MirrorView, actions: Actions) -> impl IntoView {
    let MirrorView { mirror, may_manage, now } = view;
    let (word, tone) = text::operation::status(mirror.status);
    let runs = !mirror.status.is_over();
    let title = format!("Copy {} {}", text::environment::edition(mirror.version.edition), mirror.version.tag);
    let up = (link::platform(PlatformTab::Images), "Images".to_owned());
    let spent = mirror.started.map(|started| {
        let seconds = format::seconds_between(started, mirror.finished.unwrap_or(now));
        view! { <span>{if runs { "" } else { "Took " }}<Elapsed seconds runs />{if runs { " so far" } else { "" }}</span> }
    });
    let waits = mirror.started.is_none().then_some(text::image::WAITS);
    let id = mirror.id.to_string();
    let cancel = (runs && may_manage && !mirror.cancel_requested).then(|| {
        view! {
            <ActionForm action=actions.cancel>
                <input type="hidden" name="mirror" value=id />
                <Submit label="Stop" pending=actions.cancel.pending() class="btn" />
            </ActionForm>
        }
    });
    let stopping = (runs && mirror.cancel_requested).then_some(text::image::STOPPING);
    view! {
        <PageHead title up />
        <div class="outcome">
            <div role="status"><Badge tone label=word /></div>
            {spent}{waits}
            <span class="muted">"Asked for by "{mirror.requested_by.clone()}", "<Moment at=mirror.requested /></span>
            {cancel}
            <span class="muted">{stopping}</span>
        </div>
        {failure(&mirror, may_manage, actions)}
        {(mirror.status == OperationStatus::Succeeded).then(|| {
            let page = link::platform(PlatformTab::Images);
            view! { <Callout tone=Tone::Good title=text::image::COPIED><p><a class="btn" href=page>"All images"</a></p></Callout> }
        })}
        {bars(&mirror)}
        {runs.then(|| view! { <p class="muted without-scripts">{text::image::RELOAD}</p> })}
        <div class="columns">
            <section class="card" aria-labelledby="parts"><h2 id="parts">"Parts"</h2>{parts(&mirror)}</section>
            <section class="card" aria-labelledby="what"><h2 id="what">"What is copied"</h2>{facts(&mirror)}</section>
        </div>
    }
}

fn failure(mirror: &Mirror, may_manage: bool, actions: Actions) -> Option<impl IntoView + use<>> {
    let cause = mirror.cause.as_ref()?;
    let id = mirror.id.to_string();
    let retry = may_manage.then(|| {
        view! {
            <ActionForm action=actions.retry>
                <input type="hidden" name="mirror" value=id />
                <div class="row"><Submit label="Try again" pending=actions.retry.pending() />
                    <span class="muted">{text::image::RETRY}</span></div>
            </ActionForm>
        }
    });
    let (what, fix) = (text::image::cause(cause), text::image::fix(cause));
    let (tone, title) = match mirror.status {
        OperationStatus::Cancelled => (Tone::Quiet, "Stopped"),
        _ => (Tone::Bad, "What went wrong"),
    };
    Some(view! {
        <Callout tone title><p class="breaks">{what}</p><p><strong>"What to do: "</strong>{fix}</p>{retry}</Callout>
    })
}

/// How far it is, in blobs and in bytes; nothing before the image was read.
fn bars(mirror: &Mirror) -> Option<impl IntoView + use<>> {
    let progress = mirror.progress.clone();
    if progress.blobs == 0 {
        return None;
    }
    let found = (progress.bytes_found > 0).then(|| {
        view! { <p class="small muted">{format::data(progress.bytes_found)}" of it were there already"</p> }
    });
    // An empty bar has no length: an image without bytes is done.
    let (max, value) = (progress.bytes.max(1).to_string(), progress.bytes_done.to_string());
    Some(view! {
        <section class="card bars" aria-label="Progress">
            <div class="bar-line"><span id="blobs">{text::image::blobs(&progress)}</span>
                <progress max=progress.blobs value=progress.blobs_done aria-labelledby="blobs"></progress></div>
            <div class="bar-line"><span id="bytes">{text::image::bytes(&progress)}</span>
                <progress max=max value=value aria-labelledby="bytes"></progress></div>
            {found}
        </section>
    })
}

fn parts(mirror: &Mirror) -> impl IntoView + use<> {
    let at = mirror.progress.phase;
    let status = mirror.status;
    let begun = mirror.started.is_some();
    let parts = MirrorPhase::ALL
        .into_iter()
        .map(|phase| {
            let position = |one: MirrorPhase| MirrorPhase::ALL.iter().position(|known| *known == one);
            let done = status == OperationStatus::Succeeded || position(phase) < position(at);
            let (word, tone) = match (done, phase == at && begun, status) {
                (true, ..) => ("Done", Tone::Good),
                (_, true, OperationStatus::Failed) => ("Failed", Tone::Bad),
                (_, true, OperationStatus::Cancelled) => ("Stopped", Tone::Quiet),
                (_, true, _) => ("Running", Tone::Busy),
                _ => ("Waiting", Tone::Quiet),
            };
            let current = (tone == Tone::Busy).then_some("step");
            view! { <li aria-current=current><span>{text::image::phase(phase)}</span><Badge tone label=word /></li> }
        })
        .collect_view();
    view! { <ol class="steps">{parts}</ol> }
}

fn facts(mirror: &Mirror) -> impl IntoView + use<> {
    let mono = |text: String| view! { <span class="mono breaks">{text}</span> };
    let digest = mirror.digest.clone().map(|digest| view! { <KeyValue name="Index">{mono(digest)}</KeyValue> });
    let target = mirror.target.as_ref().map(|target| format!("{target}:{}", mirror.version.tag));
    let target = target.map(|target| view! { <KeyValue name="To">{mono(target)}</KeyValue> });
    let blob = mirror.progress.blob.clone().map(|blob| view! { <KeyValue name="Blob">{mono(blob)}</KeyValue> });
    let manifests = mirror.progress.manifests;
    let manifests = (manifests > 0).then(|| view! { <KeyValue name="Manifests">{format::count(manifests)}</KeyValue> });
    let from = mirror.version.reference();
    let place = text::image::place(&mirror.account_name, &mirror.region);
    view! {
        <KeyValues>
            <KeyValue name="From">{mono(from)}</KeyValue>
            {target}
            <KeyValue name="Place">{place}</KeyValue>
            {digest}{manifests}{blob}
        </KeyValues>
    }
}
