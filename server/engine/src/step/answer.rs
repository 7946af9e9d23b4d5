//! Waiting until an environment is as it should be: its tasks run, the load balancer finds them healthy, OpenHands itself answers.

use super::stack::name_or_id;
use crate::{
    environment::probe_address,
    executor::{Run, StepResult, Stop},
};
use model::{
    cause::{Cause, ProbeAnswer},
    environment::{ServiceState, TargetState},
    operation::EventKind,
};
use template::output;

/// Waits until the service of a new environment is steady and the load balancer finds its target healthy.
pub(super) async fn await_targets(run: &mut Run) -> StepResult {
    await_running(run, 1).await
}

/// Waits until as many tasks run as are to run at the operation's end.
pub(super) async fn await_count(run: &mut Run) -> StepResult {
    match run.operation.summary.desired.unwrap_or(run.environment.summary.desired) {
        0 => await_none(run).await,
        desired => await_running(run, desired).await,
    }
}

/// What a look at service and targets found.
struct Seen {
    service: ServiceState,
    targets: Vec<TargetState>,
    healthy: u32,
}

/// Looks at service and targets, and tells of them if they have moved on since `told`.
async fn look(run: &Run, told: &mut Option<EventKind>) -> StepResult<Seen> {
    let (cloud, place) = (run.outside.cloud.clone(), run.place.clone());
    let (cluster, service) = service_of(run)?;
    let group = stack_output(run, output::TARGET_GROUP_ARN)?;
    let state = run.ask(|| cloud.service(&place, &cluster, &service)).await?;
    let Some(service) = state else { return Err(Stop::Failed(stack_gone_or(run, never_healthy(None, &[])).await?)) };
    let targets = run.ask(|| cloud.targets(&place, &group)).await?;
    let healthy = count(targets.iter().filter(|target| target.state == "healthy").count());
    let seen =
        EventKind::Targets { running: service.running, desired: service.desired, healthy, total: count(targets.len()) };
    if told.as_ref() != Some(&seen) {
        run.tell(seen.clone()).await?;
        *told = Some(seen);
    }
    Ok(Seen { service, targets, healthy })
}

/// Cluster and name of the environment's ECS service.
pub(super) fn service_of(run: &Run) -> StepResult<(String, String)> {
    Ok((stack_output(run, output::CLUSTER_NAME)?, stack_output(run, output::SERVICE_NAME)?))
}

async fn await_running(run: &Run, wanted: u32) -> StepResult {
    let limit = run.now() + run.pace.targets_limit;
    let mut told = None;
    loop {
        run.check_cancel().await?;
        let Seen { service, targets, healthy } = look(run, &mut told).await?;
        let steady = service.rollout.as_deref().is_none_or(|rollout| rollout != "IN_PROGRESS");
        let enough = service.desired >= wanted && service.running >= service.desired;
        if enough && healthy > 0 && steady {
            return Ok(());
        }
        if service.rollout.as_deref() == Some("FAILED") || run.now() >= limit {
            return Err(Stop::Failed(never_healthy(Some(&service), &targets)));
        }
        run.outside.clock.sleep(run.pace.poll).await;
    }
}

async fn await_none(run: &Run) -> StepResult {
    let limit = run.now() + run.pace.targets_limit;
    let mut told = None;
    loop {
        run.check_cancel().await?;
        let service = look(run, &mut told).await?.service;
        if service.desired == 0 && service.running == 0 && service.pending == 0 {
            return Ok(());
        }
        if run.now() >= limit {
            return Err(Stop::Failed(run.timed_out(run.pace.targets_limit)));
        }
        run.outside.clock.sleep(run.pace.poll).await;
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn never_healthy(service: Option<&ServiceState>, targets: &[TargetState]) -> Cause {
    let target = targets.iter().find(|target| target.state != "healthy").or(targets.first());
    Cause::TargetNeverHealthy {
        state: target.map_or_else(|| "none".to_owned(), |target| target.state.clone()),
        reason: target
            .and_then(|target| target.description.clone().or(target.reason.clone()))
            .or_else(|| service.and_then(|service| service.rollout_reason.clone())),
        stopped_reason: service.and_then(|service| service.tasks.iter().find_map(|task| task.stopped_reason.clone())),
    }
}

/// [`Cause::StackGone`] if the stack is not there any more, else the given cause.
pub(super) async fn stack_gone_or(run: &Run, cause: Cause) -> StepResult<Cause> {
    let (cloud, place, name) = (run.outside.cloud.clone(), run.place.clone(), name_or_id(run));
    let stack = run.ask(|| cloud.stack(&place, &name)).await?;
    let gone = stack.is_none_or(|stack| stack.status.starts_with("DELETE_"));
    Ok(if gone { Cause::StackGone } else { cause })
}

fn stack_output(run: &Run, name: &str) -> StepResult<String> {
    run.environment
        .outputs
        .get(name)
        .cloned()
        .ok_or_else(|| Stop::internal(&std::io::Error::other(format!("the stack has no output {name}"))))
}

/// Asks OpenHands itself until it answers that it is ready.
pub(super) async fn probe(run: &mut Run) -> StepResult {
    let address = probe_address(&run.environment.outputs).cloned();
    let address = address.map_or_else(|| stack_output(run, output::ADDRESS), Ok)?;
    let edition = run.environment.summary.spec.edition;
    let limit = run.now() + run.pace.probe_limit;
    let mut told = None;
    loop {
        run.check_cancel().await?;
        let answer = run.outside.probe.ask(edition, &address).await;
        if told.as_ref() != Some(&answer) {
            run.tell(EventKind::Probed { answer: answer.clone() }).await?;
            told = Some(answer.clone());
        }
        if let ProbeAnswer::Ready { version } = answer {
            run.version = version;
            return Ok(());
        }
        if run.now() >= limit {
            return Err(Stop::Failed(stack_gone_or(run, Cause::ProbeNeverReady { last: answer }).await?));
        }
        run.outside.clock.sleep(run.pace.poll).await;
    }
}
