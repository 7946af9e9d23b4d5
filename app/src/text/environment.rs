//! Environments in words.

use crate::component::Tone;
use crate::link::Tab;
use model::{
    environment::{DegradedReason, EnvironmentStatus, EnvironmentSummary, Health},
    spec::{LlmProvider, Nat, Scheme, Size},
};

/// A status.
pub fn status(status: EnvironmentStatus) -> &'static str {
    match status {
        EnvironmentStatus::Creating => "Creating",
        EnvironmentStatus::Ready => "Ready",
        EnvironmentStatus::Failed => "Failed",
        EnvironmentStatus::Deleting => "Deleting",
        EnvironmentStatus::DeleteFailed => "Delete failed",
        EnvironmentStatus::Deleted => "Deleted",
    }
}

/// The word and colour of an environment in a list: its status, or within Ready what the last look found.
pub fn state(summary: &EnvironmentSummary) -> (&'static str, Tone) {
    match summary.status {
        EnvironmentStatus::Ready => match &summary.health {
            Health::Healthy => ("Ready", Tone::Good),
            Health::NotChecked => ("Not checked yet", Tone::Quiet),
            Health::Degraded { .. } => ("Degraded", Tone::Warn),
            Health::Unknown { .. } => ("Unknown", Tone::Warn),
            Health::Gone => ("Gone", Tone::Bad),
        },
        EnvironmentStatus::Creating | EnvironmentStatus::Deleting => (status(summary.status), Tone::Busy),
        EnvironmentStatus::Failed | EnvironmentStatus::DeleteFailed => (status(summary.status), Tone::Bad),
        EnvironmentStatus::Deleted => ("Deleted", Tone::Quiet),
    }
}

/// What the last look at AWS found.
pub fn health(health: &Health) -> String {
    match health {
        Health::NotChecked => "Nobody has looked yet.".into(),
        Health::Healthy => "OpenHands answers that it is ready.".into(),
        Health::Degraded { reason } => degraded(reason),
        Health::Unknown { problem } => format!("AWS could not be asked. {}", super::cause::problem(problem)),
        Health::Gone => "Gone: the stack was deleted outside Handrail. Delete the environment here to close it.".into(),
    }
}

fn degraded(reason: &DegradedReason) -> String {
    match reason {
        DegradedReason::TasksMissing { running, desired } => format!("{running} of {desired} tasks run."),
        DegradedReason::TargetsUnhealthy { state, reason } => match reason {
            Some(reason) => format!("The load balancer finds no healthy target: {state}, {reason}."),
            None => format!("The load balancer finds no healthy target: {state}."),
        },
        DegradedReason::NotReady { answer } => super::cause::answer(answer),
        DegradedReason::Database { status } => format!("The database is {status}."),
    }
}

/// What runs, by the tag that was chosen.
pub fn version(tag: &str) -> String {
    format!("Agent Canvas {tag}")
}

/// What was chosen to run, and what answers: the agent server inside of Agent Canvas has versions of its own.
pub fn versions(tag: &str, reported: Option<&str>) -> String {
    match reported {
        Some(reported) => format!("{}; its agent server reports {reported}", version(tag)),
        None => version(tag),
    }
}

/// ECS's word for the container health check of a task, with its colour.
pub fn task_health(health: &str) -> (String, Tone) {
    match health {
        "HEALTHY" => ("Healthy".into(), Tone::Good),
        "UNHEALTHY" => ("Unhealthy".into(), Tone::Bad),
        "UNKNOWN" => ("Not told yet".into(), Tone::Quiet),
        other => (other.into(), Tone::Quiet),
    }
}

/// A size with what it means.
pub fn size(size: Size) -> &'static str {
    match size {
        Size::Small => "Small",
        Size::Medium => "Medium",
        Size::Large => "Large",
    }
}

/// How tasks reach the internet.
pub fn nat(nat: Nat) -> &'static str {
    match nat {
        Nat::None => "No NAT gateway: tasks stand in public subnets",
        Nat::One => "One NAT gateway for all zones",
        Nat::PerZone => "A NAT gateway in each zone",
    }
}

/// Where the load balancer can be reached from.
pub fn scheme(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Internal => "Internal: only from inside the network",
        Scheme::InternetFacing => "Internet-facing: from the ranges below",
    }
}

/// Who serves the language model.
pub fn provider(provider: LlmProvider) -> &'static str {
    match provider {
        LlmProvider::Anthropic => "Anthropic",
        LlmProvider::OpenAi => "OpenAI",
        LlmProvider::Bedrock => "Amazon Bedrock (no key: the task's role is used)",
        LlmProvider::Compatible => "OpenAI-compatible endpoint",
    }
}

/// The name of a tab.
pub fn tab(tab: Tab) -> &'static str {
    match tab {
        Tab::Overview => "Overview",
        Tab::Activity => "Activity",
        Tab::Logs => "Logs",
        Tab::Configuration => "Configuration",
        Tab::Settings => "Settings",
    }
}
