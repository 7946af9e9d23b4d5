//! Programs from npm: Tailwind, binaryen, Playwright, axe.

use crate::{
    child::{answer, run_to_end},
    step::step,
    workspace::{Workspace, digest},
};
use anyhow::{Context, bail};
use std::{fs, process::Command};

/// Tailwind and Playwright need it.
const OLDEST_NODE: u32 = 20;

/// Runs `npm ci` if the lock file is not the one that was installed last.
pub fn ensure(workspace: &Workspace) -> anyhow::Result<()> {
    step("npm packages (Tailwind, binaryen, Playwright, axe)", || {
        let told = answer("node", &["--version"])
            .with_context(|| format!("node is missing: install Node.js {OLDEST_NODE} or newer, with npm"))?;
        if major(&told).is_none_or(|version| version < OLDEST_NODE) {
            bail!("node {told} is too old: install Node.js {OLDEST_NODE} or newer, with npm");
        }
        let lock = fs::read_to_string(workspace.root.join("package-lock.json")).context("package-lock.json")?;
        let stamp = workspace.root.join("node_modules/.handrail-lock");
        let wanted = digest(&lock);
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(((), "already there".into()));
        }
        let mut install = Command::new("npm");
        install
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            // Browsers come from Debian.
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .current_dir(&workspace.root);
        run_to_end(&install).context("cannot install the npm packages: is the npm registry reachable?")?;
        fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
        Ok(((), "installed".into()))
    })
}

/// `v20.20.2` is 20.
fn major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_tells_its_version_with_a_letter() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("nonsense"), None);
    }
}
