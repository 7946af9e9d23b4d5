//! Words and names that must not be in the tree.

use super::{Bench, Tally};
use anyhow::Context;
use std::{fs, path::Path};

/// Macros that stand for something unfinished.
const UNFINISHED: [&str; 3] = ["todo!(", "unimplemented!(", "dbg!("];

/// Module names that say nothing, and the layout that we do not use.
const NAMELESS: [&str; 6] = ["common", "util", "utils", "helper", "helpers", "mod"];

/// Hosts and options of package registries and their mirrors: where packages come from is the machine's business.
const REGISTRIES: [&str; 13] = [
    "registry.npmjs",
    "registry.yarnpkg",
    "npmmirror",
    "index.crates.io",
    "static.crates.io",
    "pypi.org/simple",
    "pythonhosted.org",
    "deb.debian.org",
    "artifactory",
    "--index-url",
    "--extra-index-url",
    "--find-links",
    "[source.crates-io]",
];

/// Folders that are not ours.
const FOREIGN: [&str; 7] =
    [".git", "target", "node_modules", ".handrail", "__pycache__", "test-results", "playwright-report"];

pub fn run(bench: &Bench) -> anyhow::Result<Tally> {
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    walk(&bench.workspace.root, &bench.workspace.root, &mut wrong, &mut looked_at)?;
    for complaint in &wrong {
        println!("{complaint}");
    }
    println!("{looked_at} files looked at");
    Ok(Tally { passed: 0, failed: wrong.len() as u64 })
}

fn walk(root: &Path, folder: &Path, wrong: &mut Vec<String>, looked_at: &mut u64) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            if !FOREIGN.contains(&name.as_str()) {
                walk(root, &path, wrong, looked_at)?;
            }
        } else if let Ok(text) = fs::read_to_string(&path) {
            let shown = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            *looked_at += 1;
            // This file has to name what it looks for.
            if shown != "xtask/src/test/names.rs" {
                wrong.extend(complaints(&shown, &text));
            }
        }
    }
    Ok(())
}

fn complaints(path: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let rust = path.ends_with(".rs");
    let stem = Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if rust && NAMELESS.contains(&stem) {
        wrong.push(format!("{path}: name it by what it does"));
    }
    for (number, line) in text.lines().enumerate() {
        let place = format!("{path}:{}", number + 1);
        if rust {
            wrong.extend(
                UNFINISHED.iter().filter(|word| line.contains(**word)).map(|word| format!("{place}: {word}…)")),
            );
            if let Some(module) = module(line)
                && NAMELESS.contains(&module)
            {
                wrong.push(format!("{place}: a module called {module}"));
            }
        }
        wrong.extend(
            REGISTRIES.iter().filter(|host| line.contains(**host)).map(|host| format!("{place}: names {host}")),
        );
    }
    wrong
}

/// The name in a `mod name;` or `mod name {` line.
fn module(line: &str) -> Option<&str> {
    let rest = line.trim_start();
    let rest = rest.strip_prefix("pub ").or_else(|| rest.strip_prefix("pub(crate) ")).unwrap_or(rest);
    Some(rest.strip_prefix("mod ")?.trim_end_matches([';', '{', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_not_be_there_is_found_with_its_line() {
        assert_eq!(complaints("a/b.rs", "fn f() {\n    todo!()\n}"), ["a/b.rs:2: todo!(…)"]);
        assert_eq!(complaints("a/b.rs", "pub(crate) mod helpers;"), ["a/b.rs:1: a module called helpers"]);
        assert_eq!(complaints("a/utils.rs", ""), ["a/utils.rs: name it by what it does"]);
        assert_eq!(complaints("x.txt", "pip install --index-url x"), ["x.txt:1: names --index-url"]);
    }

    #[test]
    fn ordinary_code_is_left_alone() {
        let text = "mod model;\n/// The common case.\nfn todo() {}\n";
        assert_eq!(complaints("a/common_name.rs", text), Vec::<String>::new());
    }
}
