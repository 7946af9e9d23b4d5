//! Sentences of single pages, and what stands where a list has nothing to show.

use model::operation::OperationKind;

/// While the server cannot be reached; `at` is a time of day.
pub fn connection_lost(at: &str) -> String {
    format!("Connection lost; showing the state as of {at} UTC.")
}

/// While AWS lets a page wait: title, and what happens next.
pub const AWS_IS_SLOW: (&str, &str) =
    ("AWS has not answered yet", "The rest appears here by itself as soon as it does.");
/// While what is shown cannot be read anew: title, and what happens next.
pub const DATABASE_AWAY: (&str, &str) = (
    "The database does not answer",
    "This is what was known before. It is read again by itself every few seconds; running operations go on.",
);
/// An address that no page has.
pub const NO_SUCH_ADDRESS: &str = "No page has this address. It may have been mistyped, or the page has moved.";
/// An empty page after the first one.
pub const EMPTY_PAGE: &str = "This page has become empty";
/// A list whose filters leave nothing: title and what to do.
pub const NO_FIT: (&str, &str) = ("Nothing fits these filters", "Change the search or one of the filters.");
/// No team at all, for those who cannot make one.
pub const NO_TEAM: (&str, &str) =
    ("You are in no team yet", "Environments belong to teams. An owner of a team or a platform admin can invite you.");
/// No team at all, for those who can make one.
pub const FIRST_TEAM: (&str, &str) =
    ("No team yet", "Environments belong to teams. Make the first team, then an environment in it.");
/// Teams, but no environment.
pub const NO_ENVIRONMENTS: (&str, &str) =
    ("No environments yet", "An environment is one OpenHands for one team, in your own AWS account. You can make one.");
/// Teams, but no environment, for those who may only look. The person's teams stand below, as links.
pub const NO_ENVIRONMENTS_TO_SEE: (&str, &str) =
    ("No environments yet", "Operators and owners of a team can make one. Your teams' pages say who they are.");
/// No invitation waits for an answer.
pub const NO_INVITATIONS: &str = "Nobody is invited who has not answered.";
/// No sessions of one's own.
pub const NO_SESSIONS: &str = "You are signed in nowhere.";
/// No cloud accounts.
pub const NO_ACCOUNTS: &str = "No cloud account is registered yet. Environments are made in one.";
/// An environment without operations.
pub const NO_OPERATIONS: &str = "No operation has been asked for.";
/// A service without tasks.
pub const NO_TASKS: &str = "No task runs.";
/// A load balancer without targets.
pub const NO_TARGETS: &str = "The load balancer has no target.";
/// After a cloud account was registered: title and text.
pub const REGISTERED: (&str, &str) =
    ("The account is registered", "AWS confirmed its number. Check asks AWS again who Handrail is there.");

/// The newest operation of an environment, in a list.
pub fn last_operation(kind: OperationKind, status: &str) -> String {
    format!("{}: {}", super::operation::kind(kind), status.to_ascii_lowercase())
}

/// What a delete destroys in any case; `None` resources where the template cannot be read.
pub fn destroyed(stack: &str, resources: Option<usize>) -> String {
    match resources {
        Some(count) => {
            format!("The stack {stack} with its {count} resources: network, load balancer, tasks, roles and alarms.")
        }
        None => format!("The stack {stack} with all its resources: network, load balancer, tasks, roles and alarms."),
    }
}

/// What of the data is destroyed unless it is kept, and what is destroyed in any case.
pub fn destroyed_data(files: bool) -> impl Iterator<Item = &'static str> {
    let disk = if files {
        "The files (EFS) with conversations and workspaces, unless you keep them."
    } else {
        "The host with its disk, and the workspaces on it. They cannot be kept."
    };
    [
        "The Postgres database and its automatic backups. A final snapshot is taken first if you keep it.",
        disk,
        "The S3 bucket with all objects in it, unless you keep it.",
        "The secrets, the language model's API key among them. They cannot be kept.",
    ]
    .into_iter()
}
/// What outlives an environment.
pub const KEPT: &str =
    "Kept in Handrail: its configuration, its operations, its history and the receipt. Its name is free again.";
/// After the sweep.
pub const SWEPT: &str = "Then every service is asked whether something is left. You get a receipt.";
