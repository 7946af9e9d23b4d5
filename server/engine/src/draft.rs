//! The create form: what it offers, and what is kept of what was typed.

pub(crate) mod beginning;

use crate::{Outside, audit, error::OrFault, image, policy::require, preset, tag};
use ipnet::Ipv4Net;
use model::{
    DraftId, EnvironmentId, Fault, FieldErrors, FieldProblem, Outcome, Principal, Secret, TeamId,
    account::CloudAccount,
    audit::Action,
    draft::{CreateOptions, DraftForm, DraftView, Parsed, SizePrice, overlaps},
    fault::Misfit,
    permission::Permission,
    spec::{Architecture, Edition, LlmProvider, Size},
    team::Team,
};
use ports::{
    Place,
    store::{DraftRecord, NewAudit, StoredSecret},
};
use uuid::Uuid;

/// Longest LLM key that is accepted, in characters: well above any provider's, well below the 64 KiB of Secrets Manager.
const KEY_MAX: usize = 4096;

/// What the form may offer to this person, with ranges that are still free.
pub(crate) async fn options(outside: &Outside, who: &Principal) -> Outcome<CreateOptions> {
    require(Permission::OwnAccount, who)?;
    let may_save_presets = who.is_platform_admin();
    let teams = teams(outside, who).await?;
    if teams.is_empty() {
        return Ok(CreateOptions {
            teams,
            accounts: Vec::new(),
            form: DraftForm::default(),
            versions: Vec::new(),
            size_prices: Vec::new(),
            presets: Vec::new(),
            saved_presets: Vec::new(),
            may_save_presets,
        });
    }
    let accounts: Vec<CloudAccount> =
        outside.store.account_list().await.or_fault()?.into_iter().filter(|account| !account.disabled).collect();
    let versions = image::offered(outside).await?;
    let mut form = DraftForm::default();
    if let Some(newest) = model::image::newest(&versions, Edition::Canvas) {
        form.version.clone_from(&newest.tag);
    }
    if let [only] = teams.as_slice() {
        form.team = only.id.to_string();
    }
    if let Some(account) = accounts.first() {
        form.account = account.id.to_string();
        form.region = account.regions.first().cloned().unwrap_or_default();
        let taken = outside.store.environment_ranges(account.id, &form.region).await.or_fault()?;
        if let Some(free) = free_range(&taken) {
            form.cidr = free.to_string();
        }
    }
    let mut regions: Vec<&String> = accounts.iter().flat_map(|account| &account.regions).collect();
    regions.sort();
    regions.dedup();
    let size_prices = regions
        .into_iter()
        .flat_map(|region| {
            Size::ALL.iter().map(|size| SizePrice {
                region: region.clone(),
                size: *size,
                monthly: template::size_price(*size, Architecture::X86_64, region),
            })
        })
        .collect();
    // Role ARNs and external ids are nobody's business but the admin's.
    let accounts = accounts
        .into_iter()
        .map(|account| CloudAccount { role_arn: None, external_id: None, stack_role_arn: None, ..account })
        .collect();
    let presets = beginning::prices(&form);
    let saved_presets = beginning::saved(outside, &teams).await?;
    Ok(CreateOptions { teams, accounts, form, versions, size_prices, presets, saved_presets, may_save_presets })
}

async fn teams(outside: &Outside, who: &Principal) -> Outcome<Vec<Team>> {
    let of = (!who.is_platform_admin()).then_some(who.person);
    let mut teams = outside.store.team_list(of).await.or_fault()?;
    teams.retain(|team| Permission::EnvironmentOperate.allows(Some(who), Some(team.id)));
    Ok(teams)
}

/// The first /20 of 10.64.0.0/10 that overlaps nothing taken.
fn free_range(taken: &[(String, String)]) -> Option<Ipv4Net> {
    let taken: Vec<Ipv4Net> = taken.iter().filter_map(|(_, range)| range.parse().ok()).collect();
    let all: Ipv4Net = "10.64.0.0/10".parse().ok()?;
    all.subnets(20).ok()?.find(|candidate| !taken.iter().any(|range| overlaps(candidate, range)))
}

/// A draft of this person; somebody else's does not exist for them.
pub(crate) async fn own(outside: &Outside, who: &Principal, draft: DraftId) -> Outcome<DraftRecord> {
    require(Permission::OwnAccount, who)?;
    let record = outside.store.draft_get(draft).await.or_fault()?;
    record.filter(|record| record.owner == who.person).ok_or(Fault::NotFound)
}

