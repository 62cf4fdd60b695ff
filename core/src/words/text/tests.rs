use super::*;
use crate::segment::{Ecn, Offers, SynOptions};
use crate::words::script::Script;

type Writes<'a> = &'a dyn Fn(&mut dyn Write) -> Result<bool, fmt::Error>;

fn said(write: Writes) -> String {
    let mut text = String::new();
    if write(&mut text).unwrap() { text } else { "-".to_string() }
}

fn wrote(write: impl Fn(&mut dyn Write) -> fmt::Result) -> String {
    said(&|out| write(out).map(|()| true))
}

/// Handshake with a repeated SYN and a copy, data, a FIN with its answer, a RST.
const LINES: &str = "
    0    > S  100 0
    1000 > S  100 0
    1010 < SA 300 101 id=7
    1011 < SA 300 101 id=7 ttl=63
    1020 > A  101 301
    1030 > AP 101 301 10
    1040 > FA 111 301
    1050 < FA 301 112
    1060 > R  112 0
";

#[test]
fn all_texts_of_a_connection() {
    let script = Script::play(LINES);
    for (frame, step, suffix, arrow, margin) in [
        (1, "Open 1/3", "[Open 1/3: Seq=X]", "SYN Seq=X", "SYN-SENT / SYN-RECEIVED"),
        (2, "Open 1/3 again", "[Open 1/3: Seq=X]", "SYN Seq=X again", "SYN-SENT / SYN-RECEIVED"),
        (3, "Open 2/3", "[Open 2/3: Seq=Y Ack=X+1]", "SYN, ACK Seq=Y Ack=X+1", "ESTABLISHED / SYN-RECEIVED"),
        (4, "Open 2/3 copy", "[Open 2/3: Seq=Y Ack=X+1]", "SYN, ACK Seq=Y Ack=X+1 copy", "ESTABLISHED / SYN-RECEIVED"),
        (5, "Open 3/3", "[Open 3/3: Seq=X+1 Ack=Y+1]", "ACK Seq=X+1 Ack=Y+1", "ESTABLISHED / ESTABLISHED"),
        (6, "-", "-", "-", "ESTABLISHED / ESTABLISHED"),
        (7, "Close 1/4", "[Close 1/4: Seq=X Ack=Y]", "FIN, ACK Seq=X Ack=Y", "FIN-WAIT-1 / CLOSE-WAIT"),
        (8, "Close 2+3/4", "[Close 2+3/4: Seq=Y Ack=X+1]", "FIN, ACK Seq=Y Ack=X+1", "TIME-WAIT / LAST-ACK"),
        (9, "RST: after-fin", "[RST: after-fin, unknown-connection]", "RST after-fin", "CLOSED / CLOSED"),
    ] {
        let view = script.segment(frame);
        let verdict = &view.verdict;
        assert_eq!(said(&|out| super::step(out, verdict)), step, "{frame}");
        assert_eq!(said(&|out| super::suffix(out, &view)), suffix, "{frame}");
        assert_eq!(said(&|out| super::arrow(out, verdict, view.segment)), arrow, "{frame}");
        assert_eq!(wrote(|out| super::margin(out, verdict)), margin, "{frame}");
        let title = wrote(|out| label(out, &view));
        let summary = wrote(|out| summary(out, verdict, view.segment));
        let step = if step == "-" { String::new() } else { format!("{step}, ") };
        assert_eq!(title, format!("TCP Lifecycle: {step}{summary}"));
    }
    let view = script.segment(6);
    assert_eq!(
        wrote(|out| summary(out, &view.verdict, view.segment)),
        "Client -> Server: Seq = 101(X+1), Ack = 301(Y+1), Len = 10 (Flags = PSH&ACK)"
    );
}

/// After the end a SYN-ACK is no step, and again all the same.
#[test]
fn a_repeat_without_a_step() {
    let script = Script::play(
        "
        0    > S  100 0
        10   < SA 300 101
        20   > R  101 0
        1010 < SA 300 101
    ",
    );
    let view = script.segment(4);
    assert_eq!(said(&|out| step(out, &view.verdict)), "-");
    assert!(wrote(|out| label(out, &view)).starts_with("TCP Lifecycle: again, Server -> Client: "));
}

