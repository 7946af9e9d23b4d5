//! The wasm target, cargo-leptos and the wasm-bindgen program.

use crate::{
    child::{answer, run_to_end},
    step::{note, step},
    workspace::Workspace,
};
use anyhow::{Context, bail};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// 0.3.11 does not install with Rust 1.95: its lock file asks for a newer compiler.
const CARGO_LEPTOS: &str = "0.3.10";

/// Installs all of it.
pub fn ensure(workspace: &Workspace) -> anyhow::Result<()> {
    wasm_target()?;
    let no_downloads = ["--no-default-features", "--features", "no_downloads"];
    ensure_tool(workspace, "cargo-leptos", "cargo-leptos", CARGO_LEPTOS, &no_downloads)?;
    // The program and the library must be of the same version, or the generated code does not fit.
    let version = locked_version(&workspace.root.join("Cargo.lock"), "wasm-bindgen")?;
    ensure_tool(workspace, "wasm-bindgen-cli", "wasm-bindgen", &version, &[])
}

/// The standard library for the browser.
pub fn wasm_target() -> anyhow::Result<()> {
    step("Rust target wasm32-unknown-unknown", || add_wasm_target().map(|outcome| ((), outcome)))
}

fn add_wasm_target() -> anyhow::Result<String> {
    let sysroot = answer("rustc", &["--print", "sysroot"]).context("rustc does not run: install Rust with rustup")?;
    if Path::new(&sysroot).join("lib/rustlib/wasm32-unknown-unknown/lib").is_dir() {
        return Ok("already there".into());
    }
    let mut add = Command::new("rustup");
    add.args(["target", "add", "wasm32-unknown-unknown"]);
    run_to_end(&add).context("cannot add the wasm target: is rustup installed, and is the network reachable?")?;
    Ok("installed".into())
}

/// Installs one program from crates.io into the cache, unless the right version is there or on the PATH.
fn ensure_tool(
    workspace: &Workspace,
    package: &str,
    program: &str,
    version: &str,
    options: &[&str],
) -> anyhow::Result<()> {
    step(&format!("{package} {version}"), || {
        if let Some(place) = installed(workspace, program, version) {
            return Ok(((), format!("found at {}", place.display())));
        }
        note(&format!("building {package} {version} once, into {}: this takes minutes", workspace.tools().display()));
        let building = workspace.cache.join("tools/build");
        let mut install = Command::new("cargo");
        install
            .args(["install", "--locked", "--debug", "--version", version])
            .args(options)
            .arg("--root")
            .arg(workspace.cache.join("tools"))
            .arg("--target-dir")
            .arg(&building)
            .arg(package)
            // Outside of the clone, whose .cargo/config.toml has flags for our own code.
            .current_dir(&workspace.cache);
        run_to_end(&install).with_context(|| format!("cannot install {package}: is crates.io reachable?"))?;
        fs::remove_dir_all(&building).ok();
        if installed(workspace, program, version).is_none() {
            bail!("cargo installed {package}, but `{program} --version` does not answer {version}");
        }
        Ok(((), "installed".into()))
    })
}

fn installed(workspace: &Workspace, program: &str, version: &str) -> Option<PathBuf> {
    // Only the first one on the path counts, since it is the one that would run.
    let path = workspace.path().ok()?;
    let place = env::split_paths(&path).map(|folder| folder.join(program)).find(|place| place.is_file())?;
    answer(&place, &["--version"])?.split_whitespace().any(|word| word == version).then_some(place)
}

/// The version of a package in a lock file.
fn locked_version(lock: &Path, package: &str) -> anyhow::Result<String> {
    let text = fs::read_to_string(lock).with_context(|| format!("cannot read {}", lock.display()))?;
    version_in(&text, package).with_context(|| format!("{} does not name {package}", lock.display()))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let lock: toml::Value = toml::from_str(lock).ok()?;
    let found = lock
        .get("package")?
        .as_array()?
        .iter()
        .find(|entry| entry.get("name").and_then(toml::Value::as_str) == Some(package))?;
    Some(found.get("version")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_decides_the_version() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.129"));
        assert_eq!(version_in(lock, "wasm-bindgen-cli"), None);
    }
}
