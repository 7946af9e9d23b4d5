//! Versions of OpenHands that can be chosen: the catalogue that an admin keeps, and where copies of its images lie.

mod name;
mod registry;

pub use name::{ImageName, check_digest, check_repository, check_tag, is_in_ecr, is_release, order};
pub use registry::{RegistryProblem, RegistryProblemKind, RepositoryState};

use crate::{
    AccountId, FieldErrors, FieldProblem, VersionId,
    account::CloudAccount,
    cause::CloudProblem,
    field::offered,
    mirror::Mirror,
    spec::{Edition, Image},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Longest note about a version, in characters.
pub const NOTES_MAX: usize = 500;

/// Whether a version is on offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    Supported,
    /// Still on offer, with a mark.
    Deprecated,
    /// Not on offer; environments that run it go on.
    Withdrawn,
}

impl Support {
    /// Every state, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::Supported, Self::Deprecated, Self::Withdrawn];

    /// The word used in forms and in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Deprecated => "deprecated",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of a word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|support| support.code() == code)
    }
}

/// A version in the catalogue. Versions of different editions collide, so that repository and tag together name one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageVersion {
    pub id: VersionId,
    pub edition: Edition,
    /// For example `ghcr.io/openhands/agent-canvas`.
    pub repository: String,
    pub tag: String,
    /// `sha256:…` of the image's index; `None` while no registry has told it.
    pub digest: Option<String>,
    pub released: Option<NaiveDate>,
    pub support: Support,
    pub notes: String,
    /// When a registry last answered about it.
    pub checked: Option<DateTime<Utc>>,
    /// The registry answered then that it has no such tag.
    pub missing: bool,
}

impl ImageVersion {
    /// Repository and tag, as Docker writes them.
    pub fn reference(&self) -> String {
        format!("{}:{}", self.repository, self.tag)
    }
}

/// A version that a form may offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedVersion {
    pub edition: Edition,
    pub repository: String,
    pub tag: String,
    pub digest: Option<String>,
    pub deprecated: bool,
}

impl OfferedVersion {
    /// Whether it is what a form's value names: its tag, or repository and tag where several have it.
    pub fn is_named(&self, edition: Edition, value: &str) -> bool {
        self.edition == edition && (self.tag == value || format!("{}:{}", self.repository, self.tag) == value)
    }

    /// The image as the registry of its origin has it.
    pub fn image(&self) -> Image {
        Image { repository: self.repository.clone(), tag: self.tag.clone(), digest: self.digest.clone() }
    }
}

/// What the forms offer of the catalogue, the newest first within an edition.
pub fn offers(versions: &[ImageVersion]) -> Vec<OfferedVersion> {
    let mut offers: Vec<OfferedVersion> = versions
        .iter()
        .filter(|version| version.support != Support::Withdrawn)
        .map(|version| OfferedVersion {
            edition: version.edition,
            repository: version.repository.clone(),
            tag: version.tag.clone(),
            digest: version.digest.clone(),
            deprecated: version.support == Support::Deprecated,
        })
        .collect();
    offers.sort_by(|a, b| in_lists((a.edition, &a.tag, &a.repository), (b.edition, &b.tag, &b.repository)));
    offers
}

/// The order of versions in lists, by edition, tag and repository: the newest first within an edition.
pub fn in_lists(a: (Edition, &str, &str), b: (Edition, &str, &str)) -> Ordering {
    let place = |edition: Edition| Edition::ALL.iter().position(|one| *one == edition);
    place(a.0).cmp(&place(b.0)).then_with(|| order(b.1, a.1)).then_with(|| a.2.cmp(b.2))
}

/// The values under which a form offers the versions of an edition: the tag, or repository and tag where another one before has it.
pub fn values<'a>(
    offers: impl IntoIterator<Item = &'a OfferedVersion>,
    edition: Edition,
) -> Vec<(String, &'a OfferedVersion)> {
    let mut values: Vec<(String, &OfferedVersion)> = Vec::new();
    for offer in offers.into_iter().filter(|offer| offer.edition == edition) {
        let is_taken = values.iter().any(|(value, _)| *value == offer.tag);
        let value = if is_taken { format!("{}:{}", offer.repository, offer.tag) } else { offer.tag.clone() };
        values.push((value, offer));
    }
    values
}

