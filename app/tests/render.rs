//! Draws pages on the server, as a browser without scripts would get them.
#![cfg(feature = "ssr")]

use app::permissions::{PAGES, SERVER_FUNCTIONS};
use axum::{
    body::{Body, to_bytes},
    extract::Request,
};
use http::StatusCode;
use leptos::config::LeptosOptions;
use leptos_axum::{generate_route_list, render_app_async_with_context};
use std::{collections::BTreeSet, sync::LazyLock};

/// The routes' patterns. Listed once, before anything is drawn: while it lists, Leptos loads no resources in the whole process.
static ROUTES: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| generate_route_list(app::App).iter().map(|route| route.path().to_owned()).collect());

/// Status and text of a page, for somebody who is not signed in, in a console whose services are away.
async fn page(path: &str) -> (StatusCode, String) {
    LazyLock::force(&ROUTES);
    let options = LeptosOptions::builder().output_name("handrail").build();
    let render = render_app_async_with_context(|| {}, move || app::shell(options.clone()));
    let request = Request::builder().uri(path).body(Body::empty()).expect("a request");
    let response = render(request).await;
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

#[tokio::test]
async fn every_page_is_declared_and_every_declared_page_is_there() {
    let declared: BTreeSet<String> = PAGES.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(*ROUTES, declared);
}

#[test]
fn every_server_function_is_declared_and_every_declared_one_is_there() {
    let there: BTreeSet<&str> = server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    let declared: BTreeSet<&str> = SERVER_FUNCTIONS.iter().map(|(path, _)| *path).collect();
    assert_eq!(there, declared);
}

#[tokio::test]
async fn the_sign_in_form_works_without_scripts() {
    let (status, html) = page("/sign-in?next=/teams").await;
    assert_eq!(status, StatusCode::OK);
    for part in [
        r#"action="/api/sign_in""#,
        r#"method="post""#,
        r#"name="email""#,
        r#"name="password""#,
        r#"value="/teams""#,
        ">Sign in<",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
}

#[tokio::test]
async fn a_refused_sign_in_stands_beside_its_field_without_scripts() {
    use app::error::AppError;
    use model::{Fault, FieldErrors, FieldProblem};
    let errors = FieldErrors::one("password", FieldProblem::WrongCredentials).keep("email", "ada@example.org");
    let error = server_fn::error::ServerFnUrlError::new("/api/sign_in", AppError::Fault(Fault::Invalid(errors)));
    let address = error.to_url("http://localhost/sign-in").expect("an address");
    let (_, html) = page(&format!("{}?{}", address.path(), address.query().unwrap_or_default())).await;
    assert!(html.contains("Email or password is wrong."), "{html}");
    assert!(html.contains(r#"value="ada@example.org""#), "{html}");
    assert!(html.contains(r#"aria-invalid="true""#), "{html}");
}

#[tokio::test]
async fn what_is_not_there_is_told_as_not_found() {
    for path in ["/no-such-page", "/operations/x", "/environments/x/settings"] {
        let (status, html) = page(path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(html.contains("Not found"), "{path}: {html}");
        assert!(html.contains("Skip to the content"), "{path} stands outside of the frame: {html}");
    }
}

#[tokio::test]
async fn every_page_is_drawn_even_when_nothing_answers() {
    for (pattern, _) in PAGES.iter().filter(|(pattern, _)| *pattern != "/") {
        let path: Vec<&str> = pattern
            .split('/')
            .map(|part| if part.starts_with('{') { "01890000-0000-7000-8000-000000000000" } else { part })
            .collect();
        let (_, html) = page(&path.join("/")).await;
        assert!(html.contains("<h1") || html.contains("callout-title"), "{pattern}: {html}");
        assert!(!html.contains("style="), "{pattern} has a style attribute, which the content policy refuses");
    }
}
