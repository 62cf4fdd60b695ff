use super::*;
use crate::words::language::tests::{assert_said, is_han};
use crate::words::script::Script;

#[test]
fn names_are_unique_and_described() {
    let mut names: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FIELDS.len());
    assert!(FIELDS.len() <= 128);
    for field in FIELDS {
        assert!(field.name.starts_with("synfin.") && field.name == field.name.to_ascii_lowercase());
        // X and Y are X and Y in Chinese too.
        if !matches!(field.name, "synfin.x" | "synfin.y") {
            assert_said(field.title);
        }
        assert_said(field.blurb);
        let letters = field.blurb.chinese.chars().filter(|&letter| is_han(letter)).count();
        assert!(field.blurb.english.len() > 20 && letters > 5, "{}", field.name);
        assert!(!field.blurb.english.contains("octet"), "{}", field.name);
    }
}

/// SPEC section 12, "Types".
#[test]
fn types() {
    for field in FIELDS {
        let name = field.name.strip_prefix("synfin.").unwrap_or_default();
        let expected = match name {
            "x" | "y" | "icmp.stream" | "conn.previous" | "handshake.syns" | "handshake.attempts" => Type::Uint32,
            "seq.offset" | "ack.offset" => Type::Int64,
            "reset.hops" => Type::Int32,
            "conn.start" => Type::AbsoluteTime,
            "reset.answers" => Type::Frame,
            "copy" | "retransmission" | "reset.ignored" | "conn.last" | "conn.guessed" => Type::Boolean,
            "conn.duration" | "reset.idle" => Type::Time,
            _ if name.ends_with(".step") => Type::Uint8,
            _ if name.ends_with(".packets") => Type::Uint32,
            _ if name.ends_with("bytes") => Type::Uint64,
            _ if name.ends_with(".time") || name.ends_with("_rtt") => Type::Time,
            _ if name.contains(".frame") => Type::Frame,
            _ => Type::String,
        };
        assert_eq!(field.kind, expected, "{name}");
    }
}

#[test]
fn places_stand_together() {
    let subtrees: Vec<_> = FIELDS.iter().map(|field| field.subtree).collect();
    assert!(subtrees.is_sorted_by_key(|subtree| match subtree {
        Subtree::Top => 0,
        Subtree::Connection => 1,
        Subtree::Numbers => 2,
    }));
    assert_eq!(FIELDS[0].name, "synfin.step");
    assert_eq!(FIELDS[1].name, "synfin.explain");
}

/// Every field that the specification names.
#[test]
fn all_are_there() {
    let names = "
        handshake.step teardown.step retransmission role phase copy basis x y seq ack seq.offset ack.offset sender
        summary client.state server.state handshake.kind handshake.outcome teardown.kind teardown.closer
        teardown.half_close_bytes negotiated conn.state conn.history conn.last reset reset.cause reset.answers
        reset.idle reset.hops reset.ignored reset.remark reset.by handshake.time handshake.synack_rtt handshake.ack_rtt
        teardown.time conn.duration handshake.frame1 handshake.frame2 handshake.frame3 teardown.frame1
        teardown.frame2 teardown.frame3 teardown.frame4 reset.frame conn.start conn.client conn.server
        conn.community_id conn.client.packets conn.server.packets conn.client.bytes conn.server.bytes
        handshake.syns handshake.attempts conn.previous conn.guessed conn.explain icmp icmp.stream icmp.from
        explain conn.icmp conn.icmp.frame step";
    let names: Vec<_> = names.split_whitespace().collect();
    for name in &names {
        assert!(FIELDS.iter().any(|field| field.name.strip_prefix("synfin.") == Some(name)), "{name}");
    }
    assert_eq!(names.len(), FIELDS.len());
}

/// What a field gives: `name=value`, with `*` in front where it is hidden.
#[derive(Default)]
struct Lines {
    name: &'static str,
    is_hidden: bool,
    lines: Vec<String>,
}

impl Lines {
    fn push(&mut self, value: &str) {
        let star = if self.is_hidden { "*" } else { "" };
        let name = self.name.trim_start_matches("synfin.");
        self.lines.push(format!("{star}{name}={value}"));
    }

