//! Steps: what is being done, what came of it and how long it took.

use std::{
    io::{IsTerminal, Write},
    time::{Duration, Instant},
};

/// Does one step. `work` returns what came of it in a few words ("already there", "3.4 MB").
pub fn step<T>(what: &str, work: impl FnOnce() -> anyhow::Result<(T, String)>) -> anyhow::Result<T> {
    if std::io::stdout().is_terminal() {
        print!("  …  {what}\r");
        let _ = std::io::stdout().flush();
    }
    let start = Instant::now();
    match work() {
        Ok((value, outcome)) => {
            println!(" ok  {what}: {outcome} ({})", seconds(start.elapsed()));
            Ok(value)
        }
        Err(error) => {
            println!("fail {what} ({})", seconds(start.elapsed()));
            Err(error)
        }
    }
}

/// Says that a step is going to take a while, and why.
pub fn note(text: &str) {
    println!("  -> {text}");
}

/// A duration as people read it: `0.4 s`, `3 min 20 s`.
pub fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole >= 60 {
        format!("{} min {} s", whole / 60, whole % 60)
    } else {
        format!("{:.1} s", duration.as_secs_f32())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_readable() {
        assert_eq!(seconds(Duration::from_millis(430)), "0.4 s");
        assert_eq!(seconds(Duration::from_secs(200)), "3 min 20 s");
    }

    #[test]
    fn a_failed_step_keeps_its_error() {
        let error = step::<()>("Do", || anyhow::bail!("no network")).expect_err("it failed");
        assert_eq!(error.to_string(), "no network");
    }
}
