//! The statistics against the connection log: `-z synfin,tree` and `-z synfin,conn`, in one pass and in two, with and
//! without a filter, and the tree in sharkd. `-z synfin,jsonl`: e2e_log.rs; servers and report: e2e_report.rs.

mod common;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use common::tshark::{Line, fields, read, series};
use synfin_core::words::connections::COLUMNS;
use synfin_core::words::fields::FIELDS;

/// Captures that together have most of what there is to count.
const CAPTURES: [&str; 5] = [
    "many_short_connections",
    "crashed_client_opens_again",
    "half_open_connection_discovered",
    "filtered_port",
    "filtered_port_icmp",
];

/// None; one that lets only each connection's first segments through, when nothing is settled yet; one that lets some
/// connections through and not others.
const FILTERS: [&str; 3] = ["", "tcp.flags.syn == 1", "tcp.port == 40001 or tcp.port == 41005"];

fn path(name: &str) -> std::path::PathBuf {
    Path::new("tests/captures").join(format!("{name}.pcap"))
}

/// The connection log of a capture, by stream; what is said of the RST that ended a connection is taken from that.
fn log(file: &Path) -> BTreeMap<String, Line> {
    let mut names = vec!["tcp.stream"];
    names.extend(FIELDS.iter().filter(|field| field.is_of_connection()).map(|field| field.name));
    let lines = fields(file, &names, &["-2", "-Y", "synfin.conn.last"]);
    let mut log: BTreeMap<String, Line> = lines.into_iter().map(|line| (line["tcp.stream"][0].clone(), line)).collect();
    let resets = fields(file, &["frame.number", "synfin.reset", "synfin.reset.cause"], &["-2", "-Y", "synfin.reset"]);
    for line in log.values_mut() {
        let ender = line.get("synfin.reset.frame").cloned();
        let reset = resets.iter().find(|reset| ender.as_ref() == reset.get("frame.number"));
        for name in ["synfin.reset", "synfin.reset.cause"] {
            line.remove(name);
            if let Some(value) = reset.and_then(|reset| reset.get(name)) {
                line.insert(name.to_string(), value.clone());
            }
        }
    }
    log
}

/// The lines of the streams that have a segment which passes the filter.
fn passing(file: &Path, log: &BTreeMap<String, Line>, filter: &str) -> BTreeMap<String, Line> {
    if filter.is_empty() {
        return log.clone();
    }
    let streams = fields(file, &["tcp.stream"], &["-Y", filter]);
    let passes =
        |stream: &String| streams.iter().any(|line| line.get("tcp.stream").is_some_and(|s| s.contains(stream)));
    log.iter().filter(|(stream, _)| passes(stream)).map(|(stream, line)| (stream.clone(), line.clone())).collect()
}

fn value<'a>(line: &'a Line, field: &str) -> &'a str {
    line.get(field).map_or("-", |values| values[0].as_str())
}

/// What the tree must show: heading, node, count. Nodes that count nothing are left out.
fn expected_tree(log: &BTreeMap<String, Line>) -> BTreeMap<(String, String), u32> {
    let mut counts = BTreeMap::new();
    for line in log.values() {
        let has_reset = line.contains_key("synfin.reset.frame");
        let cause = match value(line, "synfin.reset.cause") {
            "-" if has_reset => "unknown",
            cause => cause,
        };
        let places = [
            ("Handshake outcome", value(line, "synfin.handshake.outcome")),
            ("Handshake kind", value(line, "synfin.handshake.kind")),
            ("Teardown kind", value(line, "synfin.teardown.kind")),
            ("Closed by", value(line, "synfin.teardown.closer")),
            ("Reset cause", cause),
            ("Connection state (Zeek)", value(line, "synfin.conn.state")),
        ];
        for (heading, node) in places.into_iter().filter(|(_, node)| *node != "-") {
            *counts.entry((heading.to_string(), node.to_string())).or_default() += 1;
        }
    }
    counts
}

/// The tree as printed, without what counts nothing.
fn printed_tree(text: &str) -> BTreeMap<(String, String), u32> {
    const HEADINGS: [&str; 6] =
        ["Handshake outcome", "Handshake kind", "Teardown kind", "Closed by", "Reset cause", "Connection state (Zeek)"];
    let mut counts = BTreeMap::new();
    let mut heading = "";
    for line in text.lines() {
        if let Some(found) = HEADINGS.iter().find(|name| line.starts_with(**name)) {
            heading = found;
        } else if line.starts_with(' ') && !heading.is_empty() {
            // Names may have spaces; two or more part the columns.
            let (name, rest) = line.trim().split_once("  ").expect("columns");
            let count: u32 = rest.split_whitespace().next().expect("a count").parse().expect("a number");
            if count != 0 {
                counts.insert((heading.to_string(), name.to_string()), count);
            }
        }
    }
    counts
}

/// What the table must show of a connection, after its stream and start.
fn expected_row(line: &Line) -> Vec<String> {
    // In milliseconds or seconds, to the microsecond. A field has nine decimals.
    let time = |field, decimals: u32| match value(line, field) {
        "-" => "-".to_string(),
        seconds => {
            let us = (seconds.replace('.', "").parse::<u64>().expect("seconds") + 500) / 1000;
            let unit = 10_u64.pow(decimals);
            format!("{}.{:0width$}", us / unit, us % unit, width = decimals as usize)
        }
    };
    let there = |field| Some(value(line, field)).filter(|text| *text != "-");
    let why: Vec<&str> = ["synfin.reset.cause", "synfin.reset.remark"].into_iter().filter_map(there).collect();
    let why = (!why.is_empty()).then(|| why.join(", "));
    let reset: Vec<String> = there("synfin.reset.by").map(str::to_string).into_iter().chain(why).collect();
    let reset = if reset.is_empty() { "-".to_string() } else { reset.join(": ") };
    let field = |name| value(line, name).to_string();
    vec![
        field("synfin.conn.client"),
        field("synfin.conn.server"),
        field("synfin.handshake.outcome"),
        time("synfin.handshake.time", 3),
        field("synfin.teardown.kind"),
        field("synfin.teardown.closer"),
        reset,
        time("synfin.conn.duration", 6),
        field("synfin.conn.state"),
        field("synfin.conn.history"),
    ]
}

