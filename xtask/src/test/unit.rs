//! Unit and integration tests of the crates, with a throwaway database and a sandbox that runs fast.

use super::{Bench, Tally, lint};
use crate::{
    child::{answer, run_and_keep},
    database::Database,
    emulator::{self, Emulator},
    install::debian,
};
use anyhow::Context;
use std::{fs, process::Command};

pub fn run(bench: &Bench) -> anyhow::Result<Tally> {
    let workspace = &bench.workspace;
    let database = Database::start()?;
    let pythons = emulator::install(workspace)?;
    let registry = debian::docker_registry()?;
    let folder = workspace.state().join("test");
    let state = folder.join("sandbox-unit");
    fs::remove_dir_all(&state).ok();
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let log = folder.join("sandbox-unit.log");
    let emulator = Emulator::start(
        workspace,
        &pythons,
        &state,
        &log,
        emulator::free_ports()?,
        &["--speed", FAST, "--agents", "0"],
    )?;
    let nextest = answer("cargo", &["nextest", "--version"]).is_some();
    let mut command = cargo(
        bench,
        if nextest { &["nextest", "run"] } else { &["test", "--no-fail-fast", "--lib", "--bins", "--tests"] },
    );
    if nextest {
        command.args(["--no-fail-fast", "--status-level=slow", "--color=never"]);
    }
    lint::native_packages(&mut command);
    command
        .env("DATABASE_URL", &database.url)
        .env("HANDRAIL_TEST_AWS_ENDPOINT", &emulator.ready.endpoint)
        .env("HANDRAIL_TEST_PROBE_PROXY", &emulator.ready.probe_proxy)
        .env("HANDRAIL_TEST_ACCOUNT", &emulator.ready.account)
        .env("HANDRAIL_TEST_DOCKER_REGISTRY", &registry)
        // Tests that need the sandbox fail without it instead of being left out.
        .env("HANDRAIL_TEST_REQUIRE", "1");
    if bench.exhaustive {
        command.env("HANDRAIL_EXHAUSTIVE", "1");
    }
    let (status, output) = run_and_keep(&command)?;
    let counted = if nextest { Tally::of_nextest(&output) } else { Tally::of_cargo_test(&output) };
    Ok(Tally::judge(status.success(), counted))
}

/// How much faster than life the sandbox runs in tests.
pub const FAST: &str = "60";

/// Nextest does not run the examples in doc comments.
pub fn documentation(bench: &Bench) -> anyhow::Result<Tally> {
    let mut command = cargo(bench, &["test", "--doc", "--no-fail-fast"]);
    // The same packages as above, so that nothing is compiled again.
    lint::native_packages(&mut command);
    let (status, output) = run_and_keep(&command)?;
    Ok(Tally::judge(status.success(), Tally::of_cargo_test(&output)))
}

fn cargo(bench: &Bench, task: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command
        .args(task)
        .arg("--locked")
        .current_dir(&bench.workspace.root)
        .env("CARGO_TARGET_DIR", &bench.workspace.target);
    command
}
