//! X and Y: the bases that a segment's numbers are counted from (RFC 9293 §3.4; the letters are the textbooks').
//!
//! X belongs to whoever starts the exchange: to the client in the opening, to the side that closes first from the
//! first FIN on.

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
