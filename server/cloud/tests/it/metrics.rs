//! CloudWatch is asked exactly what was meant, and its answer is told in full.

use crate::{
    cbor,
    emulator::Sandbox,
    place::place,
    recorder::{Answer, Recorder, cbor_answer},
};
use chrono::{DateTime, TimeDelta, Utc};
use model::cause::CloudProblemKind;
use ports::{Cloud, cloud::MetricQuery};
use serde_json::json;

const API: &str = "cloudwatch:GetMetricData";
const START: i64 = 1_767_603_600;

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(START, 0).expect("in range") + TimeDelta::minutes(minutes)
}

fn query(name: &'static str, statistic: &'static str) -> MetricQuery {
    let dimensions = vec![("ClusterName", "blue".to_owned()), ("ServiceName", "canvas".to_owned())];
    MetricQuery { namespace: "AWS/ECS", name, statistic, dimensions, period: 60 }
}

/// A part of the points of a query.
fn result(id: &str, status: &str, points: &[(i64, f64)]) -> Vec<u8> {
    cbor::map([
        ("Id", cbor::text(id)),
        ("StatusCode", cbor::text(status)),
        ("Timestamps", cbor::array(points.iter().map(|(minutes, _)| cbor::time(START + minutes * 60)))),
        ("Values", cbor::array(points.iter().map(|(_, value)| cbor::double(*value)))),
    ])
}

fn page(results: Vec<Vec<u8>>, next: Option<&str>) -> Answer {
    let token = next.map(|token| ("NextToken", cbor::text(token)));
    cbor_answer(cbor::map([("MetricDataResults", cbor::array(results))].into_iter().chain(token)))
}

#[tokio::test]
async fn one_call_carries_all_queries_and_pages_are_put_together() {
    let recorder = Recorder::scripted([(
        API,
        vec![
            page(
                vec![result("q1", "PartialData", &[(0, 40.0)]), result("q0", "Complete", &[(0, 12.5), (2, 14.0)])],
                Some("more"),
            ),
            page(vec![result("q1", "Complete", &[(1, 41.0), (2, 42.0)])], None),
        ],
    )]);
    let queries =
        [query("CPUUtilization", "Average"), query("MemoryUtilization", "p95"), query("NeverReported", "Sum")];
    let points = recorder.cloud().metrics(&place(), &queries, at(0), at(60)).await.expect("AWS answers");
    assert_eq!(points[0], [(at(0), 12.5), (at(2), 14.0)]);
    assert_eq!(points[1], [(at(0), 40.0), (at(1), 41.0), (at(2), 42.0)]);
    assert_eq!(points[2], []);

    let calls = recorder.calls();
    assert_eq!(calls.iter().map(|call| call.api.as_str()).collect::<Vec<_>>(), [API, API]);
    let dimensions = json!([{ "Name": "ClusterName", "Value": "blue" }, { "Name": "ServiceName", "Value": "canvas" }]);
    let asked = |id: &str, name: &str, statistic: &str| {
        let metric = json!({ "Namespace": "AWS/ECS", "MetricName": name, "Dimensions": dimensions });
        json!({ "Id": id, "MetricStat": { "Metric": metric, "Period": 60, "Stat": statistic }, "ReturnData": true })
    };
    let mut expected = json!({
        "MetricDataQueries": [
            asked("q0", "CPUUtilization", "Average"), asked("q1", "MemoryUtilization", "p95"), asked("q2", "NeverReported", "Sum"),
        ],
        "StartTime": 1_767_603_600.0, "EndTime": 1_767_607_200.0, "ScanBy": "TimestampAscending",
    });
    assert_eq!(cbor::read(&calls[0].bytes), expected);
    expected["NextToken"] = json!("more");
    assert_eq!(cbor::read(&calls[1].bytes), expected);
}

