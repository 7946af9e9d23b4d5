//! Spacing calls out and counting them, so that Handrail does not eat the request rate that an account's other tools need.

use crate::{calls::Calls, settings::CloudSettings};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// One token bucket per account and service.
#[derive(Debug)]
pub(crate) struct Pace {
    buckets: DefaultKeyedRateLimiter<(String, &'static str)>,
    /// Every call that had its turn.
    pub(crate) calls: Calls,
}

impl Pace {
    /// Empty buckets with the rates of the settings.
    pub(crate) fn new(settings: &CloudSettings) -> Self {
        let quota = Quota::per_second(settings.calls_per_second).allow_burst(settings.burst);
        Self { buckets: RateLimiter::keyed(quota), calls: Calls::new() }
    }

    /// Waits until the account's next call to the service may go out.
    pub(crate) async fn turn(&self, account: &str, service: &'static str) {
        self.buckets.until_key_ready(&(account.to_owned(), service)).await;
    }
}
