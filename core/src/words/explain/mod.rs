//! One plain sentence for each segment with a step and for each RST, in English and in Chinese.
//!
//! What is said is found once, from the verdict alone; each language only says it. An observer sees what passed it: that
//! something was seen again, not that it was sent again; that a side's SYN was acknowledged, not what a program did.

mod chinese;
mod english;

pub use chinese::write as chinese;
pub use english::write as english;

use std::fmt;

use crate::tcp::{Anomalies, Basis, Kind, Phase, Reset, Side, State, Verdict};
use crate::text;
use crate::tracker::Annotation;

/// A SYN or a SYN-ACK.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Syn {
    /// The client's SYN, with so many octets of data.
    Asks(u32),
    /// A SYN of the server's own.
    AsksToo,
    /// The server's SYN-ACK.
    Accepts,
    /// A SYN-ACK of the server with another number than the one that counts.
    AcceptsOtherwise,
    /// A SYN-ACK that acknowledges something else than the client's SYN.
    Mistaken,
    /// The client's SYN-ACK, for a SYN of the server.
    AcceptsToo,
    /// A SYN seen before.
    Again,
    /// A SYN-ACK seen before.
    AnswerAgain,
}

/// What an acknowledgment is the first to acknowledge, or the first once more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Acked {
    /// The peer's SYN.
    Syn,
    /// The peer's FIN.
    Fin,
    /// Both.
    Both,
    /// Both, one of them not for the first time.
    BothOneAgain,
}

/// A FIN.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fin {
    /// The first of the connection.
    First,
    /// The other side's.
    Second,
    /// The other side's, before an acknowledgment of the first.
    Crossing,
    /// One more of the same side, with another number.
    Other,
    /// One seen before.
    Again,
}

/// A RST.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rst {
    /// Its receiver should ignore it.
    Stray,
    /// It came after the end.
    Late,
    /// The client's answer to an acknowledgment that does not fit its SYN.
    Rejects,
    /// It ended a connection whose opening was not captured, as its first segment.
    First,
    /// It ended the connection after a FIN.
    AfterFin,
    /// The server's, before any SYN-ACK.
    Refuses,
    /// Any other that ended the opening.
    BreaksOff,
    /// It ended an open connection.
    Aborts,
}

/// What follows from the segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Effect {
    /// Nothing to tell.
    Nothing,
    /// It completes the opening: the connection is open on the sender's side.
    Opened,
    /// The peer's direction is closed, the sender's not.
    HalfClosed,
    /// Both FINs are acknowledged.
    Closed,
}

/// All that a sentence tells.
struct Story {
    who: Side,
    rst: Option<Rst>,
    syn: Option<Syn>,
    acked: Option<Acked>,
    /// Whether that acknowledgment was seen before.
    acked_again: bool,
    fin: Option<Fin>,
    effect: Effect,
    numbers: Numbers,
}

impl Story {
    fn of(annotation: &Annotation) -> Story {
        let (verdict, kind) = (&annotation.verdict, annotation.segment.kind());
        let acked = acked(verdict, kind);
        Story {
            who: verdict.sender,
            rst: verdict.reset.map(|reset| rst(verdict, reset)),
            syn: syn(annotation, kind),
            acked,
            acked_again: verdict.repeats.ack && acked != Some(Acked::BothOneAgain),
            fin: fin(verdict),
            effect: effect(verdict),
            numbers: Numbers::of(annotation),
        }
    }

    /// Whether X and Y are those of the closing from this segment on.
    fn renumbers(&self) -> bool {
        self.fin == Some(Fin::First) && self.numbers.basis == Basis::Close
    }
}

fn rst(verdict: &Verdict, reset: Reset) -> Rst {
    match reset {
        Reset::Stray => Rst::Stray,
        _ if !verdict.ended && verdict.phase == Phase::Closed => Rst::Late,
        _ if !verdict.ended => Rst::Rejects,
        _ if verdict.anomalies.has(Anomalies::NOT_CAPTURED) => Rst::First,
        Reset::AfterFin => Rst::AfterFin,
        Reset::Refused => Rst::Refuses,
        Reset::Handshake => Rst::BreaksOff,
        Reset::Abort => Rst::Aborts,
    }
}

