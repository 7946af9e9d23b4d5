//! What the browser is told when something changed: ids only, the page reads again what it shows.

use crate::{EnvironmentId, OperationId, TeamId};
use serde::{Deserialize, Serialize};

/// One change, as sent over `NOTIFY` and over the event stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub team: TeamId,
    pub environment: EnvironmentId,
    /// The operation that moved, if one did.
    pub operation: Option<OperationId>,
}
