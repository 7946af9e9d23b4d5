//! `cargo xtask up`: from a fresh clone to a console in the browser.

use crate::{
    bundle,
    child::answer,
    console::{Console, Settings},
    emulator::{self, Emulator, Pythons},
    install::{debian, node, rust},
    interrupt, port,
    workspace::Workspace,
};
use anyhow::{Context, bail};
use std::{fs, process::ExitCode, thread, time::Duration};

/// Where the console listens unless told otherwise.
pub const PORT: u16 = 3000;

#[derive(clap::Args)]
pub struct Arguments {
    /// Build with optimizations, as for production.
    #[arg(long)]
    release: bool,
    /// Port of the console.
    #[arg(long, default_value_t = PORT)]
    port: u16,
    /// Open the page in a browser.
    #[arg(long)]
    open: bool,
    /// Show the console's log; it is kept in .handrail/logs either way.
    #[arg(long)]
    verbose: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    interrupt::listen()?;
    let workspace = Workspace::find()?;
    port::require(arguments.port, "the console", "stop it, or choose another with `cargo xtask up --port N`")?;
    let pythons = install(&workspace)?;
    let bundle = bundle::build(&workspace, arguments.release, &workspace.state().join("console"))?;
    let mut emulator = start_sandbox(&workspace, &pythons)?;
    let settings = settings(&workspace, arguments.port, arguments.verbose)?;
    let mut console = Console::start(&bundle, &emulator, &settings)?;
    greet(&console, &settings);
    if arguments.open {
        open(&console.setup_link().unwrap_or_else(|| console.address.clone()));
    }
    while !interrupt::happened() {
        if !console.alive()? {
            bail!("the console has ended by itself: see {}", settings.log.display());
        }
        if !emulator.alive()? {
            bail!("the sandbox has ended by itself: see {}", workspace.state().join("logs/sandbox.log").display());
        }
        thread::sleep(Duration::from_millis(200));
    }
    println!("\nstopping");
    drop(console);
    drop(emulator);
    Ok(ExitCode::SUCCESS)
}

/// Everything that must be on the machine.
pub fn install(workspace: &Workspace) -> anyhow::Result<Pythons> {
    rust::ensure(workspace)?;
    node::ensure(workspace)?;
    let pythons = emulator::install(workspace)?;
    debian::postgres()?;
    if let Err(error) = debian::chromium() {
        println!("     only `cargo xtask test` needs it: {error:#}");
    }
    Ok(pythons)
}

/// The sandbox of this clone, with the state of the last run.
pub fn start_sandbox(workspace: &Workspace, pythons: &Pythons) -> anyhow::Result<Emulator> {
    let logs = workspace.state().join("logs");
    fs::create_dir_all(&logs).with_context(|| format!("cannot create {}", logs.display()))?;
    let state = workspace.state().join("sandbox");
    Emulator::start(workspace, pythons, &state, &logs.join("sandbox.log"), emulator::usual_ports()?, &[])
}

/// The console of this clone, with the data of the last run.
pub fn settings(workspace: &Workspace, port: u16, verbose: bool) -> anyhow::Result<Settings> {
    Ok(Settings {
        port,
        metrics_port: port::prefer(9464)?,
        data: workspace.state().join("data"),
        log: workspace.state().join("logs/console.log"),
        verbose,
        revived_as: None,
    })
}

fn greet(console: &Console, settings: &Settings) {
    println!("\nHandrail is at {}", console.address);
    match console.setup_link() {
        Some(link) => println!("Sign in for the first time with this link: {link}"),
        None => println!("Sign in with the email and password that you chose at setup."),
    }
    println!("Log of the console: {}", settings.log.display());
    println!("Faults on demand:   cargo xtask sandbox fault throttle ecs 30s");
    println!("Ctrl-C stops everything; the data stays.");
}

fn open(address: &str) {
    for program in ["xdg-open", "open"] {
        if answer(program, &[address]).is_some() {
            return;
        }
    }
    println!("No program to open a browser with was found.");
}
