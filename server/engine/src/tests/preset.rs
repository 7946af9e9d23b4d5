//! Presets that admins save, and that their locks hold in creating and in changing.

use super::stage::{form, key, stage};
use model::{
    Fault, FieldErrors, FieldProblem, PresetId,
    audit::Action,
    draft::DraftForm,
    fault::Misfit,
    preset::{PresetForm, SavedPreset},
    update::UpdateForm,
};

const FIXED: FieldProblem = FieldProblem::DoesNotFit(Misfit::FixedByPreset);

/// Saves what a draft of the admin holds as a locked preset of the team.
async fn lock(stage: &super::stage::Stage, form: DraftForm, open: &[&str]) -> SavedPreset {
    let admin = &stage.world.admin;
    let draft = stage.services.environments.save_draft(admin, None, form, None.into()).await.expect("kept");
    let typed = PresetForm {
        name: "House rules".to_owned(),
        note: "What security agreed to".to_owned(),
        team: stage.world.team.id.to_string(),
        locked: "on".to_owned(),
        open: open.iter().map(|field| (*field).to_owned()).collect(),
    };
    stage.services.presets.save(admin, draft.id, typed).await.expect("saved");
    stage.services.presets.list(admin).await.expect("allowed").pop().expect("one")
}

#[tokio::test]
async fn a_team_with_a_locked_preset_creates_from_it_and_changes_only_what_is_open() {
    let stage = stage();
    let who = &stage.world.operator;
    let house = DraftForm { backup_days: "14".to_owned(), ..form(&stage.world, "") };
    let preset = lock(&stage, house, &["size", "llm_model"]).await;
    assert_eq!(stage.world.store.audit().pop().expect("told").action, Action::PresetSaved);
    let save = async |form: DraftForm| {
        stage.services.environments.save_draft(who, None, form, key().into()).await.expect("kept").errors
    };

    let without = save(form(&stage.world, "alpha")).await;
    assert_eq!(without.of("preset"), Some(&FieldProblem::DoesNotFit(Misfit::PresetNeeded)));

    let offered = stage.services.environments.create_options(who).await.expect("allowed").saved_presets;
    assert_eq!(offered, std::slice::from_ref(&preset));
    let begun = stage
        .services
        .environments
        .choose_preset(who, None, form(&stage.world, "alpha"), key().into(), &preset.id.to_string())
        .await
        .expect("kept");
    assert_eq!(begun.form.backup_days, "14");
    let good = DraftForm { size: "large".to_owned(), ..begun.form.clone() };
    assert_eq!(save(good).await, FieldErrors::default());
    let bad = DraftForm { backup_days: "1".to_owned(), database_multi_az: "on".to_owned(), ..begun.form };
    let errors = save(bad).await;
    assert_eq!((errors.of("backup_days"), errors.of("database_multi_az")), (Some(&FIXED), Some(&FIXED)));
    assert_eq!(errors.problems.len(), 2);
}

#[tokio::test]
async fn the_lock_holds_when_the_environment_is_changed() {
    let stage = stage();
    let who = &stage.world.operator;
    let preset = lock(&stage, form(&stage.world, ""), &["size"]).await;
    let typed = DraftForm { preset: preset.id.to_string(), ..form(&stage.world, "alpha") };
    let environment = stage.ready_as(typed).await;
    let spec = stage.services.environments.get(who, environment).await.expect("theirs").summary.spec;
    assert_eq!(spec.preset, Some(preset.id));
    let plan = async |change: UpdateForm| stage.services.environments.update_plan(who, environment, &change).await;
    let larger = UpdateForm { size: "large".to_owned(), ..UpdateForm::of(&spec) };
    assert!(plan(larger).await.is_ok(), "size is open");
    let longer = UpdateForm { log_retention_days: "365".to_owned(), ..UpdateForm::of(&spec) };
    let refused = plan(longer.clone()).await.expect_err("refused");
    assert_eq!(refused, Fault::Invalid(FieldErrors::one("log_retention_days", FIXED)));

    stage.services.presets.remove(&stage.world.admin, preset.id).await.expect("removed");
    assert!(plan(longer).await.is_ok(), "a preset that is gone forbids nothing");
}

#[tokio::test]
async fn a_preset_that_nobody_could_use_is_refused_and_what_was_typed_stays() {
    let stage = stage();
    let admin = &stage.world.admin;
    let form = DraftForm { backup_days: "90".to_owned(), ..form(&stage.world, "") };
    let draft = stage.services.environments.save_draft(admin, None, form, None.into()).await.expect("kept");
    let typed = PresetForm {
        name: " ".to_owned(),
        note: "x".to_owned(),
        open: vec!["name".to_owned()],
        ..PresetForm::default()
    };
    let Fault::Invalid(errors) = stage.services.presets.save(admin, draft.id, typed).await.expect_err("refused") else {
        panic!("about fields");
    };
    assert_eq!(errors.of("name"), Some(&FieldProblem::Required));
    assert_eq!(errors.of("open"), Some(&FieldProblem::NotOffered));
    assert_eq!(errors.of("draft"), Some(&FieldProblem::OutOfRange { min: 1, max: 35 }));
    assert_eq!(errors.typed.get("note").map(String::as_str), Some("x"));
    let nothing = PresetId(uuid::Uuid::from_u128(1));
    assert_eq!(stage.services.presets.remove(admin, nothing).await, Err(Fault::NotFound));
}
