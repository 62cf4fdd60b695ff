//! The classes of differences, and the document that names them.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{captures, tshark};
use crate::observation::Stream;

/// A reason for a difference: `holds` looks at the connection and at what is compared, not at whether they differ.
pub struct Class {
    pub name: &'static str,
    pub holds: fn(&Stream, &str) -> bool,
}

/// Differences of one comparison, by class.
pub struct Ledger {
    classes: &'static [Class],
    found: BTreeMap<&'static str, Vec<String>>,
    unexplained: Vec<String>,
    agreed: usize,
}

impl Ledger {
    pub fn new(classes: &'static [Class]) -> Ledger {
        Ledger { classes, found: BTreeMap::new(), unexplained: Vec::new(), agreed: 0 }
    }

    /// What a peer says against what synfin says; `what` names the thing compared.
    pub fn compare(&mut self, stream: &Stream, what: &str, peer: &str, ours: &str) {
        if peer == ours {
            self.agreed += 1;
            return;
        }
        let mut explained = false;
        for class in self.classes.iter().filter(|class| (class.holds)(stream, what)) {
            self.found.entry(class.name).or_default().push(format!("{what} of {}", stream.name()));
            explained = true;
        }
        if !explained {
            self.unexplained.push(format!("{}: {what}: the peer says {peer}, synfin {ours}", stream.name()));
        }
    }

    /// Fails on what no class explains, on classes and document that do not name the same, and, with all captures at
    /// hand, on a class without a difference.
    pub fn close(self, section: &str, at_least: usize) {
        println!("{section}: {} agree; differences by class:", self.agreed);
        for (class, found) in &self.found {
            println!("  {class}: {}, such as {}", found.len(), found[0]);
        }
        assert!(self.unexplained.is_empty(), "{section}: unexplained: {:#?}", self.unexplained);
        assert!(self.agreed >= at_least, "{section}: only {} compared", self.agreed);
        let named: BTreeSet<&str> = self.classes.iter().map(|class| class.name).collect();
        assert_eq!(named, documented(section).keys().map(String::as_str).collect(), "{section}: docs/PEERS.md");
        // Which connections there are depends on the series and on the captures.
        if captures::more().is_some() && tshark::series() == "4.0" {
            let vanished: Vec<_> = named.iter().filter(|name| !self.found.contains_key(**name)).collect();
            assert!(vanished.is_empty(), "{section}: classes without a difference: {vanished:?}");
        }
    }
}

/// The rows of the table below the heading `section` of docs/PEERS.md, by their first cell, which is code.
pub fn documented(section: &str) -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string("docs/PEERS.md").expect("docs/PEERS.md");
    let mut rows = BTreeMap::new();
    let mut inside = false;
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            inside = heading == section;
        }
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if inside && line.starts_with("| `") {
            let name = cells[0].trim_matches('`').to_string();
            let rest = cells[1..].iter().map(|cell| (*cell).to_string()).collect();
            assert!(rows.insert(name, rest).is_none(), "{section}: {} twice", cells[0]);
        }
    }
    rows
}
