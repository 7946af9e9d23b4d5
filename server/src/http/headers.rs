//! Response headers that keep browsers careful.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts};
use leptos::{
    context::{provide_context, use_context},
    nonce::Nonce,
};

/// The word that the scripts of one answer carry, and its content policy names; a request extension.
#[derive(Clone)]
struct PageNonce(String);

/// Gives the page being drawn the nonce of its request, in place of the one that Leptos makes.
pub(super) fn provide_nonce() {
    let parts = use_context::<Parts>();
    if let Some(PageNonce(nonce)) = parts.and_then(|parts| parts.extensions.get::<PageNonce>().cloned()) {
        provide_context(Nonce::from_value(nonce));
    }
}

/// What a page may load and run.
fn content_policy(nonce: &str) -> Option<HeaderValue> {
    // Debug builds reload through a WebSocket of cargo-leptos on another port.
    let live_reload = if cfg!(debug_assertions) { " ws://127.0.0.1:* ws://localhost:*" } else { "" };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'{live_reload}; manifest-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).ok()
}

fn is_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/html"))
}

/// Adds what every answer carries, where the handler has not said otherwise.
pub(super) async fn harden(mut request: Request, next: Next) -> Response {
    let is_file = request.uri().path().starts_with("/pkg/");
    let nonce = format!("{:032x}", rand::random::<u128>());
    request.extensions_mut().insert(PageNonce(nonce.clone()));
    let mut response = next.run(request).await;
    let succeeded = response.status().is_success();
    let headers = response.headers_mut();
    // Here and not among Leptos's response options: those have been seen to get lost now and then.
    if is_page(headers)
        && let Some(policy) = content_policy(&nonce)
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let mut default = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::X_FRAME_OPTIONS, "DENY");
    // One-time links carry their token in the path.
    default(header::REFERRER_POLICY, "same-origin");
    default(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    default(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    if is_file && succeeded {
        default(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    } else {
        // Pages show what one person may see.
        default(header::CACHE_CONTROL, "no-store");
    }
    response
}