pub(crate) fn view(record: DraftRecord) -> DraftView {
    let has_llm_key = usable_key(&record.form, record.llm_key.as_ref()).is_some();
    DraftView { id: record.id, form: record.form, errors: record.errors, has_llm_key }
}

/// The stored key, if it lies in the account and region that the form names: a task cannot read one of another region.
fn usable_key<'a>(form: &DraftForm, key: Option<&'a StoredSecret>) -> Option<&'a StoredSecret> {
    key.filter(|key| key.account.to_string() == form.account.trim() && key.region == form.region.trim())
}

/// Checks a form with everything that only the database knows.
pub(crate) async fn check(
    outside: &Outside,
    who: &Principal,
    form: &DraftForm,
    key: Option<&StoredSecret>,
) -> Outcome<Result<Parsed, FieldErrors>> {
    let key_arn = usable_key(form, key).map(|key| key.arn.clone());
    let (mut parsed, mut errors) = match form.parse(key_arn) {
        Ok(parsed) => (Some(parsed), FieldErrors::default()),
        Err(errors) => (None, errors),
    };
    let team = form.team.trim().parse::<TeamId>().ok();
    if let Some(team) = team
        && !Permission::EnvironmentOperate.allows(Some(who), Some(team))
    {
        errors.add("team", FieldProblem::NotOffered);
    }
    if let Some(team) = team {
        preset::check(outside, team, form, &mut errors).await?;
    }
    let account = open_account(outside, form).await?;
    match &account {
        None if !form.account.trim().is_empty() => errors.add("account", FieldProblem::NotOffered),
        Some(account) if !account.regions.iter().any(|region| region == form.region.trim()) => {
            errors.add("region", FieldProblem::DoesNotFit(Misfit::RegionNotInAccount));
        }
        _ => {}
    }
    let versions = image::offered(outside).await?;
    let edition = Edition::from_code(form.edition.trim());
    let version = versions.iter().find(|one| edition.is_some_and(|edition| one.is_named(edition, form.version.trim())));
    match (version, &account, &mut parsed) {
        (Some(version), Some(account), Some(parsed)) => {
            parsed.spec.image = image::image(outside, version, account.id, form.region.trim()).await?;
        }
        (None, ..) if !form.version.trim().is_empty() => errors.add("version", FieldProblem::NotOffered),
        _ => {}
    }
    if let Some(team) = team
        && errors.of("name").is_none()
        && errors.of("team").is_none()
        && outside.store.environment_name_taken(team, form.name.trim()).await.or_fault()?
    {
        errors.add("name", FieldProblem::Taken);
    }
    if let (Some(account), Ok(cidr)) = (&account, model::draft::check_cidr(&form.cidr)) {
        let ranges = outside.store.environment_ranges(account.id, form.region.trim()).await.or_fault()?;
        let clash = ranges.iter().find(|(_, range)| range.parse().is_ok_and(|range| overlaps(&cidr, &range)));
        if let Some((name, range)) = clash {
            errors.add("cidr", FieldProblem::CidrOverlaps { with: format!("{range} ({name})") });
        }
    }
    Ok(match parsed {
        Some(parsed) if errors.is_empty() => Ok(parsed),
        _ => Err(errors),
    })
}

async fn open_account(outside: &Outside, form: &DraftForm) -> Outcome<Option<CloudAccount>> {
    let Ok(id) = form.account.trim().parse() else { return Ok(None) };
    Ok(outside.store.account_get(id).await.or_fault()?.filter(|account| !account.disabled))
}

/// Keeps what was typed, valid or not. A key that was typed goes to Secrets Manager first.
pub(crate) async fn save(
    outside: &Outside,
    who: &Principal,
    draft: Option<DraftId>,
    form: DraftForm,
    key: Option<Secret>,
) -> Outcome<DraftView> {
    let (mut record, kept) = keep(outside, who, draft, form, key).await?;
    record.errors = match check(outside, who, &record.form, record.llm_key.as_ref()).await? {
        Ok(_) => FieldErrors::default(),
        Err(errors) => errors,
    };
    put(outside, record, kept).await
}

