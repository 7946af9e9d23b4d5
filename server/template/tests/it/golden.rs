//! Golden templates: a change of the renderer shows as a change of these files. `HANDRAIL_BLESS=1` writes them anew.

use crate::variants;
use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn templates_are_as_they_were() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let bless = std::env::var_os("HANDRAIL_BLESS").is_some();
    let mut expected = BTreeSet::new();
    for (name, spec) in variants::all() {
        let file = folder.join(format!("{name}.json"));
        let rendered = template::render(&spec, &variants::identity());
        let text = template::pretty(&rendered.body).expect("JSON") + "\n";
        if bless {
            fs::write(&file, &text).expect("written");
        }
        let golden = fs::read_to_string(&file).unwrap_or_default();
        assert!(golden == text, "{name} has changed: look at the difference after `cargo xtask bless`");
        expected.insert(file);
    }
    let found: BTreeSet<_> =
        fs::read_dir(folder).expect("golden").map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(found, expected, "no golden file is left over");
}
