//! Presets that admins keep, and what their locks forbid.

use crate::{Outside, audit, draft, error::OrFault, identity::check_label, policy::require};
use async_trait::async_trait;
use model::{
    DraftId, Fault, FieldErrors, FieldProblem, Outcome, PresetId, Principal, TeamId,
    audit::Action,
    draft::{DraftForm, is_ticked},
    fault::Misfit,
    permission::Permission,
    preset::{self, PresetForm, SavedPreset},
    services::Presets,
};
use uuid::Uuid;

/// Longest note, in characters.
const NOTE_MAX: usize = 300;

pub(crate) struct PresetService {
    outside: Outside,
}

impl PresetService {
    pub(crate) fn new(outside: Outside) -> Self {
        Self { outside }
    }
}

#[async_trait]
impl Presets for PresetService {
    async fn list(&self, who: &Principal) -> Outcome<Vec<SavedPreset>> {
        require(Permission::PlatformView, who)?;
        self.outside.store.preset_list(None).await.or_fault()
    }

    async fn save(&self, who: &Principal, draft: DraftId, form: PresetForm) -> Outcome<()> {
        require(Permission::PlatformManage, who)?;
        let draft = draft::own(&self.outside, who, draft).await?;
        let mut errors = FieldErrors::default();
        let name = check_label("name", &form.name, &mut errors);
        let note = form.note.trim().to_owned();
        if note.chars().count() > NOTE_MAX {
            errors.add("note", FieldProblem::TooLong { max: NOTE_MAX });
        }
        let team = match form.team.trim() {
            "" => None,
            team => {
                let team = team.parse::<TeamId>().ok();
                let known = self.outside.store.team_list(None).await.or_fault()?;
                let team = team.filter(|team| known.iter().any(|one| one.id == *team));
                if team.is_none() {
                    errors.add("team", FieldProblem::NotOffered);
                }
                team
            }
        };
        let fields = preset::fields();
        if form.open.iter().any(|field| !fields.contains(field)) {
            errors.add("open", FieldProblem::NotOffered);
        }
        if let Some(problem) = unusable(&draft.form) {
            errors.add("draft", problem);
        }
        for (field, typed) in [("name", &form.name), ("note", &form.note), ("team", &form.team)] {
            errors = errors.keep(field, typed);
        }
        errors.into_result()?;
        let preset = SavedPreset {
            id: PresetId(Uuid::now_v7()),
            name,
            note,
            team,
            team_name: None,
            locked: is_ticked(&form.locked),
            open: form.open,
            form: DraftForm { preset: String::new(), ..draft.form },
            saved: self.outside.clock.now(),
            saved_by: who.name.clone(),
        };
        let mut entry = audit::by(who, preset.saved, Action::PresetSaved, &preset.name).change(
            "locked",
            None,
            Some(preset.locked.to_string()),
        );
        if let Some(team) = team {
            entry = entry.team(team);
        }
        self.outside.store.preset_create(&preset, who.person, &entry.done()).await.or_fault()
    }

    async fn remove(&self, who: &Principal, preset: PresetId) -> Outcome<()> {
        require(Permission::PlatformManage, who)?;
        let presets = self.outside.store.preset_list(None).await.or_fault()?;
        let preset = presets.into_iter().find(|one| one.id == preset).ok_or(Fault::NotFound)?;
        let entry = audit::by(who, self.outside.clock.now(), Action::PresetRemoved, &preset.name).done();
        self.outside.store.preset_delete(preset.id, &entry).await.or_fault()
    }
}

/// The first problem of a form that no creator could mend: one with a field that is not their own.
fn unusable(form: &DraftForm) -> Option<FieldProblem> {
    let fields = preset::fields();
    let errors = form.parse(Some(String::new())).err()?;
    errors.problems.into_iter().find(|(field, _)| fields.contains(field)).map(|(_, problem)| problem)
}

/// What a team's locked presets forbid in a form.
pub(crate) async fn check(outside: &Outside, team: TeamId, form: &DraftForm, errors: &mut FieldErrors) -> Outcome<()> {
    let mut locked = outside.store.preset_list(Some(team)).await.or_fault()?;
    locked.retain(|preset| preset.locked);
    match locked.iter().find(|preset| preset.id.to_string() == form.preset) {
        Some(preset) => {
            for field in preset.broken_by(form) {
                errors.add(&field, FieldProblem::DoesNotFit(Misfit::FixedByPreset));
            }
        }
        None if locked.is_empty() => {}
        None => errors.add("preset", FieldProblem::DoesNotFit(Misfit::PresetNeeded)),
    }
    Ok(())
}

/// What the preset that an environment was created from forbids to change in it. A preset that is no longer there forbids nothing.
pub(crate) async fn check_update(
    outside: &Outside,
    team: TeamId,
    before: &DraftForm,
    after: &DraftForm,
) -> Outcome<FieldErrors> {
    let mut errors = FieldErrors::default();
    let presets = outside.store.preset_list(Some(team)).await.or_fault()?;
    if let Some(preset) = presets.iter().find(|preset| preset.id.to_string() == after.preset) {
        for field in preset.broken_by_change(before, after) {
            errors.add(&field, FieldProblem::DoesNotFit(Misfit::FixedByPreset));
        }
    }
    Ok(errors)
}
