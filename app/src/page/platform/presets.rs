//! Presets that admins keep, and the form that makes one of a draft.

use super::{head, with_rights};
use crate::{
    api::{
        self,
        preset::{RemovePreset, SavePreset},
    },
    component::{Callout, Cell, Check, Field, FormError, FrameFacts, Loaded, Moment, Rows, Select, Submit, Tone},
    error::{AppError, field_errors},
    link::{self, PlatformTab},
    page::param::query,
    text,
};
use leptos::prelude::*;
use model::{
    DraftId, FieldErrors,
    preset::{SavedPreset, fields},
    team::Team,
};

#[component]
pub fn PlatformPresets() -> impl IntoView {
    let (remove, save) = (ServerAction::<RemovePreset>::new(), ServerAction::<SavePreset>::new());
    let draft = query("draft");
    let presets = Resource::new(move || remove.version().get(), |_| api::preset::presets());
    let teams = Resource::new(|| (), |()| api::team::teams());
    let facts = FrameFacts::here();
    let error = Signal::derive(move || remove.value().get().and_then(Result::<(), AppError>::err));
    let list = move |presets: Vec<SavedPreset>| {
        with_rights(facts, move |admin| {
            let rows = presets.iter().map(|one| row(one.clone(), admin.is_some(), remove)).collect();
            let heads = vec!["Preset", "For", "Lock", "Saved", "Change"];
            view! { <Rows caption="Saved presets by name" heads rows empty=text::preset::NONE /> }
        })
    };
    let form = move |teams: Vec<Team>| draft.get().parse::<DraftId>().ok().map(|draft| save_form(draft, &teams, save));
    view! {
        {head(PlatformTab::Presets)}
        <p class="muted">{text::preset::SAVED}</p>
        <div class="stack">
            <Loaded resource=teams view=form />
            <FormError error />
            <Loaded resource=presets view=list />
            <p class="muted">{text::preset::HOW_TO_SAVE}" "<a href=link::NEW_ENVIRONMENT>"New environment"</a></p>
        </div>
    }
}

fn row(preset: SavedPreset, may_change: bool, remove: ServerAction<RemovePreset>) -> impl IntoView {
    let team = preset.team_name.unwrap_or_else(|| text::preset::ALL_TEAMS.to_owned());
    let change = may_change.then(|| {
        view! {
            <ActionForm action=remove>
                <input type="hidden" name="preset" value=preset.id.to_string() />
                <Submit label="Remove" class="btn btn-danger btn-small" />
            </ActionForm>
        }
    });
    view! {
        <tr role="row">
            <Cell label="Preset"><div><strong>{preset.name}</strong><p class="small muted">{preset.note}</p></div></Cell>
            <Cell label="For">{team}</Cell>
            <Cell label="Lock">{text::preset::lock(preset.locked, &preset.open)}</Cell>
            <Cell label="Saved"><div><Moment at=preset.saved /><p class="small muted">{preset.saved_by}</p></div></Cell>
            <Cell label="Change">{change}</Cell>
        </tr>
    }
}

fn save_form(draft: DraftId, teams: &[Team], action: ServerAction<SavePreset>) -> impl IntoView + use<> {
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let teams: Vec<(String, String)> = std::iter::once((String::new(), text::preset::ALL_TEAMS.to_owned()))
        .chain(teams.iter().map(|team| (team.id.to_string(), team.name.clone())))
        .collect();
    let typed = move || typed_fields(&field_errors(error.get()), teams.clone());
    let open = fields()
        .into_iter()
        .map(|field| {
            let label = text::form::create(&field).0;
            let id = format!("open-{field}");
            (!label.is_empty()).then(|| {
                view! {
                    <label class="row" for=id.clone()>
                        <input id=id.clone() type="checkbox" name="form[open][]" value=field />{label}
                    </label>
                }
            })
        })
        .collect_view();
    view! {
        <section class="card stack" aria-labelledby="save"><h2 id="save">"Save as a preset"</h2>
            <ActionForm action attr:class="stack">
                <FormError error fields=&["name", "note", "team", "open", "draft"] />
                <input type="hidden" name="draft" value=draft.to_string() />
                {typed}
                <Check name="form[locked]" label="Locked" hint=text::preset::LOCKING checked=false />
                <fieldset class="field"><legend>{text::preset::OPEN}</legend><div class="ticks">{open}</div></fieldset>
                <div class="row">
                    <Submit label="Save the preset" pending=action.pending() class="btn btn-primary" />
                    <a class="btn" href=link::draft(draft)>"Back to the form"</a>
                </div>
            </ActionForm>
        </section>
    }
}

fn typed_fields(errors: &FieldErrors, teams: Vec<(String, String)>) -> impl IntoView + use<> {
    let typed = |field: &str| errors.typed.get(field).cloned().unwrap_or_default();
    let unusable = errors.of("draft").map(|problem| {
        let problem = text::fault::problem(problem);
        view! { <Callout tone=Tone::Bad title="The form has a field that nobody could use"><p>{problem}</p></Callout> }
    });
    view! {
        {unusable}
        <div class="form-grid">
            <Field name="form[name]" label="Name" value=typed("name") problem=errors.of("name").cloned() />
            <Field name="form[note]" label="What it is for" value=typed("note") problem=errors.of("note").cloned() />
            <Select name="form[team]" label="For" options=teams value=typed("team") problem=errors.of("team").cloned() />
        </div>
    }
}
