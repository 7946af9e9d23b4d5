//! Typed identifiers. The server makes them (UUID version 7, so that they sort by time); everybody else only parses them.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

ids! {
    /// A team: the tenant that owns environments.
    TeamId,
    /// A person who can sign in.
    PersonId,
    /// One signed-in browser.
    SessionId,
    /// A pending invitation to a team.
    InvitationId,
    /// A cloud account that Handrail may work in.
    AccountId,
    /// One OpenHands deployment: one CloudFormation stack.
    EnvironmentId,
    /// What somebody typed into the create form and has not created yet. Becomes the environment's id when it is created.
    DraftId,
    /// One change being carried out on an environment.
    OperationId,
    /// A preset that an admin saved.
    PresetId,
    /// One row of the audit history.
    AuditId,
    /// A version of OpenHands in the catalogue.
    VersionId,
    /// One copy of an image being made.
    MirrorId,
}

impl From<DraftId> for EnvironmentId {
    /// A draft reserves the id of the environment that it becomes, so that secrets stored for it early already carry its name.
    fn from(draft: DraftId) -> Self {
        Self(draft.0)
    }
}
