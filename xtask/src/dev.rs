//! `cargo xtask dev`: the console under `cargo leptos watch`, rebuilt and reloaded on every change.

use crate::{
    bundle,
    child::run_to_end,
    console, interrupt, port,
    up::{self, PORT},
    workspace::Workspace,
};
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Arguments {
    /// Port of the console.
    #[arg(long, default_value_t = PORT)]
    port: u16,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    interrupt::listen()?;
    let workspace = Workspace::find()?;
    port::require(arguments.port, "the console", "stop it, or choose another with `cargo xtask dev --port N`")?;
    let pythons = up::install(&workspace)?;
    let emulator = up::start_sandbox(&workspace, &pythons)?;
    let settings = up::settings(&workspace, arguments.port, true)?;
    std::fs::create_dir_all(&settings.data)?;
    let mut watch = bundle::leptos(&workspace, "watch", false)?;
    watch
        .envs(console::environment(&emulator, &settings))
        .env("LEPTOS_ENV", "DEV")
        .env("LEPTOS_RELOAD_PORT", port::prefer(3001)?.to_string());
    println!("\nThe first build takes minutes; then Handrail is at http://127.0.0.1:{}", arguments.port);
    println!("The setup link, until it is used, is in {}", settings.data.join("setup-link").display());
    match run_to_end(&watch) {
        Err(_) if interrupt::happened() => Ok(ExitCode::SUCCESS),
        ended => ended.map(|()| ExitCode::SUCCESS),
    }
}
