//! What is remembered of one end: plain numbers, each in a field of its own.

use bitflags::bitflags;

use crate::segment::{Position, Segment, Seq, SynOptions};

/// Its sender gives up: it has sent a segment so often, and no ACK took anything of it.
pub(super) const GIVES_UP_AFTER: u8 = 3;

/// A position that may not be known, in eight bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct MaybePosition(Position);

impl MaybePosition {
    /// Not known. No segment gets there: 2^31 turns of the circle are needed.
    pub const NONE: MaybePosition = MaybePosition(Position::LEAST);

    /// The position, when it is known.
    #[inline(always)]
    pub fn get(self) -> Option<Position> {
        (self.0 != Position::LEAST).then_some(self.0)
    }

    /// Sets the position.
    #[inline(always)]
    pub fn set(&mut self, position: Position) {
        self.0 = position;
    }

    /// Sets the position, where this one lies past what is known.
    #[inline(always)]
    pub fn raise(&mut self, position: Position) {
        // What is not known lies before all that is.
        if position > self.0 {
            self.0 = position;
        }
    }
}

bitflags! {
    /// What is true of an end.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub(super) struct Facts: u16 {
        /// A segment of it was captured, of whatever kind.
        const SEEN = 1;
        /// One without RST was.
        const SPOKE = 1 << 1;
        /// It sent a segment with ACK in this attempt.
        const SENT_ACK = 1 << 2;
        /// Its first FIN was acknowledged.
        const FIN_ACKED = 1 << 3;
        /// It has repeated that FIN since: the acknowledgment did not reach it.
        const FIN_BACK = 1 << 4;
        /// It repeated its FIN, and nobody acknowledged it since.
        const FIN_UNANSWERED = 1 << 5;
        /// The peer repeated a SYN-ACK that this end has not answered since.
        const OWES_SYN_ACK = 1 << 6;
        /// The peer repeated a FIN that this end has not answered since.
        const OWES_FIN = 1 << 7;
        /// The peer's RST asks for a challenge ACK.
        const OWES_CHALLENGE = 1 << 8;
        /// Its SYN was acknowledged, where both ends sent one.
        const SYN_ACKED = 1 << 9;
        /// The peer has sent nothing new since the ACK of this end that performed a step of the handshake.
        const OPEN_ACK_FRESH = 1 << 10;
        /// The same of the teardown.
        const CLOSE_ACK_FRESH = 1 << 11;
        /// It has sent something else than a SYN-ACK since step 3.
        const WENT_ON_SINCE = 1 << 12;
        /// What it sent last without an answer was a keep-alive.
        const KEEP_ALIVE = 1 << 13;
        /// A SYN or a SYN-ACK of it was captured, in any attempt.
        const SENT_SYN = 1 << 14;
        /// Its first acceptable SYN-ACK was repeated before step 3.
        const SYN_ACK_REPEATED = 1 << 15;
    }
}

/// The numbers of an end that may not be known. They lie on the circle: how often they went round it, a [`Position`] tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Number {
    /// The sequence number of its first segment in this attempt.
    First,
    /// The number after the last one it used: its *highest*.
    Next,
    /// The highest acknowledgment it sent.
    Acked,
    /// The highest right window edge it offered.
    Edge,
    /// The number of its SYN without ACK.
    Syn,
    /// The number of its last acceptable SYN-ACK.
    SynAck,
}

impl Number {
    /// How many there are.
    const COUNT: usize = 6;
}

/// One end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Endpoint {
    /// Its base in handshake and data.
    pub handshake_base: MaybePosition,
    /// The highest number seen of it: other numbers are unwrapped to the position nearest to it.
    pub mark: MaybePosition,
    /// The highest number after a byte of its payload.
    pub payload_end: MaybePosition,
    /// Its numbers, in the order of [`Number`]; and a bit for each that is known.
    numbers: [Seq; Number::COUNT],
    known: u8,
    /// The options of its last SYN or SYN-ACK that counts.
    pub options: Option<SynOptions>,
    /// The window of its last SYN or acceptable SYN-ACK.
    pub syn_window: u16,
    pub facts: Facts,
    /// The hop count of its last segment without RST.
    pub hops: Option<u8>,
    /// How often the first byte that the peer has not acknowledged was sent.
    pub tries: u8,
}

impl Default for Endpoint {
    fn default() -> Self {
        Endpoint {
            handshake_base: MaybePosition::NONE,
            mark: MaybePosition::NONE,
            payload_end: MaybePosition::NONE,
            numbers: [Seq(0); Number::COUNT],
            known: 0,
            options: None,
            syn_window: 0,
            facts: Facts::default(),
            hops: None,
            tries: 0,
        }
    }
}

impl Endpoint {
    /// Whether all of these are true.
    #[inline(always)]
    pub fn is(&self, fact: Facts) -> bool {
        self.facts.contains(fact)
    }

    /// These are true from now on.
    pub fn learn(&mut self, fact: Facts) {
        self.facts.insert(fact);
    }