fn syn(annotation: &Annotation, kind: Kind) -> Option<Syn> {
    let (verdict, is_client) = (&annotation.verdict, annotation.verdict.sender == Side::Client);
    let again = verdict.repeats.syn;
    let is_other = verdict.numbers.basis == Basis::Open && verdict.numbers.seq.is_some_and(|offset| offset != 0);
    let fits = verdict.numbers.basis != Basis::Open || verdict.numbers.ack.is_none_or(|offset| offset > 0);
    match kind {
        Kind::Syn if !verdict.open_steps.has(1) => None,
        Kind::Syn if again => Some(Syn::Again),
        Kind::Syn if is_client => Some(Syn::Asks(annotation.segment.payload_len)),
        Kind::Syn => Some(Syn::AsksToo),
        Kind::SynAck if !verdict.open_steps.has(2) => None,
        Kind::SynAck if verdict.anomalies.has(Anomalies::SYNACK_WRONG_ACK) || !fits => Some(Syn::Mistaken),
        Kind::SynAck if again => Some(Syn::AnswerAgain),
        Kind::SynAck if is_client => Some(Syn::AcceptsToo),
        Kind::SynAck if is_other => Some(Syn::AcceptsOtherwise),
        Kind::SynAck => Some(Syn::Accepts),
        Kind::Ack | Kind::Fin | Kind::Rst | Kind::Other => None,
    }
}

fn acked(verdict: &Verdict, kind: Kind) -> Option<Acked> {
    let syn = kind != Kind::SynAck && (verdict.open_steps.has(2) || verdict.open_steps.has(3));
    let fin = verdict.close_steps.has(2) || verdict.close_steps.has(4);
    match (syn, fin) {
        // An answer to a repeated SYN-ACK can be the first acknowledgment of a FIN, and the other way round.
        (true, true) if verdict.repeats.ack && !verdict.repeats.fin => Some(Acked::BothOneAgain),
        (true, true) => Some(Acked::Both),
        (true, false) => Some(Acked::Syn),
        (false, true) => Some(Acked::Fin),
        (false, false) => None,
    }
}

fn fin(verdict: &Verdict) -> Option<Fin> {
    let steps = verdict.close_steps;
    if !steps.has(1) && !steps.has(3) {
        None
    } else if verdict.repeats.fin {
        Some(Fin::Again)
    } else if verdict.anomalies.has(Anomalies::SECOND_FIN) {
        Some(Fin::Other)
    } else if steps.has(1) {
        Some(Fin::First)
    } else if verdict.anomalies.has(Anomalies::SIMULTANEOUS_CLOSE) {
        Some(Fin::Crossing)
    } else {
        Some(Fin::Second)
    }
}

fn effect(verdict: &Verdict) -> Effect {
    let (own, peers) = (verdict.states[verdict.sender], verdict.states[verdict.sender.peer()]);
    let is_over = |state| matches!(state, State::TimeWait | State::Closed);
    let acks_fin = verdict.close_steps.has(2) || verdict.close_steps.has(4);
    if acks_fin && is_over(own) && is_over(peers) {
        Effect::Closed
    } else if acks_fin && own == State::CloseWait {
        Effect::HalfClosed
    } else if verdict.open_steps.has(3) {
        Effect::Opened
    } else {
        Effect::Nothing
    }
}

/// `X`, `Y+1`, or the bare number where its base is not known.
struct Shown {
    letter: char,
    offset: Option<i64>,
    number: u32,
}

impl Shown {
    /// The number so far behind this one.
    fn plus(&self, distance: i64) -> Shown {
        Shown {
            letter: self.letter,
            offset: self.offset.and_then(|offset| offset.checked_add(distance)),
            // Wrapping is what sequence numbers do.
            number: self.number.wrapping_add(distance as u32),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => text::expression(f, self.letter, offset),
            None => write!(f, "{}", self.number),
        }
    }
}

/// The numbers that sentences speak of.
struct Numbers {
    /// The sequence number.
    seq: Shown,
    /// The number of the FIN: behind the payload.
    fin: Shown,
    /// Octets in front of the FIN.
    payload_len: u32,
    /// The acknowledgment number.
    ack: Shown,
    basis: Basis,
}

impl Numbers {
    fn of(annotation: &Annotation) -> Numbers {
        let (verdict, segment) = (&annotation.verdict, annotation.segment);
        let own = text::letter(verdict, verdict.sender);
        let peers = text::letter(verdict, verdict.sender.peer());
        let seq = Shown { letter: own, offset: verdict.numbers.seq, number: segment.seq.0 };
        Numbers {
            fin: seq.plus(i64::from(segment.payload_len)),
            seq,
            payload_len: segment.payload_len,
            ack: Shown { letter: peers, offset: verdict.numbers.ack, number: segment.ack.0 },
            basis: verdict.numbers.basis,
        }
    }

    /// The base that the acknowledgment counts from and the last number it acknowledges, where it acknowledges the
    /// SYN that this base belongs to.
    fn acked_syn(&self) -> Option<(char, Shown)> {
        let is_past = self.ack.offset.is_some_and(|offset| offset > 0);
        (self.basis == Basis::Open && is_past).then(|| (self.ack.letter, self.ack.plus(-1)))
    }

    /// Whether it acknowledges the FIN X and nothing behind it.
    fn acks_fin_x(&self) -> bool {
        self.basis == Basis::Close && self.ack.letter == 'X' && self.ack.offset == Some(1)
    }
}
