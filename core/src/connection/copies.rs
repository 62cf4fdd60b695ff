//! Copies: one segment captured more than once (SPEC section 2). Nothing was sent twice, so nothing happened.

use super::times::MaybeTime;
use super::verdict::{Reset, Steps};
use super::{Connection, Draft};
use crate::segment::{End, Flags, Kind, Segment, Seq, Timestamps};

/// How many originals a handshake has: SYN, SYN-ACK and the ACK of step 3.
const OF_HANDSHAKE: usize = 3;
/// How many a teardown has: a FIN of each side and their acknowledgments.
const OF_TEARDOWN: usize = 4;

/// A copy with the same IPv4 identification and hop count comes at most so many nanoseconds after the original.
const SAME_PACKET_NS: u64 = 200_000_000;
/// One with the same TCP time stamps.
const SAME_STAMPS_NS: u64 = 1_000_000_000;
/// One without either.
const BARE_NS: u64 = 5_000_000;

/// The sorts of segments of which the last one is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Sort {
    Syn,
    SynAck,
    Fin,
    Rst,
    /// An ACK that performed a step of the handshake.
    OpenAck,
    /// An ACK that performed a step of the teardown.
    CloseAck,
}

/// The last segment of its sort that an end sent, which a copy is compared with. Nearly every connection has six of them,
/// so they are kept small: an identification or a hop count of 0 is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Original {
    pub at: MaybeTime,
    pub seq: Seq,
    pub ack: Seq,
    pub payload_len: u32,
    pub value: u32,
    pub echo: u32,
    pub window: u16,
    pub flags: u16,
    pub identification: u16,
    pub hops: u8,
    pub sort: Sort,
    pub open_steps: Steps,
    pub close_steps: Steps,
    /// What it is, for a RST.
    pub reset: Option<Reset>,
    /// Its end, and the bits below.
    marks: u8,
}

const _: () = assert!(size_of::<Original>() == 40);
const IS_HIGH: u8 = 1;
const HAS_STAMPS: u8 = 1 << 1;
const IS_OLDER: u8 = 1 << 2;
const IS_OF_EARLIER_ATTEMPT: u8 = 1 << 3;

impl Original {
    /// One of an end and a sort, in which everything else is 0 or missing; with time stamps or without.
    pub fn blank(end: End, sort: Sort, has_stamps: bool) -> Original {
        let mark = |is_so: bool, mark: u8| if is_so { mark } else { 0 };
        Original {
            at: MaybeTime::NONE,
            seq: Seq(0),
            ack: Seq(0),
            payload_len: 0,
            value: 0,
            echo: 0,
            window: 0,
            flags: 0,
            identification: 0,
            hops: 0,
            sort,
            open_steps: Steps::NONE,
            close_steps: Steps::NONE,
            reset: None,
            marks: mark(end == End::High, IS_HIGH) | mark(has_stamps, HAS_STAMPS),
        }
    }

    /// Its time stamps.
    pub fn stamps(&self) -> Option<Timestamps> {
        (self.marks & HAS_STAMPS != 0).then_some(Timestamps { value: self.value, echo: self.echo })
    }

    /// Which end sent it.
    pub fn end(&self) -> End {
        if self.marks & IS_HIGH != 0 { End::High } else { End::Low }
    }

    /// Its own number: that of a FIN lies behind its payload.
    pub fn number(&self) -> Seq {
        if self.sort == Sort::Fin { self.seq.advance(self.payload_len) } else { self.seq }
    }

    /// Keeps those of its steps that a segment like it has too, and forgets the others.
    pub fn keep_steps(&mut self, open: bool, close: bool) {
        if !open {
            self.open_steps = Steps::NONE;
        }
        if !close {
            self.close_steps = Steps::NONE;
        }
    }

    /// Whether it has a step.
    pub fn has_steps(&self) -> bool {
        !self.open_steps.is_empty() || !self.close_steps.is_empty()
    }

    /// Whether the segment has the same header, as far as a copy must.
    pub fn is_like(&self, segment: &Segment) -> bool {
        self.seq == segment.seq
            && self.ack == segment.ack
            && self.payload_len == segment.payload_len
            && self.window == segment.window
            && self.flags == segment.flags.0 & Flags::ALL.0
    }

    /// Whether the segment is this one, captured once more.
    // Nearly no segment begins where an original of its sort does: out of line, nothing is made ready for it.
    #[inline(never)]
    fn is_captured_again_as(&self, segment: &Segment) -> bool {
        if !self.is_like(segment) {
            return false;
        }
        let apart = self.at.get().zip(segment.at).and_then(|(one, other)| one.apart(other));
        let within = |most: u64| apart.is_some_and(|apart| apart <= most);
        let (own_id, its_id) = (self.identification, segment.network.identification.unwrap_or(0));
        if own_id != 0 && its_id != 0 {
            let hops_differ = self.hops != 0 && segment.network.hops.is_some_and(|hops| hops != 0 && hops != self.hops);
            return own_id == its_id && (hops_differ || within(SAME_PACKET_NS));
        }
        match (self.marks & HAS_STAMPS != 0, segment.timestamps) {
            (true, Some(its)) => its == Timestamps { value: self.value, echo: self.echo } && within(SAME_STAMPS_NS),
            (false, None) => self.sort != Sort::Rst && within(BARE_NS),
            _ => false,
        }
    }
}

