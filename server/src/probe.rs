//! Asks environments over HTTP whether OpenHands is ready.

use anyhow::Context;
use async_trait::async_trait;
use model::{cause::ProbeAnswer, spec::Edition};
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

/// The part of the app's `/openapi.json` that is used.
#[derive(Deserialize)]
struct Described {
    info: Info,
}

#[derive(Deserialize)]
struct Info {
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

    async fn canvas(&self, address: &str) -> Result<ProbeAnswer, reqwest::Error> {
        let (status, body) = self.get(&format!("{address}/ready")).await?;
        let said = serde_json::from_str::<Readiness>(&body).ok().map(|readiness| readiness.status);
        Ok(match (status, said.as_deref()) {
            (200, Some("ready")) => ProbeAnswer::Ready { version: self.version(address).await },
            (503, Some("initializing")) => ProbeAnswer::Starting,
            _ => wrong(status, &body),
        })
    }

    async fn app(&self, address: &str) -> Result<ProbeAnswer, reqwest::Error> {
        let (status, body) = self.get(&format!("{address}/ready")).await?;
        let listens = serde_json::from_str::<String>(&body).is_ok_and(|said| said == "OK");
        if status != 200 || !listens {
            return Ok(wrong(status, &body));
        }
        let (status, body) = self.get(&format!("{address}/api/v1/app-conversations/count")).await?;
        if status != 200 || serde_json::from_str::<u64>(&body).is_err() {
            return Ok(wrong(status, &body));
        }
        let (status, body) = self.get(&format!("{address}/openapi.json")).await?;
        let described: Option<Described> = (status == 200).then(|| serde_json::from_str(&body).ok()).flatten();
        let version = described.and_then(|described| described.info.version).filter(|version| version.len() <= 64);
        Ok(ProbeAnswer::Ready { version })
    }

    async fn version(&self, address: &str) -> Option<String> {
        let (status, body) = self.get(&format!("{address}/server_info")).await.ok()?;
        let info: ServerInfo = (status == 200).then(|| serde_json::from_str(&body).ok()).flatten()?;
        info.version.filter(|version| version.len() <= 64)
    }
}

#[async_trait]
impl Probe for HttpProbe {
    async fn ask(&self, edition: Edition, address: &str) -> ProbeAnswer {
        let address = address.trim_end_matches('/');
        let answer = match edition {
            Edition::Canvas => self.canvas(address).await,
            Edition::App | Edition::Enterprise => self.app(address).await,
        };
        answer.unwrap_or_else(|error| ProbeAnswer::Unreachable { error: explain(&error) })
    }
}

fn wrong(status: u16, body: &str) -> ProbeAnswer {
    ProbeAnswer::Wrong { status, body: body.chars().take(BODY_SHOWN).collect() }
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
        assert_eq!(
            probe.ask(Edition::Canvas, &serve(ready).await).await,
            ProbeAnswer::Ready { version: Some("1.58.0".into()) }
        );

        let starting = Router::new()
            .route("/ready", get(|| async { (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"initializing"}"#) }));
        assert_eq!(probe.ask(Edition::Canvas, &serve(starting).await).await, ProbeAnswer::Starting);

        // Canvas with a dead backend: its own pages answer 200 with HTML, whatever is asked.
        let dead = Router::new().fallback(|| async { "<!doctype html><title>Agent Canvas</title>" });
        let answer = probe.ask(Edition::Canvas, &serve(dead).await).await;
        assert!(
            matches!(answer, ProbeAnswer::Wrong { status: 200, ref body } if body.contains("Canvas")),
            "{answer:?}"
        );
    }

    #[tokio::test]
    async fn the_app_is_ready_when_its_database_answers() {
        let probe = HttpProbe::new(None).expect("a client");
        // The app answers every path that it does not know with its page.
        let page = || Router::new().fallback(|| async { "<!doctype html><title>OpenHands</title>" });
        let listening = || page().route("/ready", get(|| async { r#""OK""# }));
        let count = "/api/v1/app-conversations/count";
        let ready = listening()
            .route(count, get(|| async { "3" }))
            .route("/openapi.json", get(|| async { r#"{"info":{"title":"OpenHands","version":"1.9.3"},"paths":{}}"# }));
        let answer = probe.ask(Edition::App, &serve(ready).await).await;
        assert_eq!(answer, ProbeAnswer::Ready { version: Some("1.9.3".into()) });
        let broken = listening().route(count, get(|| async { (StatusCode::INTERNAL_SERVER_ERROR, "no database") }));
        for router in [page(), listening(), broken] {
            let answer = probe.ask(Edition::App, &serve(router).await).await;
            assert!(matches!(answer, ProbeAnswer::Wrong { .. }), "{answer:?}");
        }
    }

    #[tokio::test]
    async fn nobody_there_is_unreachable() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let address = listener.local_addr().expect("has an address");
        drop(listener);
        let answer = HttpProbe::new(None).expect("a client").ask(Edition::Canvas, &format!("http://{address}")).await;
        assert!(matches!(answer, ProbeAnswer::Unreachable { ref error } if !error.contains("http://")), "{answer:?}");
    }
}
