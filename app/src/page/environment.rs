//! An environment: what it is and how it does.

mod activity;
mod configuration;
mod head;
mod logs;
mod metrics;
mod overview;
mod parts;
mod scale;
mod revisions;
mod settings;
mod update;

pub use activity::Activity;
pub use configuration::Configuration;
pub use logs::Logs;
pub use metrics::Metrics;
pub use overview::Overview;
pub use scale::Scale;
pub use revisions::Revisions;
pub use settings::Settings;
pub use update::UpdatePlanPage;
