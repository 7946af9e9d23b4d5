//! An environment: what it is and how it does.

mod activity;
mod configuration;
mod drift;
mod head;
mod logs;
mod metrics;
mod overview;
mod parts;
mod revisions;
mod scale;
mod settings;
mod state;
mod update;

pub use activity::Activity;
pub use configuration::Configuration;
pub use logs::Logs;
pub use metrics::Metrics;
pub use overview::Overview;
pub use revisions::Revisions;
pub use scale::Scale;
pub use settings::Settings;
pub use update::UpdatePlanPage;
