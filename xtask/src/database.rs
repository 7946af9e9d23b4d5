//! A throwaway Postgres cluster for tests: made in a temporary folder, without fsync, gone when dropped.

use crate::{
    child::{Leash, Running, wait_until},
    install::debian,
    port,
    step::step,
};
use anyhow::{Context, bail};
use std::{
    env,
    fs::{self, File},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

/// A running cluster.
pub struct Database {
    process: Option<Running>,
    folder: PathBuf,
    /// What goes into `DATABASE_URL`; the role may create databases.
    pub url: String,
}

impl Database {
    /// Makes and starts a cluster.
    pub fn start() -> anyhow::Result<Self> {
        let programs = debian::postgres()?;
        step("Throwaway database cluster", || {
            let port = port::free()?;
            let owner = debian::postgres_owner()?;
            // Below the system's temporary folder, since the account postgres cannot enter root's home.
            let folder = env::temp_dir().join(format!("handrail-database-{}-{port}", std::process::id()));
            fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
            if let Some((user, group)) = owner {
                chown(&folder, Some(user), Some(group))?;
            }
            let mut database =
                Self { process: None, url: format!("postgres://postgres@127.0.0.1:{port}/postgres"), folder };
            database.initialise(&programs, owner)?;
            database.launch(&programs, port, owner)?;
            let outcome = format!("listening on port {port}");
            Ok((database, outcome))
        })
    }

    fn initialise(&self, programs: &Path, owner: Option<(u32, u32)>) -> anyhow::Result<()> {
        let mut command = Command::new(programs.join("initdb"));
        command
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
            .arg("--pgdata")
            .arg(self.folder.join("data"))
            .current_dir(&self.folder)
            .stdin(Stdio::null());
        if let Some((user, group)) = owner {
            command.uid(user).gid(group);
        }
        let output = command.output().context("cannot start initdb")?;
        if !output.status.success() {
            bail!("initdb failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }

    fn launch(&mut self, programs: &Path, port: u16, owner: Option<(u32, u32)>) -> anyhow::Result<()> {
        let mut command = Command::new(programs.join("postgres"));
        command.arg("-D").arg(self.folder.join("data")).arg("-k").arg(&self.folder).current_dir(&self.folder);
        let port = port.to_string();
        for setting in [
            format!("port={port}"),
            "listen_addresses=127.0.0.1".into(),
            // Every test has a database and a pool of its own.
            "max_connections=300".into(),
            "fsync=off".into(),
            "synchronous_commit=off".into(),
            "full_page_writes=off".into(),
        ] {
            command.args(["-c", &setting]);
        }
        let log = self.folder.join("log");
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let errors = file.try_clone()?;
        // SIGINT is Postgres' fast shutdown; SIGTERM would wait for clients to leave.
        let leash = Leash { signal: "INT", owner, ..Leash::default() };
        let mut process = Running::start("Postgres", &command, leash, file.into(), errors.into())?;
        let ready = programs.join("pg_isready");
        wait_until(&mut process, Duration::from_secs(60), || {
            let status = Command::new(&ready)
                .args(["--quiet", "--host=127.0.0.1", "--port", &port])
                .status()
                .context("cannot start pg_isready")?;
            Ok(status.success())
        })
        .with_context(|| fs::read_to_string(&log).unwrap_or_default().trim().replace('\n', "; "))?;
        self.process = Some(process);
        Ok(())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.process = None;
        fs::remove_dir_all(&self.folder).ok();
    }
}
