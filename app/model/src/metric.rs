//! Metrics: what is measured of an environment, over which range, and what CloudWatch had to say.

mod range;

pub use range::{Preset, Range, RangeForm, Span};

use crate::{
    OperationId,
    cause::CloudProblem,
    operation::{OperationKind, OperationStatus},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// What a value of a metric is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 0 to 100, or beyond where something bursts.
    Percent,
    /// Whole things: tasks, targets, connections.
    Count,
    /// How many a minute, whatever the period was.
    PerMinute,
    /// A duration in seconds.
    Seconds,
    Bytes,
}

/// What it means that CloudWatch has no point for a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// Nobody measured: a gap.
    Gap,
    /// Nothing happened, provided that the same source reported this other metric in the same period; else a gap.
    NoneWhile(Metric),
}

/// One series of points.
///
/// What AWS reports under which conditions: "CloudWatch metrics for your Application Load Balancer" (Elastic Load Balancing User
/// Guide), "Amazon ECS CloudWatch metrics" and "Amazon ECS Container Insights metrics" (ECS and CloudWatch User Guides), "Amazon
/// CloudWatch metrics for Amazon RDS" (RDS User Guide), "Metrics and dimensions" (S3 User Guide).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Used share of the CPU that the tasks reserve.
    Cpu,
    /// Used share of the memory that the tasks reserve.
    Memory,
    RunningTasks,
    Requests,
    /// Time that the targets took to answer: half of the answers were quicker.
    LatencyP50,
    LatencyP95,
    LatencyP99,
    /// Answers of OpenHands with a status from 400 to 499.
    Target4xx,
    /// Answers that the load balancer itself gave, for requests that reached no target.
    Balancer4xx,
    Target5xx,
    Balancer5xx,
    HealthyTargets,
    UnhealthyTargets,
    DatabaseCpu,
    DatabaseConnections,
    DatabaseFreeStorage,
    DatabaseReadLatency,
    DatabaseWriteLatency,
    /// Bytes in the bucket's standard storage class, measured once a day.
    BucketSize,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 19] = [
        Self::Cpu,
        Self::Memory,
        Self::RunningTasks,
        Self::Requests,
        Self::LatencyP50,
        Self::LatencyP95,
        Self::LatencyP99,
        Self::Target4xx,
        Self::Balancer4xx,
        Self::Target5xx,
        Self::Balancer5xx,
        Self::HealthyTargets,
        Self::UnhealthyTargets,
        Self::DatabaseCpu,
        Self::DatabaseConnections,
        Self::DatabaseFreeStorage,
        Self::DatabaseReadLatency,
        Self::DatabaseWriteLatency,
        Self::BucketSize,
    ];

    /// What its values are counted in.
    pub fn unit(self) -> Unit {
        match self {
            Self::Cpu | Self::Memory | Self::DatabaseCpu => Unit::Percent,
            Self::RunningTasks | Self::HealthyTargets | Self::UnhealthyTargets | Self::DatabaseConnections => {
                Unit::Count
            }
            Self::Requests | Self::Target4xx | Self::Balancer4xx | Self::Target5xx | Self::Balancer5xx => {
                Unit::PerMinute
            }
            Self::LatencyP50
            | Self::LatencyP95
            | Self::LatencyP99
            | Self::DatabaseReadLatency
            | Self::DatabaseWriteLatency => Unit::Seconds,
            Self::DatabaseFreeStorage | Self::BucketSize => Unit::Bytes,
        }
    }

    /// What a missing point means. The load balancer reports its counts only for minutes in which there was something to count; that
    /// it was there and reporting shows in the count of healthy targets, which it reports as long as targets are registered.
    pub fn absence(self) -> Absence {
        match self {
            Self::Requests | Self::Target4xx | Self::Balancer4xx | Self::Target5xx | Self::Balancer5xx => {
                Absence::NoneWhile(Self::HealthyTargets)
            }
            _ => Absence::Gap,
        }
    }

    /// Whether AWS measures it once a day only.
    pub fn is_daily(self) -> bool {
        self == Self::BucketSize
    }
}

/// A part of the board: charts about the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    Tasks,
    Traffic,
    /// Database and bucket.
    Data,
}

impl Section {
    /// In reading order.
    pub const ALL: [Self; 3] = [Self::Tasks, Self::Traffic, Self::Data];

    /// The charts of the part, in reading order.
    pub fn charts(self) -> &'static [Chart] {
        match self {
            Self::Tasks => &[Chart::Cpu, Chart::Memory, Chart::Tasks],
            Self::Traffic => {
                &[Chart::Requests, Chart::Latency, Chart::ClientErrors, Chart::ServerErrors, Chart::Targets]
            }
            Self::Data => &[
                Chart::DatabaseCpu,
                Chart::DatabaseConnections,
                Chart::DatabaseStorage,
                Chart::DatabaseLatency,
                Chart::BucketSize,
            ],
        }
    }
}

/// Series that are drawn into one picture, since they share a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chart {
    Cpu,
    Memory,
    Tasks,
    Requests,
    Latency,
    ClientErrors,
    ServerErrors,
    Targets,
    DatabaseCpu,
    DatabaseConnections,
    DatabaseStorage,
    DatabaseLatency,
    BucketSize,
}

