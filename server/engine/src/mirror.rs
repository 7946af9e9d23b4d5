//! Carries out a copy of an image into ECR: whatever took place already is found out by digest, so that it may be cut off anywhere.

mod copy;
mod layout;

use crate::{
    Outside, audit,
    executor::{Pace, insist},
    token,
};
use chrono::{DateTime, Utc};
use layout::Layout;
use model::{
    OperationId, Secret,
    audit::Action,
    cause::CloudProblem,
    image::{ImageName, RegistryProblem, RegistryProblemKind},
    mirror::{MirrorCause, MirrorPhase},
    operation::OperationStatus,
    spec::Edition,
};
use ports::{
    Place, StoreError, StoreResult,
    registry::{Manifest, Repository},
    store::{MirrorEnd, MirrorNote, MirrorRecord},
};
use std::{collections::BTreeMap, time::Duration};

/// The name of an edition's repository in ECR.
pub(crate) fn repository_name(edition: Edition) -> String {
    format!("handrail/{}", edition.code())
}

/// Why a copy stopped.
#[derive(Debug)]
enum Stop {
    /// For good, until somebody tries again.
    Failed(MirrorCause),
    /// Somebody asked to stop.
    Cancelled,
    /// The database does not answer, or another worker has it.
    Abandon(StoreError),
}

type Step<T = ()> = Result<T, Stop>;

/// A problem that may pass.
trait Passing {
    fn is_passing(&self) -> bool;
    fn cause(self) -> MirrorCause;
}

impl Passing for CloudProblem {
    fn is_passing(&self) -> bool {
        self.kind.is_passing()
    }

    fn cause(self) -> MirrorCause {
        MirrorCause::Cloud(self)
    }
}

impl Passing for RegistryProblem {
    fn is_passing(&self) -> bool {
        self.kind.is_passing()
    }

    fn cause(self) -> MirrorCause {
        MirrorCause::Registry(self)
    }
}

/// One copy being made.
struct Run {
    outside: Outside,
    pace: Pace,
    worker: String,
    record: MirrorRecord,
    place: Place,
    /// What is known of it, as the store has it or will have it next.
    note: MirrorNote,
    source: Repository,
    /// Known once it was made or found.
    target: Repository,
    /// Repositories of the target's registry from which blobs may be taken over.
    siblings: Vec<String>,
    /// Bytes of the blobs before the current one.
    before_this_blob: u64,
}

/// Carries a copy out, as far as it goes.
pub(crate) async fn execute(outside: &Outside, worker: &str, record: MirrorRecord, pace: Pace) {
    let id = record.mirror.id;
    if let Err(error) = Box::pin(attempt(outside, worker, record, pace)).await {
        tracing::warn!(mirror = %id, %error, "copy left to the next holder of its lease");
    }
}

async fn attempt(outside: &Outside, worker: &str, record: MirrorRecord, pace: Pace) -> StoreResult<()> {
    let mirror = &record.mirror;
    let account = insist(outside, || outside.store.account_get(mirror.account)).await?.ok_or(StoreError::NotFound)?;
    let place = Place { account, region: mirror.region.clone(), operation: Some(OperationId(mirror.id.0)) };
    let copies = insist(outside, || outside.store.image_copies()).await?;
    let here = copies.into_iter().map(|(_, copy)| copy);
    let here = here.filter(|copy| (copy.account, &copy.region) == (mirror.account, &mirror.region));
    let own = repository_name(mirror.version.edition);
    let mut siblings: Vec<String> =
        here.filter_map(|copy| Some(ImageName::parse(&copy.repository)?.path)).filter(|path| *path != own).collect();
    siblings.dedup();
    let unnamed = ImageName { registry: String::new(), path: own };
    let name = ImageName::parse(&mirror.version.repository);
    let note = MirrorNote {
        digest: mirror.digest.clone(),
        target: mirror.target.clone(),
        platforms: record.platforms.clone(),
        progress: Default::default(),
        upload: record.upload.clone(),
    };
    let mut run = Run {
        outside: outside.clone(),
        pace,
        worker: worker.to_owned(),
        place,
        note,
        source: Repository { name: name.unwrap_or_else(|| unnamed.clone()), login: None },
        target: Repository { name: unnamed, login: None },
        siblings,
        before_this_blob: 0,
        record,
    };
    match run.all().await {
        Ok(()) => run.finish(OperationStatus::Succeeded, None).await,
        Err(Stop::Cancelled) => run.finish(OperationStatus::Cancelled, Some(MirrorCause::Cancelled)).await,
        Err(Stop::Failed(cause)) => run.finish(OperationStatus::Failed, Some(cause)).await,
        Err(Stop::Abandon(error)) => Err(error),
    }
}

