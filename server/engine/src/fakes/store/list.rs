//! The list of environments: filters, orders and counts.

use super::{Tables, environment::EnvironmentRow, page::page};
use model::{
    TeamId,
    environment::{EnvironmentFilter, EnvironmentSummary, OrderBy, StateFilter},
    page::{COUNT_LIMIT, Page},
};
use serde::{Serialize, de::DeserializeOwned};
use std::cmp::Reverse;

/// The page after the cursor, in the order of the keys or against it.
fn ordered<K: Ord + Serialize + DeserializeOwned>(
    rows: Vec<(K, EnvironmentSummary)>,
    descending: bool,
    after: Option<&str>,
    limit: u32,
) -> Page<EnvironmentSummary> {
    if descending {
        page(rows.into_iter().map(|(key, row)| (Reverse(key), row)).collect(), after, limit)
    } else {
        page(rows, after, limit)
    }
}

/// Counted as far as lists are counted.
pub(super) fn capped(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(COUNT_LIMIT).min(COUNT_LIMIT)
}

impl Tables {
    fn listed(&self, teams: Option<&[TeamId]>, filter: &EnvironmentFilter) -> Vec<EnvironmentSummary> {
        let search = filter.search.trim().to_lowercase();
        let fits = |row: &&EnvironmentRow| {
            let new = &row.new;
            teams.is_none_or(|teams| teams.contains(&new.team))
                && filter.team.is_none_or(|team| team == new.team)
                && filter.shows(row.status, &row.health)
                && filter.edition.is_none_or(|edition| edition == new.spec.edition)
                && filter.region.as_ref().is_none_or(|region| *region == new.region)
                && new.name.to_lowercase().contains(&search)
        };
        self.environments.values().filter(fits).map(|row| self.summary(row)).collect()
    }

    pub(super) fn environment_list(
        &self,
        teams: Option<&[TeamId]>,
        filter: &EnvironmentFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Page<EnvironmentSummary> {
        let (rows, down) = (self.listed(teams, filter).into_iter(), filter.order.descending);
        match filter.order.by {
            OrderBy::Name => ordered(rows.map(|row| ((row.name.clone(), row.id), row)).collect(), down, after, limit),
            OrderBy::Team => {
                let key = |row: &EnvironmentSummary| (row.team_name.to_lowercase(), row.name.clone(), row.id);
                ordered(rows.map(|row| (key(&row), row)).collect(), down, after, limit)
            }
            OrderBy::Changed => {
                let changed =
                    |row: &EnvironmentSummary| row.last_operation.as_ref().map_or(row.created, |last| last.at);
                ordered(rows.map(|row| ((changed(&row), row.id), row)).collect(), down, after, limit)
            }
            OrderBy::Created => ordered(rows.map(|row| ((row.created, row.id), row)).collect(), down, after, limit),
        }
    }

    pub(super) fn environment_count(&self, teams: Option<&[TeamId]>, filter: &EnvironmentFilter) -> u32 {
        capped(self.listed(teams, filter).len())
    }

    pub(super) fn environment_states(&self, states: &[StateFilter]) -> Vec<u32> {
        let count = |state: &StateFilter| {
            capped(self.environments.values().filter(|row| state.fits(row.status, &row.health)).count())
        };
        states.iter().map(count).collect()
    }
}
