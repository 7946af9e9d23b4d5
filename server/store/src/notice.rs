//! Changes that others hear of: sent within the transaction that makes them, received over one connection.

use crate::{error::Answer, sql::statements};
use async_trait::async_trait;
use model::{EnvironmentId, MirrorId, OperationId, TeamId, notice::Notice};
use ports::store::Notices;
use sqlx::{PgConnection, PgPool, postgres::PgListener};
use std::time::Duration;

/// The channel of `LISTEN` and `NOTIFY`; also named in the statements below.
const CHANNEL: &str = "handrail";
/// How long to wait between two attempts to subscribe again.
const AGAIN: Duration = Duration::from_millis(500);

statements! {
    // The text is `model::notice::Notice` as JSON.
    ANNOUNCE_ENVIRONMENT = "
        SELECT pg_notify('handrail', json_build_object('team', team, 'environment', id, 'operation', NULL)::text)
        FROM environment WHERE id = $1";
    ANNOUNCE = "SELECT pg_notify('handrail', $1)";
    ANNOUNCE_OPERATION = "
        SELECT pg_notify('handrail', json_build_object('team', e.team, 'environment', e.id, 'operation', o.id)::text)
        FROM operation o JOIN environment e ON e.id = o.environment WHERE o.id = $1";
}

/// Tells of a change of an environment, once the transaction commits.
pub(crate) async fn environment(tx: &mut PgConnection, id: EnvironmentId) -> Answer<()> {
    ANNOUNCE_ENVIRONMENT.query().bind(id.0).execute(tx).await?;
    Ok(())
}

/// Tells of a change of a team itself, once the transaction commits.
pub(crate) async fn team(tx: &mut PgConnection, id: TeamId) -> Answer<()> {
    announce(tx, Notice::of_team(id)).await
}

/// Tells of a change of a copy of an image, once the transaction commits.
pub(crate) async fn mirror(tx: &mut PgConnection, id: MirrorId) -> Answer<()> {
    announce(tx, Notice::of_mirror(id)).await
}

async fn announce(tx: &mut PgConnection, notice: Notice) -> Answer<()> {
    ANNOUNCE.query().bind(serde_json::to_string(&notice).unwrap_or_default()).execute(tx).await?;
    Ok(())
}

/// Tells of a change of an operation, once the transaction commits.
pub(crate) async fn operation(tx: &mut PgConnection, id: OperationId) -> Answer<()> {
    ANNOUNCE_OPERATION.query().bind(id.0).execute(tx).await?;
    Ok(())
}

/// Subscribes.
pub(crate) async fn listen(pool: &PgPool) -> Answer<Box<dyn Notices>> {
    Ok(Box::new(Listening { pool: pool.clone(), listener: Some(subscribe(pool).await?) }))
}

async fn subscribe(pool: &PgPool) -> Result<PgListener, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

struct Listening {
    pool: PgPool,
    /// `None` while the connection is lost.
    listener: Option<PgListener>,
}

#[async_trait]
impl Notices for Listening {
    async fn next(&mut self) -> Option<Notice> {
        loop {
            let Some(listener) = &mut self.listener else {
                match subscribe(&self.pool).await {
                    Ok(listener) => {
                        self.listener = Some(listener);
                        return None;
                    }
                    Err(_) => tokio::time::sleep(AGAIN).await,
                }
                continue;
            };
            match listener.try_recv().await {
                Ok(Some(notification)) => match serde_json::from_str(notification.payload()) {
                    Ok(notice) => return Some(notice),
                    Err(error) => tracing::warn!(%error, "a notice that cannot be read"),
                },
                // The connection was lost, and sqlx has subscribed again.
                Ok(None) => return None,
                Err(error) => {
                    tracing::debug!(%error, "the subscription to changes is lost");
                    self.listener = None;
                }
            }
        }
    }
}
