//! The client: requests with whatever login the registry asks for, and what its answers are turned into.

use crate::{
    auth::{Challenge, Header, Headers, Key},
    digest::sha256,
    endpoint::{Base, Endpoint, is_safe},
    login::Logins,
    problem::Call,
};
use async_trait::async_trait;
use model::image::{RegistryProblem, RegistryProblemKind};
use ports::{
    Registry, RegistryResult,
    registry::{Begun, Manifest, Repository, Upload},
};
use reqwest::{Body, Client, Method, RequestBuilder, Response, StatusCode, Url, redirect::Policy};
use serde::Deserialize;
use std::time::Duration;

/// Manifests and indexes that are understood.
const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
                      application/vnd.docker.distribution.manifest.list.v2+json, \
                      application/vnd.docker.distribution.manifest.v2+json";
/// Largest manifest that registries must take, by the OCI distribution specification.
const MANIFEST_LIMIT: usize = 4 * 1024 * 1024;
/// Tags asked for at once.
const TAGS_PER_PAGE: usize = 1000;
/// Most tags read.
const TAGS_LIMIT: usize = 10_000;
/// For a small answer.
const SHORT: Duration = Duration::from_secs(20);
/// For a part of a blob.
const LONG: Duration = Duration::from_secs(120);
/// For a whole blob.
pub(crate) const WHOLE: Duration = Duration::from_secs(3600);

/// A client of any registry that speaks the OCI distribution specification.
pub struct OciRegistry {
    client: Client,
    endpoints: Vec<Endpoint>,
    logins: Logins,
    headers: Headers,
}

/// One request.
pub(crate) struct Ask<'a> {
    pub(crate) call: Call<'a>,
    pub(crate) of: &'a Repository,
    pub(crate) base: &'a Base,
    pub(crate) url: Url,
    /// Whether it needs the right to write.
    pub(crate) writes: bool,
}

#[derive(Deserialize)]
struct Tags {
    tags: Option<Vec<String>>,
}

impl OciRegistry {
    /// A client. `endpoints` say where some registries are really reached, `logins` who asks where a repository does not say.
    ///
    /// # Errors
    /// The TLS library could not be set up.
    pub fn new(endpoints: Vec<Endpoint>, logins: Logins) -> Result<Self, reqwest::Error> {
        let redirects = Policy::custom(|attempt| {
            // Blobs lie in stores elsewhere. reqwest takes the login from a request that goes to another host.
            if attempt.previous().len() > 5 {
                attempt.error("too many redirects")
            } else if is_safe(attempt.url()) {
                attempt.follow()
            } else {
                attempt.error("a redirect to plain HTTP")
            }
        });
        let client = Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .redirect(redirects)
            .user_agent(concat!("handrail/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, endpoints, logins, headers: Headers::default() })
    }

    pub(crate) fn base(&self, call: Call<'_>) -> RegistryResult<Base> {
        Base::of(&call.name.registry, &self.endpoints)
            .ok_or_else(|| call.problem(RegistryProblemKind::Refused, "the registry's name is no host"))
    }

    /// A path below the repository.
    pub(crate) fn path<'a>(
        &self,
        call: Call<'a>,
        of: &'a Repository,
        base: &'a Base,
        writes: bool,
    ) -> RegistryResult<Ask<'a>> {
        let url = base.path(&format!("{}/{}", of.name.path, call.what));
        let url =
            url.ok_or_else(|| call.problem(RegistryProblemKind::Refused, "the name cannot stand in an address"))?;
        Ok(Ask { call, of, base, url, writes })
    }

    /// Sends a request, once more with a login where the registry asks for one. Every status but 401 is the caller's to judge.
    pub(crate) async fn send(
        &self,
        ask: &Ask<'_>,
        build: impl Fn(RequestBuilder) -> RequestBuilder + Send + Sync,
    ) -> RegistryResult<Response> {
        let login = ask.of.login.as_ref().or_else(|| self.logins.of(&ask.of.name.registry));
        let key: Key = (
            ask.of.name.registry.clone(),
            ask.of.name.path.clone(),
            ask.writes,
            login.map(|login| login.expose().to_owned()),
        );
        // An address that the registry gave may be a store's, which has its own signature in it.
        let at_home = ask.url.origin() == ask.base.url.origin();
        let known = self.headers.get(&key).filter(|_| at_home);
        let response = self.attempt(ask, &build, known.as_ref()).await?;
        if response.status() != StatusCode::UNAUTHORIZED || !at_home {
            return Ok(response);
        }
        self.headers.forget(&key);
        let challenges = response.headers().get_all("www-authenticate").iter();
        let challenge = challenges.filter_map(|value| value.to_str().ok()).find_map(Challenge::parse);
        let Some(challenge) = challenge else { return Err(ask.call.refused(response).await) };
        match self.headers.answer(&self.client, &key, &challenge, login).await {
            Ok(Some(header)) => {
                let response = self.attempt(ask, &build, Some(&header)).await?;
                if response.status() == StatusCode::UNAUTHORIZED {
                    self.headers.forget(&key);
                }
                Ok(response)
            }
            Ok(None) => {
                let said = ask.call.refused(response).await;
                Err(RegistryProblem { message: format!("{} (no login is configured for it)", said.message), ..said })
            }
            Err(why) => Err(ask.call.problem(RegistryProblemKind::Denied, why)),
        }
    }

