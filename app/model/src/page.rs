//! Keyset paging: a page names where the next one starts, never its number.

use serde::{Deserialize, Serialize};

/// How many rows a page holds at most.
pub const PAGE_SIZE: u32 = 50;

/// Where counting a list ends: a total of this many means "more than 1,000".
pub const COUNT_LIMIT: u32 = 1001;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub items: Vec<T>,
    /// Opaque text that asks for the page after this one; `None` on the last.
    pub next: Option<String>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { items: Vec::new(), next: None }
    }
}
