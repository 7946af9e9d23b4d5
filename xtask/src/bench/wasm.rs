//! What the browser's files weigh, and which crates the code in them comes from.

use crate::{wasm::Reader, workspace::Workspace};
use anyhow::{Context, bail};
use std::{collections::BTreeMap, fs, path::Path};

/// design.md: the wasm of the first list view, brotli.
const WASM_BUDGET: u64 = 250_000;
/// Crates that are listed by name.
const LISTED: usize = 25;

/// Prints the files of a site, and the code by crate as the compiler left it.
pub fn print(workspace: &Workspace, site: &Path) -> anyhow::Result<()> {
    let folder = site.join("pkg");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let compressed = fs::metadata(format!("{}.br", path.display())).map(|about| about.len());
        if let (Ok(compressed), Some(name)) = (compressed, path.file_name().and_then(|name| name.to_str())) {
            files.push((compressed, fs::metadata(&path)?.len(), name.to_owned()));
        }
    }
    files.sort_by(|a, b| b.cmp(a));
    println!("\n| file | bytes | brotli | budget | |\n| --- | ---: | ---: | ---: | --- |");
    for (compressed, bytes, name) in &files {
        let main = name.starts_with("handrail.") && name.ends_with(".wasm");
        let verdict = if *compressed <= WASM_BUDGET { "kept" } else { "OVER" };
        let judged = if main { format!("{WASM_BUDGET} | {verdict}") } else { " | ".to_owned() };
        println!("| {} | {bytes} | {compressed} | {judged} |", unhashed(name));
    }
    let built = workspace.target.join("front/wasm32-unknown-unknown/wasm-release");
    // The first file of a build that was cut, before names were dropped and wasm-opt went over it.
    let main = [built.join("frontend_split.wasm"), built.join("frontend.wasm")].into_iter().find(|file| file.is_file());
    let main = main.with_context(|| format!("{} holds no wasm", built.display()))?;
    let bytes = fs::read(&main).with_context(|| format!("cannot read {}", main.display()))?;
    let functions = functions(&bytes).with_context(|| format!("{} cannot be understood", main.display()))?;
    print_crates(&functions);
    Ok(())
}

fn print_crates(functions: &[(String, u64)]) {
    // What wasm-bindgen reads at build time and takes out.
    let kept = functions.iter().filter(|(name, _)| !name.contains("__wbindgen_describe"));
    let mut crates: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (name, size) in kept {
        let sum = crates.entry(crate_of(name)).or_default();
        *sum = (sum.0 + size, sum.1 + 1);
    }
    let all: u64 = crates.values().map(|(size, _)| size).sum();
    let mut crates: Vec<_> = crates.into_iter().collect();
    crates.sort_by_key(|(_, (size, _))| std::cmp::Reverse(*size));
    println!("\nCode of the first file by crate, as compiled, before wasm-opt ({all} bytes):");
    println!("\n| crate | bytes | share | functions |\n| --- | ---: | ---: | ---: |");
    for (name, (size, count)) in crates.iter().take(LISTED) {
        println!("| {name} | {size} | {:.1} % | {count} |", *size as f64 * 100.0 / all as f64);
    }
    let rest: u64 = crates.iter().skip(LISTED).map(|(_, (size, _))| size).sum();
    println!("| the rest | {rest} | {:.1} % | |", rest as f64 * 100.0 / all as f64);
}

/// The name without the hash of its content.
fn unhashed(name: &str) -> String {
    let parts: Vec<&str> = name.split('.').collect();
    match parts[..] {
        [stem, hash, extension] if hash.len() == 22 => format!("{stem}.{extension}"),
        _ => name.to_owned(),
    }
}

