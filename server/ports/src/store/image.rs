//! The catalogue of versions and the copies of images, as the store keeps them.

use super::{NewAudit, StoreResult};
use crate::registry::Upload;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::{
    AccountId, MirrorId, PersonId, VersionId,
    image::{ImageCopy, ImageVersion, Platform, RegistryProblem, RepositoryState, VersionChange},
    mirror::{Mirror, MirrorCause, MirrorProgress},
    operation::OperationStatus,
};

/// What a registry said about the versions of one repository.
#[derive(Clone, Debug)]
pub struct RepositoryLook {
    /// With its registry.
    pub repository: String,
    pub at: DateTime<Utc>,
    /// What it has, or why it did not say.
    pub found: Result<RepositoryFound, RegistryProblem>,
}

/// What a registry has of a repository.
#[derive(Clone, Debug)]
pub struct RepositoryFound {
    /// See [`RepositoryState::news`].
    pub news: Vec<String>,
    /// The digest of each version of the catalogue; `None` where the registry has no such tag.
    pub digests: Vec<(VersionId, Option<String>)>,
}

/// A copy of an image to make.
#[derive(Clone, Debug)]
pub struct NewMirror {
    pub id: MirrorId,
    pub version: VersionId,
    pub account: AccountId,
    pub region: String,
    pub requested_by: PersonId,
    pub requested: DateTime<Utc>,
}

/// A copy with what the worker needs.
#[derive(Clone, Debug)]
pub struct MirrorRecord {
    pub mirror: Mirror,
    /// The upload that was under way.
    pub upload: Option<BlobUpload>,
    pub platforms: Vec<Platform>,
    /// Which worker holds it, until when.
    pub lease: Option<(String, DateTime<Utc>)>,
}

/// An upload of one blob.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BlobUpload {
    pub digest: String,
    pub upload: Upload,
}

/// What a worker has found out and done of a copy so far.
#[derive(Clone, Debug, Default)]
pub struct MirrorNote {
    /// Kept for good once it is known.
    pub digest: Option<String>,
    /// Kept for good once it is known.
    pub target: Option<String>,
    pub platforms: Vec<Platform>,
    pub progress: MirrorProgress,
    pub upload: Option<BlobUpload>,
}

/// How a copy ended.
#[derive(Clone, Debug)]
pub struct MirrorEnd {
    pub mirror: MirrorId,
    /// The worker that holds the lease; another one's end is refused with [`model::fault::Conflict::ChangedMeanwhile`].
    pub worker: String,
    pub status: OperationStatus,
    pub cause: Option<MirrorCause>,
    pub at: DateTime<Utc>,
}

/// The part of [`Store`](super::Store) about images.
#[async_trait]
pub trait ImageStore: Send + Sync {
    /// All versions of editions that Handrail knows.
    async fn image_list(&self) -> StoreResult<Vec<ImageVersion>>;
    /// `Taken { field: "tag" }` if the repository's tag is in the catalogue.
    async fn image_create(&self, version: &ImageVersion, at: DateTime<Utc>, audit: &NewAudit) -> StoreResult<()>;
    async fn image_change(&self, version: VersionId, change: &VersionChange, audit: &NewAudit) -> StoreResult<()>;
    /// What is known of each repository of the catalogue that was asked for, by name.
    async fn image_repositories(&self) -> StoreResult<Vec<RepositoryState>>;
    /// Keeps what a registry said. A registry that did not answer changes no version.
    async fn image_look(&self, look: &RepositoryLook, audit: &[NewAudit]) -> StoreResult<()>;
    /// Where verified copies lie, the newest of each version, account and region, by account's name and region.
    async fn image_copies(&self) -> StoreResult<Vec<(VersionId, ImageCopy)>>;
    /// [`model::fault::Conflict::OperationRunning`] if the version is being copied there.
    async fn mirror_request(&self, mirror: &NewMirror, audit: &NewAudit) -> StoreResult<()>;
    async fn mirror_get(&self, mirror: MirrorId) -> StoreResult<Option<MirrorRecord>>;
    /// Newest first.
    async fn mirror_list(&self, limit: u32) -> StoreResult<Vec<Mirror>>;
    /// Takes the oldest copy that is queued or whose lease has run out, and holds it until `until`. Notifies.
    async fn mirror_claim(
        &self,
        worker: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> StoreResult<Option<MirrorRecord>>;
    /// Holds it longer. `false` if another worker has it by now: stop at once.
    async fn mirror_extend(&self, mirror: MirrorId, worker: &str, until: DateTime<Utc>) -> StoreResult<bool>;
    /// Hands back everything that the worker holds.
    async fn mirror_hand_back(&self, worker: &str) -> StoreResult<u64>;
    /// Keeps how far a copy is; returns whether somebody has asked to stop. [`model::fault::Conflict::ChangedMeanwhile`] if another worker has it. Notifies.
    async fn mirror_note(&self, mirror: MirrorId, worker: &str, note: &MirrorNote) -> StoreResult<bool>;
    /// Ends a copy. One that succeeded tells the catalogue the digest where it did not know it. Notifies.
    async fn mirror_finish(&self, end: &MirrorEnd, audit: &NewAudit) -> StoreResult<()>;
    /// Lets one that failed or was cancelled wait for a worker again; [`model::fault::Conflict::WrongState`] otherwise, and
    /// [`model::fault::Conflict::OperationRunning`] if the version is being copied there. What it had sent is kept. Notifies.
    async fn mirror_retry(&self, mirror: MirrorId, audit: &NewAudit) -> StoreResult<()>;
    /// [`model::fault::Conflict::WrongState`] if it is over. Notifies.
    async fn mirror_request_cancel(&self, mirror: MirrorId, at: DateTime<Utc>, audit: &NewAudit) -> StoreResult<()>;
}
