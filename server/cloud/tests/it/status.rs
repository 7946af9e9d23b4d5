//! What a round of the reconciler and a page's viewers cost, and how drift is read.

use crate::{
    place::{place, quick},
    recorder::{Answer, Recorder, ok, refuse, result},
};
use futures::future::join_all;
use model::cause::CloudProblemKind;
use ports::Cloud;
use std::{collections::BTreeMap, time::Duration};

fn counted(recorder: &Recorder) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for api in recorder.apis() {
        *counts.entry(api).or_default() += 1;
    }
    counts
}

fn stack(name: &str) -> String {
    format!(
        "<member><StackId>arn:{name}</StackId><StackName>{name}</StackName><StackStatus>CREATE_COMPLETE</StackStatus></member>"
    )
}

fn stacks(names: &[&str], next: Option<&str>) -> Answer {
    let members: String = names.iter().map(|name| stack(name)).collect();
    let next = next.map(|token| format!("<NextToken>{token}</NextToken>")).unwrap_or_default();
    result("DescribeStacks", &format!("<Stacks>{members}</Stacks>{next}"))
}

fn databases(ids: &[&str], marker: Option<&str>) -> Answer {
    let members: String = ids
        .iter()
        .map(|id| {
            format!(
                "<DBInstance><DBInstanceIdentifier>{id}</DBInstanceIdentifier><DBInstanceStatus>available\
                 </DBInstanceStatus></DBInstance>"
            )
        })
        .collect();
    let marker = marker.map(|marker| format!("<Marker>{marker}</Marker>")).unwrap_or_default();
    result("DescribeDBInstances", &format!("<DBInstances>{members}</DBInstances>{marker}"))
}

#[tokio::test]
async fn a_round_over_250_environments_of_an_account_costs_a_call_for_each_page() {
    let recorder = Recorder::scripted([
        (
            "cloudformation:DescribeStacks",
            vec![stacks(&["handrail-a", "somebody-elses"], Some("next")), stacks(&["handrail-b"], None)],
        ),
        ("rds:DescribeDBInstances", vec![databases(&["a"], Some("next")), databases(&["b"], None)]),
        (
            "ecs:DescribeClusters",
            vec![ok(
                r#"{"clusters":[{"clusterName":"c","status":"ACTIVE","runningTasksCount":1,"pendingTasksCount":2},
                    {"clusterName":"gone","status":"INACTIVE"}]}"#,
            )],
        ),
    ]);
    let cloud = recorder.cloud();
    let found = cloud.stacks(&place()).await.expect("AWS answers");
    let names: Vec<&str> = found.iter().map(|stack| stack.name.as_str()).collect();
    assert_eq!(names, ["handrail-a", "handrail-b"], "all pages, and only what is Handrail's");
    let found = cloud.databases(&place()).await.expect("AWS answers");
    assert_eq!(found.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let clusters: Vec<String> = (0..250).map(|n| format!("handrail-{n}")).collect();
    let found = cloud.clusters(&place(), &clusters).await.expect("AWS answers");
    assert_eq!((found[0].name.as_str(), found[0].running, found[0].pending), ("c", 1, 2));
    assert!(found.iter().all(|one| one.name != "gone"), "what ECS only remembers is left out");
    let calls = counted(&recorder);
    assert_eq!(calls["cloudformation:DescribeStacks"], 2);
    assert_eq!(calls["rds:DescribeDBInstances"], 2);
    assert_eq!(calls["ecs:DescribeClusters"], 3, "a hundred to a call");

    // Who looks at one of these databases just after finds it known.
    assert!(cloud.database(&place(), "b").await.expect("known").is_some());
    assert_eq!(counted(&recorder)["rds:DescribeDBInstances"], 2);
}

