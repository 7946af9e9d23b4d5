//! What OpenHands is told besides what Handrail sets itself: variables, and secrets that it gets as variables.

use serde::{Deserialize, Serialize};

/// A variable whose value may be read by everybody who sees the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    pub name: String,
    pub value: String,
}

/// A variable whose value lies in Secrets Manager. Handrail keeps where, never the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretVariable {
    /// Name of the variable.
    pub name: String,
    /// ARN of the secret. Empty in a spec that was exported: the secret belongs to the environment that it came from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub secret_arn: String,
}
