//! What is said of one segment. It depends on the segments before it alone, and never changes afterwards.

use super::numbering::Basis;
use super::segment::{Flags, Kind, Segment};
use super::side::{Both, Side};
use super::state::State;

/// A set of the steps 1 to 4 of an opening or a closing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Steps(u8);

impl Steps {
    /// No step.
    pub const NONE: Steps = Steps(0);

    /// The set of bit 0 for step 1, bit 1 for step 2 and so on; higher bits than bit 3 are dropped.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Steps {
        Steps(bits & 0xf)
    }

    /// Bit 0 for step 1, bit 1 for step 2 and so on.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set of one step, 1 to 4; of any other number the empty set.
    #[must_use]
    pub const fn one(step: u8) -> Steps {
        match step {
            1 => Steps(1),
            2 => Steps(2),
            3 => Steps(4),
            4 => Steps(8),
            _ => Steps(0),
        }
    }

    /// Adds the steps of `other`.
    pub const fn add(&mut self, other: Steps) {
        self.0 |= other.0;
    }

    /// Whether this step is in the set.
    #[must_use]
    pub const fn has(self, step: u8) -> bool {
        self.0 & Steps::one(step).0 != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The steps, lowest first.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (1..=4).filter(move |&step| self.has(step))
    }
}

/// The part of the connection's life that a segment belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Phase {
    /// Up to and including the segment that completes the opening.
    Open,
    /// Between opening and closing.
    Data,
    /// From the first FIN up to and including the segment after which both FINs are acknowledged.
    Close,
    /// After that, or after the RST that ended the connection.
    Closed,
}

impl Phase {
    /// All phases, in the order of their numbers.
    pub const ALL: [Phase; 4] = [Phase::Open, Phase::Data, Phase::Close, Phase::Closed];

    /// `open`, `data`, `close`, `closed`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Phase::Open => "open",
            Phase::Data => "data",
            Phase::Close => "close",
            Phase::Closed => "closed",
        }
    }
}

/// What a RST did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Reset {
    /// The receiver would not accept it.
    Stray,
    /// A FIN was seen before it.
    AfterFin,
    /// The server's, before any SYN-ACK.
    Refused,
    /// Any other before the opening was complete or over.
    Handshake,
    /// Of an open connection.
    Abort,
}

impl Reset {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Reset; 5] = [Reset::Stray, Reset::AfterFin, Reset::Refused, Reset::Handshake, Reset::Abort];

    /// `stray`, `after-fin`, `refused`, `handshake`, `abort`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Reset::Stray => "stray",
            Reset::AfterFin => "after-fin",
            Reset::Refused => "refused",
            Reset::Handshake => "handshake",
            Reset::Abort => "abort",
        }
    }
}

/// Which of a segment's SYN, FIN and ACK were there before.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Repeats {
    /// A SYN or SYN-ACK with the same sequence number.
    pub syn: bool,
    /// A FIN with the same own sequence number.
    pub fin: bool,
    /// An acknowledgment that performed a step.
    pub ack: bool,
}

impl Repeats {
    /// Whether any of them repeats.
    #[must_use]
    pub const fn any(self) -> bool {
        self.syn || self.fin || self.ack
    }
}

/// What deserves attention and cannot be told from the other parts of a verdict: a set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Anomalies(u16);

impl Anomalies {
    /// A SYN-ACK that acknowledges neither X+1 nor the SYN's data.
    pub const SYNACK_WRONG_ACK: Anomalies = Anomalies(1);
    /// A client's ACK that fails to acknowledge Y+1 before step 3.
    pub const OPEN_ACK_WRONG: Anomalies = Anomalies(1 << 1);
    /// The SYN that crosses the peer's.
    pub const SIMULTANEOUS_OPEN: Anomalies = Anomalies(1 << 2);
    /// The segment that makes it a split handshake.
    pub const SPLIT_HANDSHAKE: Anomalies = Anomalies(1 << 3);
    /// The second FIN, sent before the first was acknowledged.
    pub const SIMULTANEOUS_CLOSE: Anomalies = Anomalies(1 << 4);
    /// The first segment of a connection of which no SYN and no SYN-ACK was seen before.
    pub const NOT_CAPTURED: Anomalies = Anomalies(1 << 5);
    /// New payload beyond the sender's own FIN.
    pub const DATA_AFTER_FIN: Anomalies = Anomalies(1 << 6);
    /// A FIN with another own sequence number than this side's first.
    pub const SECOND_FIN: Anomalies = Anomalies(1 << 7);
    /// The first segment of a connection whose endpoints had another one before.
    pub const PORT_REUSE: Anomalies = Anomalies(1 << 8);

