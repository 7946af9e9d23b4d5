//! Automation of the repository: `cargo xtask up`, `cargo xtask test` and what they are made of.
#![allow(clippy::print_stdout, reason = "a command line tool speaks on standard output")]

mod bench;
mod bless;
mod bundle;
mod child;
mod console;
mod database;
mod dev;
mod emulator;
mod install;
mod interrupt;
mod port;
mod sandbox;
mod screenshots;
mod seed;
mod step;
mod supervise;
mod templates;
mod test;
mod up;
mod wasm;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Builds, runs and checks Handrail.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing, build, and start the console with the AWS sandbox.
    Up(up::Arguments),
    /// The same with `cargo leptos watch`: rebuilds and reloads on every change.
    Dev(dev::Arguments),
    /// Run every check that CI runs.
    Test(test::Arguments),
    /// Speak to the running sandbox: `fault throttle ecs 30s`, `status`, `reset` …
    Sandbox(sandbox::Arguments),
    /// Write the golden templates anew and check them.
    Bless,
    /// Render every two choices of the create form that go together, and have the templates judged.
    Templates,
    /// Fill a database with sample teams, people, environments and history.
    Seed(seed::Arguments),
    /// Measure a release build against its budgets: times, bytes, memory.
    Bench(bench::Arguments),
    /// Take pictures of the main screens.
    Screenshots(screenshots::Arguments),
    /// Run a program that ends when standard input does; what the other commands start their children with.
    #[command(hide = true)]
    Supervise(supervise::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Supervise(arguments) => return supervise::run(&arguments),
        Task::Up(arguments) => up::run(&arguments),
        Task::Dev(arguments) => dev::run(&arguments),
        Task::Test(arguments) => test::run(&arguments),
        Task::Sandbox(arguments) => sandbox::run(&arguments),
        Task::Bless => bless::run(),
        Task::Templates => templates::run(),
        Task::Seed(arguments) => seed::run(&arguments),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Screenshots(arguments) => screenshots::run(&arguments),
    };
    match outcome {
        Ok(code) => code,
        Err(error) if interrupt::happened() => {
            eprintln!("stopped ({error:#})");
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
