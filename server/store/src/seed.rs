//! Sample data: an installation of a year's age with as many teams, people, environments and audit events as asked for.
//!
//! It stands in this crate since it is SQL, and behind the feature `seed`, so that no console carries it. Everything is made inside
//! Postgres from a number: the same number gives the same rows. The environments belong to cloud accounts that are disabled and do not
//! exist, are as far as the reconcilers know not due before the year 9999, and have no operation that a worker could claim.

pub(crate) mod audit;
pub mod environment;
pub(crate) mod operation;
pub(crate) mod team;

use crate::{PgStore, error::Answer, installation, sql::statements};
use chrono::{DateTime, Utc};
use ports::{StoreError, StoreResult};
use sqlx::PgConnection;

/// A number from 0 to `$k` - 1 that depends on `$n` and the seed, the first parameter of every statement.
macro_rules! pick {
    ($n:literal, $salt:literal, $k:literal) => {
        concat!("abs(hashint8extended((", $n, ")::bigint, $1::bigint + ", $salt, ") % (", $k, ")::bigint)")
    };
}
/// The id of the `$n`th thing of a kind.
macro_rules! id {
    ($kind:literal, $n:expr) => {
        concat!("md5('sample ", $kind, " ' || (", $n, ")::bigint || ' of ' || $1::bigint)::uuid")
    };
}
/// An element of an array parameter by a number that begins at 0.
macro_rules! element {
    ($array:literal, $n:expr) => {
        concat!("(", $array, ")[1 + (", $n, ")::bigint % cardinality(", $array, ")]")
    };
}
/// The accounts that sample environments are in: numbers that AWS gives nobody.
macro_rules! sample_accounts {
    () => {
        "(SELECT id FROM cloud_account WHERE aws_account LIKE '00000000010_')"
    };
}
use element;
use id;
use pick;
use sample_accounts;

/// For how many months the history goes back.
const MONTHS_BEHIND: i32 = 12;
const MONTHS_AHEAD: i32 = 12;

statements! {
    IS_SEEDED = "SELECT EXISTS ", sample_accounts!();
    HAS_ENVIRONMENTS = "SELECT EXISTS (SELECT FROM environment)";
    MAKE_MONTHS = "SELECT make_history_months($1, $2)";
    ANALYZE = "ANALYZE";
}

/// How much of everything.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The same number gives the same rows.
    pub seed: i64,
    /// When the sample's year ends.
    pub at: DateTime<Utc>,
    pub teams: i64,
    pub people: i64,
    pub environments: i64,
    /// Audit events besides those of nothing else.
    pub audit: i64,
    /// A stack template as Handrail stores it; the word `research` in it is replaced by each environment's name.
    pub template: String,
    /// Plant even where environments exist.
    pub beside_real: bool,
}

/// Why nothing was planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Sample data is there already.
    Seeded,
    /// There are environments that somebody made.
    InUse,
    /// A count is not positive.
    Empty,
}

/// How many rows were written, by table.
pub type Planted = Vec<(&'static str, u64)>;

/// Writes the sample, all of it or nothing.
///
/// # Errors
/// [`StoreError`] as any other method of the store.
pub async fn plant(store: &PgStore, sample: &Sample) -> StoreResult<Result<Planted, Refusal>> {
    if [sample.teams, sample.people, sample.environments, sample.audit].iter().any(|count| *count < 1) {
        return Ok(Err(Refusal::Empty));
    }
    let mut connection = store.pool.acquire().await.map_err(crate::error::Problem::from)?;
    let outcome = plant_over(&mut connection, sample).await;
    // It has no limits any more.
    connection.close().await.map_err(crate::error::Problem::from)?;
    outcome.map_err(StoreError::from)
}

async fn plant_over(connection: &mut PgConnection, sample: &Sample) -> Answer<Result<Planted, Refusal>> {
    use sqlx::Connection;
    installation::lift_limits(connection).await?;
    let mut tx = connection.begin().await?;
    if IS_SEEDED.scalar::<bool>().fetch_one(&mut *tx).await? {
        return Ok(Err(Refusal::Seeded));
    }
    if !sample.beside_real && HAS_ENVIRONMENTS.scalar::<bool>().fetch_one(&mut *tx).await? {
        return Ok(Err(Refusal::InUse));
    }
    MAKE_MONTHS.query().bind(MONTHS_BEHIND).bind(MONTHS_AHEAD).execute(&mut *tx).await?;
    let mut planted = Planted::new();
    team::plant(&mut tx, sample, &mut planted).await?;
    environment::plant(&mut tx, sample, &mut planted).await?;
    operation::plant(&mut tx, sample, &mut planted).await?;
    audit::plant(&mut tx, sample, &mut planted).await?;
    tx.commit().await?;
    // Without it the first queries would be planned for empty tables.
    ANALYZE.query().execute(connection).await?;
    Ok(Ok(planted))
}
