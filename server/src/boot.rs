//! Puts store, cloud, engine and HTTP edge together, and takes them apart again in order.

use crate::{
    config::Config,
    http::{self, Edge, events},
    postgres::Embedded,
    probe::HttpProbe,
    telemetry,
};
use anyhow::Context;
use axum::serve::ListenerExt;
use cloud::{AwsCloud, CloudSettings};
use engine::{
    Outside, Settings, SystemClock, account, reconcile, setup,
    worker::{Pace, Rhythm, Worker},
};
use ports::Store;
use registry::OciRegistry;
use std::{fs, net::SocketAddr, path::Path, sync::Arc, time::Duration};
use store::PgStore;
use tokio::{net::TcpListener, signal::unix, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// How long open requests get to finish after a signal.
const DRAIN: Duration = Duration::from_secs(8);
/// How long the database may take to answer at start.
const DATABASE_WAIT: Duration = Duration::from_secs(60);

/// A running console.
pub struct Console {
    /// Where it listens.
    pub address: SocketAddr,
    stop: CancellationToken,
    edge: JoinHandle<std::io::Result<()>>,
    background: Vec<JoinHandle<()>>,
    postgres: Option<Embedded>,
}

/// Starts everything.
pub async fn start(config: Config) -> anyhow::Result<Console> {
    let first_account = config.first_account()?;
    // The port is taken first: a second console on the same data folder stops here, before it touches anything.
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("{} is taken; choose another address with --listen", config.listen))?;
    telemetry::serve_metrics(config.metrics_listen)?;
    let postgres = match config.database_url {
        Some(_) => None,
        None => {
            let (folder, bin) = (config.data_dir.clone(), config.postgres_bin.clone());
            let started = tokio::task::spawn_blocking(move || Embedded::start(&folder, bin.as_deref()));
            Some(started.await.context("starting Postgres")??)
        }
    };
    let url = config.database_url.clone().or_else(|| postgres.as_ref().map(Embedded::url)).unwrap_or_default();
    let store: Arc<dyn Store> = Arc::new(open_store(&url, config.database_connections).await?);
    let cloud = AwsCloud::new(CloudSettings::default()).await;
    let endpoint_override = cloud.endpoint_override();
    let outside = Outside {
        store: store.clone(),
        cloud: Arc::new(cloud),
        registry: Arc::new(
            OciRegistry::new(config.registry_endpoint.clone(), config.logins()?).context("the client of registries")?,
        ),
        probe: Arc::new(HttpProbe::new(config.probe_proxy.as_deref())?),
        clock: Arc::new(SystemClock),
    };
    if let Some(first) = first_account
        && account::register_first(&outside, &first).await.map_err(|fault| anyhow::anyhow!("first account: {fault}"))?
    {
        tracing::info!(account = first.aws_account, "the first cloud account was registered");
    }
    announce_setup(&outside, &config).await?;

    let stop = CancellationToken::new();
    let notices = events::Hub::start(store.clone(), stop.clone());
    let settings = Settings {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        endpoint_override,
        session_days: config.session_days,
        invitation_days: config.invitation_days,
        configuration: config.settings.clone(),
    };
    let services = engine::services(outside.clone(), settings);
    let edge = Edge::new(services, store, notices, stop.clone(), &config);
    let name = format!("{}-{}", std::process::id(), uuid::Uuid::now_v7().simple());
    let worker = Worker::new(outside.clone(), name, rhythm(&config), Pace::default());
    let background = vec![tokio::spawn(worker.run(stop.clone())), tokio::spawn(reconcile::run(outside, stop.clone()))];
    let address = listener.local_addr().context("the address that was bound")?;
    let router = http::router(edge).into_make_service_with_connect_info::<SocketAddr>();
    let draining = stop.clone();
    // Answers are written in parts: without this the last part may wait for the client's delayed acknowledgement, 40 ms on Linux.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY");
        }
    });
    let edge = tokio::spawn(async move {
        axum::serve(listener, router).with_graceful_shutdown(async move { draining.cancelled().await }).await
    });
    tracing::info!(%address, url = config.public_url(), "the console answers");
    Ok(Console { address, stop, edge, background, postgres })
}

/// The worker's rhythm: a claim survives three lost heartbeats.
fn rhythm(config: &Config) -> Rhythm {
    let lease = Duration::from_secs(config.lease_seconds.into());
    Rhythm { lease, heartbeat: lease / 4, ..Rhythm::default() }
}

/// Connects and migrates, waiting for a database that is still starting.
async fn open_store(url: &str, connections: u32) -> anyhow::Result<PgStore> {
    let store = PgStore::connect(url, connections).await.context("DATABASE_URL is not a Postgres address")?;
    let waited = tokio::time::timeout(DATABASE_WAIT, async {
        loop {
            match store.migrate().await {
                Err(ports::StoreError::Unavailable(error)) => {
                    tracing::warn!(%error, "the database does not answer yet");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                outcome => return outcome,
            }
        }
    });
    match waited.await {
        Ok(outcome) => outcome.context("the database's schema could not be brought up to date")?,
        Err(_) => anyhow::bail!("the database did not answer within {} seconds", DATABASE_WAIT.as_secs()),
    }
    Ok(store)
}

/// While there is no platform admin: prints the one-time link and writes it beside the data.
async fn announce_setup(outside: &Outside, config: &Config) -> anyhow::Result<()> {
    let file = config.data_dir.join("setup-link");
    match setup::new_link(outside).await.map_err(|fault| anyhow::anyhow!("setup link: {fault}"))? {
        Some(token) => {
            let link = format!("{}/setup/{}", config.public_url(), token.expose());
            write_private(&file, &link)?;
            say(&format!("Setup link: {link}"));
        }
        None if file.exists() => {
            fs::remove_file(&file).with_context(|| format!("{} cannot be removed", file.display()))?;
        }
        None => {}
    }
    Ok(())
}

/// Standard output carries only what is meant for the person or script that started the console.
#[allow(clippy::print_stdout)]
fn say(line: &str) {
    println!("{line}");
}

fn write_private(file: &Path, text: &str) -> anyhow::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let mut options = fs::OpenOptions::new();
    let mut open = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
        .with_context(|| format!("{} cannot be written", file.display()))?;
    writeln!(open, "{text}").with_context(|| format!("{} cannot be written", file.display()))
}

/// Waits for Ctrl-C or the signal that service managers send.
pub async fn signal() -> anyhow::Result<()> {
    let mut terminate = unix::signal(unix::SignalKind::terminate()).context("SIGTERM")?;
    let mut interrupt = unix::signal(unix::SignalKind::interrupt()).context("SIGINT")?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    Ok(())
}

impl Console {
    /// Stops taking requests, lets open ones finish, hands operations back, then stops Postgres.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        if tokio::time::timeout(DRAIN, self.edge).await.is_err() {
            tracing::warn!("requests that were still open have been cut off");
        }
        for task in self.background {
            if tokio::time::timeout(DRAIN, task).await.is_err() {
                tracing::warn!("a background task did not stop in time");
            }
        }
        if let Some(postgres) = self.postgres {
            tokio::task::spawn_blocking(move || postgres.stop()).await.context("stopping Postgres")??;
        }
        Ok(())
    }
}
