//! A SYN-ACK, step 2 of the handshake (RFC 9293 §3.5, §3.10.7.3).

use super::bounded_list::BoundedList;
use super::copies::Sort;
use super::endpoint::{Facts, Number};
use super::opening::{Findings, Progress};
use super::state::Trigger;
use super::times::MaybeTime;
use super::verdict::{Anomalies, Steps};
use super::{Arrival, Connection, Draft, State};
use crate::segment::{End, Segment, Seq, SynOptions};

/// An acceptable SYN-ACK of an end that sent another one after it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct OtherSynAck {
    pub seq: Seq,
    window: u16,
    options: Option<SynOptions>,
}

/// The acceptable SYN-ACKs of an end that sent another one after each of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct OtherSynAcks {
    pub all: BoundedList<OtherSynAck>,
    /// The Seq of the first one, also where that is no longer in the list.
    first: Option<Seq>,
}

impl Connection {
    /// Whether the receiver of a SYN-ACK can accept it. Nobody can when it is sent against one's own SYN and no SYN of the
    /// other side was captured.
    pub(super) fn is_acceptable_syn_ack(&self, from: End, segment: &Segment) -> bool {
        let to = from.peer();
        match self.ends[to].syn() {
            Some(_) if to == self.client_end => self.is_acceptable_ack(segment.ack),
            Some(syn) => segment.ack == syn.advance(1),
            None => self.ends[from].syn().is_none(),
        }
    }

    pub(super) fn syn_ack(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        let from = arrival.end;
        let acceptable = self.is_acceptable_syn_ack(from, segment);
        draft.repeats.syn = self.remember_number(from, Sort::SynAck, segment.seq);
        if draft.repeats.syn {
            self.ends[from.peer()].learn(Facts::OWES_SYN_ACK);
        }
        if !acceptable {
            draft.wrong = true;
            draft.anomalies |= Anomalies::SYNACK_WRONG_ACK;
            if self.states.of(from.peer()) == State::SynSent {
                self.remember_bad_ack(from, segment.ack, arrival.frame);
            }
            if from != self.client_end {
                self.opening.learn(Findings::INVALID_ANSWER);
                // Whoever sends a SYN-ACK is in SYN-RECEIVED, also where a RST of the client was thought to have ended that.
                let is_over = matches!(self.states.of(from), State::Closed | State::Listen);
                if is_over && self.fall(from).is_none() && self.closing().closer.is_none() {
                    self.happens(from, Trigger::SendsSynAck);
                }
            }
            return;
        }
        self.note_change(from, segment.seq, draft);
        let base_before = self.ends[from].base();
        if from == self.client_end {
            // It answers a server, so its own state is not one of the beginning.
            self.begin_opening(segment.seq, Some(segment.ack.back(1)));
            if self.client().syn().is_none() && End::BOTH.into_iter().all(|end| self.ends[end].syn_ack().is_none()) {
                self.set_handshake_base(arrival, from, segment.seq);
            }
        } else if self.begin_opening(segment.ack.back(1), Some(segment.seq)) {
            self.begin_states();
        }
        if draft.repeats.syn {
            let is_waiting = self.opening.frames[2] == 0;
            let others = self.rare.as_ref().and_then(|rare| rare.other_syn_acks.as_ref());
            let first = others.and_then(|others| others[from].first).or(self.ends[from].syn_ack());
            if is_waiting && first == Some(segment.seq) {
                self.ends[from].learn(Facts::SYN_ACK_REPEATED);
            }
        }
        if self.is_double_open() {
            if self.opening.progress == Progress::Underway {
                if from != self.client_end {
                    self.set_handshake_base(arrival, from, segment.seq);
                }
                self.double_open_ack(arrival, segment, draft);
            }
            let completes = draft.open_steps.has(3);
            if draft.repeats.syn && !completes && from != self.client_end && self.server().base() == Some(segment.seq) {
                self.take_step_3_back(segment, draft);
            }
            if draft.repeats.syn {
                let before = self.syn_ack_steps(from);
                draft.open_steps.add(before);
            }
            self.set_syn_ack_steps(from, draft.open_steps);
        } else {
            draft.open_steps.add(Steps::one(2));
            self.answer_syn(arrival, segment, draft);
        }
        let own = &self.ends[from];
        let is_news = !draft.repeats.syn || base_before != own.base();
        // Where the server sent both, the SYN-ACK counts.
        let may_count = own.syn().is_none() || from != self.client_end;
        if may_count && own.base() == Some(segment.seq) && (own.options.is_none() || is_news) {
            self.ends[from].options = Some(segment.options);
        }
        self.ends[from].set(Number::SynAck, segment.seq);
        self.times.last_syn_ack = MaybeTime::new(segment.at);
    }

