//! Environments: drafts, plans, creating, viewing, deleting.

use crate::error::AppError;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use model::TypedSecrets;
use model::{
    DraftId, EnvironmentId, Secret, TypedSecret,
    draft::{CreateOptions, DraftForm, DraftView},
    drift::Drift,
    environment::{EnvironmentDetail, EnvironmentFilter, EnvironmentPage, LiveState, Revision, RevisionComparison},
    plan::Plan,
    update::{UpdateForm, UpdateOptions, UpdatePlan},
};
use server_fn::codec::Json;

/// What was typed into the fields for secrets: an empty one is none, while every row of the extra ones counts.
#[cfg(feature = "ssr")]
fn typed(llm_key: Secret, sign_in: Secret, variables: Vec<TypedSecret>) -> TypedSecrets {
    let typed = |secret: Secret| (!secret.is_empty()).then_some(secret);
    TypedSecrets { llm_key: typed(llm_key), sign_in: typed(sign_in), variables }
}

#[server(prefix = "/api", endpoint = "create_options", name = ReadCreateOptions)]
pub async fn create_options() -> Result<CreateOptions, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.environments.create_options(&who).await.map_err(crate::context::fail)
}

/// Posted by a plain form. `draft` is empty at the first time; an empty `llm_key` or `sign_in_secret` leaves the stored one.
#[server(prefix = "/api", endpoint = "save_draft")]
pub async fn save_draft(
    #[server(default)] draft: String,
    #[server(default)] form: DraftForm,
    #[server(default)] llm_key: Secret,
    #[server(default)] sign_in_secret: Secret,
    #[server(default)] secrets: Vec<TypedSecret>,
) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    let saved =
        services.environments.save_draft(&who, draft.parse().ok(), form, typed(llm_key, sign_in_secret, secrets)).await;
    let saved = saved.map_err(crate::context::fail)?;
    let next = if saved.errors.is_empty() { crate::link::plan(saved.id) } else { crate::link::draft(saved.id) };
    leptos_axum::redirect(&next);
    Ok(())
}

/// Posted by the same form: another edition or compute, as `edition/compute`. What was typed stays.
#[server(prefix = "/api", endpoint = "choose_kind")]
pub async fn choose_kind(
    #[server(default)] draft: String,
    #[server(default)] form: DraftForm,
    #[server(default)] llm_key: Secret,
    #[server(default)] sign_in_secret: Secret,
    #[server(default)] secrets: Vec<TypedSecret>,
    kind: String,
) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    let chosen = services
        .environments
        .choose_kind(&who, draft.parse().ok(), form, typed(llm_key, sign_in_secret, secrets), &kind)
        .await;
    leptos_axum::redirect(&crate::link::draft(chosen.map_err(crate::context::fail)?.id));
    Ok(())
}

/// Posted by the same form: the values of a preset. What else was typed stays.
#[server(prefix = "/api", endpoint = "choose_preset")]
pub async fn choose_preset(
    #[server(default)] draft: String,
    #[server(default)] form: DraftForm,
    #[server(default)] llm_key: Secret,
    #[server(default)] sign_in_secret: Secret,
    #[server(default)] secrets: Vec<TypedSecret>,
    preset: String,
) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    let chosen = services
        .environments
        .choose_preset(&who, draft.parse().ok(), form, typed(llm_key, sign_in_secret, secrets), &preset)
        .await;
    leptos_axum::redirect(&crate::link::draft(chosen.map_err(crate::context::fail)?.id));
    Ok(())
}

/// Begins a draft with the spec of an environment.
#[server(prefix = "/api", endpoint = "clone_environment")]
pub async fn clone_environment(environment: EnvironmentId) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    let draft = services.environments.clone_environment(&who, environment).await.map_err(crate::context::fail)?;
    leptos_axum::redirect(&crate::link::draft(draft));
    Ok(())
}

/// Begins a draft with a spec that was exported.
#[server(prefix = "/api", endpoint = "import_spec")]
pub async fn import_spec(#[server(default)] spec: String) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    let draft = services.environments.import_spec(&who, &spec).await.map_err(crate::context::fail)?;
    leptos_axum::redirect(&crate::link::draft(draft));
    Ok(())
}

