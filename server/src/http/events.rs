//! The stream that tells a browser when something that it may see has changed.

use super::{Edge, session};
use app::context::MaybePrincipal;
use axum::{
    Extension,
    extract::{Request, State},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt, stream};
use http::StatusCode;
use model::{Principal, notice::Notice, permission::Permission, services::Services};
use ports::Store;
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

/// How many changes a slow reader may lag behind before it is told to read everything again.
const BACKLOG: usize = 1024;
/// How often an open stream looks whether its session is still alive.
const RECHECK: Duration = Duration::from_secs(20);
/// How often a quiet stream shows that it lives.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long a browser waits before it opens a broken stream again.
const RETRY: Duration = Duration::from_secs(2);

/// One subscription to the database, shared by all streams. `None` means that changes were missed.
#[derive(Clone)]
pub struct Hub(broadcast::Sender<Option<Notice>>);

impl Hub {
    /// Subscribes, and subscribes again whenever the connection is lost, until told to stop.
    pub fn start(store: Arc<dyn Store>, stop: CancellationToken) -> Self {
        let (sender, _) = broadcast::channel(BACKLOG);
        let hub = Self(sender);
        let forwarding = hub.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = forwarding.forward(store) => {}
            }
        });
        hub
    }

    async fn forward(&self, store: Arc<dyn Store>) {
        loop {
            match store.notices().await {
                Ok(mut notices) => loop {
                    let notice = notices.next().await;
                    // Nobody listens: that is no error.
                    let _ = self.0.send(notice);
                    if notice.is_none() {
                        break;
                    }
                },
                Err(error) => tracing::warn!(%error, "no subscription to changes"),
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// One open stream.
struct Watching {
    changes: broadcast::Receiver<Option<Notice>>,
    principal: Principal,
    token: String,
    services: Services,
    stop: CancellationToken,
    recheck: Instant,
}

/// Changes of the teams that the person may see, as server-sent events: `notice` with ids, `resync` after a gap.
pub(super) async fn stream(
    State(edge): State<Edge>,
    Extension(MaybePrincipal(principal)): Extension<MaybePrincipal>,
    request: Request,
) -> Response {
    let (Some(principal), Some(token)) = (principal, session::token(request.headers())) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let watching = Watching {
        changes: edge.hub.0.subscribe(),
        principal,
        token,
        services: edge.services.clone(),
        stop: edge.stop.clone(),
        recheck: Instant::now() + RECHECK,
    };
    let opened = stream::once(async { Ok::<_, Infallible>(Event::default().retry(RETRY).comment("open")) });
    Sse::new(opened.chain(events(watching))).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

fn events(watching: Watching) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(watching, |mut watching| async move {
        loop {
            let change = tokio::select! {
                () = watching.stop.cancelled() => return None,
                () = tokio::time::sleep_until(watching.recheck) => {
                    // A session that was ended or whose rights have changed must not go on listening with the old ones.
                    match watching.services.identity.authenticate(&watching.token).await {
                        Ok(Some(principal)) => watching.principal = principal,
                        Ok(None) => return None,
                        Err(fault) => tracing::debug!(%fault, "a stream's session could not be looked at"),
                    }
                    watching.recheck = Instant::now() + RECHECK;
                    continue;
                }
                change = watching.changes.recv() => change,
            };
            let event = match change {
                Ok(Some(notice)) if may_see(&watching.principal, &notice) => {
                    Event::default().event("notice").json_data(notice).unwrap_or_else(|_| Event::default())
                }
                Ok(Some(_)) => continue,
                Ok(None) | Err(RecvError::Lagged(_)) => Event::default().event("resync").data("{}"),
                Err(RecvError::Closed) => return None,
            };
            return Some((Ok(event), watching));
        }
    })
}

fn may_see(principal: &Principal, notice: &Notice) -> bool {
    Permission::TeamView.allows(Some(principal), Some(notice.team))
}
