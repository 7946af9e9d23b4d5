//! The engine's doors to the outside, in one place that every service holds.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ports::{Clock, Cloud, Probe, Registry, Store};
use std::{sync::Arc, time::Duration};

/// Store, cloud, registries, probe and clock. Cheap to clone.
#[derive(Clone)]
pub struct Outside {
    pub store: Arc<dyn Store>,
    pub cloud: Arc<dyn Cloud>,
    pub registry: Arc<dyn Registry>,
    pub probe: Arc<dyn Probe>,
    pub clock: Arc<dyn Clock>,
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
