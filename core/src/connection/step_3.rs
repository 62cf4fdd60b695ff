//! Segments without SYN in the handshake: the ACK that is step 3 (RFC 9293 §3.10.7.4), and those that show it to be over or
//! not captured.

use super::endpoint::Facts;
use super::opening::Findings;
use super::state::Trigger;
use super::verdict::{Anomalies, Steps};
use super::{Arrival, Connection, Draft};
use crate::segment::{End, Kind, Segment, Seq};

impl Connection {
    /// A segment of a connection of whose handshake nothing was seen: the first numbers seen become X and Y.
    pub(super) fn midstream(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        let from = arrival.end;
        self.begin_midstream(draft);
        if self.ends[from].base().is_none() && self.ends[from.peer()].base().is_none() {
            self.set_handshake_base(arrival, from, segment.seq);
            self.set_handshake_base(arrival, from.peer(), segment.ack);
        }
    }

    /// The first segment of such a connection shows it open, also when it is the RST that ends it.
    pub(super) fn begin_midstream(&mut self, draft: &mut Draft) {
        if self.opening.found(Findings::MIDSTREAM) || self.opening.is_captured() {
            return;
        }
        self.opening.learn(Findings::MIDSTREAM);
        draft.anomalies |= Anomalies::NOT_CAPTURED;
        for end in End::BOTH {
            self.happens(end, Trigger::FoundOpen);
        }
    }

    /// A client's segment with ACK before step 3.
    pub(super) fn client_ack(&mut self, arrival: &Arrival, segment: &Segment, kind: Kind, draft: &mut Draft) {
        let Some(first) = self.x_plus_1() else { return };
        let server = self.client_end.peer();
        if self.opening.found(Findings::SYN_ACK_ACCEPTABLE) {
            let acked = segment.ack.back(1);
            let current = self.server().base().unwrap_or(acked);
            let chosen = self.syn_ack_answered_by(segment.ack).unwrap_or(current);
            if self.is_step_3(segment, kind, first, chosen) {
                self.set_handshake_base(arrival, server, chosen);
                self.opening.learn(Findings::SETTLED);
                self.settle_options(chosen);
                self.step_3(arrival, segment, draft);
            } else {
                draft.wrong = true;
                draft.anomalies |= Anomalies::OPEN_ACK_WRONG;
                self.remember_bad_ack(arrival.end, segment.ack, arrival.frame);
            }
        } else {
            if self.server().base().is_none() {
                self.set_handshake_base(arrival, server, segment.ack.back(1));
            }
            if segment.seq == first {
                self.step_3(arrival, segment, draft);
            } else if segment.seq.is_after(first) {
                self.over();
            }
        }
    }

    /// Whether a client's ACK can complete the handshake (RFC 9293 §3.10.7.4). Without a FIN it has to lie within what the
    /// server offered, and to acknowledge no more than the server sent, but where the capture lacks segments.
    fn is_step_3(&self, segment: &Segment, kind: Kind, first: Seq, y: Seq) -> bool {
        if !segment.ack.is_at_or_past(y.advance(1)) || !segment.seq.is_at_or_past(first) {
            return false;
        }
        let sent = self.client().next().unwrap_or(first);
        let offered = first.advance(u32::from(self.window_of_syn_ack(y)));
        let acks_unsent = self.server().next().is_some_and(|next| segment.ack.is_after(next));
        let lacks_segments = segment.seq.is_after(sent);
        let is_within = !segment.seq.is_after(sent.later(offered)) && (!acks_unsent || lacks_segments);
        kind == Kind::Fin || is_within
    }

    /// A server's segment without SYN before step 3.
    pub(super) fn server_segment(&mut self, arrival: &Arrival, segment: &Segment) {
        let Some(first) = self.x_plus_1() else { return };
        let acceptable = self.is_acceptable_ack(segment.ack);
        if self.opening.found(Findings::SYN_ACK_ACCEPTABLE) {
            self.opening.learn_if(segment.payload_len > 0 || segment.ack.is_after(first), Findings::WENT_ON);
            return;
        }
        self.opening.learn_if(acceptable && segment.ack.is_at_or_past(first), Findings::EARLY_SERVER_ACK);
        if self.server().base().is_none() && !self.client().is(Facts::SENT_ACK) {
            self.set_handshake_base(arrival, arrival.end, segment.seq.back(1));
        }
        let used = self.client().next().map_or(0, |next| next.offset_from(first).max(0).unsigned_abs());
        if segment.payload_len > 0 && (segment.ack.is_within(first, used) || arrival.shows_a_gap) {
            self.over();
        }
    }

    fn step_3(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        draft.open_steps.add(Steps::one(3));
        self.opening.ack_steps[arrival.end] = Steps::one(3);
        self.perform(3, arrival, segment);
        self.open_after_all(arrival.end);
        self.complete();
        self.establish();
    }
}
