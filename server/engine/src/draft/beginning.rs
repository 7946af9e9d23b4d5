//! How a draft begins: with another edition, a preset, an environment that is there, or a spec that was exported.

use super::{free_range, hide_secrets, keep, put, teams};
use crate::{Outside, environment, error::OrFault, image};
use model::{
    DraftId, EnvironmentId, Fault, FieldErrors, FieldProblem, Outcome, Principal, TypedSecrets,
    draft::{DraftForm, DraftView, StoredArns},
    permission::Permission,
    preset::{Preset, PresetPrice, SavedPreset},
    spec::{ComputeKind, Edition, Spec},
    team::Team,
};
use ports::store::DraftRecord;
use uuid::Uuid;

/// Longest spec that is read, in characters; an exported one has about 1,500.
const SPEC_MAX: usize = 64 * 1024;
/// Longest text that is given back with its problem, in characters: it may have to travel in an address.
const SPEC_GIVEN_BACK: usize = 4 * 1024;

/// Keeps what was typed and goes over to another edition or compute. Nothing is checked yet: the person is still typing.
pub(crate) async fn choose_kind(
    outside: &Outside,
    who: &Principal,
    draft: Option<DraftId>,
    form: DraftForm,
    typed: TypedSecrets,
    kind: &str,
) -> Outcome<DraftView> {
    let (mut record, kept) = keep(outside, who, draft, form, typed).await?;
    let pair = kind.split_once('/');
    let pair =
        pair.and_then(|(edition, compute)| Some((Edition::from_code(edition)?, ComputeKind::from_code(compute)?)));
    let before = record.form.edition.clone();
    let chosen = pair.map_or(Err(FieldProblem::NotOffered), |(edition, compute)| record.form.choose(edition, compute));
    match (chosen, pair) {
        (Err(problem), _) => record.errors.add("compute", problem),
        // Another edition begins with the newest version that the catalogue has of it.
        (Ok(()), Some((edition, _))) => {
            let versions = image::offered(outside).await?;
            let known = versions.iter().any(|version| version.is_named(edition, record.form.version.trim()));
            if before != edition.code() || !known {
                record.form.version =
                    model::image::newest(&versions, edition).map(|version| version.tag.clone()).unwrap_or_default();
            }
        }
        (Ok(()), None) => {}
    }
    put(outside, record, kept).await
}

/// Keeps what was typed and puts a preset's values into it. Nothing is checked yet.
pub(crate) async fn choose_preset(
    outside: &Outside,
    who: &Principal,
    draft: Option<DraftId>,
    form: DraftForm,
    typed: TypedSecrets,
    preset: &str,
) -> Outcome<DraftView> {
    let (mut record, kept) = keep(outside, who, draft, form, typed).await?;
    match Preset::from_code(preset) {
        Some(preset) => {
            preset.apply(&mut record.form);
            record.form.preset.clear();
        }
        None => {
            let saved = saved(outside, &teams(outside, who).await?).await?;
            match saved.iter().find(|one| one.id.to_string() == preset) {
                Some(preset) => preset.apply(&mut record.form),
                None => record.errors.add("preset", FieldProblem::NotOffered),
            }
        }
    }
    put(outside, record, kept).await
}

/// The presets that admins saved for at least one of these teams.
pub(super) async fn saved(outside: &Outside, teams: &[Team]) -> Outcome<Vec<SavedPreset>> {
    let mut saved = outside.store.preset_list(None).await.or_fault()?;
    saved.retain(|preset| teams.iter().any(|team| preset.is_for(team.id)));
    Ok(saved)
}

/// What each preset costs with the rest of a form, in the form's region.
pub(super) fn prices(form: &DraftForm) -> Vec<PresetPrice> {
    let price = |preset: Preset| {
        // What the person has yet to type has no price.
        let nobody = Uuid::nil().to_string();
        let mut form = DraftForm { name: "price".to_owned(), team: nobody.clone(), account: nobody, ..form.clone() };
        preset.apply(&mut form);
        let stored = StoredArns { sign_in: Some(String::new()), ..Some(String::new()).into() };
        let parsed = form.parse(stored).ok()?;
        let estimate = template::estimate(&parsed.spec, &parsed.region);
        Some(PresetPrice { preset, monthly: estimate.monthly(), is_least: estimate.has_unknown() })
    };
    Preset::ALL.into_iter().filter_map(price).collect()
}

/// A draft with the spec of an environment, in its place, with a range that is free there.
pub(crate) async fn from_environment(
    outside: &Outside,
    who: &Principal,
    environment: EnvironmentId,
) -> Outcome<DraftId> {
    let summary = environment::record(outside, who, environment, Permission::EnvironmentOperate).await?.summary;
    let mut form = DraftForm {
        team: summary.team.to_string(),
        account: summary.account.to_string(),
        region: summary.region.clone(),
        ..DraftForm::of(&summary.spec)
    };
    // A name can mean one load balancer only.
    form.host_name.clear();
    let taken = outside.store.environment_ranges(summary.account, &summary.region).await.or_fault()?;
    if let Some(free) = free_range(&taken) {
        form.cidr = free.to_string();
    }
    begin(outside, who, form).await
}

/// A draft with a spec that was exported, here or elsewhere. Its team and place are still to be chosen.
pub(crate) async fn from_spec(outside: &Outside, who: &Principal, text: &str) -> Outcome<DraftId> {
    let options = super::options(outside, who).await?;
    if options.teams.is_empty() {
        return Err(Fault::Forbidden);
    }
    let refused = |problem| {
        let errors = FieldErrors::one("spec", problem);
        Fault::Invalid(if text.chars().count() <= SPEC_GIVEN_BACK { errors.keep("spec", text) } else { errors })
    };
    if text.trim().is_empty() {
        return Err(refused(FieldProblem::Required));
    }
    if text.chars().count() > SPEC_MAX {
        return Err(refused(FieldProblem::TooLong { max: SPEC_MAX }));
    }
    let spec: Spec = serde_json::from_str(text).map_err(|error| {
        let line = u32::try_from(error.line()).ok().filter(|line| *line > 0);
        refused(FieldProblem::NotASpec { line })
    })?;
    // Range and host name of the exported spec are most often in use by the environment that it came from.
    let form = DraftForm {
        team: options.form.team,
        account: options.form.account,
        region: options.form.region,
        cidr: options.form.cidr,
        host_name: String::new(),
        ..DraftForm::of(&spec)
    };
    begin(outside, who, form).await
}

async fn begin(outside: &Outside, who: &Principal, form: DraftForm) -> Outcome<DraftId> {
    let id = DraftId(Uuid::now_v7());
    let (owner, updated) = (who.person, outside.clock.now());
    let mut record = DraftRecord {
        id,
        owner,
        form,
        errors: FieldErrors::default(),
        llm_key: None,
        sign_in_secret: None,
        secrets: Vec::new(),
        updated,
    };
    hide_secrets(&mut record);
    outside.store.draft_put(&record, None).await.or_fault()?;
    Ok(id)
}
