//! Logins of registries, from a file in the form that Docker keeps them in.

use model::Secret;
use serde::Deserialize;
use std::{collections::BTreeMap, path::Path};

/// Logins by registry.
#[derive(Clone, Debug, Default)]
pub struct Logins(BTreeMap<String, Secret>);

/// Why the file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// It is not there, or may not be read.
    #[error("it cannot be read")]
    Unreadable(#[source] std::io::Error),
    /// It is not in Docker's form. What stands in it is not told: it is secret.
    #[error(
        "it is not in the form of Docker's config.json: {{\"auths\": {{\"registry.example.org\": {{\"auth\": \"…\"}}}}}}"
    )]
    Malformed,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    auths: BTreeMap<String, Auth>,
}

#[derive(Deserialize)]
struct Auth {
    #[serde(default)]
    auth: String,
}

impl Logins {
    /// Reads `{"auths": {"registry.example.org": {"auth": "<Base64 of user:password>"}}}`.
    pub fn read(file: &Path) -> Result<Self, LoginError> {
        let text = std::fs::read(file).map_err(LoginError::Unreadable)?;
        let file: File = serde_json::from_slice(&text).map_err(|_| LoginError::Malformed)?;
        let logins = file.auths.into_iter().filter(|(_, auth)| !auth.auth.is_empty());
        // Docker writes some registries with scheme and path.
        let host = |name: String| {
            let rest = name.split_once("://").map_or(name.as_str(), |(_, rest)| rest);
            rest.split('/').next().unwrap_or_default().to_ascii_lowercase()
        };
        Ok(Self(logins.map(|(name, auth)| (host(name), Secret::new(auth.auth))).collect()))
    }

    pub(crate) fn of(&self, registry: &str) -> Option<&Secret> {
        self.0.get(&registry.to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dockers_own_file_is_read_and_never_quoted() {
        let file = std::env::temp_dir().join(format!("handrail-logins-{}", std::process::id()));
        std::fs::write(
            &file,
            r#"{"auths":{"https://Ghcr.io/v1/":{"auth":"dXNlcjpwYXNz"},"x.org":{}},"credsStore":"x"}"#,
        )
        .expect("written");
        let logins = Logins::read(&file).expect("read");
        assert_eq!(logins.of("ghcr.io").map(Secret::expose), Some("dXNlcjpwYXNz"));
        assert!(logins.of("x.org").is_none());
        std::fs::write(&file, "very private").expect("written");
        let error = Logins::read(&file).expect_err("malformed");
        assert!(!format!("{error} {error:?}").contains("private"));
        std::fs::remove_file(file).expect("removed");
    }
}
