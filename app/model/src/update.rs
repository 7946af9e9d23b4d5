//! Changing an environment that is there: the form, what it offers, and the plan of a new revision.
//!
//! The form is not kept anywhere: it stands in the address of the plan's page, so that nothing typed is lost and nothing is left over.

use crate::{
    EnvironmentId, FieldErrors, FieldProblem,
    draft::{DraftForm, HostPrice, SizePrice, applies, compute::host},
    fault::Misfit,
    field::{number, offered, ranges},
    image::{self, OfferedVersion},
    money::Usd,
    plan::{CostEstimate, ExpectedDuration, PlanFinding, ResourceChange},
    spec::{Compute, DatabaseClass, LOG_RETENTION_DAYS, SecretVariable, Size, Spec, Variable},
    variable::{self, SECRETS_MAX, VariableProblem},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Largest storage that the form offers, in GiB.
const STORAGE_MAX: u32 = 1000;

/// The fields of the form, by their names, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateForm {
    pub size: String,
    pub ephemeral_gib: String,
    /// EC2 instance type; only where hosts carry it, as is `disk_gib`.
    pub instance_type: String,
    pub disk_gib: String,
    /// Image tag.
    pub version: String,
    pub database_class: String,
    pub database_storage_gib: String,
    /// Ranges separated by commas, spaces or lines.
    pub allowed_cidrs: String,
    pub log_retention_days: String,
    /// Extra variables: a name, an equals sign and a value on each line.
    pub variables: String,
    /// Names of extra secrets, a line each, whose values are stored already.
    pub secrets: String,
}

impl UpdateForm {
    /// The form with what is in force.
    pub fn of(spec: &Spec) -> Self {
        let created = DraftForm::of(spec);
        Self {
            size: created.size,
            ephemeral_gib: created.ephemeral_gib,
            instance_type: created.instance_type,
            disk_gib: created.disk_gib,
            version: spec.image.tag.clone(),
            database_class: spec.database.class.code().into(),
            database_storage_gib: spec.database.storage_gib.to_string(),
            allowed_cidrs: spec.access.allowed_cidrs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            log_retention_days: spec.log_retention_days.to_string(),
            variables: variable::text(&spec.variables),
            secrets: spec.secrets.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join("\n"),
        }
    }

