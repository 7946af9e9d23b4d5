//! Builds the console with cargo-leptos and sets aside what one run of it needs, so that a later build does not pull the files from
//! under a running console.

use crate::{
    child::{answer, run_to_end},
    step::step,
    wasm,
    workspace::{Workspace, fingerprint},
};
use anyhow::{Context, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Everything that the build reads.
const INPUTS: [&str; 9] =
    ["Cargo.toml", "Cargo.lock", "package-lock.json", ".cargo", "app", "server", "style", "public", "migrations"];

/// What a release build adds: optimised, and cut into the files that `app/src/page.rs` names.
const RELEASE: [&str; 6] = ["--release", "--split", "--lib-features", "split", "--bin-features", "split"];

/// A built console.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The server's program; `hash.txt` with the names of the hashed assets lies beside it, where Leptos looks for it.
    pub program: PathBuf,
    /// Files that the browser loads.
    pub site: PathBuf,
}

/// Builds if anything changed, and puts the result into `folder`.
pub fn build(workspace: &Workspace, release: bool, folder: &Path) -> anyhow::Result<Bundle> {
    let profile = if release { "release" } else { "debug" };
    step(&format!("Console ({profile} build)"), || {
        let bundle = Bundle { program: folder.join("handrail"), site: folder.join("site") };
        let stamp = folder.join("stamp");
        let inputs = format!("{profile} {}", fingerprint(&workspace.root, &INPUTS)?);
        if bundle.program.is_file() && fs::read_to_string(&stamp).is_ok_and(|built| built == inputs) {
            return Ok((bundle, "unchanged".into()));
        }
        fs::remove_file(&stamp).ok();
        // A failed build is told by the compiler; a backtrace through cargo-leptos would only hide it.
        run_to_end(leptos(workspace, "build", release)?.env("RUST_BACKTRACE", "0"))
            .context("the console does not build")?;
        set_aside(workspace, profile, folder)?;
        if release {
            join_constants(&bundle.site)?;
            compress(workspace, &bundle.site)?;
        }
        fs::write(&stamp, inputs).with_context(|| format!("cannot write {}", stamp.display()))?;
        let size = weight(&bundle.site)?;
        Ok((bundle, format!("built, {:.1} MB for the browser", size as f64 / 1e6)))
    })
}

/// The cargo-leptos command, with its output where we look for it.
pub fn leptos(workspace: &Workspace, task: &str, release: bool) -> anyhow::Result<Command> {
    let mut command = Command::new(program(workspace, "cargo-leptos"));
    command
        .args(["leptos", task, "--cargo-locked"])
        // The wasm is cut only here: a cut needs all of it to be optimised again, which takes minutes.
        .args(release.then_some(RELEASE).into_iter().flatten())
        .current_dir(&workspace.root)
        .env("PATH", workspace.path()?)
        .env("CARGO_TARGET_DIR", &workspace.target)
        .env("LEPTOS_SITE_ROOT", site(workspace));
    Ok(command)
}

/// Where cargo-leptos puts the site. Absolute, since its default is relative to the clone, and erased by every build.
pub fn site(workspace: &Workspace) -> PathBuf {
    workspace.target.join("site")
}

fn program(workspace: &Workspace, name: &str) -> PathBuf {
    let ours = workspace.tools().join(name);
    if ours.is_file() { ours } else { PathBuf::from(name) }
}

fn set_aside(workspace: &Workspace, profile: &str, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let built = workspace.target.join(profile);
    for name in ["handrail", "hash.txt"] {
        let (from, to) = (built.join(name), folder.join(name));
        fs::remove_file(&to).ok();
        // Cargo replaces its programs instead of writing into them, so a link is as good as a copy; the text is written in place.
        if name == "hash.txt" || fs::hard_link(&from, &to).is_err() {
            fs::copy(&from, &to).with_context(|| format!("the build left no {}", from.display()))?;
        }
    }
    let kept = folder.join("site");
    fs::remove_dir_all(&kept).ok();
    copy_folder(&site(workspace), &kept)
}

/// Makes the first file of wasm smaller. Its name keeps the hash of what it was made from.
fn join_constants(site: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(site.join("pkg"))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("handrail.") && path.extension().is_some_and(|extension| extension == "wasm") {
            let module = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let joined = wasm::join_constants(&module).with_context(|| format!("{} is no wasm", path.display()))?;
            fs::write(&path, joined).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(())
}

/// Puts a brotli and a gzip copy beside each file, which the server hands out as they are.
fn compress(workspace: &Workspace, site: &Path) -> anyhow::Result<()> {
    let script = workspace.root.join("xtask/compress.mjs");
    let (script, site) = (script.to_string_lossy(), site.to_string_lossy());
    answer("node", &[&script, &site]).map(drop).context("the site's files cannot be compressed: run xtask/compress.mjs")
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    let entries = fs::read_dir(from).with_context(|| format!("the build left no {}", from.display()))?;
    for entry in entries {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).with_context(|| format!("cannot write {}", target.display()))?;
        }
    }
    Ok(())
}

/// Bytes below a folder.
fn weight(folder: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { weight(&entry.path())? } else { entry.metadata()?.len() };
    }
    if bytes == 0 {
        bail!("{} is empty", folder.display());
    }
    Ok(bytes)
}
