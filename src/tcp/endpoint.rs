//! The numbers remembered of one side. Most of them are the same number under several names (an ISN is a base, a FIN ends
//! the payload), so a side keeps a few numbers, and for each name which of them it stands for.

use super::segment::{Flags, Segment, SynOptions};
use super::seq::Seq;
use super::verdict::Steps;

/// What a number of one side is. RST and `OTHER` segments leave all but the last three alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Name {
    /// Its base in opening and data; a position.
    OpenBase,
    /// Its base from the first FIN on; a position.
    CloseBase,
    /// Where its payload after the peer's first FIN starts; a position.
    HalfClose,
    /// The highest number seen of it, which its other numbers unwrap against; a position.
    Mark,
    /// The highest number after an octet of its payload; a position.
    PayloadEnd,
    /// The number after the last one it used.
    Next,
    /// The highest acknowledgment it sent.
    Acked,
    /// The highest right window edge it offered.
    Edge,
    /// The sequence number of its first segment.
    First,
    /// The number of its SYN without ACK.
    Syn,
    /// The number of its last SYN-ACK.
    SynAck,
    /// The own number of its first FIN.
    Fin,
    /// The Seq of its last ACK that performed a step.
    StepSeq,
    /// The Ack of that one.
    StepAck,
    /// The number of its last SYN or SYN-ACK, for Zeek's letters.
    LetterSyn,
    /// That of its last FIN.
    LetterFin,
    /// That of its last RST.
    LetterRst,
}

pub(super) const NAMES: usize = 17;
pub(super) const POSITIONS: usize = 5;
/// The names from this one up to `Edge` move with every other segment, and have a number each.
const FIRST_MOVING: usize = Name::Mark as usize;
const MOVING: usize = 5;
/// Numbers that the other names of a side share.
const SHARED: usize = 4;

/// Where the number of a name is: three bits.
pub(super) const UNKNOWN: u8 = 0;
/// In the shared number 0, and so on; a moving name has its own number.
const KEPT: u8 = 1;
/// In the rare part.
pub(super) const RARE: u8 = 7;
const PLACE_WIDTH: u32 = 3;

/// The place bits of a name.
const fn bits(name: Name, place: u8) -> u64 {
    (place as u64) << (name as u32).wrapping_mul(PLACE_WIDTH)
}

/// The lowest bit of the place of each name that shares numbers: of all but the moving ones.
const SHARING: u64 = {
    let mut all = 0;
    let mut name = 0;
    while name < NAMES {
        if name < FIRST_MOVING || name >= FIRST_MOVING + MOVING {
            all |= 1 << (name as u32 * PLACE_WIDTH);
        }
        name += 1;
    }
    all
};

/// Whether a name that shares numbers has this place.
const fn is_shared(places: u64, place: u8) -> bool {
    // The three bits of a name that has it are zero here.
    let others = places ^ SHARING.wrapping_mul(place as u64);
    (others | others >> 1 | others >> 2) & SHARING != SHARING
}

/// What is known of the sender in the midst of an open connection, and what is not.
pub(super) const STEADY_KNOWN: u64 =
    bits(Name::Mark, KEPT) | bits(Name::Next, KEPT) | bits(Name::Acked, KEPT) | bits(Name::Edge, KEPT);
pub(super) const STEADY_UNKNOWN: u64 = STEPS | 1 << Fact::OwesSynAck as u8 | 1 << Fact::OwesFin as u8;
/// All place bits of the sender's first number, which is somewhere.
pub(super) const FIRST: u64 = bits(Name::First, 7);
/// The places of an ACK that performed a step.
pub(super) const STEPS: u64 = bits(Name::StepSeq, 7) | bits(Name::StepAck, 7);

/// Something that is so of one side or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Fact {
    /// A segment of it was captured.
    Seen = 60,
    /// Its first FIN was acknowledged.
    FinAcked,
    /// The peer repeated a SYN-ACK that this side has not answered since.
    OwesSynAck,
    /// The peer repeated a FIN that this side has not answered since.
    OwesFin,
}

/// An ACK that performed a step, to know it again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StepAck {
    pub(super) seq: Seq,
    pub(super) ack: Seq,
    pub(super) payload_len: u32,
    pub(super) window: u16,
    pub(super) flags: u16,
    /// The steps of the opening that it performed.
    pub open_steps: Steps,
    /// The steps of the closing that it performed.
    pub close_steps: Steps,
}

impl StepAck {
    /// The ACK of this segment.
    pub fn of(segment: &Segment, open_steps: Steps, close_steps: Steps) -> StepAck {
        StepAck {
            seq: segment.seq,
            ack: segment.ack,
            payload_len: segment.payload_len,
            window: segment.window,
            flags: segment.flags.0 & Flags::ALL.0,
            open_steps,
            close_steps,
        }
    }

    /// Whether the segment's ACK is this one again.
    pub fn is_again(&self, segment: &Segment) -> bool {
        *self == StepAck::of(segment, self.open_steps, self.close_steps)
    }
}

/// What a segment that only moves numbers on says: the bases, and how far its Seq and Ack are past them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moved {
    /// The sender's base.
    pub own_base: Seq,
    /// The receiver's.
    pub peer_base: Seq,
    /// From the sender's base to the Seq.
    pub seq: i64,
    /// From the receiver's base to the Ack.
    pub ack: i64,
}

/// One side.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, packed(4))]
pub(super) struct Endpoint {
    /// The place of each name, and the facts.
    pub(super) places: u64,
    moving: [u32; MOVING],
    shared: [u32; SHARED],
    pub(super) options: PackedOptions,
    pub(super) step_window: u16,
    /// Flags, then the steps of the opening, then those of the closing.
    pub(super) step_flags: u16,
}

