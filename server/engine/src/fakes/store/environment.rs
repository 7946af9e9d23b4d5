//! Drafts, environments and their revisions.

use super::{Tables, drift::DriftRow, operation::OperationRow, refused, team::same};
use chrono::{DateTime, Utc};
use model::{
    AccountId, DraftId, EnvironmentId, PersonId, TeamId,
    environment::{EnvironmentStatus, EnvironmentSummary, Health, LastOperation, Receipt, Revision},
    fault::Conflict,
    operation::OperationKind,
    spec::Spec,
};
use ports::{
    StoreError, StoreResult,
    store::{
        DraftRecord, Due, EnvironmentRecord, KnownResource, NamedSecret, NewAudit, NewEnvironment, NewOperation,
        Observation, StoredSecret,
    },
};
use std::{collections::BTreeMap, mem::discriminant};

/// Most drafts that one look for stale ones returns.
const STALE_AT_ONCE: usize = 100;
/// The revision that an environment is made with.
const FIRST_REVISION: u32 = 1;

/// A revision with its template.
pub(super) struct RevisionRow {
    pub(super) number: u32,
    pub(super) spec: Spec,
    pub(super) template_body: String,
    pub(super) template_hash: String,
    pub(super) created: DateTime<Utc>,
    pub(super) created_by: PersonId,
}

pub(super) struct EnvironmentRow {
    pub(super) new: NewEnvironment,
    pub(super) status: EnvironmentStatus,
    /// Number of the revision in force.
    pub(super) revision: u32,
    /// Oldest first.
    pub(super) revisions: Vec<RevisionRow>,
    desired: u32,
    pub(super) health: Health,
    health_since: Option<DateTime<Utc>>,
    checked: Option<DateTime<Utc>>,
    /// When a look was last tried, with success or without: one that AWS does not answer for must not keep the others waiting.
    looked: Option<DateTime<Utc>>,
    reported_version: Option<String>,
    stack_id: Option<String>,
    outputs: BTreeMap<String, String>,
    llm_key: Option<StoredSecret>,
    sign_in_secret: Option<StoredSecret>,
    secrets: Vec<NamedSecret>,
    receipt: Option<Receipt>,
    resources: Vec<KnownResource>,
    doubts: u32,
    pub(super) drift: DriftRow,
}

impl EnvironmentRow {
    fn is_live(&self) -> bool {
        self.status != EnvironmentStatus::Deleted
    }

    /// The spec in force.
    fn spec(&self) -> &Spec {
        let in_force = self.revisions.iter().find(|revision| revision.number == self.revision);
        in_force.map_or(&self.new.spec, |revision| &revision.spec)
    }

    /// Keeps the end of an operation.
    pub(super) fn settle(&mut self, end: &ports::store::OperationEnd) {
        self.status = end.environment_status;
        self.desired = end.desired.unwrap_or(self.desired);
        self.revision = end.revision.unwrap_or(self.revision);
        if let Some(health) = &end.health {
            self.see(&Observation {
                environment: self.new.id,
                health: health.clone(),
                reported_version: end.reported_version.clone(),
                checked: (*health != Health::NotChecked).then_some(end.at),
                at: end.at,
                doubts: 0,
            });
        }
        if end.receipt.is_some() {
            self.receipt.clone_from(&end.receipt);
        }
    }

    /// Keeps a look. Returns whether the kind of health changed.
    fn see(&mut self, seen: &Observation) -> bool {
        let other_kind = discriminant(&self.health) != discriminant(&seen.health);
        if other_kind {
            self.health_since = Some(seen.at);
        }
        self.health.clone_from(&seen.health);
        if seen.reported_version.is_some() {
            self.reported_version.clone_from(&seen.reported_version);
        }
        self.checked = seen.checked.max(self.checked);
        self.looked = seen.looked();
        self.doubts = seen.doubts;
        other_kind
    }
}

impl Tables {
    pub(super) fn draft_put(&mut self, draft: &DraftRecord, audit: Option<&NewAudit>) -> StoreResult<()> {
        let of_another = self.drafts.get(&draft.id).is_some_and(|known| known.owner != draft.owner);
        if of_another || self.environments.contains_key(&draft.id.into()) {
            return Err(StoreError::NotFound);
        }
        self.drafts.insert(draft.id, draft.clone());
        audit.into_iter().for_each(|audit| self.log(audit));
        Ok(())
    }

    pub(super) fn draft_stale(&self, before: DateTime<Utc>) -> Vec<DraftRecord> {
        let mut stale: Vec<DraftRecord> =
            self.drafts.values().filter(|draft| draft.updated < before).cloned().collect();
        stale.sort_by_key(|draft| (draft.updated, draft.id));
        stale.truncate(STALE_AT_ONCE);
        stale
    }

