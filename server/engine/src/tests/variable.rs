//! Extra variables and extra secrets: what is kept where, and what goes along to another environment.

use super::stage::{Stage, form, key, stage, work};
use crate::reconcile;
use model::{
    DraftId, EnvironmentId, FieldProblem, Secret, TypedSecret, TypedSecrets,
    audit::Action,
    draft::{DraftForm, DraftView},
    environment::DeleteOptions,
    export::Export,
    operation::OperationStatus,
    update::UpdateForm,
    variable::VariableProblem,
};
use ports::Store;
use std::time::Duration;

const VALUE: &str = "ghp_0123456789abcdef0123";

fn rows(rows: &[(&str, &str)]) -> TypedSecrets {
    let row = |(name, value): &(&str, &str)| TypedSecret { name: (*name).to_owned(), value: Secret::new(*value) };
    TypedSecrets { llm_key: key(), sign_in: None, variables: rows.iter().map(row).collect() }
}

async fn save(stage: &Stage, draft: Option<DraftId>, form: DraftForm, typed: TypedSecrets) -> DraftView {
    stage.services.environments.save_draft(&stage.world.operator, draft, form, typed).await.expect("kept")
}

/// An environment with a variable and a secret, that is up.
async fn ready(stage: &Stage) -> EnvironmentId {
    let typed = DraftForm { variables: "LOG_LEVEL=debug".to_owned(), ..form(&stage.world, "alpha") };
    let saved = save(stage, None, typed, rows(&[("GITHUB_TOKEN", VALUE), ("", "")])).await;
    assert!(saved.errors.is_empty(), "{:?}", saved.errors);
    let who = &stage.world.operator;
    let plan = stage.services.environments.plan(who, saved.id).await.expect("planned");
    let operation = stage.services.environments.create(who, saved.id, &plan.hash).await.expect("created");
    work(&stage.world, "worker one").await;
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
    view.summary.environment
}

#[tokio::test]
async fn a_value_goes_to_secrets_manager_and_nowhere_else() {
    let stage = stage();
    let environment = ready(&stage).await;
    let arns = stage.world.cloud.everything();
    let arn = arns.iter().find(|arn| arn.contains("variable/GITHUB_TOKEN")).expect("stored");
    assert_eq!(stage.world.cloud.secret_value(arn), Some(Secret::new(VALUE)));
    let who = &stage.world.operator;
    let template = stage.services.environments.template(who, environment, 1).await.expect("a template");
    assert!(template.contains(arn) && template.contains("LOG_LEVEL") && !template.contains(VALUE));
    let audit = format!("{:?}", stage.world.store.audit());
    assert!(audit.contains("GITHUB_TOKEN") && !audit.contains(VALUE), "names are told, values never");
    let record = stage.world.store.environment_get(environment).await.expect("answers");
    assert!(!format!("{record:?}").contains(VALUE));
}

#[tokio::test]
async fn rows_are_checked_each_beside_its_field() {
    let stage = stage();
    let typed = DraftForm { variables: "LOG_LEVEL=debug".to_owned(), ..form(&stage.world, "alpha") };
    let saved = save(
        &stage,
        None,
        typed,
        rows(&[("GOOD_TOKEN", "a"), ("1BAD", "b"), ("PORT", "c"), ("LOG_LEVEL", "d"), ("WAITS", ""), ("", "e")]),
    )
    .await;
    let problem = |field: &str| match saved.errors.of(field) {
        Some(FieldProblem::Variable { problem, .. }) => Some(*problem),
        _ => None,
    };
    assert_eq!(problem("secrets[1][name]"), Some(VariableProblem::NotAName));
    assert_eq!(problem("secrets[2][name]"), Some(VariableProblem::SetByHandrail));
    assert_eq!(problem("secrets[3][name]"), Some(VariableProblem::Twice));
    assert_eq!(saved.errors.of("secrets[4][value]"), Some(&FieldProblem::Required));
    assert_eq!(saved.errors.of("secrets[5][name]"), Some(&FieldProblem::Required), "a value without a name");
    assert_eq!(saved.form.secrets, "GOOD_TOKEN\n1BAD\nPORT\nLOG_LEVEL\nWAITS", "no name is lost");
    assert!(saved.stored_secrets.contains(&"GOOD_TOKEN".to_owned()));

    // Another name in the place of one: its value is not taken over, and what nothing names any more is removed.
    let renamed = save(&stage, Some(saved.id), saved.form, rows(&[("OTHER_TOKEN", "")])).await;
    assert_eq!(renamed.errors.of("secrets[0][value]"), Some(&FieldProblem::Required));
    assert_eq!(renamed.stored_secrets, Vec::<String>::new());
    let left = stage.world.cloud.everything();
    assert_eq!(left.iter().filter(|arn| arn.contains("variable/")).count(), 0, "{left:?}");
}

