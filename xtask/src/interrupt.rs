//! Ctrl-C, SIGTERM and SIGHUP: remembered, so that whoever waits can stop what it started.

use anyhow::Context;
use std::sync::atomic::{AtomicBool, Ordering};

static HAPPENED: AtomicBool = AtomicBool::new(false);

/// Begins to listen. Without this a signal would end us before our children.
pub fn listen() -> anyhow::Result<()> {
    ctrlc::set_handler(|| HAPPENED.store(true, Ordering::SeqCst)).context("cannot listen for Ctrl-C")
}

/// Whether somebody asked us to stop.
pub fn happened() -> bool {
    HAPPENED.load(Ordering::SeqCst)
}
