//! The catalogue of versions and copies of images, in memory.

use super::{MemStore, Tables};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::{
    MirrorId, VersionId,
    fault::Conflict,
    image::{ImageCopy, ImageVersion, RepositoryState, VersionChange},
    mirror::{Mirror, MirrorProgress},
    notice::Notice,
    operation::OperationStatus,
};
use ports::{
    StoreError, StoreResult,
    store::{ImageStore, MirrorEnd, MirrorNote, MirrorRecord, NewAudit, NewMirror, RepositoryLook},
};

impl Tables {
    /// The copy, if this worker holds it.
    fn held_mirror(&mut self, id: MirrorId, worker: &str) -> StoreResult<&mut MirrorRecord> {
        let record = self.mirrors.get_mut(&id).filter(|record| {
            record.mirror.status == OperationStatus::Running
                && record.lease.as_ref().is_some_and(|(holder, _)| holder == worker)
        });
        record.ok_or(StoreError::Conflict(Conflict::ChangedMeanwhile))
    }

    /// Whether the same version is being copied to the same place.
    fn is_mirroring(&self, like: &Mirror) -> bool {
        self.mirrors.values().map(|record| &record.mirror).any(|one| {
            !one.status.is_over()
                && (one.version.id, one.account, &one.region) == (like.version.id, like.account, &like.region)
        })
    }

    fn tell_mirror(&mut self, id: MirrorId) {
        self.outbox.push(Notice::of_mirror(id));
    }

    /// The copy as it is read: with the version as it is today.
    fn read_mirror(&self, record: &MirrorRecord) -> MirrorRecord {
        let mut record = record.clone();
        if let Some(version) = self.images.get(&record.mirror.version.id) {
            record.mirror.version = version.clone();
        }
        record
    }

    fn look(&mut self, look: &RepositoryLook) {
        let before = self.repositories.get(&look.repository);
        let mut state = RepositoryState {
            repository: look.repository.clone(),
            asked: look.at,
            checked: before.and_then(|before| before.checked),
            problem: None,
            news: before.map(|before| before.news.clone()).unwrap_or_default(),
        };
        match &look.found {
            Ok(found) => {
                state.checked = Some(look.at);
                state.news.clone_from(&found.news);
                for (version, digest) in &found.digests {
                    if let Some(version) = self.images.get_mut(version) {
                        version.missing = digest.is_none();
                        version.checked = Some(look.at);
                        version.digest = digest.clone().or_else(|| version.digest.take());
                    }
                }
            }
            Err(problem) => state.problem = Some(problem.clone()),
        }
        self.repositories.insert(look.repository.clone(), state);
    }
}

impl MemStore {
    /// Adds a version to the catalogue.
    pub fn seed_image(&self, version: &ImageVersion) {
        super::lock(&self.shared.tables).images.insert(version.id, version.clone());
    }
}

#[async_trait]
impl ImageStore for MemStore {
    async fn image_list(&self) -> StoreResult<Vec<ImageVersion>> {
        self.run("image_list", |tables| Ok(tables.images.values().cloned().collect())).await
    }

    async fn image_create(&self, version: &ImageVersion, _at: DateTime<Utc>, audit: &NewAudit) -> StoreResult<()> {
        self.run("image_create", |tables| {
            if tables.images.values().any(|one| one.reference() == version.reference()) {
                return Err(StoreError::Taken { field: "tag" });
            }
            tables.images.insert(version.id, version.clone());
            tables.log(audit);
            Ok(())
        })
        .await
    }

    async fn image_change(&self, id: VersionId, change: &VersionChange, audit: &NewAudit) -> StoreResult<()> {
        self.run("image_change", |tables| {
            let version = tables.images.get_mut(&id).ok_or(StoreError::NotFound)?;
            version.support = change.support;
            version.released = change.released;
            version.notes.clone_from(&change.notes);
            tables.log(audit);
            Ok(())
        })
        .await
    }

    async fn image_repositories(&self) -> StoreResult<Vec<RepositoryState>> {
        self.run("image_repositories", |tables| Ok(tables.repositories.values().cloned().collect())).await
    }