#[tokio::test]
async fn a_call_carries_500_queries_at_most() {
    let recorder = Recorder::scripted([(API, vec![page(vec![result("q0", "Complete", &[(0, 1.0)])], None)])]);
    let queries = vec![query("CPUUtilization", "Average"); 501];
    let points = recorder.cloud().metrics(&place(), &queries, at(0), at(60)).await.expect("AWS answers");
    assert_eq!(points.len(), 501);
    assert_eq!((points[0].len(), points[499].len(), points[500].len()), (1, 0, 1), "each batch begins to count anew");
    assert_eq!(recorder.apis().len(), 2);
    assert_eq!(
        recorder.cloud().metrics(&place(), &[], at(0), at(60)).await,
        Ok(vec![]),
        "nothing is asked for nothing"
    );
    assert_eq!(recorder.apis().len(), 2);
}

#[tokio::test]
async fn a_query_that_fails_inside_of_an_answer_is_a_problem() {
    for (status, kind) in [("InternalError", CloudProblemKind::ServiceFailure), ("Forbidden", CloudProblemKind::Denied)]
    {
        let recorder = Recorder::scripted([(API, vec![page(vec![result("q0", status, &[])], None)])]);
        let asked = recorder.cloud().metrics(&place(), &[query("CPUUtilization", "Average")], at(0), at(60)).await;
        let problem = asked.expect_err("the query failed");
        assert_eq!(
            (problem.kind, problem.service.as_str(), problem.operation.as_str()),
            (kind, "cloudwatch", "GetMetricData")
        );
    }
}

/// The same values by another operation of CloudWatch, straight from the SDK.
#[tokio::test]
async fn the_values_are_those_that_another_client_reads() {
    use aws_sdk_cloudwatch::{
        primitives::DateTime as AwsTime,
        types::{Dimension, MetricDatum, Statistic},
    };
    let Some(sandbox) = Sandbox::open(120).await else { return };
    let client = aws_sdk_cloudwatch::Client::new(&sandbox.config);
    let dimensions: Vec<Dimension> = [("ClusterName", "blue"), ("ServiceName", "canvas")]
        .map(|(name, value)| Dimension::builder().name(name).value(value).build())
        .into();
    let begin = Utc::now().timestamp().div_euclid(3_600) * 3_600 - 3_600;
    // Two values a minute, and none in the third.
    for (minute, value) in [(0, 10.0), (0, 20.0), (1, 31.5), (3, 0.0), (3, 5.0)] {
        let datum = MetricDatum::builder()
            .metric_name("CPUUtilization")
            .set_dimensions(Some(dimensions.clone()))
            .timestamp(AwsTime::from_secs(begin + minute * 60))
            .value(value);
        client.put_metric_data().namespace("AWS/ECS").metric_data(datum.build()).send().await.expect("taken");
    }
    let (from, to) = (DateTime::from_timestamp(begin, 0).expect("in range"), Utc::now());
    let queries = [query("CPUUtilization", "Average"), query("CPUUtilization", "Maximum")];
    let points = sandbox.cloud.metrics(&sandbox.place, &queries, from, to).await.expect("the emulator answers");
    let read = client.get_metric_statistics().namespace("AWS/ECS").metric_name("CPUUtilization");
    let read =
        read.set_dimensions(Some(dimensions)).period(60).statistics(Statistic::Average).statistics(Statistic::Maximum);
    let read = read.start_time(AwsTime::from_secs(begin)).end_time(AwsTime::from_secs(to.timestamp())).send().await;
    let mut other = read.expect("the emulator answers").datapoints.expect("points");
    other.sort_by_key(|point| point.timestamp.map(|at| at.secs()));
    let of = |value: fn(&aws_sdk_cloudwatch::types::Datapoint) -> Option<f64>| -> Vec<(i64, f64)> {
        other.iter().map(|point| (point.timestamp.expect("a time").secs(), value(point).expect("a value"))).collect()
    };
    let ours: Vec<Vec<(i64, f64)>> =
        points.iter().map(|points| points.iter().map(|(at, value)| (at.timestamp(), *value)).collect()).collect();
    assert_eq!(ours[0], [(begin, 15.0), (begin + 60, 31.5), (begin + 180, 2.5)]);
    assert_eq!(ours, [of(|point| point.average), of(|point| point.maximum)]);
}
