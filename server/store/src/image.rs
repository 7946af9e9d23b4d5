//! The catalogue of versions, and what registries say of it.

use crate::{
    audit,
    error::{Answer, found},
    row::{Columns, Read},
    sql::statements,
};
use chrono::{DateTime, Utc};
use model::{
    VersionId,
    image::{ImageVersion, RepositoryState, Support, VersionChange},
    spec::Edition,
};
use ports::store::{NewAudit, RepositoryLook};
use sqlx::{PgPool, Row, postgres::PgRow, types::Json};

statements! {
    LIST = "
        SELECT id, edition, repository, tag, digest, released, support, notes, checked, missing
        FROM image_version WHERE edition = ANY($1) ORDER BY edition, repository, tag";
    INSERT = "
        INSERT INTO image_version (id, edition, repository, tag, digest, released, support, notes, created)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    CHANGE = "UPDATE image_version SET support = $2, released = $3, notes = $4 WHERE id = $1";
    REPOSITORIES = "SELECT repository, asked, checked, problem, news FROM image_repository ORDER BY repository";
    ANSWERED = "
        INSERT INTO image_repository (repository, asked, checked, news) VALUES ($1, $2, $2, $3)
        ON CONFLICT (repository) DO UPDATE SET asked = $2, checked = $2, problem = NULL, news = $3";
    SILENT = "
        INSERT INTO image_repository (repository, asked, problem) VALUES ($1, $2, $3)
        ON CONFLICT (repository) DO UPDATE SET asked = $2, problem = $3";
    // What was known stays where the registry has no such tag (any more).
    LOOKED = "
        UPDATE image_version SET digest = coalesce($2, digest), missing = $2 IS NULL, checked = $3 WHERE id = $1";
}

/// The codes of the editions that this version of Handrail knows: rows of others wait for one that does.
pub(crate) fn editions() -> Vec<&'static str> {
    Edition::ALL.iter().map(|edition| edition.code()).collect()
}

/// A version; the columns are named as in [`LIST`].
pub(crate) fn version(row: &PgRow) -> Read<ImageVersion> {
    Ok(ImageVersion {
        id: row.id("id")?,
        edition: row.code("edition", Edition::from_code)?,
        repository: row.try_get("repository")?,
        tag: row.try_get("tag")?,
        digest: row.try_get("digest")?,
        released: row.try_get("released")?,
        support: row.code("support", Support::from_code)?,
        notes: row.try_get("notes")?,
        checked: row.try_get("checked")?,
        missing: row.try_get("missing")?,
    })
}

pub(crate) async fn list(pool: &PgPool) -> Answer<Vec<ImageVersion>> {
    Ok(LIST.query().bind(editions()).try_map(|row| version(&row)).fetch_all(pool).await?)
}

pub(crate) async fn create(pool: &PgPool, version: &ImageVersion, at: DateTime<Utc>, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    INSERT
        .query()
        .bind(version.id.0)
        .bind(version.edition.code())
        .bind(&version.repository)
        .bind(&version.tag)
        .bind(&version.digest)
        .bind(version.released)
        .bind(version.support.code())
        .bind(&version.notes)
        .bind(at)
        .execute(&mut *tx)
        .await?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn change(pool: &PgPool, id: VersionId, change: &VersionChange, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    let changed = CHANGE.query().bind(id.0).bind(change.support.code()).bind(change.released).bind(&change.notes);
    found(&changed.execute(&mut *tx).await?)?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn repositories(pool: &PgPool) -> Answer<Vec<RepositoryState>> {
    let rows = REPOSITORIES.query().try_map(|row: PgRow| {
        Ok(RepositoryState {
            repository: row.try_get("repository")?,
            asked: row.try_get("asked")?,
            checked: row.try_get("checked")?,
            problem: row.json_opt("problem")?,
            news: row.try_get("news")?,
        })
    });
    Ok(rows.fetch_all(pool).await?)
}

pub(crate) async fn look(pool: &PgPool, look: &RepositoryLook, audits: &[NewAudit]) -> Answer<()> {
    let mut tx = pool.begin().await?;
    match &look.found {
        Ok(answer) => {
            ANSWERED.query().bind(&look.repository).bind(look.at).bind(&answer.news).execute(&mut *tx).await?;
            for (version, digest) in &answer.digests {
                LOOKED.query().bind(version.0).bind(digest).bind(look.at).execute(&mut *tx).await?;
            }
        }
        Err(problem) => {
            SILENT.query().bind(&look.repository).bind(look.at).bind(Json(problem)).execute(&mut *tx).await?;
        }
    }
    for audit in audits {
        audit::write(&mut tx, audit).await?;
    }
    tx.commit().await?;
    Ok(())
}
