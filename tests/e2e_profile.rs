//! The profile `synfin` in the real tshark, on the demo capture: every filter of it parses and finds the right frames, every
//! colour falls on the right lines, the columns say the steps, and the ladder is drawn. Frame numbers are counted by hand
//! from examples/demo/hour.rs.

mod common;
#[allow(dead_code)]
#[path = "../examples/demo/main.rs"]
mod demo;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::tshark::read;

const HANDSHAKES: &str =
    "1-3 12-14 22-24 32-34 39 41 43-46 55-60 67-69 75-77 84 86 88 90 92-94 96 98 99 101 103 105 107 109-111";
const TEARDOWNS: &str = "8-11 19-21 29-31 35-38 51-54 61 62 65 66 82";
const RESETS: &str = "40 42 74 83 85 87 89 91 95 97 100 102 104 106 108";
const REFUSED: &str = "39-42 84-91 94-97 101-108";
const SENT_AGAIN: &str = "44 56 57";
const SLOW: &str = "24 46";

/// Each filter of the profile by the name it has there, and the frames it finds.
fn expected() -> Vec<(&'static str, String)> {
    let both = format!("{TEARDOWNS} {RESETS}");
    let mut all = Vec::new();
    for (prefix, slow) in [("", "Slow"), ("synfin: ", "Slow handshakes")] {
        for (name, frames) in [
            ("Handshakes", HANDSHAKES),
            ("Teardowns", &both),
            ("Refused", REFUSED),
            ("No answer", "55-57"),
            ("Half-open", "92 93"),
            ("Resets", RESETS),
            (slow, SLOW),
        ] {
            all.push((&*format!("{prefix}{name}").leak(), frames.to_string()));
        }
    }
    all.extend([
        (
            "synfin: the connections, one line each",
            "11 21 31 38 40 42 54 57 66 74 83 85 87 89 91 93 95 97 100 102 104 106 108 115".to_string(),
        ),
        ("synfin: teardowns in three segments", "20 30".to_string()),
        ("synfin: handshakes completed by data", String::new()),
        ("synfin: data after the first FIN", "58-66".to_string()),
        ("synfin: sent again", SENT_AGAIN.to_string()),
        ("synfin: resets that did not end the connection", String::new()),
        ("synfin: what deserves attention", "40 42 57 85 87 89 91 93 95 97 100 102 104 106 108".to_string()),
    ]);
    all
}

/// `1-3 5` to the numbers 1, 2, 3, 5, in order.
fn numbers(text: &str) -> Vec<u32> {
    let range = |word: &str| {
        let mut ends = word.split('-').map(|number| number.parse().expect("a number"));
        let first: u32 = ends.next().expect("a first number");
        first..=ends.next().unwrap_or(first)
    };
    let mut all: Vec<u32> = text.split_whitespace().flat_map(range).collect();
    all.sort_unstable();
    all
}

fn profile(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles/synfin").join(file);
    fs::read_to_string(path).expect("a file of the profile")
}

/// A demo capture, beside a home that has the profile.
struct Desk {
    folder: tempfile::TempDir,
    capture: PathBuf,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let profiles = folder.path().join(".config/wireshark/profiles/synfin");
        fs::create_dir_all(&profiles).expect("a folder");
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles/synfin")).expect("the profile") {
            let path = entry.expect("a file").path();
            fs::copy(&path, profiles.join(path.file_name().expect("a name"))).expect("copied");
        }
        let capture = folder.path().join("office.pcap");
        fs::write(&capture, demo::capture(0)).expect("written");
        Desk { folder, capture }
    }

    /// What tshark prints of the capture, with the profile.
    fn read(&self, arguments: &[&str]) -> String {
        let mut all = vec!["-C", "synfin"];
        all.extend(arguments);
        common::tshark::read_at(self.folder.path(), &self.capture, &all)
    }

    fn frames(&self, filter: &str) -> Vec<u32> {
        let printed = self.read(&["-2", "-Y", filter, "-T", "fields", "-e", "frame.number"]);
        printed.lines().map(|line| line.parse().expect("a number")).collect()
    }
}

