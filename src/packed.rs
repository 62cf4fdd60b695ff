//! What was said of one segment, in twelve octets.
//!
//! Everything that the segment itself tells (flags, numbers, lengths) is left out: whoever asks again has the segment
//! again. X and Y are the connection's; what is kept is how often the numbers went round the circle since.

use crate::tcp::{
    Anomalies, Basis, Both, Connection, Numbers, Phase, Repeats, Reset, Segment, Seq, Side, State, Steps, Verdict,
};

/// Layers of TCP in one frame that can be told apart.
pub const LAYERS: u32 = 16;

/// Turns of the circle that fit: -TURNS_LIMIT < turns < TURNS_LIMIT, some 2 TiB.
const TURNS_LIMIT: i64 = 512;

/// A verdict, packed, with the connection it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Packed {
    /// The number of the connection in the tracker's store.
    pub connection: u32,
    low: u32,
    high: u32,
}

const _: () = assert!(size_of::<Packed>() == 12);

/// How often the numbers of a segment went round since X and Y, where that does not fit into [`Packed`].
#[derive(Clone, Copy, Debug)]
pub struct Turns {
    /// The segment's place in the order of all segments.
    pub ordinal: u32,
    /// The sequence number's turns.
    pub seq: i64,
    /// The acknowledgment number's turns.
    pub ack: i64,
}

/// Writes bit fields from the lowest bit on.
struct Writer {
    bits: u64,
    used: u32,
}

impl Writer {
    fn put(&mut self, value: u64, width: u32) {
        let mask = (1u64 << width).wrapping_sub(1);
        self.bits |= (value & mask) << self.used;
        self.used = self.used.wrapping_add(width);
    }

    fn flag(&mut self, value: bool) {
        self.put(u64::from(value), 1);
    }
}

/// Reads bit fields from the lowest bit on.
struct Reader(u64);

impl Reader {
    fn take(&mut self, width: u32) -> u64 {
        let value = self.0 & (1u64 << width).wrapping_sub(1);
        self.0 >>= width;
        value
    }

    fn flag(&mut self) -> bool {
        self.take(1) != 0
    }

    fn small(&mut self, width: u32) -> u8 {
        // At most 8 bits are ever asked for.
        self.take(width) as u8
    }

    fn one_of<T: Copy>(&mut self, all: &[T], width: u32) -> Option<T> {
        all.get(usize::from(self.small(width))).copied()
    }
}

/// Full turns in `offset`, beyond the distance that the two numbers in the headers tell.
fn turns(offset: Option<i64>) -> i64 {
    offset.unwrap_or(0) >> 32
}

const TURNS_WIDTH: u32 = 10;
const LAYER_WIDTH: u32 = 4;

impl Packed {
    /// Packs a verdict. Also gives the turns when they do not fit.
    pub fn new(connection: u32, layer: u32, ordinal: u32, verdict: &Verdict) -> (Packed, Option<Turns>) {
        let numbers = &verdict.numbers;
        let (seq, ack) = (turns(numbers.seq), turns(numbers.ack));
        let fits = |turns: i64| (-TURNS_LIMIT..TURNS_LIMIT).contains(&turns) && turns != -TURNS_LIMIT;
        let fit = fits(seq) && fits(ack);
        let (kept_seq, kept_ack) = if fit { (seq, ack) } else { (-TURNS_LIMIT, 0) };

        let mut w = Writer { bits: 0, used: 0 };
        w.flag(false); // whether the next one belongs to the same frame
        w.put(u64::from(layer), LAYER_WIDTH);
        w.flag(verdict.sender == Side::Server);
        w.put(u64::from(verdict.open_steps.bits()), 3);
        w.put(u64::from(verdict.close_steps.bits()), 4);
        w.flag(verdict.repeats.syn);
        w.flag(verdict.repeats.fin);
        w.flag(verdict.repeats.ack);
        w.put(verdict.phase as u64, 2);
        w.put(verdict.states.client as u64, 4);
        w.put(verdict.states.server as u64, 4);
        w.put(verdict.reset.map_or(7, |reset| reset as u64), 3);
        w.flag(verdict.ended);
        w.put(numbers.basis as u64, 2);
        w.flag(numbers.x_is_servers);
        w.flag(numbers.x.is_some());
        w.flag(numbers.y.is_some());
        w.put(u64::from(verdict.anomalies.bits()), 9);
        w.put(kept_seq.cast_unsigned(), TURNS_WIDTH);
        w.put(kept_ack.cast_unsigned(), TURNS_WIDTH);
        debug_assert!(w.used <= 64, "a field too many");
        let packed = Packed { connection, low: w.bits as u32, high: (w.bits >> 32) as u32 };
        (packed, (!fit).then_some(Turns { ordinal, seq, ack }))
    }

