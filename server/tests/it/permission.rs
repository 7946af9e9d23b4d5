//! What the documented roles may do covers what the templates make.

use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn the_stack_role_may_make_every_resource_type_of_the_templates() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("template/golden");
    let mut made = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("golden templates") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("read");
        let template: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let resources = template["Resources"].as_object().expect("resources").values();
        made.extend(resources.map(|one| one["Type"].as_str().expect("a type").to_owned()));
    }
    let allowed: BTreeSet<String> =
        cloud::permission::stack_role::TYPES.iter().map(|one| one.resource_type.to_owned()).collect();
    let missing: Vec<&String> = made.difference(&allowed).collect();
    assert!(made.len() > 20 && missing.is_empty(), "the stack role may not make {missing:?}");
}
