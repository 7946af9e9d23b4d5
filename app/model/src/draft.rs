//! The create form: what was typed, as typed, and how it becomes a [`Spec`].
//!
//! A draft is kept in the database, valid or not, so that nothing typed is lost and the form works without JavaScript.

mod access;
pub(crate) mod compute;
mod database;
mod llm;
mod network;
mod variable;

use network::check_way_to_model;

use crate::{
    AccountId, DraftId, FieldErrors, FieldProblem, TeamId,
    account::CloudAccount,
    fault::Misfit,
    field::{number, offered},
    matrix::{self, Verdict},
    spec::{
        Architecture, ComputeKind, DatabaseClass, Edition, Image, InstanceType, LOG_RETENTION_DAYS, LlmProvider, Nat,
        Scheme, SignInKind, Size, Spec, region_name,
    },
};
pub use compute::applies;
use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, str::FromStr};

/// Longest environment name: with prefix and suffix it must fit into load balancer and target group names (32 characters).
pub const NAME_MAX: usize = 20;

/// The fields of the form, by their names, as text. The LLM key is not among them: it goes to Secrets Manager and only its ARN stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftForm {
    pub name: String,
    /// Id of the team.
    pub team: String,
    /// Id of the cloud account.
    pub account: String,
    pub region: String,
    /// Id of the saved preset that it began with; empty without one.
    pub preset: String,
    pub edition: String,
    /// Where it runs.
    pub compute: String,
    pub size: String,
    pub architecture: String,
    pub ephemeral_gib: String,
    /// EC2 instance type; only where hosts carry it, as is `disk_gib`.
    pub instance_type: String,
    pub disk_gib: String,
    /// Image tag.
    pub version: String,
    pub cidr: String,
    pub zones: String,
    pub nat: String,
    /// Id of a VPC that is there; empty where one is made.
    pub vpc_id: String,
    /// Ids of its subnets, separated by commas, spaces or lines.
    pub private_subnets: String,
    pub public_subnets: String,
    pub scheme: String,
    /// Ranges separated by commas, spaces or lines.
    pub allowed_cidrs: String,
    pub certificate_arn: String,
    /// The name by which people reach it.
    pub host_name: String,
    /// Id and domain of the hosted zone that holds the name.
    pub zone_id: String,
    pub zone: String,
    /// `on` when ticked.
    pub public_acknowledged: String,
    /// Whom the load balancer asks who somebody is. The OIDC client secret is not here: only its ARN stays.
    pub sign_in: String,
    pub oidc_issuer: String,
    pub oidc_authorization_endpoint: String,
    pub oidc_token_endpoint: String,
    pub oidc_user_info_endpoint: String,
    pub oidc_client_id: String,
    pub cognito_user_pool_arn: String,
    pub cognito_client_id: String,
    pub cognito_domain: String,
    pub database_class: String,
    pub database_storage_gib: String,
    /// `on` when ticked.
    pub database_multi_az: String,
    pub backup_days: String,
    pub llm_provider: String,
    pub llm_model: String,
    pub llm_base_url: String,
    /// Extra variables: a name, an equals sign and a value on each line.
    pub variables: String,
    /// Names of extra secrets, a line each. Their values go to Secrets Manager.
    pub secrets: String,
    pub log_retention_days: String,
}

/// Where the secrets lie that were typed into a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredArns {
    pub llm_key: Option<String>,
    /// Of the OIDC client secret.
    pub sign_in: Option<String>,
    /// Of the extra secrets, by their names.
    pub secrets: BTreeMap<String, String>,
}

impl From<Option<String>> for StoredArns {
    fn from(llm_key: Option<String>) -> Self {
        Self { llm_key, sign_in: None, secrets: BTreeMap::new() }
    }
}

/// The newest version of an edition; none where Handrail knows none.
fn newest(edition: Edition) -> String {
    edition.tags().first().copied().unwrap_or_default().to_owned()
}

