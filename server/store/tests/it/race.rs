//! Two that want the same thing at once: one gets it, the other is told.

use crate::world::{
    World, assert_conflict, assert_taken, at, audit, deletion, environment, invitation, person, random_session, token,
};
use model::{OperationId, audit::Action, fault::Conflict, team::Role};
use ports::{
    Store, StoreError, StoreResult,
    store::{Accepting, NewEnvironment, NewOperation},
};
use sqlx::PgPool;
use std::fmt::Debug;
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
async fn an_operation_that_starts_while_another_ends_waits_for_no_deadlock(pool: PgPool) {
    let world = World::new(pool).await;
    for round in 0..ROUNDS {
        let new = world.creating(&format!("agents-{round}")).await;
        world.claim("worker").await.expect("there is one");
        let deletion = deletion(&world, new.id);
        let entry = audit(Action::EnvironmentDeleteRequested);
        let (started, ()) = tokio::join!(
            world.store.operation_start(&deletion, &entry),
            world.finish(
                new.operation,
                "worker",
                model::operation::OperationStatus::Succeeded,
                model::environment::EnvironmentStatus::Ready
            )
        );
        assert!(matches!(started, Ok(()) | Err(StoreError::Conflict(Conflict::OperationRunning))), "{started:?}");
        if started.is_ok() {
            world.claim("worker").await.expect("out of the next round's way");
        }
    }
}
