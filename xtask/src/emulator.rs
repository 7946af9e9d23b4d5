//! The sandbox: an AWS emulator on 127.0.0.1 that the console takes for AWS.

use crate::{
    child::{Leash, Running, wait_until},
    install::python,
    port,
    step::step,
    workspace::Workspace,
};
use anyhow::Context;
use serde::Deserialize;
use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// Where the sandbox lies in the clone.
pub const FOLDER: &str = "end2end/sandbox";
/// What it needs.
pub const REQUIREMENTS: &str = "end2end/sandbox/requirements.txt";
/// What the real OpenHands agent server behind the probe proxy needs.
pub const AGENT_REQUIREMENTS: &str = "end2end/sandbox/requirements-agent.txt";

/// The first start of an emulator imports a great deal of Python on a cold disk.
const PATIENCE: Duration = Duration::from_secs(120);

/// The Python programs that the sandbox runs with.
#[derive(Clone, Debug)]
pub struct Pythons {
    /// The launcher and the emulator.
    pub sandbox: PathBuf,
    /// The agent server, where Python 3.12 or newer exists.
    pub agent: Option<PathBuf>,
}

/// Installs what the sandbox needs.
pub fn install(workspace: &Workspace) -> anyhow::Result<Pythons> {
    let sandbox = python::environment(workspace, "the sandbox", REQUIREMENTS, python::OLDEST)?;
    let agent = if python::interpreter(python::OLDEST_FOR_AGENT).is_ok() {
        Some(python::environment(
            workspace,
            "the OpenHands agent server",
            AGENT_REQUIREMENTS,
            python::OLDEST_FOR_AGENT,
        )?)
    } else {
        println!(" ok  OpenHands agent server: simulated, since no Python 3.12 or newer was found");
        None
    };
    Ok(Pythons { sandbox, agent })
}

/// What the sandbox tells once it answers.
#[derive(Clone, Debug, Deserialize)]
pub struct Ready {
    /// The address of every AWS API.
    pub endpoint: String,
    /// The proxy through which environments answer.
    pub probe_proxy: String,
    /// The registry that images come from.
    pub registry: String,
    /// The account that it plays.
    pub account: String,
    /// The regions that it plays.
    pub regions: Vec<String>,
    /// What answers as OpenHands: the real agent server, or a simulation.
    pub backend: String,
}

/// A running sandbox; it ends when this is dropped.
pub struct Emulator {
    process: Running,
    /// Where it listens and what it plays.
    pub ready: Ready,
}

impl Emulator {
    /// Starts it with its state in `state` and its log in `log`.
    ///
    /// `arguments` are further ones for `python -m handrail_sandbox up`.
    pub fn start(
        workspace: &Workspace,
        pythons: &Pythons,
        state: &Path,
        log: &Path,
        ports: (u16, u16),
        arguments: &[&str],
    ) -> anyhow::Result<Self> {
        step("Sandbox", || {
            let mut command = command(workspace, &pythons.sandbox);
            command
                .arg("up")
                .arg("--state")
                .arg(state)
                .args(["--aws-port", &ports.0.to_string(), "--probe-port", &ports.1.to_string()])
                .args(arguments);
            if let Some(agent) = &pythons.agent {
                command.arg("--agent-python").arg(agent);
            }
            fs::create_dir_all(state).with_context(|| format!("cannot create {}", state.display()))?;
            let log_file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
            let mut process =
                Running::start("the sandbox", &command, Leash::default(), Stdio::piped(), log_file.into())?;
            let output = process.stdout().context("the sandbox has no output")?;
            let (sender, receiver) = mpsc::channel();
            // Reads on after the ready line, so that the sandbox never waits for a full pipe.
            thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    if let Ok(ready) = serde_json::from_str::<Ready>(&line) {
                        let _ = sender.send(ready);
                    }
                }
            });
            let mut ready = None;
            wait_until(&mut process, PATIENCE, || {
                ready = receiver.try_recv().ok();
                Ok(ready.is_some())
            })
            .with_context(|| format!("see {}", log.display()))?;
            let ready: Ready = ready.context("the sandbox said nothing")?;
            let outcome = format!("AWS API at {}, OpenHands: {}", ready.endpoint, ready.backend);
            Ok((Self { process, ready }, outcome))
        })
    }

    /// Whether it still runs.
    pub fn alive(&mut self) -> anyhow::Result<bool> {
        Ok(self.process.ended()?.is_none())
    }

    /// The environment variables that make an AWS SDK speak to the sandbox.
    pub fn credentials(&self) -> Vec<(&'static str, String)> {
        let region = self.ready.regions.first().cloned().unwrap_or_default();
        vec![
            ("AWS_ENDPOINT_URL", self.ready.endpoint.clone()),
            // The emulator takes a key of twelve digits for the account's number.
            ("AWS_ACCESS_KEY_ID", self.ready.account.clone()),
            ("AWS_SECRET_ACCESS_KEY", "sandbox".into()),
            ("AWS_REGION", region),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ]
    }
}

/// `python -m handrail_sandbox`.
pub fn command(workspace: &Workspace, python: &Path) -> Command {
    let mut command = Command::new(python);
    command
        .args(["-m", "handrail_sandbox"])
        .env("PYTHONPATH", workspace.root.join(FOLDER))
        .env("PYTHONUNBUFFERED", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(&workspace.root);
    command
}

/// Two ports for the sandbox: its usual ones where they are free.
pub fn usual_ports() -> anyhow::Result<(u16, u16)> {
    Ok((port::prefer(4566)?, port::prefer(4567)?))
}

/// Two free ports.
pub fn free_ports() -> anyhow::Result<(u16, u16)> {
    Ok((port::free()?, port::free()?))
}
