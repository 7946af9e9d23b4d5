//! Whom a registry takes us for: nobody, a user with a password, or the bearer of a token that another server gives out.

use crate::endpoint::is_safe;
use model::Secret;
use reqwest::{Client, Url};
use serde::Deserialize;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Tokens live at least this long, by the token scheme.
const SHORTEST_LIFE: u64 = 60;
/// A token is not used in its last seconds.
const MARGIN: Duration = Duration::from_secs(10);
/// Most tokens kept.
const KEPT: usize = 200;

/// What a registry asks for with status 401.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    Basic,
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
}

impl Challenge {
    /// Reads `WWW-Authenticate`.
    pub(crate) fn parse(header: &str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Self::Basic);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let mut values = parameters(rest);
        let realm = values.remove("realm")?;
        Some(Self::Bearer { realm, service: values.remove("service"), scope: values.remove("scope") })
    }
}

/// `key="value",key="value"`; commas may stand inside of quotes, as in `scope="repository:a:pull,push"`.
fn parameters(text: &str) -> HashMap<String, String> {
    let mut values = HashMap::new();
    let mut rest = text.trim();
    while let Some((key, after)) = rest.split_once('=') {
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        values.insert(key.trim().to_ascii_lowercase(), value.trim().to_owned());
        rest = next.trim_start_matches([',', ' ']);
    }
    values
}

/// What a token server answers; some call the same thing by the other name.
#[derive(Deserialize)]
struct Answer {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<u64>,
}

/// The value of the header `Authorization`.
#[derive(Clone)]
pub(crate) struct Header(Secret);

impl Header {
    fn new(scheme: &str, value: &str) -> Self {
        Self(Secret::new(format!("{scheme} {value}")))
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// Headers that registries have accepted, by registry, repository and what is done there.
#[derive(Default)]
pub(crate) struct Headers(Mutex<HashMap<Key, (Header, Instant)>>);

/// Registry, repository, whether something is written there, and the login, so that two accounts never share a token.
pub(crate) type Key = (String, String, bool, Option<String>);

impl Headers {
    pub(crate) fn get(&self, key: &Key) -> Option<Header> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).filter(|(_, until)| *until > Instant::now()).map(|(header, _)| header.clone())
    }

    pub(crate) fn forget(&self, key: &Key) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    fn keep(&self, key: Key, header: &Header, life: Duration) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if known.len() >= KEPT {
            known.retain(|_, (_, until)| *until > now);
        }
        known.insert(key, (header.clone(), now + life.saturating_sub(MARGIN)));
    }

    /// Answers a challenge. `Ok(None)` where there is nothing to answer it with; the error is why the token server gave none.
    pub(crate) async fn answer(
        &self,
        client: &Client,
        key: &Key,
        challenge: &Challenge,
        login: Option<&Secret>,
    ) -> Result<Option<Header>, String> {
        let (header, life) = match challenge {
            Challenge::Basic => match login {
                Some(login) => (Header::new("Basic", login.expose()), Duration::from_secs(3600)),
                None => return Ok(None),
            },
            Challenge::Bearer { realm, service, scope } => {
                let (token, life) = token(client, realm, service.as_deref(), scope.as_deref(), key, login).await?;
                (Header::new("Bearer", &token), life)
            }
        };
        self.keep(key.clone(), &header, life);
        Ok(Some(header))
    }
}

async fn token(
    client: &Client,
    realm: &str,
    service: Option<&str>,
    scope: Option<&str>,
    (_, repository, writes, _): &Key,
    login: Option<&Secret>,
) -> Result<(String, Duration), String> {
    let mut url = Url::parse(realm).map_err(|_| format!("the token server {realm:?} is no address"))?;
    if !is_safe(&url) {
        return Err(format!("the token server {realm:?} is neither https nor on this machine"));
    }
    let actions = if *writes { "pull,push" } else { "pull" };
    let scope = scope.map_or_else(|| format!("repository:{repository}:{actions}"), str::to_owned);
    if let Some(service) = service {
        url.query_pairs_mut().append_pair("service", service);
    }
    url.query_pairs_mut().append_pair("scope", &scope);
    let host = url.host_str().unwrap_or_default().to_owned();
    let mut request = client.get(url).timeout(Duration::from_secs(15));
    if let Some(login) = login {
        request = request.header("authorization", format!("Basic {}", login.expose()));
    }
    let response = request.send().await.map_err(|error| format!("the token server {host}: {}", error.without_url()))?;
    let status = response.status();
    if !status.is_success() {
        return Err(format!("the token server {host} answers {}", status.as_u16()));
    }
    let answer: Answer = response.json().await.map_err(|_| format!("the token server {host} gives no token"))?;
    let life = Duration::from_secs(answer.expires_in.unwrap_or(SHORTEST_LIFE).max(SHORTEST_LIFE));
    let token = answer.token.or(answer.access_token).filter(|token| !token.is_empty());
    token.map(|token| (token, life)).ok_or_else(|| format!("the token server {host} gives no token"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        let bearer = r#"Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:a/b:pull,push""#;
        assert_eq!(
            Challenge::parse(bearer),
            Some(Challenge::Bearer {
                realm: "https://ghcr.io/token".into(),
                service: Some("ghcr.io".into()),
                scope: Some("repository:a/b:pull,push".into()),
            })
        );
        assert_eq!(Challenge::parse(r#"Basic realm="x",service="ecr""#), Some(Challenge::Basic));
        assert_eq!(Challenge::parse("Bearer"), None);
        assert_eq!(Challenge::parse("Negotiate"), None);
    }
}
