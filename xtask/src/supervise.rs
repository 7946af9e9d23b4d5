//! The guard around every long-lived child: it runs one program in a process group of its own and ends the whole group when
//! standard input closes, which the kernel does for us however the parent ends, `kill -9` included.

use anyhow::Context;
use std::{
    fs,
    io::Read,
    os::unix::process::{CommandExt, ExitStatusExt},
    path::PathBuf,
    process::{Command, ExitCode, ExitStatus, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Between two looks at the child.
const POLL: Duration = Duration::from_millis(50);

#[derive(clap::Args)]
pub struct Arguments {
    /// The signal that asks the program to end, as `kill` names it.
    #[arg(long, default_value = "TERM")]
    signal: String,
    /// Seconds until it is killed.
    #[arg(long, default_value_t = 15)]
    patience: u64,
    /// Run as this user and group id (only root can).
    #[arg(long, num_args = 2, value_names = ["UID", "GID"])]
    owner: Vec<u32>,
    /// Where to write the program's process id.
    #[arg(long)]
    pid_file: Option<PathBuf>,
    /// Start the program again when somebody kills it with SIGKILL, as a service manager does.
    #[arg(long)]
    revive: bool,
    /// The program and its arguments.
    #[arg(last = true, required = true)]
    command: Vec<String>,
}

static PARENT_LEFT: AtomicBool = AtomicBool::new(false);

/// Runs the program to its end, or ends it.
pub fn run(arguments: &Arguments) -> ExitCode {
    thread::spawn(|| {
        let mut ignored = [0_u8; 64];
        while matches!(std::io::stdin().read(&mut ignored), Ok(read) if read > 0) {}
        PARENT_LEFT.store(true, Ordering::SeqCst);
    });
    loop {
        let status = match run_once(arguments) {
            Ok(status) => status,
            Err(error) => {
                eprintln!("{error:#}");
                return ExitCode::from(127);
            }
        };
        if arguments.revive && status.signal() == Some(9) && !PARENT_LEFT.load(Ordering::SeqCst) {
            continue;
        }
        let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
        return ExitCode::from(u8::try_from(code).unwrap_or(1));
    }
}

fn run_once(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let mut command = Command::new(&arguments.command[0]);
    command.args(&arguments.command[1..]).stdin(Stdio::null()).process_group(0);
    if let [user, group] = arguments.owner[..] {
        command.uid(user).gid(group);
    }
    let mut child = command.spawn().with_context(|| format!("cannot start {}", arguments.command[0]))?;
    let group = child.id();
    if let Some(file) = &arguments.pid_file {
        fs::write(file, group.to_string()).with_context(|| format!("cannot write {}", file.display()))?;
    }
    let mut asked: Option<Instant> = None;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if PARENT_LEFT.load(Ordering::SeqCst) {
            let since = *asked.get_or_insert_with(|| {
                signal_group(group, &arguments.signal);
                Instant::now()
            });
            if since.elapsed() > Duration::from_secs(arguments.patience) {
                signal_group(group, "KILL");
            }
        }
        thread::sleep(POLL);
    };
    // What the program itself left running goes with it.
    signal_group(group, "KILL");
    Ok(status)
}

/// Sends a signal to a whole process group. Through `sh`, whose `kill` is built in, since the system call is unsafe code in Rust.
fn signal_group(group: u32, signal: &str) {
    let _ = Command::new("sh")
        .args(["-c", &format!("kill -{signal} -{group}")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}