impl Run {
    fn now(&self) -> DateTime<Utc> {
        self.outside.clock.now()
    }

    async fn all(&mut self) -> Step {
        self.prepare().await?;
        let layout = self.read().await?;
        self.enter(MirrorPhase::Copy).await?;
        for blob in &layout.blobs {
            self.blob(blob).await?;
        }
        self.enter(MirrorPhase::Publish).await?;
        self.publish(&layout).await?;
        self.enter(MirrorPhase::Verify).await?;
        self.verify(&layout).await
    }

    /// Makes or finds the repository, and signs in to its registry.
    async fn prepare(&mut self) -> Step {
        self.enter(MirrorPhase::Prepare).await?;
        let (cloud, place) = (self.outside.cloud.clone(), self.place.clone());
        let name = repository_name(self.record.mirror.version.edition);
        let tags =
            BTreeMap::from([("handrail:image".to_owned(), self.record.mirror.version.edition.code().to_owned())]);
        let uri = self.ask(|| cloud.image_repository(&place, &name, &tags)).await?;
        let Some(target) = ImageName::parse(&uri) else {
            return Err(internal(&format!("ECR calls the repository {uri:?}")));
        };
        let login: Secret = self.ask(|| cloud.image_login(&place)).await?;
        self.target = Repository { name: target, login: Some(login) };
        self.note.target = Some(uri);
        self.keep().await
    }

    /// Finds the index and reads every manifest below it.
    async fn read(&mut self) -> Step<Layout> {
        self.enter(MirrorPhase::Read).await?;
        let version = self.record.mirror.version.clone();
        let (registry, source) = (self.outside.registry.clone(), self.source.clone());
        let known = self.note.digest.clone().or(version.digest);
        let digest = match known {
            Some(digest) => digest,
            None => {
                let found = self.ask(|| registry.resolve(&source, &version.tag)).await?;
                found.ok_or_else(|| Stop::Failed(missing(&source, &version.tag).cause()))?
            }
        };
        self.note.digest = Some(digest.clone());
        self.keep().await?;
        let mut layout = Layout::begin(digest);
        while let Some(next) = layout.wanted() {
            let manifest = self.manifest(&next).await?;
            if let Err(why) = layout.add(manifest) {
                let request = format!("GET {}/manifests/{next}", source.name.path);
                let problem = RegistryProblem {
                    kind: RegistryProblemKind::NotAnImage,
                    registry: source.name.registry.clone(),
                    request,
                    status: None,
                    code: None,
                    message: why,
                };
                return Err(Stop::Failed(problem.cause()));
            }
        }
        self.note.platforms = layout.platforms.clone();
        let progress = &mut self.note.progress;
        progress.manifests = count(layout.manifests.len());
        progress.blobs = count(layout.blobs.len());
        progress.bytes = layout.blobs.iter().map(|blob| blob.size).sum();
        self.keep().await?;
        Ok(layout)
    }

    async fn manifest(&self, digest: &str) -> Step<Manifest> {
        let (registry, source) = (&self.outside.registry, &self.source);
        match self.ask(|| registry.manifest(source, digest)).await {
            Err(Stop::Failed(MirrorCause::Registry(problem))) if problem.kind == RegistryProblemKind::Corrupted => {
                Err(Stop::Failed(corrupted(digest, None, source)))
            }
            answer => answer,
        }
    }

    /// Writes the manifests, what others refer to first, so that nobody ever finds a tag whose image is not whole.
    async fn publish(&mut self, layout: &Layout) -> Step {
        let (registry, target) = (self.outside.registry.clone(), self.target.clone());
        let tag = self.record.mirror.version.tag.clone();
        for manifest in layout.manifests.iter().rev() {
            let is_index = manifest.digest == layout.digest;
            let reference = if is_index { tag.as_str() } else { manifest.digest.as_str() };
            let there = self.ask(|| registry.resolve(&target, reference)).await?;
            match there {
                Some(there) if there == manifest.digest => {}
                // Tags are immutable in ECR, and environments may run what this one means.
                Some(there) if is_index => return Err(Stop::Failed(MirrorCause::TagTaken { tag, found: there })),
                _ => self.ask(|| registry.manifest_put(&target, reference, manifest)).await?,
            }
            self.keep().await?;
        }
        Ok(())
    }

