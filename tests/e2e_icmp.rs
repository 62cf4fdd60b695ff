//! ICMP errors that quote a segment (SPEC section 9), and endpoints that connect to themselves, in the real tshark.

mod common;

use common::core::LEFT;
use common::packets::{self, Ends, Packet, Wrap};
use common::script::{ISNS, parse};
use common::tshark::{Capture, Line, fields, read};

const NAMES: [&str; 9] = [
    "synfin.role",
    "synfin.icmp",
    "synfin.icmp.stream",
    "synfin.icmp.from",
    "synfin.explain",
    "synfin.expert.icmp_error",
    "synfin.conn.icmp",
    "synfin.conn.icmp.frame",
    "synfin.handshake.outcome",
];

fn value(line: &Line, name: &str) -> String {
    line.get(name).map(|values| values.join("+")).unwrap_or_default()
}

/// An ICMP message of this kind and code that quotes `kept` bytes of the segment's header, from a router.
fn error(kind: u8, code: u8, row: &common::script::Row, kept: usize) -> Packet {
    let segment = packets::ipv4_segment(Ends::of(&row.wire), &row.wire);
    let mut icmp = vec![kind, code, 0, 0, 0, 0, 0, 0];
    icmp.extend(&segment[..segment.len().min(20 + kept)]);
    let router = Ends { source: [192, 0, 2, 1], destination: Ends::of(&row.wire).source };
    let at = row.wire.at_ns.expect("rows have times") + 500_000;
    packets::packet(at, packets::ethernet(0x0800, &packets::ipv4(router, 1, &icmp)))
}

#[test]
fn a_syn_that_did_not_get_there() {
    let rows = parse("| > S C", ISNS[0]).rows;
    // Type, code, and the word for it. Eight bytes of the quoted header are enough.
    for (kind, code, word) in [
        (3, 0, "net-unreachable"),
        (3, 1, "host-unreachable"),
        (3, 2, "protocol-unreachable"),
        (3, 3, "port-unreachable"),
        (3, 6, "net-unreachable"),
        (3, 7, "host-unreachable"),
        (3, 13, "prohibited"),
        (11, 0, "time-exceeded"),
    ] {
        for kept in [8, 20] {
            let capture = Capture::plain(&[Wrap::Ipv4.packet(&rows[0].wire), error(kind, code, &rows[0], kept)]);
            let lines = fields(&capture.path, &NAMES, &["-2"]);
            let what = format!("type {kind}, code {code}, {kept} bytes: {lines:?}");
            assert_eq!(value(&lines[0], "synfin.handshake.outcome"), "unreachable", "{what}");
            assert_eq!(value(&lines[0], "synfin.conn.icmp"), word, "{what}");
            assert_eq!(value(&lines[0], "synfin.conn.icmp.frame"), "2", "{what}");
            let icmp = &lines[1];
            assert_eq!(value(icmp, "synfin.icmp"), word, "{what}");
            assert_eq!(value(icmp, "synfin.icmp.stream"), "0", "{what}");
            assert_eq!(value(icmp, "synfin.icmp.from"), "192.0.2.1", "{what}");
            assert!(value(icmp, "synfin.explain").starts_with("192.0.2.1 reports that "), "{what}");
            assert!(icmp.contains_key("synfin.expert.icmp_error"), "{what}");
            assert_eq!(value(icmp, "synfin.role"), "", "it is no segment: {what}");
            assert_eq!(fields(&capture.path, &NAMES[..6], &[])[1], {
                let mut line = icmp.clone();
                line.retain(|name, _| NAMES[..6].contains(&name.as_str()));
                line
            });
        }
    }
}

/// Too big, and others, say nothing of whether the SYN gets there.
#[test]
fn errors_that_are_no_answer() {
    let rows = parse("| > S C", ISNS[0]).rows;
    for (kind, code, word) in [(3, 4, "fragmentation-needed"), (12, 0, "other"), (4, 0, "other")] {
        let capture = Capture::plain(&[Wrap::Ipv4.packet(&rows[0].wire), error(kind, code, &rows[0], 8)]);
        let lines = fields(&capture.path, &NAMES, &["-2"]);
        let found = (value(&lines[1], "synfin.icmp"), value(&lines[0], "synfin.handshake.outcome"));
        assert_eq!(found, (word.to_string(), "no-answer".to_string()), "type {kind}, code {code}");
    }
}

