//! The history as it is read.

use super::{Tables, page::page};
use model::{
    PersonId, TeamId,
    audit::{Action, Actor, AuditEvent},
    history::{EnvironmentRef, HistoryEntry, HistoryFilter, PersonOption},
    page::Page,
};
use ports::store::NewAudit;
use std::{cmp::Reverse, collections::BTreeSet};

impl Tables {
    pub(super) fn history_list(
        &self,
        teams: Option<&[TeamId]>,
        filter: &HistoryFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Page<HistoryEntry> {
        let actions = filter.actions();
        let rows = self.audit.iter().filter(|row| {
            teams.is_none_or(|teams| row.team.is_some_and(|team| teams.contains(&team)))
                && actions.as_ref().is_none_or(|actions| actions.contains(&row.action))
                && filter.environment.as_ref().is_none_or(|wanted| self.is_of(row, wanted))
                && filter.person.is_none_or(|who| matches!(row.actor, Actor::Person { id, .. } if id == who))
                && filter.from.is_none_or(|from| row.at >= from)
                && filter.before.is_none_or(|before| row.at < before)
        });
        page(rows.map(|row| (Reverse((row.at, row.id)), self.entry(row))).collect(), after, limit)
    }

    fn is_of(&self, row: &NewAudit, wanted: &EnvironmentRef) -> bool {
        row.environment.is_some_and(|environment| match wanted {
            EnvironmentRef::Id(id) => environment == *id,
            EnvironmentRef::Named(name) => self.environments.get(&environment).is_some_and(|row| row.new.name == *name),
        })
    }

    fn entry(&self, row: &NewAudit) -> HistoryEntry {
        let event = AuditEvent {
            id: row.id,
            at: row.at,
            actor: row.actor.clone(),
            action: row.action,
            team: row.team,
            environment: row.environment,
            operation: row.operation,
            subject: row.subject.clone(),
            changes: row.changes.clone(),
            ip: row.ip.clone(),
            request_id: row.request_id.clone(),
        };
        HistoryEntry {
            team_name: row.team.and_then(|team| self.teams.get(&team)).map(|team| team.name.clone()),
            environment_name: row.environment.and_then(|id| self.environments.get(&id)).map(|row| row.new.name.clone()),
            operation: row.operation.and_then(|id| self.operations.get(&id)).map(|row| row.in_short()),
            event,
        }
    }

    pub(super) fn history_people(&self, teams: Option<&[TeamId]>, limit: u32) -> Vec<PersonOption> {
        let came = |team: TeamId, person: PersonId| {
            self.audit.iter().any(|row| {
                let joins = matches!(row.action, Action::InvitationAccepted | Action::TeamCreated);
                joins && row.team == Some(team) && matches!(row.actor, Actor::Person { id, .. } if id == person)
            })
        };
        let belongs = |person| {
            let was_in = |team: &TeamId| self.members.contains_key(&(*team, person)) || came(*team, person);
            teams.is_none_or(|teams| teams.iter().any(was_in))
        };
        let people = self.people.values().filter(|person| belongs(person.id));
        let mut people: Vec<_> = people.map(|one| PersonOption { id: one.id, name: one.name.clone() }).collect();
        people.sort_by_key(|person| (person.name.to_lowercase(), person.id));
        people.truncate(limit as usize);
        people
    }

    pub(super) fn history_environments(&self, teams: Option<&[TeamId]>, limit: u32) -> Vec<String> {
        let rows = self.environments.values().map(|row| &row.new);
        let names: BTreeSet<String> = rows
            .filter(|new| teams.is_none_or(|teams| teams.contains(&new.team)))
            .map(|new| new.name.clone())
            .collect();
        names.into_iter().take(limit as usize).collect()
    }
}
