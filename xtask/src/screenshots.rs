//! `cargo xtask screenshots`: the pictures of the docs, from a fresh console that is filled first. Which screens: end2end/tests/screens.ts.

use crate::{child::run_to_end, interrupt, test::Theatre, workspace::Workspace};
use anyhow::Context;
use std::{fs, path::PathBuf, process::ExitCode};

#[derive(clap::Args)]
pub struct Arguments {
    /// Where the pictures go.
    #[arg(default_value = "docs/screenshots")]
    folder: PathBuf,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    interrupt::listen()?;
    let workspace = Workspace::find()?;
    let folder = workspace.root.join(&arguments.folder);
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let theatre = Theatre::open(&workspace)?;
    let mut command =
        theatre.playwright("test", &["--config", "end2end/playwright.config.ts", "--project", "screenshots"])?;
    command.env("HANDRAIL_SCREENSHOTS", &folder);
    run_to_end(&command)?;
    println!("The pictures are in {}", folder.display());
    Ok(ExitCode::SUCCESS)
}
