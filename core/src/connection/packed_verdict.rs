//! A verdict in eight bytes. Its numbers are computed again from the segment and the connection's bases. How often an offset
//! goes round the circle takes four bits here. Where that is not enough, the tracker keeps it ([`Turns`]).

use strum::VariantArray;

use super::Connection;
use super::state::State;
use super::verdict::{Anomalies, Basis, Numbers, Phase, Repeats, Reset, Steps, Verdict};
use crate::segment::{Both, End, Ends, Segment, Seq, Side};

/// How often each offset of a segment goes round the circle: the upper half of the signed number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Turns {
    /// Of the sequence number's.
    pub seq: i32,
    /// Of the acknowledgment number's.
    pub ack: i32,
}

/// A verdict without the numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub struct PackedVerdict(u64);

/// A bit field: where it begins, and how many bits it has.
#[derive(Clone, Copy)]
struct Part(u32, u32);

const SENDER: Part = Part(0, 1);
const OPEN_STEPS: Part = Part(1, 3);
const CLOSE_STEPS: Part = Part(4, 4);
const REPEATS: Part = Part(8, 3);
const COPY: Part = Part(11, 1);
const OLDER: Part = Part(12, 1);
const PHASE: Part = Part(13, 2);
const CLIENT_STATE: Part = Part(15, 4);
const SERVER_STATE: Part = Part(19, 4);
/// 0: none.
const RESET: Part = Part(23, 4);
const ENDED: Part = Part(27, 1);
const BASIS: Part = Part(28, 2);
const X_IS_SENDERS: Part = Part(30, 1);
const X_KNOWN: Part = Part(31, 1);
const Y_KNOWN: Part = Part(32, 1);
const SEQ_TURN: Part = Part(33, 4);
const ACK_TURN: Part = Part(37, 4);
const ANOMALIES: Part = Part(41, 19);

/// In place of a number of turns that is kept elsewhere: -8.
const ELSEWHERE: u64 = 8;

impl PackedVerdict {
    /// Says nothing.
    pub(super) const EMPTY: PackedVerdict = PackedVerdict(0);

    const fn get(self, part: Part) -> u64 {
        self.0 >> part.0 & !(u64::MAX << part.1)
    }

    const fn with(self, part: Part, value: u64) -> PackedVerdict {
        PackedVerdict(self.0 | (value & !(u64::MAX << part.1)) << part.0)
    }

    const fn has(self, part: Part) -> bool {
        self.get(part) != 0
    }

    /// Packs a verdict; gives the turns too, where they do not fit.
    #[must_use]
    pub fn new(verdict: &Verdict) -> (PackedVerdict, Option<Turns>) {
        let repeats = verdict.repeats;
        let repeats = u64::from(repeats.syn) | u64::from(repeats.fin) << 1 | u64::from(repeats.ack) << 2;
        let packed = PackedVerdict::EMPTY
            .with(SENDER, u64::from(verdict.sender == Side::Server))
            .with(OPEN_STEPS, u64::from(verdict.open_steps.bits()))
            .with(CLOSE_STEPS, u64::from(verdict.close_steps.bits()))
            .with(REPEATS, repeats)
            .with(COPY, u64::from(verdict.is_copy))
            .with(OLDER, u64::from(verdict.is_older))
            .with(PHASE, verdict.phase as u64)
            .with(CLIENT_STATE, verdict.states.client as u64)
            .with(SERVER_STATE, verdict.states.server as u64)
            .with(RESET, verdict.reset.map_or(0, |reset| (reset as u64).wrapping_add(1)))
            .with(ENDED, u64::from(verdict.ended))
            .with(BASIS, verdict.numbers.basis as u64)
            .with(X_IS_SENDERS, u64::from(verdict.numbers.x_is_senders))
            .with(X_KNOWN, u64::from(verdict.numbers.x.is_some()))
            .with(Y_KNOWN, u64::from(verdict.numbers.y.is_some()))
            .with(ANOMALIES, u64::from(verdict.anomalies.bits()));
        packed.with_offsets(verdict.numbers.seq.unwrap_or(0), verdict.numbers.ack.unwrap_or(0))
    }

    /// Adds how often the offsets go round the circle.
    #[inline(always)]
    pub(super) fn with_offsets(self, seq: i64, ack: i64) -> (PackedVerdict, Option<Turns>) {
        let (seq_turn, ack_turn) = (seq >> 32, ack >> 32);
        let fits = |turn: i64| (-7..8).contains(&turn);
        if fits(seq_turn) && fits(ack_turn) {
            return (self.with(SEQ_TURN, seq_turn.cast_unsigned()).with(ACK_TURN, ack_turn.cast_unsigned()), None);
        }
        // The upper half of an i64 fits into an i32.
        let narrow = |turn: i64| i32::try_from(turn).unwrap_or(0);
        let turns = Turns { seq: narrow(seq_turn), ack: narrow(ack_turn) };
        (self.with(SEQ_TURN, ELSEWHERE).with(ACK_TURN, ELSEWHERE), Some(turns))
    }

