//! The pages.

mod account;
mod design;
mod environment;
mod environments;
mod history;
mod home;
mod invitation;
mod new_environment;
mod not_found;
mod operation;
mod param;
mod plan;
mod platform;
mod receipt;
mod setup;
mod sign_in;
mod team;

pub use account::Account;
pub use design::Design;
pub use environment::{Activity, Configuration, Logs, Metrics, Overview, Revisions, Scale, Settings, UpdatePlanPage};
pub use environments::Environments;
pub use history::History;
pub use home::Home;
pub use invitation::Invitation;
pub use new_environment::NewEnvironment;
pub use not_found::UnknownAddress;
pub use operation::Operation;
pub use plan::PlanPage;
pub use platform::{
    PlatformAccounts, PlatformConfiguration, PlatformHome, PlatformPeople, PlatformTeams, PlatformWork,
};
pub use setup::Setup;
pub use sign_in::SignInPage;
pub use team::{TeamPage, Teams};
