//! `tcp.analysis.initial_rtt`: from the most recent SYN to the first segment with ACK and without SYN, of either side.

use crate::classes::{Class, Ledger};
use crate::observation::{ACK, PeerSegment, SYN, Stream, is_compared_here, streams};

/// The first segment after a SYN that has ACK and not SYN, and the last SYN before it.
fn measured(stream: &Stream) -> Option<(&PeerSegment, &PeerSegment)> {
    let mut syn = None;
    for segment in &stream.segments {
        if segment.syn_ack_bits(SYN) {
            syn = Some(segment);
        } else if segment.syn_ack_bits(ACK)
            && let Some(syn) = syn
        {
            return Some((syn, segment));
        }
    }
    None
}

fn is_step_3(stream: &Stream, segment: &PeerSegment) -> bool {
    stream.frame("handshake.frame3") == Some(segment.frame)
}

const CLASSES: &[Class] = &[
    Class {
        name: "syn-repeated",
        holds: |stream, _| measured(stream).is_some_and(|(syn, _)| stream.frame("handshake.frame1") != Some(syn.frame)),
    },
    Class {
        name: "other-segment",
        holds: |stream, _| measured(stream).is_some_and(|(_, ack)| !is_step_3(stream, ack)),
    },
];

fn seconds(ns: i128) -> String {
    let sign = if ns < 0 { "-" } else { "" };
    format!("{sign}{}.{:09}", ns.abs() / 1_000_000_000, ns.abs() % 1_000_000_000)
}

#[test]
fn initial_rtt() {
    if !is_compared_here() {
        return;
    }
    let mut ledger = Ledger::new(CLASSES);
    let (mut silent, mut measured_by_rule) = (0, 0);
    for stream in streams() {
        let ours = stream.get("handshake.time");
        let Some(peer) = &stream.initial_rtt else {
            silent += usize::from(ours.is_some());
            continue;
        };
        // First that the rule is Wireshark's: the classes are built on it.
        let (syn, ack) = measured(stream).unwrap_or_else(|| panic!("{}: {peer} of what?", stream.name()));
        assert_eq!(*peer, seconds(ack.at - syn.at), "{}: the rule", stream.name());
        measured_by_rule += 1;
        ledger.compare(stream, "time", peer, ours.unwrap_or("nothing"));
    }
    println!("{measured_by_rule} as the rule says; {silent} where synfin alone speaks");
    ledger.close("Wireshark: tcp.analysis.initial_rtt", 200);
}
