//! `kill -9` at every call of every operation: another worker goes on, nothing is made twice, nothing is forgotten.

use super::{
    stage::{Stage, services_of, stage, work},
    update::larger,
};
use crate::fakes::{Gate, World};
use model::{
    OperationId,
    audit::Action,
    environment::{DeleteOptions, EnvironmentStatus, Health},
    operation::{EventKind, OperationStatus, StepStatus},
};
use std::{collections::BTreeSet, time::Duration};

/// Longer than a lease.
const AFTER_THE_LEASE: Duration = Duration::from_secs(31);

/// Lets a worker die at the n-th call, and another one go on after the lease. Returns whether the first one died at all.
async fn work_with_a_death_at(world: &World, n: usize) -> bool {
    let gate = Gate::crash_at(n);
    let doomed = world.process(&gate);
    let died = tokio::select! {
        () = work(&doomed, "worker one") => false,
        () = gate.crashed() => true,
    };
    world.clock.advance(AFTER_THE_LEASE);
    work(world, "worker two").await;
    died
}

async fn assert_history_is_whole(stage: &Stage, operation: OperationId, n: usize) {
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded, "death at call {n}: {:?}", view.summary.cause);
    assert!(view.steps.iter().all(|step| step.status == StepStatus::Succeeded), "death at call {n}");
    let mut seen = BTreeSet::new();
    for event in &view.events {
        if let EventKind::Stack { event_id, .. } = &event.what {
            assert!(seen.insert(event_id.clone()), "death at call {n}: event {event_id} twice");
        }
    }
    let ends = stage
        .world
        .store
        .audit()
        .into_iter()
        .filter(|entry| entry.operation == Some(operation) && entry.action == Action::OperationSucceeded);
    assert_eq!(ends.count(), 1, "death at call {n}: one end in the history");
}

#[tokio::test]
async fn a_creation_survives_a_death_at_every_call() {
    let mut n = 0;
    loop {
        n += 1;
        let stage = stage();
        let operation = stage.request(&stage.world.operator, "alpha").await;
        let died = work_with_a_death_at(&stage.world, n).await;
        assert_history_is_whole(&stage, operation, n).await;
        let environment = stage.operation(operation).await.summary.environment;
        let detail = stage.detail(environment).await;
        assert_eq!(detail.summary.status, EnvironmentStatus::Ready, "death at call {n}");
        assert_eq!(detail.summary.reported_version.as_deref(), Some("1.25.0"), "death at call {n}");
        let effects = stage.world.cloud.effects();
        assert_eq!((effects.stacks_made, effects.change_sets_executed), (1, 1), "death at call {n}");
        if !died {
            break;
        }
    }
    assert!(n > 60, "the worker makes more calls than {n}");
}

#[tokio::test]
async fn a_deletion_survives_a_death_at_every_call() {
    let keep_nothing = DeleteOptions { keep_database_snapshot: false, keep_files: false, keep_bucket: false };
    let mut n = 0;
    loop {
        n += 1;
        let stage = stage();
        let environment = stage.ready("alpha").await;
        let operation = stage.delete(environment, keep_nothing).await;
        let died = work_with_a_death_at(&stage.world, n).await;
        assert_history_is_whole(&stage, operation, n).await;
        let detail = stage.detail(environment).await;
        assert_eq!(detail.summary.status, EnvironmentStatus::Deleted, "death at call {n}");
        assert_eq!(detail.receipt.expect("a receipt").leftovers, [], "death at call {n}");
        assert_eq!(stage.world.cloud.everything(), Vec::<String>::new(), "death at call {n}");
        assert_eq!(stage.world.cloud.effects().stacks_deleted, 1, "death at call {n}");
        if !died {
            break;
        }
    }
    assert!(n > 60, "the worker makes more calls than {n}");
}

#[tokio::test]
async fn scaling_survives_a_death_at_every_call() {
    for (first, then, health) in [(None, "0", Health::Paused), (Some("0"), "1", Health::Healthy)] {
        let mut n = 0;
        loop {
            n += 1;
            let stage = stage();
            let environment = stage.ready("alpha").await;
            if let Some(first) = first {
                stage.scaled(environment, first).await;
            }
            let scaled = stage.world.cloud.effects().services_scaled;
            let operation = stage.scale(environment, then).await;
            let died = work_with_a_death_at(&stage.world, n).await;
            assert_history_is_whole(&stage, operation, n).await;
            let summary = stage.detail(environment).await.summary;
            assert_eq!((summary.status, &summary.health), (EnvironmentStatus::Ready, &health), "death at call {n}");
            assert_eq!(summary.desired.to_string(), then, "death at call {n}");
            assert_eq!(stage.world.cloud.effects().services_scaled, scaled + 1, "death at call {n}");
            if !died {
                break;
            }
        }
        assert!(n > 20, "the worker makes more calls than {n}");
    }
}

#[tokio::test]
async fn an_update_survives_a_death_at_every_call() {
    let mut n = 0;
    loop {
        n += 1;
        let stage = stage();
        let environment = stage.ready("alpha").await;
        let form = larger(&stage, environment).await;
        let operation = stage.update(environment, &form).await;
        let died = work_with_a_death_at(&stage.world, n).await;
        assert_history_is_whole(&stage, operation, n).await;
        let detail = stage.detail(environment).await;
        assert_eq!((detail.summary.status, detail.revision), (EnvironmentStatus::Ready, 2), "death at call {n}");
        assert_eq!(detail.summary.health, Health::Healthy, "death at call {n}");
        let effects = stage.world.cloud.effects();
        assert_eq!((effects.change_sets_made, effects.change_sets_executed), (2, 2), "death at call {n}");
        if !died {
            break;
        }
    }
    assert!(n > 40, "the worker makes more calls than {n}");
}

/// The process dies while it saves, plans or creates: whatever was answered is so, and posting again ends in one environment.
#[tokio::test]
async fn a_request_survives_a_death_at_every_call() {
    let mut n = 0;
    loop {
        n += 1;
        let stage = stage();
        let who = stage.world.operator.clone();
        let (draft, hash) = stage.plan(&who, "alpha").await;
        let gate = Gate::crash_at(n);
        let doomed = services_of(&stage.world.process(&gate));
        let died = tokio::select! {
            created = doomed.environments.create(&who, draft, &hash) => { created.expect("created"); false }
            () = gate.crashed() => true,
        };
        let operation = stage.services.environments.create(&who, draft, &hash).await.expect("posted again");
        work(&stage.world, "worker one").await;
        assert_history_is_whole(&stage, operation, n).await;
        assert_eq!(stage.world.cloud.effects().stacks_made, 1, "death at call {n}");
        if !died {
            break;
        }
    }
    assert!(n > 5, "creating makes more calls than {n}");
}
