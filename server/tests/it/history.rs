//! The activity pages as they are drawn without scripts, and the history as a file.

use crate::console::Console;
use chrono::{DateTime, TimeDelta, Utc};
use model::{
    AuditId, Principal, TeamId,
    audit::{Action, Actor, FieldChange},
};
use ports::{Clock, Store, store::NewAudit};
use reqwest::{StatusCode, header};
use uuid::Uuid;

/// Lets somebody have done something in a team.
async fn tell(console: &Console, at: DateTime<Utc>, who: &Principal, team: TeamId, action: Action, subject: &str) {
    let change = |field: &str, before: Option<&str>, after: Option<&str>| FieldChange {
        field: field.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    let event = NewAudit {
        id: AuditId(Uuid::now_v7()),
        at,
        actor: Actor::Person { id: who.person, name: who.name.clone() },
        action,
        team: Some(team),
        environment: None,
        operation: None,
        subject: subject.to_owned(),
        changes: vec![change("role", Some("viewer"), Some("=owner")), change("key", None, None)],
        ip: Some("192.0.2.7".to_owned()),
        request_id: None,
    };
    console.world.store.audit_write(&event).await.expect("kept");
}

/// A console in which the owner of a team has invited people, one a minute, and somebody of another team too.
async fn busy(invitations: i64) -> Console {
    let console = Console::start().await;
    let (world, start) = (&console.world, console.world.clock.now());
    for n in 0..invitations {
        let address = format!("invited{n}@example.org");
        let at = start + TimeDelta::minutes(n);
        tell(&console, at, &world.owner, world.team.id, Action::MemberInvited, &address).await;
    }
    tell(&console, start, &world.outsider, world.other_team.id, Action::MemberInvited, "foreign@example.org").await;
    console
}

async fn drawn(console: &Console, who: &Principal, path: &str) -> String {
    let answer = console.ask().by(who).browsing().get(path).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    // Marks between texts, by which the browser's own drawing finds them again.
    answer.text().await.expect("HTML").replace("<!>", "")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_activity_page_works_without_scripts() {
    let console = busy(2).await;
    let html = drawn(&console, &console.world.viewer, "/activity").await;
    for part in [
        "invited1@example.org",
        "<details",
        "Changed: role, key",
        "<del>viewer</del>",
        "<ins>=owner</ins>",
        "Changed; the value is not kept",
        r#"method="get""#,
        r#"action="/activity""#,
        r#"name="outcome""#,
        r#"type="date""#,
        "Export CSV",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
    assert!(!html.contains("foreign@example.org"), "another team's events are hidden");
    let person = console.world.owner.person;
    let chips = drawn(&console, &console.world.viewer, &format!("/activity?person={person}&kind=team")).await;
    for part in ["Active filters", "Remove the filter Person: Olga Owner", "Remove the filter Kind: Teams and members"]
    {
        assert!(chips.contains(part), "{part} is missing in {chips}");
    }
    assert!(chips.contains(r#"href="/activity?kind=team""#), "a chip leads to the list without it");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_and_keep_the_filter() {
    let console = busy(60).await;
    let html = drawn(&console, &console.world.viewer, "/activity?kind=team").await;
    assert!(html.contains("invited59@") && !html.contains("invited9@"), "the newest 50");
    let next = html.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|link| link.contains("after="));
    let next = next.expect("a next page").replace("&amp;", "&");
    assert!(next.starts_with("/activity?kind=team&"), "{next}");
    let second = drawn(&console, &console.world.viewer, &next).await;
    assert!(second.contains("invited9@") && !second.contains("invited59@") && second.contains("First page"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_empty_says_why() {
    let console = busy(1).await;
    let world = &console.world;
    let none = drawn(&console, &world.viewer, "/activity?outcome=failed").await;
    assert!(none.contains("No event fits these filters") && none.contains("Clear the filters"));
    let typed = drawn(&console, &world.viewer, "/activity?from=2026-03-02&to=2026-03-01").await;
    assert!(
        typed.contains("The last day lies before the first one.") && typed.contains("The filter cannot be applied")
    );
    let beyond = "[\"2000-01-01T00:00:00Z\",\"01980000-0000-7000-8000-000000000000\"]";
    let cursor: String = beyond.bytes().map(|byte| format!("{byte:02x}")).collect();
    let later = drawn(&console, &world.viewer, &format!("/activity?after={cursor}")).await;
    assert!(later.contains("This page has become empty"), "{later}");
    let console = Console::start().await;
    let yet = drawn(&console, &console.world.viewer, "/activity").await;
    assert!(yet.contains("Nothing has happened yet"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_holds_what_the_filter_shows_as_text_and_never_as_formulas() {
    let console = busy(1200).await;
    let world = &console.world;
    let late = world.clock.now() + TimeDelta::days(2);
    tell(&console, late, &world.owner, world.team.id, Action::MemberRemoved, "=HYPERLINK(\"http://evil\")").await;
    let answer = console.ask().by(&world.viewer).get("/activity.csv?kind=team").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    let disposition = answer.headers()[header::CONTENT_DISPOSITION].to_str().expect("text");
    assert_eq!(disposition, "attachment; filename=\"handrail-activity.csv\"");
    let text = answer.text().await.expect("text");
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 1 + 1200 + 1, "every page of it");
    assert!(lines[0].starts_with("time,actor,action,sentence,"), "{}", lines[0]);
    assert!(lines[1].contains(",\"'=HYPERLINK(\"\"http://evil\"\")\","), "{}", lines[1]);
    assert!(
        lines[1].contains("Olga Owner,member_removed,") && lines[1].contains("role: viewer -> =owner; key changed")
    );
    assert!(!text.contains("foreign@example.org"));
    // As browsers ask for it.
    for encoding in ["gzip", "br"] {
        let packed = console.ask().by(&world.viewer).header("accept-encoding", encoding).get("/activity.csv").await;
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], encoding);
        let bytes = packed.bytes().await.expect("the whole body");
        assert!(!bytes.is_empty() && bytes.len() < text.len() / 2, "{} bytes as {encoding}", bytes.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_is_for_those_who_may_see_it() {
    let console = busy(1).await;
    let world = &console.world;
    let path = format!("/activity.csv?team={}", world.team.id);
    assert_eq!(console.ask().by(&world.outsider).get(&path).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(console.ask().get(&path).await.status(), StatusCode::UNAUTHORIZED);
    let nonsense = console.ask().by(&world.viewer).get("/activity.csv?from=yesterday").await;
    assert_eq!(nonsense.status(), StatusCode::BAD_REQUEST);
    let own = console.ask().by(&world.outsider).get("/activity.csv").await.text().await.expect("text");
    assert!(own.contains("foreign@example.org") && !own.contains("invited0@"));
    let all = console.ask().by(&world.auditor).get("/activity.csv").await.text().await.expect("text");
    assert!(all.contains("foreign@example.org") && all.contains("invited0@"));
    world.store.unavailable(true);
    let away = console.ask().by(&world.viewer).get("/activity.csv").await;
    assert_eq!(away.status(), StatusCode::SERVICE_UNAVAILABLE);
}
