//! What a registry answered when it was asked about images.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a registry did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistryProblemKind {
    /// It could not be reached, or did not answer in time.
    Unreachable,
    /// It wants a login, or does not let this one do that.
    Denied,
    /// It does not have the thing.
    NotFound,
    /// It asks to slow down.
    Throttled,
    /// It failed on its side (HTTP 5xx).
    ServiceFailure,
    /// It finds the request wrong.
    Refused,
    /// What it sent is not what its digest says.
    Corrupted,
    /// What it sent is no image, or not in the form of the OCI specification.
    NotAnImage,
}

impl RegistryProblemKind {
    /// Whether the same request may succeed if it is made again a little later.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Unreachable | Self::Throttled | Self::ServiceFailure)
    }
}

/// An answer of a registry that was not the wished one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryProblem {
    pub kind: RegistryProblemKind,
    /// Host name of the registry, as in the image's name.
    pub registry: String,
    /// What it was asked, for example `GET openhands/agent-canvas/manifests/1.25.0`.
    pub request: String,
    pub status: Option<u16>,
    /// The registry's error code, for example `MANIFEST_UNKNOWN`.
    pub code: Option<String>,
    /// Its own words, or those of the connection.
    pub message: String,
}

impl fmt::Display for RegistryProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {:?}", self.registry, self.request, self.kind)?;
        if let Some(status) = self.status {
            write!(f, " {status}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// What is known of a repository of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryState {
    /// With its registry.
    pub repository: String,
    /// When it was last asked.
    pub asked: DateTime<Utc>,
    /// When it last answered.
    pub checked: Option<DateTime<Utc>>,
    /// Why it did not answer when it was last asked.
    pub problem: Option<RegistryProblem>,
    /// Full releases that it has and the catalogue does not, newer than what the catalogue has; the newest first.
    pub news: Vec<String>,
}
