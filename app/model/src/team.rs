//! Teams: members with roles, and invitations.

use crate::{InvitationId, PersonId, TeamId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What a member may do in one team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees everything of the team, changes nothing.
    Viewer,
    /// Also creates, changes and deletes environments.
    Operator,
    /// Also manages members and invitations.
    Owner,
}

impl Role {
    /// All roles, weakest first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Owner];

    /// The word stored in the database and posted by forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Owner => "owner",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Role {
    type Err = ();
    fn from_str(code: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|role| role.code() == code).ok_or(())
    }
}

/// A team in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub created: DateTime<Utc>,
}

/// A team with what the asking person may see of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct TeamDetail {
    pub team: Team,
    pub members: Vec<Member>,
    /// Empty unless the asking person may manage members.
    pub invitations: Vec<Invitation>,
    /// Whether the asking person may invite, remove and change roles.
    pub may_manage: bool,
}

/// A person in a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub person: PersonId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub since: DateTime<Utc>,
}

/// An invitation that has not been accepted. Its link is shown once, when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub id: InvitationId,
    pub team: TeamId,
    pub email: String,
    pub role: Role,
    pub created: DateTime<Utc>,
    pub expires: DateTime<Utc>,
    pub invited_by: String,
}

/// What the holder of an invitation link sees before accepting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct InvitationOffer {
    pub team_name: String,
    pub email: String,
    pub role: Role,
    pub invited_by: String,
    pub expires: DateTime<Utc>,
    /// Whether the email already belongs to a person, who then signs in instead of choosing a name and a password.
    pub has_account: bool,
}

crate::read_through_value!(Team, TeamDetail, InvitationOffer);
