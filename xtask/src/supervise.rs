//! The guard around every long-lived child: it runs one program in a process group of its own and ends the whole group when
//! standard input closes, which the kernel does for us however the parent ends, `kill -9` included.

use std::{
    io::Read,
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Command, ExitCode, Stdio},
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
    /// The program and its arguments.
    #[arg(last = true, required = true)]
    command: Vec<String>,
}

static PARENT_LEFT: AtomicBool = AtomicBool::new(false);

/// Runs the program to its end, or ends it.
pub fn run(arguments: &Arguments) -> ExitCode {
    let mut command = Command::new(&arguments.command[0]);
    command.args(&arguments.command[1..]).stdin(Stdio::null()).process_group(0);
    if let [user, group] = arguments.owner[..] {
        command.uid(user).gid(group);
    }
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            eprintln!("cannot start {}: {error}", arguments.command[0]);
            return ExitCode::from(127);
        }
    };
    thread::spawn(|| {
        let mut ignored = [0_u8; 64];
        while matches!(std::io::stdin().read(&mut ignored), Ok(read) if read > 0) {}
        PARENT_LEFT.store(true, Ordering::SeqCst);
    });
    let group = child.id();
    let mut asked: Option<Instant> = None;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) => {}
            Err(error) => {
                eprintln!("cannot wait for {}: {error}", arguments.command[0]);
                signal_group(group, "KILL");
                return ExitCode::FAILURE;
            }
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
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
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
