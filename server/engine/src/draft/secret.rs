//! The secrets of a draft: typed into the form, kept in Secrets Manager of the account that the form names.

use super::open_account;
use crate::{Outside, audit, error::OrFault, tag};
use model::{
    EnvironmentId, FieldErrors, FieldProblem, Outcome, Principal, Secret, TeamId, TypedSecret, TypedSecrets,
    audit::Action,
    fault::Misfit,
    permission::Permission,
    spec::{LlmProvider, SignInKind},
    variable::{self, SECRETS_MAX},
};
use ports::{
    Place,
    store::{DraftRecord, NamedSecret, NewAudit, StoredSecret},
};

/// Longest secret that is accepted, in characters: well above any key's, well below the 64 KiB of Secrets Manager.
pub(crate) const SECRET_MAX: usize = 8192;
/// Longest LLM key that is accepted, in characters.
pub(crate) const KEY_MAX: usize = 4096;

/// What became of typed secrets.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) problems: FieldErrors,
    pub(super) entry: Option<NewAudit>,
}

/// Stores what was typed, and removes what the form has no use for any more. What is wrong is in the answer, beside its field.
pub(super) async fn store(
    outside: &Outside,
    who: &Principal,
    record: &mut DraftRecord,
    typed: TypedSecrets,
) -> Outcome<Kept> {
    let mut kept = Kept::default();
    let mut stored = Vec::new();
    if let Some(key) = typed.llm_key.filter(|key| !key.expose().trim().is_empty()) {
        match store_key(outside, who, record, &key).await? {
            Ok(()) => stored.push("LLM key".to_owned()),
            Err(problem) => kept.problems.add("llm_key", problem),
        }
    }
    if let Some(secret) = typed.sign_in.filter(|secret| !secret.expose().trim().is_empty()) {
        match store_sign_in(outside, who, record, &secret).await? {
            Ok(()) => stored.push("OIDC client secret".to_owned()),
            Err(problem) => kept.problems.add("sign_in_secret", problem),
        }
    }
    if !typed.variables.is_empty() {
        stored.extend(store_variables(outside, who, record, typed.variables, &mut kept.problems).await?);
    }
    if let (false, Some(team)) = (stored.is_empty(), team(who, record)) {
        let entry = audit::by(who, outside.clock.now(), Action::SecretStored, stored.join(", ")).team(team);
        kept.entry = Some(entry.done());
    }
    Ok(kept)
}

/// The team that the form names, if the person may create in it.
fn team(who: &Principal, record: &DraftRecord) -> Option<TeamId> {
    let team = record.form.team.trim().parse::<TeamId>().ok();
    team.filter(|team| Permission::EnvironmentOperate.allows(Some(who), Some(*team)))
}

async fn store_key(
    outside: &Outside,
    who: &Principal,
    record: &mut DraftRecord,
    key: &Secret,
) -> Outcome<Result<(), FieldProblem>> {
    if LlmProvider::from_code(&record.form.llm_provider) == Some(LlmProvider::Bedrock) {
        return Ok(Err(FieldProblem::DoesNotFit(Misfit::BedrockNeedsNoKey)));
    }
    if key.expose().chars().count() > KEY_MAX {
        return Ok(Err(FieldProblem::TooLong { max: KEY_MAX }));
    }
    let name = template::llm_key_secret_name(EnvironmentId::from(record.id));
    let description = "LLM key of an OpenHands environment, kept by Handrail";
    let new = match put(outside, who, record, &name, description, &Secret::new(key.expose().trim())).await? {
        Ok(new) => new,
        Err(problem) => return Ok(Err(problem)),
    };
    if let Some(old) = record.llm_key.replace(new.clone()).filter(|old| *old != new) {
        remove(outside, &old).await.or_fault()?;
    }
    Ok(Ok(()))
}

async fn store_sign_in(
    outside: &Outside,
    who: &Principal,
    record: &mut DraftRecord,
    secret: &Secret,
) -> Outcome<Result<(), FieldProblem>> {
    if SignInKind::from_code(&record.form.sign_in) != Some(SignInKind::Oidc) {
        return Ok(Err(FieldProblem::DoesNotFit(Misfit::SecretWithoutOidc)));
    }
    if secret.expose().chars().count() > KEY_MAX {
        return Ok(Err(FieldProblem::TooLong { max: KEY_MAX }));
    }
    let name = template::sign_in_secret_name(EnvironmentId::from(record.id));
    let description = "OIDC client secret of an OpenHands environment, kept by Handrail";
    let new = match put(outside, who, record, &name, description, &Secret::new(secret.expose().trim())).await? {
        Ok(new) => new,
        Err(problem) => return Ok(Err(problem)),
    };
    if let Some(old) = record.sign_in_secret.replace(new.clone()).filter(|old| *old != new) {
        remove(outside, &old).await.or_fault()?;
    }
    Ok(Ok(()))
}