impl Default for DraftForm {
    /// Sensible values for a first environment; `name`, `team`, `account` and `region` depend on who asks.
    fn default() -> Self {
        Self {
            name: String::new(),
            team: String::new(),
            account: String::new(),
            region: String::new(),
            preset: String::new(),
            edition: Edition::Canvas.code().into(),
            compute: ComputeKind::Fargate.code().into(),
            size: Size::Medium.code().into(),
            architecture: Architecture::X86_64.code().into(),
            ephemeral_gib: "50".into(),
            instance_type: String::new(),
            disk_gib: String::new(),
            version: newest(Edition::Canvas),
            cidr: "10.64.0.0/20".into(),
            zones: "2".into(),
            nat: Nat::One.code().into(),
            vpc_id: String::new(),
            private_subnets: String::new(),
            public_subnets: String::new(),
            scheme: Scheme::Internal.code().into(),
            allowed_cidrs: "10.0.0.0/8".into(),
            certificate_arn: String::new(),
            host_name: String::new(),
            zone_id: String::new(),
            zone: String::new(),
            public_acknowledged: String::new(),
            sign_in: SignInKind::None.code().into(),
            oidc_issuer: String::new(),
            oidc_authorization_endpoint: String::new(),
            oidc_token_endpoint: String::new(),
            oidc_user_info_endpoint: String::new(),
            oidc_client_id: String::new(),
            cognito_user_pool_arn: String::new(),
            cognito_client_id: String::new(),
            cognito_domain: String::new(),
            database_class: DatabaseClass::T4gMicro.code().into(),
            database_storage_gib: "20".into(),
            database_multi_az: String::new(),
            backup_days: "7".into(),
            llm_provider: LlmProvider::Anthropic.code().into(),
            llm_model: "anthropic/claude-sonnet-4-5".into(),
            llm_base_url: String::new(),
            variables: String::new(),
            secrets: String::new(),
            log_retention_days: "30".into(),
        }
    }
}

/// A draft as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct DraftView {
    pub id: DraftId,
    pub form: DraftForm,
    /// Empty once the draft is valid.
    pub errors: FieldErrors,
    /// Whether an LLM key has been stored for this draft.
    pub has_llm_key: bool,
    /// Whether an OIDC client secret has been stored for this draft.
    pub has_sign_in_secret: bool,
    /// Names of the extra secrets whose values have been stored for this draft.
    pub stored_secrets: Vec<String>,
}

/// What the form may offer to the person who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct CreateOptions {
    /// Teams in which the person may create environments.
    pub teams: Vec<crate::team::Team>,
    /// Accounts that are not disabled.
    pub accounts: Vec<CloudAccount>,
    /// Values to begin with.
    pub form: DraftForm,
    /// Versions on offer, the newest first within an edition.
    pub versions: Vec<crate::image::OfferedVersion>,
    /// What each size costs a month in the form's region, with the other defaults, as an estimate.
    pub size_prices: Vec<SizePrice>,
    /// What a host of each instance type costs a month.
    pub host_prices: Vec<HostPrice>,
    /// What each preset costs in the region that the form begins with.
    pub presets: Vec<crate::preset::PresetPrice>,
    /// Presets that admins saved for the person's teams.
    pub saved_presets: Vec<crate::preset::SavedPreset>,
    /// Whether the person may save presets.
    pub may_save_presets: bool,
}

/// One size of the form with its price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizePrice {
    pub region: String,
    pub size: Size,
    /// Price of the task alone, a month; `None` where the table has no price for the region.
    pub monthly: Option<crate::money::Usd>,
}

/// One instance type with its price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostPrice {
    pub region: String,
    pub instance_type: InstanceType,
    /// Price of the host without its disk, a month; `None` where the table has no price for the region.
    pub monthly: Option<crate::money::Usd>,
}

/// A form that has passed every check that needs no outside knowledge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    pub name: String,
    pub team: TeamId,
    pub account: AccountId,
    pub region: String,
    pub spec: Spec,
}

/// Checks a name: lower-case letters, digits and single hyphens, a letter first, at most [`NAME_MAX`] characters.
pub fn check_name(name: &str) -> Result<(), FieldProblem> {
    if name.is_empty() {
        return Err(FieldProblem::Required);
    }
    if name.chars().count() > NAME_MAX {
        return Err(FieldProblem::TooLong { max: NAME_MAX });
    }
    if name.len() < 2 {
        return Err(FieldProblem::TooShort { min: 2 });
    }
    let fits = name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('-')
        && !name.contains("--")
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if fits { Ok(()) } else { Err(FieldProblem::NotAName) }
}

/// Checks a VPC range: private (RFC 1918 or 100.64.0.0/10), without host bits, /16 to /24 so that six subnets fit.
pub fn check_cidr(text: &str) -> Result<Ipv4Net, FieldProblem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(FieldProblem::Required);
    }
    let net = Ipv4Net::from_str(text).map_err(|_| FieldProblem::NotACidr)?;
    if !(16..=24).contains(&net.prefix_len()) {
        return Err(FieldProblem::CidrSize { largest: 16, smallest: 24 });
    }
    if net.addr() != net.network() {
        return Err(FieldProblem::CidrHostBits { network: net.trunc().to_string() });
    }
    let private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];
    if private.iter().filter_map(|range| range.parse::<Ipv4Net>().ok()).any(|range| range.contains(&net)) {
        Ok(net)
    } else {
        Err(FieldProblem::CidrNotPrivate)
    }
}

