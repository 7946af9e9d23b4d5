//! What to begin with: a preset, or a spec that was exported.

use crate::{
    api::environment::{ChoosePreset, ImportSpec},
    component::{FormError, Submit, TextArea},
    error::{AppError, field_errors},
    text,
};
use leptos::prelude::*;
use model::{FieldErrors, draft::CreateOptions};
use server_fn::ServerFn;

/// Buttons of the create form that put a preset's values into it.
pub(super) fn presets(options: &CreateOptions, errors: &FieldErrors) -> impl IntoView + use<> {
    let problem =
        errors.of("preset").map(|problem| view! { <p class="field-error">{text::fault::problem(problem)}</p> });
    let presets = options
        .presets
        .iter()
        .map(|one| {
            let name = text::preset::name(one.preset);
            view! {
                <div class="kind">
                    <h3>{name}</h3>
                    <p class="small muted">{text::preset::purpose(one.preset)}</p>
                    <p class="small">{text::preset::price(one)}</p>
                    <div class="row"><button type="submit" class="btn btn-small" name="preset" value=one.preset.code()
                        formaction=ChoosePreset::url() aria-label=format!("Use the preset {name}")>"Use"</button></div>
                </div>
            }
        })
        .collect_view();
    view! {
        <section class="card stack" aria-labelledby="preset"><h2 id="preset">"Preset"</h2>
            <p class="small muted">{text::preset::CHOOSING}</p>
            {problem}
            <div class="kinds">{presets}</div>
        </section>
    }
}

/// A form of its own: a spec to begin with.
#[component]
pub(super) fn ImportForm(action: ServerAction<ImportSpec>) -> impl IntoView {
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let problem = Signal::derive(move || field_errors(error.get()).of("spec").cloned());
    let open = move || error.get().is_some();
    view! {
        <details class="card" open=open><summary>"Import a spec"</summary>
            <ActionForm action>
                <FormError error fields=&["spec"] />
                <TextArea name="spec" label="Spec" hint=text::preset::IMPORTING problem />
                <Submit label="Fill in the form with it" class="btn" pending=action.pending() />
            </ActionForm>
        </details>
    }
}
