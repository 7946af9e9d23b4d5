//! The create form. A plain form: what is typed is kept as a draft on the server, valid or not.

mod access;
mod basics;
mod beginning;
mod compute;
mod database;
mod kind;
mod llm;

use super::param::query;
use crate::{
    api::{
        self,
        environment::{ImportSpec, SaveDraft},
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
    let has_key = draft.as_ref().is_some_and(|draft| draft.has_llm_key);
    let (form, errors) =
        draft.map_or_else(|| (options.form.clone(), FieldErrors::default()), |draft| (draft.form, draft.errors));
    let summary = (!errors.is_empty()).then(|| {
        let count = errors.problems.len();
        let title = if count == 1 { "One field needs a change".to_owned() } else { format!("{count} fields need a change") };
        view! { <div role="alert"><Callout tone=Tone::Bad title><p>"Each is marked below. Nothing typed is lost."</p></Callout></div> }
    });
    view! {
        <form method="post" action=SaveDraft::url() class="stack">
            {summary}
            <input type="hidden" name="draft" value=id />
            <input type="hidden" name="form[edition]" value=form.edition.clone() />
            <input type="hidden" name="form[compute]" value=form.compute.clone() />
            // Enter in a field presses the first button of a form: it has to be this one.
            <button type="submit" class="visually-hidden" tabindex="-1" aria-hidden="true">"Review the plan"</button>
            {kind::section(&form, &errors)}
            {beginning::presets(&options, &errors)}
            {basics::section(&options, &form, &errors)}
            {compute::section(&options, &form, &errors)}
            {access::section(&form, &errors)}
            {database::section(&form, &errors)}
            {llm::section(&form, &errors, has_key)}
            <div class="row">
                <button type="submit" class="btn btn-primary">"Review the plan"</button>
                <span class="muted">"Nothing is created yet."</span>
            </div>
        </form>
    }
    .into_any()
}

fn text_field(name: &str, value: &str, errors: &FieldErrors) -> AnyView {
    let (label, hint) = words(name);
    view! { <Field name=format!("form[{name}]") label hint value problem=errors.of(name).cloned() /> }.into_any()
}

fn select_field(name: &str, value: &str, options: Vec<(String, String)>, errors: &FieldErrors) -> AnyView {
    let (label, hint) = words(name);
    view! { <Select name=format!("form[{name}]") label hint options value problem=errors.of(name).cloned() /> }
        .into_any()
}

fn check_field(name: &str, value: &str, errors: &FieldErrors) -> AnyView {
    let (label, hint) = words(name);
    let checked = model::draft::is_ticked(value);
    view! { <Check name=format!("form[{name}]") label hint checked problem=errors.of(name).cloned() /> }.into_any()
}

fn plain(values: impl IntoIterator<Item = impl ToString>) -> Vec<(String, String)> {
    values.into_iter().map(|value| (value.to_string(), value.to_string())).collect()
}
