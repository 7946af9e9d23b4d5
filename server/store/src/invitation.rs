//! Invitations to a team that have not been accepted.

use crate::{
    audit,
    error::{Answer, found},
    person,
    row::{Columns, Read},
    session,
    sql::statements,
    team,
};
use chrono::{DateTime, Utc};
use model::{
    InvitationId, TeamId,
    fault::Conflict,
    team::{Invitation, Role},
};
use ports::{
    StoreError,
    store::{Accepting, NewAudit, NewInvitation},
};
use sqlx::{PgPool, Row, postgres::PgRow};

macro_rules! pending {
    () => {
        "SELECT i.id, i.team, i.email, i.role, i.created, i.expires, p.name AS invited_by, t.name AS team_name
         FROM invitation i JOIN person p ON p.id = i.invited_by JOIN team t ON t.id = i.team "
    };
}

statements! {
    LIST = pending!(), "WHERE i.team = $1 AND i.expires > $2 ORDER BY i.created DESC, i.id DESC";
    BY_HASH = pending!(), "WHERE i.token_hash = $1 AND i.expires > $2";
    IS_MEMBER = "
        SELECT EXISTS (SELECT FROM membership m JOIN person p ON p.id = m.person WHERE m.team = $1 AND p.email = $2)";
    PUT = "
        INSERT INTO invitation (id, team, email, role, token_hash, invited_by, created, expires)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT ON CONSTRAINT invitation_once DO UPDATE SET
            id = excluded.id, role = excluded.role, token_hash = excluded.token_hash,
            invited_by = excluded.invited_by, created = excluded.created, expires = excluded.expires";
    REVOKE = "DELETE FROM invitation WHERE team = $1 AND id = $2";
    TAKE = "DELETE FROM invitation WHERE token_hash = $1 AND expires > $2 RETURNING team, role";
}

fn invitation(row: &PgRow) -> Read<Invitation> {
    Ok(Invitation {
        id: row.id("id")?,
        team: row.id("team")?,
        email: row.try_get("email")?,
        role: row.code("role", team::role)?,
        created: row.try_get("created")?,
        expires: row.try_get("expires")?,
        invited_by: row.try_get("invited_by")?,
    })
}

pub(crate) async fn list(pool: &PgPool, team: TeamId, now: DateTime<Utc>) -> Answer<Vec<Invitation>> {
    Ok(LIST.query().bind(team.0).bind(now).try_map(|row| invitation(&row)).fetch_all(pool).await?)
}

pub(crate) async fn create(pool: &PgPool, new: &NewInvitation, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    team::lock(&mut tx, new.team).await?;
    if IS_MEMBER.scalar().bind(new.team.0).bind(&new.email).fetch_one(&mut *tx).await? {
        return Err(StoreError::Taken { field: "email" }.into());
    }
    PUT.query()
        .bind(new.id.0)
        .bind(new.team.0)
        .bind(&new.email)
        .bind(new.role.code())
        .bind(&new.token_hash)
        .bind(new.invited_by.0)
        .bind(new.created)
        .bind(new.expires)
        .execute(&mut *tx)
        .await?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn by_hash(
    pool: &PgPool,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Answer<Option<(Invitation, String)>> {
    let pending = BY_HASH.query().bind(token_hash).bind(now);
    Ok(pending.try_map(|row| Ok((invitation(&row)?, row.try_get("team_name")?))).fetch_optional(pool).await?)
}

pub(crate) async fn revoke(pool: &PgPool, team: TeamId, id: InvitationId, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    found(&REVOKE.query().bind(team.0).bind(id.0).execute(&mut *tx).await?)?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn accept(
    pool: &PgPool,
    token_hash: &[u8],
    who: &Accepting,
    now: DateTime<Utc>,
    audit: &NewAudit,
) -> Answer<TeamId> {
    let mut tx = pool.begin().await?;
    // Two that accept at once wait for each other here; the second finds the invitation gone.
    let taken = TAKE
        .query()
        .bind(token_hash)
        .bind(now)
        .try_map(|row: PgRow| Ok((row.id::<TeamId>("team")?, row.code::<Role>("role", team::role)?)))
        .fetch_optional(&mut *tx)
        .await?;
    let (team, role) = taken.ok_or(Conflict::LinkExpired)?;
    let person = match who {
        Accepting::New(new, session) => {
            person::insert(&mut tx, new).await?;
            session::insert(&mut tx, session).await?;
            new.id
        }
        Accepting::Existing(person) => *person,
    };
    team::add(&mut tx, team, person, role, now).await?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(team)
}
