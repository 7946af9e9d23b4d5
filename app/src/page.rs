//! The pages.

mod account;
mod design;
mod environment;
mod environments;
mod history;
mod home;
mod invitation;
mod lazy;
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

pub use environments::Environments;
pub use home::Home;
pub use not_found::UnknownAddress;

// What the first view does not need comes when it is asked for, in few files: pages that are opened one after the other share one.
lazy::lazy_pages! {
    entrance {
        Invitation = invitation::Invitation;
        Setup = setup::Setup;
        SignInPage = sign_in::SignInPage;
    }
    environment {
        Activity = environment::Activity;
        Configuration = environment::Configuration;
        History = history::History;
        NewEnvironment = new_environment::NewEnvironment;
        Operation = operation::Operation;
        Overview = environment::Overview;
        PlanPage = plan::PlanPage;
        Revisions = environment::Revisions;
        Scale = environment::Scale;
        Settings = environment::Settings;
        UpdatePlanPage = environment::UpdatePlanPage;
    }
    logs {
        Logs = environment::Logs;
    }
    metrics {
        Metrics = environment::Metrics;
    }
    platform {
        Account = account::Account;
        Design = design::Design;
        PlatformAccounts = platform::PlatformAccounts;
        PlatformConfiguration = platform::PlatformConfiguration;
        PlatformHome = platform::PlatformHome;
        MirrorPage = platform::MirrorPage;
        PlatformImages = platform::PlatformImages;
        PlatformPeople = platform::PlatformPeople;
        PlatformPresets = platform::PlatformPresets;
        PlatformRoles = platform::PlatformRoles;
        PlatformTeams = platform::PlatformTeams;
        PlatformWork = platform::PlatformWork;
        TeamPage = team::TeamPage;
        Teams = team::Teams;
    }
}
