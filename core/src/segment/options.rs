//! The options that the handshake agrees on, and time stamps.

use bitflags::bitflags;

/// What the flags of a SYN or SYN-ACK say of explicit congestion notification: the bits AE, CWR, ECE (RFC 9768 table 2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ecn(u8);

impl Ecn {
    /// From the three bits, each 0 or 1.
    #[must_use]
    pub const fn new(ae: bool, cwr: bool, ece: bool) -> Ecn {
        Ecn((ae as u8) << 2 | (cwr as u8) << 1 | ece as u8)
    }

    /// AE, CWR, ECE, the last in bit 0.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The same from [`Ecn::bits`]; higher bits are dropped.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Ecn {
        Ecn(bits & 7)
    }
}

/// The options of a SYN or SYN-ACK that the handshake agrees on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SynOptions {
    /// Maximum segment size in bytes (RFC 9293 §3.7.1).
    pub mss: Option<u16>,
    /// Window scale shift as announced, also beyond 14 (RFC 7323 §2).
    pub window_scale: Option<u8>,
    /// The options that are there or not.
    pub offers: Offers,
    /// What the flags say of explicit congestion notification.
    pub ecn: Ecn,
}

bitflags! {
    /// The options of a SYN or SYN-ACK that are there or not.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub struct Offers: u8 {
        /// SACK permitted (RFC 2018).
        const SACK = 1;
        /// Time stamps (RFC 7323 §3).
        const TIMESTAMPS = 1 << 1;
        /// Fast Open, request or cookie (RFC 7413; also the experimental option 254).
        const FAST_OPEN = 1 << 2;
        /// Multipath TCP: MP_CAPABLE or MP_JOIN (RFC 8684 §3.1, §3.2).
        const MULTIPATH = 1 << 3;
        /// No option: the list was not captured to its end, and what is not here may have been there.
        const CUT = 1 << 4;
    }
}

impl SynOptions {
    /// Whether this option is there.
    #[must_use]
    pub const fn has(&self, option: Offers) -> bool {
        self.offers.contains(option)
    }

    /// Whether the list was not captured to its end: what is not here may have been there.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.has(Offers::CUT)
    }
}

/// The time stamps of a segment (RFC 7323 §3.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Timestamps {
    /// TSval.
    pub value: u32,
    /// TSecr.
    pub echo: u32,
}