/// The version that a form begins with.
pub fn newest(offers: &[OfferedVersion], edition: Edition) -> Option<&OfferedVersion> {
    let of_edition = || offers.iter().filter(|offer| offer.edition == edition);
    of_edition().find(|offer| !offer.deprecated).or_else(|| of_edition().next())
}

/// Where a copy of a version lies in ECR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageCopy {
    pub account: AccountId,
    pub account_name: String,
    pub region: String,
    /// For example `111122223333.dkr.ecr.eu-west-1.amazonaws.com/handrail/canvas`.
    pub repository: String,
    pub digest: String,
    /// When it was verified.
    pub at: DateTime<Utc>,
    pub platforms: Vec<Platform>,
}

/// An image of an index, for one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// For example `linux/arm64`.
    pub name: String,
    pub digest: String,
}

/// A version with its copies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRow {
    pub version: ImageVersion,
    pub copies: Vec<ImageCopy>,
}

/// Everything that the page of images shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Catalogue {
    /// By edition, the newest first.
    pub versions: Vec<VersionRow>,
    /// By name.
    pub repositories: Vec<RepositoryState>,
    /// The newest first, at most twenty.
    pub mirrors: Vec<Mirror>,
    /// Accounts that are not disabled, without roles and external ids.
    pub accounts: Vec<CloudAccount>,
    /// The server's clock when this was read.
    pub now: DateTime<Utc>,
}

/// What ECR's scan of a copy came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyScan {
    pub account: AccountId,
    pub region: String,
    pub digest: String,
    /// One for each platform: ECR scans images, not indexes.
    pub platforms: Vec<(Platform, ScanOutcome)>,
}

/// What is known of one image's scan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "detail")]
pub enum ScanOutcome {
    /// ECR has scanned it.
    Done(ScanCounts),
    /// ECR has not finished, or has not begun.
    Pending,
    /// ECR knows no scan of it, or cannot scan it; its words where it has some.
    NotScanned(Option<String>),
    /// ECR could not be asked in time.
    NotKnown(Option<Box<CloudProblem>>),
}

/// Findings by severity, as ECR counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanCounts {
    pub critical: u32,
    pub high: u32,
    pub medium: u32,
    /// Low, informational and undefined ones.
    pub lesser: u32,
    /// When ECR finished the scan.
    pub at: Option<DateTime<Utc>>,
}

/// What is typed to add a version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageForm {
    pub edition: String,
    pub repository: String,
    pub tag: String,
    pub digest: String,
    /// `YYYY-MM-DD`, or nothing.
    pub released: String,
    pub support: String,
    pub notes: String,
    /// `on` when ticked: the customer holds a licence of an edition that needs one.
    pub licence: String,
}

/// What can be changed of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionChange {
    pub support: Support,
    pub released: Option<NaiveDate>,
    pub notes: String,
}

