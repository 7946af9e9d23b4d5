//! Joins the files about images to [`ports::store::ImageStore`].

use crate::{PgStore, image, mirror};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::{
    MirrorId, VersionId,
    image::{ImageCopy, ImageVersion, RepositoryState, VersionChange},
    mirror::Mirror,
};
use ports::{
    StoreResult,
    store::{ImageStore, MirrorEnd, MirrorNote, MirrorRecord, NewAudit, NewMirror, RepositoryLook},
};

#[async_trait]
impl ImageStore for PgStore {
    async fn image_list(&self) -> StoreResult<Vec<ImageVersion>> {
        Ok(image::list(&self.pool).await?)
    }

    async fn image_create(&self, version: &ImageVersion, at: DateTime<Utc>, audit: &NewAudit) -> StoreResult<()> {
        Ok(image::create(&self.pool, version, at, audit).await?)
    }

    async fn image_change(&self, version: VersionId, change: &VersionChange, audit: &NewAudit) -> StoreResult<()> {
        Ok(image::change(&self.pool, version, change, audit).await?)
    }

    async fn image_repositories(&self) -> StoreResult<Vec<RepositoryState>> {
        Ok(image::repositories(&self.pool).await?)
    }

    async fn image_look(&self, look: &RepositoryLook, audit: &[NewAudit]) -> StoreResult<()> {
        Ok(image::look(&self.pool, look, audit).await?)
    }

    async fn image_copies(&self) -> StoreResult<Vec<(VersionId, ImageCopy)>> {
        Ok(mirror::copies(&self.pool).await?)
    }

    async fn mirror_request(&self, new: &NewMirror, audit: &NewAudit) -> StoreResult<()> {
        Ok(mirror::request(&self.pool, new, audit).await?)
    }

    async fn mirror_get(&self, id: MirrorId) -> StoreResult<Option<MirrorRecord>> {
        Ok(mirror::get(&self.pool, id).await?)
    }

    async fn mirror_list(&self, limit: u32) -> StoreResult<Vec<Mirror>> {
        Ok(mirror::list(&self.pool, limit).await?)
    }

    async fn mirror_claim(
        &self,
        worker: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> StoreResult<Option<MirrorRecord>> {
        Ok(mirror::claim(&self.pool, worker, now, until).await?)
    }

    async fn mirror_extend(&self, id: MirrorId, worker: &str, until: DateTime<Utc>) -> StoreResult<bool> {
        Ok(mirror::extend(&self.pool, id, worker, until).await?)
    }

    async fn mirror_hand_back(&self, worker: &str) -> StoreResult<u64> {
        Ok(mirror::hand_back(&self.pool, worker).await?)
    }

    async fn mirror_note(&self, id: MirrorId, worker: &str, note: &MirrorNote) -> StoreResult<bool> {
        Ok(mirror::note(&self.pool, id, worker, note).await?)
    }

    async fn mirror_finish(&self, end: &MirrorEnd, audit: &NewAudit) -> StoreResult<()> {
        Ok(mirror::finish(&self.pool, end, audit).await?)
    }

    async fn mirror_retry(&self, id: MirrorId, audit: &NewAudit) -> StoreResult<()> {
        Ok(mirror::retry(&self.pool, id, audit).await?)
    }

    async fn mirror_request_cancel(&self, id: MirrorId, at: DateTime<Utc>, audit: &NewAudit) -> StoreResult<()> {
        Ok(mirror::request_cancel(&self.pool, id, at, audit).await?)
    }
}
