//! Carries out operations: claims them one by one, holds each by a lease, hands back what it holds when it stops.

pub use crate::executor::Pace;
use crate::{Outside, executor, mirror};
use chrono::{DateTime, TimeDelta, Utc};
use model::{MirrorId, OperationId, operation::OperationSummary};
use ports::{
    StoreResult,
    store::{MirrorRecord, OperationRecord},
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Notify, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// Names under which workers leave their beats start with this.
pub const BEAT_PREFIX: &str = "worker ";

/// How often a worker leaves its beat.
pub(crate) const BEAT_EVERY: TimeDelta = TimeDelta::seconds(10);

/// How a worker keeps time.
#[derive(Clone, Copy, Debug)]
pub struct Rhythm {
    /// How long a claim holds without a heartbeat: after `kill -9` another worker goes on when it has run out.
    pub lease: Duration,
    /// How often the claim is renewed.
    pub heartbeat: Duration,
    /// How long to wait for a notice before looking for work anyway.
    pub idle: Duration,
    /// How many operations run at once in this process.
    pub at_once: usize,
    /// How many images are copied at once in this process.
    pub copies_at_once: usize,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            heartbeat: Duration::from_secs(8),
            idle: Duration::from_secs(2),
            at_once: 16,
            copies_at_once: 2,
        }
    }
}

/// One worker of one process.
pub struct Worker {
    outside: Outside,
    /// Unique to this process's life, so that a successor never takes its leases for its own.
    name: String,
    rhythm: Rhythm,
    pace: Pace,
}

impl Worker {
    /// A worker of this name.
    pub fn new(outside: Outside, name: String, rhythm: Rhythm, pace: Pace) -> Self {
        Self { outside, name, rhythm, pace }
    }

    /// Works until told to stop, then hands back what it holds.
    pub async fn run(self, stop: CancellationToken) {
        let beat = format!("{BEAT_PREFIX}{}", self.name);
        let mut running = JoinSet::new();
        let mut copying = JoinSet::new();
        let mut next_beat = self.outside.clock.now();
        // Work that is asked for wakes the worker; the idle time is for notices that were missed, and for leases that run out.
        let wake = Arc::new(Notify::new());
        let ear = tokio::spawn(listen(self.outside.clone(), self.rhythm.idle, wake.clone()));
        while !stop.is_cancelled() {
            let now = self.outside.clock.now();
            if now >= next_beat {
                let outcome = format!("{} running, {} being copied", running.len(), copying.len());
                if let Err(error) = self.outside.store.worker_beat(&beat, now, &outcome).await {
                    tracing::warn!(%error, "the worker could not leave its beat");
                }
                next_beat = now + BEAT_EVERY;
            }
            while running.try_join_next().is_some() {}
            while copying.try_join_next().is_some() {}
            if running.len() < self.rhythm.at_once
                && let Some(operation) = self.claim().await
            {
                log(&operation.summary, "claimed");
                running.spawn(hold(self.outside.clone(), self.name.clone(), self.rhythm, self.pace, operation));
                continue;
            }
            if copying.len() < self.rhythm.copies_at_once
                && let Some(copy) = self.claim_copy().await
            {
                tracing::info!(mirror = %copy.mirror.id, "copy claimed");
                copying.spawn(hold_copy(self.outside.clone(), self.name.clone(), self.rhythm, self.pace, copy));
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = wake.notified() => {}
                () = self.outside.clock.sleep(self.rhythm.idle) => {}
                Some(_) = running.join_next() => {}
                Some(_) = copying.join_next() => {}
            }
        }
        ear.abort();
        // Steps may be cut off anywhere: whoever goes on finds out what took place.
        running.shutdown().await;
        copying.shutdown().await;
        if let Err(error) = self.outside.store.mirror_hand_back(&self.name).await {
            tracing::warn!(%error, "copies could not be handed back; their leases will run out");
        }
        match self.outside.store.operation_hand_back(&self.name, self.outside.clock.now()).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "operations handed back"),
            Err(error) => tracing::warn!(%error, "operations could not be handed back; their leases will run out"),
        }
    }

    async fn claim(&self) -> Option<OperationRecord> {
        let now = self.outside.clock.now();
        match self.outside.store.operation_claim(&self.name, now, now + lease(self.rhythm)).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!(%error, "no operation could be claimed");
                None
            }
        }
    }
}

