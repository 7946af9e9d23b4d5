//! The HTTP edge: routes, the session of each request, and what protects both.

mod csv;
pub mod events;
mod export;
mod fault;
mod headers;
mod health;
mod history;
mod limit;
mod logs;
mod measure;
pub mod permission;
mod session;

use crate::config::Config;
use axum::{
    Router,
    extract::{FromRef, Request},
    middleware::{from_fn, from_fn_with_state},
    response::IntoResponse,
    routing::get,
};
use events::Hub;
use leptos::{config::LeptosOptions, context::provide_context};
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list};
use limit::Limiter;
use model::services::Services;
use ports::Store;
use std::{
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    csrf::CsrfLayer,
    limit::RequestBodyLimitLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    timeout::TimeoutLayer,
    trace::TraceLayer,
};

/// Largest body of a request, in bytes: forms are small, and nothing is uploaded.
const BODY_LIMIT: usize = 256 * 1024;
/// Longest time to answer, in seconds; streams are not bound by it once they have begun.
const ANSWER_LIMIT: Duration = Duration::from_secs(40);

/// What the routes share. Cheap to clone.
#[derive(Clone)]
pub struct Edge {
    pub(crate) services: Services,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) hub: Hub,
    pub(crate) stop: CancellationToken,
    pub(crate) limiter: Arc<Limiter>,
    options: LeptosOptions,
    pub(crate) secure: bool,
    pub(crate) trusted_proxies: Arc<[ipnet::IpNet]>,
}

impl Edge {
    /// The shared state of a console with this configuration.
    pub fn new(services: Services, store: Arc<dyn Store>, hub: Hub, stop: CancellationToken, config: &Config) -> Self {
        let options = LeptosOptions::builder()
            .output_name("handrail")
            .site_root(config.site_root.to_string_lossy().into_owned())
            .site_addr(config.listen)
            .hash_files(has_hashed_files())
            .build();
        Self {
            services,
            store,
            hub,
            stop,
            limiter: Arc::new(Limiter::new()),
            options,
            secure: config.is_secure(),
            trusted_proxies: config.trusted_proxies.clone().into(),
        }
    }

    /// Puts into Leptos's context what server functions and pages take from it.
    fn provide(&self) -> impl Fn() + Clone + Send + Sync + 'static {
        let services = self.services.clone();
        move || {
            provide_context(services.clone());
            headers::provide_nonce();
        }
    }
}

impl FromRef<Edge> for LeptosOptions {
    fn from_ref(edge: &Edge) -> Self {
        edge.options.clone()
    }
}

/// cargo-leptos leaves `hash.txt` beside the binary when it gave the site's files hashed names; Leptos reads it there.
fn has_hashed_files() -> bool {
    std::env::current_exe()
        .ok()
        .and_then(|exe| exe.parent().map(|folder| folder.join("hash.txt")))
        .is_some_and(|file| Path::new(&file).exists())
}

/// The routes of all pages. Listed once a process: while Leptos lists them, no resource of any page is loaded.
fn pages() -> Vec<AxumRouteListing> {
    static PAGES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    PAGES.get_or_init(|| generate_route_list(app::App)).clone()
}

/// Every route of the console, with everything that stands before it.
pub fn router(edge: Edge) -> Router {
    let pages = pages();
    let shell = {
        let options = edge.options.clone();
        move || app::shell(options.clone())
    };
    let missing = {
        let provide = edge.provide();
        leptos_axum::file_and_error_handler_with_context::<Edge, _>(provide, app::shell)
    };
    let files = leptos_axum::site_pkg_dir_service(&edge.options);
    Router::new()
        .leptos_routes_with_context(&edge, pages, edge.provide(), shell)
        .route("/events", get(events::stream))
        .route("/activity.csv", get(history::download))
        .route("/environments/{environment}/revisions/{revision}/{file}", get(export::download))
        .route("/environments/{environment}/logs.txt", get(logs::download))
        .fallback(missing)
        .layer(from_fn_with_state(edge.clone(), session::attach))
        .layer(from_fn_with_state(edge.clone(), limit::limit))
        .layer(CsrfLayer::new())
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(TimeoutLayer::with_status_code(http::StatusCode::GATEWAY_TIMEOUT, ANSWER_LIMIT))
        // Files have the hash of their content in their names, so that browsers may keep them for ever.
        .route_service(&leptos_axum::site_pkg_dir_service_route_path(&edge.options), files)
        .route("/health", get(health::alive))
        .route("/ready", get(health::ready))
        .layer(from_fn(headers::harden))
        .layer(CompressionLayer::new())
        .layer(from_fn(measure::measure))
        .layer(CatchPanicLayer::custom(fault::panicked))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .with_state(edge)
}

/// The span that every log line of a request stands in. The query is left out: it may hold what somebody typed.
fn span(request: &Request) -> tracing::Span {
    let request_id = request_id(request);
    tracing::info_span!("request", method = %request.method(), path = redacted(request.uri().path()), request_id)
}

/// The path without the tokens of one-time links.
fn redacted(path: &str) -> &str {
    ["/setup/", "/invitations/"].into_iter().find(|prefix| path.starts_with(prefix)).unwrap_or(path)
}

/// The id that a proxy or [`MakeRequestUuid`] gave the request.
pub(crate) fn request_id<B>(request: &http::Request<B>) -> Option<String> {
    request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).map(|id| id.chars().take(64).collect())
}

/// Sends the reader to another page.
pub(crate) fn see_other(path: &str) -> axum::response::Response {
    axum::response::Redirect::to(path).into_response()
}
