//! Expert information: none on connections without trouble, and the items that no script can express.

use std::net::IpAddr;

use synfin_core::capture::{Event, Options, Path, SegmentId, Tracker};
use synfin_core::view::Pass;

use crate::common::core;
use crate::common::elsewhere::{over_ipv6, with_each_others_addresses};
use crate::common::script::{ISNS, parse, parse_turned};

/// Ways to complete the handshake, with the next number of the client behind its C.
const OPENINGS: [(&str, u32); 3] = [
    ("| > S C <mss:1460,sack,ts,wscale:7>\n| < S. S ack C+1 <mss:1460,sack,ts,wscale:7>\n| > . C+1 ack S+1", 1),
    ("| > S C\n| < S. S ack C+1\n| > P. C+1 ack S+1 len 10", 11),
    ("open", 1),
];

/// What is exchanged, with {c} and {s} for the next numbers, and how many bytes each side sends by it.
const EXCHANGES: [(&str, u32, u32); 4] = [
    ("", 0, 0),
    ("| > P. {c} ack {s} len 100\n| < . {s} ack {c+100}", 100, 0),
    ("| > P. {c} ack {s} len 100\n| < P. {s} ack {c+100} len 900 @0.2\n| > . {c+100} ack {s+900}", 100, 900),
    ("| < P. {s} ack {c} len 500\n| < P. {s+500} ack {c} len 500\n| > . {c} ack {s+1000} win 500", 0, 1000),
];

/// How it closes, or does not yet.
const CLOSINGS: [&str; 8] = [
    "",
    "| > F. {c} ack {s}\n| < . {s} ack {c+1}\n| < F. {s} ack {c+1}\n| > . {c+1} ack {s+1}",
    "| > F. {c} ack {s}\n| < F. {s} ack {c+1}\n| > . {c+1} ack {s+1}",
    "| < F. {s} ack {c}\n| > F. {c} ack {s+1}\n| < . {s+1} ack {c+1}",
    "| < F. {s} ack {c}\n| > . {c} ack {s+1}\n| > F. {c} ack {s+1}\n| < . {s+1} ack {c+1}",
    "| > FP. {c} ack {s} len 7\n| < . {s} ack {c+8}\n| < P. {s} ack {c+8} len 70\n| > . {c+8} ack {s+70}\n\
     | < F. {s+70} ack {c+8}\n| > . {c+8} ack {s+71}",
    "| > F. {c} ack {s}\n| < . {s} ack {c+1}",
    "| < F. {s} ack {c}",
];

/// `{c+100}` with these numbers.
fn filled(text: &str, c: u32, s: u32) -> String {
    let mut pieces = text.split('{');
    let mut filled = pieces.next().unwrap_or_default().to_string();
    for piece in pieces {
        let (number, rest) = piece.split_once('}').expect("a closing brace");
        let (letter, offset) = number.split_at(1);
        let base = if letter == "c" { ("C", c) } else { ("S", s) };
        let offset: u32 = if offset.is_empty() { 0 } else { offset[1..].parse().expect("an offset") };
        filled.push_str(&format!("{}+{}{rest}", base.0, base.1 + offset));
    }
    filled
}

/// Opened by three segments, every byte acknowledged, closed by FINs or not yet, nothing sent or captured twice: nothing is
/// remarked, in no pass, whoever is the client.
#[test]
fn none_on_a_clean_connection() {
    let mut played = 0;
    for (opening, next) in OPENINGS {
        for (exchange, from_client, from_server) in EXCHANGES {
            for closing in CLOSINGS {
                let exchange = filled(exchange, next, 1);
                let closing = filled(closing, next + from_client, 1 + from_server);
                let text = format!("{opening}\n{exchange}\n{closing}");
                let mut scripts = vec![parse(&text, ISNS[0]), parse(&text, ISNS[2])];
                if opening == "open" {
                    scripts.push(parse_turned(&text, ISNS[1]));
                }
                for script in &scripts {
                    let seen = core::read(script, 1);
                    for fields in seen.first.iter().chain(&seen.last) {
                        let experts: Vec<_> = fields.keys().filter(|field| field.starts_with("expert.")).collect();
                        assert!(experts.is_empty(), "{experts:?} in\n{text}");
                    }
                    with_each_others_addresses(&text, script);
                    if !opening.contains('<') || !opening.contains("ts") {
                        over_ipv6(&text, script);
                    }
                    played += 1;
                }
            }
        }
    }
    assert_eq!(played, (2 + 2 + 3) * 4 * 8);
}

/// Equal endpoints: there is no direction, and it is said once.
#[test]
fn an_endpoint_connected_to_itself() {
    let rows = parse("ports 40000 40000\n| > S C\n| > S. C ack C+1\n| > . C+1 ack C+1", ISNS[0]).rows;
    let host = Some(IpAddr::from([10, 0, 0, 1]));
    let path = Path { source: host, destination: host };
    let mut tracker = Tracker::new(Options::default());
    let mut said = Vec::new();
    for (frame, row) in (1..).zip(&rows) {
        let (id, segment) = (SegmentId { frame, layer: 0 }, core::segment(&row.wire));
        tracker.observe(id, Event::Segment { stream: 0, path: &path, segment: &segment }).expect("there is room");
        let view = tracker.segment(id, path, &segment, Pass::First).expect("it was taken in");
        let fields = core::read_fields(&view);
        assert_eq!(fields["sender"], ["client"]);
        said.push(fields.contains_key("expert.self_connect"));
    }
    assert_eq!(said, [true, false, false]);
}
