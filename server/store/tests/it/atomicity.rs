//! A change whose audit event cannot be written does not take place.

use crate::world::{
    HASH, World, at, audit, cloud_account, deletion, draft_of, end, environment, invitation, llm_key, person,
    random_session, rows, session_of, token,
};
use model::{
    AccountId, TeamId,
    audit::Action,
    drift::{DriftChange, DriftedResource},
    environment::{EnvironmentStatus, Health},
    operation::OperationStatus,
    principal::PlatformRole,
    team::{Role, Team},
};
use ports::{
    Store, StoreError, StoreResult,
    store::{Accepting, DriftOutcome, NamedSecret, NewAudit, Observation},
};
use sqlx::PgPool;
use store::PgStore;
use uuid::Uuid;

/// Tries a change with an audit event that is refused, which must change nothing, then with one that is not.
async fn all_or_nothing<T>(pool: &PgPool, name: &str, change: impl AsyncFn(&NewAudit) -> StoreResult<T>) {
    let store = PgStore::from_pool(pool.clone());
    // An event of the same time and id is there already.
    let refused = audit(Action::SignedIn);
    store.audit_write(&refused).await.expect("the first is kept");
    let before = rows(pool).await;
    let outcome = change(&refused).await;
    assert!(matches!(outcome, Err(StoreError::Internal(_))), "{name}: {:?}", outcome.err());
    assert_eq!(rows(pool).await, before, "{name} left something without its audit event");
    change(&audit(Action::SignedOut)).await.unwrap_or_else(|error| panic!("{name} works otherwise: {error:?}"));
    let after = rows(pool).await;
    let changed = before.keys().filter(|table| before[*table] != after[*table]).count();
    let least = if name == "audit_write" { 1 } else { 2 };
    assert!(changed >= least, "{name} changes something, and the history");
}