/// `"name" rest` in each line of a file of filters.
fn named(text: &str) -> BTreeMap<String, String> {
    let line = |line: &str| {
        let (name, filter) = line.strip_prefix('"')?.split_once("\" ")?;
        Some((name.to_string(), filter.to_string()))
    };
    text.lines().filter_map(line).collect()
}

/// `"a","b","c"` in each line of a table that Wireshark keeps; \x22 is a quote.
fn table(text: &str) -> Vec<Vec<String>> {
    let rows = text.lines().filter(|line| line.starts_with('"'));
    rows.map(|line| line.trim_matches('"').split("\",\"").map(|cell| cell.replace("\\x22", "\"")).collect()).collect()
}

#[test]
fn filters_find_their_frames() {
    let desk = Desk::new();
    let mut filters = named(&profile("dfilters"));
    for row in table(&profile("dfilter_buttons")) {
        assert_eq!((row[0].as_str(), row.len()), ("TRUE", 4));
        filters.insert(row[1].clone(), row[2].clone());
    }
    let expected = expected();
    for (name, frames) in &expected {
        let filter = filters.remove(*name).unwrap_or_else(|| panic!("the profile has no filter {name}"));
        assert_eq!(desk.frames(&filter), numbers(frames), "{name}: {filter}");
    }
    assert!(filters.is_empty(), "nothing is expected of {:?}", filters.keys());
}

#[test]
fn macros_find_their_frames() {
    let desk = Desk::new();
    for (filter, frames) in [
        ("${life_of:8}", "58-62 65 66"),
        ("${opened_by:10.0.0.13}", "22-31 55-57 67-74 109-115"),
        ("${served_by:10.0.1.54:5432}", "32-42"),
        ("${slower_than:0.5}", "46 54"),
    ] {
        // The times stand where they become known and on the connection's last segment.
        assert_eq!(desk.frames(filter), numbers(frames), "{filter}");
    }
    let old: BTreeMap<_, _> =
        table(&profile("dfilter_macros")).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    assert_eq!(old, named(&profile("dmacros")), "Wireshark 4.0 and later ones have the same macros");
}

#[test]
fn colours_fall_on_their_lines() {
    let desk = Desk::new();
    let printed = desk.read(&["--color", "-T", "fields", "-e", "frame.number", "-e", "frame.coloring_rule.name"]);
    let mut by_rule: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for line in printed.lines() {
        let (number, rule) = line.split_once('\t').expect("two columns");
        by_rule.entry(rule).or_default().push(number.parse().expect("a number"));
    }
    let mut first_time = numbers(HANDSHAKES);
    first_time.retain(|frame| !numbers(SENT_AGAIN).contains(frame));
    assert_eq!(by_rule.remove("Handshake"), Some(first_time));
    assert_eq!(by_rule.remove("Teardown"), Some(numbers(TEARDOWNS)));
    assert_eq!(by_rule.remove("Reset"), Some(numbers(RESETS)));
    assert_eq!(by_rule.remove("Trouble"), Some(numbers(SENT_AGAIN)));
    // All others are as without the profile.
    let plain =
        read(&desk.capture, &["--color", "-T", "fields", "-e", "frame.number", "-e", "frame.coloring_rule.name"]);
    let plain: BTreeMap<u32, &str> = plain
        .lines()
        .map(|line| line.split_once('\t').expect("two columns"))
        .map(|(number, rule)| (number.parse().expect("a number"), rule))
        .collect();
    let mut between: Vec<u32> = by_rule.values().flatten().copied().collect();
    between.sort_unstable();
    assert_eq!(between, numbers("4-7 15-18 25-28 47-50 63 64 70-73 78-81 112-115"));
    for (rule, frames) in by_rule {
        assert!(frames.iter().all(|frame| plain[frame] == rule), "{rule}: {frames:?}");
    }
}

