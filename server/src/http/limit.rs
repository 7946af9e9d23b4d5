//! A limit on requests per address, well above what a person with a hundred tabs needs. Sign-in has its own, lower one in the engine.

use super::{Edge, fault, session};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;

/// Requests per second and address that go on for ever.
const STEADY: NonZeroU32 = NonZeroU32::new(60).expect("not zero");
/// Requests of one address at once.
const BURST: NonZeroU32 = NonZeroU32::new(600).expect("not zero");
/// Addresses remembered before those that are calm again are forgotten.
const REMEMBERED: usize = 20_000;

/// Counts requests per address.
pub struct Limiter(DefaultKeyedRateLimiter<String>);

impl Limiter {
    pub(super) fn new() -> Self {
        Self(RateLimiter::keyed(Quota::per_second(STEADY).allow_burst(BURST)))
    }
}

/// Refuses what is over the limit.
pub(super) async fn limit(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let address = session::client_address(&edge, &request).map(|address| address.to_string()).unwrap_or_default();
    if edge.limiter.0.len() > REMEMBERED {
        edge.limiter.0.retain_recent();
    }
    if edge.limiter.0.check_key(&address).is_err() {
        return fault::too_many();
    }
    next.run(request).await
}
