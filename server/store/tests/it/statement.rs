//! Every statement of the store fits the migrated schema.

use sqlx::{Executor, PgPool, SqlSafeStr};
use std::{fs, path::Path};

#[sqlx::test(migrations = "../../migrations")]
async fn postgres_understands_every_statement(pool: PgPool) {
    let mut refused = Vec::new();
    for statement in store::every_statement() {
        if let Err(error) = pool.prepare(statement.sql.into_sql_str()).await {
            refused.push(format!("{}: {error}", statement.name));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn every_file_that_declares_statements_is_enumerated() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let declaring = modules_with_statements(&sources, "store");
    let mut enumerated: Vec<String> = store::every_statement()
        .filter_map(|statement| statement.name.rsplit_once("::").map(|(module, _)| module.to_owned()))
        .collect();
    enumerated.sort();
    enumerated.dedup();
    assert_eq!(declaring, enumerated);
}

/// The modules below a folder whose files declare statements, sorted. Also fails if a file but `sql.rs` makes a query by itself.
fn modules_with_statements(folder: &Path, module: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the entry can be read").path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("names are UTF-8").to_owned();
        let name = format!("{module}::{stem}");
        if path.is_dir() {
            found.extend(modules_with_statements(&path, &name));
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source can be read");
        if text.lines().any(|line| line == "statements! {") {
            found.push(name.clone());
        }
        assert!(
            name == "store::sql" || !["sqlx::query", "raw_sql", "query_as"].iter().any(|word| text.contains(word)),
            "{name} makes a query without declaring it"
        );
    }
    found.sort();
    found
}
