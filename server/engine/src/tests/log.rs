//! Log lines: the newest first in bounded calls, followed by many at the price of one, and each line once.

use super::stage::{Stage, stage};
use chrono::{DateTime, TimeDelta, Utc};
use model::{
    EnvironmentId, Fault, FieldProblem, Outcome,
    cause::CloudProblemKind,
    fault::TimeProblem,
    log::{LOG_PAGE, LogLevel, LogLine, LogPage, LogQuery, LogRange, LogTail, LogTrouble},
};
use ports::{Clock, Store};
use std::time::Duration;

const STREAM: &str = "openhands/openhands/0123456789abcdef";
const METHOD: &str = "log_events";

/// An environment with a log group, and who reads it.
struct Reader {
    stage: Stage,
    id: EnvironmentId,
    group: String,
}

async fn reader() -> Reader {
    let stage = stage();
    let id = stage.ready("alpha").await;
    let record = stage.world.store.environment_get(id).await.expect("the store answers").expect("it is there");
    let group = record.outputs.get(template::output::LOG_GROUP_NAME).expect("the stack made one").clone();
    Reader { stage, id, group }
}

impl Reader {
    fn now(&self) -> DateTime<Utc> {
        self.stage.world.clock.now()
    }

    fn advance(&self, seconds: u64) {
        self.stage.world.clock.advance(Duration::from_secs(seconds));
    }

    fn write(&self, seconds_ago: i64, message: &str) {
        self.write_at(self.now() - TimeDelta::seconds(seconds_ago), message);
    }

    fn write_at(&self, at: DateTime<Utc>, message: &str) {
        self.stage.world.cloud.log_write(&self.group, STREAM, at, message);
    }

    async fn search(&self, query: &LogQuery, before: Option<String>) -> LogPage {
        self.try_search(query, before).await.expect("a page")
    }

    async fn try_search(&self, query: &LogQuery, before: Option<String>) -> Outcome<LogPage> {
        self.stage.services.logs.search(&self.stage.world.viewer, self.id, query.clone(), before).await
    }

    async fn tail(&self, since: &str) -> LogTail {
        let tail =
            self.stage.services.logs.tail(&self.stage.world.viewer, self.id, LogQuery::default(), since.to_owned());
        tail.await.expect("a tail")
    }

    fn calls(&self) -> usize {
        self.stage.world.cloud.calls_of(METHOD)
    }

    fn fail(&self, kind: CloudProblemKind) {
        self.stage.world.cloud.fail(METHOD, 1, crate::fakes::problem(kind, METHOD));
    }
}

fn texts(lines: &[LogLine]) -> Vec<&str> {
    lines.iter().map(|line| line.message.as_str()).collect()
}

fn of_range(range: LogRange) -> LogQuery {
    LogQuery { range, ..LogQuery::default() }
}

