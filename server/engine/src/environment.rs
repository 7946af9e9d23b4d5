//! Environments: from draft to creation, viewing, deleting.

mod live;

use crate::{
    Outside, audit, draft, drift,
    error::OrFault,
    operation::asked,
    plan,
    policy::{require, require_in},
    revision, scale, update,
};
use async_trait::async_trait;
use live::Looks;
use model::{
    DraftId, EnvironmentId, Fault, FieldErrors, FieldProblem, OperationId, Outcome, Principal, TypedSecrets,
    audit::Action,
    draft::{CreateOptions, DraftForm, DraftView},
    drift::Drift,
    environment::{
        DeleteOptions, EnvironmentDetail, EnvironmentFilter, EnvironmentPage, EnvironmentRow, EnvironmentStatus,
        EnvironmentSummary, LiveState, Parts, Revision, RevisionComparison,
    },
    export::Export,
    fault::Conflict,
    operation::OperationKind,
    page::PAGE_SIZE,
    permission::Permission,
    plan::Plan,
    services::Environments,
    update::{UpdateForm, UpdateOptions, UpdatePlan},
};
use ports::{
    Place,
    store::{EnvironmentRecord, NewEnvironment, NewOperation},
};
use std::collections::BTreeMap;
use template::output;
use uuid::Uuid;

pub(crate) struct EnvironmentService {
    outside: Outside,
    looks: Looks,
}

impl EnvironmentService {
    pub(crate) fn new(outside: Outside) -> Self {
        Self { looks: Looks::new(outside.clone()), outside }
    }

    async fn record(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        permission: Permission,
    ) -> Outcome<EnvironmentRecord> {
        record(&self.outside, who, environment, permission).await
    }

    /// The operation of the environment that a draft became, if it was created already.
    async fn created_from(&self, who: &Principal, draft: DraftId) -> Outcome<OperationId> {
        let record = self.record(who, EnvironmentId::from(draft), Permission::EnvironmentOperate).await?;
        record.summary.last_operation.map(|operation| operation.id).ok_or(Fault::NotFound)
    }
}

#[async_trait]
impl Environments for EnvironmentService {
    async fn create_options(&self, who: &Principal) -> Outcome<CreateOptions> {
        draft::options(&self.outside, who).await
    }

    async fn save_draft(
        &self,
        who: &Principal,
        draft: Option<DraftId>,
        form: DraftForm,
        typed: TypedSecrets,
    ) -> Outcome<DraftView> {
        draft::save(&self.outside, who, draft, form, typed).await
    }

    async fn choose_kind(
        &self,
        who: &Principal,
        draft: Option<DraftId>,
        form: DraftForm,
        typed: TypedSecrets,
        kind: &str,
    ) -> Outcome<DraftView> {
        draft::beginning::choose_kind(&self.outside, who, draft, form, typed, kind).await
    }

    async fn choose_preset(
        &self,
        who: &Principal,
        draft: Option<DraftId>,
        form: DraftForm,
        typed: TypedSecrets,
        preset: &str,
    ) -> Outcome<DraftView> {
        draft::beginning::choose_preset(&self.outside, who, draft, form, typed, preset).await
    }

    async fn clone_environment(&self, who: &Principal, environment: EnvironmentId) -> Outcome<DraftId> {
        draft::beginning::from_environment(&self.outside, who, environment).await
    }

    async fn import_spec(&self, who: &Principal, spec: &str) -> Outcome<DraftId> {
        draft::beginning::from_spec(&self.outside, who, spec).await
    }

    async fn draft(&self, who: &Principal, draft: DraftId) -> Outcome<DraftView> {
        Ok(draft::view(draft::own(&self.outside, who, draft).await?))
    }

    async fn plan(&self, who: &Principal, draft: DraftId) -> Outcome<Plan> {
        let record = draft::own(&self.outside, who, draft).await?;
        let checked = draft::check(&self.outside, who, &record).await?;
        let parsed = checked.map_err(Fault::Invalid)?;
        Ok(plan::draw(&self.outside, draft.into(), &parsed).await?.plan)
    }

