//! An environment: what it is and how it does.

mod activity;
mod configuration;
mod drift;
mod head;
mod logs;
mod overview;
mod parts;
mod settings;
mod state;

pub use activity::Activity;
pub use configuration::Configuration;
pub use logs::Logs;
pub use overview::Overview;
pub use settings::Settings;
