//! What those see and change who look after the installation.

use crate::world::{World, assert_conflict, assert_not_found, at, audit, deletion, end, random_session, session_of};
use model::{
    PersonId, PresetId, TeamId,
    audit::Action,
    draft::DraftForm,
    environment::EnvironmentStatus,
    fault::Conflict,
    operation::{OperationStatus, StepKind},
    preset::SavedPreset,
    principal::PlatformRole,
    team::Role,
};
use ports::{Store, StoreError};
use sqlx::PgPool;
use uuid::Uuid;

#[sqlx::test(migrations = "../../migrations")]
async fn people_are_listed_by_name_with_teams_sessions_and_when_they_were_seen(pool: PgPool) {
    let world = World::new(pool).await;
    let (store, ben) = (&world.store, world.add_member("ben Brown", Role::Viewer).await);
    world.add_member("Ann Adams", Role::Operator).await;
    let list = async |search: &str, after: Option<&str>, limit| {
        store.person_list(search, at(100), after, limit).await.expect("lists")
    };
    let first = list("", None, 2).await;
    let names: Vec<&str> = first.items.iter().map(|row| row.person.name.as_str()).collect();
    assert_eq!(names, ["Ann Adams", "ben Brown"], "whatever the case");
    let rest = list("", first.next.as_deref(), 2).await;
    assert_eq!((rest.items.len(), rest.next), (1, None));
    assert_eq!(rest.items[0].platform_role, Some(PlatformRole::Admin));

    let [found] = list(" BEN.BROWN@ ", None, 10).await.items.try_into().expect("one");
    assert_eq!((found.person.id, found.sessions, found.last_seen), (ben, 1, Some(at(0))));
    assert_eq!(
        found.memberships.iter().map(|one| (one.team, one.role)).collect::<Vec<_>>(),
        [(world.team, Role::Viewer)]
    );
    assert!(list("a\0", None, 10).await.items.is_empty());

    let session = session_of(ben, 77);
    store.session_create(&session, &audit(Action::SignedIn)).await.expect("signed in");
    store.session_principal(&session.token_hash, at(90)).await.expect("answers").expect("signed in");
    store.session_end(ben, session.id, &audit(Action::SignedOut)).await.expect("signed out");
    let [found] = list("ben", None, 10).await.items.try_into().expect("one");
    assert_eq!((found.sessions, found.last_seen), (1, Some(at(90))), "kept after the session has ended");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_disabled_person_has_no_session_left(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let ben = world.add_member("Ben", Role::Viewer).await;
    let session = random_session(ben);
    store.session_create(&session, &audit(Action::SignedIn)).await.expect("signed in");
    store.person_set_disabled(ben, true, &audit(Action::PersonDisabled)).await.expect("disabled");
    assert!(store.session_list(ben, at(1)).await.expect("answers").is_empty());
    store.person_set_disabled(ben, false, &audit(Action::PersonEnabled)).await.expect("enabled");
    assert_eq!(store.session_principal(&session.token_hash, at(1)).await.expect("answers"), None);
    let nobody = PersonId(Uuid::now_v7());
    assert_not_found(store.person_set_disabled(nobody, true, &audit(Action::PersonDisabled)).await);
    assert_not_found(store.person_set_platform_role(nobody, None, &audit(Action::PlatformRoleChanged)).await);
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_admins_cannot_take_each_other_away_at_once(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let second = world.add_member("Second Admin", Role::Viewer).await;
    let (first, entry) = (world.owner, audit(Action::PlatformRoleChanged));
    assert_conflict(store.person_set_platform_role(first, None, &entry).await, Conflict::LastAdmin);
    assert_conflict(store.person_set_disabled(first, true, &entry).await, Conflict::LastAdmin);
    for _ in 0..8 {
        for person in [first, second] {
            let admin = Some(PlatformRole::Admin);
            let entry = audit(Action::PlatformRoleChanged);
            store.person_set_platform_role(person, admin, &entry).await.expect("an admin");
            store.person_set_disabled(person, false, &audit(Action::PersonEnabled)).await.expect("enabled");
        }
        let (one, other) = (audit(Action::PlatformRoleChanged), audit(Action::PersonDisabled));
        let (withdrawn, disabled) = tokio::join!(
            store.person_set_platform_role(first, None, &one),
            store.person_set_disabled(second, true, &other)
        );
        assert_ne!(withdrawn.is_ok(), disabled.is_ok(), "one of them stays");
        assert!(store.is_set_up().await.expect("answers"));
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn teams_are_listed_with_owners_and_counts(pool: PgPool) {
    let world = World::new(pool).await;
    world.add_member("Ben", Role::Owner).await;
    world.add_member("Ann", Role::Viewer).await;
    world.ready("agents").await;
    let gone = world.creating("gone").await;
    world.claim("worker").await.expect("there is one");
    world.finish(gone.operation, "worker", OperationStatus::Failed, EnvironmentStatus::Deleted).await;
    world.add_team(model::TeamId(Uuid::now_v7()), "a second").await;
    let page = world.store.team_rows(None, 1).await.expect("lists");
    assert_eq!(page.items[0].team.name, "a second");
    let [team] = world.store.team_rows(page.next.as_deref(), 1).await.expect("lists").items.try_into().expect("one");
    assert_eq!((team.team.id, team.members, team.environments), (world.team, 3, 1));
    assert_eq!(team.owners, ["Ben", "Olive Owner"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn running_and_failed_operations_of_all_teams_come_with_step_and_holder(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let ready = world.ready("agents").await;
    let deletion = deletion(&world, ready.id);
    store.operation_start(&deletion, &audit(Action::EnvironmentDeleteRequested)).await.expect("starts");
    world.claim("worker").await.expect("there is one");
    let step = StepKind::of(deletion.kind)[1];
    store.step_begin(deletion.id, "worker", step, at(12)).await.expect("begins");
    let queued = world.creating("another").await;
    let running = store.operation_running(10).await.expect("lists");
    // The one that was asked for first.
    let [first, second] = running.try_into().expect("two");
    assert_eq!((first.summary.id, first.step, first.lease), (queued.operation, None, None));
    assert_eq!((second.summary.id, second.step), (deletion.id, Some((step, Some(at(12))))));
    assert_eq!(second.lease.map(|lease| (lease.worker, lease.until)), Some(("worker".to_owned(), at(40))));
    assert_eq!(second.team_name, "Platform");
    assert!(store.operation_failed(10).await.expect("lists").is_empty());

    let failed = end(deletion.id, "worker", OperationStatus::Failed, EnvironmentStatus::DeleteFailed);
    store.operation_finish(&failed, &audit(Action::OperationFailed)).await.expect("ends");
    let [failed] = store.operation_failed(10).await.expect("lists").try_into().expect("one");
    assert_eq!((failed.summary.id, failed.step, failed.lease), (deletion.id, Some((step, Some(at(12)))), None));
}

#[sqlx::test(migrations = "../../migrations")]
async fn beats_are_listed_by_name(pool: PgPool) {
    let world = World::new(pool).await;
    for (name, seconds) in [("worker b", 50), ("reconciler a", 10), ("worker c", 5)] {
        world.store.worker_beat(name, at(seconds), "did it").await.expect("kept");
    }
    let beats = world.store.worker_list(at(10)).await.expect("lists");
    let listed: Vec<_> = beats.iter().map(|beat| (beat.name.as_str(), beat.at, beat.outcome.as_str())).collect();
    assert_eq!(listed, [("reconciler a", at(10), "did it"), ("worker b", at(50), "did it")]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn regions_of_an_account_are_replaced(pool: PgPool) {
    let world = World::new(pool).await;
    let regions = ["eu-north-1".to_owned(), "us-east-1".to_owned()];
    let entry = audit(Action::AccountRegionsChanged);
    world.store.account_set_regions(world.account, &regions, &entry).await.expect("kept");
    let account = world.store.account_get(world.account).await.expect("answers").expect("is there");
    assert_eq!(account.regions, regions);
    assert_eq!(world.store.account_environments().await.expect("counts")[&world.account], 0);
}

/// A locked preset.
pub(crate) fn preset(name: &str, team: Option<TeamId>) -> SavedPreset {
    SavedPreset {
        id: PresetId(Uuid::now_v7()),
        name: name.to_owned(),
        note: "What security agreed to".to_owned(),
        team,
        team_name: None,
        locked: true,
        open: vec!["size".to_owned()],
        form: DraftForm { backup_days: "14".to_owned(), ..DraftForm::default() },
        saved: at(5),
        saved_by: String::new(),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn presets_are_kept_whole_and_listed_for_their_teams(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let other = TeamId(Uuid::now_v7());
    world.add_team(other, "Other").await;
    for (name, team) in [("zebra", None), ("Apple", Some(world.team)), ("Melon", Some(other))] {
        store.preset_create(&preset(name, team), world.owner, &audit(Action::PresetSaved)).await.expect("saved");
    }
    let names = async |team| -> Vec<String> {
        store.preset_list(team).await.expect("lists").into_iter().map(|one| one.name).collect()
    };
    assert_eq!(names(None).await, ["Apple", "Melon", "zebra"], "whatever the case");
    assert_eq!(names(Some(world.team)).await, ["Apple", "zebra"]);
    let apple = store.preset_list(Some(world.team)).await.expect("lists").swap_remove(0);
    let kept = preset("Apple", Some(world.team));
    assert_eq!((apple.form, apple.open, apple.locked), (kept.form, kept.open, true));
    assert!(apple.team_name.is_some() && !apple.saved_by.is_empty());
    let taken =
        store.preset_create(&preset("APPLE", None), world.owner, &audit(Action::PresetSaved)).await.expect_err("taken");
    assert!(matches!(taken, StoreError::Taken { field: "name" }), "{taken:?}");
    store.preset_delete(apple.id, &audit(Action::PresetRemoved)).await.expect("removed");
    assert_eq!(names(Some(world.team)).await, ["zebra"]);
    assert_not_found(store.preset_delete(apple.id, &audit(Action::PresetRemoved)).await);
}
