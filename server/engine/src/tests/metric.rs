//! What the metrics page shows is what CloudWatch says, asked once for all who look.

use super::stage::{Stage, stage};
use crate::fakes::problem;
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use model::{
    EnvironmentId, Fault, FieldProblem,
    cause::CloudProblemKind,
    environment::DeleteOptions,
    fault::TimeProblem,
    metric::{Blank, Board, Metric, RangeForm, Series},
    operation::OperationKind,
};
use ports::Clock;
use std::time::Duration;

fn last(code: &str) -> RangeForm {
    RangeForm { range: code.to_owned(), ..RangeForm::default() }
}

async fn board(stage: &Stage, environment: EnvironmentId, range: &RangeForm) -> Board {
    stage.services.metrics.board(&stage.world.viewer, environment, range).await.expect("a board")
}

fn series(board: &Board, metric: Metric) -> &Series {
    board.series.iter().find(|series| series.metric == metric).unwrap_or_else(|| panic!("{metric:?} is not there"))
}

/// The last whole minute, and minutes before it.
fn minute(stage: &Stage, before: i64) -> DateTime<Utc> {
    let now = stage.world.clock.now().timestamp().div_euclid(60) * 60;
    DateTime::from_timestamp(now, 0).expect("in range") - TimeDelta::minutes(1 + before)
}

#[tokio::test]
async fn one_batch_asks_for_everything_of_the_environments_own_resources() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.world.cloud.put_points("CPUUtilization", "Average", &[(minute(&stage, 2), 12.5), (minute(&stage, 0), 14.0)]);
    let shown = board(&stage, environment, &last("1h")).await;
    let cpu = series(&shown, Metric::Cpu);
    assert_eq!((shown.span.period, cpu.values.len()), (60, 60));
    assert_eq!(cpu.values[57..], [Some(12.5), None, Some(14.0)], "a missing point is a gap");
    assert_eq!((shown.as_of, shown.blank, &shown.problem), (stage.world.clock.now(), None, &None));

    let calls = stage.world.cloud.metric_calls();
    let queries = |index: usize| calls[index].queries.iter().map(|query| query.name).collect::<Vec<_>>();
    assert_eq!(calls.len(), 2, "one batch by the minute, one by the day");
    assert_eq!((queries(0).len(), queries(1)), (Metric::ALL.len() - 1, vec!["BucketSizeBytes"]));
    assert_eq!((calls[0].from, calls[0].to), (shown.span.from, shown.span.to));
    let name = stage.detail(environment).await.stack_name;
    let cluster = calls[0].queries.iter().find(|query| query.name == "CPUUtilization").expect("asked for");
    assert_eq!(cluster.dimensions[0], ("ClusterName", name));
}

#[tokio::test]
async fn ten_viewers_cost_what_one_costs() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let hour = last("1h");
    let boards = join_all((0..10).map(|_| board(&stage, environment, &hour))).await;
    assert!(boards.windows(2).all(|pair| pair[0] == pair[1]));
    board(&stage, environment, &hour).await;
    assert_eq!(stage.world.cloud.calls_of("metrics"), 2);
    // Another range is another question, but what is measured by the day was asked for.
    board(&stage, environment, &last("3h")).await;
    assert_eq!(stage.world.cloud.calls_of("metrics"), 3);
    stage.world.clock.advance(Duration::from_secs(60));
    board(&stage, environment, &hour).await;
    assert_eq!(stage.world.cloud.calls_of("metrics"), 4, "a minute later there is something new");
}

#[tokio::test]
async fn a_count_that_was_not_reported_is_zero_only_where_the_load_balancer_reported() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let at = |before| minute(&stage, before);
    stage.world.cloud.put_points("HealthyHostCount", "Minimum", &[(at(2), 1.0), (at(1), 1.0)]);
    stage.world.cloud.put_points("RequestCount", "Sum", &[(at(2), 40.0)]);
    let shown = board(&stage, environment, &last("1h")).await;
    assert_eq!(series(&shown, Metric::Requests).values[56..], [None, Some(40.0), Some(0.0), None]);
    assert_eq!(series(&shown, Metric::Target5xx).values[56..], [None, Some(0.0), Some(0.0), None]);
    assert_eq!(series(&shown, Metric::LatencyP95).values[56..], [None; 4], "a latency of nothing is no zero");
}