/// Whether two ranges share an address.
pub fn overlaps(a: &Ipv4Net, b: &Ipv4Net) -> bool {
    a.contains(b) || b.contains(a)
}

impl DraftForm {
    /// Turns what was typed into a spec, or says what is wrong with every field at once.
    ///
    /// The image is as typed: which one the version means is for the engine, which knows the catalogue.
    ///
    /// `stored` is where the secrets lie that were given. What only the database or AWS can know (name taken,
    /// overlapping ranges, the account's regions) is checked by the engine afterwards.
    pub fn parse(&self, stored: impl Into<StoredArns>) -> Result<Parsed, FieldErrors> {
        let stored = stored.into();
        let mut errors = FieldErrors::default();
        let name = self.name.trim().to_owned();
        if let Err(problem) = check_name(&name) {
            errors.add("name", problem);
        }
        let team = identifier::<TeamId>(&self.team, "team", &mut errors);
        let account = identifier::<AccountId>(&self.account, "account", &mut errors);
        let region = self.region.trim().to_owned();
        if region.is_empty() {
            errors.add("region", FieldProblem::Required);
        } else if region_name(&region).is_none() {
            errors.add("region", FieldProblem::NotOffered);
        }
        let edition = offered(Edition::from_code(&self.edition), "edition", &mut errors);
        let image = edition.and_then(|edition| self.parse_image(edition, &mut errors));
        let compute = edition.and_then(|edition| self.parse_compute(edition, &mut errors));
        let network = self.parse_network(&mut errors);
        let access = self.parse_access(&region, stored.sign_in.clone(), &mut errors);
        if let (Some(network), Some(access)) = (&network, &access) {
            self.check_way_to_sign_in(network, access, &mut errors);
        }
        let database = self.parse_database(&mut errors);
        let llm = self.parse_llm(&region, stored.llm_key.clone(), &mut errors);
        if let (Some(network), Some(llm)) = (&network, &llm) {
            check_way_to_model(network, llm, &mut errors);
        }
        let (variables, secrets) = self.parse_variables(&stored, &mut errors);
        let log_retention_days = number(&self.log_retention_days, "log_retention_days", 1, 3653, &mut errors);
        if log_retention_days.is_some_and(|days| !LOG_RETENTION_DAYS.contains(&days)) {
            errors.add("log_retention_days", FieldProblem::NotOffered);
        }
        let parsed = (|| {
            Some(Parsed {
                name,
                team: team?,
                account: account?,
                region,
                spec: Spec {
                    edition: edition?,
                    image: image?,
                    compute: compute?,
                    network: network?,
                    access: access?,
                    database: database?,
                    llm: llm?,
                    variables,
                    secrets,
                    log_retention_days: log_retention_days?,
                    preset: self.preset.parse().ok(),
                },
            })
        })();
        match parsed {
            Some(parsed) if errors.is_empty() => Ok(parsed),
            _ => Err(errors),
        }
    }

    /// The form from which a spec came; name and place are left to whoever uses it.
    pub fn of(spec: &Spec) -> Self {
        let tick = |ticked: bool| if ticked { "on".to_owned() } else { String::new() };
        let Spec {
            edition,
            image,
            compute,
            network,
            access,
            database,
            llm,
            variables,
            secrets,
            log_retention_days,
            preset,
        } = spec;
        let mut form = Self {
            edition: edition.code().into(),
            compute: compute.kind.code().into(),
            size: compute.size.map(|size| size.code().to_owned()).unwrap_or_default(),
            // The architecture of a host is that of its instance type.
            architecture: compute.size.map(|_| compute.architecture.code().to_owned()).unwrap_or_default(),
            ephemeral_gib: compute.ephemeral_gib.map(|gib| gib.to_string()).unwrap_or_default(),
            instance_type: compute.host.map(|host| host.instance_type.code().to_owned()).unwrap_or_default(),
            disk_gib: compute.host.map(|host| host.disk_gib.to_string()).unwrap_or_default(),
            version: image.tag.clone(),
            database_class: database.class.code().into(),
            database_storage_gib: database.storage_gib.to_string(),
            database_multi_az: tick(database.multi_az),
            backup_days: database.backup_days.to_string(),
            llm_provider: llm.provider.code().into(),
            llm_model: llm.model.clone(),
            llm_base_url: llm.base_url.clone().unwrap_or_default(),
            variables: crate::variable::text(variables),
            secrets: secrets.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join("\n"),
            log_retention_days: log_retention_days.to_string(),
            preset: preset.map(|preset| preset.to_string()).unwrap_or_default(),
            ..Self::default()
        };
        form.take_network(network);
        form.take_access(access);
        form
    }

