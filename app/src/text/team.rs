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
