//! Whether a resource is really still there, asked of its own service.

use crate::{arn::Arn, file_system::is_going, problem::or_none, session::Session};
use aws_sdk_cloudwatch::types::AlarmType;
use ports::CloudResult;

/// Words of AWS for a resource that it only remembers.
fn is_remembered(status: Option<&str>) -> bool {
    matches!(status, Some("INACTIVE" | "STOPPED" | "DELETED"))
}

impl Session {
    /// `None` where Handrail has no way to ask: EC2 and IAM (their resources live and die with the stack), and types it never makes.
    pub(crate) async fn exists(&self, arn: &str) -> CloudResult<Option<bool>> {
        let Some(parts) = Arn::parse(arn) else { return Ok(None) };
        let (kind, name) = parts.kind_and_name();
        let there = match (parts.service, kind) {
            ("cloudformation", "stack") => {
                self.stack(arn).await?.is_some_and(|stack| stack.status != "DELETE_COMPLETE")
            }
            ("cloudwatch", "alarm") => self.alarm_exists(name).await?,
            ("ecs", "cluster") => self.cluster_exists(arn).await?,
            ("ecs", "service") => match name.split_once('/') {
                Some((cluster, _)) => self.service_alone(cluster, arn).await?.is_some(),
                None => return Ok(None),
            },
            ("ecs", "task") => match name.split_once('/') {
                Some((cluster, _)) => self.task_exists(cluster, arn).await?,
                None => return Ok(None),
            },
            ("ecs", "task-definition") => self.task_definition_exists(arn).await?,
            ("elasticfilesystem", "access-point") => self.access_point_exists(name).await?,
            ("elasticfilesystem", "file-system") => {
                self.file_system(name).await?.is_some_and(|found| !is_going(&found.life_cycle_state))
            }
            ("elasticloadbalancing", "loadbalancer") => self.load_balancer_exists(arn).await?,
            ("elasticloadbalancing", "listener") => self.listener_exists(arn).await?,
            ("elasticloadbalancing", "targetgroup") => self.target_group_exists(arn).await?,
            ("logs", "log-group") => self.log_group_exists(name.trim_end_matches(":*")).await?,
            ("rds", "db") => self.database(name).await?.is_some(),
            ("rds", "snapshot") => self.database_snapshot(name).await?.is_some(),
            ("rds", "subgrp") => self.subnet_group_exists(name).await?,
            ("s3", "") => self.bucket_exists(name).await?,
            ("secretsmanager", "secret") => self.secret_exists(arn).await?,
            _ => return Ok(None),
        };
        Ok(Some(there))
    }

    async fn alarm_exists(&self, name: &str) -> CloudResult<bool> {
        let request = self.cloudwatch.describe_alarms().alarm_names(name);
        let request = request.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
        let answer = self.ask("cloudwatch:DescribeAlarms", request.send()).await?;
        Ok(!answer.metric_alarms().is_empty() || !answer.composite_alarms().is_empty())
    }

    async fn cluster_exists(&self, arn: &str) -> CloudResult<bool> {
        let answer = self.ask("ecs:DescribeClusters", self.ecs.describe_clusters().clusters(arn).send()).await?;
        Ok(answer.clusters().iter().any(|cluster| !is_remembered(cluster.status())))
    }

    async fn task_exists(&self, cluster: &str, arn: &str) -> CloudResult<bool> {
        let request = self.ecs.describe_tasks().cluster(cluster).tasks(arn);
        let answer = or_none(self.ask("ecs:DescribeTasks", request.send()).await)?;
        Ok(answer.is_some_and(|answer| answer.tasks().iter().any(|task| !is_remembered(task.last_status()))))
    }

    /// Deregistered task definitions are kept by ECS as `INACTIVE` and cost nothing. AWS says "Unable to describe" of one it never had.
    async fn task_definition_exists(&self, arn: &str) -> CloudResult<bool> {
        let request = self.ecs.describe_task_definition().task_definition(arn);
        match or_none(self.ask("ecs:DescribeTaskDefinition", request.send()).await) {
            Ok(answer) => {
                let found = answer.and_then(|answer| answer.task_definition);
                Ok(found.is_some_and(|found| found.status.is_some_and(|status| status.as_str() == "ACTIVE")))
            }
            Err(problem) if problem.message.contains("Unable to describe task definition") => Ok(false),
            Err(problem) => Err(problem),
        }
    }

    async fn access_point_exists(&self, id: &str) -> CloudResult<bool> {
        let request = self.efs.describe_access_points().access_point_id(id);
        let answer = or_none(self.ask("elasticfilesystem:DescribeAccessPoints", request.send()).await)?;
        let going = |state: Option<&aws_sdk_efs::types::LifeCycleState>| state.is_some_and(is_going);
        Ok(answer.is_some_and(|answer| answer.access_points().iter().any(|point| !going(point.life_cycle_state()))))
    }

    async fn load_balancer_exists(&self, arn: &str) -> CloudResult<bool> {
        let request = self.elb.describe_load_balancers().load_balancer_arns(arn);
        let answer = or_none(self.ask("elasticloadbalancing:DescribeLoadBalancers", request.send()).await)?;
        Ok(answer.is_some_and(|answer| !answer.load_balancers().is_empty()))
    }

    async fn listener_exists(&self, arn: &str) -> CloudResult<bool> {
        let request = self.elb.describe_listeners().listener_arns(arn);
        let answer = or_none(self.ask("elasticloadbalancing:DescribeListeners", request.send()).await)?;
        Ok(answer.is_some_and(|answer| !answer.listeners().is_empty()))
    }

    async fn target_group_exists(&self, arn: &str) -> CloudResult<bool> {
        let request = self.elb.describe_target_groups().target_group_arns(arn);
        let answer = or_none(self.ask("elasticloadbalancing:DescribeTargetGroups", request.send()).await)?;
        Ok(answer.is_some_and(|answer| !answer.target_groups().is_empty()))
    }

    /// The prefix finds longer names too, in alphabetical order, so the wanted one is on the first page.
    async fn log_group_exists(&self, name: &str) -> CloudResult<bool> {
        let request = self.logs.describe_log_groups().log_group_name_prefix(name);
        let answer = self.ask("logs:DescribeLogGroups", request.send()).await?;
        Ok(answer.log_groups().iter().any(|group| group.log_group_name() == Some(name)))
    }

    async fn subnet_group_exists(&self, name: &str) -> CloudResult<bool> {
        let request = self.rds.describe_db_subnet_groups().db_subnet_group_name(name);
        let answer = or_none(self.ask("rds:DescribeDBSubnetGroups", request.send()).await)?;
        Ok(answer.is_some_and(|answer| !answer.db_subnet_groups().is_empty()))
    }

    async fn bucket_exists(&self, bucket: &str) -> CloudResult<bool> {
        Ok(or_none(self.ask("s3:HeadBucket", self.s3.head_bucket().bucket(bucket).send()).await)?.is_some())
    }

    /// A secret that waits for its deletion is gone for everybody who uses it, and costs nothing.
    async fn secret_exists(&self, arn: &str) -> CloudResult<bool> {
        let request = self.secrets.describe_secret().secret_id(arn);
        let answer = or_none(self.ask("secretsmanager:DescribeSecret", request.send()).await)?;
        Ok(answer.is_some_and(|answer| answer.deleted_date().is_none()))
    }
}
