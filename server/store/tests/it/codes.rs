//! Every code of the model can be stored, and nothing else.

use crate::world::{World, at, audit, person};
use model::{
    audit::{Action, Actor},
    environment::EnvironmentStatus,
    operation::{OperationKind, OperationStatus, StepKind, StepStatus},
    principal::PlatformRole,
    team::Role,
};
use ports::Store;
use sqlx::{AssertSqlSafe, PgPool};

/// Whether a column takes a value in each of its table's rows.
async fn takes(pool: &PgPool, table: &str, set: &str, code: &str) -> bool {
    let sql = AssertSqlSafe(format!("UPDATE {table} SET {set}"));
    let outcome = sqlx::query(sql).bind(code).execute(pool).await;
    outcome.is_ok_and(|done| done.rows_affected() > 0)
}

#[sqlx::test(migrations = "../../migrations")]
async fn codes_fit_their_columns(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    world.ready("agents").await;
    world
        .store
        .invitation_create(&crate::world::invitation(&world, 9), &audit(Action::MemberInvited))
        .await
        .expect("invited");
    // Only a status that is over has an end.
    let status = "status = $1, finished = CASE WHEN $1 IN ('succeeded', 'failed', 'cancelled') THEN now() END";
    let one_step = "kind = $1 WHERE position = 1";
    let columns: [(&str, &str, Vec<&str>); 7] = [
        ("environment", "status = $1", EnvironmentStatus::ALL.map(EnvironmentStatus::code).to_vec()),
        ("operation", "kind = $1", OperationKind::ALL.map(OperationKind::code).to_vec()),
        ("operation", status, OperationStatus::ALL.map(OperationStatus::code).to_vec()),
        ("operation_step", "status = $1", StepStatus::ALL.map(StepStatus::code).to_vec()),
        ("membership", "role = $1", Role::ALL.map(Role::code).to_vec()),
        ("invitation", "role = $1", Role::ALL.map(Role::code).to_vec()),
        ("person", "platform_role = $1", [PlatformRole::Admin, PlatformRole::Auditor].map(PlatformRole::code).to_vec()),
    ];
    for (table, set, codes) in columns {
        for code in codes {
            assert!(takes(&pool, table, set, code).await, "{table} does not take {code}");
        }
        assert!(!takes(&pool, table, set, "nonsense").await, "{table} takes nonsense");
    }
    sqlx::query("DELETE FROM operation_step WHERE position > 1").execute(&pool).await.expect("steps go");
    for kind in OperationKind::ALL.into_iter().flat_map(StepKind::of) {
        assert!(takes(&pool, "operation_step", one_step, kind.code()).await, "no step {}", kind.code());
    }
    assert!(!takes(&pool, "operation_step", one_step, "nonsense").await);
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_action_and_actor_can_be_told_of(pool: PgPool) {
    let world = World::new(pool).await;
    let somebody = Actor::Person { id: person("Pat", None).id, name: "Pat".to_owned() };
    for (n, action) in Action::ALL.into_iter().enumerate() {
        let actor = [somebody.clone(), Actor::Anonymous, Actor::Handrail][n % 3].clone();
        let mut entry = audit(action);
        entry.at = at(1000 + i64::try_from(n).expect("few"));
        entry.actor = actor.clone();
        world.store.audit_write(&entry).await.unwrap_or_else(|error| panic!("{action:?}: {error:?}"));
        let newest = world.newest().await;
        assert_eq!((newest.action, newest.actor), (action, actor));
    }
    let nonsense = sqlx::query(
        "INSERT INTO audit_event (id, at, actor, action, subject, changes)
         SELECT id, at + interval '1 day', 'handrail', 'nonsense', subject, changes FROM audit_event LIMIT 1",
    );
    assert!(nonsense.execute(&world.pool).await.is_err());
}
