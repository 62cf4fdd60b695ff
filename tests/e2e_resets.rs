//! RSTs that an engineer has to tell apart, in all four places where people look: the packet list, the details, the table of
//! connections and the log. And no expert information on connections without trouble.

mod common;

use std::path::Path;

use common::tshark::{Capture, fields, read};
use serde_json::Value;
use synfin_core::words::experts::EXPERTS;

/// A RST, and what must be said of it.
struct Case {
    script: &'static str,
    /// The frame of the RST.
    frame: u32,
    /// What stands in front of the Info column in two passes, and in one.
    info: [&'static str; 2],
    /// Lines of the details, anywhere in the connection.
    details: &'static [&'static str],
    /// What the table of connections says: by whom, why, and what is remarkable.
    table: &'static str,
    /// Keys of the log and their values, and a part of its sentence.
    log: &'static [(&'static str, &'static str)],
    explained: &'static str,
}

const CASES: [(&str, Case); 8] = [
    (
        "its receiver did not take it",
        Case {
            script: "open\n| > R. C+1 ack S+1\n| < P. S+1 ack C+1 len 10 @2",
            frame: 4,
            info: ["[RST: abort, ignored]", "[RST: abort]"],
            details: &["[Explanation: The server goes on: so it did not take the client's RST.]"],
            table: "client: aborts, ignored",
            log: &[("reset", "\"abort\""), ("reset_by", "\"client\"")],
            explained: "The server went on after that RST, so it had not taken it.",
        },
    ),
    (
        "forged, and neither side believed it",
        Case {
            script: "open\n| > R C+1\n| > P. C+1 ack S+1 len 10 @2\n| < . S+1 ack C+11",
            frame: 4,
            info: ["[RST: abort, forged, ignored]", "[RST: abort]"],
            details: &["[Reset ignored: True]", "so it did not send the RST that came in its name (forged,"],
            table: "forged, ignored",
            log: &[("reset", "null"), ("reset_ignored", "true")],
            explained: "it was forged, or a device on the way sent it.",
        },
    ),
    (
        "forged, and taken by its receiver",
        Case {
            script: "open\n| > R C+1\n| > P. C+1 ack S+1 len 10 @2\n| < R S+1",
            frame: 4,
            info: ["[RST: abort, forged]", "[RST: abort]"],
            details: &["so it did not send the RST that came in its name (forged,"],
            table: "client: aborts, forged",
            log: &[("reset", "\"abort\""), ("reset_ignored", "null")],
            explained: "It was forged, or a device on the way sent it: the client went on after it.",
        },
    ),
    (
        "challenged, and the connection went on",
        Case {
            script: "open\n| < R S+100\n| > . C+1 ack S+1\n| < P. S+1 ack C+1 len 5",
            frame: 4,
            info: ["[RST: challenged, ignored]", "[RST: challenged]"],
            details: &["[Step: RST: challenged]", "(a challenge ACK)", "[Reset ignored: True]"],
            table: "challenged, ignored",
            log: &[("reset", "null"), ("reset_ignored", "true")],
            explained: "it did not fit exactly and ended nothing.",
        },
    ),
    (
        "challenged, and nobody spoke again",
        Case {
            script: "open\n| < R S+100",
            frame: 4,
            info: ["[RST: challenged]", "[RST: challenged]"],
            details: &["[Step: RST: challenged]"],
            table: "server: challenged",
            log: &[("reset", "\"challenged\""), ("reset_ignored", "null")],
            explained: "that RST did not fit exactly, but nothing shows that the connection went on",
        },
    ),
    (
        "sent by a device on the way",
        Case {
            script: "open\n| < R. S+1 ack C+1 ttl 61",
            frame: 4,
            info: ["[RST: abort, hops -3]", "[RST: abort, hops -3]"],
            details: &["[Reset hop difference: -3]", "a device on the way may have sent it"],
            table: "server: aborts, hops -3",
            log: &[("reset_hops", "-3")],
            explained: "Its hop count differs by 3",
        },
    ),
    (
        "sent after idle time",
        Case {
            script: "open\n| < R. S+1 ack C+1 @60",
            frame: 4,
            info: ["[RST: abort, idle 60.0 s]", "[RST: abort, idle 60.0 s]"],
            details: &["[Silence before the reset: 1 minute]"],
            table: "server: aborts, idle 60.0 s",
            log: &[("reset_idle", "60.0")],
            explained: "before it there was silence for 60.0 s",
        },
    ),
    (
        "answers an unknown connection",
        Case {
            script: "open\n| > P. C+1 ack S+1 len 5\n| < R S+1",
            frame: 5,
            info: ["[RST: abort, unknown-connection]", "[RST: abort, unknown-connection]"],
            details: &["[Reset cause: unknown-connection]", "[Reset answers frame: 4]"],
            table: "server: unknown-connection",
            log: &[("reset_cause", "\"unknown-connection\""), ("reset_answers", "4")],
            explained: "it had no such connection any more when it got the segment in frame 4",
        },
    ),
];

