//! Who sees which events, and what the filter lets through.

use super::stage::{Stage, stage, work};
use model::{
    Fault, FieldProblem, Principal,
    audit::Action,
    history::{HistoryEntry, HistoryForm},
    operation::OperationStatus,
    team::Role,
};

async fn list(stage: &Stage, who: &Principal, form: HistoryForm) -> Vec<HistoryEntry> {
    stage.services.history.list(who, form, None).await.expect("listed").items
}

fn actions(entries: &[HistoryEntry]) -> Vec<Action> {
    entries.iter().map(|entry| entry.event.action).collect()
}

/// An environment of the team, and an invitation of the other team.
async fn busy() -> Stage {
    let stage = stage();
    stage.ready("alpha").await;
    let (outsider, other) = (&stage.world.outsider, stage.world.other_team.id);
    stage.services.teams.invite(outsider, other, "new@example.org", Role::Viewer).await.expect("invited");
    stage
}

#[tokio::test]
async fn members_see_their_teams_and_platform_roles_see_everything() {
    let stage = busy().await;
    let world = &stage.world;
    for who in [&world.viewer, &world.operator, &world.owner] {
        let seen = list(&stage, who, HistoryForm::default()).await;
        assert!(!seen.is_empty() && seen.iter().all(|entry| entry.event.team == Some(world.team.id)), "{}", who.name);
    }
    let seen = list(&stage, &world.outsider, HistoryForm::default()).await;
    assert_eq!(actions(&seen), [Action::MemberInvited]);
    for who in [&world.auditor, &world.admin] {
        let seen = list(&stage, who, HistoryForm::default()).await;
        assert_eq!(seen.len(), world.store.audit().len(), "{}", who.name);
    }
    let mut nobody = world.outsider.clone();
    nobody.memberships.clear();
    assert_eq!(list(&stage, &nobody, HistoryForm::default()).await, []);
}

#[tokio::test]
async fn no_filter_opens_another_team() {
    let stage = busy().await;
    let world = &stage.world;
    let environment = list(&stage, &world.viewer, HistoryForm::default()).await[0].event.environment.expect("one");
    for (field, value) in [
        ("environment", environment.to_string()),
        ("environment", "alpha".to_owned()),
        ("person", world.operator.person.to_string()),
        ("kind", "operation".to_owned()),
        ("outcome", "asked".to_owned()),
    ] {
        let form = HistoryForm::of(|name| if name == field { value.clone() } else { String::new() });
        assert!(!list(&stage, &world.viewer, form.clone()).await.is_empty(), "{field}={value} finds something");
        assert_eq!(list(&stage, &world.outsider, form).await, [], "{field}={value}");
    }
    let options = stage.services.history.options(&world.outsider).await.expect("options");
    assert_eq!(options.environments, Vec::<String>::new());
    assert_eq!(options.people.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Oskar Outsider"]);
    let all = stage.services.history.options(&world.auditor).await.expect("options");
    assert_eq!((all.environments.as_slice(), all.people.len(), all.teams.len()), (&["alpha".to_owned()][..], 6, 2));
}

#[tokio::test]
async fn who_has_left_a_team_can_be_asked_for_there() {
    let stage = stage();
    let (teams, team) = (&stage.services.teams, stage.world.team.id);
    let (owner, outsider) = (&stage.world.owner, &stage.world.outsider);
    let offered = async || {
        let options = stage.services.history.options(owner).await.expect("options");
        options.people.iter().any(|one| one.id == outsider.person)
    };
    assert!(!offered().await, "somebody of another team");
    let token = teams.invite(owner, team, &outsider.email, Role::Operator).await.expect("invited");
    teams.accept(outsider, token.expose()).await.expect("joins");
    teams.remove_member(owner, team, outsider.person).await.expect("leaves");
    assert!(offered().await);
}

#[tokio::test]
async fn an_operation_is_told_with_its_end_and_duration() {
    let stage = stage();
    let operation = stage.request(&stage.world.operator, "alpha").await;
    let asked = HistoryForm { outcome: "asked".to_owned(), ..HistoryForm::default() };
    let queued = list(&stage, &stage.world.viewer, asked.clone()).await.remove(0);
    assert_eq!(queued.event.operation, Some(operation));
    assert_eq!(queued.operation.expect("it is there").status, OperationStatus::Queued);
    work(&stage.world, "worker one").await;
    let over = list(&stage, &stage.world.viewer, asked).await.remove(0).operation.expect("it is there");
    assert_eq!(over.status, OperationStatus::Succeeded);
    assert!(over.seconds().expect("it ended") > 0);
}

#[tokio::test]
async fn a_filter_that_means_nothing_is_refused_by_its_field() {
    let stage = stage();
    let form = HistoryForm { from: "yesterday".to_owned(), ..HistoryForm::default() };
    let answer = stage.services.history.list(&stage.world.viewer, form, None).await;
    let Err(Fault::Invalid(errors)) = answer else { panic!("{answer:?}") };
    assert_eq!(errors.of("from"), Some(&FieldProblem::NotADate));
}

#[tokio::test]
async fn revisions_that_are_not_there_cannot_be_compared() {
    let stage = stage();
    let id = stage.ready("alpha").await;
    let same = stage.services.environments.compare(&stage.world.viewer, id, 1, 1).await.expect("compared");
    assert!(same.spec.is_empty() && same.resources.is_empty() && same.same_resources > 20);
    let missing = stage.services.environments.compare(&stage.world.viewer, id, 1, 2).await;
    assert!(matches!(missing, Err(Fault::NotFound)), "{missing:?}");
}
