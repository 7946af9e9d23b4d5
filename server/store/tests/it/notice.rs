//! Changes reach those who subscribed.

use crate::world::{World, at, audit, deletion, draft_of, environment};
use model::{
    EnvironmentId, OperationId,
    audit::Action,
    environment::{EnvironmentStatus, Health},
    notice::Notice,
    operation::{EventKind, OperationStatus, StepKind},
};
use ports::{
    Store,
    store::{Notices, Observation},
};
use sqlx::PgPool;
use std::{collections::BTreeMap, time::Duration};

/// The next notice, if one comes soon.
async fn next(notices: &mut Box<dyn Notices>) -> Option<Notice> {
    tokio::time::timeout(Duration::from_secs(5), notices.next()).await.expect("a notice comes")
}

/// Asserts that no notice has come.
async fn quiet(notices: &mut Box<dyn Notices>) {
    let waited = tokio::time::timeout(Duration::from_millis(150), notices.next()).await;
    assert!(waited.is_err(), "nobody needs to hear of this: {waited:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_happens_to_a_team_itself_is_announced(pool: PgPool) {
    let world = World::new(pool).await;
    let mut notices = world.store.notices().await.expect("subscribes");
    let mut entry = audit(Action::MemberInvited);
    world.store.audit_write(&entry).await.expect("kept");
    quiet(&mut notices).await;
    (entry.id, entry.team) = (model::AuditId(uuid::Uuid::now_v7()), Some(world.team));
    world.store.audit_write(&entry).await.expect("kept");
    assert_eq!(next(&mut notices).await, Some(Notice::of_team(world.team)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn each_change_of_an_operation_or_environment_is_announced(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let mut notices = store.notices().await.expect("subscribes");
    let new = world.creating("agents").await;
    let about = |operation: Option<OperationId>| Some(Notice { team: world.team, environment: new.id, operation });
    let of_operation = about(Some(new.operation));
    assert_eq!(next(&mut notices).await, of_operation, "created");
    world.claim("worker").await.expect("there is one");
    assert_eq!(next(&mut notices).await, of_operation, "claimed");
    store.step_begin(new.operation, "worker", StepKind::CheckAccount, at(11)).await.expect("begins");
    assert_eq!(next(&mut notices).await, of_operation, "begun");
    store.step_end(new.operation, "worker", StepKind::CheckAccount, true, at(12)).await.expect("ends");
    assert_eq!(next(&mut notices).await, of_operation, "ended");
    let events = [(at(12), EventKind::StepFinished { step: StepKind::CheckAccount })];
    store.event_append(new.operation, &events).await.expect("appends");
    assert_eq!(next(&mut notices).await, of_operation, "event");
    store.environment_set_stack(new.id, "arn:stack", &BTreeMap::new(), &[]).await.expect("is kept");
    assert_eq!(next(&mut notices).await, about(None), "stack");
    store.environment_set_stack(new.id, "arn:stack", &BTreeMap::new(), &[]).await.expect("is kept");
    quiet(&mut notices).await;
    store.operation_hand_back("worker", at(13)).await.expect("hands back");
    assert_eq!(next(&mut notices).await, of_operation, "handed back");
    world.claim("worker").await.expect("there is one");
    assert_eq!(next(&mut notices).await, of_operation, "claimed again");
    store
        .operation_request_cancel(new.operation, "Olive", at(14), &audit(Action::OperationCancelRequested))
        .await
        .expect("asks");
    assert_eq!(next(&mut notices).await, of_operation, "cancel");
    world.finish(new.operation, "worker", OperationStatus::Succeeded, EnvironmentStatus::Ready).await;
    assert_eq!(next(&mut notices).await, of_operation, "finished");
    observe(&world, new.id, Health::Gone).await;
    assert_eq!(next(&mut notices).await, about(None), "health");
    observe(&world, new.id, Health::Gone).await;
    quiet(&mut notices).await;
    let deletion = deletion(&world, new.id);
    store.operation_start(&deletion, &audit(Action::EnvironmentDeleteRequested)).await.expect("starts");
    assert_eq!(next(&mut notices).await, about(Some(deletion.id)), "started");
}

async fn observe(world: &World, environment: EnvironmentId, health: Health) {
    let observation =
        Observation { environment, health, reported_version: None, checked: Some(at(50)), at: at(50), doubts: 0 };
    let entry = audit(Action::EnvironmentHealthChanged);
    world.store.environment_observe(&observation, &entry).await.expect("is kept");
}

#[sqlx::test(migrations = "../../migrations")]
async fn nothing_is_announced_of_what_did_not_take_place(pool: PgPool) {
    let world = World::new(pool).await;
    let mut notices = world.store.notices().await.expect("subscribes");
    let refused = audit(Action::EnvironmentCreateRequested);
    world.store.audit_write(&refused).await.expect("the first is kept");
    let draft = draft_of(&world);
    world.store.draft_put(&draft, None).await.expect("is kept");
    let new = environment(&world, &draft, "agents");
    world.store.environment_create(&new, &refused).await.expect_err("its audit event is refused");
    quiet(&mut notices).await;
}
