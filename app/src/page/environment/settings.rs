//! The danger zone: deleting an environment.

use super::head::{head, read, with_id};
use crate::{
    api::{self, environment::DeleteEnvironment},
    component::{Callout, Check, Field, FormError, Loaded, Submit, Tone},
    error::{AppError, field_errors},
    link::Tab,
    text,
};
use leptos::prelude::*;
use model::{
    environment::{DeleteOptions, EnvironmentDetail, EnvironmentStatus},
    matrix::{self, DataService},
};

#[component]
pub fn Settings() -> impl IntoView {
    let read = read();
    let action = ServerAction::<DeleteEnvironment>::new();
    let size =
        Resource::new(move || read.id.get(), |id| with_id(id, async |id| api::environment::stack_size(id).await));
    let draw = move |detail: EnvironmentDetail| {
        let stack = detail.stack_name.clone();
        let destroyed = move || {
            let stack = stack.clone();
            Suspend::new(async move { text::page::destroyed(&stack, size.await.ok().filter(|count| *count > 0)) })
        };
        let destroyed = view! { <Transition>{destroyed}</Transition> }.into_any();
        view! { {head(&detail, Tab::Settings)}{danger(&detail, destroyed, action)} }
    };
    view! { <Loaded resource=read.detail view=draw /> }
}

fn danger(detail: &EnvironmentDetail, destroyed: AnyView, action: ServerAction<DeleteEnvironment>) -> AnyView {
    let is_over = matches!(detail.summary.status, EnvironmentStatus::Deleting | EnvironmentStatus::Deleted);
    if is_over || !detail.may_operate {
        let title = if is_over { "There is nothing to change" } else { "You may not change this environment" };
        return view! {
            <Callout tone=Tone::Quiet title>
                <p>{if is_over { "It is deleted, or being deleted." } else { "Operators and owners of its team may." }}</p>
            </Callout>
        }
        .into_any();
    }
    let (id, name) = (detail.summary.id.to_string(), detail.summary.name.clone());
    let label = format!("Type the name {name} to confirm");
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let typed = move || {
        let errors = field_errors(error.get());
        let value = errors.typed.get("typed_name").cloned().unwrap_or_default();
        view! { <Field name="typed_name" label=label.clone() value autocomplete="off" problem=errors.of("typed_name").cloned() /> }
    };
    let options = DeleteOptions::default();
    let spec = &detail.summary.spec;
    let files = matrix::has(spec.edition, spec.compute.kind, DataService::Files, false);
    let keep_files = files.then(|| {
        view! {
            <Check name="keep_files" label="Keep the files (EFS) with conversations and workspaces"
                hint="Billed by its size until you remove it." checked=options.keep_files />
        }
    });
    view! {
        <section class="card danger" aria-labelledby="danger"><h2 id="danger">"Delete this environment"</h2>
            <p>"This destroys:"</p>
            <ul class="bullets">
                <li>{destroyed}</li>
                {text::page::destroyed_data(files).map(|line| view! { <li>{line}</li> }).collect_view()}
            </ul>
            <p>{text::page::SWEPT}</p>
            <p class="muted">{text::page::KEPT}</p>
            <ActionForm action>
                <FormError error fields=&["typed_name"] />
                <input type="hidden" name="environment" value=id />
                <Check name="keep_database_snapshot" label="Keep a final snapshot of the database"
                    hint="Billed by its size until you remove it." checked=options.keep_database_snapshot />
                {keep_files}
                <Check name="keep_bucket" label="Keep the S3 bucket" hint="Billed by its size until you remove it."
                    checked=options.keep_bucket />
                {typed}
                <Submit label="Delete environment" pending=action.pending() class="btn btn-danger" />
            </ActionForm>
        </section>
    }
    .into_any()
}
