//! Cloud accounts: registering, checking, disabling.

use crate::{
    Outside, audit,
    error::{OrFault, found_problem},
    identity::check_label,
    policy::require,
};
use async_trait::async_trait;
use model::{
    AccountId, Fault, FieldErrors, FieldProblem, Outcome, Principal,
    account::{AccountRow, CallerIdentity, CloudAccount},
    audit::Action,
    cause::{CloudProblem, CloudProblemKind},
    permission::Permission,
    platform::CallRate,
    role::{RoleForm, RoleTemplates},
    services::{AccountForm, Accounts},
    spec::region_name,
};
use ports::Place;
use uuid::Uuid;

pub(crate) struct AccountService {
    outside: Outside,
}

impl AccountService {
    pub(crate) fn new(outside: Outside) -> Self {
        Self { outside }
    }
}

/// The account that an installation begins with, from its configuration.
#[derive(Clone, Debug)]
pub struct FirstAccount {
    pub name: String,
    /// 12 digits.
    pub aws_account: String,
    /// Region codes, at least one.
    pub regions: Vec<String>,
}

/// Registers the first account if there is none yet, with the server's own credentials. Returns whether it did.
pub async fn register_first(outside: &Outside, first: &FirstAccount) -> Outcome<bool> {
    if !outside.store.account_list().await.or_fault()?.is_empty() {
        return Ok(false);
    }
    let account = CloudAccount {
        id: AccountId(Uuid::now_v7()),
        name: first.name.clone(),
        aws_account: first.aws_account.clone(),
        role_arn: None,
        external_id: None,
        stack_role_arn: None,
        regions: first.regions.clone(),
        disabled: false,
        created: outside.clock.now(),
    };
    let entry = audit::by_handrail(account.created, Action::AccountRegistered, &account.name)
        .change("aws_account", None, Some(account.aws_account.clone()))
        .done();
    match outside.store.account_create(&account, &entry).await.or_fault() {
        Ok(()) => Ok(true),
        // Another replica was quicker.
        Err(Fault::Invalid(_)) => Ok(false),
        Err(fault) => Err(fault),
    }
}

/// Whether AWS's answer is about the registered account; a problem that says so if not.
pub(crate) fn check_number(account: &CloudAccount, identity: &CallerIdentity) -> Result<(), CloudProblem> {
    if identity.account == account.aws_account {
        return Ok(());
    }
    Err(found_problem(
        CloudProblemKind::Credentials,
        "sts",
        "GetCallerIdentity",
        format!(
            "the credentials belong to account {}, but {} is registered as account {}",
            identity.account, account.name, account.aws_account
        ),
    ))
}

