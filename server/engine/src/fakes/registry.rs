//! Registries in memory: every repository that anybody names, with manifests, tags, blobs and uploads.

use super::{Gate, lock};
use crate::token;
use async_trait::async_trait;
use model::image::{ImageName, RegistryProblem, RegistryProblemKind};
use ports::{
    Registry, RegistryResult,
    registry::{Begun, Manifest, Repository, Upload},
};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

/// Media types of what [`FakeRegistry::publish`] makes.
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";

/// All registries of a world. Clones and handles made by [`FakeRegistry::behind`] are the same ones.
#[derive(Clone)]
pub struct FakeRegistry {
    gate: Gate,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    repositories: BTreeMap<String, Contents>,
    uploads: BTreeMap<u64, Vec<u8>>,
    next_upload: u64,
    unreachable: BTreeSet<String>,
    /// Whether parts after the first are lost, as ECR once did.
    loses_parts: bool,
    sent: u64,
    calls: Vec<&'static str>,
}

#[derive(Default)]
struct Contents {
    tags: BTreeMap<String, String>,
    manifests: BTreeMap<String, Manifest>,
    blobs: BTreeMap<String, Vec<u8>>,
}

fn digest_of(bytes: &[u8]) -> String {
    format!("sha256:{}", token::hex(&Sha256::digest(bytes)))
}

fn problem(of: &ImageName, kind: RegistryProblemKind, method: &str) -> RegistryProblem {
    RegistryProblem {
        kind,
        registry: of.registry.clone(),
        request: format!("{method} {}", of.path),
        status: None,
        code: None,
        message: "the test says so".to_owned(),
    }
}

impl FakeRegistry {
    /// Registries in which there is nothing.
    pub fn new(gate: &Gate) -> Self {
        Self { gate: gate.clone(), state: Arc::default() }
    }

    /// The same registries, asked by another process.
    pub fn behind(&self, gate: &Gate) -> Self {
        Self { gate: gate.clone(), state: self.state.clone() }
    }

    /// Puts an image for two platforms under a tag of a repository, with layers of these sizes in each and one that they share.
    /// Returns the digest of its index.
    pub fn publish(&self, repository: &str, tag: &str, layers: &[usize]) -> String {
        let mut state = lock(&self.state);
        let contents = state.repositories.entry(repository.to_owned()).or_default();
        let mut keep = |bytes: Vec<u8>| {
            let (digest, size) = (digest_of(&bytes), bytes.len());
            contents.blobs.insert(digest.clone(), bytes);
            json!({ "digest": digest, "size": size, "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip" })
        };
        let shared = keep(vec![b's'; 40]);
        let mut images = Vec::new();
        for architecture in ["amd64", "arm64"] {
            let config = keep(format!("{{\"architecture\":\"{architecture}\",\"tag\":\"{tag}\"}}").into_bytes());
            let mut all = vec![shared.clone()];
            all.extend(layers.iter().enumerate().map(|(number, size)| {
                let seed = format!("{tag} {architecture} {number} ").into_bytes();
                keep(seed.iter().copied().cycle().take(*size).collect())
            }));
            images.push((architecture, json!({ "schemaVersion": 2, "config": config, "layers": all })));
        }
        let mut children = Vec::new();
        for (architecture, image) in images {
            let body = image.to_string().into_bytes();
            let digest = digest_of(&body);
            let platform = json!({ "os": "linux", "architecture": architecture });
            children.push(json!({ "digest": digest, "size": body.len(), "mediaType": IMAGE, "platform": platform }));
            let manifest = Manifest { digest: digest.clone(), media_type: IMAGE.to_owned(), body };
            contents.manifests.insert(digest, manifest);
        }
        let body = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": children }).to_string().into_bytes();
        let digest = digest_of(&body);
        let index = Manifest { digest: digest.clone(), media_type: INDEX.to_owned(), body };
        contents.manifests.insert(digest.clone(), index);
        contents.tags.insert(tag.to_owned(), digest.clone());
        digest
    }

    /// Lets the largest blob of a repository be other bytes than its digest says. Returns the digest.
    pub fn corrupt(&self, repository: &str) -> String {
        let mut state = lock(&self.state);
        let blobs = state.repositories.get_mut(repository).map(|contents| &mut contents.blobs);
        let largest = blobs.and_then(|blobs| blobs.iter_mut().max_by_key(|(_, bytes)| bytes.len()));
        let Some((digest, bytes)) = largest else { return String::new() };
        if let Some(byte) = bytes.last_mut() {
            *byte ^= 1;
        }
        digest.clone()
    }

