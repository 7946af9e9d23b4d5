//! Where things are: the clone, the cache outside of it, and what belongs to one clone.

use anyhow::{Context, bail};
use std::{
    collections::hash_map::DefaultHasher,
    env, fs,
    hash::Hasher,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// Packages of this workspace, as cargo names their folders in the build output.
pub const PACKAGES: [&str; 9] = ["app", "model", "server", "ports", "engine", "template", "store", "cloud", "frontend"];

/// The folders that the commands work in.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The clone.
    pub root: PathBuf,
    /// Tools, Python environments and build output, shared by all clones: `$HANDRAIL_CACHE`, else `~/.cache/handrail`.
    pub cache: PathBuf,
    /// Cargo's build output.
    pub target: PathBuf,
}

impl Workspace {
    /// Finds the folders and makes sure that what lies in the build output is of this clone.
    pub fn find() -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask does not lie in a workspace")?
            .canonicalize()
            .context("the clone that xtask was built in is gone")?;
        let cache = match (env::var_os("HANDRAIL_CACHE"), env::var_os("XDG_CACHE_HOME"), env::var_os("HOME")) {
            (Some(cache), ..) if !cache.is_empty() => PathBuf::from(cache),
            (_, Some(base), _) if !base.is_empty() => PathBuf::from(base).join("handrail"),
            (.., Some(home)) => PathBuf::from(home).join(".cache/handrail"),
            _ => bail!("neither HANDRAIL_CACHE nor HOME is set: where should build output go?"),
        };
        fs::create_dir_all(&cache).with_context(|| format!("cannot create {}", cache.display()))?;
        let cache = cache.canonicalize()?;
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(target) if !target.is_empty() => root.join(target),
            _ => cache.join("target"),
        };
        let workspace = Self { root, cache, target };
        workspace.own_build_output()?;
        Ok(workspace)
    }

    /// What belongs to this clone alone: state of the sandbox, data of the console, logs.
    pub fn state(&self) -> PathBuf {
        self.root.join(".handrail")
    }

    /// Tools that we installed.
    pub fn tools(&self) -> PathBuf {
        self.cache.join("tools/bin")
    }

    /// Our tools and the clone's npm programs before everything else.
    pub fn path(&self) -> anyhow::Result<std::ffi::OsString> {
        let mut folders = vec![self.tools(), self.root.join("node_modules/.bin")];
        folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        env::join_paths(folders).context("PATH holds a folder with a colon in its name")
    }

    /// Cargo identifies packages by their path inside the workspace and trusts file times, so build output of another clone would
    /// pass for ours if that clone is younger. Forget our own packages then; the dependencies, which are what takes time, stay.
    fn own_build_output(&self) -> anyhow::Result<()> {
        let stamp = self.target.join(".handrail-clone");
        let me = self.root.to_string_lossy().into_owned();
        if fs::read_to_string(&stamp).is_ok_and(|owner| owner == me) {
            return Ok(());
        }
        for profile in ["debug", "release", "wasm32-unknown-unknown/debug", "wasm32-unknown-unknown/wasm-release"] {
            for base in [self.target.clone(), self.target.join("front")] {
                let Ok(entries) = fs::read_dir(base.join(profile).join(".fingerprint")) else { continue };
                for entry in entries.flatten() {
                    let name = entry.file_name().to_string_lossy().into_owned();
                    if name.rsplit_once('-').is_some_and(|(package, _)| PACKAGES.contains(&package)) {
                        fs::remove_dir_all(entry.path())
                            .with_context(|| format!("cannot remove {}", entry.path().display()))?;
                    }
                }
            }
        }
        fs::create_dir_all(&self.target).with_context(|| format!("cannot create {}", self.target.display()))?;
        fs::write(&stamp, me).with_context(|| format!("cannot write {}", stamp.display()))
    }
}

/// A number that changes whenever one of these files does (or files below these folders): by path, size and time.
pub fn fingerprint(root: &Path, inputs: &[&str]) -> anyhow::Result<String> {
    let mut files = Vec::new();
    for input in inputs {
        collect(&root.join(input), &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        let about = fs::metadata(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let changed = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        hasher.write(file.to_string_lossy().as_bytes());
        hasher.write_u64(about.len());
        hasher.write_u128(changed.as_nanos());
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// A number that changes with the content of a text.
pub fn digest(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    format!("{:016x}", hasher.finish())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
    } else if path.is_dir() {
        for entry in fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))? {
            let entry = entry?;
            if entry.file_name() != "__pycache__" {
                collect(&entry.path(), files)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_sees_new_and_changed_files() {
        let folder = env::temp_dir().join(format!("handrail-fingerprint-{}", std::process::id()));
        fs::create_dir_all(folder.join("src")).expect("a folder");
        fs::write(folder.join("src/a.rs"), "a").expect("a file");
        let first = fingerprint(&folder, &["src"]).expect("a number");
        assert_eq!(fingerprint(&folder, &["src"]).expect("a number"), first);
        fs::write(folder.join("src/b.rs"), "").expect("a file");
        let second = fingerprint(&folder, &["src"]).expect("a number");
        assert_ne!(second, first);
        fs::write(folder.join("src/a.rs"), "longer").expect("a file");
        assert_ne!(fingerprint(&folder, &["src"]).expect("a number"), second);
        fs::remove_dir_all(folder).expect("removed");
    }
}
