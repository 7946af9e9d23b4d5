//! The roles that an account needs for Handrail, as templates to copy.

use crate::{
    api,
    component::{Code, Copy, Field, Loaded, PageHead},
    error::AppError,
    link::{self, PlatformTab},
    text::role as words,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{
    Fault, FieldErrors,
    role::{RoleForm, RoleTemplates},
};
use serde::{Deserialize, Serialize};

/// The templates, or what is wrong with the form.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Sheet {
    Empty,
    Wrong(FieldErrors),
    Ready(RoleTemplates),
}

#[component]
pub fn PlatformRoles() -> impl IntoView {
    let address = use_query_map();
    let typed = Memo::new(move |_| {
        address.with(|query| {
            let value = |field: &str| query.get(field).unwrap_or_default();
            RoleForm {
                aws_account: value("aws_account"),
                server_arn: value("server_arn"),
                external_id: value("external_id"),
                boundary: value("boundary"),
            }
        })
    });
    let sheet = Resource::new(move || typed.get(), read);
    let draw = move |sheet: Sheet| {
        let errors = if let Sheet::Wrong(errors) = &sheet { errors.clone() } else { FieldErrors::default() };
        let templates = if let Sheet::Ready(templates) = sheet { Some(result(templates)) } else { None };
        view! { {form(&typed.get(), &errors)}{templates} }
    };
    view! {
        <PageHead title=words::TITLE up=(link::platform(PlatformTab::Accounts), "Cloud accounts".to_owned()) />
        <p class="muted">{words::PURPOSE}</p>
        <div class="stack"><Loaded resource=sheet view=draw /></div>
    }
}

async fn read(form: RoleForm) -> Result<Sheet, AppError> {
    if form.is_empty() {
        return Ok(Sheet::Empty);
    }
    match api::account::roles(form).await {
        Ok(templates) => Ok(Sheet::Ready(templates)),
        Err(AppError::Fault(Fault::Invalid(errors))) => Ok(Sheet::Wrong(errors)),
        Err(error) => Err(error),
    }
}

fn form(typed: &RoleForm, errors: &FieldErrors) -> impl IntoView + use<> {
    let fields = [
        ("aws_account", &typed.aws_account),
        ("server_arn", &typed.server_arn),
        ("external_id", &typed.external_id),
        ("boundary", &typed.boundary),
    ]
    .map(|(name, value)| {
        let (label, hint) = words::field(name);
        view! { <Field name label hint value=value.clone() problem=errors.of(name).cloned() /> }
    })
    .into_iter()
    .collect_view();
    view! {
        <form method="get" action=link::account_roles() class="card stack">
            <div class="form-grid">{fields}</div>
            <div class="row"><button type="submit" class="btn btn-primary">"Show the templates"</button></div>
        </form>
    }
}

fn result(templates: RoleTemplates) -> impl IntoView {
    let RoleTemplates { cloudformation, terraform } = templates;
    [("CloudFormation", cloudformation), ("Terraform", terraform)]
        .map(|(name, text)| {
            view! {
                <section aria-label=name>
                    <div class="page-head"><h2>{name}</h2><Copy text=text.clone() label="Copy" what=format!("the {name} template") /></div>
                    <Code label=format!("{name} template") text />
                </section>
            }
        })
        .into_iter()
        .collect_view()
}