    /// Repairs what [`FakeRegistry::corrupt`] has done.
    pub fn mend(&self, repository: &str) {
        let mut state = lock(&self.state);
        if let Some(contents) = state.repositories.get_mut(repository) {
            for (digest, bytes) in &mut contents.blobs {
                if digest_of(bytes) != *digest
                    && let Some(byte) = bytes.last_mut()
                {
                    *byte ^= 1;
                }
            }
        }
    }

    /// Whether a registry, by its host, can be reached.
    pub fn unreachable(&self, host: &str, on: bool) {
        let mut state = lock(&self.state);
        if on {
            state.unreachable.insert(host.to_owned())
        } else {
            state.unreachable.remove(host)
        };
    }

    /// Whether registries lose what is sent after the first part.
    pub fn loses_parts(&self, on: bool) {
        lock(&self.state).loses_parts = on;
    }

    /// The digest that a tag means.
    pub fn tag(&self, repository: &str, tag: &str) -> Option<String> {
        lock(&self.state).repositories.get(repository)?.tags.get(tag).cloned()
    }

    /// The digests of a repository's manifests and blobs that are what they say, in order.
    pub fn whole(&self, repository: &str) -> Vec<String> {
        let state = lock(&self.state);
        let Some(contents) = state.repositories.get(repository) else { return Vec::new() };
        let manifests = contents.manifests.values().filter(|one| digest_of(&one.body) == one.digest);
        let blobs = contents.blobs.iter().filter(|(digest, bytes)| digest_of(bytes) == **digest);
        let mut all: Vec<String> =
            manifests.map(|one| one.digest.clone()).chain(blobs.map(|(digest, _)| digest.clone())).collect();
        all.sort();
        all
    }

    /// Bytes that were sent in parts, all in all.
    pub fn bytes_sent(&self) -> u64 {
        lock(&self.state).sent
    }

    /// How often a method was called.
    pub fn calls_of(&self, method: &str) -> usize {
        lock(&self.state).calls.iter().filter(|call| **call == method).count()
    }

    async fn run<T>(
        &self,
        method: &'static str,
        of: &Repository,
        work: impl FnOnce(&mut State, &ImageName) -> RegistryResult<T> + Send,
    ) -> RegistryResult<T> {
        self.gate.pass(method).await;
        let answer = {
            let mut state = lock(&self.state);
            state.calls.push(method);
            if state.unreachable.contains(&of.name.registry) {
                Err(problem(&of.name, RegistryProblemKind::Unreachable, method))
            } else {
                work(&mut state, &of.name)
            }
        };
        self.gate.pass(method).await;
        answer
    }
}

impl State {
    fn contents(&mut self, of: &ImageName) -> &mut Contents {
        self.repositories.entry(of.to_string()).or_default()
    }

    fn blob(&mut self, of: &ImageName, digest: &str) -> RegistryResult<Vec<u8>> {
        let found = self.contents(of).blobs.get(digest).cloned();
        found.ok_or_else(|| problem(of, RegistryProblemKind::NotFound, "blob"))
    }

    fn upload(&mut self, of: &ImageName, upload: &Upload) -> RegistryResult<&mut Vec<u8>> {
        let id = upload.location.parse().unwrap_or(0);
        let gone = RegistryProblem { status: Some(404), ..problem(of, RegistryProblemKind::NotFound, "upload") };
        self.uploads.get_mut(&id).ok_or(gone)
    }

