//! Updating: from a changed form to a plan, and from the plan to a new revision.

use crate::{
    Outside, audit, draft::host_prices, environment::record, error::OrFault, image, operation::asked, plan, preset,
    token,
};
use model::{
    EnvironmentId, Fault, OperationId, Outcome, Principal,
    audit::Action,
    draft::{DraftForm, SizePrice},
    environment::EnvironmentStatus,
    fault::Conflict,
    operation::OperationKind,
    permission::Permission,
    spec::{Size, Spec},
    update::{UpdateForm, UpdateOptions, UpdatePlan},
};
use ports::store::{EnvironmentRecord, NewOperation, NewRevision};
use std::collections::BTreeMap;

/// What can be changed, and what it costs. Whoever sees the environment may see that.
pub(crate) async fn options(outside: &Outside, who: &Principal, environment: EnvironmentId) -> Outcome<UpdateOptions> {
    let record = record(outside, who, environment, Permission::TeamView).await?;
    let stored_secrets = stored(&record).into_keys().collect();
    let summary = record.summary;
    let (region, architecture) = (summary.region.as_str(), summary.spec.compute.architecture);
    let price = |size: &Size| SizePrice {
        region: region.to_owned(),
        size: *size,
        monthly: template::size_price(*size, architecture, region),
    };
    let cost = template::estimate(&summary.spec, region);
    Ok(UpdateOptions {
        versions: image::offered(outside).await?,
        size_prices: Size::ALL.iter().map(price).collect(),
        host_prices: host_prices(region).collect(),
        monthly: cost.monthly(),
        monthly_paused: cost.monthly_paused(),
        stored_secrets,
        spec: summary.spec,
    })
}

/// Where the extra secrets of an environment lie, by their names.
fn stored(record: &EnvironmentRecord) -> BTreeMap<String, String> {
    record.secrets.iter().map(|one| (one.name.clone(), one.stored.arn.clone())).collect()
}

/// A plan with the revision that it describes.
struct Drawn {
    plan: UpdatePlan,
    spec: Spec,
    body: String,
    template_hash: String,
}

async fn draw(outside: &Outside, record: &EnvironmentRecord, form: &UpdateForm) -> Outcome<Drawn> {
    let summary = &record.summary;
    let versions = image::offered(outside).await?;
    let mut spec = form.parse(&summary.spec, &versions, &stored(record)).map_err(Fault::Invalid)?;
    // Whoever stays with a version stays with its image, wherever it lies by now.
    if spec.image != summary.spec.image
        && let Some(version) = versions.iter().find(|one| one.image() == spec.image)
    {
        spec.image = image::image(outside, version, summary.account, &summary.region).await?;
    }
    let (old, new) = (DraftForm::of(&summary.spec), DraftForm::of(&spec));
    preset::check_update(outside, summary.team, &old, &new).await?.into_result()?;
    let store = &outside.store;
    // Revisions that did not come into force keep their numbers.
    let newest = store.revision_list(summary.id).await.or_fault()?.first().map_or(record.revision, |one| one.number);
    let before = store.revision_template(summary.id, record.revision).await.or_fault()?.ok_or(Fault::NotFound)?;
    let next = newest + 1;
    let rendered = plan::render(outside, record, &spec, next).await?;
    let changes = template::changes(&before, &rendered.body, &rendered.resources);
    let mut findings = template::change_findings(&changes);
    findings.extend(plan::findings(&spec, &rendered));
    findings.sort_by(|a, b| (a.severity, &a.rule).cmp(&(b.severity, &b.rule)));
    let plan = UpdatePlan {
        environment: summary.id,
        environment_name: summary.name.clone(),
        hash: token::digest(&format!("{before}\n{}", rendered.body)),
        from_revision: record.revision,
        to_revision: next,
        interruptions: template::interruptions(&changes),
        changes,
        cost_before: template::estimate(&summary.spec, &summary.region),
        cost_after: template::estimate(&spec, &summary.region),
        findings,
        paused: summary.desired == 0,
        expected: store.operation_expected(OperationKind::Update).await.or_fault()?,
    };
    Ok(Drawn { plan, spec, template_hash: token::digest(&rendered.body), body: rendered.body })
}

/// The plan of a changed spec.
pub(crate) async fn plan(
    outside: &Outside,
    who: &Principal,
    environment: EnvironmentId,
    form: &UpdateForm,
) -> Outcome<UpdatePlan> {
    let record = record(outside, who, environment, Permission::EnvironmentOperate).await?;
    Ok(draw(outside, &record, form).await?.plan)
}

/// Carries out what the plan showed, if it would still do the same.
pub(crate) async fn start(
    outside: &Outside,
    who: &Principal,
    environment: EnvironmentId,
    form: &UpdateForm,
    plan_hash: &str,
) -> Outcome<OperationId> {
    let record = record(outside, who, environment, Permission::EnvironmentOperate).await?;
    let drawn = draw(outside, &record, form).await?;
    // A form that was posted twice: the first post's revision is the newest now, so that the second one's plan is another. What runs
    // is told rather than that.
    if drawn.plan.hash != plan_hash && record.summary.status == EnvironmentStatus::Updating {
        return Err(Fault::Conflict(Conflict::OperationRunning));
    }
    if drawn.plan.hash != plan_hash || drawn.plan.is_blocked() {
        return Err(Fault::Conflict(Conflict::PlanChanged));
    }
    if drawn.plan.changes.is_empty() {
        return Err(Fault::Conflict(Conflict::NothingToChange));
    }
    let summary = &record.summary;
    let states = (EnvironmentStatus::Updating, vec![EnvironmentStatus::Ready]);
    let operation = NewOperation {
        desired: Some(summary.desired),
        revision: Some(drawn.plan.to_revision),
        new_revision: Some(NewRevision {
            number: drawn.plan.to_revision,
            base: record.revision,
            spec: drawn.spec.clone(),
            template_body: drawn.body,
            template_hash: drawn.template_hash,
        }),
        ..asked(outside, who, environment, OperationKind::Update, states)
    };
    let mut entry = audit::by(who, operation.requested, Action::EnvironmentUpdateRequested, &summary.name)
        .team(summary.team)
        .environment(environment)
        .operation(operation.id)
        .change("revision", Some(record.revision.to_string()), Some(drawn.plan.to_revision.to_string()));
    let (before, after) = (UpdateForm::of(&summary.spec), UpdateForm::of(&drawn.spec));
    for ((field, old), (_, new)) in before.pairs().into_iter().zip(after.pairs()) {
        if old != new {
            entry = entry.change(field, Some(old.to_owned()), Some(new.to_owned()));
        }
    }
    outside.store.operation_start(&operation, &entry.done()).await.or_fault()?;
    Ok(operation.id)
}
