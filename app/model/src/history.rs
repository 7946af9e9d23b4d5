//! Reading the history: what it can be filtered by, and its rows with what became of the things they speak of.

use crate::{
    EnvironmentId, Fault, FieldErrors, FieldProblem, Outcome, PersonId, TeamId,
    audit::{Action, AuditEvent},
    fault::Misfit,
    operation::{OperationKind, OperationStatus},
    team::Team,
};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

/// Groups of actions, for the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// What people asked to be done to environments.
    Change,
    /// How operations ended.
    Operation,
    /// What the look at AWS found.
    Health,
    /// Teams, members and invitations.
    Team,
    /// Signing in and out, passwords, sessions.
    SignIn,
    /// Secrets that were stored and removed.
    Secret,
    /// The installation and its cloud accounts.
    Platform,
}

impl ActionKind {
    /// Every kind, in the order of the menu.
    pub const ALL: [Self; 7] =
        [Self::Change, Self::Operation, Self::Health, Self::Team, Self::SignIn, Self::Secret, Self::Platform];

    /// The word used in links.
    pub fn code(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Operation => "operation",
            Self::Health => "health",
            Self::Team => "team",
            Self::SignIn => "sign_in",
            Self::Secret => "secret",
            Self::Platform => "platform",
        }
    }

    /// The kind of a word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// How what an event tells of went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionOutcome {
    /// It was done.
    Done,
    /// It was asked for; an operation carries it out, and another event tells of its end.
    Asked,
    /// It was refused, or did not succeed.
    Failed,
    /// Nobody did anything: something was found to be so.
    Noticed,
}

impl ActionOutcome {
    /// Every outcome, in the order of the menu.
    pub const ALL: [Self; 4] = [Self::Done, Self::Asked, Self::Failed, Self::Noticed];

    /// The word used in links.
    pub fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Asked => "asked",
            Self::Failed => "failed",
            Self::Noticed => "noticed",
        }
    }

    /// The outcome of a word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

impl Action {
    /// The group that the action is filtered by.
    pub fn kind(self) -> ActionKind {
        match self {
            Self::EnvironmentCreateRequested
            | Self::EnvironmentScaleRequested
            | Self::EnvironmentUpdateRequested
            | Self::EnvironmentDeleteRequested
            | Self::OperationRetryRequested
            | Self::OperationCancelRequested => ActionKind::Change,
            Self::OperationSucceeded | Self::OperationFailed => ActionKind::Operation,
            Self::EnvironmentHealthChanged | Self::EnvironmentDriftChanged => ActionKind::Health,
            Self::TeamCreated
            | Self::MemberInvited
            | Self::InvitationRevoked
            | Self::InvitationAccepted
            | Self::MemberRoleChanged
            | Self::MemberRemoved => ActionKind::Team,
            Self::SignedIn | Self::SignInRefused | Self::SignedOut | Self::SessionRevoked | Self::PasswordChanged => {
                ActionKind::SignIn
            }
            Self::SecretStored | Self::SecretRemoved => ActionKind::Secret,
            Self::PlatformSetUp
            | Self::AccountRegistered
            | Self::AccountDisabled
            | Self::AccountEnabled
            | Self::AccountRegionsChanged
            | Self::PresetSaved
            | Self::PresetRemoved
            | Self::ImageAdded
            | Self::ImageChanged
            | Self::MirrorRequested
            | Self::MirrorCancelRequested
            | Self::MirrorSucceeded
            | Self::MirrorFailed
            | Self::PersonDisabled
            | Self::PersonEnabled
            | Self::PlatformRoleChanged => ActionKind::Platform,
        }
    }

    /// How what the action says went.
    pub fn outcome(self) -> ActionOutcome {
        if matches!(self, Self::SignInRefused | Self::OperationFailed | Self::MirrorFailed) {
            return ActionOutcome::Failed;
        }
        if matches!(self, Self::MirrorRequested | Self::MirrorCancelRequested) {
            return ActionOutcome::Asked;
        }
        match self.kind() {
            ActionKind::Change => ActionOutcome::Asked,
            ActionKind::Health => ActionOutcome::Noticed,
            ActionKind::Operation
            | ActionKind::Team
            | ActionKind::SignIn
            | ActionKind::Secret
            | ActionKind::Platform => ActionOutcome::Done,
        }
    }
}

/// The filter as it stands in the address: what was typed, valid or not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HistoryForm {
    /// Id of a team.
    pub team: String,
    /// Id of an environment, or the name of one or of several.
    pub environment: String,
    /// Id of the person who acted.
    pub person: String,
    /// Code of an [`ActionKind`].
    pub kind: String,
    /// Code of an [`ActionOutcome`].
    pub outcome: String,
    /// First day, `YYYY-MM-DD`, in UTC.
    pub from: String,
    /// Last day, `YYYY-MM-DD`, in UTC.
    pub to: String,
}

