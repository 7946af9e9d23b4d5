//! Telling ECS how many tasks to run. The stack is not touched: capacity is not in the template.

use super::answer::{service_of, stack_gone_or};
use crate::{
    error::found_problem,
    executor::{Run, StepResult, Stop},
};
use model::{
    cause::{Cause, CloudProblemKind},
    operation::EventKind,
};

/// Sets the desired count, unless it is so already.
pub(super) async fn set_count(run: &mut Run) -> StepResult {
    let desired = run.operation.summary.desired.unwrap_or(run.environment.summary.desired);
    let (cloud, place) = (run.outside.cloud.clone(), run.place.clone());
    let (cluster, service) = service_of(run)?;
    let Some(state) = run.ask(|| cloud.service(&place, &cluster, &service)).await? else {
        let text = format!("The service {service} of the cluster {cluster} is not there.");
        let missing = found_problem(CloudProblemKind::NotFound, "ecs", "DescribeServices", text);
        return Err(Stop::Failed(stack_gone_or(run, Cause::Cloud(missing)).await?));
    };
    if state.desired != desired {
        run.ask(|| cloud.service_scale(&place, &cluster, &service, desired)).await?;
        run.tell(EventKind::CountSet { desired }).await?;
    }
    Ok(())
}
