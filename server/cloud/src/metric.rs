//! Points of metrics from CloudWatch.

use crate::{pages, problem::plain, session::Session, time::utc};
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, ScanBy, StatusCode};
use aws_smithy_types::DateTime as AwsTime;
use chrono::{DateTime, Utc};
use futures::future::try_join_all;
use model::cause::CloudProblemKind;
use ports::{
    CloudResult,
    cloud::{MetricPoints, MetricQuery},
};
use std::collections::HashMap;

const API: &str = "cloudwatch:GetMetricData";
/// `GetMetricData` takes at most this many queries ("GetMetricData", Amazon CloudWatch API Reference).
const QUERIES_PER_CALL: usize = 500;

impl Session {
    /// The points of each query, in the order of the queries.
    pub(crate) async fn metrics(
        &self,
        queries: &[MetricQuery],
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> CloudResult<Vec<MetricPoints>> {
        let batches = queries.chunks(QUERIES_PER_CALL).map(|batch| self.metrics_batch(batch, from, to));
        Ok(try_join_all(batches).await?.into_iter().flatten().collect())
    }

    async fn metrics_batch(
        &self,
        batch: &[MetricQuery],
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> CloudResult<Vec<MetricPoints>> {
        let queries: Vec<MetricDataQuery> =
            batch.iter().enumerate().map(|(index, query)| data_query(index, query)).collect();
        let queries = &queries;
        let results = pages::all(|token| async move {
            let request = self.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries.clone()));
            let request =
                request.start_time(AwsTime::from_secs(from.timestamp())).end_time(AwsTime::from_secs(to.timestamp()));
            let request = request.scan_by(ScanBy::TimestampAscending).set_next_token(token);
            let page = self.ask(API, request.send()).await?;
            Ok((page.metric_data_results.unwrap_or_default(), page.next_token))
        })
        .await?;
        // A later page goes on with a series that an earlier one began.
        let mut points: HashMap<String, MetricPoints> = HashMap::new();
        for result in results {
            refused(&result)?;
            let times = result.timestamps.unwrap_or_default();
            let new =
                times.iter().zip(result.values.unwrap_or_default()).filter_map(|(at, value)| Some((utc(at)?, value)));
            points.entry(result.id.unwrap_or_default()).or_default().extend(new);
        }
        Ok((0..batch.len())
            .map(|index| {
                let mut points = points.remove(&id(index)).unwrap_or_default();
                points.sort_by_key(|(at, _)| *at);
                points
            })
            .collect())
    }
}

/// Ids must begin with a lower-case letter.
fn id(index: usize) -> String {
    format!("q{index}")
}

fn data_query(index: usize, query: &MetricQuery) -> MetricDataQuery {
    let dimensions =
        query.dimensions.iter().map(|(name, value)| Dimension::builder().name(*name).value(value).build()).collect();
    let metric =
        Metric::builder().namespace(query.namespace).metric_name(query.name).set_dimensions(Some(dimensions)).build();
    let period = i32::try_from(query.period).unwrap_or(i32::MAX);
    let stat = MetricStat::builder().metric(metric).period(period).stat(query.statistic).build();
    MetricDataQuery::builder().id(id(index)).metric_stat(stat).return_data(true).build()
}

/// A single query may fail inside of an answer that as a whole succeeded.
fn refused(result: &MetricDataResult) -> CloudResult<()> {
    let kind = match &result.status_code {
        Some(StatusCode::InternalError) => CloudProblemKind::ServiceFailure,
        Some(StatusCode::Forbidden) => CloudProblemKind::Denied,
        _ => return Ok(()),
    };
    let messages = result.messages.as_deref().unwrap_or_default();
    let words: Vec<&str> = messages.iter().filter_map(|message| message.value.as_deref()).collect();
    Err(plain(API, kind, &words.join(" ")))
}
