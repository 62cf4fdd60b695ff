//! `tcp.completeness` (Wireshark User's Guide, "TCP Analysis"): which parts of a conversation Wireshark has met.

use crate::classes::{Class, Ledger};
use crate::observation::{ACK, FIN, PeerSegment, RST, SYN, Stream, is_compared_here, streams};

/// What synfin says.
type Ours = fn(&Stream) -> bool;

/// Its bits, and what synfin says of the same.
const PARTS: [(u32, &str, Ours); 6] = [
    (1, "SYN", |stream| stream.frame("handshake.frame1").is_some()),
    (2, "SYN-ACK", |stream| stream.frame("handshake.frame2").is_some()),
    (4, "ACK", |stream| stream.frame("handshake.frame3").is_some()),
    (8, "data", |stream| stream.get("conn.history").is_some_and(|letters| letters.contains(['D', 'd']))),
    (16, "FIN", |stream| stream.frame("teardown.frame1").is_some()),
    (32, "RST", |stream| stream.frame("reset.frame").is_some()),
];

/// Segments that make Wireshark set the bit, were they not the first of the stream.
fn marks(part: &str, segment: &PeerSegment) -> bool {
    match part {
        "SYN" => segment.syn_ack_bits(SYN),
        "SYN-ACK" => segment.syn_ack_bits(SYN | ACK),
        "ACK" => segment.syn_ack_bits(ACK) && segment.len == 0,
        "data" => segment.syn_ack_bits(ACK) && segment.len > 0,
        "FIN" => segment.has(FIN | ACK),
        "RST" => segment.has(RST),
        _ => panic!("no such part: {part}"),
    }
}

fn later<'a>(stream: &'a Stream, part: &'a str) -> impl Iterator<Item = &'a PeerSegment> {
    stream.segments.iter().skip(1).filter(move |segment| marks(part, segment))
}

/// Whether there are such segments, and all of them are so.
fn all_later(stream: &Stream, part: &str, is: impl Fn(&PeerSegment) -> bool) -> bool {
    later(stream, part).next().is_some() && later(stream, part).all(is)
}

const CLASSES: &[Class] = &[
    Class {
        name: "first-segment",
        holds: |stream, part| {
            let first = &stream.segments[0];
            part != "SYN" && marks(part, first) && later(stream, part).next().is_none()
        },
    },
    Class {
        name: "late-syn",
        holds: |stream, part| {
            part == "SYN" && !stream.segments[0].syn_ack_bits(SYN) && later(stream, part).next().is_some()
        },
    },
    Class {
        name: "announced",
        holds: |stream, part| part == "SYN" && stream.beside_ftp && stream.segments[0].syn_ack_bits(SYN),
    },
    Class {
        name: "any-ack",
        holds: |stream, part| {
            part == "ACK" && stream.frame("handshake.frame3").is_none() && later(stream, part).next().is_some()
        },
    },
    Class {
        name: "data-elsewhere",
        holds: |stream, part| {
            let carries = |segment: &&PeerSegment| segment.len > 0;
            part == "data"
                && stream.segments.iter().filter(carries).all(|segment| segment.flags & (SYN | FIN | RST) != 0)
        },
    },
    Class {
        name: "without-ack",
        holds: |stream, part| {
            part == "data" && stream.segments.iter().all(|segment| segment.len == 0 || !segment.has(ACK))
        },
    },
    Class {
        name: "fin-after-end",
        holds: |stream, part| {
            part == "FIN" && all_later(stream, part, |segment| segment.phase == "closed" || segment.role == "RST")
        },
    },
    Class {
        name: "reset-of-nothing",
        holds: |stream, part| {
            let of_nothing = |segment: &PeerSegment| {
                matches!(segment.reset.as_deref(), Some("stray" | "challenged" | "late"))
                    || segment.is_ignored
                    || segment.phase == "closed"
                    || segment.reset_cause.as_deref() == Some("rejects-ack")
                    || goes_on(stream, segment)
            };
            part == "RST" && all_later(stream, part, of_nothing)
        },
    },
    Class {
        name: "fin-before-it-opens",
        holds: |stream, part| part == "FIN" && all_later(stream, part, |segment| segment.phase == "handshake"),
    },
    Class {
        name: "wrong-ack",
        holds: |stream, part| {
            let acknowledges = |segment: &PeerSegment| Some(number(&segment.ack)?.wrapping_sub(1));
            let is_wrong = |segment: &PeerSegment| {
                !stream.segments.iter().any(|syn| syn.syn_ack_bits(SYN) && number(&syn.seq) == acknowledges(segment))
            };
            part == "SYN-ACK" && all_later(stream, part, is_wrong)
        },
    },
    Class { name: "self-connect", holds: |stream, _| stream.get("conn.client") == stream.get("conn.server") },
    Class {
        name: "probe",
        holds: |stream, part| {
            let mut marking = stream.segments.iter().filter(|segment| marks(part, segment)).peekable();
            marking.peek().is_some() && marking.all(|segment| segment.role == "OTHER")
        },
    },
    Class { name: "cut-header", holds: |stream, _| stream.segments.iter().any(|segment| segment.is_cut) },
];

fn number(text: &Option<String>) -> Option<u32> {
    text.as_ref()?.parse().ok()
}

/// Whether the handshake goes on after a RST: it turned out to have been ignored, or another attempt followed.
fn goes_on(stream: &Stream, reset: &PeerSegment) -> bool {
    stream.segments.iter().any(|segment| segment.frame > reset.frame && segment.has(SYN) && segment.phase != "closed")
}

#[test]
fn completeness() {
    if !is_compared_here() {
        return;
    }
    let mut ledger = Ledger::new(CLASSES);
    for stream in streams() {
        let Some(bits) = stream.completeness else { continue };
        for (bit, part, ours) in PARTS {
            let word = |is: bool| if is { "seen" } else { "not seen" };
            ledger.compare(stream, part, word(bits & bit != 0), word(ours(stream)));
        }
    }
    ledger.close("Wireshark: tcp.completeness", 1500);
}
