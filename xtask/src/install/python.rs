//! Python environments, one for each requirements file, kept in the cache under the hash of that file.

use crate::{
    child::{answer, run_to_end},
    step::{note, step},
    workspace::{Workspace, digest},
};
use anyhow::{Context, bail};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A major and a minor version.
pub type Version = (u32, u32);

/// What the emulator and the template checkers need.
pub const OLDEST: Version = (3, 11);

/// What `openhands-agent-server` needs.
pub const OLDEST_FOR_AGENT: Version = (3, 12);

/// The Python of an environment with everything of `requirements` installed.
pub fn environment(workspace: &Workspace, what: &str, requirements: &str, oldest: Version) -> anyhow::Result<PathBuf> {
    step(&format!("Python packages for {what}"), || {
        let file = workspace.root.join(requirements);
        let text = fs::read_to_string(&file).with_context(|| format!("{requirements} is missing from this clone"))?;
        let base = interpreter(oldest).with_context(|| {
            format!("no Python {}.{} or newer, neither on the PATH nor in ~/.pyenv", oldest.0, oldest.1)
        })?;
        let key = digest(&format!("{text}{}", base.display()));
        let name = file.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        let folder = workspace.cache.join("python").join(format!("{name}-{key}"));
        let python = folder.join("bin/python");
        let stamp = folder.join(".complete");
        if stamp.exists() {
            return Ok((python, "already there".into()));
        }
        note(&format!("installing {requirements} into {}", folder.display()));
        fs::remove_dir_all(&folder).ok();
        let mut create = Command::new(&base);
        create.args(["-m", "venv"]).arg(&folder);
        run_to_end(&create).context("cannot make a Python environment (on Debian: apt-get install python3-venv)")?;
        let mut install = Command::new(&python);
        install
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(&file)
            .current_dir(&workspace.root);
        run_to_end(&install)
            .with_context(|| format!("cannot install {requirements} (pip says why above; is PyPI reachable?)"))?;
        fs::write(&stamp, "").with_context(|| format!("cannot write {}", stamp.display()))?;
        Ok((python, "installed".into()))
    })
}

/// The oldest sufficient interpreter by preference of the PATH, then of pyenv.
pub fn interpreter(oldest: Version) -> anyhow::Result<PathBuf> {
    let mut candidates: Vec<PathBuf> =
        ["python3", "python3.13", "python3.12", "python3.11"].map(PathBuf::from).to_vec();
    if let Some(home) = env::var_os("HOME") {
        let mut versions: Vec<PathBuf> = fs::read_dir(PathBuf::from(home).join(".pyenv/versions"))
            .map(|entries| entries.flatten().map(|entry| entry.path().join("bin/python")).collect())
            .unwrap_or_default();
        versions.sort();
        candidates.extend(versions);
    }
    for candidate in candidates {
        let Some(told) = answer(&candidate, &["-c", "import sys; print(sys.executable, *sys.version_info[:2])"]) else {
            continue;
        };
        let words: Vec<&str> = told.split(' ').collect();
        let [.., major, minor] = words[..] else { continue };
        if let (Ok(major), Ok(minor)) = (major.parse::<u32>(), minor.parse::<u32>())
            && (major, minor) >= oldest
        {
            return Ok(PathBuf::from(words[..words.len() - 2].join(" ")));
        }
    }
    bail!("no Python {}.{} or newer", oldest.0, oldest.1)
}