#[test]
fn expressions_and_endpoints() {
    for (offset, expected) in [(0, "X"), (1, "X+1"), (-5, "X-5"), (5_368_709_121, "X+5368709121")] {
        assert_eq!(wrote(|out| expression(out, 'X', offset)), expected);
    }
    let endpoint = |address: Option<&str>, port| {
        wrote(|out| super::endpoint(out, address.map(|address| address.parse().unwrap()), port))
    };
    assert_eq!(endpoint(Some("10.0.0.1"), 51234), "10.0.0.1:51234");
    assert_eq!(endpoint(Some("2001:db8::1"), 443), "[2001:db8::1]:443");
    assert_eq!(endpoint(None, 80), "?:80");
    assert_eq!(wrote(|out| flags(out, Flags::ALL)), "SYN&FIN&RST&PSH&URG&ECE&CWR&AE&ACK");
    assert_eq!(wrote(|out| flags(out, Flags::default())), "none");
}

#[test]
fn what_was_agreed() {
    let options = SynOptions {
        mss: Some(1460),
        window_scale: Some(7),
        offers: Offers::SACK.union(Offers::TIMESTAMPS),
        ecn: Ecn::default(),
    };
    let mut negotiation =
        Negotiation { client: options, server: options, ecn: Some(NegotiatedEcn::Accurate), fast_open: true };
    assert_eq!(wrote(|out| negotiated(out, &negotiation)), "MSS 1460/1460, WS 7/7, SACK, TS, AccECN, TFO");
    negotiation.server = SynOptions::default();
    negotiation.ecn = Some(NegotiatedEcn::Classic);
    negotiation.fast_open = false;
    assert_eq!(wrote(|out| negotiated(out, &negotiation)), "MSS 1460/-, ECN");
}

const OPENED: &str = "
    0  > S  100 0
    10 < SA 300 101
    20 > A  101 301
";

/// The Info column's word on a frame, and the remark on the connection.
fn remarked(lines: &str, frame: u32) -> [String; 2] {
    let script = Script::play(&format!("{OPENED}{lines}"));
    let (mut info, mut of_connection) = (String::new(), String::new());
    suffix(&mut info, &script.segment(frame)).unwrap();
    remark::connection(&mut of_connection, &script.connection()).unwrap();
    [info, of_connection]
}

#[test]
fn each_remark() {
    let cases = [
        ("30 > RA 101 301", "[RST: abort]", ""),
        ("30 > R 101 0\n2040 > AP 101 301 9\n2050 < A 301 110", "[RST: abort, forged, ignored]", "forged, ignored"),
        ("30 > RA 101 301\n2040 < AP 301 101 9", "[RST: abort, ignored]", "ignored"),
        ("30 > RA 101 301\n2040 > AP 101 301 9", "[RST: abort, forged]", "forged"),
        ("30 < R 5000 0\n40 > A 101 301\n50 < AP 301 101 9", "[RST: challenged, ignored]", "challenged, ignored"),
        ("30 < R 5000 0", "[RST: challenged]", "challenged"),
        ("30 < RA 301 101 ttl=61", "[RST: abort, hops -3]", "hops -3"),
        ("60020 < RA 301 101 ttl=70", "[RST: abort, hops +6, idle 60.0 s]", "hops +6, idle 60.0 s"),
    ];
    for (lines, info, of_connection) in cases {
        assert_eq!(remarked(lines, 4), [info, of_connection], "{lines}");
    }
    // One hop, and four seconds, are nothing.
    assert_eq!(remarked("4020 < RA 301 101 ttl=63", 4), ["[RST: abort]", ""]);
    // The data that it answers came first.
    assert_eq!(
        remarked("9020 > AP 101 301 5\n9030 < R 301 0", 5),
        ["[RST: abort, unknown-connection, idle 9.0 s]", "idle 9.0 s"]
    );
}
