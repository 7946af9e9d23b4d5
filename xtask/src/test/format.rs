//! Formatting.

use super::{Bench, Tally};
use crate::child::run_to_end;
use std::process::Command;

pub fn run(bench: &Bench) -> anyhow::Result<Tally> {
    let mut command = Command::new("cargo");
    command.args(["fmt", "--all", "--check"]).current_dir(&bench.workspace.root);
    run_to_end(&command)?;
    Ok(Tally::default())
}
