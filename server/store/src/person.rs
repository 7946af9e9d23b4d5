//! People: who can sign in.

use crate::{
    audit, cursor,
    error::{Answer, found},
    row::{Columns, Read},
    session,
    sql::statements,
    team,
};
use chrono::{DateTime, Utc};
use model::{
    PersonId, SessionId, TeamId,
    fault::Conflict,
    page::Page,
    person::Person,
    platform::PersonRow,
    principal::{Membership, PlatformRole},
};
use ports::store::{NewAudit, NewPerson, PersonRecord};
use sqlx::{PgConnection, PgPool, Row, postgres::PgRow};
use uuid::Uuid;

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
    LIST = "
        SELECT p.id, p.name, p.email, p.platform_role, p.disabled, p.created, p.last_seen,
               (SELECT count(*) FROM session s WHERE s.person = p.id AND s.expires > $4)::integer AS sessions,
               m.teams, m.team_names, m.roles
        FROM person p
        CROSS JOIN LATERAL (
            SELECT array_agg(t.id ORDER BY lower(t.name), t.id) AS teams,
                   array_agg(t.name ORDER BY lower(t.name), t.id) AS team_names,
                   array_agg(m.role ORDER BY lower(t.name), t.id) AS roles
            FROM membership m JOIN team t ON t.id = m.team WHERE m.person = p.id
        ) m
        WHERE ($1::text IS NULL OR (lower(p.name), p.id) > (lower($1), $2))
          AND (strpos(lower(p.name), lower($5)) > 0 OR strpos(p.email, lower($5)) > 0)
        ORDER BY lower(p.name), p.id LIMIT $3";
    // Whatever may take an admin away takes this lock first, so that two changes never each leave the other's admin.
    LOCK_ADMINS = "SELECT id FROM person WHERE platform_role = 'admin' ORDER BY id FOR NO KEY UPDATE";
    HAS_ADMIN = "SELECT EXISTS (SELECT FROM person WHERE platform_role = 'admin' AND NOT disabled)";
    SET_DISABLED = "UPDATE person SET disabled = $2 WHERE id = $1";
    SET_PLATFORM_ROLE = "UPDATE person SET platform_role = $2 WHERE id = $1";
    SET_PASSWORD = "UPDATE person SET password_hash = $2 WHERE id = $1";
}

fn record(row: &PgRow) -> Read<PersonRecord> {
    Ok(PersonRecord {
        id: row.id("id")?,
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        password_hash: row.try_get("password_hash")?,
        platform_role: row.code_opt("platform_role", PlatformRole::from_code)?,
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

fn memberships(row: &PgRow) -> Read<Vec<Membership>> {
    // Nobody's memberships are no array at all.
    let teams: Option<Vec<Uuid>> = row.try_get("teams")?;
    let names: Option<Vec<String>> = row.try_get("team_names")?;
    let roles: Option<Vec<String>> = row.try_get("roles")?;
    let teams = teams.unwrap_or_default().into_iter().zip(names.unwrap_or_default());
    let rows = teams.zip(roles.unwrap_or_default());
    Ok(rows
        .filter_map(|((team, team_name), role)| {
            Some(Membership { team: TeamId(team), team_name, role: team::role(&role)? })
        })
        .collect())
}

fn person_row(row: &PgRow) -> Read<PersonRow> {
    Ok(PersonRow {
        person: Person { id: row.id("id")?, name: row.try_get("name")?, email: row.try_get("email")? },
        platform_role: row.code_opt("platform_role", PlatformRole::from_code)?,
        disabled: row.try_get("disabled")?,
        created: row.try_get("created")?,
        memberships: memberships(row)?,
        sessions: row.count("sessions")?,
        last_seen: row.try_get("last_seen")?,
    })
}

pub(crate) async fn list(
    pool: &PgPool,
    search: &str,
    now: DateTime<Utc>,
    after: Option<&str>,
    limit: u32,
) -> Answer<Page<PersonRow>> {
    if !cursor::is_storable(search) {
        return Ok(Page::default());
    }
    let (name, id) = cursor::read::<(String, Uuid)>(after).unzip();
    let rows = LIST.query().bind(name).bind(id).bind(cursor::fetch(limit)).bind(now).bind(search.trim());
    let rows = rows.try_map(|row| person_row(&row)).fetch_all(pool).await?;
    Ok(cursor::page(rows, limit, |row| (row.person.name.clone(), row.person.id.0)))
}

async fn keep_an_admin(tx: &mut PgConnection) -> Answer<()> {
    if HAS_ADMIN.scalar().fetch_one(tx).await? { Ok(()) } else { Err(Conflict::LastAdmin.into()) }
}

pub(crate) async fn set_disabled(pool: &PgPool, person: PersonId, disabled: bool, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    LOCK_ADMINS.query().execute(&mut *tx).await?;
    found(&SET_DISABLED.query().bind(person.0).bind(disabled).execute(&mut *tx).await?)?;
    keep_an_admin(&mut tx).await?;
    if disabled {
        session::end_all(&mut tx, person).await?;
    }
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn set_platform_role(
    pool: &PgPool,
    person: PersonId,
    role: Option<PlatformRole>,
    audit: &NewAudit,
) -> Answer<()> {
    let mut tx = pool.begin().await?;
    LOCK_ADMINS.query().execute(&mut *tx).await?;
    let set = SET_PLATFORM_ROLE.query().bind(person.0).bind(role.map(PlatformRole::code));
    found(&set.execute(&mut *tx).await?)?;
    keep_an_admin(&mut tx).await?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}
