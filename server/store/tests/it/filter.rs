//! The history through its filter: what is let through, whose it is, and that it is found along indexes.

use crate::world::{World, at, audit};
use model::{
    EnvironmentId, PersonId, TeamId,
    audit::{Action, Actor},
    history::{ActionKind, ActionOutcome, EnvironmentRef, HistoryFilter},
    operation::OperationStatus,
};
use ports::{Store, store::NewAudit};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use std::collections::BTreeSet;
use uuid::Uuid;

#[sqlx::test(migrations = "../../migrations")]
async fn every_combination_of_filters_lets_through_what_fits_all_of_them(pool: PgPool) {
    let world = World::new(pool).await;
    let (here, there) = (world.creating("here").await, world.creating("there").await);
    let other_team = TeamId(Uuid::now_v7());
    world.add_team(other_team, "Other").await;
    let people = [world.owner, PersonId(Uuid::now_v7())];
    let actions =
        [Action::EnvironmentDeleteRequested, Action::OperationFailed, Action::MemberInvited, Action::SignedIn];
    let mut told = Vec::new();
    for n in 0..96_usize {
        let mut entry = audit(actions[n % 4]);
        entry.at = at(1000 + i64::try_from(n / 3).expect("few"));
        entry.team = [Some(world.team), Some(other_team), None][n / 4 % 3];
        entry.environment = [Some(here.id), Some(there.id)].get(n / 12 % 4).copied().flatten();
        if n % 5 < 2 {
            entry.actor = Actor::Person { id: people[n % 5], name: "Pat".to_owned() };
        }
        world.store.audit_write(&entry).await.expect("kept");
        told.push(entry);
    }
    // What making the world has told of lies before.
    let (from, before) = (at(1002), at(1030));
    let teams: [Option<Vec<TeamId>>; 4] =
        [None, Some(vec![world.team]), Some(vec![world.team, other_team]), Some(Vec::new())];
    let environments = [
        (None, None),
        (Some(EnvironmentRef::Id(here.id)), Some(here.id)),
        (Some(EnvironmentRef::Named("there".to_owned())), Some(there.id)),
    ];
    let kinds = [
        (None, None),
        (Some(ActionKind::Team), None),
        (None, Some(ActionOutcome::Failed)),
        (Some(ActionKind::Change), Some(ActionOutcome::Asked)),
        (Some(ActionKind::Health), Some(ActionOutcome::Failed)),
    ];
    let mut found_some = 0;
    for teams in &teams {
        for (environment, id) in &environments {
            for person in [None, Some(people[0]), Some(people[1])] {
                for (kind, outcome) in kinds {
                    let filter = HistoryFilter {
                        team: None,
                        environment: environment.clone(),
                        person,
                        kind,
                        outcome,
                        from: Some(from),
                        before: Some(before),
                    };
                    let mut expected: Vec<_> = told
                        .iter()
                        .filter(|one| one.at >= from && one.at < before)
                        .filter(|one| {
                            teams.as_ref().is_none_or(|teams| one.team.is_some_and(|team| teams.contains(&team)))
                        })
                        .filter(|one| id.is_none() || one.environment == *id)
                        .filter(|one| {
                            person.is_none_or(|who| matches!(one.actor, Actor::Person { id, .. } if id == who))
                        })
                        .filter(|one| kind.is_none_or(|kind| one.action.kind() == kind))
                        .filter(|one| outcome.is_none_or(|outcome| one.action.outcome() == outcome))
                        .map(|one| (one.at, one.id))
                        .collect();
                    expected.sort_by(|a, b| b.cmp(a));
                    let (mut found, mut after) = (Vec::new(), None::<String>);
                    loop {
                        let page = world.store.history_list(teams.as_deref(), &filter, after.as_deref(), 5).await;
                        let page = page.expect("lists");
                        found.extend(page.items.into_iter().map(|entry| (entry.event.at, entry.event.id)));
                        after = page.next;
                        if after.is_none() {
                            break;
                        }
                    }
                    assert_eq!(found, expected, "{teams:?} {filter:?}");
                    found_some += usize::from(!found.is_empty());
                }
            }
        }
    }
    assert!(found_some > 30, "{found_some} combinations find something");
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_entry_knows_what_became_of_what_it_speaks_of(pool: PgPool) {
    let world = World::new(pool).await;
    let new = world.ready("agents").await;
    let mut told = audit(Action::OperationSucceeded);
    (told.at, told.team, told.environment, told.operation) =
        (at(500), Some(world.team), Some(new.id), Some(new.operation));
    world.store.audit_write(&told).await.expect("kept");
    // What is not there any more is still told of.
    let mut gone = audit(Action::SecretRemoved);
    (gone.at, gone.team) = (at(501), Some(TeamId(Uuid::now_v7())));
    (gone.environment, gone.operation) =
        (Some(EnvironmentId(Uuid::now_v7())), Some(model::OperationId(Uuid::now_v7())));
    world.store.audit_write(&gone).await.expect("kept");
    let page = world.store.history_list(None, &HistoryFilter::default(), None, 2).await.expect("lists");
    let [missing, known] = page.items.try_into().expect("two");
    assert_eq!((missing.team_name, missing.environment_name, missing.operation), (None, None, None));
    assert_eq!((known.team_name.as_deref(), known.environment_name.as_deref()), (Some("Platform"), Some("agents")));
    let operation = known.operation.expect("it is there");
    assert_eq!((operation.status, operation.seconds()), (OperationStatus::Succeeded, Some(20)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn menus_offer_the_people_and_environments_of_the_teams(pool: PgPool) {
    let world = World::new(pool).await;
    world.add_member("Vera", model::team::Role::Viewer).await;
    world.creating("beta").await;
    world.creating("alpha").await;
    let other_team = TeamId(Uuid::now_v7());
    world.add_team(other_team, "Other").await;
    let names = async |teams: Option<&[TeamId]>, limit| {
        let people = world.store.history_people(teams, limit).await.expect("answers");
        people.into_iter().map(|person| person.name).collect::<Vec<_>>()
    };
    assert_eq!(names(None, 9).await, ["Olive Owner", "Vera"]);
    assert_eq!(names(None, 1).await, ["Olive Owner"]);
    assert_eq!(names(Some(&[other_team]), 9).await, ["Olive Owner"], "who made the team owns it");
    assert_eq!(names(Some(&[]), 9).await, Vec::<String>::new());
    let left = world.add_member("Lena Left", model::team::Role::Viewer).await;
    let joined = NewAudit {
        actor: Actor::Person { id: left, name: "Lena Left".to_owned() },
        team: Some(world.team),
        ..audit(Action::InvitationAccepted)
    };
    world.store.audit_write(&joined).await.expect("kept");
    let removed = audit(Action::MemberRemoved);
    world.store.member_remove(world.team, left, &removed).await.expect("removed");
    assert_eq!(names(Some(&[world.team]), 9).await, ["Lena Left", "Olive Owner", "Vera"], "who has left can be found");
    assert_eq!(names(Some(&[other_team]), 9).await, ["Olive Owner"], "not in teams that they never were in");
    let environments =
        async |teams: Option<&[TeamId]>| world.store.history_environments(teams, 9).await.expect("answers");
    assert_eq!(environments(None).await, ["alpha", "beta"]);
    assert_eq!(environments(Some(&[other_team])).await, Vec::<String>::new());
}

/// Rows of the table that the plans below are made for. Fewer, and reading them all would be the best plan.
const ROWS: i32 = 60_000;

#[sqlx::test(migrations = "../../migrations")]
async fn every_filter_is_answered_along_an_index_and_reads_no_more_than_it_shows(pool: PgPool) {
    sqlx::query(AssertSqlSafe(format!(
        "INSERT INTO audit_event (id, at, actor, actor_person, actor_name, action, team, environment, subject, changes)
         SELECT gen_random_uuid(), now() - n * interval '1 minute', 'person', md5('p' || n % 40)::uuid, 'Pat',
                (ARRAY['signed_in', 'operation_failed', 'secret_stored', 'member_invited'])[1 + n % 4],
                md5('t' || n % 20)::uuid, md5('e' || n % 300)::uuid, 'x', '[]'
         FROM generate_series(1, {ROWS}) AS n"
    )))
    .execute(&pool)
    .await
    .expect("rows are made");
    sqlx::query("VACUUM ANALYZE audit_event").execute(&pool).await.expect("analysed");
    let mut connection: PgConnection = pool.acquire().await.expect("a connection").detach();
    let seen = plans(&mut connection).await;
    connection.close().await.expect("closed");
    let statements: BTreeSet<&str> = store::every_statement()
        .filter(|one| one.name.starts_with("store::history::") && one.sql.contains("audit_event"))
        .map(|one| one.name)
        .collect();
    assert_eq!(seen, statements, "each statement has its plan looked at");
}

/// Explains each statement that reads the history, as it is planned for any values and for those at hand.
async fn plans(connection: &mut PgConnection) -> BTreeSet<&'static str> {
    let (page, actions) = ("now(), NULL, NULL, 51", "'{operation_failed,secret_stored}'");
    let (teams, person, environment) =
        ("ARRAY[md5('t1')::uuid, md5('t2')::uuid]", "md5('p1')::uuid", "md5('e1')::uuid");
    let cases = [
        ("ALL", page.to_owned(), "timestamptz, uuid, timestamptz, bigint"),
        ("BY_ACTION", format!("{page}, {actions}"), "timestamptz, uuid, timestamptz, bigint, text[]"),
        ("OF_TEAMS", format!("{page}, {teams}"), "timestamptz, uuid, timestamptz, bigint, uuid[]"),
        (
            "OF_TEAMS_BY_ACTION",
            format!("{page}, {actions}, {teams}"),
            "timestamptz, uuid, timestamptz, bigint, text[], uuid[]",
        ),
        (
            "OF_PERSON",
            format!("{page}, {actions}, {teams}, {person}"),
            "timestamptz, uuid, timestamptz, bigint, text[], uuid[], uuid",
        ),
        (
            "OF_ENVIRONMENT",
            format!("{page}, {actions}, {teams}, NULL, {environment}"),
            "timestamptz, uuid, timestamptz, bigint, text[], uuid[], uuid, uuid",
        ),
        (
            "OF_ENVIRONMENTS_NAMED",
            format!("{page}, NULL, NULL, NULL, 'demo'"),
            "timestamptz, uuid, timestamptz, bigint, text[], uuid[], uuid, text",
        ),
        ("PEOPLE", format!("{teams}, 500"), "uuid[], bigint"),
    ];
    let mut seen = BTreeSet::new();
    for (name, values, types) in cases {
        let full = format!("store::history::{name}");
        let statement = store::every_statement().find(|one| one.name == full).expect("it is declared");
        for mode in ["force_custom_plan", "force_generic_plan"] {
            let plan = explain(connection, statement.sql, &values, types, mode).await;
            assert!(!plan.contains("Seq Scan on audit_event_"), "{name}, {mode}: reads a whole month\n{plan}");
            let most = plan.lines().filter_map(rows_removed).max().unwrap_or(0);
            assert!(most < 2_500, "{name}, {mode}: reads {most} rows for nothing\n{plan}");
        }
        seen.insert(statement.name);
    }
    seen
}

async fn explain(connection: &mut PgConnection, sql: &str, values: &str, types: &str, mode: &str) -> String {
    for command in [
        format!("SET plan_cache_mode = {mode}"),
        "DEALLOCATE ALL".to_owned(),
        format!("PREPARE one ({types}) AS {sql}"),
    ] {
        sqlx::raw_sql(AssertSqlSafe(command)).execute(&mut *connection).await.expect("prepared");
    }
    let rows = sqlx::raw_sql(AssertSqlSafe(format!("EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) EXECUTE one({values})")));
    let rows = rows.fetch_all(&mut *connection).await.expect("explained");
    rows.iter().map(|row| sqlx::Row::get::<String, _>(row, 0)).collect::<Vec<_>>().join("\n")
}

/// The number in a line of a plan that says how many rows were read and left out.
fn rows_removed(line: &str) -> Option<u64> {
    line.trim().strip_prefix("Rows Removed by Filter: ")?.parse().ok()
}
