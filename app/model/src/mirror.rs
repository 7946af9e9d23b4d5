//! Copying an image into ECR: what was asked for, how far it is, and why it failed.
//!
//! A mirror is no [`operation`](crate::operation): those belong to an environment and a team, and a copy serves a whole account.

use crate::{
    AccountId, MirrorId,
    cause::CloudProblem,
    image::{ImageVersion, RegistryProblem},
    operation::OperationStatus,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A copy being made, or made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mirror {
    pub id: MirrorId,
    pub version: ImageVersion,
    pub account: AccountId,
    pub account_name: String,
    pub region: String,
    pub status: OperationStatus,
    pub requested_by: String,
    pub requested: DateTime<Utc>,
    pub started: Option<DateTime<Utc>>,
    pub finished: Option<DateTime<Utc>>,
    pub cause: Option<MirrorCause>,
    pub cancel_requested: bool,
    /// The index that is copied, once it is known.
    pub digest: Option<String>,
    /// The repository in ECR with its registry, once it is there.
    pub target: Option<String>,
    pub progress: MirrorProgress,
}

/// What a mirror is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MirrorPhase {
    /// The repository in ECR is made, or found.
    #[default]
    Prepare,
    /// The index and its manifests are read.
    Read,
    /// Blobs are copied.
    Copy,
    /// Manifests are written, the index with its tag last.
    Publish,
    /// Both ends are asked for everything by digest.
    Verify,
}

impl MirrorPhase {
    /// In order.
    pub const ALL: [Self; 5] = [Self::Prepare, Self::Read, Self::Copy, Self::Publish, Self::Verify];
}

/// How far a mirror is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MirrorProgress {
    pub phase: MirrorPhase,
    /// Manifests of the image, its index among them; 0 until they are read.
    pub manifests: u32,
    pub blobs: u32,
    pub blobs_done: u32,
    pub bytes: u64,
    pub bytes_done: u64,
    /// Bytes that were there already, from an earlier try or another image.
    pub bytes_found: u64,
    /// The blob being copied.
    pub blob: Option<String>,
}

/// Why a mirror failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "detail")]
pub enum MirrorCause {
    /// A registry did not do what it was asked.
    Registry(RegistryProblem),
    /// AWS did not.
    Cloud(CloudProblem),
    /// Bytes are not what their digest says.
    Corrupted {
        digest: String,
        /// The digest that they have, where Handrail has seen all of them.
        found: Option<String>,
        registry: String,
    },
    /// The tag exists in ECR and means another image; tags there are immutable.
    TagTaken { tag: String, found: String },
    /// It was written, but is not there.
    Lost { digest: String, registry: String },
    /// Somebody asked to stop.
    Cancelled,
    /// A fault of ours; the incident id stands in the log.
    Internal { incident: String },
}

/// A mirror as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct MirrorView {
    pub mirror: Mirror,
    pub may_manage: bool,
    /// The server's clock when this was read.
    pub now: DateTime<Utc>,
}

/// What is chosen to copy an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MirrorForm {
    /// Id of the version.
    pub version: String,
    /// Id of the account and code of the region, with a space between them.
    pub place: String,
    /// `on` when ticked: the customer holds a licence of an edition that needs one.
    pub licence: String,
}

crate::read_through_value!(MirrorView);
