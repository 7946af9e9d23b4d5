//! What a registry's answers mean.

use model::image::{ImageName, RegistryProblem, RegistryProblemKind};
use reqwest::Response;
use serde::Deserialize;
use std::error::Error;

/// Longest words of a registry that are kept, in characters.
const MESSAGE_LIMIT: usize = 500;
/// Most bytes of an error's body that are read.
const BODY_LIMIT: usize = 16 * 1024;

/// The body of an error, by the OCI distribution specification.
#[derive(Deserialize)]
struct Errors {
    errors: Vec<OneError>,
}

#[derive(Deserialize)]
struct OneError {
    code: String,
    #[serde(default)]
    message: Option<String>,
}

/// One request, for what is said of it.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) name: &'a ImageName,
    pub(crate) method: &'static str,
    /// After the repository, for example `manifests/1.25.0`.
    pub(crate) what: &'a str,
}

impl Call<'_> {
    pub(crate) fn problem(self, kind: RegistryProblemKind, message: impl Into<String>) -> RegistryProblem {
        RegistryProblem {
            kind,
            registry: self.name.registry.clone(),
            request: format!("{} {}/{}", self.method, self.name.path, self.what),
            status: None,
            code: None,
            message: message.into(),
        }
    }

    /// Nobody answered. The address is left out: it may carry a signature.
    pub(crate) fn unreachable(self, error: reqwest::Error) -> RegistryProblem {
        let error = error.without_url();
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(inner) = source {
            let part = inner.to_string();
            if !text.contains(&part) {
                text.push_str(": ");
                text.push_str(&part);
            }
            source = inner.source();
        }
        self.problem(RegistryProblemKind::Unreachable, shorten(&text))
    }

    /// Something answered that was not what was wished.
    pub(crate) async fn refused(self, response: Response) -> RegistryProblem {
        let status = response.status().as_u16();
        let said: Option<OneError> = {
            let body = read_some(response, BODY_LIMIT).await;
            serde_json::from_slice::<Errors>(&body).ok().and_then(|body| body.errors.into_iter().next())
        };
        let code = said.as_ref().map(|said| said.code.clone());
        let kind = kind(status, code.as_deref().unwrap_or_default());
        let message = said.and_then(|said| said.message).unwrap_or_else(|| format!("HTTP {status} without a message"));
        RegistryProblem { status: Some(status), code, ..self.problem(kind, shorten(&message)) }
    }
}

/// Codes are those of the specification; ECR uses the same.
fn kind(status: u16, code: &str) -> RegistryProblemKind {
    use RegistryProblemKind::{Corrupted, Denied, NotFound, Refused, ServiceFailure, Throttled};
    match (status, code) {
        (_, "DIGEST_INVALID") => Corrupted,
        (429, _) | (_, "TOOMANYREQUESTS") => Throttled,
        (401 | 403, _) | (_, "DENIED" | "UNAUTHORIZED") => Denied,
        (404, _) => NotFound,
        (500.., _) => ServiceFailure,
        _ => Refused,
    }
}

async fn read_some(mut response: Response, limit: usize) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() >= limit {
            break;
        }
    }
    body
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= MESSAGE_LIMIT {
        return text.trim().to_owned();
    }
    let short: String = text.chars().take(MESSAGE_LIMIT).collect();
    format!("{}…", short.trim())
}
