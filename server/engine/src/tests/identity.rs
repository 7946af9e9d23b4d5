//! Signing in, sessions, passwords and the setup link.

use super::stage::stage;
use crate::setup;
use model::{
    Fault, FieldProblem, PersonId, Secret,
    audit::{Action, Actor},
    fault::Conflict,
    person::ClientInfo,
};
use ports::store::NewPerson;
use uuid::Uuid;

const PASSWORD: &str = "correct horse battery";

fn client(ip: &str) -> ClientInfo {
    ClientInfo { ip: Some(ip.to_owned()), user_agent: Some("Firefox".to_owned()), request_id: Some("r-1".to_owned()) }
}

/// A world that nobody has set up.
fn empty() -> super::stage::Stage {
    let mut stage = stage();
    stage.world.store = crate::fakes::MemStore::new(&stage.world.gate);
    stage.services = super::stage::services_of(&stage.world);
    stage
}

#[tokio::test]
async fn the_setup_link_works_once_and_the_newest_only() {
    let stage = empty();
    let outside = stage.world.outside();
    let old = setup::new_link(&outside).await.expect("made").expect("nobody is there yet");
    let new = setup::new_link(&outside).await.expect("made").expect("nobody is there yet");
    let identity = &stage.services.identity;
    let password = Secret::new(PASSWORD);
    let with_old = identity.set_up(old.expose(), "Ada", "ada@example.org", &password, &client("::1")).await;
    assert_eq!(with_old.err(), Some(Fault::Conflict(Conflict::LinkExpired)));
    let session = identity.set_up(new.expose(), "Ada", "Ada@Example.org", &password, &client("::1")).await;
    let session = session.expect("set up");
    let who = identity.authenticate(session.token.expose()).await.expect("answers").expect("signed in");
    assert!(who.is_platform_admin());
    assert_eq!(who.email, "ada@example.org");
    let options = stage.services.environments.create_options(&who).await.expect("options");
    assert_eq!(options.teams.len(), 1, "there is a team to create in");
    let again = identity.set_up(new.expose(), "Eve", "eve@example.org", &password, &client("::1")).await;
    assert_eq!(again.err(), Some(Fault::Conflict(Conflict::LinkExpired)));
    assert_eq!(setup::new_link(&outside).await.expect("answers"), None);
}

#[tokio::test]
async fn what_is_wrong_with_the_setup_form_is_said_beside_its_fields() {
    let stage = empty();
    let token = setup::new_link(&stage.world.outside()).await.expect("made").expect("a link");
    let refused =
        stage.services.identity.set_up(token.expose(), " ", "ada", &Secret::new("short"), &client("::1")).await;
    let Err(Fault::Invalid(errors)) = refused else { panic!("not refused") };
    assert_eq!(errors.of("name"), Some(&FieldProblem::Required));
    assert_eq!(errors.of("email"), Some(&FieldProblem::NotAnEmail));
    assert_eq!(errors.of("password"), Some(&FieldProblem::TooShort { min: 12 }));
    assert_eq!(errors.typed.get("email").map(String::as_str), Some("ada"));
    assert!(!format!("{errors:?}").contains("short\""), "the password is not given back");
}

async fn with_person() -> super::stage::Stage {
    let stage = stage();
    let hash = crate::password::Passwords::new().hash(&Secret::new(PASSWORD)).await.expect("hashed");
    stage.world.store.seed_person(&NewPerson {
        id: PersonId(Uuid::from_u128(0x900)),
        name: "Pia".to_owned(),
        email: "pia@example.org".to_owned(),
        password_hash: hash,
        platform_role: None,
        created: ports::Clock::now(&stage.world.clock),
    });
    stage
}

#[tokio::test]
async fn signing_in_and_out() {
    let stage = with_person().await;
    let identity = &stage.services.identity;
    let session = identity.sign_in(" PIA@example.org ", &Secret::new(PASSWORD), &client("10.0.0.1")).await.expect("in");
    let who = identity.authenticate(session.token.expose()).await.expect("answers").expect("signed in");
    assert_eq!(who.name, "Pia");
    let sessions = identity.sessions(&who).await.expect("listed");
    assert!(sessions.len() == 1 && sessions[0].current);
    identity.sign_out(&who).await.expect("out");
    assert_eq!(identity.authenticate(session.token.expose()).await, Ok(None));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_person_look_the_same() {
    let stage = with_person().await;
    let identity = &stage.services.identity;
    let wrong = identity.sign_in("pia@example.org", &Secret::new("wrong password"), &client("10.0.0.1")).await;
    let unknown = identity.sign_in("nobody@example.org", &Secret::new(PASSWORD), &client("10.0.0.1")).await;
    let (Err(Fault::Invalid(wrong)), Err(Fault::Invalid(unknown))) = (wrong, unknown) else { panic!("not refused") };
    assert_eq!(wrong.problems, unknown.problems);
    assert_eq!(wrong.of("password"), Some(&FieldProblem::WrongCredentials));
    let refused: Vec<_> =
        stage.world.store.audit().into_iter().filter(|entry| entry.action == Action::SignInRefused).collect();
    assert_eq!(refused.len(), 2);
    assert!(refused.iter().all(|entry| entry.actor == Actor::Anonymous && entry.ip.as_deref() == Some("10.0.0.1")));
}

#[tokio::test]
async fn guessing_is_slowed_down_per_account_and_forgiven_in_time() {
    let stage = with_person().await;
    let identity = &stage.services.identity;
    for guess in 0..10 {
        let from = client(&format!("10.0.1.{guess}"));
        let refused = identity.sign_in("pia@example.org", &Secret::new("a wrong guess"), &from).await;
        assert!(matches!(refused, Err(Fault::Invalid(_))));
    }
    let right = Secret::new(PASSWORD);
    let blocked = identity.sign_in("pia@example.org", &right, &client("10.0.2.1")).await;
    let Err(Fault::TooManyRequests { retry_after_seconds }) = blocked else { panic!("not slowed down") };
    assert!((1..=900).contains(&retry_after_seconds), "{retry_after_seconds}");
    stage.world.clock.advance(std::time::Duration::from_secs(retry_after_seconds + 1));
    assert!(identity.sign_in("pia@example.org", &right, &client("10.0.2.1")).await.is_ok());
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let stage = with_person().await;
    let identity = &stage.services.identity;
    let old = Secret::new(PASSWORD);
    let one = identity.sign_in("pia@example.org", &old, &client("10.0.0.1")).await.expect("in");
    let two = identity.sign_in("pia@example.org", &old, &client("10.0.0.2")).await.expect("in");
    let who = identity.authenticate(one.token.expose()).await.expect("answers").expect("in");
    let new = Secret::new("a much better password");
    let wrong = identity.change_password(&who, &Secret::new("not the old one"), &new).await;
    assert!(matches!(wrong, Err(Fault::Invalid(errors)) if errors.of("current").is_some()));
    identity.change_password(&who, &old, &new).await.expect("changed");
    assert!(identity.authenticate(one.token.expose()).await.expect("answers").is_some());
    assert!(identity.authenticate(two.token.expose()).await.expect("answers").is_none());
    assert!(identity.sign_in("pia@example.org", &old, &client("10.0.0.1")).await.is_err());
    assert!(identity.sign_in("pia@example.org", &new, &client("10.0.0.1")).await.is_ok());
}

#[tokio::test]
async fn nobody_ends_the_session_of_somebody_else() {
    let stage = stage();
    let refused = stage.services.identity.revoke_session(&stage.world.viewer, stage.world.owner.session).await;
    assert_eq!(refused, Err(Fault::NotFound));
}
