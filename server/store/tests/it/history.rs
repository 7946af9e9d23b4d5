//! What happened stays as it was told, whenever it happened.

use crate::world::{World, at, audit, rows};
use chrono::{Datelike, TimeDelta, Utc};
use model::{
    AuditId, TeamId,
    audit::{Action, Actor, AuditEvent},
    history::HistoryFilter,
    operation::{EventKind, StepKind},
};
use ports::Store;
use sqlx::{AssertSqlSafe, PgPool};
use store::PgStore;
use uuid::Uuid;

#[sqlx::test(migrations = "../../migrations")]
async fn the_history_can_only_grow(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let new = world.creating("agents").await;
    let event = EventKind::StepStarted { step: StepKind::CheckAccount, attempt: 1 };
    world.store.event_append(new.operation, &[(at(1), event)]).await.expect("appends");
    world.store.migrate().await.expect("the months are made");
    let mut entry = audit(Action::SignedIn);
    entry.at = Utc::now();
    world.store.audit_write(&entry).await.expect("kept in its month");
    let before = rows(&pool).await;
    for sql in [
        "UPDATE audit_event SET subject = 'another'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "UPDATE operation_event SET at = now()",
        "DELETE FROM operation_event",
        "TRUNCATE operation_event",
        "UPDATE revision SET template_hash = 'another'",
        "DELETE FROM revision",
    ] {
        let error = sqlx::query(sql).execute(&pool).await.expect_err(sql);
        let refusal = error.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
        assert_eq!(refusal.as_deref(), Some("23001"), "{sql}: {error}");
    }
    assert_eq!(rows(&pool).await, before);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_event_comes_back_as_it_was_told(pool: PgPool) {
    let world = World::new(pool).await;
    let new = world.creating("agents").await;
    let mut told = audit(Action::EnvironmentDeleteRequested);
    told.at = at(500);
    told.actor = Actor::Person { id: world.owner, name: "Olive Owner".to_owned() };
    (told.team, told.environment, told.operation) = (Some(world.team), Some(new.id), Some(new.operation));
    world.store.audit_write(&told).await.expect("kept");
    let expected = AuditEvent {
        id: told.id,
        at: told.at,
        actor: told.actor,
        action: told.action,
        team: told.team,
        environment: told.environment,
        operation: told.operation,
        subject: told.subject,
        changes: told.changes,
        ip: told.ip,
        request_id: told.request_id,
    };
    assert_eq!(world.newest().await, expected);
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_month_has_a_place(pool: PgPool) {
    let store = PgStore::from_pool(pool.clone());
    for _ in 0..2 {
        store.migrate().await.expect("can be run again");
    }
    let partition = async |audit: AuditId| -> String {
        let sql = "SELECT tableoid::regclass::text FROM audit_event WHERE id = $1";
        sqlx::query_scalar(sql).bind(audit.0).fetch_one(&pool).await.expect("it is there")
    };
    let now = Utc::now();
    let month = |ahead: u32| {
        let months = now.year() * 12 + i32::try_from(now.month0() + ahead).expect("few");
        format!("audit_event_{}_{:02}", months / 12, months % 12 + 1)
    };
    let (mut this, mut old, mut far) = (audit(Action::SignedIn), audit(Action::SignedIn), audit(Action::SignedIn));
    (this.at, old.at, far.at) = (now, now - TimeDelta::days(4000), now + TimeDelta::days(4000));
    for entry in [&this, &old, &far] {
        store.audit_write(entry).await.expect("no month is refused");
    }
    assert_eq!(partition(this.id).await, month(0));
    assert_eq!(partition(old.id).await, "audit_event_rest");
    assert_eq!(partition(far.id).await, "audit_event_rest");
    let filter = HistoryFilter::default();
    let page = store.history_list(None, &filter, None, 9).await.expect("lists");
    let listed: Vec<AuditId> = page.items.iter().map(|one| one.event.id).collect();
    assert_eq!(listed, [far.id, this.id, old.id], "one history");

    // A month that has begun in the default partition stays there, and nothing fails for it.
    let late = month(3);
    sqlx::query(AssertSqlSafe(format!("DROP TABLE {late}"))).execute(&pool).await.expect("a month can be dropped");
    let sql = "INSERT INTO audit_event (id, at, actor, action, subject, changes)
               VALUES ($1, date_trunc('month', now()) + interval '3 months 10 days', 'handrail', 'signed_in', '', '[]')";
    sqlx::query(sql).bind(Uuid::now_v7()).execute(&pool).await.expect("goes to the default partition");
    store.migrate().await.expect("goes on without that month");
    let there: Option<String> =
        sqlx::query_scalar("SELECT to_regclass($1)::text").bind(&late).fetch_one(&pool).await.expect("answers");
    assert_eq!(there, None);
}

#[sqlx::test]
async fn servers_that_start_at_once_share_one_migration(pool: PgPool) {
    let store = PgStore::from_pool(pool.clone());
    let before = store.ready().await.expect_err("the schema is not there");
    assert!(matches!(before, ports::StoreError::Internal(_)), "{before:?}");
    let (one, two, three) = tokio::join!(store.migrate(), store.migrate(), store.migrate());
    one.and(two).and(three).expect("all find the schema up to date");
    store.ready().await.expect("ready");
    sqlx::query("UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = 1")
        .execute(&pool)
        .await
        .expect("changed");
    let other = store.ready().await.expect_err("another edition's schema");
    assert!(matches!(other, ports::StoreError::Internal(_)), "{other:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn faults_do_not_quote_what_was_stored(pool: PgPool) {
    let world = World::new(pool).await;
    let team = model::team::Team { id: TeamId(Uuid::now_v7()), name: "very\0private".to_owned(), created: at(0) };
    let nul = world.store.team_create(&team, world.owner, &audit(Action::TeamCreated)).await;
    let mut person = crate::world::person("Very Private", None);
    person.password_hash = "very private".to_owned();
    let session = crate::world::random_session(person.id);
    let invitation = crate::world::invitation(&world, 77);
    world.store.invitation_create(&invitation, &audit(Action::MemberInvited)).await.expect("invited");
    let who = ports::store::Accepting::New(Box::new(person), Box::new(session));
    let unhashed = world
        .store
        .invitation_accept(&crate::world::token(77), &who, at(1), &audit(Action::InvitationAccepted))
        .await
        .map(|_| ());
    for outcome in [nul, unhashed] {
        let Err(ports::StoreError::Internal(source)) = outcome else { panic!("a fault: {outcome:?}") };
        let told = format!("{source} {source:?}");
        assert!(told.contains("Postgres answers"), "{told}");
        assert!(!told.to_lowercase().contains("private"), "{told}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn workers_leave_signs_of_life(pool: PgPool) {
    let store = PgStore::from_pool(pool.clone());
    assert_eq!(store.worker_last_beat("worker ").await.expect("answers"), None);
    for (name, seconds) in [("worker a", 10), ("worker b", 30), ("worker a", 20), ("reconciler health", 99)] {
        store.worker_beat(name, at(seconds), "idle").await.expect("kept");
    }
    assert_eq!(store.worker_last_beat("worker ").await.expect("answers"), Some(at(30)));
    let month = 30 * 24 * 3600;
    store.worker_beat("worker c", at(month), "idle").await.expect("kept");
    let names: Vec<String> =
        sqlx::query_scalar("SELECT name FROM worker_beat").fetch_all(&pool).await.expect("answers");
    assert_eq!(names, ["worker c"], "names that were silent for long are forgotten");
}
