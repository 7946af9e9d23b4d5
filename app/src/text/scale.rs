//! Capacity in words: how many tasks run, and what a change of the spec means.

use crate::format;
use model::{
    money::Usd,
    operation::{OperationKind, OperationSummary},
    plan::ChangeKind,
    spec::Edition,
    update::Interruption,
};

/// How many tasks Handrail was told to run.
pub fn told(desired: u32) -> String {
    match desired {
        0 => "Paused: 0 tasks".into(),
        1 => "1 task".into(),
        desired => format!("{desired} tasks"),
    }
}

/// What ECS says of the service's tasks.
pub fn running(running: u32, desired: u32, pending: u32) -> String {
    match pending {
        0 => format!("{running} of {desired} running"),
        pending => format!("{running} of {desired} running, {pending} starting"),
    }
}

/// Why there is no slider.
pub fn why_one(edition: Edition) -> &'static str {
    match edition {
        Edition::Canvas => WHY_ONE_CANVAS,
        Edition::App | Edition::Enterprise => WHY_ONE_APP,
    }
}

const WHY_ONE_APP: &str = "The app keeps its sandboxes on its own host: it runs once or not at all. For more sandboxes at a time choose a \
     larger instance type below.";
const WHY_ONE_CANVAS: &str = "Agent Canvas is the only writer of its files: it runs as one task or not at all. Two tasks on one store would \
     damage it, and there is nothing to balance between them. For more power choose a larger size below.";
/// Beside the button that stops.
pub const STOP: &str = "Stopping ends the one task: OpenHands is away until it runs again, and what an agent is doing at that moment is cut \
     off. Conversations and workspaces stay.";
/// The same where hosts carry it (ECS Developer Guide, "Cluster auto scaling": the last host is taken after 15 minutes without a task).
pub const STOP_HOST: &str = "The host goes some fifteen minutes after its task.";
/// Beside the button that runs.
pub const RUN: &str =
    "Running starts the one task on the files that are there. It takes some minutes until OpenHands answers.";
/// Why viewers find no buttons.
pub const VIEW_ONLY: (&str, &str) =
    ("You may look at this, but not change it", "Operators and owners of the team may.");
/// While another operation holds the environment.
pub const BUSY: &str = "Another operation is running. What can be changed comes back when it has ended.";
/// What a change of the spec goes through.
pub const PLAN_FIRST: &str = "You see a plan before anything changes.";
/// A stack that is stuck half undone.
pub const STUCK: &str = "A change failed, and CloudFormation could not go back to what was before.";
/// What to do about it.
pub const UNSTICK: &str = "Try again from the operation's page: that goes on undoing first.";
/// Nothing to scale: never up, or not there any more.
pub const NOT_THERE: (&str, &str) = ("There is nothing to scale", "The environment is not up.");

/// What pausing saves.
pub fn paused_price(monthly: Usd, paused: Usd) -> String {
    format!(
        "About {} a month while it runs, {} while it is paused (estimate). The database, the load balancer and the disks are billed on.",
        format::money(monthly),
        format::money(paused)
    )
}

/// The price of the whole environment with a size, beside that of the one in force.
pub fn size_price(now: Usd, after: Usd) -> String {
    match format::difference(now, after) {
        Some(difference) => format!("{} → {} a month ({difference})", format::money(now), format::money(after)),
        None => format!("{} a month", format::money(now)),
    }
}

/// The size in force.
pub const IN_FORCE: &str = "In force";

/// What stops for a while: title and meaning.
pub fn interruption(what: Interruption, paused: bool) -> (&'static str, &'static str) {
    match (what, paused) {
        (Interruption::Task, false) => (
            "OpenHands is away for some minutes",
            "The one task ends before the new one starts, since two must never write to the same files. What an agent is doing at that \
             moment is cut off; conversations and workspaces stay.",
        ),
        (Interruption::Task, true) => {
            ("Nobody is interrupted", "The environment is paused and stays so; the change shows when it runs again.")
        }
        (Interruption::Database, _) => (
            "The database restarts",
            "RDS restarts it for its new class, which takes some minutes. Automations wait or fail meanwhile; conversations are not \
             touched.",
        ),
    }
}

/// Where nothing stops.
pub const NO_INTERRUPTION: (&str, &str) = ("Nothing is restarted", "OpenHands goes on answering meanwhile.");
/// In place of the Apply button.
pub const NOTHING_CHANGES: &str = "Nothing would change: what you chose is in force already.";

/// The sign of a change, as in the plans of other tools, and its word.
pub fn change(kind: ChangeKind) -> (&'static str, &'static str) {
    match kind {
        ChangeKind::Add => ("+", "is made"),
        ChangeKind::Modify => ("~", "changes in place"),
        ChangeKind::Remove => ("-", "is removed"),
        ChangeKind::Replace => ("-/+", "is made anew"),
    }
}

/// How many resources change.
pub fn changed(count: usize) -> String {
    match count {
        0 => "No resource changes".into(),
        1 => "1 resource changes".into(),
        count => format!("{count} resources change"),
    }
}

/// Why a resource changes none of whose own properties do.
pub fn follows(others: &[String]) -> String {
    format!("Follows {}, which is made anew", others.join(", "))
}

/// How an operation ended that went well.
pub fn done(summary: &OperationSummary) -> String {
    match (summary.kind, summary.desired, summary.revision) {
        (OperationKind::Update, Some(0), Some(revision)) => {
            format!("Revision {revision} is in force; the environment stays paused")
        }
        (OperationKind::Update, _, Some(revision)) => {
            format!("Revision {revision} is in force, and OpenHands answered that it is ready")
        }
        (_, Some(0), _) => "It is paused: no task runs".into(),
        _ => "OpenHands answered that it is ready".into(),
    }
}

/// Who does what right now.
pub fn busy(who: &str, kind: OperationKind) -> String {
    match kind {
        OperationKind::Create => format!("{who} asked to create it; that is running."),
        OperationKind::Scale => format!("{who} asked to scale it; that is running."),
        OperationKind::Update => format!("{who} asked to update it; that is running."),
        OperationKind::Delete => format!("{who} asked to delete it; that is running."),
    }
}
