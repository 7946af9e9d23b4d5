//! The Handrail console: reads the configuration, starts everything, waits for a signal, stops everything.

use server::{boot, config::Config, telemetry};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::read(std::env::args_os()).unwrap_or_else(|error| error.exit()).with_secret_files()?;
    telemetry::init(&config);
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        tracing::debug!("a TLS provider was installed already");
    }
    let console = boot::start(config).await?;
    boot::signal().await?;
    console.stop().await
}
