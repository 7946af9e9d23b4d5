//! Drafts: what is wrong is said next to its field, nothing typed is lost, and keys do not stray.

use super::stage::{form, key, stage, work};
use crate::{fakes::problem, reconcile};
use model::{
    Fault, FieldErrors, FieldProblem, Secret,
    audit::Action,
    cause::CloudProblemKind,
    draft::{DraftForm, DraftView},
    export::Export,
    fault::Misfit,
    matrix::Reason,
};
use ports::Store;
use std::time::Duration;

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once_and_kept_as_typed() {
    let stage = stage();
    let who = &stage.world.operator;
    let typed = DraftForm {
        name: "My Environment".to_owned(),
        cidr: "10.0.0.0/28".to_owned(),
        region: "mars-1".to_owned(),
        backup_days: "many".to_owned(),
        ..form(&stage.world, "")
    };
    let saved = stage.services.environments.save_draft(who, None, typed.clone(), None.into()).await.expect("kept");
    assert_eq!(saved.form, typed);
    assert_eq!(saved.errors.of("name"), Some(&FieldProblem::NotAName));
    assert_eq!(saved.errors.of("cidr"), Some(&FieldProblem::CidrSize { largest: 16, smallest: 24 }));
    assert_eq!(saved.errors.of("region"), Some(&FieldProblem::NotOffered));
    assert_eq!(saved.errors.of("backup_days"), Some(&FieldProblem::NotANumber));
    assert_eq!(saved.errors.of("llm_key"), Some(&FieldProblem::Required));
    let read = stage.services.environments.draft(who, saved.id).await.expect("there");
    assert_eq!(read, saved);
}

async fn save(stage: &super::stage::Stage, form: DraftForm) -> DraftView {
    stage.services.environments.save_draft(&stage.world.operator, None, form, key().into()).await.expect("kept")
}

#[tokio::test]
async fn what_only_the_database_knows_is_checked_too() {
    let stage = stage();
    stage.ready("alpha").await;
    let mut second = form(&stage.world, "alpha");
    second.cidr = "10.64.0.0/16".to_owned();
    let saved = save(&stage, second).await;
    assert_eq!(saved.errors.of("name"), Some(&FieldProblem::Taken));
    let Some(FieldProblem::CidrOverlaps { with }) = saved.errors.of("cidr") else { panic!("{:?}", saved.errors) };
    assert!(with.contains("alpha"), "{with}");

    let mut elsewhere = form(&stage.world, "beta");
    elsewhere.region = "us-west-2".to_owned();
    let saved = save(&stage, elsewhere).await;
    assert_eq!(saved.errors.of("region"), Some(&FieldProblem::DoesNotFit(Misfit::RegionNotInAccount)));
}

#[tokio::test]
async fn the_form_begins_with_a_range_that_is_free() {
    let stage = stage();
    let before = stage.services.environments.create_options(&stage.world.operator).await.expect("options");
    assert_eq!(before.form.cidr, "10.64.0.0/20");
    stage.ready("alpha").await;
    let after = stage.services.environments.create_options(&stage.world.operator).await.expect("options");
    assert_eq!(after.form.cidr, "10.64.16.0/20");
    assert_eq!(after.form.team, stage.world.team.id.to_string(), "the only team is chosen");
    assert!(after.size_prices.iter().all(|price| price.monthly.is_some()));
}

#[tokio::test]
async fn a_key_that_cannot_be_stored_is_an_error_of_its_field() {
    let stage = stage();
    let denied = problem(CloudProblemKind::Denied, "secret_put");
    stage.world.cloud.fail("secret_put", 1, denied.clone());
    let saved = save(&stage, form(&stage.world, "alpha")).await;
    assert_eq!(saved.errors.of("llm_key"), Some(&FieldProblem::Cloud(Box::new(denied))));
    assert!(!saved.has_llm_key);
    let again =
        stage.services.environments.save_draft(&stage.world.operator, Some(saved.id), saved.form, key().into()).await;
    let again = again.expect("kept");
    assert!(again.has_llm_key && again.errors.is_empty(), "{:?}", again.errors);
}

