//! What was said of one segment, in one word; and the words of a capture, each kept once.
//!
//! Everything that the segment itself tells (flags, numbers, lengths) is left out: whoever asks again has the segment
//! again. X and Y are the connection's; what is kept is how often the numbers went round the circle since. What is
//! left is the same for most segments, so a segment needs no more than the number of its word.

use std::collections::{BTreeMap, HashMap};

use crate::tcp::{
    Anomalies, Basis, Both, Connection, Heard, Numbers, Passing, Phase, Repeats, Reset, Segment, Seq, Side, State,
    Steps, Verdict,
};

/// A verdict in one word.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Packed(u64);

/// Turns of the circle that fit: -TURNS_LIMIT < turns < TURNS_LIMIT, some 4 TiB.
const TURNS_LIMIT: i64 = 1024;
const TURNS_WIDTH: u32 = 11;

/// How often the numbers of a segment went round since X and Y.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Turns {
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

impl Packed {
    /// Packs a verdict. Also gives the turns when they do not fit.
    pub fn new(verdict: &Verdict) -> (Packed, Option<Turns>) {
        let numbers = &verdict.numbers;
        let (seq, ack) = (turns(numbers.seq), turns(numbers.ack));
        let fits = |turns: i64| (-TURNS_LIMIT..TURNS_LIMIT).contains(&turns) && turns != -TURNS_LIMIT;
        let fit = fits(seq) && fits(ack);
        let (kept_seq, kept_ack) = if fit { (seq, ack) } else { (-TURNS_LIMIT, 0) };

        let mut w = Writer { bits: 0, used: 0 };
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
        (Packed(w.bits), (!fit).then_some(Turns { seq, ack }))
    }

    /// What it says, its numbers aside.
    fn read(self) -> Option<Said> {
        let mut r = Reader(self.0);
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
        let mut known = || r.flag().then_some(0);
        let numbers = Numbers { basis, x_is_servers, x: known(), y: known(), seq: None, ack: None };
        let anomalies = Anomalies::from_bits(r.take(9) as u16);
        let mut signed = || {
            let shift = 64_u32.wrapping_sub(TURNS_WIDTH);
            (r.take(TURNS_WIDTH) << shift).cast_signed() >> shift
        };
        let turns = Turns { seq: signed(), ack: signed() };
        let verdict =
            Verdict { sender, open_steps, close_steps, repeats, phase, states, reset, ended, numbers, anomalies };
        Some(Said { verdict, turns })
    }
}

/// A word as it is read: a verdict whose X and Y are there when they were known, whatever they are, and no more numbers.
#[derive(Clone, Copy, Debug)]
struct Said {
    verdict: Verdict,
    turns: Turns,
}

impl Said {
    /// Whether the segment performs or repeats a step, or is a RST.
    fn is_event(&self) -> bool {
        let verdict = &self.verdict;
        !verdict.open_steps.is_empty() || !verdict.close_steps.is_empty() || verdict.reset.is_some()
    }

    /// The verdict again. `segment`, with its `ordinal`, is the same one as at first; `long_turns` gives what did not
    /// fit.
    fn verdict(
        &self,
        ordinal: u64,
        connection: &Connection,
        segment: &Segment,
        long_turns: impl FnOnce() -> Option<Turns>,
    ) -> Option<Verdict> {
        let turns = if self.turns.seq == -TURNS_LIMIT { long_turns()? } else { self.turns };
        let mut verdict = self.verdict;
        let numbers = &mut verdict.numbers;
        let [x, y] = connection.bases_at(ordinal, numbers.basis == Basis::Close);
        numbers.x = numbers.x.map(|_| x);
        numbers.y = numbers.y.map(|_| y);
        let sender_has_x = (verdict.sender == Side::Server) == numbers.x_is_servers;
        let (own, peers) = if sender_has_x { (numbers.x, numbers.y) } else { (numbers.y, numbers.x) };
        let offset = |number: Seq, base: Option<u32>, turns: i64| {
            base.map(|base| i64::from(number.0.wrapping_sub(base)).wrapping_add(turns << 32))
        };
        numbers.seq = offset(segment.seq, own, turns.seq);
        numbers.ack = segment.acknowledgment().and_then(|ack| offset(ack, peers, turns.ack));
        Some(verdict)
    }
}

/// Octets of what `entries` of a map hold, about: a B-tree's nodes are two thirds full.
fn tree_memory(entries: usize, entry: usize) -> usize {
    entries.saturating_mul(entry).saturating_mul(3) / 2
}

/// The number of a word; past them, words are kept segment by segment.
const NUMBERS: usize = 0xffff;
const OWN_WORD: u16 = u16::MAX;

/// Words that are kept read as well, at eleven times the room.
const READ: usize = 256;

/// Words remembered by their last bits, so that most segments need no look-up.
const RECENT: usize = 64;

