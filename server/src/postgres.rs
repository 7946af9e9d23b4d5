//! A Postgres of the console's own, from the installed binaries: for trying Handrail out and for small installations.
//!
//! It listens on a unix socket only. When the console is killed it goes on running and is found again by the next start, which is
//! why nothing is lost; a crash of the machine is what fsync is on for.

use anyhow::{Context, bail};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::{
    fs,
    os::unix::{fs::MetadataExt, fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// The oldest major version that is accepted.
const OLDEST: u32 = 15;
/// Longest path of a unix socket, in bytes (`sun_path` of Linux), less the name of Postgres's socket file.
const SOCKET_PATH_MAX: usize = 90;
/// Where the cluster goes when the data folder lies where the `postgres` user cannot reach it.
const FALLBACK_ROOT: &str = "/var/lib/handrail";

/// How long a start is tried again.
const START_PATIENCE: Duration = Duration::from_secs(20);

/// A running Postgres.
#[derive(Clone, Debug)]
pub struct Embedded {
    bin: PathBuf,
    cluster: PathBuf,
    socket: PathBuf,
    /// The user and group to run as where we are root, which Postgres refuses to run as.
    owner: Option<(u32, u32)>,
}

impl Embedded {
    /// Finds or makes the cluster of a data folder and starts it, or finds it running.
    pub fn start(data_dir: &Path, bin: Option<&Path>) -> anyhow::Result<Self> {
        let bin = match bin {
            Some(bin) => bin.to_owned(),
            None => find_binaries()?,
        };
        fs::create_dir_all(data_dir).with_context(|| format!("{} cannot be made", data_dir.display()))?;
        let data_dir = data_dir.canonicalize().with_context(|| format!("{} is not there", data_dir.display()))?;
        let owner = if is_root()? { Some(postgres_user()?) } else { None };
        let home = match owner {
            Some(owner) if !reachable(&data_dir, owner) => Path::new(FALLBACK_ROOT).join(fingerprint(&data_dir)),
            _ => data_dir,
        };
        let socket = match home.join("socket") {
            socket if socket.as_os_str().len() <= SOCKET_PATH_MAX => socket,
            long => std::env::temp_dir().join(format!("handrail-{}", fingerprint(&long))),
        };
        let embedded = Self { bin, cluster: home.join("postgres"), socket, owner };
        fs::create_dir_all(&home).with_context(|| format!("{} cannot be made", home.display()))?;
        embedded.make_folder(&embedded.socket)?;
        if !embedded.cluster.join("PG_VERSION").exists() {
            embedded.make_cluster()?;
        }
        embedded.launch_and_make_database()?;
        tracing::info!(cluster = %embedded.cluster.display(), "the console's own Postgres is up");
        Ok(embedded)
    }

    /// The address to connect to. The socket's folder is open to its owner alone, so that no password is needed.
    pub fn url(&self) -> String {
        let folder = self.socket.to_string_lossy().replace('/', "%2F");
        format!("postgres://handrail@{folder}/handrail")
    }

    /// Stops it; connections that are still open are closed.
    pub fn stop(&self) -> anyhow::Result<()> {
        let cluster = self.cluster.to_string_lossy().into_owned();
        run(self.command("pg_ctl").args(["-D", &cluster, "-m", "fast", "-w", "-t", "20", "stop"]))
    }

    fn make_folder(&self, folder: &Path) -> anyhow::Result<()> {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
            .with_context(|| format!("{} cannot be closed to others", folder.display()))?;
        if let Some((user, group)) = self.owner {
            std::os::unix::fs::chown(folder, Some(user), Some(group))
                .with_context(|| format!("{} cannot be given to the postgres user", folder.display()))?;
        }
        Ok(())
    }

    /// Made beside and moved into place, so that a crash in between leaves no half cluster behind.
    fn make_cluster(&self) -> anyhow::Result<()> {
        let making = self.cluster.with_extension("making");
        if making.exists() {
            fs::remove_dir_all(&making).with_context(|| format!("{} cannot be removed", making.display()))?;
        }
        self.make_folder(&making)?;
        let folder = making.to_string_lossy().into_owned();
        run(self.command("initdb").args([
            "-D",
            &folder,
            "--username=handrail",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--auth-local=trust",
            "--auth-host=reject",
            "--data-checksums",
        ]))?;
        fs::rename(&making, &self.cluster)
            .with_context(|| format!("{} cannot be moved into place", self.cluster.display()))
    }

    fn is_running(&self) -> anyhow::Result<bool> {
        let cluster = self.cluster.to_string_lossy().into_owned();
        let status = self
            .command("pg_ctl")
            .args(["-D", &cluster, "status"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .context("pg_ctl cannot be started")?;
        Ok(status.success())
    }

    /// Tried for a while: a Postgres that was killed can pass for running until the system has buried it.
    fn launch_and_make_database(&self) -> anyhow::Result<()> {
        let end = Instant::now() + START_PATIENCE;
        loop {
            if !self.is_running()? {
                self.launch()?;
            }
            match self.make_database() {
                Err(_) if Instant::now() < end => std::thread::sleep(Duration::from_millis(250)),
                made => return made,
            }
        }
    }

    fn launch(&self) -> anyhow::Result<()> {
        let (cluster, socket) = (self.cluster.to_string_lossy(), self.socket.to_string_lossy());
        let log = self.cluster.join("server.log");
        let options = format!("-k '{socket}' -c port=5432 -c listen_addresses='' -c fsync=on -c max_connections=100");
        let started = run(self.command("pg_ctl").args([
            "-D",
            &cluster,
            "-l",
            &log.to_string_lossy(),
            "-o",
            &options,
            "-w",
            "-t",
            "60",
            "start",
        ]));
        started.with_context(|| format!("Postgres did not start; its log is {}", log.display()))
    }

    fn make_database(&self) -> anyhow::Result<()> {
        let socket = self.socket.to_string_lossy().into_owned();
        let output = self
            .command("createdb")
            .args(["-h", &socket, "-U", "handrail", "handrail"])
            .output()
            .context("createdb cannot be started")?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() || said.contains("already exists") {
            return Ok(());
        }
        bail!("the database could not be made: {}", said.trim())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        // Not the caller's folder: the postgres user may not be able to enter it.
        command.current_dir("/").stdin(Stdio::null()).env("LC_ALL", "C.UTF-8").env_remove("PGDATA");
        // A group of its own, so that Ctrl-C in a terminal stops the console first and Postgres after it.
        command.process_group(0);
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    // Output goes to a file rather than a pipe: Postgres would hold the pipe open for as long as it runs.
    let said = std::env::temp_dir().join(format!("handrail-{}-{}.log", std::process::id(), rand::random::<u32>()));
    let file = fs::File::create(&said).with_context(|| format!("{} cannot be written", said.display()))?;
    let status = command
        .stdout(file.try_clone().context("a second handle")?)
        .stderr(file)
        .status()
        .with_context(|| format!("{program} cannot be started"));
    let text = fs::read_to_string(&said).unwrap_or_default();
    if let Err(error) = fs::remove_file(&said) {
        tracing::debug!(%error, "a temporary file stays");
    }
    if status?.success() { Ok(()) } else { bail!("{program} failed: {}", text.trim()) }
}

/// The newest installed Postgres that is new enough.
fn find_binaries() -> anyhow::Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    if let Ok(entries) = fs::read_dir("/usr/lib/postgresql") {
        for entry in entries.flatten() {
            if let Some(major) = entry.file_name().to_str().and_then(|name| name.parse().ok()) {
                found.push((major, entry.path().join("bin")));
            }
        }
    }
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        let bin = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        if let Some(major) = major_version(&bin) {
            found.push((major, bin));
        }
    }
    found.retain(|(major, bin)| *major >= OLDEST && bin.join("initdb").exists() && bin.join("pg_ctl").exists());
    found.sort();
    found.pop().map(|(_, bin)| bin).with_context(|| {
        format!(
            "no Postgres {OLDEST} or newer is installed: install it (Debian: apt-get install postgresql), name its folder with \
             --postgres-bin, or give the address of a running one with DATABASE_URL"
        )
    })
}

fn major_version(bin: &Path) -> Option<u32> {
    let output = Command::new(bin.join("postgres")).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().nth(2)?.split('.').next()?.parse().ok()
}

fn is_root() -> anyhow::Result<bool> {
    Ok(fs::metadata("/proc/self").context("/proc is not there")?.uid() == 0)
}

/// User and group of `postgres`, which Debian's package makes.
fn postgres_user() -> anyhow::Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").context("/etc/passwd cannot be read")?;
    let line = users.lines().find(|line| line.starts_with("postgres:")).context(
        "Postgres does not run as root and there is no user `postgres` to run it as: install the postgresql package, or start \
         the console as another user",
    )?;
    let fields: Vec<&str> = line.split(':').collect();
    let id = |at: usize| fields.get(at).and_then(|field| field.parse().ok());
    id(2).zip(id(3)).context("the line of `postgres` in /etc/passwd is not understood")
}

/// Whether that user can enter every folder on the way.
fn reachable(folder: &Path, (user, group): (u32, u32)) -> bool {
    folder.ancestors().all(|ancestor| {
        fs::metadata(ancestor).is_ok_and(|metadata| {
            let mode = metadata.mode();
            let bit = if metadata.uid() == user {
                0o100
            } else if metadata.gid() == group {
                0o010
            } else {
                0o001
            };
            mode & bit != 0
        })
    })
}

/// A short name for a path, the same at every start (`DefaultHasher::new` uses fixed keys).
fn fingerprint(path: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
