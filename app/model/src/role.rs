//! IAM roles: those that an environment gets, and those that an account needs for Handrail.

use serde::{Deserialize, Serialize};

/// A role that a template makes, with all that it allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedRole {
    /// Name in the template.
    pub logical_id: String,
    /// Who may become it, as indented JSON.
    pub trust: String,
    /// What it may do: every inline policy of it, as indented JSON.
    pub policies: Vec<String>,
    /// ARNs of managed policies, where it has some.
    pub managed: Vec<String>,
}

/// The policies that Handrail needs in an account, as JSON. `ACCOUNT` and `STACK_ROLE` stand for the account's number and the stack
/// role's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolePolicies {
    /// Of the role that the server assumes.
    pub console: String,
    /// Of the same role, for drift detection.
    pub drift: String,
    /// Of the role that CloudFormation runs stacks with, in parts, since AWS limits the length of one.
    pub stack: Vec<String>,
}

/// What is typed to get the roles of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    /// The account's number, 12 digits.
    pub aws_account: String,
    /// ARN of the role or user that the server runs as.
    pub server_arn: String,
    pub external_id: String,
    /// ARN of a permission boundary that both roles get; empty for none.
    pub boundary: String,
}

impl RoleForm {
    /// Whether nothing was typed at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The roles of an account, to copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct RoleTemplates {
    pub cloudformation: String,
    pub terraform: String,
}

crate::read_through_value!(RoleTemplates);
