//! Repeats: a segment seen again keeps its role and its step.

use super::bounded_list::BoundedList;
use super::copies::{Original, Sort};
use super::endpoint::Facts;
use super::verdict::{Anomalies, Steps};
use super::{Arrival, Connection, Draft};
use crate::segment::{End, Ends, Kind, Segment, Seq};

/// What may be sent again besides the last segment of each sort, by end.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct OldRepeats {
    /// Numbers of SYN, SYN-ACK and FIN that came before the last one of their sort, in any attempt.
    numbers: Ends<BoundedList<(Sort, Seq)>>,
    /// Those ACKs of both ends with a step in whose place another ACK with that step was kept since.
    acks: BoundedList<(End, Original)>,
    /// The own number of the peer's repeated FIN that each end has not answered since, where it is not the first.
    owed_fin: Ends<Option<Seq>>,
}

impl OldRepeats {
    /// Forgets what belongs to the attempt before.
    pub fn begin_attempt(&mut self) {
        self.acks.clear();
        self.owed_fin = Ends::default();
    }

    /// The ACKs of an end in whose place others were kept, oldest first.
    pub fn acks_of(&self, end: End) -> impl Iterator<Item = &Original> {
        self.acks.iter().filter(move |(of, _)| *of == end).map(|(_, ack)| ack)
    }

    /// Bytes of memory beyond the structure itself.
    pub fn memory(&self) -> usize {
        let numbers = End::BOTH.into_iter().map(|end| self.numbers[end].memory());
        numbers.fold(self.acks.memory(), usize::saturating_add)
    }
}

impl Connection {
    /// Whether this number of a SYN, SYN-ACK or FIN of an end came before, in this attempt or an earlier one.
    pub(super) fn came_before(&self, end: End, sort: Sort, number: Seq) -> bool {
        self.last_number(end, sort) == Some(number) || self.is_remembered(end, sort, number)
    }

    /// The number of the last segment of a sort. Every SYN, SYN-ACK and FIN is kept, for copies.
    fn last_number(&self, end: End, sort: Sort) -> Option<Seq> {
        self.original_of(end, sort).map(Original::number)
    }

