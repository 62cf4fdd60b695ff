//! The verdict on one segment. It depends on the segments before it alone, and never changes afterwards.

use bitflags::bitflags;
use strum::{IntoStaticStr, VariantArray};

use super::state::State;
use crate::segment::{Both, Flags, Kind, Segment, Side};

/// A set of the steps 1 to 4 of a handshake or a teardown.
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
#[derive(Clone, Copy, PartialEq, Eq, Debug, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
#[repr(u8)]
pub enum Phase {
    /// Up to and including the segment that completes the handshake.
    Handshake,
    /// Between handshake and teardown.
    Data,
    /// From the first FIN up to and including the segment after which both FINs are acknowledged.
    Teardown,
    /// After that, or after the RST that ended the connection.
    Closed,
}

impl Phase {
    /// The word shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What a RST is (SPEC section 7): the first that holds, in this order but for the last three.
#[derive(Clone, Copy, PartialEq, Eq, Debug, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
#[repr(u8)]
pub enum Reset {
    /// It comes after a RST that ended the connection.
    Late,
    /// Its receiver does not accept it.
    Stray,
    /// It is in the receiver's window without an exact match: the receiver asks for one (RFC 9293 §3.10.7.4).
    Challenged,
    /// It answers a segment of a connection that its sender does not have.
    NoConnection,
    /// A FIN was seen before it.
    AfterFin,
    /// The server's, before any acceptable SYN-ACK.
    Refused,
    /// Any other before the handshake was complete or over.
    Handshake,
    /// Of an open connection.
    Abort,
}

impl Reset {
    /// The word shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Why a RST was sent, as far as the segments before it tell (SPEC section 7): the first that holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
#[repr(u8)]
pub enum Cause {
    /// It refuses the SYN.
    RefusesSyn,
    /// It answers an acknowledgment that its sender cannot accept.
    RejectsAck,
    /// Its sender has no such connection, or no longer.
    UnknownConnection,
    /// What its sender sent three times or more was never taken.
    GaveUp,
    /// Its own next number: the application or its host ends the connection.
    Aborts,
}

impl Cause {
    /// The word shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What else is said of a RST.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ResetDetail {
    /// Why it was sent.
    pub cause: Option<Cause>,
    /// The frame of the segment that it answers; 0: none.
    pub answers: u32,
    /// Nanoseconds of silence before it, or before the segment that it answers.
    pub idle_ns: Option<u64>,
    /// Its hop count minus that of its sender's last segment, where both are known and differ.
    pub hops: Option<i32>,
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

bitflags! {
    /// What deserves attention and cannot be told from the other parts of a verdict.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub struct Anomalies: u32 {
        /// The client's SYN again after a SYN-ACK: that one did not reach it.
        const SYNACK_NOT_RECEIVED = 1;
        /// The server's SYN-ACK again after step 3: that one did not reach it, or was not taken.
        const OPEN_ACK_NOT_TAKEN = 1 << 1;
        /// A SYN-ACK that its receiver cannot accept.
        const SYNACK_WRONG_ACK = 1 << 2;
        /// A client's ACK before step 3 that cannot be it.
        const OPEN_ACK_WRONG = 1 << 3;
        /// An acceptable SYN-ACK with another number than the one before.
        const SYNACK_CHANGED = 1 << 4;
        /// An answer of an older connection, or the answer to a challenged RST.
        const CHALLENGE_ACK = 1 << 5;
        /// The sender of a RST shows that it did not send it.
        const RESET_FORGED = 1 << 6;
        /// The receiver of a RST shows that it did not take it.
        const RESET_IGNORED = 1 << 7;
        /// The SYN that crosses the peer's.
        const SIMULTANEOUS_OPEN = 1 << 8;
        /// The second FIN, sent before the first was acknowledged.
        const SIMULTANEOUS_CLOSE = 1 << 9;
        /// The first segment of a connection of which no SYN and no SYN-ACK was seen before.
        const NOT_CAPTURED = 1 << 10;
        /// The SYN that starts a new attempt after a RST.
        const NEW_ATTEMPT = 1 << 11;
        /// The first copy of the connection.
        const CAPTURED_TWICE = 1 << 12;
        /// The segment that makes it a split handshake.
        const SPLIT_HANDSHAKE = 1 << 13;
        /// A FIN with another own sequence number than this side's first.
        const SECOND_FIN = 1 << 14;
        /// The first segment of a connection between an endpoint and itself.
        const SELF_CONNECT = 1 << 15;
        /// New payload beyond the sender's own FIN.
        const DATA_AFTER_FIN = 1 << 16;
        /// New payload of a side that a RST closed.
        const DATA_AFTER_RESET = 1 << 17;
        /// The first segment of a connection whose endpoints had another one before.
        const PORT_REUSE = 1 << 18;
    }
}

/// Which X and Y are in force.
#[derive(Clone, Copy, PartialEq, Eq, Debug, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
#[repr(u8)]
pub enum Basis {
    /// The initial sequence numbers of client and server.
    Handshake,
    /// The first FIN's own sequence number, and what it acknowledges.
    Teardown,
    /// The first numbers seen: the handshake was not captured.
    FirstSeen,
}

impl Basis {
    /// The word shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// The expressions of one segment's numbers: how far they are from the bases in force.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Numbers {
    /// Which X and Y are in force.
    pub basis: Basis,
    /// Whether X is that of the segment's sender.
    pub x_is_senders: bool,
    /// X, when it is known.
    pub x: Option<u32>,
    /// Y, when it is known.
    pub y: Option<u32>,
    /// The sequence number's distance from the sender's base, when that is known.
    pub seq: Option<i64>,
    /// The acknowledgment number's distance from the receiver's base, when there is one and that is known.
    pub ack: Option<i64>,
}

/// The verdict on one segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// Who sent it.
    pub sender: Side,
    /// The steps of the handshake that it performs or repeats.
    pub open_steps: Steps,
    /// The steps of the teardown that it performs or repeats.
    pub close_steps: Steps,
    /// Which of its parts were there before.
    pub repeats: Repeats,
    /// Whether it is a copy: captured once more, not sent once more.
    pub is_copy: bool,
    /// Whether it belongs to an older connection of its endpoints.
    pub is_older: bool,
    /// The phase it belongs to.
    pub phase: Phase,
    /// The states of both endpoints after it.
    pub states: Both<State>,
    /// What it is, for a RST.
    pub reset: Option<Reset>,
    /// Whether it is a RST that ended the connection, as far as could be known then.
    pub ended: bool,
    /// Its numbers.
    pub numbers: Numbers,
    /// What deserves attention.
    pub anomalies: Anomalies,
}

/// The words of a role, in the order in which they are joined.
const ROLE_WORDS: [&str; 6] = ["SYN", "SYN-ACK", "OPEN-ACK", "FIN", "CLOSE-ACK", "RST"];

/// The parts of a role: bit i for word i of `SYN`, `SYN-ACK`, `OPEN-ACK`, `FIN`, `CLOSE-ACK`, `RST`.
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

    /// Whether the flags are such that they deserve a warning: role `OTHER`, or RST with FIN.
    #[must_use]
    pub const fn bad_flags(segment: &Segment) -> bool {
        match segment.kind() {
            Kind::Other => true,
            Kind::Rst => segment.flags.has(Flags::FIN),
            Kind::Syn | Kind::SynAck | Kind::Ack | Kind::Fin => false,
        }
    }
}
