//! What stands before every route: sign-in, foreign sites, headers, limits, a database that is away.

use crate::console::Console;
use app::permissions::{PAGES, SERVER_FUNCTIONS};
use model::{EnvironmentId, permission::Permission};
use reqwest::{StatusCode, header};
use server::http::permission::ROUTES;
use uuid::Uuid;

/// A path that the pattern matches.
fn example(pattern: &str) -> String {
    let id = EnvironmentId(Uuid::from_u128(0xabc)).to_string();
    pattern
        .split('/')
        .map(|part| match part {
            "{revision}" => "1",
            part if part.starts_with('{') => id.as_str(),
            part => part,
        })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_past_the_door_of_a_page_that_needs_somebody() {
    let console = Console::start().await;
    let closed = PAGES.iter().chain(ROUTES).filter(|(_, permission)| *permission != Permission::Public);
    let mut count = 0;
    for (pattern, _) in closed {
        let answer = console.ask().browsing().get(&example(pattern)).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{pattern}");
        let place = answer.headers()[header::LOCATION].to_str().expect("text").to_owned();
        assert!(place.starts_with("/sign-in"), "{pattern} leads to {place}");
        count += 1;
    }
    assert!(count > 10, "the table is not empty");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_calls_a_server_function_that_needs_somebody() {
    let console = Console::start().await;
    for (path, permission) in SERVER_FUNCTIONS {
        let answer = console.ask().post(path, &[]).await;
        let status = answer.status();
        if *permission == Permission::Public {
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{path}");
        } else {
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_registered_function_and_every_declared_one_are_the_same() {
    let declared: std::collections::BTreeSet<&str> = SERVER_FUNCTIONS.iter().map(|(path, _)| *path).collect();
    let registered: std::collections::BTreeSet<&str> =
        server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    assert_eq!(registered, declared);
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_are_checked_behind_the_door_too() {
    let console = Console::start().await;
    let world = &console.world;
    let team = world.team.id.to_string();
    let fields = [("team", team.as_str()), ("email", "new@example.org"), ("role", "viewer")];
    let by_viewer = console.ask().by(&world.viewer).post("/api/invite", &fields).await;
    assert_eq!(by_viewer.status(), StatusCode::FORBIDDEN);
    let by_outsider = console.ask().by(&world.outsider).post("/api/invite", &fields).await;
    assert_eq!(by_outsider.status(), StatusCode::NOT_FOUND, "the team is none of their business");
    let by_owner = console.ask().by(&world.owner).post("/api/invite", &fields).await;
    assert!(by_owner.status().is_success(), "{}", by_owner.status());
    let platform = console.ask().by(&world.owner).post("/api/accounts", &[]).await;
    assert_eq!(platform.status(), StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_cannot_post() {
    let console = Console::start().await;
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let answer = console.ask().by(&console.world.owner).header(name, value).post("/api/sign_out", &[]).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{name}: {value}");
    }
    let own = console.base.clone();
    let answer = console.ask().by(&console.world.owner).header("origin", own).post("/api/sign_out", &[]).await;
    assert!(!answer.status().is_client_error(), "{}", answer.status());
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_carry_a_strict_policy_and_are_not_kept() {
    let console = Console::start().await;
    let answer = console.ask().browsing().get("/sign-in").await;
    assert_eq!(answer.status(), StatusCode::OK);
    let headers = answer.headers().clone();
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text").to_owned();
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("'nonce-"), "{policy}");
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    assert!(headers.contains_key("x-request-id"));
    let html = answer.text().await.expect("HTML");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce").to_owned();
    assert!(html.contains(&format!("nonce=\"{nonce}\"")), "the page's scripts carry the nonce");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_is_a_page_that_says_so() {
    let console = Console::start().await;
    let answer = console.ask().browsing().get("/no/such/page").await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_said_and_nobody_is_sent_to_the_sign_in_page() {
    let console = Console::start().await;
    console.world.store.unavailable(true);
    let answer = console.ask().by(&console.world.owner).browsing().get("/environments").await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers().contains_key(header::RETRY_AFTER));
    assert!(answer.text().await.expect("HTML").contains("The database does not answer"));
    assert_eq!(console.ask().get("/ready").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(console.ask().get("/health").await.status(), StatusCode::OK, "the process itself is well");
    console.world.store.unavailable(false);
    let back = console.ask().by(&console.world.owner).browsing().get("/environments").await;
    assert_eq!(back.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_passwords_is_slowed_down() {
    let console = Console::start().await;
    let mut last = StatusCode::OK;
    for _ in 0..11 {
        let fields = [("email", "olga@example.org"), ("password", "not the password")];
        last = console.ask().post("/api/sign_in", &fields).await.status();
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_bounded() {
    let console = Console::start().await;
    let long = "x".repeat(300 * 1024);
    let answer = console.ask().post("/api/sign_in", &[("email", &long), ("password", "x")]).await;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forwarded_address_is_believed_of_trusted_proxies_only() {
    let console = Console::start().await;
    let fields = [("email", "olga@example.org"), ("password", "not the password")];
    console.ask().header("x-forwarded-for", "203.0.113.9").post("/api/sign_in", &fields).await;
    let refused = console.world.store.audit().pop().expect("an audit event");
    assert_eq!(refused.ip.as_deref(), Some("127.0.0.1"), "nobody trusts this peer");
    assert!(refused.request_id.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_handed_out_as_they_were_compressed_and_kept_for_ever() {
    let site = std::env::temp_dir().join(format!("handrail-site-{}", std::process::id()));
    std::fs::create_dir_all(site.join("pkg")).expect("a folder");
    for (name, content) in [("a.1.js", "plain"), ("a.1.js.br", "brotli"), ("a.1.js.gz", "gzip")] {
        std::fs::write(site.join("pkg").join(name), content).expect("a file");
    }
    let console = Console::serving(site.to_str().expect("text")).await;
    for (accepted, encoding, body) in
        [("gzip, br", Some("br"), "brotli"), ("gzip", Some("gzip"), "gzip"), ("identity", None, "plain")]
    {
        let answer = console.ask().header("accept-encoding", accepted).get("/pkg/a.1.js").await;
        assert_eq!(answer.status(), StatusCode::OK, "{accepted}");
        let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!(header(header::CONTENT_ENCODING), encoding, "{accepted}");
        assert_eq!(header(header::CACHE_CONTROL), Some("public, max-age=31536000, immutable"), "{accepted}");
        assert_eq!(answer.text().await.expect("a body"), body, "{accepted}");
    }
    let missing = console.ask().get("/pkg/other.js").await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert_eq!(missing.headers()[header::CACHE_CONTROL], "no-store", "an absence may end");
    std::fs::remove_dir_all(site).expect("removed");
}
