//! `cargo xtask sandbox …`: hands its arguments to the sandbox of this clone.

use crate::{child, emulator, install::python, workspace::Workspace};
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Arguments {
    /// What the sandbox is to do, for example `fault throttle ecs 30s`, `faults`, `status` or `reset`; `--help` lists it all.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    arguments: Vec<String>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::find()?;
    let python = python::environment(&workspace, "the sandbox", emulator::REQUIREMENTS, python::OLDEST)?;
    let mut command = emulator::command(&workspace, &python);
    command.args(&arguments.arguments).arg("--state").arg(workspace.state().join("sandbox"));
    let (status, _) = child::run_and_keep(&command)?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
