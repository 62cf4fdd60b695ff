//! ICMP errors that quote a segment: which connection they are about, and what they change of it: nothing but the outcome of
//! a SYN without an answer. What is shown of the error itself: `e2e_icmp`.

use std::net::IpAddr;

use strum::VariantArray;
use synfin_core::capture::{Event, Options, Path, Refusal, SegmentId, Tracker};
use synfin_core::segment::Seq;
use synfin_core::segment::icmp::{IcmpError, IcmpKind};
use synfin_core::view::Pass;
use synfin_core::words::experts::{EXPERTS, of_icmp};

use crate::common::core::{self, Fields};
use crate::common::script::{Direction, ISNS, Script, Wire, parse};
use crate::coverage::MODULES;

const ROUTER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

/// A script that is played with errors in between, each in the frame of the row before it.
struct ScriptWithErrors {
    script: Script,
    tracker: Tracker,
}

fn id(row: usize) -> SegmentId {
    SegmentId { frame: u32::try_from(row).unwrap() + 1, layer: 0 }
}

/// An error about this segment, which quotes `more` past its number.
fn about(wire: &Wire, kind: IcmpKind, more: i64) -> IcmpError {
    let Path { source, destination } = core::path(wire);
    let [source_port, destination_port] = match wire.direction {
        Direction::ToRight => wire.ports,
        Direction::ToLeft => [wire.ports[1], wire.ports[0]],
    };
    let seq = Seq(wire.seq.wrapping_add(more as u32));
    IcmpError { kind, source: source.unwrap(), destination: destination.unwrap(), source_port, destination_port, seq }
}

fn observe(tracker: &mut Tracker, row: usize, wire: &Wire) {
    let segment = core::segment(wire);
    let event = Event::Segment { stream: wire.stream, path: &core::path(wire), segment: &segment };
    tracker.observe(id(row), event).expect("there is room");
}

/// Whether an error is about a known connection.
fn is_taken(tracker: &mut Tracker, at: SegmentId, error: &IcmpError) -> bool {
    match tracker.observe(at, Event::IcmpError { from: Some(ROUTER), error }) {
        Ok(_) => true,
        Err(refusal) => {
            assert_eq!(refusal, Refusal::NotKnown);
            false
        }
    }
}

impl ScriptWithErrors {
    /// `errors`: behind which row, about which row's segment, its kind, and how far from its number. Gives whether each was
    /// taken for one about a known connection.
    fn play(text: &str, isns: [u32; 2], errors: &[(usize, usize, IcmpKind, i64)]) -> (ScriptWithErrors, Vec<bool>) {
        let script = parse(text, isns);
        let mut tracker = Tracker::new(Options { rebase: script.rebase });
        let mut taken = Vec::new();
        for (row, line) in script.rows.iter().enumerate() {
            let wire = &line.wire;
            observe(&mut tracker, row, wire);
            for (layer, &(_, of, kind, more)) in (100..).zip(errors.iter().filter(|error| error.0 == row)) {
                let at = SegmentId { layer, ..id(row) };
                taken.push(is_taken(&mut tracker, at, &about(&script.rows[of].wire, kind, more)));
            }
        }
        (ScriptWithErrors { script, tracker }, taken)
    }

    fn fields(&self, row: usize, pass: Pass) -> Fields {
        let wire = &self.script.rows[row].wire;
        let segment = core::segment(wire);
        let view = self.tracker.segment(id(row), core::path(wire), &segment, pass);
        core::read_fields(&view.expect("it was taken in"))
    }

    /// A field on the last segment, in the final pass.
    fn at_the_end(&self, field: &str) -> String {
        self.fields(self.script.rows.len() - 1, Pass::Final)
            .get(field)
            .map(|values| values.join(","))
            .unwrap_or_default()
    }
}

/// The outcome and the error that stands on the connection.
#[track_caller]
fn assert_outcome(text: &str, errors: &[(usize, usize, IcmpKind, i64)], expected: [&str; 3]) {
    for isns in ISNS {
        let (told, taken) = ScriptWithErrors::play(text, isns, errors);
        assert_eq!(taken, vec![true; errors.len()], "all are about a known connection: {text}");
        let found = ["handshake.outcome", "conn.icmp", "conn.icmp.frame"].map(|field| told.at_the_end(field));
        assert_eq!(found, expected, "{text}");
    }
}

/// An error about data stands in the sentences on the connection with what it says, of the side whose segment it quotes.
#[test]
fn an_error_about_data_is_explained() {
    let text = "open\n| > P. C+1 ack S+1 len 10\n| < P. S+1 ack C+11 len 1460";
    for (of, whose) in [(3, "client"), (4, "server")] {
        let (told, taken) = ScriptWithErrors::play(text, ISNS[0], &[(4, of, IcmpKind::FragmentationNeeded, 0)]);
        assert_eq!(taken, [true]);
        let said = told.at_the_end("conn.explain");
        let expected = format!(
            " An ICMP error came too (fragmentation-needed from 192.0.2.1, frame 5): the {whose}'s segment is too big for a \
             link on the way (path MTU)."
        );
        assert!(said.ends_with(&expected), "{said}");
    }
}

