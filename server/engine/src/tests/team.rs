//! Teams, members and invitations.

use super::stage::stage;
use model::{Fault, FieldProblem, Secret, fault::Conflict, person::ClientInfo, team::Role};
use std::time::Duration;

#[tokio::test]
async fn an_invitation_makes_a_person_a_member_once() {
    let stage = stage();
    let (teams, team) = (&stage.services.teams, stage.world.team.id);
    let token = teams.invite(&stage.world.owner, team, "Neo@example.org", Role::Viewer).await.expect("invited");
    let offer = teams.offer(token.expose()).await.expect("offered");
    assert_eq!((offer.team_name.as_str(), offer.email.as_str(), offer.role), ("Core", "neo@example.org", Role::Viewer));
    assert!(!offer.has_account);
    let password = Secret::new("a password of Neo's");
    let session =
        teams.accept_as_new(token.expose(), "Neo", &password, &ClientInfo::default()).await.expect("accepted");
    let who = stage.services.identity.authenticate(session.token.expose()).await.expect("answers").expect("in");
    assert_eq!(who.role_in(team), Some(Role::Viewer));
    let again = teams.accept_as_new(token.expose(), "Neo", &password, &ClientInfo::default()).await;
    assert_eq!(again.err(), Some(Fault::Conflict(Conflict::LinkExpired)));
}

#[tokio::test]
async fn a_person_can_belong_to_several_teams_but_not_with_an_invitation_of_somebody_else() {
    let stage = stage();
    let (teams, team) = (&stage.services.teams, stage.world.team.id);
    let outsider = &stage.world.outsider;
    let token = teams.invite(&stage.world.owner, team, &outsider.email, Role::Operator).await.expect("invited");
    let other = teams.accept(&stage.world.viewer, token.expose()).await;
    assert!(matches!(other, Err(Fault::Invalid(errors)) if errors.of("email").is_some()));
    assert_eq!(teams.accept(outsider, token.expose()).await, Ok(team));
    let members = teams.get(&stage.world.owner, team).await.expect("readable").members;
    assert!(members.iter().any(|member| member.person == outsider.person && member.role == Role::Operator));
}

#[tokio::test]
async fn old_and_revoked_links_do_not_work() {
    let stage = stage();
    let (teams, team, owner) = (&stage.services.teams, stage.world.team.id, &stage.world.owner);
    let revoked = teams.invite(owner, team, "a@example.org", Role::Viewer).await.expect("invited");
    let pending = teams.get(owner, team).await.expect("readable").invitations;
    teams.revoke_invitation(owner, team, pending[0].id).await.expect("revoked");
    let expired = teams.invite(owner, team, "b@example.org", Role::Viewer).await.expect("invited");
    stage.world.clock.advance(Duration::from_secs(8 * 24 * 3600));
    for token in [revoked, expired] {
        assert_eq!(teams.offer(token.expose()).await.err(), Some(Fault::Conflict(Conflict::LinkExpired)));
    }
}

#[tokio::test]
async fn the_last_owner_stays() {
    let stage = stage();
    let (teams, team, owner) = (&stage.services.teams, stage.world.team.id, &stage.world.owner);
    let left = teams.remove_member(owner, team, owner.person).await;
    assert_eq!(left, Err(Fault::Conflict(Conflict::LastOwner)));
    let stepped_down = teams.set_role(owner, team, owner.person, Role::Viewer).await;
    assert_eq!(stepped_down, Err(Fault::Conflict(Conflict::LastOwner)));
    teams.set_role(owner, team, stage.world.operator.person, Role::Owner).await.expect("a second one");
    teams.remove_member(owner, team, owner.person).await.expect("now it is possible");
}

#[tokio::test]
async fn team_names_are_unique_and_what_was_typed_is_kept() {
    let stage = stage();
    let refused = stage.services.teams.create(&stage.world.admin, " core ").await;
    let Err(Fault::Invalid(errors)) = refused else { panic!("{refused:?}") };
    assert_eq!(errors.of("name"), Some(&FieldProblem::Taken));
    assert_eq!(errors.typed.get("name").map(String::as_str), Some(" core "));
}
