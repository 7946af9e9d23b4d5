//! The administration of the installation in words.

use crate::{component::Tone, format, link::PlatformTab};
use model::{
    environment::{EnvironmentStatus, HealthKind, StateFilter},
    page::COUNT_LIMIT,
    platform::{Runner, SettingSource},
    principal::PlatformRole,
};

/// The name of a tab.
pub fn tab(tab: PlatformTab) -> &'static str {
    match tab {
        PlatformTab::Overview => "Overview",
        PlatformTab::Accounts => "Cloud accounts",
        PlatformTab::Images => "Images",
        PlatformTab::People => "People",
        PlatformTab::Teams => "Teams",
        PlatformTab::Presets => "Presets",
        PlatformTab::Work => "Work",
        PlatformTab::Configuration => "Configuration",
    }
}

/// The title of a tab's page.
pub fn title(tab: PlatformTab) -> &'static str {
    match tab {
        PlatformTab::Overview => "Platform",
        PlatformTab::Accounts => "Cloud accounts",
        PlatformTab::Images => "Versions and images",
        PlatformTab::People => "All people",
        PlatformTab::Teams => "All teams",
        PlatformTab::Presets => "Presets",
        PlatformTab::Work => "Workers and reconcilers",
        PlatformTab::Configuration => "Configuration of this process",
    }
}

/// A count that ends where lists end to be counted.
pub fn capped(count: u32) -> String {
    if count >= COUNT_LIMIT { format!("{}+", format::count(COUNT_LIMIT - 1)) } else { format::count(count) }
}

/// The colour of a state that some environments are in.
pub fn state_tone(state: StateFilter) -> Tone {
    match state {
        StateFilter::Health(HealthKind::Healthy) => Tone::Good,
        StateFilter::Health(HealthKind::Degraded | HealthKind::Unknown) => Tone::Warn,
        StateFilter::Health(HealthKind::Gone | HealthKind::Unreachable)
        | StateFilter::Status(
            EnvironmentStatus::Failed | EnvironmentStatus::UpdateFailed | EnvironmentStatus::DeleteFailed,
        ) => Tone::Bad,
        StateFilter::Status(
            EnvironmentStatus::Creating | EnvironmentStatus::Updating | EnvironmentStatus::Deleting,
        ) => Tone::Busy,
        StateFilter::Health(HealthKind::NotChecked | HealthKind::Paused)
        | StateFilter::Status(EnvironmentStatus::Ready | EnvironmentStatus::Deleted) => Tone::Quiet,
    }
}

/// A role over the whole installation.
pub fn role(role: Option<PlatformRole>) -> &'static str {
    match role {
        None => "None",
        Some(PlatformRole::Admin) => "Admin",
        Some(PlatformRole::Auditor) => "Auditor",
    }
}

/// Where a setting comes from.
pub fn source(source: SettingSource) -> &'static str {
    match source {
        SettingSource::Flag => "Flag",
        SettingSource::Environment => "Environment variable",
        SettingSource::File => "File",
        SettingSource::Default => "Default",
        SettingSource::Nowhere => "Not given",
    }
}

/// Whether somebody still runs a worker or reconciler.
pub fn runner(runner: &Runner) -> (&'static str, Tone) {
    match (runner.is_silent, runner.is_worker) {
        (true, true) => ("Stopped or cut off", Tone::Quiet),
        (true, false) => ("Overdue", Tone::Bad),
        (false, _) => ("Running", Tone::Good),
    }
}

/// When a worker or reconciler is due: so many seconds from now, or since.
pub fn due(seconds: i64) -> String {
    if seconds > 0 { format!("in {}", format::duration(seconds)) } else { "now".into() }
}

/// Label and explanation of a field of the form that registers an account.
pub fn account_field(field: &str) -> (&'static str, &'static str) {
    match field {
        "name" => ("Name", "How people of the console call it."),
        "aws_account" => ("AWS account number", "12 digits. AWS must confirm it."),
        "role_arn" => ("Role ARN", "The role that Handrail assumes there. Empty: the server's own credentials."),
        "external_id" => ("External id", "As the role's trust policy asks for it."),
        "stack_role_arn" => {
            ("CloudFormation service role ARN", "Runs the stacks, so that Handrail's own role stays narrow.")
        }
        _ => ("Regions", "Codes separated by commas or spaces; the first one is preselected."),
    }
}

/// How an account without a role is reached.
pub const OWN_CREDENTIALS: &str = "The server's own credentials";
/// What the table of calls holds.
pub const RATES: &str = "Counted in the memory of the replica that answered this page, since it started. A throttled call is one that \
                         AWS went on throttling through all retries. Throttled, failed: in the last hour. Median: of the last hundred \
                         calls, with retries and waiting for their turn.";
/// An empty table of calls.
pub const NO_CALLS: &str = "This replica has not called AWS yet.";
/// No operation of any team is queued or runs.
pub const NOTHING_RUNS: &str = "Nothing is queued and nothing runs.";
/// No operation of any team failed.
pub const NOTHING_FAILED: &str = "No operation has failed.";
/// A search that finds nobody.
pub const NOBODY: &str = "Nobody's name or email contains this.";
/// What the platform roles may do, and what disabling means.
pub const PEOPLE: &str =
    "Admins may do everything, auditors see everything and change nothing. Disabling somebody ends their sessions.";
/// Nobody has left a beat.
pub const NO_RUNNERS: &str = "No worker has been heard of.";
/// Under the table of workers.
pub const RUNNERS: &str = "Reconcilers are shared by all replicas; each replica has a worker of its own. Workers are shown until an hour \
                           after they were last heard of.";
/// What the table of settings is.
pub const SETTINGS: &str = "The settings of the replica that answered this page, as its --help explains them. Secrets never leave the \
                            process. Credentials and region of AWS come from the standard AWS environment.";
/// A secret that is set.
pub const HIDDEN: &str = "Set, hidden";
/// A setting that is not set.
pub const NOT_SET: &str = "Not set";
