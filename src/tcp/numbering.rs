//! X and Y: the bases that a segment's numbers are counted from (RFC 9293 §3.4; the letters are the textbooks').
//!
//! X belongs to whoever starts the exchange: to the client in the opening, to the side that closes first from the
//! first FIN on.

use super::seq::{Position, Seq};
use super::side::{Both, Side};

/// Which X and Y are in force.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Basis {
    /// The initial sequence numbers of client and server.
    Open,
    /// The first FIN's own sequence number, and what it acknowledges.
    Close,
    /// The first numbers seen: the opening was not captured.
    FirstSeen,
}

impl Basis {
    /// All bases, in the order of their numbers.
    pub const ALL: [Basis; 3] = [Basis::Open, Basis::Close, Basis::FirstSeen];

    /// `open`, `close`, `first-seen`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Basis::Open => "open",
            Basis::Close => "close",
            Basis::FirstSeen => "first-seen",
        }
    }
}

/// The bases of an opening (or the first numbers seen) and of a closing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Bases {
    /// Each side's base in opening and data.
    pub open: Both<Option<Position>>,
    /// Each side's base from the first FIN on.
    pub close: Both<Option<Position>>,
}

/// The highest number seen of each side, which its other numbers unwrap against.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Marks(Both<Option<Position>>);

impl Marks {
    /// The position of a number of `side`. The first one ever asked for starts the count.
    #[must_use]
    pub fn position(&self, side: Side, seq: Seq) -> Position {
        self.0[side].map_or(Position::first(seq), |mark| mark.nearest(seq))
    }

    /// Notes that `position` of `side` was seen.
    pub fn saw(&mut self, side: Side, position: Position) {
        let mark = &mut self.0[side];
        match *mark {
            Some(highest) if highest >= position => {}
            _ => *mark = Some(position),
        }
    }

    /// Starts again, for a new attempt.
    pub fn forget(&mut self) {
        *self = Marks::default();
    }

    /// The two sides turn out to be the other way round.
    pub fn swap(&mut self) {
        self.0.swap();
    }
}

/// What X and Y were up to some segment, kept when a later one changed them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OldBases {
    /// The first segment (by ordinal) that these no longer hold for.
    pub until: u64,
    /// X and Y before it, in opening and data.
    pub open: [u32; 2],
    /// X and Y before it, in the closing.
    pub close: [u32; 2],
}