#[tokio::test]
async fn a_key_follows_its_environment_to_another_region() {
    let stage = stage();
    let who = &stage.world.operator;
    let saved = save(&stage, form(&stage.world, "alpha")).await;
    let mut moved = saved.form.clone();
    moved.region = "us-east-1".to_owned();
    let without =
        stage.services.environments.save_draft(who, Some(saved.id), moved.clone(), None.into()).await.expect("kept");
    assert!(!without.has_llm_key, "a key of another region is of no use there");
    assert_eq!(without.errors.of("llm_key"), Some(&FieldProblem::Required));
    let with = stage.services.environments.save_draft(who, Some(saved.id), moved, key().into()).await.expect("kept");
    assert!(with.has_llm_key && with.errors.is_empty(), "{:?}", with.errors);
    let secrets = stage.world.cloud.everything();
    assert_eq!(secrets.len(), 1, "the one of the former region is gone: {secrets:?}");
    assert!(secrets[0].contains("us-east-1"));
}

#[tokio::test]
async fn drafts_are_private_and_need_a_team() {
    let stage = stage();
    let saved = save(&stage, form(&stage.world, "alpha")).await;
    for stranger in [&stage.world.owner, &stage.world.admin, &stage.world.outsider] {
        let read = stage.services.environments.draft(stranger, saved.id).await;
        assert_eq!(read, Err(Fault::NotFound), "{}", stranger.name);
    }
    let viewer = stage
        .services
        .environments
        .save_draft(&stage.world.viewer, None, form(&stage.world, "beta"), key().into())
        .await;
    assert_eq!(viewer, Err(Fault::Forbidden));
    let outsider = stage
        .services
        .environments
        .save_draft(&stage.world.outsider, None, form(&stage.world, "beta"), key().into())
        .await
        .expect("kept");
    assert_eq!(outsider.errors.of("team"), Some(&FieldProblem::NotOffered));
    assert_eq!(stage.world.cloud.effects().secrets_made, 1, "nothing was stored for another team");
}

#[tokio::test]
async fn a_forgotten_draft_is_removed_with_its_key() {
    let stage = stage();
    let saved = save(&stage, form(&stage.world, "alpha")).await;
    assert_eq!(stage.world.cloud.everything().len(), 1);
    let outside = stage.world.outside();
    assert_eq!(reconcile::stale_drafts(&outside).await, Ok(0), "a fresh one stays");
    stage.world.clock.advance(Duration::from_secs(25 * 3600));
    assert_eq!(reconcile::stale_drafts(&outside).await, Ok(1));
    assert_eq!(stage.world.cloud.everything(), Vec::<String>::new());
    assert_eq!(stage.world.store.draft_get(saved.id).await.expect("answers"), None);
    let removed = stage.world.store.audit().into_iter().filter(|entry| entry.action == Action::SecretRemoved);
    assert_eq!(removed.count(), 1);
}

#[tokio::test]
async fn a_created_environment_keeps_its_key_for_ever() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.world.clock.advance(Duration::from_secs(100 * 3600));
    assert_eq!(reconcile::stale_drafts(&stage.world.outside()).await, Ok(0));
    work(&stage.world, "worker one").await;
    let arns = stage.world.cloud.everything();
    let stored = arns.iter().filter_map(|arn| stage.world.cloud.secret_value(arn));
    assert!(stored.into_iter().any(|value| value == Secret::new("sk-ant-very-private")), "{environment}");
}

#[tokio::test]
async fn another_edition_keeps_what_was_typed_and_a_pair_that_cannot_work_says_why() {
    let stage = stage();
    let who = &stage.world.operator;
    let typed = DraftForm { backup_days: "many".to_owned(), ..form(&stage.world, "alpha") };
    let choose = async |kind: &str| {
        stage.services.environments.choose_kind(who, None, typed.clone(), None.into(), kind).await.expect("kept")
    };
    let same = choose("canvas/fargate").await;
    assert_eq!((&same.form, same.errors.is_empty()), (&typed, true), "nothing is checked while choosing");
    let refused = choose("app/fargate").await;
    assert_eq!(refused.form, typed);
    let reason = Reason::DockerSocketNotOnFargate;
    assert_eq!(refused.errors.of("compute"), Some(&FieldProblem::DoesNotFit(Misfit::NotTogether(reason))));
    assert_eq!(choose("canvas/moon").await.errors.of("compute"), Some(&FieldProblem::NotOffered));

    // Typed by hand into a post, it is refused with the same words.
    let by_hand = DraftForm { edition: "app".to_owned(), version: "1.9.3".to_owned(), ..form(&stage.world, "beta") };
    let saved = stage.services.environments.save_draft(who, None, by_hand, key().into()).await.expect("kept");
    assert_eq!(saved.errors.of("compute"), Some(&FieldProblem::DoesNotFit(Misfit::NotTogether(reason))));
}

