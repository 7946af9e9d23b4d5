//! docs/editions.md is written from the table of editions: `HANDRAIL_BLESS=1` writes it anew.
#![cfg(feature = "ssr")]

use app::text;
use model::{
    matrix::{self, DataService, Need, Verdict},
    spec::{ComputeKind, Edition},
};
use std::{collections::BTreeSet, env, fmt::Write, fs, path::Path};

fn page() -> String {
    let mut page = String::from(
        "# Editions, and what they run on\n\nWritten from `model::matrix` by `app/tests/editions.rs`; `HANDRAIL_BLESS=1` before that test writes it anew. \
         The create form offers exactly the pairs marked \"yes\", and says the same words where it does not.\n\n",
    );
    let heads: Vec<&str> = ComputeKind::ALL.iter().map(|kind| text::environment::compute(*kind)).collect();
    writeln!(page, "| edition | {} |\n|---|{}", heads.join(" | "), "---|".repeat(heads.len())).expect("a string");
    let mut why = Vec::new();
    for edition in Edition::ALL.iter().copied() {
        let cells = ComputeKind::ALL.iter().map(|kind| match matrix::compute(edition, *kind) {
            Verdict::Offered => "yes".to_owned(),
            Verdict::Refused(reason) => format!("no ({})", note(&mut why, text::matrix::reason(reason))),
        });
        let cells: Vec<String> = cells.collect();
        writeln!(page, "| {} | {} |", text::environment::edition(edition), cells.join(" | ")).expect("a string");
    }
    page.push_str("\n## Data services\n\nBy edition, where it is offered.\n\n");
    for edition in matrix::editions() {
        let offered = |kind: &&ComputeKind| matrix::compute(edition, **kind) == Verdict::Offered;
        for kind in ComputeKind::ALL.iter().filter(offered).copied() {
            let pair = format!("{} on {}", text::environment::edition(edition), text::environment::compute(kind));
            writeln!(page, "### {pair}\n\n| service | | why |\n|---|---|---|").expect("a string");
            for service in DataService::ALL {
                let (word, reason) = match matrix::data(edition, kind, service) {
                    Need::Required(reason) => ("always", reason),
                    Need::Optional(reason) => ("as chosen", reason),
                    Need::Refused(reason) => ("never", reason),
                };
                writeln!(page, "| {} | {word} | {} |", text::matrix::data(service), text::matrix::reason(reason))
                    .expect("a string");
            }
            page.push('\n');
        }
    }
    page.push_str("## Why not\n\n");
    for (at, words) in why.iter().enumerate() {
        writeln!(page, "{}. {words}", at + 1).expect("a string");
    }
    page
}

/// The number of a sentence among those below the table.
fn note(why: &mut Vec<&'static str>, words: &'static str) -> usize {
    if !why.contains(&words) {
        why.push(words);
    }
    why.iter().position(|known| *known == words).map_or(0, |at| at + 1)
}

#[test]
fn the_page_of_editions_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/editions.md");
    let page = page();
    if env::var_os("HANDRAIL_BLESS").is_some() {
        fs::write(&path, &page).expect("docs/editions.md can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/editions.md is out of date: run this test with HANDRAIL_BLESS=1");
}

#[test]
fn every_refusal_has_words_of_its_own() {
    let pairs = Edition::ALL.iter().flat_map(|edition| ComputeKind::ALL.iter().map(move |kind| (*edition, *kind)));
    let refusals: BTreeSet<&str> = pairs
        .filter_map(|(edition, kind)| match matrix::compute(edition, kind) {
            Verdict::Offered => None,
            Verdict::Refused(reason) => Some(text::matrix::reason(reason)),
        })
        .collect();
    assert!(refusals.iter().all(|words| words.ends_with('.')), "{refusals:?}");
}
