//! Reading the history: everybody sees the events of their own teams, platform roles see all.

use crate::{
    Outside,
    environment::record,
    error::OrFault,
    policy::{require, require_in},
};
use async_trait::async_trait;
use model::{
    EnvironmentId, Outcome, Principal, TeamId,
    history::{EnvironmentRef, HistoryEntry, HistoryFilter, HistoryForm, HistoryOptions, OPTIONS},
    page::{PAGE_SIZE, Page},
    permission::Permission,
    services::History,
};

/// How many events a page of an export holds.
const EXPORT_PAGE: u32 = 500;

pub(crate) struct HistoryService {
    outside: Outside,
}

impl HistoryService {
    pub(crate) fn new(outside: Outside) -> Self {
        Self { outside }
    }

    /// A page of what the person may see. `None` as teams is everything.
    async fn page(
        &self,
        teams: Option<Vec<TeamId>>,
        filter: &HistoryFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Outcome<Page<HistoryEntry>> {
        self.outside.store.history_list(teams.as_deref(), filter, after, limit).await.or_fault()
    }
}

/// The teams whose events somebody may see; `None` for all there are.
fn visible(who: &Principal) -> Option<Vec<TeamId>> {
    (!who.sees_all_teams()).then(|| who.memberships.iter().map(|membership| membership.team).collect())
}

/// The teams that a filter narrows the person's view to. Somebody else's team is one that is not there.
fn scope(who: &Principal, filter: &HistoryFilter) -> Outcome<Option<Vec<TeamId>>> {
    let Some(team) = filter.team else { return Ok(visible(who)) };
    require_in(Permission::TeamView, who, team)?;
    Ok(Some(vec![team]))
}

#[async_trait]
impl History for HistoryService {
    async fn list(&self, who: &Principal, filter: HistoryForm, after: Option<String>) -> Outcome<Page<HistoryEntry>> {
        require(Permission::OwnAccount, who)?;
        let filter = filter.parse()?;
        self.page(scope(who, &filter)?, &filter, after.as_deref(), PAGE_SIZE).await
    }

    async fn export(&self, who: &Principal, filter: HistoryForm, after: Option<String>) -> Outcome<Page<HistoryEntry>> {
        require(Permission::OwnAccount, who)?;
        let filter = filter.parse()?;
        self.page(scope(who, &filter)?, &filter, after.as_deref(), EXPORT_PAGE).await
    }

    async fn options(&self, who: &Principal) -> Outcome<HistoryOptions> {
        require(Permission::OwnAccount, who)?;
        let (store, teams) = (&self.outside.store, visible(who));
        let of = (!who.sees_all_teams()).then_some(who.person);
        Ok(HistoryOptions {
            teams: store.team_list(of).await.or_fault()?,
            people: store.history_people(teams.as_deref(), OPTIONS).await.or_fault()?,
            environments: store.history_environments(teams.as_deref(), OPTIONS).await.or_fault()?,
        })
    }

    async fn of_environment(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        filter: HistoryForm,
        after: Option<String>,
    ) -> Outcome<Page<HistoryEntry>> {
        record(&self.outside, who, environment, Permission::TeamView).await?;
        let filter = filter.without("team").without("environment").parse()?;
        let filter = HistoryFilter { environment: Some(EnvironmentRef::Id(environment)), ..filter };
        self.page(None, &filter, after.as_deref(), PAGE_SIZE).await
    }
}
