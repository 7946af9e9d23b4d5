//! The list of environments: one statement for each order, all with the same filters, finds which ones a page shows; another reads them.
//!
//! Only the first of the two has to be planned anew each time, and planning is what takes time here: with everything that a row shows
//! joined to it, 9 ms of 10. $1 to $7 and $9 are the filters, $8 is how many rows to read, the rest is the place of the cursor. A
//! missing cursor is a place before everything, so that the index is used either way; only among team names, none is the greatest.

use super::select;
use crate::{
    cursor::{self, Key},
    error::Answer,
    row::{Columns, Read},
    sql::{Statement, statements},
};
use chrono::{DateTime, Utc};
use model::{
    TeamId,
    environment::{EnvironmentFilter, EnvironmentSummary, OrderBy, StateFilter},
    page::{COUNT_LIMIT, Page},
};
use serde::{Deserialize, Serialize};
use sqlx::{
    PgPool, Postgres, Row,
    postgres::{PgArguments, PgRow},
    query::Query,
};
use std::collections::HashMap;
use uuid::Uuid;

macro_rules! filters {
    () => {
        "($1::uuid[] IS NULL OR e.team = ANY($1))
          AND ($2::uuid IS NULL OR e.team = $2)
          AND ($3::text IS NULL OR e.status = $3)
          AND ($4::text IS NULL OR e.health ->> 'kind' = $4)
          AND ($5::text IS NULL OR e.region = $5)
          AND ($6 OR e.status <> 'deleted' OR $3 = 'deleted')
          AND strpos(lower(e.name), lower($7)) > 0
          AND ($9::text IS NULL OR $9 = (
              SELECT r.spec ->> 'edition' FROM revision r WHERE r.environment = e.id AND r.number = e.revision)) "
    };
}

macro_rules! keys {
    ($place:literal, $order:literal) => {
        concat!(
            "SELECT e.id, e.name, t.name AS team_name, e.changed, e.created
             FROM environment e JOIN team t ON t.id = e.team WHERE ",
            filters!(),
            "AND ",
            $place,
            " ORDER BY ",
            $order,
            " LIMIT $8"
        )
    };
}

statements! {
    BY_NAME = keys!(
        "(e.name, e.id) > (coalesce($10, ''), coalesce($11::uuid, '00000000-0000-0000-0000-000000000000'))",
        "e.name, e.id");
    // Names are ASCII, so that none is greater than this one.
    BY_NAME_DOWN = keys!(
        "(e.name, e.id) < (coalesce($10, '~'), coalesce($11::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))",
        "e.name DESC, e.id DESC");
    BY_TEAM = keys!(
        "($10::text IS NULL OR (lower(t.name), e.name, e.id) > (lower($10), $11, $12::uuid))",
        "lower(t.name), e.name, e.id");
    BY_TEAM_DOWN = keys!(
        "($10::text IS NULL OR (lower(t.name), e.name, e.id) < (lower($10), $11, $12::uuid))",
        "lower(t.name) DESC, e.name DESC, e.id DESC");
    BY_CHANGED = keys!(
        "(e.changed, e.id) > (coalesce($10::timestamptz, '-infinity'), coalesce($11::uuid, '00000000-0000-0000-0000-000000000000'))",
        "e.changed, e.id");
    BY_CHANGED_DOWN = keys!(
        "(e.changed, e.id) < (coalesce($10::timestamptz, 'infinity'), coalesce($11::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))",
        "e.changed DESC, e.id DESC");
    BY_CREATED = keys!(
        "(e.created, e.id) > (coalesce($10::timestamptz, '-infinity'), coalesce($11::uuid, '00000000-0000-0000-0000-000000000000'))",
        "e.created, e.id");
    BY_CREATED_DOWN = keys!(
        "(e.created, e.id) < (coalesce($10::timestamptz, 'infinity'), coalesce($11::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))",
        "e.created DESC, e.id DESC");
    ROWS = select!(""), "WHERE e.id = ANY($1)";
    COUNT = "SELECT count(*) FROM (SELECT FROM environment e WHERE ", filters!(), "LIMIT $8) AS found";
    STATES = "
        SELECT (
            SELECT count(*) FROM (
                SELECT FROM environment e
                WHERE e.status = s.status AND (s.kind IS NULL OR e.health ->> 'kind' = s.kind) LIMIT $3) AS found
        )::integer AS environments
        FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS s (status, kind, position) ORDER BY s.position";
}

/// Where a page begins: the order that the cursor was made for, and its last row's key.
#[derive(Clone, Serialize, Deserialize)]
enum Place {
    Name(String, Uuid),
    Team(String, String, Uuid),
    Changed(i64, Uuid),
    Created(i64, Uuid),
}

impl Key for Place {
    fn is_storable(&self) -> bool {
        match self {
            Self::Name(name, _) => cursor::is_storable(name),
            Self::Team(team, name, _) => cursor::is_storable(team) && cursor::is_storable(name),
            Self::Changed(at, _) | Self::Created(at, _) => cursor::moment(*at).is_some(),
        }
    }
}

impl Place {
    fn of(by: OrderBy, row: &PgRow) -> Read<Self> {
        let id = row.try_get("id")?;
        let micros = |column| Read::Ok(row.try_get::<DateTime<Utc>, _>(column)?.timestamp_micros());
        Ok(match by {
            OrderBy::Name => Self::Name(row.try_get("name")?, id),
            OrderBy::Team => Self::Team(row.try_get("team_name")?, row.try_get("name")?, id),
            OrderBy::Changed => Self::Changed(micros("changed")?, id),
            OrderBy::Created => Self::Created(micros("created")?, id),
        })
    }

