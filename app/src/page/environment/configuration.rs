//! What was asked for: the spec, its revisions and its template.

use super::{
    drift,
    head::{head, read, with_id},
};
use crate::{
    api::{
        self,
        environment::{CloneEnvironment, DetectDrift},
    },
    component::{Cell, Code, FormError, Kept, KeyValue, KeyValues, Loaded, Moment, Submit, Table},
    error::AppError,
    link::{self, Tab},
    text,
};
use leptos::prelude::*;
use model::{
    EnvironmentId,
    environment::{EnvironmentDetail, Revision},
    export::Export,
    spec::{Network, SignIn, SignInKind, Spec},
};

#[component]
pub fn Configuration() -> impl IntoView {
    let read = read();
    let revisions =
        Resource::new(move || read.id.get(), |id| with_id(id, async |id| api::environment::revisions(id).await));
    let template = Resource::new(
        move || read.id.get(),
        |id| {
            with_id(id, async |id| {
                let detail = api::environment::environment(id).await?;
                api::environment::template(id, detail.revision).await
            })
        },
    );
    let (list_known, body_known, drift_known) = (Kept::nothing(), Kept::nothing(), Kept::nothing());
    let (drift, compare) = (drift::read(read.id), ServerAction::<DetectDrift>::new());
    let clone = ServerAction::<CloneEnvironment>::new();
    let draw = move |detail: EnvironmentDetail| {
        let id = detail.summary.id;
        let (may_operate, files) = (detail.may_operate, files(id, detail.revision));
        view! {
            {head(&detail, Tab::Configuration)}
            {drift::section(&detail, drift, drift_known, compare)}
            {spec(detail.summary.spec)}
            {take_away(id, may_operate, files, clone)}
            <div class="page-head"><h2>"Revisions"</h2>
                <a class="btn btn-small" href=link::revisions(id, None)>"Compare revisions"</a></div>
            <Loaded resource=revisions view=move |list| table(id, list) kept=list_known />
            <h2>"Template"</h2>
            <Loaded resource=template view=|text: String| view! { <Code label="CloudFormation template" text /> } kept=body_known />
        }
    };
    view! { <Loaded resource=read.detail view=draw /> }
}

/// Spec and template as files.
fn files(id: EnvironmentId, revision: u32) -> impl IntoView {
    Export::ALL
        .map(|file| {
            // Not a page of the app: the router must leave it to the browser.
            view! {
                <a class="btn btn-small" href=link::export(id, revision, file) download=file.file_name() rel="external">
                    {text::export::file(file)}</a>
            }
        })
        .into_iter()
        .collect_view()
}

/// What can be made of an environment: files, and another environment like it.
fn take_away(
    id: EnvironmentId,
    may_operate: bool,
    files: impl IntoView + 'static,
    clone: ServerAction<CloneEnvironment>,
) -> impl IntoView {
    let error = Signal::derive(move || clone.value().get().and_then(Result::<(), AppError>::err));
    let another = may_operate.then(|| {
        view! {
            <ActionForm action=clone>
                <FormError error />
                <input type="hidden" name="environment" value=id.to_string() />
                <Submit label="Create another like it" class="btn btn-small" pending=clone.pending() />
            </ActionForm>
            <p class="small muted">{text::export::CLONE}</p>
        }
    });
    view! {
        <section class="card wide stack" aria-labelledby="take-away"><h2 id="take-away">"Take away"</h2>
            <div class="row">{files}</div>
            <p class="small muted">{text::export::FILES}</p>
            {another}
        </section>
    }
}

fn network(network: Network) -> AnyView {
    match network.existing {
        Some(vpc) => view! {
            <KeyValue name="Existing VPC"><span class="mono">{vpc.id}</span></KeyValue>
            <KeyValue name="Private subnets"><span class="mono">{vpc.private_subnets.join(", ")}</span></KeyValue>
            <KeyValue name="Public subnets"><span class="mono">{vpc.public_subnets.join(", ")}</span></KeyValue>
        }
        .into_any(),
        None => view! {
            <KeyValue name="VPC range"><span class="mono">{network.cidr.to_string()}</span></KeyValue>
            <KeyValue name="Zones">{network.zones}</KeyValue>
            <KeyValue name="Way to the internet">{text::environment::nat(network.nat)}</KeyValue>
        }
        .into_any(),
    }
}

