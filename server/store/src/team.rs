//! Teams and their members.

use crate::{
    audit, cursor,
    error::{Answer, found},
    row::{Columns, Read},
    sql::statements,
};
use chrono::{DateTime, Utc};
use model::{
    PersonId, TeamId,
    fault::Conflict,
    page::{COUNT_LIMIT, Page},
    platform::TeamRow,
    principal::Membership,
    team::{Member, Role, Team},
};
use ports::{StoreError, store::NewAudit};
use sqlx::{PgConnection, PgPool, Row, postgres::PgRow};
use uuid::Uuid;

statements! {
    LIST = "
        SELECT id, name, created FROM team
        WHERE $1::uuid IS NULL OR id IN (SELECT team FROM membership WHERE person = $1)
        ORDER BY lower(name), id";
    ROWS = "
        SELECT t.id, t.name, t.created,
               (SELECT count(*) FROM membership m WHERE m.team = t.id)::integer AS members,
               (SELECT count(*) FROM (
                    SELECT FROM environment e WHERE e.team = t.id AND e.status <> 'deleted' LIMIT $4) AS live
               )::integer AS environments,
               ARRAY (
                   SELECT p.name FROM membership m JOIN person p ON p.id = m.person
                   WHERE m.team = t.id AND m.role = 'owner' ORDER BY lower(p.name), p.id) AS owners
        FROM team t WHERE $1::text IS NULL OR (lower(t.name), t.id) > (lower($1), $2)
        ORDER BY lower(t.name), t.id LIMIT $3";
    GET = "SELECT id, name, created FROM team WHERE id = $1";
    INSERT = "INSERT INTO team (id, name, created) VALUES ($1, $2, $3)";
    // Whatever changes who belongs to a team takes this lock first, so that two changes never each leave the other's owner.
    LOCK = "SELECT id FROM team WHERE id = $1 FOR UPDATE";
    MEMBERS = "
        SELECT p.id, p.name, p.email, m.role, m.since FROM membership m JOIN person p ON p.id = m.person
        WHERE m.team = $1 ORDER BY lower(p.name), p.id";
    MEMBERSHIPS = "
        SELECT t.id, t.name, m.role FROM membership m JOIN team t ON t.id = m.team
        WHERE m.person = $1 ORDER BY lower(t.name), t.id";
    ADD = "INSERT INTO membership (team, person, role, since) VALUES ($1, $2, $3, $4)";
    SET_ROLE = "UPDATE membership SET role = $3 WHERE team = $1 AND person = $2";
    REMOVE = "DELETE FROM membership WHERE team = $1 AND person = $2";
    HAS_OWNER = "SELECT EXISTS (SELECT FROM membership WHERE team = $1 AND role = 'owner')";
}

/// The role of a stored word.
pub(crate) fn role(code: &str) -> Option<Role> {
    code.parse().ok()
}

fn team(row: &PgRow) -> Read<Team> {
    Ok(Team { id: row.id("id")?, name: row.try_get("name")?, created: row.try_get("created")? })
}

fn member(row: &PgRow) -> Read<Member> {
    Ok(Member {
        person: row.id("id")?,
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        role: row.code("role", role)?,
        since: row.try_get("since")?,
    })
}

fn membership(row: &PgRow) -> Read<Membership> {
    Ok(Membership { team: row.id("id")?, team_name: row.try_get("name")?, role: row.code("role", role)? })
}

pub(crate) async fn list(pool: &PgPool, of: Option<PersonId>) -> Answer<Vec<Team>> {
    Ok(LIST.query().bind(of.map(|person| person.0)).try_map(|row| team(&row)).fetch_all(pool).await?)
}

fn team_row(row: &PgRow) -> Read<TeamRow> {
    Ok(TeamRow {
        team: team(row)?,
        members: row.count("members")?,
        environments: row.count("environments")?,
        owners: row.try_get("owners")?,
    })
}

pub(crate) async fn rows(pool: &PgPool, after: Option<&str>, limit: u32) -> Answer<Page<TeamRow>> {
    let (name, id) = cursor::read::<(String, Uuid)>(after).unzip();
    let rows = ROWS.query().bind(name).bind(id).bind(cursor::fetch(limit)).bind(i64::from(COUNT_LIMIT));
    let rows = rows.try_map(|row| team_row(&row)).fetch_all(pool).await?;
    Ok(cursor::page(rows, limit, |row| (row.team.name.clone(), row.team.id.0)))
}

pub(crate) async fn get(pool: &PgPool, id: TeamId) -> Answer<Option<Team>> {
    Ok(GET.query().bind(id.0).try_map(|row| team(&row)).fetch_optional(pool).await?)
}

pub(crate) async fn create(pool: &PgPool, team: &Team, owner: PersonId, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    INSERT.query().bind(team.id.0).bind(&team.name).bind(team.created).execute(&mut *tx).await?;
    add(&mut tx, team.id, owner, Role::Owner, team.created).await?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn members(pool: &PgPool, team: TeamId) -> Answer<Vec<Member>> {
    Ok(MEMBERS.query().bind(team.0).try_map(|row| member(&row)).fetch_all(pool).await?)
}

/// The teams that a person belongs to, by name.
pub(crate) async fn memberships(pool: &PgPool, person: PersonId) -> Answer<Vec<Membership>> {
    Ok(MEMBERSHIPS.query().bind(person.0).try_map(|row| membership(&row)).fetch_all(pool).await?)
}

/// Lets no other change of this team's members go on beside this transaction. `NotFound` if there is no such team.
pub(crate) async fn lock(tx: &mut PgConnection, team: TeamId) -> Answer<()> {
    match LOCK.query().bind(team.0).fetch_optional(tx).await? {
        Some(_) => Ok(()),
        None => Err(StoreError::NotFound.into()),
    }
}

/// Makes a person a member; `ChangedMeanwhile` if they are one.
pub(crate) async fn add(
    tx: &mut PgConnection,
    team: TeamId,
    person: PersonId,
    role: Role,
    since: DateTime<Utc>,
) -> Answer<()> {
    ADD.query().bind(team.0).bind(person.0).bind(role.code()).bind(since).execute(tx).await?;
    Ok(())
}

async fn keep_an_owner(tx: &mut PgConnection, team: TeamId) -> Answer<()> {
    if HAS_OWNER.scalar().bind(team.0).fetch_one(tx).await? { Ok(()) } else { Err(Conflict::LastOwner.into()) }
}

pub(crate) async fn set_role(
    pool: &PgPool,
    team: TeamId,
    person: PersonId,
    role: Role,
    audit: &NewAudit,
) -> Answer<()> {
    let mut tx = pool.begin().await?;
    lock(&mut tx, team).await?;
    found(&SET_ROLE.query().bind(team.0).bind(person.0).bind(role.code()).execute(&mut *tx).await?)?;
    keep_an_owner(&mut tx, team).await?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn remove(pool: &PgPool, team: TeamId, person: PersonId, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    lock(&mut tx, team).await?;
    found(&REMOVE.query().bind(team.0).bind(person.0).execute(&mut *tx).await?)?;
    keep_an_owner(&mut tx, team).await?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}
