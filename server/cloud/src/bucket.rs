//! Emptying and deleting S3 buckets.

use crate::{
    problem::{answered, or_none, plain},
    session::Session,
};
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use model::cause::CloudProblemKind;
use ports::CloudResult;
use tokio::time::Instant;

const DELETE_OBJECTS: &str = "s3:DeleteObjects";
/// HTTP status with which S3 answers when some objects of a batch could not be deleted.
const PARTLY_DONE: u16 = 200;

impl Session {
    /// Deletes all versions, then the bucket; again if somebody (a log delivery, a dying task) wrote in between.
    pub(crate) async fn bucket_delete(&self, bucket: &str) -> CloudResult<()> {
        let deadline = Instant::now() + self.settings.patience;
        loop {
            if or_none(self.bucket_empty(bucket, deadline).await)?.is_none() {
                return Ok(());
            }
            match or_none(self.ask("s3:DeleteBucket", self.s3.delete_bucket().bucket(bucket).send()).await) {
                Ok(_) => return Ok(()),
                Err(problem) if problem.code.as_deref() == Some("BucketNotEmpty") && Instant::now() < deadline => {
                    tokio::time::sleep(self.settings.poll).await;
                }
                Err(problem) => return Err(problem),
            }
        }
    }

    /// Every round asks for the first page, since the ones before are deleted. A batch is at most 1,000, as is a page.
    async fn bucket_empty(&self, bucket: &str, deadline: Instant) -> CloudResult<()> {
        loop {
            let objects = self.bucket_page(bucket).await?;
            if objects.is_empty() {
                return Ok(());
            }
            if Instant::now() >= deadline {
                let waited = self.settings.patience.as_secs();
                let message = format!("bucket {bucket} is not empty yet after {waited} seconds of deleting");
                return Err(plain(DELETE_OBJECTS, CloudProblemKind::Unreachable, &message));
            }
            self.objects_delete(bucket, objects).await?;
        }
    }

    async fn bucket_page(&self, bucket: &str) -> CloudResult<Vec<ObjectIdentifier>> {
        let request = self.s3.list_object_versions().bucket(bucket);
        let page = self.ask("s3:ListObjectVersions", request.send()).await?;
        let versions = page.versions.unwrap_or_default().into_iter().map(|object| (object.key, object.version_id));
        let markers = page.delete_markers.unwrap_or_default().into_iter().map(|mark| (mark.key, mark.version_id));
        let named = versions.chain(markers).filter_map(|(key, version)| Some((key?, version)));
        Ok(named
            .filter_map(|(key, version)| ObjectIdentifier::builder().key(key).set_version_id(version).build().ok())
            .collect())
    }

    async fn objects_delete(&self, bucket: &str, objects: Vec<ObjectIdentifier>) -> CloudResult<()> {
        let batch = Delete::builder().set_objects(Some(objects)).quiet(true).build();
        let batch = batch.map_err(|error| plain(DELETE_OBJECTS, CloudProblemKind::Invalid, &error.to_string()))?;
        let request = self.s3.delete_objects().bucket(bucket).delete(batch);
        let answer = self.ask(DELETE_OBJECTS, request.send()).await?;
        match answer.errors.unwrap_or_default().into_iter().next() {
            None => Ok(()),
            Some(error) => {
                let mut problem =
                    answered(DELETE_OBJECTS, PARTLY_DONE, error.code.as_deref(), error.message.as_deref(), None);
                problem.resource = problem.resource.or_else(|| error.key.map(|key| format!("{bucket}/{key}")));
                Err(problem)
            }
        }
    }
}
