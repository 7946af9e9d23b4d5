//! The create form. A plain form: what is typed is kept as a draft on the server, valid or not.

use super::param::query;
use crate::{
    api::{self, environment::SaveDraft},
    component::{Callout, Check, Choice, Choices, Field, FormError, Loaded, PageHead, Select, Tone},
    error::AppError,
    format, link,
    text::{self, form::create as words},
};
use leptos::prelude::*;
use model::{
    DraftId, FieldErrors,
    draft::{CreateOptions, DraftForm, DraftView},
    spec::{Architecture, CANVAS_TAGS, DatabaseClass, LOG_RETENTION_DAYS, LlmProvider, Nat, Scheme, Size, region_name},
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
    let error = Signal::derive(move || refused.value().get().and_then(Result::<(), AppError>::err));
    view! {
        <PageHead title="New environment" up=(link::ENVIRONMENTS.to_owned(), "Environments".to_owned()) />
        <FormError error />
        <Loaded resource=sheet view=form_of />
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
            {basics(&options, &form, &errors)}
            {compute(&options, &form, &errors)}
            {network(&form, &errors)}
            {database(&form, &errors)}
            {model_part(&form, &errors, has_key)}
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

fn basics(options: &CreateOptions, form: &DraftForm, errors: &FieldErrors) -> impl IntoView + use<> {
    let teams = options.teams.iter().map(|team| (team.id.to_string(), team.name.clone())).collect();
    let accounts = options
        .accounts
        .iter()
        .map(|account| (account.id.to_string(), format!("{} ({})", account.name, account.aws_account)))
        .collect();
    let mut regions: Vec<(String, String)> = Vec::new();
    for code in options.accounts.iter().flat_map(|account| &account.regions) {
        if !regions.iter().any(|(known, _)| known == code) {
            let name = region_name(code).map_or_else(|| code.clone(), |name| format!("{name} · {code}"));
            regions.push((code.clone(), name));
        }
    }
    view! {
        <section class="card" aria-labelledby="basics"><h2 id="basics">"Basics"</h2>
            <div class="form-grid">
                {text_field("name", &form.name, errors)}
                {select_field("team", &form.team, teams, errors)}
                {select_field("account", &form.account, accounts, errors)}
                {select_field("region", &form.region, regions, errors)}
                {select_field("version", &form.version, plain(CANVAS_TAGS), errors)}
            </div>
        </section>
    }
}

fn compute(options: &CreateOptions, form: &DraftForm, errors: &FieldErrors) -> impl IntoView + use<> {
    let region = form.region.clone();
    let sizes = Size::ALL
        .iter()
        .map(|size| {
            let price = options.size_prices.iter().find(|price| price.size == *size && price.region == region);
            let price = price.and_then(|price| price.monthly).map_or_else(
                || "Price not known here".to_owned(),
                |monthly| format!("about {} a month (estimate)", format::money(monthly)),
            );
            let task = format!("{} · {}", format::vcpu(size.cpu_units()), format::memory(size.memory_mib()));
            Choice {
                value: size.code().to_owned(),
                title: text::environment::size(*size).to_owned(),
                lines: vec![task, price],
            }
        })
        .collect();
    let architectures = plain(Architecture::ALL.iter().map(|architecture| architecture.code()));
    let (label, hint) = words("size");
    view! {
        <section class="card stack" aria-labelledby="compute"><h2 id="compute">"Compute"</h2>
            <Choices name="form[size]" label hint choices=sizes value=form.size.clone() problem=errors.of("size").cloned() />
            <div class="form-grid">
                {select_field("architecture", &form.architecture, architectures, errors)}
                {text_field("ephemeral_gib", &form.ephemeral_gib, errors)}
                {select_field("log_retention_days", &form.log_retention_days, plain(LOG_RETENTION_DAYS), errors)}
            </div>
        </section>
    }
}

fn network(form: &DraftForm, errors: &FieldErrors) -> impl IntoView + use<> {
    let nats = Nat::ALL.iter().map(|nat| (nat.code().to_owned(), text::environment::nat(*nat).to_owned())).collect();
    let schemes = Scheme::ALL
        .iter()
        .map(|scheme| (scheme.code().to_owned(), text::environment::scheme(*scheme).to_owned()))
        .collect();
    view! {
        <section class="card" aria-labelledby="network"><h2 id="network">"Network and access"</h2>
            <div class="form-grid">
                {text_field("cidr", &form.cidr, errors)}
                {select_field("zones", &form.zones, plain([2, 3]), errors)}
                {select_field("nat", &form.nat, nats, errors)}
                {select_field("scheme", &form.scheme, schemes, errors)}
                {text_field("allowed_cidrs", &form.allowed_cidrs, errors)}
                {text_field("certificate_arn", &form.certificate_arn, errors)}
                {check_field("public_acknowledged", &form.public_acknowledged, errors)}
            </div>
        </section>
    }
}

fn database(form: &DraftForm, errors: &FieldErrors) -> impl IntoView + use<> {
    let classes = plain(DatabaseClass::ALL.iter().map(|class| class.code()));
    view! {
        <section class="card" aria-labelledby="database"><h2 id="database">"Database"</h2>
            <div class="form-grid">
                {select_field("database_class", &form.database_class, classes, errors)}
                {text_field("database_storage_gib", &form.database_storage_gib, errors)}
                {text_field("backup_days", &form.backup_days, errors)}
                {check_field("database_multi_az", &form.database_multi_az, errors)}
            </div>
        </section>
    }
}

fn model_part(form: &DraftForm, errors: &FieldErrors, has_key: bool) -> impl IntoView + use<> {
    let providers = LlmProvider::ALL
        .iter()
        .map(|provider| (provider.code().to_owned(), text::environment::provider(*provider).to_owned()))
        .collect();
    let (label, hint) = words("llm_key");
    let hint = if has_key { text::form::KEY_STORED } else { hint };
    view! {
        <section class="card" aria-labelledby="model"><h2 id="model">"Language model"</h2>
            <div class="form-grid">
                {select_field("llm_provider", &form.llm_provider, providers, errors)}
                {text_field("llm_model", &form.llm_model, errors)}
                {text_field("llm_base_url", &form.llm_base_url, errors)}
                <Field name="llm_key" label hint kind="password" autocomplete="off" problem=errors.of("llm_key").cloned() />
            </div>
        </section>
    }
}
