//! Who holds an operation, and what a worker that lost it can no longer do.

use crate::world::{World, assert_conflict, assert_not_found, at, audit, end};
use model::{
    OperationId,
    audit::Action,
    environment::EnvironmentStatus,
    fault::Conflict,
    operation::{OperationStatus, StepKind, StepStatus},
};
use ports::Store;
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

#[sqlx::test(migrations = "../../migrations")]
async fn a_lease_that_ran_out_is_claimed_again_and_its_old_holder_is_refused(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let id = world.creating("agents").await.operation;
    let first = store.operation_claim("first", at(10), at(40)).await.expect("claims").expect("there is one");
    assert_eq!((first.summary.id, first.summary.status), (id, OperationStatus::Running));
    assert_eq!(first.lease, Some(("first".to_owned(), at(40))));
    assert_eq!(first.summary.started, Some(at(10)));
    assert!(store.operation_claim("second", at(39), at(80)).await.expect("claims").is_none(), "it is held");
    assert!(store.operation_extend(id, "first", at(60)).await.expect("answers"));
    assert!(store.operation_claim("second", at(59), at(80)).await.expect("claims").is_none(), "it was extended");

    assert_eq!(store.step_begin(id, "first", StepKind::CheckAccount, at(11)).await.expect("begins"), None);
    let found = json!({ "stack": "arn" });
    store.step_note(id, "first", StepKind::CheckAccount, &found).await.expect("notes");

    let second = store.operation_claim("second", at(60), at(90)).await.expect("claims").expect("it ran out");
    assert_eq!(second.summary.started, Some(at(10)), "it began when it was claimed first");
    assert!(!store.operation_extend(id, "first", at(99)).await.expect("answers"), "another one has it");
    let entry = audit(Action::OperationSucceeded);
    let step = StepKind::CheckAccount;
    assert_conflict(store.step_begin(id, "first", step, at(61)).await, Conflict::ChangedMeanwhile);
    assert_conflict(store.step_note(id, "first", step, &json!(1)).await, Conflict::ChangedMeanwhile);
    assert_conflict(store.step_end(id, "first", step, true, at(61)).await, Conflict::ChangedMeanwhile);
    let stale = end(id, "first", OperationStatus::Succeeded, EnvironmentStatus::Ready);
    assert_conflict(store.operation_finish(&stale, &entry).await, Conflict::ChangedMeanwhile);
    assert_eq!(world.audits(Action::OperationSucceeded).await, 0);

    assert_eq!(store.step_begin(id, "second", step, at(62)).await.expect("begins"), Some(found));
    store.step_end(id, "second", step, true, at(63)).await.expect("ends");
    let done = &world.operation(id).await.steps[0];
    assert_eq!((done.kind, done.status, done.attempts), (step, StepStatus::Succeeded, 2));
    assert_eq!((done.started, done.finished), (Some(at(11)), Some(at(63))));
    world.finish(id, "second", OperationStatus::Succeeded, EnvironmentStatus::Ready).await;
    assert_eq!(world.operation(id).await.lease, None);
    assert!(!store.operation_extend(id, "second", at(99)).await.expect("answers"), "it is over");
    assert_conflict(store.operation_finish(&stale, &entry).await, Conflict::ChangedMeanwhile);
    assert!(store.operation_claim("third", at(10_000), at(10_001)).await.expect("claims").is_none());
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_handed_back_is_claimed_at_once(pool: PgPool) {
    let world = World::new(pool).await;
    let (one, two, other) = (world.creating("one").await, world.creating("two").await, world.creating("three").await);
    for expected in [&one, &two] {
        assert_eq!(world.claim("leaving").await.expect("there is one").summary.id, expected.operation, "oldest first");
    }
    assert_eq!(world.claim("staying").await.expect("there is one").summary.id, other.operation);
    assert_eq!(world.store.operation_hand_back("leaving", at(11)).await.expect("hands back"), 2);
    assert_eq!(world.store.operation_hand_back("leaving", at(11)).await.expect("hands back"), 0);
    assert_eq!(world.claim("next").await.expect("there is one").summary.id, one.operation);
    assert_eq!(world.claim("next").await.expect("there is one").summary.id, two.operation);
    assert!(world.claim("next").await.is_none(), "the third is held");
}

#[sqlx::test(migrations = "../../migrations")]
async fn steps_of_no_operation_are_not_found(pool: PgPool) {
    let world = World::new(pool).await;
    let nowhere = OperationId(Uuid::now_v7());
    assert_not_found(world.store.step_begin(nowhere, "w", StepKind::Probe, at(0)).await);
    let end = end(nowhere, "w", OperationStatus::Failed, EnvironmentStatus::Failed);
    assert_not_found(world.store.operation_finish(&end, &audit(Action::OperationFailed)).await);
    assert_not_found(world.store.event_append(nowhere, &[]).await);
    assert!(!world.store.operation_extend(nowhere, "w", at(1)).await.expect("answers"));
    // A step of another kind of operation.
    let id = world.creating("agents").await.operation;
    world.claim("w").await.expect("there is one");
    assert_not_found(world.store.step_begin(id, "w", StepKind::Sweep, at(0)).await);
    assert_not_found(world.store.step_end(id, "w", StepKind::Sweep, true, at(0)).await);
}
