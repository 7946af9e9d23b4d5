//! Sign-in at the load balancer: its client secret, and how Handrail gets past it.

use super::stage::{Stage, form, key, stage, work};
use model::{
    FieldProblem, Secret, TypedSecrets,
    audit::Action,
    draft::{DraftForm, DraftView},
    environment::DeleteOptions,
    fault::Misfit,
    operation::OperationStatus,
};

fn with_oidc(stage: &Stage, name: &str) -> DraftForm {
    DraftForm {
        scheme: "internet_facing".to_owned(),
        host_name: format!("{name}.example.com"),
        zone_id: "Z0123456789ABCDEFGHIJ".to_owned(),
        zone: "example.com".to_owned(),
        sign_in: "oidc".to_owned(),
        oidc_issuer: "https://login.example.com".to_owned(),
        oidc_authorization_endpoint: "https://login.example.com/authorize".to_owned(),
        oidc_token_endpoint: "https://login.example.com/token".to_owned(),
        oidc_user_info_endpoint: "https://login.example.com/userinfo".to_owned(),
        oidc_client_id: "handrail".to_owned(),
        ..form(&stage.world, name)
    }
}

fn both() -> TypedSecrets {
    TypedSecrets { sign_in: Some(Secret::new("client-very-private")), ..key().into() }
}

async fn save(stage: &Stage, form: DraftForm, secrets: impl Into<TypedSecrets>) -> DraftView {
    stage.services.environments.save_draft(&stage.world.operator, None, form, secrets.into()).await.expect("kept")
}

#[tokio::test]
async fn the_client_secret_goes_to_secrets_manager_and_goes_with_its_environment() {
    let stage = stage();
    let who = &stage.world.operator;
    let without = save(&stage, with_oidc(&stage, "alpha"), key()).await;
    assert_eq!(without.errors.of("sign_in_secret"), Some(&FieldProblem::Required));

    let draft = without.id;
    let typed = with_oidc(&stage, "alpha");
    let saved = stage.services.environments.save_draft(who, Some(draft), typed, both()).await.expect("kept");
    assert!(saved.errors.is_empty() && saved.has_sign_in_secret, "{:?}", saved.errors);
    let arns = stage.world.cloud.everything();
    let stored = arns.iter().filter_map(|arn| stage.world.cloud.secret_value(arn));
    assert!(stored.into_iter().any(|value| value == Secret::new("client-very-private")));

    let plan = stage.services.environments.plan(who, draft).await.expect("planned");
    let operation = stage.services.environments.create(who, draft, &plan.hash).await.expect("created");
    work(&stage.world, "worker one").await;
    let view = stage.operation(operation).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
    let environment = view.summary.environment;
    let detail = stage.detail(environment).await;
    assert_eq!(detail.address.as_deref(), Some("https://alpha.example.com"));
    let asked = stage.world.probe.asked();
    assert!(asked.iter().all(|address| address.starts_with("http://")), "past the sign-in: {asked:?}");
    let template = stage.services.environments.template(who, environment, 1).await.expect("readable");
    assert!(template.contains("{{resolve:secretsmanager:arn:") && !template.contains("client-very-private"));

    let options = DeleteOptions { keep_database_snapshot: false, keep_files: false, keep_bucket: false };
    stage.delete(environment, options).await;
    work(&stage.world, "worker one").await;
    assert_eq!(stage.world.cloud.everything(), Vec::<String>::new());
    let audit = stage.world.store.audit();
    let told = |action: Action| {
        let rows = audit.iter().filter(|entry| entry.action == action);
        rows.map(|entry| entry.subject.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(told(Action::SecretStored), ["LLM key", "LLM key, OIDC client secret"]);
    assert_eq!(told(Action::SecretRemoved), ["Secrets"]);
}

#[tokio::test]
async fn another_environment_like_one_asks_for_its_own_name_and_client_secret() {
    let stage = stage();
    let who = &stage.world.operator;
    let saved = save(&stage, with_oidc(&stage, "alpha"), both()).await;
    let plan = stage.services.environments.plan(who, saved.id).await.expect("planned");
    let operation = stage.services.environments.create(who, saved.id, &plan.hash).await.expect("created");
    work(&stage.world, "worker one").await;
    let environment = stage.operation(operation).await.summary.environment;

    let draft = stage.services.environments.clone_environment(who, environment).await.expect("allowed");
    let view = stage.services.environments.draft(who, draft).await.expect("theirs");
    assert_eq!((view.form.sign_in.as_str(), view.form.oidc_client_id.as_str()), ("oidc", "handrail"));
    assert_eq!((view.form.host_name.as_str(), view.has_sign_in_secret), ("", false));
    let named = DraftForm { name: "beta".to_owned(), ..view.form };
    let saved = stage.services.environments.save_draft(who, Some(draft), named, key().into()).await.expect("kept");
    let fields: Vec<&str> = saved.errors.problems.keys().map(String::as_str).collect();
    assert_eq!(fields, ["host_name", "sign_in_secret"]);
}

#[tokio::test]
async fn a_client_secret_without_oidc_is_refused_beside_its_field() {
    let stage = stage();
    let saved = save(&stage, form(&stage.world, "alpha"), both()).await;
    let problem = FieldProblem::DoesNotFit(Misfit::SecretWithoutOidc);
    assert_eq!(saved.errors.of("sign_in_secret"), Some(&problem));
    assert_eq!(stage.world.cloud.effects().secrets_made, 1, "only the key was stored");
}
