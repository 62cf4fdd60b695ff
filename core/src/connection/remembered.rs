//! What few connections have: numbers that came before, acknowledgments that could not be accepted, X and Y as they were.
//! Each list is bounded, so that a hostile capture takes no more memory than a real one.

use super::copies::{Original, Sort};
use super::verdict::Steps;
use super::{Connection, Negotiation};
use crate::segment::icmp::IcmpKind;
use crate::segment::{End, Ends, Flags, Segment, Seq};

/// Entries kept of one sort and end. No real connection has more.
const MOST: usize = 16;

/// The last things of a sort, oldest first.
#[derive(Clone, Debug)]
pub(super) struct Recent<T>(Vec<T>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Recent(Vec::new())
    }
}

impl<T> Recent<T> {
    /// Adds one; when the list is full, the oldest goes.
    pub fn add(&mut self, one: T) {
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        self.0.push(one);
    }

    /// Those that are kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.0.iter()
    }

    /// The same, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut()
    }

    /// Keeps only those for which `keep` is true.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.0.retain(keep);
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Bytes of memory beyond the structure itself.
    pub fn memory(&self) -> usize {
        self.0.capacity().saturating_mul(size_of::<T>())
    }
}

/// What X and Y were up to some segment, kept when a later one changed them: by end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct OldBases {
    /// The first segment (by ordinal) that these no longer hold for.
    pub until: u64,
    /// Those of handshake and data.
    pub handshake: Ends<Seq>,
    /// Those of the teardown.
    pub teardown: Ends<Seq>,
}

/// A side's acknowledgment that the other side cannot accept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct BadAck {
    /// What it acknowledges.
    pub ack: Seq,
    /// The frame of the last segment with it.
    pub frame: u32,
}

/// What the two SYNs of an attempt agreed on, kept when a later attempt forgets it: its step 3 still shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct OldNegotiation {
    /// The frame of its step 3.
    pub step_3: u32,
    /// The frame of the SYN that started the next attempt.
    pub until: u32,
    /// What they agreed on.
    pub negotiation: Negotiation,
}

/// What few connections have.
#[derive(Clone, Debug, Default)]
pub(super) struct Rare {
    /// Numbers of SYN, SYN-ACK and FIN that came before the last one of their sort, in any attempt.
    numbers: Ends<Recent<(Sort, Seq)>>,
    /// Acknowledgments of each end that the other cannot accept.
    pub bad_acks: Ends<Recent<BadAck>>,
    /// X and Y as they were before changes, oldest first.
    pub old_bases: Vec<OldBases>,
    /// The places of the last segment before a copy, or several, and of the last of these. Twice 0, the first place that there
    /// can be, where there were none.
    pub copies_at_end: (u64, u64),
    /// The own number of the peer's repeated FIN that each end has not answered since, where it is not the first.
    pub owed_fin: Ends<Option<Seq>>,
    /// Nanoseconds between the first and the last FIN of each end, where it sent several.
    pub fin_span_ns: Ends<Option<u64>>,
    /// The entries of Zeek's history that do not stand in its view.
    pub zeek_history: Vec<u8>,
    /// The first ICMP error about a segment, and its frame.
    pub icmp: Option<(IcmpKind, u32)>,
    /// What earlier attempts agreed on, oldest first.
    pub old_negotiations: Recent<OldNegotiation>,
    /// Attempts before this one.
    pub attempts_before: u32,
    /// Bytes of payload that each end sent in earlier attempts.
    pub bytes_before: Ends<u64>,
    /// ACKs of each end with a step of the handshake, in whose place an answer to a repeated SYN-ACK was kept since.
    pub open_acks: Ends<Recent<Original>>,
    /// The steps that each end's SYN-ACK performed, where both ends sent a SYN.
    pub syn_ack_steps: Ends<Steps>,
    /// The last segment that each end sent again although the peer had taken it.
    pub old_tries: Ends<Option<OldTry>>,
}

/// A segment that the peer has taken, sent again: the ACK did not reach its sender. Or any, where nothing of the peer was
/// captured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct OldTry {
    seq: Seq,
    /// How often, since the peer acknowledged this.
    count: u8,
    acked: Option<Seq>,
}

