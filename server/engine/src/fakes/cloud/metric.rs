//! The fake CloudWatch: points that a test has put there, and what was asked for.

use super::FakeCloud;
use chrono::{DateTime, Utc};
use ports::cloud::{MetricPoints, MetricQuery};
use std::{collections::BTreeMap, time::Duration};

/// One call that read metrics.
#[derive(Clone, Debug)]
pub struct MetricCall {
    pub queries: Vec<MetricQuery>,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// Points by name and statistic, and the calls so far.
#[derive(Debug, Default)]
pub(super) struct Meter {
    points: BTreeMap<(String, String), MetricPoints>,
    calls: Vec<MetricCall>,
    pub(super) delay: Duration,
}

impl Meter {
    pub(super) fn read(
        &mut self,
        queries: &[MetricQuery],
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Vec<MetricPoints> {
        self.calls.push(MetricCall { queries: queries.to_vec(), from, to });
        let points_of = |query: &MetricQuery| {
            let known = self.points.get(&(query.name.to_owned(), query.statistic.to_owned()));
            known.into_iter().flatten().filter(|(at, _)| (from..to).contains(at)).copied().collect()
        };
        queries.iter().map(points_of).collect()
    }
}

impl FakeCloud {
    /// Puts points of a statistic of a metric there, in whatever namespace and for every resource.
    pub fn put_points(&self, name: &str, statistic: &str, points: &[(DateTime<Utc>, f64)]) {
        let key = (name.to_owned(), statistic.to_owned());
        self.set(|aws| aws.meter.points.entry(key).or_default().extend(points));
    }

    /// Lets calls that read metrics take this long, in real time.
    pub fn metrics_take(&self, delay: Duration) {
        self.set(|aws| aws.meter.delay = delay);
    }

    /// The calls that read metrics, in order.
    pub fn metric_calls(&self) -> Vec<MetricCall> {
        super::lock(&self.aws).meter.calls.clone()
    }
}