impl ImageForm {
    /// Names of the fields, in the order of the form.
    pub const FIELDS: [&'static str; 8] =
        ["edition", "repository", "tag", "digest", "released", "support", "notes", "licence"];

    /// The value of a field, without spaces around it.
    pub fn get(&self, field: &str) -> &str {
        match field {
            "edition" => &self.edition,
            "repository" => &self.repository,
            "tag" => &self.tag,
            "digest" => &self.digest,
            "released" => &self.released,
            "support" => &self.support,
            "notes" => &self.notes,
            "licence" => &self.licence,
            _ => "",
        }
        .trim()
    }

    /// The version, or what is wrong with every field at once.
    pub fn parse(&self, id: VersionId) -> Result<ImageVersion, FieldErrors> {
        let mut errors = FieldErrors::default();
        let edition = offered(Edition::from_code(self.get("edition")), "edition", &mut errors);
        let repository = self.get("repository");
        if let Err(problem) = check_repository(repository) {
            errors.add("repository", problem);
        }
        if let Err(problem) = check_tag(self.get("tag")) {
            errors.add("tag", problem);
        }
        let digest = Some(self.get("digest")).filter(|digest| !digest.is_empty());
        if let Some(Err(problem)) = digest.map(check_digest) {
            errors.add("digest", problem);
        }
        if edition.is_some_and(needs_licence) && self.get("licence") != "on" {
            errors.add("licence", FieldProblem::NotAcknowledged);
        }
        let change = self.parse_change(&mut errors);
        match (edition, change) {
            (Some(edition), Some(change)) if errors.is_empty() => Ok(ImageVersion {
                id,
                edition,
                repository: repository.to_owned(),
                tag: self.get("tag").to_owned(),
                digest: digest.map(str::to_owned),
                released: change.released,
                support: change.support,
                notes: change.notes,
                checked: None,
                missing: false,
            }),
            _ => Err(self.kept(errors)),
        }
    }

    /// Only what can be changed afterwards.
    pub fn change(&self) -> Result<VersionChange, FieldErrors> {
        let mut errors = FieldErrors::default();
        let change = self.parse_change(&mut errors);
        change.filter(|_| errors.is_empty()).ok_or_else(|| self.kept(errors))
    }

    fn parse_change(&self, errors: &mut FieldErrors) -> Option<VersionChange> {
        let support = offered(Support::from_code(self.get("support")), "support", errors);
        let released = match self.get("released") {
            "" => None,
            text => NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .map_err(|_| errors.add("released", FieldProblem::NotADate))
                .ok(),
        };
        let notes = self.get("notes");
        if notes.chars().count() > NOTES_MAX {
            errors.add("notes", FieldProblem::TooLong { max: NOTES_MAX });
        }
        Some(VersionChange { support: support?, released, notes: notes.to_owned() })
    }

    /// The problems together with everything that was typed.
    pub fn kept(&self, errors: FieldErrors) -> FieldErrors {
        Self::FIELDS.into_iter().fold(errors, |errors, field| errors.keep(field, self.get(field)))
    }
}

/// Whether an edition may only be used with a licence of one's own.
pub fn needs_licence(edition: Edition) -> bool {
    edition == Edition::Enterprise
}

crate::read_through_value!(Catalogue);

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const ID: VersionId = VersionId(Uuid::from_u128(1));

    fn form() -> ImageForm {
        ImageForm {
            edition: "canvas".into(),
            repository: "ghcr.io/openhands/agent-canvas".into(),
            tag: "1.26.0".into(),
            support: "supported".into(),
            ..ImageForm::default()
        }
    }

    #[test]
    fn a_version_is_read_as_typed() {
        let typed = ImageForm { released: " 2026-11-20 ".into(), notes: " weekly ".into(), ..form() };
        let version = typed.parse(ID).expect("valid");
        assert_eq!(version.reference(), "ghcr.io/openhands/agent-canvas:1.26.0");
        assert_eq!(version.released, NaiveDate::from_ymd_opt(2026, 11, 20));
        assert_eq!((version.notes.as_str(), version.digest), ("weekly", None));
    }

    #[test]
    fn every_problem_is_told_at_once_and_nothing_typed_is_lost() {
        let bad = ImageForm {
            edition: "other".into(),
            repository: "agent-canvas".into(),
            tag: "a b".into(),
            digest: "sha256:12".into(),
            released: "yesterday".into(),
            support: "maybe".into(),
            ..ImageForm::default()
        };
        let errors = bad.parse(ID).expect_err("invalid");
        assert_eq!(errors.problems.len(), 6, "{errors:?}");
        assert_eq!(errors.typed.get("tag").map(String::as_str), Some("a b"));
    }

    #[test]
    fn the_forms_offer_what_is_not_withdrawn_the_newest_first() {
        let of = |tag: &str, support| ImageVersion { tag: tag.into(), support, ..form().parse(ID).expect("valid") };
        let versions =
            [of("1.9.0", Support::Deprecated), of("1.10.0", Support::Supported), of("1.8.0", Support::Withdrawn)];
        let offered: Vec<(String, bool)> =
            offers(&versions).into_iter().map(|offer| (offer.tag, offer.deprecated)).collect();
        assert_eq!(offered, [("1.10.0".into(), false), ("1.9.0".into(), true)]);
    }
}
