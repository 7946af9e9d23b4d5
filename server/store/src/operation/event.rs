//! The events of an operation: append-only, numbered, each stack event once.

use crate::{
    error::Answer,
    notice,
    row::{Columns, Read},
    sql::statements,
};
use chrono::{DateTime, Utc};
use model::{
    OperationId,
    operation::{EventKind, OperationEvent},
};
use sqlx::{PgConnection, PgPool, Row, postgres::PgRow, types::Json};
use std::collections::HashSet;

statements! {
    // Whoever appends waits here for whoever appends at the same time, so that numbers have no gaps and no event comes twice.
    LOCK = "SELECT last_event FROM operation WHERE id = $1 FOR NO KEY UPDATE";
    KNOWN = "SELECT stack_event_id FROM operation_event WHERE operation = $1 AND stack_event_id = ANY($2)";
    INSERT = "
        INSERT INTO operation_event (operation, sequence, at, what, stack_event_id)
        SELECT $1, $2 + n, at, what, stack_event_id
        FROM unnest($3::timestamptz[], $4::jsonb[], $5::text[]) WITH ORDINALITY AS new (at, what, stack_event_id, n)";
    SET_LAST = "UPDATE operation SET last_event = $2 WHERE id = $1";
    LIST = "
        SELECT sequence, at, what FROM operation_event WHERE operation = $1 ORDER BY sequence DESC LIMIT $2";
}

fn event(row: &PgRow) -> Read<OperationEvent> {
    Ok(OperationEvent { sequence: row.try_get("sequence")?, at: row.try_get("at")?, what: row.json("what")? })
}

fn stack_event_id(what: &EventKind) -> Option<&str> {
    match what {
        EventKind::Stack { event_id, .. } => Some(event_id),
        _ => None,
    }
}

/// Appends events in a transaction. Whether there was a new one among them.
pub(super) async fn add(
    tx: &mut PgConnection,
    operation: OperationId,
    events: &[(DateTime<Utc>, EventKind)],
) -> Answer<bool> {
    let last: i64 = LOCK.scalar().bind(operation.0).fetch_one(&mut *tx).await?;
    let named: Vec<&str> = events.iter().filter_map(|(_, what)| stack_event_id(what)).collect();
    let known: Vec<String> = KNOWN.scalar().bind(operation.0).bind(&named).fetch_all(&mut *tx).await?;
    let mut known: HashSet<&str> = known.iter().map(String::as_str).collect();
    let new: Vec<_> =
        events.iter().filter(|(_, what)| stack_event_id(what).is_none_or(|id| known.insert(id))).collect();
    let Ok(count) = i64::try_from(new.len()) else { return Ok(false) };
    if count == 0 {
        return Ok(false);
    }
    INSERT
        .query()
        .bind(operation.0)
        .bind(last)
        .bind(new.iter().map(|(at, _)| *at).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, what)| Json(what)).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, what)| stack_event_id(what)).collect::<Vec<_>>())
        .execute(&mut *tx)
        .await?;
    SET_LAST.query().bind(operation.0).bind(last + count).execute(tx).await?;
    Ok(true)
}

pub(crate) async fn append(pool: &PgPool, operation: OperationId, events: &[(DateTime<Utc>, EventKind)]) -> Answer<()> {
    let mut tx = pool.begin().await?;
    if add(&mut tx, operation, events).await? {
        notice::operation(&mut tx, operation).await?;
        tx.commit().await?;
    }
    Ok(())
}

pub(crate) async fn list(pool: &PgPool, operation: OperationId, limit: u32) -> Answer<Vec<OperationEvent>> {
    let newest = LIST.query().bind(operation.0).bind(i64::from(limit));
    Ok(newest.try_map(|row| event(&row)).fetch_all(pool).await?)
}
