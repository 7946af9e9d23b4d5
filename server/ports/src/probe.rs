//! Asking OpenHands itself whether it is ready.

use async_trait::async_trait;
use model::{cause::ProbeAnswer, spec::Edition};

/// Asks an environment's health path through the load balancer, through the forward proxy where one is configured.
#[async_trait]
pub trait Probe: Send + Sync {
    /// Asks once. `address` is the environment's base URL, for example `http://internal-….elb.amazonaws.com`.
    ///
    /// Canvas: `GET /ready` must answer 200 with `{"status":"ready"}`. Its `/` and `/canvas` answer 200 with a dead backend and say
    /// nothing (docker/entrypoint.sh of Agent Canvas; tried by running it). The version is read from `GET /server_info`.
    ///
    /// App: `GET /ready` must answer 200 with `"OK"`, which says only that it listens, and `GET /api/v1/app-conversations/count` with a
    /// number, for which it asks its database. Any other path answers 200 with its page. The version is that of `GET /openapi.json`
    /// (openhands/app_server/status/status_router.py).
    async fn ask(&self, edition: Edition, address: &str) -> ProbeAnswer;
}
