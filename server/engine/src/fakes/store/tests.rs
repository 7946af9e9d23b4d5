use super::*;
use crate::fakes::{World, world};
use chrono::TimeDelta;
use model::{
    Principal,
    audit::{Action, Actor},
    draft::DraftForm,
    environment::{DegradedReason, EnvironmentFilter, EnvironmentStatus, Health},
    fault::{Conflict, FieldErrors},
    operation::{EventKind, OperationEvent, OperationKind, OperationStatus, StepKind, StepStatus},
    spec::{
        Access, Architecture, Compute, Database, DatabaseClass, Edition, Image, Llm, LlmProvider, Nat, Network, Scheme,
        Size, Spec,
    },
};
use ports::{
    Clock, Store,
    store::{Accepting, Due, NewEnvironment, NewOperation, Observation, OperationEnd},
};
use serde_json::json;
use uuid::Uuid;

const MINUTE: TimeDelta = TimeDelta::minutes(1);

fn audit(action: Action) -> NewAudit {
    NewAudit {
        id: model::AuditId(Uuid::now_v7()),
        at: DateTime::UNIX_EPOCH,
        actor: Actor::Handrail,
        action,
        team: None,
        environment: None,
        operation: None,
        subject: "x".into(),
        changes: Vec::new(),
        ip: None,
        request_id: None,
    }
}

fn spec() -> Spec {
    Spec {
        edition: Edition::Canvas,
        image: Image { repository: "r".into(), tag: "1".into(), digest: None },
        compute: Compute::fargate(Size::Small, Architecture::Arm64, 50),
        network: Network { cidr: "10.64.0.0/20".parse().expect("a range"), zones: 2, nat: Nat::One, existing: None },
        access: Access {
            scheme: Scheme::Internal,
            allowed_cidrs: Vec::new(),
            certificate_arn: None,
            name: None,
            public_acknowledged: false,
            sign_in: None,
        },
        database: Database { class: DatabaseClass::T4gMicro, storage_gib: 20, multi_az: false, backup_days: 7 },
        llm: Llm { provider: LlmProvider::Bedrock, model: "m".into(), base_url: None, key_secret_arn: None },
        variables: Vec::new(),
        secrets: Vec::new(),
        log_retention_days: 30,
        preset: None,
    }
}

/// An environment that its own number names, with its create operation queued.
async fn environment(world: &World, number: u128, name: &str) -> StoreResult<NewEnvironment> {
    let draft = DraftRecord {
        id: DraftId(Uuid::from_u128(number)),
        owner: world.operator.person,
        form: DraftForm::default(),
        errors: FieldErrors::default(),
        llm_key: None,
        sign_in_secret: None,
        secrets: Vec::new(),
        updated: world.clock.now(),
    };
    world.store.draft_put(&draft, None).await?;
    let new = NewEnvironment {
        id: draft.id.into(),
        draft: draft.id,
        name: name.into(),
        team: world.team.id,
        account: world.account.id,
        region: "eu-west-1".into(),
        spec: spec(),
        stack_name: format!("hr-{name}"),
        template_body: "{}".into(),
        template_hash: "h".into(),
        created_by: world.operator.person,
        created: world.clock.now(),
        llm_key: None,
        sign_in_secret: None,
        secrets: Vec::new(),
        operation: OperationId(Uuid::from_u128(number)),
    };
    world.store.environment_create(&new, &audit(Action::EnvironmentCreateRequested)).await?;
    Ok(new)
}

fn end(operation: OperationId, worker: &str, at: DateTime<Utc>) -> OperationEnd {
    OperationEnd {
        operation,
        worker: worker.into(),
        status: OperationStatus::Succeeded,
        cause: None,
        at,
        environment_status: EnvironmentStatus::Ready,
        desired: None,
        revision: None,
        health: Some(Health::Healthy),
        reported_version: Some("1.25.0".into()),
        receipt: None,
    }
}

fn delete_of(world: &World, environment: &NewEnvironment, number: u128) -> NewOperation {
    NewOperation {
        id: OperationId(Uuid::from_u128(number)),
        environment: environment.id,
        kind: OperationKind::Delete,
        requested_by: world.owner.person,
        requested: world.clock.now(),
        delete_options: None,
        retry_of: None,
        desired: None,
        revision: None,
        new_revision: None,
        done: vec![StepKind::CheckAccount],
        environment_status: EnvironmentStatus::Deleting,
        allowed_from: vec![EnvironmentStatus::Ready],
    }
}

/// A statement about an error, which cannot be compared as a whole.
fn is_conflict<T>(answer: &StoreResult<T>, expected: Conflict) -> bool {
    matches!(answer, Err(StoreError::Conflict(conflict)) if *conflict == expected)
}

