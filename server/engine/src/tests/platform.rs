//! Looking after the installation.

use super::stage::stage;
use crate::{reconcile, worker::BEAT_PREFIX};
use chrono::TimeDelta;
use model::{
    Fault, FieldProblem,
    audit::Action,
    environment::{EnvironmentStatus, HealthKind, StateFilter},
    fault::Conflict,
    principal::PlatformRole,
    role::RoleForm,
};
use ports::{Clock, Store};
use std::time::Duration;

#[tokio::test]
async fn a_person_who_is_disabled_is_out_at_once_and_can_come_back() {
    let stage = stage();
    let (platform, world) = (&stage.services.platform, &stage.world);
    let token = crate::fakes::World::session_token(&world.viewer);
    let inside = async || stage.services.identity.authenticate(token.expose()).await.expect("answers").is_some();
    assert!(inside().await);
    platform.set_person_disabled(&world.admin, world.viewer.person, true).await.expect("disabled");
    assert!(!inside().await);
    platform.set_person_disabled(&world.admin, world.viewer.person, true).await.expect("nothing to do");
    platform.set_person_disabled(&world.admin, world.viewer.person, false).await.expect("enabled");
    assert!(!inside().await, "the old sessions have ended for good");
    let told: Vec<Action> = world.store.audit().into_iter().map(|entry| entry.action).collect();
    assert_eq!(told, [Action::PersonDisabled, Action::PersonEnabled]);
}

#[tokio::test]
async fn somebody_stays_admin() {
    let stage = stage();
    let (platform, world) = (&stage.services.platform, &stage.world);
    let admin = &world.admin;
    let oneself = platform.set_person_disabled(admin, admin.person, true).await;
    assert_eq!(oneself, Err(Fault::Conflict(Conflict::Oneself)));
    let last = platform.set_platform_role(admin, admin.person, None).await;
    assert_eq!(last, Err(Fault::Conflict(Conflict::LastAdmin)));
    assert!(world.store.audit().is_empty(), "what was refused is not told of as done");

    platform.set_platform_role(admin, world.owner.person, Some(PlatformRole::Admin)).await.expect("a second one");
    platform.set_platform_role(admin, admin.person, Some(PlatformRole::Auditor)).await.expect("now it is possible");
    let people = platform.people(&world.auditor, "", None).await.expect("listed");
    let roles: Vec<_> = people.items.iter().filter(|row| row.platform_role == Some(PlatformRole::Admin)).collect();
    assert_eq!(roles.len(), 1);
    assert_eq!(roles[0].person.id, world.owner.person);
}

#[tokio::test]
async fn people_and_teams_are_listed_with_what_they_belong_to() {
    let stage = stage();
    stage.ready("alpha").await;
    let (platform, world) = (&stage.services.platform, &stage.world);
    let found = platform.people(&world.auditor, " OTTO@ ", None).await.expect("listed").items;
    let [otto] = found.try_into().expect("one person");
    assert_eq!(otto.person.id, world.operator.person);
    assert_eq!((otto.memberships, otto.sessions), (world.operator.memberships.clone(), 1));
    let teams = platform.teams(&world.auditor, None).await.expect("listed").items;
    let core = teams.iter().find(|row| row.team.id == world.team.id).expect("is there");
    assert_eq!((core.members, core.environments, core.owners.as_slice()), (3, 1, ["Olga Owner".to_owned()].as_slice()));
}

#[tokio::test]
async fn regions_are_checked_kept_and_told_of() {
    let stage = stage();
    let (accounts, world) = (&stage.services.accounts, &stage.world);
    let wrong = accounts.set_regions(&world.admin, world.account.id, "eu-west-1, mars-1").await;
    let Err(Fault::Invalid(errors)) = wrong else { panic!("{wrong:?}") };
    assert_eq!(errors.of("regions"), Some(&FieldProblem::NotOffered));
    accounts.set_regions(&world.admin, world.account.id, "us-east-1 eu-north-1,us-east-1").await.expect("kept");
    let listed = accounts.list(&world.auditor).await.expect("listed");
    assert_eq!(listed[0].account.regions, ["us-east-1", "eu-north-1"]);
    assert_eq!(world.store.audit().pop().expect("told").action, Action::AccountRegionsChanged);
}

#[tokio::test]
async fn the_overview_counts_states_and_shows_what_runs() {
    let stage = stage();
    stage.ready("alpha").await;
    let running = stage.request(&stage.world.operator, "beta").await;
    let overview = stage.services.platform.overview(&stage.world.auditor).await.expect("readable");
    let count = |state| overview.counts.iter().find(|(counted, _)| *counted == state).map(|(_, count)| *count);
    assert_eq!(count(StateFilter::Health(HealthKind::Healthy)), Some(1));
    assert_eq!(count(StateFilter::Status(EnvironmentStatus::Creating)), Some(1));
    assert_eq!(overview.running.iter().map(|one| one.summary.id).collect::<Vec<_>>(), [running]);
    assert_eq!(overview.running[0].team_name, "Core");
    assert!(overview.failed.is_empty());
}

#[tokio::test]
async fn runners_say_when_they_are_due_and_when_nobody_runs_them() {
    let stage = stage();
    let (world, start) = (&stage.world, stage.world.clock.now());
    for name in ["reconciler health", &format!("{BEAT_PREFIX}one")] {
        world.store.worker_beat(name, start, "did it").await.expect("kept");
    }
    let work = async || stage.services.platform.work(&world.auditor).await.expect("readable").runners;
    let [health, worker] = work().await.try_into().expect("two");
    assert_eq!((health.is_worker, health.next), (false, Some(start + TimeDelta::seconds(5))));
    assert_eq!((worker.is_worker, worker.name.as_str(), worker.is_silent), (true, "one", false));
    world.clock.advance(Duration::from_secs(120));
    assert!(work().await.iter().all(|runner| runner.is_silent));
    world.clock.advance(Duration::from_secs(3600));
    let [health] = work().await.try_into().expect("a worker that is gone is not shown for ever");
    assert_eq!((health.name.as_str(), health.last), ("reconciler health", start));
}

#[test]
fn reconcilers_have_different_names() {
    let names: std::collections::HashSet<_> = reconcile::SCHEDULE.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), reconcile::SCHEDULE.len());
}

#[tokio::test]
async fn an_accounts_roles_are_given_as_templates_and_bad_input_beside_its_field() {
    let stage = stage();
    let who = &stage.world.admin;
    let bad = RoleForm {
        aws_account: "1234".to_owned(),
        server_arn: "arn:aws:iam::111122223333:group/x".to_owned(),
        boundary: "limit".to_owned(),
        ..RoleForm::default()
    };
    let Fault::Invalid(errors) = stage.services.accounts.roles(who, &bad).await.expect_err("refused") else {
        panic!("about fields");
    };
    let fields: Vec<&str> = errors.problems.keys().map(String::as_str).collect();
    assert_eq!(fields, ["aws_account", "boundary", "server_arn"]);
    let good = RoleForm {
        aws_account: "1111-2222-3333".to_owned(),
        server_arn: "arn:aws:iam::444455556666:role/handrail".to_owned(),
        external_id: "ours".to_owned(),
        boundary: "arn:aws:iam::111122223333:policy/limit".to_owned(),
    };
    let templates = stage.services.accounts.roles(who, &good).await.expect("allowed");
    assert!(templates.cloudformation.contains("\"sts:ExternalId\": \"ours\""), "{}", templates.cloudformation);
    assert!(templates.terraform.contains("aws_cloudformation_stack") && !templates.terraform.contains("import"));
}