    fn is_remembered(&self, end: End, sort: Sort, number: Seq) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.repeats.numbers[end].iter().any(|&known| known == (sort, number)))
    }

    /// The number of a SYN, SYN-ACK or FIN that is about to be kept: gives whether it came before, and remembers the last
    /// one, in whose place it will be.
    pub(super) fn remember_number(&mut self, end: End, sort: Sort, number: Seq) -> bool {
        let came_before = self.came_before(end, sort, number);
        if let Some(last) = self.last_number(end, sort)
            && last != number
            && !self.is_remembered(end, sort, last)
        {
            self.rare_mut().repeats.numbers[end].add((sort, last));
        }
        came_before
    }

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
        let fresh = self.fresh_acks(end);
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
        if draft.repeats.ack && kind == Kind::Ack {
            self.keep_replaced(end, segment, draft, fresh);
        }
    }

    /// Whether an end's ACKs with steps of the handshake and of the teardown are repeats when they come again: the peer has
    /// sent no payload and no FIN since.
    fn fresh_acks(&self, end: End) -> (bool, bool) {
        (self.ends[end].is(Facts::OPEN_ACK_FRESH), self.ends[end].is(Facts::CLOSE_ACK_FRESH))
    }

    /// This ACK is kept in the place of another one with its step, which may still come again.
    fn keep_replaced(&mut self, end: End, segment: &Segment, draft: &Draft, (open, close): (bool, bool)) {
        let sort = if draft.open_steps.is_empty() { Sort::CloseAck } else { Sort::OpenAck };
        let Some(mut before) = self.original_of_attempt(end, sort).copied().filter(|one| !one.is_like(segment)) else {
            return;
        };
        before.keep_steps(open, close);
        if before.has_steps() {
            self.rare_mut().repeats.acks.add((end, before));
        }
    }

    /// The first ACK may have shown no step, after a RST that was withdrawn: then this one is the first that does.
    pub(super) fn link_repeated_acks(&mut self, arrival: &Arrival, segment: &Segment, draft: &Draft) {
        if !draft.repeats.ack {
            return;
        }
        for step in [2, 3].into_iter().filter(|&step| draft.open_steps.has(step)) {
            self.perform(step, arrival, segment);
        }
        if !draft.close_steps.is_empty() {
            self.closing_mut().perform(draft.close_steps, arrival);
        }
    }

    /// A SYN-ACK can acknowledge a FIN too: the same one again keeps that step, like an ACK.
    pub(super) fn repeat_syn_ack(&mut self, end: End, segment: &Segment, draft: &mut Draft) {
        if !draft.close_steps.is_empty() {
            self.ends[end].learn(Facts::CLOSE_ACK_FRESH);
        } else if self.ends[end].is(Facts::CLOSE_ACK_FRESH)
            && let Some(before) = self.original_of_attempt(end, Sort::SynAck).filter(|before| before.is_like(segment))
        {
            draft.close_steps.add(before.close_steps);
        }
    }

    /// The steps that the same segment performed before, where the peer has sent nothing new since.
    fn steps_again(&self, end: End, segment: &Segment, kind: Kind) -> Option<(Steps, Steps)> {
        let (open, close) = self.fresh_acks(end);
        if !open && !close {
            return None;
        }
        if kind == Kind::Fin {
            let mut fin = *self.original_of_attempt(end, Sort::Fin).filter(|fin| fin.is_like(segment))?;
            fin.keep_steps(open, close);
            return Some((fin.open_steps, fin.close_steps));
        }
        let kept = [Sort::OpenAck, Sort::CloseAck].into_iter().filter_map(|sort| self.original_of_attempt(end, sort));
        let before = self.rare.as_ref().into_iter().flat_map(|rare| rare.repeats.acks_of(end));
        let like = kept.chain(before).filter(|original| original.is_like(segment)).copied();
        let mut again = like.map(|mut original| {
            original.keep_steps(open, close);
            original
        });
        again.find(Original::has_steps).map(|original| (original.open_steps, original.close_steps))
    }

    /// After something new of the peer, the same ACK again is an answer, not a repeat.
    pub(super) fn forget_step_acks(&mut self, end: End) {
        self.ends[end].unlearn(Facts::OPEN_ACK_FRESH.union(Facts::CLOSE_ACK_FRESH));
        if let Some(rare) = &mut self.rare {
            rare.repeats.acks.retain(|(of, _)| *of != end);
        }
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
            // The same ACK again has it too. Not where a FIN of its own could be taken for that ACK.
            if self.original_of_attempt(end, Sort::Fin).is_none_or(|fin| fin.open_steps.is_empty()) {
                self.ends[end].learn(Facts::OPEN_ACK_FRESH);
            }
        }
        let owed = self.rare.as_ref().and_then(|rare| rare.repeats.owed_fin[end]).or(self.fin_of(peer));
        // What acknowledges more than its sender used acknowledges no FIN.
        let acks_unused = self.ends[peer].next().is_some_and(|next| segment.ack.is_after(next));
        let may_ack = self.ends[peer].is(Facts::FIN_ACKED) && !acks_unused;
        if owes_fin && draft.close_steps.is_empty() && may_ack && acks(owed) {
            draft.close_steps.add(self.closing().ack_step(peer));
            draft.repeats.ack = true;
            // As above.
            let by_fin = self
                .original_of_attempt(end, Sort::Fin)
                .is_some_and(|fin| fin.close_steps.has(2) || fin.close_steps.has(4));
            if !by_fin {
                self.ends[end].learn(Facts::CLOSE_ACK_FRESH);
            }
        }
    }

    /// From now on an end owes an answer to the peer's repeated FIN; `first` is the peer's first one.
    pub(super) fn owe_fin(&mut self, end: End, number: Seq, first: Seq) {
        self.ends[end].learn(Facts::OWES_FIN);
        if number != first || self.rare.is_some() {
            self.rare_mut().repeats.owed_fin[end] = (number != first).then_some(number);
        }
    }

    /// The end owes no answer any more: it has answered, or new data came since.
    pub(super) fn owe_nothing(&mut self, end: End) {
        self.ends[end].unlearn(Facts::OWES_SYN_ACK.union(Facts::OWES_FIN));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::Flags;

    fn send(connection: &mut Connection, end: End, flags: Flags, seq: u32) -> bool {
        let segment = Segment { flags, seq: Seq(seq), ..Segment::default() };
        let sort = if flags == Flags::SYN { Sort::Syn } else { Sort::Fin };
        let came_before = connection.remember_number(end, sort, Seq(seq));
        connection.keep_original(end, segment.kind(), &segment, &Draft::default());
        came_before
    }

    #[test]
    fn the_oldest_goes() {
        let mut connection = Connection::default();
        for number in 0..100 {
            assert!(!send(&mut connection, End::Low, Flags::SYN, number));
            assert!(send(&mut connection, End::Low, Flags::SYN, number));
        }
        let fin = Flags::FIN.with(Flags::ACK);
        assert!(!send(&mut connection, End::High, fin, 7));
        let kept = (0..100).filter(|&number| connection.came_before(End::Low, Sort::Syn, Seq(number)));
        assert_eq!(kept.collect::<Vec<_>>(), (83..100).collect::<Vec<_>>());
        assert!(
            connection.came_before(End::High, Sort::Fin, Seq(7))
                && !connection.came_before(End::Low, Sort::Fin, Seq(7))
        );
    }

    #[test]
    fn numbers_in_turn_all_come_again() {
        let mut connection = Connection::default();
        for round in 0..3 {
            for number in 0..5 {
                assert_eq!(send(&mut connection, End::Low, Flags::SYN, number), round > 0);
            }
        }
    }
}
