//! The stream of changes: who hears what, and for how long.

use crate::console::{Console, encoded};
use model::Principal;
use reqwest::{Response, StatusCode};
use std::time::Duration;

async fn open(console: &Console, who: &Principal) -> Response {
    let answer = console.ask().by(who).get("/events").await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer
}

/// What the stream says within a second.
async fn heard(mut answer: Response) -> String {
    let mut text = String::new();
    let listening = async {
        while let Ok(Some(part)) = answer.chunk().await {
            text.push_str(&String::from_utf8_lossy(&part));
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(1), listening).await;
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn members_hear_of_their_environments_and_strangers_do_not() {
    let console = Console::start().await;
    let (member, stranger) =
        (open(&console, &console.world.viewer).await, open(&console, &console.world.outsider).await);
    let operation = console.request_environment().await;
    let (member, stranger) = tokio::join!(heard(member), heard(stranger));
    assert!(member.contains("event: notice") && member.contains(&operation), "{member}");
    assert!(!stranger.contains("event: notice"), "{stranger}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_template_is_a_file_for_members() {
    let console = Console::start().await;
    console.request_environment().await;
    let environment = console
        .services
        .environments
        .list(&console.world.viewer, model::environment::EnvironmentFilter::default(), None)
        .await
        .expect("listed")
        .items[0]
        .id;
    let path = format!("/environments/{environment}/revisions/1/template.json");
    let answer = console.ask().by(&console.world.viewer).get(&path).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.headers()["content-disposition"].to_str().expect("text").contains("attachment"));
    let template: serde_json::Value = answer.json().await.expect("JSON");
    assert_eq!(template["Resources"]["Vpc"]["Type"], "AWS::EC2::VPC");
    let stranger = console.ask().by(&console.world.outsider).get(&path).await;
    assert_eq!(stranger.status(), StatusCode::NOT_FOUND);
    let nonsense = console
        .ask()
        .by(&console.world.viewer)
        .get(&format!("/environments/{}/revisions/1/template.json", encoded("x y")))
        .await;
    assert_eq!(nonsense.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_show_what_a_person_may_see() {
    let console = Console::start().await;
    console.request_environment().await;
    let member = console.ask().by(&console.world.viewer).browsing().get("/environments").await;
    let page = member.text().await.expect("HTML");
    assert!(page.contains("alpha"), "the page is drawn whole on the server");
    let stranger = console.ask().by(&console.world.outsider).browsing().get("/environments").await;
    assert!(!stranger.text().await.expect("HTML").contains("alpha"));
}