    /// Fields by name, in the order of the page.
    pub fn pairs(&self) -> [(&'static str, &str); 11] {
        [
            ("size", &self.size),
            ("ephemeral_gib", &self.ephemeral_gib),
            ("instance_type", &self.instance_type),
            ("disk_gib", &self.disk_gib),
            ("version", &self.version),
            ("database_class", &self.database_class),
            ("database_storage_gib", &self.database_storage_gib),
            ("allowed_cidrs", &self.allowed_cidrs),
            ("log_retention_days", &self.log_retention_days),
            ("variables", &self.variables),
            ("secrets", &self.secrets),
        ]
    }

    /// The form whose fields `value` names.
    pub fn from_fields(value: impl Fn(&'static str) -> String) -> Self {
        Self {
            size: value("size"),
            ephemeral_gib: value("ephemeral_gib"),
            instance_type: value("instance_type"),
            disk_gib: value("disk_gib"),
            version: value("version"),
            database_class: value("database_class"),
            database_storage_gib: value("database_storage_gib"),
            allowed_cidrs: value("allowed_cidrs"),
            log_retention_days: value("log_retention_days"),
            variables: value("variables"),
            secrets: value("secrets"),
        }
    }

    /// Whether nothing was typed at all, as in an address without a form.
    pub fn is_empty(&self) -> bool {
        self.pairs().iter().all(|(_, value)| value.is_empty())
    }

    /// The spec in force with what was typed, or what is wrong with every field at once. What is in force already is always allowed,
    /// also where it is no longer on offer. `stored` has the ARNs of the environment's extra secrets by their names.
    pub fn parse(
        &self,
        current: &Spec,
        offers: &[OfferedVersion],
        stored: &BTreeMap<String, String>,
    ) -> Result<Spec, FieldErrors> {
        let mut errors = FieldErrors::default();
        let compute = self.parse_compute(&current.compute, &mut errors);
        let version = self.parse_version(current, offers, &mut errors);
        let class = offered(DatabaseClass::from_code(self.database_class.trim()), "database_class", &mut errors);
        let storage_gib = self.parse_storage(current.database.storage_gib, &mut errors);
        let allowed_cidrs = ranges(&self.allowed_cidrs, "allowed_cidrs", &mut errors);
        let days = number(&self.log_retention_days, "log_retention_days", 1, 3653, &mut errors);
        if days.is_some_and(|days| days != current.log_retention_days && !LOG_RETENTION_DAYS.contains(&days)) {
            errors.add("log_retention_days", FieldProblem::NotOffered);
        }
        let variables = variable::parse(&self.variables, "variables", &mut errors);
        let secrets = self.parse_secrets(current, &variables, stored, &mut errors);
        let spec = (|| {
            let mut spec = current.clone();
            spec.compute = compute?;
            if let Some(version) = version? {
                spec.image = version.image();
            }
            spec.database.class = class?;
            spec.database.storage_gib = storage_gib?;
            spec.access.allowed_cidrs = allowed_cidrs;
            spec.log_retention_days = days?;
            spec.variables = variables;
            spec.secrets = secrets;
            Some(spec)
        })();
        match spec {
            Some(spec) if errors.is_empty() => Ok(spec),
            _ => Err(errors),
        }
    }

    fn parse_secrets(
        &self,
        current: &Spec,
        variables: &[Variable],
        stored: &BTreeMap<String, String>,
        errors: &mut FieldErrors,
    ) -> Vec<SecretVariable> {
        let field = "secrets";
        let names: Vec<&str> = variable::names(&self.secrets).collect();
        if names.len() > SECRETS_MAX {
            errors.add(field, FieldProblem::OutOfRange { min: 0, max: SECRETS_MAX as i64 });
        }
        let in_force = current.secrets.iter().map(|one| (one.name.clone(), one.secret_arn.clone()));
        let known: BTreeMap<String, String> = in_force.chain(stored.clone()).collect();
        let missing =
            |(row, name): (usize, &&str)| (!known.contains_key(*name)).then_some((row, VariableProblem::NotStored));
        let mut problems = variable::check_secrets(&names, variables);
        problems.extend(names.iter().enumerate().filter_map(missing));
        problems.sort_by_key(|(row, _)| *row);
        for (row, problem) in problems {
            errors.add(field, variable::secret_problem(row, names[row], problem));
        }
        variable::stored(&names, &known)
    }

    /// Fargate stays Fargate, hosts stay hosts: only the fields of the one that is there may be typed.
    fn parse_compute(&self, current: &Compute, errors: &mut FieldErrors) -> Option<Compute> {
        let kind = current.kind;
        for (field, typed) in self.pairs() {
            if !applies(kind, field) && !typed.trim().is_empty() {
                errors.add(field, FieldProblem::DoesNotFit(Misfit::NotOfThisCompute));
            }
        }
        if kind.has_hosts() {
            return Some(Compute::hosts(kind, host(&self.instance_type, &self.disk_gib, errors)?));
        }
        let size = offered(Size::from_code(self.size.trim()), "size", errors);
        let ephemeral_gib = number(&self.ephemeral_gib, "ephemeral_gib", 21, 200, errors);
        Some(Compute { size: Some(size?), ephemeral_gib: Some(ephemeral_gib?), ..current.clone() })
    }

    /// `Some(None)` is the version in force.
    fn parse_version<'a>(
        &self,
        current: &Spec,
        offers: &'a [OfferedVersion],
        errors: &mut FieldErrors,
    ) -> Option<Option<&'a OfferedVersion>> {
        let version = self.version.trim();
        if version == current.image.tag {
            return Some(None);
        }
        if let Some(newer) = newer(current, offers).into_iter().find(|offer| offer.is_named(current.edition, version)) {
            return Some(Some(newer));
        }
        let known = offers.iter().any(|offer| offer.is_named(current.edition, version));
        let problem = if known { FieldProblem::DoesNotFit(Misfit::OlderVersion) } else { FieldProblem::NotOffered };
        errors.add("version", problem);
        None
    }

    fn parse_storage(&self, current: u32, errors: &mut FieldErrors) -> Option<u32> {
        let field = "database_storage_gib";
        let gib = number(&self.database_storage_gib, field, 20, STORAGE_MAX, errors)?;
        if gib < current {
            errors.add(field, FieldProblem::DoesNotFit(Misfit::StorageShrinks));
            return None;
        }
        // RDS rounds a smaller step up to a tenth, and the template would no longer say what is there
        // (RDS API, ModifyDBInstance, `AllocatedStorage`).
        let least = current + current.div_ceil(10);
        if gib > current && gib < least {
            errors.add(field, FieldProblem::OutOfRange { min: least.into(), max: STORAGE_MAX.into() });
            return None;
        }
        Some(gib)
    }
}

/// Versions that an environment may run next, newest first: it never goes back to an older one, and where the tag of the one in force
/// does not tell what is older, it stays.
pub fn newer<'a>(current: &Spec, offers: &'a [OfferedVersion]) -> Vec<&'a OfferedVersion> {
    let tag = current.image.tag.as_str();
    let is_newer = |offer: &&OfferedVersion| {
        offer.edition == current.edition && image::is_release(&offer.tag) && image::order(&offer.tag, tag).is_gt()
    };
    offers.iter().filter(|_| image::is_release(tag)).filter(is_newer).collect()
}

