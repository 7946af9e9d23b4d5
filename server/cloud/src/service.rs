//! The ECS service and its tasks.

use crate::{pages, problem::or_none, session::Session, time::utc};
use aws_sdk_ecs::types::{DesiredStatus, Service, Task};
use futures::future::try_join_all;
use model::environment::{ServiceState, TaskState};
use ports::CloudResult;

/// `ecs:DescribeTasks` takes at most this many tasks.
const TASKS_PER_CALL: usize = 100;
/// How many stopped tasks are shown: enough to see that a service starts and fails over and over.
const STOPPED_SHOWN: usize = 10;

impl Session {
    /// The service with its running tasks and those that stopped lately (ECS remembers them for about an hour).
    pub(crate) async fn service(&self, cluster: &str, service: &str) -> CloudResult<Option<ServiceState>> {
        let Some(found) = self.service_alone(cluster, service).await? else { return Ok(None) };
        let (running, stopped) = futures::try_join!(
            self.tasks(cluster, service, DesiredStatus::Running),
            self.tasks(cluster, service, DesiredStatus::Stopped),
        )?;
        let mut stopped = stopped;
        stopped.sort_by_key(|task| std::cmp::Reverse(task.stopped_at.as_ref().and_then(utc)));
        stopped.truncate(STOPPED_SHOWN);
        Ok(Some(state(found, running.into_iter().chain(stopped).map(task).collect())))
    }

    /// The service; `None` also for one that was deleted and that ECS still remembers as `INACTIVE`.
    pub(crate) async fn service_alone(&self, cluster: &str, service: &str) -> CloudResult<Option<Service>> {
        let request = self.ecs.describe_services().cluster(cluster).services(service);
        let answer = or_none(self.ask("ecs:DescribeServices", request.send()).await)?;
        let found = answer.and_then(|answer| answer.services.unwrap_or_default().into_iter().next());
        Ok(found.filter(|service| service.status.as_deref() != Some("INACTIVE")))
    }

    async fn tasks(&self, cluster: &str, service: &str, status: DesiredStatus) -> CloudResult<Vec<Task>> {
        let status = &status;
        let arns = pages::all(|token| async move {
            let request = self.ecs.list_tasks().cluster(cluster).service_name(service);
            let request = request.desired_status(status.clone()).set_next_token(token);
            // The service may have gone since it was described.
            let page = or_none(self.ask("ecs:ListTasks", request.send()).await)?;
            Ok(page.map(|page| (page.task_arns.unwrap_or_default(), page.next_token)).unwrap_or_default())
        })
        .await?;
        let batches = arns.chunks(TASKS_PER_CALL).map(|batch| async move {
            let request = self.ecs.describe_tasks().cluster(cluster).set_tasks(Some(batch.to_vec()));
            let answer = self.ask("ecs:DescribeTasks", request.send()).await?;
            Ok::<_, model::cause::CloudProblem>(answer.tasks.unwrap_or_default())
        });
        Ok(try_join_all(batches).await?.into_iter().flatten().collect())
    }

    /// Sets the desired count.
    pub(crate) async fn service_scale(&self, cluster: &str, service: &str, desired: u32) -> CloudResult<()> {
        let request = self.ecs.update_service().cluster(cluster).service(service);
        let request = request.desired_count(i32::try_from(desired).unwrap_or(i32::MAX));
        self.ask("ecs:UpdateService", request.send()).await.map(drop)
    }
}

/// A number that AWS never makes negative.
pub(crate) fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

fn state(service: Service, tasks: Vec<TaskState>) -> ServiceState {
    let deployments = service.deployments.unwrap_or_default().into_iter();
    let primary = deployments.into_iter().find(|deployment| deployment.status.as_deref() == Some("PRIMARY"));
    let (rollout, rollout_reason) =
        primary.map(|deployment| (deployment.rollout_state, deployment.rollout_state_reason)).unwrap_or_default();
    ServiceState {
        status: service.status.unwrap_or_default(),
        desired: count(service.desired_count),
        running: count(service.running_count),
        pending: count(service.pending_count),
        rollout: rollout.map(|state| state.as_str().to_owned()),
        rollout_reason,
        tasks,
    }
}

fn task(task: Task) -> TaskState {
    let private_ip = private_ip(&task);
    TaskState {
        id: task.task_arn.as_deref().and_then(|arn| arn.rsplit('/').next()).unwrap_or_default().to_owned(),
        last_status: task.last_status.unwrap_or_default(),
        health: task.health_status.map_or_else(|| "UNKNOWN".to_owned(), |status| status.as_str().to_owned()),
        started: task.started_at.as_ref().and_then(utc),
        stopped_reason: stopped_reason(task.stopped_reason, task.containers),
        zone: task.availability_zone,
        private_ip,
    }
}

/// Why the task stopped; the container's own reason ("CannotPullContainerError …", "OutOfMemoryError …") says more than the task's.
fn stopped_reason(task: Option<String>, containers: Option<Vec<aws_sdk_ecs::types::Container>>) -> Option<String> {
    let container = containers.unwrap_or_default().into_iter().find_map(|container| container.reason);
    match (task, container) {
        (Some(task), Some(container)) if !task.contains(&container) => Some(format!("{task}: {container}")),
        (task, container) => task.or(container),
    }
}

/// The address of the task's network interface (network mode `awsvpc`).
fn private_ip(task: &Task) -> Option<String> {
    let details = task.attachments().iter().flat_map(|attachment| attachment.details());
    let mut address = details.filter(|detail| detail.name() == Some("privateIPv4Address"));
    address.next().and_then(|detail| detail.value()).map(str::to_owned)
}