    async fn create(&self, who: &Principal, draft: DraftId, plan_hash: &str) -> Outcome<OperationId> {
        let record = match draft::own(&self.outside, who, draft).await {
            Ok(record) => record,
            // Posted twice: the second answer is the first one's.
            Err(Fault::NotFound) => return self.created_from(who, draft).await,
            Err(fault) => return Err(fault),
        };
        let checked = draft::check(&self.outside, who, &record).await?;
        let parsed = checked.map_err(Fault::Invalid)?;
        require_in(Permission::EnvironmentOperate, who, parsed.team)?;
        let drawn = plan::draw(&self.outside, draft.into(), &parsed).await?;
        if drawn.plan.hash != plan_hash || drawn.is_blocked() {
            return Err(Fault::Conflict(Conflict::PlanChanged));
        }
        let new = NewEnvironment {
            id: draft.into(),
            draft,
            name: parsed.name,
            team: parsed.team,
            account: parsed.account,
            region: parsed.region,
            spec: parsed.spec,
            stack_name: drawn.rendered.stack_name,
            template_hash: drawn.plan.hash,
            template_body: drawn.rendered.body,
            created_by: who.person,
            created: self.outside.clock.now(),
            llm_key: record.llm_key,
            sign_in_secret: record.sign_in_secret,
            secrets: record.secrets,
            operation: OperationId(Uuid::now_v7()),
        };
        let entry = audit::by(who, new.created, Action::EnvironmentCreateRequested, &new.name)
            .team(new.team)
            .environment(new.id)
            .operation(new.operation)
            .change("size", None, Some(new.spec.compute.code().to_owned()))
            .change("region", None, Some(new.region.clone()))
            .change("version", None, Some(new.spec.image.tag.clone()))
            .done();
        match self.outside.store.environment_create(&new, &entry).await.or_fault() {
            Ok(()) => Ok(new.operation),
            Err(Fault::Conflict(Conflict::ChangedMeanwhile)) => self.created_from(who, draft).await,
            Err(fault) => Err(fault),
        }
    }

    async fn list(
        &self,
        who: &Principal,
        filter: EnvironmentFilter,
        after: Option<String>,
    ) -> Outcome<EnvironmentPage> {
        require(Permission::OwnAccount, who)?;
        let own: Vec<_> = who.memberships.iter().map(|membership| membership.team).collect();
        let teams = (!who.sees_all_teams()).then_some(own.as_slice());
        let store = &self.outside.store;
        let page = store.environment_list(teams, &filter, after.as_deref(), PAGE_SIZE).await.or_fault()?;
        // A first page that is the last one has all there is.
        let total = match (&after, &page.next) {
            (None, None) => u32::try_from(page.items.len()).unwrap_or(PAGE_SIZE),
            _ => store.environment_count(teams, &filter).await.or_fault()?,
        };
        let items = page.items.into_iter().map(priced).collect();
        Ok(EnvironmentPage { items, next: page.next, total, now: self.outside.clock.now() })
    }

    async fn get(&self, who: &Principal, environment: EnvironmentId) -> Outcome<EnvironmentDetail> {
        let record = self.record(who, environment, Permission::TeamView).await?;
        let may_operate = Permission::EnvironmentOperate.allows(Some(who), Some(record.summary.team));
        let address = record.outputs.get(output::ADDRESS).cloned();
        Ok(EnvironmentDetail {
            // An environment that is deleted has no address any more.
            address: address.filter(|_| record.summary.status != EnvironmentStatus::Deleted),
            parts: parts(&record.outputs),
            summary: record.summary,
            revision: record.revision,
            stack_name: record.stack_name,
            stack_id: record.stack_id,
            may_operate,
            receipt: record.receipt,
            read: self.outside.clock.now(),
        })
    }

    async fn live(&self, who: &Principal, environment: EnvironmentId, hurry: bool) -> Outcome<LiveState> {
        let record = self.record(who, environment, Permission::TeamView).await?;
        self.looks.answer(record, hurry).await
    }

    async fn drift(&self, who: &Principal, environment: EnvironmentId) -> Outcome<Drift> {
        drift::view(&self.outside, who, environment).await
    }

    async fn detect_drift(&self, who: &Principal, environment: EnvironmentId) -> Outcome<()> {
        drift::request(&self.outside, who, environment).await
    }

    async fn revisions(&self, who: &Principal, environment: EnvironmentId) -> Outcome<Vec<Revision>> {
        self.record(who, environment, Permission::TeamView).await?;
        self.outside.store.revision_list(environment).await.or_fault()
    }

    async fn compare(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        from: u32,
        to: u32,
    ) -> Outcome<RevisionComparison> {
        self.record(who, environment, Permission::TeamView).await?;
        revision::compare(&self.outside, environment, from, to).await
    }

    async fn export(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        revision: u32,
        file: Export,
    ) -> Outcome<String> {
        let record = self.record(who, environment, Permission::TeamView).await?;
        revision::export(&self.outside, &record, revision, file).await
    }

    async fn template(&self, who: &Principal, environment: EnvironmentId, revision: u32) -> Outcome<String> {
        self.record(who, environment, Permission::TeamView).await?;
        let body = self.outside.store.revision_template(environment, revision).await.or_fault()?;
        body.as_deref().and_then(template::pretty).ok_or(Fault::NotFound)
    }

    async fn stack_size(&self, who: &Principal, environment: EnvironmentId) -> Outcome<usize> {
        let revision = self.record(who, environment, Permission::TeamView).await?.revision;
        let body = self.outside.store.revision_template(environment, revision).await.or_fault()?;
        Ok(template::resource_count(&body.ok_or(Fault::NotFound)?))
    }

