//! The Handrail console: reads the configuration, starts everything, waits for a signal, stops everything.

use clap::Parser;
use server::{boot, config::Config, telemetry};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::parse().with_secret_files()?;
    telemetry::init(&config);
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        tracing::debug!("a TLS provider was installed already");
    }
    let console = boot::start(config).await?;
    boot::signal().await?;
    console.stop().await
}