    fn finish(&mut self, to: &ImageName, bytes: Vec<u8>, digest: &str) -> RegistryResult<()> {
        if digest_of(&bytes) != digest {
            return Err(problem(to, RegistryProblemKind::Corrupted, "upload_end"));
        }
        self.contents(to).blobs.insert(digest.to_owned(), bytes);
        Ok(())
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[async_trait]
impl Registry for FakeRegistry {
    async fn tags(&self, of: &Repository) -> RegistryResult<Vec<String>> {
        self.run("tags", of, |state, name| {
            let known = state.repositories.get(&name.to_string());
            let known = known.ok_or_else(|| problem(name, RegistryProblemKind::NotFound, "tags"))?;
            Ok(known.tags.keys().cloned().collect())
        })
        .await
    }

    async fn resolve(&self, of: &Repository, reference: &str) -> RegistryResult<Option<String>> {
        self.run("resolve", of, |state, name| {
            let contents = state.contents(name);
            let by_digest = contents.manifests.get(reference).map(|one| one.digest.clone());
            Ok(by_digest.or_else(|| contents.tags.get(reference).cloned()))
        })
        .await
    }

    async fn manifest(&self, of: &Repository, digest: &str) -> RegistryResult<Manifest> {
        self.run("manifest", of, |state, name| {
            let found = state.contents(name).manifests.get(digest).cloned();
            found.ok_or_else(|| problem(name, RegistryProblemKind::NotFound, "manifest"))
        })
        .await
    }

    async fn manifest_put(&self, to: &Repository, reference: &str, manifest: &Manifest) -> RegistryResult<()> {
        self.run("manifest_put", to, |state, name| {
            let contents = state.contents(name);
            contents.manifests.insert(manifest.digest.clone(), manifest.clone());
            if !reference.starts_with("sha256:") {
                contents.tags.insert(reference.to_owned(), manifest.digest.clone());
            }
            Ok(())
        })
        .await
    }

    async fn blob_size(&self, of: &Repository, digest: &str) -> RegistryResult<Option<u64>> {
        self.run("blob_size", of, |state, name| Ok(state.contents(name).blobs.get(digest).map(|bytes| length(bytes))))
            .await
    }

    async fn blob_read(&self, of: &Repository, digest: &str, from: u64, wanted: u64) -> RegistryResult<Vec<u8>> {
        self.run("blob_read", of, |state, name| {
            let bytes = state.blob(name, digest)?.into_iter();
            let (from, wanted) =
                (usize::try_from(from).unwrap_or(usize::MAX), usize::try_from(wanted).unwrap_or(usize::MAX));
            Ok(bytes.skip(from).take(wanted).collect())
        })
        .await
    }

    async fn upload_begin(&self, to: &Repository, digest: &str, mount_from: Option<&str>) -> RegistryResult<Begun> {
        self.run("upload_begin", to, |state, name| {
            let other = mount_from.map(|path| ImageName { path: path.to_owned(), ..name.clone() });
            if let Some(bytes) = other.and_then(|other| state.contents(&other).blobs.get(digest).cloned()) {
                state.contents(name).blobs.insert(digest.to_owned(), bytes);
                return Ok(Begun::Mounted);
            }
            state.next_upload += 1;
            let id = state.next_upload;
            state.uploads.insert(id, Vec::new());
            Ok(Begun::Upload(Upload { location: id.to_string(), offset: 0 }))
        })
        .await
    }

    async fn upload_find(&self, to: &Repository, upload: &Upload) -> RegistryResult<Option<Upload>> {
        self.run("upload_find", to, |state, name| {
            Ok(state.upload(name, upload).ok().map(|bytes| Upload { offset: length(bytes), ..upload.clone() }))
        })
        .await
    }

    async fn upload_write(&self, to: &Repository, upload: &Upload, part: Vec<u8>) -> RegistryResult<Upload> {
        self.run("upload_write", to, |state, name| {
            let loses = state.loses_parts && upload.offset > 0;
            state.sent += length(&part);
            let bytes = state.upload(name, upload)?;
            if length(bytes) != upload.offset && !loses {
                let kind = RegistryProblemKind::Refused;
                return Err(RegistryProblem { status: Some(416), ..problem(name, kind, "upload_write") });
            }
            if !loses {
                bytes.extend_from_slice(&part);
            }
            Ok(Upload { offset: upload.offset + length(&part), ..upload.clone() })
        })
        .await
    }

    async fn upload_end(&self, to: &Repository, upload: &Upload, digest: &str) -> RegistryResult<()> {
        self.run("upload_end", to, |state, name| {
            let bytes = std::mem::take(state.upload(name, upload)?);
            state.uploads.remove(&upload.location.parse().unwrap_or(0));
            state.finish(name, bytes, digest)
        })
        .await
    }

    async fn blob_pass(&self, from: &Repository, to: &Repository, digest: &str, _size: u64) -> RegistryResult<()> {
        self.run("blob_pass", to, |state, name| {
            let bytes = state.blob(&from.name, digest)?;
            state.finish(name, bytes, digest)
        })
        .await
    }
}
