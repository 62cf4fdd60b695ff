//! `docs/RULES.md` and the tests hold together: no rule without a test, no test that is not there, no item of expert
//! information that nothing expects.
#![allow(missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use synfin_core::words::experts::EXPERTS;

/// Sections of the specification, and how many rules each has at least: one a sentence.
const SECTIONS: [(u32, usize); 6] = [(2, 22), (3, 62), (5, 71), (6, 46), (7, 22), (9, 11)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The cells of a row of a table, but for its head.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.strip_prefix('|')?.strip_suffix('|')?;
    let cells: Vec<&str> = inner.split('|').map(str::trim).collect();
    let is_head = cells[0].starts_with("---") || matches!(cells[0], "rule" | "item");
    (!is_head).then_some(cells)
}

/// What stands in backquotes in a cell.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The file of a test and its name in it.
fn file_and_name(test: &str) -> (String, &str) {
    let (place, name) = test.split_once("::").unwrap_or_else(|| panic!("{test}: no file and test"));
    let file = match place {
        "figures" => "tests/rfc9293_figures.rs".to_string(),
        _ if place.contains('/') => place.to_string(),
        _ => format!("tests/connections/{place}.rs"),
    };
    (file, name)
}

/// The text of each test of a file: of a function behind `#[test]`, of a script, of a property.
fn tests_of(source: &str) -> BTreeMap<String, String> {
    let mut tests = BTreeMap::new();
    let lines: Vec<&str> = source.lines().collect();
    let mut is_test = false;
    for (index, line) in lines.iter().enumerate() {
        let text = line.trim();
        let is_end = |later: &&&str| {
            let indent = line.len() - line.trim_start().len();
            later.len() > indent && later.trim_start().len() == later.len() - indent && later.trim().starts_with('}')
        };
        let script = text.split_once(" = \"").filter(|(name, rest)| is_name(name) && !rest.contains('"'));
        if text == "#[test]" {
            is_test = true;
        } else if let Some((name, _)) = script {
            let rows = lines[index + 1..].iter().take_while(|later| later.trim() != "\";");
            tests.insert(name.to_string(), rows.copied().collect::<Vec<_>>().join("\n"));
        } else if is_test && text.starts_with("fn ") {
            is_test = false;
            let name = text.trim_start_matches("fn ").split('(').next().expect("a name");
            let body = lines[index + 1..].iter().take_while(|later| !is_end(later));
            tests.insert(name.to_string(), body.copied().collect::<Vec<_>>().join("\n"));
        }
    }
    tests
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter == '_' || letter.is_ascii_alphanumeric())
}

/// What a test of this name says; none where it is not there.
fn text_of(test: &str) -> Option<String> {
    let (file, name) = file_and_name(test);
    tests_of(&read(&file)).remove(name)
}

struct Page {
    /// Rules in order: id, what holds, tests.
    rules: Vec<(String, String, Vec<String>)>,
    /// Items of expert information and their tests.
    experts: BTreeMap<String, Vec<String>>,
}

fn page() -> Page {
    let mut page = Page { rules: Vec::new(), experts: BTreeMap::new() };
    let owned = |names: Vec<&str>| names.into_iter().map(str::to_string).collect::<Vec<_>>();
    for cells in read("docs/RULES.md").lines().filter_map(cells).map(|cells| cells.join("|")) {
        let cells: Vec<&str> = cells.split('|').collect();
        match cells[..] {
            [id, rule, tests] => page.rules.push((id.to_string(), rule.to_string(), owned(quoted(tests)))),
            [item, tests] => {
                let known = page.experts.insert(item.trim_matches('`').to_string(), owned(quoted(tests)));
                assert!(known.is_none(), "{item} is there twice");
            }
            _ => panic!("a row of neither table: {cells:?}"),
        }
    }
    page
}

#[test]
fn every_rule_has_a_number_and_a_sentence() {
    let rules = page().rules;
    for (section, least) in SECTIONS {
        let prefix = format!("R{section}.");
        let numbers: Vec<&str> = rules.iter().filter_map(|(id, ..)| id.strip_prefix(&prefix)).collect();
        let expected: Vec<String> = (1..=numbers.len()).map(|number| number.to_string()).collect();
        assert_eq!(numbers, expected, "the rules of section {section} are counted through");
        assert!(numbers.len() >= least, "section {section} has {} rules, {least} before", numbers.len());
    }
    let known: usize = SECTIONS
        .iter()
        .map(|(section, _)| rules.iter().filter(|(id, ..)| id.starts_with(&format!("R{section}."))).count())
        .sum();
    assert_eq!(known, rules.len(), "no rule of another section");
    let sentences: BTreeSet<&str> = rules.iter().map(|(_, rule, _)| rule.as_str()).collect();
    assert_eq!(sentences.len(), rules.len(), "no sentence is there twice");
}

#[test]
fn every_rule_has_a_test_that_is_there() {
    let page = page();
    let rules = page.rules.iter().map(|(id, _, tests)| (id, tests));
    for (id, tests) in rules.chain(page.experts.iter()) {
        assert!(!tests.is_empty(), "{id} has no test");
        let missing: Vec<_> = tests.iter().filter(|test| text_of(test).is_none()).collect();
        assert!(missing.is_empty(), "{id} names {missing:?}, which is no test");
    }
    // Those that the text names.
    for test in quoted(&read("docs/RULES.md")).into_iter().filter(|word| word.contains("::") && !word.ends_with("::")) {
        assert!(text_of(test).is_some(), "{test} is no test");
    }
}

#[test]
fn every_expert_is_expected() {
    let page = page();
    let short = |name: &'static str| name.strip_prefix("synfin.expert.").expect("the prefix").to_string();
    let all: BTreeSet<String> = EXPERTS.iter().map(|expert| short(expert.name)).collect();
    let listed: BTreeSet<String> = page.experts.keys().cloned().collect();
    assert_eq!(listed, all, "the page lists every item, and no other");
    for (item, tests) in &page.experts {
        // As a script says it, and as a test does.
        let in_scripts = [format!("!{item}"), format!("expert.{item}=1")];
        let in_code = format!("expert.{item}\"");
        let is_said = |text: &str| {
            let mut words = text.split(|letter: char| letter.is_whitespace() || letter == ';');
            words.any(|word| in_scripts.iter().any(|said| word == said)) || text.contains(&in_code)
        };
        for test in tests {
            let text = text_of(test).unwrap_or_else(|| panic!("{test} is no test"));
            assert!(is_said(&text), "{test} does not expect {item}");
        }
    }
}

/// The reader itself: a test that it does not find would make a rule fail, and one that it makes up would hold it.
#[test]
fn what_counts_as_a_test() {
    let source = "    /// Words.\n    one = \"\n      | > S C\n    \";\n\n#[test]\nfn two() {\n    three();\n}\n\nfn three() {}\n";
    let tests = tests_of(source);
    assert_eq!(tests.keys().collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!((tests["one"].trim(), tests["two"].trim()), ("| > S C", "three();"));
    assert_eq!(file_and_name("copies::data_twice"), ("tests/connections/copies.rs".to_string(), "data_twice"));
    assert!(text_of("copies::nothing_of_this_name").is_none());
}
