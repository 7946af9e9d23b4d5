//! Copying one blob: taken over where the registry has it, gone on with where an upload was cut off, sent part by part otherwise.

use super::{Passing, Run, Step, Stop, corrupted, layout::Blob, token};
use model::{
    image::{RegistryProblem, RegistryProblemKind},
    mirror::MirrorCause,
};
use ports::{
    registry::{Begun, Upload},
    store::BlobUpload,
};
use sha2::{Digest, Sha256};

/// How an upload came to its end.
enum Sent {
    Done,
    /// The registry finds another digest in bytes of which Handrail has not seen the first ones: they were sent before it went on.
    Again,
    /// The same, although what was read has the right one: the registry lost something of the parts.
    Garbled(RegistryProblem),
}

impl Run {
    pub(super) async fn blob(&mut self, blob: &Blob) -> Step {
        self.note.progress.blob = Some(blob.digest.clone());
        let (registry, target) = (self.outside.registry.clone(), self.target.clone());
        let there = self.ask(|| registry.blob_size(&target, &blob.digest)).await?;
        if there == Some(blob.size) {
            self.note.progress.bytes_found += blob.size;
        } else {
            self.send(blob).await?;
        }
        let progress = &mut self.note.progress;
        progress.blobs_done += 1;
        progress.blob = None;
        self.note.upload = None;
        self.progress_to(blob, blob.size).await
    }

    /// Keeps how far the blob is. What its part of all bytes was before is known from the blobs before it.
    async fn progress_to(&mut self, blob: &Blob, sent: u64) -> Step {
        let before = self.before_this_blob;
        self.note.progress.bytes_done = before + sent;
        if sent == blob.size && self.note.progress.blob.is_none() {
            self.before_this_blob += blob.size;
        }
        self.keep().await
    }

    async fn send(&mut self, blob: &Blob) -> Step {
        let mut going_on = self.unfinished(blob).await?;
        loop {
            let upload = match going_on.take() {
                Some(upload) => upload,
                None => match self.begin(blob).await? {
                    Begun::Upload(upload) => upload,
                    Begun::Mounted => {
                        self.note.progress.bytes_found += blob.size;
                        return Ok(());
                    }
                },
            };
            match self.parts(blob, upload).await? {
                Sent::Done => return Ok(()),
                // From the first byte on now, so that this happens once.
                Sent::Again => self.forget_upload().await?,
                Sent::Garbled(problem) => {
                    tracing::warn!(%problem, "the registry did not put the parts together; sending the blob whole");
                    self.forget_upload().await?;
                    return self.whole(blob).await;
                }
            }
        }
    }

    /// The upload of this blob that was under way, if the registry still has it.
    async fn unfinished(&self, blob: &Blob) -> Step<Option<Upload>> {
        let Some(known) = self.note.upload.as_ref().filter(|known| known.digest == blob.digest) else {
            return Ok(None);
        };
        let (registry, target) = (&self.outside.registry, &self.target);
        let found = self.ask(|| registry.upload_find(target, &known.upload)).await?;
        Ok(found.filter(|found| found.offset <= blob.size))
    }

    async fn begin(&self, blob: &Blob) -> Step<Begun> {
        let (registry, target) = (&self.outside.registry, &self.target);
        for sibling in &self.siblings {
            let begun = self.ask(|| registry.upload_begin(target, &blob.digest, Some(sibling))).await?;
            if begun == Begun::Mounted {
                return Ok(begun);
            }
        }
        self.ask(|| registry.upload_begin(target, &blob.digest, None)).await
    }

    /// Reads and sends what is missing. Nothing is ended under a digest that the bytes do not have.
    async fn parts(&mut self, blob: &Blob, mut upload: Upload) -> Step<Sent> {
        let (registry, source, target) = (self.outside.registry.clone(), self.source.clone(), self.target.clone());
        // Only whoever sees all bytes can tell their digest.
        let mut hash = (upload.offset == 0).then(Sha256::new);
        while upload.offset < blob.size {
            let length = self.pace.part.min(blob.size - upload.offset);
            let part = self.ask(|| registry.blob_read(&source, &blob.digest, upload.offset, length)).await?;
            if let Some(hash) = &mut hash {
                hash.update(&part);
            }
            let next = self.ask(|| registry.upload_write(&target, &upload, part.clone())).await;
            upload = match next {
                Ok(next) => next,
                // An upload that was cut off in the middle of a part stands elsewhere than it was noted: it is begun anew.
                Err(Stop::Failed(MirrorCause::Registry(problem))) if hash.is_none() && is_misplaced(&problem) => {
                    return Ok(Sent::Again);
                }
                Err(stop) => return Err(stop),
            };
            self.note.upload = Some(BlobUpload { digest: blob.digest.clone(), upload: upload.clone() });
            self.progress_to(blob, upload.offset).await?;
        }
        let seen = hash.map(|hash| format!("sha256:{}", token::hex(&hash.finalize())));
        if let Some(seen) = &seen
            && *seen != blob.digest
        {
            self.forget_upload().await?;
            return Err(Stop::Failed(corrupted(&blob.digest, Some(seen.clone()), &source)));
        }
        match self.ask(|| registry.upload_end(&target, &upload, &blob.digest)).await {
            Ok(()) => Ok(Sent::Done),
            Err(Stop::Failed(MirrorCause::Registry(problem))) if problem.kind == RegistryProblemKind::Corrupted => {
                Ok(if seen.is_some() { Sent::Garbled(problem) } else { Sent::Again })
            }
            Err(stop) => Err(stop),
        }
    }

    /// Sends the blob in one request.
    async fn whole(&mut self, blob: &Blob) -> Step {
        let (registry, source, target) = (self.outside.registry.clone(), self.source.clone(), self.target.clone());
        let sent = self.ask(|| registry.blob_pass(&source, &target, &blob.digest, blob.size)).await;
        match sent {
            Err(Stop::Failed(MirrorCause::Registry(problem))) if problem.kind == RegistryProblemKind::Corrupted => {
                Err(Stop::Failed(corrupted(&blob.digest, None, &target)))
            }
            answer => answer,
        }
    }

    /// What was sent of it is worth nothing.
    async fn forget_upload(&mut self) -> Step {
        self.note.upload = None;
        self.keep().await
    }
}

/// Registries say in several ways that a part does not follow on what has arrived.
fn is_misplaced(problem: &RegistryProblem) -> bool {
    !problem.is_passing() && matches!(problem.status, Some(400 | 404 | 416))
}
