//! What one environment that should be up is like.

use super::survey::Survey;
use crate::{Outside, environment::probe_address};
use model::{
    cause::ProbeAnswer,
    environment::{DegradedReason, Health, TargetState},
};
use ports::{CloudResult, store::EnvironmentRecord};
use template::output;

/// Canvas is one task.
const TASKS: u32 = 1;

/// What was found.
pub(super) struct Found {
    pub(super) health: Health,
    /// The version that OpenHands reported.
    pub(super) version: Option<String>,
    /// Whether only the probe says so: one lost packet is enough for that.
    pub(super) by_probe: bool,
}

impl Found {
    fn aws_says(health: Health) -> Self {
        Self { health, version: None, by_probe: false }
    }

    fn degraded(reason: DegradedReason) -> Self {
        Self::aws_says(Health::Degraded { reason })
    }

    fn answered(answer: ProbeAnswer) -> Self {
        let (health, version) = match answer {
            ProbeAnswer::Ready { version } => (Health::Healthy, version),
            answer if is_silence(&answer) => (Health::Unreachable { answer }, None),
            answer => (Health::Degraded { reason: DegradedReason::NotReady { answer } }, None),
        };
        Self { by_probe: health != Health::Healthy, health, version }
    }
}

/// Whether nobody answered, or only the load balancer in OpenHands' place: 502, 503 and 504 with a page of its own say that it found
/// no target that does (ELB user guide, "Troubleshoot your Application Load Balancers").
fn is_silence(answer: &ProbeAnswer) -> bool {
    matches!(answer, ProbeAnswer::Unreachable { .. } | ProbeAnswer::Wrong { status: 502..=504, .. })
}

/// Looks from the outside in, and stops at the first thing that is wrong: it explains what comes after it. Targets are asked after
/// only in a `thorough` look and when OpenHands does not answer: an answer has come through them.
pub(super) async fn examine(
    outside: &Outside,
    survey: &Survey,
    record: &EnvironmentRecord,
    thorough: bool,
) -> CloudResult<Found> {
    let stack = survey.stack(outside, &record.stack_name).await?;
    if stack.is_none_or(|stack| stack.status.starts_with("DELETE_")) {
        return Ok(Found::aws_says(Health::Gone));
    }
    if record.summary.desired == 0 {
        return Ok(Found::aws_says(paused(outside, survey, record).await?));
    }
    if let Some(reason) = tasks(outside, survey, record).await? {
        return Ok(Found::degraded(reason));
    }
    if let Some(reason) = database(outside, survey, record).await? {
        return Ok(Found::degraded(reason));
    }
    let Some(address) = probe_address(&record.outputs) else { return Ok(Found::aws_says(Health::NotChecked)) };
    let answer = outside.probe.ask(record.summary.spec.edition, address).await;
    let is_ready = matches!(answer, ProbeAnswer::Ready { .. });
    if (thorough || !is_ready)
        && let Some(group) = record.outputs.get(output::TARGET_GROUP_ARN)
        && let Some(reason) = targets(&outside.cloud.targets(&survey.place, group).await?)
    {
        return Ok(Found::degraded(reason));
    }
    Ok(Found::answered(answer))
}

/// What an environment is like that was told to run nothing. Its database goes on running.
async fn paused(outside: &Outside, survey: &Survey, record: &EnvironmentRecord) -> CloudResult<Health> {
    let (Some(cluster), Some(service)) =
        (record.outputs.get(output::CLUSTER_NAME), record.outputs.get(output::SERVICE_NAME))
    else {
        return Ok(Health::Paused);
    };
    if survey.cluster(cluster).is_some_and(|state| state.running == 0 && state.pending == 0) {
        return Ok(Health::Paused);
    }
    let found = outside.cloud.service(&survey.place, cluster, service).await?;
    let (running, desired) = found.map_or((0, 0), |service| (service.running, service.desired));
    Ok(if running > 0 || desired > 0 {
        Health::Degraded { reason: DegradedReason::UnexpectedTasks { running, desired } }
    } else {
        Health::Paused
    })
}

/// The cluster's counts tell whether everything runs; only where they do not, the service itself is asked.
async fn tasks(outside: &Outside, survey: &Survey, record: &EnvironmentRecord) -> CloudResult<Option<DegradedReason>> {
    let (running, desired) = match (record.outputs.get(output::CLUSTER_NAME), record.outputs.get(output::SERVICE_NAME))
    {
        (Some(cluster), Some(service)) => {
            if survey.cluster(cluster).is_some_and(|state| state.running == TASKS && state.pending == 0) {
                return Ok(None);
            }
            let found = outside.cloud.service(&survey.place, cluster, service).await?;
            found.map_or((0, TASKS), |service| (service.running, service.desired))
        }
        _ => (0, TASKS),
    };
    // A count of zero that Handrail did not ask for is an environment that does not run.
    Ok((running < desired.max(1)).then_some(DegradedReason::TasksMissing { running, desired }))
}

async fn database(
    outside: &Outside,
    survey: &Survey,
    record: &EnvironmentRecord,
) -> CloudResult<Option<DegradedReason>> {
    let Some(id) = record.outputs.get(output::DATABASE_ID) else { return Ok(None) };
    let status = survey.database(outside, id).await?.map_or_else(|| "deleted".to_owned(), |database| database.status);
    Ok((!answers_queries(&status)).then_some(DegradedReason::Database { status }))
}

/// RDS's words for a database that can be used, whatever else is done to it (RDS user guide, "Viewing DB instance status"). The
/// managed password is reset every seven days.
fn answers_queries(status: &str) -> bool {
    matches!(
        status,
        "available"
            | "backing-up"
            | "modifying"
            | "resetting-master-credentials"
            | "storage-config-upgrade"
            | "storage-initialization"
            | "storage-optimization"
    ) || status.starts_with("configuring-")
}

fn targets(targets: &[TargetState]) -> Option<DegradedReason> {
    if targets.iter().any(|target| target.state == "healthy") {
        return None;
    }
    let target = targets.first();
    Some(DegradedReason::TargetsUnhealthy {
        state: target.map_or_else(|| "none".to_owned(), |target| target.state.clone()),
        reason: target.and_then(|target| target.description.clone().or(target.reason.clone())),
    })
}
