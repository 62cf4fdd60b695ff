//! The layers of the core, lowest first: segment, connection, capture, view, words. No file names a layer above its own, and
//! no files, of any crate or of plugin-c, take from each other in a circle.

mod c;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::iter::Peekable;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree, token_stream};

/// Lowest first. A folder of `src`, or one file.
const LAYERS: [&str; 5] = ["segment", "connection", "capture", "view", "words"];

/// The only files that read packet bytes, and so the only ones that name etherparse.
const PARSERS: [&str; 2] = ["segment/header", "segment/icmp"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// All files with this ending below a folder.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A source file, and the paths that its code names, from the crate down: `crate::segment::Seq` is `segment`, `Seq`.
struct Source {
    /// Below the folder of sources, without its ending: `connection/state`, `words/fields`.
    name: String,
    code: String,
    paths: Vec<Vec<String>>,
}

impl Source {
    fn read(root: &Path, path: &Path) -> Source {
        let name = path.strip_prefix(root).expect("below src").to_string_lossy().replace('\\', "/");
        let name = name.trim_end_matches(".rs").trim_end_matches("/mod").to_string();
        let text = fs::read_to_string(path).expect("a source file");
        let code = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
        let module: Vec<String> = match name.as_str() {
            "lib" | "main" => Vec::new(),
            name => name.split('/').map(str::to_string).collect(),
        };
        let mut paths = Vec::new();
        name_paths(text.parse().unwrap_or_else(|error| panic!("{name}: {error}")), &module, &mut paths);
        Source { name, code, paths }
    }

    /// Each file below a folder of sources.
    fn all(root: &Path) -> Vec<Source> {
        files(root, "rs").iter().map(|path| Source::read(root, path)).collect()
    }

    /// Its layer's place in the list.
    fn layer(&self) -> usize {
        let layer = self.name.split('/').next().unwrap_or_default();
        LAYERS.iter().position(|known| *known == layer).unwrap_or_else(|| panic!("{} belongs to no layer", self.name))
    }
}

/// The paths in some code that begin with `crate`, or with `super` in the module at hand; those of macros too.
fn name_paths(code: TokenStream, module: &[String], found: &mut Vec<Vec<String>>) {
    let mut tokens = code.into_iter().peekable();
    // The words before: `a::super` begins no path, and `mod a {` is one level further down.
    let mut before = [String::new(), String::new()];
    while let Some(token) = tokens.next() {
        let word = token.to_string();
        match token {
            TokenTree::Ident(_) if before[1] != ":" && (word == "crate" || word == "super") => {
                let above = module.len().saturating_sub(1);
                let base = if word == "crate" { Vec::new() } else { module[..above].to_vec() };
                path(base, &mut tokens, found);
            }
            TokenTree::Group(group) if before[0] == "mod" => {
                name_paths(group.stream(), &[module, &before[1..]].concat(), found);
            }
            TokenTree::Group(group) => name_paths(group.stream(), module, found),
            _ => {}
        }
        before = [std::mem::take(&mut before[1]), word];
    }
}

fn is_colon(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':')
}

type Tokens = Peekable<token_stream::IntoIter>;

/// What follows the beginning of a path: `::a::b`, or `::{a, b::c}`.
fn path(mut base: Vec<String>, tokens: &mut Tokens, found: &mut Vec<Vec<String>>) {
    while is_colon(tokens.peek()) {
        tokens.next();
        if !is_colon(tokens.peek()) {
            break;
        }
        tokens.next();
        match tokens.peek() {
            Some(TokenTree::Ident(word)) if word == "super" => {
                base.pop();
                tokens.next();
            }
            Some(TokenTree::Ident(word)) => {
                base.push(word.to_string());
                tokens.next();
            }
            Some(TokenTree::Group(group)) => {
                let mut parts = group.stream().into_iter().peekable();
                while let Some(part) = parts.next() {
                    if let TokenTree::Ident(word) = part {
                        let mut longer = base.clone();
                        if word != "self" {
                            longer.push(word.to_string());
                        }
                        path(longer, &mut parts, found);
                    }
                }
                tokens.next();
                return;
            }
            _ => break,
        }
    }
    found.push(base);
}

/// What takes from what: each file, and those that it names. A module and what lies inside it belong together.
fn rust_arrows(root: &Path) -> Arrows {
    let sources = Source::all(root);
    let names: BTreeSet<&str> = sources.iter().map(|source| source.name.as_str()).collect();
    let mut arrows = Arrows::new();
    for source in &sources {
        let arrow = arrows.entry(source.name.clone()).or_default();
        for path in &source.paths {
            let named =
                (1..=path.len()).rev().map(|len| path[..len].join("/")).find(|name| names.contains(name.as_str()));
            let Some(named) = named else { continue };
            let is_inside = |inner: &str, outer: &str| inner == outer || inner.starts_with(&format!("{outer}/"));
            if !is_inside(&named, &source.name) && !is_inside(&source.name, &named) {
                arrow.insert(named);
            }
        }
    }
    arrows
}

