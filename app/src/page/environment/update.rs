//! The plan of a changed spec: what changes, what stops for a while, what it costs, then Apply. The form stands in the address.

use super::{
    head::with_id,
    scale::{form_of_address, update_form},
};
use crate::{
    api::{self, environment::UpdateEnvironment},
    component::{Badge, Callout, Cell, FormError, Head, KeyValue, KeyValues, Loaded, PageHead, Table, Tone},
    error::AppError,
    format,
    link::{self, Tab},
    page::{
        param::param,
        plan::{amount, findings},
    },
    text,
};
use leptos::prelude::*;
use model::{
    EnvironmentId, Fault, FieldErrors,
    money::Usd,
    plan::{ChangeKind, CostItem},
    update::{PropertyChange, UpdateForm, UpdateOptions, UpdatePlan, UpdatedResource},
};
use serde::{Deserialize, Serialize};
use server_fn::ServerFn;

/// The plan, or the form again with its problems.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Sheet {
    Plan(Box<UpdatePlan>),
    Form(Box<UpdateOptions>, FieldErrors),
}

#[component]
pub fn UpdatePlanPage() -> impl IntoView {
    let id = param::<EnvironmentId>("environment");
    let typed = form_of_address();
    let sheet =
        Resource::new(move || (id.get(), typed.get()), |(id, form)| with_id(id, async move |id| read(id, form).await));
    // Takes up the error that a refused post left in the address.
    let refused = ServerAction::<UpdateEnvironment>::new();
    let error = Signal::derive(move || refused.value().get().and_then(Result::<(), AppError>::err));
    let up = id.get_untracked().map(|id| (link::environment(id, Tab::Scale), "Scale".to_owned()));
    let up = up.unwrap_or_else(|| (link::ENVIRONMENTS.to_owned(), "Environments".to_owned()));
    let draw = move |sheet: Sheet| match sheet {
        Sheet::Plan(plan) => plan_of(&plan, &typed.get()).into_any(),
        Sheet::Form(options, errors) => again(id.get(), &typed.get(), &errors, &options).into_any(),
    };
    view! {
        <PageHead title="Plan of the update" up />
        <div class="stack"><FormError error /><Loaded resource=sheet view=draw /></div>
    }
}

async fn read(id: EnvironmentId, form: UpdateForm) -> Result<Sheet, AppError> {
    match api::environment::update_plan(id, form).await {
        Ok(plan) => Ok(Sheet::Plan(Box::new(plan))),
        Err(AppError::Fault(Fault::Invalid(errors))) => {
            Ok(Sheet::Form(Box::new(api::environment::update_options(id).await?), errors))
        }
        Err(error) => Err(error),
    }
}

/// The form with what was typed and the problem beside each field.
fn again(
    id: Option<EnvironmentId>,
    form: &UpdateForm,
    errors: &FieldErrors,
    options: &UpdateOptions,
) -> Option<impl IntoView + use<>> {
    let count = errors.problems.len();
    let title =
        if count == 1 { "One field needs a change".to_owned() } else { format!("{count} fields need a change") };
    let fields = update_form(id?, form, errors, options);
    Some(view! {
        <div role="alert"><Callout tone=Tone::Bad title><p>"Each is marked below. Nothing typed is lost."</p></Callout></div>
        {fields}
    })
}

fn plan_of(plan: &UpdatePlan, form: &UpdateForm) -> impl IntoView + use<> {
    let nothing = plan.changes.is_empty();
    let apply = (!nothing && !plan.is_blocked()).then(|| {
        let fields = form
            .pairs()
            .map(|(field, value)| {
                view! { <input type="hidden" name=format!("form[{field}]") value=value.to_owned() /> }
            })
            .into_iter()
            .collect_view();
        view! {
            <form method="post" action=UpdateEnvironment::url()>
                <input type="hidden" name="environment" value=plan.environment.to_string() />
                {fields}
                <input type="hidden" name="plan_hash" value=plan.hash.clone() />
                <button type="submit" class="btn btn-primary">"Apply the update"</button>
            </form>
        }
    });
    let back = link::scale(plan.environment, form);
    let note = match (nothing, plan.is_blocked()) {
        (true, _) => Some(view! { <p class="strong">{text::scale::NOTHING_CHANGES}</p> }.into_any()),
        (false, true) => Some(view! { <p class="field-error">{text::plan::BLOCKED}</p> }.into_any()),
        (false, false) => None,
    };
    let rest = (!nothing).then(|| {
        view! {
            {interruptions(plan)}
            {findings(&plan.findings)}
            <section aria-labelledby="changes"><h2 id="changes">{text::scale::changed(plan.changes.len())}</h2>
                {changes(&plan.changes)}
            </section>
            <section aria-labelledby="cost"><h2 id="cost">"Price by item"</h2>{cost(plan)}</section>
        }
    });
    view! {
        <section class="card summary" aria-labelledby="summary">
            <h2 id="summary" class="visually-hidden">"Summary"</h2>
            <div class="columns">{facts(plan)}{sums(plan)}</div>
            {note}
            <div class="row">{apply}<a class="btn" href=back>"Change the form"</a></div>
        </section>
        {rest}
    }
}

fn facts(plan: &UpdatePlan) -> impl IntoView + use<> {
    let expected = plan.expected.map_or_else(|| text::plan::NOT_EXPECTED.to_owned(), text::operation::expected);
    let revision = format!("{} → {}", plan.from_revision, plan.to_revision);
    let (name, changed) = (plan.environment_name.clone(), text::scale::changed(plan.changes.len()));
    view! {
        <KeyValues>
            <KeyValue name="Environment"><strong>{name}</strong></KeyValue>
            <KeyValue name="Revision">{revision}</KeyValue>
            <KeyValue name="Changes">{changed}</KeyValue>
            <KeyValue name="Time">{expected}</KeyValue>
        </KeyValues>
    }
}

