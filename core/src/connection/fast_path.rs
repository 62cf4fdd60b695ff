//! The fast path, for plain ACKs of an open connection, with payload or without: nearly all segments. They only raise
//! numbers, so the rules of handshake, teardown, copies and repeats are not asked. A segment that might do more is found
//! before anything is changed, and goes through the rules.

use bitflags::bitflags;

use super::copies::{Original, Sort};
use super::endpoint::{Facts, Number};
use super::packed_verdict::{PackedVerdict, Turns};
use super::times::MaybeTime;
use super::verdict::{Anomalies, Phase, Repeats, Steps, Verdict};
use super::{Arrival, Connection};
use crate::segment::{End, Ends, Kind, Segment};

bitflags! {
    /// What holds for the plain ACKs of one end.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    struct FastPathFlags: u8 {
        /// They may take the fast path.
        const ALLOWED = 1;
        /// One without payload adds a letter to Zeek's history: that happens once.
        const BARE_IS_NEWS = 1 << 1;
        /// The same of one with payload.
        const PAYLOAD_IS_NEWS = 1 << 2;
    }
}

/// Which segments may take the fast path: plain ACKs of an open connection that nobody closes, where they cannot change
/// what was found of the handshake.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct FastPath {
    /// The verdict on such a segment of the low end.
    packed: PackedVerdict,
    /// What holds for segments of each end.
    flags: Ends<FastPathFlags>,
    /// The shift of each end's window field.
    shift: Ends<u8>,
    /// Where the ACK of each end that performed a step of the handshake is kept; there is none where nothing is kept there.
    open_ack: Ends<u8>,
}

/// With one of these facts an end may not take the fast path.
const EXCLUDED: Facts = Facts::OWES_SYN_ACK
    .union(Facts::OWES_FIN)
    .union(Facts::OWES_CHALLENGE)
    .union(Facts::FIN_ACKED)
    .union(Facts::KEEP_ALIVE);

impl Connection {
    /// Which segments may take the fast path from now on. That changes only with one that goes through the rules.
    pub(super) fn find_fast_path(&self, rebase: bool) -> FastPath {
        let is_possible = !self.opening.progress.is_going_on()
            && self.opening.is_captured()
            && self.closing().closer.is_none()
            && !self.is_ended()
            && !self.is_self
            && End::BOTH.into_iter().all(|end| self.fall(end).is_none() && self.ends[end].base().is_some());
        if !is_possible {
            return FastPath::default();
        }
        let mut fast_path = FastPath::default();
        for end in End::BOTH {
            let own = &self.ends[end];
            let is_known = own.is(Facts::SENT_ACK) && !own.facts.intersects(EXCLUDED);
            // An ACK that is not kept there may come again.
            let has_more = own.is(Facts::OPEN_ACK_FRESH)
                && self.rare.as_ref().is_some_and(|rare| rare.repeats.acks_of(end).next().is_some());
            let may_repeat = has_more || self.original_of(end, Sort::CloseAck).is_some();
            if !is_known || may_repeat || !own.knows_window() {
                continue;
            }
            fast_path.flags[end] = self.fast_path_flags(end);
            fast_path.shift[end] = self.window_shift(end);
            fast_path.open_ack[end] = self.index_of(end, Sort::OpenAck);
        }
        if fast_path.flags == Ends::default() {
            return fast_path;
        }
        let numbers = self.numbers(rebase, End::Low, &Segment::default());
        let verdict = Verdict {
            sender: self.side(End::Low),
            open_steps: Steps::NONE,
            close_steps: Steps::NONE,
            repeats: Repeats::default(),
            is_copy: false,
            is_older: false,
            phase: Phase::Data,
            states: self.states_now(),
            reset: None,
            ended: false,
            numbers: super::Numbers { seq: None, ack: None, ..numbers },
            anomalies: Anomalies::empty(),
        };
        fast_path.packed = PackedVerdict::new(&verdict).0;
        fast_path
    }

    /// What holds for the plain ACKs of an end that may take it.
    fn fast_path_flags(&self, end: End) -> FastPathFlags {
        let [bare, with_payload] = self.zeek.is_news(end);
        let mut flags = FastPathFlags::ALLOWED;
        flags.set(FastPathFlags::BARE_IS_NEWS, bare);
        flags.set(FastPathFlags::PAYLOAD_IS_NEWS, with_payload);
        flags
    }

    /// Takes in a segment that only raises numbers. None, with nothing changed, when it may do more.
    #[inline(always)]
    pub(super) fn take_fast_path(
        &mut self,
        arrival: &Arrival,
        segment: &Segment,
    ) -> Option<(PackedVerdict, Option<Turns>)> {
        let flags = self.fast_path.flags[arrival.end];
        if !flags.contains(FastPathFlags::ALLOWED) || segment.kind() != Kind::Ack {
            return None;
        }
        let (own, other) = self.ends.split_mut(arrival.end);
        if other.is(Facts::KEEP_ALIVE) || !own.knows_window() {
            // A probe may have been answered.
            return None;
        }
        let (own_mark, other_mark) = (own.mark.get()?, other.mark.get()?);
        let (own_base, other_base) = (own.handshake_base.get()?, other.handshake_base.get()?);
        let (acked, other_acked) = (own.acked()?, other.acked()?);
        if segment.payload_len > 0 && other_acked.is_after(segment.seq) {
            // What was taken is sent again.
            return None;
        }
        let acks_news = segment.ack.is_after(acked);
        let open_ack = || self.originals.get(usize::from(self.fast_path.open_ack[arrival.end]));
        let is_like = |original: &Original| {
            original.ack == segment.ack && original.seq == segment.seq && original.payload_len == segment.payload_len
        };
        if !acks_news && open_ack().is_some_and(is_like) {
            // The same again may be a copy or a repeat.
            return None;
        }
        let seq = own_mark.nearest(segment.seq);
        let ack = other_mark.nearest(segment.ack);
        own.learn(Facts::WENT_ON_SINCE);
        own.count_try(segment, Some(other_acked));
        let end = seq.advance(segment.payload_len);
        if segment.payload_len > 0 {
            own.payload_end.raise(end);
            // After something new of the peer, the same ACK again is an answer, and owes nothing to what came before.
            const STEPS: Facts =
                Facts::OPEN_ACK_FRESH.union(Facts::CLOSE_ACK_FRESH).union(Facts::OWES_SYN_ACK).union(Facts::OWES_FIN);
            other.facts = other.facts.difference(STEPS);
        }
        own.mark.raise(end);
        other.mark.raise(ack);
        if acks_news {
            other.tries = 0;
        }
        let edge = segment.ack.advance(u32::from(segment.window) << self.fast_path.shift[arrival.end]);
        own.raise(Number::Next, end.seq());
        own.raise(Number::Acked, segment.ack);
        own.raise(Number::Edge, edge);
        own.hops = segment.network.hops;
        let packets = &mut self.packets[arrival.end];
        *packets = packets.saturating_add(1);
        let packed = if arrival.end == End::Low { self.fast_path.packed } else { self.fast_path.packed.of_peer() };
        let result = packed.with_offsets(seq.offset_from(own_base), ack.offset_from(other_base));
        if flags.contains(if segment.payload_len > 0 {
            FastPathFlags::PAYLOAD_IS_NEWS
        } else {
            FastPathFlags::BARE_IS_NEWS
        }) {
            self.observe_zeek(arrival.end, segment);
            self.fast_path.flags[arrival.end] = self.fast_path_flags(arrival.end);
        }
        self.keep_incoming(arrival, MaybeTime::new(segment.at), Some(segment.ack), end.seq());
        Some(result)
    }
}
