//! What Handrail does: use cases with authorization first, planning, operations that survive crashes, and reconcilers.
//!
//! The crate speaks to the outside through [`ports`] only; it knows neither SQL nor the AWS SDK nor HTTP.

pub mod account;
mod audit;
mod draft;
mod drift;
mod environment;
mod error;
mod executor;
#[cfg(any(test, feature = "fakes"))]
pub mod fakes;
mod history;
mod identity;
mod image;
mod log;
mod metric;
mod mirror;
mod operation;
mod outside;
mod password;
mod plan;
mod platform;
pub mod policy;
mod preset;
pub mod reconcile;
mod revision;
mod scale;
pub mod setup;
mod step;
mod tag;
mod team;
#[cfg(test)]
mod tests;
mod throttle;
mod token;
mod update;
pub mod worker;

pub use error::incident;
pub use outside::{Outside, SystemClock};

use model::services::Services;
use std::sync::Arc;

/// What the engine is told about the installation.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Version of Handrail.
    pub version: String,
    /// Host and port of an AWS endpoint override, if one is in force.
    pub endpoint_override: Option<String>,
    /// How long a session lives, in days.
    pub session_days: u32,
    /// How long an invitation link lives, in days.
    pub invitation_days: u32,
    /// Every setting of the process, for those who look after it. Secrets are hidden in it already.
    pub configuration: Vec<model::platform::Setting>,
}

/// All services over the given outside.
pub fn services(outside: Outside, settings: Settings) -> Services {
    let passwords = Arc::new(password::Passwords::new());
    let settings = Arc::new(settings);
    Services {
        identity: Arc::new(identity::IdentityService::new(outside.clone(), settings.clone(), passwords.clone())),
        teams: Arc::new(team::TeamService::new(outside.clone(), settings.clone(), passwords)),
        accounts: Arc::new(account::AccountService::new(outside.clone())),
        presets: Arc::new(preset::PresetService::new(outside.clone())),
        environments: Arc::new(environment::EnvironmentService::new(outside.clone())),
        metrics: Arc::new(metric::MetricService::new(outside.clone())),
        operations: Arc::new(operation::OperationService::new(outside.clone())),
        logs: Arc::new(log::LogService::new(outside.clone())),
        images: Arc::new(image::ImageService::new(outside.clone())),
        history: Arc::new(history::HistoryService::new(outside.clone())),
        platform: Arc::new(platform::PlatformService::new(outside, settings)),
    }
}
