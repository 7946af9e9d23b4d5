//! What AWS answers is read whole: pages, tasks, targets, databases, and whether a thing is really there.

use crate::{
    place::{place, workplace},
    recorder::{Recorder, ok, one_alarm, refuse, result},
};
use ports::Cloud;
use serde_json::json;

const EVENTS: &str = "cloudformation:DescribeStackEvents";

/// A page of events with these ids, newest first as AWS sends them.
fn events(ids: impl IntoIterator<Item = u32>, next: Option<&str>) -> crate::recorder::Answer {
    let members: String = ids
        .into_iter()
        .map(|id| {
            format!(
                "<member><EventId>e{id}</EventId><Timestamp>2026-11-23T10:00:00.123Z</Timestamp><LogicalResourceId>Bucket\
                 </LogicalResourceId><PhysicalResourceId></PhysicalResourceId><ResourceStatus>CREATE_IN_PROGRESS</ResourceStatus></member>"
            )
        })
        .collect();
    let next = next.map(|token| format!("<NextToken>{token}</NextToken>")).unwrap_or_default();
    result("DescribeStackEvents", &format!("<StackEvents>{members}</StackEvents>{next}"))
}

async fn ids(recorder: &Recorder, after: Option<&str>) -> Vec<String> {
    let events = recorder.cloud().stack_events(&place(), "handrail-1", after).await.expect("AWS answers");
    events.into_iter().map(|event| event.id).collect()
}

#[tokio::test]
async fn events_come_oldest_first_over_all_pages() {
    let recorder = Recorder::scripted([(EVENTS, vec![events([5, 4], Some("next")), events([3, 2, 1], None)])]);
    assert_eq!(ids(&recorder, None).await, ["e1", "e2", "e3", "e4", "e5"]);
}

#[tokio::test]
async fn events_after_a_known_one_stop_there() {
    let recorder = Recorder::scripted([(EVENTS, vec![events([5, 4], Some("next")), events([3, 2, 1], Some("more"))])]);
    assert_eq!(ids(&recorder, Some("e2")).await, ["e3", "e4", "e5"]);
    assert_eq!(recorder.apis().len(), 2, "the third page is not asked for");
    let recorder = Recorder::scripted([(EVENTS, vec![events([5, 4], Some("next"))])]);
    assert_eq!(ids(&recorder, Some("e5")).await, Vec::<String>::new());
    assert_eq!(recorder.apis().len(), 1);
}

#[tokio::test]
async fn no_more_than_the_newest_thousand_events_are_read() {
    let page = |from: u32| events((from - 99..=from).rev(), Some("next"));
    let pages = (0..20).map(|page_number| page(5_000 - page_number * 100)).collect();
    let recorder = Recorder::scripted([(EVENTS, pages)]);
    let ids = ids(&recorder, None).await;
    assert_eq!(
        (ids.len(), ids.first().map(String::as_str), ids.last().map(String::as_str)),
        (1_000, Some("e4001"), Some("e5000"))
    );
    assert_eq!(recorder.apis().len(), 10);
}

#[tokio::test]
async fn an_event_is_read_whole() {
    let recorder = Recorder::scripted([(EVENTS, vec![events([1], None)])]);
    let event = recorder.cloud().stack_events(&place(), "handrail-1", None).await.expect("AWS answers").remove(0);
    assert_eq!(event.at.to_rfc3339(), "2026-11-23T10:00:00.123+00:00");
    assert_eq!((event.logical_id.as_str(), event.status.as_str()), ("Bucket", "CREATE_IN_PROGRESS"));
    assert_eq!(event.physical_id, None, "an empty physical id is none");
}

#[tokio::test]
async fn a_stack_is_read_with_outputs_and_protection() {
    let stack = "<Stacks><member><StackId>arn:stack</StackId><StackName>handrail-1</StackName><StackStatus>ROLLBACK_COMPLETE</StackStatus>\
        <StackStatusReason>The following resource(s) failed</StackStatusReason><EnableTerminationProtection>true\
        </EnableTerminationProtection><Outputs><member><OutputKey>Address</OutputKey><OutputValue>http://x</OutputValue></member>\
        </Outputs></member></Stacks>";
    let recorder = Recorder::scripted([("cloudformation:DescribeStacks", vec![result("DescribeStacks", stack)])]);
    let stack = recorder.cloud().stack(&place(), "handrail-1").await.expect("AWS answers").expect("there");
    assert_eq!((stack.id.as_str(), stack.status.as_str()), ("arn:stack", "ROLLBACK_COMPLETE"));
    assert_eq!(stack.outputs.get("Address").map(String::as_str), Some("http://x"));
    assert!(stack.termination_protection);
}

