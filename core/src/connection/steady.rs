//! What nearly all segments are: plain ACKs, with payload or without, in the midst of an open connection. They move
//! numbers on and do nothing else, so the rules of handshake, teardown, copies and repeats need not be asked. Everything
//! that could make one more than that is looked for before anything is changed; where it is found, the rules are asked.

use bitflags::bitflags;

use super::copies::{Original, Sort};
use super::endpoint::{Facts, Number};
use super::times::MaybeTime;
use super::verdict::{Anomalies, Phase, Repeats, Steps, Verdict};
use super::word::{Turns, Word};
use super::{Arrival, Connection};
use crate::segment::{End, Ends, Kind, Segment};

bitflags! {
    /// What holds for the segments of one end in the midst.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    struct Quiet: u8 {
        /// They may do nothing.
        const MAY = 1;
        /// One without payload adds a letter to Zeek's view: they do so once.
        const BARE_IS_NEWS = 1 << 1;
        /// One with payload does.
        const PAYLOAD_IS_NEWS = 1 << 2;
    }
}

/// Which segments may do nothing: those of one end, where the connection is open, nobody closes it, and the findings of the
/// handshake would not change.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Midst {
    /// What is said of such a segment of the low end.
    word: Word,
    /// What holds for segments of each end.
    quiet: Ends<Quiet>,
    /// The shift of each end's window field.
    shift: Ends<u8>,
    /// Where the ACK of each end that performed a step of the handshake is kept; there is none where nothing is kept there.
    open_ack: Ends<u8>,
}

/// What of an end must not be so, in the midst.
const UNQUIET: Facts = Facts::OWES_SYN_ACK
    .union(Facts::OWES_FIN)
    .union(Facts::OWES_CHALLENGE)
    .union(Facts::FIN_ACKED)
    .union(Facts::KEEP_ALIVE);

impl Connection {
    /// Which segments may do nothing from now on. That changes only with one that does something.
    pub(super) fn find_midst(&self, rebase: bool) -> Midst {
        let is_quiet = !self.opening.progress.is_going_on()
            && self.opening.is_captured()
            && self.closing().closer.is_none()
            && !self.is_ended()
            && !self.is_self
            && End::BOTH.into_iter().all(|end| self.fall(end).is_none() && self.ends[end].base().is_some());
        if !is_quiet {
            return Midst::default();
        }
        let mut midst = Midst::default();
        for end in End::BOTH {
            let own = &self.ends[end];
            let is_known = own.is(Facts::SENT_ACK) && !own.facts.intersects(UNQUIET);
            if !is_known || self.original_of(end, Sort::CloseAck).is_some() || !own.knows_window() {
                continue;
            }
            midst.quiet[end] = self.quiet(end);
            midst.shift[end] = self.window_shift(end);
            midst.open_ack[end] = self.index_of(end, Sort::OpenAck);
        }
        if midst.quiet == Ends::default() {
            return midst;
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
        midst.word = Word::new(&verdict).0;
        midst
    }

    /// What holds for the segments of an end that may do nothing.
    fn quiet(&self, end: End) -> Quiet {
        let [bare, with_payload] = self.zeek.is_news(end);
        let mut quiet = Quiet::MAY;
        quiet.set(Quiet::BARE_IS_NEWS, bare);
        quiet.set(Quiet::PAYLOAD_IS_NEWS, with_payload);
        quiet
    }

    /// Takes in a segment that only moves numbers on, and says so. None, with nothing changed, when it may do more.
    #[inline(always)]
    pub(super) fn steady(&mut self, arrival: &Arrival, segment: &Segment) -> Option<(Word, Option<Turns>)> {
        let quiet = self.midst.quiet[arrival.end];
        if !quiet.contains(Quiet::MAY) || segment.kind() != Kind::Ack {
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
        if segment.payload_len > 0 && other_acked.is_at_or_past(segment.next()) {
            // What was taken is sent again.
            return None;
        }
        let acks_news = segment.ack.is_after(acked);
        let open_ack = || self.originals.get(usize::from(self.midst.open_ack[arrival.end]));
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
        let edge = segment.ack.advance(u32::from(segment.window) << self.midst.shift[arrival.end]);
        own.raise(Number::Next, end.seq());
        own.raise(Number::Acked, segment.ack);
        own.raise(Number::Edge, edge);
        own.hops = segment.network.hops;
        let packets = &mut self.packets[arrival.end];
        *packets = packets.saturating_add(1);
        let word = if arrival.end == End::Low { self.midst.word } else { self.midst.word.of_peer() };
        let result = word.with_offsets(seq.offset_from(own_base), ack.offset_from(other_base));
        if quiet.contains(if segment.payload_len > 0 { Quiet::PAYLOAD_IS_NEWS } else { Quiet::BARE_IS_NEWS }) {
            self.observe_zeek(arrival.end, segment);
            self.midst.quiet[arrival.end] = self.quiet(arrival.end);
        }
        self.keep_incoming(arrival, MaybeTime::new(segment.at), Some(segment.ack), end.seq());
        Some(result)
    }
}
