//! Asks environments over HTTP whether OpenHands is ready.

use anyhow::Context;
use async_trait::async_trait;
use model::cause::ProbeAnswer;
use ports::Probe;
use serde::Deserialize;
use std::time::Duration;

/// Most bytes of a wrong answer that are kept.
const BODY_SHOWN: usize = 200;
/// Most bytes of an answer that are read.
const BODY_READ: usize = 64 * 1024;

/// A probe over HTTP, through a forward proxy where one is configured.
pub struct HttpProbe {
    client: reqwest::Client,
}

/// What Canvas answers on `/ready`: `{"status":"ready"}` or, with 503, `{"status":"initializing"}`
/// (SDK openhands-agent-server, server_details_router.py; tried by running it).
#[derive(Deserialize)]
struct Readiness {
    status: String,
}

/// The part of `/server_info` that is used.
#[derive(Deserialize)]
struct ServerInfo {
    version: Option<String>,
}

impl HttpProbe {
    /// A probe; `proxy` is the URL of an HTTP forward proxy.
    pub fn new(proxy: Option<&str>) -> anyhow::Result<Self> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(3))
            .timeout(Duration::from_secs(8))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("handrail/", env!("CARGO_PKG_VERSION")))
            .no_proxy();
        if let Some(proxy) = proxy {
            builder = builder.proxy(
                reqwest::Proxy::all(proxy).with_context(|| format!("HANDRAIL_PROBE_PROXY: {proxy:?} is no URL"))?,
            );
        }
        Ok(Self { client: builder.build().context("HTTP client")? })
    }

    async fn get(&self, url: &str) -> Result<(u16, String), reqwest::Error> {
        let mut response = self.client.get(url).header("accept", "application/json").send().await?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() >= BODY_READ {
                body.truncate(BODY_READ);
                break;
            }
        }
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }

    async fn version(&self, address: &str) -> Option<String> {
        let (status, body) = self.get(&format!("{address}/server_info")).await.ok()?;
        let info: ServerInfo = (status == 200).then(|| serde_json::from_str(&body).ok()).flatten()?;
        info.version.filter(|version| version.len() <= 64)
    }
}

#[async_trait]
impl Probe for HttpProbe {
    async fn ask(&self, address: &str) -> ProbeAnswer {
        let address = address.trim_end_matches('/');
        let (status, body) = match self.get(&format!("{address}/ready")).await {
            Ok(answer) => answer,
            Err(error) => return ProbeAnswer::Unreachable { error: explain(&error) },
        };
        let said = serde_json::from_str::<Readiness>(&body).ok().map(|readiness| readiness.status);
        match (status, said.as_deref()) {
            (200, Some("ready")) => ProbeAnswer::Ready { version: self.version(address).await },
            (503, Some("initializing")) => ProbeAnswer::Starting,
            _ => ProbeAnswer::Wrong { status, body: body.chars().take(BODY_SHOWN).collect() },
        }
    }
}

/// The error in few words, without the URL and without the chain of wrappers.
fn explain(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, http::StatusCode, routing::get};

    async fn serve(router: Router) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let address = listener.local_addr().expect("has an address");
        tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") });
        format!("http://{address}")
    }

    #[tokio::test]
    async fn only_the_true_answer_is_ready() {
        let probe = HttpProbe::new(None).expect("a client");
        let ready = Router::new()
            .route("/ready", get(|| async { r#"{"status":"ready"}"# }))
            .route("/server_info", get(|| async { r#"{"version":"1.58.0","uptime":3.5}"# }));
        assert_eq!(probe.ask(&serve(ready).await).await, ProbeAnswer::Ready { version: Some("1.58.0".into()) });

        let starting = Router::new()
            .route("/ready", get(|| async { (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"initializing"}"#) }));
        assert_eq!(probe.ask(&serve(starting).await).await, ProbeAnswer::Starting);

        // Canvas with a dead backend: its own pages answer 200 with HTML, whatever is asked.
        let dead = Router::new().fallback(|| async { "<!doctype html><title>Agent Canvas</title>" });
        let answer = probe.ask(&serve(dead).await).await;
        assert!(
            matches!(answer, ProbeAnswer::Wrong { status: 200, ref body } if body.contains("Canvas")),
            "{answer:?}"
        );
    }

    #[tokio::test]
    async fn nobody_there_is_unreachable() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let address = listener.local_addr().expect("has an address");
        drop(listener);
        let answer = HttpProbe::new(None).expect("a client").ask(&format!("http://{address}")).await;
        assert!(matches!(answer, ProbeAnswer::Unreachable { ref error } if !error.contains("http://")), "{answer:?}");
    }
}
