//! Both sides sent a SYN: simultaneous open (RFC 9293 figure 7) and split handshakes.

use super::connection::{Connection, Draft, Moment};
use super::findings::{Findings, Progress};
use super::known::Name;
use super::segment::{Kind, Segment};
use super::side::{Both, Side};
use super::state::State;
use super::verdict::{Anomalies, Steps};

impl Connection {
    /// Whether both sides sent a SYN without ACK: simultaneous or split open. A server's SYN that arrives when the
    /// opening is complete or over tells nothing any more.
    #[must_use]
    pub fn is_double_open(&self) -> bool {
        self.opening.found(Findings::DOUBLE)
    }

    /// The steps that a side's SYN-ACK performed, where both sides sent a SYN.
    pub(super) fn syn_ack_steps(&self, side: Side) -> Steps {
        self.known.rare().map_or(Steps::NONE, |rare| rare.syn_ack_steps[side])
    }

    pub(super) fn set_syn_ack_steps(&mut self, side: Side, steps: Steps) {
        if steps != self.syn_ack_steps(side) {
            self.known.rare_mut().syn_ack_steps[side] = steps;
        }
    }

    /// The server's own SYN crosses the client's: simultaneous open (RFC 9293 figure 7), or a split handshake.
    pub(super) fn server_syn(&mut self, moment: Moment, segment: &Segment, draft: &mut Draft) {
        if self.opening.progress != Progress::Underway {
            return;
        }
        self.opening.note(Findings::DOUBLE);
        self.set_open_base(moment, Side::Server, segment.seq);
        draft.anomalies.add(Anomalies::SIMULTANEOUS_OPEN);
        if self.opening.found(Findings::EARLY_SERVER_ACK) {
            self.opening.note(Findings::SPLIT);
            draft.anomalies.add(Anomalies::SPLIT_HANDSHAKE);
        }
        if self.states.client == State::SynSent {
            self.states = Both { client: State::SynReceived, server: State::SynReceived };
        }
    }

    /// An acknowledgment while both sides have a SYN of their own out (RFC 9293 figure 7).
    pub(super) fn double_open_ack(&mut self, moment: Moment, side: Side, segment: &Segment, draft: &mut Draft) {
        let peer = side.peer();
        let Some(syn) = self.known.get(peer, Name::Syn) else {
            return;
        };
        let is_plain = segment.kind() != Kind::SynAck;
        if side == Side::Server && is_plain && self.known.has(Side::Server, Name::SynAck) {
            self.opening.note_if(segment.payload_len > 0 || segment.ack.is_after(syn.advance(1)), Findings::WENT_ON);
        }
        if !segment.ack.is_at_or_past(syn.advance(1)) {
            if side == Side::Client && is_plain {
                draft.anomalies.add(Anomalies::OPEN_ACK_WRONG);
            }
            return;
        }
        if self.opening.found(Findings::syn_acked(peer)) {
            return;
        }
        self.opening.note(Findings::syn_acked(peer));
        if self.states[peer].is_opening() {
            self.states[peer] = State::Established;
        }
        draft.open_steps.add(Steps::one(2));
        self.perform(2, moment, segment);
        let answers_syn_ack = self.known.has(Side::Client, Name::SynAck) && !self.known.has(Side::Server, Name::SynAck);
        if side == Side::Server && is_plain && answers_syn_ack && !self.opening.found(Findings::SPLIT) {
            self.opening.note(Findings::SPLIT);
            draft.anomalies.add(Anomalies::SPLIT_HANDSHAKE);
        }
        if self.opening.found(Findings::syn_acked(side)) {
            draft.open_steps.add(Steps::one(3));
            self.perform(3, moment, segment);
            self.opening.progress = Progress::Complete;
        }
        self.opening.ack_steps[side] = draft.open_steps;
    }
}