#[server(prefix = "/api", endpoint = "draft")]
pub async fn draft(draft: DraftId) -> Result<DraftView, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.environments.draft(&who, draft).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "plan", name = ReadPlan)]
pub async fn plan(draft: DraftId) -> Result<Plan, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.environments.plan(&who, draft).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "create_environment")]
pub async fn create_environment(draft: DraftId, plan_hash: String) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    let operation = services.environments.create(&who, draft, &plan_hash).await.map_err(crate::context::fail)?;
    leptos_axum::redirect(&crate::link::operation(operation));
    Ok(())
}

#[server(prefix = "/api", endpoint = "environments", input = Json)]
pub async fn environments(filter: EnvironmentFilter, after: Option<String>) -> Result<EnvironmentPage, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.environments.list(&who, filter, after).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "environment")]
pub async fn environment(environment: EnvironmentId) -> Result<EnvironmentDetail, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.environments.get(&who, environment).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "live")]
pub async fn live(environment: EnvironmentId) -> Result<LiveState, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.environments.live(&who, environment, crate::context::draws_page()).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "drift", name = ReadDrift)]
pub async fn drift(environment: EnvironmentId) -> Result<Drift, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.environments.drift(&who, environment).await.map_err(crate::context::fail)
}

/// Asks for a comparison with the template.
#[server(prefix = "/api", endpoint = "detect_drift")]
pub async fn detect_drift(environment: EnvironmentId) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.environments.detect_drift(&who, environment).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "revisions")]
pub async fn revisions(environment: EnvironmentId) -> Result<Vec<Revision>, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.environments.revisions(&who, environment).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "compare_revisions")]
pub async fn compare_revisions(environment: EnvironmentId, from: u32, to: u32) -> Result<RevisionComparison, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.environments.compare(&who, environment, from, to).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "template")]
pub async fn template(environment: EnvironmentId, revision: u32) -> Result<String, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.environments.template(&who, environment, revision).await.map_err(crate::context::fail)
}

/// How many resources the stack of the revision in force has.
#[server(prefix = "/api", endpoint = "stack_size")]
pub async fn stack_size(environment: EnvironmentId) -> Result<usize, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.environments.stack_size(&who, environment).await.map_err(crate::context::fail)
}

/// How many tasks to run, as chosen: what the edition cannot run with is a problem of the field.
#[server(prefix = "/api", endpoint = "scale_environment")]
pub async fn scale_environment(environment: EnvironmentId, #[server(default)] desired: String) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    let operation = services.environments.scale(&who, environment, &desired).await.map_err(crate::context::fail)?;
    leptos_axum::redirect(&crate::link::operation(operation));
    Ok(())
}

#[server(prefix = "/api", endpoint = "update_options", name = ReadUpdateOptions)]
pub async fn update_options(environment: EnvironmentId) -> Result<UpdateOptions, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.environments.update_options(&who, environment).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "update_plan", name = ReadUpdatePlan, input = Json)]
pub async fn update_plan(environment: EnvironmentId, form: UpdateForm) -> Result<UpdatePlan, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.environments.update_plan(&who, environment, &form).await.map_err(crate::context::fail)
}

/// Posted by a plain form.
#[server(prefix = "/api", endpoint = "update_environment")]
pub async fn update_environment(
    environment: EnvironmentId,
    #[server(default)] form: UpdateForm,
    plan_hash: String,
) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    let operation = services.environments.update(&who, environment, &form, &plan_hash).await;
    leptos_axum::redirect(&crate::link::operation(operation.map_err(crate::context::fail)?));
    Ok(())
}

/// Boxes that are not ticked are not posted: the options are `on` or empty.
#[server(prefix = "/api", endpoint = "delete_environment")]
pub async fn delete_environment(
    environment: EnvironmentId,
    typed_name: String,
    #[server(default)] keep_database_snapshot: String,
    #[server(default)] keep_files: String,
    #[server(default)] keep_bucket: String,
) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    let options = model::environment::DeleteOptions {
        keep_database_snapshot: model::draft::is_ticked(&keep_database_snapshot),
        keep_files: model::draft::is_ticked(&keep_files),
        keep_bucket: model::draft::is_ticked(&keep_bucket),
    };
    let operation = services.environments.delete(&who, environment, &typed_name, options).await;
    leptos_axum::redirect(&crate::link::operation(operation.map_err(crate::context::fail)?));
    Ok(())
}
