//! The connections to Postgres, and the schema in it.

use crate::{
    error::{Answer, Problem},
    installation,
};
use ports::StoreResult;
use sqlx::{
    PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{str::FromStr, time::Duration};

/// The schema that this build expects.
pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// How long a caller waits for a connection, so that a restart of Postgres makes answers late but hangs none.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// After this long Postgres gives up a statement, a wait for a lock, and a transaction that nobody goes on with.
const SERVER_LIMITS: [(&str, &str); 3] =
    [("statement_timeout", "15s"), ("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "30s")];

/// [`ports::Store`] in Postgres.
#[derive(Clone, Debug)]
pub struct PgStore {
    pub(crate) pool: PgPool,
}

impl PgStore {
    /// A store in the database of a `postgres://` address. Connects when it is first asked something, so that Postgres may
    /// start later or restart at any time; until it is there, methods answer [`ports::StoreError::Unavailable`].
    ///
    /// # Errors
    /// [`ports::StoreError::Internal`] if the address cannot be understood.
    pub async fn connect(url: &str, max_connections: u32) -> StoreResult<Self> {
        let options = PgConnectOptions::from_str(url).map_err(Problem::from)?;
        let options = options.application_name("handrail").options(SERVER_LIMITS);
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_lazy_with(options);
        Ok(Self::from_pool(pool))
    }

    /// A store over connections that exist.
    pub fn from_pool(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Brings the schema up to date and makes the histories' coming months. Servers that start at the same time wait for
    /// each other (an advisory lock).
    ///
    /// # Errors
    /// [`ports::StoreError::Unavailable`] if the database does not answer; [`ports::StoreError::Internal`] if a migration fails or the
    /// database was migrated by another edition of Handrail.
    pub async fn migrate(&self) -> StoreResult<()> {
        Ok(self.bring_up_to_date().await?)
    }

    async fn bring_up_to_date(&self) -> Answer<()> {
        let mut connection = self.pool.acquire().await?;
        // Building an index over a long history may take longer than any statement of a request.
        installation::lift_limits(&mut connection).await?;
        MIGRATIONS.run(&mut *connection).await?;
        installation::make_months(&mut connection).await?;
        // This connection has no limits any more: it is not given to requests.
        connection.close().await?;
        Ok(())
    }
}
