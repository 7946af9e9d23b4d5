//! The history in words.

use crate::component::{Glyph, Tone};
use model::{
    audit::{Action, Actor},
    history::{ActionKind, ActionOutcome, HistoryEntry},
};

/// What was done, as a sentence. Braces hold the places of names, which pages make into links.
pub fn action(action: Action) -> &'static str {
    match action {
        Action::PlatformSetUp => "{actor} set up Handrail",
        Action::SignedIn => "{actor} signed in",
        Action::SignInRefused => "A sign-in was refused",
        Action::SignedOut => "{actor} signed out",
        Action::SessionRevoked => "{actor} ended one of their sessions",
        Action::PasswordChanged => "{actor} changed their password",
        Action::TeamCreated => "{actor} created the team {subject}",
        Action::MemberInvited => "{actor} invited {subject} to {team}",
        Action::InvitationRevoked => "{actor} revoked the invitation of {subject} to {team}",
        Action::InvitationAccepted => "{actor} joined {team}",
        Action::MemberRoleChanged => "{actor} changed the role of {subject} in {team}",
        Action::MemberRemoved => "{actor} removed {subject} from {team}",
        Action::AccountRegistered => "{actor} registered the cloud account {subject}",
        Action::AccountDisabled => "{actor} disabled the cloud account {subject}",
        Action::AccountEnabled => "{actor} enabled the cloud account {subject}",
        Action::AccountRegionsChanged => "{actor} changed the regions of the cloud account {subject}",
        Action::ImageAdded => "{actor} added the version {subject} to the catalogue",
        Action::ImageChanged => "{actor} changed the version {subject} of the catalogue",
        Action::MirrorRequested => "{actor} asked for a copy of the image {subject}",
        Action::MirrorCancelRequested => "{actor} asked to stop copying the image {subject}",
        Action::MirrorSucceeded => "The image {subject} was copied and verified",
        Action::MirrorFailed => "Copying the image {subject} failed",
        Action::PersonDisabled => "{actor} disabled {subject}",
        Action::PersonEnabled => "{actor} enabled {subject}",
        Action::PlatformRoleChanged => "{actor} changed the platform role of {subject}",
        Action::PresetSaved => "{actor} saved the preset {subject}",
        Action::PresetRemoved => "{actor} removed the preset {subject}",
        Action::SecretStored => "{actor} stored a secret: {subject}",
        Action::SecretRemoved => "{actor} removed a secret: {subject}",
        Action::EnvironmentCreateRequested => "{actor} asked to create {subject}",
        Action::EnvironmentScaleRequested => "{actor} asked to scale {subject}",
        Action::EnvironmentUpdateRequested => "{actor} asked to update {subject}",
        Action::EnvironmentDeleteRequested => "{actor} asked to delete {subject}",
        Action::OperationRetryRequested => "{actor} asked to try again with {subject}: {operation}",
        Action::OperationCancelRequested => "{actor} asked to cancel an operation of {subject}: {operation}",
        Action::OperationSucceeded => "{operation} succeeded for {subject}",
        Action::OperationFailed => "{operation} failed for {subject}",
        Action::EnvironmentHealthChanged => "{subject} was found {after}",
        Action::EnvironmentDriftChanged => "{subject} was compared with its template; resources that differ: {after}",
    }
}

/// Who did it.
pub fn actor(actor: &Actor) -> String {
    match actor {
        Actor::Person { name, .. } => name.clone(),
        Actor::Anonymous => "Somebody".into(),
        Actor::Handrail => "Handrail".into(),
    }
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// Who acted.
    Actor(String),
    /// What was acted on.
    Subject(String),
    /// The team that it belongs to.
    Team(String),
}

/// The sentence of an event.
pub fn sentence(entry: &HistoryEntry) -> Vec<Piece> {
    let event = &entry.event;
    let mut pieces = Vec::new();
    for part in action(event.action).split_inclusive('}') {
        let (text, name) = part.split_once('{').unwrap_or((part, ""));
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
        let piece = match name {
            "" => continue,
            "actor}" => Piece::Actor(actor(&event.actor)),
            "subject}" => Piece::Subject(event.subject.clone()),
            "team}" => Piece::Team(entry.team_name.clone().unwrap_or_else(|| "a team".into())),
            "operation}" => Piece::Text(operation(entry)),
            "after}" => Piece::Text(event.changes.iter().find_map(|one| one.after.clone()).unwrap_or_default()),
            other => Piece::Text(other.to_owned()),
        };
        pieces.push(piece);
    }
    pieces
}

/// The sentence of an event, without links.
pub fn plain(entry: &HistoryEntry) -> String {
    let text = |piece| match piece {
        Piece::Text(text) | Piece::Actor(text) | Piece::Subject(text) | Piece::Team(text) => text,
    };
    sentence(entry).into_iter().map(text).collect()
}

