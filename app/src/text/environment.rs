//! Environments in words.

use crate::{component::Tone, format, link::Tab};
use model::{
    environment::{DegradedReason, EnvironmentOrder, EnvironmentStatus, Health, HealthKind, OrderBy, StateFilter},
    page::COUNT_LIMIT,
    spec::{ComputeKind, Edition, LlmProvider, Nat, Scheme, SignInKind, Size},
};

/// A status.
pub fn status(status: EnvironmentStatus) -> &'static str {
    match status {
        EnvironmentStatus::Creating => "Creating",
        EnvironmentStatus::Ready => "Ready",
        EnvironmentStatus::Updating => "Updating",
        EnvironmentStatus::UpdateFailed => "Update failed",
        EnvironmentStatus::Failed => "Failed",
        EnvironmentStatus::Deleting => "Deleting",
        EnvironmentStatus::DeleteFailed => "Delete failed",
        EnvironmentStatus::Deleted => "Deleted",
    }
}

/// The word and colour of an environment in a list: its status, or within Ready what the last look found.
pub fn state(state: EnvironmentStatus, health: &Health) -> (&'static str, Tone) {
    match state {
        EnvironmentStatus::Ready => match health {
            Health::Healthy => ("Ready", Tone::Good),
            Health::Paused => ("Paused", Tone::Quiet),
            Health::NotChecked => ("Not checked yet", Tone::Quiet),
            Health::Degraded { .. } => ("Degraded", Tone::Warn),
            Health::Unreachable { .. } => ("Unreachable", Tone::Bad),
            Health::Unknown { .. } => ("Unknown", Tone::Warn),
            Health::Gone => ("Gone", Tone::Bad),
        },
        EnvironmentStatus::Creating | EnvironmentStatus::Updating | EnvironmentStatus::Deleting => {
            (status(state), Tone::Busy)
        }
        EnvironmentStatus::Failed | EnvironmentStatus::UpdateFailed | EnvironmentStatus::DeleteFailed => {
            (status(state), Tone::Bad)
        }
        EnvironmentStatus::Deleted => ("Deleted", Tone::Quiet),
    }
}

/// A choice of the status filter. Kinds of health are those of environments that are ready.
pub fn state_filter(state: StateFilter) -> &'static str {
    match state {
        StateFilter::Status(status) => self::status(status),
        StateFilter::Health(HealthKind::Healthy) => "Ready and healthy",
        StateFilter::Health(HealthKind::NotChecked) => "Ready, not checked yet",
        StateFilter::Health(HealthKind::Paused) => "Paused",
        StateFilter::Health(HealthKind::Degraded) => "Degraded",
        StateFilter::Health(HealthKind::Unreachable) => "Unreachable",
        StateFilter::Health(HealthKind::Unknown) => "Unknown",
        StateFilter::Health(HealthKind::Gone) => "Gone",
    }
}

/// An order of the list.
pub fn order(order: EnvironmentOrder) -> &'static str {
    match (order.by, order.descending) {
        (OrderBy::Name, false) => "Name, A to Z",
        (OrderBy::Name, true) => "Name, Z to A",
        (OrderBy::Team, false) => "Team, A to Z",
        (OrderBy::Team, true) => "Team, Z to A",
        (OrderBy::Changed, false) => "Last change, oldest first",
        (OrderBy::Changed, true) => "Last change, newest first",
        (OrderBy::Created, false) => "Created, oldest first",
        (OrderBy::Created, true) => "Created, newest first",
    }
}

/// Which part of the list a page shows. `before` come before it.
pub fn result(before: u32, shown: u32, total: u32) -> String {
    let (first, last) = (before.saturating_add(1), before.saturating_add(shown));
    // Somebody may have deleted one while the count was made.
    let total = total.max(last);
    match total {
        1 => "1 environment".into(),
        COUNT_LIMIT.. => format!(
            "{} to {} of more than {} environments",
            format::count(first),
            format::count(last),
            format::count(last.max(COUNT_LIMIT - 1))
        ),
        _ if first == 1 && last == total => format!("{total} environments"),
        _ => format!("{} to {} of {} environments", format::count(first), format::count(last), format::count(total)),
    }
}

/// The price of an environment in a list.
pub fn monthly(dollars: u32, is_least: bool) -> String {
    let amount = format::dollars(dollars);
    if is_least { format!("{amount} or more") } else { amount }
}

/// The link to a part of an environment in AWS's own console.
pub fn open_in_aws(part: &str) -> String {
    format!("Open in AWS: {part}")
}

/// Which OpenHands.
pub fn edition(edition: Edition) -> &'static str {
    match edition {
        Edition::Canvas => "Agent Canvas",
        Edition::App => "App server 1.x",
        Edition::Enterprise => "Enterprise",
    }
}

