//! People: who can sign in.

use crate::{
    audit, cursor,
    error::{Answer, found},
    row::{Columns, Read},
    session,
    sql::statements,
};
use model::{PersonId, SessionId, principal::PlatformRole};
use ports::store::{NewAudit, NewPerson, PersonRecord};
use sqlx::{PgConnection, PgPool, Row, postgres::PgRow};

macro_rules! columns {
    () => {
        "SELECT id, name, email, password_hash, platform_role, disabled FROM person "
    };
}

statements! {
    BY_EMAIL = columns!(), "WHERE email = $1";
    BY_ID = columns!(), "WHERE id = $1";
    INSERT = "
        INSERT INTO person (id, name, email, password_hash, platform_role, created) VALUES ($1, $2, $3, $4, $5, $6)";
    SET_PASSWORD = "UPDATE person SET password_hash = $2 WHERE id = $1";
}

/// The platform role of a stored word.
pub(crate) fn platform_role(code: &str) -> Option<PlatformRole> {
    [PlatformRole::Admin, PlatformRole::Auditor].into_iter().find(|role| role.code() == code)
}

fn record(row: &PgRow) -> Read<PersonRecord> {
    Ok(PersonRecord {
        id: row.id("id")?,
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        password_hash: row.try_get("password_hash")?,
        platform_role: row.code_opt("platform_role", platform_role)?,
        disabled: row.try_get("disabled")?,
    })
}

pub(crate) async fn by_email(pool: &PgPool, email: &str) -> Answer<Option<PersonRecord>> {
    if !cursor::is_storable(email) {
        return Ok(None);
    }
    Ok(BY_EMAIL.query().bind(email).try_map(|row| record(&row)).fetch_optional(pool).await?)
}

pub(crate) async fn by_id(pool: &PgPool, person: PersonId) -> Answer<Option<PersonRecord>> {
    Ok(BY_ID.query().bind(person.0).try_map(|row| record(&row)).fetch_optional(pool).await?)
}

pub(crate) async fn insert(tx: &mut PgConnection, person: &NewPerson) -> Answer<()> {
    INSERT
        .query()
        .bind(person.id.0)
        .bind(&person.name)
        .bind(&person.email)
        .bind(&person.password_hash)
        .bind(person.platform_role.map(PlatformRole::code))
        .bind(person.created)
        .execute(tx)
        .await?;
    Ok(())
}

pub(crate) async fn set_password(
    pool: &PgPool,
    person: PersonId,
    password_hash: &str,
    keep: SessionId,
    audit: &NewAudit,
) -> Answer<()> {
    let mut tx = pool.begin().await?;
    found(&SET_PASSWORD.query().bind(person.0).bind(password_hash).execute(&mut *tx).await?)?;
    session::end_others(&mut tx, person, keep).await?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}
