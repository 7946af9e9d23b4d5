//! Where AWS is not as the template says, property by property, and asking for a new comparison.

use super::head::with_id;
use crate::{
    api::{self, environment::DetectDrift},
    component::{Badge, Callout, Cell, FormError, Kept, Loaded, Moment, Submit, Table, Tone},
    error::AppError,
    live::Live,
    text,
};
use leptos::prelude::*;
use model::{
    EnvironmentId,
    drift::{Drift, DriftChange, DriftedResource, PropertyDifference},
    environment::{EnvironmentDetail, EnvironmentStatus},
};

/// What is known of the drift of the environment in the address.
pub(super) fn read(id: Memo<Option<EnvironmentId>>) -> Resource<Result<Drift, AppError>> {
    let drift = Resource::new(move || id.get(), |id| with_id(id, async |id| api::environment::drift(id).await));
    Live::refetch_on(move |notice| Some(notice.environment) == id.get_untracked(), move || drift.refetch());
    drift
}

/// The whole section.
pub(super) fn section(
    detail: &EnvironmentDetail,
    drift: Resource<Result<Drift, AppError>>,
    kept: Kept<Drift>,
    action: ServerAction<DetectDrift>,
) -> impl IntoView + use<> {
    let may_ask = detail.may_operate && detail.summary.status == EnvironmentStatus::Ready;
    let id = detail.summary.id.to_string();
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let ask = may_ask.then(|| {
        view! {
            <ActionForm action>
                <input type="hidden" name="environment" value=id />
                <Submit label="Compare now" pending=action.pending() class="btn btn-small" />
            </ActionForm>
        }
    });
    view! {
        <section id="drift" aria-labelledby="drift-title">
            <div class="page-head"><h2 id="drift-title">"Drift"</h2>{ask}</div>
            <FormError error />
            <Loaded resource=drift view=known kept />
            <p class="muted small">{text::drift::COVERAGE}</p>
        </section>
    }
}

fn known(drift: Drift) -> impl IntoView {
    let result = text::drift::result(&drift);
    let tone = match (drift.checked, drift.resources.is_empty()) {
        (None, _) => Tone::Quiet,
        (Some(_), true) => Tone::Good,
        (Some(_), false) => Tone::Warn,
    };
    let word = match tone {
        Tone::Good => "In sync",
        Tone::Warn => "Drifted",
        _ => "Not compared",
    };
    let problem = drift.problem.map(|problem| {
        view! { <Callout tone=Tone::Warn title=text::drift::FAILED><p>{text::cause::problem(&problem)}</p></Callout> }
    });
    let incomplete = drift.incomplete.map(|reason| {
        view! { <Callout tone=Tone::Quiet title=text::drift::INCOMPLETE><p>{reason}</p></Callout> }
    });
    let rows = drift.resources.into_iter().flat_map(rows).collect_view();
    let table = (tone == Tone::Warn).then(|| {
        view! {
            <Table caption="Differences" heads=vec!["Resource", "Property", "By the template", "In AWS"]>{rows}</Table>
        }
    });
    view! {
        <div class="row drift-result">
            <Badge tone label=word />
            <span>{result}</span>
            {drift.checked.map(|at| view! { <span class="muted small">"As of "<Moment at /></span> })}
            {drift.since.map(|at| view! { <span class="muted small">"First seen "<Moment at /></span> })}
        </div>
        <p role="status" class="muted">{drift.requested.then_some(text::drift::UNDER_WAY)}</p>
        {problem}
        {table}
        {incomplete}
    }
}

/// A line for each property; one for a resource that is gone.
fn rows(resource: DriftedResource) -> Vec<AnyView> {
    let name = resource.logical_id.clone();
    let kind = resource.resource_type.clone();
    match resource.change {
        DriftChange::Deleted => vec![row(
            name,
            kind,
            text::drift::WHOLE.to_owned(),
            resource.physical_id.unwrap_or_default(),
            text::drift::GONE.to_owned(),
        )],
        DriftChange::Modified { differences } => {
            let line = |one: PropertyDifference| {
                let expected = text::drift::value(one.expected.as_ref()).to_owned();
                let actual = text::drift::value(one.actual.as_ref()).to_owned();
                row(name.clone(), kind.clone(), one.path, expected, actual)
            };
            differences.into_iter().map(line).collect()
        }
    }
}

fn row(name: String, kind: String, property: String, expected: String, actual: String) -> AnyView {
    view! {
        <tr role="row">
            <Cell label="Resource"><div><span class="strong">{name}</span><p class="small muted">{kind}</p></div></Cell>
            <Cell label="Property"><span class="mono">{property}</span></Cell>
            <Cell label="By the template"><span class="mono">{expected}</span></Cell>
            <Cell label="In AWS"><span class="mono">{actual}</span></Cell>
        </tr>
    }
    .into_any()
}