fn optional(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// An IAM role's ARN, or nothing.
fn role_arn(field: &str, text: &str, errors: &mut FieldErrors) -> Option<String> {
    iam_arn(field, text, &["role/"], errors)
}

/// The ARN of something in IAM of one of these kinds, or nothing.
fn iam_arn(field: &str, text: &str, kinds: &[&str], errors: &mut FieldErrors) -> Option<String> {
    let arn = optional(text)?;
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let fits = parts.len() == 6
        && parts[0] == "arn"
        && parts[2] == "iam"
        && (parts[4].len() == 12 && parts[4].bytes().all(|b| b.is_ascii_digit()) || parts[4] == "aws")
        && kinds.iter().any(|kind| parts[5].starts_with(kind));
    if !fits {
        errors.add(field, FieldProblem::NotAnArn { service: "iam".into() });
    }
    Some(arn)
}

/// The number of an AWS account, without the spaces and hyphens of AWS's own pages.
fn account_number(text: &str, errors: &mut FieldErrors) -> String {
    let number: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if number.is_empty() {
        errors.add("aws_account", FieldProblem::Required);
    } else if !number.bytes().all(|b| b.is_ascii_digit()) {
        errors.add("aws_account", FieldProblem::NotANumber);
    } else if number.len() < 12 {
        errors.add("aws_account", FieldProblem::TooShort { min: 12 });
    } else if number.len() > 12 {
        errors.add("aws_account", FieldProblem::TooLong { max: 12 });
    }
    number
}

/// The form of an account's roles, checked.
fn parse_roles(form: &RoleForm) -> Result<RoleForm, FieldErrors> {
    let mut errors = FieldErrors::default();
    let checked = RoleForm {
        aws_account: account_number(&form.aws_account, &mut errors),
        server_arn: iam_arn("server_arn", &form.server_arn, &["role/", "user/"], &mut errors).unwrap_or_default(),
        external_id: optional(&form.external_id).unwrap_or_default(),
        boundary: iam_arn("boundary", &form.boundary, &["policy/"], &mut errors).unwrap_or_default(),
    };
    if checked.server_arn.is_empty() {
        errors.add("server_arn", FieldProblem::Required);
    }
    if errors.is_empty() { Ok(checked) } else { Err(errors) }
}

/// Region codes that were typed, each once, in the order typed.
fn regions(text: &str, errors: &mut FieldErrors) -> Vec<String> {
    let mut regions: Vec<String> = Vec::new();
    for region in text.split([',', ' ', '\n', '\r', '\t']).filter(|part| !part.is_empty()) {
        if region_name(region).is_none() {
            errors.add("regions", FieldProblem::NotOffered);
        } else if !regions.iter().any(|known| known == region) {
            regions.push(region.to_owned());
        }
    }
    if regions.is_empty() {
        errors.add("regions", FieldProblem::Required);
    }
    regions
}

fn parse(form: &AccountForm) -> Result<CloudAccount, FieldErrors> {
    let mut errors = FieldErrors::default();
    let name = check_label("name", &form.name, &mut errors);
    let aws_account = account_number(&form.aws_account, &mut errors);
    let regions = regions(&form.regions, &mut errors);
    let account = CloudAccount {
        id: AccountId(Uuid::now_v7()),
        name,
        aws_account,
        role_arn: role_arn("role_arn", &form.role_arn, &mut errors),
        external_id: optional(&form.external_id),
        stack_role_arn: role_arn("stack_role_arn", &form.stack_role_arn, &mut errors),
        regions,
        disabled: false,
        created: chrono::DateTime::UNIX_EPOCH,
    };
    if errors.is_empty() { Ok(account) } else { Err(errors) }
}

/// Keeps everything that was typed, so that the form is drawn again as it was.
fn keep(errors: FieldErrors, form: &AccountForm) -> Fault {
    Fault::Invalid(
        errors
            .keep("name", &form.name)
            .keep("aws_account", &form.aws_account)
            .keep("role_arn", &form.role_arn)
            .keep("external_id", &form.external_id)
            .keep("stack_role_arn", &form.stack_role_arn)
            .keep("regions", &form.regions),
    )
}

#[async_trait]
impl Accounts for AccountService {
    async fn list(&self, who: &Principal) -> Outcome<Vec<AccountRow>> {
        require(Permission::PlatformView, who)?;
        let accounts = self.outside.store.account_list().await.or_fault()?;
        let counts = self.outside.store.account_environments().await.or_fault()?;
        let environments = |account: AccountId| counts.get(&account).copied().unwrap_or_default();
        Ok(accounts.into_iter().map(|account| AccountRow { environments: environments(account.id), account }).collect())
    }

    async fn roles(&self, who: &Principal, form: &RoleForm) -> Outcome<RoleTemplates> {
        require(Permission::PlatformView, who)?;
        let form = parse_roles(form).map_err(Fault::Invalid)?;
        let policies = self.outside.cloud.role_policies();
        let cloudformation = template::account_roles(&form, &policies).ok_or(Fault::NotFound)?;
        // IAM is the same in every region; the stack has to stand in one.
        let terraform = template::terraform(&cloudformation, "handrail-roles", "us-east-1").ok_or(Fault::NotFound)?;
        Ok(RoleTemplates { cloudformation, terraform })
    }

    async fn call_rates(&self, who: &Principal) -> Outcome<Vec<CallRate>> {
        require(Permission::PlatformView, who)?;
        Ok(self.outside.cloud.call_rates())
    }

    async fn check(&self, who: &Principal, account: AccountId) -> Outcome<CallerIdentity> {
        require(Permission::PlatformView, who)?;
        let account = self.outside.store.account_get(account).await.or_fault()?.ok_or(Fault::NotFound)?;
        let region = account.regions.first().cloned().ok_or(Fault::NotFound)?;
        let place = Place { account, region, operation: None };
        let identity = self.outside.cloud.identity(&place).await.or_fault()?;
        check_number(&place.account, &identity).or_fault()?;
        Ok(identity)
    }

    async fn register(&self, who: &Principal, form: AccountForm) -> Outcome<AccountId> {
        require(Permission::PlatformManage, who)?;
        let mut account = parse(&form).map_err(|errors| keep(errors, &form))?;
        account.created = self.outside.clock.now();
        let region = account.regions.first().cloned().unwrap_or_default();
        let place = Place { account: account.clone(), region, operation: None };
        let confirmed = match self.outside.cloud.identity(&place).await {
            Ok(identity) => check_number(&account, &identity),
            Err(problem) => Err(problem),
        };
        if let Err(problem) = confirmed {
            let field = if account.role_arn.is_some() { "role_arn" } else { "aws_account" };
            return Err(keep(FieldErrors::one(field, FieldProblem::Cloud(Box::new(problem))), &form));
        }
        let entry = audit::by(who, account.created, Action::AccountRegistered, &account.name)
            .change("aws_account", None, Some(account.aws_account.clone()))
            .change("regions", None, Some(account.regions.join(", ")))
            .done();
        self.outside.store.account_create(&account, &entry).await.or_fault().map_err(|fault| match fault {
            Fault::Invalid(errors) => keep(errors, &form),
            other => other,
        })?;
        Ok(account.id)
    }

    async fn set_disabled(&self, who: &Principal, account: AccountId, disabled: bool) -> Outcome<()> {
        require(Permission::PlatformManage, who)?;
        let found = self.outside.store.account_get(account).await.or_fault()?.ok_or(Fault::NotFound)?;
        if found.disabled == disabled {
            return Ok(());
        }
        let action = if disabled { Action::AccountDisabled } else { Action::AccountEnabled };
        let entry = audit::by(who, self.outside.clock.now(), action, &found.name).done();
        self.outside.store.account_set_disabled(account, disabled, &entry).await.or_fault()
    }

    async fn set_regions(&self, who: &Principal, account: AccountId, typed: &str) -> Outcome<()> {
        require(Permission::PlatformManage, who)?;
        let found = self.outside.store.account_get(account).await.or_fault()?.ok_or(Fault::NotFound)?;
        let mut errors = FieldErrors::default();
        let regions = regions(typed, &mut errors);
        errors.keep("regions", typed).keep("account", &account.to_string()).into_result()?;
        if regions == found.regions {
            return Ok(());
        }
        let entry = audit::by(who, self.outside.clock.now(), Action::AccountRegionsChanged, &found.name)
            .change("regions", Some(found.regions.join(", ")), Some(regions.join(", ")))
            .done();
        self.outside.store.account_set_regions(account, &regions, &entry).await.or_fault()
    }
}
