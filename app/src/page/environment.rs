//! An environment: what it is and how it does.

mod activity;
mod configuration;
mod head;
mod logs;
mod metrics;
mod overview;
mod parts;
mod settings;

pub use activity::Activity;
pub use configuration::Configuration;
pub use logs::Logs;
pub use metrics::Metrics;
pub use overview::Overview;
pub use settings::Settings;
