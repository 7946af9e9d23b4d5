//! Counts and times requests for Prometheus.

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use std::time::Instant;

/// Labels by the route's pattern, never by the raw path, which would make a time series of every id.
pub(super) async fn measure(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let path = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    let labels = [("method", method), ("path", path), ("status", status)];
    metrics::counter!("handrail_http_requests_total", &labels).increment(1);
    metrics::histogram!("handrail_http_request_seconds", &labels).record(started.elapsed().as_secs_f64());
    response
}
