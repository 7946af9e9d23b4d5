//! Operations: what starting, cancelling and ending one does, its events, and how long past ones took.

use crate::world::{World, assert_conflict, assert_not_found, at, audit, deletion, end};
use model::{
    EnvironmentId, OperationId,
    audit::Action,
    cause::{Cause, ProbeAnswer, StackHint},
    environment::{DeleteOptions, EnvironmentStatus, Health, Leftover, Receipt},
    fault::Conflict,
    operation::{EventKind, OperationKind, OperationStatus, StepKind, StepStatus},
};
use ports::{
    Store,
    store::{Due, NewOperation, NewRevision, OperationEnd},
};
use sqlx::PgPool;
use uuid::Uuid;

fn statuses(record: &ports::store::OperationRecord) -> Vec<StepStatus> {
    record.steps.iter().map(|step| step.status).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_failed_operation_keeps_its_cause_and_can_be_tried_again_from_where_it_stopped(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let new = world.creating("agents").await;
    world.claim("worker").await.expect("there is one");
    for (step, succeeded) in [(StepKind::CheckAccount, true), (StepKind::PrepareStack, false)] {
        store.step_begin(new.operation, "worker", step, at(11)).await.expect("begins");
        store.step_end(new.operation, "worker", step, succeeded, at(12)).await.expect("ends");
    }
    store.step_begin(new.operation, "worker", StepKind::StartStack, at(13)).await.expect("begins");
    let cause = Cause::StackFailed {
        status: "ROLLBACK_COMPLETE".into(),
        logical_id: Some("Service".into()),
        resource_type: None,
        reason: Some("no".into()),
        hint: StackHint::ImagePull,
    };
    let failed = OperationEnd {
        cause: Some(cause.clone()),
        ..end(new.operation, "worker", OperationStatus::Failed, EnvironmentStatus::Failed)
    };
    store.operation_finish(&failed, &audit(Action::OperationFailed)).await.expect("ends");
    let record = world.operation(new.operation).await;
    assert_eq!((record.summary.status, record.summary.finished), (OperationStatus::Failed, Some(at(30))));
    assert_eq!(record.summary.cause, Some(cause));
    use StepStatus::{Failed, Skipped, Succeeded, Waiting};
    assert_eq!(statuses(&record), [Succeeded, Failed, Failed, Skipped, Skipped, Skipped, Skipped]);
    assert_eq!(world.status(new.id).await, EnvironmentStatus::Failed);

    let retry = NewOperation {
        kind: OperationKind::Create,
        retry_of: Some(new.operation),
        done: vec![StepKind::CheckAccount],
        delete_options: None,
        environment_status: EnvironmentStatus::Creating,
        allowed_from: vec![EnvironmentStatus::Ready],
        ..deletion(&world, new.id)
    };
    let entry = audit(Action::OperationRetryRequested);
    assert_conflict(store.operation_start(&retry, &entry).await, Conflict::WrongState);
    assert!(store.operation_get(retry.id).await.expect("answers").is_none(), "nothing was started");
    let retry = NewOperation { allowed_from: vec![EnvironmentStatus::Failed], ..retry };
    store.operation_start(&retry, &entry).await.expect("starts");
    let again = world.operation(retry.id).await;
    assert_eq!(again.summary.retry_of, Some(new.operation));
    assert_eq!(statuses(&again), [Succeeded, Waiting, Waiting, Waiting, Waiting, Waiting, Waiting]);
    assert_eq!(world.status(new.id).await, EnvironmentStatus::Creating);
    let newest = store.environment_get(new.id).await.expect("answers").expect("there").summary.last_operation;
    assert_eq!(newest.map(|last| last.id), Some(retry.id));
    let nowhere = deletion(&world, EnvironmentId(Uuid::now_v7()));
    assert_not_found(store.operation_start(&nowhere, &entry).await);
}

#[sqlx::test(migrations = "../../migrations")]
async fn ends_change_the_environment(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let new = world.creating("agents").await;
    world.claim("worker").await.expect("there is one");
    let up = OperationEnd {
        reported_version: Some("1.25.0".into()),
        ..end(new.operation, "worker", OperationStatus::Succeeded, EnvironmentStatus::Ready)
    };
    store.operation_finish(&up, &audit(Action::OperationSucceeded)).await.expect("ends");
    let summary = store.environment_get(new.id).await.expect("answers").expect("there").summary;
    assert_eq!((summary.status, summary.health), (EnvironmentStatus::Ready, Health::Healthy));
    assert_eq!((summary.health_since, summary.checked), (Some(at(30)), Some(at(30))));
    assert_eq!(summary.reported_version.as_deref(), Some("1.25.0"));

    let options = DeleteOptions { keep_database_snapshot: false, keep_files: true, keep_bucket: true };
    let deletion = NewOperation { delete_options: Some(options), ..deletion(&world, new.id) };
    store.operation_start(&deletion, &audit(Action::EnvironmentDeleteRequested)).await.expect("starts");
    assert_eq!(world.operation(deletion.id).await.delete_options, Some(options));
    world.claim("worker").await.expect("there is one");
    let leftover = Leftover {
        arn: "arn:aws:s3:::bucket".into(),
        resource_type: "AWS::S3::Bucket".into(),
        kept_on_purpose: true,
        monthly: None,
    };
    let receipt = Receipt { at: at(30), checked: 40, leftovers: vec![leftover] };
    let gone = OperationEnd {
        receipt: Some(receipt.clone()),
        ..end(deletion.id, "worker", OperationStatus::Succeeded, EnvironmentStatus::Deleted)
    };
    store.operation_finish(&gone, &audit(Action::OperationSucceeded)).await.expect("ends");
    let record = store.environment_get(new.id).await.expect("answers").expect("there");
    assert_eq!((record.summary.status, record.receipt), (EnvironmentStatus::Deleted, Some(receipt)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn cancelling_is_a_wish_that_is_told_of_once(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let new = world.creating("agents").await;
    assert!(!world.operation(new.operation).await.cancel_requested);
    for _ in 0..2 {
        let entry = audit(Action::OperationCancelRequested);
        store.operation_request_cancel(new.operation, "Olive Owner", at(7), &entry).await.expect("asks");
    }
    assert!(world.operation(new.operation).await.cancel_requested);
    assert_eq!(world.audits(Action::OperationCancelRequested).await, 1);
    let events = store.operation_events(new.operation, 10).await.expect("answers");
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].what, EventKind::CancelRequested { by: "Olive Owner".to_owned() });
    world.claim("worker").await.expect("there is one");
    world.finish(new.operation, "worker", OperationStatus::Cancelled, EnvironmentStatus::Failed).await;
    let entry = audit(Action::OperationCancelRequested);
    let late = store.operation_request_cancel(new.operation, "Olive Owner", at(31), &entry).await;
    assert_conflict(late, Conflict::WrongState);
    let nowhere = OperationId(Uuid::now_v7());
    assert_not_found(store.operation_request_cancel(nowhere, "Olive Owner", at(31), &entry).await);
}

fn stack_event(id: &str) -> EventKind {
    EventKind::Stack {
        event_id: id.to_owned(),
        logical_id: "Bucket".to_owned(),
        resource_type: "AWS::S3::Bucket".to_owned(),
        physical_id: None,
        status: "CREATE_COMPLETE".to_owned(),
        reason: None,
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn events_are_numbered_and_each_stack_event_is_kept_once(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let id = world.creating("agents").await.operation;
    let probed = EventKind::Probed { answer: ProbeAnswer::Starting };
    let first =
        [(at(1), stack_event("a")), (at(2), probed.clone()), (at(3), stack_event("a")), (at(3), stack_event("b"))];
    store.event_append(id, &first).await.expect("appends");
    store.event_append(id, &[(at(1), stack_event("a")), (at(4), stack_event("c"))]).await.expect("appends");
    store.event_append(id, &[(at(1), stack_event("a"))]).await.expect("appends");
    store.event_append(id, &[]).await.expect("appends");
    let both =
        ([(at(5), probed.clone()), (at(6), stack_event("d"))], [(at(5), probed.clone()), (at(6), stack_event("d"))]);
    let (one, two) = tokio::join!(store.event_append(id, &both.0), store.event_append(id, &both.1));
    one.and(two).expect("both append");
    let events = store.operation_events(id, 100).await.expect("answers");
    assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [7, 6, 5, 4, 3, 2, 1], "newest first");
    let what: Vec<EventKind> = events.into_iter().rev().map(|event| event.what).collect();
    assert_eq!(what[..4], [stack_event("a"), probed.clone(), stack_event("b"), stack_event("c")]);
    assert_eq!(what[4..].iter().filter(|what| **what == stack_event("d")).count(), 1);
    assert_eq!(store.operation_events(id, 2).await.expect("answers").len(), 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_expected_duration_comes_from_past_operations(pool: PgPool) {
    let world = World::new(pool).await;
    let expected = async || world.store.operation_expected(OperationKind::Create).await.expect("answers");
    for n in 0..2 {
        world.ready(&format!("agents-{n}")).await;
    }
    assert_eq!(expected().await, None, "two say nothing");
    world.ready("agents-2").await;
    let failed = world.creating("failed").await;
    world.claim("worker").await.expect("there is one");
    world.finish(failed.operation, "worker", OperationStatus::Failed, EnvironmentStatus::Failed).await;
    // Claimed at 10, finished at 30; one of the three took 80 seconds longer.
    sqlx::query("UPDATE operation SET finished = finished + interval '80 s' WHERE id = (SELECT id FROM operation WHERE status = 'succeeded' LIMIT 1)")
        .execute(&world.pool)
        .await
        .expect("the past can be changed by a test");
    let answer = expected().await.expect("three are enough");
    assert_eq!((answer.p50_seconds, answer.p95_seconds, answer.samples), (20, 92, 3));
    assert_eq!(world.store.operation_expected(OperationKind::Delete).await.expect("answers"), None);
}

/// A scaling of an environment that is ready.
fn scaling(world: &World, environment: EnvironmentId, desired: u32) -> NewOperation {
    NewOperation {
        kind: OperationKind::Scale,
        delete_options: None,
        desired: Some(desired),
        environment_status: EnvironmentStatus::Updating,
        ..deletion(world, environment)
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_count_is_kept_once_aws_was_told_of_it(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let new = world.ready("agents").await;
    let desired = async || store.environment_get(new.id).await.expect("answers").expect("there").summary.desired;
    assert_eq!(desired().await, 1);
    let stop = scaling(&world, new.id, 0);
    store.operation_start(&stop, &audit(Action::EnvironmentScaleRequested)).await.expect("starts");
    let record = world.operation(stop.id).await;
    assert_eq!((record.summary.desired, record.from_status), (Some(0), Some(EnvironmentStatus::Ready)));
    let steps: Vec<StepKind> = record.steps.iter().map(|step| step.kind).collect();
    assert_eq!(steps, [StepKind::CheckAccount, StepKind::SetCount, StepKind::AwaitCount]);
    assert_eq!((world.status(new.id).await, desired().await), (EnvironmentStatus::Updating, 1));
    world.claim("worker").await.expect("there is one");
    let stopped = OperationEnd {
        desired: Some(0),
        health: Some(Health::Paused),
        ..end(stop.id, "worker", OperationStatus::Succeeded, EnvironmentStatus::Ready)
    };
    store.operation_finish(&stopped, &audit(Action::OperationSucceeded)).await.expect("ends");
    let summary = store.environment_get(new.id).await.expect("answers").expect("there").summary;
    assert_eq!((summary.desired, summary.health, summary.checked), (0, Health::Paused, Some(at(30))));

    let run = scaling(&world, new.id, 1);
    store.operation_start(&run, &audit(Action::EnvironmentScaleRequested)).await.expect("starts");
    world.claim("worker").await.expect("there is one");
    let failed = OperationEnd {
        health: Some(Health::NotChecked),
        ..end(run.id, "worker", OperationStatus::Failed, EnvironmentStatus::Ready)
    };
    store.operation_finish(&failed, &audit(Action::OperationFailed)).await.expect("ends");
    let summary = store.environment_get(new.id).await.expect("answers").expect("there").summary;
    assert_eq!((summary.desired, summary.health), (0, Health::NotChecked), "AWS was not told");
    let due = Due { before: at(0), doubted_before: at(0), except: Vec::new(), at: at(31), limit: 10 };
    let taken = async || store.environment_due(&due).await.expect("answers").len();
    assert_eq!(
        (taken().await, taken().await),
        (1, 0),
        "whom nobody has looked at since is looked at at once, and once"
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_revision_is_made_with_its_operation_and_comes_into_force_at_its_end(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let new = world.ready("agents").await;
    let mut spec = new.spec.clone();
    spec.log_retention_days = 90;
    let update = |number, base| NewOperation {
        kind: OperationKind::Update,
        desired: Some(1),
        revision: Some(number),
        new_revision: Some(NewRevision {
            number,
            base,
            spec: spec.clone(),
            template_body: format!("{{\"n\":{number}}}"),
            template_hash: "hash".to_owned(),
        }),
        ..scaling(&world, new.id, 1)
    };
    let entry = audit(Action::EnvironmentUpdateRequested);
    assert_conflict(store.operation_start(&update(3, 2), &entry).await, Conflict::PlanChanged);
    assert_conflict(store.operation_start(&update(1, 1), &entry).await, Conflict::PlanChanged);
    assert_eq!(store.revision_list(new.id).await.expect("answers").len(), 1, "a refusal leaves no trace");

    let operation = update(2, 1);
    store.operation_start(&operation, &entry).await.expect("starts");
    assert_conflict(store.operation_start(&update(3, 1), &entry).await, Conflict::OperationRunning);
    let record = store.environment_get(new.id).await.expect("answers").expect("there");
    assert_eq!((record.revision, record.summary.spec.log_retention_days), (1, new.spec.log_retention_days));
    let body = store.revision_template(new.id, 2).await.expect("answers");
    assert_eq!(body.as_deref(), Some("{\"n\":2}"));
    world.claim("worker").await.expect("there is one");
    let done = OperationEnd {
        revision: Some(2),
        ..end(operation.id, "worker", OperationStatus::Succeeded, EnvironmentStatus::Ready)
    };
    store.operation_finish(&done, &audit(Action::OperationSucceeded)).await.expect("ends");
    let record = store.environment_get(new.id).await.expect("answers").expect("there");
    assert_eq!((record.revision, record.summary.spec.log_retention_days, record.summary.desired), (2, 90, 1));
    let numbers: Vec<u32> = store.revision_list(new.id).await.expect("answers").iter().map(|one| one.number).collect();
    assert_eq!(numbers, [2, 1]);
}