    async fn image_look(&self, look: &RepositoryLook, audit: &[NewAudit]) -> StoreResult<()> {
        self.run("image_look", |tables| {
            tables.look(look);
            audit.iter().for_each(|entry| tables.log(entry));
            Ok(())
        })
        .await
    }

    async fn image_copies(&self) -> StoreResult<Vec<(VersionId, ImageCopy)>> {
        self.run("image_copies", |tables| {
            let mut newest: Vec<&MirrorRecord> =
                tables.mirrors.values().filter(|record| record.mirror.status == OperationStatus::Succeeded).collect();
            newest.sort_by_key(|record| std::cmp::Reverse(record.mirror.finished));
            let mut copies: Vec<(VersionId, ImageCopy)> = Vec::new();
            for MirrorRecord { mirror, platforms, .. } in newest {
                let known = copies.iter().any(|(version, copy)| {
                    (*version, copy.account, &copy.region) == (mirror.version.id, mirror.account, &mirror.region)
                });
                let Some(((at, digest), target)) =
                    mirror.finished.zip(mirror.digest.clone()).zip(mirror.target.clone())
                else {
                    continue;
                };
                if !known {
                    let copy = ImageCopy {
                        account: mirror.account,
                        account_name: mirror.account_name.clone(),
                        region: mirror.region.clone(),
                        repository: target,
                        digest,
                        at,
                        platforms: platforms.clone(),
                    };
                    copies.push((mirror.version.id, copy));
                }
            }
            copies.sort_by_key(|(_, copy)| (copy.account_name.to_lowercase(), copy.account, copy.region.clone()));
            Ok(copies)
        })
        .await
    }

    async fn mirror_request(&self, new: &NewMirror, audit: &NewAudit) -> StoreResult<()> {
        self.run("mirror_request", |tables| {
            let version = tables.images.get(&new.version).ok_or(StoreError::NotFound)?.clone();
            let account = tables.accounts.get(&new.account).ok_or(StoreError::NotFound)?;
            let person = tables.people.get(&new.requested_by).ok_or(StoreError::NotFound)?;
            let mirror = Mirror {
                id: new.id,
                version,
                account: account.id,
                account_name: account.name.clone(),
                region: new.region.clone(),
                status: OperationStatus::Queued,
                requested_by: person.name.clone(),
                requested: new.requested,
                started: None,
                finished: None,
                cause: None,
                cancel_requested: false,
                digest: None,
                target: None,
                progress: MirrorProgress::default(),
            };
            if tables.is_mirroring(&mirror) {
                return Err(StoreError::Conflict(Conflict::OperationRunning));
            }
            let record = MirrorRecord { mirror, upload: None, platforms: Vec::new(), lease: None };
            tables.mirrors.insert(new.id, record);
            tables.log(audit);
            tables.tell_mirror(new.id);
            Ok(())
        })
        .await
    }

    async fn mirror_get(&self, id: MirrorId) -> StoreResult<Option<MirrorRecord>> {
        self.run("mirror_get", |tables| Ok(tables.mirrors.get(&id).map(|record| tables.read_mirror(record)))).await
    }

    async fn mirror_list(&self, limit: u32) -> StoreResult<Vec<Mirror>> {
        self.run("mirror_list", |tables| {
            let mut mirrors: Vec<Mirror> =
                tables.mirrors.values().map(|record| tables.read_mirror(record).mirror).collect();
            mirrors.sort_by_key(|mirror| std::cmp::Reverse((mirror.requested, mirror.id)));
            mirrors.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            Ok(mirrors)
        })
        .await
    }

