//! What Handrail asks of OCI registries: the registries that images come from, and ECR's data plane.

use async_trait::async_trait;
use model::{
    Secret,
    image::{ImageName, RegistryProblem},
};

/// What every request returns.
pub type RegistryResult<T> = Result<T, RegistryProblem>;

/// A repository, and who asks.
#[derive(Clone, Debug)]
pub struct Repository {
    pub name: ImageName,
    /// User and password as HTTP's basic scheme writes them (Base64 of `user:password`); without, what is configured for the registry.
    pub login: Option<Secret>,
}

/// A manifest or an index, exactly as the registry has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Of the body; checked.
    pub digest: String,
    pub media_type: String,
    pub body: Vec<u8>,
}

/// An upload that has begun.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Upload {
    /// Where its next part goes; opaque, and another one after each part.
    pub location: String,
    /// Bytes that have arrived.
    pub offset: u64,
}

/// What beginning an upload came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The blob was taken over from another repository of the registry: nothing is to be sent.
    Mounted,
    /// It is to be sent.
    Upload(Upload),
}

/// A client of registries.
#[async_trait]
pub trait Registry: Send + Sync {
    /// All tags of a repository, at most ten thousand.
    async fn tags(&self, of: &Repository) -> RegistryResult<Vec<String>>;
    /// The digest of a tag or digest; `None` where the registry does not have it.
    async fn resolve(&self, of: &Repository, reference: &str) -> RegistryResult<Option<String>>;
    /// A manifest by digest. [`model::image::RegistryProblemKind::Corrupted`] where the body has another one.
    async fn manifest(&self, of: &Repository, digest: &str) -> RegistryResult<Manifest>;
    /// Writes a manifest under a tag or under its digest.
    async fn manifest_put(&self, to: &Repository, reference: &str, manifest: &Manifest) -> RegistryResult<()>;
    /// The size of a blob in bytes; `None` where the registry does not have it.
    async fn blob_size(&self, of: &Repository, digest: &str) -> RegistryResult<Option<u64>>;
    /// Up to `length` bytes of a blob from an offset on.
    async fn blob_read(&self, of: &Repository, digest: &str, from: u64, length: u64) -> RegistryResult<Vec<u8>>;
    /// Begins to upload a blob, or takes it over from another repository of the same registry.
    async fn upload_begin(&self, to: &Repository, digest: &str, mount_from: Option<&str>) -> RegistryResult<Begun>;
    /// Where an upload that began earlier is; `None` where the registry has forgotten it.
    async fn upload_find(&self, to: &Repository, upload: &Upload) -> RegistryResult<Option<Upload>>;
    /// Sends the next part.
    async fn upload_write(&self, to: &Repository, upload: &Upload, part: Vec<u8>) -> RegistryResult<Upload>;
    /// Ends an upload. [`model::image::RegistryProblemKind::Corrupted`] where the registry finds that the bytes have another digest.
    async fn upload_end(&self, to: &Repository, upload: &Upload, digest: &str) -> RegistryResult<()>;
    /// Reads a blob and sends it on in one request, for registries that do not put parts together. `Corrupted` as above.
    async fn blob_pass(&self, from: &Repository, to: &Repository, digest: &str, size: u64) -> RegistryResult<()>;
}
