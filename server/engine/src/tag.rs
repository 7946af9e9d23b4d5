//! The tags by which everything that belongs to an environment is found, in the stack and outside of it.

use model::{EnvironmentId, TeamId};
use std::collections::BTreeMap;

/// Key of the tag that holds the environment's id.
pub(crate) const ENVIRONMENT: &str = "handrail:environment";
/// Key of the tag that holds the team's id.
pub(crate) const TEAM: &str = "handrail:team";

/// The tags of an environment.
pub(crate) fn of(environment: EnvironmentId, team: TeamId) -> BTreeMap<String, String> {
    BTreeMap::from([(ENVIRONMENT.to_owned(), environment.to_string()), (TEAM.to_owned(), team.to_string())])
}
