//! `cargo xtask bless`: writes the golden templates anew and has them checked.

use crate::{child::run_to_end, interrupt, test::template, workspace::Workspace};
use std::process::{Command, ExitCode};

pub fn run() -> anyhow::Result<ExitCode> {
    interrupt::listen()?;
    let workspace = Workspace::find()?;
    let mut bless = Command::new("cargo");
    bless
        .args(["test", "--locked", "--package", "template"])
        .env("HANDRAIL_BLESS", "1")
        .env("CARGO_TARGET_DIR", &workspace.target)
        .current_dir(&workspace.root);
    run_to_end(&bless)?;
    run_to_end(&template::checks(&workspace)?)?;
    Ok(ExitCode::SUCCESS)
}