#[tokio::test]
async fn a_preset_sets_its_values_and_leaves_what_was_typed() {
    let stage = stage();
    let who = &stage.world.operator;
    let typed = DraftForm { allowed_cidrs: "10.9.0.0/16".to_owned(), ..form(&stage.world, "alpha") };
    let saved = stage
        .services
        .environments
        .choose_preset(who, None, typed.clone(), None.into(), "production")
        .await
        .expect("kept");
    assert_eq!((saved.form.zones.as_str(), saved.form.database_multi_az.as_str()), ("3", "on"));
    assert_eq!((saved.form.name, saved.form.allowed_cidrs), (typed.name.clone(), typed.allowed_cidrs.clone()));
    let refused = stage.services.environments.choose_preset(who, None, typed, None.into(), "gold").await.expect("kept");
    assert_eq!(refused.errors.of("preset"), Some(&FieldProblem::NotOffered));

    let presets = stage.services.environments.create_options(who).await.expect("allowed").presets;
    assert_eq!(presets.len(), 3);
    assert!(presets.is_sorted_by(|cheap, dear| cheap.monthly < dear.monthly), "{presets:?}");
}

#[tokio::test]
async fn another_environment_like_one_has_its_spec_its_place_and_a_range_of_its_own() {
    let stage = stage();
    let who = &stage.world.operator;
    let first = stage.ready("alpha").await;
    let draft = stage.services.environments.clone_environment(who, first).await.expect("allowed");
    let view = stage.services.environments.draft(who, draft).await.expect("theirs");
    let original = form(&stage.world, "");
    assert_eq!((&view.form.team, &view.form.region, view.form.name.as_str()), (&original.team, &original.region, ""));
    assert_ne!(view.form.cidr, "10.64.0.0/20", "that is alpha's");
    assert!(!view.has_llm_key, "keys are not taken over");
    let ready = DraftForm { name: "beta".to_owned(), ..view.form };
    let saved = stage.services.environments.save_draft(who, Some(draft), ready, key().into()).await.expect("kept");
    assert!(saved.errors.is_empty(), "{:?}", saved.errors);
}

#[tokio::test]
async fn an_exported_spec_comes_in_again_and_nonsense_is_named_by_its_line() {
    let stage = stage();
    let who = &stage.world.operator;
    let first = stage.ready("alpha").await;
    let exported = stage.services.environments.export(who, first, 1, Export::Spec).await.expect("allowed");
    let draft = stage.services.environments.import_spec(who, &exported).await.expect("a spec");
    let view = stage.services.environments.draft(who, draft).await.expect("theirs");
    assert_eq!(view.form.size, "medium");
    assert_ne!(view.form.cidr, "10.64.0.0/20", "a range that is free");

    let broken = exported.replacen("\"medium\"", "\"enormous\"", 1);
    for (text, problem) in [
        ("", FieldProblem::Required),
        ("[]", FieldProblem::NotASpec { line: None }),
        ("{\n\"edition\": }", FieldProblem::NotASpec { line: Some(2) }),
        (broken.as_str(), FieldProblem::NotASpec { line: None }),
    ] {
        let refused = stage.services.environments.import_spec(who, text).await.expect_err("refused");
        assert_eq!(
            refused,
            Fault::Invalid(FieldErrors::one("spec", problem).keep("spec", text)),
            "what was typed stays"
        );
    }
    let terraform = stage.services.environments.export(who, first, 1, Export::Terraform).await.expect("allowed");
    assert!(terraform.contains("aws_cloudformation_stack") && terraform.contains("handrail-alpha-"), "{terraform}");
}

/// The table that the form by itself is tested with too.
const REFUSED: &str = include_str!("../../../../app/model/tests/refused_forms.json");

#[tokio::test]
async fn forms_that_cannot_work_are_refused_beside_their_fields() {
    let stage = stage();
    let rows: Vec<serde_json::Value> = serde_json::from_str(REFUSED).expect("a table");
    for row in rows {
        let mut posted = serde_json::to_value(form(&stage.world, "alpha")).expect("JSON");
        for (field, value) in row["set"].as_object().expect("fields") {
            posted[field] = value.as_str().expect("text").replace("REGION", "eu-west-1").into();
        }
        let posted: DraftForm = serde_json::from_value(posted).expect("a form");
        let saved = save(&stage, posted.clone()).await;
        let problem: FieldProblem = serde_json::from_value(row["problem"].clone()).expect("a problem");
        assert_eq!(saved.errors.of(row["field"].as_str().expect("a field")), Some(&problem), "{}", row["what"]);
        assert_eq!(saved.form, posted, "nothing typed is lost");
    }
}
