//! What the browser is told when something changed: ids only, the page reads again what it shows.

use crate::{EnvironmentId, MirrorId, OperationId, TeamId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One change, as sent over `NOTIFY` and over the event stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub team: TeamId,
    /// [`Notice::TEAM`] where the team itself changed: its members, its invitations, its history.
    pub environment: EnvironmentId,
    /// The operation that moved, if one did.
    pub operation: Option<OperationId>,
}

impl Notice {
    /// Stands for no team: what is told so concerns the installation, and is heard by those who see all of it.
    pub const PLATFORM: TeamId = TeamId(Uuid::nil());

    /// Stands for no environment; none has this id.
    pub const TEAM: EnvironmentId = EnvironmentId(Uuid::nil());

    /// A change of a team itself.
    pub fn of_team(team: TeamId) -> Self {
        Self { team, environment: Self::TEAM, operation: None }
    }

    /// A copy of an image moved.
    pub fn of_mirror(mirror: MirrorId) -> Self {
        Self { team: Self::PLATFORM, environment: Self::TEAM, operation: Some(OperationId(mirror.0)) }
    }

    /// Whether it is about this copy of an image.
    pub fn is_of_mirror(&self, mirror: MirrorId) -> bool {
        *self == Self::of_mirror(mirror)
    }
}
