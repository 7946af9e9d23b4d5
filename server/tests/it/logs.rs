//! The page of log lines as it is drawn without scripts, and the file of them.

use crate::console::Console;
use chrono::TimeDelta;
use model::{EnvironmentId, cause::CloudProblemKind};
use ports::{Clock, Store};
use reqwest::StatusCode;

const STREAM: &str = "openhands/openhands/0123456789abcdef";

/// A console with an environment that is up.
struct Ready {
    console: Console,
    id: EnvironmentId,
    group: String,
}

impl Ready {
    async fn start() -> Self {
        let console = Console::start().await;
        let id = console.ready_environment().await;
        let record = console.world.store.environment_get(id).await.expect("the store answers").expect("there");
        let group = record.outputs["LogGroupName"].clone();
        Self { console, id, group }
    }

    fn write(&self, seconds_ago: i64, message: &str) {
        let at = self.console.world.clock.now() - TimeDelta::seconds(seconds_ago);
        self.console.world.cloud.log_write(&self.group, STREAM, at, message);
    }

    fn page(&self, query: &str) -> String {
        format!("/environments/{}/logs{query}", self.id)
    }

    /// Status and HTML of the page, as a viewer's browser gets it.
    async fn html(&self, query: &str) -> (StatusCode, String) {
        let answer = self.console.ask().by(&self.console.world.viewer).browsing().get(&self.page(query)).await;
        (answer.status(), answer.text().await.expect("HTML"))
    }

    /// Status and text of the file.
    async fn file(&self, query: &str) -> (StatusCode, String) {
        let answer = self.console.ask().by(&self.console.world.viewer).get(&self.page(&format!(".txt{query}"))).await;
        (answer.status(), answer.text().await.expect("text"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_drawn_whole_and_escaped_with_the_search_in_the_form() {
    let ready = Ready::start().await;
    ready.write(60, "INFO:     started");
    ready.write(30, "\u{1b}[31mERROR:    <script>alert(1)</script>");
    let (status, html) = ready.html("").await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("INFO:     started") && html.contains("openhands 01234567"), "{html}");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !html.contains("<script>alert(1)"), "{html}");
    assert!(html.contains("data-level=\"error\"") && html.contains(">ERROR<"));
    assert!(html.contains("2 lines from"), "{html}");

    let (_, html) = ready.html("?text=%3Cscript&range=6h&wrap=off").await;
    assert!(!html.contains("INFO:     started") && html.contains("1 line from"), "{html}");
    assert!(html.contains("value=\"&lt;script\"") && html.contains("name=\"wrap\""), "{html}");
    let (_, html) = ready.html("?level=warn").await;
    assert!(!html.contains("INFO:     started"), "{html}");
    let (_, html) = ready.html("?text=nothing+like+it").await;
    assert!(html.contains("No line fits"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_in_the_page() {
    let ready = Ready::start().await;
    ready.write(60, "INFO:     started");
    let (status, html) = ready.html("?range=custom&from=2031-01-01&to=x").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(html.contains("id=\"to-error\"") && html.contains("Write a date and a time of day"), "{html}");
    assert!(html.contains("value=\"2031-01-01\""), "what was typed is kept: {html}");
    let cloud = &ready.console.world.cloud;
    cloud.all_fail(Some(CloudProblemKind::Denied));
    let (status, html) = ready.html("?range=24h").await;
    assert_eq!(status, StatusCode::OK, "the page itself is good");
    assert!(html.contains("Not all lines could be read") && html.contains("logs:FilterLogEvents"), "{html}");
    let (status, text) = ready.file("").await;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert!(text.contains("logs:FilterLogEvents"), "{text}");
    cloud.all_fail(None);
    cloud.delete_thing_outside(&format!("arn:aws:logs:eu-west-1:111122223333:log-group:{}", ready.group));
    let (_, html) = ready.html("?range=7d").await;
    assert!(html.contains("The log group is not there"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_holds_what_the_page_would_find_for_those_who_may_see_it() {
    let ready = Ready::start().await;
    let world = &ready.console.world;
    for number in 0..12_000 {
        ready.write(3_000 - number / 10, &format!("INFO: line {number}"));
    }
    ready.write(5, "ERROR: the last");
    let answer = ready.console.ask().by(&world.viewer).get(&ready.page(".txt")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let headers = answer.headers();
    assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(headers["content-disposition"], "attachment; filename=\"handrail-alpha-logs.txt\"");
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    let text = answer.text().await.expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 12_002);
    assert!(
        lines[0].starts_with("# alpha: log lines from ") && lines[1].ends_with(&format!("{STREAM} INFO: line 0")),
        "{}",
        lines[1]
    );
    assert!(lines[12_001].ends_with("ERROR: the last"));

    let (_, errors) = ready.file("?level=error").await;
    assert_eq!(errors.lines().count(), 2, "{errors}");
    let (_, none) = ready.file("?text=nothing").await;
    assert!(none.ends_with("# No line fits.\n"), "{none}");
    let (status, wrong) = ready.file("?range=custom&from=soon").await;
    assert_eq!((status, wrong.contains("Write a date")), (StatusCode::UNPROCESSABLE_ENTITY, true), "{wrong}");

    let stranger = ready.console.ask().by(&world.outsider).get(&ready.page(".txt")).await;
    assert_eq!(stranger.status(), StatusCode::NOT_FOUND);
    let page = ready.console.ask().by(&world.outsider).browsing().get(&ready.page("")).await;
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
    let nobody = ready.console.ask().get("/environments/nonsense/logs.txt").await;
    assert_ne!(nobody.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_reaches_its_limit_says_so_in_its_last_line() {
    let ready = Ready::start().await;
    for number in 0..100_500 {
        ready.write(3_000 - number / 100, "x");
    }
    let (status, text) = ready.file("").await;
    assert_eq!((status, text.lines().count()), (StatusCode::OK, 100_002));
    assert!(text.lines().last().expect("an end").contains("ends the file here, after 100,000 lines"));
}
