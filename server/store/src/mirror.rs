//! Copies of images: asking for one, which worker holds it, how far it is, and where verified ones lie.

use crate::{
    audit,
    error::{Answer, found},
    image::{editions, version},
    notice,
    row::{Columns, Read},
    sql::statements,
};
use chrono::{DateTime, Utc};
use model::{MirrorId, VersionId, fault::Conflict, image::ImageCopy, mirror::Mirror, operation::OperationStatus};
use ports::{
    StoreError,
    store::{MirrorEnd, MirrorNote, MirrorRecord, NewAudit, NewMirror},
};
use sqlx::{PgPool, Row, postgres::PgRow, types::Json};

macro_rules! select {
    () => {
        "SELECT m.id AS mirror, m.account, a.name AS account_name, m.region, m.status, p.name AS requested_by, m.requested, m.started,
                m.finished, m.cause, m.cancel_requested, m.worker, m.lease_until, m.digest AS copied, m.target, m.platforms,
                m.progress, m.upload,
                v.id, v.edition, v.repository, v.tag, v.digest, v.released, v.support, v.notes, v.checked, v.missing
         FROM mirror m
         JOIN image_version v ON v.id = m.version
         JOIN cloud_account a ON a.id = m.account
         JOIN person p ON p.id = m.requested_by "
    };
}

