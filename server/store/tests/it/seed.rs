//! Sample data: written once, read like any other, the same for the same number, and never beside real environments unasked.

use crate::world::{World, at, rows};
use model::{
    environment::{EnvironmentFilter, EnvironmentStatus},
    history::HistoryFilter,
    operation::OperationStatus,
};
use ports::{Store, store::Due};
use sqlx::PgPool;
use store::{
    PgStore,
    seed::{self, Refusal, Sample},
};

fn sample(seed: i64) -> Sample {
    Sample {
        seed,
        at: chrono::Utc::now(),
        teams: 10,
        people: 60,
        environments: 200,
        audit: 1_000,
        template: r#"{"Description":"of research","Resources":{"Vpc":{"Type":"AWS::EC2::VPC"}}}"#.to_owned(),
        beside_real: false,
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_sample_row_can_be_read_as_a_real_one(pool: PgPool) {
    let store = PgStore::from_pool(pool.clone());
    let planted = seed::plant(&store, &sample(1)).await.expect("written").expect("not refused");
    let count = |table: &str| planted.iter().find(|(name, _)| *name == table).expect(table).1;
    assert_eq!((count("environment"), count("team"), count("audit_event")), (200, 10, 1_000));

    let filter = EnvironmentFilter { deleted: true, ..EnvironmentFilter::default() };
    let environments = store.environment_list(None, &filter, None, 500).await.expect("reads").items;
    assert_eq!(environments.len(), 200);
    for environment in &environments {
        assert!(model::draft::check_name(&environment.name).is_ok(), "{}", environment.name);
        let operation = environment.last_operation.as_ref().expect("one made it");
        assert!(matches!(operation.status, OperationStatus::Succeeded | OperationStatus::Failed));
    }
    for status in [EnvironmentStatus::Ready, EnvironmentStatus::Failed, EnvironmentStatus::Deleted] {
        assert!(environments.iter().any(|environment| environment.status == status), "{status:?}");
    }
    let one = &environments[0];
    let operation = one.last_operation.as_ref().expect("one made it").id;
    let events = store.operation_events(operation, 100).await.expect("reads");
    assert!(events.len() > 4, "{events:?}");
    assert!(store.operation_get(operation).await.expect("reads").expect("there").steps.len() > 4);
    assert!(!store.revision_list(one.id).await.expect("reads").is_empty());
    let template = store.revision_template(one.id, 1).await.expect("reads").expect("there");
    assert!(template.contains(&format!("of {}", one.name)), "{template}");
    assert_eq!(
        store.history_list(None, &HistoryFilter::default(), None, 2_000).await.expect("reads").items.len(),
        1_000
    );
    assert!(seed::environment::change_health(&store).await.expect("changes"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_acts_on_sample_environments(pool: PgPool) {
    let store = PgStore::from_pool(pool.clone());
    seed::plant(&store, &sample(1)).await.expect("written").expect("not refused");
    let later = chrono::Utc::now() + chrono::TimeDelta::days(365);
    let due = Due { before: later, doubted_before: later, except: Vec::new(), at: later, limit: 100 };
    assert!(store.environment_due(&due).await.expect("reads").is_empty(), "no reconciler looks at them");
    assert!(store.operation_claim("worker", later, later).await.expect("asks").is_none(), "no worker claims anything");
    let accounts = store.account_list().await.expect("reads");
    assert!(accounts.iter().all(|account| account.disabled), "nothing can be created in their accounts");
}

#[sqlx::test(migrations = "../../migrations")]
async fn it_is_written_once(pool: PgPool) {
    let store = PgStore::from_pool(pool.clone());
    seed::plant(&store, &sample(1)).await.expect("written").expect("not refused");
    let before = rows(&pool).await;
    assert_eq!(seed::plant(&store, &sample(2)).await.expect("asked"), Err(Refusal::Seeded));
    assert_eq!(seed::plant(&store, &Sample { teams: 0, ..sample(3) }).await.expect("asked"), Err(Refusal::Empty));
    assert_eq!(rows(&pool).await, before);
}

#[sqlx::test(migrations = "../../migrations")]
async fn it_is_kept_from_real_environments_unless_asked(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let real = world.ready("agents").await;
    assert_eq!(seed::plant(&world.store, &sample(1)).await.expect("asked"), Err(Refusal::InUse));
    let planted = seed::plant(&world.store, &Sample { beside_real: true, ..sample(1) }).await.expect("asked");
    assert!(planted.is_ok());
    let still = world.store.environment_get(real.id).await.expect("reads").expect("there");
    assert_eq!((still.summary.status, still.revision), (EnvironmentStatus::Ready, 1), "the real one is as it was");
    assert!(still.summary.created <= at(5));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_same_number_gives_the_same_names(pool: PgPool) {
    let store = PgStore::from_pool(pool.clone());
    seed::plant(&store, &sample(7)).await.expect("written").expect("not refused");
    let filter = EnvironmentFilter { deleted: true, ..EnvironmentFilter::default() };
    let page = store.environment_list(None, &filter, None, 1).await.expect("reads");
    let first = &page.items[0];
    assert_eq!((first.name.as_str(), first.id.to_string().len()), ("agents-0", 36));
    let id = "SELECT md5('sample environment 0 of 7')::uuid::text";
    let expected: String = sqlx::query_scalar(id).fetch_one(&pool).await.expect("answers");
    assert_eq!(first.id.to_string(), expected);
}
