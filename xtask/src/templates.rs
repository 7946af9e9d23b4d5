//! `cargo xtask templates`: renders every two values of the create form that go together, and has all these templates judged.

use crate::{
    child::run_to_end,
    interrupt,
    test::{Temporary, template},
    workspace::Workspace,
};
use std::process::{Command, ExitCode};

/// How many random specs are rendered besides.
const RANDOM: &str = "500";

pub fn run() -> anyhow::Result<ExitCode> {
    interrupt::listen()?;
    let workspace = Workspace::find()?;
    let folder = Temporary::make("templates")?;
    let mut render = Command::new("cargo");
    render
        .args(["test", "--locked", "--package", "template", "--test", "it", "--", "pairwise", "property"])
        .env("HANDRAIL_TEMPLATES", folder.path())
        .env("PROPTEST_CASES", RANDOM)
        .env("CARGO_TARGET_DIR", &workspace.target)
        .current_dir(&workspace.root);
    run_to_end(&render)?;
    run_to_end(template::checks(&workspace)?.arg(folder.path()))?;
    Ok(ExitCode::SUCCESS)
}
