//! A running console: its environment, its log, and the wait until it is ready.

use crate::{
    bundle::Bundle,
    child::{Leash, Running, wait_until},
    emulator::Emulator,
    step::step,
};
use anyhow::Context;
use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

/// The first start makes a database cluster and migrates it.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where a console listens and keeps its things.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Port of the pages.
    pub port: u16,
    /// Port of the metrics.
    pub metrics_port: u16,
    /// Database cluster, setup link.
    pub data: PathBuf,
    /// Where its log goes.
    pub log: PathBuf,
    /// Whether the log is shown as well.
    pub verbose: bool,
    /// Where its process id is written; the console is then started again whenever somebody kills it, for tests that do.
    pub revived_as: Option<PathBuf>,
}

/// A running console; it ends when this is dropped.
pub struct Console {
    process: Running,
    /// The address of its pages.
    pub address: String,
    data: PathBuf,
}

impl Console {
    /// Starts it against the sandbox and waits until `/ready` answers 200.
    pub fn start(bundle: &Bundle, emulator: &Emulator, settings: &Settings) -> anyhow::Result<Self> {
        step("Console", || {
            let mut command = Command::new(&bundle.program);
            command
                .envs(environment(emulator, settings))
                .env("LEPTOS_SITE_ROOT", &bundle.site)
                .current_dir(settings.data.parent().unwrap_or(&settings.data));
            fs::create_dir_all(&settings.data).with_context(|| format!("cannot create {}", settings.data.display()))?;
            let mut process = start_logged(&command, settings)?;
            wait_until(&mut process, PATIENCE, || Ok(is_ready(settings.port)))
                .with_context(|| format!("see {}", settings.log.display()))?;
            let address = format!("http://127.0.0.1:{}", settings.port);
            let outcome = format!("ready at {address}");
            Ok((Self { process, address, data: settings.data.clone() }, outcome))
        })
    }

    /// The link with which the first person signs up, as long as nobody has used it.
    pub fn setup_link(&self) -> Option<String> {
        setup_link(&self.data)
    }

    /// Whether it still runs.
    pub fn alive(&mut self) -> anyhow::Result<bool> {
        Ok(self.process.ended()?.is_none())
    }
}

/// What the console reads from its environment.
pub fn environment(emulator: &Emulator, settings: &Settings) -> Vec<(&'static str, String)> {
    let ready = &emulator.ready;
    let mut variables = emulator.credentials();
    variables.extend(addresses(settings));
    variables.extend([
        ("HANDRAIL_PROBE_PROXY", ready.probe_proxy.clone()),
        // Images come from the sandbox's registry; the emulator is ECR's registry too, for all accounts.
        ("HANDRAIL_REGISTRY_ENDPOINT", format!("ghcr.io={},*.amazonaws.com={}", ready.registry, ready.endpoint)),
        ("HANDRAIL_FIRST_ACCOUNT_NAME", "Sandbox".into()),
        ("HANDRAIL_FIRST_ACCOUNT_NUMBER", ready.account.clone()),
        ("HANDRAIL_FIRST_ACCOUNT_REGIONS", ready.regions.join(",")),
    ]);
    variables
}

/// Where it listens and keeps its things, and what Leptos wants to know of the site.
pub fn addresses(settings: &Settings) -> Vec<(&'static str, String)> {
    vec![
        ("HANDRAIL_LISTEN", format!("127.0.0.1:{}", settings.port)),
        ("HANDRAIL_METRICS_LISTEN", format!("127.0.0.1:{}", settings.metrics_port)),
        ("HANDRAIL_DATA_DIR", settings.data.to_string_lossy().into_owned()),
        ("LEPTOS_OUTPUT_NAME", "handrail".into()),
        ("LEPTOS_SITE_PKG_DIR", "pkg".into()),
        ("LEPTOS_SITE_ADDR", format!("127.0.0.1:{}", settings.port)),
        ("LEPTOS_HASH_FILES", "true".into()),
        ("LEPTOS_ENV", "PROD".into()),
    ]
}

/// The setup link in a data folder.
pub fn setup_link(data: &Path) -> Option<String> {
    let link = fs::read_to_string(data.join("setup-link")).ok()?;
    (!link.trim().is_empty()).then(|| link.trim().to_owned())
}

/// Whether a console on this port says that database, migrations and worker are there.
pub fn is_ready(port: u16) -> bool {
    status_of(port, "/ready") == Some(200)
}

/// The status that a console on this port answers a path with; `None` while it does not answer.
pub fn status_of(port: u16, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = Vec::new();
    stream.take(64).read_to_end(&mut answer).ok()?;
    String::from_utf8_lossy(&answer).split(' ').nth(1)?.parse().ok()
}

/// Starts the program with both of its outputs in the log, which is shown on the terminal too if that was asked for.
fn start_logged(command: &Command, settings: &Settings) -> anyhow::Result<Running> {
    let cannot = || format!("cannot write {}", settings.log.display());
    let log = File::create(&settings.log).with_context(cannot)?;
    let errors = log.try_clone().with_context(cannot)?;
    let leash = Leash { revived_as: settings.revived_as.as_deref(), ..Leash::default() };
    let process = Running::start("the console", command, leash, log.into(), errors.into())?;
    if settings.verbose {
        follow(&settings.log)?;
    }
    Ok(process)
}

/// Shows what is added to a file, for as long as we run.
fn follow(file: &Path) -> anyhow::Result<()> {
    let mut lines = BufReader::new(File::open(file).with_context(|| format!("cannot read {}", file.display()))?);
    thread::spawn(move || {
        let mut line = String::new();
        loop {
            match lines.read_line(&mut line) {
                Ok(read) if read > 0 && line.ends_with('\n') => {
                    print!("{line}");
                    line.clear();
                }
                Ok(_) => thread::sleep(Duration::from_millis(100)),
                Err(_) => return,
            }
        }
    });
    Ok(())
}
