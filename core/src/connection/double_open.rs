//! Both sides sent a SYN: simultaneous open (RFC 9293 figure 7) and split handshakes.

use super::endpoint::Facts;
use super::opening::{Findings, Progress};
use super::state::Trigger;
use super::verdict::{Anomalies, Steps};
use super::{Arrival, Connection, Draft, State};
use crate::segment::{End, Kind, Segment};

impl Connection {
    /// Whether both sides sent a SYN without ACK: simultaneous or split open. A server's SYN that arrives when the
    /// handshake is complete or over tells nothing any more.
    #[must_use]
    pub fn is_double_open(&self) -> bool {
        self.opening.found(Findings::DOUBLE)
    }

    /// The steps that an end's SYN-ACK performed, where both sides sent a SYN.
    pub(super) fn syn_ack_steps(&self, end: End) -> Steps {
        self.rare.as_ref().map_or(Steps::NONE, |rare| rare.syn_ack_steps[end])
    }

    pub(super) fn set_syn_ack_steps(&mut self, end: End, steps: Steps) {
        if steps != self.syn_ack_steps(end) {
            self.rare_mut().syn_ack_steps[end] = steps;
        }
    }

    /// The server's own SYN crosses the client's: simultaneous open (RFC 9293 figure 7), or a split handshake.
    pub(super) fn server_syn(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        if self.opening.progress != Progress::Underway || self.client().syn().is_none() {
            return;
        }
        self.opening.learn(Findings::DOUBLE);
        for end in End::BOTH {
            if self.ends[end].syn_ack().is_some() {
                self.set_syn_ack_steps(end, Steps::one(2));
            }
        }
        self.set_handshake_base(arrival, arrival.end, segment.seq);
        if self.opening.found(Findings::EARLY_SERVER_ACK) {
            self.opening.learn(Findings::SPLIT);
            draft.anomalies |= Anomalies::SPLIT_HANDSHAKE;
        } else {
            draft.anomalies |= Anomalies::SIMULTANEOUS_OPEN;
        }
        // Who was open by an answer, and asks now, has not got that answer.
        self.happens(arrival.end, Trigger::RepeatsSyn);
        for end in End::BOTH {
            self.happens(end, Trigger::GetsSyn);
        }
    }

    /// An acknowledgment while both sides have a SYN of their own out (RFC 9293 figure 7).
    pub(super) fn double_open_ack(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        let (from, peer) = (arrival.end, arrival.end.peer());
        let Some(syn) = self.ends[peer].syn() else {
            return;
        };
        let is_servers = from != self.client_end;
        let is_plain = segment.kind() != Kind::SynAck;
        if is_servers && is_plain && self.server().syn_ack().is_some() {
            self.opening.learn_if(segment.payload_len > 0 || segment.ack.is_after(syn.advance(1)), Findings::WENT_ON);
        }
        if !segment.ack.is_at_or_past(syn.advance(1)) {
            if !is_servers && is_plain {
                draft.wrong = true;
                draft.anomalies |= Anomalies::OPEN_ACK_WRONG;
                self.remember_bad_ack(from, segment.ack, arrival.frame);
            }
            return;
        }
        if is_servers && self.states.of(peer) != State::Established {
            self.opening.findings.set(Findings::OPEN_BY_ACK, is_plain);
        }
        if self.ends[peer].is(Facts::SYN_ACKED) {
            // Its sender may have repeated its SYN since: then the acknowledgment before did not reach it.
            self.happens(peer, Trigger::Opens);
            return;
        }
        self.ends[peer].learn(Facts::SYN_ACKED);
        self.happens(peer, Trigger::Opens);
        draft.open_steps.add(Steps::one(2));
        self.perform(2, arrival, segment);
        let answers_syn_ack = self.client().syn_ack().is_some() && self.server().syn_ack().is_none();
        if is_servers && is_plain && answers_syn_ack && !self.opening.found(Findings::SPLIT) {
            self.opening.learn(Findings::SPLIT);
            draft.anomalies |= Anomalies::SPLIT_HANDSHAKE;
        }
        if self.ends[from].is(Facts::SYN_ACKED) {
            draft.open_steps.add(Steps::one(3));
            self.perform(3, arrival, segment);
            self.open_after_all(from);
            self.complete();
            self.happens(from, Trigger::Opens);
        }
        if is_plain {
            self.opening.ack_steps[from] = draft.open_steps;
        }
    }
}
