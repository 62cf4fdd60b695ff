//! plugin-c/host_layout.h, from the headers of every series.

mod read;
mod table;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use xshell::{Shell, cmd};

use self::read::Headers;
use self::table::{Facts, Number, Row, Rules, Table};

const TABLE: &str = "plugin-c/host_layout.h";

/// No header says it: how many bytes of a segment's header TCP's dissector needs before it gives tcp.len.
const MEASURED: &str = "bytes_before_len";

/// What is said of a series whose tshark was not run.
const UNRUN: &str = " (from its headers alone: expected to work, not run)";

/// Makes the table of these roots; with `add` or `check`, keeping the rows that it has of others.
pub fn run(sh: &Shell, roots: &[PathBuf], add: bool, check: bool) -> Result<()> {
    if check {
        self::check(sh, roots)?;
        println!("{TABLE} is what the headers give");
        return Ok(());
    }
    let (_, new) = make(sh, roots, add)?;
    sh.write_file(TABLE, new)?;
    println!("wrote {TABLE}");
    Ok(())
}

/// Fails when the table has other rows for these roots.
pub fn check(sh: &Shell, roots: &[PathBuf]) -> Result<()> {
    let (text, new) = make(sh, roots, true)?;
    // A newer release of the same series may have the very same layout: what it is called does not count.
    let plain = |text: &str| {
        text.lines()
            .filter(|line| !line.starts_with(" * Wireshark "))
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    if plain(&text) != plain(&new) {
        let work = sh.create_temp_dir()?;
        let (committed, found) = (work.path().join("committed"), work.path().join("found"));
        sh.write_file(&committed, plain(&text))?;
        sh.write_file(&found, plain(&new))?;
        cmd!(sh, "diff -u {committed} {found}").quiet().ignore_status().run()?;
        bail!("{TABLE} is not what these headers give");
    }
    Ok(())
}

/// The table that there is, and the one of these roots; with `keep`, and the rows of others.
fn make(sh: &Shell, roots: &[PathBuf], keep: bool) -> Result<(String, String)> {
    let mut all = Vec::new();
    for root in roots {
        all.push(read::read(sh, root)?);
    }
    let text = sh.read_file(TABLE)?;
    let old = Table::parse(&text)?;
    let mut table = collect(all, &old)?;
    if keep {
        self::keep(&mut table, &old)?;
    }
    ensure!(!table.ip.is_empty(), "none of these headers has epan/dissectors/packet-ip.h: name a system too");
    let new = table.write()?;
    Ok((text, new))
}

/// A table of what was read, and nothing else.
fn collect(all: Vec<Headers>, old: &Table) -> Result<Table> {
    let measured: BTreeMap<Number, u64> = all
        .iter()
        .filter(|headers| headers.rules == Rules::Unix)
        .filter_map(|headers| Some((headers.number, headers.measured?)))
        .collect();
    let unixes: Vec<Number> =
        all.iter().filter(|headers| headers.rules == Rules::Unix).map(|headers| headers.number).collect();
    let mut table = Table::default();
    let mut common_from = String::new();
    let mut ip_from = String::new();
    for headers in all {
        let name = format!("{}{}", headers.version, headers.rules.words());
        same(&mut table.common, &mut common_from, headers.common, &name)?;
        same(&mut table.ip, &mut ip_from, headers.ip, &name)?;
        let mut row = Row { version: name, facts: headers.varying };
        let bytes = match headers.measured {
            Some(bytes) => bytes,
            None => {
                row.version.push_str(UNRUN);
                expected(headers.number, &measured, &unixes, old)?
            }
        };
        row.facts.push((MEASURED.to_string(), bytes));
        let before = table.rows.insert((headers.number, headers.rules), row);
        ensure!(
            before.is_none(),
            "two of these folders have headers of Wireshark {}{}",
            headers.number,
            headers.rules.words()
        );
    }
    Ok(table)
}

/// What was not measured: the same in every system; that of the series before and after, or else what the table says.
fn expected(number: Number, measured: &BTreeMap<Number, u64>, unixes: &[Number], old: &Table) -> Result<u64> {
    if let Some(here) = measured.get(&number) {
        return Ok(*here);
    }
    let older = unixes.iter().filter(|other| **other < number).max().and_then(|older| measured.get(older));
    let newer = unixes.iter().filter(|other| **other > number).min().and_then(|newer| measured.get(newer));
    if let Some(both) = older.filter(|_| older == newer) {
        return Ok(*both);
    }
    let row = old.rows.get(&(number, Rules::Unix));
    row.and_then(|row| value(&row.facts, MEASURED)).with_context(|| {
        format!(
            "how many bytes TCP's dissector of {number} reads first is not known: name a system of the series before, and \
             one of the series after"
        )
    })
}

/// Takes the rows of the old table that the new one lacks.
fn keep(table: &mut Table, old: &Table) -> Result<()> {
    for (key, row) in &old.rows {
        table.rows.entry(*key).or_insert_with(|| row.clone());
    }
    for facts in [&mut table.common, &mut table.ip] {
        let of_this_kind = old.both().filter(|(name, _)| value(facts, name).is_some()).cloned().collect();
        same(facts, &mut "these headers".to_string(), of_this_kind, TABLE)?;
    }
    if table.ip.is_empty() {
        table.ip = old.ip.clone();
    }
    Ok(())
}

/// Holds facts that are the same in all headers that have them against those of a further one.
fn same(facts: &mut Facts, from: &mut String, further: Facts, name: &str) -> Result<()> {
    if further.is_empty() {
        return Ok(());
    }
    if facts.is_empty() {
        *facts = further;
        *from = name.to_string();
        return Ok(());
    }
    let words = |facts: &Facts, name: &str| value(facts, name).map_or("nothing".to_string(), |value| value.to_string());
    let of_both = facts.iter().chain(&further).map(|(name, _)| name);
    let differ = of_both.filter(|name| value(facts, name) != value(&further, name));
    let mut differ: Vec<_> =
        differ.map(|name| format!("{name} ({} and {})", words(facts, name), words(&further, name))).collect();
    differ.sort();
    differ.dedup();
    ensure!(
        differ.is_empty(),
        "not the same in {from} and {name}: {}: make them varying facts, and make the table anew",
        differ.join(", ")
    );
    Ok(())
}

/// A fact by its name.
fn value(facts: &Facts, name: &str) -> Option<u64> {
    facts.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERIES: [Number; 4] = [Number(4, 0), Number(4, 2), Number(4, 4), Number(4, 10)];

    fn facts(of: &[(&str, u64)]) -> Facts {
        of.iter().map(|(name, value)| (name.to_string(), *value)).collect()
    }

    /// It is that of both neighbours, or what the table says; not that of one.
    #[test]
    fn what_was_not_measured_is_between() {
        let old = Table::parse(&std::fs::read_to_string(format!("../{TABLE}")).expect("the table")).expect("a table");
        let measured = |of: &[(Number, u64)]| of.iter().copied().collect::<BTreeMap<_, _>>();
        let [before, here, after, later] = SERIES;
        let both = measured(&[(before, 20), (after, 20), (later, 12)]);
        assert_eq!(expected(here, &both, &SERIES, &old).expect("known"), 20);
        let other = measured(&[(before, 20), (after, 14)]);
        assert_eq!(expected(here, &other, &SERIES, &old).expect("the table's"), 16);
        let its_own = measured(&[(before, 20), (here, 17), (after, 14)]);
        assert_eq!(expected(here, &its_own, &SERIES, &old).expect("measured"), 17);
        assert!(expected(Number(4, 8), &other, &SERIES, &old).is_err(), "the series after was not measured");
    }

    #[test]
    fn what_differs_is_named() {
        let mut known = facts(&[("a", 1), ("b", 2)]);
        let mut from = "4.0".to_string();
        same(&mut known, &mut from, facts(&[]), "4.2").expect("nothing is no other");
        same(&mut known, &mut from, facts(&[("a", 1), ("b", 2)]), "4.2").expect("the same");
        let error = same(&mut known, &mut from, facts(&[("a", 1), ("b", 3), ("c", 4)]), "4.4").expect_err("others");
        let said = error.to_string();
        assert!(said.contains("4.0 and 4.4: b (2 and 3), c (nothing and 4):"), "{said}");
    }
}