    async fn attempt(
        &self,
        ask: &Ask<'_>,
        build: &(impl Fn(RequestBuilder) -> RequestBuilder + Send + Sync),
        header: Option<&Header>,
    ) -> RegistryResult<Response> {
        let method = Method::from_bytes(ask.call.method.as_bytes()).unwrap_or(Method::GET);
        let mut request = build(self.client.request(method, ask.url.clone()));
        if let Some(header) = header {
            request = request.header("authorization", header.expose());
        }
        request.send().await.map_err(|error| ask.call.unreachable(error))
    }

    /// The body, up to a limit; a longer one is none that was asked for.
    async fn body(call: Call<'_>, mut response: Response, limit: usize) -> RegistryResult<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| call.unreachable(error))? {
            if body.len() + chunk.len() > limit {
                return Err(
                    call.problem(RegistryProblemKind::NotAnImage, format!("an answer of more than {limit} bytes"))
                );
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    async fn fetch_manifest(&self, of: &Repository, reference: &str) -> RegistryResult<Option<Manifest>> {
        let what = format!("manifests/{reference}");
        let call = Call { name: &of.name, method: "GET", what: &what };
        let base = self.base(call)?;
        let ask = self.path(call, of, &base, false)?;
        let response = self.send(&ask, |request| request.header("accept", ACCEPT).timeout(SHORT)).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if response.status() != StatusCode::OK {
            return Err(call.refused(response).await);
        }
        let media_type = header(&response, "content-type").unwrap_or_default();
        let body = Self::body(call, response, MANIFEST_LIMIT).await?;
        let media_type = media_type.split(';').next().unwrap_or_default().trim().to_owned();
        Ok(Some(Manifest { digest: sha256(&body), media_type, body }))
    }
}

/// A header as text.
pub(crate) fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

#[async_trait]
impl Registry for OciRegistry {
    async fn tags(&self, of: &Repository) -> RegistryResult<Vec<String>> {
        let mut tags: Vec<String> = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let call = Call { name: &of.name, method: "GET", what: "tags/list" };
            let base = self.base(call)?;
            let mut ask = self.path(call, of, &base, false)?;
            match &next {
                Some(link) => {
                    let page = base.follow(link);
                    ask.url = page
                        .ok_or_else(|| call.problem(RegistryProblemKind::Refused, "a next page that is no address"))?;
                }
                None => {
                    ask.url.query_pairs_mut().append_pair("n", &TAGS_PER_PAGE.to_string());
                }
            }
            let response = self.send(&ask, |request| request.timeout(SHORT)).await?;
            if response.status() != StatusCode::OK {
                return Err(call.refused(response).await);
            }
            next = header(&response, "link").and_then(|link| next_page(&link));
            let body = Self::body(call, response, MANIFEST_LIMIT).await?;
            let page: Tags = serde_json::from_slice(&body)
                .map_err(|_| call.problem(RegistryProblemKind::NotAnImage, "the list of tags cannot be read"))?;
            let page = page.tags.unwrap_or_default();
            let is_last = page.is_empty();
            tags.extend(page);
            if next.is_none() || is_last || tags.len() >= TAGS_LIMIT {
                tags.truncate(TAGS_LIMIT);
                return Ok(tags);
            }
        }
    }

    async fn resolve(&self, of: &Repository, reference: &str) -> RegistryResult<Option<String>> {
        let what = format!("manifests/{reference}");
        let call = Call { name: &of.name, method: "HEAD", what: &what };
        let base = self.base(call)?;
        let ask = self.path(call, of, &base, false)?;
        let response = self.send(&ask, |request| request.header("accept", ACCEPT).timeout(SHORT)).await?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::OK => match header(&response, "docker-content-digest") {
                Some(digest) => Ok(Some(digest)),
                None => Ok(self.fetch_manifest(of, reference).await?.map(|manifest| manifest.digest)),
            },
            _ => Err(call.refused(response).await),
        }
    }

    async fn manifest(&self, of: &Repository, digest: &str) -> RegistryResult<Manifest> {
        let what = format!("manifests/{digest}");
        let call = Call { name: &of.name, method: "GET", what: &what };
        let found = self.fetch_manifest(of, digest).await?;
        let found = found.ok_or_else(|| call.problem(RegistryProblemKind::NotFound, "there is no such manifest"))?;
        if found.digest == digest {
            return Ok(found);
        }
        Err(call.problem(RegistryProblemKind::Corrupted, format!("what came has the digest {}", found.digest)))
    }