impl Chart {
    /// The word in links and ids.
    pub fn code(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Tasks => "tasks",
            Self::Requests => "requests",
            Self::Latency => "latency",
            Self::ClientErrors => "client-errors",
            Self::ServerErrors => "server-errors",
            Self::Targets => "targets",
            Self::DatabaseCpu => "database-cpu",
            Self::DatabaseConnections => "database-connections",
            Self::DatabaseStorage => "database-storage",
            Self::DatabaseLatency => "database-latency",
            Self::BucketSize => "bucket-size",
        }
    }

    /// Its series; all have one unit.
    pub fn metrics(self) -> &'static [Metric] {
        match self {
            Self::Cpu => &[Metric::Cpu],
            Self::Memory => &[Metric::Memory],
            Self::Tasks => &[Metric::RunningTasks],
            Self::Requests => &[Metric::Requests],
            Self::Latency => &[Metric::LatencyP50, Metric::LatencyP95, Metric::LatencyP99],
            Self::ClientErrors => &[Metric::Target4xx, Metric::Balancer4xx],
            Self::ServerErrors => &[Metric::Target5xx, Metric::Balancer5xx],
            Self::Targets => &[Metric::HealthyTargets, Metric::UnhealthyTargets],
            Self::DatabaseCpu => &[Metric::DatabaseCpu],
            Self::DatabaseConnections => &[Metric::DatabaseConnections],
            Self::DatabaseStorage => &[Metric::DatabaseFreeStorage],
            Self::DatabaseLatency => &[Metric::DatabaseReadLatency, Metric::DatabaseWriteLatency],
            Self::BucketSize => &[Metric::BucketSize],
        }
    }

    /// What its values are counted in.
    pub fn unit(self) -> Unit {
        self.metrics()[0].unit()
    }
}

/// The points of a metric on an even grid. A value stands for the period that begins at its point in time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    pub metric: Metric,
    pub span: Span,
    /// One for each period of the span; `None` where there is no point.
    pub values: Vec<Option<f64>>,
}

impl Series {
    /// When the period of a value begins.
    pub fn at(&self, index: usize) -> DateTime<Utc> {
        self.span.from
            + TimeDelta::seconds(i64::from(self.span.period) * i64::try_from(index).unwrap_or(i64::MAX / 86_400))
    }

    /// The value of the period that a moment lies in, if the moment lies in the span and there is a point.
    pub fn value_at(&self, moment: DateTime<Utc>) -> Option<f64> {
        self.values.get(self.span.index_of(moment)?).copied().flatten()
    }

    /// The newest point.
    pub fn last(&self) -> Option<(DateTime<Utc>, f64)> {
        let (index, value) =
            self.values.iter().enumerate().rev().find_map(|(index, value)| Some((index, (*value)?)))?;
        Some((self.at(index), value))
    }

    /// The largest value.
    pub fn max(&self) -> Option<f64> {
        self.values.iter().flatten().copied().reduce(f64::max)
    }
}

/// An operation that touched the range, to be drawn where it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    pub operation: OperationId,
    pub kind: OperationKind,
    pub status: OperationStatus,
    pub requested_by: String,
    pub at: DateTime<Utc>,
}

/// Why a board has no points, where that is not AWS's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blank {
    /// The stack has made nothing yet that could be measured.
    NotMadeYet,
    /// AWS was asked and has no point of anything in the range.
    NoPoints,
    /// AWS has not answered yet; the page asks again by itself.
    NotAnsweredYet,
}

/// Everything that the page of an environment's metrics shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// When AWS was asked for what is shown.
    pub as_of: DateTime<Utc>,
    /// What was asked for.
    pub range: Range,
    /// What the charts show of it.
    pub span: Span,
    /// One for each metric of which the environment has the resource.
    pub series: Vec<Series>,
    /// Oldest first.
    pub markers: Vec<Marker>,
    pub blank: Option<Blank>,
    /// Why AWS could not be asked, if it could not. Series of an earlier answer may be there all the same.
    pub problem: Option<CloudProblem>,
}

impl Board {
    /// The series of a chart, in its order.
    pub fn of(&self, chart: Chart) -> Vec<&Series> {
        let find = |metric: &Metric| self.series.iter().find(|series| series.metric == *metric);
        chart.metrics().iter().filter_map(find).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_metric_stands_in_one_chart_of_its_unit_and_every_chart_in_one_section() {
        let charts: Vec<Chart> =
            Section::ALL.into_iter().flat_map(|section| section.charts().iter().copied()).collect();
        let codes: BTreeSet<&str> = charts.iter().map(|chart| chart.code()).collect();
        assert_eq!(codes.len(), charts.len());
        let mut drawn: Vec<Metric> = charts.iter().flat_map(|chart| chart.metrics().iter().copied()).collect();
        for chart in charts {
            assert!(chart.metrics().iter().all(|metric| metric.unit() == chart.unit()), "{chart:?}");
        }
        drawn.sort();
        assert_eq!(drawn, Metric::ALL);
    }

    #[test]
    fn a_value_stands_for_its_whole_period_and_a_gap_for_none() {
        let from = DateTime::from_timestamp(1_767_603_600, 0).expect("in range");
        let span = Span { from, to: from + TimeDelta::minutes(4), period: 60 };
        let series = Series { metric: Metric::Cpu, span, values: vec![Some(1.0), None, Some(0.0), None] };
        let at = |seconds| series.value_at(from + TimeDelta::seconds(seconds));
        assert_eq!(
            [at(-1), at(0), at(59), at(60), at(120), at(240)],
            [None, Some(1.0), Some(1.0), None, Some(0.0), None]
        );
        assert_eq!(series.last(), Some((from + TimeDelta::minutes(2), 0.0)));
        assert_eq!(series.max(), Some(1.0));
    }
}