fn operation(entry: &HistoryEntry) -> String {
    match &entry.operation {
        Some(operation) => super::operation::kind(operation.kind).into(),
        None => "The operation".into(),
    }
}

/// A kind in a menu.
pub fn kind(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::Change => "Changes asked for",
        ActionKind::Operation => "Ends of operations",
        ActionKind::Health => "Health",
        ActionKind::Team => "Teams and members",
        ActionKind::SignIn => "Sign-ins and passwords",
        ActionKind::Secret => "Secrets",
        ActionKind::Platform => "Platform and accounts",
    }
}

/// An outcome, with its colour and icon.
pub fn outcome(outcome: ActionOutcome) -> (&'static str, Tone, Glyph) {
    match outcome {
        ActionOutcome::Done => ("Done", Tone::Good, Glyph::Check),
        ActionOutcome::Asked => ("Asked for", Tone::Busy, Glyph::Clock),
        ActionOutcome::Failed => ("Failed", Tone::Bad, Glyph::Cross),
        ActionOutcome::Noticed => ("Noticed", Tone::Quiet, Glyph::Info),
    }
}

/// A field of the filter.
pub fn filter_label(field: &str) -> &'static str {
    match field {
        "team" => "Team",
        "environment" => "Environment",
        "person" => "Person",
        "kind" => "Kind",
        "outcome" => "Outcome",
        "from" => "From",
        "to" => "To",
        _ => "",
    }
}

/// The link that takes a filter away.
pub fn remove_filter(label: &str, value: &str) -> String {
    format!("Remove the filter {label}: {value}")
}

/// Somebody or something that the menus do not list, by its id.
pub fn not_listed(id: &str) -> String {
    format!("{}…", id.chars().take(13).collect::<String>())
}

/// The fields that changed, as the label of what folds out.
pub fn changes(names: &[&str]) -> String {
    format!("Changed: {}", names.join(", "))
}

/// How long an operation took; `ago` is a duration.
pub fn took(duration: &str) -> String {
    format!("took {duration}")
}

/// The address that a request came from.
pub fn from_address(ip: &str) -> String {
    format!("from {ip}")
}

/// What the export holds.
pub const EXPORT: &str = "At most 50,000 events, the newest first; the last line says so where there are more.";
/// The last line of a file that does not hold everything.
pub fn cut_off(rows: u32) -> String {
    format!("Only the newest {rows} events are in this file. Narrow the filter for the others.")
}
/// A filter that cannot be applied.
pub const UNUSABLE: (&str, &str) =
    ("The filter cannot be applied", "Correct the marked fields; until then nothing is shown.");
/// Nothing fits: title and what to do.
pub const NO_FIT: (&str, &str) = ("No event fits these filters", "Take a filter away, or choose a longer time.");
/// Nothing has happened: title and text.
pub const NONE_YET: (&str, &str) =
    ("Nothing has happened yet", "Whatever people and Handrail do to your teams and environments will stand here.");
/// Nobody's events are visible: title and text.
pub const NO_TEAM: (&str, &str) =
    ("You are in no team yet", "Here stands what happens in your teams. An owner of a team can invite you.");

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use model::{
        AuditId,
        audit::{AuditEvent, FieldChange},
    };

    fn entry(action: Action) -> HistoryEntry {
        let change =
            FieldChange { field: "health".into(), before: Some("healthy".into()), after: Some("degraded".into()) };
        HistoryEntry {
            event: AuditEvent {
                id: AuditId(uuid::Uuid::nil()),
                at: DateTime::UNIX_EPOCH,
                actor: Actor::Handrail,
                action,
                team: None,
                environment: None,
                operation: None,
                subject: "demo".into(),
                changes: vec![change],
                ip: None,
                request_id: None,
            },
            team_name: Some("Core".into()),
            environment_name: None,
            operation: None,
        }
    }

    #[test]
    fn every_sentence_fills_its_places() {
        for action in Action::ALL {
            let text = plain(&entry(action));
            assert!(!text.contains(['{', '}']) && !text.ends_with(' '), "{action:?}: {text}");
        }
    }

    #[test]
    fn sentences_name_who_and_what() {
        assert_eq!(plain(&entry(Action::EnvironmentCreateRequested)), "Handrail asked to create demo");
        assert_eq!(plain(&entry(Action::MemberRemoved)), "Handrail removed demo from Core");
        assert_eq!(plain(&entry(Action::EnvironmentHealthChanged)), "demo was found degraded");
        assert_eq!(sentence(&entry(Action::SignedIn))[0], Piece::Actor("Handrail".into()));
    }
}
