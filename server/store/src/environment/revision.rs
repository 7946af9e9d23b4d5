//! Revisions: the numbered specs of an environment with the templates made from them, kept for ever.

use crate::{
    error::Answer,
    row::{Columns, Read, whole},
    sql::statements,
};
use chrono::{DateTime, Utc};
use model::{EnvironmentId, PersonId, environment::Revision, spec::Spec};
use ports::store::{NewEnvironment, NewOperation, NewRevision};
use sqlx::{PgConnection, PgPool, Row, postgres::PgRow, types::Json};

/// The number of an environment's first revision.
pub(crate) const FIRST: i32 = 1;

statements! {
    INSERT = "
        INSERT INTO revision (environment, number, spec, template_body, template_hash, created, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    LIST = "
        SELECT r.number, r.spec, r.template_hash, r.created, p.name AS created_by
        FROM revision r JOIN person p ON p.id = r.created_by WHERE r.environment = $1 ORDER BY r.number DESC";
    TEMPLATE = "SELECT template_body FROM revision WHERE environment = $1 AND number = $2";
}

fn revision(row: &PgRow) -> Read<Revision> {
    Ok(Revision {
        number: row.count("number")?,
        spec: row.json("spec")?,
        created: row.try_get("created")?,
        created_by: row.try_get("created_by")?,
        template_hash: row.try_get("template_hash")?,
    })
}

/// Writes the first revision of an environment that is being made.
pub(crate) async fn insert_first(tx: &mut PgConnection, new: &NewEnvironment) -> Answer<()> {
    let texts = (new.template_body.as_str(), new.template_hash.as_str());
    insert(tx, new.id, FIRST, &new.spec, texts, (new.created, new.created_by)).await
}

/// Writes a revision that is made with the operation that brings it into force.
pub(crate) async fn insert_next(tx: &mut PgConnection, new: &NewOperation, revision: &NewRevision) -> Answer<()> {
    let texts = (revision.template_body.as_str(), revision.template_hash.as_str());
    let made = (new.requested, new.requested_by);
    insert(tx, new.environment, whole(revision.number), &revision.spec, texts, made).await
}

async fn insert(
    tx: &mut PgConnection,
    environment: EnvironmentId,
    number: i32,
    spec: &Spec,
    (body, hash): (&str, &str),
    (created, created_by): (DateTime<Utc>, PersonId),
) -> Answer<()> {
    INSERT
        .query()
        .bind(environment.0)
        .bind(number)
        .bind(Json(spec))
        .bind(body)
        .bind(hash)
        .bind(created)
        .bind(created_by.0)
        .execute(tx)
        .await?;
    Ok(())
}

pub(crate) async fn list(pool: &PgPool, environment: EnvironmentId) -> Answer<Vec<Revision>> {
    Ok(LIST.query().bind(environment.0).try_map(|row| revision(&row)).fetch_all(pool).await?)
}

pub(crate) async fn template(pool: &PgPool, environment: EnvironmentId, number: u32) -> Answer<Option<String>> {
    // A number beyond what the column holds is that of no revision.
    let Ok(number) = i32::try_from(number) else { return Ok(None) };
    Ok(TEMPLATE.scalar().bind(environment.0).bind(number).fetch_optional(pool).await?)
}
