//! The closing: two FINs and their acknowledgments (RFC 9293 §3.6).

use super::connection::{Connection, Draft, Moment};
use super::earlier::What;
use super::known::{Fact, Name};
use super::segment::{Flags, Segment};
use super::seq::Seq;
use super::side::{Both, Side};
use super::state::State;
use super::times::Part;
use super::verdict::{Anomalies, Steps};

/// How the second FIN stands to the first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Relation {
    /// It came after an acknowledgment of the first.
    FourSegment,
    /// It acknowledged the first itself.
    ThreeSegment,
    /// It was sent before the first was acknowledged.
    Simultaneous,
}

/// The closing of the last attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Closing {
    /// Who sent the first FIN.
    pub closer: Option<Side>,
    /// How the second FIN stands to the first, when there is one.
    pub relation: Option<Relation>,
    /// The frames of the first segments that performed steps 1 to 4; 0: none.
    pub frames: [u32; 4],
}

impl Closing {
    /// The step of this side's FIN: 1 or 3.
    fn fin_step(&self, side: Side) -> u8 {
        if self.closer == Some(side) { 1 } else { 3 }
    }

    /// The step of the acknowledgment of this side's FIN: 2 or 4.
    #[must_use]
    pub fn ack_step(&self, side: Side) -> Steps {
        Steps::one(self.fin_step(side).saturating_add(1))
    }

    fn perform(&mut self, step: Steps, moment: Moment) {
        for (frame, number) in self.frames.iter_mut().zip(1..) {
            if step.has(number) && *frame == 0 {
                *frame = moment.frame;
            }
        }
    }
}

impl Connection {
    /// Whether the segment is the first to acknowledge the peer's FIN.
    pub(super) fn acknowledge_fin(&mut self, moment: Moment, side: Side, segment: &Segment, draft: &mut Draft) {
        let peer = side.peer();
        let (Some(fin), Some(ack)) = (self.known.get(peer, Name::Fin), segment.acknowledgment()) else {
            return;
        };
        if self.known.is_so(peer, Fact::FinAcked) || !ack.is_at_or_past(fin.advance(1)) {
            return;
        }
        self.known.note(peer, Fact::FinAcked);
        let step = self.closing.ack_step(peer);
        draft.close_steps.add(step);
        self.closing.perform(step, moment);
        self.states[peer] = match self.states[peer] {
            State::FinWait1 => State::FinWait2,
            State::Closing => State::TimeWait,
            State::LastAck => State::Closed,
            unchanged @ (State::Closed
            | State::Listen
            | State::SynSent
            | State::SynReceived
            | State::Established
            | State::FinWait2
            | State::CloseWait
            | State::TimeWait) => unchanged,
        };
        if self.is_closed() {
            self.times.note(&mut self.known, Part::Closed, segment.at);
        }
    }

    /// A FIN: the first of the connection, the other side's, or one more of the same side.
    pub(super) fn fin(&mut self, moment: Moment, side: Side, segment: &Segment, draft: &mut Draft) {
        let number = segment.payload_end();
        match self.known.get(side, Name::Fin) {
            None => {
                // It may have been there before, after a RST that turned out to be ignored.
                draft.repeats.fin = self.known.came_before(side, What::Fin, number);
                self.known.set(side, Name::Fin, number);
                self.first_fin_of(side, segment, draft);
                let step = Steps::one(self.closing.fin_step(side));
                self.closing.perform(step, moment);
            }
            Some(first) => {
                draft.repeats.fin = self.note_another_fin(side, first, number, draft);
                if draft.repeats.fin {
                    self.known.owe_fin(side.peer(), number, first);
                }
            }
        }
        draft.close_steps.add(Steps::one(self.closing.fin_step(side)));
    }

    /// Whether a FIN of a side repeats; one with another number than the first is remembered.
    pub(super) fn note_another_fin(&mut self, side: Side, first: Seq, number: Seq, draft: &mut Draft) -> bool {
        if number == first {
            return true;
        }
        draft.anomalies.add(Anomalies::SECOND_FIN);
        let repeats = self.known.came_before(side, What::Fin, number);
        self.known.note_earlier(side, What::Fin, number);
        repeats
    }

    fn first_fin_of(&mut self, side: Side, segment: &Segment, draft: &mut Draft) {
        let peer = side.peer();
        let Some(closer) = self.closing.closer else {
            self.closing.closer = Some(side);
            self.times.note(&mut self.known, Part::Fin, segment.at);
            self.set_close_bases(side, segment.payload_end(), segment.ack);
            let acked = self.known.position_of(peer, segment.ack);
            let sent = self.known.position(peer, Name::PayloadEnd);
            self.known.set_position(peer, Name::HalfClose, sent.map_or(acked, |end| end.max(acked)));
            self.states[side] = State::FinWait1;
            self.states[peer] = State::CloseWait;
            return;
        };
        let just_acked = draft.close_steps.has(2);
        if self.known.is_so(closer, Fact::FinAcked) {
            self.closing.relation = Some(if just_acked { Relation::ThreeSegment } else { Relation::FourSegment });
            self.states[closer] = State::TimeWait;
            self.states[side] = State::LastAck;
        } else {
            self.closing.relation = Some(Relation::Simultaneous);
            draft.anomalies.add(Anomalies::SIMULTANEOUS_CLOSE);
            self.states = Both { client: State::Closing, server: State::Closing };
        }
    }

    /// Counts the payload that a side sends, and notices what comes after its own FIN.
    pub(super) fn count_payload(&mut self, side: Side, segment: &Segment, draft: &mut Draft) {
        if segment.payload_len == 0 {
            return;
        }
        // From the start on: where nothing of the side was seen, the count starts there.
        let syn = u32::from(segment.flags.has(Flags::SYN));
        let end = self.known.position_of(side, segment.seq).advance(segment.payload_len).advance(syn);
        if self.known.position(side, Name::PayloadEnd).is_none_or(|highest| end > highest) {
            self.known.set_position(side, Name::PayloadEnd, end);
            if self.known.get(side, Name::Fin).is_some_and(|fin| segment.payload_end().is_after(fin)) {
                draft.anomalies.add(Anomalies::DATA_AFTER_FIN);
            }
        }
    }

    /// Octets of payload that the other side sent after the first FIN, when there was one.
    #[must_use]
    pub fn half_close_bytes(&self) -> Option<u64> {
        let other = self.closing.closer?.peer();
        let from = self.known.position(other, Name::HalfClose)?;
        let end = self.known.position(other, Name::PayloadEnd).unwrap_or(from);
        Some(u64::try_from(end.offset_from(from)).unwrap_or(0))
    }
}