    pub(super) fn draft_delete(&mut self, draft: DraftId, audit: Option<&NewAudit>) -> StoreResult<()> {
        self.drafts.remove(&draft).ok_or(StoreError::NotFound)?;
        audit.into_iter().for_each(|audit| self.log(audit));
        Ok(())
    }

    pub(super) fn environment_name_taken(&self, team: TeamId, name: &str) -> bool {
        self.environments.values().any(|row| row.is_live() && row.new.team == team && same(&row.new.name, name))
    }

    pub(super) fn environment_ranges(&self, account: AccountId, region: &str) -> Vec<(String, String)> {
        self.environments
            .values()
            .filter(|row| row.is_live() && row.new.account == account && row.new.region == region)
            .filter(|row| row.spec().network.existing.is_none())
            .map(|row| (row.new.name.clone(), row.spec().network.cidr.to_string()))
            .collect()
    }

    pub(super) fn environment_create(&mut self, new: &NewEnvironment, audit: &NewAudit) -> StoreResult<()> {
        // Asked first: of a form that is posted twice, the name is taken by its own environment.
        if self.drafts.get(&new.draft).is_none_or(|draft| draft.owner != new.created_by) {
            return Err(StoreError::Conflict(Conflict::ChangedMeanwhile));
        }
        if self.environment_name_taken(new.team, &new.name) {
            return Err(StoreError::Taken { field: "name" });
        }
        if !self.teams.contains_key(&new.team) || !self.accounts.contains_key(&new.account) {
            return Err(refused("an environment without team or account"));
        }
        self.drafts.remove(&new.draft);
        let row = EnvironmentRow {
            new: new.clone(),
            status: EnvironmentStatus::Creating,
            revision: FIRST_REVISION,
            revisions: vec![RevisionRow {
                number: FIRST_REVISION,
                spec: new.spec.clone(),
                template_body: new.template_body.clone(),
                template_hash: new.template_hash.clone(),
                created: new.created,
                created_by: new.created_by,
            }],
            desired: 1,
            health: Health::NotChecked,
            health_since: None,
            checked: None,
            looked: None,
            reported_version: None,
            stack_id: None,
            outputs: BTreeMap::new(),
            llm_key: new.llm_key.clone(),
            sign_in_secret: new.sign_in_secret.clone(),
            secrets: new.secrets.clone(),
            receipt: None,
            resources: Vec::new(),
            doubts: 0,
            drift: DriftRow::default(),
        };
        self.environments.insert(new.id, row);
        let operation = NewOperation {
            id: new.operation,
            environment: new.id,
            kind: OperationKind::Create,
            requested_by: new.created_by,
            requested: new.created,
            delete_options: None,
            retry_of: None,
            desired: None,
            revision: None,
            new_revision: None,
            done: Vec::new(),
            environment_status: EnvironmentStatus::Creating,
            allowed_from: Vec::new(),
        };
        self.operations.insert(new.operation, OperationRow::new(operation, None));
        self.log(audit);
        self.tell(new.id, Some(new.operation));
        Ok(())
    }

    pub(super) fn summary(&self, row: &EnvironmentRow) -> EnvironmentSummary {
        let new = &row.new;
        let newest = self
            .operations
            .values()
            .filter(|operation| operation.new.environment == new.id)
            .max_by_key(|operation| (operation.new.requested, operation.new.id));
        EnvironmentSummary {
            id: new.id,
            name: new.name.clone(),
            team: new.team,
            team_name: self.team_name(new.team),
            account: new.account,
            account_name: self.accounts.get(&new.account).map(|account| account.name.clone()).unwrap_or_default(),
            region: new.region.clone(),
            status: row.status,
            health: row.health.clone(),
            health_since: row.health_since,
            checked: row.checked,
            spec: row.spec().clone(),
            desired: row.desired,
            reported_version: row.reported_version.clone(),
            created: new.created,
            created_by: self.person_name(new.created_by),
            last_operation: newest.map(|operation| LastOperation {
                id: operation.new.id,
                kind: operation.new.kind,
                status: operation.status,
                requested_by: self.person_name(operation.new.requested_by),
                requested_by_id: Some(operation.new.requested_by),
                at: operation.new.requested,
            }),
            drifted: row.drift.drifted(),
        }
    }

    pub(super) fn environment_get(&self, environment: EnvironmentId) -> Option<EnvironmentRecord> {
        let row = self.environments.get(&environment)?;
        Some(EnvironmentRecord {
            summary: self.summary(row),
            revision: row.revision,
            stack_name: row.new.stack_name.clone(),
            stack_id: row.stack_id.clone(),
            outputs: row.outputs.clone(),
            llm_key: row.llm_key.clone(),
            sign_in_secret: row.sign_in_secret.clone(),
            secrets: row.secrets.clone(),
            receipt: row.receipt.clone(),
            doubts: row.doubts,
        })
    }