    /// Asks both ends for the index, and the target for everything else.
    async fn verify(&mut self, layout: &Layout) -> Step {
        let registry = self.outside.registry.clone();
        let (source, target) = (self.source.clone(), self.target.clone());
        let tag = self.record.mirror.version.tag.clone();
        for (end, reference) in [(&source, layout.digest.as_str()), (&target, layout.digest.as_str()), (&target, &tag)]
        {
            let found = self.ask(|| registry.resolve(end, reference)).await?;
            if found.as_deref() != Some(layout.digest.as_str()) {
                return Err(Stop::Failed(lost(&layout.digest, end)));
            }
        }
        for manifest in &layout.manifests {
            let found = self.ask(|| registry.resolve(&target, &manifest.digest)).await?;
            if found.as_deref() != Some(manifest.digest.as_str()) {
                return Err(Stop::Failed(lost(&manifest.digest, &target)));
            }
        }
        for blob in &layout.blobs {
            let found = self.ask(|| registry.blob_size(&target, &blob.digest)).await?;
            if found != Some(blob.size) {
                return Err(Stop::Failed(lost(&blob.digest, &target)));
            }
        }
        self.keep().await
    }

    async fn enter(&mut self, phase: MirrorPhase) -> Step {
        self.note.progress.phase = phase;
        self.keep().await
    }

    /// Keeps what is known, and stops where somebody asked for it.
    async fn keep(&self) -> Step {
        let (outside, id) = (&self.outside, self.record.mirror.id);
        match insist(outside, || outside.store.mirror_note(id, &self.worker, &self.note)).await {
            Ok(false) => Ok(()),
            Ok(true) => Err(Stop::Cancelled),
            Err(error) => Err(Stop::Abandon(error)),
        }
    }

    /// Asks AWS or a registry, again while it throttles, fails or cannot be reached, for as long as the pace allows.
    async fn ask<T, P: Passing, F, Fut>(&self, call: F) -> Step<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, P>>,
    {
        let give_up = self.now() + self.pace.passing_limit;
        let mut wait_seconds: u64 = 1;
        loop {
            let problem = match call().await {
                Ok(answer) => return Ok(answer),
                Err(problem) => problem,
            };
            if !problem.is_passing() || self.now() >= give_up {
                return Err(Stop::Failed(problem.cause()));
            }
            self.outside.clock.sleep(Duration::from_secs(wait_seconds)).await;
            self.keep().await?;
            wait_seconds = (wait_seconds * 2).min(30);
        }
    }

    async fn finish(&self, status: OperationStatus, cause: Option<MirrorCause>) -> StoreResult<()> {
        let mirror = &self.record.mirror;
        let at = self.now();
        let action = if status == OperationStatus::Succeeded { Action::MirrorSucceeded } else { Action::MirrorFailed };
        let entry = audit::by_handrail(at, action, mirror.version.reference())
            .change("account", None, Some(mirror.account_name.clone()))
            .change("region", None, Some(mirror.region.clone()))
            .change("digest", None, self.note.digest.clone())
            .change("status", None, Some(status.code().to_owned()))
            .done();
        let end = MirrorEnd { mirror: mirror.id, worker: self.worker.clone(), status, cause, at };
        insist(&self.outside, || self.outside.store.mirror_finish(&end, &entry)).await
    }
}

fn missing(source: &Repository, tag: &str) -> RegistryProblem {
    RegistryProblem {
        kind: RegistryProblemKind::NotFound,
        registry: source.name.registry.clone(),
        request: format!("HEAD {}/manifests/{tag}", source.name.path),
        status: Some(404),
        code: None,
        message: String::new(),
    }
}

fn corrupted(digest: &str, found: Option<String>, at: &Repository) -> MirrorCause {
    MirrorCause::Corrupted { digest: digest.to_owned(), found, registry: at.name.registry.clone() }
}

fn lost(digest: &str, at: &Repository) -> MirrorCause {
    MirrorCause::Lost { digest: digest.to_owned(), registry: at.name.registry.clone() }
}

fn internal(what: &str) -> Stop {
    let error: Box<dyn std::error::Error + Send + Sync> = what.into();
    Stop::Failed(MirrorCause::Internal { incident: crate::error::incident(error.as_ref()) })
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
