//! Repeats: a segment seen again keeps its role and its step.

use super::copies::Sort;
use super::endpoint::Facts;
use super::verdict::{Anomalies, Steps};
use super::{Connection, Draft};
use crate::segment::{End, Kind, Segment, Seq};

impl Connection {
    /// A SYN, SYN-ACK or FIN that performs nothing: after a RST that ended the connection, or of an older one. Repeats are
    /// still repeats.
    pub(super) fn find_repeats(&mut self, end: End, segment: &Segment, kind: Kind, draft: &mut Draft) {
        match kind {
            Kind::Syn => draft.repeats.syn = self.remember_number(end, Sort::Syn, segment.seq),
            Kind::SynAck => draft.repeats.syn = self.remember_number(end, Sort::SynAck, segment.seq),
            Kind::Fin => {
                let number = segment.payload_end();
                draft.repeats.fin = self.remember_number(end, Sort::Fin, number);
                if self.fin_of(end).is_some_and(|first| first != number) && !draft.is_older {
                    draft.anomalies |= Anomalies::SECOND_FIN;
                }
            }
            Kind::Ack | Kind::Rst | Kind::Other => {}
        }
    }

    /// Whether the ACK performed its step before; and what a new one performs is kept for that question. Called
    /// when the draft holds what the acknowledgment performs, and not yet what the FIN does.
    pub(super) fn repeat_acks(&mut self, end: End, segment: &Segment, kind: Kind, draft: &mut Draft) {
        if !draft.open_steps.is_empty() {
            self.ends[end].learn(Facts::OPEN_ACK_FRESH);
        } else if draft.close_steps.is_empty()
            && let Some((open, close)) = self.steps_again(end, segment, kind)
        {
            draft.open_steps.add(open);
            draft.close_steps.add(close);
            draft.repeats.ack = true;
        }
        if !draft.close_steps.is_empty() && !draft.repeats.ack {
            self.ends[end].learn(Facts::CLOSE_ACK_FRESH);
        }
        if kind == Kind::Ack && segment.payload_len == 0 {
            self.answer_repeats(end, segment, draft);
        }
    }

    /// The steps that the same segment performed before, where the peer has sent nothing new since.
    fn steps_again(&self, end: End, segment: &Segment, kind: Kind) -> Option<(Steps, Steps)> {
        let is_fresh = |fact: Facts| self.ends[end].is(fact);
        let (open, close) = (is_fresh(Facts::OPEN_ACK_FRESH), is_fresh(Facts::CLOSE_ACK_FRESH));
        let sorts = match kind {
            Kind::Fin => [(Sort::Fin, open || close), (Sort::Fin, false)],
            _ => [(Sort::OpenAck, open), (Sort::CloseAck, close)],
        };
        let before = self.rare.as_ref().filter(|_| kind != Kind::Fin && open);
        let before = before.into_iter().flat_map(|rare| rare.open_acks[end].iter());
        let last = sorts.into_iter().filter(|(_, is_fresh)| *is_fresh);
        let original = last
            .filter_map(|(sort, _)| self.original_of_attempt(end, sort))
            .chain(before)
            .find(|original| original.is_like(segment))?;
        Some((original.open_steps, original.close_steps))
    }

    /// After something new of the peer, the same ACK again is an answer, not a repeat.
    pub(super) fn forget_step_acks(&mut self, end: End) {
        self.ends[end].unlearn(Facts::OPEN_ACK_FRESH.union(Facts::CLOSE_ACK_FRESH));
    }

    /// The end's first segment without payload, SYN and FIN after a repeated SYN-ACK or FIN of the peer: where it
    /// acknowledges that one, it is its ACK once more.
    fn answer_repeats(&mut self, end: End, segment: &Segment, draft: &mut Draft) {
        let peer = end.peer();
        let (owes_syn_ack, owes_fin) = (self.ends[end].is(Facts::OWES_SYN_ACK), self.ends[end].is(Facts::OWES_FIN));
        self.owe_nothing(end);
        let acks = |number: Option<Seq>| number.is_some_and(|number| segment.ack.is_at_or_past(number.advance(1)));
        let open_steps = self.opening.ack_steps[end];
        if owes_syn_ack && draft.open_steps.is_empty() && !open_steps.is_empty() && acks(self.ends[peer].syn_ack()) {
            draft.open_steps.add(open_steps);
            draft.repeats.ack = true;
        }
        let owed = self.rare.as_ref().and_then(|rare| rare.owed_fin[end]).or(self.fin_of(peer));
        if owes_fin && draft.close_steps.is_empty() && self.ends[peer].is(Facts::FIN_ACKED) && acks(owed) {
            draft.close_steps.add(self.closing().ack_step(peer));
            draft.repeats.ack = true;
        }
    }

    /// From now on an end owes an answer to the peer's repeated FIN; `first` is the peer's first one.
    pub(super) fn owe_fin(&mut self, end: End, number: Seq, first: Seq) {
        self.ends[end].learn(Facts::OWES_FIN);
        if number != first || self.rare.is_some() {
            self.rare_mut().owed_fin[end] = (number != first).then_some(number);
        }
    }

    /// The end owes no answer any more: it has answered, or new data came since.
    pub(super) fn owe_nothing(&mut self, end: End) {
        self.ends[end].unlearn(Facts::OWES_SYN_ACK.union(Facts::OWES_FIN));
    }
}