    /// Whether it should be up and nothing is being done to it: looking at others would be for nothing.
    pub(super) fn is_settled(&self, row: &EnvironmentRow) -> bool {
        row.status == EnvironmentStatus::Ready && self.active(row.new.id).is_none()
    }

    pub(super) fn environment_due(&mut self, due: &Due) -> Vec<EnvironmentRecord> {
        let is_due = |row: &&EnvironmentRow| {
            let before = if row.doubts > 0 { due.doubted_before } else { due.before };
            let old = row.looked.is_none_or(|looked| looked < before);
            let left_alone =
                due.except.iter().any(|(account, region)| *account == row.new.account && *region == row.new.region);
            old && !left_alone && self.is_settled(row)
        };
        let mut taken: Vec<_> = self.environments.values().filter(is_due).map(|row| (row.looked, row.new.id)).collect();
        taken.sort_unstable();
        taken.truncate(due.limit as usize);
        for (_, id) in &taken {
            if let Some(row) = self.environments.get_mut(id) {
                row.looked = Some(due.at);
            }
        }
        taken.into_iter().filter_map(|(_, id)| self.environment_get(id)).collect()
    }

    pub(super) fn environment_set_stack(
        &mut self,
        environment: EnvironmentId,
        stack_id: &str,
        outputs: &BTreeMap<String, String>,
        resources: &[KnownResource],
    ) -> StoreResult<()> {
        let row = self.environments.get_mut(&environment).ok_or(StoreError::NotFound)?;
        let changed = row.stack_id.as_deref() != Some(stack_id) || row.outputs != *outputs;
        row.stack_id = Some(stack_id.to_owned());
        row.outputs.clone_from(outputs);
        for resource in resources {
            if !row.resources.contains(resource) {
                row.resources.push(resource.clone());
            }
        }
        if changed {
            self.tell(environment, None);
        }
        Ok(())
    }

    pub(super) fn environment_resources(&self, environment: EnvironmentId) -> Vec<KnownResource> {
        self.environments.get(&environment).map(|row| row.resources.clone()).unwrap_or_default()
    }

    pub(super) fn environment_observe(&mut self, seen: &Observation, audit: &NewAudit) -> StoreResult<()> {
        let busy = self.active(seen.environment).is_some();
        let row = self.environments.get_mut(&seen.environment).ok_or(StoreError::NotFound)?;
        if busy || !row.is_live() {
            return Ok(());
        }
        let before = (row.health.clone(), row.reported_version.clone());
        let other_kind = row.see(seen);
        let changed = before != (row.health.clone(), row.reported_version.clone());
        if other_kind {
            self.log(audit);
        }
        if changed {
            self.tell(seen.environment, None);
        }
        Ok(())
    }

    pub(super) fn environment_keep_secret(
        &mut self,
        environment: EnvironmentId,
        secret: &NamedSecret,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        let row = self.environments.get_mut(&environment).ok_or(StoreError::NotFound)?;
        row.secrets.retain(|one| one.name != secret.name);
        row.secrets.push(secret.clone());
        self.log(audit);
        self.tell(environment, None);
        Ok(())
    }

    pub(super) fn environment_drop_secret(
        &mut self,
        environment: EnvironmentId,
        name: &str,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        let row = self.environments.get_mut(&environment).ok_or(StoreError::NotFound)?;
        let before = row.secrets.len();
        row.secrets.retain(|one| one.name != name);
        if row.secrets.len() == before {
            return Err(StoreError::NotFound);
        }
        self.log(audit);
        self.tell(environment, None);
        Ok(())
    }

    pub(super) fn environment_forget_secrets(
        &mut self,
        environment: EnvironmentId,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        let row = self.environments.get_mut(&environment).ok_or(StoreError::NotFound)?;
        // A step that is run again after a crash finds it forgotten already: there is nothing to tell of then.
        let had_sign_in = row.sign_in_secret.take().is_some();
        if row.llm_key.take().is_some() | had_sign_in | !std::mem::take(&mut row.secrets).is_empty() {
            self.log(audit);
        }
        Ok(())
    }

    pub(super) fn revision_list(&self, environment: EnvironmentId) -> Vec<Revision> {
        let rows = self.environments.get(&environment).into_iter();
        rows.flat_map(|row| row.revisions.iter().rev())
            .map(|revision| Revision {
                number: revision.number,
                spec: revision.spec.clone(),
                created: revision.created,
                created_by: self.person_name(revision.created_by),
                template_hash: revision.template_hash.clone(),
            })
            .collect()
    }

    pub(super) fn revision_template(&self, environment: EnvironmentId, revision: u32) -> Option<String> {
        let revisions = &self.environments.get(&environment)?.revisions;
        revisions.iter().find(|row| row.number == revision).map(|row| row.template_body.clone())
    }
}
