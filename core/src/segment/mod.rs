//! Values: sequence numbers, flags, times, one TCP segment as an observer sees it; and the two readers of packet bytes,
//! which name etherparse.

mod end;
mod flags;
pub mod header;
pub mod icmp;
mod options;
mod seq;
mod side;
mod time;

pub use end::{Address, End, Endpoints, Ends};
pub use flags::{Flags, Kind};
pub use options::{Ecn, Offers, SynOptions, Timestamps};
pub use seq::{Position, Seq};
pub use side::{Both, Side};
pub use time::Timestamp;

/// What the network layer says of a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Network {
    /// The identification of IPv4; none for IPv6, and where it is 0 (RFC 6864: it says nothing then).
    pub identification: Option<u16>,
    /// The TTL of IPv4, or the hop limit of IPv6.
    pub hops: Option<u8>,
}

/// One TCP segment. Lengths are those on the wire, not those captured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Segment {
    /// SEG.SEQ.
    pub seq: Seq,
    /// SEG.ACK; meaningful when the ACK bit is set.
    pub ack: Seq,
    /// The control bits.
    pub flags: Flags,
    /// The window field as it stands in the header, not scaled.
    pub window: u16,
    /// Bytes of payload: Wireshark's `tcp.len`.
    pub payload_len: u32,
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// When it was captured.
    pub at: Option<Timestamp>,
    /// What the network layer says of it.
    pub network: Network,
    /// Its time stamps, where they were captured.
    pub timestamps: Option<Timestamps>,
    /// Filled for segments with SYN, empty for all others.
    pub options: SynOptions,
}

impl Segment {
    /// What it is by its control bits.
    #[must_use]
    #[inline(always)]
    pub const fn kind(&self) -> Kind {
        self.flags.kind()
    }

    /// SEG.LEN: the sequence space it takes, payload and SYN and FIN (RFC 9293 §3.4).
    #[must_use]
    pub const fn sequence_len(&self) -> u32 {
        let mut len = self.payload_len;
        if self.flags.has(Flags::SYN) {
            len = len.wrapping_add(1);
        }
        if self.flags.has(Flags::FIN) {
            len = len.wrapping_add(1);
        }
        len
    }

    /// The number of its first byte of payload, or of its FIN: a SYN takes the number before.
    #[must_use]
    pub const fn payload_seq(&self) -> Seq {
        if self.flags.has(Flags::SYN) { self.seq.advance(1) } else { self.seq }
    }

    /// The number after its last byte of payload: for a FIN, the FIN's own sequence number.
    #[must_use]
    pub const fn payload_end(&self) -> Seq {
        self.payload_seq().advance(self.payload_len)
    }

    /// The number after the last one it uses.
    #[must_use]
    pub const fn next(&self) -> Seq {
        self.seq.advance(self.sequence_len())
    }

    /// The acknowledgment number, when there is one.
    #[must_use]
    pub const fn acknowledgment(&self) -> Option<Seq> {
        if self.flags.has(Flags::ACK) { Some(self.ack) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_space() {
        let mut segment = Segment { seq: Seq(u32::MAX), flags: Flags::SYN, payload_len: 3, ..Segment::default() };
        assert_eq!((segment.sequence_len(), segment.next(), segment.payload_seq()), (4, Seq(3), Seq(0)));
        segment.flags = Flags::FIN.with(Flags::ACK);
        assert_eq!((segment.sequence_len(), segment.payload_end(), segment.next()), (4, Seq(2), Seq(3)));
    }
}