    async fn mirror_claim(
        &self,
        worker: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> StoreResult<Option<MirrorRecord>> {
        self.run("mirror_claim", |tables| {
            let free = tables.mirrors.values().filter(|record| {
                !record.mirror.status.is_over() && record.lease.as_ref().is_none_or(|(_, until)| *until <= now)
            });
            let oldest = free.min_by_key(|record| (record.mirror.requested, record.mirror.id));
            let Some(id) = oldest.map(|record| record.mirror.id) else { return Ok(None) };
            if let Some(record) = tables.mirrors.get_mut(&id) {
                record.mirror.status = OperationStatus::Running;
                record.mirror.started.get_or_insert(now);
                record.lease = Some((worker.to_owned(), until));
            }
            tables.tell_mirror(id);
            Ok(tables.mirrors.get(&id).map(|record| tables.read_mirror(record)))
        })
        .await
    }

    async fn mirror_extend(&self, id: MirrorId, worker: &str, until: DateTime<Utc>) -> StoreResult<bool> {
        self.run("mirror_extend", |tables| match tables.held_mirror(id, worker) {
            Ok(record) => {
                record.lease = Some((worker.to_owned(), until));
                Ok(true)
            }
            Err(_) => Ok(false),
        })
        .await
    }

    async fn mirror_hand_back(&self, worker: &str) -> StoreResult<u64> {
        self.run("mirror_hand_back", |tables| {
            let mut back = 0;
            for record in tables.mirrors.values_mut() {
                if record.lease.as_ref().is_some_and(|(holder, _)| holder == worker) {
                    record.lease = None;
                    back += 1;
                }
            }
            Ok(back)
        })
        .await
    }

    async fn mirror_note(&self, id: MirrorId, worker: &str, note: &MirrorNote) -> StoreResult<bool> {
        self.run("mirror_note", |tables| {
            let record = tables.held_mirror(id, worker)?;
            record.mirror.digest = note.digest.clone().or_else(|| record.mirror.digest.take());
            record.mirror.target = note.target.clone().or_else(|| record.mirror.target.take());
            record.mirror.progress = note.progress.clone();
            record.platforms.clone_from(&note.platforms);
            record.upload.clone_from(&note.upload);
            let cancelled = record.mirror.cancel_requested;
            tables.tell_mirror(id);
            Ok(cancelled)
        })
        .await
    }

    async fn mirror_finish(&self, end: &MirrorEnd, audit: &NewAudit) -> StoreResult<()> {
        self.run("mirror_finish", |tables| {
            let record = tables.held_mirror(end.mirror, &end.worker)?;
            record.mirror.status = end.status;
            record.mirror.cause.clone_from(&end.cause);
            record.mirror.finished = Some(end.at);
            record.lease = None;
            let (version, digest) = (record.mirror.version.id, record.mirror.digest.clone());
            if end.status == OperationStatus::Succeeded
                && let Some(version) = tables.images.get_mut(&version)
            {
                version.digest = version.digest.take().or(digest);
            }
            tables.log(audit);
            tables.tell_mirror(end.mirror);
            Ok(())
        })
        .await
    }

    async fn mirror_retry(&self, id: MirrorId, audit: &NewAudit) -> StoreResult<()> {
        self.run("mirror_retry", |tables| {
            let mirror = tables.mirrors.get(&id).ok_or(StoreError::NotFound)?.mirror.clone();
            if !matches!(mirror.status, OperationStatus::Failed | OperationStatus::Cancelled) {
                return Err(StoreError::Conflict(Conflict::WrongState));
            }
            if tables.is_mirroring(&mirror) {
                return Err(StoreError::Conflict(Conflict::OperationRunning));
            }
            if let Some(record) = tables.mirrors.get_mut(&id) {
                record.mirror = Mirror {
                    status: OperationStatus::Queued,
                    started: None,
                    finished: None,
                    cause: None,
                    cancel_requested: false,
                    ..mirror
                };
            }
            tables.log(audit);
            tables.tell_mirror(id);
            Ok(())
        })
        .await
    }

    async fn mirror_request_cancel(&self, id: MirrorId, _at: DateTime<Utc>, audit: &NewAudit) -> StoreResult<()> {
        self.run("mirror_request_cancel", |tables| {
            let record = tables.mirrors.get_mut(&id).ok_or(StoreError::NotFound)?;
            if record.mirror.status.is_over() {
                return Err(StoreError::Conflict(Conflict::WrongState));
            }
            record.mirror.cancel_requested = true;
            tables.log(audit);
            tables.tell_mirror(id);
            Ok(())
        })
        .await
    }
}
