//! The history in words.

use model::audit::{Action, Actor};

/// What was done.
pub fn action(action: Action) -> &'static str {
    match action {
        Action::PlatformSetUp => "Set up Handrail",
        Action::SignedIn => "Signed in",
        Action::SignInRefused => "Sign-in refused",
        Action::SignedOut => "Signed out",
        Action::SessionRevoked => "Ended a session",
        Action::PasswordChanged => "Changed the password",
        Action::TeamCreated => "Created a team",
        Action::MemberInvited => "Invited a member",
        Action::InvitationRevoked => "Revoked an invitation",
        Action::InvitationAccepted => "Accepted an invitation",
        Action::MemberRoleChanged => "Changed a role",
        Action::MemberRemoved => "Removed a member",
        Action::AccountRegistered => "Registered a cloud account",
        Action::AccountDisabled => "Disabled a cloud account",
        Action::AccountEnabled => "Enabled a cloud account",
        Action::AccountRegionsChanged => "Changed the regions of a cloud account",
        Action::PersonDisabled => "Disabled a person",
        Action::PersonEnabled => "Enabled a person",
        Action::PlatformRoleChanged => "Changed a platform role",
        Action::SecretStored => "Stored a secret",
        Action::SecretRemoved => "Removed a secret",
        Action::EnvironmentCreateRequested => "Asked to create",
        Action::EnvironmentScaleRequested => "Asked to scale",
        Action::EnvironmentUpdateRequested => "Asked to update",
        Action::EnvironmentDeleteRequested => "Asked to delete",
        Action::OperationRetryRequested => "Asked to try again",
        Action::OperationCancelRequested => "Asked to cancel",
        Action::OperationSucceeded => "Operation succeeded",
        Action::OperationFailed => "Operation failed",
        Action::EnvironmentHealthChanged => "Health changed",
        Action::EnvironmentDriftChanged => "Drift changed",
    }
}

/// Who did it.
pub fn actor(actor: &Actor) -> String {
    match actor {
        Actor::Person { name, .. } => name.clone(),
        Actor::Anonymous => "Not signed in".into(),
        Actor::Handrail => "Handrail".into(),
    }
}
