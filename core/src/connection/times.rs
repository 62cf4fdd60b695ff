//! When the parts of a connection were captured.

use crate::segment::Timestamp;

/// A time that may not be known, in eight bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct MaybeTime(i64);

impl Default for MaybeTime {
    fn default() -> Self {
        MaybeTime::NONE
    }
}

impl MaybeTime {
    /// Not known: no capture has the earliest time that fits.
    pub const NONE: MaybeTime = MaybeTime(i64::MIN);

    #[inline(always)]
    pub fn new(at: Option<Timestamp>) -> MaybeTime {
        at.map_or(MaybeTime::NONE, |at| MaybeTime(at.0))
    }

    #[inline(always)]
    pub fn get(self) -> Option<Timestamp> {
        (self.0 != i64::MIN).then_some(Timestamp(self.0))
    }
}

/// When the parts of the last attempt were captured; none where they were not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Times {
    /// The connection's first segment.
    pub first: MaybeTime,
    /// Its last one so far, of whatever kind.
    pub last: MaybeTime,
    /// The first SYN.
    pub syn: MaybeTime,
    /// The first acceptable SYN-ACK, or what else performed step 2.
    pub syn_ack: MaybeTime,
    /// The last one.
    pub last_syn_ack: MaybeTime,
    /// Step 3 of the handshake.
    pub step_3: MaybeTime,
}

impl Times {
    /// Those of a connection whose first segment was captured then.
    pub fn begin(first: Option<Timestamp>) -> Times {
        let none = MaybeTime::NONE;
        Times { first: MaybeTime::new(first), last: none, syn: none, syn_ack: none, last_syn_ack: none, step_3: none }
    }

    /// Forgets the parts of an attempt.
    pub fn forget_attempt(&mut self) {
        *self = Times { last: self.last, ..Times::begin(self.first.get()) };
    }
}

/// The nanoseconds between two captured segments; none where one is missing or the clock went backwards.
pub(super) fn between(earlier: MaybeTime, later: MaybeTime) -> Option<u64> {
    later.get()?.since(earlier.get()?)
}
