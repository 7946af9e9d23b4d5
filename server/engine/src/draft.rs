//! The create form: what it offers, and what is kept of what was typed.

pub(crate) mod beginning;
mod secret;

use crate::{Outside, error::OrFault, image, policy::require, preset};
use ipnet::Ipv4Net;
use model::{
    DraftId, Fault, FieldErrors, FieldProblem, Outcome, Principal, TeamId, TypedSecrets,
    account::CloudAccount,
    draft::{CreateOptions, DraftForm, DraftView, HostPrice, Parsed, SizePrice, StoredArns, overlaps},
    fault::Misfit,
    permission::Permission,
    spec::{Architecture, Edition, InstanceType, Size},
    team::Team,
    variable,
};
use ports::store::{DraftRecord, NamedSecret, StoredSecret};
use secret::Kept;
pub(crate) use secret::remove as remove_secret;
use uuid::Uuid;

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
            host_prices: Vec::new(),
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
    let host_prices = regions.iter().flat_map(|region| host_prices(region)).collect();
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
    Ok(CreateOptions {
        teams,
        accounts,
        form,
        versions,
        size_prices,
        host_prices,
        presets,
        saved_presets,
        may_save_presets,
    })
}

/// What a host of each instance type costs a month.
pub(crate) fn host_prices(region: &str) -> impl Iterator<Item = HostPrice> {
    InstanceType::ALL.iter().map(move |one| HostPrice {
        region: region.to_owned(),
        instance_type: *one,
        monthly: template::host_price(*one, region),
    })
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
    let has_llm_key = usable_key(&record).is_some();
    let stored_secrets = usable_secrets(&record).map(|secret| secret.name.clone()).collect();
    let has_sign_in_secret = usable_sign_in(&record).is_some();
    let DraftRecord { id, form, errors, .. } = record;
    DraftView { id, form, errors, has_llm_key, has_sign_in_secret, stored_secrets }
}

/// Whether a secret lies in the account and region that the form names: a task cannot read one of another region.
fn is_usable(form: &DraftForm, secret: &StoredSecret) -> bool {
    secret.account.to_string() == form.account.trim() && secret.region == form.region.trim()
}

/// The stored key, if it can be used.
fn usable_key(record: &DraftRecord) -> Option<&StoredSecret> {
    record.llm_key.as_ref().filter(|key| is_usable(&record.form, key))
}

/// The stored OIDC client secret, if it can be used.
fn usable_sign_in(record: &DraftRecord) -> Option<&StoredSecret> {
    record.sign_in_secret.as_ref().filter(|secret| is_usable(&record.form, secret))
}

/// The stored extra secrets that can be used.
fn usable_secrets(record: &DraftRecord) -> impl Iterator<Item = &NamedSecret> {
    record.secrets.iter().filter(|secret| is_usable(&record.form, &secret.stored))
}

/// Checks a draft's form with everything that only the database knows.
pub(crate) async fn check(
    outside: &Outside,
    who: &Principal,
    record: &DraftRecord,
) -> Outcome<Result<Parsed, FieldErrors>> {
    let form = &record.form;
    let stored = StoredArns {
        llm_key: usable_key(record).map(|key| key.arn.clone()),
        sign_in: usable_sign_in(record).map(|secret| secret.arn.clone()),
        secrets: usable_secrets(record).map(|one| (one.name.clone(), one.stored.arn.clone())).collect(),
    };
    let (mut parsed, mut errors) = match form.parse(stored) {
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
            if parsed.spec.network.is_isolated() && !model::image::is_in_ecr(&parsed.spec.image.repository) {
                errors.add("version", FieldProblem::DoesNotFit(Misfit::ImageNeedsInternet));
            }
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
    let makes_vpc = form.vpc_id.trim().is_empty();
    if let (true, Some(account), Ok(cidr)) = (makes_vpc, &account, model::draft::check_cidr(&form.cidr)) {
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

/// Keeps what was typed, valid or not. Secrets that were typed go to Secrets Manager first.
pub(crate) async fn save(
    outside: &Outside,
    who: &Principal,
    draft: Option<DraftId>,
    form: DraftForm,
    typed: TypedSecrets,
) -> Outcome<DraftView> {
    let (mut record, kept) = keep(outside, who, draft, form, typed).await?;
    record.errors = match check(outside, who, &record).await? {
        Ok(_) => FieldErrors::default(),
        Err(errors) => errors,
    };
    put(outside, record, kept).await
}

/// What a draft becomes with what was typed, and what became of the secrets.
async fn keep(
    outside: &Outside,
    who: &Principal,
    draft: Option<DraftId>,
    form: DraftForm,
    typed: TypedSecrets,
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
    let mut record = match known {
        Some(known) => DraftRecord { form: DraftForm { secrets: known.form.secrets, ..form }, ..known },
        None => DraftRecord {
            id: DraftId(Uuid::now_v7()),
            owner: who.person,
            form,
            errors: FieldErrors::default(),
            llm_key: None,
            sign_in_secret: None,
            secrets: Vec::new(),
            updated: outside.clock.now(),
        },
    };
    record.errors = FieldErrors::default();
    record.updated = outside.clock.now();
    let kept = secret::store(outside, who, &mut record, typed).await?;
    Ok((record, kept))
}

/// Takes out of a draft what looks like a secret and must not be kept as it is, and says so beside the field.
fn hide_secrets(record: &mut DraftRecord) {
    if let Some((kept, problem)) = variable::without_secrets(&record.form.variables) {
        record.form.variables = kept;
        record.errors.problems.insert("variables".to_owned(), problem);
    }
}

async fn put(outside: &Outside, mut record: DraftRecord, kept: Kept) -> Outcome<DraftView> {
    record.errors.problems.extend(kept.problems.problems);
    hide_secrets(&mut record);
    outside.store.draft_put(&record, kept.entry.as_ref()).await.or_fault()?;
    Ok(view(record))
}