#[tokio::test]
async fn operations_of_the_range_are_marked() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let marks = board(&stage, environment, &last("1h")).await.markers;
    assert_eq!(marks.iter().map(|mark| mark.kind).collect::<Vec<_>>(), [OperationKind::Create]);
    stage.world.clock.advance(Duration::from_secs(2 * 60 * 60));
    let deletion = stage.delete(environment, DeleteOptions::default()).await;
    let marks = board(&stage, environment, &last("1h")).await.markers;
    assert_eq!(marks.iter().map(|mark| mark.operation).collect::<Vec<_>>(), [deletion]);
    assert_eq!(board(&stage, environment, &last("3h")).await.markers.len(), 2);
}

#[tokio::test]
async fn nothing_made_and_nothing_measured_are_told_apart() {
    let stage = stage();
    let operation = stage.request(&stage.world.operator, "alpha").await;
    let environment = stage.operation(operation).await.summary.environment;
    let shown = board(&stage, environment, &last("1h")).await;
    assert_eq!((shown.blank, shown.series.len()), (Some(Blank::NotMadeYet), 0));
    assert_eq!(stage.world.cloud.calls_of("metrics"), 0, "there is nothing to ask for");
    let ready = stage.ready("beta").await;
    assert_eq!(board(&stage, ready, &last("1h")).await.blank, Some(Blank::NoPoints));
}

#[tokio::test]
async fn an_aws_that_refuses_is_explained_and_what_was_known_stays() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let denied = problem(CloudProblemKind::Denied, "metrics");
    stage.world.cloud.fail("metrics", 2, denied.clone());
    let shown = board(&stage, environment, &last("1h")).await;
    assert_eq!((shown.problem, shown.blank, shown.markers.len()), (Some(denied), None, 1));

    stage.world.cloud.put_points("CPUUtilization", "Average", &[(minute(&stage, 0), 14.0)]);
    let known = board(&stage, environment, &last("1h")).await;
    assert_eq!(known.problem, None, "a problem is not kept");
    stage.world.clock.advance(Duration::from_secs(120));
    stage.world.cloud.all_fail(Some(CloudProblemKind::Throttled));
    let shown = board(&stage, environment, &last("1h")).await;
    assert_eq!(shown.problem, Some(problem(CloudProblemKind::Throttled, "metrics")));
    assert_eq!((shown.as_of, shown.span), (known.as_of, known.span), "it says how old it is");
    assert_eq!(series(&shown, Metric::Cpu), series(&known, Metric::Cpu));
}

#[tokio::test]
async fn an_aws_that_does_not_answer_keeps_nobody_waiting() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.world.cloud.put_points("CPUUtilization", "Average", &[(minute(&stage, 0), 14.0)]);
    stage.world.cloud.metrics_take(Duration::from_secs(3));
    let shown = board(&stage, environment, &last("1h")).await;
    assert_eq!((shown.blank, shown.series.len(), shown.markers.len()), (Some(Blank::NotAnsweredYet), 0, 1));

    // Whoever asks next gets what was fetched meanwhile.
    let known = board(&stage, environment, &last("1h")).await;
    assert_eq!((known.blank, stage.world.cloud.calls_of("metrics")), (None, 2));
    stage.world.clock.advance(Duration::from_secs(60));
    let shown = board(&stage, environment, &last("1h")).await;
    assert_eq!((shown.blank, shown.as_of), (Some(Blank::NotAnsweredYet), known.as_of), "what was known stays");
    assert_eq!(series(&shown, Metric::Cpu).last(), Some((minute(&stage, 1), 14.0)));
}

#[tokio::test]
async fn half_an_answer_is_shown() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.world.cloud.fail("metrics", 1, problem(CloudProblemKind::Throttled, "metrics"));
    let midnight = minute(&stage, 0).date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    stage.world.cloud.put_points("BucketSizeBytes", "Average", &[(midnight - TimeDelta::days(1), 2048.0)]);
    let shown = board(&stage, environment, &last("1h")).await;
    assert!(shown.problem.is_some());
    assert_eq!(shown.series.len(), 1);
    assert_eq!(series(&shown, Metric::BucketSize).last(), Some((midnight - TimeDelta::days(1), 2048.0)));
}

#[tokio::test]
async fn a_range_that_cannot_be_shown_asks_nobody() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let ahead = RangeForm { range: "custom".into(), from: "2030-01-01T00:00".into(), to: "2030-01-02T00:00".into() };
    let refused = stage.services.metrics.board(&stage.world.viewer, environment, &ahead).await;
    let Err(Fault::Invalid(errors)) = refused else { panic!("{refused:?}") };
    assert_eq!(errors.of("from"), Some(&FieldProblem::Time(TimeProblem::Ahead)));
    assert_eq!(stage.world.cloud.calls_of("metrics"), 0);
}
