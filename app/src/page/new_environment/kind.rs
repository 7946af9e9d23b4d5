//! Which OpenHands, and where it runs: buttons that keep what was typed, so that the rest of the form fits the choice.

use crate::{api::environment::ChooseKind, text};
use leptos::prelude::*;
use model::{
    FieldErrors,
    draft::DraftForm,
    matrix::{self, Reason, Verdict},
    spec::{ComputeKind, Edition},
};
use server_fn::ServerFn;

pub(super) fn section(form: &DraftForm, errors: &FieldErrors) -> impl IntoView + use<> {
    let problem = ["edition", "compute"].into_iter().find_map(|field| errors.of(field)).map(|problem| {
        view! { <p class="field-error">{text::fault::problem(problem)}</p> }
    });
    let editions = matrix::editions().map(|edition| choice(edition, form)).collect_view();
    view! {
        <section class="card stack" aria-labelledby="kind"><h2 id="kind">"What to run"</h2>
            {problem}
            <div class="kinds">{editions}</div>
        </section>
    }
}

/// One edition with the computes it runs on, and those it does not with the reason.
fn choice(edition: Edition, form: &DraftForm) -> impl IntoView + use<> {
    let chosen = form.edition == edition.code();
    let (mut offered, mut refused) = (Vec::new(), Vec::new());
    for kind in ComputeKind::ALL.iter().copied() {
        match matrix::compute(edition, kind) {
            Verdict::Offered => offered.push(button(edition, kind, chosen && form.compute == kind.code())),
            Verdict::Refused(Reason::NoTemplate) => {}
            Verdict::Refused(reason) => refused.push(view! {
                <details class="small muted"><summary>"Not on "{text::environment::compute(kind)}</summary>
                    <p>{text::matrix::reason(reason)}</p></details>
            }),
        }
    }
    view! {
        <div class="kind" data-chosen=chosen.to_string()>
            <h3>{text::environment::edition(edition)}</h3>
            <p class="small muted">{text::matrix::edition(edition)}</p>
            <div class="row">{offered}</div>
            {refused}
        </div>
    }
}

fn button(edition: Edition, kind: ComputeKind, pressed: bool) -> impl IntoView + use<> {
    let value = format!("{}/{}", edition.code(), kind.code());
    let label = format!("{} on {}", text::environment::edition(edition), text::environment::compute(kind));
    view! {
        <button type="submit" class="btn btn-small" name="kind" value=value formaction=ChooseKind::url()
            aria-pressed=pressed.to_string() aria-label=label>{text::environment::compute(kind)}</button>
    }
}
