//! The list of environments in every order and with every filter, against a plain sort of everything.

use crate::world::{REGION, World, at, audit, environment, spec};
use model::{
    TeamId,
    environment::{
        DegradedReason, EnvironmentFilter, EnvironmentOrder, EnvironmentStatus, EnvironmentSummary, Health, HealthKind,
        OrderBy, StateFilter,
    },
    page::COUNT_LIMIT,
    spec::Edition,
};
use ports::{Store, store::NewEnvironment};
use sqlx::PgPool;
use std::cmp::Ordering;
use uuid::Uuid;

/// Environments that share names (of different teams), teams and times, so that only the id tells some of them apart.
async fn many(world: &World) -> Vec<TeamId> {
    // Names that a comparison by bytes would order differently from one that ignores case.
    let teams: Vec<TeamId> = (0..3).map(|_| TeamId(Uuid::now_v7())).collect();
    for (team, name) in teams.iter().zip(["beta", "Alpha", "Zeta"]) {
        world.add_team(*team, name).await;
    }
    let health = [
        Health::Healthy,
        Health::NotChecked,
        Health::Degraded { reason: DegradedReason::TasksMissing { running: 0, desired: 1 } },
        Health::Gone,
    ];
    for n in 0..24_usize {
        let draft = world.draft().await;
        let new = NewEnvironment {
            team: teams[n % 3],
            region: if n % 4 == 0 { "us-east-1".to_owned() } else { REGION.to_owned() },
            created: at(1000 - i64::try_from(n / 5).expect("few")),
            spec: spec(world),
            ..environment(world, &draft, &format!("{}-{}", ["b", "a", "ab"][n / 3 % 3], n / 9))
        };
        let entry = audit(model::audit::Action::EnvironmentCreateRequested);
        world.store.environment_create(&new, &entry).await.expect("made");
        let status = EnvironmentStatus::ALL[[1, 1, 1, 0, 2, 5][n % 6]];
        sqlx::query("UPDATE environment SET status = $2, health = $3, changed = $4 WHERE id = $1")
            .bind(new.id.0)
            .bind(status.code())
            .bind(sqlx::types::Json(&health[n % 4]))
            .bind(at(2000 + i64::try_from(n % 7).expect("few")))
            .execute(&world.pool)
            .await
            .expect("changed");
        // What the list calls the last change is the newest operation: both are kept the same.
        sqlx::query(
            "UPDATE operation SET requested = (SELECT changed FROM environment WHERE id = $1) WHERE environment = $1",
        )
        .bind(new.id.0)
        .execute(&world.pool)
        .await
        .expect("changed");
    }
    teams
}

fn changed(row: &EnvironmentSummary) -> chrono::DateTime<chrono::Utc> {
    row.last_operation.as_ref().map_or(row.created, |last| last.at)
}

fn compare(order: EnvironmentOrder, a: &EnvironmentSummary, b: &EnvironmentSummary) -> Ordering {
    let up = match order.by {
        OrderBy::Name => (&a.name, a.id).cmp(&(&b.name, b.id)),
        OrderBy::Team => (a.team_name.to_lowercase(), &a.name, a.id).cmp(&(b.team_name.to_lowercase(), &b.name, b.id)),
        OrderBy::Changed => (changed(a), a.id).cmp(&(changed(b), b.id)),
        OrderBy::Created => (a.created, a.id).cmp(&(b.created, b.id)),
    };
    if order.descending { up.reverse() } else { up }
}

fn fits(filter: &EnvironmentFilter, row: &EnvironmentSummary) -> bool {
    filter.shows(row.status, &row.health)
        && row.name.contains(&filter.search)
        && filter.team.is_none_or(|team| team == row.team)
        && filter.edition.is_none_or(|edition| edition == row.spec.edition)
        && filter.region.as_ref().is_none_or(|region| *region == row.region)
}