statements! {
    INSERT = "
        INSERT INTO mirror (id, version, account, region, status, requested_by, requested)
        VALUES ($1, $2, $3, $4, 'queued', $5, $6)";
    GET = select!(), "WHERE m.id = $1";
    LIST = select!(), "WHERE v.edition = ANY($1) ORDER BY m.requested DESC, m.id DESC LIMIT $2";
    COPIES = "
        SELECT * FROM (
            SELECT DISTINCT ON (m.version, m.account, m.region)
                   m.version, m.account, a.name AS account_name, m.region, m.target, m.digest, m.finished, m.platforms
            FROM mirror m JOIN cloud_account a ON a.id = m.account
            WHERE m.status = 'succeeded'
            ORDER BY m.version, m.account, m.region, m.finished DESC
        ) AS newest ORDER BY lower(account_name), account, region";
    CLAIM = "
        UPDATE mirror SET status = 'running', started = coalesce(started, $2), worker = $1, lease_until = $3
        WHERE id = (
            SELECT id FROM mirror
            WHERE status IN ('queued', 'running') AND (lease_until IS NULL OR lease_until <= $2)
            ORDER BY requested, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id";
    EXTEND = "UPDATE mirror SET lease_until = $3 WHERE id = $1 AND worker = $2 AND status = 'running'";
    HAND_BACK = "
        UPDATE mirror SET worker = NULL, lease_until = NULL WHERE worker = $1 AND status = 'running' RETURNING id";
    NOTE = "
        UPDATE mirror SET digest = coalesce($3, digest), target = coalesce($4, target), platforms = $5, progress = $6, upload = $7
        WHERE id = $1 AND worker = $2 AND status = 'running'
        RETURNING cancel_requested IS NOT NULL";
    FINISH = "
        UPDATE mirror SET status = $3, cause = $4, finished = $5, worker = NULL, lease_until = NULL
        WHERE id = $1 AND worker = $2 AND status = 'running'";
    TELL_DIGEST = "
        UPDATE image_version v SET digest = m.digest
        FROM mirror m WHERE m.id = $1 AND v.id = m.version AND v.digest IS NULL";
    LOCK = "SELECT status FROM mirror WHERE id = $1 FOR NO KEY UPDATE";
    RETRY = "
        UPDATE mirror SET status = 'queued', started = NULL, finished = NULL, cause = NULL, cancel_requested = NULL WHERE id = $1";
    REQUEST_CANCEL = "UPDATE mirror SET cancel_requested = $2 WHERE id = $1";
}

fn mirror(row: &PgRow) -> Read<Mirror> {
    Ok(Mirror {
        id: row.id("mirror")?,
        version: version(row)?,
        account: row.id("account")?,
        account_name: row.try_get("account_name")?,
        region: row.try_get("region")?,
        status: row.code("status", OperationStatus::from_code)?,
        requested_by: row.try_get("requested_by")?,
        requested: row.try_get("requested")?,
        started: row.try_get("started")?,
        finished: row.try_get("finished")?,
        cause: row.json_opt("cause")?,
        cancel_requested: row.try_get::<Option<DateTime<Utc>>, _>("cancel_requested")?.is_some(),
        digest: row.try_get("copied")?,
        target: row.try_get("target")?,
        progress: row.json("progress")?,
    })
}

fn record(row: &PgRow) -> Read<MirrorRecord> {
    let worker: Option<String> = row.try_get("worker")?;
    Ok(MirrorRecord {
        mirror: mirror(row)?,
        upload: row.json_opt("upload")?,
        platforms: row.json("platforms")?,
        lease: worker.zip(row.try_get("lease_until")?),
    })
}

pub(crate) async fn copies(pool: &PgPool) -> Answer<Vec<(VersionId, ImageCopy)>> {
    let rows = COPIES.query().try_map(|row: PgRow| {
        let copy = ImageCopy {
            account: row.id("account")?,
            account_name: row.try_get("account_name")?,
            region: row.try_get("region")?,
            repository: row.try_get("target")?,
            digest: row.try_get("digest")?,
            at: row.try_get("finished")?,
            platforms: row.json("platforms")?,
        };
        Ok((row.id("version")?, copy))
    });
    Ok(rows.fetch_all(pool).await?)
}

pub(crate) async fn request(pool: &PgPool, new: &NewMirror, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    INSERT
        .query()
        .bind(new.id.0)
        .bind(new.version.0)
        .bind(new.account.0)
        .bind(&new.region)
        .bind(new.requested_by.0)
        .bind(new.requested)
        .execute(&mut *tx)
        .await?;
    audit::write(&mut tx, audit).await?;
    notice::mirror(&mut tx, new.id).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn get(pool: &PgPool, id: MirrorId) -> Answer<Option<MirrorRecord>> {
    Ok(GET.query().bind(id.0).try_map(|row| record(&row)).fetch_optional(pool).await?)
}

pub(crate) async fn list(pool: &PgPool, limit: u32) -> Answer<Vec<Mirror>> {
    let rows = LIST.query().bind(editions()).bind(i64::from(limit));
    Ok(rows.try_map(|row| mirror(&row)).fetch_all(pool).await?)
}

pub(crate) async fn claim(
    pool: &PgPool,
    worker: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Answer<Option<MirrorRecord>> {
    let mut tx = pool.begin().await?;
    let claimed = CLAIM.query().bind(worker).bind(now).bind(until);
    let Some(id) = claimed.try_map(|row: PgRow| row.id::<MirrorId>("id")).fetch_optional(&mut *tx).await? else {
        return Ok(None);
    };
    let claimed = GET.query().bind(id.0).try_map(|row| record(&row)).fetch_optional(&mut *tx).await?;
    notice::mirror(&mut tx, id).await?;
    tx.commit().await?;
    Ok(claimed)
}

pub(crate) async fn extend(pool: &PgPool, id: MirrorId, worker: &str, until: DateTime<Utc>) -> Answer<bool> {
    let extended = EXTEND.query().bind(id.0).bind(worker).bind(until).execute(pool).await?;
    Ok(extended.rows_affected() > 0)
}

pub(crate) async fn hand_back(pool: &PgPool, worker: &str) -> Answer<u64> {
    let mut tx = pool.begin().await?;
    let back = HAND_BACK.query().bind(worker);
    let back: Vec<MirrorId> = back.try_map(|row: PgRow| row.id("id")).fetch_all(&mut *tx).await?;
    for id in &back {
        notice::mirror(&mut tx, *id).await?;
    }
    tx.commit().await?;
    Ok(u64::try_from(back.len()).unwrap_or(u64::MAX))
}

pub(crate) async fn note(pool: &PgPool, id: MirrorId, worker: &str, note: &MirrorNote) -> Answer<bool> {
    let mut tx = pool.begin().await?;
    let noted: Option<bool> = NOTE
        .scalar()
        .bind(id.0)
        .bind(worker)
        .bind(&note.digest)
        .bind(&note.target)
        .bind(Json(&note.platforms))
        .bind(Json(&note.progress))
        .bind(note.upload.as_ref().map(Json))
        .fetch_optional(&mut *tx)
        .await?;
    let cancelled = noted.ok_or(Conflict::ChangedMeanwhile)?;
    notice::mirror(&mut tx, id).await?;
    tx.commit().await?;
    Ok(cancelled)
}

pub(crate) async fn finish(pool: &PgPool, end: &MirrorEnd, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    let finished = FINISH
        .query()
        .bind(end.mirror.0)
        .bind(&end.worker)
        .bind(end.status.code())
        .bind(end.cause.as_ref().map(Json))
        .bind(end.at)
        .execute(&mut *tx)
        .await?;
    if finished.rows_affected() == 0 {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    if end.status == OperationStatus::Succeeded {
        TELL_DIGEST.query().bind(end.mirror.0).execute(&mut *tx).await?;
    }
    audit::write(&mut tx, audit).await?;
    notice::mirror(&mut tx, end.mirror).await?;
    tx.commit().await?;
    Ok(())
}

/// The status of a copy that nobody else changes beside this transaction.
async fn lock(tx: &mut sqlx::PgConnection, id: MirrorId) -> Answer<OperationStatus> {
    let status = LOCK.query().bind(id.0);
    let status = status.try_map(|row: PgRow| row.code("status", OperationStatus::from_code)).fetch_optional(tx).await?;
    Ok(status.ok_or(StoreError::NotFound)?)
}

pub(crate) async fn retry(pool: &PgPool, id: MirrorId, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    if !matches!(lock(&mut tx, id).await?, OperationStatus::Failed | OperationStatus::Cancelled) {
        return Err(Conflict::WrongState.into());
    }
    found(&RETRY.query().bind(id.0).execute(&mut *tx).await?)?;
    audit::write(&mut tx, audit).await?;
    notice::mirror(&mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn request_cancel(pool: &PgPool, id: MirrorId, at: DateTime<Utc>, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    if lock(&mut tx, id).await?.is_over() {
        return Err(Conflict::WrongState.into());
    }
    found(&REQUEST_CANCEL.query().bind(id.0).bind(at).execute(&mut *tx).await?)?;
    audit::write(&mut tx, audit).await?;
    notice::mirror(&mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}