#[tokio::test]
async fn a_draft_becomes_one_environment_and_a_name_is_free_again_after_deletion() {
    let world = world();
    let first = environment(&world, 1, "demo").await.expect("is created");
    let entry = audit(Action::EnvironmentCreateRequested);
    assert!(is_conflict(&world.store.environment_create(&first, &entry).await, Conflict::ChangedMeanwhile));
    let again = environment(&world, 1, "other").await;
    assert!(matches!(again, Err(StoreError::NotFound)), "the draft does not come to life again");
    let audited = world.store.audit().len();
    assert!(matches!(environment(&world, 2, "demo").await, Err(StoreError::Taken { field: "name" })));
    assert_eq!(world.store.audit().len(), audited, "a refusal leaves no audit event");
    let now = world.clock.now();
    world.store.operation_claim("w", now, now + MINUTE).await.expect("answers").expect("is queued");
    let gone = OperationEnd { environment_status: EnvironmentStatus::Deleted, ..end(first.operation, "w", now) };
    world.store.operation_finish(&gone, &audit(Action::OperationSucceeded)).await.expect("ends");
    environment(&world, 3, "demo").await.expect("the name is free");
    let filter = EnvironmentFilter::default();
    let listed = world.store.environment_list(None, &filter, None, 10).await.expect("answers");
    assert_eq!(listed.items.len(), 1, "deleted ones are left out");
}

#[tokio::test]
async fn only_the_holder_of_the_lease_can_move_an_operation() {
    let world = world();
    let (store, now) = (&world.store, world.clock.now());
    let id = environment(&world, 1, "demo").await.expect("is created").operation;
    let claimed = store.operation_claim("a", now, now + MINUTE).await.expect("answers").expect("is queued");
    assert_eq!((claimed.summary.id, claimed.summary.status), (id, OperationStatus::Running));
    assert!(store.operation_claim("b", now, now + MINUTE).await.expect("answers").is_none(), "is held");
    store.step_begin(id, "a", StepKind::PrepareStack, now).await.expect("begins");
    store.step_note(id, "a", StepKind::PrepareStack, &json!({ "seen": 3 })).await.expect("notes");

    let later = now + MINUTE;
    store.operation_claim("b", later, later + MINUTE).await.expect("answers").expect("the lease has run out");
    assert!(!store.operation_extend(id, "a", later + MINUTE).await.expect("answers"));
    let lost = [
        store.step_begin(id, "a", StepKind::PrepareStack, later).await.map(|_| ()),
        store.step_note(id, "a", StepKind::PrepareStack, &json!(null)).await,
        store.step_end(id, "a", StepKind::PrepareStack, true, later).await,
        store.operation_finish(&end(id, "a", later), &audit(Action::OperationSucceeded)).await,
    ];
    for answer in &lost {
        assert!(is_conflict(answer, Conflict::ChangedMeanwhile), "{answer:?}");
    }
    let kept = store.step_begin(id, "b", StepKind::PrepareStack, later).await.expect("begins again");
    assert_eq!(kept, Some(json!({ "seen": 3 })));
    let steps = store.operation_get(id).await.expect("answers").expect("is there").steps;
    let step = steps.iter().find(|step| step.kind == StepKind::PrepareStack).expect("is a step");
    assert_eq!((step.attempts, step.started), (2, Some(now)));

    assert_eq!(store.operation_hand_back("b", later).await.expect("answers"), 1);
    assert!(store.operation_claim("c", later, later + MINUTE).await.expect("answers").is_some(), "was handed back");
}