    fn parse_image(&self, edition: Edition, errors: &mut FieldErrors) -> Option<Image> {
        let tag = self.version.trim();
        if tag.is_empty() {
            errors.add("version", FieldProblem::Required);
        }
        let repository = edition.repository().unwrap_or_default().to_owned();
        Some(Image { repository, tag: tag.to_owned(), digest: None })
    }

    /// Goes over to another edition or compute; what depends on them begins anew.
    ///
    /// # Errors
    /// The pair does not go together.
    pub fn choose(&mut self, edition: Edition, compute: ComputeKind) -> Result<(), FieldProblem> {
        check_pair(edition, compute)?;
        if self.edition != edition.code() {
            self.version = newest(edition);
        }
        self.edition = edition.code().to_owned();
        self.compute = compute.code().to_owned();
        self.fit_compute();
        Ok(())
    }
}

/// Checks that an edition runs on a compute.
pub fn check_pair(edition: Edition, compute: ComputeKind) -> Result<(), FieldProblem> {
    match matrix::compute(edition, compute) {
        Verdict::Offered => Ok(()),
        Verdict::Refused(reason) => Err(FieldProblem::DoesNotFit(Misfit::NotTogether(reason))),
    }
}

/// Whether a checkbox was ticked.
pub fn is_ticked(value: &str) -> bool {
    matches!(value, "on" | "true")
}

fn identifier<T: FromStr>(text: &str, field: &str, errors: &mut FieldErrors) -> Option<T> {
    if text.trim().is_empty() {
        errors.add(field, FieldProblem::Required);
        return None;
    }
    offered(text.trim().parse().ok(), field, errors)
}