/// The same of modules beside each other, each with all that lies inside it.
fn module_arrows(files: &Arrows) -> Arrows {
    let mut arrows = Arrows::new();
    for (from, to) in files.iter().flat_map(|(from, to)| to.iter().map(move |to| (from, to))) {
        let (from, to) = (from.split('/').collect::<Vec<_>>(), to.split('/').collect::<Vec<_>>());
        let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
        let [from, to] = [from, to].map(|path| path[..=shared].join("/"));
        arrows.entry(to.clone()).or_default();
        arrows.entry(from).or_default().insert(to);
    }
    arrows
}

type Arrows = BTreeMap<String, BTreeSet<String>>;

/// What is left once everything is taken away that takes from nothing else, or that nothing takes from: circles.
fn circles(mut arrows: Arrows) -> Arrows {
    loop {
        let taken: BTreeSet<String> = arrows.values().flatten().cloned().collect();
        let is_end = |name: &String, to: &BTreeSet<String>| to.is_empty() || !taken.contains(name);
        let done: Vec<String> =
            arrows.iter().filter(|(name, to)| is_end(name, to)).map(|(name, _)| name.clone()).collect();
        if done.is_empty() {
            return arrows;
        }
        for name in &done {
            arrows.remove(name);
        }
        for to in arrows.values_mut() {
            to.retain(|name| !done.contains(name));
        }
    }
}

/// The core's files that belong to a layer: all but the one that declares them.
fn layered() -> Vec<Source> {
    Source::all(&source()).into_iter().filter(|source| source.name != "lib").collect()
}

#[test]
fn no_layer_names_a_higher_one() {
    let sources = layered();
    for (layer, name) in LAYERS.iter().enumerate() {
        assert!(sources.iter().any(|source| source.layer() == layer), "{name}: no file");
    }
    let mut wrong = Vec::new();
    for source in &sources {
        for path in &source.paths {
            let named = path.first().and_then(|name| LAYERS.iter().position(|layer| layer == name));
            if named.is_some_and(|named| named > source.layer()) {
                wrong.push(format!("{} may not know {}", source.name, path.join("::")));
            }
        }
        assert!(!source.code.contains("crate::*"), "{}: everything is named by that", source.name);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_takes_from_itself_in_a_circle() {
    let core = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src", "../src", "../cli/src", "../fuzz/src", "../bench/src", "../xtask/src"] {
        let arrows = rust_arrows(&core.join(folder));
        assert!(arrows.len() > 2, "{folder}: hardly a file");
        assert_eq!(circles(module_arrows(&arrows)), Arrows::new(), "{folder}: some of these modules form a circle");
        assert_eq!(circles(arrows), Arrows::new(), "{folder}: these, or some of them, form a circle");
    }
    let arrows = c::arrows(&core.join("../plugin-c"));
    assert!(arrows.values().filter(|to| !to.is_empty()).count() > 10, "hardly a file includes another");
    assert_eq!(circles(arrows), Arrows::new(), "plugin-c: these, or some of them, form a circle");
}

#[test]
fn packet_bytes_are_read_in_one_place() {
    for source in layered() {
        let is_parser = PARSERS.contains(&source.name.as_str());
        assert_eq!(source.code.contains("etherparse"), is_parser, "{}", source.name);
    }
}

/// No input, no output, no clock, nothing global: what is said follows from what was handed in.
#[test]
fn the_core_asks_nobody() {
    const NOT_HERE: [&str; 6] = ["std::fs", "std::io", "std::env", "std::time", "std::process", "static mut"];
    for source in layered() {
        for word in NOT_HERE {
            assert!(!source.code.contains(word), "{} has {word}", source.name);
        }
    }
}

#[test]
fn paths_are_found() {
    let found = |code: &str| {
        let mut found = Vec::new();
        let module = ["words".to_string(), "text".to_string()];
        name_paths(code.parse().expect("code"), &module, &mut found);
        found.iter().map(|path| path.join("::")).collect::<Vec<_>>()
    };
    assert_eq!(found("use crate::words::text;"), ["words::text"]);
    assert_eq!(
        found("use crate::{view::{Pass, self}, words}; use super::fields::Row;"),
        ["view::Pass", "view", "words", "words::fields::Row"]
    );
    assert_eq!(
        found("fn f() { assert!(crate::segment::Seq(0) == super::super::view::X); }"),
        ["segment::Seq", "view::X"]
    );
    assert_eq!(found("pub(crate) struct X { a: u8 } pub(super) fn f() {}"), ["", "words"]);
    assert_eq!(found("let x = crate::view::Pass; super::y();"), ["view::Pass", "words::y"]);
    assert_eq!(found("mod tests { use super::*; } use super::*;"), ["words::text", "words"]);
}

#[test]
fn circles_are_found() {
    let arrows = |arrows: &[(&str, &str)]| {
        let mut all = Arrows::new();
        for (from, to) in arrows {
            all.entry(to.to_string()).or_default();
            all.entry(from.to_string()).or_default().insert(to.to_string());
        }
        all
    };
    assert!(circles(arrows(&[("a", "b"), ("b", "c"), ("a", "c")])).is_empty());
    assert_eq!(circles(arrows(&[("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")])).len(), 2);
    // No file of these takes from another in a circle; as a whole `a/b` and `a/c` do.
    let files = arrows(&[("a/b/x", "a/c"), ("a/c", "a/b")]);
    assert!(circles(files.clone()).is_empty());
    assert_eq!(circles(module_arrows(&files)).into_keys().collect::<Vec<_>>(), ["a/b", "a/c"]);
}
