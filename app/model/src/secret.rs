//! Text that must not appear in a log, an error, an audit row or a page.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A password, key or token on its way from a form to where it is used. It serialises (a form must be able to post it) but never prints.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Call it only where the value is used: hashing, comparing, handing it to Secrets Manager.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// An extra secret as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedSecret {
    /// Name of the variable.
    pub name: String,
    /// Empty where the stored value is to stay.
    pub value: Secret,
}

/// The secrets that came with a create form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedSecrets {
    /// `None` where the stored key is to stay.
    pub llm_key: Option<Secret>,
    /// The OIDC client secret; `None` where the stored one is to stay.
    pub sign_in: Option<Secret>,
    /// Every row of the form, empty ones too; no row at all leaves the extra secrets as they are.
    pub variables: Vec<TypedSecret>,
}

impl From<Option<Secret>> for TypedSecrets {
    fn from(llm_key: Option<Secret>) -> Self {
        Self { llm_key, sign_in: None, variables: Vec::new() }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print_itself() {
        assert_eq!(format!("{:?}", Secret::new("sk-very-private")), "[secret]");
    }
}