    async fn scale(&self, who: &Principal, environment: EnvironmentId, desired: &str) -> Outcome<OperationId> {
        scale::start(&self.outside, who, environment, desired).await
    }

    async fn update_options(&self, who: &Principal, environment: EnvironmentId) -> Outcome<UpdateOptions> {
        update::options(&self.outside, who, environment).await
    }

    async fn update_plan(&self, who: &Principal, environment: EnvironmentId, form: &UpdateForm) -> Outcome<UpdatePlan> {
        update::plan(&self.outside, who, environment, form).await
    }

    async fn update(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        form: &UpdateForm,
        plan_hash: &str,
    ) -> Outcome<OperationId> {
        update::start(&self.outside, who, environment, form, plan_hash).await
    }

    async fn delete(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        typed_name: &str,
        options: DeleteOptions,
    ) -> Outcome<OperationId> {
        let record = self.record(who, environment, Permission::EnvironmentOperate).await?;
        if typed_name.trim() != record.summary.name {
            let problem = FieldProblem::DoesNotMatch { expected: record.summary.name };
            return Err(Fault::Invalid(FieldErrors::one("typed_name", problem).keep("typed_name", typed_name)));
        }
        let from = vec![
            EnvironmentStatus::Ready,
            EnvironmentStatus::UpdateFailed,
            EnvironmentStatus::Failed,
            EnvironmentStatus::DeleteFailed,
        ];
        let states = (EnvironmentStatus::Deleting, from);
        let operation = NewOperation {
            delete_options: Some(options),
            ..asked(&self.outside, who, environment, OperationKind::Delete, states)
        };
        let kept = |kept: bool| Some(if kept { "kept" } else { "deleted" }.to_owned());
        let entry = audit::by(who, operation.requested, Action::EnvironmentDeleteRequested, &record.summary.name)
            .team(record.summary.team)
            .environment(environment)
            .operation(operation.id)
            .change("final database snapshot", None, kept(options.keep_database_snapshot))
            .change("files", None, kept(options.keep_files))
            .change("bucket", None, kept(options.keep_bucket))
            .done();
        self.outside.store.operation_start(&operation, &entry).await.or_fault()?;
        Ok(operation.id)
    }
}

/// A row of the list with its price.
fn priced(summary: EnvironmentSummary) -> EnvironmentRow {
    let estimate = template::estimate(&summary.spec, &summary.region);
    EnvironmentRow {
        id: summary.id,
        name: summary.name,
        team_name: summary.team_name,
        account_name: summary.account_name,
        region: summary.region,
        status: summary.status,
        health: summary.health,
        health_since: summary.health_since,
        edition: summary.spec.edition,
        version: summary.spec.image.tag,
        size: summary.spec.compute.code().to_owned(),
        created: summary.created,
        created_by: summary.created_by,
        last_operation: summary.last_operation,
        drifted: summary.drifted,
        monthly: estimate.monthly().whole(),
        monthly_is_least: estimate.has_unknown(),
    }
}

/// What the stack has made, by its outputs.
fn parts(outputs: &BTreeMap<String, String>) -> Parts {
    let output = |name: &str| outputs.get(name).cloned();
    Parts {
        load_balancer: output(output::LOAD_BALANCER_DNS),
        cluster: output(output::CLUSTER_NAME),
        service: output(output::SERVICE_NAME),
        database: output(output::DATABASE_ID),
        bucket: output(output::BUCKET_NAME),
        file_system: output(output::FILE_SYSTEM_ID),
        log_group: output(output::LOG_GROUP_NAME),
        session_key_secret: output(output::SESSION_KEY_SECRET_ARN),
    }
}

/// Where Handrail asks whether OpenHands is ready: past the sign-in, by the load balancer's own name.
pub(crate) fn probe_address(outputs: &BTreeMap<String, String>) -> Option<&String> {
    outputs.get(output::PROBE_ADDRESS).or_else(|| outputs.get(output::ADDRESS))
}

/// An environment, for somebody who holds the permission in its team.
pub(crate) async fn record(
    outside: &Outside,
    who: &Principal,
    environment: EnvironmentId,
    permission: Permission,
) -> Outcome<EnvironmentRecord> {
    let record = outside.store.environment_get(environment).await.or_fault()?.ok_or(Fault::NotFound)?;
    require_in(permission, who, record.summary.team)?;
    Ok(record)
}

/// The account, region and operation that calls about an environment are made with.
pub(crate) async fn place(
    outside: &Outside,
    record: &EnvironmentRecord,
    operation: Option<OperationId>,
) -> Outcome<Place> {
    let account = outside.store.account_get(record.summary.account).await.or_fault()?.ok_or(Fault::NotFound)?;
    Ok(Place { account, region: record.summary.region.clone(), operation })
}
