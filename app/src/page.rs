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
    entrance: Invitation = invitation::Invitation;
    entrance: Setup = setup::Setup;
    entrance: SignInPage = sign_in::SignInPage;
    environment: Activity = environment::Activity;
    environment: Configuration = environment::Configuration;
    environment: History = history::History;
    environment: NewEnvironment = new_environment::NewEnvironment;
    environment: Operation = operation::Operation;
    environment: Overview = environment::Overview;
    environment: PlanPage = plan::PlanPage;
    environment: Revisions = environment::Revisions;
    environment: Scale = environment::Scale;
    environment: Settings = environment::Settings;
    environment: UpdatePlanPage = environment::UpdatePlanPage;
    logs: Logs = environment::Logs;
    metrics: Metrics = environment::Metrics;
    platform: Account = account::Account;
    platform: Design = design::Design;
    platform: PlatformAccounts = platform::PlatformAccounts;
    platform: PlatformConfiguration = platform::PlatformConfiguration;
    platform: PlatformHome = platform::PlatformHome;
    platform: MirrorPage = platform::MirrorPage;
    platform: PlatformImages = platform::PlatformImages;
    platform: PlatformPeople = platform::PlatformPeople;
    platform: PlatformPresets = platform::PlatformPresets;
    platform: PlatformRoles = platform::PlatformRoles;
    platform: PlatformTeams = platform::PlatformTeams;
    platform: PlatformWork = platform::PlatformWork;
    platform: TeamPage = team::TeamPage;
    platform: Teams = team::Teams;
}