    /// These are true no longer.
    pub fn unlearn(&mut self, fact: Facts) {
        self.facts.remove(fact);
    }

    /// One of its numbers, when it is known.
    #[inline(always)]
    fn get(&self, number: Number) -> Option<Seq> {
        let is_known = self.known & 1 << number as u8 != 0;
        self.numbers.get(number as usize).copied().filter(|_| is_known)
    }

    /// Sets one of its numbers.
    #[inline(always)]
    pub fn set(&mut self, number: Number, seq: Seq) {
        if let Some(known) = self.numbers.get_mut(number as usize) {
            *known = seq;
            self.known |= 1 << number as u8;
        }
    }

    /// Sets one of its numbers, where this one is later than what is known.
    #[inline(always)]
    pub fn raise(&mut self, number: Number, seq: Seq) {
        match self.known_mut(number) {
            Some(known) => *known = known.later(seq),
            None => self.set(number, seq),
        }
    }

    /// Whether its [`Number::Next`], [`Number::Acked`] and [`Number::Edge`] are known.
    #[inline(always)]
    pub fn knows_window(&self) -> bool {
        const ALL: u8 = 1 << Number::Next as u8 | 1 << Number::Acked as u8 | 1 << Number::Edge as u8;
        self.known & ALL == ALL
    }

    #[inline(always)]
    fn known_mut(&mut self, number: Number) -> Option<&mut Seq> {
        let is_known = self.known & 1 << number as u8 != 0;
        self.numbers.get_mut(number as usize).filter(|_| is_known)
    }

    /// [`Number::First`].
    #[inline(always)]
    pub fn first(&self) -> Option<Seq> {
        self.get(Number::First)
    }

    /// [`Number::Next`].
    #[inline(always)]
    pub fn next(&self) -> Option<Seq> {
        self.get(Number::Next)
    }

    /// [`Number::Acked`].
    #[inline(always)]
    pub fn acked(&self) -> Option<Seq> {
        self.get(Number::Acked)
    }

    /// [`Number::Edge`].
    #[inline(always)]
    pub fn edge(&self) -> Option<Seq> {
        self.get(Number::Edge)
    }

    /// [`Number::Syn`].
    #[inline(always)]
    pub fn syn(&self) -> Option<Seq> {
        self.get(Number::Syn)
    }

    /// [`Number::SynAck`].
    #[inline(always)]
    pub fn syn_ack(&self) -> Option<Seq> {
        self.get(Number::SynAck)
    }

    /// The number that its handshake and data are counted from.
    #[inline]
    pub fn base(&self) -> Option<Seq> {
        self.handshake_base.get().map(Position::seq)
    }

    /// The position of one of its numbers. The first one ever asked for starts the count.
    #[inline(always)]
    pub fn position_of(&self, number: Seq) -> Position {
        self.mark.get().map_or(Position::first(number), |mark| mark.nearest(number))
    }

    /// A number of it was seen, in its own segment or in an acknowledgment.
    #[inline(always)]
    pub fn saw(&mut self, position: Position) {
        self.mark.raise(position);
    }

    /// Bytes of payload by number in this attempt.
    pub fn bytes(&self, is_captured: bool) -> u64 {
        let Some(end) = self.payload_end.get() else { return 0 };
        let base = if is_captured { self.handshake_base.get().map(|base| base.advance(1)) } else { None };
        let Some(start) = base.or(self.first().map(|first| end.nearest(first))) else { return 0 };
        u64::try_from(end.offset_from(start)).unwrap_or(0)
    }

    /// Whether a segment of at most one byte is a keep-alive (RFC 9293 §3.8.4): it asks for an acknowledgment of what was
    /// acknowledged.
    #[inline(always)]
    pub fn is_probe(&self, segment: &Segment, taken: Option<Seq>) -> bool {
        self.is(Facts::SENT_ACK)
            && self.next().is_some_and(|next| segment.seq == next.back(1) && taken.is_none_or(|taken| taken == next))
    }

    /// Counts how often the first byte that the peer has not acknowledged was sent.
    #[inline(always)]
    pub fn count_try(&mut self, segment: &Segment, taken: Option<Seq>) {
        let Some(waiting) = taken.or(self.first()) else { return };
        let len = segment.payload_len.wrapping_add(u32::from(segment.flags.has(crate::segment::Flags::FIN)));
        if len > 0 && waiting.is_within(segment.seq, len.wrapping_sub(1)) {
            self.count_one_more(false);
        } else if len <= 1 && self.is_probe(segment, taken) {
            self.count_one_more(true);
        }
    }

    /// Keep-alives and what else is sent are counted apart, until one of them is enough for giving up.
    #[inline(always)]
    fn count_one_more(&mut self, is_probe: bool) {
        if self.is(Facts::KEEP_ALIVE) != is_probe && self.tries < GIVES_UP_AFTER {
            self.tries = 0;
        }
        self.tries = self.tries.saturating_add(1);
        self.facts.set(Facts::KEEP_ALIVE, is_probe);
    }
}
