//! Uploading a blob part by part, so that a copy that is cut off goes on where it was.

use crate::{
    client::{Ask, OciRegistry, WHOLE, header},
    endpoint::Base,
    problem::Call,
};
use model::image::RegistryProblemKind;
use ports::{
    RegistryResult,
    registry::{Begun, Repository, Upload},
};
use reqwest::{Body, RequestBuilder, Response, StatusCode};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// For a small answer.
const SHORT: Duration = Duration::from_secs(20);
/// For a part, and for a registry to check the digest of gigabytes.
const LONG: Duration = Duration::from_secs(300);
/// What an upload is called in messages: its own address is nobody's business.
const UPLOAD: &str = "blobs/uploads/";

impl OciRegistry {
    pub(crate) async fn begin(&self, to: &Repository, digest: &str, mount_from: Option<&str>) -> RegistryResult<Begun> {
        let call = Call { name: &to.name, method: "POST", what: UPLOAD };
        let base = self.base(call)?;
        let mut ask = self.path(call, to, &base, true)?;
        if let Some(from) = mount_from {
            ask.url.query_pairs_mut().append_pair("mount", digest).append_pair("from", from);
        }
        let response = self.send(&ask, |request| request.header("content-length", "0").timeout(SHORT)).await?;
        match response.status() {
            StatusCode::CREATED => Ok(Begun::Mounted),
            StatusCode::ACCEPTED => {
                Ok(Begun::Upload(Upload { location: location(call, &base, &response)?, offset: 0 }))
            }
            _ => Err(call.refused(response).await),
        }
    }

    pub(crate) async fn find(&self, to: &Repository, upload: &Upload) -> RegistryResult<Option<Upload>> {
        let call = Call { name: &to.name, method: "GET", what: UPLOAD };
        let base = self.base(call)?;
        let ask = going_on(call, to, &base, upload)?;
        let response = self.send(&ask, |request| request.timeout(SHORT)).await?;
        match response.status() {
            status if status.is_success() => {
                let location = location(call, &base, &response).unwrap_or_else(|_| upload.location.clone());
                let arrived = arrived(&response);
                // Both nothing and one byte are told as `0-0`.
                let offset = arrived.filter(|end| *end > 1).unwrap_or_else(|| upload.offset.min(1));
                Ok(Some(Upload { location, offset }))
            }
            // Registries answer an address that is out of date in several ways; the blob is begun anew then.
            StatusCode::NOT_FOUND
            | StatusCode::BAD_REQUEST
            | StatusCode::RANGE_NOT_SATISFIABLE
            | StatusCode::METHOD_NOT_ALLOWED => Ok(None),
            _ => Err(call.refused(response).await),
        }
    }

    pub(crate) async fn write(&self, to: &Repository, upload: &Upload, part: Vec<u8>) -> RegistryResult<Upload> {
        let call = Call { name: &to.name, method: "PATCH", what: UPLOAD };
        let base = self.base(call)?;
        let ask = going_on(call, to, &base, upload)?;
        let offset = upload.offset + part.len() as u64;
        let range = format!("{}-{}", upload.offset, offset.saturating_sub(1));
        let build = |request: RequestBuilder| {
            request
                .header("content-type", "application/octet-stream")
                .header("content-range", &range)
                .body(part.clone())
                .timeout(LONG)
        };
        let response = self.send(&ask, build).await?;
        if !response.status().is_success() {
            return Err(call.refused(response).await);
        }
        // ECR answers 201 where the specification asks for 202, and with a `Range` that stays where the first part ended
        // (aws/containers-roadmap, issue 2831): neither is believed, the digest at the end decides.
        Ok(Upload { location: location(call, &base, &response)?, offset })
    }

    pub(crate) async fn end(&self, to: &Repository, upload: &Upload, digest: &str) -> RegistryResult<()> {
        let what = format!("blobs/{digest}");
        let call = Call { name: &to.name, method: "PUT", what: &what };
        self.close(call, to, upload, digest, |request| request.header("content-length", "0").timeout(LONG)).await
    }

    /// Ends an upload with all of its bytes in this one request.
    pub(crate) async fn end_with(
        &self,
        to: &Repository,
        upload: &Upload,
        digest: &str,
        size: u64,
        body: Body,
    ) -> RegistryResult<()> {
        let what = format!("blobs/{digest}");
        let call = Call { name: &to.name, method: "PUT", what: &what };
        // A stream can be sent once; the login that began the upload is still good.
        let body = Mutex::new(Some(body));
        let build = |request: RequestBuilder| {
            let body = body.lock().unwrap_or_else(PoisonError::into_inner).take();
            request.header("content-length", size.to_string()).body(body.unwrap_or_default()).timeout(WHOLE)
        };
        self.close(call, to, upload, digest, build).await
    }

    async fn close(
        &self,
        call: Call<'_>,
        to: &Repository,
        upload: &Upload,
        digest: &str,
        build: impl Fn(RequestBuilder) -> RequestBuilder + Send + Sync,
    ) -> RegistryResult<()> {
        let base = self.base(call)?;
        let mut ask = going_on(call, to, &base, upload)?;
        ask.url.query_pairs_mut().append_pair("digest", digest);
        let octets = |request: RequestBuilder| build(request.header("content-type", "application/octet-stream"));
        let response = self.send(&ask, octets).await?;
        if response.status().is_success() { Ok(()) } else { Err(call.refused(response).await) }
    }
}

fn going_on<'a>(call: Call<'a>, to: &'a Repository, base: &'a Base, upload: &Upload) -> RegistryResult<Ask<'a>> {
    let url = base.follow(&upload.location);
    let url = url.ok_or_else(|| call.problem(RegistryProblemKind::Refused, "the upload's address is none"))?;
    Ok(Ask { call, of: to, base, url, writes: true })
}

fn location(call: Call<'_>, base: &Base, response: &Response) -> RegistryResult<String> {
    let given = header(response, "location").and_then(|location| base.follow(&location));
    let given = given
        .ok_or_else(|| call.problem(RegistryProblemKind::Refused, "the registry names no address for the upload"))?;
    Ok(given.to_string())
}

/// How many bytes have arrived, from `Range: 0-<last>`.
fn arrived(response: &Response) -> Option<u64> {
    let range = header(response, "range")?;
    let last: u64 = range.trim_start_matches("bytes=").split_once('-')?.1.parse().ok()?;
    Some(last + 1)
}
