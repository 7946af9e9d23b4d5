//! The guard around children: nothing is left when the parent goes, however it goes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Starts `xtask supervise` over a shell script, with our end of its standard input open.
fn supervise(options: &[&str], script: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("supervise")
        .args(options)
        .args(["--", "sh", "-c", script])
        .stdin(Stdio::piped())
        .spawn()
        .expect("xtask starts")
}

/// Its exit code, with its standard input left open (`wait` would close it).
fn exit_code(guard: &mut Child) -> Option<i32> {
    loop {
        match guard.try_wait().expect("it can be looked at") {
            Some(status) => return status.code(),
            None => thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("handrail-supervise-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn read_when_there(file: &Path) -> String {
    let start = Instant::now();
    loop {
        match fs::read_to_string(file) {
            Ok(text) if !text.trim().is_empty() => return text.trim().to_owned(),
            _ if start.elapsed() > Duration::from_secs(20) => panic!("{} never came", file.display()),
            _ => thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn runs(process: &str) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // A zombie waits only for its parent to read its end.
    !status.is_empty() && !status.contains(") Z ")
}

fn gone_soon(process: &str) -> bool {
    (0..200).any(|_| {
        thread::sleep(Duration::from_millis(50));
        !runs(process)
    })
}

#[test]
fn the_whole_family_ends_when_the_parent_closes_the_pipe() {
    let folder = scratch("family");
    let note = folder.join("pids");
    let script = format!("sleep 600 & echo $$ $! > {}; wait", note.display());
    let mut guard = supervise(&[], &script);
    let text = read_when_there(&note);
    let (child, grandchild) = text.split_once(' ').expect("two numbers");
    assert!(runs(child) && runs(grandchild));
    drop(guard.stdin.take());
    guard.wait().expect("it ends");
    assert!(gone_soon(child) && gone_soon(grandchild));
    fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn a_program_that_ignores_the_request_is_killed() {
    let folder = scratch("stubborn");
    let note = folder.join("pid");
    let script = format!("trap '' TERM; echo $$ > {}; while :; do sleep 0.1; done", note.display());
    let mut guard = supervise(&["--patience", "1"], &script);
    let child = read_when_there(&note);
    drop(guard.stdin.take());
    guard.wait().expect("it ends");
    assert!(gone_soon(&child));
    fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn the_programs_exit_code_is_passed_on() {
    let mut guard = supervise(&[], "exit 7");
    assert_eq!(exit_code(&mut guard), Some(7));
}

#[test]
fn a_killed_program_comes_back_only_where_that_was_asked_for() {
    let folder = scratch("revive");
    let note = folder.join("pid");
    let file = note.to_str().expect("a path");
    let mut guard = supervise(&["--revive", "--pid-file", file], "sleep 600");
    let first = read_when_there(&note);
    assert!(Command::new("kill").args(["-9", &first]).status().expect("kill runs").success());
    assert!(gone_soon(&first));
    let second = (0..200)
        .map(|_| {
            thread::sleep(Duration::from_millis(50));
            read_when_there(&note)
        })
        .find(|process| *process != first)
        .expect("another one was started");
    assert!(runs(&second));
    drop(guard.stdin.take());
    guard.wait().expect("it ends");
    assert!(gone_soon(&second));

    let mut guard = supervise(&[], "kill -9 $$");
    assert_eq!(exit_code(&mut guard), Some(128 + 9));
    fs::remove_dir_all(folder).expect("removed");
}
