//! A SYN, step 1 of the handshake (RFC 9293 §3.5, §3.10.7).

use super::copies::Sort;
use super::endpoint::{Facts, Number};
use super::opening::{Findings, Progress};
use super::state::Trigger;
use super::verdict::Steps;
use super::{Arrival, Connection, Draft, State};
use crate::segment::{Segment, Seq};

impl Connection {
    /// A SYN or SYN-ACK begins the handshake, with these numbers of client and server where they are known.
    ///
    /// After other segments it is a late arrival where one of them would have completed the handshake or shown it to be
    /// over, had this one been seen before; else the connection only begins now.
    /// True where the states begin anew with it.
    pub(super) fn begin_opening(&mut self, x: Seq, y: Option<Seq>) -> bool {
        if self.opening.progress != Progress::NotCaptured {
            return false;
        }
        self.opening.progress = Progress::Underway;
        if !self.opening.found(Findings::MIDSTREAM) {
            return false;
        }
        let first = x.advance(1);
        let past = |number: Option<Seq>, least: Seq| number.is_some_and(|number| number.is_at_or_past(least));
        let (client, server) = (self.client(), self.server());
        let by_client = client.is(Facts::SENT_ACK)
            && past(client.next(), first)
            && y.is_none_or(|y| past(client.acked(), y.advance(1)));
        let is_sent = server.acked().is_some_and(|acked| past(client.next(), acked));
        let by_server = y.is_none() && server.payload_end.get().is_some() && past(server.acked(), first) && is_sent;
        if by_client || by_server {
            self.opening.progress = Progress::Over;
        }
        // Between an endpoint and itself there is no direction that could tell what is late.
        self.opening.progress == Progress::Underway && self.closing().closer.is_none() && !self.is_self
    }

    pub(super) fn syn(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        let from = arrival.end;
        let late = self.opening.progress == Progress::NotCaptured && self.opening.found(Findings::MIDSTREAM);
        let first_of_attempt = self.opening.frames == [0; 3] && !self.opening.is_captured();
        if self.begin_opening(segment.seq, None) {
            self.begin_states();
        }
        draft.open_steps.add(Steps::one(1));
        let known = self.ends[from].syn();
        draft.repeats.syn = self.remember_number(from, Sort::Syn, segment.seq);
        self.perform(1, arrival, segment);
        let own = &self.ends[from];
        // The SYN that was answered counts, and the SYN-ACK where the server sent both. A server's SYN that comes when the
        // handshake is complete or over tells nothing.
        let is_open = !matches!(self.opening.progress, Progress::NotCaptured | Progress::Underway);
        let may_count = if from == self.client_end {
            known.is_none() || self.opening.frames[1] == 0
        } else {
            !is_open && (own.options.is_none() || own.base() != Some(segment.seq))
        };
        if may_count {
            self.ends[from].options = Some(segment.options);
        }
        if late && let Some(y) = self.server().base() {
            // The server's first number is the one after its SYN, as far as can be known.
            self.set_handshake_base(arrival, self.client_end.peer(), y.back(1));
        }
        if from == self.client_end {
            self.client_syn(arrival, segment, known, first_of_attempt, draft);
        } else {
            if known.is_none() || !(is_open || self.ends[from].is(Facts::SYN_ACKED)) {
                self.ends[from].set(Number::Syn, segment.seq);
            }
            if known.is_none() {
                self.server_syn(arrival, segment, draft);
            } else if self.is_double_open() && self.ends[from].syn_ack().is_none() {
                let syn = self.ends[from].syn().unwrap_or(segment.seq);
                self.set_handshake_base(arrival, from, syn);
            }
        }
    }

    fn client_syn(
        &mut self,
        arrival: &Arrival,
        segment: &Segment,
        known: Option<Seq>,
        first_of_attempt: bool,
        draft: &mut Draft,
    ) {
        let from = arrival.end;
        let acceptable = self.opening.found(Findings::SYN_ACK_ACCEPTABLE) || self.client().is(Facts::SYN_ACKED);
        if draft.repeats.syn && !first_of_attempt {
            if self.opening.frames[1] == 0 && self.later_syn_ack_frame() == 0 {
                self.opening.learn(Findings::SYN_REPEATED);
            }
            self.opening.syn_data = self.opening.syn_data.max(segment.payload_len);
        } else if known.is_none() || first_of_attempt || !acceptable {
            self.opening.syn_data = segment.payload_len;
        }
        let is_underway = self.opening.progress == Progress::Underway;
        if known.is_none() || (is_underway && !acceptable) {
            self.set_handshake_base(arrival, from, segment.seq);
            self.ends[from].set(Number::Syn, segment.seq);
        }
        if is_underway {
            self.take_syn_ack_back(segment, draft);
            self.happens(from, Trigger::SendsSyn);
            if self.states.of(from) == State::SynSent {
                if matches!(self.states.of(from.peer()), State::Closed | State::Listen) {
                    self.opening.findings.remove(Findings::SERVER_IS_OLDER);
                }
                self.happens(from.peer(), Trigger::GetsSyn);
            }
        }
    }
}