    async fn manifest_put(&self, to: &Repository, reference: &str, manifest: &Manifest) -> RegistryResult<()> {
        let what = format!("manifests/{reference}");
        let call = Call { name: &to.name, method: "PUT", what: &what };
        let base = self.base(call)?;
        let ask = self.path(call, to, &base, true)?;
        let build = |request: RequestBuilder| {
            request.header("content-type", &manifest.media_type).body(manifest.body.clone()).timeout(SHORT)
        };
        let response = self.send(&ask, build).await?;
        if response.status().is_success() { Ok(()) } else { Err(call.refused(response).await) }
    }

    async fn blob_size(&self, of: &Repository, digest: &str) -> RegistryResult<Option<u64>> {
        let what = format!("blobs/{digest}");
        let call = Call { name: &of.name, method: "HEAD", what: &what };
        let base = self.base(call)?;
        let ask = self.path(call, of, &base, false)?;
        let response = self.send(&ask, |request| request.timeout(SHORT)).await?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::OK => Ok(header(&response, "content-length").and_then(|length| length.parse().ok())),
            _ => Err(call.refused(response).await),
        }
    }

    async fn blob_read(&self, of: &Repository, digest: &str, from: u64, length: u64) -> RegistryResult<Vec<u8>> {
        let what = format!("blobs/{digest}");
        let call = Call { name: &of.name, method: "GET", what: &what };
        if length == 0 {
            return Ok(Vec::new());
        }
        let base = self.base(call)?;
        let ask = self.path(call, of, &base, false)?;
        let range = format!("bytes={from}-{}", from + length - 1);
        let response = self.send(&ask, |request| request.header("range", &range).timeout(LONG)).await?;
        // A registry that knows no ranges sends everything from the start.
        let skip = match response.status() {
            StatusCode::PARTIAL_CONTENT => 0,
            StatusCode::OK => from,
            StatusCode::NOT_FOUND => return Err(call.problem(RegistryProblemKind::NotFound, "there is no such blob")),
            _ => return Err(call.refused(response).await),
        };
        part(call, response, skip, length).await
    }

    async fn upload_begin(&self, to: &Repository, digest: &str, mount_from: Option<&str>) -> RegistryResult<Begun> {
        self.begin(to, digest, mount_from).await
    }

    async fn upload_find(&self, to: &Repository, upload: &Upload) -> RegistryResult<Option<Upload>> {
        self.find(to, upload).await
    }

    async fn upload_write(&self, to: &Repository, upload: &Upload, part: Vec<u8>) -> RegistryResult<Upload> {
        self.write(to, upload, part).await
    }

    async fn upload_end(&self, to: &Repository, upload: &Upload, digest: &str) -> RegistryResult<()> {
        self.end(to, upload, digest).await
    }

    async fn blob_pass(&self, from: &Repository, to: &Repository, digest: &str, size: u64) -> RegistryResult<()> {
        let what = format!("blobs/{digest}");
        let call = Call { name: &from.name, method: "GET", what: &what };
        let base = self.base(call)?;
        let ask = self.path(call, from, &base, false)?;
        let response = self.send(&ask, |request| request.timeout(WHOLE)).await?;
        if response.status() != StatusCode::OK {
            return Err(call.refused(response).await);
        }
        match self.begin(to, digest, None).await? {
            Begun::Mounted => Ok(()),
            Begun::Upload(upload) => {
                self.end_with(to, &upload, digest, size, Body::wrap_stream(response.bytes_stream())).await
            }
        }
    }
}

/// `length` bytes of the answer after the first `skip`; a shorter answer is one that was cut off.
async fn part(call: Call<'_>, mut response: Response, skip: u64, length: u64) -> RegistryResult<Vec<u8>> {
    let (mut skip, wanted) = (skip, usize::try_from(length).unwrap_or(usize::MAX));
    let mut bytes = Vec::new();
    while bytes.len() < wanted {
        let Some(chunk) = response.chunk().await.map_err(|error| call.unreachable(error))? else {
            let message = format!("the answer ended after {} of {length} bytes", bytes.len());
            return Err(call.problem(RegistryProblemKind::Unreachable, message));
        };
        let skipped = chunk.len().min(usize::try_from(skip).unwrap_or(usize::MAX));
        skip -= skipped as u64;
        let rest = &chunk[skipped..];
        bytes.extend_from_slice(&rest[..rest.len().min(wanted - bytes.len())]);
    }
    Ok(bytes)
}

/// The address in `Link: </v2/a/tags/list?last=x&n=1000>; rel="next"`.
fn next_page(link: &str) -> Option<String> {
    let (address, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
    rest.contains("next").then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found() {
        assert_eq!(
            next_page(r#"</v2/a/tags/list?last=x&n=2>; rel="next""#).as_deref(),
            Some("/v2/a/tags/list?last=x&n=2")
        );
        assert_eq!(next_page(r#"</v2/a/tags/list>; rel="prev""#), None);
    }
}
