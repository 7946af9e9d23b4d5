//! What stands at the top of an environment that is not simply up: what is so, since when, and what to do.

use crate::{
    component::{Callout, Moment, Tone},
    link::{self, Tab},
    text,
};
use leptos::prelude::*;
use model::environment::{EnvironmentDetail, EnvironmentStatus, Health};

/// The state, unless there is nothing to say about it.
pub(super) fn note(detail: &EnvironmentDetail) -> Option<impl IntoView + use<>> {
    let summary = &detail.summary;
    let operation = summary.last_operation.as_ref().map(|operation| link::operation(operation.id));
    let is_up = summary.status == EnvironmentStatus::Ready;
    let (tone, title) = match (summary.status, &summary.health) {
        (EnvironmentStatus::Ready, Health::Healthy | Health::NotChecked) => return None,
        (EnvironmentStatus::Ready, health @ (Health::Unreachable { .. } | Health::Gone)) => {
            (Tone::Bad, text::environment::health_title(health))
        }
        (EnvironmentStatus::Ready, Health::Paused) => (Tone::Quiet, text::environment::health_title(&summary.health)),
        (EnvironmentStatus::Ready, health) => (Tone::Warn, text::environment::health_title(health)),
        (EnvironmentStatus::Creating, _) => (Tone::Busy, "It is being created."),
        (EnvironmentStatus::Updating, _) => (Tone::Busy, "It is being changed."),
        (EnvironmentStatus::UpdateFailed, _) => (Tone::Bad, text::scale::STUCK),
        (EnvironmentStatus::Deleting, _) => (Tone::Busy, "It is being deleted."),
        (EnvironmentStatus::Failed, _) => (Tone::Bad, "Creating it failed."),
        (EnvironmentStatus::DeleteFailed, _) => (Tone::Bad, "Deleting it failed; something is left."),
        (EnvironmentStatus::Deleted, _) => (Tone::Quiet, "It was deleted. Its history is kept."),
    };
    let health = is_up.then(|| {
        let last = matches!(summary.health, Health::Unknown { .. }).then_some(summary.checked).flatten();
        view! {
            <p>{text::environment::health(&summary.health)}</p>
            <p class="small muted">
                {summary.health_since.map(|at| view! { "Since "<Moment at />". " })}
                {last.map(|at| view! { "AWS last answered "<Moment at />"." })}
            </p>
        }
    });
    let link = (!is_up).then_some(operation).flatten();
    Some(view! {
        <Callout tone title>
            {health}
            {link.map(|address| view! { <p><a href=address>"Look at the operation"</a></p> })}
        </Callout>
    })
}

/// That AWS differs from the template, with the way to where.
pub(super) fn drift_note(detail: &EnvironmentDetail) -> Option<impl IntoView + use<>> {
    text::drift::mark(detail.summary.status, detail.summary.drifted)?;
    let address = link::drift(detail.summary.id);
    let title = text::drift::title(detail.summary.drifted);
    Some(view! {
        <Callout tone=Tone::Warn title>
            <p>{text::drift::MEANING}</p>
            // Another tab of the same environment.
            <p><a href=address>{format!("See the differences in {}", text::environment::tab(Tab::Configuration))}</a></p>
        </Callout>
    })
}
