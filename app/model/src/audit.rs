//! The history of who did what: append-only.

use crate::{AuditId, EnvironmentId, OperationId, PersonId, TeamId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What was done. The code is what the database holds; new actions are added, none is renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    PlatformSetUp,
    SignedIn,
    SignInRefused,
    SignedOut,
    SessionRevoked,
    PasswordChanged,
    TeamCreated,
    MemberInvited,
    InvitationRevoked,
    InvitationAccepted,
    MemberRoleChanged,
    MemberRemoved,
    AccountRegistered,
    AccountDisabled,
    AccountEnabled,
    AccountRegionsChanged,
    ImageAdded,
    ImageChanged,
    MirrorRequested,
    MirrorCancelRequested,
    MirrorSucceeded,
    MirrorFailed,
    PersonDisabled,
    PersonEnabled,
    PlatformRoleChanged,
    PresetSaved,
    PresetRemoved,
    SecretStored,
    SecretRemoved,
    EnvironmentCreateRequested,
    EnvironmentScaleRequested,
    EnvironmentUpdateRequested,
    EnvironmentDeleteRequested,
    OperationRetryRequested,
    OperationCancelRequested,
    OperationSucceeded,
    OperationFailed,
    EnvironmentHealthChanged,
    EnvironmentDriftChanged,
}

impl Action {
    /// Every action, for filters and tests.
    pub const ALL: [Self; 39] = [
        Self::PlatformSetUp,
        Self::SignedIn,
        Self::SignInRefused,
        Self::SignedOut,
        Self::SessionRevoked,
        Self::PasswordChanged,
        Self::TeamCreated,
        Self::MemberInvited,
        Self::InvitationRevoked,
        Self::InvitationAccepted,
        Self::MemberRoleChanged,
        Self::MemberRemoved,
        Self::AccountRegistered,
        Self::AccountDisabled,
        Self::AccountEnabled,
        Self::AccountRegionsChanged,
        Self::ImageAdded,
        Self::ImageChanged,
        Self::MirrorRequested,
        Self::MirrorCancelRequested,
        Self::MirrorSucceeded,
        Self::MirrorFailed,
        Self::PersonDisabled,
        Self::PersonEnabled,
        Self::PlatformRoleChanged,
        Self::PresetSaved,
        Self::PresetRemoved,
        Self::SecretStored,
        Self::SecretRemoved,
        Self::EnvironmentCreateRequested,
        Self::EnvironmentScaleRequested,
        Self::EnvironmentUpdateRequested,
        Self::EnvironmentDeleteRequested,
        Self::OperationRetryRequested,
        Self::OperationCancelRequested,
        Self::OperationSucceeded,
        Self::OperationFailed,
        Self::EnvironmentHealthChanged,
        Self::EnvironmentDriftChanged,
    ];

    /// The word stored in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::PlatformSetUp => "platform_set_up",
            Self::SignedIn => "signed_in",
            Self::SignInRefused => "sign_in_refused",
            Self::SignedOut => "signed_out",
            Self::SessionRevoked => "session_revoked",
            Self::PasswordChanged => "password_changed",
            Self::TeamCreated => "team_created",
            Self::MemberInvited => "member_invited",
            Self::InvitationRevoked => "invitation_revoked",
            Self::InvitationAccepted => "invitation_accepted",
            Self::MemberRoleChanged => "member_role_changed",
            Self::MemberRemoved => "member_removed",
            Self::AccountRegistered => "account_registered",
            Self::AccountDisabled => "account_disabled",
            Self::AccountEnabled => "account_enabled",
            Self::AccountRegionsChanged => "account_regions_changed",
            Self::ImageAdded => "image_added",
            Self::ImageChanged => "image_changed",
            Self::MirrorRequested => "mirror_requested",
            Self::MirrorCancelRequested => "mirror_cancel_requested",
            Self::MirrorSucceeded => "mirror_succeeded",
            Self::MirrorFailed => "mirror_failed",
            Self::PersonDisabled => "person_disabled",
            Self::PersonEnabled => "person_enabled",
            Self::PlatformRoleChanged => "platform_role_changed",
            Self::PresetSaved => "preset_saved",
            Self::PresetRemoved => "preset_removed",
            Self::SecretStored => "secret_stored",
            Self::SecretRemoved => "secret_removed",
            Self::EnvironmentCreateRequested => "environment_create_requested",
            Self::EnvironmentScaleRequested => "environment_scale_requested",
            Self::EnvironmentUpdateRequested => "environment_update_requested",
            Self::EnvironmentDeleteRequested => "environment_delete_requested",
            Self::OperationRetryRequested => "operation_retry_requested",
            Self::OperationCancelRequested => "operation_cancel_requested",
            Self::OperationSucceeded => "operation_succeeded",
            Self::OperationFailed => "operation_failed",
            Self::EnvironmentHealthChanged => "environment_health_changed",
            Self::EnvironmentDriftChanged => "environment_drift_changed",
        }
    }

    /// The action of a stored word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.code() == code)
    }
}

/// Who acted: a person through the console, or Handrail itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Actor {
    Person {
        id: PersonId,
        /// Name at the time, kept so that the history reads the same for ever.
        name: String,
    },
    /// Somebody who was not signed in, for example a refused sign-in.
    Anonymous,
    /// A worker or reconciler.
    Handrail,
}

/// One row of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct AuditEvent {
    pub id: AuditId,
    pub at: DateTime<Utc>,
    pub actor: Actor,
    pub action: Action,
    pub team: Option<TeamId>,
    pub environment: Option<EnvironmentId>,
    pub operation: Option<OperationId>,
    /// The name of what was acted on, at the time: an environment, a person, a team.
    pub subject: String,
    /// Fields that changed: name, before, after. Secrets appear as changed, without values.
    pub changes: Vec<FieldChange>,
    /// Address that the request came from.
    pub ip: Option<String>,
    /// The id of the request in the server's log.
    pub request_id: Option<String>,
}

/// One changed field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

crate::read_through_value!(AuditEvent);
crate::tagged_through_value!(Actor);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_word_is_the_serialised_word_and_leads_back() {
        for action in Action::ALL {
            assert_eq!(serde_json::to_string(&action).expect("serialises"), format!("\"{}\"", action.code()));
            assert_eq!(Action::from_code(action.code()), Some(action));
        }
    }
}
