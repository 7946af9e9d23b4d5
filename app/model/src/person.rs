//! People, their sessions and what they may type about themselves.

use crate::{PersonId, SessionId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Shortest password that is accepted, in characters (NIST SP 800-63B-4 asks for 15 where it is the only factor; we ask 12 and hash with argon2id).
pub const PASSWORD_MIN: usize = 12;
/// Longest password that is accepted, in characters: bounds the work of hashing.
pub const PASSWORD_MAX: usize = 128;

/// A person as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    pub email: String,
}

/// Where a request came from, as far as the server can tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientInfo {
    /// Address of the peer, or of the client that a trusted proxy named.
    pub ip: Option<String>,
    /// The `User-Agent` header, shortened to 256 characters.
    pub user_agent: Option<String>,
    /// The id of the request in the server's log; empty for a stored session.
    #[serde(default)]
    pub request_id: Option<String>,
}

/// One signed-in browser, as shown to its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct SessionView {
    pub id: SessionId,
    pub created: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
    pub expires: DateTime<Utc>,
    pub client: ClientInfo,
    /// Whether it is the one that asks.
    pub current: bool,
}

crate::read_through_value!(SessionView);
