//! The plan of a draft: what it is in short, every price, every resource, then Create.

use super::param::{not_found, param};
use crate::{
    api::{self, environment::CreateEnvironment},
    component::{
        Badge, Callout, Cell, Code, FormError, Head, KeyValue, KeyValues, Loaded, PageHead, Submit, Table, Tone,
    },
    error::AppError,
    format, link,
    text::{self, plan::SECTIONS},
};
use leptos::prelude::*;
use model::{
    DraftId,
    draft::DraftForm,
    money::Usd,
    plan::{CostEstimate, Plan, PlanFinding, Section, Severity},
    role::PlannedRole,
    spec::{ComputeKind, Edition, InstanceType, Size, region_name},
};
use serde::{Deserialize, Serialize};

/// The plan, and the form it was made from with the names of what it points to.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Sheet {
    draft: DraftId,
    plan: Plan,
    form: DraftForm,
    team: String,
    account: String,
}

#[component]
pub fn PlanPage() -> impl IntoView {
    let draft = param::<DraftId>("draft");
    let sheet = Resource::new(move || draft.get(), read);
    let action = ServerAction::<CreateEnvironment>::new();
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let draw = move |sheet: Sheet| {
        let blocked = sheet.plan.findings.iter().any(|finding| finding.severity == Severity::Blocks);
        let hash = sheet.plan.hash.clone();
        let (draft, plan) = (sheet.draft, &sheet.plan);
        let buttons = || {
            let hash = hash.clone();
            let create = (!blocked).then(|| {
                view! {
                    <ActionForm action>
                        <input type="hidden" name="draft" value=draft.to_string() />
                        <input type="hidden" name="plan_hash" value=hash />
                        <Submit label="Create environment" pending=action.pending() />
                    </ActionForm>
                }
            });
            view! { <div class="row">{create}<a class="btn" href=link::draft(draft)>"Change the form"</a></div> }
        };
        view! {
            <section class="card summary" aria-labelledby="summary">
                <h2 id="summary" class="visually-hidden">"Summary"</h2>
                <div class="columns">{facts(&sheet)}{sums(&plan.cost)}</div>
                {blocked.then(|| view! { <p class="field-error">{text::plan::BLOCKED}</p> })}
                <FormError error />
                {buttons()}
            </section>
            {findings(&plan.findings)}
            <section aria-labelledby="cost"><h2 id="cost">"Price by item"</h2>{cost(&plan.cost)}</section>
            <section aria-labelledby="resources">
                <h2 id="resources">{format!("{} resources will be made", plan.changes.len())}</h2>
                {SECTIONS.into_iter().filter_map(|section| resources(plan, section)).collect_view()}
            </section>
            {roles(&plan.roles)}
            {buttons()}
        }
    };
    view! {
        <PageHead title="Plan" up=(link::ENVIRONMENTS.to_owned(), "Environments".to_owned()) />
        <div class="stack"><Loaded resource=sheet view=draw /></div>
    }
}

async fn read(draft: Option<DraftId>) -> Result<Sheet, AppError> {
    let draft = draft.ok_or_else(not_found)?;
    let plan = api::environment::plan(draft).await?;
    let form = api::environment::draft(draft).await?.form;
    let options = api::environment::create_options().await?;
    let team = options.teams.into_iter().find(|team| team.id.to_string() == form.team).map(|team| team.name);
    let account = options.accounts.into_iter().find(|account| account.id.to_string() == form.account);
    let account = account.map(|account| format!("{} ({})", account.name, account.aws_account));
    Ok(Sheet { draft, plan, form, team: team.unwrap_or_default(), account: account.unwrap_or_default() })
}

fn facts(sheet: &Sheet) -> impl IntoView + use<> {
    let Sheet { plan, form, team, account, .. } = sheet.clone();
    let region = region_name(&form.region).map(|name| format!("{name} · ")).unwrap_or_default();
    let host = InstanceType::from_code(&form.instance_type).map(text::spec::host);
    let size = Size::from_code(&form.size).map(text::spec::task).or(host);
    let kind = ComputeKind::from_code(&form.compute).map(text::environment::compute);
    let expected = plan.expected.map_or_else(|| text::plan::NOT_EXPECTED.to_owned(), text::operation::expected);
    let edition = Edition::from_code(&form.edition).unwrap_or(Edition::Canvas);
    let version = text::environment::version(edition, &form.version);
    view! {
        <KeyValues>
            <KeyValue name="Environment"><strong>{form.name}</strong></KeyValue>
            <KeyValue name="Team">{team}</KeyValue>
            <KeyValue name="Where">{region}{form.region}", "{account}</KeyValue>
            <KeyValue name="What">{version}</KeyValue>
            <KeyValue name="Runs on">{kind}</KeyValue>
            <KeyValue name="Size">{size}</KeyValue>
            <KeyValue name="Time">{expected}</KeyValue>
        </KeyValues>
    }
}