/// What the page of an environment's capacity offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateOptions {
    /// The spec in force.
    pub spec: Spec,
    /// Versions on offer, the newest first.
    pub versions: Vec<OfferedVersion>,
    /// What each size costs a month in the environment's region and architecture.
    pub size_prices: Vec<SizePrice>,
    /// What a host of each instance type costs a month in the environment's region.
    pub host_prices: Vec<HostPrice>,
    /// What the environment costs a month as it is, and while it is paused.
    pub monthly: Usd,
    pub monthly_paused: Usd,
    /// Names of the extra secrets whose values are stored, in force or not.
    pub stored_secrets: Vec<String>,
}

/// The preview of a new revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdatePlan {
    pub environment: EnvironmentId,
    pub environment_name: String,
    /// Over the template in force and the new one, in hex. Applying refuses another one.
    pub hash: String,
    /// The revision in force.
    pub from_revision: u32,
    /// The revision that applying makes.
    pub to_revision: u32,
    /// Only what changes, in the order of the template's sections.
    pub changes: Vec<UpdatedResource>,
    pub cost_before: CostEstimate,
    pub cost_after: CostEstimate,
    /// What the rules say of the new template and of the change, the gravest first.
    pub findings: Vec<PlanFinding>,
    pub interruptions: Vec<Interruption>,
    /// Whether no task runs and none will: then nobody notices an interruption.
    pub paused: bool,
    pub expected: Option<ExpectedDuration>,
}

impl UpdatePlan {
    /// Whether a rule forbids to carry the plan out.
    pub fn is_blocked(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == crate::plan::Severity::Blocks)
    }
}

/// A resource that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdatedResource {
    pub change: ResourceChange,
    /// The properties that differ, by path; none where it only follows another resource.
    pub properties: Vec<PropertyChange>,
    /// The replaced resources that it refers to, so that it changes with them.
    pub follows: Vec<String>,
}

/// One property that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyChange {
    /// For example `EphemeralStorage.SizeInGiB`.
    pub path: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// Whether AWS makes the resource anew for it.
    pub replaces: bool,
}