fn sums(plan: &UpdatePlan) -> impl IntoView + use<> {
    let (before, after) = (plan.cost_before.monthly(), plan.cost_after.monthly());
    let at_least = if plan.cost_after.has_unknown() { "at least " } else { "" };
    let difference = format::difference(before, after).unwrap_or_else(|| "no difference".to_owned());
    view! {
        <div>
            <p><span class="sum">{at_least}{format::money(after)}</span>" a month (estimate)"</p>
            <p>{format::money(before)}" now; "{difference}</p>
            <p class="muted small">{text::plan::estimate_note(&plan.cost_after.as_of, &plan.cost_after.region)}</p>
        </div>
    }
}

fn interruptions(plan: &UpdatePlan) -> impl IntoView + use<> {
    if plan.interruptions.is_empty() {
        let (title, text) = text::scale::NO_INTERRUPTION;
        return view! { <Callout tone=Tone::Good title><p>{text}</p></Callout> }.into_any();
    }
    let tone = if plan.paused { Tone::Quiet } else { Tone::Warn };
    plan.interruptions
        .iter()
        .map(|what| {
            let (title, text) = text::scale::interruption(*what, plan.paused);
            view! { <Callout tone title><p>{text}</p></Callout> }
        })
        .collect_view()
        .into_any()
}

/// One row a resource: its sign, what it is, and its properties before and after.
fn changes(changes: &[UpdatedResource]) -> impl IntoView + use<> {
    let rows = changes
        .iter()
        .cloned()
        .map(|one| {
            let UpdatedResource { change, properties, follows } = one;
            let (sign, word) = text::scale::change(change.change);
            let tone = match change.change {
                ChangeKind::Add => Tone::Good,
                ChangeKind::Modify => Tone::Busy,
                ChangeKind::Remove | ChangeKind::Replace => Tone::Bad,
            };
            let follows =
                (!follows.is_empty()).then(|| view! { <p class="small muted">{text::scale::follows(&follows)}</p> });
            view! {
                <tr role="row">
                    <Cell label="Change"><span class="change" data-tone=tone.code()>
                        <span class="change-sign" aria-hidden="true">{sign}</span>{word}</span></Cell>
                    <Cell label="Resource"><div><span class="mono strong">{change.logical_id}</span>
                        <p class="small muted">{change.purpose}</p>
                        <p class="small mono muted">{change.resource_type}</p></div></Cell>
                    <Cell label="What"><div>{properties.into_iter().map(property).collect_view()}{follows}</div></Cell>
                </tr>
            }
        })
        .collect_view();
    view! { <Table caption="Resources that change" heads=vec!["Change", "Resource", "What"]>{rows}</Table> }
}

fn property(property: PropertyChange) -> impl IntoView {
    let anew = property.replaces.then(|| view! { " "<Badge tone=Tone::Bad label="makes it anew" /> });
    let before = property.before.map(|text| view! { <del class="mono">{text}</del>" " });
    let after = property.after.map(|text| view! { <ins class="mono">{text}</ins> });
    view! { <div class="property"><span class="mono small">{property.path}</span>{anew}<div>{before}{after}</div></div> }
}

/// Items by their names, with what each costs before and after.
fn cost(plan: &UpdatePlan) -> impl IntoView + use<> {
    let (before, after) = (&plan.cost_before.items, &plan.cost_after.items);
    let find = |items: &[CostItem], label: &str| items.iter().find(|item| item.label == label).cloned();
    let mut labels: Vec<String> = after.iter().map(|item| item.label.clone()).collect();
    labels.extend(before.iter().map(|item| item.label.clone()).filter(|label| find(after, label).is_none()));
    let rows = labels
        .into_iter()
        .map(|label| {
            let (old, new) = (find(before, &label), find(after, &label));
            let basis = new.as_ref().or(old.as_ref()).map(|item| item.basis.clone()).unwrap_or_default();
            let monthly = |item: &Option<CostItem>| item.as_ref().map_or(Some(Usd::ZERO), |item| item.monthly);
            let (old, new) = (monthly(&old), monthly(&new));
            let difference = old.zip(new).and_then(|(old, new)| format::difference(old, new));
            view! {
                <tr role="row">
                    <Cell label="Item">{label}</Cell>
                    <Cell label="How"><span class="muted small">{basis}</span></Cell>
                    <Cell label="Now" class="amount">{amount(old)}</Cell>
                    <Cell label="After" class="amount">{amount(new)}</Cell>
                    <Cell label="Difference" class="amount"><strong>{difference}</strong></Cell>
                </tr>
            }
        })
        .collect_view();
    let (before, after) = (plan.cost_before.monthly(), plan.cost_after.monthly());
    let heads: Vec<Head> =
        vec!["Item".into(), "How".into(), Head::amount("Now"), Head::amount("After"), Head::amount("Difference")];
    view! {
        <Table caption="Price by item" heads>
            {rows}
            <tr role="row" class="total">
                <Cell label="Item"><strong>"Sum"</strong></Cell>
                <Cell label="How">"All items"</Cell>
                <Cell label="Now" class="amount"><strong>{format::money(before)}</strong></Cell>
                <Cell label="After" class="amount"><strong>{format::money(after)}</strong></Cell>
                <Cell label="Difference" class="amount"><strong>{format::difference(before, after)}</strong></Cell>
            </tr>
        </Table>
    }
}
