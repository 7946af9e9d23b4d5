//! Two revisions side by side: what was asked for, and what it changed in the template.

use super::head::{head, read, with_id};
use crate::{
    api,
    component::{Badge, Callout, Difference, DifferenceRow, Empty, Loaded, Moment, Select, Tone},
    error::AppError,
    link::{self, Tab},
    page::param::{not_found, query},
    text,
};
use leptos::prelude::*;
use model::{
    EnvironmentId,
    difference::{PropertyDifference, ResourceDifference},
    environment::{Revision, RevisionComparison},
    export::Export,
};

/// More properties than these are folded away until asked for.
const OPEN: usize = 12;

/// All revisions, and the two that are compared, if there are two.
type Sheet = (Vec<Revision>, Option<RevisionComparison>);

#[component]
pub fn Revisions() -> impl IntoView {
    let read = read();
    let (from, to) = (query("from"), query("to"));
    let sheet = Resource::new(
        move || (read.id.get(), from.get(), to.get()),
        |(id, from, to)| with_id(id, async move |id| load(id, &from, &to).await),
    );
    let draw = move |(revisions, compared): Sheet| {
        let Some(id) = read.id.get() else { return ().into_any() };
        match compared {
            Some(compared) => view! { {choice(id, &revisions, &compared)}{comparison(id, compared)} }.into_any(),
            None => {
                let (title, text) = text::revision::ONLY_ONE;
                let back = link::environment(id, Tab::Configuration);
                view! { <Empty title text><p><a class="btn" href=back>"Configuration"</a></p></Empty> }.into_any()
            }
        }
    };
    view! {
        <Loaded resource=read.detail view=move |detail| head(&detail, Tab::Configuration) />
        <Loaded resource=sheet view=draw />
    }
}

/// What the address asks for; without numbers, the newest revision and the one before it.
async fn load(id: EnvironmentId, from: &str, to: &str) -> Result<Sheet, AppError> {
    let revisions = api::environment::revisions(id).await?;
    let number = |text: &str, at: usize| match text {
        "" => Ok(revisions.get(at).map(|revision| revision.number)),
        text => text.parse().map(Some).map_err(|_| not_found()),
    };
    let Some((from, to)) = number(from, 1)?.zip(number(to, 0)?) else { return Ok((revisions, None)) };
    let compared = api::environment::compare_revisions(id, from, to).await?;
    Ok((revisions, Some(compared)))
}

fn choice(id: EnvironmentId, revisions: &[Revision], compared: &RevisionComparison) -> impl IntoView + use<> {
    let options: Vec<_> = revisions
        .iter()
        .map(|one| (one.number.to_string(), text::revision::option(one.number, one.created, &one.created_by)))
        .collect();
    let (from, to) = (compared.from.number, compared.to.number);
    view! {
        <form class="filters" method="get" action=link::revisions(id, None) aria-label="Revisions to compare">
            <Select name="from" label="From" options=options.clone() value=from.to_string() />
            <Select name="to" label="To" options value=to.to_string() />
            <button type="submit" class="btn">"Compare"</button>
            <a class="btn btn-quiet" href=link::revisions(id, Some((to, from)))>"Swap"</a>
        </form>
    }
}

fn comparison(id: EnvironmentId, compared: RevisionComparison) -> impl IntoView {
    let RevisionComparison { from, to, spec, same, resources, same_resources } = compared;
    let title = text::revision::title(from.number, to.number);
    let nothing = spec.is_empty() && resources.is_empty();
    let heads = [from, to].map(|revision| made(id, revision)).into_iter().collect_view();
    let equal = nothing.then(|| {
        let (title, text) = text::revision::EQUAL;
        view! { <Callout tone=Tone::Quiet title><p>{text}</p></Callout> }
    });
    let changed =
        (!spec.is_empty()).then(|| view! { <Difference caption="Changed fields of the spec" rows=rows(spec) /> });
    let folded = text::revision::same_fields(same.len());
    let list = resources.into_iter().map(resource).collect_view();
    view! {
        <h2>{title}</h2>
        <div class="columns">{heads}</div>
        {equal}
        <section aria-labelledby="spec"><h2 id="spec">"Spec"</h2>
            {changed}
            <details class="fold"><summary>{folded}</summary><Difference caption="Unchanged fields of the spec" rows=rows(same) /></details>
        </section>
        <section aria-labelledby="template"><h2 id="template">"Template"</h2>
            <ul class="resources">{list}</ul>
            <p class="muted">{text::revision::same_resources(same_resources)}</p>
        </section>
    }
}

/// Who made a revision and when, with its template as a file.
fn made(id: EnvironmentId, revision: Revision) -> impl IntoView {
    view! {
        <section class="card">
            <p class="strong">{text::revision::name(revision.number)}</p>
            <p class="muted">{revision.created_by}", "<Moment at=revision.created /></p>
            <p><a href=link::export(id, revision.number, Export::TemplateJson) rel="external" download="template.json">"Template as JSON"</a>" "
                <span class="mono small muted">{revision.template_hash.chars().take(12).collect::<String>()}</span></p>
        </section>
    }
}

fn rows(fields: Vec<PropertyDifference>) -> Vec<DifferenceRow> {
    let words = |path: &[String], value: Option<String>| value.map(|value| text::spec::value(path, &value));
    let row = |field: PropertyDifference| DifferenceRow {
        name: text::spec::field(&field.path),
        before: words(&field.path, field.before),
        after: words(&field.path, field.after),
    };
    fields.into_iter().map(row).collect()
}

fn resource(resource: ResourceDifference) -> impl IntoView {
    let ResourceDifference { change, logical_id, resource_type, properties } = resource;
    let (word, tone) = text::revision::change(change);
    let title = view! {
        <Badge tone label=word />" "<span class="strong mono">{logical_id}</span>" "<span class="muted small">{resource_type}</span>
    };
    let row =
        |one: PropertyDifference| DifferenceRow { name: one.path.join("."), before: one.before, after: one.after };
    let (count, rows) = (properties.len(), properties.into_iter().map(row).collect::<Vec<_>>());
    let body = if count == 0 {
        view! { <p class="resource-line">{title}</p> }.into_any()
    } else {
        view! {
            <details open=count <= OPEN>
                <summary>{title}" "<span class="muted small">{text::revision::properties(count)}</span></summary>
                <Difference caption="Changed properties" rows />
            </details>
        }
        .into_any()
    };
    view! { <li>{body}</li> }
}
