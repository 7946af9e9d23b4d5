//! What a page needs to know of the installation itself.

use serde::{Deserialize, Serialize};

/// Facts for the frame of every page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Version of Handrail.
    pub version: String,
    /// Set when an AWS endpoint override is in force, so that every page says that this is not real AWS. The host and port only.
    pub endpoint_override: Option<String>,
    /// Whether there is no platform admin yet.
    pub needs_setup: bool,
}