/// All words of a capture.
#[derive(Debug)]
pub struct Words {
    words: Vec<Packed>,
    /// The first of them, read: all that most captures have.
    said: Vec<Said>,
    numbers: HashMap<Packed, u16>,
    recent: [(Packed, u16); RECENT],
    /// The words of segments that do nothing, by [`Passing::key`]; a number is one more than the word's.
    passing: Box<[u16; Passing::KEYS]>,
    /// The words of single segments, by ordinal, when the numbers are used up.
    own: BTreeMap<u64, Packed>,
    /// Turns that fit into no word, by ordinal.
    turns: BTreeMap<u64, Turns>,
}

impl Default for Words {
    fn default() -> Self {
        Words {
            words: Vec::new(),
            said: Vec::new(),
            numbers: HashMap::new(),
            // No verdict has all bits set: none has state 15.
            recent: [(Packed(u64::MAX), 0); RECENT],
            passing: Box::new([0; Passing::KEYS]),
            own: BTreeMap::new(),
            turns: BTreeMap::new(),
        }
    }
}

impl Words {
    /// Keeps what was said of a segment and gives its number.
    #[inline]
    pub fn keep(&mut self, ordinal: u64, heard: &Heard) -> u16 {
        match heard {
            Heard::Judged(verdict) => self.keep_verdict(ordinal, verdict),
            Heard::Passing(passing) => {
                let kept = passing.key().and_then(|key| self.passing.get(key)?.checked_sub(1));
                kept.unwrap_or_else(|| self.keep_passing(ordinal, passing))
            }
        }
    }

    #[cold]
    fn keep_passing(&mut self, ordinal: u64, passing: &Passing) -> u16 {
        let number = self.keep_verdict(ordinal, &passing.verdict());
        if let Some(slot) = passing.key().and_then(|key| self.passing.get_mut(key))
            && number != OWN_WORD
        {
            *slot = number.saturating_add(1);
        }
        number
    }

    fn keep_verdict(&mut self, ordinal: u64, verdict: &Verdict) -> u16 {
        let (packed, turns) = Packed::new(verdict);
        if let Some(turns) = turns {
            self.turns.insert(ordinal, turns);
        }
        // Fibonacci hashing: the upper bits of the product depend on all of the word.
        let place = (packed.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as usize;
        if let Some(&(word, number)) = self.recent.get(place)
            && word == packed
        {
            return number;
        }
        let number = self.number(ordinal, packed);
        if number != OWN_WORD
            && let Some(slot) = self.recent.get_mut(place)
        {
            *slot = (packed, number);
        }
        number
    }

    fn number(&mut self, ordinal: u64, packed: Packed) -> u16 {
        if let Some(&number) = self.numbers.get(&packed) {
            return number;
        }
        match u16::try_from(self.words.len()) {
            Ok(number) if self.words.len() < NUMBERS => {
                if self.words.len() < READ
                    && self.said.len() == self.words.len()
                    && let Some(said) = packed.read()
                {
                    // All the room at once.
                    self.said.reserve(READ.saturating_sub(self.said.len()));
                    self.said.push(said);
                }
                self.words.push(packed);
                self.numbers.insert(packed, number);
                number
            }
            _ => {
                self.own.insert(ordinal, packed);
                OWN_WORD
            }
        }
    }

    /// Whether the verdict with this number is that of a segment with a step, or of a RST.
    pub fn is_event(&self, ordinal: u64, number: u16) -> Option<bool> {
        match self.said.get(usize::from(number)) {
            Some(said) => Some(said.is_event()),
            None => Some(self.read(ordinal, number)?.is_event()),
        }
    }

    /// The verdict with this number.
    #[inline]
    pub fn verdict(&self, ordinal: u64, number: u16, connection: &Connection, segment: &Segment) -> Option<Verdict> {
        let long_turns = || self.turns.get(&ordinal).copied();
        match self.said.get(usize::from(number)) {
            Some(said) => said.verdict(ordinal, connection, segment, long_turns),
            None => self.read(ordinal, number)?.verdict(ordinal, connection, segment, long_turns),
        }
    }

    /// Reads a word that is not kept read.
    #[cold]
    fn read(&self, ordinal: u64, number: u16) -> Option<Said> {
        let packed = match number {
            OWN_WORD => self.own.get(&ordinal),
            _ => self.words.get(usize::from(number)),
        };
        packed?.read()
    }

    /// Octets of memory held.
    pub fn memory(&self) -> usize {
        let words = self.words.capacity().saturating_mul(size_of::<Packed>());
        let said = self.said.capacity().saturating_mul(size_of::<Said>());
        let numbers = self.numbers.capacity().saturating_mul(size_of::<(Packed, u16)>());
        let own = tree_memory(self.own.len(), size_of::<(u64, Packed)>());
        let turns = tree_memory(self.turns.len(), size_of::<(u64, Turns)>());
        [words, said, numbers, own, turns].into_iter().fold(size_of_val(&*self.passing), usize::saturating_add)
    }
}
