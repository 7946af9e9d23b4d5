//! Log groups and alarms.

use super::{Resource, Stack, attribute, reference};
use crate::output;
use model::{plan::Section::Observability, spec::Spec};
use serde_json::{Value, json};

/// Alarms of every stack, and those of one with a host.
const ALARMS: u32 = 5;
const HOST_ALARMS: u32 = 1;

/// How many alarms the stack of a spec has.
pub(crate) fn alarm_count(spec: &Spec) -> u32 {
    ALARMS + if spec.compute.host.is_some() { HOST_ALARMS } else { 0 }
}

/// How one alarm is set.
struct Alarm {
    id: &'static str,
    name: &'static str,
    purpose: &'static str,
    namespace: &'static str,
    metric: &'static str,
    statistic: &'static str,
    comparison: &'static str,
    threshold: u64,
    dimensions: Value,
}

pub(super) fn add(stack: &mut Stack) {
    let days = stack.spec.log_retention_days;
    stack.add(Resource::new(
        "LogGroup",
        "AWS::Logs::LogGroup",
        Observability,
        format!("Log lines of the task, kept {days} days"),
        json!({
            "LogGroupName": format!("/handrail/{}", stack.long_name()), "RetentionInDays": days, "Tags": stack.tags("logs")
        }),
    ));
    // Container Insights would make this group by itself, without an end and outside of the stack.
    stack.add(Resource::new(
        "InsightsLogGroup",
        "AWS::Logs::LogGroup",
        Observability,
        "Container Insights, kept 7 days",
        json!({
            "LogGroupName": format!("/aws/ecs/containerinsights/{}/performance", stack.long_name()), "RetentionInDays": 7,
            "Tags": stack.tags("insights")
        }),
    ));
    for alarm in alarms(stack) {
        stack.add(Resource::new(
            alarm.id,
            "AWS::CloudWatch::Alarm",
            Observability,
            alarm.purpose,
            json!({
                "AlarmName": format!("{}-{}", stack.long_name(), alarm.name), "AlarmDescription": alarm.purpose,
                "Namespace": alarm.namespace, "MetricName": alarm.metric, "Statistic": alarm.statistic,
                "Dimensions": alarm.dimensions, "Period": 60, "EvaluationPeriods": 5,
                "ComparisonOperator": alarm.comparison, "Threshold": alarm.threshold, "TreatMissingData": "notBreaching",
                "Tags": stack.tags(alarm.name)
            }),
        ));
    }
    stack.output(output::LOG_GROUP_NAME, "The log group", reference("LogGroup"));
}

fn alarms(stack: &Stack) -> Vec<Alarm> {
    const ABOVE: &str = "GreaterThanThreshold";
    let balancer = json!([{ "Name": "LoadBalancer", "Value": attribute("LoadBalancer", "LoadBalancerFullName") }]);
    let target = json!([
        { "Name": "LoadBalancer", "Value": attribute("LoadBalancer", "LoadBalancerFullName") },
        { "Name": "TargetGroup", "Value": attribute("TargetGroup", "TargetGroupFullName") },
    ]);
    let service = json!([
        { "Name": "ClusterName", "Value": reference("Cluster") },
        { "Name": "ServiceName", "Value": attribute("Service", "Name") },
    ]);
    let database = json!([{ "Name": "DBInstanceIdentifier", "Value": reference("Database") }]);
    // A tenth of the storage, in bytes.
    let storage_floor = u64::from(stack.spec.database.storage_gib) * 1024 * 1024 * 1024 / 10;
    let host = stack.spec.compute.host.map(|_| Alarm {
        id: "HostStatusAlarm",
        name: "host-status",
        purpose: "The host fails AWS's status checks for five minutes",
        namespace: "AWS/EC2",
        metric: "StatusCheckFailed",
        statistic: "Maximum",
        comparison: ABOVE,
        threshold: 0,
        dimensions: json!([{ "Name": "AutoScalingGroupName", "Value": reference("HostGroup") }]),
    });
    let (silent, failing) = if stack.is_app() {
        ("The app does not answer on /ready for five minutes", "The app answers with errors for five minutes")
    } else {
        ("Canvas does not answer on /ready for five minutes", "Canvas answers with errors for five minutes")
    };
    let mut alarms = vec![
        Alarm {
            id: "UnhealthyTargetAlarm",
            name: "unhealthy-target",
            purpose: silent,
            namespace: "AWS/ApplicationELB",
            metric: "UnHealthyHostCount",
            statistic: "Maximum",
            comparison: ABOVE,
            threshold: 0,
            dimensions: target,
        },
        Alarm {
            id: "ServerErrorAlarm",
            name: "server-errors",
            purpose: failing,
            namespace: "AWS/ApplicationELB",
            metric: "HTTPCode_Target_5XX_Count",
            statistic: "Sum",
            comparison: ABOVE,
            threshold: 10,
            dimensions: balancer,
        },
        Alarm {
            id: "TaskMemoryAlarm",
            name: "task-memory",
            purpose: "The task has used more than nine tenths of its memory for five minutes",
            namespace: "AWS/ECS",
            metric: "MemoryUtilization",
            statistic: "Average",
            comparison: ABOVE,
            threshold: 90,
            dimensions: service,
        },
        Alarm {
            id: "DatabaseCpuAlarm",
            name: "database-cpu",
            purpose: "The database has been busy for five minutes",
            namespace: "AWS/RDS",
            metric: "CPUUtilization",
            statistic: "Average",
            comparison: ABOVE,
            threshold: 90,
            dimensions: database.clone(),
        },
        Alarm {
            id: "DatabaseStorageAlarm",
            name: "database-storage",
            purpose: "The database has less than a tenth of its storage left",
            namespace: "AWS/RDS",
            metric: "FreeStorageSpace",
            statistic: "Minimum",
            comparison: "LessThanThreshold",
            threshold: storage_floor,
            dimensions: database,
        },
    ];
    alarms.extend(host);
    alarms
}
