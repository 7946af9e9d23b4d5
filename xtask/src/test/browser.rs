//! The console in a browser: builds it, starts it with a sandbox and nothing else, and lets Playwright use it.

use super::{Bench, Tally, unit::FAST};
use crate::{
    bundle::{self, Bundle},
    child::run_and_keep,
    console::{Console, Settings},
    emulator::{self, Emulator},
    install::{debian, node, rust},
    port,
    workspace::Workspace,
};
use anyhow::{Context, bail};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

const CONFIGURATION: &str = "end2end/playwright.config.ts";
/// File with the console's process id, for the tests that kill it.
const PROCESS_ID: &str = "console.pid";

/// The console, with everything in it that a production build would have.
pub fn build(bench: &Bench) -> anyhow::Result<Tally> {
    bundled(&bench.workspace)?;
    Ok(Tally::default())
}

pub fn run(bench: &Bench) -> anyhow::Result<Tally> {
    let workspace = &bench.workspace;
    if !workspace.root.join(CONFIGURATION).is_file() {
        bail!("{CONFIGURATION} is missing from this clone");
    }
    let stage = Theatre::open(workspace)?;
    let mut arguments = vec!["--config", CONFIGURATION];
    arguments.extend(bench.specs.iter().map(String::as_str));
    let mut command = stage.playwright("test", &arguments)?;
    if bench.exhaustive {
        command.env("HANDRAIL_EXHAUSTIVE", "1");
    }
    let (status, output) = run_and_keep(&command)?;
    Ok(Tally::judge(status.success(), Tally::of_playwright(&output)))
}

/// A fresh console and sandbox, and the browser that looks at them.
pub struct Theatre {
    workspace: Workspace,
    chromium: PathBuf,
    python: PathBuf,
    state: PathBuf,
    setup_link: String,
    // Dropped in this order: the console first, since it speaks to the sandbox and writes into its home.
    console: Console,
    emulator: Emulator,
    home: Temporary,
}

/// A folder that nothing else needs, removed at the end. It lies outside of the clone, which may be where the account that runs
/// Postgres cannot reach it.
pub struct Temporary(PathBuf);

impl Temporary {
    /// Makes an empty folder.
    pub fn make(purpose: &str) -> anyhow::Result<Self> {
        let folder = env::temp_dir().join(format!("handrail-{purpose}-{}-{}", std::process::id(), port::free()?));
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(Self(folder))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

impl Theatre {
    /// Builds and starts everything with empty data folders on free ports.
    pub fn open(workspace: &Workspace) -> anyhow::Result<Self> {
        let bundle = bundled(workspace)?;
        let chromium = debian::chromium()?;
        debian::postgres()?;
        let pythons = emulator::install(workspace)?;
        let folder = workspace.state().join("test/browser");
        let state = folder.join("sandbox");
        fs::remove_dir_all(&state).ok();
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let log = folder.join("sandbox.log");
        // The first environment is answered by the real agent server; one for each would take most of the time.
        let arguments = ["--speed", FAST, "--agents", "1"];
        let emulator = Emulator::start(workspace, &pythons, &state, &log, emulator::free_ports()?, &arguments)?;
        let port = port::free()?;
        let home = Temporary::make("console")?;
        let settings = Settings {
            port,
            metrics_port: port::free()?,
            data: home.0.join("data"),
            log: folder.join("console.log"),
            verbose: false,
            revived_as: Some(home.0.join(PROCESS_ID)),
        };
        let console = Console::start(&bundle, &emulator, &settings)?;
        let setup_link = console.setup_link().context("a fresh console has left no setup link")?;
        Ok(Self {
            workspace: workspace.clone(),
            chromium,
            python: pythons.sandbox,
            state,
            setup_link,
            console,
            emulator,
            home,
        })
    }

    /// A Playwright command that knows where everything is.
    pub fn playwright(&self, task: &str, arguments: &[&str]) -> anyhow::Result<Command> {
        let ready = &self.emulator.ready;
        let mut command = Command::new("node");
        command
            .arg("node_modules/@playwright/test/cli.js")
            .arg(task)
            .args(arguments)
            .current_dir(&self.workspace.root)
            .env("PATH", self.workspace.path()?)
            .env("HANDRAIL_TEST_URL", &self.console.address)
            .env("HANDRAIL_TEST_SETUP_LINK", &self.setup_link)
            .env("HANDRAIL_TEST_CONSOLE_PID", self.home.0.join(PROCESS_ID))
            .env("HANDRAIL_TEST_CHROMIUM", &self.chromium)
            .env("HANDRAIL_TEST_AWS_ENDPOINT", &ready.endpoint)
            .env("HANDRAIL_TEST_ACCOUNT", &ready.account)
            .env("HANDRAIL_TEST_REGION", ready.regions.first().context("the sandbox plays no region")?)
            .env("HANDRAIL_TEST_SANDBOX_PYTHON", &self.python)
            .env("HANDRAIL_TEST_SANDBOX_STATE", &self.state)
            .env("HANDRAIL_TEST_SANDBOX_FOLDER", self.workspace.root.join(emulator::FOLDER));
        if debian::is_root() {
            command.env("HANDRAIL_TEST_CHROMIUM_NO_SANDBOX", "1");
        }
        Ok(command)
    }
}

fn bundled(workspace: &Workspace) -> anyhow::Result<Bundle> {
    rust::ensure(workspace)?;
    node::ensure(workspace)?;
    bundle::build(workspace, false, &workspace.state().join("test/console"))
}
