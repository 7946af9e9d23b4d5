//! The console's own Postgres: as root and as a normal user, after `kill -9`, and under a path too long for a socket.

use chrono::{DateTime, Utc};
use ports::{Store, StoreError};
use server::postgres::Embedded;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use store::PgStore;

/// A folder that is removed at the end, with the Postgres in it stopped.
struct Home {
    folder: PathBuf,
    running: Option<Embedded>,
}

impl Home {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("handrail-it-{}-{name}", std::process::id()));
        Self { folder, running: None }
    }

    fn start(&mut self) -> Embedded {
        let embedded = Embedded::start(&self.folder, None).expect("Postgres starts");
        self.running = Some(embedded.clone());
        embedded
    }

    fn postmaster(&self) -> u32 {
        let file = fs::read_to_string(self.folder.join("postgres/postmaster.pid")).expect("it runs");
        file.lines().next().and_then(|line| line.parse().ok()).expect("the first line is the process id")
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(embedded) = &self.running {
            let _ = embedded.stop();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn kill_9(process: u32) {
    let killed = Command::new("kill").args(["-9", &process.to_string()]).status().expect("kill runs");
    assert!(killed.success());
    while Path::new(&format!("/proc/{process}/cmdline")).exists()
        && fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|line| !line.is_empty())
    {
        std::thread::sleep(Duration::from_millis(20));
    }
}

async fn open(embedded: &Embedded) -> PgStore {
    let store = PgStore::connect(&embedded.url(), 4).await.expect("connects");
    store.migrate().await.expect("migrates");
    store
}

fn instant() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).expect("a time")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_survives_kill_9_and_a_restart() {
    let mut home = Home::new("kill");
    let embedded = home.start();
    let store = open(&embedded).await;
    store.worker_beat("worker one", instant(), "0 running").await.expect("written");

    kill_9(home.postmaster());
    // Its children outlive it by a moment.
    let lost = loop {
        match store.worker_last_beat("worker").await {
            Ok(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(error) => break error,
        }
    };
    assert!(matches!(lost, StoreError::Unavailable(_)), "{lost:?}");

    let embedded = home.start();
    assert_eq!(store.worker_last_beat("worker").await.expect("reconnects by itself"), Some(instant()));

    embedded.stop().expect("stops");
    let again = home.start();
    assert_eq!(open(&again).await.worker_last_beat("worker").await.expect("reads"), Some(instant()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_that_outlived_its_console_is_found_again() {
    let mut home = Home::new("again");
    home.start();
    let before = home.postmaster();
    let second = home.start();
    assert_eq!(home.postmaster(), before, "the same Postgres goes on");
    open(&second).await.ready().await.expect("answers");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_path_is_no_obstacle() {
    let mut home = Home::new(&"long".repeat(25));
    let embedded = home.start();
    open(&embedded).await.ready().await.expect("answers");
}

#[test]
fn binaries_that_are_not_there_are_explained() {
    let home = Home::new("none");
    let error = Embedded::start(&home.folder, Some(Path::new("/nowhere/bin"))).expect_err("no binaries");
    assert!(format!("{error:#}").contains("/nowhere/bin"), "{error:#}");
}
