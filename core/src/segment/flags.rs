//! The control bits of a segment, and what kind of segment they make.

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
    #[inline(always)]
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
}
