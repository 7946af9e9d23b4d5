//! Logs and metrics.

use crate::config::{Config, LogFormat};
use anyhow::Context;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use std::net::SocketAddr;
use tracing_subscriber::EnvFilter;

/// Upper bounds of the buckets of request durations, in seconds.
const DURATION_BUCKETS: [f64; 10] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Starts logging to standard error; standard output is left to what people or scripts read.
pub fn init(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let installed = match config.log_format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    if installed.is_err() {
        tracing::debug!("logging was started already");
    }
}

/// Serves the metrics on a port of their own.
pub fn serve_metrics(listen: SocketAddr) -> anyhow::Result<()> {
    PrometheusBuilder::new()
        .with_http_listener(listen)
        .set_buckets_for_metric(Matcher::Full("handrail_http_request_seconds".to_owned()), &DURATION_BUCKETS)
        .context("metrics buckets")?
        .install()
        .with_context(|| format!("metrics cannot be served on {listen}: is the port taken? See --metrics-listen"))
}
