//! The steps that remove an environment.

use super::{
    arn,
    stack::{Copied, follow, name_or_id, remember},
};
use crate::{
    audit, draft,
    executor::{Run, StepResult, Stop},
};
use model::{audit::Action, cause::Cause, environment::DeleteOptions, operation::EventKind};
use ports::{
    cloud::Stack,
    store::{KnownResource, StoredSecret},
};
use std::time::Duration;
use template::output;

/// How long tasks get to stop by themselves before the stack takes them down anyway.
const STOP_LIMIT: Duration = Duration::from_secs(120);

/// Sets the service's desired count to zero and waits a little for its tasks to end, so that nothing writes while the data goes.
pub(super) async fn stop_service(run: &mut Run) -> StepResult {
    let (cloud, place) = (run.outside.cloud.clone(), run.place.clone());
    let outputs = &run.environment.outputs;
    let (Some(cluster), Some(service)) = (outputs.get(output::CLUSTER_NAME), outputs.get(output::SERVICE_NAME)) else {
        return Ok(());
    };
    let (cluster, service) = (cluster.clone(), service.clone());
    let limit = run.now() + STOP_LIMIT;
    loop {
        let Some(state) = run.ask(|| cloud.service(&place, &cluster, &service)).await? else { return Ok(()) };
        if state.status != "ACTIVE" {
            return Ok(());
        }
        if state.desired > 0 {
            run.ask(|| cloud.service_scale(&place, &cluster, &service, 0)).await?;
        } else if state.running == 0 || run.now() >= limit {
            return Ok(());
        }
        run.outside.clock.sleep(run.pace.poll).await;
    }
}

/// Takes the protection off and asks CloudFormation to delete the stack.
pub(super) async fn delete_stack(run: &mut Run) -> StepResult {
    let (cloud, place, name) = (run.outside.cloud.clone(), run.place.clone(), name_or_id(run));
    let stack = run.ask(|| cloud.stack(&place, &name)).await?;
    let Some(stack) = stack.filter(|stack| stack.status != "DELETE_COMPLETE") else { return Ok(()) };
    // What the stack has made is written down before it goes, for the sweep.
    let resources = run.ask(|| cloud.stack_resources(&place, &stack.id)).await?;
    let known: Vec<KnownResource> = resources
        .into_iter()
        .filter_map(|resource| {
            let physical_id = resource.physical_id.filter(|id| !id.is_empty())?;
            Some(KnownResource { logical_id: resource.logical_id, resource_type: resource.resource_type, physical_id })
        })
        .collect();
    let outputs = if stack.outputs.is_empty() { run.environment.outputs.clone() } else { stack.outputs.clone() };
    remember(run, &stack.id, outputs, &known).await?;
    if stack.status == "DELETE_IN_PROGRESS" {
        return Ok(());
    }
    if stack.termination_protection {
        run.ask(|| cloud.stack_protect(&place, &stack.name, false)).await?;
    }
    let token = run.token();
    run.ask(|| cloud.stack_delete(&place, &stack.id, &[], &token)).await
}

/// Follows the deletion to its end.
pub(super) async fn follow_delete(run: &mut Run) -> StepResult {
    let stack = follow(run, Copied::Deletions, is_deleted_or_stuck).await?;
    let Some(stack) = stack.filter(|stack| stack.status == "DELETE_FAILED") else { return Ok(()) };
    let (cloud, place) = (run.outside.cloud.clone(), run.place.clone());
    let resources = run.ask(|| cloud.stack_resources(&place, &stack.id)).await?;
    let left = resources.into_iter().filter(|resource| resource.status == "DELETE_FAILED");
    let resources = left.map(|resource| resource.logical_id).collect();
    Err(Stop::Failed(Cause::StackDeleteFailed { resources, reason: stack.reason }))
}

/// Whether a deletion has come to its end.
pub(super) fn is_deleted_or_stuck(stack: &Stack, _begun: bool) -> bool {
    matches!(stack.status.as_str(), "DELETE_COMPLETE" | "DELETE_FAILED")
}

/// The options that the operation was started with.
pub(super) fn options(run: &Run) -> DeleteOptions {
    run.operation.delete_options.unwrap_or_default()
}

