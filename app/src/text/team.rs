//! Teams in words.

use model::team::Role;

/// A role.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Operator => "Operator",
        Role::Owner => "Owner",
    }
}

/// What the roles may do.
pub const ROLES: &str = "Viewers look, operators create and delete environments, owners also manage members.";
/// Beside an invitation link.
pub const LINK: &str = "Shown once. Send it to the person; it works one time.";
/// Beside the name of a new team.
pub const NEW: &str = "You become its owner.";