fn sums(cost: &CostEstimate) -> impl IntoView + use<> {
    let at_least = if cost.has_unknown() { "at least " } else { "" };
    view! {
        <div>
            <p><span class="sum">{at_least}{format::money(cost.monthly())}</span>" a month (estimate)"</p>
            <p>{at_least}{format::money(cost.monthly_paused())}" a month is billed while paused"</p>
            <p class="muted small">{text::plan::estimate_note(&cost.as_of, &cost.region)}</p>
        </div>
    }
}

/// What blocks stands open; the rest is one list to unfold.
pub(super) fn findings(findings: &[PlanFinding]) -> impl IntoView + use<> {
    let of = |severity: Severity| findings.iter().filter(move |finding| finding.severity == severity).cloned();
    let blocking = of(Severity::Blocks)
        .map(|finding| {
            let title = format!("{}: {}", text::plan::severity(finding.severity), finding.what);
            view! {
                <Callout tone=Tone::Bad title><p>{finding.why}</p><p>{finding.fix}</p>
                    <p class="muted small">{finding.rule}</p></Callout>
            }
        })
        .collect_view();
    let (warnings, notes) = (of(Severity::Warns).count(), of(Severity::Notes).count());
    let rest = of(Severity::Warns).chain(of(Severity::Notes)).map(finding).collect_view();
    let rest = (warnings + notes > 0).then(|| {
        view! {
            <section class="card" aria-labelledby="findings">
                <h2 id="findings">{text::plan::findings(warnings, notes)}</h2>
                <ul class="findings">{rest}</ul>
            </section>
        }
    });
    view! { {blocking}{rest} }
}

fn finding(finding: PlanFinding) -> impl IntoView {
    let tone = if finding.severity == Severity::Warns { Tone::Warn } else { Tone::Quiet };
    view! {
        <li>
            <details>
                <summary><Badge tone label=text::plan::severity(finding.severity) />" "{finding.what}</summary>
                <p>{finding.why}</p><p>{finding.fix}</p>
                <p class="muted small">{finding.rule}{finding.logical_id.map(|id| format!(", {id}"))}</p>
            </details>
        </li>
    }
}

pub(super) fn amount(amount: Option<Usd>) -> String {
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
                    <Cell label="Item"><div>{item.label}{usage}</div></Cell>
                    <Cell label="How"><span class="muted small">{item.basis}</span></Cell>
                    <Cell label="A month" class="amount">{amount(item.monthly)}</Cell>
                    <Cell label="While paused" class="amount">{amount(item.monthly_paused)}</Cell>
                </tr>
            }
        })
        .collect_view();
    let (monthly, paused) = (format::money(cost.monthly()), format::money(cost.monthly_paused()));
    view! {
        <Table caption="Price by item" heads=vec!["Item".into(), "How".into(), Head::amount("A month"), Head::amount("While paused")]>
            {rows}
            <tr role="row" class="total">
                <Cell label="Item"><strong>"Sum"</strong></Cell>
                <Cell label="How">"All items"</Cell>
                <Cell label="A month" class="amount"><strong>{monthly}</strong></Cell>
                <Cell label="While paused" class="amount"><strong>{paused}</strong></Cell>
            </tr>
        </Table>
    }
}

/// Every role that the environment gets, with its policies.
fn roles(roles: &[PlannedRole]) -> impl IntoView + use<> {
    let roles = roles
        .iter()
        .map(|role| {
            let count = role.policies.len();
            let policies = role.policies.iter().enumerate().map(|(index, text)| {
                let label = text::role::policy(&role.logical_id, index + 1, count);
                view! { <h3>{label.clone()}</h3><Code label text=text.clone() /> }
            });
            let managed =
                role.managed.iter().map(|arn| view! { <p>"With AWS's policy "<code>{arn.clone()}</code></p> });
            let trust = format!("Who may become {}", role.logical_id);
            view! {
                <details class="fold">
                    <summary class="mono">{role.logical_id.clone()}</summary>
                    <h3>{trust.clone()}</h3><Code label=trust text=role.trust.clone() />
                    {managed.collect_view()}
                    {policies.collect_view()}
                </details>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="roles"><h2 id="roles">"Roles and policies"</h2>
            <p class="muted">{text::role::PLANNED}</p>
            {roles}
        </section>
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
                    <Cell label="Type"><span class="mono muted">{change.resource_type}</span></Cell>
                    <Cell label="What for">{change.purpose}</Cell>
                </tr>
            }
        })
        .collect();
    let count = rows.len();
    (count > 0).then(|| {
        view! {
            <details class="fold">
                <summary>{text::plan::section_size(section, count)}</summary>
                <Table caption=text::plan::section(section) heads=vec!["Resource", "Type", "What for"]>{rows}</Table>
            </details>
        }
    })
}
