//! The golden templates under cfn-lint, AWS's validator and our own rules.

use super::{Bench, Tally};
use crate::{child::run_and_keep, emulator, install::python, workspace::Workspace};
use anyhow::bail;
use std::process::Command;

const SCRIPT: &str = "server/template/check_templates.py";

/// The checking script in its Python environment.
pub fn checks(workspace: &Workspace) -> anyhow::Result<Command> {
    if !workspace.root.join(SCRIPT).is_file() {
        bail!("{SCRIPT} is missing from this clone");
    }
    let python = python::environment(workspace, "the template checkers", emulator::REQUIREMENTS, python::OLDEST)?;
    let mut command = Command::new(python);
    command.arg(SCRIPT).current_dir(&workspace.root).env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(command)
}

pub fn run(bench: &Bench) -> anyhow::Result<Tally> {
    let (status, output) = run_and_keep(&checks(&bench.workspace)?)?;
    Ok(Tally::judge(status.success(), Tally::of_marks(&output)))
}