/// The cells of the table of connections, by heading, of a capture with one connection.
fn table(file: &Path) -> Vec<(String, String)> {
    let text = read(file, &["-q", "-z", "synfin,conn"]);
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_string()).collect::<Vec<_>>();
    let headings = cells(text.lines().find(|line| line.starts_with("Stream")).expect("there are headings"));
    let row = cells(text.lines().find(|line| line.starts_with('0')).expect("there is a row"));
    assert_eq!(headings.len(), row.len(), "{text}");
    headings.into_iter().zip(row).collect()
}

fn holds(what: &str, case: &Case) {
    let capture = Capture::script(case.script);
    let file = &capture.path;
    for (expected, more) in case.info.into_iter().zip([&["-2"][..], &[]]) {
        let filter = format!("frame.number == {}", case.frame);
        let list = read(file, &[more, &["-Y", &filter]].concat());
        assert!(list.contains(&format!(" {expected} ")), "{what}: the packet list says {list}");
    }
    // As 4.6 writes times.
    let details = read(file, &["-2", "-O", "synfin"]).replace("60.000000000 seconds", "1 minute");
    for line in case.details {
        assert!(details.contains(line), "{what}: {line:?} is not in {details}");
    }
    let cells = table(file);
    let (_, cell) = cells.iter().find(|(name, _)| name == "Reset by").expect("the column");
    assert_eq!(cell, case.table, "{what}");
    let log: Value = serde_json::from_str(read(file, &["-q", "-z", "synfin,jsonl"]).trim()).expect("one object");
    for (key, expected) in case.log {
        assert_eq!(log[key].to_string(), *expected, "{what}: {key} in the log");
    }
    let explained = log["conn_explain"].as_str().expect("a sentence");
    assert!(explained.contains(case.explained), "{what}: the log says {explained}");
}

#[test]
fn each_is_named_in_the_list_the_details_the_table_and_the_log() {
    for (what, case) in &CASES {
        holds(what, case);
    }
}

/// Recorded from real stacks that did what they should, on a path that lost nothing.
const CLEAN: [&str; 16] = [
    "close_by_client",
    "close_by_server",
    "close_without_data",
    "data_crosses_fin",
    "ecn_negotiated",
    "fin_with_data",
    "half_close_by_client",
    "half_close_by_server",
    "ipv6_close_by_client",
    "isn_at_wrap",
    "keep_alive",
    "options_not_agreed",
    "sequence_wrap",
    "still_open",
    "third_segment_with_data",
    "three_segment_close",
];

#[test]
fn nothing_is_remarkable_in_a_clean_capture() {
    let names: Vec<&str> = EXPERTS.iter().map(|expert| expert.name).collect();
    for capture in CLEAN {
        let path = format!("tests/captures/{capture}.pcap");
        for more in [&["-2"][..], &[]] {
            let lines = fields(Path::new(&path), &names, more);
            assert!(lines.len() > 4, "{capture} was not read");
            let found: Vec<_> = lines.iter().flat_map(|line| line.keys()).collect();
            assert!(found.is_empty(), "{capture}: {found:?}");
        }
    }
}

/// What no script can hold: an ICMP error, and a connection between an endpoint and itself (`e2e_icmp` has their rules). All
/// other items are expected by a script: `tests/connections/coverage.rs`.
#[test]
fn the_experts_that_no_script_expects() {
    for (capture, name) in [
        ("filtered_port_icmp", "synfin.expert.icmp_error"),
        ("filtered_port_icmp", "synfin.expert.unreachable"),
        ("self_connect", "synfin.expert.self_connect"),
    ] {
        let lines = fields(Path::new(&format!("tests/captures/{capture}.pcap")), &[name], &["-2"]);
        assert_eq!(lines.iter().filter(|line| line.contains_key(name)).count(), 1, "{name} in {capture}");
    }
}
