//! Environments: what is written comes back, who sees which, and what a look at AWS changes.

use crate::world::{
    REGION, World, assert_conflict, assert_not_found, assert_taken, at, audit, cloud_account, deletion, draft_of,
    environment, llm_key, spec,
};
use model::{
    AccountId, EnvironmentId, TeamId,
    audit::Action,
    environment::{DegradedReason, EnvironmentFilter, EnvironmentStatus, Health},
    fault::Conflict,
    operation::{OperationKind, OperationStatus, StepKind, StepStatus},
};
use ports::{
    Store,
    store::{Due, KnownResource, NamedSecret, NewEnvironment, Observation, StoredSecret},
};
use sqlx::PgPool;
use std::collections::BTreeMap;
use store::PgStore;
use uuid::Uuid;

#[sqlx::test(migrations = "../../migrations")]
async fn a_new_environment_comes_back_whole(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let new = world.creating("agents").await;
    assert_eq!(store.draft_get(new.draft).await.expect("answers"), None, "the draft became the environment");

    let record = store.environment_get(new.id).await.expect("answers").expect("it is there");
    let summary = &record.summary;
    assert_eq!((summary.name.as_str(), summary.team, summary.team_name.as_str()), ("agents", world.team, "Platform"));
    assert_eq!((summary.account, summary.account_name.as_str()), (world.account, "Main"));
    assert_eq!((summary.region.as_str(), summary.status), (REGION, EnvironmentStatus::Creating));
    assert_eq!((&summary.health, summary.health_since, summary.checked), (&Health::NotChecked, None, None));
    assert_eq!(summary.spec, spec(&world));
    assert_eq!((summary.created, summary.created_by.as_str()), (at(5), "Olive Owner"));
    let last = summary.last_operation.as_ref().expect("its creation");
    assert_eq!((last.id, last.kind, last.status), (new.operation, OperationKind::Create, OperationStatus::Queued));
    assert_eq!((last.requested_by.as_str(), last.requested_by_id, last.at), ("Olive Owner", Some(world.owner), at(5)));
    assert_eq!((record.revision, record.stack_name.as_str(), record.stack_id), (1, "handrail-agents", None));
    assert_eq!(record.llm_key, Some(llm_key(&world)));
    assert!(record.outputs.is_empty() && record.receipt.is_none());

    let operation = world.operation(new.operation).await;
    assert_eq!(operation.steps.iter().map(|step| step.kind).collect::<Vec<_>>(), StepKind::of(OperationKind::Create));
    assert!(operation.steps.iter().all(|step| step.status == StepStatus::Waiting && step.attempts == 0));
    let revision = &store.revision_list(new.id).await.expect("answers")[0];
    assert_eq!((revision.number, &revision.spec, revision.created), (1, &new.spec, at(5)));
    assert_eq!((revision.created_by.as_str(), revision.template_hash.as_str()), ("Olive Owner", "abc123"));
    assert_eq!(store.revision_template(new.id, 1).await.expect("answers"), Some(new.template_body));
    assert_eq!(store.revision_template(new.id, 2).await.expect("answers"), None);
    assert_eq!(store.revision_template(new.id, u32::MAX).await.expect("answers"), None);
    assert_eq!(world.audits(Action::EnvironmentCreateRequested).await, 1);
    assert!(store.environment_get(EnvironmentId(Uuid::now_v7())).await.expect("answers").is_none());
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_name_is_free_again_once_its_environment_is_deleted(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let first = world.ready("agents").await;
    assert!(store.environment_name_taken(world.team, "AGENTS").await.expect("answers"));
    assert!(!store.environment_name_taken(world.team, "others").await.expect("answers"));
    assert!(!store.environment_name_taken(TeamId(Uuid::now_v7()), "agents").await.expect("answers"));
    assert!(!store.environment_name_taken(world.team, "age\0nts").await.expect("answers"));
    let ranges = store.environment_ranges(world.account, REGION).await.expect("answers");
    assert_eq!(ranges, [("agents".to_owned(), "10.64.0.0/20".to_owned())]);
    assert!(store.environment_ranges(world.account, "us-east-1").await.expect("answers").is_empty());
    let draft = world.draft().await;
    let second = environment(&world, &draft, "agents");
    let entry = audit(Action::EnvironmentCreateRequested);
    assert_taken(store.environment_create(&second, &entry).await, "name");

    let deletion = deletion(&world, first.id);
    store.operation_start(&deletion, &audit(Action::EnvironmentDeleteRequested)).await.expect("starts");
    assert_eq!(world.status(first.id).await, EnvironmentStatus::Deleting);
    world.claim("worker").await.expect("there is one");
    world.finish(deletion.id, "worker", OperationStatus::Succeeded, EnvironmentStatus::Deleted).await;
    assert!(!store.environment_name_taken(world.team, "agents").await.expect("answers"));
    assert!(store.environment_ranges(world.account, REGION).await.expect("answers").is_empty());
    store.environment_create(&second, &entry).await.expect("the name is free");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_draft_belongs_to_its_owner_and_ends_with_its_environment(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let mut draft = world.draft().await;
    draft.form.name = "changed".to_owned();
    draft.llm_key = None;
    draft.updated = at(60);
    store.draft_put(&draft, None).await.expect("replaced");
    assert_eq!(store.draft_get(draft.id).await.expect("answers"), Some(draft.clone()));
    let other = world.add_member("Mia Member", model::team::Role::Operator).await;
    let mut stolen = draft.clone();
    stolen.owner = other;
    assert_not_found(store.draft_put(&stolen, None).await);
    let foreign = NewEnvironment { created_by: other, ..environment(&world, &draft, "agents") };
    let entry = audit(Action::EnvironmentCreateRequested);
    assert_conflict(store.environment_create(&foreign, &entry).await, Conflict::ChangedMeanwhile);
    assert_eq!(store.draft_stale(at(60)).await.expect("answers"), []);
    let older = draft_of(&world);
    store.draft_put(&older, None).await.expect("kept");
    assert_eq!(store.draft_stale(at(61)).await.expect("answers"), [older.clone(), draft.clone()], "oldest first");
    store.draft_delete(older.id, None).await.expect("deleted");
    assert_not_found(store.draft_delete(older.id, None).await);
    store.environment_create(&environment(&world, &draft, "agents"), &entry).await.expect("made");
    assert_not_found(store.draft_put(&draft, None).await);
    assert_eq!(store.draft_get(draft.id).await.expect("answers"), None, "it does not come to life again");
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_list_shows_what_was_asked_for(pool: PgPool) {
    let world = World::new(pool).await;
    let other = TeamId(Uuid::now_v7());
    world.add_team(other, "Research").await;
    world.ready("alpha").await;
    let beta = world.creating("beta_x").await;
    world.claim("worker").await.expect("there is one");
    world.finish(beta.operation, "worker", OperationStatus::Failed, EnvironmentStatus::Failed).await;
    let gone = world.ready("gone").await;
    let deletion = deletion(&world, gone.id);
    world.store.operation_start(&deletion, &audit(Action::EnvironmentDeleteRequested)).await.expect("starts");
    world.claim("worker").await.expect("there is one");
    world.finish(deletion.id, "worker", OperationStatus::Succeeded, EnvironmentStatus::Deleted).await;
    let draft = world.draft().await;
    let elsewhere = NewEnvironment { team: other, ..environment(&world, &draft, "alpha") };
    let entry = audit(Action::EnvironmentCreateRequested);
    world.store.environment_create(&elsewhere, &entry).await.expect("another team's name is free");

    let list = async |teams: Option<&[TeamId]>, filter: EnvironmentFilter| {
        let page = world.store.environment_list(teams, &filter, None, 10).await.expect("lists");
        assert_eq!(page.next, None);
        page.items.into_iter().map(|one| format!("{}/{}", one.team_name, one.name)).collect::<Vec<_>>()
    };
    let all = EnvironmentFilter::default;
    assert_eq!(list(None, all()).await, ["Platform/alpha", "Research/alpha", "Platform/beta_x"]);
    assert_eq!(list(Some(&[other]), all()).await, ["Research/alpha"]);
    assert!(list(Some(&[]), all()).await.is_empty());
    assert_eq!(list(None, EnvironmentFilter { team: Some(other), ..all() }).await, ["Research/alpha"]);
    assert!(list(Some(&[world.team]), EnvironmentFilter { team: Some(other), ..all() }).await.is_empty());
    assert_eq!(list(None, EnvironmentFilter { search: " ETA ".into(), ..all() }).await, ["Platform/beta_x"]);
    assert_eq!(list(None, EnvironmentFilter { search: "_".into(), ..all() }).await, ["Platform/beta_x"]);
    assert!(list(None, EnvironmentFilter { search: "%".into(), ..all() }).await.is_empty(), "no wild cards");
    assert!(list(None, EnvironmentFilter { search: "a\0".into(), ..all() }).await.is_empty());
    let status = |status| EnvironmentFilter { state: Some(model::environment::StateFilter::Status(status)), ..all() };
    assert_eq!(list(None, status(EnvironmentStatus::Failed)).await, ["Platform/beta_x"]);
    assert_eq!(list(None, status(EnvironmentStatus::Deleted)).await, ["Platform/gone"]);
    assert_eq!(list(None, EnvironmentFilter { deleted: true, ..all() }).await.len(), 4);
}

/// A look at AWS that had this outcome.
fn look(environment: EnvironmentId, health: Health, seconds: i64) -> Observation {
    Observation { environment, health, reported_version: None, checked: Some(at(seconds)), at: at(seconds), doubts: 0 }
}

/// Takes what was not looked at before a moment, at that moment.
async fn due(store: &PgStore, before: i64, limit: u32) -> Vec<EnvironmentId> {
    let due = Due { before: at(before), doubted_before: at(before), except: Vec::new(), at: at(before), limit };
    store.environment_due(&due).await.expect("answers").into_iter().map(|record| record.summary.id).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_due_depends_on_doubts_and_on_the_account(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let (calm, doubted) = (world.ready("calm").await, world.ready("doubted").await);
    for (id, doubts) in [(calm.id, 0), (doubted.id, 1)] {
        let observation = Observation { doubts, ..look(id, Health::Healthy, 100) };
        store.environment_observe(&observation, &audit(Action::EnvironmentHealthChanged)).await.expect("kept");
    }
    let doubts = async |id| store.environment_get(id).await.expect("answers").expect("there").doubts;
    assert_eq!((doubts(calm.id).await, doubts(doubted.id).await), (0, 1));
    let of = async |before: i64, doubted: i64, except: Vec<(AccountId, String)>| {
        let due = Due { before: at(before), doubted_before: at(doubted), except, at: at(doubted), limit: 10 };
        let taken = store.environment_due(&due).await.expect("answers");
        taken.into_iter().map(|record| record.summary.id).collect::<Vec<_>>()
    };
    assert_eq!(of(90, 104, Vec::new()).await, [doubted.id], "it is looked at again soon");
    let here = (calm.account, calm.region.clone());
    assert!(of(200, 200, vec![here.clone()]).await.is_empty(), "the account rests");
    let elsewhere = (here.0, "mars-1".to_owned());
    assert_eq!(of(200, 200, vec![elsewhere]).await.len(), 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_who_look_for_work_at_once_never_get_the_same(pool: PgPool) {
    let world = World::new(pool).await;
    for n in 0..6 {
        world.ready(&format!("agents-{n}")).await;
    }
    let (one, other) = tokio::join!(due(&world.store, 100, 4), due(&world.store, 100, 4));
    let mut all = [one, other].concat();
    let taken = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), taken, "nobody is looked at twice");
    let drifts = |at_seconds| world.store.drift_due(at(0), at(at_seconds), 4);
    let (one, other) = tokio::join!(drifts(100), drifts(100));
    let mut all: Vec<_> =
        [one, other].into_iter().flat_map(|taken| taken.expect("answers")).map(|one| one.summary.id).collect();
    let taken = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), taken, "nobody is compared twice");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_look_is_kept_while_no_operation_runs_and_told_of_when_the_kind_changes(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let new = world.creating("agents").await;
    let observe = async |observation: &Observation| {
        let entry = audit(Action::EnvironmentHealthChanged);
        store.environment_observe(observation, &entry).await.expect("answers");
        let summary = store.environment_get(new.id).await.expect("answers").expect("there").summary;
        (summary, world.audits(Action::EnvironmentHealthChanged).await)
    };
    let (summary, audits) = observe(&look(new.id, Health::Gone, 8)).await;
    assert_eq!((summary.health, audits), (Health::NotChecked, 0), "the operation knows better");
    assert!(due(store, 10_000, 10).await.is_empty(), "it is being worked on");

    world.claim("worker").await.expect("there is one");
    world.finish(new.operation, "worker", OperationStatus::Succeeded, EnvironmentStatus::Ready).await;
    let missing = |running| Health::Degraded { reason: DegradedReason::TasksMissing { running, desired: 2 } };
    let mut first = look(new.id, missing(0), 50);
    first.reported_version = Some("1.25.0".to_owned());
    let (summary, audits) = observe(&first).await;
    assert_eq!((summary.health, summary.health_since, audits), (missing(0), Some(at(50)), 1));
    assert_eq!((summary.checked, summary.reported_version.as_deref()), (Some(at(50)), Some("1.25.0")));
    let (summary, audits) = observe(&look(new.id, missing(1), 60)).await;
    assert_eq!((summary.health, summary.health_since, audits), (missing(1), Some(at(50)), 1), "only a detail");
    assert_eq!((summary.checked, summary.reported_version.as_deref()), (Some(at(60)), Some("1.25.0")));
    let mut blind = look(new.id, Health::Healthy, 70);
    blind.checked = None;
    let (summary, audits) = observe(&blind).await;
    assert_eq!((summary.health_since, summary.checked, audits), (Some(at(70)), Some(at(60)), 2));

    let mut late = look(new.id, Health::Healthy, 65);
    late.doubts = 1;
    let (summary, _) = observe(&late).await;
    assert_eq!(summary.checked, Some(at(65)));
    let (summary, _) = observe(&look(new.id, Health::Healthy, 20)).await;
    assert_eq!(summary.checked, Some(at(65)), "another replica's clock runs behind");

    world.ready("other").await;
    assert_eq!(due(store, 25, 10).await, [new.id], "looked at at 20; the other at 30, when its creation ended well");
    assert_eq!(due(store, 100, 1).await.len(), 1);
    assert_eq!(due(store, 100, 10).await.len(), 1, "who takes one has looked at it");
    assert!(due(store, 100, 10).await.is_empty());
    let nowhere = look(EnvironmentId(Uuid::now_v7()), Health::Healthy, 1);
    assert_not_found(store.environment_observe(&nowhere, &audit(Action::EnvironmentHealthChanged)).await);
}

#[sqlx::test(migrations = "../../migrations")]
async fn stack_resources_and_secret_are_remembered_until_told_otherwise(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let new = world.creating("agents").await;
    let resource = |logical: &str, physical: &str| KnownResource {
        logical_id: logical.to_owned(),
        resource_type: "AWS::S3::Bucket".to_owned(),
        physical_id: physical.to_owned(),
    };
    let (bucket, again) = (resource("Bucket", "bucket-1"), resource("Bucket", "bucket-2"));
    let outputs = BTreeMap::from([("Address".to_owned(), "http://lb".to_owned())]);
    store
        .environment_set_stack(new.id, "arn:stack/1", &BTreeMap::new(), &[bucket.clone(), bucket.clone()])
        .await
        .expect("kept");
    store.environment_set_stack(new.id, "arn:stack/2", &outputs, &[again.clone(), bucket.clone()]).await.expect("kept");
    store.environment_set_stack(new.id, "arn:stack/2", &outputs, &[]).await.expect("kept");
    let record = store.environment_get(new.id).await.expect("answers").expect("there");
    assert_eq!((record.stack_id.as_deref(), record.outputs), (Some("arn:stack/2"), outputs));
    assert_eq!(store.environment_resources(new.id).await.expect("answers"), [bucket, again], "every one ever seen");
    let nowhere = EnvironmentId(Uuid::now_v7());
    assert_not_found(store.environment_set_stack(nowhere, "arn", &BTreeMap::new(), &[]).await);

    for (name, arn) in [("A_TOKEN", "arn:a"), ("B_TOKEN", "arn:b"), ("A_TOKEN", "arn:c")] {
        let stored = StoredSecret { arn: arn.to_owned(), ..llm_key(&world) };
        let secret = NamedSecret { name: name.to_owned(), stored };
        store.environment_keep_secret(new.id, &secret, &audit(Action::SecretStored)).await.expect("kept");
    }
    let secrets = store.environment_get(new.id).await.expect("answers").expect("there").secrets;
    let mut kept: Vec<(&str, &str)> = secrets.iter().map(|one| (one.name.as_str(), one.stored.arn.as_str())).collect();
    kept.sort_unstable();
    assert_eq!(kept, [("A_TOKEN", "arn:c"), ("B_TOKEN", "arn:b")], "one of each name, the newest");
    store.environment_drop_secret(new.id, "A_TOKEN", &audit(Action::SecretStored)).await.expect("dropped");
    assert_not_found(store.environment_drop_secret(new.id, "A_TOKEN", &audit(Action::SecretStored)).await);
    assert_eq!(store.environment_get(new.id).await.expect("answers").expect("there").secrets.len(), 1);

    for _ in 0..2 {
        store.environment_forget_secrets(new.id, &audit(Action::SecretRemoved)).await.expect("forgotten");
    }
    assert_eq!(store.environment_get(new.id).await.expect("answers").expect("there").llm_key, None);
    assert_eq!(store.environment_get(new.id).await.expect("answers").expect("there").secrets, []);
    assert_eq!(world.audits(Action::SecretRemoved).await, 1, "told of once");
    assert_not_found(store.environment_forget_secrets(nowhere, &audit(Action::SecretRemoved)).await);
}

#[sqlx::test(migrations = "../../migrations")]
async fn accounts_are_unique_by_name_and_number(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let entry = audit(Action::AccountRegistered);
    let id = AccountId(Uuid::now_v7());
    assert_taken(store.account_create(&cloud_account(id, "MAIN", "999900001111"), &entry).await, "name");
    assert_taken(store.account_create(&cloud_account(id, "New", "111122223333"), &entry).await, "aws_account");
    let second = cloud_account(id, "Elsewhere", "999900001111");
    store.account_create(&second, &entry).await.expect("kept");
    assert_eq!(store.account_get(id).await.expect("answers"), Some(second.clone()));
    let names: Vec<String> = store.account_list().await.expect("answers").into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Elsewhere", "Main"]);
    store.account_set_disabled(id, true, &audit(Action::AccountDisabled)).await.expect("disabled");
    assert!(store.account_get(id).await.expect("answers").expect("there").disabled);
    let nowhere = AccountId(Uuid::now_v7());
    assert_not_found(store.account_set_disabled(nowhere, true, &audit(Action::AccountDisabled)).await);
}