impl Worker {
    async fn claim_copy(&self) -> Option<MirrorRecord> {
        let now = self.outside.clock.now();
        match self.outside.store.mirror_claim(&self.name, now, now + lease(self.rhythm)).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!(%error, "no copy could be claimed");
                None
            }
        }
    }
}

/// Wakes the worker whenever something about an operation has changed, which may be that it waits for a worker.
async fn listen(outside: Outside, again: Duration, wake: Arc<Notify>) {
    loop {
        match outside.store.notices().await {
            Ok(mut notices) => loop {
                // A gap may hide anything, so that it wakes too.
                if notices.next().await.is_none_or(|notice| notice.operation.is_some()) {
                    wake.notify_one();
                }
            },
            Err(error) => tracing::debug!(%error, "the worker could not subscribe to changes; trying again"),
        }
        outside.clock.sleep(again).await;
    }
}

fn lease(rhythm: Rhythm) -> TimeDelta {
    TimeDelta::from_std(rhythm.lease).unwrap_or(TimeDelta::seconds(30))
}

fn log(summary: &OperationSummary, what: &str) {
    tracing::info!(
        operation = %summary.id,
        environment = %summary.environment,
        kind = summary.kind.code(),
        "operation {what}"
    );
}

/// What a worker holds by a lease.
#[derive(Clone, Copy, Debug)]
enum Held {
    Operation(OperationId),
    Copy(MirrorId),
}

impl Held {
    async fn extend(self, outside: &Outside, worker: &str, until: DateTime<Utc>) -> StoreResult<bool> {
        match self {
            Self::Operation(id) => outside.store.operation_extend(id, worker, until).await,
            Self::Copy(id) => outside.store.mirror_extend(id, worker, until).await,
        }
    }
}

/// Carries out one operation while renewing its lease; stops at once when the lease is lost.
async fn hold(outside: Outside, worker: String, rhythm: Rhythm, pace: Pace, operation: OperationRecord) {
    let summary = operation.summary.clone();
    tokio::select! {
        () = executor::execute(&outside, &worker, operation, pace) => log(&summary, "let go"),
        () = keep_lease(&outside, &worker, rhythm, Held::Operation(summary.id)) => log(&summary, "lost to another worker"),
    }
}

/// The same for a copy of an image.
async fn hold_copy(outside: Outside, worker: String, rhythm: Rhythm, pace: Pace, copy: MirrorRecord) {
    let id = copy.mirror.id;
    tokio::select! {
        () = mirror::execute(&outside, &worker, copy, pace) => tracing::info!(mirror = %id, "copy let go"),
        () = keep_lease(&outside, &worker, rhythm, Held::Copy(id)) => tracing::info!(mirror = %id, "copy lost to another worker"),
    }
}

/// Renews the lease for as long as it can be; returns when another worker has what was held.
async fn keep_lease(outside: &Outside, worker: &str, rhythm: Rhythm, held: Held) {
    let mut held_until = outside.clock.now() + lease(rhythm);
    loop {
        outside.clock.sleep(rhythm.heartbeat).await;
        let now = outside.clock.now();
        match held.extend(outside, worker, now + lease(rhythm)).await {
            Ok(true) => held_until = now + lease(rhythm),
            Ok(false) => return,
            // Without an answer the lease must be taken for lost once it has run out, since another worker may have it.
            Err(_) if now >= held_until => return,
            Err(error) => tracing::warn!(%error, ?held, "the lease could not be renewed; trying again"),
        }
    }
}