    /// What all fields of a subtree give.
    fn of(subtree: Subtree, read: impl Fn(&Field, &mut Lines)) -> Vec<String> {
        let mut lines = Lines::default();
        for field in FIELDS.iter().filter(|field| field.subtree == subtree && field.name != "synfin.explain") {
            (lines.name, lines.is_hidden) = (field.name, false);
            read(field, &mut lines);
        }
        lines.lines
    }
}

impl Sink for Lines {
    fn number(&mut self, number: i64) {
        self.push(&number.to_string());
    }

    fn text(&mut self, write: &mut dyn FnMut(&mut dyn Write) -> Result<bool, fmt::Error>) {
        let mut text = String::new();
        if write(&mut text).unwrap() {
            self.push(&text);
        }
    }

    fn hide(&mut self) {
        self.is_hidden = true;
    }
}

const REFUSED: &str = "
    0    > S  100 0
    1000 > S  100 0
    1001 < RA 0 101
";

fn of_segment(script: &Script, frame: u32, subtree: Subtree) -> Vec<String> {
    let view = script.segment(frame);
    Lines::of(subtree, |field, lines| field.read_segment(&view, Language::English, lines))
}

#[test]
fn on_top_of_the_details() {
    let script = Script::play(REFUSED);
    assert_eq!(
        of_segment(&script, 2, Subtree::Top),
        [
            "step=Open 1/3 again",
            "client.state=SYN-SENT",
            "server.state=SYN-RECEIVED",
            "seq=X",
            "*retransmission=1",
            "*phase=handshake",
            "*summary=Client -> Server: Seq = 100(X) (Flags = SYN)",
            "*role=SYN",
            "*sender=client",
            "*handshake.step=1",
        ]
    );
    assert_eq!(
        of_segment(&script, 3, Subtree::Top)[..7],
        [
            "step=RST: refused",
            "client.state=CLOSED",
            "server.state=CLOSED",
            "ack=X+1",
            "*reset=refused",
            "*reset.cause=refuses-syn",
            "reset.answers=2",
        ]
    );
    assert_eq!(of_segment(&script, 3, Subtree::Numbers), ["basis=handshake", "x=100", "ack.offset=1"]);
}

#[test]
fn a_connection_on_its_segments() {
    let script = Script::play(REFUSED);
    let on = |frame, name: &str| {
        let lines = of_segment(&script, frame, Subtree::Connection);
        lines.iter().any(|line| line.trim_start_matches('*').split('=').next() == Some(name))
    };
    for (name, expected) in [
        ("handshake.outcome", [true, true, true]),
        ("handshake.syns", [true, true, true]),
        ("reset.by", [true, true, true]),
        ("reset.frame", [false, false, true]),
        ("handshake.frame1", [true, true, true]),
        ("conn.duration", [false, false, true]),
        ("conn.explain", [false, false, true]),
        ("conn.last", [false, false, true]),
        ("handshake.frame2", [false, false, false]),
    ] {
        assert_eq!([1, 2, 3].map(|frame| on(frame, name)), expected, "{name}");
    }
}

#[test]
fn a_connection_by_itself() {
    let script = Script::play(REFUSED);
    let view = script.connection();
    let read = |field: &Field, lines: &mut Lines| field.read_connection(&view, Language::English, lines);
    let lines = Lines::of(Subtree::Connection, read);
    for line in [
        "handshake.outcome=refused",
        "*teardown.kind=none",
        "reset.by=server",
        "reset.frame=3",
        "handshake.syns=2",
        "*handshake.attempts=1",
        "conn.client=10.0.0.1:50000",
        "conn.start=0",
        "conn.duration=1001000000",
        "conn.client.packets=2",
        "*conn.server.bytes=0",
        "conn.state=REJ",
    ] {
        assert!(lines.iter().any(|other| other == line), "{line} in {lines:?}");
    }
    let of_its_reset = Lines::of(Subtree::Top, read);
    assert_eq!(of_its_reset, ["*reset=refused", "reset.cause=refuses-syn", "reset.answers=2", "reset.idle=1000000"]);
}

#[test]
fn an_icmp_error() {
    let script = Script::play("0 > S 100 0\n icmp host");
    let view = script.icmp(2);
    let lines = Lines::of(Subtree::Top, |field, lines| {
        field.read_icmp(&view, Language::Chinese, lines);
    });
    assert_eq!(lines, ["icmp=host-unreachable", "icmp.stream=0", "icmp.from=192.0.2.1"]);
}