#[tokio::test]
async fn a_stored_value_stays_while_its_row_is_empty() {
    let stage = stage();
    let saved = save(&stage, None, form(&stage.world, "alpha"), rows(&[("A_TOKEN", "1")])).await;
    let again = save(&stage, Some(saved.id), saved.form.clone(), rows(&[("A_TOKEN", "")])).await;
    assert!(again.errors.is_empty(), "{:?}", again.errors);
    assert_eq!(again.stored_secrets, ["A_TOKEN"]);
    // A post without rows, as of a preset's button, leaves them too.
    let again = save(&stage, Some(saved.id), form(&stage.world, "alpha"), None.into()).await;
    assert_eq!((again.form.secrets.as_str(), again.stored_secrets.len()), ("A_TOKEN", 1));
    let elsewhere = DraftForm { region: "us-east-1".to_owned(), ..again.form };
    let moved = save(&stage, Some(saved.id), elsewhere, rows(&[("A_TOKEN", "")])).await;
    assert_eq!(moved.errors.of("secrets[0][value]"), Some(&FieldProblem::Required), "it lies in another region");
}

#[tokio::test]
async fn what_looks_like_a_secret_among_the_variables_is_not_kept() {
    let stage = stage();
    let typed = DraftForm { variables: format!("A=1\nMINE={VALUE}"), ..form(&stage.world, "alpha") };
    let saved = save(&stage, None, typed, key().into()).await;
    let (line, name) = (2, Some("MINE".to_owned()));
    let looks = FieldProblem::Variable { line, name, problem: VariableProblem::Secret };
    assert_eq!(saved.errors.of("variables"), Some(&looks));
    assert_eq!(saved.form.variables, "A=1\nMINE=");
    let record = stage.world.store.draft_get(saved.id).await.expect("answers");
    assert!(!format!("{record:?}").contains(VALUE));
}

#[tokio::test]
async fn names_go_along_to_another_environment_and_values_do_not() {
    let stage = stage();
    let who = &stage.world.operator;
    let first = ready(&stage).await;
    let exported = stage.services.environments.export(who, first, 1, Export::Spec).await.expect("allowed");
    assert!(exported.contains("GITHUB_TOKEN") && !exported.contains("arn:"), "{exported}");
    let imported = stage.services.environments.import_spec(who, &exported).await.expect("a spec");
    let cloned = stage.services.environments.clone_environment(who, first).await.expect("allowed");
    for draft in [imported, cloned] {
        let view = stage.services.environments.draft(who, draft).await.expect("theirs");
        assert_eq!((view.form.secrets.as_str(), view.form.variables.as_str()), ("GITHUB_TOKEN", "LOG_LEVEL=debug"));
        assert!(view.stored_secrets.is_empty());
        let named = DraftForm { name: "beta".to_owned(), ..view.form };
        let saved = save(&stage, Some(draft), named, rows(&[("GITHUB_TOKEN", "")])).await;
        assert_eq!(saved.errors.of("secrets[0][value]"), Some(&FieldProblem::Required));
    }
}

#[tokio::test]
async fn an_update_changes_variables_and_names_only_secrets_that_are_stored() {
    let stage = stage();
    let who = &stage.world.operator;
    let environment = ready(&stage).await;
    let spec = stage.detail(environment).await.summary.spec;
    let form = UpdateForm { secrets: "GITHUB_TOKEN\nTAVILY_API_KEY".to_owned(), ..UpdateForm::of(&spec) };
    let refused = stage.services.environments.update_plan(who, environment, &form).await.expect_err("not stored");
    assert!(format!("{refused:?}").contains("NotStored"), "{refused:?}");

    let form = UpdateForm { variables: "LOG_LEVEL=info".to_owned(), secrets: String::new(), ..UpdateForm::of(&spec) };
    let plan = stage.services.environments.update_plan(who, environment, &form).await.expect("a plan");
    let changed: Vec<&str> = plan.changes.iter().map(|one| one.change.logical_id.as_str()).collect();
    assert_eq!(changed, ["Service", "TaskDefinition", "ExecutionRole"]);
    let operation = stage.services.environments.update(who, environment, &form, &plan.hash).await.expect("starts");
    work(&stage.world, "worker one").await;
    assert_eq!(stage.operation(operation).await.summary.status, OperationStatus::Succeeded);
    let spec = stage.detail(environment).await.summary.spec;
    assert_eq!((spec.variables[0].value.as_str(), spec.secrets.len()), ("info", 0));
    let options = stage.services.environments.update_options(who, environment).await.expect("readable");
    assert_eq!(options.stored_secrets, ["GITHUB_TOKEN"], "it can be named again");
}

#[tokio::test]
async fn nothing_stored_outlives_its_environment_or_its_draft() {
    let stage = stage();
    let environment = ready(&stage).await;
    let keep_nothing = DeleteOptions { keep_database_snapshot: false, keep_files: false, keep_bucket: false };
    stage.delete(environment, keep_nothing).await;
    work(&stage.world, "worker one").await;
    assert_eq!(stage.world.cloud.everything(), Vec::<String>::new());

    save(&stage, None, form(&stage.world, "beta"), rows(&[("A_TOKEN", "1"), ("B_TOKEN", "2")])).await;
    assert_eq!(stage.world.cloud.everything().len(), 3);
    stage.world.clock.advance(Duration::from_secs(25 * 3600));
    assert_eq!(reconcile::stale_drafts(&stage.world.outside()).await, Ok(1));
    assert_eq!(stage.world.cloud.everything(), Vec::<String>::new());
    let removed = stage.world.store.audit().into_iter().filter(|one| one.action == Action::SecretRemoved);
    assert_eq!(removed.count(), 2);
}
