//! What those see and change who look after the installation.

use super::{Tables, list::capped, operation::OperationRow, page::page};
use chrono::{DateTime, Utc};
use model::{
    AccountId, PersonId,
    environment::EnvironmentStatus,
    fault::Conflict,
    operation::{OperationStatus, StepStatus},
    page::Page,
    person::Person,
    platform::{Lease, PersonRow, PlatformOperation, TeamRow},
    principal::PlatformRole,
    team::Role,
};
use ports::{
    StoreError, StoreResult,
    store::{Beat, NewAudit, PersonRecord},
};
use std::{cmp::Reverse, collections::BTreeMap};

/// Most beats in a list.
const BEATS: usize = 200;

impl Tables {
    pub(super) fn person_list(
        &self,
        search: &str,
        now: DateTime<Utc>,
        after: Option<&str>,
        limit: u32,
    ) -> Page<PersonRow> {
        let search = search.trim().to_lowercase();
        let fits =
            |person: &&PersonRecord| person.name.to_lowercase().contains(&search) || person.email.contains(&search);
        let row = |person: &PersonRecord| PersonRow {
            person: Person { id: person.id, name: person.name.clone(), email: person.email.clone() },
            platform_role: person.platform_role,
            disabled: person.disabled,
            created: self.times.get(&person.id).map(|times| times.created).unwrap_or_default(),
            memberships: self.memberships(person.id),
            sessions: capped(self.session_list(person.id, now).len()),
            last_seen: self.times.get(&person.id).and_then(|times| times.last_seen),
        };
        let rows = self.people.values().filter(fits);
        page(rows.map(|person| ((person.name.to_lowercase(), person.id), row(person))).collect(), after, limit)
    }

    /// Refuses what would leave nobody to administer the installation: this person no longer being an enabled admin.
    fn check_last_admin(&self, person: PersonId) -> StoreResult<()> {
        let is_admin = |one: &PersonRecord| one.platform_role == Some(PlatformRole::Admin) && !one.disabled;
        if self.people.values().any(|one| one.id != person && is_admin(one)) {
            Ok(())
        } else {
            Err(StoreError::Conflict(Conflict::LastAdmin))
        }
    }

    pub(super) fn person_set_disabled(
        &mut self,
        person: PersonId,
        disabled: bool,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        if !self.people.contains_key(&person) {
            return Err(StoreError::NotFound);
        }
        if disabled {
            self.check_last_admin(person)?;
            self.end_sessions(person);
        }
        if let Some(record) = self.people.get_mut(&person) {
            record.disabled = disabled;
        }
        self.log(audit);
        Ok(())
    }

    pub(super) fn person_set_platform_role(
        &mut self,
        person: PersonId,
        role: Option<PlatformRole>,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        if role != Some(PlatformRole::Admin) {
            self.check_last_admin(person)?;
        }
        self.people.get_mut(&person).ok_or(StoreError::NotFound)?.platform_role = role;
        self.log(audit);
        Ok(())
    }

    pub(super) fn team_rows(&self, after: Option<&str>, limit: u32) -> Page<TeamRow> {
        let rows = self.teams.values().map(|team| {
            let members = self.member_list(team.id);
            let live = |row: &&super::environment::EnvironmentRow| {
                row.new.team == team.id && row.status != EnvironmentStatus::Deleted
            };
            let owners = members.iter().filter(|member| member.role == Role::Owner);
            let row = TeamRow {
                team: team.clone(),
                members: capped(members.len()),
                environments: capped(self.environments.values().filter(live).count()),
                owners: owners.map(|member| member.name.clone()).collect(),
            };
            ((team.name.to_lowercase(), team.id), row)
        });
        page(rows.collect(), after, limit)
    }

    pub(super) fn account_set_regions(
        &mut self,
        account: AccountId,
        regions: &[String],
        audit: &NewAudit,
    ) -> StoreResult<()> {
        self.accounts.get_mut(&account).ok_or(StoreError::NotFound)?.regions = regions.to_vec();
        self.log(audit);
        Ok(())
    }

    pub(super) fn account_environments(&self) -> BTreeMap<AccountId, u32> {
        let live = |account: AccountId| {
            let rows = self.environments.values();
            capped(rows.filter(|row| row.new.account == account && row.status != EnvironmentStatus::Deleted).count())
        };
        self.accounts.keys().map(|account| (*account, live(*account))).collect()
    }

    fn platform_operation(&self, row: &OperationRow) -> Option<PlatformOperation> {
        let summary = self.operation_summary(row)?;
        let at_work = row.steps.iter().find(|step| matches!(step.status, StepStatus::Running | StepStatus::Failed));
        Some(PlatformOperation {
            team_name: self.team_name(summary.team),
            summary,
            step: at_work.map(|step| (step.kind, step.started)),
            lease: row.lease.clone().map(|(worker, until)| Lease { worker, until }),
        })
    }

    pub(super) fn operation_running(&self, limit: u32) -> Vec<PlatformOperation> {
        let mut rows: Vec<&OperationRow> = self.operations.values().filter(|row| !row.status.is_over()).collect();
        rows.sort_by_key(|row| (row.new.requested, row.new.id));
        rows.into_iter().take(limit as usize).filter_map(|row| self.platform_operation(row)).collect()
    }

    pub(super) fn operation_failed(&self, limit: u32) -> Vec<PlatformOperation> {
        let failed = self.operations.values().filter(|row| row.status == OperationStatus::Failed);
        let mut rows: Vec<&OperationRow> = failed.collect();
        rows.sort_by_key(|row| Reverse((row.finished, row.new.id)));
        rows.into_iter().take(limit as usize).filter_map(|row| self.platform_operation(row)).collect()
    }

    pub(super) fn worker_list(&self, since: DateTime<Utc>) -> Vec<Beat> {
        let recent = self.beats.iter().filter(|(_, (at, _))| *at >= since).take(BEATS);
        recent.map(|(name, (at, outcome))| Beat { name: name.clone(), at: *at, outcome: outcome.clone() }).collect()
    }
}
