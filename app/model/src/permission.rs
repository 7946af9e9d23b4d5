//! The table of what may be done, by whom. `engine::policy` decides with it; the server's route table names a [`Permission`] for every route.

use crate::{Principal, TeamId, team::Role};
use serde::{Deserialize, Serialize};

/// One thing that somebody may or may not do. Every route and every server function declares one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Nobody needs to be signed in: health, static files, the sign-in page, setup and invitation links (which carry their own token).
    Public,
    /// Any signed-in person, about themselves: own sessions, own password, own teams.
    OwnAccount,
    /// See a team, its members, environments, operations and history.
    TeamView,
    /// Create, change, retry and delete environments of a team.
    EnvironmentOperate,
    /// Invite, remove and change the role of members.
    TeamManage,
    /// See every team, account and change of the installation.
    PlatformView,
    /// Create teams, register cloud accounts.
    PlatformManage,
}

impl Permission {
    /// All permissions, for tests that enumerate them.
    pub const ALL: [Self; 7] = [
        Self::Public,
        Self::OwnAccount,
        Self::TeamView,
        Self::EnvironmentOperate,
        Self::TeamManage,
        Self::PlatformView,
        Self::PlatformManage,
    ];

    /// Whether `principal` holds this permission, in `team` where it is one about a team.
    ///
    /// This is the whole policy: a match on role, action and relation. A team permission without a team is denied.
    pub fn allows(self, principal: Option<&Principal>, team: Option<TeamId>) -> bool {
        let Some(who) = principal else {
            return self == Self::Public;
        };
        let role = team.and_then(|team| who.role_in(team));
        match self {
            Self::Public | Self::OwnAccount => true,
            Self::TeamView => team.is_some() && (who.sees_all_teams() || role.is_some()),
            Self::EnvironmentOperate => {
                team.is_some() && (who.is_platform_admin() || role.is_some_and(|role| role >= Role::Operator))
            }
            Self::TeamManage => team.is_some() && (who.is_platform_admin() || role == Some(Role::Owner)),
            Self::PlatformView => who.sees_all_teams(),
            Self::PlatformManage => who.is_platform_admin(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        PersonId, SessionId,
        principal::{Membership, PlatformRole},
    };
    use uuid::Uuid;

    const TEAM: TeamId = TeamId(Uuid::from_u128(1));
    const OTHER: TeamId = TeamId(Uuid::from_u128(2));

    fn person(platform_role: Option<PlatformRole>, role: Option<Role>) -> Principal {
        Principal {
            person: PersonId(Uuid::from_u128(7)),
            name: "Ada".into(),
            email: "ada@example.org".into(),
            platform_role,
            memberships: role
                .map(|role| Membership { team: TEAM, team_name: "Core".into(), role })
                .into_iter()
                .collect(),
            session: SessionId(Uuid::from_u128(8)),
            client: crate::person::ClientInfo::default(),
        }
    }

    /// The whole matrix, one row a permission: who holds it in their own team, and in a team that is not theirs.
    /// A permission that is added without a row here makes this test fail.
    #[test]
    fn every_permission_has_its_row() {
        let subjects = [
            ("anonymous", None),
            ("outsider", Some(person(None, None))),
            ("viewer", Some(person(None, Some(Role::Viewer)))),
            ("operator", Some(person(None, Some(Role::Operator)))),
            ("owner", Some(person(None, Some(Role::Owner)))),
            ("auditor", Some(person(Some(PlatformRole::Auditor), None))),
            ("admin", Some(person(Some(PlatformRole::Admin), None))),
        ];
        // own team / other team, in the order of `subjects`
        let table = [
            (Permission::Public, "yyyyyyy", "yyyyyyy"),
            (Permission::OwnAccount, "-yyyyyy", "-yyyyyy"),
            (Permission::TeamView, "--yyyyy", "-----yy"),
            (Permission::EnvironmentOperate, "---yy-y", "------y"),
            (Permission::TeamManage, "----y-y", "------y"),
            (Permission::PlatformView, "-----yy", "-----yy"),
            (Permission::PlatformManage, "------y", "------y"),
        ];
        assert_eq!(table.len(), Permission::ALL.len());
        for (permission, own, other) in table {
            for (team, expected) in [(TEAM, own), (OTHER, other)] {
                let got: String = subjects
                    .iter()
                    .map(|(_, who)| if permission.allows(who.as_ref(), Some(team)) { 'y' } else { '-' })
                    .collect();
                assert_eq!(got, expected, "{permission:?} in {team:?}");
            }
        }
    }

    #[test]
    fn a_team_permission_without_a_team_is_denied_even_to_an_admin() {
        let admin = person(Some(PlatformRole::Admin), None);
        for permission in [Permission::TeamView, Permission::EnvironmentOperate, Permission::TeamManage] {
            assert!(!permission.allows(Some(&admin), None), "{permission:?}");
        }
    }
}
