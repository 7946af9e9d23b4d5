//! The history of who did what.

use crate::{
    cursor,
    error::Answer,
    row::{Columns, Read},
    sql::statements,
};
use model::{
    EnvironmentId,
    audit::{Action, Actor, AuditEvent},
    page::Page,
};
use ports::store::NewAudit;
use sqlx::{PgConnection, PgPool, Row, postgres::PgRow, types::Json};
use uuid::Uuid;

macro_rules! columns {
    () => {
        "SELECT id, at, actor, actor_person, actor_name, action, team, environment, operation, subject, changes, ip,
             request_id
         FROM audit_event "
    };
}

// A missing cursor is one before everything, so that the index is used either way.
macro_rules! before {
    ($at:literal, $id:literal) => {
        concat!(
            "(at, id) < (coalesce(",
            $at,
            "::timestamptz, 'infinity'), coalesce(",
            $id,
            "::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')) "
        )
    };
}

statements! {
    INSERT = "
        INSERT INTO audit_event
            (id, at, actor, actor_person, actor_name, action, team, environment, operation, subject, changes, ip,
             request_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    LIST = columns!(), "WHERE ", before!("$1", "$2"), "ORDER BY at DESC, id DESC LIMIT $3";
    LIST_OF_ENVIRONMENT = columns!(), "
        WHERE environment = $4 AND ", before!("$1", "$2"), "ORDER BY at DESC, id DESC LIMIT $3";
}

fn actor(row: &PgRow) -> Read<Actor> {
    let (person, name) = (row.id_opt("actor_person")?, row.try_get("actor_name")?);
    row.code("actor", |code| match (code, person, name) {
        ("person", Some(id), Some(name)) => Some(Actor::Person { id, name }),
        ("anonymous", ..) => Some(Actor::Anonymous),
        ("handrail", ..) => Some(Actor::Handrail),
        _ => None,
    })
}

fn event(row: &PgRow) -> Read<AuditEvent> {
    Ok(AuditEvent {
        id: row.id("id")?,
        at: row.try_get("at")?,
        actor: actor(row)?,
        action: row.code("action", Action::from_code)?,
        team: row.id_opt("team")?,
        environment: row.id_opt("environment")?,
        operation: row.id_opt("operation")?,
        subject: row.try_get("subject")?,
        changes: row.json("changes")?,
        ip: row.try_get("ip")?,
        request_id: row.try_get("request_id")?,
    })
}

/// Writes the event of a change into the change's own transaction: if this fails, nothing has changed.
pub(crate) async fn write(tx: &mut PgConnection, audit: &NewAudit) -> Answer<()> {
    let (actor, person, name) = match &audit.actor {
        Actor::Person { id, name } => ("person", Some(id.0), Some(name)),
        Actor::Anonymous => ("anonymous", None, None),
        Actor::Handrail => ("handrail", None, None),
    };
    INSERT
        .query()
        .bind(audit.id.0)
        .bind(audit.at)
        .bind(actor)
        .bind(person)
        .bind(name)
        .bind(audit.action.code())
        .bind(audit.team.map(|id| id.0))
        .bind(audit.environment.map(|id| id.0))
        .bind(audit.operation.map(|id| id.0))
        .bind(&audit.subject)
        .bind(Json(&audit.changes))
        .bind(&audit.ip)
        .bind(&audit.request_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// [`write`], where a change is not always one to tell of.
pub(crate) async fn write_some(tx: &mut PgConnection, audit: Option<&NewAudit>) -> Answer<()> {
    match audit {
        Some(audit) => write(tx, audit).await,
        None => Ok(()),
    }
}

pub(crate) async fn write_alone(pool: &PgPool, audit: &NewAudit) -> Answer<()> {
    let mut connection = pool.acquire().await?;
    write(&mut connection, audit).await
}

pub(crate) async fn list(
    pool: &PgPool,
    environment: Option<EnvironmentId>,
    after: Option<&str>,
    limit: u32,
) -> Answer<Page<AuditEvent>> {
    let after = cursor::read::<(i64, Uuid)>(after);
    let statement = if environment.is_some() { LIST_OF_ENVIRONMENT } else { LIST };
    let mut query = statement
        .query()
        .bind(after.and_then(|(at, _)| cursor::moment(at)))
        .bind(after.map(|(_, id)| id))
        .bind(cursor::fetch(limit));
    if let Some(environment) = environment {
        query = query.bind(environment.0);
    }
    let rows = query.try_map(|row| event(&row)).fetch_all(pool).await?;
    Ok(cursor::page(rows, limit, |event| (event.at.timestamp_micros(), event.id.0)))
}
