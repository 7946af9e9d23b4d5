//! What Postgres refuses, told in the store's terms and without any value of a row.

use model::fault::Conflict;
use ports::StoreError;
use sqlx::{error::DatabaseError, migrate::MigrateError, postgres::PgDatabaseError};
use std::fmt;

/// What functions of this crate return.
pub(crate) type Answer<T> = Result<T, Problem>;

/// A [`StoreError`] that `?` makes from an error of sqlx.
#[derive(Debug)]
pub(crate) struct Problem(StoreError);

impl From<Problem> for StoreError {
    fn from(problem: Problem) -> Self {
        problem.0
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self(error)
    }
}

impl From<Conflict> for Problem {
    fn from(conflict: Conflict) -> Self {
        Self(StoreError::Conflict(conflict))
    }
}

/// `NotFound` unless a row was touched.
pub(crate) fn found(result: &sqlx::postgres::PgQueryResult) -> Answer<()> {
    if result.rows_affected() == 0 { Err(StoreError::NotFound.into()) } else { Ok(()) }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        Self(match error {
            sqlx::Error::RowNotFound => StoreError::NotFound,
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed
            // A connection that breaks in the middle of an answer.
            | sqlx::Error::Protocol(_) => StoreError::Unavailable(Box::new(error)),
            sqlx::Error::Database(refusal) => of_database(refusal.as_ref()),
            // The source of a decoding error may quote the stored value, so that only the column is told.
            sqlx::Error::ColumnDecode { index, .. } => internal(format!("column {index} cannot be read")),
            sqlx::Error::Decode(_) => internal("an answer cannot be read".to_owned()),
            sqlx::Error::Encode(_) => internal("a parameter cannot be written".to_owned()),
            other => StoreError::Internal(Box::new(other)),
        })
    }
}

impl From<MigrateError> for Problem {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            other => Self(StoreError::Internal(Box::new(other))),
        }
    }
}

fn internal(what: String) -> StoreError {
    StoreError::Internal(what.into())
}

fn of_database(error: &dyn DatabaseError) -> StoreError {
    let code = error.code().unwrap_or_default();
    if let Some(meaning) = error.constraint().and_then(of_constraint) {
        return meaning;
    }
    let refusal = Refusal::of(error, &code);
    match &*code {
        // A row that this one refers to does not exist.
        "23503" => StoreError::NotFound,
        _ if passes(&code) => StoreError::Unavailable(Box::new(refusal)),
        _ => StoreError::Internal(Box::new(refusal)),
    }
}

/// What the breach of a named constraint means to the person who caused it.
fn of_constraint(name: &str) -> Option<StoreError> {
    Some(match name {
        "person_email" => StoreError::Taken { field: "email" },
        "team_name" | "cloud_account_name" | "environment_name" | "preset_name" => StoreError::Taken { field: "name" },
        "cloud_account_number" => StoreError::Taken { field: "aws_account" },
        "image_version_once" => StoreError::Taken { field: "tag" },
        "operation_one_active" | "mirror_one_active" => StoreError::Conflict(Conflict::OperationRunning),
        // Two plans that were made from the same revision.
        "revision_pkey" => StoreError::Conflict(Conflict::PlanChanged),
        "environment_pkey" | "membership_once" => StoreError::Conflict(Conflict::ChangedMeanwhile),
        _ => return None,
    })
}

/// Whether the same statement may succeed a little later (codes: Postgres manual, appendix A).
fn passes(code: &str) -> bool {
    // 08: connection exceptions. 53: insufficient resources. 57P0x: the server stops or starts. 57014: statement timeout.
    // 40001, 40P01, 55P03: serialisation, deadlock, lock timeout. 25P03, 25P04: a transaction that idled too long.
    // 25006: a standby that is not promoted yet.
    matches!(code.get(..2), Some("08" | "53"))
        || matches!(
            code,
            "57P01" | "57P02" | "57P03" | "57P05" | "57014" | "40001" | "40P01" | "55P03" | "25P03" | "25P04" | "25006"
        )
}

/// What Postgres said, without its detail and without messages that quote a value.
#[derive(Debug)]
struct Refusal {
    code: String,
    message: Option<String>,
    table: Option<String>,
    constraint: Option<String>,
}

impl Refusal {
    fn of(error: &dyn DatabaseError, code: &str) -> Self {
        // Class 22, data exceptions, quotes what was given ("invalid input syntax for type uuid: ...").
        let message = (!code.starts_with("22")).then(|| error.message().to_owned());
        let table = error.try_downcast_ref::<PgDatabaseError>().and_then(|error| error.table()).map(str::to_owned);
        Self { code: code.to_owned(), message, table, constraint: error.constraint().map(str::to_owned) }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Postgres answers {}", self.code)?;
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        if let Some(table) = &self.table {
            write!(f, ", table {table}")?;
        }
        if let Some(constraint) = &self.constraint {
            write!(f, ", constraint {constraint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::{Executor, PgPool};

    #[sqlx::test]
    async fn a_message_that_quotes_a_value_is_left_out(pool: PgPool) {
        let error = pool.execute("SELECT 'very private'::uuid").await.expect_err("it is no id");
        assert!(error.to_string().contains("very private"), "Postgres quotes it");
        let StoreError::Internal(source) = Problem::from(error).into() else { panic!("a fault of ours") };
        assert_eq!(source.to_string(), "Postgres answers 22P02");
        assert!(!format!("{source:?}").contains("private"));
    }
}
