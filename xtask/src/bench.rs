//! `cargo xtask bench`: how fast, how heavy and how big a release build is, next to design.md's budgets.

mod wasm;

use crate::{
    bundle::{self, Bundle},
    child::{Leash, Running, answer, hand_over, run_to_end, wait_until},
    console::{self, Settings},
    database::Database,
    install::{debian, node, rust},
    interrupt, port,
    seed::{self, Counts},
    test::Temporary,
    workspace::Workspace,
};
use anyhow::Context;
use std::{
    env,
    fs::{self, File},
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

/// How long a console may take to start before something is wrong with it.
const PATIENCE: Duration = Duration::from_secs(60);
/// design.md: start to first answer with an existing database.
const START_BUDGET: Duration = Duration::from_secs(1);
/// The person whom the bench makes on its throwaway console.
const EMAIL: &str = "bench@example.com";

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    counts: Counts,
    /// How often each page is asked for.
    #[arg(long, default_value_t = 200)]
    times: u32,
    /// How many event streams are opened at once.
    #[arg(long, default_value_t = 2000)]
    viewers: u32,
    /// Leave out the browser.
    #[arg(long)]
    no_browser: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    interrupt::listen()?;
    let workspace = Workspace::find()?;
    rust::ensure(&workspace)?;
    node::ensure(&workspace)?;
    let bundle = bundle::build(&workspace, true, &workspace.state().join("bench/console"))?;
    let database = Database::start()?;
    println!("Sample data:");
    seed::plant(&workspace, &database.url, arguments.counts, false)?;

    let home = Temporary::make("bench")?;
    let log = workspace.state().join("bench/console.log");
    let settings = Settings {
        port: port::free()?,
        metrics_port: port::free()?,
        data: home.path().join("data"),
        log: log.clone(),
        verbose: false,
        revived_as: Some(home.path().join("pid")),
    };
    fs::create_dir_all(&settings.data).with_context(|| format!("cannot create {}", settings.data.display()))?;
    // The first start brings the database to this build's schema and is not counted.
    drop(Started::start(&bundle, &database, &settings)?);
    let started = Started::start(&bundle, &database, &settings)?;

    machine();
    println!("\n| start | value | budget | |\n| --- | ---: | ---: | --- |");
    let verdict = if started.took <= START_BUDGET { "kept" } else { "OVER" };
    println!(
        "| start to first answer | {} ms | {} ms | {verdict} |",
        started.took.as_millis(),
        START_BUDGET.as_millis()
    );

    let url = format!("http://127.0.0.1:{}", settings.port);
    let link = console::setup_link(&settings.data).context("the console has left no setup link")?;
    let password = format!("bench-{}-{}", std::process::id(), settings.port);
    let pid = fs::read_to_string(home.path().join("pid")).context("the console's process id")?;
    let mut pages = Command::new("cargo");
    pages
        .args([
            "bench",
            "--quiet",
            "--locked",
            "--package",
            "server",
            "--features",
            "split",
            "--bench",
            "console",
            "--",
        ])
        .args(["--url", &url, "--setup-link", &link, "--email", EMAIL, "--password", &password, "--pid", pid.trim()])
        .args(["--times", &arguments.times.to_string(), "--viewers", &arguments.viewers.to_string()])
        .current_dir(&workspace.root)
        .env("CARGO_TARGET_DIR", &workspace.target)
        .env("DATABASE_URL", &database.url);
    run_to_end(&many_files(&pages)).with_context(|| format!("see {}", log.display()))?;
    if !arguments.no_browser {
        let mut browser = Command::new("node");
        browser
            .arg("end2end/bench/first-view.mjs")
            .current_dir(&workspace.root)
            .env("HANDRAIL_BENCH_URL", &url)
            .env("HANDRAIL_BENCH_EMAIL", EMAIL)
            .env("HANDRAIL_BENCH_PASSWORD", &password)
            .env("HANDRAIL_TEST_CHROMIUM", debian::chromium()?);
        if debian::is_root() {
            browser.env("HANDRAIL_TEST_CHROMIUM_NO_SANDBOX", "1");
        }
        run_to_end(&browser)?;
    }
    wasm::print(&workspace, &bundle.site)?;
    drop(started);
    Ok(ExitCode::SUCCESS)
}

/// A console over a database that is there, without AWS behind it.
struct Started {
    /// From its start to its first answer.
    took: Duration,
    _process: Running,
}

impl Started {
    fn start(bundle: &Bundle, database: &Database, settings: &Settings) -> anyhow::Result<Self> {
        let mut command = Command::new(&bundle.program);
        command
            .envs(console::addresses(settings))
            .env("LEPTOS_SITE_ROOT", &bundle.site)
            .env("DATABASE_URL", &database.url)
            // Requests are limited per address, and the bench speaks for many.
            .env("HANDRAIL_TRUSTED_PROXIES", "127.0.0.1/32")
            // Nothing listens there: no call leaves the machine, whatever credentials it has.
            .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
            .env("AWS_ACCESS_KEY_ID", "bench")
            .env("AWS_SECRET_ACCESS_KEY", "bench")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .current_dir(&settings.data);
        let cannot = || format!("cannot write {}", settings.log.display());
        let log = File::create(&settings.log).with_context(cannot)?;
        let errors = log.try_clone().with_context(cannot)?;
        let leash = Leash { revived_as: settings.revived_as.as_deref(), ..Leash::default() };
        let started = Instant::now();
        let mut process = Running::start("the console", &many_files(&command), leash, log.into(), errors.into())?;
        wait_until(&mut process, PATIENCE, || Ok(console::status_of(settings.port, "/sign-in") == Some(200)))
            .with_context(|| format!("see {}", settings.log.display()))?;
        Ok(Self { took: started.elapsed(), _process: process })
    }
}

/// The same command with as many open files as the system allows, through `sh`, since the system call is unsafe code in Rust.
fn many_files(command: &Command) -> Command {
    let mut wrapped = Command::new("sh");
    wrapped.args(["-c", "ulimit -n \"$(ulimit -Hn)\"; exec \"$0\" \"$@\""]);
    hand_over(command, &mut wrapped);
    wrapped
}

/// What the numbers were measured on.
fn machine() {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map(|(_, name)| name.to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib =
        memory.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse::<u64>().ok());
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!(
        "\nMachine: {} x {}, {:.0} GB of memory, load {}, {} {}; {}",
        cores,
        model.unwrap_or_else(|| env::consts::ARCH.to_owned()),
        kib.unwrap_or_default() as f64 / 1e6,
        load.split(' ').next().unwrap_or_default(),
        answer("uname", &["-sr"]).unwrap_or_default(),
        answer("postgres", &["--version"]).or_else(|| answer("psql", &["--version"])).unwrap_or_default(),
        answer("date", &["-u", "+%Y-%m-%d %H:%M UTC"]).unwrap_or_default(),
    );
}
