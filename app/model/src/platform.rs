//! The installation itself, for the frame of every page and for those who administer it.

use crate::{
    environment::StateFilter,
    operation::{OperationSummary, StepKind},
    person::Person,
    principal::{Membership, PlatformRole},
    team::Team,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Facts for the frame of every page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Version of Handrail.
    pub version: String,
    /// Set when an AWS endpoint override is in force, so that every page says that this is not real AWS. The host and port only.
    pub endpoint_override: Option<String>,
    /// Whether there is no platform admin yet.
    pub needs_setup: bool,
}

/// How the whole installation does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformOverview {
    pub version: String,
    /// How many environments are in each state, each counted up to [`COUNT_LIMIT`](crate::page::COUNT_LIMIT). Those that are ready
    /// are told by their health.
    pub counts: Vec<(StateFilter, u32)>,
    /// Queued and running operations of all teams, the oldest first.
    pub running: Vec<PlatformOperation>,
    /// Operations of all teams that failed lately, newest first.
    pub failed: Vec<PlatformOperation>,
    /// The server's clock when this was read.
    pub now: DateTime<Utc>,
}

/// An operation as those see it who look after all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformOperation {
    pub summary: OperationSummary,
    pub team_name: String,
    /// The step that runs or at which it failed, and when that began.
    pub step: Option<(StepKind, Option<DateTime<Utc>>)>,
    /// The worker that holds it.
    pub lease: Option<Lease>,
}

/// Which worker holds an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    pub worker: String,
    /// Until when the claim holds if it is not renewed.
    pub until: DateTime<Utc>,
}

/// Who works, and on what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// By name: reconcilers, which all replicas share, and the workers that were heard of within the last hour.
    pub runners: Vec<Runner>,
    /// Queued and running operations of all teams, the oldest first.
    pub running: Vec<PlatformOperation>,
    /// The server's clock when this was read.
    pub now: DateTime<Utc>,
}

/// A worker or reconciler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runner {
    pub name: String,
    pub is_worker: bool,
    /// When it last ran.
    pub last: DateTime<Utc>,
    /// What came of it.
    pub outcome: String,
    /// When it is due again, if it runs by the clock.
    pub next: Option<DateTime<Utc>>,
    /// Whether it is so late that nobody seems to run it.
    pub is_silent: bool,
}

/// A person in the list of all people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    pub person: Person,
    pub platform_role: Option<PlatformRole>,
    pub disabled: bool,
    pub created: DateTime<Utc>,
    /// Ordered by team name.
    pub memberships: Vec<Membership>,
    /// How many sessions are alive.
    pub sessions: u32,
    /// When one of them was last used.
    pub last_seen: Option<DateTime<Utc>>,
}

/// A team in the list of all teams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamRow {
    pub team: Team,
    pub members: u32,
    /// Environments that are not deleted.
    pub environments: u32,
    /// Names of the owners, in order.
    pub owners: Vec<String>,
}

/// Calls to one AWS service in one account, as this replica of the console counted them since it started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRate {
    /// The 12-digit AWS account number.
    pub account: String,
    /// The service as IAM names it, for example `cloudformation`.
    pub service: String,
    pub minute: CallCounts,
    pub hour: CallCounts,
    /// Half of the last hundred calls took no longer than this many milliseconds, retries and waits included.
    pub p50_ms: u32,
    /// When the newest one ended.
    pub last: DateTime<Utc>,
}

/// How calls ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallCounts {
    pub calls: u32,
    /// Calls that AWS throttled until Handrail gave up.
    pub throttled: u32,
    /// Calls that ended in any other problem; what AWS says is not there is an answer, no failure.
    pub failed: u32,
}

/// One setting of the console's process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// The flag, without its hyphens.
    pub flag: String,
    /// The environment variable.
    pub variable: String,
    /// What it means, as `--help` says it.
    pub meaning: String,
    pub value: SettingValue,
    pub source: SettingSource,
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum SettingValue {
    NotSet,
    /// It is set and is a secret: it never leaves the process.
    Hidden,
    Text(String),
}

/// Where a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingSource {
    Flag,
    Environment,
    /// A file that another setting names.
    File,
    Default,
    /// It has no default and was not given.
    Nowhere,
}

crate::tagged_through_value!(SettingValue);
