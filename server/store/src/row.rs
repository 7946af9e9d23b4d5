//! Reads columns as types of `model`.

use serde::de::DeserializeOwned;
use sqlx::{Row, postgres::PgRow, types::Json};
use uuid::Uuid;

/// What reading a column returns.
pub(crate) type Read<T> = Result<T, sqlx::Error>;

/// Columns of a row as types of `model`.
pub(crate) trait Columns {
    /// A typed id.
    fn id<T: From<Uuid>>(&self, column: &str) -> Read<T>;
    /// A typed id that may be missing.
    fn id_opt<T: From<Uuid>>(&self, column: &str) -> Read<Option<T>>;
    /// A value stored as JSON.
    fn json<T: DeserializeOwned>(&self, column: &str) -> Read<T>;
    /// A value stored as JSON that may be missing.
    fn json_opt<T: DeserializeOwned>(&self, column: &str) -> Read<Option<T>>;
    /// A value stored as its code.
    fn code<T>(&self, column: &str, from_code: impl FnOnce(&str) -> Option<T>) -> Read<T>;
    /// A value stored as its code that may be missing.
    fn code_opt<T>(&self, column: &str, from_code: impl FnOnce(&str) -> Option<T>) -> Read<Option<T>>;
    /// A number that is never negative.
    fn count(&self, column: &str) -> Read<u32>;
    /// A number that is never negative and may be missing.
    fn count_opt(&self, column: &str) -> Read<Option<u32>>;
}

impl Columns for PgRow {
    fn id<T: From<Uuid>>(&self, column: &str) -> Read<T> {
        self.try_get::<Uuid, _>(column).map(T::from)
    }

    fn id_opt<T: From<Uuid>>(&self, column: &str) -> Read<Option<T>> {
        self.try_get::<Option<Uuid>, _>(column).map(|id| id.map(T::from))
    }

    fn json<T: DeserializeOwned>(&self, column: &str) -> Read<T> {
        self.try_get::<Json<serde_json::Value>, _>(column).and_then(|Json(value)| typed(value, column))
    }

    fn json_opt<T: DeserializeOwned>(&self, column: &str) -> Read<Option<T>> {
        let value = self.try_get::<Option<Json<serde_json::Value>>, _>(column)?;
        value.map(|Json(value)| typed(value, column)).transpose()
    }

    fn code<T>(&self, column: &str, from_code: impl FnOnce(&str) -> Option<T>) -> Read<T> {
        from_code(self.try_get::<&str, _>(column)?).ok_or_else(|| unreadable(column, "unknown code".into()))
    }

    fn code_opt<T>(&self, column: &str, from_code: impl FnOnce(&str) -> Option<T>) -> Read<Option<T>> {
        match self.try_get::<Option<&str>, _>(column)? {
            Some(_) => self.code(column, from_code).map(Some),
            None => Ok(None),
        }
    }

    fn count(&self, column: &str) -> Read<u32> {
        u32::try_from(self.try_get::<i32, _>(column)?).map_err(|error| unreadable(column, error.into()))
    }

    fn count_opt(&self, column: &str) -> Read<Option<u32>> {
        match self.try_get::<Option<i32>, _>(column)? {
            Some(_) => self.count(column).map(Some),
            None => Ok(None),
        }
    }
}

/// A count as a column holds it.
pub(crate) fn whole(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn typed<T: DeserializeOwned>(value: serde_json::Value, column: &str) -> Read<T> {
    serde_json::from_value(value).map_err(|error| unreadable(column, error.into()))
}

fn unreadable(column: &str, source: sqlx::error::BoxDynError) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source }
}