/// The rows of the table by stream: the values of the columns.
fn printed_table(text: &str) -> BTreeMap<String, Vec<String>> {
    let rows = text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_digit()));
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_string()).collect::<Vec<_>>();
    let rows = rows.map(cells).map(|mut cells| (cells.remove(0), cells));
    let table: BTreeMap<String, Vec<String>> =
        rows.map(|(stream, cells)| (stream, cells[..COLUMNS - 1].to_vec())).collect();
    // Every column ends at the same place in every row.
    let bars = |line: &str| line.char_indices().filter(|(_, c)| *c == '|').map(|(at, _)| at).collect::<Vec<_>>();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains('|')).collect();
    assert!(lines.iter().all(|line| bars(line) == bars(lines[0])), "columns do not stand in line:\n{text}");
    table
}

#[test]
fn statistics_say_what_the_log_says() {
    for name in CAPTURES {
        let file = path(name);
        let whole = log(&file);
        for filter in FILTERS {
            let log = passing(&file, &whole, filter);
            assert!(filter == FILTERS[2] || !log.is_empty(), "{name}: nothing passes {filter}");
            for pass in ["one", "two"] {
                let what = format!("{name}, filter '{filter}', {pass} pass");
                let options = ["synfin,tree", "synfin,conn"]
                    .map(|kind| if filter.is_empty() { kind.to_string() } else { format!("{kind},{filter}") });
                let mut arguments = vec!["-q"];
                options.iter().for_each(|option| arguments.extend(["-z", option]));
                if pass == "two" {
                    arguments.push("-2");
                }
                let printed = read(&file, &arguments);
                assert_eq!(printed_tree(&printed), expected_tree(&log), "{what}: synfin,tree");

                let rows: BTreeMap<String, Vec<String>> =
                    log.iter().map(|(stream, line)| (stream.clone(), expected_row(line))).collect();
                // Dates have another form in each place: they are looked at in e2e_log.rs.
                let printed = printed_table(&printed).into_iter().map(|(stream, mut row)| {
                    assert_ne!(row.remove(0), "-", "{what}: no start");
                    (stream, row)
                });
                assert_eq!(printed.collect::<BTreeMap<_, _>>(), rows, "{what}: synfin,conn");
            }
        }
    }
}

/// Several listeners at once have counts of their own.
#[test]
fn listeners_are_apart() {
    let file = path("many_short_connections");
    let text = read(
        &file,
        &[
            "-q",
            "-z",
            "synfin,tree",
            "-z",
            "synfin,tree,tcp.dstport == 81",
            "-z",
            "synfin,jsonl,tcp.dstport == 81",
            "-z",
            "synfin,jsonl",
        ],
    );
    let (of_json, of_trees): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('{'));
    let totals: Vec<&str> = of_trees.into_iter().filter(|line| line.starts_with("Handshake outcome")).collect();
    let mut counts: Vec<u32> =
        totals.iter().map(|line| line.split_whitespace().nth(2).expect("a count").parse().expect("a number")).collect();
    counts.sort_unstable();
    assert_eq!((counts, of_json.len()), (vec![30, 240], 270));
}

/// A filter that Wireshark does not know is said so, and nothing is printed.
#[test]
fn bad_filter() {
    series();
    let program = std::env::var("SYNFIN_TSHARK").unwrap_or_else(|_| "tshark".to_string());
    let output = Command::new(program)
        .args(["-q", "-r", "tests/captures/half_open.pcap", "-z", "synfin,jsonl,no.such.field"])
        .output()
        .expect("tshark runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && complaint.contains("no.such.field") && output.stdout.is_empty(), "{complaint}");
}

/// sharkd's stat tree, for Wireshark front ends in the browser.
#[test]
fn in_sharkd() {
    let name = std::env::var("SYNFIN_SHARKD").unwrap_or_else(|_| "sharkd".to_string());
    let file = path("many_short_connections");
    let absolute = file.canonicalize().expect("a path");
    let requests = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"load\",\"params\":{{\"file\":\"{}\"}}}}\n\
         {{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tap\",\"params\":{{\"tap0\":\"stat:synfin\"}}}}\n",
        absolute.display()
    );
    let mut sharkd = Command::new(name)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("sharkd runs");
    sharkd.stdin.take().expect("its input").write_all(requests.as_bytes()).expect("it reads");
    let output = sharkd.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&output.stdout);
    let answer = text
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find(|json| json["id"] == 2);
    let stats = answer.unwrap_or_else(|| panic!("no answer: {text}"))["result"]["taps"][0]["stats"].clone();
    let mut counts = BTreeMap::new();
    for heading in stats.as_array().expect("headings") {
        for node in heading["sub"].as_array().expect("nodes") {
            let count = u32::try_from(node["count"].as_u64().expect("a count")).unwrap();
            let key = (heading["name"].as_str().unwrap().to_string(), node["name"].as_str().unwrap().to_string());
            if count != 0 {
                counts.insert(key, count);
            }
        }
    }
    assert_eq!(counts, expected_tree(&log(&file)));
}
