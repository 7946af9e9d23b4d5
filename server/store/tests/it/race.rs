//! Two that want the same thing at once: one gets it, the other is told.

use crate::world::{
    World, assert_conflict, assert_taken, at, audit, deletion, end, environment, invitation, person, random_session,
    token,
};
use model::{
    OperationId, audit::Action, environment::EnvironmentStatus, fault::Conflict, operation::OperationStatus, team::Role,
};
use ports::{
    Store, StoreResult,
    store::{Accepting, NewEnvironment, NewOperation},
};
use sqlx::PgPool;
use std::{fmt::Debug, time::Duration};
use uuid::Uuid;

/// Rounds of each race: which of the two comes first is up to Postgres.
const ROUNDS: u8 = 8;

/// The refusal of the one that lost. Exactly one must have won.
#[track_caller]
fn loser<T: Debug>(outcomes: (StoreResult<T>, StoreResult<T>)) -> StoreResult<T> {
    match outcomes {
        (Ok(_), Err(error)) | (Err(error), Ok(_)) => Err(error),
        both => panic!("one of two should win: {both:?}"),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_operation_is_claimed_by_one_worker(pool: PgPool) {
    let world = World::new(pool).await;
    for round in 0..ROUNDS {
        world.creating(&format!("agents-{round}")).await;
        let claims = tokio::join!(world.claim("first"), world.claim("second"), world.claim("third"));
        let won = [claims.0, claims.1, claims.2].into_iter().flatten().count();
        assert_eq!(won, 1);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_queued_operations_are_claimed_side_by_side(pool: PgPool) {
    let world = World::new(pool).await;
    for round in 0..ROUNDS {
        world.creating(&format!("one-{round}")).await;
        world.creating(&format!("two-{round}")).await;
        let (first, second) = tokio::join!(world.claim("first"), world.claim("second"));
        let (first, second) = (first.expect("one for the first"), second.expect("one for the second"));
        assert_ne!(first.summary.id, second.summary.id);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_operation_starts_on_an_environment(pool: PgPool) {
    let world = World::new(pool).await;
    for round in 0..ROUNDS {
        let ready = world.ready(&format!("agents-{round}")).await;
        let (one, two) = (deletion(&world, ready.id), deletion(&world, ready.id));
        let entries = (audit(Action::EnvironmentDeleteRequested), audit(Action::EnvironmentDeleteRequested));
        let outcomes =
            tokio::join!(world.store.operation_start(&one, &entries.0), world.store.operation_start(&two, &entries.1));
        assert_conflict(loser(outcomes), Conflict::OperationRunning);
        assert_eq!(world.audits(Action::EnvironmentDeleteRequested).await, i64::from(round) + 1);
        let mut late: NewOperation = deletion(&world, ready.id);
        late.allowed_from.clear();
        let entry = audit(Action::EnvironmentDeleteRequested);
        assert_conflict(world.store.operation_start(&late, &entry).await, Conflict::OperationRunning);
        // Out of the next round's way.
        world.claim("worker").await.expect("there is one");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_draft_that_is_posted_twice_makes_one_environment(pool: PgPool) {
    let world = World::new(pool).await;
    for round in 0..ROUNDS {
        let draft = world.draft().await;
        let one = environment(&world, &draft, &format!("agents-{round}"));
        let two = NewEnvironment { operation: OperationId(Uuid::now_v7()), ..one.clone() };
        let entries = (audit(Action::EnvironmentCreateRequested), audit(Action::EnvironmentCreateRequested));
        let outcomes = tokio::join!(
            world.store.environment_create(&one, &entries.0),
            world.store.environment_create(&two, &entries.1)
        );
        assert_conflict(loser(outcomes), Conflict::ChangedMeanwhile);
        assert_eq!(world.audits(Action::EnvironmentCreateRequested).await, i64::from(round) + 1);
        let page = world.store.operation_list(one.id, None, 10).await.expect("operations can be listed");
        assert_eq!(page.items.len(), 1);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_drafts_of_one_name_make_one_environment(pool: PgPool) {
    let world = World::new(pool).await;
    for round in 0..ROUNDS {
        let drafts = (world.draft().await, world.draft().await);
        let name = format!("agents-{round}");
        let (one, two) = (environment(&world, &drafts.0, &name), environment(&world, &drafts.1, &name.to_uppercase()));
        let entries = (audit(Action::EnvironmentCreateRequested), audit(Action::EnvironmentCreateRequested));
        let outcomes = tokio::join!(
            world.store.environment_create(&one, &entries.0),
            world.store.environment_create(&two, &entries.1)
        );
        assert_taken(loser(outcomes), "name");
        let left = [drafts.0.id, drafts.1.id].map(|draft| world.store.draft_get(draft));
        let [first, second] = left;
        let (first, second) = tokio::join!(first, second);
        let kept = [first, second].into_iter().filter(|draft| matches!(draft, Ok(Some(_)))).count();
        assert_eq!(kept, 1, "the loser's draft is still there to be changed");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_invitation_is_accepted_once(pool: PgPool) {
    let world = World::new(pool).await;
    for round in 0..ROUNDS {
        let seed = 100 + round;
        let mut new = invitation(&world, seed);
        new.email = format!("new{round}@example.com");
        world.store.invitation_create(&new, &audit(Action::MemberInvited)).await.expect("invited");
        let joins = |name: String| {
            let person = person(&name, None);
            Accepting::New(Box::new(person.clone()), Box::new(random_session(person.id)))
        };
        let (one, two) = (joins(format!("One {round}")), joins(format!("Two {round}")));
        let entries = (audit(Action::InvitationAccepted), audit(Action::InvitationAccepted));
        let hash = token(seed);
        let outcomes = tokio::join!(
            world.store.invitation_accept(&hash, &one, at(1), &entries.0),
            world.store.invitation_accept(&hash, &two, at(1), &entries.1)
        );
        assert_conflict(loser(outcomes), Conflict::LinkExpired);
        let members = world.store.member_list(world.team).await.expect("members can be listed");
        assert_eq!(members.len(), usize::from(round) + 2, "the owner and one for each round");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_team_keeps_an_owner_when_two_leave_at_once(pool: PgPool) {
    let world = World::new(pool).await;
    for round in 0..ROUNDS {
        let other = world.add_member(&format!("Second Owner {round}"), Role::Owner).await;
        let entries = (audit(Action::MemberRoleChanged), audit(Action::MemberRoleChanged));
        let outcomes = tokio::join!(
            world.store.member_set_role(world.team, world.owner, Role::Viewer, &entries.0),
            world.store.member_set_role(world.team, other, Role::Viewer, &entries.1)
        );
        assert_conflict(loser(outcomes), Conflict::LastOwner);
        let members = world.store.member_list(world.team).await.expect("members can be listed");
        assert_eq!(members.iter().filter(|member| member.role == Role::Owner).count(), 1);
        let entry = audit(Action::MemberRoleChanged);
        world.store.member_set_role(world.team, world.owner, Role::Owner, &entry).await.expect("owner again");
        let entry = audit(Action::MemberRemoved);
        world.store.member_remove(world.team, other, &entry).await.expect("leaves");
    }
    let entry = audit(Action::MemberRemoved);
    assert_conflict(world.store.member_remove(world.team, world.owner, &entry).await, Conflict::LastOwner);
}

#[sqlx::test(migrations = "../../migrations")]
async fn whoever_ends_an_operation_waits_for_the_environment_before_it_holds_the_operation(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let new = world.creating("agents").await;
    world.claim("worker").await.expect("there is one");
    // As an operation that starts does: it holds the environment, and then waits for the one that is ending.
    let mut starting = pool.begin().await.expect("begins");
    let hold = sqlx::query("SELECT FROM environment WHERE id = $1 FOR NO KEY UPDATE").bind(new.id.0);
    hold.execute(&mut *starting).await.expect("holds the environment");
    let (store, id) = (world.store.clone(), new.operation);
    let ending = tokio::spawn(async move {
        let end = end(id, "worker", OperationStatus::Succeeded, EnvironmentStatus::Ready);
        store.operation_finish(&end, &audit(Action::OperationSucceeded)).await
    });
    let waits = "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                 WHERE a.datname = current_database() AND NOT l.granted)";
    let blocked = async {
        while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&pool).await.expect("locks can be seen") {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), blocked).await.expect("the end waits for the environment");
    let free = sqlx::query("SELECT FROM operation WHERE id = $1 FOR NO KEY UPDATE NOWAIT").bind(id.0);
    free.execute(&mut *starting).await.expect("otherwise the two would wait for each other");
    starting.rollback().await.expect("lets go");
    ending.await.expect("no panic").expect("the operation ends");
}