#[tokio::test]
async fn an_environment_has_one_operation_at_a_time_and_its_end_settles_the_steps() {
    let world = world();
    let (store, now) = (&world.store, world.clock.now());
    let new = environment(&world, 1, "demo").await.expect("is created");
    let delete = delete_of(&world, &new, 2);
    let entry = audit(Action::EnvironmentDeleteRequested);
    assert!(is_conflict(&store.operation_start(&delete, &entry).await, Conflict::OperationRunning));
    store.operation_claim("w", now, now + MINUTE).await.expect("answers");
    store.step_begin(new.operation, "w", StepKind::CheckAccount, now).await.expect("begins");
    let failed = OperationEnd {
        status: OperationStatus::Failed,
        environment_status: EnvironmentStatus::Failed,
        health: None,
        ..end(new.operation, "w", now)
    };
    store.operation_finish(&failed, &audit(Action::OperationFailed)).await.expect("ends");
    let steps = store.operation_get(new.operation).await.expect("answers").expect("is there").steps;
    assert_eq!(steps[0].status, StepStatus::Failed);
    assert!(steps[1..].iter().all(|step| step.status == StepStatus::Skipped));
    let entry = audit(Action::OperationCancelRequested);
    let late = store.operation_request_cancel(new.operation, "Olga", now, &entry).await;
    assert!(is_conflict(&late, Conflict::WrongState));

    assert!(is_conflict(&store.operation_start(&delete, &entry).await, Conflict::WrongState), "only from ready");
    let delete = NewOperation { allowed_from: vec![EnvironmentStatus::Failed], ..delete };
    store.operation_start(&delete, &entry).await.expect("starts");
    let record = store.environment_get(new.id).await.expect("answers").expect("is there");
    assert_eq!(record.summary.status, EnvironmentStatus::Deleting);
    assert_eq!(record.summary.last_operation.map(|last| last.id), Some(delete.id));
    let steps = store.operation_get(delete.id).await.expect("answers").expect("is there").steps;
    assert_eq!((steps[0].status, steps[1].status), (StepStatus::Succeeded, StepStatus::Waiting));

    let audited = store.audit().len();
    for _ in 0..2 {
        store.operation_request_cancel(delete.id, "Olga", now, &entry).await.expect("is noted");
    }
    assert_eq!(store.audit().len() - audited, 1, "asked for once");
    let told = store.operation_events(delete.id, 10).await.expect("answers");
    assert!(matches!(&told[..], [OperationEvent { what: EventKind::CancelRequested { by }, .. }] if by == "Olga"));
}

#[tokio::test]
async fn a_stack_event_is_kept_once_and_every_change_is_noticed() {
    let world = world();
    let (store, now) = (&world.store, world.clock.now());
    let new = environment(&world, 1, "demo").await.expect("is created");
    let mut notices = store.notices().await.expect("subscribes");
    let stack = |id: &str| EventKind::Stack {
        event_id: id.into(),
        logical_id: "Vpc".into(),
        resource_type: "AWS::EC2::VPC".into(),
        physical_id: None,
        status: "CREATE_COMPLETE".into(),
        reason: None,
    };
    store.event_append(new.operation, &[(now, stack("1"))]).await.expect("appends");
    store.event_append(new.operation, &[(now, stack("1"))]).await.expect("is no error");
    store.event_append(new.operation, &[(now, stack("1")), (now, stack("2"))]).await.expect("appends");
    let events = store.operation_events(new.operation, 10).await.expect("answers");
    assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [2, 1]);
    let expected = Notice { team: world.team.id, environment: new.id, operation: Some(new.operation) };
    assert_eq!((notices.next().await, notices.next().await), (Some(expected), Some(expected)));
    store.unavailable(true);
    assert!(matches!(store.ready().await, Err(StoreError::Unavailable(_))));
    store.unavailable(false);
    assert_eq!(notices.next().await, None, "a gap");
}

#[tokio::test]
async fn a_look_is_kept_only_between_operations_and_audited_only_when_the_kind_of_health_changes() {
    let world = world();
    let (store, now) = (&world.store, world.clock.now());
    let new = environment(&world, 1, "demo").await.expect("is created");
    let entry = audit(Action::EnvironmentHealthChanged);
    let missing = |running| Health::Degraded { reason: DegradedReason::TasksMissing { running, desired: 2 } };
    let look = |health: Health| Observation {
        environment: new.id,
        health,
        reported_version: None,
        checked: Some(now),
        at: now,
        doubts: 0,
    };
    let health = async || store.environment_get(new.id).await.expect("answers").expect("is there").summary.health;
    let due = async |before| {
        let due = Due { before, doubted_before: before, except: Vec::new(), at: before, limit: 10 };
        let taken = store.environment_due(&due).await.expect("answers");
        taken.into_iter().map(|record| record.summary.id).collect::<Vec<_>>()
    };
    assert!(due(now + MINUTE).await.is_empty(), "an operation runs");
    store.environment_observe(&look(missing(0)), &entry).await.expect("is no error");
    assert_eq!(health().await, Health::NotChecked, "an operation runs");
    store.operation_claim("w", now, now + MINUTE).await.expect("answers");
    store.operation_finish(&end(new.operation, "w", now), &audit(Action::OperationSucceeded)).await.expect("ends");
    let audited = store.audit().len();
    for (health, written) in [(Health::Healthy, 0), (missing(0), 1), (missing(1), 1), (Health::Gone, 2)] {
        store.environment_observe(&look(health), &entry).await.expect("is kept");
        assert_eq!(store.audit().len() - audited, written);
    }
    assert_eq!(health().await, Health::Gone);
    assert_eq!((due(now).await, due(now + MINUTE).await), (vec![], vec![new.id]));
    let version = store.environment_get(new.id).await.expect("answers").expect("is there").summary.reported_version;
    assert_eq!(version.as_deref(), Some("1.25.0"), "the last version known stays");
}

