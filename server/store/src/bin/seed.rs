//! Fills a database with sample data: what `cargo xtask seed` runs.
#![allow(clippy::print_stdout, reason = "a command line tool speaks on standard output")]

use anyhow::{Context, bail};
use clap::Parser;
use std::{fs, path::PathBuf, time::Instant};
use store::{
    PgStore,
    seed::{Refusal, Sample, plant},
};

/// Makes sample teams, people, environments and audit events.
#[derive(Parser)]
#[command(name = "handrail-seed")]
struct Arguments {
    /// Postgres to fill; it is brought to this build's schema first.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// A stack template, as JSON.
    #[arg(long)]
    template: PathBuf,
    #[arg(long, default_value_t = 1000)]
    environments: i64,
    #[arg(long, default_value_t = 200)]
    teams: i64,
    #[arg(long, default_value_t = 5000)]
    people: i64,
    #[arg(long, default_value_t = 1_000_000)]
    audit: i64,
    /// Another number makes another sample.
    #[arg(long, default_value_t = 1)]
    seed: i64,
    /// Fill the database even though it holds environments that somebody made.
    #[arg(long)]
    yes: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let template = fs::read_to_string(&arguments.template)
        .with_context(|| format!("{} cannot be read", arguments.template.display()))?;
    let template: serde_json::Value = serde_json::from_str(&template).context("the template is not JSON")?;
    let store = PgStore::connect(&arguments.database_url, 2).await.context("DATABASE_URL is not a Postgres address")?;
    store.migrate().await.context("the database's schema could not be brought up to date")?;
    let sample = Sample {
        seed: arguments.seed,
        at: chrono::Utc::now(),
        teams: arguments.teams,
        people: arguments.people,
        environments: arguments.environments,
        audit: arguments.audit,
        // As Handrail stores it: without spaces between.
        template: template.to_string(),
        beside_real: arguments.yes,
    };
    let started = Instant::now();
    let planted = match plant(&store, &sample).await.context("nothing was written")? {
        Ok(planted) => planted,
        Err(Refusal::Seeded) => bail!("this database holds sample data already: nothing was written"),
        Err(Refusal::InUse) => bail!(
            "this database holds environments that somebody made; sample data cannot be taken out again. Say --yes to \
             add it all the same: nothing was written"
        ),
        Err(Refusal::Empty) => bail!("every count must be at least 1: nothing was written"),
    };
    let seconds = started.elapsed().as_secs_f64();
    let rows: u64 = planted.iter().map(|(_, rows)| rows).sum();
    for (table, rows) in &planted {
        println!("{rows:>10}  {table}");
    }
    println!("{rows:>10}  rows in {seconds:.1} s ({:.0} a second)", rows as f64 / seconds);
    Ok(())
}
