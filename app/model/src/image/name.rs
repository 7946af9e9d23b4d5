//! Names of images: registry, repository, tag and digest, by the rules of the OCI distribution specification.

use crate::FieldProblem;
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, fmt};

/// Longest repository name together with its registry, as the specification recommends.
const REPOSITORY_MAX: usize = 255;

/// Whether a repository lies in a private registry of ECR, for example
/// `111122223333.dkr.ecr.eu-west-1.amazonaws.com/handrail/canvas`.
pub fn is_in_ecr(repository: &str) -> bool {
    let registry = repository.split('/').next().unwrap_or_default();
    registry.contains(".dkr.ecr.") && registry.ends_with(".amazonaws.com")
}

/// A repository in a registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ImageName {
    /// Host name, with a port where it has one.
    pub registry: String,
    /// Path within the registry, for example `openhands/agent-canvas`.
    pub path: String,
}

impl ImageName {
    /// Splits `registry/path`. A name without a registry is not taken for one of Docker Hub's: it is refused.
    pub fn parse(text: &str) -> Option<Self> {
        let (registry, path) = text.split_once('/')?;
        let (host, port) = registry.split_once(':').map_or((registry, None), |(host, port)| (host, Some(port)));
        let is_host = (host.contains('.') || host == "localhost")
            && host.split('.').all(|label| {
                let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
                !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.chars().all(inner)
            });
        let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
        let is_path = path.split('/').all(is_component);
        (text.len() <= REPOSITORY_MAX && is_host && is_port && is_path)
            .then(|| Self { registry: registry.to_owned(), path: path.to_owned() })
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.path)
    }
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
fn is_component(part: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separators = part.split(word).filter(|between| !between.is_empty());
    part.starts_with(word)
        && part.ends_with(word)
        && separators
            .into_iter()
            .all(|between| matches!(between, "." | "_" | "__") || between.chars().all(|c| c == '-'))
}

/// Checks a repository with its registry.
pub fn check_repository(text: &str) -> Result<(), FieldProblem> {
    match text {
        "" => Err(FieldProblem::Required),
        text if ImageName::parse(text).is_some() => Ok(()),
        _ => Err(FieldProblem::NotARepository),
    }
}

/// Checks a tag: a letter, digit or underscore, then up to 127 more of those, dots and hyphens.
pub fn check_tag(text: &str) -> Result<(), FieldProblem> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match text {
        "" => Err(FieldProblem::Required),
        text if text.len() > 128 => Err(FieldProblem::TooLong { max: 128 }),
        text if text.starts_with(word) && text.chars().all(|c| word(c) || matches!(c, '.' | '-')) => Ok(()),
        _ => Err(FieldProblem::NotATag),
    }
}

/// Checks a digest: `sha256:` and 64 lower-case hexadecimal digits.
pub fn check_digest(text: &str) -> Result<(), FieldProblem> {
    let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let fits = text.strip_prefix("sha256:").is_some_and(|digits| digits.len() == 64 && digits.chars().all(hex));
    if fits { Ok(()) } else { Err(FieldProblem::NotADigest) }
}

/// Whether a tag is nothing but numbers, so that it says which of two is newer.
pub fn is_release(tag: &str) -> bool {
    let tag = tag.strip_prefix('v').unwrap_or(tag);
    tag.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Orders tags by their numbers, so that 1.10 comes after 1.9; what has no numbers comes before what has.
pub fn order(a: &str, b: &str) -> Ordering {
    let numbers = |tag: &str| -> Vec<u64> {
        let tag = tag.strip_prefix('v').unwrap_or(tag);
        tag.split(['.', '-']).map_while(|part| part.parse().ok()).collect()
    };
    numbers(a).cmp(&numbers(b)).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories() {
        let good =
            ["ghcr.io/openhands/agent-canvas", "127.0.0.1:5000/a", "localhost/a__b/c-d.e", "r.example.org:443/x--y"];
        for text in good {
            assert_eq!(ImageName::parse(text).map(|name| name.to_string()).as_deref(), Some(text));
        }
        let bad = [
            "agent-canvas",
            "openhands/agent-canvas",
            "ghcr.io/",
            "ghcr.io/A",
            "ghcr.io/a:1",
            "ghcr.io/a@b",
            "ghcr.io/a..b",
            "a b.c/d",
            "x.y:0/a",
            "ghcr.io//a",
            "-a.b/c",
        ];
        for text in bad {
            assert_eq!(check_repository(text), Err(FieldProblem::NotARepository), "{text}");
        }
    }

    #[test]
    fn tags_and_digests() {
        assert!(check_tag("1.25.0").is_ok() && check_tag("_x-1").is_ok());
        for text in [".1", "-1", "a/b", "a b", "ä"] {
            assert_eq!(check_tag(text), Err(FieldProblem::NotATag), "{text}");
        }
        assert!(check_digest(&format!("sha256:{}", "0a".repeat(32))).is_ok());
        for text in ["", "sha256:", "sha512:00", &format!("sha256:{}", "0A".repeat(32))] {
            assert_eq!(check_digest(text), Err(FieldProblem::NotADigest), "{text}");
        }
    }

    #[test]
    fn the_newest_is_the_greatest() {
        let mut tags = vec!["1.9.3", "latest", "1.10.0", "v1.11", "1.9"];
        tags.sort_by(|a, b| order(b, a));
        assert_eq!(tags, ["v1.11", "1.10.0", "1.9.3", "1.9", "latest"]);
    }
}
