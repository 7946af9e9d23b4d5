//! Reading the history of who did what.
//!
//! A page must be quick among ten million rows, whatever the filter. Each statement therefore first finds the keys (time and id) of
//! the page's rows along one index that has the page's order; where several teams or actions are asked for, along each of them apart,
//! as no index gives several in one order. The rows of these few keys are read then, and what they speak of is looked up for each.

use crate::{
    cursor,
    error::Answer,
    row::{Columns, Read},
    sql::{Statement, statements},
};
use chrono::{DateTime, Utc};
use model::{
    TeamId,
    audit::{Action, Actor, AuditEvent},
    history::{EntryOperation, EnvironmentRef, HistoryEntry, HistoryFilter, PersonOption},
    operation::{OperationKind, OperationStatus},
    page::Page,
};
use sqlx::{PgPool, Row, postgres::PgRow};
use uuid::Uuid;

/// The page's part of a statement that finds keys. A missing bound is one beyond all rows, so that the index is used either way; the
/// bounds of the time alone let Postgres leave out months.
macro_rules! page {
    () => {
        "(at, id) < (coalesce($1::timestamptz, 'infinity'), coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
         AND at <= coalesce($1::timestamptz, 'infinity') AND at >= coalesce($3::timestamptz, '-infinity')
         ORDER BY at DESC, id DESC LIMIT $4"
    };
}

/// The rows of the keys that a statement finds, with what is known today of the things that they speak of. `LIMIT 1` keeps each
/// look-up one by key: a planner that takes the number of keys for large would read whole tables.
macro_rules! rows_of {
    ($($keys:expr),+) => {
        concat!(
            "SELECT a.*, t.name AS team_name, e.name AS environment_name, o.kind AS operation_kind,
                 o.status AS operation_status, o.started AS operation_started, o.finished AS operation_finished
             FROM (", $($keys),+, ") AS key
             CROSS JOIN LATERAL (
                 SELECT id, at, actor, actor_person, actor_name, action, team, environment, operation, subject, changes, ip,
                     request_id
                 FROM audit_event WHERE at = key.at AND id = key.id LIMIT 1) AS a
             LEFT JOIN LATERAL (SELECT name FROM team WHERE id = a.team LIMIT 1) AS t ON true
             LEFT JOIN LATERAL (SELECT name FROM environment WHERE id = a.environment LIMIT 1) AS e ON true
             LEFT JOIN LATERAL (
                 SELECT kind, status, started, finished FROM operation WHERE id = a.operation LIMIT 1) AS o ON true
             ORDER BY a.at DESC, a.id DESC"
        )
    };
}

/// The newest keys of several series, each of which is in order by itself.
macro_rules! merged {
    ($series:literal, $condition:literal) => {
        concat!(
            "SELECT found.at, found.id FROM ",
            $series,
            " CROSS JOIN LATERAL (
                 SELECT at, id FROM audit_event WHERE ",
            $condition,
            " AND ",
            page!(),
            ") AS found
             ORDER BY found.at DESC, found.id DESC LIMIT $4"
        )
    };
}