impl HistoryForm {
    /// Names of the fields, as they stand in the address and in [`FieldErrors`].
    pub const FIELDS: [&'static str; 7] = ["team", "environment", "person", "kind", "outcome", "from", "to"];

    /// The value of a field, without spaces around it.
    pub fn get(&self, field: &str) -> &str {
        match field {
            "team" => &self.team,
            "environment" => &self.environment,
            "person" => &self.person,
            "kind" => &self.kind,
            "outcome" => &self.outcome,
            "from" => &self.from,
            "to" => &self.to,
            _ => "",
        }
        .trim()
    }

    /// A form with these values, asked for by the name of the field.
    pub fn of(mut value: impl FnMut(&str) -> String) -> Self {
        let [team, environment, person, kind, outcome, from, to] = Self::FIELDS.map(&mut value);
        Self { team, environment, person, kind, outcome, from, to }
    }

    /// The same form with one field emptied.
    #[must_use]
    pub fn without(&self, emptied: &str) -> Self {
        Self::of(|field| if field == emptied { String::new() } else { self.get(field).to_owned() })
    }

    /// Whether nothing is filtered.
    pub fn is_empty(&self) -> bool {
        Self::FIELDS.iter().all(|field| self.get(field).is_empty())
    }

    /// The filter, or what is wrong with which field.
    pub fn parse(&self) -> Outcome<HistoryFilter> {
        let mut errors = FieldErrors::default();
        let team = self.read("team", FieldProblem::NotOffered, &mut errors, |text| text.parse().ok());
        let person = self.read("person", FieldProblem::NotOffered, &mut errors, |text| text.parse().ok());
        let kind = self.read("kind", FieldProblem::NotOffered, &mut errors, ActionKind::from_code);
        let outcome = self.read("outcome", FieldProblem::NotOffered, &mut errors, ActionOutcome::from_code);
        let environment = self.read("environment", FieldProblem::NotAName, &mut errors, EnvironmentRef::of);
        let from = self.read("from", FieldProblem::NotADate, &mut errors, day);
        let to = self.read("to", FieldProblem::NotADate, &mut errors, day);
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            errors.add("to", FieldProblem::DoesNotFit(Misfit::EndsBeforeItBegins));
        }
        if !errors.is_empty() {
            return Err(Fault::Invalid(errors));
        }
        let start = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        let before = to.and_then(|to| to.checked_add_days(Days::new(1))).map(start);
        Ok(HistoryFilter { team, environment, person, kind, outcome, from: from.map(start), before })
    }

    fn read<T>(
        &self,
        field: &str,
        problem: FieldProblem,
        errors: &mut FieldErrors,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = Some(self.get(field)).filter(|text| !text.is_empty())?;
        let value = parse(text);
        if value.is_none() {
            errors.add(field, problem);
        }
        value
    }
}

/// A day as browsers write it, in a year that Postgres can hold.
fn day(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (text.len() == 10 && (1..=9998).contains(&day.year())).then_some(day)
}

/// Which environment, or which environments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "detail")]
pub enum EnvironmentRef {
    Id(EnvironmentId),
    /// All that ever had this name, deleted ones among them.
    Named(String),
}

impl EnvironmentRef {
    /// Longest name that is looked for; none is longer.
    const LONGEST: usize = 100;

    fn of(text: &str) -> Option<Self> {
        if let Ok(id) = text.parse() {
            return Some(Self::Id(id));
        }
        let fits = text.len() <= Self::LONGEST && !text.chars().any(char::is_control);
        fits.then(|| Self::Named(text.to_lowercase()))
    }
}

/// Which events are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    pub team: Option<TeamId>,
    pub environment: Option<EnvironmentRef>,
    pub person: Option<PersonId>,
    pub kind: Option<ActionKind>,
    pub outcome: Option<ActionOutcome>,
    /// Not before this.
    pub from: Option<DateTime<Utc>>,
    /// Only before this.
    pub before: Option<DateTime<Utc>>,
}

impl HistoryFilter {
    /// The actions that fit kind and outcome; `None` if neither is asked for, so that all do.
    pub fn actions(&self) -> Option<Vec<Action>> {
        (self.kind.is_some() || self.outcome.is_some()).then(|| {
            let fits = |action: &Action| {
                self.kind.is_none_or(|kind| action.kind() == kind)
                    && self.outcome.is_none_or(|outcome| action.outcome() == outcome)
            };
            Action::ALL.into_iter().filter(fits).collect()
        })
    }
}