const _: () = assert!(size_of::<Endpoint>() == 52);
const _: () = assert!(NAMES as u32 * PLACE_WIDTH <= Fact::Seen as u32);

impl Endpoint {
    #[inline]
    fn shift(name: Name) -> u32 {
        u32::from(name as u8).wrapping_mul(PLACE_WIDTH)
    }

    #[inline]
    pub(super) fn place(&self, name: Name) -> u8 {
        (self.places >> Endpoint::shift(name)) as u8 & 7
    }

    #[inline]
    pub(super) fn set_place(&mut self, name: Name, place: u8) {
        let shift = Endpoint::shift(name);
        self.places = self.places & !(7 << shift) | u64::from(place) << shift;
    }

    #[inline]
    fn moving_index(name: Name) -> usize {
        (name as usize).wrapping_sub(FIRST_MOVING)
    }

    /// Moves the numbers of a sender on for a segment that is wholly in the first turn of the circle, as are all numbers
    /// known of both sides. None, with nothing changed, where one is not, or is not kept here.
    #[inline]
    pub(super) fn move_on(&mut self, peer: &mut Endpoint, segment: &Segment, window_shift: u8) -> Option<Moved> {
        // Ahead of the mark or behind it on the circle, as in plain numbers: else it lies in another turn.
        let same_turn = |number: Seq, mark: u32| (number.0 >= mark) == number.is_at_or_past(Seq(mark));
        let own_base = self.get(Name::OpenBase)?;
        let peer_base = peer.get(Name::OpenBase)?;
        let peer_mark = peer.get(Name::Mark)?;
        let has_payload_end = self.place(Name::PayloadEnd) == KEPT;
        let [mark, payload_end, next, acked, edge] = &mut self.moving;
        let end = segment.seq.0.checked_add(segment.payload_len)?;
        if !same_turn(segment.seq, *mark) || !same_turn(segment.ack, peer_mark) {
            return None;
        }
        *mark = end.max(*mark);
        let [highest, ..] = &mut peer.moving;
        *highest = segment.ack.0.max(peer_mark);
        *next = Seq(*next).later(Seq(end)).0;
        *acked = Seq(*acked).later(segment.ack).0;
        *edge = Seq(*edge).later(segment.ack.advance(u32::from(segment.window) << window_shift)).0;
        if segment.payload_len > 0 {
            *payload_end = if has_payload_end { end.max(*payload_end) } else { end };
            self.set_place(Name::PayloadEnd, KEPT);
            // After something new of the peer, the same ACK again is an answer.
            peer.places &= !STEPS;
        }
        let offset = |number: Seq, base: u32| i64::from(number.0).wrapping_sub(i64::from(base));
        Some(Moved {
            own_base: Seq(own_base),
            peer_base: Seq(peer_base),
            seq: offset(segment.seq, own_base),
            ack: offset(segment.ack, peer_base),
        })
    }

    /// The number of a name; none also when it is in the rare part.
    #[inline]
    pub(super) fn get(&self, name: Name) -> Option<u32> {
        let place = self.place(name);
        if place == UNKNOWN {
            return None;
        }
        match self.moving.get(Endpoint::moving_index(name)) {
            Some(number) => Some(*number),
            None => self.shared.get(usize::from(place.wrapping_sub(KEPT))).copied(),
        }
    }

    /// Keeps the number of a name; false when there is no room for it.
    #[inline]
    pub(super) fn keep(&mut self, name: Name, number: u32) -> bool {
        match self.moving.get_mut(Endpoint::moving_index(name)) {
            Some(own) => {
                *own = number;
                self.set_place(name, KEPT);
                true
            }
            None => self.share(name, number),
        }
    }

    /// Keeps the number of a name that has none of its own.
    fn share(&mut self, name: Name, number: u32) -> bool {
        if self.get(name) == Some(number) {
            return true;
        }
        self.set_place(name, UNKNOWN);
        let mut free = RARE;
        for (&kept, place) in self.shared.iter().zip(KEPT..) {
            if !is_shared(self.places, place) {
                free = free.min(place);
            } else if kept == number {
                self.set_place(name, place);
                return true;
            }
        }
        self.set_place(name, free);
        match self.shared.get_mut(usize::from(free.wrapping_sub(KEPT))) {
            Some(own) => {
                *own = number;
                true
            }
            None => false,
        }
    }
}

/// The options of a SYN in one word: MSS, window scale, and bits that say which of them there are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PackedOptions(u32);

impl PackedOptions {
    pub(super) fn new(options: SynOptions) -> PackedOptions {
        let bits = [
            true,
            options.mss.is_some(),
            options.window_scale.is_some(),
            options.sack,
            options.timestamps,
            options.fast_open,
            options.multipath,
            options.ecn,
        ];
        let bits = bits.into_iter().zip(0u32..).fold(0u32, |all, (bit, shift)| all | u32::from(bit) << shift);
        let mss = u32::from(options.mss.unwrap_or(0));
        let window_scale = u32::from(options.window_scale.unwrap_or(0));
        PackedOptions(bits | window_scale << 8 | mss << 16)
    }

    fn bit(self, shift: u32) -> bool {
        self.0 >> shift & 1 != 0
    }

    pub(super) fn window_scale(self) -> Option<Option<u8>> {
        self.bit(0).then_some(self.bit(2).then_some((self.0 >> 8) as u8))
    }

    pub(super) fn unpack(self) -> Option<SynOptions> {
        let bit = |shift: u32| self.bit(shift);
        Some(SynOptions {
            mss: bit(1).then_some((self.0 >> 16) as u16),
            window_scale: self.window_scale()?,
            sack: bit(3),
            timestamps: bit(4),
            fast_open: bit(5),
            multipath: bit(6),
            ecn: bit(7),
        })
    }
}