impl Rare {
    /// Forgets what belongs to the attempt before, and counts that.
    pub fn begin_attempt(&mut self) {
        for end in End::BOTH {
            self.bad_acks[end].clear();
            self.owed_fin[end] = None;
            self.fin_span_ns[end] = None;
            self.open_acks[end].clear();
            self.syn_ack_steps[end] = Steps::NONE;
            self.old_tries[end] = None;
        }
        self.icmp = None;
        self.zeek_history.clear();
        self.attempts_before = self.attempts_before.saturating_add(1);
    }

    /// Bytes of memory with all that it holds.
    pub fn memory(&self) -> usize {
        let ends = End::BOTH
            .into_iter()
            .flat_map(|end| [self.numbers[end].memory(), self.bad_acks[end].memory(), self.open_acks[end].memory()]);
        let old_bases = self.old_bases.capacity().saturating_mul(size_of::<OldBases>());
        ends.chain([old_bases, self.old_negotiations.memory(), self.zeek_history.capacity()])
            .fold(size_of::<Rare>(), usize::saturating_add)
    }
}

impl Connection {
    /// The rare part; made here when there was none.
    pub(super) fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Whether this number of a SYN, SYN-ACK or FIN of an end came before, in this attempt or an earlier one.
    pub(super) fn came_before(&self, end: End, sort: Sort, number: Seq) -> bool {
        self.last_number(end, sort) == Some(number) || self.is_remembered(end, sort, number)
    }

    /// The number of the last segment of a sort. Every SYN, SYN-ACK and FIN is kept, for copies.
    fn last_number(&self, end: End, sort: Sort) -> Option<Seq> {
        self.original_of(end, sort).map(Original::number)
    }

    fn is_remembered(&self, end: End, sort: Sort, number: Seq) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.numbers[end].iter().any(|&known| known == (sort, number)))
    }

    /// The number of a SYN, SYN-ACK or FIN that is about to be kept: gives whether it came before, and remembers the last
    /// one, in whose place it will be.
    pub(super) fn remember_number(&mut self, end: End, sort: Sort, number: Seq) -> bool {
        let came_before = self.came_before(end, sort, number);
        if let Some(last) = self.last_number(end, sort)
            && last != number
            && !self.is_remembered(end, sort, last)
        {
            self.rare_mut().numbers[end].add((sort, last));
        }
        came_before
    }

    /// Counts how often an end sends the same again of what the peer has taken, or where no ACK of the peer was captured.
    pub(super) fn count_old_try(&mut self, end: End, segment: &Segment) {
        let uses_numbers = segment.payload_len > 0 || segment.flags.has(Flags::FIN);
        let acked = self.ends[end.peer()].acked();
        let Some(known) = acked.or(self.ends[end].next()) else { return };
        if !uses_numbers || !known.is_at_or_past(segment.next()) {
            return;
        }
        // Without an ACK of the peer the first time counts too: it was new then.
        let first = if acked.is_none() { 2 } else { 1 };
        let before = self.rare.as_ref().and_then(|rare| rare.old_tries[end]);
        let same = before.filter(|before| before.seq == segment.seq && before.acked == acked);
        let count = same.map_or(first, |same| same.count.saturating_add(1));
        self.rare_mut().old_tries[end] = Some(OldTry { seq: segment.seq, count, acked });
    }

    /// How often the last one was sent again, since the peer acknowledged more.
    pub(super) fn old_tries(&self, end: End) -> u8 {
        let last = self.rare.as_ref().and_then(|rare| rare.old_tries[end]);
        last.filter(|last| self.ends[end.peer()].acked() == last.acked).map_or(0, |last| last.count)
    }

    /// Notes an acknowledgment that the other side cannot accept.
    pub(super) fn remember_bad_ack(&mut self, end: End, ack: Seq, frame: u32) {
        let acks = &mut self.rare_mut().bad_acks[end];
        acks.retain(|known| known.ack != ack);
        acks.add(BadAck { ack, frame });
    }

    /// The frame of the last such acknowledgment of this number.
    pub(super) fn bad_ack(&self, end: End, ack: Seq) -> Option<u32> {
        let acks = &self.rare.as_ref()?.bad_acks[end];
        acks.iter().rev().find(|known| known.ack == ack).map(|known| known.frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Draft;

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