#[test]
fn a_syn_without_an_answer_is_unreachable_by_most_kinds() {
    for &kind in IcmpKind::VARIANTS {
        let is_no_answer = matches!(kind.name(), "fragmentation-needed" | "other");
        let outcome = if is_no_answer { "no-answer" } else { "unreachable" };
        assert_outcome("| > S C", &[(0, 0, kind, 0)], [outcome, kind.name(), "1"]);
    }
}

/// The kind and the frame of the first error stand on the connection, and any of them makes it `unreachable`.
#[test]
fn the_first_stands_on_the_connection() {
    let errors = [(0, 0, IcmpKind::FragmentationNeeded, 0), (1, 1, IcmpKind::HostUnreachable, 0)];
    assert_outcome("| > S C\n| > S C @1", &errors, ["unreachable", "fragmentation-needed", "1"]);
    let errors = [(1, 1, IcmpKind::Prohibited, 0), (1, 1, IcmpKind::HostUnreachable, 0)];
    assert_outcome("| > S C\n| > S C @1", &errors, ["unreachable", "prohibited", "2"]);
}

/// An answer tells more than an error, and an error more than answers that count for nothing.
#[test]
fn among_the_outcomes() {
    let error = [(0, 0, IcmpKind::HostUnreachable, 0)];
    for (text, outcome) in [
        ("| > S C\n| < R. 0 ack C+1", "refused"),
        ("| > S C\n| < S. S ack C+1\n| > . C+1 ack S+1", "complete"),
        ("| > S C\n| < S. S ack C+1", "half-open"),
        ("| > S C\n| > . C+1 ack S+1", "partial"),
        ("| > S C\n| < . S+500 ack C-900", "unreachable"),
        ("| > S C\n| < S. S ack C+9", "unreachable"),
        ("| > S C\n| < R 0", "unreachable"),
    ] {
        assert_outcome(text, &error, [outcome, "host-unreachable", "1"]);
    }
}

/// One of an earlier attempt says nothing of the last one.
#[test]
fn each_attempt_has_its_own() {
    let text = "| > S C\n| < R. 0 ack C+1\n| > S C @1";
    assert_outcome(text, &[(0, 0, IcmpKind::HostUnreachable, 0)], ["no-answer", "", ""]);
    assert_outcome(text, &[(2, 2, IcmpKind::HostUnreachable, 0)], ["unreachable", "host-unreachable", "3"]);
}

/// From the sender's initial number up to and including its highest one.
#[test]
fn what_is_quoted_was_sent() {
    let text = "open\n| > P. C+1 ack S+1 len 5\n| < P. S+1 ack C+6 len 7";
    for isns in ISNS {
        // Row 3 is the client's payload: its initial number lies one below, its highest is C+6; row 4 is the server's.
        for (row, more, expected) in [
            (3, -2, false),
            (3, -1, true),
            (3, 0, true),
            (3, 5, true),
            (3, 6, false),
            (4, -2, false),
            (4, -1, true),
            (4, 7, true),
            (4, 8, false),
            (4, 1 << 31, false),
        ] {
            let (told, taken) = ScriptWithErrors::play(text, isns, &[(4, row, IcmpKind::HostUnreachable, more)]);
            assert_eq!(taken, [expected], "row {row}, {more}, {isns:?}");
            let shown = if expected { "host-unreachable" } else { "" };
            assert_eq!(told.at_the_end("conn.icmp"), shown, "row {row}, {more}");
        }
    }
}

/// The handshake was not captured: the first number seen is the lowest.
#[test]
fn what_is_quoted_of_an_unknown_handshake() {
    let text = "| > P. C+1 ack S+1 len 5";
    for (more, expected) in [(-1, false), (0, true), (5, true), (6, false)] {
        let (_, taken) = ScriptWithErrors::play(text, ISNS[1], &[(0, 0, IcmpKind::HostUnreachable, more)]);
        assert_eq!(taken, [expected], "{more}");
    }
}

/// Other endpoints, or the same ones in the other direction with a number that was not sent in that one.
#[test]
fn about_no_known_connection() {
    let script = parse("| > S C", ISNS[0]);
    let mut tracker = Tracker::new(Options::default());
    let wire = &script.rows[0].wire;
    let error = about(wire, IcmpKind::HostUnreachable, 0);
    assert!(!is_taken(&mut tracker, id(0), &error), "nothing was seen yet");
    observe(&mut tracker, 0, wire);
    let port = IcmpError { source_port: 40_001, ..error };
    let address = IcmpError { destination: ROUTER, ..error };
    let back = IcmpError {
        source: error.destination,
        destination: error.source,
        source_port: error.destination_port,
        destination_port: error.source_port,
        ..error
    };
    for other in [port, address, back] {
        assert!(!is_taken(&mut tracker, id(1), &other), "{other:?}");
        assert!(tracker.icmp(id(1), Pass::Final).is_none());
    }
    assert!(is_taken(&mut tracker, id(1), &error));
    assert_eq!(tracker.icmp(id(1), Pass::Final).expect("taken in").connection.stream, 0);
}

