//! plugin-c: which file includes which, and that only the host files look into Wireshark.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{Arrows, files};

/// Which file of a folder includes which: a file and its header are one.
pub fn arrows(root: &Path) -> Arrows {
    let mut arrows = Arrows::new();
    for ending in ["c", "h"] {
        for path in files(root, ending) {
            let unit = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("a source file");
            let included = text.lines().filter_map(|line| line.trim().strip_prefix("#include \"")?.split('"').next());
            let arrow = arrows.entry(unit(&path)).or_default();
            arrow.extend(included.map(|name| unit(Path::new(name))).filter(|name| *name != unit(&path)));
        }
    }
    arrows
}

/// The structures of Wireshark that host_facts.h has a fact about, and other names of theirs.
fn host_structures(plugin: &Path) -> BTreeSet<String> {
    const ALIASES: [&str; 4] = ["proto_tree", "proto_item", "stat_tap_ui", "column_info"];
    let facts = fs::read_to_string(plugin.join("host_facts.h")).expect("the facts");
    let mut found: BTreeSet<String> = ALIASES.map(str::to_string).into();
    for before in ["offsetof(", "sizeof("] {
        for fact in facts.split(before).skip(1) {
            let name: String = fact.chars().take_while(|&letter| is_of_a_word(letter) || letter == ' ').collect();
            found.insert(name.trim().trim_start_matches("struct ").to_string());
        }
    }
    found.remove("");
    found
}

fn is_of_a_word(letter: char) -> bool {
    letter == '_' || letter.is_ascii_alphanumeric()
}

/// C without its comments and texts, word by word and sign by sign.
fn c_tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let word = rest.find(|letter| !is_of_a_word(letter)).unwrap_or(rest.len());
        let len = if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if letter == '"' {
            rest[1..].find('"').map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("->") {
            2
        } else if word > 0 {
            word
        } else {
            letter.len_utf8()
        };
        if !letter.is_whitespace() && letter != '"' && !rest.starts_with("/*") {
            tokens.push(rest[..len].to_string());
        }
        rest = &rest[len..];
    }
    tokens
}

/// Where some C looks into one of these structures: it has one that is no pointer, or goes through a pointer to one.
fn looks_inside(tokens: &[String], structures: &BTreeSet<String>) -> Vec<String> {
    let at = |index: usize| tokens.get(index).map_or("", String::as_str);
    let mut pointers = BTreeSet::new();
    let mut found = Vec::new();
    for index in (0..tokens.len()).filter(|&index| structures.contains(at(index))) {
        match (at(index + 1), at(index + 2)) {
            ("*", name) => {
                pointers.insert(name);
            }
            (next, _) => found.push(format!("{} {next}", at(index))),
        }
    }
    for index in (1..tokens.len()).filter(|&index| at(index) == "->") {
        // What a call gives back has no name to be known by.
        if pointers.contains(at(index - 1)) || is_call(&tokens[..index]) {
            found.push(format!("{}->{}", at(index - 1), at(index + 1)));
        }
    }
    found
}

/// Whether some C ends with a call: `f(1)`, and not `(*link)`.
fn is_call(tokens: &[String]) -> bool {
    let mut open = 0;
    for (index, token) in tokens.iter().enumerate().rev() {
        match token.as_str() {
            ")" => open += 1,
            "(" => open -= 1,
            _ => {}
        }
        if open == 0 {
            return token == "(" && index > 0 && tokens[index - 1].starts_with(is_of_a_word);
        }
    }
    false
}

/// Wireshark's structures differ from series to series: host*.c and .h know how, and no other file of plugin-c looks into one.
#[test]
fn only_the_host_files_look_into_wireshark() {
    let plugin = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugin-c");
    let structures = host_structures(&plugin);
    assert!(structures.len() > 20 && structures.contains("packet_info"), "{structures:?}");
    let (mut looked_at, mut inside_host) = (0, 0);
    for path in ["c", "h"].into_iter().flat_map(|ending| files(&plugin, ending)) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let found = looks_inside(&c_tokens(&fs::read_to_string(&path).expect("a source file")), &structures);
        if name.starts_with("host") {
            inside_host += found.len();
        } else {
            looked_at += 1;
            assert!(found.is_empty(), "{name} looks into Wireshark: {found:?}");
        }
    }
    assert!(looked_at > 30 && inside_host > 30, "{looked_at} files, {inside_host} looks of the host files");
}

#[test]
fn looks_inside_are_found() {
    let structures = ["packet_info", "nstime_t"].map(str::to_string).into();
    let found = |text: &str| looks_inside(&c_tokens(text), &structures);
    assert_eq!(found("void f(const packet_info *pinfo, struct note *note) { g(pinfo, note->key); }"), [""; 0]);
    assert_eq!(found("int f(packet_info *pinfo) { return pinfo->num; }"), ["pinfo->num"]);
    assert_eq!(found("void f(void) { nstime_t time; time.secs = 0; }"), ["nstime_t time"]);
    assert_eq!(found("int n = host.find(a(1))->ref_type + (*link)->next;"), [")->ref_type"]);
    assert_eq!(found("/* nstime_t time */ puts(\"nstime_t time\");"), [""; 0]);
    assert_eq!(found("static packet_info all[2];"), ["packet_info all"]);
}
