//! Pages: complete, without repetition, in order, also while rows are added; and cursors that nobody should trust.

use crate::world::{World, at, audit, deletion};
use model::{
    audit::Action,
    environment::{EnvironmentFilter, EnvironmentStatus},
    history::{EnvironmentRef, HistoryFilter},
    operation::OperationStatus,
    page::Page,
};
use ports::Store;
use sqlx::PgPool;

/// All rows of a list, page by page; `between` is run after each page.
async fn all<T>(limit: usize, fetch: impl AsyncFn(Option<&str>) -> Page<T>, between: impl AsyncFn()) -> Vec<T> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = fetch(after.as_deref()).await;
        assert!(page.items.len() <= limit);
        assert!(page.next.is_none() || page.items.len() == limit, "only the last page is short");
        rows.extend(page.items);
        between().await;
        match page.next {
            Some(next) => after = Some(next),
            None => return rows,
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn environments_are_listed_once_each_while_others_are_made(pool: PgPool) {
    let world = World::new(pool).await;
    for n in 0..7 {
        world.creating(&format!("env-{n}")).await;
    }
    let added = std::sync::atomic::AtomicUsize::new(0);
    let rows = all(
        3,
        async |after| {
            let filter = EnvironmentFilter::default();
            world.store.environment_list(None, &filter, after, 3).await.expect("lists")
        },
        // A name before all others: pages that count rows would show one twice.
        async || {
            let n = added.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            world.creating(&format!("aaa-{n}")).await;
        },
    )
    .await;
    let names: Vec<String> = rows.into_iter().map(|row| row.name).collect();
    assert_eq!(names, (0..7).map(|n| format!("env-{n}")).collect::<Vec<_>>());
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_history_is_listed_newest_first_also_where_times_are_equal(pool: PgPool) {
    let world = World::new(pool).await;
    let new = world.creating("agents").await;
    for n in 0..10 {
        let mut entry = audit(Action::SignedIn);
        entry.at = at(100 + n / 4);
        entry.environment = (n % 2 == 0).then_some(new.id);
        world.store.audit_write(&entry).await.expect("kept");
    }
    for (environment, least) in [(None, 13), (Some(new.id), 5)] {
        let filter = HistoryFilter { environment: environment.map(EnvironmentRef::Id), ..HistoryFilter::default() };
        let rows = all(
            4,
            async |after| world.store.history_list(None, &filter, after, 4).await.expect("lists"),
            async || {
                let mut entry = audit(Action::SignedOut);
                entry.at = at(999);
                entry.environment = Some(new.id);
                world.store.audit_write(&entry).await.expect("kept");
            },
        )
        .await;
        let rows: Vec<_> = rows.into_iter().map(|row| row.event).collect();
        assert!(rows.len() >= least, "{} of {least}", rows.len());
        assert!(rows.windows(2).all(|pair| (pair[0].at, pair[0].id) > (pair[1].at, pair[1].id)));
        assert!(environment.is_none() || rows.iter().all(|row| row.environment == environment));
        assert_eq!(
            rows.iter().filter(|row| row.action == Action::SignedIn).count(),
            if environment.is_none() { 10 } else { 5 }
        );
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn operations_are_listed_newest_first(pool: PgPool) {
    let world = World::new(pool).await;
    let new = world.ready("agents").await;
    let mut expected = vec![new.operation];
    for n in 0..4 {
        let mut again = deletion(&world, new.id);
        again.requested = at(100 + n / 2);
        world.store.operation_start(&again, &audit(Action::EnvironmentDeleteRequested)).await.expect("starts");
        world.claim("worker").await.expect("there is one");
        world.finish(again.id, "worker", OperationStatus::Failed, EnvironmentStatus::Ready).await;
        expected.insert(0, again.id);
    }
    let fetch = async |after: Option<&str>| world.store.operation_list(new.id, after, 2).await.expect("lists");
    let rows = all(2, fetch, async || {}).await;
    let whole = world.store.operation_list(new.id, None, 5).await.expect("lists");
    assert_eq!((whole.items.len(), whole.next), (5, None), "nothing comes after a page that ends the list");
    assert_eq!(rows.into_iter().map(|row| row.id).collect::<Vec<_>>(), expected);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_cursor_that_was_made_up_gives_the_first_page(pool: PgPool) {
    let world = World::new(pool).await;
    let new = world.creating("agents").await;
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let id = "018f0000-0000-7000-8000-000000000000";
    let made_up = [
        String::new(),
        "x".to_owned(),
        "zz".to_owned(),
        "+1".to_owned(),
        "ää".to_owned(),
        "5".to_owned(),
        hex("null"),
        hex("[]"),
        hex("[1]"),
        hex(&format!("[9223372036854775807,\"{id}\"]")),
        hex(&format!("[-9223372036854775808,\"{id}\"]")),
        hex(&format!("[\"a\\u0000b\",\"{id}\"]")),
        hex("[\"' OR true --\",\"not an id\"]"),
        "5b".repeat(4000),
    ];
    for cursor in &made_up {
        let (store, after) = (&world.store, Some(cursor.as_str()));
        let environments = store.environment_list(None, &EnvironmentFilter::default(), after, 10).await.expect(cursor);
        assert_eq!(environments.items.len(), 1, "{cursor}");
        assert_eq!(store.operation_list(new.id, after, 10).await.expect(cursor).items.len(), 1, "{cursor}");
        let history = store.history_list(None, &HistoryFilter::default(), after, 10).await.expect(cursor);
        assert_eq!(history.items.len(), 4, "{cursor}");
    }
    let none = world
        .store
        .history_list(None, &HistoryFilter::default(), None, 0)
        .await
        .expect("a page holds at least one row");
    assert_eq!(none.items.len(), 1);
}
