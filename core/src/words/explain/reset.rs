//! What a sentence on a RST says.

use strum::VariantArray;

use crate::view::{Anomalies, Cause, Ender, Reset, ResetDetail, SegmentView};
use crate::words::remark::{HOPS_NOTABLE, SILENCE_NS};

/// A silence after which firewalls and hosts forget a connection.
const LONG_SILENCE_NS: u64 = 30_000_000_000;

/// What a RST does, or why.
#[derive(Clone, Copy, PartialEq, Eq, Debug, VariantArray)]
pub enum RstKind {
    /// Its receiver does not accept it.
    Stray,
    /// Its receiver asks for an exact one.
    Challenged,
    /// It comes after the end.
    Late,
    /// It comes after both FINs were acknowledged.
    AfterClose,
    /// It refuses the SYN.
    Refuses,
    /// It answers an acknowledgment that its sender cannot accept, and ends the connection.
    Rejects,
    /// The same, and its sender goes on waiting for a right one.
    RejectsAndWaits,
    /// Its sender has no such connection.
    Unknown,
    /// Its sender gives up.
    GivesUp,
    /// It breaks the handshake off.
    BreaksOff,
    /// It ends the connection after a FIN.
    AfterFin,
    /// It ends an open connection: its number is its sender's own next one.
    Aborts,
    /// It ends an open connection, and its number says nothing of the cause.
    Ends,
}

/// All that is told of a RST.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rst {
    pub kind: RstKind,
    /// The frame that it answers.
    pub answers: Option<u32>,
    /// Nanoseconds of silence before, where that is worth a word.
    pub silence_ns: Option<u64>,
    /// Whether it is so long that firewalls and hosts forget a connection.
    pub is_long_silence: bool,
    /// How far its hop count is from that of its sender's other segments, where that is worth a word.
    pub hops: Option<u32>,
    /// Whether it is the first segment of a connection whose handshake was not captured.
    pub is_first: bool,
}

impl Rst {
    /// Of a RST segment.
    pub fn of(view: &SegmentView, reset: Reset) -> Rst {
        let detail = view.detail.unwrap_or_default();
        Rst {
            is_first: view.verdict.anomalies.contains(Anomalies::NOT_CAPTURED),
            ..Rst::new(kind(reset, detail.cause, view.verdict.ended), detail)
        }
    }

    /// Of the RST that ended a connection.
    pub fn of_ender(ender: &Ender) -> Rst {
        Rst::new(kind(ender.reset, ender.detail.cause, true), ender.detail)
    }

    fn new(kind: RstKind, detail: ResetDetail) -> Rst {
        let silence_ns = detail.idle_ns.filter(|&ns| ns >= SILENCE_NS);
        let hops = detail.hops.map(i32::unsigned_abs);
        Rst {
            kind,
            answers: (detail.answers != 0).then_some(detail.answers),
            silence_ns,
            is_long_silence: silence_ns.is_some_and(|ns| ns >= LONG_SILENCE_NS),
            hops: hops.filter(|&hops| hops >= HOPS_NOTABLE),
            is_first: false,
        }
    }
}

const fn kind(reset: Reset, cause: Option<Cause>, ended: bool) -> RstKind {
    match (reset, cause) {
        (Reset::Late, _) => RstKind::Late,
        (Reset::Stray, _) => RstKind::Stray,
        (Reset::Challenged, _) => RstKind::Challenged,
        (_, Some(Cause::RefusesSyn)) | (Reset::Refused, None) => RstKind::Refuses,
        (_, Some(Cause::RejectsAck)) if ended => RstKind::Rejects,
        (_, Some(Cause::RejectsAck)) => RstKind::RejectsAndWaits,
        (Reset::AfterFin, _) if !ended => RstKind::AfterClose,
        (_, Some(Cause::UnknownConnection)) | (Reset::NoConnection, _) => RstKind::Unknown,
        (_, Some(Cause::GaveUp)) => RstKind::GivesUp,
        (Reset::AfterFin, _) => RstKind::AfterFin,
        (Reset::Refused | Reset::Handshake, _) => RstKind::BreaksOff,
        (Reset::Abort, Some(Cause::Aborts)) => RstKind::Aborts,
        (Reset::Abort, None) => RstKind::Ends,
    }
}