#[tokio::test]
async fn a_service_is_read_with_running_and_lately_stopped_tasks() {
    let task = |number: u32, status: &str| {
        json!({
            "taskArn": format!("arn:aws:ecs:eu-central-1:111122223333:task/blue/t{number}"),
            "lastStatus": status,
            "healthStatus": "HEALTHY",
            "availabilityZone": "eu-central-1a",
            "startedAt": 1_763_892_000,
            "stoppedAt": (status == "STOPPED").then(|| 1_763_890_000 + number),
            "stoppedReason": (status == "STOPPED").then_some("Essential container in task exited"),
            "containers": [{ "reason": (status == "STOPPED").then_some("OutOfMemoryError: killed") }],
            "attachments": [{ "type": "ElasticNetworkInterface", "details": [
                { "name": "subnetId", "value": "subnet-1" }, { "name": "privateIPv4Address", "value": "10.0.1.7" },
            ] }],
        })
    };
    let arns = |from: u32, to: u32| {
        (from..=to).map(|number| format!("arn:aws:ecs:eu-central-1:111122223333:task/blue/t{number}"))
    };
    let service = json!({ "services": [{
        "status": "ACTIVE", "desiredCount": 1, "runningCount": 1, "pendingCount": 0,
        "deployments": [
            { "status": "ACTIVE", "rolloutState": "FAILED" },
            { "status": "PRIMARY", "rolloutState": "IN_PROGRESS", "rolloutStateReason": "ECS deployment in progress." },
        ],
    }] });
    let stopped: Vec<_> = (2..=13).map(|number| task(number, "STOPPED")).collect();
    let recorder = Recorder::scripted([
        ("ecs:DescribeServices", vec![ok(service.to_string())]),
        (
            "ecs:ListTasks",
            vec![
                ok(json!({ "taskArns": arns(1, 1).collect::<Vec<_>>() }).to_string()),
                ok(json!({ "taskArns": arns(2, 13).collect::<Vec<_>>() }).to_string()),
            ],
        ),
        (
            "ecs:DescribeTasks",
            vec![ok(json!({ "tasks": [task(1, "RUNNING")] }).to_string()), ok(json!({ "tasks": stopped }).to_string())],
        ),
    ]);
    let state = recorder.cloud().service(&workplace(), "blue", "web").await.expect("AWS answers").expect("there");
    assert_eq!((state.desired, state.running, state.rollout.as_deref()), (1, 1, Some("IN_PROGRESS")));
    let ids: Vec<&str> = state.tasks.iter().map(|task| task.id.as_str()).collect();
    assert_eq!(
        ids,
        ["t1", "t13", "t12", "t11", "t10", "t9", "t8", "t7", "t6", "t5", "t4"],
        "ten stopped ones, the latest first"
    );
    assert_eq!(state.tasks[0].private_ip.as_deref(), Some("10.0.1.7"));
    assert_eq!(state.tasks[0].stopped_reason, None);
    assert_eq!(
        state.tasks[1].stopped_reason.as_deref(),
        Some("Essential container in task exited: OutOfMemoryError: killed"),
        "the container knows more than the task"
    );
}

