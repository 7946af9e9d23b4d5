//! ECR: repositories for copies of images, logins to its registry, and what its scans found.

use crate::{
    problem::{or_none, plain},
    service::count,
    session::Session,
    time::utc,
};
use aws_sdk_ecr::types::{
    EncryptionConfiguration, EncryptionType, FindingSeverity, ImageIdentifier, ImageScanningConfiguration,
    ImageTagMutability, ScanStatus, Tag,
};
use model::{
    Secret,
    cause::CloudProblemKind,
    image::{ScanCounts, ScanOutcome},
};
use ports::CloudResult;
use std::collections::{BTreeMap, HashMap};

/// Untagged manifests that an index names are never removed by it (ECR user guide, lifecycle policies): what goes is what a copy that
/// was cut off has left behind.
const LIFECYCLE: &str = r#"{"rules":[{"rulePriority":1,"description":"What no tag and no index names","selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":14},"action":{"type":"expire"}}]}"#;

impl Session {
    /// The repository's name with its registry; made if it is not there.
    pub(crate) async fn image_repository(&self, name: &str, tags: &BTreeMap<String, String>) -> CloudResult<String> {
        let mut request = self
            .ecr
            .create_repository()
            .repository_name(name)
            .image_tag_mutability(ImageTagMutability::Immutable)
            .image_scanning_configuration(ImageScanningConfiguration::builder().scan_on_push(true).build())
            .encryption_configuration(encryption()?);
        for (key, value) in tags {
            let tag = Tag::builder().key(key).value(value).build();
            request = request.tags(tag.map_err(|error| invalid("ecr:CreateRepository", &error))?);
        }
        let uri = match self.ask("ecr:CreateRepository", request.send()).await {
            Ok(made) => made.repository.and_then(|repository| repository.repository_uri),
            Err(problem) if problem.kind == CloudProblemKind::Conflict => {
                let found = self.ecr.describe_repositories().repository_names(name);
                let found = self.ask("ecr:DescribeRepositories", found.send()).await?;
                found.repositories.unwrap_or_default().into_iter().find_map(|repository| repository.repository_uri)
            }
            Err(problem) => return Err(problem),
        };
        // A process that ended in between has left the repository without it.
        let policy = self.ecr.put_lifecycle_policy().repository_name(name).lifecycle_policy_text(LIFECYCLE);
        self.ask("ecr:PutLifecyclePolicy", policy.send()).await?;
        uri.ok_or_else(|| {
            plain("ecr:CreateRepository", CloudProblemKind::ServiceFailure, "the repository has no address")
        })
    }

    /// Base64 of `AWS:password`, good for twelve hours.
    pub(crate) async fn image_login(&self) -> CloudResult<Secret> {
        let answer = self.ask("ecr:GetAuthorizationToken", self.ecr.get_authorization_token().send()).await?;
        let token = answer.authorization_data.unwrap_or_default().into_iter().find_map(|data| data.authorization_token);
        token
            .map(Secret::new)
            .ok_or_else(|| plain("ecr:GetAuthorizationToken", CloudProblemKind::ServiceFailure, "ECR gives no token"))
    }

    pub(crate) async fn image_scan(&self, repository: &str, digest: &str) -> CloudResult<ScanOutcome> {
        let request = self
            .ecr
            .describe_image_scan_findings()
            .repository_name(repository)
            .image_id(ImageIdentifier::builder().image_digest(digest).build())
            // The counts come with every page; the findings themselves are not read.
            .max_results(1);
        let answer = match or_none(self.ask("ecr:DescribeImageScanFindings", request.send()).await)? {
            Some(answer) => answer,
            None => return Ok(ScanOutcome::NotScanned(None)),
        };
        let (status, description) =
            answer.image_scan_status.map(|status| (status.status, status.description)).unwrap_or_default();
        let findings = answer.image_scan_findings;
        Ok(match status {
            // Amazon Inspector goes on scanning: `ACTIVE` is its word for a scan that has results.
            Some(ScanStatus::Complete | ScanStatus::Active) => {
                let at = findings.as_ref().and_then(|findings| findings.image_scan_completed_at.as_ref()).and_then(utc);
                let counts = findings.and_then(|findings| findings.finding_severity_counts).unwrap_or_default();
                ScanOutcome::Done(ScanCounts { at, ..counted(&counts) })
            }
            Some(ScanStatus::InProgress | ScanStatus::Pending) => ScanOutcome::Pending,
            _ => ScanOutcome::NotScanned(description),
        })
    }
}

fn encryption() -> CloudResult<EncryptionConfiguration> {
    let built = EncryptionConfiguration::builder().encryption_type(EncryptionType::Aes256).build();
    built.map_err(|error| invalid("ecr:CreateRepository", &error))
}

fn invalid(api: &'static str, error: &dyn std::error::Error) -> model::cause::CloudProblem {
    plain(api, CloudProblemKind::Invalid, &error.to_string())
}

fn counted(by_severity: &HashMap<FindingSeverity, i32>) -> ScanCounts {
    let of = |severity: FindingSeverity| by_severity.get(&severity).copied().map(count).unwrap_or_default();
    ScanCounts {
        critical: of(FindingSeverity::Critical),
        high: of(FindingSeverity::High),
        medium: of(FindingSeverity::Medium),
        lesser: of(FindingSeverity::Low) + of(FindingSeverity::Informational) + of(FindingSeverity::Undefined),
        at: None,
    }
}
