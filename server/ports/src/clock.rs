//! Time, so that tests need not wait for it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// The clock that the engine reads and waits by.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> DateTime<Utc>;
    /// Waits.
    async fn sleep(&self, duration: Duration);
}