/// The crate that a symbol comes from. Of a method of a trait, the crate of the type that it is for, where the symbol names one.
fn crate_of(symbol: &str) -> &str {
    if let Some(rest) = symbol.strip_prefix("_R") {
        return first_v0(rest).unwrap_or("?");
    }
    let Some(rest) = symbol.strip_prefix("_ZN") else {
        return if symbol.starts_with("__wbg") || symbol.contains("wbindgen") { "wasm-bindgen" } else { "?" };
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let Some(length) = rest[..digits].parse::<usize>().ok() else { return "?" };
    let part = rest.get(digits..digits + length).unwrap_or(&rest[digits..]);
    if !part.starts_with("_$LT$") {
        return part;
    }
    // `<a::B as c::D>`: the type's path, or the trait's where the type is a parameter or a reference.
    let inside = part.trim_start_matches("_$LT$");
    let (of, as_trait) = inside.split_once("$u20$as$u20$").unwrap_or((inside, ""));
    [of, as_trait].into_iter().find_map(path_crate).unwrap_or("?")
}

/// The first segment of the first path in a mangled type.
fn path_crate(text: &str) -> Option<&str> {
    let end = text.find("..")?;
    let start = text[..end].rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
    Some(&text[start..end]).filter(|name| !name.is_empty())
}

/// The first crate of a symbol in the newer mangling: `Cs…_4core`.
fn first_v0(symbol: &str) -> Option<&str> {
    let after = &symbol[symbol.find("Cs")? + 2..];
    let name = &after[after.find('_')? + 1..];
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let length: usize = name.get(..digits)?.parse().ok()?;
    name.get(digits..digits + length)
}

/// Every function of a module with its name and the bytes of its body.
fn functions(module: &[u8]) -> anyhow::Result<Vec<(String, u64)>> {
    let mut reader = Reader { bytes: module, at: 8 };
    let (mut imported, mut sizes, mut names) = (0, Vec::new(), BTreeMap::new());
    while reader.at < module.len() {
        let kind = reader.byte()?;
        let length = reader.number()? as usize;
        let end = reader.at + length;
        match kind {
            2 => imported = imports(&mut reader)?,
            10 => {
                for _ in 0..reader.number()? {
                    let size = reader.number()?;
                    sizes.push(size);
                    reader.at += size as usize;
                }
            }
            0 if reader.text()? == "name" => names = function_names(&mut reader, end)?,
            _ => {}
        }
        reader.at = end;
    }
    let named = sizes.into_iter().zip(imported..);
    Ok(named.map(|(size, index)| (names.get(&index).cloned().unwrap_or_default(), size)).collect())
}

/// How many functions the import section imports.
fn imports(reader: &mut Reader) -> anyhow::Result<u64> {
    let mut functions = 0;
    for _ in 0..reader.number()? {
        reader.text()?;
        reader.text()?;
        match reader.byte()? {
            0 => {
                reader.number()?;
                functions += 1;
            }
            1 => {
                reader.byte()?;
                reader.limits()?;
            }
            2 => reader.limits()?,
            3 => reader.at += 2,
            other => bail!("an import of kind {other}"),
        }
    }
    Ok(functions)
}

fn function_names(reader: &mut Reader, end: usize) -> anyhow::Result<BTreeMap<u64, String>> {
    let mut names = BTreeMap::new();
    while reader.at < end {
        let kind = reader.byte()?;
        let length = reader.number()? as usize;
        let next = reader.at + length;
        if kind == 1 {
            for _ in 0..reader.number()? {
                let index = reader.number()?;
                names.insert(index, reader.text()?);
            }
        }
        reader.at = next;
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_tell_their_crate() {
        for (symbol, name) in [
            ("_ZN14reactive_graph5owner5Owner4with17h0123456789abcdefE", "reactive_graph"),
            ("_ZN53_$LT$T$u20$as$u20$tachys..view..any_view..IntoAny$GT$8into_any17hE", "tachys"),
            (
                "_ZN80_$LT$serde_json..de..MapAccess$LT$R$GT$$u20$as$u20$serde_core..de..MapAccess$GT$3x17hE",
                "serde_json",
            ),
            (
                "_ZN98_$LT$$RF$mut$u20$serde_json..de..Deserializer$LT$R$GT$$u20$as$u20$serde_core..de..D$GT$1x17hE",
                "serde_json",
            ),
            ("_RNvNtNtCsgXGp5Oqx2Ny_4core3num3fmt", "core"),
            ("__wbg_new_0", "wasm-bindgen"),
        ] {
            assert_eq!(crate_of(symbol), name, "{symbol}");
        }
    }

    #[test]
    fn a_module_is_read() {
        // One imported function, one of our own with a body of three bytes, and their names.
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.extend([1, 4, 1, 0x60, 0, 0]);
        module.extend([2, 7, 1, 1, b'm', 1, b'f', 0, 0]);
        module.extend([3, 2, 1, 0]);
        module.extend([10, 5, 1, 3, 0, 1, 0x0b]);
        module.extend([0, 17, 4, b'n', b'a', b'm', b'e', 1, 10, 2, 0, 2, b'a', b'b', 1, 3, b'o', b'u', b'r']);
        assert_eq!(functions(&module).expect("reads"), [("our".to_owned(), 3)]);
        assert!(functions(&module[..module.len() - 4]).is_err());
    }

    #[test]
    fn hashes_are_left_out_of_names() {
        assert_eq!(unhashed("handrail.b5WEJJAZtkhA0-tjauFiHg.js"), "handrail.js");
        assert_eq!(unhashed("favicon.svg"), "favicon.svg");
    }
}