/// Where an environment runs.
pub fn compute(kind: ComputeKind) -> &'static str {
    match kind {
        ComputeKind::Fargate => "ECS on Fargate",
        ComputeKind::EcsEc2 => "ECS on EC2",
        ComputeKind::Ec2 => "One EC2 host",
        ComputeKind::Eks => "EKS",
    }
}

/// The same in one line.
pub fn health_title(health: &Health) -> &'static str {
    match health {
        Health::NotChecked => "Not checked yet",
        Health::Healthy => "Healthy",
        Health::Paused => "It is paused",
        Health::Degraded { .. } => "Something is wrong with it",
        Health::Unreachable { .. } => "OpenHands does not answer",
        Health::Unknown { .. } => "How it does is not known",
        Health::Gone => "Its stack is gone",
    }
}

/// What the last look at AWS found.
pub fn health(health: &Health) -> String {
    match health {
        Health::NotChecked => "Nobody has looked yet.".into(),
        Health::Healthy => "OpenHands answers that it is ready.".into(),
        Health::Degraded { reason } => degraded(reason),
        Health::Paused => "No task runs, as asked for. The database goes on running.".into(),
        Health::Unreachable { answer } => format!("AWS says that everything runs. {}", super::cause::answer(answer)),
        Health::Unknown { problem } => format!("AWS could not be asked. {}", super::cause::problem(problem)),
        Health::Gone => "The stack was deleted outside Handrail. Delete the environment here to close it.".into(),
    }
}

fn degraded(reason: &DegradedReason) -> String {
    match reason {
        DegradedReason::TasksMissing { running, desired } => format!("{running} of {desired} tasks run."),
        DegradedReason::UnexpectedTasks { running, desired } => {
            format!("It is paused, but ECS was told from outside Handrail to run {desired} tasks; {running} run.")
        }
        DegradedReason::TargetsUnhealthy { state, reason } => match reason {
            Some(reason) => format!("The load balancer finds no healthy target: {state}, {reason}."),
            None => format!("The load balancer finds no healthy target: {state}."),
        },
        DegradedReason::NotReady { answer } => super::cause::answer(answer),
        DegradedReason::Database { status } => format!("The database is {status}."),
    }
}

/// What runs, by the tag that was chosen.
pub fn version(edition: Edition, tag: &str) -> String {
    match edition {
        Edition::Canvas => format!("Agent Canvas {tag}"),
        Edition::App => format!("App server {tag}"),
        Edition::Enterprise => format!("Enterprise {tag}"),
    }
}

/// What was chosen to run, and what answers: the agent server inside of Agent Canvas has versions of its own.
pub fn versions(edition: Edition, tag: &str, reported: Option<&str>) -> String {
    let chosen = version(edition, tag);
    match reported {
        Some(reported) if edition == Edition::Canvas => format!("{chosen}; its agent server reports {reported}"),
        Some(reported) => format!("{chosen}; it reports {reported}"),
        None => chosen,
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

/// The size of the task in words, or the host's instance type as AWS names it.
pub fn size_or_host(code: &str) -> String {
    model::spec::Size::from_code(code).map_or_else(|| code.to_owned(), |size| self::size(size).to_owned())
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
        Nat::Endpoints => "None: endpoints to AWS's services only",
    }
}

/// Where the load balancer can be reached from.
pub fn scheme(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Internal => "Internal: only from inside the network",
        Scheme::InternetFacing => "Internet-facing: from the ranges below",
    }
}

/// Whom the load balancer asks who somebody is.
pub fn sign_in(kind: SignInKind) -> &'static str {
    match kind {
        SignInKind::None => "None: whoever is in the allowed ranges gets through",
        SignInKind::Oidc => "OpenID Connect",
        SignInKind::Cognito => "Amazon Cognito user pool",
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
        Tab::Scale => "Scale",
        Tab::Activity => "Activity",
        Tab::Metrics => "Metrics",
        Tab::Logs => "Logs",
        Tab::Configuration => "Configuration",
        Tab::Settings => "Settings",
    }
}

#[cfg(test)]
mod tests {
    use super::result;

    #[test]
    fn a_page_says_which_part_of_the_list_it_is() {
        for (before, shown, total, words) in [
            (0, 1, 1, "1 environment"),
            (0, 12, 12, "12 environments"),
            (0, 50, 123, "1 to 50 of 123 environments"),
            (100, 23, 123, "101 to 123 of 123 environments"),
            (0, 50, 1001, "1 to 50 of more than 1,000 environments"),
            (1200, 50, 1001, "1,201 to 1,250 of more than 1,250 environments"),
        ] {
            assert_eq!(result(before, shown, total), words);
        }
    }
}
