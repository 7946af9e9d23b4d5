//! `cargo xtask screenshots`: pictures of the main screens, from a fresh console that is filled first.

use crate::{child::run_to_end, interrupt, test::Theatre, workspace::Workspace};
use anyhow::Context;
use std::{fs, path::PathBuf, process::ExitCode};

#[derive(clap::Args)]
pub struct Arguments {
    /// Where the pictures go; the README's one is written to docs/screenshot.png as well.
    #[arg(default_value = ".handrail/screenshots")]
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
