//! What to begin with: a preset, or a spec that was exported.

use crate::{
    api::environment::{ChoosePreset, ImportSpec},
    component::{FormError, Submit, TextArea},
    error::{AppError, field_errors},
    text,
};
use leptos::prelude::*;
use model::{
    FieldErrors,
    draft::{CreateOptions, DraftForm},
    preset::SavedPreset,
};
use server_fn::ServerFn;

/// Buttons of the create form that put a preset's values into it.
pub(super) fn presets(options: &CreateOptions, form: &DraftForm, errors: &FieldErrors) -> impl IntoView + use<> {
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
    let saved = options.saved_presets.iter().map(|one| saved(one, one.id.to_string() == form.preset)).collect_view();
    view! {
        <section class="card stack" aria-labelledby="preset"><h2 id="preset">"Preset"</h2>
            <p class="small muted">{text::preset::CHOOSING}</p>
            {problem}
            <div class="kinds">{presets}{saved}</div>
        </section>
    }
}

/// A preset that an admin saved.
fn saved(preset: &SavedPreset, in_use: bool) -> impl IntoView + use<> {
    let (name, note) = (preset.name.clone(), preset.note.clone());
    let team = preset.team_name.clone().unwrap_or_else(|| text::preset::ALL_TEAMS.to_owned());
    let lock = text::preset::lock(preset.locked, &preset.open);
    let label = format!("Use the preset {name}");
    view! {
        <div class="kind" data-chosen=in_use.to_string()>
            <h3>{name}</h3>
            <p class="small muted">{note}</p>
            <p class="small">{team}" · "{lock}</p>
            <div class="row"><button type="submit" class="btn btn-small" name="preset" value=preset.id.to_string()
                formaction=ChoosePreset::url() aria-label=label aria-pressed=in_use.to_string()>"Use"</button></div>
        </div>
    }
}

/// A form of its own: a spec to begin with.
#[component]
pub(super) fn ImportForm(action: ServerAction<ImportSpec>) -> impl IntoView {
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let problem = Signal::derive(move || field_errors(error.get()).of("spec").cloned());
    let open = move || error.get().is_some();
    // A post without scripts comes back as a new page; with them, what was typed still stands there.
    let typed = field_errors(error.get_untracked()).typed.get("spec").cloned().unwrap_or_default();
    view! {
        <details class="card" open=open><summary>"Import a spec"</summary>
            <ActionForm action>
                <FormError error fields=&["spec"] />
                <TextArea name="spec" label="Spec" hint=text::preset::IMPORTING value=typed problem />
                <Submit label="Fill in the form with it" class="btn" pending=action.pending() />
            </ActionForm>
        </details>
    }
}
