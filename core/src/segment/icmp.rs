//! ICMP and ICMPv6 errors that quote a TCP segment (RFC 792, RFC 4443 §3).

use std::net::IpAddr;

use etherparse::{IpNumber, LaxIpv4Slice, LaxIpv6Slice};
use strum::{IntoStaticStr, VariantArray};

use super::Seq;

/// Bytes of an ICMP header in front of what it quotes.
const HEADER_LEN: usize = 8;

/// Bytes of the quoted TCP header without which it cannot be told whose segment it is: ports and sequence number.
const QUOTED_LEN: usize = 8;

/// What an ICMP error says, in the words of `synfin.icmp`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
#[repr(u8)]
pub enum IcmpKind {
    /// No way to the network.
    NetUnreachable,
    /// No way to the host, or it does not answer.
    HostUnreachable,
    /// The host refuses the port.
    PortUnreachable,
    /// The host has no TCP.
    ProtocolUnreachable,
    /// A filter forbids it.
    Prohibited,
    /// The packet is larger than a link takes: path MTU discovery.
    FragmentationNeeded,
    /// The hop count ran out on the way.
    TimeExceeded,
    /// Any other error.
    Other,
}

impl IcmpKind {
    /// The word shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether it says that the segment does not reach its receiver: such an error makes an unanswered SYN `unreachable`.
    #[must_use]
    pub const fn is_unreachable(self) -> bool {
        !matches!(self, IcmpKind::FragmentationNeeded | IcmpKind::Other)
    }

    /// Of an ICMP message; none when it is no error (RFC 792, RFC 1122 §3.2.2, RFC 1812 §5.2.7).
    #[must_use]
    pub const fn of_v4(kind: u8, code: u8) -> Option<IcmpKind> {
        Some(match (kind, code) {
            (3, 0 | 6 | 11) => IcmpKind::NetUnreachable,
            (3, 1 | 7 | 12) => IcmpKind::HostUnreachable,
            (3, 2) => IcmpKind::ProtocolUnreachable,
            (3, 3) => IcmpKind::PortUnreachable,
            (3, 4) => IcmpKind::FragmentationNeeded,
            (3, 9 | 10 | 13) => IcmpKind::Prohibited,
            (11, _) => IcmpKind::TimeExceeded,
            (3 | 4 | 5 | 12, _) => IcmpKind::Other,
            _ => return None,
        })
    }

    /// Of an ICMPv6 message; none when it is no error (RFC 4443 §3).
    #[must_use]
    pub const fn of_v6(kind: u8, code: u8) -> Option<IcmpKind> {
        Some(match (kind, code) {
            (1, 0) => IcmpKind::NetUnreachable,
            (1, 1 | 5 | 6) => IcmpKind::Prohibited,
            (1, 3) => IcmpKind::HostUnreachable,
            (1, 4) => IcmpKind::PortUnreachable,
            (2, _) => IcmpKind::FragmentationNeeded,
            (3, _) => IcmpKind::TimeExceeded,
            // A next header that the host does not know: it has no TCP (RFC 4443 §3.4, RFC 7915 §4.2).
            (4, 1) => IcmpKind::ProtocolUnreachable,
            (1 | 4, _) => IcmpKind::Other,
            _ => return None,
        })
    }
}

/// An error, and the segment that it quotes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IcmpError {
    /// What it says.
    pub kind: IcmpKind,
    /// The quoted segment's source.
    pub source: IpAddr,
    /// The quoted segment's destination.
    pub destination: IpAddr,
    /// The quoted segment's source port.
    pub source_port: u16,
    /// The quoted segment's destination port.
    pub destination_port: u16,
    /// The quoted segment's sequence number.
    pub seq: Seq,
}

