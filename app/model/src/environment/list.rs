//! The list of environments: what narrows and orders it, and a page of it.

use crate::{
    EnvironmentId, TeamId,
    environment::{EnvironmentStatus, Health, HealthKind, LastOperation},
    spec::Edition,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Filters and order of the environments list; all are in the URL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EnvironmentFilter {
    /// Part of the name.
    pub search: String,
    pub team: Option<TeamId>,
    pub state: Option<StateFilter>,
    pub edition: Option<Edition>,
    /// A region code.
    pub region: Option<String>,
    /// Also environments that were deleted.
    pub deleted: bool,
    pub order: EnvironmentOrder,
}

impl EnvironmentFilter {
    /// Whether it leaves nothing out. Deleted ones are history: leaving them out is no filter.
    pub fn is_empty(&self) -> bool {
        let Self { search, team, state, edition, region, deleted: _, order: _ } = self;
        search.trim().is_empty() && team.is_none() && state.is_none() && edition.is_none() && region.is_none()
    }

    /// Whether an environment of this status belongs into the list.
    pub fn shows(&self, status: EnvironmentStatus, health: &Health) -> bool {
        match self.state {
            Some(state) => state.fits(status, health),
            None => self.deleted || status != EnvironmentStatus::Deleted,
        }
    }
}

/// A word of the state column: a status, or what the last look found of an environment that is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateFilter {
    Status(EnvironmentStatus),
    Health(HealthKind),
}

impl StateFilter {
    /// Everything that can be asked for, in the order of a life.
    pub fn all() -> impl Iterator<Item = Self> {
        let health = HealthKind::ALL.into_iter().map(Self::Health);
        let status = EnvironmentStatus::ALL.into_iter().map(Self::Status);
        status.flat_map(move |state| {
            let inside = (state == Self::Status(EnvironmentStatus::Ready)).then(|| health.clone());
            std::iter::once(state).chain(inside.into_iter().flatten())
        })
    }

    /// The word used in links. No status has the word of a kind of health.
    pub fn code(self) -> &'static str {
        match self {
            Self::Status(status) => status.code(),
            Self::Health(kind) => kind.code(),
        }
    }

    /// The filter of a word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|state| state.code() == code)
    }

    /// The status that it asks for.
    pub fn status(self) -> EnvironmentStatus {
        match self {
            Self::Status(status) => status,
            Self::Health(_) => EnvironmentStatus::Ready,
        }
    }

    /// The kind of health that it asks for, if it asks for one.
    pub fn health(self) -> Option<HealthKind> {
        match self {
            Self::Status(_) => None,
            Self::Health(kind) => Some(kind),
        }
    }

    /// Whether an environment is in that state.
    pub fn fits(self, status: EnvironmentStatus, health: &Health) -> bool {
        status == self.status() && self.health().is_none_or(|kind| kind == health.kind())
    }
}

/// What the list is ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderBy {
    #[default]
    Name,
    /// Team, then name.
    Team,
    /// When the newest operation was asked for.
    Changed,
    Created,
}

impl OrderBy {
    /// Every key.
    pub const ALL: [Self; 4] = [Self::Name, Self::Team, Self::Changed, Self::Created];
}

/// The list's order. Equal keys are ordered by id, so that every order is total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EnvironmentOrder {
    pub by: OrderBy,
    pub descending: bool,
}

impl EnvironmentOrder {
    /// Every order.
    pub fn all() -> impl Iterator<Item = Self> {
        OrderBy::ALL.into_iter().flat_map(|by| [false, true].map(|descending| Self { by, descending }))
    }

    /// The word used in links: a minus turns the order around.
    pub fn code(self) -> &'static str {
        match (self.by, self.descending) {
            (OrderBy::Name, false) => "name",
            (OrderBy::Name, true) => "-name",
            (OrderBy::Team, false) => "team",
            (OrderBy::Team, true) => "-team",
            (OrderBy::Changed, false) => "changed",
            (OrderBy::Changed, true) => "-changed",
            (OrderBy::Created, false) => "created",
            (OrderBy::Created, true) => "-created",
        }
    }

    /// The order of a word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|order| order.code() == code)
    }
}

/// A row of the list: what it shows, and nothing else, since a page of them is sent to the browser twice: as HTML and as data. Money is
/// in whole dollars and times are in milliseconds, so that the first view needs no code that reads decimals and dates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentRow {
    pub id: EnvironmentId,
    pub name: String,
    pub team_name: String,
    pub account_name: String,
    pub region: String,
    pub status: EnvironmentStatus,
    pub health: Health,
    /// When the health last changed.
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    pub health_since: Option<DateTime<Utc>>,
    /// The version of OpenHands that the spec names.
    pub version: String,
    pub edition: Edition,
    /// The size of the task, or the instance type of the host.
    pub size: String,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub created: DateTime<Utc>,
    pub created_by: String,
    /// The newest operation.
    pub last_operation: Option<LastOperation>,
    /// How many resources are not as the template says, by the last comparison.
    pub drifted: u32,
    /// Estimated list price a month while it runs, in whole US dollars.
    pub monthly: u32,
    /// Whether the table lacks a price, so that the estimate is a lower bound.
    pub monthly_is_least: bool,
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct EnvironmentPage {
    pub items: Vec<EnvironmentRow>,
    /// Opaque text that asks for the page after this one; `None` on the last.
    pub next: Option<String>,
    /// How many environments the whole list has, counted up to [`COUNT_LIMIT`](crate::page::COUNT_LIMIT).
    pub total: u32,
    /// The server's clock when this was read, so that ages need no client clock.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub now: DateTime<Utc>,
}

crate::read_through_value!(EnvironmentPage);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn words_in_links_lead_back_and_are_no_two_things() {
        let states: HashSet<&str> = StateFilter::all().map(StateFilter::code).collect();
        assert_eq!(states.len(), EnvironmentStatus::ALL.len() + HealthKind::ALL.len());
        for state in StateFilter::all() {
            assert_eq!(StateFilter::from_code(state.code()), Some(state));
        }
        for order in EnvironmentOrder::all() {
            assert_eq!(EnvironmentOrder::from_code(order.code()), Some(order));
        }
    }

    #[test]
    fn a_kind_of_health_has_the_word_that_the_database_holds() {
        for health in [Health::NotChecked, Health::Healthy, Health::Paused, Health::Gone] {
            let stored = serde_json::to_value(&health).expect("serialises");
            assert_eq!(stored["kind"], health.kind().code());
        }
        for kind in HealthKind::ALL {
            assert_eq!(serde_json::to_value(kind).expect("serialises"), kind.code());
        }
    }
}
