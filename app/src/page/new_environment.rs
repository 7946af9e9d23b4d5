//! The create form. A plain form: what is typed is kept as a draft on the server, valid or not.

mod access;
mod basics;
mod beginning;
mod compute;
mod database;
mod kind;
mod llm;
mod network;
mod variable;

use super::param::query;
use crate::{
    api::{
        self,
        environment::{ImportSpec, SaveDraft},
        preset::BeginPreset,
    },
    component::{Callout, Check, Field, FormError, Loaded, PageHead, Select, Tone},
    error::AppError,
    link,
    text::{self, form::create as words},
};
use leptos::prelude::*;
use model::{
    DraftId, FieldErrors,
    draft::{CreateOptions, DraftView},
};
use serde::{Deserialize, Serialize};
use server_fn::ServerFn;

/// What the page draws: the offer, and the draft if there is one.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Sheet {
    options: CreateOptions,
    draft: Option<DraftView>,
}

#[component]
pub fn NewEnvironment() -> impl IntoView {
    let draft = query("draft");
    let sheet = Resource::new(
        move || draft.get().parse::<DraftId>().ok(),
        |draft| async move {
            let options = api::environment::create_options().await?;
            let draft = match draft {
                Some(draft) => Some(api::environment::draft(draft).await?),
                None => None,
            };
            Ok::<_, AppError>(Sheet { options, draft })
        },
    );
    // Takes up the error that a refused post left in the address.
    let refused = ServerAction::<SaveDraft>::new();
    let import = ServerAction::<ImportSpec>::new();
    let error = Signal::derive(move || refused.value().get().and_then(Result::<(), AppError>::err));
    view! {
        <PageHead title="New environment" up=(link::ENVIRONMENTS.to_owned(), "Environments".to_owned()) />
        <FormError error />
        <Loaded resource=sheet view=form_of />
        <beginning::ImportForm action=import />
    }
}

fn form_of(sheet: Sheet) -> AnyView {
    let Sheet { options, draft } = sheet;
    if options.teams.is_empty() {
        return view! { <Callout tone=Tone::Quiet title="No team"><p>{text::form::NO_TEAM}</p></Callout> }.into_any();
    }
    if options.accounts.is_empty() {
        return view! { <Callout tone=Tone::Warn title="No cloud account"><p>{text::form::NO_ACCOUNT}</p></Callout> }
            .into_any();
    }
    let id = draft.as_ref().map(|draft| draft.id.to_string()).unwrap_or_default();
    let has_sign_in_secret = draft.as_ref().is_some_and(|draft| draft.has_sign_in_secret);
    let has_key = draft.as_ref().is_some_and(|draft| draft.has_llm_key);
    let stored_secrets = draft.as_ref().map(|draft| draft.stored_secrets.clone()).unwrap_or_default();
    let (form, errors) =
        draft.map_or_else(|| (options.form.clone(), FieldErrors::default()), |draft| (draft.form, draft.errors));
    let summary = (!errors.is_empty()).then(|| {
        let count = errors.problems.len();
        let title = if count == 1 { "One field needs a change".to_owned() } else { format!("{count} fields need a change") };
        view! { <div role="alert"><Callout tone=Tone::Bad title><p>"Each is marked below. Nothing typed is lost."</p></Callout></div> }
    });
    let fixed = options.saved_presets.iter().find(|preset| preset.id.to_string() == form.preset);
    provide_context(Fixed(fixed.map(|preset| preset.fixed().collect()).unwrap_or_default()));
    let save_preset = options.may_save_presets.then(|| {
        view! { <button type="submit" class="btn" formaction=BeginPreset::url()>"Save as a preset"</button> }
    });
    view! {
        <form method="post" action=SaveDraft::url() class="stack">
            {summary}
            <input type="hidden" name="draft" value=id />
            <input type="hidden" name="form[edition]" value=form.edition.clone() />
            <input type="hidden" name="form[preset]" value=form.preset.clone() />
            <input type="hidden" name="form[compute]" value=form.compute.clone() />
            // Enter in a field presses the first button of a form: it has to be this one.
            <button type="submit" class="visually-hidden" tabindex="-1" aria-hidden="true">"Review the plan"</button>
            {kind::section(&form, &errors)}
            {beginning::presets(&options, &form, &errors)}
            {basics::section(&options, &form, &errors)}
            {compute::section(&options, &form, &errors)}
            {network::section(&form, &errors)}
            {access::section(&form, &errors, has_sign_in_secret)}
            {database::section(&form, &errors)}
            {llm::section(&form, &errors, has_key)}
            {variable::section(&form, &errors, &stored_secrets)}
            <div class="row">
                <button type="submit" class="btn btn-primary">"Review the plan"</button>
                {save_preset}
                <span class="muted">"Nothing is created yet."</span>
            </div>
        </form>
    }
    .into_any()
}

/// Names of the fields that the preset does not leave open.
#[derive(Clone)]
struct Fixed(Vec<String>);

/// A field that the preset does not leave open: its value, which is posted all the same.
fn fixed_field(name: &str, label: &str, value: &str, shown: String) -> Option<AnyView> {
    let Fixed(fields) = use_context()?;
    fields.iter().any(|field| field == name).then(|| {
        view! {
            <div class="field">
                <p class="field-label">{label.to_owned()}</p>
                <p class="strong">{shown}</p>
                <p class="field-hint">{text::preset::FIXED}</p>
                <input type="hidden" name=format!("form[{name}]") value=value.to_owned() />
            </div>
        }
        .into_any()
    })
}

fn text_field(name: &str, value: &str, errors: &FieldErrors) -> AnyView {
    let (label, hint) = words(name);
    if let Some(fixed) = fixed_field(name, label, value, value.to_owned()) {
        return fixed;
    }
    view! { <Field name=format!("form[{name}]") label hint value problem=errors.of(name).cloned() /> }.into_any()
}

fn select_field(name: &str, value: &str, options: Vec<(String, String)>, errors: &FieldErrors) -> AnyView {
    let (label, hint) = words(name);
    let shown = options.iter().find(|(code, _)| code == value).map_or(value, |(_, words)| words).to_owned();
    if let Some(fixed) = fixed_field(name, label, value, shown) {
        return fixed;
    }
    view! { <Select name=format!("form[{name}]") label hint options value problem=errors.of(name).cloned() /> }
        .into_any()
}

fn check_field(name: &str, value: &str, errors: &FieldErrors) -> AnyView {
    let (label, hint) = words(name);
    let checked = model::draft::is_ticked(value);
    if let Some(fixed) = fixed_field(name, label, value, text::preset::ticked(checked).to_owned()) {
        return fixed;
    }
    view! { <Check name=format!("form[{name}]") label hint checked problem=errors.of(name).cloned() /> }.into_any()
}

fn plain(values: impl IntoIterator<Item = impl ToString>) -> Vec<(String, String)> {
    values.into_iter().map(|value| (value.to_string(), value.to_string())).collect()
}