/// Reads a message, from its type on. None when it is no error, or quotes no TCP segment, or too little of one.
#[must_use]
pub fn parse(bytes: &[u8], is_v6: bool) -> Option<IcmpError> {
    let (header, quoted) = bytes.split_at_checked(HEADER_LEN)?;
    let [kind, code, ..] = header else { return None };
    let kind = if is_v6 { IcmpKind::of_v6(*kind, *code)? } else { IcmpKind::of_v4(*kind, *code)? };
    let (source, destination, tcp): (IpAddr, IpAddr, &[u8]) = if is_v6 {
        let (ip, _) = LaxIpv6Slice::from_slice(quoted).ok()?;
        let payload = ip.payload();
        if payload.ip_number != IpNumber::TCP || payload.fragmented && !is_first_v6_fragment(&ip) {
            return None;
        }
        (ip.header().source_addr().into(), ip.header().destination_addr().into(), payload.payload)
    } else {
        let (ip, _) = LaxIpv4Slice::from_slice(quoted).ok()?;
        let payload = ip.payload();
        if payload.ip_number != IpNumber::TCP || ip.header().fragments_offset().value() != 0 {
            return None;
        }
        (ip.header().source_addr().into(), ip.header().destination_addr().into(), payload.payload)
    };
    let [s0, s1, d0, d1, n0, n1, n2, n3] = *tcp.first_chunk::<QUOTED_LEN>()?;
    Some(IcmpError {
        kind,
        source,
        destination,
        source_port: u16::from_be_bytes([s0, s1]),
        destination_port: u16::from_be_bytes([d0, d1]),
        seq: Seq(u32::from_be_bytes([n0, n1, n2, n3])),
    })
}

/// A later fragment holds no TCP header, whatever stands where one would be.
fn is_first_v6_fragment(ip: &LaxIpv6Slice) -> bool {
    ip.extensions().clone().into_iter().all(|extension| match extension {
        etherparse::Ipv6ExtensionSlice::Fragment(fragment) => fragment.fragment_offset().value() == 0,
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::VariantArray;

    fn quote_v4(protocol: u8, offset: u16) -> Vec<u8> {
        let mut bytes = vec![3, 13, 0, 0, 0, 0, 0, 0, 0x45, 0, 0, 60, 0, 1];
        bytes.extend(offset.to_be_bytes());
        bytes.extend([64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
        bytes.extend([0x9c, 0x40, 0, 80, 1, 2, 3, 4]);
        bytes
    }

    #[test]
    fn eight_bytes_of_the_quoted_header_are_enough() {
        let error = parse(&quote_v4(6, 0), false).unwrap();
        assert_eq!(error.kind, IcmpKind::Prohibited);
        assert_eq!((error.source_port, error.destination_port, error.seq), (40000, 80, Seq(0x0102_0304)));
        assert_eq!(error.source.to_string(), "10.0.0.1");
        assert_eq!(error.destination.to_string(), "10.0.0.2");
        for len in 0..quote_v4(6, 0).len() {
            assert_eq!(parse(&quote_v4(6, 0)[..len], false), None, "{len}");
        }
        assert_eq!(parse(&quote_v4(17, 0), false), None, "UDP");
        assert_eq!(parse(&quote_v4(6, 5), false), None, "a later fragment");
    }

    #[test]
    fn version_6() {
        let mut bytes = vec![1, 4, 0, 0, 0, 0, 0, 0, 0x60, 0, 0, 0, 0, 20, 6, 64];
        bytes.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        bytes.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
        bytes.extend([0x9c, 0x40, 0, 80, 1, 2, 3, 4]);
        let error = parse(&bytes, true).unwrap();
        assert_eq!((error.kind, error.source.to_string().as_str()), (IcmpKind::PortUnreachable, "2001:db8::1"));
        assert_eq!(parse(&bytes, false), None);
    }

    #[test]
    fn kinds() {
        for code in [9, 10, 13] {
            assert_eq!(IcmpKind::of_v4(3, code), Some(IcmpKind::Prohibited));
        }
        for code in [1, 5, 6] {
            assert_eq!(IcmpKind::of_v6(1, code), Some(IcmpKind::Prohibited));
        }
        assert_eq!(IcmpKind::of_v4(8, 0), None, "an echo is no error");
        assert_eq!(IcmpKind::of_v6(128, 0), None);
        let names: Vec<_> = IcmpKind::VARIANTS.iter().map(|kind| kind.name()).collect();
        assert_eq!(names[0], "net-unreachable");
        assert_eq!(names[5], "fragmentation-needed");
    }
}