    /// The same of a segment of the other end, as far as it depends on who sent it.
    #[must_use]
    #[inline(always)]
    pub(super) const fn of_peer(self) -> PackedVerdict {
        PackedVerdict(self.0 ^ (1 << SENDER.0 | 1 << X_IS_SENDERS.0))
    }

    /// Whether the segment performs or repeats a step, is a RST or a copy, or shows something of which a sentence speaks:
    /// the Info column has something to say of the first three alone.
    #[must_use]
    #[inline(always)]
    pub const fn is_eventful(self) -> bool {
        const EVENTFUL: u64 = 0b111 << OPEN_STEPS.0 | 0b1111 << CLOSE_STEPS.0 | 0b1111 << RESET.0;
        self.0 & EVENTFUL != 0
    }

    /// Whether it is a RST that is no copy: more is said of it elsewhere.
    #[must_use]
    pub const fn has_detail(self) -> bool {
        self.has(RESET) && !self.has(COPY)
    }

    /// Whether it is a challenged RST.
    #[must_use]
    pub fn is_challenged(self) -> bool {
        self.get(RESET) == (Reset::Challenged as u64).wrapping_add(1)
    }

    /// Who sent the segment, as was thought when it came.
    #[must_use]
    pub const fn sender(self) -> Side {
        if self.has(SENDER) { Side::Server } else { Side::Client }
    }

    /// Unpacks the verdict on a segment of a connection with this ordinal, sent by an end. `turns` gives what did not fit.
    #[must_use]
    pub fn verdict(
        self,
        ordinal: u64,
        connection: &Connection,
        from: End,
        segment: &Segment,
        turns: impl FnOnce() -> Option<Turns>,
    ) -> Verdict {
        let repeats = self.get(REPEATS);
        let basis = self.variant(BASIS, Basis::FirstSeen);
        let bases = connection.bases_at(ordinal, basis == Basis::Teardown);
        Verdict {
            sender: self.sender(),
            open_steps: Steps::from_bits(self.byte(OPEN_STEPS)),
            close_steps: Steps::from_bits(self.byte(CLOSE_STEPS)),
            repeats: Repeats { syn: repeats & 1 != 0, fin: repeats & 2 != 0, ack: repeats & 4 != 0 },
            is_copy: self.has(COPY),
            is_older: self.has(OLDER),
            phase: self.variant(PHASE, Phase::Data),
            states: Both {
                client: self.variant(CLIENT_STATE, State::Closed),
                server: self.variant(SERVER_STATE, State::Closed),
            },
            reset: self.byte(RESET).checked_sub(1).and_then(|index| Reset::VARIANTS.get(usize::from(index)).copied()),
            ended: self.has(ENDED),
            numbers: self.numbers(basis, bases, from, segment, self.turns(turns)),
            anomalies: Anomalies::from_bits_truncate(u32::try_from(self.get(ANOMALIES)).unwrap_or(0)),
        }
    }

    fn byte(self, part: Part) -> u8 {
        u8::try_from(self.get(part)).unwrap_or(0)
    }

    fn variant<T: VariantArray + Copy>(self, part: Part, otherwise: T) -> T {
        T::VARIANTS.get(usize::from(self.byte(part))).copied().unwrap_or(otherwise)
    }

    /// How often the offsets go round the circle; asks for it only where it did not fit.
    fn turns(self, elsewhere: impl FnOnce() -> Option<Turns>) -> Turns {
        if self.get(SEQ_TURN) == ELSEWHERE {
            return elsewhere().unwrap_or_default();
        }
        // Sign extension of four bits.
        let turn = |part: Part| (i32::try_from(self.get(part)).unwrap_or(0) << 28) >> 28;
        Turns { seq: turn(SEQ_TURN), ack: turn(ACK_TURN) }
    }

    fn numbers(self, basis: Basis, bases: Ends<Seq>, from: End, segment: &Segment, turns: Turns) -> Numbers {
        let x_is_senders = self.has(X_IS_SENDERS);
        let x_end = if x_is_senders { from } else { from.peer() };
        let is_known = |end: End| if end == x_end { self.has(X_KNOWN) } else { self.has(Y_KNOWN) };
        let offset = |end: End, number: Seq, turn: i32| {
            let low = i64::from(number.0.wrapping_sub(bases[end].0));
            is_known(end).then_some(i64::from(turn) << 32 | low)
        };
        Numbers {
            basis,
            x_is_senders,
            x: self.has(X_KNOWN).then_some(bases[x_end].0),
            y: self.has(Y_KNOWN).then_some(bases[x_end.peer()].0),
            seq: offset(from, segment.seq, turns.seq),
            ack: segment.acknowledgment().and_then(|ack| offset(from.peer(), ack, turns.ack)),
        }
    }
}
