//! One TCP segment as an observer sees it: the input of the core.

use super::seq::Seq;

/// The control bits of a segment (RFC 9293 §3.1; AE: RFC 9768).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub struct Flags(pub u16);

impl Flags {
    /// No more data from the sender.
    pub const FIN: Flags = Flags(0x001);
    /// Synchronize sequence numbers.
    pub const SYN: Flags = Flags(0x002);
    /// Reset the connection.
    pub const RST: Flags = Flags(0x004);
    /// Push.
    pub const PSH: Flags = Flags(0x008);
    /// The acknowledgment number is significant.
    pub const ACK: Flags = Flags(0x010);
    /// The urgent pointer is significant.
    pub const URG: Flags = Flags(0x020);
    /// ECN echo (RFC 3168).
    pub const ECE: Flags = Flags(0x040);
    /// Congestion window reduced (RFC 3168).
    pub const CWR: Flags = Flags(0x080);
    /// Accurate ECN (RFC 9768).
    pub const AE: Flags = Flags(0x100);
    /// All of them.
    pub const ALL: Flags = Flags(0x1ff);

    /// Whether all of `other`'s bits are set.
    #[must_use]
    pub const fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether one of `other`'s bits is set.
    #[must_use]
    pub const fn has_any(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }

    /// These bits and `other`'s.
    #[must_use]
    pub const fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// What kind of segment these bits make.
    #[must_use]
    pub const fn kind(self) -> Kind {
        let syn = self.has(Flags::SYN);
        let fin = self.has(Flags::FIN);
        let ack = self.has(Flags::ACK);
        if self.has(Flags::RST) {
            if syn { Kind::Other } else { Kind::Rst }
        } else if syn {
            if fin {
                Kind::Other
            } else if ack {
                Kind::SynAck
            } else {
                Kind::Syn
            }
        } else if fin {
            // RFC 9293 §3.10.7.4: a segment without ACK is dropped in every synchronized state.
            if ack { Kind::Fin } else { Kind::Other }
        } else if ack {
            Kind::Ack
        } else {
            Kind::Other
        }
    }
}

/// What a segment is by its SYN, FIN, RST and ACK bits, whatever the others say.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Kind {
    /// SYN alone: asks to open.
    Syn,
    /// SYN and ACK.
    SynAck,
    /// ACK alone, with or without payload.
    Ack,
    /// FIN and ACK.
    Fin,
    /// RST, alone or with FIN.
    Rst,
    /// Bits that no conforming endpoint sends together: SYN with FIN or RST, none of the four, FIN without ACK.
    Other,
}

/// A time stamp or a duration: nanoseconds (a time stamp: since the epoch of the capture's clock).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The time stamp of a number of seconds and nanoseconds; none when it lies beyond some 292 years of the epoch.
    #[must_use]
    pub fn from_parts(seconds: i64, nanoseconds: i32) -> Option<Timestamp> {
        let whole = seconds.checked_mul(1_000_000_000)?;
        whole.checked_add(i64::from(nanoseconds)).map(Timestamp)
    }

    /// The nanoseconds since `earlier`; none when the clock went backwards.
    #[must_use]
    pub fn since(self, earlier: Timestamp) -> Option<u64> {
        u64::try_from(self.0.checked_sub(earlier.0)?).ok()
    }
}

/// The options of a SYN or SYN-ACK that the opening agrees on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SynOptions {
    /// Maximum segment size in octets (RFC 9293 §3.7.1).
    pub mss: Option<u16>,
    /// Window scale shift as announced, also beyond 14 (RFC 7323 §2).
    pub window_scale: Option<u8>,
    /// SACK permitted (RFC 2018).
    pub sack: bool,
    /// Time stamps (RFC 7323 §3).
    pub timestamps: bool,
    /// Fast Open, request or cookie (RFC 7413; also the experimental option 254).
    pub fast_open: bool,
    /// Multipath TCP (RFC 8684).
    pub multipath: bool,
    /// The flags of a side that can do explicit congestion notification: ECE and CWR on a SYN, ECE without CWR on a
    /// SYN-ACK (RFC 3168 §6.1.1).
    pub ecn: bool,
}

/// One TCP segment. Lengths are those on the wire, not those captured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Segment {
    /// SEG.SEQ.
    pub seq: Seq,
    /// SEG.ACK; meaningful when the ACK bit is set.
    pub ack: Seq,
    /// The control bits.
    pub flags: Flags,
    /// The window field as it stands in the header, not scaled.
    pub window: u16,
    /// Octets of payload: Wireshark's `tcp.len`.
    pub payload_len: u32,
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// When it was captured.
    pub at: Option<Timestamp>,
    /// Filled for segments with SYN, empty for all others.
    pub options: SynOptions,
}

impl Segment {
    /// What it is by its control bits.
    #[must_use]
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

    /// The number of its first octet of payload, or of its FIN: a SYN takes the number before.
    #[must_use]
    pub const fn payload_seq(&self) -> Seq {
        if self.flags.has(Flags::SYN) { self.seq.advance(1) } else { self.seq }
    }

    /// The number after its last octet of payload: for a FIN, the FIN's own sequence number.
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
    fn kinds_of_all_flag_combinations() {
        for bits in 0u16..512 {
            let flags = Flags(bits);
            let control = bits & 0x17; // FIN SYN RST ACK
            let expected = match control {
                0x02 => Kind::Syn,
                0x12 => Kind::SynAck,
                0x10 => Kind::Ack,
                0x11 => Kind::Fin,
                0x04 | 0x05 | 0x14 | 0x15 => Kind::Rst,
                _ => Kind::Other,
            };
            assert_eq!(flags.kind(), expected, "{bits:#05x}");
        }
    }

    #[test]
    fn sequence_space() {
        let mut segment = Segment {
            seq: Seq(u32::MAX),
            ack: Seq(0),
            flags: Flags::SYN,
            window: 0,
            payload_len: 3,
            source_port: 1,
            destination_port: 2,
            at: None,
            options: SynOptions::default(),
        };
        assert_eq!((segment.sequence_len(), segment.next(), segment.payload_seq()), (4, Seq(3), Seq(0)));
        segment.flags = Flags::FIN.with(Flags::ACK);
        assert_eq!((segment.sequence_len(), segment.payload_end(), segment.next()), (4, Seq(2), Seq(3)));
    }

    #[test]
    fn time_never_negative() {
        let early = Timestamp::from_parts(1, 5).unwrap();
        let late = Timestamp::from_parts(2, 0).unwrap();
        assert_eq!(late.since(early), Some(999_999_995));
        assert_eq!(early.since(late), None);
        assert_eq!(Timestamp::from_parts(i64::MAX, 0), None);
        assert_eq!(Timestamp(i64::MAX).since(Timestamp(i64::MIN)), None);
    }
}
