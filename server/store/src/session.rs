//! Sessions: one signed-in browser each.

use crate::{
    audit,
    error::{Answer, found},
    row::{Columns, Read},
    sql::statements,
    team,
};
use chrono::{DateTime, TimeDelta, Utc};
use model::{
    PersonId, Principal, SessionId,
    person::{ClientInfo, SessionView},
    principal::PlatformRole,
};
use ports::store::{NewAudit, NewSessionRecord};
use sqlx::{PgConnection, PgPool, Row, postgres::PgRow};

/// How exactly the time of the last request is kept: a write per session and minute at most.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

statements! {
    INSERT = "
        WITH seen AS (UPDATE person SET last_seen = greatest(last_seen, $4) WHERE id = $2)
        INSERT INTO session (id, person, token_hash, created, last_seen, expires, ip, user_agent)
        VALUES ($1, $2, $3, $4, $4, $5, $6, $7)";
    FORGET_EXPIRED = "DELETE FROM session WHERE person = $1 AND expires <= $2";
    PRINCIPAL = "
        SELECT s.id AS session, s.last_seen, p.id, p.name, p.email, p.platform_role
        FROM session s JOIN person p ON p.id = s.person
        WHERE s.token_hash = $1 AND s.expires > $2 AND NOT p.disabled";
    // Kept with the person too, since a session is gone once it has ended.
    SEEN = "
        WITH seen AS (UPDATE session SET last_seen = $2 WHERE id = $1 AND last_seen < $2 RETURNING person)
        UPDATE person p SET last_seen = greatest(p.last_seen, $2) FROM seen WHERE p.id = seen.person";
    LIST = "
        SELECT id, created, last_seen, expires, ip, user_agent FROM session
        WHERE person = $1 AND expires > $2 ORDER BY created DESC, id DESC";
    END = "DELETE FROM session WHERE person = $1 AND id = $2";
    END_ALL = "DELETE FROM session WHERE person = $1";
    END_OTHERS = "DELETE FROM session WHERE person = $1 AND id <> $2";
}

fn view(row: &PgRow) -> Read<SessionView> {
    Ok(SessionView {
        id: row.id("id")?,
        created: row.try_get("created")?,
        last_seen: row.try_get("last_seen")?,
        expires: row.try_get("expires")?,
        client: ClientInfo { ip: row.try_get("ip")?, user_agent: row.try_get("user_agent")?, request_id: None },
        current: false,
    })
}

/// The principal without its memberships, and when the session was last seen.
fn principal_of(row: &PgRow) -> Read<(Principal, DateTime<Utc>)> {
    let principal = Principal {
        person: row.id("id")?,
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        platform_role: row.code_opt("platform_role", PlatformRole::from_code)?,
        memberships: Vec::new(),
        session: row.id("session")?,
        client: ClientInfo::default(),
    };
    Ok((principal, row.try_get("last_seen")?))
}

pub(crate) async fn insert(tx: &mut PgConnection, session: &NewSessionRecord) -> Answer<()> {
    INSERT
        .query()
        .bind(session.id.0)
        .bind(session.person.0)
        .bind(&session.token_hash)
        .bind(session.created)
        .bind(session.expires)
        .bind(&session.client.ip)
        .bind(&session.client.user_agent)
        .execute(tx)
        .await?;
    Ok(())
}

/// Ends all sessions of a person but one.
pub(crate) async fn end_others(tx: &mut PgConnection, person: PersonId, keep: SessionId) -> Answer<()> {
    END_OTHERS.query().bind(person.0).bind(keep.0).execute(tx).await?;
    Ok(())
}

/// Ends all sessions of a person.
pub(crate) async fn end_all(tx: &mut PgConnection, person: PersonId) -> Answer<()> {
    END_ALL.query().bind(person.0).execute(tx).await?;
    Ok(())
}

/// Makes a session; what is left of the person's expired ones goes.
pub(crate) async fn create(pool: &PgPool, session: &NewSessionRecord, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    FORGET_EXPIRED.query().bind(session.person.0).bind(session.created).execute(&mut *tx).await?;
    insert(&mut tx, session).await?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn principal(pool: &PgPool, token_hash: &[u8], now: DateTime<Utc>) -> Answer<Option<Principal>> {
    let known = PRINCIPAL.query().bind(token_hash).bind(now);
    let Some((mut principal, last_seen)) = known.try_map(|row| principal_of(&row)).fetch_optional(pool).await? else {
        return Ok(None);
    };
    if now - last_seen >= SEEN_EVERY {
        SEEN.query().bind(principal.session.0).bind(now).execute(pool).await?;
    }
    principal.memberships = team::memberships(pool, principal.person).await?;
    Ok(Some(principal))
}

pub(crate) async fn list(pool: &PgPool, person: PersonId, now: DateTime<Utc>) -> Answer<Vec<SessionView>> {
    Ok(LIST.query().bind(person.0).bind(now).try_map(|row| view(&row)).fetch_all(pool).await?)
}

pub(crate) async fn end(pool: &PgPool, person: PersonId, session: SessionId, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    found(&END.query().bind(person.0).bind(session.0).execute(&mut *tx).await?)?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}
