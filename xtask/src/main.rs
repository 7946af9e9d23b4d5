//! Automation of the repository: `cargo xtask test`.

use anyhow::{Context, bail};
use clap::Parser;
use std::process::Command;

#[derive(Parser)]
enum Task {
    /// Everything that CI runs.
    Test,
}

fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::Test => {
            run("cargo", &["fmt", "--all", "--check"])?;
            run("cargo", &["test"])
        }
    }
}

fn run(program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let status = Command::new(program).args(arguments).status().with_context(|| format!("cannot start {program}"))?;
    if !status.success() {
        bail!("{program} {} failed", arguments.join(" "));
    }
    Ok(())
}