impl Connection {
    /// What the segment is a copy of.
    pub(super) fn original(&self, end: End, kind: Kind, segment: &Segment) -> Option<Original> {
        let is_sort = |sort: Sort| match kind {
            Kind::Syn => sort == Sort::Syn,
            Kind::SynAck => sort == Sort::SynAck,
            Kind::Fin => sort == Sort::Fin,
            Kind::Rst => sort == Sort::Rst,
            Kind::Ack => matches!(sort, Sort::OpenAck | Sort::CloseAck),
            Kind::Other => false,
        };
        let mut originals = self.originals.iter();
        originals
            .find(|known| {
                known.seq == segment.seq
                    && known.end() == end
                    && is_sort(known.sort)
                    && known.is_captured_again_as(segment)
            })
            .copied()
    }

    /// Keeps a segment that may be captured again.
    pub(super) fn keep_original(&mut self, end: End, kind: Kind, segment: &Segment, draft: &Draft) {
        let sort = match kind {
            Kind::Syn => Sort::Syn,
            Kind::SynAck => Sort::SynAck,
            Kind::Fin => Sort::Fin,
            Kind::Rst => Sort::Rst,
            Kind::Ack if !draft.open_steps.is_empty() => Sort::OpenAck,
            Kind::Ack if !draft.close_steps.is_empty() => Sort::CloseAck,
            Kind::Ack | Kind::Other => return,
        };
        let stamps = segment.timestamps;
        let mark = |is_so: bool, mark: u8| if is_so { mark } else { 0 };
        let original = Original {
            at: MaybeTime::new(segment.at),
            seq: segment.seq,
            ack: segment.ack,
            payload_len: segment.payload_len,
            value: stamps.unwrap_or_default().value,
            echo: stamps.unwrap_or_default().echo,
            window: segment.window,
            flags: segment.flags.0 & Flags::ALL.0,
            identification: segment.network.identification.unwrap_or(0),
            hops: segment.network.hops.unwrap_or(0),
            sort,
            open_steps: draft.open_steps,
            close_steps: draft.close_steps,
            reset: draft.reset,
            marks: mark(end == End::High, IS_HIGH)
                | mark(stamps.is_some(), HAS_STAMPS)
                | mark(draft.is_older, IS_OLDER),
        };
        match self.originals.iter_mut().find(|known| known.end() == end && known.sort == sort) {
            Some(known) => *known = original,
            None => {
                // Room for what usually comes next, allocated at once. After a RST nothing does.
                let more = match sort {
                    Sort::Syn | Sort::SynAck if self.originals.is_empty() => OF_HANDSHAKE,
                    Sort::Fin if self.original_of(end.peer(), sort).is_none() => OF_TEARDOWN,
                    Sort::Syn | Sort::SynAck | Sort::Fin | Sort::Rst | Sort::OpenAck | Sort::CloseAck => 1,
                };
                self.originals.reserve_exact(more);
                self.originals.push(original);
            }
        }
    }

    /// The last segment of a sort that an end sent.
    pub(super) fn original_of(&self, end: End, sort: Sort) -> Option<&Original> {
        self.originals.iter().find(|original| original.end() == end && original.sort == sort)
    }

    /// Its index among the originals; past their end where there is none.
    pub(super) fn index_of(&self, end: End, sort: Sort) -> u8 {
        let index = self.originals.iter().position(|original| original.end() == end && original.sort == sort);
        index.and_then(|index| u8::try_from(index).ok()).unwrap_or(u8::MAX)
    }

    /// The same in this attempt.
    pub(super) fn original_of_attempt(&self, end: End, sort: Sort) -> Option<&Original> {
        self.original_of(end, sort).filter(|original| original.marks & IS_OF_EARLIER_ATTEMPT == 0)
    }

    /// A new attempt begins: the originals so far may still have copies, but a segment like them repeats no step.
    pub(super) fn age_originals(&mut self) {
        for original in &mut self.originals {
            original.marks |= IS_OF_EARLIER_ATTEMPT;
        }
    }

    /// The verdict on a copy is that on its original.
    pub(super) fn draft_of_copy(original: &Original) -> Draft {
        Draft {
            open_steps: original.open_steps,
            close_steps: original.close_steps,
            reset: original.reset,
            is_older: original.marks & IS_OLDER != 0,
            is_copy: true,
            ..Draft::default()
        }
    }
}
