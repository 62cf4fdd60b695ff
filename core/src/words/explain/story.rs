//! What a sentence on a segment says.

use strum::VariantArray;

use super::numbers::StoryNumbers;
use super::reset::Rst;
use crate::view::{Anomalies, Basis, Flags, Kind, SegmentView, Side, State, Verdict};

/// A SYN or a SYN-ACK.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Syn {
    /// The client's SYN, with so many bytes of data.
    Asks(u32),
    /// The same, after a RST.
    AsksOnceMore,
    /// A SYN of the server's own.
    AsksToo,
    /// The server's SYN-ACK.
    Accepts,
    /// A SYN-ACK of the server with another number than the one before.
    AcceptsOtherwise,
    /// A SYN-ACK that acknowledges something else than the client's SYN.
    Mistaken,
    /// The client's SYN-ACK, for a SYN of the server.
    AcceptsToo,
    /// A SYN seen before.
    Again,
    /// The same, after a SYN-ACK that did not reach its sender.
    AgainUnanswered,
    /// A SYN-ACK seen before.
    AnswerAgain,
    /// The same, after an ACK that did not reach its sender or was not taken.
    AnswerAgainUnanswered,
}

/// What an acknowledgment is the first to acknowledge, or the first once more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, VariantArray)]
pub enum AckTarget {
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
#[derive(Clone, Copy, PartialEq, Eq, Debug, VariantArray)]
pub enum Fin {
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

/// What follows from the segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, VariantArray)]
pub enum Effect {
    /// Nothing to tell.
    Nothing,
    /// It completes the handshake: the connection is open on the sender's side.
    Opened,
    /// The peer's direction is closed, the sender's not.
    HalfClosed,
    /// Both FINs are acknowledged.
    Closed,
}

/// A segment that does not fit this connection, or answers one that did not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, VariantArray)]
pub enum Oddity {
    /// An ACK of an older connection.
    OlderAck,
    /// Data of an older connection.
    OlderData,
    /// The FIN of an older connection.
    OlderFin,
    /// The answer to a challenged RST.
    Challenge,
    /// An ACK that does not complete the handshake.
    WrongAck,
    /// New bytes behind its sender's FIN.
    BeyondFin,
    /// New bytes of a side that a RST closed.
    AfterReset,
    /// Flags that do not go together, or none.
    Flags,
}

/// What a segment shows of a RST before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, VariantArray)]
pub enum Doubt {
    /// Its sender did not send it.
    Forged,
    /// Its sender did not take it.
    Ignored,
}

/// What a sentence is about.
pub enum Topic {
    /// It was captured once more.
    Copy,
    /// A RST.
    Rst(Rst),
    /// Something odd.
    Oddity(Oddity),
    /// Its steps: at least one of the three is there.
    Steps {
        syn: Option<Syn>,
        acked: Option<AckTarget>,
        /// Whether that acknowledgment was seen before.
        acked_again: bool,
        fin: Option<Fin>,
    },
    /// Nothing but what it shows of a RST.
    Nothing,
}

/// All that a sentence on a segment says.
pub struct SegmentStory {
    pub who: Side,
    pub kind: Kind,
    pub topic: Topic,
    /// What it also shows of a RST before it.
    pub doubt: Option<Doubt>,
    pub effect: Effect,
    pub numbers: StoryNumbers,
    pub flags: Flags,
    /// The sender's state.
    pub state: State,
}

impl SegmentStory {
    /// None when there is nothing to say.
    pub fn of(view: &SegmentView) -> Option<SegmentStory> {
        let verdict = &view.verdict;
        let (topic, doubt) = (topic(view), doubt(verdict));
        if matches!(topic, Topic::Nothing) && doubt.is_none() {
            return None;
        }
        Some(SegmentStory {
            who: verdict.sender,
            kind: view.segment.kind(),
            topic,
            doubt,
            effect: effect(verdict),
            numbers: StoryNumbers::of(view),
            flags: view.segment.flags,
            state: verdict.states[verdict.sender],
        })
    }

