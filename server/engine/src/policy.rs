//! Authorization. Every service method begins with a call into this module.

use model::{Fault, Outcome, Principal, TeamId, permission::Permission};

/// Lets through who holds a permission about a team. Who may not even see the team is told that nothing is there.
pub fn require_in(permission: Permission, who: &Principal, team: TeamId) -> Outcome<()> {
    if permission.allows(Some(who), Some(team)) {
        Ok(())
    } else if Permission::TeamView.allows(Some(who), Some(team)) {
        Err(Fault::Forbidden)
    } else {
        Err(Fault::NotFound)
    }
}

/// Lets through who holds a permission that is about no team.
pub fn require(permission: Permission, who: &Principal) -> Outcome<()> {
    if permission.allows(Some(who), None) { Ok(()) } else { Err(Fault::Forbidden) }
}