    /// The set of the bits above; higher ones are dropped.
    #[must_use]
    pub const fn from_bits(bits: u16) -> Anomalies {
        Anomalies(bits & 0x1ff)
    }

    /// The bits above.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Adds those of `other`.
    pub const fn add(&mut self, other: Anomalies) {
        self.0 |= other.0;
    }

    /// Whether all of `other` are there.
    #[must_use]
    pub const fn has(self, other: Anomalies) -> bool {
        self.0 & other.0 == other.0
    }
}

/// The expressions of one segment's numbers: how far they are from the bases in force.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Numbers {
    /// Which X and Y are in force.
    pub basis: Basis,
    /// Whether X belongs to the server: it does when the server closed first.
    pub x_is_servers: bool,
    /// X, when it is known.
    pub x: Option<u32>,
    /// Y, when it is known.
    pub y: Option<u32>,
    /// The sequence number's distance from the sender's base, when that is known.
    pub seq: Option<i64>,
    /// The acknowledgment number's distance from the receiver's base, when there is one and that is known.
    pub ack: Option<i64>,
}

/// What is said of one segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// Who sent it.
    pub sender: Side,
    /// The steps of the opening that it performs or repeats.
    pub open_steps: Steps,
    /// The steps of the closing that it performs or repeats.
    pub close_steps: Steps,
    /// Which of its parts were there before.
    pub repeats: Repeats,
    /// The phase it belongs to.
    pub phase: Phase,
    /// The states of both endpoints after it.
    pub states: Both<State>,
    /// What it did, for a RST.
    pub reset: Option<Reset>,
    /// Whether it is the RST that ended the connection.
    pub ended: bool,
    /// Its numbers.
    pub numbers: Numbers,
    /// What deserves attention.
    pub anomalies: Anomalies,
}

/// The words of a role, in the order in which they are joined.
const ROLE_WORDS: [&str; 6] = ["SYN", "SYN-ACK", "OPEN-ACK", "FIN", "CLOSE-ACK", "RST"];

/// The parts of a role: bit i for word i of `SYN`, `SYN-ACK`, `OPEN-ACK`, `FIN`, `CLOSE-ACK`, `RST`.
#[must_use]
fn role_words(verdict: &Verdict, kind: Kind) -> u8 {
    let mut words = match kind {
        Kind::Syn => 1,
        Kind::SynAck => 1 << 1,
        Kind::Fin => 1 << 3,
        Kind::Rst => 1 << 5,
        Kind::Ack | Kind::Other => 0,
    };
    let open_ack = verdict.open_steps.has(2) || verdict.open_steps.has(3);
    if open_ack && !matches!(kind, Kind::Syn | Kind::SynAck) {
        words |= 1 << 2;
    }
    if verdict.close_steps.has(2) || verdict.close_steps.has(4) {
        words |= 1 << 4;
    }
    words
}

impl Verdict {
    /// The role as one word; given to `join` piece by piece: `FIN`, `+`, `CLOSE-ACK`.
    pub fn role(&self, segment: &Segment, mut join: impl FnMut(&'static str)) {
        let kind = segment.kind();
        let words = role_words(self, kind);
        if words == 0 {
            join(match kind {
                Kind::Other => "OTHER",
                _ if segment.payload_len > 0 => "DATA",
                _ => "ACK",
            });
            return;
        }
        let mut first = true;
        for (bit, word) in ROLE_WORDS.iter().enumerate() {
            if words & (1 << bit) != 0 {
                if !first {
                    join("+");
                }
                join(word);
                first = false;
            }
        }
    }

    /// Whether the connection had ended before it.
    #[must_use]
    pub fn is_after_end(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// Whether the flags are such that they deserve a warning: role OTHER, or RST with FIN.
    #[must_use]
    pub fn bad_flags(segment: &Segment) -> bool {
        match segment.kind() {
            Kind::Other => true,
            Kind::Rst => segment.flags.has(Flags::FIN),
            Kind::Syn | Kind::SynAck | Kind::Ack | Kind::Fin => false,
        }
    }
}
