//! What was asked for: the spec, its revisions and its template.

use super::{
    drift,
    head::{head, read, with_id},
};
use crate::{
    api::{self, environment::DetectDrift},
    component::{Cell, Code, Kept, KeyValue, KeyValues, Loaded, Moment, Table},
    link::{self, Tab},
    text,
};
use leptos::prelude::*;
use model::{
    EnvironmentId,
    environment::{EnvironmentDetail, Revision},
    spec::Spec,
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
    let draw = move |detail: EnvironmentDetail| {
        let id = detail.summary.id;
        let download = link::template(id, detail.revision);
        view! {
            {head(&detail, Tab::Configuration)}
            {drift::section(&detail, drift, drift_known, compare)}
            {spec(detail.summary.spec)}
            <div class="page-head"><h2>"Revisions"</h2>
                <a class="btn btn-small" href=link::revisions(id, None)>"Compare revisions"</a></div>
            <Loaded resource=revisions view=move |list| table(id, list) kept=list_known />
            <div class="page-head"><h2>"Template"</h2>
                // Not a page of the app: the router must leave it to the browser.
                <a class="btn btn-small" href=download download="template.json" rel="external">"Download the JSON"</a></div>
            <Loaded resource=template view=|text: String| view! { <Code label="CloudFormation template" text /> } kept=body_known />
        }
    };
    view! { <Loaded resource=read.detail view=draw /> }
}

fn spec(spec: Spec) -> impl IntoView {
    let task = text::spec::task(spec.compute.size);
    let ranges = spec.access.allowed_cidrs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let standby = if spec.database.multi_az { "standby in a second zone" } else { "one zone" };
    let database = format!("{}, {} GiB, {standby}", spec.database.class.code(), spec.database.storage_gib);
    view! {
        <section class="card wide" aria-labelledby="spec"><h2 id="spec">"Spec"</h2>
            <KeyValues>
                <KeyValue name="Image"><span class="mono">{spec.image.repository.clone()}":"{spec.image.tag.clone()}</span></KeyValue>
                <KeyValue name="Size">{task}</KeyValue>
                <KeyValue name="Architecture">{spec.compute.architecture.code()}</KeyValue>
                <KeyValue name="Scratch disk">{spec.compute.ephemeral_gib}" GiB"</KeyValue>
                <KeyValue name="VPC range"><span class="mono">{spec.network.cidr.to_string()}</span></KeyValue>
                <KeyValue name="Zones">{spec.network.zones}</KeyValue>
                <KeyValue name="Way to the internet">{text::environment::nat(spec.network.nat)}</KeyValue>
                <KeyValue name="Load balancer">{text::environment::scheme(spec.access.scheme)}</KeyValue>
                <KeyValue name="Allowed ranges"><span class="mono">{ranges}</span></KeyValue>
                <KeyValue name="Certificate">{spec.access.certificate_arn.clone().unwrap_or_else(|| "None: HTTP".into())}</KeyValue>
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
                    <Cell label="Template"><a href=link::template(id, revision.number) rel="external" download="template.json">
                        "JSON"</a>" "<span class="mono small">{revision.template_hash.chars().take(12).collect::<String>()}</span></Cell>
                </tr>
            }
        })
        .collect_view();
    view! { <Table caption="Revisions, newest first" heads=vec!["Revision", "Made", "By", "Changes", "Template"]>{rows}</Table> }
}