crate::read_through_value!(CreateOptions, DraftView);

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn form() -> DraftForm {
        DraftForm {
            name: "payments-agents".into(),
            team: "018f0000-0000-7000-8000-000000000001".into(),
            account: "018f0000-0000-7000-8000-000000000002".into(),
            region: "eu-central-1".into(),
            ..DraftForm::default()
        }
    }

    pub(super) fn key() -> Option<String> {
        Some("arn:aws:secretsmanager:eu-central-1:111122223333:secret:handrail/x".into())
    }

    #[test]
    fn the_defaults_with_a_name_a_place_and_a_key_are_valid() {
        let parsed = form().parse(key()).expect("valid");
        assert_eq!(parsed.name, "payments-agents");
        assert_eq!(parsed.spec.compute.memory_mib(), 8192);
        assert_eq!(parsed.spec.network.cidr.to_string(), "10.64.0.0/20");
    }

    #[test]
    fn the_form_of_a_spec_is_the_spec() {
        let typed = DraftForm {
            allowed_cidrs: "10.0.0.0/8, 192.168.0.0/16".into(),
            scheme: "internet_facing".into(),
            public_acknowledged: "on".into(),
            database_multi_az: "on".into(),
            llm_provider: "compatible".into(),
            llm_base_url: "https://llm.example.org/v1".into(),
            ..form()
        };
        let spec = typed.parse(key()).expect("valid").spec;
        let again = DraftForm::of(&spec);
        assert_eq!((again.name.as_str(), again.team.as_str(), again.region.as_str()), ("", "", ""));
        let placed =
            DraftForm { name: typed.name, team: typed.team, account: typed.account, region: typed.region, ..again };
        assert_eq!(placed.parse(key()).expect("valid").spec, spec);
    }

    #[test]
    fn names_are_judged_as_load_balancers_would() {
        for (name, problem) in [
            ("", FieldProblem::Required),
            ("a", FieldProblem::TooShort { min: 2 }),
            ("has spaces", FieldProblem::NotAName),
            ("Upper", FieldProblem::NotAName),
            ("-x1", FieldProblem::NotAName),
            ("x1-", FieldProblem::NotAName),
            ("a--b", FieldProblem::NotAName),
            ("1abc", FieldProblem::NotAName),
        ] {
            assert_eq!(check_name(name), Err(problem), "{name:?}");
        }
        assert_eq!(check_name(&"x".repeat(200)), Err(FieldProblem::TooLong { max: NAME_MAX }));
        assert_eq!(check_name("payments-2"), Ok(()));
    }

    #[test]
    fn ranges_are_judged_before_aws_would() {
        assert_eq!(check_cidr("ten"), Err(FieldProblem::NotACidr));
        assert_eq!(check_cidr("10.0.0.0/28"), Err(FieldProblem::CidrSize { largest: 16, smallest: 24 }));
        assert_eq!(check_cidr("10.0.0.0/8"), Err(FieldProblem::CidrSize { largest: 16, smallest: 24 }));
        assert_eq!(check_cidr("10.0.1.0/20"), Err(FieldProblem::CidrHostBits { network: "10.0.0.0/20".into() }));
        assert_eq!(check_cidr("8.8.0.0/16"), Err(FieldProblem::CidrNotPrivate));
        assert!(check_cidr(" 172.31.0.0/16 ").is_ok());
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let bad = DraftForm {
            name: "Bad Name".into(),
            region: "mars-north-1".into(),
            cidr: "x".into(),
            zones: "9".into(),
            scheme: "internet_facing".into(),
            allowed_cidrs: "10.0.0.1/8".into(),
            certificate_arn: "arn:aws:iam::1:x".into(),
            llm_provider: "compatible".into(),
            ..form()
        };
        let errors = bad.parse(None).expect_err("invalid");
        let fields: Vec<&str> = errors.problems.keys().map(String::as_str).collect();
        assert_eq!(
            fields,
            [
                "allowed_cidrs",
                "certificate_arn",
                "cidr",
                "llm_base_url",
                "llm_key",
                "name",
                "public_acknowledged",
                "region",
                "zones"
            ]
        );
    }

    #[test]
    fn nothing_typed_becomes_a_reference_that_cloudformation_resolves() {
        let secret = "{{resolve:secretsmanager:other-teams}}";
        let arn = format!("arn:aws:acm:eu-central-1:111122223333:certificate/{secret}");
        for (field, bad) in [
            ("llm_model", DraftForm { llm_model: secret.into(), ..form() }),
            ("llm_base_url", DraftForm { llm_base_url: format!("https://x/{secret}"), ..form() }),
            ("certificate_arn", DraftForm { certificate_arn: arn, ..form() }),
        ] {
            let errors = bad.parse(key()).expect_err("invalid");
            assert!(errors.of(field).is_some(), "{field}: {errors:?}");
        }
        let line = DraftForm { llm_model: "a\nb".into(), ..form() };
        assert_eq!(line.parse(key()).expect_err("invalid").of("llm_model"), Some(&FieldProblem::NotPlain));
    }

    #[test]
    fn a_certificate_of_another_region_is_refused() {
        let arn = "arn:aws:acm:us-east-1:111122223333:certificate/abc";
        let errors = DraftForm { certificate_arn: arn.into(), ..form() }.parse(key()).expect_err("invalid");
        assert_eq!(errors.of("certificate_arn"), Some(&FieldProblem::ArnElsewhere { region: "us-east-1".into() }));
    }

    #[test]
    fn bedrock_needs_no_key_and_keeps_none() {
        let bedrock = DraftForm {
            llm_provider: "bedrock".into(),
            llm_model: "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0".into(),
            ..form()
        };
        assert_eq!(bedrock.parse(key()).expect("valid").spec.llm.key_secret_arn, None);
        assert!(bedrock.parse(None).is_ok());
        for (model, base_url, field, problem) in [
            ("anthropic/claude-sonnet-4-5", "", "llm_model", Misfit::NotABedrockModel),
            ("bedrock/anthropic.*", "", "llm_model", Misfit::NotABedrockModel),
            ("bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0", "", "llm_model", Misfit::BedrockElsewhere),
            (&bedrock.llm_model, "https://llm.example.org", "llm_base_url", Misfit::BedrockNeedsNoBaseUrl),
        ] {
            let bad = DraftForm { llm_model: model.into(), llm_base_url: base_url.into(), ..bedrock.clone() };
            let errors = bad.parse(None).expect_err("invalid");
            assert_eq!(errors.of(field), Some(&FieldProblem::DoesNotFit(problem)), "{model} {base_url}");
        }
    }

    #[test]
    fn a_bare_address_is_a_range_of_one() {
        let parsed = DraftForm { allowed_cidrs: "203.0.113.7, 10.0.0.0/8\n2001:db8::/32".into(), ..form() }
            .parse(key())
            .expect("valid");
        let ranges: Vec<String> = parsed.spec.access.allowed_cidrs.iter().map(ToString::to_string).collect();
        assert_eq!(ranges, ["203.0.113.7/32", "10.0.0.0/8", "2001:db8::/32"]);
    }
}
