//! Log events: what is asked goes over the wire as CloudWatch wants it, and what it answers is read whole.

use crate::{
    emulator::Sandbox,
    place::place,
    recorder::{REQUEST_ID, Recorder, ok, refuse},
};
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use chrono::DateTime;
use model::{
    cause::CloudProblemKind,
    log::{LogLevel, LogMatching},
};
use ports::{Cloud, cloud::LogRequest};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    time::{SystemTime, UNIX_EPOCH},
};

const API: &str = "logs:FilterLogEvents";

fn request(matching: LogMatching) -> LogRequest {
    LogRequest {
        group: "/handrail/web".into(),
        matching,
        stream: Some("app/openhands/1".into()),
        from: DateTime::from_timestamp_millis(1_000).expect("in range"),
        to: DateTime::from_timestamp_millis(61_000),
        limit: 20_000,
        token: Some("more".into()),
    }
}

async fn sent(request: &LogRequest) -> Value {
    let recorder = Recorder::default();
    recorder.cloud().log_events(&place(), request).await.expect("AWS answers");
    serde_json::from_str(&recorder.calls()[0].body).expect("JSON")
}

#[tokio::test]
async fn times_limits_and_patterns_are_those_of_cloudwatch() {
    assert_eq!(
        sent(&request(LogMatching::Text(r#"say "hi""#.into()))).await,
        json!({
            "logGroupName": "/handrail/web",
            "logStreamNames": ["app/openhands/1"],
            "filterPattern": r#""say \"hi\"""#,
            "startTime": 1_000,
            // CloudWatch's end belongs to the range, ours does not.
            "endTime": 60_999,
            "limit": 10_000,
            "nextToken": "more",
        })
    );
    let open = LogRequest { stream: None, to: None, token: None, limit: 1, ..request(LogMatching::All) };
    assert_eq!(sent(&open).await, json!({ "logGroupName": "/handrail/web", "startTime": 1_000, "limit": 1 }));
    let errors = sent(&request(LogMatching::new("", Some(LogLevel::Error)))).await;
    assert!(errors["filterPattern"].as_str().expect("text").starts_with(r#"?"ERROR" ?"#), "{errors}");
}

#[tokio::test]
async fn events_are_read_and_an_empty_page_may_have_a_next_one() {
    let first = json!({ "events": [
        { "eventId": "e1", "timestamp": 1_500, "logStreamName": "s", "message": "one\u{1b}[0m", "ingestionTime": 1_600 },
        { "eventId": "no time", "message": "x" },
    ], "nextToken": "t1" });
    let recorder =
        Recorder::scripted([(API, vec![ok(first.to_string()), ok(r#"{"events":[],"nextToken":"t2"}"#), ok("{}")])]);
    let cloud = recorder.cloud();
    let ask = request(LogMatching::All);
    let page = cloud.log_events(&place(), &ask).await.expect("AWS answers");
    assert_eq!(page.events.len(), 1, "what has no time is left out");
    let event = &page.events[0];
    assert_eq!((event.id.as_str(), event.stream.as_str(), event.message.as_str()), ("e1", "s", "one\u{1b}[0m"));
    assert_eq!((event.at.timestamp_millis(), page.next.as_deref()), (1_500, Some("t1")));
    let empty = cloud.log_events(&place(), &ask).await.expect("AWS answers");
    assert_eq!((empty.events.len(), empty.next.as_deref()), (0, Some("t2")));
    assert_eq!(cloud.log_events(&place(), &ask).await.expect("AWS answers").next, None);
}

#[tokio::test]
async fn a_missing_group_a_denial_and_a_throttle_are_told_apart() {
    let cases = [
        ("ResourceNotFoundException", "The specified log group does not exist.", CloudProblemKind::NotFound),
        (
            "AccessDeniedException",
            "User: x is not authorized to perform: logs:FilterLogEvents",
            CloudProblemKind::Denied,
        ),
        ("ThrottlingException", "Rate exceeded", CloudProblemKind::Throttled),
        ("InvalidParameterException", "Invalid filter pattern", CloudProblemKind::Invalid),
    ];
    for (code, message, kind) in cases {
        let recorder = Recorder::scripted([(API, vec![refuse(API, 400, code, message)])]);
        let problem = recorder.cloud().log_events(&place(), &request(LogMatching::All)).await.expect_err(code);
        assert_eq!((problem.kind, problem.request_id.as_deref()), (kind, Some(REQUEST_ID)), "{code}");
        assert_eq!(problem.message, message);
    }
}

#[tokio::test]
async fn log_events_are_filtered_by_time_text_and_stream_in_pages() {
    let Some(sandbox) = Sandbox::open(112).await else { return };
    let logs = aws_sdk_cloudwatchlogs::Client::new(&sandbox.config);
    logs.create_log_group().log_group_name("/handrail/web").send().await.expect("a group");
    let now =
        i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis()).expect("in range");
    for stream in ["app/a/1", "app/b/2"] {
        logs.create_log_stream()
            .log_group_name("/handrail/web")
            .log_stream_name(stream)
            .send()
            .await
            .expect("a stream");
        let put = (0..5).fold(
            logs.put_log_events().log_group_name("/handrail/web").log_stream_name(stream),
            |put, number| {
                let message =
                    format!(r#"{{"level": "{}", "n": {number}}}"#, if number == 3 { "error" } else { "info" });
                put.log_events(
                    InputLogEvent::builder()
                        .timestamp(now - 5_000 + number * 1_000)
                        .message(message)
                        .build()
                        .expect("whole"),
                )
            },
        );
        put.send().await.expect("written");
    }
    let moment = |millis: i64| DateTime::from_timestamp_millis(millis).expect("in range");
    let all = LogRequest {
        group: "/handrail/web".into(),
        matching: LogMatching::All,
        stream: None,
        from: moment(now - 60_000),
        to: None,
        limit: 4,
        token: None,
    };
    let (mut ids, mut token) = (BTreeSet::new(), None);
    loop {
        let page =
            sandbox.cloud.log_events(&sandbox.place, &LogRequest { token, ..all.clone() }).await.expect("a page");
        assert!(page.events.len() <= 4 && page.events.is_sorted_by_key(|event| event.at));
        ids.extend(page.events.into_iter().map(|event| event.id));
        token = page.next;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(ids.len(), 10, "every event once");
    let count = async |request: LogRequest| {
        sandbox.cloud.log_events(&sandbox.place, &request).await.expect("a page").events.len()
    };
    let whole = LogRequest { limit: 100, ..all };
    let text = LogMatching::Text(r#""level": "error""#.into());
    assert_eq!(count(LogRequest { matching: text, ..whole.clone() }).await, 2, "a text with quotes stands for itself");
    let warnings = LogMatching::new("", Some(LogLevel::Warn));
    assert_eq!(count(LogRequest { matching: warnings, ..whole.clone() }).await, 2);
    assert_eq!(count(LogRequest { stream: Some("app/a/1".into()), ..whole.clone() }).await, 5);
    let (from, to) = (moment(now - 4_000), Some(moment(now - 2_000)));
    assert_eq!(count(LogRequest { from, to, ..whole.clone() }).await, 4, "the end does not belong to it");
    for (group, stream) in [("/handrail/none", None), ("/handrail/web", Some("app/none/1".to_owned()))] {
        let request = LogRequest { group: group.into(), stream, ..whole.clone() };
        let problem = sandbox.cloud.log_events(&sandbox.place, &request).await.expect_err("not there");
        assert_eq!(problem.kind, CloudProblemKind::NotFound, "{problem}");
    }
}
