//! Facts about the installation itself.

use crate::{Outside, Settings, error::OrFault};
use async_trait::async_trait;
use model::{Outcome, platform::Installation, services::Platform};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

pub(crate) struct PlatformService {
    outside: Outside,
    settings: Arc<Settings>,
    /// Once an installation is set up it stays so: no need to ask again for every page.
    set_up: AtomicBool,
}

impl PlatformService {
    pub(crate) fn new(outside: Outside, settings: Arc<Settings>) -> Self {
        Self { outside, settings, set_up: AtomicBool::new(false) }
    }
}

#[async_trait]
impl Platform for PlatformService {
    async fn installation(&self) -> Outcome<Installation> {
        if !self.set_up.load(Ordering::Relaxed) && self.outside.store.is_set_up().await.or_fault()? {
            self.set_up.store(true, Ordering::Relaxed);
        }
        Ok(Installation {
            version: self.settings.version.clone(),
            endpoint_override: self.settings.endpoint_override.clone(),
            needs_setup: !self.set_up.load(Ordering::Relaxed),
        })
    }
}
