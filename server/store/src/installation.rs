//! The installation: the schema's state, and the link that makes the first platform admin.

use crate::{
    audit,
    error::{Answer, found},
    person,
    pool::MIGRATIONS,
    session,
    sql::statements,
};
use chrono::{DateTime, Utc};
use model::fault::Conflict;
use ports::{
    StoreError,
    store::{NewAudit, NewPerson, NewSessionRecord},
};
use sqlx::{PgConnection, PgPool, Row};

/// For how many months after this one the histories get partitions at every start.
const MONTHS_AHEAD: i32 = 12;

statements! {
    APPLIED = "SELECT version, checksum FROM _sqlx_migrations WHERE success";
    LIFT_LIMITS = "SELECT set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false)";
    MAKE_MONTHS = "SELECT make_history_months($1)";
    IS_SET_UP = "SELECT EXISTS (SELECT FROM person WHERE platform_role = 'admin')";
    SET_LINK = "
        INSERT INTO setup_link (token_hash, created)
        SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM person WHERE platform_role = 'admin')
        ON CONFLICT (only_row) DO UPDATE SET token_hash = excluded.token_hash, created = excluded.created";
    USE_LINK = "DELETE FROM setup_link WHERE token_hash = $1";
}

/// Takes off this connection the limits that requests have.
pub(crate) async fn lift_limits(connection: &mut PgConnection) -> Answer<()> {
    LIFT_LIMITS.query().execute(connection).await?;
    Ok(())
}

/// Makes the partitions of this month and the coming ones.
pub(crate) async fn make_months(connection: &mut PgConnection) -> Answer<()> {
    MAKE_MONTHS.query().bind(MONTHS_AHEAD).execute(connection).await?;
    Ok(())
}

/// Whether every migration of this build was applied as it is. More than those may be there while a newer server takes over.
pub(crate) async fn ready(pool: &PgPool) -> Answer<()> {
    let applied = APPLIED
        .query()
        .try_map(|row| Ok((row.try_get::<i64, _>("version")?, row.try_get::<Vec<u8>, _>("checksum")?)))
        .fetch_all(pool)
        .await?;
    let missing = MIGRATIONS.iter().find(|expected| {
        !applied.iter().any(|(version, checksum)| *version == expected.version && *checksum == *expected.checksum)
    });
    match missing {
        Some(migration) => {
            let what = format!("migration {} is not applied or is another one", migration.version);
            Err(StoreError::Internal(what.into()).into())
        }
        None => Ok(()),
    }
}

pub(crate) async fn is_set_up(pool: &PgPool) -> Answer<bool> {
    Ok(IS_SET_UP.scalar().fetch_one(pool).await?)
}

pub(crate) async fn link_set(pool: &PgPool, token_hash: &[u8], at: DateTime<Utc>) -> Answer<()> {
    SET_LINK.query().bind(token_hash).bind(at).execute(pool).await?;
    Ok(())
}

pub(crate) async fn finish(
    pool: &PgPool,
    token_hash: &[u8],
    person: &NewPerson,
    session: &NewSessionRecord,
    audit: &NewAudit,
) -> Answer<()> {
    let mut tx = pool.begin().await?;
    // Two that use the link at once wait for each other here; the second finds it gone.
    let used = USE_LINK.query().bind(token_hash).execute(&mut *tx).await?;
    let set_up: bool = IS_SET_UP.scalar().fetch_one(&mut *tx).await?;
    if found(&used).is_err() || set_up {
        return Err(Conflict::LinkExpired.into());
    }
    person::insert(&mut tx, person).await?;
    session::insert(&mut tx, session).await?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}
