//! Clippy, separately for the server and for the browser: `ssr` and `hydrate` must never be unified into one build.

use super::{Bench, Tally};
use crate::{child::run_to_end, install::rust};
use std::process::Command;

/// Packages of the server side, with the features that they are tested with.
pub const NATIVE: [&str; 10] =
    ["app", "model", "ports", "engine", "template", "store", "cloud", "registry", "server", "xtask"];

/// Arguments that choose [`NATIVE`].
pub fn native_packages(command: &mut Command) {
    for package in NATIVE {
        command.args(["--package", package]);
    }
    command.args(["--features", "app/ssr"]);
}

pub fn native(bench: &Bench) -> anyhow::Result<Tally> {
    let mut command = clippy(bench);
    native_packages(&mut command);
    command.args(["--all-targets", "--", "-D", "warnings"]);
    run_to_end(&command)?;
    Ok(Tally::default())
}

pub fn wasm(bench: &Bench) -> anyhow::Result<Tally> {
    rust::wasm_target()?;
    let mut command = clippy(bench);
    command
        .args(["--package", "frontend", "--package", "app", "--features", "app/hydrate,app/split"])
        .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
        // Where cargo-leptos builds the browser's half, so that build scripts and macros are compiled once.
        .arg(bench.workspace.target.join("front"))
        .args(["--", "-D", "warnings"]);
    run_to_end(&command)?;
    Ok(Tally::default())
}

fn clippy(bench: &Bench) -> Command {
    let mut command = Command::new("cargo");
    command
        .args(["clippy", "--locked"])
        .current_dir(&bench.workspace.root)
        .env("CARGO_TARGET_DIR", &bench.workspace.target);
    command
}