#[tokio::test]
async fn many_tasks_are_described_a_hundred_a_call() {
    let arns: Vec<String> =
        (0..150).map(|number| format!("arn:aws:ecs:eu-central-1:111122223333:task/blue/{number}")).collect();
    let recorder = Recorder::scripted([
        ("ecs:DescribeServices", vec![ok(r#"{"services":[{"status":"ACTIVE"}]}"#)]),
        (
            "ecs:ListTasks",
            vec![
                ok(json!({ "taskArns": arns[..100], "nextToken": "next" }).to_string()),
                ok(json!({ "taskArns": [] }).to_string()),
                ok(json!({ "taskArns": arns[100..] }).to_string()),
            ],
        ),
    ]);
    recorder.cloud().service(&workplace(), "blue", "web").await.expect("AWS answers");
    let described = recorder.calls().into_iter().filter(|call| call.api == "ecs:DescribeTasks");
    let sizes: Vec<usize> = described.map(|call| call.body.matches("task/blue/").count()).collect();
    assert_eq!(sizes, [100, 50]);
}

#[tokio::test]
async fn a_service_that_is_gone_is_none() {
    let missing = r#"{"services":[],"failures":[{"reason":"MISSING"}]}"#;
    let inactive = r#"{"services":[{"status":"INACTIVE"}]}"#;
    for answer in [
        ok(missing),
        ok(inactive),
        refuse("ecs:DescribeServices", 400, "ClusterNotFoundException", "Cluster not found."),
    ] {
        let recorder = Recorder::scripted([("ecs:DescribeServices", vec![answer])]);
        assert_eq!(recorder.cloud().service(&place(), "blue", "web").await.expect("no error"), None);
    }
}

#[tokio::test]
async fn targets_are_read_and_a_missing_group_has_none() {
    const API: &str = "elasticloadbalancing:DescribeTargetHealth";
    let health = "<TargetHealthDescriptions><member><Target><Id>10.0.1.7</Id><Port>8000</Port></Target><TargetHealth>\
        <State>unhealthy</State><Reason>Target.ResponseCodeMismatch</Reason><Description>Health checks failed with these codes: [502]\
        </Description></TargetHealth></member></TargetHealthDescriptions>";
    let gone = refuse(API, 400, "TargetGroupNotFound", "One or more target groups not found");
    let recorder = Recorder::scripted([(API, vec![result("DescribeTargetHealth", health), gone])]);
    let cloud = recorder.cloud();
    let targets = cloud.targets(&workplace(), "arn:group").await.expect("AWS answers");
    assert_eq!(
        (targets[0].id.as_str(), targets[0].port, targets[0].state.as_str()),
        ("10.0.1.7", Some(8000), "unhealthy")
    );
    assert_eq!(targets[0].reason.as_deref(), Some("Target.ResponseCodeMismatch"));
    assert_eq!(cloud.targets(&workplace(), "arn:group").await.expect("no error"), Vec::new());
}

#[tokio::test]
async fn a_database_is_read() {
    let found = "<DBInstances><DBInstance><DBInstanceIdentifier>blue</DBInstanceIdentifier><DBInstanceStatus>available</DBInstanceStatus>\
        <DBInstanceClass>db.t4g.small</DBInstanceClass><EngineVersion>17.6</EngineVersion><AllocatedStorage>20</AllocatedStorage>\
        <MultiAZ>true</MultiAZ></DBInstance></DBInstances>";
    let recorder = Recorder::scripted([("rds:DescribeDBInstances", vec![result("DescribeDBInstances", found)])]);
    let database = recorder.cloud().database(&place(), "blue").await.expect("AWS answers").expect("there");
    assert_eq!((database.id.as_str(), database.status.as_str(), database.storage_gib), ("blue", "available", 20));
    assert!(database.multi_az);
}

#[tokio::test]
async fn tagged_resources_are_read_over_all_pages() {
    let page = |arn: &str, token: &str| {
        ok(json!({ "ResourceTagMappingList": [{ "ResourceARN": arn }], "PaginationToken": token }).to_string())
    };
    let recorder = Recorder::scripted([("tag:GetResources", vec![page("arn:1", "next"), page("arn:2", "")])]);
    let arns = recorder.cloud().tagged(&place(), "handrail:environment", "7").await.expect("AWS answers");
    assert_eq!(arns, ["arn:1", "arn:2"]);
    assert!(recorder.calls()[0].body.contains(r#""Key":"handrail:environment","Values":["7"]"#));
}

#[tokio::test]
async fn what_is_there_exists() {
    let list = |operation: &str, list: &str, content: &str| {
        result(operation, &format!("<{list}><member>{content}</member></{list}>"))
    };
    let cases = [
        (
            "arn:aws:cloudformation:eu-central-1:111122223333:stack/handrail-1/1",
            list("DescribeStacks", "Stacks", "<StackStatus>DELETE_FAILED</StackStatus>"),
        ),
        ("arn:aws:cloudwatch:eu-central-1:111122223333:alarm:handrail-1", one_alarm()),
        ("arn:aws:ecs:eu-central-1:111122223333:cluster/blue", ok(r#"{"clusters":[{"status":"ACTIVE"}]}"#)),
        ("arn:aws:ecs:eu-central-1:111122223333:service/blue/web", ok(r#"{"services":[{"status":"DRAINING"}]}"#)),
        ("arn:aws:ecs:eu-central-1:111122223333:task/blue/1", ok(r#"{"tasks":[{"lastStatus":"RUNNING"}]}"#)),
        (
            "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:1",
            ok(r#"{"taskDefinition":{"status":"ACTIVE"}}"#),
        ),
        (
            "arn:aws:elasticfilesystem:eu-central-1:111122223333:access-point/fsap-1",
            ok(r#"{"AccessPoints":[{"AccessPointId":"fsap-1","LifeCycleState":"available"}]}"#),
        ),
        (
            "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/web/1",
            list("DescribeLoadBalancers", "LoadBalancers", ""),
        ),
        (
            "arn:aws:elasticloadbalancing:eu-central-1:111122223333:listener/app/web/1/2",
            list("DescribeListeners", "Listeners", ""),
        ),
        (
            "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/1",
            list("DescribeTargetGroups", "TargetGroups", ""),
        ),
        (
            "arn:aws:logs:eu-central-1:111122223333:log-group:/handrail/web:*",
            ok(r#"{"logGroups":[{"logGroupName":"/handrail/web"},{"logGroupName":"/handrail/web-2"}]}"#),
        ),
        (
            "arn:aws:rds:eu-central-1:111122223333:db:blue",
            result("DescribeDBInstances", "<DBInstances><DBInstance></DBInstance></DBInstances>"),
        ),
        (
            "arn:aws:rds:eu-central-1:111122223333:subgrp:blue",
            result("DescribeDBSubnetGroups", "<DBSubnetGroups><DBSubnetGroup></DBSubnetGroup></DBSubnetGroups>"),
        ),
        (
            "arn:aws:secretsmanager:eu-central-1:111122223333:secret:handrail/key-AbCdEf",
            ok(r#"{"Name":"handrail/key"}"#),
        ),
    ];
    for (arn, answer) in cases {
        let recorder = Recorder::answering(answer);
        assert_eq!(recorder.cloud().exists(&place(), arn).await.expect("AWS answers"), Some(true), "{arn}");
        assert_eq!(recorder.apis().len(), 1, "{arn}");
    }
}

#[tokio::test]
async fn what_aws_only_remembers_does_not_exist() {
    let cases = [
        (
            "arn:aws:ecs:eu-central-1:111122223333:cluster/blue",
            "ecs:DescribeClusters",
            ok(r#"{"clusters":[{"status":"INACTIVE"}]}"#),
        ),
        (
            "arn:aws:ecs:eu-central-1:111122223333:task/blue/1",
            "ecs:DescribeTasks",
            ok(r#"{"tasks":[{"lastStatus":"STOPPED"}]}"#),
        ),
        (
            "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:1",
            "ecs:DescribeTaskDefinition",
            ok(r#"{"taskDefinition":{"status":"INACTIVE"}}"#),
        ),
        (
            "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:1",
            "ecs:DescribeTaskDefinition",
            refuse("ecs:DescribeTaskDefinition", 400, "ClientException", "Unable to describe task definition."),
        ),
        (
            "arn:aws:cloudformation:eu-central-1:111122223333:stack/handrail-1/1",
            "cloudformation:DescribeStacks",
            result("DescribeStacks", "<Stacks><member><StackStatus>DELETE_COMPLETE</StackStatus></member></Stacks>"),
        ),
        (
            "arn:aws:secretsmanager:eu-central-1:111122223333:secret:handrail/key-AbCdEf",
            "secretsmanager:DescribeSecret",
            ok(r#"{"Name":"handrail/key","DeletedDate":1763892000}"#),
        ),
        (
            "arn:aws:logs:eu-central-1:111122223333:log-group:/handrail/web",
            "logs:DescribeLogGroups",
            ok(r#"{"logGroups":[{"logGroupName":"/handrail/web-2"}]}"#),
        ),
    ];
    for (arn, api, answer) in cases {
        let recorder = Recorder::scripted([(api, vec![answer])]);
        assert_eq!(recorder.cloud().exists(&place(), arn).await.expect("AWS answers"), Some(false), "{arn}");
        assert_eq!(recorder.apis(), [api]);
    }
}

#[tokio::test]
async fn what_handrail_cannot_ask_for_is_not_claimed() {
    let recorder = Recorder::default();
    let cloud = recorder.cloud();
    for arn in [
        "arn:aws:ec2:eu-central-1:111122223333:vpc/vpc-1",
        "arn:aws:iam::111122223333:role/handrail-1",
        "arn:aws:ecs:eu-central-1:111122223333:service/old-format",
        "no arn",
    ] {
        assert_eq!(cloud.exists(&place(), arn).await.expect("no error"), None, "{arn}");
    }
    assert_eq!(recorder.apis(), Vec::<String>::new());
}