#[tokio::test]
async fn expectations_need_three_successes_and_are_percentiles() {
    let world = world();
    let store = &world.store;
    let mut expected = Vec::new();
    for (number, seconds) in [(1, 10), (2, 30), (3, 20), (4, 100)] {
        let new = environment(&world, number, &format!("demo-{number}")).await.expect("is created");
        let now = world.clock.now();
        store.operation_claim("w", now, now + MINUTE).await.expect("answers");
        let end = end(new.operation, "w", now + TimeDelta::seconds(seconds));
        store.operation_finish(&end, &audit(Action::OperationSucceeded)).await.expect("ends");
        let answer = store.operation_expected(OperationKind::Create).await.expect("answers");
        expected.push(answer.map(|one| (one.p50_seconds, one.p95_seconds, one.samples)));
    }
    assert_eq!(expected, [None, None, Some((20, 29, 3)), Some((25, 90, 4))]);
}

#[tokio::test]
async fn a_team_keeps_an_owner_and_an_invitation_works_once() {
    let world = world();
    let (store, now) = (&world.store, world.clock.now());
    let entry = audit(Action::MemberRoleChanged);
    let owner = world.owner.person;
    let demoted = store.member_set_role(world.team.id, owner, Role::Viewer, &entry).await;
    assert!(is_conflict(&demoted, Conflict::LastOwner));
    assert!(is_conflict(&store.member_remove(world.team.id, owner, &entry).await, Conflict::LastOwner));
    let invite = |number: u128, email: &str| NewInvitation {
        id: InvitationId(Uuid::from_u128(number)),
        team: world.team.id,
        email: email.into(),
        role: Role::Owner,
        token_hash: number.to_be_bytes().to_vec(),
        invited_by: owner,
        created: now,
        expires: now + MINUTE,
    };
    let member = store.invitation_create(&invite(1, &world.viewer.email), &entry).await;
    assert!(matches!(member, Err(StoreError::Taken { field: "email" })));
    let (first, second) = (invite(2, &world.outsider.email), invite(3, &world.outsider.email));
    store.invitation_create(&first, &entry).await.expect("is made");
    store.invitation_create(&second, &entry).await.expect("replaces the first");
    let who = Accepting::Existing(world.outsider.person);
    let accept = async |hash: &[u8], at| store.invitation_accept(hash, &who, at, &entry).await;
    assert!(is_conflict(&accept(&first.token_hash, now).await, Conflict::LinkExpired));
    assert!(is_conflict(&accept(&second.token_hash, now + MINUTE).await, Conflict::LinkExpired));
    assert_eq!(accept(&second.token_hash, now).await.expect("joins"), world.team.id);
    assert!(is_conflict(&accept(&second.token_hash, now).await, Conflict::LinkExpired));
    store.member_set_role(world.team.id, owner, Role::Viewer, &entry).await.expect("there is another owner");
}

#[tokio::test]
async fn the_people_of_the_world_have_the_sessions_that_their_principals_name() {
    let world = world();
    let people: [&Principal; 6] =
        [&world.admin, &world.auditor, &world.owner, &world.operator, &world.viewer, &world.outsider];
    for who in people {
        let token = World::session_token(who);
        let hash = crate::token::hash(token.expose());
        let found = world.store.session_principal(&hash, world.clock.now()).await.expect("answers");
        assert_eq!(found.as_ref(), Some(who));
    }
}

#[tokio::test]
async fn a_killed_process_leaves_the_effect_of_the_call_that_it_died_in() {
    let world = world();
    let id = environment(&world, 1, "demo").await.expect("is created").operation;
    let now = world.clock.now();
    for (fatal, effect) in [(1, false), (2, true)] {
        let process = world.process(&Gate::crash_at(fatal));
        let store = process.store.clone();
        let dying = tokio::spawn(async move { store.operation_claim("dying", now, now + MINUTE).await });
        process.gate.crashed().await;
        dying.abort();
        let lease = world.store.operation_get(id).await.expect("answers").expect("is there").lease;
        assert_eq!(lease.is_some(), effect, "crash at passage {fatal}");
    }
}

#[tokio::test]
async fn a_planned_fault_is_used_up_by_one_call_and_changes_nothing() {
    let world = world();
    world.store.fail_next("audit_write", || StoreError::Internal("disk full".into()));
    let entry = audit(Action::SignInRefused);
    assert!(matches!(world.store.audit_write(&entry).await, Err(StoreError::Internal(_))));
    assert!(world.store.audit().is_empty());
    world.store.audit_write(&entry).await.expect("works again");
    assert_eq!(world.store.audit().len(), 1);
}
