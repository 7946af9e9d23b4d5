//! Under which names CloudWatch keeps what the charts show, found through the stack's outputs.

use chrono::{DateTime, Utc};
use model::metric::{Metric, Series, Span, Unit};
use ports::cloud::MetricQuery;
use std::collections::BTreeMap;
use template::output;

/// Digits of a value that are kept: more than a chart can show, fewer than a page should carry.
const DIGITS: usize = 6;

/// A metric of an environment, and how CloudWatch is asked for it. The period of the query is that of the span asked for.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) metric: Metric,
    query: MetricQuery,
}

/// The sources of everything that the stack has made so far, in the order of [`Metric::ALL`].
pub(super) fn sources(outputs: &BTreeMap<String, String>) -> Vec<Source> {
    let dimensions = Dimensions::of(outputs);
    Metric::ALL.into_iter().filter_map(|metric| source(metric, &dimensions)).collect()
}

/// Dimensions of each kind of resource, where it is there.
struct Dimensions {
    service: Option<Vec<(&'static str, String)>>,
    balancer: Option<Vec<(&'static str, String)>>,
    /// Of a target group behind the load balancer.
    targets: Option<Vec<(&'static str, String)>>,
    database: Option<Vec<(&'static str, String)>>,
    bucket: Option<Vec<(&'static str, String)>>,
}

impl Dimensions {
    fn of(outputs: &BTreeMap<String, String>) -> Self {
        let text = |name: &str| outputs.get(name).filter(|value| !value.is_empty()).cloned();
        // The dimension is the end of the ARN: `app/name/id`, `targetgroup/name/id`.
        let tail = |name: &str, before: &str| {
            text(name).and_then(|arn| arn.split_once(before).map(|(_, tail)| tail.to_owned()))
        };
        let balancer = tail(output::LOAD_BALANCER_ARN, ":loadbalancer/").map(|name| ("LoadBalancer", name));
        let group =
            tail(output::TARGET_GROUP_ARN, ":targetgroup/").map(|name| ("TargetGroup", format!("targetgroup/{name}")));
        let service = text(output::CLUSTER_NAME).zip(text(output::SERVICE_NAME));
        Self {
            service: service.map(|(cluster, service)| vec![("ClusterName", cluster), ("ServiceName", service)]),
            targets: balancer.clone().zip(group).map(|(balancer, group)| vec![balancer, group]),
            balancer: balancer.map(|balancer| vec![balancer]),
            database: text(output::DATABASE_ID).map(|id| vec![("DBInstanceIdentifier", id)]),
            bucket: text(output::BUCKET_NAME)
                .map(|bucket| vec![("BucketName", bucket), ("StorageType", "StandardStorage".to_owned())]),
        }
    }
}

/// The table. Where averages would hide what matters (a database that ran out of connections for a minute), the extreme is asked for.
fn source(metric: Metric, dimensions: &Dimensions) -> Option<Source> {
    const ECS: &str = "AWS/ECS";
    const INSIGHTS: &str = "ECS/ContainerInsights";
    const ELB: &str = "AWS/ApplicationELB";
    const RDS: &str = "AWS/RDS";
    let Dimensions { service, balancer, targets, database, bucket } = dimensions;
    let (namespace, name, statistic, dimensions) = match metric {
        Metric::Cpu => (ECS, "CPUUtilization", "Average", service),
        Metric::Memory => (ECS, "MemoryUtilization", "Average", service),
        Metric::RunningTasks => (INSIGHTS, "RunningTaskCount", "Average", service),
        Metric::Requests => (ELB, "RequestCount", "Sum", targets),
        Metric::LatencyP50 => (ELB, "TargetResponseTime", "p50", targets),
        Metric::LatencyP95 => (ELB, "TargetResponseTime", "p95", targets),
        Metric::LatencyP99 => (ELB, "TargetResponseTime", "p99", targets),
        Metric::Target4xx => (ELB, "HTTPCode_Target_4XX_Count", "Sum", targets),
        Metric::Balancer4xx => (ELB, "HTTPCode_ELB_4XX_Count", "Sum", balancer),
        Metric::Target5xx => (ELB, "HTTPCode_Target_5XX_Count", "Sum", targets),
        Metric::Balancer5xx => (ELB, "HTTPCode_ELB_5XX_Count", "Sum", balancer),
        Metric::HealthyTargets => (ELB, "HealthyHostCount", "Minimum", targets),
        Metric::UnhealthyTargets => (ELB, "UnHealthyHostCount", "Maximum", targets),
        Metric::DatabaseCpu => (RDS, "CPUUtilization", "Average", database),
        Metric::DatabaseConnections => (RDS, "DatabaseConnections", "Maximum", database),
        Metric::DatabaseFreeStorage => (RDS, "FreeStorageSpace", "Minimum", database),
        Metric::DatabaseReadLatency => (RDS, "ReadLatency", "Average", database),
        Metric::DatabaseWriteLatency => (RDS, "WriteLatency", "Average", database),
        Metric::BucketSize => ("AWS/S3", "BucketSizeBytes", "Average", bucket),
    };
    let dimensions = dimensions.clone()?;
    Some(Source { metric, query: MetricQuery { namespace, name, statistic, dimensions, period: 0 } })
}

impl Source {
    pub(super) fn query(&self, period: u32) -> MetricQuery {
        MetricQuery { period, ..self.query.clone() }
    }

    /// CloudWatch's points on the grid of the span; counts become counts a minute.
    pub(super) fn series(&self, span: Span, points: &[(DateTime<Utc>, f64)]) -> Series {
        let mut values = vec![None; span.points()];
        let scale = if self.metric.unit() == Unit::PerMinute { 60.0 / f64::from(span.period) } else { 1.0 };
        for (at, value) in points {
            if let Some(place) = span.index_of(*at).and_then(|index| values.get_mut(index)) {
                *place = Some(rounded(value * scale)).filter(|value| value.is_finite());
            }
        }
        Series { metric: self.metric, span, values }
    }
}

fn rounded(value: f64) -> f64 {
    format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs() -> BTreeMap<String, String> {
        [
            (output::CLUSTER_NAME, "blue"),
            (output::SERVICE_NAME, "canvas"),
            (
                output::LOAD_BALANCER_ARN,
                "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/hr-blue/50dc",
            ),
            (output::TARGET_GROUP_ARN, "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/hr-blue/73e2"),
            (output::DATABASE_ID, "blue-db"),
            (output::BUCKET_NAME, "blue-bucket"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    #[test]
    fn every_metric_of_a_whole_stack_is_asked_for_with_its_dimensions() {
        let sources = sources(&outputs());
        assert_eq!(sources.iter().map(|source| source.metric).collect::<Vec<_>>(), Metric::ALL);
        let requests = sources[3].query(300);
        assert_eq!(
            (requests.namespace, requests.name, requests.statistic),
            ("AWS/ApplicationELB", "RequestCount", "Sum")
        );
        let expected =
            [("LoadBalancer", "app/hr-blue/50dc".to_owned()), ("TargetGroup", "targetgroup/hr-blue/73e2".to_owned())];
        assert_eq!(requests.dimensions, expected);
        assert_eq!(requests.period, 300);
    }

    #[test]
    fn what_the_stack_has_not_made_yet_is_not_asked_for() {
        let mut early = outputs();
        early.retain(|name, _| name == output::DATABASE_ID || name == output::TARGET_GROUP_ARN);
        assert!(sources(&early).iter().all(|source| source.query.namespace == "AWS/RDS"));
        assert!(sources(&BTreeMap::new()).is_empty());
    }

    #[test]
    fn points_stand_on_the_grid_and_counts_are_by_the_minute() {
        let from = DateTime::from_timestamp(1_767_603_600, 0).expect("in range");
        let span = Span { from, to: from + chrono::TimeDelta::minutes(15), period: 300 };
        let at = |minutes| from + chrono::TimeDelta::minutes(minutes);
        let points = [(at(0), 50.0), (at(10), 1.234_567_8), (at(15), 9.0), (at(-5), 9.0)];
        let of = |metric: Metric| {
            let sources = sources(&outputs());
            sources.into_iter().find(|source| source.metric == metric).expect("there").series(span, &points).values
        };
        assert_eq!(of(Metric::Requests), [Some(10.0), None, Some(0.246_914)]);
        assert_eq!(of(Metric::Cpu), [Some(50.0), None, Some(1.234_57)]);
    }
}
