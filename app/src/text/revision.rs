//! Revisions in words.

use crate::{component::Tone, format};
use chrono::{DateTime, Utc};
use model::plan::ChangeKind;

/// A revision.
pub fn name(number: u32) -> String {
    format!("Revision {number}")
}

/// A revision in a menu.
pub fn option(number: u32, created: DateTime<Utc>, by: &str) -> String {
    format!("{number}: {}, {by}", format::moment(created))
}

/// The link to what a revision changed.
pub fn changes_since(former: u32) -> String {
    format!("Since revision {former}")
}

/// What is compared.
pub fn title(from: u32, to: u32) -> String {
    format!("From revision {from} to {to}")
}

/// What happened to a resource, with its sign and colour.
pub fn change(change: ChangeKind) -> (&'static str, Tone) {
    match change {
        ChangeKind::Add => ("+ added", Tone::Good),
        ChangeKind::Modify => ("~ changed", Tone::Warn),
        ChangeKind::Remove => ("- removed", Tone::Bad),
        ChangeKind::Replace => ("± replaced", Tone::Bad),
    }
}

/// How many properties of a resource changed.
pub fn properties(count: usize) -> String {
    if count == 1 { "1 property".into() } else { format!("{count} properties") }
}

/// The fold of what is the same.
pub fn same_fields(count: usize) -> String {
    if count == 1 { "1 field is the same".into() } else { format!("{count} fields are the same") }
}

/// What is the same in both templates.
pub fn same_resources(count: u32) -> String {
    if count == 1 { "1 resource is the same.".into() } else { format!("{count} resources are the same.") }
}

/// Two revisions that do not differ: title and text.
pub const EQUAL: (&str, &str) = ("Nothing differs", "Spec and resources are the same in both revisions.");
/// One revision: title and text.
pub const ONLY_ONE: (&str, &str) =
    ("There is one revision only", "Every accepted change makes another one, which can be compared with it here.");
