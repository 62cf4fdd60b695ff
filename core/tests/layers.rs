//! The layers of the core, lowest first: segment, connection, capture, view, words. No file names a layer above its own.

use std::fs;
use std::path::{Path, PathBuf};

/// Lowest first. A folder of `src`, or one file.
const LAYERS: [&str; 5] = ["segment", "connection", "capture", "view", "words"];

/// The only files that read packet bytes, and so the only ones that name etherparse.
const PARSERS: [&str; 2] = ["segment/header.rs", "segment/icmp.rs"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Each file of a layer: its layer's place in the list, its name below `src`, and its lines of code.
fn layered() -> Vec<(usize, String, Vec<String>)> {
    let source = source();
    let mut all = Vec::new();
    for path in files(&source) {
        let name = path.strip_prefix(&source).expect("below src").to_string_lossy().replace('\\', "/");
        if name == "lib.rs" {
            continue;
        }
        let layer = name.split('/').next().unwrap_or_default().trim_end_matches(".rs");
        let place = LAYERS.iter().position(|known| *known == layer);
        let place = place.unwrap_or_else(|| panic!("{name} belongs to no layer"));
        let text = fs::read_to_string(&path).expect("a source file");
        let code = text.lines().map(|line| line.split("//").next().unwrap_or_default().to_string());
        all.push((place, name, code.collect()));
    }
    all
}

/// The names that follow `prefix` in a line, those in braces too.
fn names<'a>(line: &'a str, prefix: &str) -> Vec<&'a str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for (at, _) in line.match_indices(prefix) {
        // `super::` inside `crate::super::` or a longer word is not what is looked for.
        if line[..at].ends_with(is_name) {
            continue;
        }
        let rest = &line[at + prefix.len()..];
        let parts: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => list.split([',', '}']).collect(),
            None => vec![rest],
        };
        let first = |part: &'a str| part.trim().split(|c| !is_name(c)).next().unwrap_or_default();
        found.extend(parts.into_iter().map(first));
    }
    found
}

#[test]
fn no_layer_names_a_higher_one() {
    let files = layered();
    for (layer, name) in LAYERS.iter().enumerate() {
        assert!(files.iter().any(|(place, ..)| *place == layer), "{name}: no file");
    }
    let mut wrong = Vec::new();
    for (place, name, lines) in &files {
        for (number, line) in lines.iter().enumerate() {
            let named = names(line, "crate::").into_iter().chain(names(line, "super::"));
            for layer in named.filter_map(|name| LAYERS.iter().position(|layer| *layer == name)) {
                if layer > *place {
                    wrong.push(format!("{name}:{}: {} may not know {}", number + 1, LAYERS[*place], LAYERS[layer]));
                }
            }
            assert!(!line.contains("crate::*"), "{name}:{}: everything is named by that", number + 1);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn packet_bytes_are_read_in_one_place() {
    for (_, name, lines) in layered() {
        let is_parser = PARSERS.contains(&name.as_str());
        assert_eq!(lines.iter().any(|line| line.contains("etherparse")), is_parser, "{name}");
    }
}

/// No input, no output, no clock, nothing global: what is said follows from what was handed in.
#[test]
fn the_core_asks_nobody() {
    const NOT_HERE: [&str; 6] = ["std::fs", "std::io", "std::env", "std::time", "std::process", "static mut"];
    for (_, name, lines) in layered() {
        for word in NOT_HERE {
            assert!(!lines.iter().any(|line| line.contains(word)), "{name} has {word}");
        }
    }
}

#[test]
fn names_are_found() {
    assert_eq!(names("use crate::words::text;", "crate::"), ["words"]);
    assert_eq!(names("use crate::{view::Pass, words};", "crate::"), ["view", "words", ""]);
    assert_eq!(names("let x = crate::segment::Seq(0); pub(crate) y", "crate::"), ["segment"]);
}
