//! The setup link, people, sessions, teams and invitations.

use crate::world::{
    HASH, World, assert_conflict, assert_not_found, assert_taken, at, audit, invitation, person, random_session,
    session_of, token,
};
use model::{
    InvitationId, PersonId, SessionId, TeamId,
    audit::Action,
    fault::Conflict,
    principal::PlatformRole,
    team::{Role, Team},
};
use ports::{
    Store,
    store::{Accepting, NewInvitation, NewPerson},
};
use sqlx::PgPool;
use store::PgStore;
use uuid::Uuid;

#[sqlx::test(migrations = "../../migrations")]
async fn only_the_newest_setup_link_works_and_only_once(pool: PgPool) {
    let store = PgStore::from_pool(pool.clone());
    assert!(!store.is_set_up().await.expect("answers"));
    let admin = person("Ada Admin", Some(PlatformRole::Admin));
    let session = session_of(admin.id, 9);
    let entry = audit(Action::PlatformSetUp);
    let expired = Conflict::LinkExpired;
    assert_conflict(store.setup_finish(&token(1), &admin, &session, &entry).await, expired);
    store.setup_link_set(&token(1), at(0)).await.expect("kept");
    store.setup_link_set(&token(2), at(1)).await.expect("replaced");
    assert_conflict(store.setup_finish(&token(1), &admin, &session, &entry).await, expired);
    store.setup_finish(&token(2), &admin, &session, &entry).await.expect("set up");
    assert!(store.is_set_up().await.expect("answers"));
    let who = store.session_principal(&token(9), at(1)).await.expect("answers").expect("signed in");
    assert!(who.is_platform_admin());

    store.setup_link_set(&token(3), at(2)).await.expect("does nothing");
    let links: i64 = sqlx::query_scalar("SELECT count(*) FROM setup_link").fetch_one(&pool).await.expect("answers");
    assert_eq!(links, 0);
    let second = person("Eve Else", Some(PlatformRole::Admin));
    for seed in [2, 3] {
        let session = random_session(second.id);
        assert_conflict(store.setup_finish(&token(seed), &second, &session, &entry).await, expired);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_session_leads_to_its_person_until_it_ends(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let store = &world.store;
    let research = TeamId(Uuid::now_v7());
    world.add_team(research, "a research team").await;
    let session = session_of(world.owner, 50);
    store.session_create(&session, &audit(Action::SignedIn)).await.expect("kept");
    let who = store.session_principal(&token(50), at(30)).await.expect("answers").expect("signed in");
    assert_eq!((who.person, who.session, who.email.as_str()), (world.owner, session.id, "olive.owner@example.com"));
    let teams: Vec<_> = who.memberships.iter().map(|m| (m.team, m.team_name.as_str(), m.role)).collect();
    assert_eq!(teams, [(research, "a research team", Role::Owner), (world.team, "Platform", Role::Owner)], "by name");

    let seen = async |at_second| {
        store.session_principal(&token(50), at(at_second)).await.expect("answers").expect("signed in");
        let sessions = store.session_list(world.owner, at(at_second)).await.expect("lists");
        sessions.into_iter().find(|one| one.id == session.id).expect("it is listed").last_seen
    };
    assert_eq!(seen(59).await, at(0), "once a minute is enough");
    assert_eq!(seen(61).await, at(61));
    assert_eq!(seen(90).await, at(61));

    assert!(store.session_principal(&token(51), at(30)).await.expect("answers").is_none(), "no such token");
    assert!(store.session_principal(&token(50), at(3600)).await.expect("answers").is_none(), "it has expired");
    assert!(store.session_list(world.owner, at(3600)).await.expect("lists").is_empty());
    let entry = audit(Action::SessionRevoked);
    assert_not_found(store.session_end(PersonId(Uuid::now_v7()), session.id, &entry).await);
    assert_not_found(store.session_end(world.owner, SessionId(Uuid::now_v7()), &entry).await);
    assert_eq!(world.audits(Action::SessionRevoked).await, 0);
    store.session_end(world.owner, session.id, &entry).await.expect("ends");
    assert!(store.session_principal(&token(50), at(30)).await.expect("answers").is_none());

    sqlx::query("UPDATE person SET disabled = true").execute(&pool).await.expect("disabled");
    assert!(store.session_principal(&token(2), at(30)).await.expect("answers").is_none(), "a disabled person");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_new_password_ends_the_other_sessions(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let member = world.add_member("Mia Member", Role::Viewer).await;
    store.session_create(&session_of(world.owner, 50), &audit(Action::SignedIn)).await.expect("kept");
    let hash = format!("{HASH}new");
    let entry = audit(Action::PasswordChanged);
    store.person_set_password(world.owner, &hash, world.owner_session, &entry).await.expect("changed");
    let left = store.session_list(world.owner, at(1)).await.expect("lists");
    assert_eq!(left.iter().map(|one| one.id).collect::<Vec<_>>(), [world.owner_session]);
    assert_eq!(store.session_list(member, at(1)).await.expect("lists").len(), 1, "nobody else's");
    let record = store.person_by_email("olive.owner@example.com").await.expect("answers").expect("there");
    assert_eq!((record.id, record.password_hash), (world.owner, hash.clone()));
    assert_eq!((record.platform_role, record.disabled), (Some(PlatformRole::Admin), false));
    assert!(store.person_by_email("nobody\0@example.com").await.expect("answers").is_none());
    let nobody = PersonId(Uuid::now_v7());
    assert!(store.person_by_id(nobody).await.expect("answers").is_none());
    assert_not_found(store.person_set_password(nobody, &hash, world.owner_session, &entry).await);
}

#[sqlx::test(migrations = "../../migrations")]
async fn teams_have_names_of_their_own_and_members_with_roles(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let entry = audit(Action::TeamCreated);
    let same = Team { id: TeamId(Uuid::now_v7()), name: "PLATFORM".to_owned(), created: at(0) };
    assert_taken(store.team_create(&same, world.owner, &entry).await, "name");
    let ownerless = Team { name: "Ownerless".to_owned(), ..same };
    assert_not_found(store.team_create(&ownerless, PersonId(Uuid::now_v7()), &entry).await);
    assert_eq!(store.team_get(ownerless.id).await.expect("answers"), None);
    let member = world.add_member("Adam Able", Role::Viewer).await;
    store.member_set_role(world.team, member, Role::Operator, &audit(Action::MemberRoleChanged)).await.expect("set");
    let members = store.member_list(world.team).await.expect("lists");
    let members: Vec<_> = members.iter().map(|one| (one.person, one.email.as_str(), one.role, one.since)).collect();
    let expected = [
        (member, "adam.able@example.com", Role::Operator, at(1)),
        (world.owner, "olive.owner@example.com", Role::Owner, at(0)),
    ];
    assert_eq!(members, expected);
    let other = TeamId(Uuid::now_v7());
    world.add_team(other, "Another").await;
    let names = async |of| -> Vec<String> {
        store.team_list(of).await.expect("lists").into_iter().map(|team| team.name).collect()
    };
    assert_eq!(names(None).await, ["Another", "Platform"]);
    assert_eq!(names(Some(member)).await, ["Platform"]);
    let entry = audit(Action::MemberRemoved);
    assert_not_found(store.member_remove(other, member, &entry).await);
    assert_not_found(store.member_set_role(other, member, Role::Owner, &entry).await);
    assert_not_found(store.member_remove(TeamId(Uuid::now_v7()), member, &entry).await);
    store.member_remove(world.team, member, &entry).await.expect("leaves");
    assert!(names(Some(member)).await.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_invitation_is_replaced_revoked_or_runs_out(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let first = invitation(&world, 1);
    let second = NewInvitation { role: Role::Operator, created: at(10), ..invitation(&world, 2) };
    for new in [&first, &second] {
        store.invitation_create(new, &audit(Action::MemberInvited)).await.expect("invited");
    }
    let pending = store.invitation_list(world.team, at(20)).await.expect("lists");
    let pending: Vec<_> = pending.iter().map(|one| (one.id, one.role, one.invited_by.as_str())).collect();
    assert_eq!(pending, [(second.id, Role::Operator, "Olive Owner")], "the newer replaces the older");
    assert!(store.invitation_by_hash(&token(1), at(20)).await.expect("answers").is_none());
    let (offer, team) = store.invitation_by_hash(&token(2), at(20)).await.expect("answers").expect("pending");
    assert_eq!((offer.email.as_str(), offer.expires, team.as_str()), ("new@example.com", at(3600), "Platform"));

    let late = at(3600);
    assert!(store.invitation_by_hash(&token(2), late).await.expect("answers").is_none());
    assert!(store.invitation_list(world.team, late).await.expect("lists").is_empty());
    let new = person("Ned New", None);
    let joins = |person: &NewPerson| Accepting::New(Box::new(person.clone()), Box::new(random_session(person.id)));
    let entry = audit(Action::InvitationAccepted);
    assert_conflict(store.invitation_accept(&token(2), &joins(&new), late, &entry).await, Conflict::LinkExpired);
    let entry_of_revocation = audit(Action::InvitationRevoked);
    let nowhere = InvitationId(Uuid::now_v7());
    assert_not_found(store.invitation_revoke(world.team, nowhere, &entry_of_revocation).await);
    assert_not_found(store.invitation_revoke(TeamId(Uuid::now_v7()), second.id, &entry_of_revocation).await);
    store.invitation_revoke(world.team, second.id, &entry_of_revocation).await.expect("revoked");
    assert_conflict(store.invitation_accept(&token(2), &joins(&new), at(20), &entry).await, Conflict::LinkExpired);

    let known = NewPerson { email: "olive.owner@example.com".to_owned(), ..new };
    store.invitation_create(&invitation(&world, 3), &audit(Action::MemberInvited)).await.expect("invited");
    assert_taken(store.invitation_accept(&token(3), &joins(&known), at(20), &entry).await, "email");
    let member = NewInvitation { email: known.email, ..invitation(&world, 4) };
    assert_taken(store.invitation_create(&member, &audit(Action::MemberInvited)).await, "email");
    let already = store.invitation_accept(&token(3), &Accepting::Existing(world.owner), at(20), &entry).await;
    assert_conflict(already, Conflict::ChangedMeanwhile);
    assert!(store.invitation_by_hash(&token(3), at(20)).await.expect("answers").is_some(), "it can still be used");
}
