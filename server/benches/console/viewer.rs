//! Many open event streams: what they weigh, and how soon the last of them hears of a change.

use crate::{
    ask::{Asker, percentile},
    table::ms,
};
use anyhow::{Context, ensure};
use std::{
    fs,
    time::{Duration, Instant},
};
use store::{PgStore, seed};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    sync::mpsc,
    task::JoinSet,
    time::timeout,
};

/// What design.md allows the console's memory with 2,000 viewers, in MB.
const MEMORY_BUDGET_MB: f64 = 300.0;
/// How soon a change must be seen.
const NOTICE_BUDGET: Duration = Duration::from_secs(1);
/// Changes that are announced.
const CHANGES: usize = 10;
/// How long anything here may take before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens the streams, announces changes, and prints what it found.
pub(crate) async fn measure(asker: &Asker, store: &PgStore, viewers: usize, pid: u32) -> anyhow::Result<()> {
    let before = memory_mb(pid)?;
    let (heard, mut hears) = mpsc::unbounded_channel();
    let mut streams = JoinSet::new();
    for viewer in 0..viewers {
        let stream = open(asker, viewer).await.with_context(|| format!("stream {viewer} of {viewers}"))?;
        let heard = heard.clone();
        streams.spawn(async move {
            let mut lines = stream.lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if line == "event: notice" && heard.send(Instant::now()).is_err() {
                    return;
                }
            }
        });
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let open = memory_mb(pid)?;
    let (mut first, mut last) = (Vec::new(), Vec::new());
    for _ in 0..CHANGES {
        let started = Instant::now();
        ensure!(seed::environment::change_health(store).await?, "there is no sample environment to change");
        let mut taken = Vec::with_capacity(viewers);
        for _ in 0..viewers {
            let at = timeout(PATIENCE, hears.recv()).await.context("a stream has not heard of a change")?;
            taken.push(at.context("every stream has ended")?.duration_since(started));
        }
        first.push(percentile(&mut taken, 50));
        last.push(percentile(&mut taken, 100));
    }
    let busy = memory_mb(pid)?;
    streams.shutdown().await;
    let verdict = |kept: bool| if kept { "kept" } else { "OVER" };
    println!("\n| live viewers | value | budget | |\n| --- | ---: | ---: | --- |");
    println!("| streams open at once | {viewers} | 2000 | {} |", verdict(viewers >= 2000));
    println!("| memory before | {before:.0} MB | | |");
    println!(
        "| memory with all streams | {open:.0} MB | {MEMORY_BUDGET_MB:.0} MB | {} |",
        verdict(open <= MEMORY_BUDGET_MB)
    );
    println!(
        "| memory after {CHANGES} changes | {busy:.0} MB | {MEMORY_BUDGET_MB:.0} MB | {} |",
        verdict(busy <= MEMORY_BUDGET_MB)
    );
    println!("| change to the median viewer, median | {} ms | | |", ms(percentile(&mut first, 50)));
    let slowest = percentile(&mut last, 100);
    let kept = verdict(slowest <= NOTICE_BUDGET);
    println!("| change to the last viewer, worst | {} ms | {} ms | {kept} |", ms(slowest), NOTICE_BUDGET.as_millis());
    Ok(())
}

/// A stream that has begun.
async fn open(asker: &Asker, viewer: usize) -> anyhow::Result<BufReader<TcpStream>> {
    let mut stream = timeout(PATIENCE, TcpStream::connect(asker.host())).await??;
    let request = format!(
        "GET /events HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nAccept: text/event-stream\r\nX-Forwarded-For: 10.200.{}.{}\r\n\r\n",
        asker.host(),
        asker.cookie(),
        viewer >> 8,
        viewer & 255,
    );
    stream.write_all(request.as_bytes()).await?;
    let mut stream = BufReader::with_capacity(512, stream);
    let mut status = String::new();
    timeout(PATIENCE, stream.read_line(&mut status)).await??;
    ensure!(status.starts_with("HTTP/1.1 200"), "answered {}", status.trim());
    Ok(stream)
}

/// Resident memory of a process.
fn memory_mb(pid: u32) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the console's process is not there")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
    let kib: f64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
    Ok(kib / 1024.0)
}
