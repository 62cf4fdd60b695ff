//! Expert information: what deserves attention, and when.

use crate::tcp::{Anomalies, HandshakeOutcome, Kind, Pass, Reset, Verdict};
use crate::tracker::Annotation;

/// How serious an item is, in Wireshark's words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// Part of the normal course.
    Chat,
    /// Notable.
    Note,
    /// Unusual: worth a look.
    Warning,
    /// Against the protocol.
    Error,
}

/// What an item is about, in Wireshark's groups.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// Sequence numbers and the state of the connection.
    Sequence,
    /// Against the protocol.
    Protocol,
    /// What a peer answered, or failed to.
    Response,
}

/// An item of expert information.
#[derive(Clone, Copy)]
pub struct Expert {
    /// The name in filters.
    pub name: &'static str,
    /// What the expert window shows.
    pub text: &'static str,
    /// How serious it is.
    pub severity: Severity,
    /// What it is about.
    pub group: Group,
    /// Whether a segment deserves it.
    pub holds: fn(&Annotation) -> bool,
}

fn has(a: &Annotation, anomaly: Anomalies) -> bool {
    a.verdict.anomalies.has(anomaly)
}

/// Whether the segment is the RST that ended the connection, and of this kind.
fn ended(a: &Annotation, reset: Reset) -> bool {
    a.verdict.ended && a.verdict.reset == Some(reset)
}

macro_rules! expert {
    ($name:literal, $severity:ident, $group:ident, $text:literal, $holds:expr) => {
        Expert {
            name: concat!("synfin.expert.", $name),
            text: $text,
            severity: Severity::$severity,
            group: Group::$group,
            holds: $holds,
        }
    };
}

/// All items.
pub static EXPERTS: &[Expert] = &[
    expert!("syn_retransmission", Note, Sequence, "SYN sent again: no answer came, or it was lost", |a| {
        a.verdict.repeats.syn && a.segment.kind() == Kind::Syn
    }),
    expert!(
        "synack_retransmission",
        Note,
        Sequence,
        "SYN-ACK sent again: the completing ACK did not come, or was lost",
        |a| { a.verdict.repeats.syn && a.segment.kind() == Kind::SynAck }
    ),
    expert!(
        "fin_retransmission",
        Note,
        Sequence,
        "FIN sent again: its acknowledgment did not come, or was lost",
        |a| { a.verdict.repeats.fin }
    ),
    expert!("refused", Warning, Response, "Connection refused: the server answers the SYN with a reset", |a| {
        ended(a, Reset::Refused)
    }),
    expert!("half_open", Warning, Response, "Half-open: SYN and SYN-ACK, but no third segment", |a| {
        last_outcome(a) == Some(HandshakeOutcome::HalfOpen)
    }),
    expert!("no_answer", Warning, Response, "No answer to the SYN: filtered, or the server is down", |a| {
        last_outcome(a) == Some(HandshakeOutcome::NoAnswer)
    }),
    expert!("handshake_reset", Warning, Response, "A reset before the opening was complete", |a| {
        // Also the client's answer to an acknowledgment it cannot accept: that one ends nothing.
        a.verdict.reset == Some(Reset::Handshake) && !a.verdict.is_after_end()
    }),
    expert!("synack_wrong_ack", Warning, Protocol, "SYN-ACK acknowledges neither X+1 nor the SYN's data", |a| {
        has(a, Anomalies::SYNACK_WRONG_ACK)
    }),
    expert!(
        "open_ack_wrong",
        Warning,
        Protocol,
        "The client's ACK does not acknowledge Y+1, and the opening is not complete",
        |a| { has(a, Anomalies::OPEN_ACK_WRONG) }
    ),
    expert!("simultaneous_open", Chat, Sequence, "Simultaneous open: the two SYNs cross", |a| {
        has(a, Anomalies::SIMULTANEOUS_OPEN)
    }),
    expert!("simultaneous_close", Chat, Sequence, "Simultaneous close: the two FINs cross", |a| {
        has(a, Anomalies::SIMULTANEOUS_CLOSE)
    }),
    expert!("data_on_syn", Chat, Sequence, "Payload on a SYN (TCP Fast Open, or a probe)", |a| {
        is_syn(a) && a.segment.payload_len > 0
    }),
    expert!("not_captured", Chat, Sequence, "The opening of this connection was not captured", |a| {
        has(a, Anomalies::NOT_CAPTURED)
    }),
    expert!(
        "split_handshake",
        Warning,
        Protocol,
        "Split handshake: the server answers a SYN with a SYN of its own and a bare ACK",
        |a| { has(a, Anomalies::SPLIT_HANDSHAKE) }
    ),
    expert!("data_after_fin", Error, Protocol, "New payload beyond the sender's own FIN", |a| {
        has(a, Anomalies::DATA_AFTER_FIN)
    }),
    expert!("second_fin", Warning, Protocol, "A FIN with another sequence number than this side's first", |a| {
        has(a, Anomalies::SECOND_FIN)
    }),
    expert!("reset", Note, Sequence, "The open connection was ended by a reset", |a| ended(a, Reset::Abort)),
    expert!("reset_after_fin", Note, Sequence, "The connection was ended by a reset after a FIN", |a| ended(
        a,
        Reset::AfterFin
    )),
    expert!("stray_reset", Note, Sequence, "A reset that its receiver would not accept", |a| {
        a.verdict.reset == Some(Reset::Stray)
    }),
    expert!("port_reuse", Note, Sequence, "These addresses and ports were another connection before", |a| {
        has(a, Anomalies::PORT_REUSE)
    }),
    expert!("bad_flags", Warning, Protocol, "Flags that no TCP sends together", |a| Verdict::bad_flags(a.segment)),
];

/// The items a segment deserves: bit i for item i.
#[must_use]
pub fn of(annotation: &Annotation) -> u64 {
    let mut bits = 0;
    for (index, expert) in EXPERTS.iter().enumerate() {
        if (expert.holds)(annotation) {
            bits |= 1 << index;
        }
    }
    bits
}

/// What became of the opening in the end, on the last segment.
fn last_outcome(a: &Annotation) -> Option<HandshakeOutcome> {
    a.is_last.then(|| a.connection.handshake_outcome(Pass::Final))
}

/// Whether the segment is a SYN or a SYN-ACK.
fn is_syn(a: &Annotation) -> bool {
    matches!(a.segment.kind(), Kind::Syn | Kind::SynAck)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fit_into_the_boundary() {
        assert!(EXPERTS.len() <= 64);
        for expert in EXPERTS {
            assert!(expert.name.starts_with("synfin.expert."));
        }
    }
}
