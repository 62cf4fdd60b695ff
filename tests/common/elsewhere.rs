//! Plays a script again in ways that should change nothing: its hosts with each other's addresses, over IPv6, and with each
//! segment that can be recognized captured over and over.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use synfin_core::capture::{Event, Options, Path, SegmentId, Tracker};
use synfin_core::segment::{Kind, Segment, Timestamps};
use synfin_core::view::Pass;

use super::core::{self, Fields, LEFT, Passes, RIGHT};
use super::script::{Direction, Script, Wire};

/// A segment as the tracker is told of it.
struct SegmentInput<'a> {
    wire: &'a Wire,
    path: Path,
    segment: Segment,
}

fn path(wire: &Wire, left: IpAddr, right: IpAddr) -> Path {
    match wire.direction {
        Direction::ToRight => Path { source: Some(left), destination: Some(right) },
        Direction::ToLeft => Path { source: Some(right), destination: Some(left) },
    }
}

fn id(row: usize, layer: u32) -> SegmentId {
    SegmentId { frame: u32::try_from(row).unwrap() + 1, layer }
}

fn observe(tracker: &mut Tracker, at: SegmentId, told: &SegmentInput) {
    let event = Event::Segment { stream: told.wire.stream, path: &told.path, segment: &told.segment };
    tracker.observe(at, event).expect("there is room");
}

fn fields(tracker: &Tracker, at: SegmentId, told: &SegmentInput, pass: Pass) -> Fields {
    core::read_fields(&tracker.segment(at, told.path, &told.segment, pass).expect("it was taken in"))
}

fn read(all: &[SegmentInput], rebase: bool) -> Passes {
    let mut tracker = Tracker::new(Options { rebase });
    let mut seen = Passes::default();
    for (row, told) in all.iter().enumerate() {
        observe(&mut tracker, id(row, 0), told);
        seen.first.push(fields(&tracker, id(row, 0), told, Pass::First));
    }
    let again = all.iter().enumerate().map(|(row, told)| fields(&tracker, id(row, 0), told, Pass::Final));
    seen.last = again.collect();
    seen
}

/// Whether the rows tell by themselves which of them are copies.
pub fn tells_of_copies(script: &Script) -> bool {
    let is_own =
        |(row, wire): (usize, &Wire)| usize::from(wire.id) == row + 1 && core::segment(wire).timestamps.is_none();
    !script.rows.iter().map(|row| &row.wire).enumerate().all(is_own)
}

/// The values with other addresses. The Community ID is a hash of them.
fn with_addresses(fields: &Fields, rename: impl Fn(&str) -> String) -> Fields {
    let others = fields.iter().filter(|(name, _)| *name != "conn.community_id");
    others.map(|(name, values)| (name.clone(), values.iter().map(|value| rename(value)).collect())).collect()
}

fn assert_same(name: &str, script: &Script, expected: &Passes, got: &Passes, rename: impl Fn(&str) -> String) {
    for (row, line) in script.rows.iter().enumerate() {
        let passes = [(&expected.first, &got.first, "first"), (&expected.last, &got.last, "final")];
        for (expected, got, pass) in passes {
            let expected = with_addresses(&expected[row], &rename);
            let got = with_addresses(&got[row], str::to_string);
            assert_eq!(expected, got, "{name}, {pass} pass, segment\n  {}", line.text);
        }
    }
}

/// The script with its hosts at other addresses, and `change` of each segment.
fn at(script: &Script, left: IpAddr, right: IpAddr, change: impl Fn(usize, &mut Segment)) -> Passes {
    let mut all = Vec::new();
    for (row, wire) in script.rows.iter().map(|row| &row.wire).enumerate() {
        let mut segment = core::segment(wire);
        change(row, &mut segment);
        all.push(SegmentInput { wire, path: path(wire, left, right), segment });
    }
    read(&all, script.rebase)
}

/// Which end is kept as the lower one makes no difference.
pub fn with_each_others_addresses(name: &str, script: &Script) {
    let got = at(script, RIGHT.into(), LEFT.into(), |_, _| {});
    let swap =
        |text: &str| text.replace("10.0.0.1", "left").replace("10.0.0.2", "10.0.0.1").replace("left", "10.0.0.2");
    assert_same(&format!("{name}, with each other's addresses"), script, &core::read(script, 1), &got, swap);
}