fn spec(spec: Spec) -> impl IntoView {
    let task = text::spec::capacity(&spec.compute);
    let disk = spec.compute.ephemeral_gib.map(|gib| view! { <KeyValue name="Scratch disk">{gib}" GiB"</KeyValue> });
    let host_disk = spec.compute.host.map(|host| view! { <KeyValue name="Host disk">{host.disk_gib}" GiB"</KeyValue> });
    let ranges = spec.access.allowed_cidrs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let host = spec.access.name.clone().map(|name| name.host);
    let sign_in = spec.access.sign_in.as_ref().map_or(SignInKind::None, SignIn::kind);
    let standby = if spec.database.multi_az { "standby in a second zone" } else { "one zone" };
    let database = format!("{}, {} GiB, {standby}", spec.database.class.code(), spec.database.storage_gib);
    view! {
        <section class="card wide" aria-labelledby="spec"><h2 id="spec">"Spec"</h2>
            <KeyValues>
                <KeyValue name="Edition">{text::environment::edition(spec.edition)}", "{text::environment::compute(spec.compute.kind)}</KeyValue>
                <KeyValue name="Image"><span class="mono">{spec.image.repository.clone()}":"{spec.image.tag.clone()}</span></KeyValue>
                <KeyValue name="Size">{task}</KeyValue>
                <KeyValue name="Architecture">{spec.compute.architecture.code()}</KeyValue>
                {disk}
                {host_disk}
                {network(spec.network)}
                <KeyValue name="Load balancer">{text::environment::scheme(spec.access.scheme)}</KeyValue>
                <KeyValue name="Allowed ranges"><span class="mono">{ranges}</span></KeyValue>
                <KeyValue name="Certificate">{text::spec::certificate(&spec.access)}</KeyValue>
                {host.map(|host| view! { <KeyValue name="Host name"><span class="mono">{host}</span></KeyValue> })}
                <KeyValue name="Sign-in">{text::environment::sign_in(sign_in)}</KeyValue>
                <KeyValue name="Database">{database}</KeyValue>
                <KeyValue name="Backups">{spec.database.backup_days}" days"</KeyValue>
                <KeyValue name="Model">{text::environment::provider(spec.llm.provider)}", "{spec.llm.model.clone()}</KeyValue>
                <KeyValue name="Logs kept">{spec.log_retention_days}" days"</KeyValue>
            </KeyValues>
        </section>
    }
}

fn table(id: EnvironmentId, revisions: Vec<Revision>) -> impl IntoView {
    let rows = revisions
        .into_iter()
        .map(|revision| {
            // Without a former one there is nothing to compare with.
            let former = revision.number.checked_sub(1).filter(|former| *former > 0);
            let changes = former.map(|former| {
                let address = link::revisions(id, Some((former, revision.number)));
                view! { <a href=address>{text::revision::changes_since(former)}</a> }
            });
            view! {
                <tr role="row">
                    <Cell label="Revision">{revision.number}</Cell>
                    <Cell label="Made"><Moment at=revision.created /></Cell>
                    <Cell label="By">{revision.created_by}</Cell>
                    <Cell label="Changes">{changes}</Cell>
                    <Cell label="Template"><a href=link::export(id, revision.number, Export::TemplateJson) rel="external" download="template.json">
                        "JSON"</a>" "<span class="mono small">{revision.template_hash.chars().take(12).collect::<String>()}</span></Cell>
                </tr>
            }
        })
        .collect_view();
    view! { <Table caption="Revisions, newest first" heads=vec!["Revision", "Made", "By", "Changes", "Template"]>{rows}</Table> }
}
