//! Writing the history of who did what; `history.rs` reads it.

use crate::{error::Answer, notice, sql::statements};
use model::audit::Actor;
use ports::store::NewAudit;
use sqlx::{PgConnection, PgPool, types::Json};

statements! {
    INSERT = "
        INSERT INTO audit_event
            (id, at, actor, actor_person, actor_name, action, team, environment, operation, subject, changes, ip,
             request_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
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
        .execute(&mut *tx)
        .await?;
    match (audit.team, audit.environment) {
        // Pages that show the history hear of it. Changes of environments are announced by those who make them.
        (Some(team), None) => notice::team(tx, team).await,
        _ => Ok(()),
    }
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