    /// Whether X and Y are those of the teardown from this segment on.
    pub fn renumbers(&self) -> bool {
        matches!(self.topic, Topic::Steps { fin: Some(Fin::First), .. }) && self.numbers.basis == Basis::Teardown
    }
}

fn topic(view: &SegmentView) -> Topic {
    let (verdict, kind) = (&view.verdict, view.segment.kind());
    if verdict.is_copy {
        return Topic::Copy;
    }
    if let Some(reset) = verdict.reset {
        return Topic::Rst(Rst::of(view, reset));
    }
    if let Some(odd) = odd(view, kind) {
        return Topic::Oddity(odd);
    }
    let (syn, acked, fin) = (syn(view, kind), acked(verdict, kind), fin(verdict));
    if syn.is_none() && acked.is_none() && fin.is_none() {
        return Topic::Nothing;
    }
    Topic::Steps { syn, acked, acked_again: verdict.repeats.ack && acked != Some(AckTarget::BothOneAgain), fin }
}

fn odd(view: &SegmentView, kind: Kind) -> Option<Oddity> {
    let verdict = &view.verdict;
    let has = |anomaly| verdict.anomalies.contains(anomaly);
    let has_step = !verdict.open_steps.is_empty() || !verdict.close_steps.is_empty();
    // A challenge ACK is often the ACK of a FIN once more.
    let is_plain_repeat = verdict.repeats.ack && !verdict.repeats.syn && !verdict.repeats.fin;
    if verdict.is_older {
        Some(match kind {
            Kind::Fin => Oddity::OlderFin,
            _ if view.segment.payload_len > 0 => Oddity::OlderData,
            _ => Oddity::OlderAck,
        })
    } else if has(Anomalies::CHALLENGE_ACK) && (is_plain_repeat || !has_step) {
        Some(Oddity::Challenge)
    } else if has_step {
        None
    } else if kind == Kind::Other {
        Some(Oddity::Flags)
    } else if has(Anomalies::OPEN_ACK_WRONG) {
        Some(Oddity::WrongAck)
    } else if has(Anomalies::DATA_AFTER_FIN) {
        Some(Oddity::BeyondFin)
    } else if has(Anomalies::DATA_AFTER_RESET) && doubt(verdict).is_none() {
        Some(Oddity::AfterReset)
    } else {
        None
    }
}

fn doubt(verdict: &Verdict) -> Option<Doubt> {
    if verdict.anomalies.contains(Anomalies::RESET_FORGED) {
        Some(Doubt::Forged)
    } else if verdict.anomalies.contains(Anomalies::RESET_IGNORED) {
        Some(Doubt::Ignored)
    } else {
        None
    }
}

fn syn(view: &SegmentView, kind: Kind) -> Option<Syn> {
    let verdict = &view.verdict;
    let has = |anomaly| verdict.anomalies.contains(anomaly);
    let (is_client, again) = (verdict.sender == Side::Client, verdict.repeats.syn);
    let is_other = verdict.numbers.basis == Basis::Handshake && verdict.numbers.seq.is_some_and(|offset| offset != 0);
    match kind {
        Kind::Syn if !verdict.open_steps.has(1) => None,
        Kind::Syn if has(Anomalies::NEW_ATTEMPT) => Some(Syn::AsksOnceMore),
        Kind::Syn if has(Anomalies::SYNACK_NOT_RECEIVED) => Some(Syn::AgainUnanswered),
        Kind::Syn if again => Some(Syn::Again),
        Kind::Syn if is_client => Some(Syn::Asks(view.segment.payload_len)),
        Kind::Syn => Some(Syn::AsksToo),
        Kind::SynAck if has(Anomalies::SYNACK_WRONG_ACK) => Some(Syn::Mistaken),
        Kind::SynAck if !verdict.open_steps.has(2) => None,
        Kind::SynAck if has(Anomalies::OPEN_ACK_NOT_TAKEN) => Some(Syn::AnswerAgainUnanswered),
        Kind::SynAck if again => Some(Syn::AnswerAgain),
        Kind::SynAck if is_client => Some(Syn::AcceptsToo),
        Kind::SynAck if is_other || has(Anomalies::SYNACK_CHANGED) => Some(Syn::AcceptsOtherwise),
        Kind::SynAck => Some(Syn::Accepts),
        Kind::Ack | Kind::Fin | Kind::Rst | Kind::Other => None,
    }
}

fn acked(verdict: &Verdict, kind: Kind) -> Option<AckTarget> {
    let syn = kind != Kind::SynAck && (verdict.open_steps.has(2) || verdict.open_steps.has(3));
    let fin = verdict.close_steps.has(2) || verdict.close_steps.has(4);
    match (syn, fin) {
        // An answer to a repeated SYN-ACK can be the first acknowledgment of a FIN, and the other way round.
        (true, true) if verdict.repeats.ack && !verdict.repeats.fin => Some(AckTarget::BothOneAgain),
        (true, true) => Some(AckTarget::Both),
        (true, false) => Some(AckTarget::Syn),
        (false, true) => Some(AckTarget::Fin),
        (false, false) => None,
    }
}

fn fin(verdict: &Verdict) -> Option<Fin> {
    let steps = verdict.close_steps;
    if !steps.has(1) && !steps.has(3) {
        None
    } else if verdict.repeats.fin {
        Some(Fin::Again)
    } else if verdict.anomalies.contains(Anomalies::SECOND_FIN) {
        Some(Fin::Other)
    } else if steps.has(1) {
        Some(Fin::First)
    } else if verdict.anomalies.contains(Anomalies::SIMULTANEOUS_CLOSE) {
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