/// Stores the values of the rows that have one, and takes over the names of all. Returns the names whose values were stored.
async fn store_variables(
    outside: &Outside,
    who: &Principal,
    record: &mut DraftRecord,
    rows: Vec<TypedSecret>,
    problems: &mut FieldErrors,
) -> Outcome<Vec<String>> {
    // A name is one word in the list of names; what is no name at all is told with the others that are none.
    let name = |row: &TypedSecret| row.name.split_whitespace().collect::<Vec<_>>().join("_");
    let rows: Vec<(String, Secret)> = rows
        .into_iter()
        .map(|row| (name(&row), row.value))
        .filter(|(name, value)| !name.is_empty() || !value.is_empty())
        .collect();
    let (named, nameless): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(name, _)| !name.is_empty());
    if !nameless.is_empty() {
        problems.add(&variable::name_field(named.len()), FieldProblem::Required);
    }
    let names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
    record.form.secrets = names.join("\n");
    let mut bad: Vec<usize> = variable::check_secrets(&names, &[]).into_iter().map(|(row, _)| row).collect();
    bad.extend(SECRETS_MAX..names.len());
    let mut stored = Vec::new();
    for (row, (name, value)) in named.iter().enumerate() {
        if bad.contains(&row) || value.expose().trim().is_empty() {
            continue;
        }
        if value.expose().chars().count() > SECRET_MAX {
            problems.add(&variable::value_field(row), FieldProblem::TooLong { max: SECRET_MAX });
            continue;
        }
        let secret = template::variable_secret_name(EnvironmentId::from(record.id), name);
        let description = "Secret of an OpenHands environment, kept by Handrail";
        match put(outside, who, record, &secret, description, value).await? {
            Ok(new) => {
                record.secrets.push(NamedSecret { name: name.clone(), stored: new });
                stored.push(name.clone());
            }
            Err(problem) => problems.add(&variable::value_field(row), problem),
        }
    }
    drop_unused(outside, record, &names).await?;
    Ok(stored)
}

/// Removes what no row names any more, and what has been stored anew since.
async fn drop_unused(outside: &Outside, record: &mut DraftRecord, names: &[&str]) -> Outcome<()> {
    let mut used: Vec<NamedSecret> = Vec::new();
    let mut unused = Vec::new();
    for secret in record.secrets.drain(..).rev() {
        let newer = used.iter().find(|one| one.name == secret.name);
        match newer {
            Some(newer) if newer.stored == secret.stored => {}
            None if names.contains(&secret.name.as_str()) => used.push(secret),
            _ => unused.push(secret),
        }
    }
    used.reverse();
    record.secrets = used;
    for secret in unused {
        remove(outside, &secret.stored).await.or_fault()?;
    }
    Ok(())
}

/// Puts a value into Secrets Manager of the account and region that the form names.
async fn put(
    outside: &Outside,
    who: &Principal,
    record: &DraftRecord,
    name: &str,
    description: &str,
    value: &Secret,
) -> Outcome<Result<StoredSecret, FieldProblem>> {
    let region = record.form.region.trim().to_owned();
    let (Some(account), Some(team)) = (open_account(outside, &record.form).await?, team(who, record)) else {
        // Without an account or a team there is no place for it: it must be typed again once they are chosen.
        return Ok(Err(FieldProblem::Required));
    };
    if !account.regions.contains(&region) {
        return Ok(Err(FieldProblem::Required));
    }
    let place = Place { account: account.clone(), region: region.clone(), operation: None };
    let tags = tag::of(EnvironmentId::from(record.id), team);
    Ok(match outside.cloud.secret_put(&place, name, description, value, &tags).await {
        Ok(arn) => Ok(StoredSecret { account: account.id, region, arn }),
        Err(problem) => Err(FieldProblem::Cloud(Box::new(problem))),
    })
}

/// Deletes a stored secret. An account that is no longer registered cannot be asked: nothing more can be done then.
pub(crate) async fn remove(outside: &Outside, secret: &StoredSecret) -> ports::CloudResult<()> {
    let Ok(Some(account)) = outside.store.account_get(secret.account).await else { return Ok(()) };
    let place = Place { account, region: secret.region.clone(), operation: None };
    outside.cloud.secret_delete(&place, &secret.arn).await
}
