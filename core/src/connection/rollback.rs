//! A side that repeats its part of the handshake has not received the answer: the state that presumed so is taken back
//! (SPEC section 5).

use super::endpoint::Facts;
use super::opening::{Findings, Progress};
use super::state::Trigger;
use super::times::MaybeTime;
use super::verdict::Anomalies;
use super::{Connection, Draft, State};
use crate::segment::{End, Kind, Segment};

impl Connection {
    /// The client's SYN again, when only a SYN-ACK had shown it to be open: that one did not reach it.
    pub(super) fn take_syn_ack_back(&mut self, segment: &Segment, draft: &mut Draft) {
        let client = self.client_end;
        let is_answered = self.server().syn_ack().is_some();
        let is_again = is_answered && draft.repeats.syn && self.client().base() == Some(segment.seq);
        // Where both sides sent a SYN, an ACK of the client's own may have gone out in the meantime.
        let has_acked = self.is_double_open() && self.server().is(Facts::SYN_ACKED);
        let by_ack = self.opening.found(Findings::OPEN_BY_ACK);
        if !is_again || has_acked || by_ack || self.states.of(client) != State::Established {
            return;
        }
        self.happens(client, Trigger::RepeatsSyn);
        if !self.opening.found(Findings::SAID_NOT_RECEIVED) && !self.may_have_crossed(self.times.last_syn_ack, segment)
        {
            self.opening.learn(Findings::SAID_NOT_RECEIVED);
            draft.anomalies |= Anomalies::SYNACK_NOT_RECEIVED;
        }
    }

    /// Whether a repeat may have been on its way when what it repeats for came by: within a round trip of it, the longest that
    /// there can be where a SYN was repeated, or before it, where frames were captured out of order.
    fn may_have_crossed(&self, what: MaybeTime, segment: &Segment) -> bool {
        match (what.get(), segment.at, self.longest_round_trip_ns()) {
            (Some(then), Some(now), Some(rtt)) => now.since(then).is_none_or(|since| since <= rtt),
            _ => false,
        }
    }

    /// The server's SYN-ACK again after step 3, the server having sent nothing else since: it did not take that.
    pub(super) fn take_step_3_back(&mut self, segment: &Segment, draft: &mut Draft) {
        if !matches!(self.opening.progress, Progress::Complete | Progress::NotTaken)
            || self.server().is(Facts::WENT_ON_SINCE)
        {
            return;
        }
        self.opening.progress = Progress::NotTaken;
        self.happens(self.client_end.peer(), Trigger::RepeatsSynAck);
        if !self.opening.found(Findings::SAID_NOT_TAKEN) && !self.may_have_crossed(self.times.step_3, segment) {
            self.opening.learn(Findings::SAID_NOT_TAKEN);
            draft.anomalies |= Anomalies::OPEN_ACK_NOT_TAKEN;
        }
    }

    /// A server that did not take step 3 shows that it is open now.
    pub(super) fn complete_again(&mut self, server: End, segment: &Segment, kind: Kind) {
        let acks_more = self.x_plus_1().is_some_and(|first| segment.ack.is_after(first));
        if segment.payload_len > 0 || kind == Kind::Fin || acks_more {
            self.opening.progress = Progress::Complete;
            self.happens(server, Trigger::Opens);
        }
    }
}