statements! {
    ALL = rows_of!("SELECT at, id FROM audit_event WHERE ", page!());
    BY_ACTION = rows_of!(merged!("unnest($5::text[]) AS one(action)", "action = one.action"));
    OF_TEAMS = rows_of!(merged!("unnest($5::uuid[]) AS one(team)", "team = one.team"));
    OF_TEAMS_BY_ACTION = rows_of!(merged!(
        "unnest($5::text[]) AS each(action) CROSS JOIN unnest($6::uuid[]) AS one(team)",
        "team = one.team AND action = each.action"
    ));
    OF_PERSON = rows_of!(
        "SELECT at, id FROM audit_event
         WHERE actor_person = $7 AND ($5::text[] IS NULL OR action = ANY($5)) AND ($6::uuid[] IS NULL OR team = ANY($6)) AND ",
        page!()
    );
    OF_ENVIRONMENT = rows_of!(
        "SELECT at, id FROM audit_event
         WHERE environment = $8 AND ($5::text[] IS NULL OR action = ANY($5)) AND ($6::uuid[] IS NULL OR team = ANY($6))
           AND ($7::uuid IS NULL OR actor_person = $7) AND ",
        page!()
    );
    OF_ENVIRONMENTS_NAMED = rows_of!(merged!(
        "(SELECT id FROM environment WHERE name = $8::text AND ($6::uuid[] IS NULL OR team = ANY($6))) AS one",
        "environment = one.id AND ($5::text[] IS NULL OR action = ANY($5)) AND ($6::uuid[] IS NULL OR team = ANY($6))
           AND ($7::uuid IS NULL OR actor_person = $7)"
    ));
    PEOPLE = "
        SELECT id, name FROM person
        WHERE $1::uuid[] IS NULL OR id IN (SELECT person FROM membership WHERE team = ANY($1))
           -- Whoever has left has come at some time: there are few such events, and an index leads to them.
           OR id IN (SELECT actor_person FROM audit_event
                     WHERE team = ANY($1) AND action IN ('invitation_accepted', 'team_created'))
        ORDER BY lower(name), id LIMIT $2";
    ENVIRONMENTS = "
        SELECT DISTINCT name FROM environment WHERE $1::uuid[] IS NULL OR team = ANY($1) ORDER BY name LIMIT $2";
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

fn operation(row: &PgRow) -> Read<Option<EntryOperation>> {
    let kind = row.code_opt("operation_kind", OperationKind::from_code)?;
    let Some((kind, status)) = kind.zip(row.code_opt("operation_status", OperationStatus::from_code)?) else {
        return Ok(None);
    };
    let (started, finished) = (row.try_get("operation_started")?, row.try_get("operation_finished")?);
    Ok(Some(EntryOperation { kind, status, started, finished }))
}

fn entry(row: &PgRow) -> Read<HistoryEntry> {
    let event = AuditEvent {
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
    };
    Ok(HistoryEntry {
        event,
        team_name: row.try_get("team_name")?,
        environment_name: row.try_get("environment_name")?,
        operation: operation(row)?,
    })
}

fn ids(teams: Option<&[TeamId]>) -> Option<Vec<Uuid>> {
    teams.map(|teams| teams.iter().map(|team| team.0).collect())
}

/// Where the page begins: after its cursor, and before the end of the time asked for.
fn start(filter: &HistoryFilter, after: Option<&str>) -> (Option<DateTime<Utc>>, Option<Uuid>) {
    let after = cursor::read::<(i64, Uuid)>(after).and_then(|(at, id)| Some((cursor::moment(at)?, id)));
    match (after, filter.before) {
        (Some((at, id)), before) if before.is_none_or(|before| at < before) => (Some(at), Some(id)),
        // No id is before this one: nothing of that very moment is shown.
        (_, Some(before)) => (Some(before), Some(Uuid::nil())),
        _ => (None, None),
    }
}

pub(crate) async fn list(
    pool: &PgPool,
    teams: Option<&[TeamId]>,
    filter: &HistoryFilter,
    after: Option<&str>,
    limit: u32,
) -> Answer<Page<HistoryEntry>> {
    let (at, id) = start(filter, after);
    let actions: Option<Vec<&str>> = filter.actions().map(|actions| actions.into_iter().map(Action::code).collect());
    let page = |statement: Statement| statement.query().bind(at).bind(id).bind(filter.from).bind(cursor::fetch(limit));
    let (teams, person) = (ids(teams), filter.person.map(|person| person.0));
    let query = match (&filter.environment, person, &actions, &teams) {
        (Some(EnvironmentRef::Id(environment)), ..) => {
            page(OF_ENVIRONMENT).bind(actions).bind(teams).bind(person).bind(environment.0)
        }
        (Some(EnvironmentRef::Named(name)), ..) => {
            page(OF_ENVIRONMENTS_NAMED).bind(actions).bind(teams).bind(person).bind(name.clone())
        }
        (None, Some(_), ..) => page(OF_PERSON).bind(actions).bind(teams).bind(person),
        (None, None, Some(_), Some(_)) => page(OF_TEAMS_BY_ACTION).bind(actions).bind(teams),
        (None, None, Some(_), None) => page(BY_ACTION).bind(actions),
        (None, None, None, Some(_)) => page(OF_TEAMS).bind(teams),
        (None, None, None, None) => page(ALL),
    };
    let rows = query.try_map(|row| entry(&row)).fetch_all(pool).await?;
    Ok(cursor::page(rows, limit, |entry| (entry.event.at.timestamp_micros(), entry.event.id.0)))
}

pub(crate) async fn people(pool: &PgPool, teams: Option<&[TeamId]>, limit: u32) -> Answer<Vec<PersonOption>> {
    let person = |row: PgRow| Ok(PersonOption { id: row.id("id")?, name: row.try_get("name")? });
    Ok(PEOPLE.query().bind(ids(teams)).bind(i64::from(limit)).try_map(person).fetch_all(pool).await?)
}

pub(crate) async fn environments(pool: &PgPool, teams: Option<&[TeamId]>, limit: u32) -> Answer<Vec<String>> {
    Ok(ENVIRONMENTS.scalar().bind(ids(teams)).bind(i64::from(limit)).fetch_all(pool).await?)
}
