//! `cargo xtask seed`: fills a database with sample teams, people, environments and history.

use crate::{child::run_to_end, interrupt, workspace::Workspace};
use anyhow::Context;
use std::{env, fs, path::PathBuf, process::Command, process::ExitCode};

/// The stack template that the sample's revisions carry.
const TEMPLATE: &str = "server/template/golden/default.json";

#[derive(clap::Args)]
pub struct Arguments {
    /// How much of everything.
    #[command(flatten)]
    pub counts: Counts,
    /// Fill the database even though it holds environments that somebody made.
    #[arg(long)]
    yes: bool,
    /// Postgres to fill; by default $DATABASE_URL, else that of this clone's console, which must run (`cargo xtask up`).
    #[arg(long)]
    database_url: Option<String>,
}

#[derive(Clone, Copy, clap::Args)]
pub struct Counts {
    #[arg(long, default_value_t = 1000)]
    pub environments: u32,
    #[arg(long, default_value_t = 200)]
    pub teams: u32,
    #[arg(long, default_value_t = 5000)]
    pub people: u32,
    /// Events of the audit history.
    #[arg(long, default_value_t = 1_000_000)]
    pub audit: u32,
    /// Another number makes another sample.
    #[arg(long, default_value_t = 1)]
    pub seed: u32,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    interrupt::listen()?;
    let workspace = Workspace::find()?;
    let url = match &arguments.database_url {
        Some(url) => url.clone(),
        None => env::var("DATABASE_URL").or_else(|_| own_database(&workspace))?,
    };
    plant(&workspace, &url, arguments.counts, arguments.yes)?;
    Ok(ExitCode::SUCCESS)
}

/// Runs the program that writes the sample. It is part of `store`, the only crate that speaks SQL.
pub fn plant(workspace: &Workspace, url: &str, counts: Counts, beside_real: bool) -> anyhow::Result<()> {
    let mut command = Command::new("cargo");
    command
        .args([
            "run",
            "--quiet",
            "--locked",
            "--package",
            "store",
            "--features",
            "seed",
            "--bin",
            "handrail-seed",
            "--",
        ])
        .args(["--template", TEMPLATE])
        .args(["--environments", &counts.environments.to_string(), "--teams", &counts.teams.to_string()])
        .args(["--people", &counts.people.to_string(), "--audit", &counts.audit.to_string()])
        .args(["--seed", &counts.seed.to_string()])
        .args(beside_real.then_some("--yes"))
        .current_dir(&workspace.root)
        .env("CARGO_TARGET_DIR", &workspace.target)
        .env("DATABASE_URL", url);
    run_to_end(&command)
}

/// The address of the Postgres that this clone's console has started. Its cluster stands in the console's log, and its socket in the
/// cluster's file `postmaster.pid`, on the fifth line.
fn own_database(workspace: &Workspace) -> anyhow::Result<String> {
    let log = workspace.state().join("logs/console.log");
    let text =
        fs::read_to_string(&log).with_context(|| "which database? Start `cargo xtask up`, or give --database-url")?;
    let cluster = cluster_in(&text).with_context(|| format!("{} names no cluster", log.display()))?;
    let running = fs::read_to_string(cluster.join("postmaster.pid")).context("the console's Postgres does not run")?;
    let socket = running.lines().nth(4).context("postmaster.pid names no socket")?;
    Ok(format!("postgres://handrail@{}/handrail", socket.replace('/', "%2F")))
}

/// The folder in the last line that says where the console's own Postgres is.
fn cluster_in(log: &str) -> Option<PathBuf> {
    let line = log.lines().rfind(|line| line.contains("own Postgres is up"))?;
    // Colours of the log, where it has any, stand between the name and the value.
    let value = line.rsplit_once("cluster")?.1;
    let from = value.find('/')?;
    let path = value[from..].split(|c: char| c.is_whitespace() || c == '\u{1b}').next()?;
    Some(PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cluster_is_read_from_the_log_with_and_without_colours() {
        let plain = "2026 INFO x: starting\n2026 INFO y: the console's own Postgres is up cluster=/a/b c=1\nlater\n";
        let coloured = "2026 INFO the console's own Postgres is up \u{1b}[3mcluster\u{1b}[0m\u{1b}[2m=\u{1b}[0m/a/b\n";
        assert_eq!(cluster_in(plain), Some(PathBuf::from("/a/b")));
        assert_eq!(cluster_in(coloured), Some(PathBuf::from("/a/b")));
        assert_eq!(cluster_in("nothing"), None);
    }
}