/// What stops for a while during an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interruption {
    /// The one task ends before the new one starts.
    Task,
    /// RDS restarts the database, or fails over.
    Database,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{ComputeKind, Edition, InstanceType};

    fn tag(nth: usize) -> &'static str {
        Edition::Canvas.tags()[nth]
    }

    fn offers() -> Vec<OfferedVersion> {
        let offer = |tag: &&str| OfferedVersion {
            edition: Edition::Canvas,
            repository: Edition::Canvas.repository().unwrap_or_default().to_owned(),
            tag: (*tag).to_owned(),
            digest: Some(format!("sha256:{}", "0".repeat(64))),
            deprecated: false,
        };
        Edition::Canvas.tags().iter().map(offer).collect()
    }

    fn spec() -> Spec {
        let form = DraftForm {
            name: "demo".into(),
            team: "018f0000-0000-7000-8000-000000000001".into(),
            account: "018f0000-0000-7000-8000-000000000002".into(),
            region: "eu-central-1".into(),
            version: tag(1).into(),
            ..DraftForm::default()
        };
        form.parse(Some("arn:aws:secretsmanager:x".into())).expect("valid").spec
    }

    #[test]
    fn the_form_of_a_spec_is_the_spec() {
        let spec = spec();
        assert_eq!(UpdateForm::of(&spec).parse(&spec, &offers(), &BTreeMap::new()), Ok(spec));
        assert!(UpdateForm::default().is_empty());
    }

    #[test]
    fn what_is_typed_is_the_only_difference() {
        let before = spec();
        let form = UpdateForm { size: "large".into(), ephemeral_gib: "80".into(), ..UpdateForm::of(&before) };
        let after = form.parse(&before, &offers(), &BTreeMap::new()).expect("valid");
        assert_eq!((after.compute.size, after.compute.ephemeral_gib), (Some(Size::Large), Some(80)));
        assert_eq!(Spec { compute: before.compute.clone(), ..after }, before);
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let before = spec();
        let bad = UpdateForm {
            size: "huge".into(),
            ephemeral_gib: "20".into(),
            version: tag(2).into(),
            database_class: "db.x".into(),
            database_storage_gib: "19".into(),
            allowed_cidrs: "10.0.0.1/8".into(),
            log_retention_days: "8".into(),
            variables: "PORT=1".into(),
            secrets: "GITHUB_TOKEN".into(),
            instance_type: "m6i.large".into(),
            ..UpdateForm::default()
        };
        let errors = bad.parse(&before, &offers(), &BTreeMap::new()).expect_err("invalid");
        assert_eq!(errors.problems.len(), 10, "{errors:?}");
        assert_eq!(errors.of("version"), Some(&FieldProblem::DoesNotFit(Misfit::OlderVersion)));
    }

    #[test]
    fn a_secret_needs_its_value_stored_first() {
        let before = spec();
        let form = UpdateForm {
            variables: "LOG_LEVEL=debug".into(),
            secrets: "GITHUB_TOKEN".into(),
            ..UpdateForm::of(&before)
        };
        let errors = form.parse(&before, &offers(), &BTreeMap::new()).expect_err("not stored");
        let (line, name) = (1, Some("GITHUB_TOKEN".to_owned()));
        let not_stored = FieldProblem::Variable { line, name, problem: VariableProblem::NotStored };
        assert_eq!(errors.of("secrets"), Some(&not_stored));
        let stored = BTreeMap::from([("GITHUB_TOKEN".to_owned(), "arn:x".to_owned())]);
        let after = form.parse(&before, &offers(), &stored).expect("valid");
        assert_eq!((after.variables.len(), after.secrets[0].secret_arn.as_str()), (1, "arn:x"));
        assert_eq!(UpdateForm::of(&after), form);
        assert_eq!(form.parse(&after, &offers(), &BTreeMap::new()), Ok(after.clone()), "what is in force stays");
        let exported = serde_json::to_string(&after.to_export()).expect("JSON");
        assert!(exported.contains("GITHUB_TOKEN") && !exported.contains("arn:"), "{exported}");
    }

    #[test]
    fn hosts_change_their_instance_type_and_have_no_size() {
        let mut form = DraftForm {
            name: "demo".into(),
            team: "018f0000-0000-7000-8000-000000000001".into(),
            ..DraftForm::default()
        };
        form.account = "018f0000-0000-7000-8000-000000000002".into();
        form.region = "eu-central-1".into();
        form.choose(Edition::Canvas, ComputeKind::EcsEc2).expect("offered");
        let before = form.parse(Some("arn:aws:secretsmanager:x".into())).expect("valid").spec;
        let larger = UpdateForm { instance_type: "m6g.xlarge".into(), ..UpdateForm::of(&before) };
        let after = larger.parse(&before, &offers(), &BTreeMap::new()).expect("valid").compute;
        assert_eq!(after.host.map(|host| host.instance_type), Some(InstanceType::M6gXlarge));
        assert_eq!(after.architecture, crate::spec::Architecture::Arm64);
        let sized = UpdateForm { size: "large".into(), ..UpdateForm::of(&before) };
        let problem = FieldProblem::DoesNotFit(Misfit::NotOfThisCompute);
        assert_eq!(sized.parse(&before, &offers(), &BTreeMap::new()).expect_err("invalid").of("size"), Some(&problem));
    }

    #[test]
    fn storage_grows_by_a_tenth_or_not_at_all() {
        let mut before = spec();
        before.database.storage_gib = 100;
        let typed = |gib: &str| {
            let form = UpdateForm { database_storage_gib: gib.into(), ..UpdateForm::of(&before) };
            form.parse(&before, &offers(), &BTreeMap::new())
                .map(|spec| spec.database.storage_gib)
                .map_err(|errors| errors.of("database_storage_gib").cloned().expect("the field's problem"))
        };
        assert_eq!(typed("100"), Ok(100));
        assert_eq!(typed("110"), Ok(110));
        assert_eq!(typed("105"), Err(FieldProblem::OutOfRange { min: 110, max: 1000 }));
        assert_eq!(typed("90"), Err(FieldProblem::DoesNotFit(Misfit::StorageShrinks)));
    }

    #[test]
    fn versions_only_go_up() {
        let mut before = spec();
        let newer = |spec: &Spec| newer(spec, &offers()).into_iter().map(|offer| offer.tag.clone()).collect::<Vec<_>>();
        assert_eq!(newer(&before), [tag(0)]);
        // Withdrawn ones are not on offer, and yet known to be older.
        before.image.tag = "1.18.2".into();
        assert_eq!(newer(&before), Edition::Canvas.tags()[..2]);
        before.image.tag = "0.1-private".into();
        assert_eq!(newer(&before), Vec::<String>::new());
    }

    #[test]
    fn another_version_is_another_image_by_digest() {
        let before = spec();
        let form = UpdateForm { version: tag(0).into(), ..UpdateForm::of(&before) };
        let image = form.parse(&before, &offers(), &BTreeMap::new()).expect("valid").image;
        assert_eq!((image.tag.as_str(), image.digest), (tag(0), offers()[0].digest.clone()));
    }
}