/// Of several connections between the same endpoints the latest is meant.
#[test]
fn the_latest_of_the_endpoints() {
    let text = "core\nstream 0\n| > S C\nstream 1\n| > S C";
    let (told, taken) = ScriptWithErrors::play(text, ISNS[0], &[(1, 0, IcmpKind::HostUnreachable, 0)]);
    assert_eq!(taken, [true]);
    assert_eq!(told.at_the_end("handshake.outcome"), "unreachable");
    let first = told.fields(0, Pass::Final);
    assert_eq!(first["handshake.outcome"], ["no-answer"]);
}

/// What an error may change of a connection, and on its segments of nothing else.
const CHANGED: [&str; 10] = [
    "conn.icmp",
    "conn.icmp.frame",
    "conn.explain",
    "handshake.outcome",
    "explain",
    "expert.unreachable",
    "expert.no_answer",
    "expert.invalid_answer",
    "expert.old_connection",
    "(label)",
];

/// In every script, behind every segment, an error that quotes it: no state, number, step or time differs, in any pass.
#[test]
fn an_error_changes_no_state() {
    let mut taken_in = 0;
    for (name, text) in MODULES.into_iter().flatten() {
        let rows = parse(text, ISNS[1]).rows.len();
        let errors: Vec<_> = (0..rows).map(|row| (row, row, IcmpKind::HostUnreachable, 0)).collect();
        let (with, taken) = ScriptWithErrors::play(text, ISNS[1], &errors);
        let (without, _) = ScriptWithErrors::play(text, ISNS[1], &[]);
        taken_in += taken.iter().filter(|taken| **taken).count();
        for row in 0..rows {
            for pass in [Pass::First, Pass::Final] {
                let said = |told: &ScriptWithErrors| {
                    let mut fields = told.fields(row, pass);
                    fields.retain(|field, _| !CHANGED.contains(&field.as_str()));
                    fields
                };
                assert_eq!(said(&with), said(&without), "{name}, {pass:?}: {}", with.script.rows[row].text);
            }
            let [fields, before] = [&with, &without].map(|told| told.fields(row, Pass::Final));
            let (outcome, before) = (&fields["handshake.outcome"], &before["handshake.outcome"]);
            // No SYN-ACK that counts, and the SYN is what is quoted somewhere.
            let is_unanswered = !fields.contains_key("handshake.kind") && outcome[0] == "unreachable";
            assert!(is_unanswered || outcome == before, "{name}: {outcome:?}, without the errors {before:?}");
        }
    }
    assert!(taken_in > 500, "only {taken_in} errors were about a segment that was sent");
}

/// One on the error itself, and one on the SYN that it is about.
#[test]
fn expert_information_of_errors() {
    let (told, _) = ScriptWithErrors::play("| > S C", ISNS[0], &[(0, 0, IcmpKind::Prohibited, 0)]);
    assert!(told.fields(0, Pass::Final).contains_key("expert.unreachable"));
    assert!(!told.fields(0, Pass::First).contains_key("expert.unreachable"), "more may come");
    let view = told.tracker.icmp(SegmentId { layer: 100, ..id(0) }, Pass::Final).expect("it was taken in");
    let bits = of_icmp(&view);
    let names = (0..).zip(EXPERTS).filter(|(index, _)| bits >> index & 1 == 1).map(|(_, expert)| expert.name);
    assert_eq!(names.collect::<Vec<_>>(), ["synfin.expert.icmp_error"]);
}

/// Every type and code of ICMP and ICMPv6.
#[test]
fn every_type_and_code() {
    let v4 = |kind: u8, code: u8| match (kind, code) {
        (3, 0 | 6 | 11) => Some("net-unreachable"),
        (3, 1 | 7 | 12) => Some("host-unreachable"),
        (3, 2) => Some("protocol-unreachable"),
        (3, 3) => Some("port-unreachable"),
        (3, 4) => Some("fragmentation-needed"),
        (3, 9 | 10 | 13) => Some("prohibited"),
        (11, _) => Some("time-exceeded"),
        (3 | 4 | 5 | 12, _) => Some("other"),
        _ => None,
    };
    let v6 = |kind: u8, code: u8| match (kind, code) {
        (1, 0) => Some("net-unreachable"),
        (1, 3) => Some("host-unreachable"),
        (1, 4) => Some("port-unreachable"),
        (4, 1) => Some("protocol-unreachable"),
        (1, 1 | 5 | 6) => Some("prohibited"),
        (2, _) => Some("fragmentation-needed"),
        (3, _) => Some("time-exceeded"),
        (1 | 4, _) => Some("other"),
        _ => None,
    };
    for kind in 0..=255 {
        for code in 0..=255 {
            assert_eq!(IcmpKind::of_v4(kind, code).map(IcmpKind::name), v4(kind, code), "ICMP {kind} {code}");
            assert_eq!(IcmpKind::of_v6(kind, code).map(IcmpKind::name), v6(kind, code), "ICMPv6 {kind} {code}");
        }
    }
}
