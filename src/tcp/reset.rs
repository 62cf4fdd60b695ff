//! RST: whether its receiver takes it, and what it ends (RFC 9293 §3.5.2, §3.10.7; RFC 5961 §3).

use super::connection::{Connection, Draft, Ended, Moment};
use super::earlier::What;
use super::findings::{Findings, Progress};
use super::known::{Fact, Name};
use super::segment::Segment;
use super::side::{Both, Side};
use super::state::State;
use super::verdict::Reset;

impl Connection {
    /// A RST: says what it is, and ends the connection where it does.
    pub(super) fn reset(&mut self, moment: Moment, side: Side, segment: &Segment, draft: &mut Draft) {
        if let Some(ended) = self.ended {
            draft.reset = Some(ended.reset);
            return;
        }
        self.begin_midstream(draft);
        let accepted = self.is_reset_accepted(side, segment);
        if self.is_closed() {
            // Both FINs were acknowledged: there is nothing left to end.
            draft.reset = Some(Reset::AfterFin);
            if accepted {
                self.states = Both { client: State::Closed, server: State::Closed };
            }
            return;
        }
        if self.rejects_bad_ack(side, segment) {
            draft.reset = Some(Reset::Handshake);
            self.opening.note(Findings::BAD_ACK_RESET);
            self.states.server = if self.states.server == State::SynReceived { State::Listen } else { State::Closed };
            return;
        }
        if !accepted {
            draft.reset = Some(Reset::Stray);
            return;
        }
        let in_opening = self.opening.progress == Progress::Underway;
        let reset = if self.closing.closer.is_some() {
            Reset::AfterFin
        } else if !in_opening {
            Reset::Abort
        } else if side == Side::Server && self.has_no_syn_ack() {
            Reset::Refused
        } else {
            Reset::Handshake
        };
        draft.reset = Some(reset);
        draft.ended = true;
        self.ended = Some(Ended { by: side, reset, frame: moment.frame, in_opening, states: self.states });
        // RFC 9293 §3.10.7.4: a passive side in SYN-RECEIVED goes back to LISTEN.
        let back_to_listen = side == Side::Client
            && self.states.server == State::SynReceived
            && !self.known.has(Side::Server, Name::Syn);
        let server = if back_to_listen { State::Listen } else { State::Closed };
        self.states = Both { client: State::Closed, server };
    }

    /// Whether it is the client's answer to an acknowledgment it cannot accept (RFC 9293 §3.10.7.3): the client stays
    /// in SYN-SENT.
    fn rejects_bad_ack(&self, side: Side, segment: &Segment) -> bool {
        side == Side::Client
            && self.states.client == State::SynSent
            && self.known.came_before(Side::Server, What::BadAck, segment.seq)
    }

    /// Whether no SYN-ACK was seen, of neither side.
    pub(super) fn has_no_syn_ack(&self) -> bool {
        !self.known.has(Side::Client, Name::SynAck) && !self.known.has(Side::Server, Name::SynAck)
    }

    fn is_reset_accepted(&self, side: Side, segment: &Segment) -> bool {
        let receiver = side.peer();
        if !self.known.is_so(receiver, Fact::Seen) {
            return true;
        }
        if side == Side::Server && self.states.client == State::SynSent && !self.known.has(side, Name::SynAck) {
            return segment.acknowledgment().is_some_and(|ack| self.is_acceptable_ack(ack));
        }
        let isn = if self.opening.is_captured() { self.known.get(side, Name::OpenBase) } else { None };
        let acked = self.known.get(receiver, Name::Acked);
        let expected = acked.or(isn.map(|isn| isn.advance(1))).or(self.known.get(side, Name::First));
        let Some(expected) = expected else {
            return true;
        };
        let lowest = expected.back(1);
        let highest = match (self.known.get(receiver, Name::Edge), self.known.get(side, Name::Next)) {
            (Some(edge), Some(next)) => edge.later(next),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => expected,
        };
        segment.seq.is_at_or_past(lowest) && highest.is_at_or_past(segment.seq)
    }
}