#[tokio::test]
async fn a_quiet_log_is_read_whole_with_levels_and_without_colours() {
    let reader = reader().await;
    reader.write(5_000, "INFO:     too old for the hour");
    reader.write(3_000, "\u{1b}[32mINFO\u{1b}[0m:     started");
    reader.write(10, r#"{"level":"error","message":"boom"}"#);
    let page = reader.search(&LogQuery::default(), None).await;
    assert_eq!(texts(&page.lines), ["INFO:     started", r#"{"level":"error","message":"boom"}"#]);
    assert_eq!(page.lines[1].level, Some(LogLevel::Error));
    assert_eq!((page.older, page.trouble, page.crowded), (None, None, false));
    assert_eq!(page.searched_from, page.window.from);
    assert!(page.tail.is_some());
}

#[tokio::test]
async fn a_line_whose_time_is_ahead_of_our_clock_is_shown() {
    let reader = reader().await;
    reader.write(-20, "from the future");
    assert_eq!(texts(&reader.search(&LogQuery::default(), None).await.lines), ["from the future"]);
}

#[tokio::test]
async fn pages_of_a_busy_log_hold_every_line_once_from_the_newest_back() {
    let reader = reader().await;
    let (count, now) = (5_000_i64, reader.now());
    // Bursts: some seconds have hundreds of lines, some milliseconds have ten.
    for number in 0..count {
        let ago = if number % 3 == 0 { number } else { number / 300 * 300 };
        reader.write_at(now - TimeDelta::milliseconds(ago * 40), &format!("line {number}"));
    }
    let (mut seen, mut before, mut pages) = (Vec::new(), None, 0);
    loop {
        let calls = reader.calls();
        let page = reader.search(&LogQuery::default(), before).await;
        assert!(reader.calls() - calls <= 12, "calls of one page are bounded");
        assert!(page.lines.is_sorted_by_key(|line| line.at), "oldest first");
        assert!(!page.crowded && page.trouble.is_none());
        let mut lines: Vec<String> = page.lines.into_iter().map(|line| line.message).collect();
        lines.append(&mut seen);
        seen = lines;
        pages += 1;
        assert!(pages < 60, "the search comes to an end");
        match page.older {
            Some(older) => before = Some(older),
            None => break,
        }
    }
    let mut unique = seen.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!((seen.len(), unique.len()), (5_000, 5_000), "in {pages} pages");
}

#[tokio::test]
async fn a_rare_text_in_a_long_log_is_found_in_bounded_calls() {
    let reader = reader().await;
    let now = reader.now();
    for number in (0..60_000_i64).rev() {
        let text = if number == 50_000 { "needle in the hay" } else { "hay" };
        reader.write_at(now - TimeDelta::seconds(number * 10), text);
    }
    // AWS ends each answer after so many events, whether they fit or not.
    reader.stage.world.cloud.log_scan(10_000);
    let query = LogQuery { text: "needle".into(), ..of_range(LogRange::Week) };
    let (mut before, mut pages) = (None, 0);
    loop {
        let calls = reader.calls();
        let page = reader.search(&query, before).await;
        pages += 1;
        assert!(reader.calls() - calls <= 12 && pages < 10, "{pages} pages");
        if !page.lines.is_empty() {
            assert_eq!(texts(&page.lines), ["needle in the hay"]);
            break;
        }
        assert!(page.searched_from < page.window.to, "it says how far it came");
        before = Some(page.older.expect("there is more to search"));
    }
}

#[tokio::test]
async fn more_lines_in_ten_milliseconds_than_can_be_read_are_said_to_be_missing() {
    let reader = reader().await;
    let at = reader.now() - TimeDelta::seconds(30);
    for number in 0..4_000 {
        reader.write_at(at, &number.to_string());
    }
    let mut page = reader.search(&LogQuery::default(), None).await;
    let mut rounds = 0;
    while !page.crowded {
        rounds += 1;
        assert!(rounds < 5, "the search goes on");
        page = reader.search(&LogQuery::default(), Some(page.older.expect("more"))).await;
    }
    assert!(!page.lines.is_empty());
}

#[tokio::test]
async fn a_level_leaves_out_what_is_less_bad_and_keeps_what_belongs_to_it() {
    let reader = reader().await;
    reader.write(40, "INFO:     no error here");
    reader.write(30, "WARNING:  careful");
    reader.write(20, "Traceback (most recent call last):");
    reader.write(19, "  File \"/app/x.py\", line 1, in <module>");
    reader.write(10, "ValueError: no");
    let errors = LogQuery { level: Some(LogLevel::Error), ..LogQuery::default() };
    assert_eq!(reader.search(&errors, None).await.lines.len(), 3);
    let warnings = LogQuery { level: Some(LogLevel::Warn), ..LogQuery::default() };
    assert_eq!(reader.search(&warnings, None).await.lines.len(), 4);
    let both = LogQuery { text: "no".into(), ..errors };
    assert_eq!(texts(&reader.search(&both, None).await.lines), ["ValueError: no"]);
}

#[tokio::test]
async fn around_a_moment_lines_of_both_sides_are_shown() {
    let reader = reader().await;
    let at = reader.now() - TimeDelta::minutes(30);
    for number in -900..900_i64 {
        reader.write_at(at + TimeDelta::milliseconds(number * 100), &number.to_string());
    }
    let around = at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let page = reader.search(&LogQuery { around, ..LogQuery::default() }, None).await;
    assert_eq!(page.lines.len(), LOG_PAGE);
    let texts = texts(&page.lines);
    assert_eq!((texts[0], texts[LOG_PAGE / 2], texts[LOG_PAGE - 1]), ("-200", "0", "199"));
    assert!(page.older.is_some() && page.tail.is_none());
}

#[tokio::test]
async fn what_is_typed_wrong_is_said_beside_its_field() {
    let reader = reader().await;
    let query = LogQuery { from: "2031-01-01".into(), ..of_range(LogRange::Custom) };
    match reader.try_search(&query, None).await {
        Err(Fault::Invalid(errors)) => assert_eq!(errors.of("from"), Some(&FieldProblem::Time(TimeProblem::Ahead))),
        other => panic!("{other:?}"),
    }
    assert_eq!(reader.calls(), 0);
    let nonsense = reader.search(&LogQuery::default(), Some("nonsense".into())).await;
    assert!(nonsense.trouble.is_none(), "a cursor that is none begins at the newest line");
}

#[tokio::test]
async fn what_cannot_be_read_is_told_beside_what_could() {
    let reader = reader().await;
    for number in 0..600 {
        reader.write(number / 20, &format!("line {number}"));
    }
    // The first stretch is answered, the second is not.
    reader.fail(CloudProblemKind::Denied);
    let denied = reader.search(&LogQuery::default(), None).await;
    match denied.trouble {
        Some(LogTrouble::Cloud(problem)) => assert_eq!(problem.action.as_deref(), Some("logs:FilterLogEvents")),
        other => panic!("{other:?}"),
    }
    assert!(denied.older.is_some(), "one can go on from there");
    let missing = LogQuery { stream: "openhands/openhands/gone".into(), ..LogQuery::default() };
    assert_eq!(reader.search(&missing, None).await.trouble, Some(LogTrouble::StreamMissing));
    let arn = format!("arn:aws:logs:eu-west-1:111122223333:log-group:{}", reader.group);
    reader.stage.world.cloud.delete_thing_outside(&arn);
    reader.advance(5);
    let gone = Some(LogTrouble::GroupMissing { group: reader.group.clone() });
    assert_eq!(reader.search(&LogQuery::default(), None).await.trouble, gone);
    assert_eq!(reader.tail("0.0.0").await.trouble, gone);
}

#[tokio::test]
async fn an_environment_without_a_log_group_says_so_without_asking_aws() {
    let stage = stage();
    let operation = stage.request(&stage.world.operator, "beta").await;
    let id = stage.operation(operation).await.summary.environment;
    let (logs, who) = (&stage.services.logs, &stage.world.viewer);
    let page = logs.search(who, id, LogQuery::default(), None).await.expect("a page");
    assert_eq!(page.trouble, Some(LogTrouble::NotYet));
    let tail = logs.tail(who, id, LogQuery::default(), "0.0.0".into()).await.expect("a tail");
    assert_eq!((tail.trouble, tail.cursor.as_str()), (Some(LogTrouble::NotYet), "0.0.0"));
    assert_eq!(stage.world.cloud.calls_of(METHOD), 0);
}

#[tokio::test]
async fn ten_viewers_cost_what_one_costs() {
    let reader = reader().await;
    reader.write(10, "INFO:     there already");
    let query = LogQuery::default();
    let pages = futures::future::join_all((0..10).map(|_| reader.search(&query, None))).await;
    let for_one = reader.calls();
    assert!(for_one <= 12, "{for_one} calls for ten pages");
    let mut cursors: Vec<String> = pages.into_iter().map(|page| page.tail.expect("live")).collect();
    for round in 0..10_u64 {
        reader.advance(2);
        reader.write(0, &format!("round {round}"));
        let tails = futures::future::join_all(cursors.iter().map(|cursor| reader.tail(cursor))).await;
        for tail in &tails {
            assert_eq!(texts(&tail.lines).last(), Some(&format!("round {round}").as_str()));
            assert!(!tail.gap && tail.trouble.is_none());
            assert!(round == 0 || tail.lines.len() == 1, "each line once: {:?}", texts(&tail.lines));
        }
        cursors = tails.into_iter().map(|tail| tail.cursor).collect();
    }
    assert_eq!(reader.calls() - for_one, 10, "ten rounds of ten viewers");
}

#[tokio::test]
async fn two_filters_are_two_watches_and_one_filter_is_one() {
    let reader = reader().await;
    let errors = LogQuery { level: Some(LogLevel::Error), ..LogQuery::default() };
    // A range or a moment does not matter to those who follow.
    let longer = of_range(LogRange::Week);
    let (logs, who) = (&reader.stage.services.logs, &reader.stage.world.viewer);
    for query in [LogQuery::default(), longer, errors.clone(), errors] {
        logs.tail(who, reader.id, query, "0.0.0".into()).await.expect("a tail");
    }
    assert_eq!(reader.calls(), 2);
}

#[tokio::test]
async fn late_lines_and_those_before_a_pause_arrive_once() {
    let reader = reader().await;
    let mut cursor = reader.search(&LogQuery::default(), None).await.tail.expect("live");
    let mut seen = Vec::new();
    let mut look = async |cursor: &mut String| {
        let tail = reader.tail(cursor).await;
        assert!(!tail.gap);
        seen.extend(tail.lines.into_iter().map(|line| line.message));
        *cursor = tail.cursor;
    };
    reader.write(0, "first");
    reader.advance(3);
    look(&mut cursor).await;
    reader.write(40, "late");
    reader.write(0, "second");
    reader.advance(3);
    look(&mut cursor).await;
    // Nobody looks for a while, AWS refuses once, and nothing is lost.
    reader.write(0, "while away");
    reader.advance(90);
    reader.write(0, "back");
    reader.fail(CloudProblemKind::Throttled);
    look(&mut cursor).await;
    reader.advance(6);
    look(&mut cursor).await;
    assert_eq!(seen, ["first", "late", "second", "while away", "back"]);
}

#[tokio::test]
async fn a_refused_look_is_shared_and_not_asked_again_at_once() {
    let reader = reader().await;
    reader.fail(CloudProblemKind::Throttled);
    let tails = futures::future::join_all((0..5).map(|_| reader.tail("0.0.0"))).await;
    for tail in tails {
        assert!(matches!(tail.trouble, Some(LogTrouble::Cloud(_))), "{:?}", tail.trouble);
    }
    reader.advance(3);
    assert!(reader.tail("0.0.0").await.trouble.is_some());
    assert_eq!(reader.calls(), 1);
    reader.advance(3);
    assert!(reader.tail("0.0.0").await.trouble.is_none());
}

#[tokio::test]
async fn a_reader_of_another_watch_goes_on_by_time_and_is_told_when_lines_are_missing() {
    let reader = reader().await;
    let at = reader.now();
    reader.write(30, "shortly before");
    reader.advance(1);
    let cursor = format!("7.7.{}", at.timestamp_millis());
    let tail = reader.tail(&cursor).await;
    assert_eq!((texts(&tail.lines), tail.gap), (vec!["shortly before"], false), "may repeat what is known by its id");
    let long_ago = format!("7.7.{}", (at - TimeDelta::hours(2)).timestamp_millis());
    assert!(reader.tail(&long_ago).await.gap);
}

#[tokio::test]
async fn more_than_a_watch_keeps_is_a_gap_for_those_who_lag() {
    let reader = reader().await;
    let cursor = reader.tail("0.0.0").await.cursor;
    for number in 0..2_500 {
        reader.write(0, &number.to_string());
    }
    reader.advance(2);
    let tail = reader.tail(&cursor).await;
    assert!(tail.gap);
    assert_eq!((tail.lines.len(), tail.lines[1_999].message.as_str()), (2_000, "2499"));
    assert!(!reader.tail(&tail.cursor).await.gap, "from here on nothing is missing");
}

#[tokio::test]
async fn a_file_has_every_line_and_its_end_is_said() {
    let reader = reader().await;
    for number in 0..25_000_i64 {
        reader.write_at(reader.now() - TimeDelta::milliseconds(25_000 - number), &number.to_string());
    }
    let (logs, who) = (&reader.stage.services.logs, &reader.stage.world.viewer);
    let mut at = Some(logs.export_start(who, reader.id, LogQuery::default()).await.expect("begins"));
    let mut lines = Vec::new();
    while let Some(next) = at {
        let chunk = logs.export(who, reader.id, LogQuery::default(), next).await.expect("a part");
        assert!(!chunk.capped && chunk.trouble.is_none());
        lines.extend(chunk.lines);
        at = chunk.next;
    }
    assert_eq!(lines.len(), 25_000);
    assert!(lines.is_sorted_by_key(|line| line.at));
    let mut nearly_full = logs.export_start(who, reader.id, LogQuery::default()).await.expect("begins");
    nearly_full.lines = 99_990;
    let last = logs.export(who, reader.id, LogQuery::default(), nearly_full).await.expect("a part");
    assert_eq!((last.lines.len(), last.capped, last.next), (10, true, None));
}
