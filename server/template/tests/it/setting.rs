//! The table of variables is what the task definitions set, and docs/openhands-settings.md is made from it: `HANDRAIL_BLESS=1` writes it anew.

use crate::variants;
use model::spec::Edition;
use serde_json::Value;
use std::{collections::BTreeSet, env, fmt::Write, fs, path::Path};
use template::setting::{NOT_SET, settings};

/// Names of the variables, and of those from Secrets Manager, of the edition's own container in every variant.
fn set(edition: Edition, container: &str, key: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (_, spec) in variants::all().into_iter().filter(|(_, spec)| spec.edition == edition) {
        let body = template::render(&spec, &variants::identity()).body;
        let template: Value = serde_json::from_str(&body).expect("JSON");
        let containers = template["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"].clone();
        let own = containers.as_array().expect("a list").iter().find(|one| one["Name"] == container).expect("its own");
        let listed = own[key].as_array().into_iter().flatten();
        let theirs = |name: &&str| {
            spec.variables.iter().any(|one| one.name == **name) || spec.secrets.iter().any(|one| one.name == **name)
        };
        let set = listed.filter_map(|one| one["Name"].as_str()).filter(|name| !theirs(name));
        names.extend(set.map(str::to_owned));
    }
    names
}

#[test]
fn the_table_has_every_variable_and_no_other() {
    for (edition, container) in [(Edition::Canvas, "canvas"), (Edition::App, "openhands")] {
        for (secret, key) in [(false, "Environment"), (true, "Secrets")] {
            let listed = settings(edition).filter(|one| one.secret == secret).map(|one| one.name.to_owned());
            assert_eq!(set(edition, container, key), listed.collect(), "{edition:?} {key}");
        }
    }
}

fn page() -> String {
    let mut page = String::from(
        "# OpenHands' settings\n\nEvery variable that Handrail sets for OpenHands, from the table `template::setting`; `HANDRAIL_BLESS=1` before the test \
         `server/template/tests/it/setting.rs` writes this page anew, and the same test compares the table with the task definitions.\n",
    );
    for (edition, title) in [(Edition::Canvas, "Agent Canvas"), (Edition::App, "App server 1.x")] {
        writeln!(page, "\n## {title}\n\n| variable | is | why | read in |\n|---|---|---|---|").expect("a string");
        for one in settings(edition) {
            let value = if one.secret { format!("{} (Secrets Manager)", one.value) } else { one.value.to_owned() };
            writeln!(page, "| `{}` | {value} | {} | {} |", one.name, one.why, one.source).expect("a string");
        }
    }
    page.push_str("\n## Not set for the app\n\n| variable | why not |\n|---|---|\n");
    for (name, why) in NOT_SET {
        writeln!(page, "| `{name}` | {why} |").expect("a string");
    }
    page
}

#[test]
fn the_page_of_settings_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openhands-settings.md");
    let page = page();
    if env::var_os("HANDRAIL_BLESS").is_some() {
        fs::write(&path, &page).expect("docs/openhands-settings.md can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/openhands-settings.md is out of date: run this test with HANDRAIL_BLESS=1");
}