fn filters(teams: &[TeamId]) -> Vec<EnvironmentFilter> {
    let all = EnvironmentFilter::default;
    let state = |state| EnvironmentFilter { state: Some(state), ..all() };
    vec![
        all(),
        EnvironmentFilter { deleted: true, ..all() },
        EnvironmentFilter { search: "a-".into(), ..all() },
        EnvironmentFilter { team: Some(teams[1]), ..all() },
        EnvironmentFilter { region: Some("us-east-1".into()), ..all() },
        EnvironmentFilter { region: Some("nowhere\0".into()), ..all() },
        EnvironmentFilter { edition: Some(Edition::Canvas), deleted: true, ..all() },
        state(StateFilter::Status(EnvironmentStatus::Ready)),
        state(StateFilter::Status(EnvironmentStatus::Deleted)),
        state(StateFilter::Health(HealthKind::Degraded)),
        state(StateFilter::Health(HealthKind::Unknown)),
        EnvironmentFilter { search: "b".into(), team: Some(teams[0]), ..state(StateFilter::Health(HealthKind::Gone)) },
    ]
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_order_and_filter_gives_each_row_once_in_its_place(pool: PgPool) {
    let world = World::new(pool).await;
    let teams = many(&world).await;
    let everything = EnvironmentFilter { deleted: true, ..EnvironmentFilter::default() };
    let all = world.store.environment_list(None, &everything, None, 100).await.expect("lists").items;
    assert_eq!(all.len(), 24);
    for order in EnvironmentOrder::all() {
        for filter in filters(&teams) {
            let filter = EnvironmentFilter { order, ..filter };
            let mut expected: Vec<&EnvironmentSummary> = all.iter().filter(|row| fits(&filter, row)).collect();
            expected.sort_by(|a, b| compare(order, a, b));
            for limit in [1, 5, 100] {
                let (mut got, mut after) = (Vec::new(), None::<String>);
                loop {
                    let page =
                        world.store.environment_list(None, &filter, after.as_deref(), limit).await.expect("lists");
                    got.extend(page.items);
                    match page.next {
                        Some(next) => after = Some(next),
                        None => break,
                    }
                }
                let ids = |rows: Vec<&EnvironmentSummary>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
                assert_eq!(ids(got.iter().collect()), ids(expected.clone()), "{filter:?}, {limit} a page");
            }
            let count = world.store.environment_count(None, &filter).await.expect("counts");
            assert_eq!(count as usize, expected.len(), "{filter:?}");
        }
    }
    let own = [teams[2]];
    let seen = world.store.environment_count(Some(&own), &everything).await.expect("counts");
    assert_eq!(seen, 8, "counts are of what may be seen");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_cursor_of_another_order_gives_the_first_page(pool: PgPool) {
    let world = World::new(pool).await;
    many(&world).await;
    let page = async |order, after: Option<&str>| {
        let filter = EnvironmentFilter { order, ..EnvironmentFilter::default() };
        world.store.environment_list(None, &filter, after, 4).await.expect("lists")
    };
    for made_for in OrderBy::ALL {
        let cursor = page(EnvironmentOrder { by: made_for, descending: false }, None).await.next;
        for by in OrderBy::ALL.into_iter().filter(|by| *by != made_for) {
            let order = EnvironmentOrder { by, descending: true };
            assert_eq!(page(order, cursor.as_deref()).await, page(order, None).await, "{made_for:?} for {by:?}");
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn states_are_counted_over_all_teams(pool: PgPool) {
    let world = World::new(pool).await;
    many(&world).await;
    let states: Vec<StateFilter> = StateFilter::all().collect();
    let counts = world.store.environment_states(&states).await.expect("counts");
    let everything = EnvironmentFilter { deleted: true, ..EnvironmentFilter::default() };
    let all = world.store.environment_list(None, &everything, None, 100).await.expect("lists").items;
    for (state, count) in states.into_iter().zip(counts) {
        let fitting = all.iter().filter(|row| state.fits(row.status, &row.health)).count();
        assert_eq!(count as usize, fitting, "{state:?}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn counting_ends_where_nobody_would_read_on(pool: PgPool) {
    let world = World::new(pool).await;
    let one = world.ready("agents").await;
    let copies = "
        WITH copy AS (
            INSERT INTO environment (id, name, team, account, region, status, health, revision, stack_name, created, created_by)
            SELECT gen_random_uuid(), name || '-' || n, team, account, region, status, health, revision, stack_name, created, created_by
            FROM environment, generate_series(1, 1200) AS n WHERE id = $1 RETURNING id)
        INSERT INTO revision (environment, number, spec, template_body, template_hash, created, created_by)
        SELECT copy.id, r.number, r.spec, r.template_body, r.template_hash, r.created, r.created_by
        FROM copy, revision r WHERE r.environment = $1";
    sqlx::query(copies).bind(one.id.0).execute(&world.pool).await.expect("copied");
    let filter = EnvironmentFilter::default();
    assert_eq!(world.store.environment_count(None, &filter).await.expect("counts"), COUNT_LIMIT);
    let healthy = [StateFilter::Health(HealthKind::Healthy)];
    assert_eq!(world.store.environment_states(&healthy).await.expect("counts"), [COUNT_LIMIT]);
    let accounts = world.store.account_environments().await.expect("counts");
    assert_eq!(accounts[&world.account], COUNT_LIMIT);
}
