//! Opaque cursors of keyset pages: the sort key of a page's last row, as JSON in hex so that it is safe in a URL.

use chrono::{DateTime, Utc};
use model::page::Page;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Write;
use uuid::Uuid;

/// Longest cursor that is looked at: bounds the work that a made-up one can cause.
const LONGEST: usize = 2048;

/// A key that rows are ordered by, unique to each row.
pub(crate) trait Key: Serialize + DeserializeOwned {
    /// Whether Postgres can take it as a parameter.
    fn is_storable(&self) -> bool {
        true
    }
}

/// By name, then id.
impl Key for (String, Uuid) {
    fn is_storable(&self) -> bool {
        is_storable(&self.0)
    }
}

/// By time, then id. Microseconds since 1970, as exact as Postgres keeps them.
impl Key for (i64, Uuid) {
    fn is_storable(&self) -> bool {
        moment(self.0).is_some()
    }
}

/// Whether Postgres can hold the text: it has no way to write the character NUL.
pub(crate) fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}

/// The time of a key.
pub(crate) fn moment(micros: i64) -> Option<DateTime<Utc>> {
    // Years beyond these are in no row, and Postgres cannot take all that chrono can.
    DateTime::from_timestamp_micros(micros).filter(|at| (0..=9999).contains(&chrono::Datelike::year(at)))
}

/// The key in a cursor; `None` for no cursor and for one that this store did not make, which asks for the first page.
pub(crate) fn read<K: Key>(cursor: Option<&str>) -> Option<K> {
    let text = cursor.filter(|text| text.len() <= LONGEST && text.is_ascii() && text.len() % 2 == 0)?;
    let bytes: Option<Vec<u8>> =
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect();
    serde_json::from_slice::<K>(&bytes?).ok().filter(K::is_storable)
}

/// The page of `rows`, of which one more than `limit` were asked for to know whether there is another page.
pub(crate) fn page<T, K: Key>(mut rows: Vec<T>, limit: u32, key: impl FnOnce(&T) -> K) -> Page<T> {
    let limit = usize::try_from(limit.max(1)).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| write(&key(row)));
    Page { items: rows, next }
}

/// How many rows to ask for, to fill a page and to know whether there is another.
pub(crate) fn fetch(limit: u32) -> i64 {
    i64::from(limit.max(1)) + 1
}

fn write<K: Key>(key: &K) -> String {
    let json = serde_json::to_vec(key).unwrap_or_default();
    json.iter().fold(String::with_capacity(json.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
