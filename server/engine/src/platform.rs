//! The installation itself: facts for every page, and what those see and change who look after it.

use crate::{
    Outside, Settings, audit,
    error::OrFault,
    policy::require,
    reconcile,
    worker::{BEAT_EVERY, BEAT_PREFIX},
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use model::{
    Fault, Outcome, PersonId, Principal,
    audit::Action,
    environment::{EnvironmentStatus, StateFilter},
    fault::Conflict,
    page::{PAGE_SIZE, Page},
    permission::Permission,
    platform::{Installation, PersonRow, PlatformOverview, Runner, Setting, TeamRow, Work},
    principal::PlatformRole,
    services::Platform,
};
use ports::store::{Beat, PersonRecord};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Most running operations that a page shows.
const RUNNING_SHOWN: u32 = 100;
/// Most failed operations that the overview shows.
const FAILED_SHOWN: u32 = 10;
/// How long a worker that stopped is still shown.
const WORKERS_SHOWN: TimeDelta = TimeDelta::hours(1);
/// How many turns somebody may miss before they are called silent; at least a minute.
const MISSED: i32 = 3;

pub(crate) struct PlatformService {
    outside: Outside,
    settings: Arc<Settings>,
    /// Once an installation is set up it stays so: no need to ask again for every page.
    set_up: AtomicBool,
}

impl PlatformService {
    pub(crate) fn new(outside: Outside, settings: Arc<Settings>) -> Self {
        Self { outside, settings, set_up: AtomicBool::new(false) }
    }

    async fn person(&self, person: PersonId) -> Outcome<PersonRecord> {
        self.outside.store.person_by_id(person).await.or_fault()?.ok_or(Fault::NotFound)
    }
}

/// States that the overview counts: ready ones by their health, deleted ones not at all.
fn counted() -> Vec<StateFilter> {
    let whole = [EnvironmentStatus::Ready, EnvironmentStatus::Deleted].map(StateFilter::Status);
    StateFilter::all().filter(|state| !whole.contains(state)).collect()
}

/// A worker or reconciler by its beat.
fn runner(beat: Beat, now: DateTime<Utc>) -> Runner {
    let worker = beat.name.strip_prefix(BEAT_PREFIX).map(str::to_owned);
    let every = match worker {
        Some(_) => Some(BEAT_EVERY),
        None => reconcile::SCHEDULE.iter().find(|(name, _)| *name == beat.name).map(|(_, every)| *every),
    };
    let patience = every.map(|every| (every * MISSED).max(TimeDelta::minutes(1)));
    Runner {
        is_worker: worker.is_some(),
        next: every.map(|every| beat.at + every),
        is_silent: patience.is_some_and(|patience| now - beat.at > patience),
        name: worker.unwrap_or(beat.name),
        last: beat.at,
        outcome: beat.outcome,
    }
}

#[async_trait]
impl Platform for PlatformService {
    async fn installation(&self) -> Outcome<Installation> {
        if !self.set_up.load(Ordering::Relaxed) && self.outside.store.is_set_up().await.or_fault()? {
            self.set_up.store(true, Ordering::Relaxed);
        }
        Ok(Installation {
            version: self.settings.version.clone(),
            endpoint_override: self.settings.endpoint_override.clone(),
            needs_setup: !self.set_up.load(Ordering::Relaxed),
        })
    }

    async fn overview(&self, who: &Principal) -> Outcome<PlatformOverview> {
        require(Permission::PlatformView, who)?;
        let (store, states) = (&self.outside.store, counted());
        let counts = store.environment_states(&states).await.or_fault()?;
        Ok(PlatformOverview {
            version: self.settings.version.clone(),
            counts: states.into_iter().zip(counts).collect(),
            running: store.operation_running(RUNNING_SHOWN).await.or_fault()?,
            failed: store.operation_failed(FAILED_SHOWN).await.or_fault()?,
            now: self.outside.clock.now(),
        })
    }

    async fn people(&self, who: &Principal, search: &str, after: Option<String>) -> Outcome<Page<PersonRow>> {
        require(Permission::PlatformView, who)?;
        let now = self.outside.clock.now();
        self.outside.store.person_list(search, now, after.as_deref(), PAGE_SIZE).await.or_fault()
    }

    async fn set_person_disabled(&self, who: &Principal, person: PersonId, disabled: bool) -> Outcome<()> {
        require(Permission::PlatformManage, who)?;
        if person == who.person {
            return Err(Fault::Conflict(Conflict::Oneself));
        }
        let found = self.person(person).await?;
        if found.disabled == disabled {
            return Ok(());
        }
        let action = if disabled { Action::PersonDisabled } else { Action::PersonEnabled };
        let entry = audit::by(who, self.outside.clock.now(), action, &found.name).done();
        self.outside.store.person_set_disabled(person, disabled, &entry).await.or_fault()
    }

    async fn set_platform_role(&self, who: &Principal, person: PersonId, role: Option<PlatformRole>) -> Outcome<()> {
        require(Permission::PlatformManage, who)?;
        let found = self.person(person).await?;
        if found.platform_role == role {
            return Ok(());
        }
        let word = |role: Option<PlatformRole>| role.map(|role| role.code().to_owned());
        let entry = audit::by(who, self.outside.clock.now(), Action::PlatformRoleChanged, &found.name)
            .change("platform role", word(found.platform_role), word(role))
            .done();
        self.outside.store.person_set_platform_role(person, role, &entry).await.or_fault()
    }

    async fn teams(&self, who: &Principal, after: Option<String>) -> Outcome<Page<TeamRow>> {
        require(Permission::PlatformView, who)?;
        self.outside.store.team_rows(after.as_deref(), PAGE_SIZE).await.or_fault()
    }

    async fn work(&self, who: &Principal) -> Outcome<Work> {
        require(Permission::PlatformView, who)?;
        let now = self.outside.clock.now();
        // Reconcilers never take a new name: however long ago, their last run is told.
        let beats = self.outside.store.worker_list(DateTime::UNIX_EPOCH).await.or_fault()?;
        let runners = beats.into_iter().map(|beat| runner(beat, now));
        Ok(Work {
            runners: runners.filter(|one| !one.is_worker || now - one.last <= WORKERS_SHOWN).collect(),
            running: self.outside.store.operation_running(RUNNING_SHOWN).await.or_fault()?,
            now,
        })
    }

    async fn configuration(&self, who: &Principal) -> Outcome<Vec<Setting>> {
        require(Permission::PlatformView, who)?;
        Ok(self.settings.configuration.clone())
    }
}