#[test]
fn columns_say_the_steps() {
    let desk = Desk::new();
    let printed = desk.read(&["-Y", "tcp.stream in {1, 9} or synfin.retransmission"]);
    // Stream, step, states, Seq, Ack, Info.
    for line in [
        "1 Open 2/3 ESTABLISHED,SYN-RECEIVED Y X+1 80 → 49153 [SYN, ACK]",
        "1 Close 2+3/4 LAST-ACK,TIME-WAIT Y X+1 49153 → 80 [FIN, ACK]",
        "6 Open 1/3 again SYN-SENT,SYN-RECEIVED X  [TCP Retransmission] 49158 → 80 [SYN]",
        "9 RST: abort CLOSED,CLOSED Y+78 X+48 80 → 49161 [RST, ACK]",
    ] {
        assert!(printed.contains(line), "{line}: {printed}");
    }
    assert!(!printed.contains("[Open 1/3"), "the columns say it, so the Info column does not: {printed}");
}

/// A teardown in three segments, drawn by Wireshark with synfin's words; and a listing beside it, whose columns stay.
#[test]
fn ladder() {
    let desk = Desk::new();
    let drawn = read(&desk.capture, &["-q", "-z", "flow,synfin,network,tcp.stream == 1"]);
    let lines: Vec<&str> = drawn.lines().map(str::trim_end).collect();
    // What the arrow has no room for stands beside it whole, behind the states; else the states stand there alone.
    let expected = [
        ("|1.000000 |", "SYN Seq=X", "SYN-SENT / SYN-RECEIVED"),
        ("|1.001000 |", "SYN, ACK Seq=Y Ack=X", "ESTABLISHED / SYN-RECEIVED: SYN, ACK Seq=Y Ack=X+1"),
        ("|1.002000 |", "ACK Seq=X+1 Ack=Y+1", "ESTABLISHED / ESTABLISHED"),
        ("|1.010000 |", "FIN, ACK Seq=X Ack=Y", "CLOSE-WAIT / FIN-WAIT-1"),
        ("|1.011000 |", "FIN, ACK Seq=Y Ack=X", "LAST-ACK / TIME-WAIT: FIN, ACK Seq=Y Ack=X+1"),
        ("|1.012000 |", "ACK Seq=X+1 Ack=Y+1", "CLOSED / TIME-WAIT"),
    ];
    assert_eq!(lines.len(), 2 + 2 * expected.len(), "{drawn}");
    for (pair, (time, label, margin)) in lines[2..].chunks(2).zip(expected) {
        let (drawing, beside) = pair[0].rsplit_once('|').expect("a margin");
        assert!(drawing.starts_with(time) && drawing.contains(label), "{}", pair[0]);
        assert_eq!(beside, margin, "{}", pair[0]);
        assert!(pair[1].contains("------------------"), "{}", pair[1]);
    }
    // The profile has no Protocol column, from which Wireshark would take a part of the margin.
    let with_profile = desk.read(&["-q", "-z", "flow,synfin,network,tcp.stream == 1"]);
    assert_eq!(with_profile, drawn);
    let again = read(&desk.capture, &["-q", "-z", "flow,synfin,network,tcp.stream == 7"]);
    assert_eq!(again.matches("SYN Seq=X again").count(), again.matches("again").count(), "{again}");
    assert!(again.contains("again") && again.matches("SYN-SENT / SYN-RECEIVED").count() == 3, "{again}");
    let aborted = read(&desk.capture, &["-q", "-z", "flow,synfin,standard,tcp.stream == 9"]);
    assert!(aborted.contains("RST abort") && aborted.contains("CLOSED / CLOSED"), "{aborted}");

    let plain = read(&desk.capture, &[]);
    let beside = read(&desk.capture, &["-z", "flow,synfin,network"]);
    assert!(beside.starts_with(&plain), "the listing stays as it is without the ladder");
}
