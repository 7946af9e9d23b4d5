//! The import rules of design.md section 2: which of our crates may know which, and what must not reach where.

use super::{Bench, Tally};
use crate::child::answer;
use anyhow::Context;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Which of our crates each of our crates may depend on. Development dependencies obey the same rule.
const ALLOWED: [(&str, &[&str]); 11] = [
    ("model", &[]),
    ("app", &["model"]),
    ("frontend", &["app"]),
    ("ports", &["model"]),
    ("template", &["model"]),
    ("engine", &["ports", "template", "model"]),
    ("store", &["ports", "model"]),
    ("cloud", &["ports", "model"]),
    ("registry", &["ports", "model"]),
    ("server", &["app", "cloud", "engine", "model", "ports", "registry", "store", "template"]),
    ("xtask", &[]),
];

/// What must not be found below a crate: its name, further arguments for `cargo tree`, and beginnings of forbidden names.
const UNREACHABLE: [(&str, &[&str], &[&str]); 5] = [
    (
        "frontend",
        &["--target", "wasm32-unknown-unknown"],
        &["aws-", "sqlx", "axum", "tokio-postgres", "mio", "hyper", "reqwest", "rustls"],
    ),
    ("app", &["--features", "ssr"], &["sqlx", "aws-"]),
    ("engine", &[], &["sqlx", "aws-", "axum", "leptos"]),
    ("template", &[], &["sqlx", "aws-", "axum", "leptos", "tokio", "reqwest"]),
    ("server", &[], &["rustls v0.21", "hyper v0.14", "ring v", "openssl v", "openssl-sys"]),
];

pub fn run(bench: &Bench) -> anyhow::Result<Tally> {
    let root = bench.workspace.root.join("Cargo.toml");
    let manifest = root.to_str().context("the clone's path is not Unicode")?;
    let metadata =
        answer("cargo", &["metadata", "--locked", "--no-deps", "--format-version=1", "--manifest-path", manifest])
            .context("cargo metadata fails: run it to see why")?;
    let metadata: Metadata = serde_json::from_str(&metadata).context("cargo metadata")?;
    let mut wrong = forbidden_edges(&metadata);
    let mut passed = metadata.packages.len() as u64;
    for (package, options, forbidden) in UNREACHABLE {
        let mut arguments = vec![
            "tree",
            "--locked",
            "--manifest-path",
            manifest,
            "--package",
            package,
            "--edges",
            "normal",
            "--prefix",
            "none",
        ];
        arguments.extend(options);
        let tree = answer("cargo", &arguments)
            .with_context(|| format!("`cargo {}` fails: run it to see why", arguments.join(" ")))?;
        let found = reached(&tree, forbidden);
        wrong.extend(found.iter().map(|name| format!("{name} reaches {package}")));
        passed += 1;
    }
    for complaint in &wrong {
        println!("{complaint}");
    }
    Ok(Tally { passed: passed.saturating_sub(wrong.len() as u64), failed: wrong.len() as u64 })
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// Where it lies, for a package of the workspace.
    path: Option<String>,
}

fn forbidden_edges(metadata: &Metadata) -> Vec<String> {
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == package.name) else {
            wrong.push(format!("package {} has no line in the table of edges", package.name));
            continue;
        };
        for dependency in package.dependencies.iter().filter(|dependency| dependency.path.is_some()) {
            if !allowed.contains(&dependency.name.as_str()) && dependency.name != package.name {
                wrong.push(format!("{} must not depend on {}", package.name, dependency.name));
            }
        }
    }
    wrong
}

/// Lines of `cargo tree --prefix none` ("name v1.2.3 …") that begin with something forbidden.
fn reached(tree: &str, forbidden: &[&str]) -> BTreeSet<String> {
    let found = tree.lines().filter(|line| forbidden.iter().any(|beginning| line.starts_with(beginning)));
    found.filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[&str]) -> Package {
        let of_ours = |name: &&str| Dependency { name: (*name).into(), path: Some("/x".into()) };
        Package { name: name.into(), dependencies: dependencies.iter().map(of_ours).collect() }
    }

    #[test]
    fn an_edge_that_is_not_in_the_table_is_found() {
        let metadata = Metadata { packages: vec![package("engine", &["ports", "store"]), package("app", &["model"])] };
        assert_eq!(forbidden_edges(&metadata), ["engine must not depend on store"]);
    }

    #[test]
    fn a_new_crate_needs_a_line_in_the_table() {
        let metadata = Metadata { packages: vec![package("misc", &[])] };
        assert_eq!(forbidden_edges(&metadata), ["package misc has no line in the table of edges"]);
    }

    #[test]
    fn what_reaches_the_browser_is_read_from_the_tree() {
        let tree = "frontend v0.1.0\nleptos v0.8.23\naws-sdk-ecs v1.2.3 (*)\n";
        assert_eq!(reached(tree, &["aws-", "sqlx"]), BTreeSet::from(["aws-sdk-ecs".to_owned()]));
    }

    #[test]
    fn the_table_names_only_crates_that_it_has() {
        for (name, allowed) in ALLOWED {
            for other in allowed {
                assert!(ALLOWED.iter().any(|(known, _)| known == other), "{name} -> {other}");
            }
        }
    }
}