/// Physical ids of a resource type that the environment's stack has made.
pub(super) async fn made(run: &Run, resource_type: &str) -> StepResult<Vec<String>> {
    let (store, id) = (run.outside.store.clone(), run.environment.summary.id);
    let resources = run.store(|| store.environment_resources(id)).await?;
    let mut ids: Vec<String> =
        resources.into_iter().filter(|one| one.resource_type == resource_type).map(|one| one.physical_id).collect();
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// Removes the data that the template retains and the user did not choose to keep.
pub(super) async fn remove_data(run: &mut Run) -> StepResult {
    let options = options(run);
    if !options.keep_files {
        remove_file_systems(run).await?;
    }
    if !options.keep_bucket {
        remove_buckets(run).await?;
    }
    if !options.keep_database_snapshot {
        remove_snapshots(run).await?;
    }
    Ok(())
}

/// Removes what a stack that was rolled back has retained: nothing was ever written there.
pub(super) async fn remove_empty_data(run: &mut Run) -> StepResult {
    remove_file_systems(run).await?;
    remove_buckets(run).await?;
    remove_snapshots(run).await
}

async fn remove_file_systems(run: &Run) -> StepResult {
    let (cloud, place) = (run.outside.cloud.clone(), run.place.clone());
    for (id, arn) in still_there(run, arn::FILE_SYSTEM).await? {
        run.ask(|| cloud.file_system_delete(&place, &id)).await?;
        run.tell(EventKind::Removed { arn }).await?;
    }
    Ok(())
}

async fn remove_buckets(run: &Run) -> StepResult {
    let (cloud, place) = (run.outside.cloud.clone(), run.place.clone());
    for (bucket, arn) in still_there(run, arn::BUCKET).await? {
        run.ask(|| cloud.bucket_delete(&place, &bucket)).await?;
        run.tell(EventKind::Removed { arn }).await?;
    }
    Ok(())
}

/// Physical ids and ARNs of what the stack has made of a type, without what is known to be gone.
async fn still_there(run: &Run, resource_type: &str) -> StepResult<Vec<(String, String)>> {
    let (cloud, place) = (run.outside.cloud.clone(), run.place.clone());
    let mut there = Vec::new();
    for id in made(run, resource_type).await? {
        let Some(arn) = arn::of(&place, resource_type, &id) else { continue };
        if run.ask(|| cloud.exists(&place, &arn)).await? != Some(false) {
            there.push((id, arn));
        }
    }
    Ok(there)
}

async fn remove_snapshots(run: &Run) -> StepResult {
    let (cloud, place) = (run.outside.cloud.clone(), run.place.clone());
    for instance in made(run, arn::DATABASE).await? {
        for (arn, _) in run.ask(|| cloud.database_snapshots(&place, &instance)).await? {
            run.ask(|| cloud.database_snapshot_delete(&place, &arn)).await?;
            run.tell(EventKind::Removed { arn }).await?;
        }
    }
    Ok(())
}

/// Removes the secrets that Handrail stored for the environment: the LLM key, the OIDC client secret and the extra ones.
pub(super) async fn remove_secrets(run: &mut Run) -> StepResult {
    let environment = &run.environment;
    let own = environment.llm_key.iter().chain(&environment.sign_in_secret);
    let secrets: Vec<StoredSecret> = own.chain(environment.secrets.iter().map(|one| &one.stored)).cloned().collect();
    if secrets.is_empty() {
        return Ok(());
    }
    let outside = run.outside.clone();
    for secret in &secrets {
        run.ask(|| draft::remove_secret(&outside, secret)).await?;
    }
    let has_more = environment.sign_in_secret.is_some() || !environment.secrets.is_empty();
    let (summary, what) = (&environment.summary, if has_more { "Secrets" } else { "LLM key" });
    let entry = audit::by_handrail(run.now(), Action::SecretRemoved, what)
        .team(summary.team)
        .environment(summary.id)
        .operation(run.operation.summary.id)
        .done();
    let id = summary.id;
    run.store(|| outside.store.environment_forget_secrets(id, &entry)).await?;
    for secret in secrets {
        run.tell(EventKind::Removed { arn: secret.arn }).await?;
    }
    Ok(())
}