    fn id(&self) -> Uuid {
        match self {
            Self::Name(_, id) | Self::Team(_, _, id) | Self::Changed(_, id) | Self::Created(_, id) => *id,
        }
    }
}

fn statement(filter: &EnvironmentFilter) -> Statement {
    match (filter.order.by, filter.order.descending) {
        (OrderBy::Name, false) => BY_NAME,
        (OrderBy::Name, true) => BY_NAME_DOWN,
        (OrderBy::Team, false) => BY_TEAM,
        (OrderBy::Team, true) => BY_TEAM_DOWN,
        (OrderBy::Changed, false) => BY_CHANGED,
        (OrderBy::Changed, true) => BY_CHANGED_DOWN,
        (OrderBy::Created, false) => BY_CREATED,
        (OrderBy::Created, true) => BY_CREATED_DOWN,
    }
}

type Bound<'q> = Query<'q, Postgres, PgArguments>;

/// Binds $1 to $9.
///
/// Planned anew each time: a plan that has to serve every filter uses no index (at 5,000 environments 150 ms instead of 1 ms), and
/// Postgres would come to prefer it for a statement that is kept.
fn filtered<'q>(query: Bound<'q>, teams: Option<&[TeamId]>, filter: &EnvironmentFilter, rows: i64) -> Bound<'q> {
    query
        .persistent(false)
        .bind(teams.map(|teams| teams.iter().map(|team| team.0).collect::<Vec<_>>()))
        .bind(filter.team.map(|team| team.0))
        .bind(filter.state.map(|state| state.status().code()))
        .bind(filter.state.and_then(|state| state.health()).map(|kind| kind.code()))
        .bind(filter.region.clone())
        .bind(filter.deleted)
        .bind(filter.search.trim().to_owned())
        .bind(rows)
        .bind(filter.edition.map(|edition| edition.code()))
}

/// Binds the place. A cursor of another order asks for the first page.
fn placed<'q>(query: Bound<'q>, by: OrderBy, after: Option<&str>) -> Bound<'q> {
    match (by, cursor::read::<Place>(after)) {
        (OrderBy::Name, Some(Place::Name(name, id))) => query.bind(Some(name)).bind(Some(id)),
        (OrderBy::Name, _) => query.bind(None::<String>).bind(None::<Uuid>),
        (OrderBy::Team, Some(Place::Team(team, name, id))) => query.bind(Some(team)).bind(Some(name)).bind(Some(id)),
        (OrderBy::Team, _) => query.bind(None::<String>).bind(None::<String>).bind(None::<Uuid>),
        (OrderBy::Changed, Some(Place::Changed(at, id))) | (OrderBy::Created, Some(Place::Created(at, id))) => {
            query.bind(cursor::moment(at)).bind(Some(id))
        }
        (OrderBy::Changed | OrderBy::Created, _) => query.bind(None::<DateTime<Utc>>).bind(None::<Uuid>),
    }
}

/// Whether what was typed can be asked for at all.
fn is_askable(filter: &EnvironmentFilter) -> bool {
    cursor::is_storable(&filter.search) && filter.region.as_deref().is_none_or(cursor::is_storable)
}

pub(crate) async fn list(
    pool: &PgPool,
    teams: Option<&[TeamId]>,
    filter: &EnvironmentFilter,
    after: Option<&str>,
    limit: u32,
) -> Answer<Page<EnvironmentSummary>> {
    if !is_askable(filter) {
        return Ok(Page::default());
    }
    let by = filter.order.by;
    let query = filtered(statement(filter).query(), teams, filter, cursor::fetch(limit));
    let places = placed(query, by, after).try_map(|row| Place::of(by, &row)).fetch_all(pool).await?;
    let Page { items, next } = cursor::page(places, limit, Place::clone);
    let ids: Vec<Uuid> = items.iter().map(Place::id).collect();
    let rows = ROWS.query().bind(&ids).try_map(|row| super::summary(&row)).fetch_all(pool).await?;
    let mut rows: HashMap<Uuid, EnvironmentSummary> = rows.into_iter().map(|row| (row.id.0, row)).collect();
    Ok(Page { items: ids.iter().filter_map(|id| rows.remove(id)).collect(), next })
}

/// How many environments a list has, counted up to [`COUNT_LIMIT`].
pub(crate) async fn count(pool: &PgPool, teams: Option<&[TeamId]>, filter: &EnvironmentFilter) -> Answer<u32> {
    if !is_askable(filter) {
        return Ok(0);
    }
    let row = filtered(COUNT.query(), teams, filter, i64::from(COUNT_LIMIT)).fetch_one(pool).await?;
    Ok(u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(COUNT_LIMIT))
}

/// How many environments are in each of these states, each counted up to [`COUNT_LIMIT`].
pub(crate) async fn states(pool: &PgPool, states: &[StateFilter]) -> Answer<Vec<u32>> {
    let statuses: Vec<&str> = states.iter().map(|state| state.status().code()).collect();
    let kinds: Vec<Option<&str>> = states.iter().map(|state| state.health().map(|kind| kind.code())).collect();
    let rows = STATES.query().bind(statuses).bind(kinds).bind(i64::from(COUNT_LIMIT));
    Ok(rows.try_map(|row: PgRow| row.count("environments")).fetch_all(pool).await?)
}
