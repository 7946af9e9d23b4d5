//! The plan of a draft: every resource, every price, then Create.

use super::param::{not_found, param};
use crate::{
    api::{self, environment::CreateEnvironment},
    component::{Badge, Callout, Cell, FormError, Loaded, PageHead, Submit, Table, Tone},
    error::AppError,
    format, link,
    text::{self, plan::SECTIONS},
};
use leptos::prelude::*;
use model::{
    DraftId,
    money::Usd,
    plan::{CostEstimate, Plan, PlanFinding, Section, Severity},
};

#[component]
pub fn PlanPage() -> impl IntoView {
    let draft = param::<DraftId>("draft");
    let plan = Resource::new(
        move || draft.get(),
        |draft| async move {
            match draft {
                Some(draft) => api::environment::plan(draft).await,
                None => Err(not_found()),
            }
        },
    );
    let action = ServerAction::<CreateEnvironment>::new();
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let draw = move |plan: Plan| {
        let blocked = plan.findings.iter().any(|finding| finding.severity == Severity::Blocks);
        let hash = plan.hash.clone();
        let create = (!blocked).then(|| {
            view! {
                <ActionForm action>
                    <input type="hidden" name="draft" value=move || draft.get().map(|d| d.to_string()).unwrap_or_default() />
                    <input type="hidden" name="plan_hash" value=hash />
                    <Submit label="Create environment" pending=action.pending() />
                </ActionForm>
            }
        });
        view! {
            {plan.expected.map(|expected| view! { <p class="muted">{text::operation::expected(expected)}</p> })}
            {plan.findings.clone().into_iter().map(finding).collect_view()}
            <section aria-labelledby="cost"><h2 id="cost">"Price"</h2>{cost(&plan.cost)}</section>
            <section aria-labelledby="resources">
                <h2 id="resources">{format!("{} resources will be made", plan.changes.len())}</h2>
                {SECTIONS.into_iter().filter_map(|section| resources(&plan, section)).collect_view()}
            </section>
            <FormError error />
            <div class="row">
                {create}
                {move || draft.get().map(|draft| view! { <a class="btn" href=link::draft(draft)>"Change the form"</a> })}
            </div>
        }
    };
    view! {
        <PageHead title="Plan" up=(link::ENVIRONMENTS.to_owned(), "Environments".to_owned()) />
        <div class="stack"><Loaded resource=plan view=draw /></div>
    }
}

fn finding(finding: PlanFinding) -> impl IntoView {
    let tone = match finding.severity {
        Severity::Blocks => Tone::Bad,
        Severity::Warns => Tone::Warn,
        Severity::Notes => Tone::Quiet,
    };
    let title = format!("{}: {}", text::plan::severity(finding.severity), finding.what);
    view! {
        <Callout tone title><p>{finding.why}</p><p>{finding.fix}</p>
            <p class="muted small">{finding.rule}</p></Callout>
    }
}

fn amount(amount: Option<Usd>) -> String {
    amount.map_or_else(|| "not known".to_owned(), format::money)
}

fn cost(cost: &CostEstimate) -> impl IntoView + use<> {
    let rows = cost
        .items
        .iter()
        .cloned()
        .map(|item| {
            let usage = item.usage_dependent.then(|| view! { " "<Badge tone=Tone::Quiet label="depends on use" /> });
            view! {
                <tr role="row">
                    <Cell label="Item">{item.label}{usage}</Cell>
                    <Cell label="How"><span class="muted small">{item.basis}</span></Cell>
                    <Cell label="A month">{amount(item.monthly)}</Cell>
                    <Cell label="While paused">{amount(item.monthly_paused)}</Cell>
                </tr>
            }
        })
        .collect_view();
    let at_least = if cost.has_unknown() { "at least " } else { "" };
    view! {
        <div class="outcome">
            <p><strong>{at_least}{format::money(cost.monthly())}</strong>" a month (estimate)"</p>
            <p class="muted">{at_least}{format::money(cost.monthly_paused())}" a month is billed while paused"</p>
        </div>
        <Table caption="Price by item" heads=vec!["Item", "How", "A month", "While paused"]>{rows}</Table>
        <p class="muted small">{text::plan::estimate_note(&cost.as_of, &cost.region)}</p>
    }
}

fn resources(plan: &Plan, section: Section) -> Option<impl IntoView + use<>> {
    let rows: Vec<_> = plan
        .changes
        .iter()
        .filter(|change| change.section == section)
        .cloned()
        .map(|change| {
            view! {
                <tr role="row">
                    <Cell label="Resource"><span class="mono">{change.logical_id}</span></Cell>
                    <Cell label="Type"><span class="mono">{change.resource_type}</span></Cell>
                    <Cell label="What for">{change.purpose}</Cell>
                </tr>
            }
        })
        .collect();
    let name = text::plan::section(section);
    (!rows.is_empty()).then(|| {
        view! { <h3>{name}</h3><Table caption=name heads=vec!["Resource", "Type", "What for"]>{rows}</Table> }
    })
}
