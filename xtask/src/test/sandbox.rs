//! The sandbox's own tests.

use super::{Bench, Tally};
use crate::{child::run_and_keep, emulator};
use anyhow::bail;
use std::process::Command;

pub fn run(bench: &Bench) -> anyhow::Result<Tally> {
    let workspace = &bench.workspace;
    let pythons = emulator::install(workspace)?;
    let tests = workspace.root.join(emulator::FOLDER).join("tests");
    if !tests.is_dir() {
        bail!("{} is missing from this clone", tests.display());
    }
    let mut command = Command::new(&pythons.sandbox);
    command
        // From the folder above, so that the tests may import from each other.
        .args(["-m", "unittest", "discover", "--start-directory", "tests", "--top-level-directory", "."])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(workspace.root.join(emulator::FOLDER));
    if let Some(agent) = &pythons.agent {
        command.env("HANDRAIL_AGENT_PYTHON", agent);
    }
    let (status, output) = run_and_keep(&command)?;
    let tally = Tally::judge(status.success(), Tally::of_unittest(&output));
    if tally == Tally::default() {
        bail!("{} holds no tests", tests.display());
    }
    Ok(tally)
}
