//! How fast a running console answers, next to the limit: the same questions through a bare axum handler over the same database.
//!
//! `cargo xtask bench` starts the console, fills its database and runs this program. Everything stays on 127.0.0.1.
#![allow(clippy::print_stdout, reason = "a command line tool speaks on standard output")]

mod ask;
mod limit;
mod table;
mod viewer;

use anyhow::Context;
use ask::{Asker, Timing};
use clap::Parser;
use std::time::Duration;
use store::PgStore;
use table::{Row, print};

/// Server time that design.md allows the 95th percentile of list, detail and audit pages.
const PAGE_BUDGET: Duration = Duration::from_millis(25);
/// The page of the list that is measured besides the first one.
const LATER_PAGE: usize = 20;
/// Half a year: how deep into the history the deep page lies.
const DEEP: Duration = Duration::from_secs(182 * 24 * 3600);

/// Where the history of all teams may be.
const HISTORY: [&str; 2] = ["/activity", "/platform"];

#[derive(Parser)]
struct Arguments {
    /// The console.
    #[arg(long)]
    url: String,
    /// Its one-time setup link, which makes the person who asks.
    #[arg(long)]
    setup_link: String,
    #[arg(long)]
    email: String,
    #[arg(long)]
    password: String,
    /// Its database.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// Its process, whose memory is looked at.
    #[arg(long)]
    pid: u32,
    /// How often each page is asked for.
    #[arg(long, default_value_t = 200)]
    times: usize,
    /// How many event streams are opened.
    #[arg(long, default_value_t = 2000)]
    viewers: usize,
    /// `cargo bench` says so.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let store = PgStore::connect(&arguments.database_url, 8).await.context("the database's address")?;
    let asker = Asker::sign_up(&arguments.url, &arguments.setup_link, &arguments.email, &arguments.password).await?;
    pages(&asker, &store, arguments.times).await?;
    viewer::measure(&asker, &store, arguments.viewers, arguments.pid).await
}

/// List, detail and history.
async fn pages(asker: &Asker, store: &PgStore, times: usize) -> anyhow::Result<()> {
    let list = "/environments".to_owned();
    let (mut later, mut ids) = (list.clone(), Vec::new());
    for _ in 1..LATER_PAGE {
        let html = asker.page(&later).await?;
        ids.extend(ask::environments(&html));
        match ask::next_page(&html) {
            Some(next) => later = next,
            None => break,
        }
    }
    let first = asker.page(&list).await?;
    let team = ask::first_team(&first).context("the list offers no team to filter by")?;
    ids.truncate(times);
    let of_ids = |tab: &str| ids.iter().map(|id| format!("/environments/{id}{tab}")).collect::<Vec<_>>();

    let history = history(asker).await;
    let limit = limit::Limit::start(store.clone()).await?;
    let after = later.split_once("after=").map(|(_, after)| after.to_owned()).unwrap_or_default();
    let bare_list = limit.time(&["/list".to_owned()], times).await?;
    let bare_later = limit.time(&[format!("/list?after={after}")], times).await?;
    let bare_detail = limit
        .time(&of_ids("").iter().map(|path| path.replace("environments", "detail")).collect::<Vec<_>>(), times)
        .await?;
    let bare_audit = limit.time(&["/audit".to_owned()], times).await?;
    let bare_deep = limit.time(&[format!("/audit?after={}", ask::cursor_before(DEEP))], times).await?;

    let mut rows = Vec::new();
    let mut measure = async |what: &str, paths: &[String], limit: Option<Timing>| -> anyhow::Result<()> {
        rows.push(Row { what: what.to_owned(), timing: asker.time(paths, times).await?, limit, budget: PAGE_BUDGET });
        Ok(())
    };
    measure("list, first page", &[list], Some(bare_list)).await?;
    measure(&format!("list, page {LATER_PAGE}"), &[later], Some(bare_later)).await?;
    for filter in ["status=ready", "status=failed", "deleted=on", "search=triage", "search=nothing-like-it"] {
        measure(&format!("list, {filter}"), &[format!("/environments?{filter}")], Some(bare_list)).await?;
    }
    measure("list, one team", &[format!("/environments?team={team}")], Some(bare_list)).await?;
    for sort in ask::sorts(&first) {
        measure(&format!("list, {}", sort.trim_start_matches("/environments?")), &[sort], Some(bare_list)).await?;
    }
    measure("environment, overview", &of_ids(""), Some(bare_detail)).await?;
    measure("environment, activity", &of_ids("/activity"), None).await?;
    measure("environment, configuration", &of_ids("/configuration"), None).await?;
    if let Some((history, deep)) = &history {
        measure("history, first page", std::slice::from_ref(history), Some(bare_audit)).await?;
        measure("history, half a year back", std::slice::from_ref(deep), Some(bare_deep)).await?;
    }
    measure("platform", &["/platform".to_owned()], None).await?;
    measure("teams", &["/teams".to_owned()], None).await?;
    print(&rows);
    Ok(())
}

/// The page that shows everybody's history, and its page of half a year ago: told by its being another one.
async fn history(asker: &Asker) -> Option<(String, String)> {
    for path in HISTORY {
        let deep = format!("{path}?after={}", ask::cursor_before(DEEP));
        if let (Ok(first), Ok(later)) = (asker.page(path).await, asker.page(&deep).await)
            && first != later
        {
            return Some((path.to_owned(), deep));
        }
    }
    None
}
