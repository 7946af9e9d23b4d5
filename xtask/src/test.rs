//! `cargo xtask test`: every check, stage by stage.

mod browser;
mod edges;
mod format;
mod lint;
mod names;
mod sandbox;
mod tally;
pub mod template;
mod unit;

pub use browser::{Temporary, Theatre};
pub use tally::Tally;

use crate::{interrupt, step::seconds, workspace::Workspace};
use anyhow::bail;
use std::{process::ExitCode, time::Instant};

#[derive(clap::Args)]
pub struct Arguments {
    /// Kill and fault tests at every step, instead of at a few.
    #[arg(long)]
    exhaustive: bool,
    /// Run only this stage; may be given several times.
    #[arg(long, value_name = "STAGE")]
    only: Vec<String>,
    /// Of the browser stage, run only this file of `end2end/tests`; may be given several times.
    #[arg(long, value_name = "FILE")]
    spec: Vec<String>,
    /// List the stages and do nothing.
    #[arg(long)]
    list: bool,
}

/// What the stages work with.
pub struct Bench {
    pub workspace: Workspace,
    pub exhaustive: bool,
    /// Files that the browser stage is limited to; empty for all.
    pub specs: Vec<String>,
}

/// One stage of the checks.
struct Stage {
    name: &'static str,
    about: &'static str,
    run: fn(&Bench) -> anyhow::Result<Tally>,
}

const STAGES: [Stage; 11] = [
    Stage { name: "format", about: "rustfmt would change nothing", run: format::run },
    Stage { name: "names", about: "no forbidden words, module names or package hosts", run: names::run },
    Stage { name: "edges", about: "crates depend only on what design.md allows", run: edges::run },
    Stage { name: "lint", about: "clippy over everything that runs on the server", run: lint::native },
    Stage { name: "lint-wasm", about: "clippy over what runs in the browser", run: lint::wasm },
    Stage { name: "tests", about: "unit and integration tests, with a database and the sandbox", run: unit::run },
    Stage { name: "doctests", about: "examples in the documentation of the crates", run: unit::documentation },
    Stage {
        name: "templates",
        about: "cfn-lint, AWS's validator and our rules over the golden templates",
        run: template::run,
    },
    Stage { name: "sandbox", about: "tests of the AWS sandbox", run: sandbox::run },
    Stage { name: "build", about: "the console builds with cargo-leptos", run: browser::build },
    Stage { name: "browser", about: "Playwright against a fresh console and sandbox", run: browser::run },
];

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if arguments.list {
        for stage in &STAGES {
            println!("{:10} {}", stage.name, stage.about);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let stages = chosen(&arguments.only)?;
    interrupt::listen()?;
    let bench =
        Bench { workspace: Workspace::find()?, exhaustive: arguments.exhaustive, specs: arguments.spec.clone() };
    let mut total = Tally::default();
    let mut report = Vec::new();
    for stage in stages {
        println!("\n==== {}: {}", stage.name, stage.about);
        let start = Instant::now();
        let tally = match (stage.run)(&bench) {
            Ok(tally) => tally,
            Err(error) => {
                println!("{}: {error:#}", stage.name);
                Tally { passed: 0, failed: 1 }
            }
        };
        // The stage itself is a check: it found its inputs and ran to its end.
        let tally = if tally.failed == 0 { Tally { passed: tally.passed + 1, ..tally } } else { tally };
        let verdict = if tally.failed == 0 { "passed" } else { "FAILED" };
        report.push(format!(
            "{verdict} {:10} {:5} passed {:3} failed  {}",
            stage.name,
            tally.passed,
            tally.failed,
            seconds(start.elapsed())
        ));
        total += tally;
        if interrupt::happened() {
            bail!("interrupted in stage {}", stage.name);
        }
    }
    println!("\n{}", report.join("\n"));
    println!("handrail checks: {} passed, {} failed", total.passed, total.failed);
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn chosen(only: &[String]) -> anyhow::Result<Vec<&'static Stage>> {
    if let Some(unknown) = only.iter().find(|name| STAGES.iter().all(|stage| stage.name != **name)) {
        let names: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
        bail!("no stage is called {unknown}; there are {}", names.join(", "));
    }
    Ok(STAGES.iter().filter(|stage| only.is_empty() || only.iter().any(|name| name == stage.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_choice_every_stage_runs() {
        assert_eq!(chosen(&[]).expect("all").len(), STAGES.len());
    }

    #[test]
    fn a_misspelt_stage_is_told_instead_of_passing_with_nothing_run() {
        let error = chosen(&["browsr".into()]).err().expect("an error").to_string();
        assert!(error.contains("browsr") && error.contains("browser"), "{error}");
    }
}