    /// Two servers answer, or one that keeps no state: step 3 tells which of its SYN-ACKs the client took.
    fn note_change(&mut self, from: End, seq: Seq, draft: &mut Draft) {
        let Some(last) = self.ends[from].syn_ack().filter(|&last| last != seq && from != self.client_end) else {
            return;
        };
        draft.anomalies |= Anomalies::SYNACK_CHANGED;
        let own = &self.ends[from];
        let other = OtherSynAck { seq: last, window: own.syn_window, options: own.options };
        let others = &mut self.rare_mut().other_syn_acks.get_or_insert_default()[from];
        others.all.retain(|known| known.seq != last);
        others.all.add(other);
        others.first.get_or_insert(last);
    }

    /// What an end's acceptable SYN-ACK with this Seq held, where it is not its last one.
    fn other_syn_ack(&self, from: End, seq: Seq) -> Option<OtherSynAck> {
        let others = self.rare.as_ref()?.other_syn_acks.as_ref()?;
        let mut of_end = others[from].all.iter().filter(|_| self.ends[from].syn_ack() != Some(seq));
        of_end.find(|other| other.seq == seq).copied()
    }

    /// The window of the server's SYN-ACK with this Seq.
    pub(super) fn window_of_syn_ack(&self, seq: Seq) -> u16 {
        self.other_syn_ack(self.client_end.peer(), seq).map_or(self.server().syn_window, |other| other.window)
    }

    /// Step 3 takes the server's SYN-ACK with this Seq: its options count.
    pub(super) fn settle_options(&mut self, seq: Seq) {
        let server = self.client_end.peer();
        if let Some(other) = self.other_syn_ack(server, seq) {
            self.ends[server].options = other.options;
        }
    }

    /// The Seq of the acceptable SYN-ACK that an Ack answers: the latest that it is past.
    pub(super) fn syn_ack_answered_by(&self, ack: Seq) -> Option<Seq> {
        let server = self.client_end.peer();
        let others = self.rare.iter().filter_map(|rare| rare.other_syn_acks.as_ref());
        let others = others.flat_map(|lists| lists[server].all.iter().map(|other| other.seq));
        let behind = others.chain(self.server().syn_ack()).filter(|&seq| ack.is_after(seq));
        behind.reduce(Seq::later)
    }

    /// Step 2, by whoever sent it.
    fn answer_syn(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        // The client's answers a SYN that was not captured, and not its own: the time of the server's counts.
        let answered_at = self.times.syn_ack;
        if arrival.end == self.client_end {
            if self.server().base().is_none() {
                self.set_handshake_base(arrival, self.client_end.peer(), segment.ack.back(1));
            }
            self.perform(2, arrival, segment);
            self.times.syn_ack = answered_at;
        } else {
            self.server_syn_ack(arrival, segment, draft);
            self.perform(2, arrival, segment);
            if answered_at.get().is_some() {
                self.times.syn_ack = answered_at;
            } else if !draft.repeats.syn {
                self.times.syn_ack = MaybeTime::new(segment.at);
                if self.opening.frames[1] != arrival.frame {
                    // The roles have turned round since another segment performed this step.
                    self.rare_mut().later_syn_ack = arrival.frame;
                }
            }
            if draft.repeats.syn && self.server().base() == Some(segment.seq) {
                // The first one may have crossed step 3, and those after it not.
                self.take_step_3_back(segment, draft);
            }
        }
    }

    /// Whether X is only the first number seen, and the SYN-ACK at hand the first to tell better.
    fn replaces_first_seen(&self) -> bool {
        self.opening.found(Findings::MIDSTREAM) && self.client().syn().is_none() && self.server().syn_ack().is_none()
    }

    fn server_syn_ack(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        let (client, server) = (self.client_end, self.client_end.peer());
        if self.client().base().is_none() || self.replaces_first_seen() {
            self.set_handshake_base(arrival, client, segment.ack.back(1));
        }
        if !self.opening.found(Findings::SETTLED) {
            self.set_handshake_base(arrival, server, segment.seq);
        }
        let takes_data =
            self.client().syn().is_some() && self.x_plus_1().is_some_and(|first| segment.ack.is_after(first));
        self.opening.learn(Findings::SYN_ACK_ACCEPTABLE);
        self.opening.findings.remove(Findings::SERVER_IS_OLDER);
        self.opening.learn_if(takes_data, Findings::ACKED_SYN_DATA);
        if draft.repeats.syn {
            self.opening.findings.remove(Findings::WENT_ON);
        }
        if self.opening.progress == Progress::Underway && self.closing().closer.is_none() {
            let is_asking = self.state_without_rst(client);
            if matches!(is_asking, State::Closed | State::SynSent | State::SynReceived) {
                self.happens(server, Trigger::SendsSynAck);
            }
            // In SYN-RECEIVED it is where its own SYN-ACK came before the SYN that shows it to be the client.
            let answered = if is_asking == State::SynReceived { Trigger::Opens } else { Trigger::GetsSynAck };
            self.happens(client, answered);
        }
    }
}