/// What a draft becomes with what was typed, and what became of the key.
async fn keep(
    outside: &Outside,
    who: &Principal,
    draft: Option<DraftId>,
    form: DraftForm,
    key: Option<Secret>,
) -> Outcome<(DraftRecord, Kept)> {
    require(Permission::OwnAccount, who)?;
    let known = match draft {
        Some(draft) => Some(own(outside, who, draft).await?),
        None => None,
    };
    // Nobody without a team to create in gets to store anything, least of all in an AWS account.
    if teams(outside, who).await?.is_empty() {
        return Err(Fault::Forbidden);
    }
    let id = known.as_ref().map_or_else(|| DraftId(Uuid::now_v7()), |record| record.id);
    let stored = known.and_then(|record| record.llm_key);
    let key = key.filter(|key| !key.expose().trim().is_empty());
    let kept = match key {
        Some(key) => store_key(outside, who, id, &form, stored.clone(), key).await?,
        None => Kept { llm_key: stored, problem: None, entry: None },
    };
    let errors = FieldErrors::default();
    let llm_key = kept.llm_key.clone();
    let record = DraftRecord { id, owner: who.person, form, errors, llm_key, updated: outside.clock.now() };
    Ok((record, kept))
}

async fn put(outside: &Outside, mut record: DraftRecord, kept: Kept) -> Outcome<DraftView> {
    if let Some(problem) = kept.problem {
        record.errors.problems.insert("llm_key".to_owned(), problem);
    }
    outside.store.draft_put(&record, kept.entry.as_ref()).await.or_fault()?;
    Ok(view(record))
}

/// What became of a typed key.
struct Kept {
    llm_key: Option<StoredSecret>,
    problem: Option<FieldProblem>,
    entry: Option<NewAudit>,
}

async fn store_key(
    outside: &Outside,
    who: &Principal,
    draft: DraftId,
    form: &DraftForm,
    stored: Option<StoredSecret>,
    key: Secret,
) -> Outcome<Kept> {
    let refused = |problem| Kept { llm_key: stored.clone(), problem: Some(problem), entry: None };
    if LlmProvider::from_code(&form.llm_provider) == Some(LlmProvider::Bedrock) {
        return Ok(refused(FieldProblem::DoesNotFit(Misfit::BedrockNeedsNoKey)));
    }
    if key.expose().chars().count() > KEY_MAX {
        return Ok(refused(FieldProblem::TooLong { max: KEY_MAX }));
    }
    let key = Secret::new(key.expose().trim());
    let region = form.region.trim().to_owned();
    let team = form.team.trim().parse::<TeamId>().ok();
    let team = team.filter(|team| Permission::EnvironmentOperate.allows(Some(who), Some(*team)));
    let (Some(account), Some(team)) = (open_account(outside, form).await?, team) else {
        // Without an account or a team there is no place for it: it must be typed again once they are chosen.
        return Ok(refused(FieldProblem::Required));
    };
    if !account.regions.contains(&region) {
        return Ok(refused(FieldProblem::Required));
    }
    let environment = EnvironmentId::from(draft);
    let name = template::llm_key_secret_name(environment);
    let place = Place { account: account.clone(), region: region.clone(), operation: None };
    let tags = tag::of(environment, team);
    let description = "LLM key of an OpenHands environment, kept by Handrail";
    let arn = match outside.cloud.secret_put(&place, &name, description, &key, &tags).await {
        Ok(arn) => arn,
        Err(problem) => return Ok(refused(FieldProblem::Cloud(Box::new(problem)))),
    };
    let new = StoredSecret { account: account.id, region, arn };
    if let Some(old) = stored.filter(|old| *old != new) {
        remove_key(outside, &old).await.or_fault()?;
    }
    let entry = audit::by(who, outside.clock.now(), Action::SecretStored, "LLM key").team(team).done();
    Ok(Kept { llm_key: Some(new), problem: None, entry: Some(entry) })
}

/// Deletes a stored key. An account that is no longer registered cannot be asked: nothing more can be done then.
pub(crate) async fn remove_key(outside: &Outside, key: &StoredSecret) -> ports::CloudResult<()> {
    let Ok(Some(account)) = outside.store.account_get(key.account).await else { return Ok(()) };
    let place = Place { account, region: key.region.clone(), operation: None };
    outside.cloud.secret_delete(&place, &key.arn).await
}