    /// The TCP layer of its frame.
    pub fn layer(&self) -> u32 {
        (self.low >> 1) & (LAYERS.wrapping_sub(1))
    }

    /// Whether the next segment in the order of all belongs to the same frame.
    pub fn has_sibling(&self) -> bool {
        self.low & 1 != 0
    }

    /// Notes that it does.
    pub fn set_sibling(&mut self) {
        self.low |= 1;
    }

    /// The verdict again. `segment` is the same one as at first; `long_turns` finds what did not fit.
    pub fn unpack(
        &self,
        ordinal: u32,
        connection: &Connection,
        segment: &Segment,
        long_turns: impl FnOnce(u32) -> Option<Turns>,
    ) -> Option<Verdict> {
        let mut r = Reader(u64::from(self.high) << 32 | u64::from(self.low));
        r.take(1_u32.wrapping_add(LAYER_WIDTH));
        let sender = if r.flag() { Side::Server } else { Side::Client };
        let open_steps = Steps::from_bits(r.small(3));
        let close_steps = Steps::from_bits(r.small(4));
        let repeats = Repeats { syn: r.flag(), fin: r.flag(), ack: r.flag() };
        let phase = r.one_of(&Phase::ALL, 2)?;
        let states = Both { client: r.one_of(&State::ALL, 4)?, server: r.one_of(&State::ALL, 4)? };
        let reset = r.one_of(&Reset::ALL, 3);
        let ended = r.flag();
        let basis = r.one_of(&Basis::ALL, 2)?;
        let x_is_servers = r.flag();
        let known = (r.flag(), r.flag());
        let anomalies = Anomalies::from_bits(r.take(9) as u16);
        let mut signed = || {
            let shift = 64_u32.wrapping_sub(TURNS_WIDTH);
            (r.take(TURNS_WIDTH) << shift).cast_signed() >> shift
        };
        let (mut seq_turns, mut ack_turns) = (signed(), signed());
        if seq_turns == -TURNS_LIMIT {
            let long = long_turns(ordinal)?;
            (seq_turns, ack_turns) = (long.seq, long.ack);
        }

        let (open, close) = connection.bases_at(ordinal);
        let [x, y] = match basis {
            Basis::Close => close,
            Basis::Open | Basis::FirstSeen => open,
        };
        let (x, y) = (known.0.then_some(x), known.1.then_some(y));
        let sender_has_x = (sender == Side::Server) == x_is_servers;
        let (own, peers) = if sender_has_x { (x, y) } else { (y, x) };
        let offset = |number: Seq, base: Option<u32>, turns: i64| {
            base.map(|base| i64::from(number.0.wrapping_sub(base)).wrapping_add(turns << 32))
        };
        let seq = offset(segment.seq, own, seq_turns);
        let ack = segment.acknowledgment().and_then(|ack| offset(ack, peers, ack_turns));
        let numbers = Numbers { basis, x_is_servers, x, y, seq, ack };
        Some(Verdict { sender, open_steps, close_steps, repeats, phase, states, reset, ended, numbers, anomalies })
    }
}
