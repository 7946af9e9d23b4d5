//! Children: programs run to their end, and programs that run until they are dropped. Both end when we do.

use crate::interrupt;
use anyhow::{Context, bail};
use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

/// Between two looks at a child.
const POLL: Duration = Duration::from_millis(30);

/// How a supervised program is asked to end, and as whom it runs.
#[derive(Clone, Copy, Debug)]
pub struct Leash<'a> {
    /// The signal that asks it to end.
    pub signal: &'a str,
    /// Seconds until it is killed.
    pub patience: u64,
    /// User and group to run as, where we are root and the program must not be.
    pub owner: Option<(u32, u32)>,
    /// Where its process id is written; it is then started again whenever somebody kills it with SIGKILL.
    pub revived_as: Option<&'a Path>,
}

impl Default for Leash<'_> {
    fn default() -> Self {
        Self { signal: "TERM", patience: 15, owner: None, revived_as: None }
    }
}

/// A program that runs until this value is dropped.
pub struct Running {
    name: String,
    guard: Child,
}

impl Running {
    /// Starts `command` under a supervisor; its output goes where the command says.
    pub fn start(name: &str, command: &Command, leash: Leash, stdout: Stdio, stderr: Stdio) -> anyhow::Result<Self> {
        let guard = supervised(command, leash)
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self { name: name.to_owned(), guard })
    }

    /// What it writes, if its output was piped.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.guard.stdout.take()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        self.guard.try_wait().with_context(|| format!("cannot look at {}", self.name))
    }

    /// Asks it to end and waits until it has.
    pub fn stop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits until `ready` says yes; gives up when `process` ends, when `limit` is over or on Ctrl-C.
pub fn wait_until(
    process: &mut Running,
    limit: Duration,
    mut ready: impl FnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let start = Instant::now();
    loop {
        if ready()? {
            return Ok(());
        }
        if let Some(status) = process.ended()? {
            bail!("{} ended before it was ready ({status})", process.name);
        }
        if start.elapsed() > limit {
            bail!("{} was not ready after {} s", process.name, limit.as_secs());
        }
        if interrupt::happened() {
            bail!("interrupted while waiting for {}", process.name);
        }
        thread::sleep(POLL);
    }
}

/// Runs a program to its end, showing its output; anything but success is an error.
pub fn run_to_end(command: &Command) -> anyhow::Result<()> {
    let status = finish(supervised(command, Leash::default()).spawn().with_context(|| cannot_start(command))?)?;
    if !status.success() {
        bail!("`{}` failed", line(command));
    }
    Ok(())
}

/// Runs a program to its end, showing its output and keeping a copy of it. The program's verdict is the caller's to judge.
pub fn run_and_keep(command: &Command) -> anyhow::Result<(ExitStatus, String)> {
    let mut child = supervised(command, Leash::default())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| cannot_start(command))?;
    let kept = Arc::new(Mutex::new(String::new()));
    let copies = [
        child.stdout.take().map(|output: ChildStdout| copy(output, Arc::clone(&kept), false)),
        child.stderr.take().map(|output: ChildStderr| copy(output, Arc::clone(&kept), true)),
    ];
    let status = finish(child)?;
    for copying in copies.into_iter().flatten() {
        let _ = copying.join();
    }
    let text = kept.lock().map(|text| text.clone()).unwrap_or_default();
    Ok((status, text))
}

/// What a short program prints; `None` if it is missing or fails.
pub fn answer(program: impl AsRef<OsStr>, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A command as one would type it.
pub fn line(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy().into_owned()));
    words.join(" ")
}

fn copy(output: impl Read + Send + 'static, kept: Arc<Mutex<String>>, to_stderr: bool) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        for text in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let text = String::from_utf8_lossy(&text).into_owned();
            if to_stderr {
                eprintln!("{text}");
            } else {
                println!("{text}");
            }
            if let Ok(mut kept) = kept.lock() {
                kept.push_str(&text);
                kept.push('\n');
            }
        }
    })
}

fn finish(mut child: Child) -> anyhow::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait().context("cannot wait for a child")? {
            return Ok(status);
        }
        if interrupt::happened() {
            drop(child.stdin.take());
            let _ = child.wait();
            bail!("interrupted");
        }
        thread::sleep(POLL);
    }
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start `{}`", command.get_program().to_string_lossy())
}

/// The same command below `xtask supervise`, in a process group of its own, so that the terminal's Ctrl-C reaches only us and we
/// decide in which order things end.
fn supervised(command: &Command, leash: Leash) -> Command {
    // The link stays valid when cargo replaces the file that we were started from.
    let me = Path::new("/proc/self/exe");
    let me = if me.exists() { me.to_owned() } else { std::env::current_exe().unwrap_or_else(|_| me.to_owned()) };
    let mut wrapped = Command::new(me);
    wrapped.args(["supervise", "--signal", leash.signal, "--patience", &leash.patience.to_string()]);
    if let Some((user, group)) = leash.owner {
        wrapped.args(["--owner", &user.to_string(), &group.to_string()]);
    }
    if let Some(file) = leash.revived_as {
        wrapped.arg("--revive").arg("--pid-file").arg(file);
    }
    wrapped.arg("--");
    hand_over(command, &mut wrapped);
    wrapped.stdin(Stdio::piped()).process_group(0);
    wrapped
}

/// Gives a wrapper the program that it runs: as further arguments, with its environment and folder.
pub fn hand_over(command: &Command, wrapper: &mut Command) {
    wrapper.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapper.env(name, value),
            None => wrapper.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        wrapper.current_dir(folder);
    }
}