/// An event of the history with what is known today of the things that it speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    pub event: AuditEvent,
    /// Name of the team today; `None` without a team.
    pub team_name: Option<String>,
    /// Name of the environment, if there is or was one that can be looked at.
    pub environment_name: Option<String>,
    /// The operation that the event belongs to, if it can be looked at.
    pub operation: Option<EntryOperation>,
}

/// An operation in short, as it is today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryOperation {
    pub kind: OperationKind,
    pub status: OperationStatus,
    pub started: Option<DateTime<Utc>>,
    pub finished: Option<DateTime<Utc>>,
}

impl EntryOperation {
    /// How long it took, in seconds; `None` while it runs, and where it never began.
    pub fn seconds(&self) -> Option<i64> {
        let (from, to) = self.started.zip(self.finished)?;
        Some((to - from).num_seconds())
    }
}

/// What the menus of the filter offer: at most [`OPTIONS`] of each. Whoever and whatever is not among them can still be asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryOptions {
    /// The teams that the person may see, by name.
    pub teams: Vec<Team>,
    /// Who is a member of those teams or has been one, by name; everybody for platform roles.
    pub people: Vec<PersonOption>,
    /// Names of the environments of those teams, deleted ones among them.
    pub environments: Vec<String>,
}

/// How many people and names of environments the menus offer at most.
pub const OPTIONS: u32 = 500;

/// Somebody in a menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonOption {
    pub id: PersonId,
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(field: &str, value: &str) -> HistoryForm {
        HistoryForm::of(|name| if name == field { value.to_owned() } else { String::new() })
    }

    fn problem(form: &HistoryForm, field: &str) -> Option<FieldProblem> {
        match form.parse() {
            Err(Fault::Invalid(errors)) => errors.of(field).cloned(),
            _ => None,
        }
    }

    #[test]
    fn every_action_is_found_by_its_kind_and_its_outcome() {
        for action in Action::ALL {
            let filter =
                HistoryFilter { kind: Some(action.kind()), outcome: Some(action.outcome()), ..Default::default() };
            assert!(filter.actions().expect("some").contains(&action), "{action:?}");
        }
        assert_eq!(HistoryFilter::default().actions(), None);
        let nothing = HistoryFilter {
            kind: Some(ActionKind::Health),
            outcome: Some(ActionOutcome::Failed),
            ..Default::default()
        };
        assert_eq!(nothing.actions(), Some(Vec::new()), "a pair that no action has finds nothing, not everything");
    }

    #[test]
    fn codes_lead_back() {
        assert!(ActionKind::ALL.into_iter().all(|kind| ActionKind::from_code(kind.code()) == Some(kind)));
        assert!(ActionOutcome::ALL.into_iter().all(|one| ActionOutcome::from_code(one.code()) == Some(one)));
    }

    #[test]
    fn days_are_whole_and_in_utc() {
        let form = HistoryForm { from: "2026-11-18".into(), to: " 2026-11-18 ".into(), ..Default::default() };
        let filter = form.parse().expect("valid");
        assert_eq!(filter.from.expect("a start").to_rfc3339(), "2026-11-18T00:00:00+00:00");
        assert_eq!(filter.before.expect("an end").to_rfc3339(), "2026-11-19T00:00:00+00:00");
    }

    #[test]
    fn what_is_no_value_is_told_beside_its_field() {
        for (field, value, expected) in [
            ("team", "x", FieldProblem::NotOffered),
            ("person", "x", FieldProblem::NotOffered),
            ("kind", "x", FieldProblem::NotOffered),
            ("outcome", "x", FieldProblem::NotOffered),
            ("environment", "a\0b", FieldProblem::NotAName),
            ("from", "18.11.2026", FieldProblem::NotADate),
            ("from", "99999-01-01", FieldProblem::NotADate),
            ("to", "2026-02-30", FieldProblem::NotADate),
            ("to", "0000-01-01", FieldProblem::NotADate),
        ] {
            assert_eq!(problem(&form(field, value), field), Some(expected), "{field}={value}");
        }
        let reversed = HistoryForm { from: "2026-11-18".into(), to: "2026-11-17".into(), ..Default::default() };
        assert_eq!(problem(&reversed, "to"), Some(FieldProblem::DoesNotFit(Misfit::EndsBeforeItBegins)));
    }

    #[test]
    fn an_environment_is_an_id_or_a_name() {
        let id = "01980000-0000-7000-8000-0000deadbeef";
        let of = |text: &str| form("environment", text).parse().expect("valid").environment;
        assert_eq!(of(id), id.parse().ok().map(EnvironmentRef::Id));
        assert_eq!(of("Demo"), Some(EnvironmentRef::Named("demo".into())));
        assert!(form("environment", "demo").without("environment").is_empty());
    }
}