/// It changes no state, and what is quoted must be of the connection: its endpoints, and a number it sent.
#[test]
fn on_an_open_connection() {
    let script = "open\n| > P. C+1 ack S+1 len 100\n| > P. C+900000000 ack S+1 len 1\n| < . S+1 ack C+101";
    let rows = parse(script, ISNS[0]).rows;
    let mut all: Vec<Packet> = rows[..4].iter().map(|row| Wrap::Ipv4.packet(&row.wire)).collect();
    all.push(error(3, 1, &rows[3], 8));
    all.push(error(3, 1, &rows[4], 8));
    all.push(Wrap::Ipv4.packet(&rows[5].wire));
    let capture = Capture::plain(&all);
    let names = [&NAMES[..], &["synfin.client.state", "synfin.server.state"]].concat();
    let lines = fields(&capture.path, &names, &["-2"]);
    let words: Vec<String> = lines.iter().map(|line| value(line, "synfin.icmp")).collect();
    assert_eq!(words, ["", "", "", "", "host-unreachable", "", ""], "frame 6 quotes a number that nobody sent");
    let last = &lines[6];
    let states = (value(last, "synfin.client.state"), value(last, "synfin.server.state"));
    assert_eq!(states, ("ESTABLISHED".to_string(), "ESTABLISHED".to_string()));
    assert_eq!(value(last, "synfin.handshake.outcome"), "complete");
    assert_eq!(
        (value(last, "synfin.conn.icmp").as_str(), value(last, "synfin.conn.icmp.frame").as_str()),
        ("host-unreachable", "5")
    );
    assert_eq!(fields(&capture.path, &["frame.number"], &["-Y", "synfin.icmp"]).len(), 1);
}

/// A TCP header quoted in an ICMP error is no segment, whether its connection is known or not.
#[test]
fn a_quotation_is_no_segment() {
    let rows = parse("| > S C", ISNS[0]).rows;
    let known = Capture::plain(&[Wrap::Ipv4.packet(&rows[0].wire), packets::quoted_in_icmp(&rows[0].wire)]);
    let lines = fields(&known.path, &["synfin.role", "synfin.icmp"], &[]);
    assert_eq!((value(&lines[0], "synfin.role"), value(&lines[1], "synfin.role")), ("SYN".to_string(), String::new()));
    assert_eq!(value(&lines[1], "synfin.icmp"), "port-unreachable");
    let unknown = Capture::plain(&[packets::quoted_in_icmp(&rows[0].wire)]);
    assert_eq!(fields(&unknown.path, &["synfin.role", "synfin.icmp"], &["-2"]), [Line::new()]);
    let off = ["--disable-protocol", "synfin"];
    assert_eq!(fields(&known.path, &["synfin.role", "synfin.icmp"], &off), [Line::new(), Line::new()]);
}

/// In the log and the statistics too.
#[test]
fn in_the_log() {
    let rows = parse("| > S C", ISNS[0]).rows;
    let capture = Capture::plain(&[Wrap::Ipv4.packet(&rows[0].wire), error(3, 13, &rows[0], 8)]);
    let line = read(&capture.path, &["-q", "-2", "-z", "synfin,jsonl"]);
    let json: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!((&json["conn_icmp"], &json["conn_icmp_frame"]), (&"prohibited".into(), &2.into()));
    assert_eq!(json["handshake_outcome"], "unreachable");
    let said = json["conn_explain"].as_str().expect("a sentence");
    assert!(said.contains("192.0.2.1") || said.contains("frame 2"), "{said}");
}

/// One endpoint on both sides: no direction to tell, every segment is the client's.
#[test]
fn an_endpoint_connected_to_itself() {
    let ends = Ends { source: LEFT, destination: LEFT };
    let rows =
        parse("ports 40000 40000\n| > S C\n| > S. C ack C+1\n| > . C+1 ack C+1\n| > F. C+1 ack C+1", ISNS[0]).rows;
    let frame = |row: &common::script::Row| {
        let bytes = packets::ethernet(0x0800, &packets::ipv4_segment(ends, &row.wire));
        packets::packet(row.wire.at_ns.expect("a time"), bytes)
    };
    let capture = Capture::plain(&rows.iter().map(frame).collect::<Vec<_>>());
    for passes in [&[][..], &["-2"]] {
        let lines = fields(&capture.path, &["synfin.sender", "synfin.expert.self_connect"], passes);
        assert!(lines.iter().all(|line| value(line, "synfin.sender") == "client"), "{lines:?}");
        let warned: Vec<bool> = lines.iter().map(|line| line.contains_key("synfin.expert.self_connect")).collect();
        assert_eq!(warned, [true, false, false, false], "once a connection");
    }
    // The kernel's own, as recorded.
    let recorded =
        fields("tests/captures/self_connect.pcap".as_ref(), &["synfin.sender"], &["-Y", "synfin.expert.self_connect"]);
    assert_eq!(recorded.len(), 1, "{recorded:?}");
}
