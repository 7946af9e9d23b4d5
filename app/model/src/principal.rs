//! Who is asking.

use crate::{PersonId, SessionId, TeamId, person::ClientInfo, team::Role};
use serde::{Deserialize, Serialize};

/// A role over the whole installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlatformRole {
    /// May do everything, in every team.
    Admin,
    /// May see everything, change nothing.
    Auditor,
}

impl PlatformRole {
    /// Both roles.
    pub const ALL: [Self; 2] = [Self::Admin, Self::Auditor];

    /// The word stored in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }

    /// The role of a stored word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// A team that the principal belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub team: TeamId,
    pub team_name: String,
    pub role: Role,
}

/// An authenticated person with everything that authorization looks at. Made by the server for each request from the session cookie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Principal {
    pub person: PersonId,
    pub name: String,
    pub email: String,
    pub platform_role: Option<PlatformRole>,
    /// Ordered by team name.
    pub memberships: Vec<Membership>,
    pub session: SessionId,
    /// Where this request came from; the store leaves it empty, the server fills it in. Nothing for the browser.
    #[serde(skip)]
    pub client: ClientInfo,
}

impl Principal {
    /// The role in a team, if any.
    pub fn role_in(&self, team: TeamId) -> Option<Role> {
        self.memberships.iter().find(|m| m.team == team).map(|m| m.role)
    }

    /// Whether the person administers the whole installation.
    pub fn is_platform_admin(&self) -> bool {
        self.platform_role == Some(PlatformRole::Admin)
    }

    /// Whether the person sees every team (platform admin or auditor).
    pub fn sees_all_teams(&self) -> bool {
        self.platform_role.is_some()
    }
}

crate::read_through_value!(Principal);