/// IPv6 has no identification: TCP's time stamps tell packets apart.
pub fn over_ipv6(name: &str, script: &Script) {
    let host = |last: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last));
    let got = at(script, host(1), host(2), |row, segment| {
        segment.network.identification = None;
        segment.timestamps = Some(Timestamps { value: u32::try_from(row).unwrap(), echo: 0 });
    });
    let rename = |text: &str| {
        let hosts = text.replace("10.0.0.1:", "[2001:db8::1]:").replace("10.0.0.2:", "[2001:db8::2]:");
        hosts.replace("10.0.0.1", "2001:db8::1").replace("10.0.0.2", "2001:db8::2")
    };
    assert_same(&format!("{name}, over IPv6"), script, &core::read(script, 1), &got, rename);
}

/// The sort of a segment of which the last one may be known again, by what was said of it.
fn sort(segment: &Segment, fields: &Fields) -> Option<&'static str> {
    match segment.kind() {
        Kind::Syn => Some("SYN"),
        Kind::SynAck => Some("SYN-ACK"),
        Kind::Fin => Some("FIN"),
        Kind::Rst => Some("RST"),
        Kind::Ack if fields.contains_key("handshake.step") => Some("OPEN-ACK"),
        Kind::Ack if fields.contains_key("teardown.step") => Some("CLOSE-ACK"),
        Kind::Ack | Kind::Other => None,
    }
}

/// After every segment all that may be known again come once more, as on the other side of a router: each is called a copy,
/// says what its original did with the states in force, and nothing else changes, here or later.
pub fn with_copies(name: &str, script: &Script) {
    let mut tracker = Tracker::new(Options { rebase: script.rebase });
    let mut got = Passes::default();
    let mut kept: BTreeMap<(u32, bool, &str), usize> = BTreeMap::new();
    let wires: Vec<&Wire> = script.rows.iter().map(|row| &row.wire).collect();
    let told = |row: usize| SegmentInput {
        wire: wires[row],
        path: core::path(wires[row]),
        segment: core::segment(wires[row]),
    };
    for row in 0..wires.len() {
        let original = told(row);
        observe(&mut tracker, id(row, 0), &original);
        let said = fields(&tracker, id(row, 0), &original, Pass::First);
        if let Some(sort) = sort(&original.segment, &said) {
            kept.insert((wires[row].stream, wires[row].direction == Direction::ToRight, sort), row);
        }
        got.first.push(said);
        // The last segment of a connection says more than the others.
        let has_more = wires[row + 1..].iter().any(|later| later.stream == wires[row].stream);
        let copies = kept.iter().filter(|((stream, ..), _)| has_more && *stream == wires[row].stream);
        for (layer, (_, &earlier)) in (1..).zip(copies) {
            let mut copy = told(earlier);
            copy.segment.network.hops = copy.segment.network.hops.map(|hops| hops - 1);
            copy.segment.at = original.segment.at;
            observe(&mut tracker, id(row, layer), &copy);
            let fields = fields(&tracker, id(row, layer), &copy, Pass::First);
            let (first, before) = (&got.first[earlier], &got.first[row]);
            let what = || format!("{name}, copied after row {row}: {}\n{fields:#?}", script.rows[earlier].text);
            assert!(fields.contains_key("copy") && !fields.contains_key("retransmission"), "{}", what());
            for field in ["handshake.step", "teardown.step", "reset", "role"] {
                assert_eq!(fields.get(field), first.get(field), "{field}: {}", what());
            }
            for field in ["client.state", "server.state", "x", "y", "basis"] {
                assert_eq!(fields.get(field), before.get(field), "{field}: {}", what());
            }
            let more = fields.keys().filter(|key| key.starts_with("expert.") && *key != "expert.captured_twice");
            assert_eq!(more.collect::<Vec<_>>(), Vec::<&String>::new(), "{}", what());
        }
    }
    let again = (0..wires.len()).map(|row| fields(&tracker, id(row, 0), &told(row), Pass::Final));
    got.last = again.collect();
    assert_same(&format!("{name}, with copies"), script, &core::read(script, 1), &got, str::to_string);
}