#[sqlx::test(migrations = "../../migrations")]
async fn setting_up(pool: PgPool) {
    let store = PgStore::from_pool(pool.clone());
    store.setup_link_set(&token(1), at(0)).await.expect("the link is kept");
    let admin = person("Ada Admin", Some(PlatformRole::Admin));
    let session = session_of(admin.id, 2);
    all_or_nothing(&pool, "setup_finish", async |audit| store.setup_finish(&token(1), &admin, &session, audit).await)
        .await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn people_and_teams(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let store = &world.store;
    let member = world.add_member("Mia Member", Role::Viewer).await;
    let session = random_session(world.owner);
    all_or_nothing(&pool, "audit_write", async |audit| store.audit_write(audit).await).await;
    all_or_nothing(&pool, "session_create", async |audit| store.session_create(&session, audit).await).await;
    all_or_nothing(&pool, "person_set_password", async |audit| {
        store.person_set_password(world.owner, &format!("{HASH}x"), world.owner_session, audit).await
    })
    .await;
    all_or_nothing(&pool, "session_end", async |audit| {
        store.session_end(world.owner, world.owner_session, audit).await
    })
    .await;
    let team = Team { id: TeamId(Uuid::now_v7()), name: "Another".into(), created: at(0) };
    all_or_nothing(&pool, "team_create", async |audit| store.team_create(&team, world.owner, audit).await).await;
    all_or_nothing(&pool, "member_set_role", async |audit| {
        store.member_set_role(world.team, member, Role::Operator, audit).await
    })
    .await;
    all_or_nothing(&pool, "member_remove", async |audit| store.member_remove(world.team, member, audit).await).await;
    let (revoked, for_new, for_existing) = (invitation(&world, 21), invitation(&world, 22), invitation(&world, 23));
    all_or_nothing(&pool, "invitation_create", async |audit| store.invitation_create(&revoked, audit).await).await;
    all_or_nothing(&pool, "invitation_revoke", async |audit| {
        store.invitation_revoke(world.team, revoked.id, audit).await
    })
    .await;
    store.invitation_create(&for_new, &audit(Action::MemberInvited)).await.expect("invited");
    let new = person("Ned New", None);
    let who = Accepting::New(Box::new(new.clone()), Box::new(random_session(new.id)));
    all_or_nothing(&pool, "invitation_accept by a new person", async |audit| {
        store.invitation_accept(&token(22), &who, at(1), audit).await
    })
    .await;
    store.invitation_create(&for_existing, &audit(Action::MemberInvited)).await.expect("invited");
    all_or_nothing(&pool, "invitation_accept by an existing person", async |audit| {
        store.invitation_accept(&token(23), &Accepting::Existing(member), at(1), audit).await
    })
    .await;
    let account = cloud_account(AccountId(Uuid::now_v7()), "Second", "444455556666");
    all_or_nothing(&pool, "account_create", async |audit| store.account_create(&account, audit).await).await;
    all_or_nothing(&pool, "account_set_disabled", async |audit| {
        store.account_set_disabled(account.id, true, audit).await
    })
    .await;
    all_or_nothing(&pool, "account_set_regions", async |audit| {
        store.account_set_regions(account.id, &["eu-north-1".to_owned()], audit).await
    })
    .await;
    let preset = crate::platform::preset("House rules", Some(world.team));
    all_or_nothing(&pool, "preset_create", async |audit| store.preset_create(&preset, world.owner, audit).await).await;
    all_or_nothing(&pool, "preset_delete", async |audit| store.preset_delete(preset.id, audit).await).await;
    all_or_nothing(&pool, "person_set_platform_role", async |audit| {
        store.person_set_platform_role(member, Some(PlatformRole::Auditor), audit).await
    })
    .await;
    all_or_nothing(&pool, "person_set_disabled", async |audit| store.person_set_disabled(member, true, audit).await)
        .await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn environments_and_operations(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let store = &world.store;
    let (draft, dropped) = (draft_of(&world), draft_of(&world));
    all_or_nothing(&pool, "draft_put", async |audit| store.draft_put(&draft, Some(audit)).await).await;
    store.draft_put(&dropped, None).await.expect("the draft is kept");
    all_or_nothing(&pool, "draft_delete", async |audit| store.draft_delete(dropped.id, Some(audit)).await).await;
    let new = environment(&world, &draft, "agents");
    all_or_nothing(&pool, "environment_create", async |audit| store.environment_create(&new, audit).await).await;
    all_or_nothing(&pool, "operation_request_cancel", async |audit| {
        store.operation_request_cancel(new.operation, "Olive", at(6), audit).await
    })
    .await;
    world.claim("worker").await.expect("there is an operation");
    let end = end(new.operation, "worker", OperationStatus::Succeeded, EnvironmentStatus::Ready);
    all_or_nothing(&pool, "operation_finish", async |audit| store.operation_finish(&end, audit).await).await;
    let gone = Observation {
        doubts: 0,
        environment: new.id,
        health: Health::Gone,
        reported_version: None,
        checked: Some(at(50)),
        at: at(50),
    };
    all_or_nothing(&pool, "environment_observe", async |audit| store.environment_observe(&gone, audit).await).await;
    store.drift_due(at(50), at(60), 10).await.expect("the store answers");
    let resource = DriftedResource {
        logical_id: "LogGroup".to_owned(),
        resource_type: "AWS::Logs::LogGroup".to_owned(),
        physical_id: None,
        change: DriftChange::Deleted,
    };
    let drift = DriftOutcome::Compared { compared: 1, resources: vec![resource], incomplete: None };
    all_or_nothing(&pool, "drift_put", async |audit| store.drift_put(new.id, at(61), &drift, audit).await).await;
    let secret = NamedSecret { name: "A_TOKEN".to_owned(), stored: llm_key(&world) };
    all_or_nothing(&pool, "environment_keep_secret", async |audit| {
        store.environment_keep_secret(new.id, &secret, audit).await
    })
    .await;
    all_or_nothing(&pool, "environment_drop_secret", async |audit| {
        store.environment_drop_secret(new.id, "A_TOKEN", audit).await
    })
    .await;
    all_or_nothing(&pool, "environment_forget_secrets", async |audit| {
        store.environment_forget_secrets(new.id, audit).await
    })
    .await;
    let deletion = deletion(&world, new.id);
    all_or_nothing(&pool, "operation_start", async |audit| store.operation_start(&deletion, audit).await).await;
}
