//! Where a registry is reached: at the host of its name, or where a setting says.

use reqwest::Url;
use std::{net::IpAddr, str::FromStr};

/// A setting that sends requests for some registries elsewhere: to a proxy of the company's, or to a stand-in in tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// A registry's host, or `*.` and the end of several.
    registry: String,
    url: Url,
}

impl FromStr for Endpoint {
    type Err = String;

    /// `REGISTRY=URL`, for example `ghcr.io=https://proxy.example.org` or `*.amazonaws.com=http://127.0.0.1:4566`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (registry, url) = text.split_once('=').ok_or("expected REGISTRY=URL")?;
        let registry = registry.trim().to_ascii_lowercase();
        if registry.is_empty() {
            return Err("the registry is missing before the =".to_owned());
        }
        let url = Url::parse(url.trim()).map_err(|error| format!("{url:?} is no URL: {error}"))?;
        if !is_safe(&url) {
            return Err(format!("{url} is neither https nor on this machine"));
        }
        Ok(Self { registry, url })
    }
}

impl Endpoint {
    fn is_for(&self, registry: &str) -> bool {
        match self.registry.strip_prefix('*') {
            Some(end) => registry.ends_with(end),
            None => registry == self.registry,
        }
    }
}

/// Whether requests may go there: passwords and images travel encrypted, or do not leave the machine.
pub(crate) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Where a registry is.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub(crate) url: Url,
    /// The registry's host, where requests go elsewhere: a proxy needs to know whom they are for. `ns`, as containerd asks its mirrors.
    pub(crate) namespace: Option<String>,
}

impl Base {
    /// `None` where the host cannot be one.
    pub(crate) fn of(registry: &str, endpoints: &[Endpoint]) -> Option<Self> {
        let registry = registry.to_ascii_lowercase();
        if let Some(endpoint) = endpoints.iter().find(|endpoint| endpoint.is_for(&registry)) {
            return Some(Self { url: endpoint.url.clone(), namespace: Some(registry) });
        }
        let url = Url::parse(&format!("https://{registry}/")).ok()?;
        let scheme = if is_loopback(&url) { "http" } else { "https" };
        Some(Self { url: Url::parse(&format!("{scheme}://{registry}/")).ok()?, namespace: None })
    }

    /// The address of a path below `/v2/`.
    pub(crate) fn path(&self, path: &str) -> Option<Url> {
        let before = self.url.path().trim_end_matches('/').to_owned();
        let mut url = self.url.clone();
        url.set_path(&format!("{before}/v2/{path}"));
        Some(self.named(url))
    }

    /// An address that the registry gave, whole or as a path.
    pub(crate) fn follow(&self, location: &str) -> Option<Url> {
        let url = self.url.join(location).ok().filter(is_safe)?;
        Some(if url.query_pairs().any(|(key, _)| key == "ns") { url } else { self.named(url) })
    }

    fn named(&self, mut url: Url) -> Url {
        // Only for whoever stands in: an address elsewhere, such as a signed one, must stay as it is.
        if let Some(namespace) = &self.namespace
            && url.origin() == self.url.origin()
        {
            url.query_pairs_mut().append_pair("ns", namespace);
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(registry: &str, endpoints: &[&str]) -> String {
        let endpoints: Vec<Endpoint> = endpoints.iter().map(|text| text.parse().expect("valid")).collect();
        Base::of(registry, &endpoints).and_then(|base| base.path("a/b/manifests/1")).expect("an address").to_string()
    }

    #[test]
    fn plain_http_never_leaves_the_machine() {
        assert_eq!(base("ghcr.io", &[]), "https://ghcr.io/v2/a/b/manifests/1");
        assert_eq!(base("127.0.0.1:5000", &[]), "http://127.0.0.1:5000/v2/a/b/manifests/1");
        assert_eq!(base("localhost:5000", &[]), "http://localhost:5000/v2/a/b/manifests/1");
        assert_eq!(base("127.0.0.1.example.org", &[]), "https://127.0.0.1.example.org/v2/a/b/manifests/1");
        for text in [
            "ghcr.io=http://proxy.example.org",
            "ghcr.io",
            "=https://x.org",
            "ghcr.io=proxy",
            "ghcr.io=ftp://127.0.0.1",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_stand_in_is_told_whom_the_request_is_for() {
        let endpoints = ["ghcr.io=https://proxy.example.org/mirror/", "*.amazonaws.com=http://127.0.0.1:4566"];
        assert_eq!(base("ghcr.io", &endpoints), "https://proxy.example.org/mirror/v2/a/b/manifests/1?ns=ghcr.io");
        let ecr = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
        assert_eq!(base(ecr, &endpoints), format!("http://127.0.0.1:4566/v2/a/b/manifests/1?ns={ecr}"));
        assert_eq!(base("quay.io", &endpoints), "https://quay.io/v2/a/b/manifests/1");
    }

    #[test]
    fn a_location_may_be_a_path_or_whole_but_not_unsafe() {
        let base = Base::of("ghcr.io", &[]).expect("a base");
        let follow = |location: &str| base.follow(location).map(|url| url.to_string());
        assert_eq!(
            follow("/v2/a/blobs/uploads/1?_state=x").as_deref(),
            Some("https://ghcr.io/v2/a/blobs/uploads/1?_state=x")
        );
        assert_eq!(follow("https://cdn.example.org/x").as_deref(), Some("https://cdn.example.org/x"));
        assert_eq!(follow("http://cdn.example.org/x"), None);
    }
}
