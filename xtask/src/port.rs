//! TCP ports on 127.0.0.1.

use anyhow::{Context, bail};
use std::net::{Ipv4Addr, TcpListener};

/// Makes sure that nobody listens on a port that was asked for.
pub fn require(port: u16, what: &str, instead: &str) -> anyhow::Result<()> {
    if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
        bail!("port {port} for {what} is taken by another program: {instead}");
    }
    Ok(())
}

/// The preferred port if nobody has it, any free one otherwise.
pub fn prefer(port: u16) -> anyhow::Result<u16> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(port),
        Err(_) => free(),
    }
}

/// Any free port. Between this answer and its use somebody else may take it; whoever uses it then says so.
pub fn free() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_told_in_one_line_and_avoided() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = taken.local_addr().expect("an address").port();
        let error = require(port, "the console", "choose another with --port").expect_err("taken");
        assert_eq!(
            error.to_string(),
            format!("port {port} for the console is taken by another program: choose another with --port")
        );
        assert_ne!(prefer(port).expect("another"), port);
    }
}