#[tokio::test]
async fn ten_viewers_of_one_page_cost_what_one_costs() {
    let slow = |answer: Answer| vec![answer.after(Duration::from_millis(30))];
    let recorder = Recorder::scripted([
        ("ecs:DescribeServices", slow(ok(r#"{"services":[{"status":"ACTIVE","serviceName":"web"}]}"#))),
        ("ecs:ListTasks", slow(ok(r#"{"taskArns":["arn:aws:ecs:eu-central-1:111122223333:task/blue/1"]}"#))),
        ("ecs:DescribeTasks", slow(ok(r#"{"tasks":[]}"#))),
    ]);
    let cloud = recorder.cloud();
    let place = place();
    // What a page asks for; see `engine::environment::live`.
    let views = (0..10).map(|_| async {
        tokio::try_join!(
            cloud.service(&place, "blue", "web"),
            cloud.targets(&place, "arn:group"),
            cloud.database(&place, "db"),
        )
    });
    for view in join_all(views).await {
        view.expect("AWS answers");
    }
    let expected = [
        ("ecs:DescribeServices", 1),
        // Running ones and stopped ones.
        ("ecs:DescribeTasks", 2),
        ("ecs:ListTasks", 2),
        ("elasticloadbalancing:DescribeTargetHealth", 1),
        ("rds:DescribeDBInstances", 1),
    ];
    assert_eq!(counted(&recorder), expected.map(|(api, count)| (api.to_owned(), count)).into());
}

const PROGRESS: &str = "cloudformation:DescribeStackDriftDetectionStatus";

fn progress(status: &str, reason: &str) -> Answer {
    result(
        "DescribeStackDriftDetectionStatus",
        &format!("<DetectionStatus>{status}</DetectionStatus><DetectionStatusReason>{reason}</DetectionStatusReason>"),
    )
}

fn drifts(members: &str, next: Option<&str>) -> Answer {
    let next = next.map(|token| format!("<NextToken>{token}</NextToken>")).unwrap_or_default();
    result("DescribeStackResourceDrifts", &format!("<StackResourceDrifts>{members}</StackResourceDrifts>{next}"))
}

fn scripted(progress: Vec<Answer>) -> Recorder {
    let begun = result("DetectStackDrift", "<StackDriftDetectionId>detection-1</StackDriftDetectionId>");
    let in_sync = "<member><LogicalResourceId>Bucket</LogicalResourceId><StackResourceDriftStatus>IN_SYNC</StackResourceDriftStatus></member>";
    let differing = "<member><LogicalResourceId>LogGroup</LogicalResourceId><PhysicalResourceId>/handrail/x</PhysicalResourceId>\
        <ResourceType>AWS::Logs::LogGroup</ResourceType><StackResourceDriftStatus>MODIFIED</StackResourceDriftStatus>\
        <ExpectedProperties>{}</ExpectedProperties><ActualProperties>{}</ActualProperties><PropertyDifferences><member>\
        <PropertyPath>/RetentionInDays</PropertyPath><ExpectedValue>30</ExpectedValue><ActualValue>7</ActualValue>\
        <DifferenceType>NOT_EQUAL</DifferenceType></member></PropertyDifferences></member>\
        <member><LogicalResourceId>Alarm</LogicalResourceId><StackResourceDriftStatus>DELETED</StackResourceDriftStatus></member>";
    Recorder::scripted([
        ("cloudformation:DetectStackDrift", vec![begun]),
        (PROGRESS, progress),
        ("cloudformation:DescribeStackResourceDrifts", vec![drifts(in_sync, Some("next")), drifts(differing, None)]),
    ])
}

#[tokio::test]
async fn drift_is_waited_for_and_read_to_the_last_page() {
    let recorder = scripted(vec![progress("DETECTION_IN_PROGRESS", ""), progress("DETECTION_COMPLETE", "")]);
    let drift = recorder.cloud().stack_drift(&place(), "handrail-1").await.expect("AWS answers");
    assert_eq!((drift.compared, drift.incomplete), (3, None));
    let [group, alarm] = &drift.resources[..] else { panic!("two differ") };
    assert_eq!((group.logical_id.as_str(), group.deleted, group.differences.len()), ("LogGroup", false, 1));
    let one = &group.differences[0];
    assert_eq!([&one.path, &one.expected, &one.actual, &one.kind], ["/RetentionInDays", "30", "7", "NOT_EQUAL"]);
    assert!(alarm.logical_id == "Alarm" && alarm.deleted);
    assert_eq!(counted(&recorder)[PROGRESS], 2);
    let asked = recorder.calls().into_iter().find(|call| call.api == PROGRESS).expect("asked");
    assert!(asked.body.contains("detection-1"), "{}", asked.body);
}

#[tokio::test]
async fn resources_that_cannot_be_compared_do_not_hide_the_others() {
    let reason = "Failed to detect drift on resources [Role]: not authorized";
    let recorder = scripted(vec![progress("DETECTION_FAILED", reason)]);
    let drift = recorder.cloud().stack_drift(&place(), "handrail-1").await.expect("AWS answers");
    assert_eq!((drift.incomplete.as_deref(), drift.resources.len()), (Some(reason), 2));
}

#[tokio::test(start_paused = true)]
async fn a_comparison_that_never_ends_is_given_up() {
    let recorder = scripted(vec![progress("DETECTION_IN_PROGRESS", "")]);
    let settings = cloud::CloudSettings { patience: Duration::from_secs(60), poll: Duration::from_secs(2), ..quick() };
    let problem = recorder.cloud_with(settings).stack_drift(&place(), "handrail-1").await.err().expect("it never ends");
    assert_eq!(problem.kind, CloudProblemKind::Unreachable);
    assert!(problem.message.contains("60 seconds"), "{}", problem.message);
}

#[tokio::test]
async fn a_second_comparison_at_the_same_time_is_refused_by_aws() {
    let text = "Drift detection is already in progress for stack [handrail-1]";
    let refusal = refuse("cloudformation:DetectStackDrift", 400, "OperationInProgressException", text);
    let recorder = Recorder::scripted([("cloudformation:DetectStackDrift", vec![refusal])]);
    let problem = recorder.cloud().stack_drift(&place(), "handrail-1").await.err().expect("refused");
    assert_eq!((problem.kind, problem.message.as_str()), (CloudProblemKind::Conflict, text));
}
