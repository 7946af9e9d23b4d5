//! The administration's pages as they are sent: who sees what, and that no secret is in them.

use crate::console::Console;
use model::principal::PlatformRole;
use reqwest::StatusCode;
use server::config::Config;

const CANARY: &str = "canary-7c21";

/// A console whose process was given secrets.
async fn console() -> Console {
    let url = format!("postgres://handrail:{CANARY}@db.example.org/handrail");
    let proxy = format!("http://{CANARY}:{CANARY}@proxy.internal:3128");
    let arguments = ["handrail", "--database-url", &url, "--probe-proxy", &proxy, "--session-days", "9"];
    let config = Config::read(arguments.map(Into::into)).expect("parses");
    Console::start_with(config.settings).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_is_shown_without_secrets() {
    let console = console().await;
    let auditor = &console.world.auditor;
    let page = console.ask().by(auditor).browsing().get("/platform/configuration").await;
    assert_eq!(page.status(), StatusCode::OK);
    let html = page.text().await.expect("HTML");
    for part in
        ["HANDRAIL_SESSION_DAYS", "--session-days", ">9<", "Set, hidden", "proxy.internal:3128", "Flag", "Default"]
    {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
    assert!(!html.contains(CANARY), "a secret is in the page");
    let json = console.ask().by(auditor).post("/api/process_settings", &[]).await.text().await.expect("JSON");
    assert!(json.contains("DATABASE_URL") && !json.contains(CANARY), "{json}");
    let denied = console.ask().by(&console.world.owner).browsing().get("/platform/configuration").await;
    assert_eq!(denied.status(), StatusCode::FORBIDDEN);
    let html = denied.text().await.expect("HTML");
    assert!(!html.contains("HANDRAIL_SESSION_DAYS"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn auditors_see_everything_and_get_no_form() {
    let console = Console::start().await;
    let world = &console.world;
    let page = async |who, path: &str| {
        let answer = console.ask().by(who).browsing().get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.expect("HTML")
    };
    for (path, shown, form) in [
        ("/platform", "Environments of all teams", None),
        ("/platform/accounts", "111122223333", Some("/api/set_account_regions")),
        ("/platform/people", "Olga Owner", Some("/api/set_person_disabled")),
        ("/platform/teams", "Olga Owner", Some("/api/create_team")),
        ("/platform/work", "Queued and running operations", None),
    ] {
        let (seen, managed) = (page(&world.auditor, path).await, page(&world.admin, path).await);
        assert!(seen.contains(shown) && managed.contains(shown), "{path}: {seen}");
        if let Some(form) = form {
            assert!(managed.contains(form) && !seen.contains(form), "{path}");
        }
    }
    let people = page(&world.admin, "/platform/people?search=ada@").await;
    assert!(people.contains("Ada Admin") && !people.contains("Olga Owner"), "{people}");
    assert!(!people.contains("/api/set_person_disabled"), "nobody is offered to disable themselves");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_changed_by_plain_forms() {
    let console = Console::start().await;
    let world = &console.world;
    let person = world.viewer.person.to_string();
    let fields = [("person", person.as_str()), ("role", "auditor")];
    let refused = console.ask().by(&world.auditor).post("/api/set_platform_role", &fields).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let given = console.ask().by(&world.admin).browsing().post("/api/set_platform_role", &fields).await;
    assert!(given.status().is_redirection() || given.status().is_success(), "{}", given.status());
    let listed = console.services.platform.people(&world.admin, "vera", None).await.expect("listed");
    assert_eq!(listed.items[0].platform_role, Some(PlatformRole::Auditor));
    // A form without a role takes it away.
    console.ask().by(&world.admin).post("/api/set_platform_role", &fields[..1]).await;
    let listed = console.services.platform.people(&world.admin, "vera", None).await.expect("listed");
    assert_eq!(listed.items[0].platform_role, None);
    let disabled = [("person", person.as_str()), ("disabled", "true")];
    console.ask().by(&world.admin).post("/api/set_person_disabled", &disabled).await;
    let out = console.ask().by(&world.viewer).browsing().get("/environments").await;
    assert_eq!(out.status(), StatusCode::SEE_OTHER, "signed out at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_keeps_filters_in_the_links_that_order_it() {
    let console = Console::start().await;
    let world = &console.world;
    let answer = console.ask().by(&world.viewer).browsing().get("/environments").await;
    let html = answer.text().await.expect("HTML");
    assert!(
        html.contains("Your teams&#x27; pages say who they are.") || html.contains("pages say who they are."),
        "{html}"
    );
    assert!(!html.contains("New environment"), "viewers cannot make one");
    let answer = console.ask().by(&world.operator).browsing().get("/environments").await;
    assert!(answer.text().await.expect("HTML").contains("Create the first environment"));
    let filtered = "/environments?search=zzz&status=degraded&sort=-created";
    let html = console.ask().by(&world.viewer).browsing().get(filtered).await.text().await.expect("HTML");
    assert!(html.contains("Nothing fits these filters") && html.contains("Clear the filters"), "{html}");
    assert!(html.contains(r#"href="/environments?sort=-created""#), "clearing keeps the order: {html}");
}
