//! IPv4, IPv6, and what they carry.

use std::borrow::Cow;
use std::net::Ipv4Addr;

use etherparse::{
    Ethernet2Header, IpAuthHeaderSlice, IpNumber, Ipv4Header, Ipv4HeaderSlice, Ipv6ExtensionsSlice,
    Ipv6FragmentHeaderSlice, Ipv6Header, Ipv6HeaderSlice, Ipv6RawExtHeaderSlice,
};

use super::rest::Rest;
use super::tunnel;
use super::unknown_layers::Layer;
use super::{Addresses, Content, MOST_LAYERS, NextLayer, Packet, Position, WalkEnd};
use crate::input::Frame;

/// RFC 3378, and the bytes of its header.
const ETHERNET_IN_IP: IpNumber = IpNumber(97);
const ETHERNET_IN_IP_LEN: usize = 2;

/// RFC 4023.
const MPLS_IN_IP: IpNumber = IpNumber(137);

/// Bytes of an ICMP header in front of what it quotes.
const ICMP_LEN: usize = 8;

/// The short way to what nearly all frames are: TCP in IPv4 in Ethernet, no options and no fragment. None for all others,
/// and for those that are cut short. It halves the time that layers take.
#[inline]
pub(super) fn tcp_over_ethernet<'a>(frame: &Frame<'a>) -> Option<Packet<'a>> {
    const ETHERNET: u32 = 1;
    const NO_OPTIONS: u8 = 0x45;
    // All of the offset, and "more fragments".
    const FRAGMENT: u16 = 0x3fff;
    let (ethernet, rest) = frame.bytes.split_first_chunk::<{ Ethernet2Header::LEN }>()?;
    let (header, tcp) = rest.split_first_chunk::<{ Ipv4Header::MIN_LEN }>()?;
    let [.., t0, t1] = *ethernet;
    let [first, _, l0, l1, i0, i1, f0, f1, ttl, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3] = *header;
    let is_plain = frame.link == ETHERNET
        && [t0, t1] == [0x08, 0x00]
        && first == NO_OPTIONS
        && u16::from_be_bytes([f0, f1]) & FRAGMENT == 0
        && protocol == IpNumber::TCP.0;
    let len = usize::from(u16::from_be_bytes([l0, l1])).checked_sub(Ipv4Header::MIN_LEN)?;
    // Padding behind it is not its own.
    let bytes = tcp.get(..len)?;
    is_plain.then(|| Packet {
        source: Ipv4Addr::new(s0, s1, s2, s3).into(),
        destination: Ipv4Addr::new(d0, d1, d2, d3).into(),
        hops: ttl,
        identification: u16::from_be_bytes([i0, i1]),
        bytes: Cow::Borrowed(bytes),
        wire_len: u32::try_from(len).unwrap_or(u32::MAX),
    })
}

/// IPv4 or IPv6.
pub(super) fn ip(rest: Rest) -> Option<Position> {
    match rest.byte(0)? >> 4 {
        4 => v4(rest),
        6 => v6(rest),
        _ => Some(Position::End(WalkEnd::Other)),
    }
}

fn v4(rest: Rest) -> Option<Position> {
    let header = Ipv4HeaderSlice::from_slice(rest.bytes).ok()?;
    let header_len = header.slice().len();
    // A length of 0: the network card cuts the segment later, and whoever captured saw it whole.
    let rest = match usize::from(header.total_len()) {
        0 => rest,
        len if len < header_len => return Some(Position::End(WalkEnd::Other)),
        len => rest.at_most(len),
    };
    let inside = rest.after(header_len)?;
    let mut addresses = Addresses {
        source: header.source_addr().into(),
        destination: header.destination_addr().into(),
        hops: header.ttl(),
        identification: header.identification(),
        is_fragment: false,
    };
    if header.is_fragmenting_payload() {
        if is_whole(rest) && header.total_len() != 0 {
            return Some(Position::End(WalkEnd::Fragment(addresses, rest.bytes)));
        }
        if header.fragments_offset().value() != 0 {
            return Some(Position::End(WalkEnd::Other));
        }
        addresses.is_fragment = true;
    }
    Some(Position::Layer(NextLayer::Protocol(header.protocol().0, addresses), inside))
}

fn v6(rest: Rest) -> Option<Position> {
    let header = Ipv6HeaderSlice::from_slice(rest.bytes).ok()?;
    let mut inside = rest.after(Ipv6Header::LEN)?;
    // A length of 0: as for IPv4, or a jumbogram.
    if header.payload_length() != 0 {
        inside = inside.at_most(usize::from(header.payload_length()));
    }
    let addresses = Addresses {
        source: header.source_addr().into(),
        destination: header.destination_addr().into(),
        hops: header.hop_limit(),
        identification: 0,
        is_fragment: false,
    };
    if is_whole(inside) && header.payload_length() != 0 && is_v6_fragment(header.next_header(), inside) {
        let whole = rest.at_most(Ipv6Header::LEN.saturating_add(inside.wire_len));
        return Some(Position::End(WalkEnd::Fragment(addresses, whole.bytes)));
    }
    Some(Position::Layer(NextLayer::Protocol(header.next_header().0, addresses), inside))
}

/// Whether all of it was captured.
fn is_whole(rest: Rest) -> bool {
    rest.bytes.len() == rest.wire_len
}

/// Whether the extension headers say that this is a fragment.
fn is_v6_fragment(next: IpNumber, rest: Rest) -> bool {
    // Nearly all packets have no extension header.
    if next == IpNumber::TCP || next == IpNumber::UDP {
        return false;
    }
    let Ok((extensions, _, _)) = Ipv6ExtensionsSlice::from_slice(next, rest.bytes) else { return false };
    extensions.is_fragmenting_payload()
}

/// What an IP protocol number names: an extension header of IPv6, or what is carried.
pub(super) fn protocol(number: u8, addresses: Addresses, rest: Rest) -> Option<Position> {
    match IpNumber(number) {
        IpNumber::TCP => Some(Position::End(WalkEnd::Tcp(addresses, rest))),
        IpNumber::ICMP => Some(Position::End(WalkEnd::Icmp(addresses, rest, false))),
        IpNumber::IPV6_ICMP => Some(Position::End(WalkEnd::Icmp(addresses, rest, true))),
        IpNumber::AUTHENTICATION_HEADER => {
            let header = IpAuthHeaderSlice::from_slice(rest.bytes).ok()?;
            Some(Position::Layer(
                NextLayer::Protocol(header.next_header().0, addresses),
                rest.after(header.slice().len())?,
            ))
        }
        IpNumber::IPV6_FRAGMENTATION_HEADER if addresses.source.is_ipv6() => {
            let header = Ipv6FragmentHeaderSlice::from_slice(rest.bytes).ok()?;
            if header.fragment_offset().value() != 0 {
                return Some(Position::End(WalkEnd::Other));
            }
            let is_fragment = header.is_fragmenting_payload();
            let addresses = Addresses { is_fragment, ..addresses };
            Some(Position::Layer(
                NextLayer::Protocol(header.next_header().0, addresses),
                rest.after(header.slice().len())?,
            ))
        }
        other if addresses.source.is_ipv6() && Ipv6RawExtHeaderSlice::header_type_supported(other) => {
            let header = Ipv6RawExtHeaderSlice::from_slice(rest.bytes).ok()?;
            Some(Position::Layer(
                NextLayer::Protocol(header.next_header().0, addresses),
                rest.after(header.slice().len())?,
            ))
        }
        IpNumber::IPV4 | IpNumber::IPV6 => Some(Position::Layer(NextLayer::Ip, rest)),
        IpNumber::UDP if !addresses.is_fragment => tunnel::udp(rest),
        IpNumber::GRE => tunnel::gre(rest),
        ETHERNET_IN_IP => Some(Position::Layer(NextLayer::Ethernet, rest.after(ETHERNET_IN_IP_LEN)?)),
        MPLS_IN_IP => tunnel::mpls(rest),
        _ if has_no_tcp(number) => Some(Position::End(WalkEnd::Other)),
        _ => Some(Position::End(WalkEnd::Unknown(Layer::Protocol(number)))),
    }
}

/// Protocols that carry no TCP: IGMP, EGP, IGP, UDP, DCCP, RSVP, ESP (nobody can read it), "no next header", EIGRP, OSPF,
/// PIM, VRRP, SCTP, UDP-Lite.
fn has_no_tcp(number: u8) -> bool {
    matches!(number, 2 | 8 | 9 | 17 | 33 | 46 | 50 | 59 | 88 | 89 | 103 | 112 | 132 | 136)
}

/// The TCP segment that an ICMP error quotes, as much as it quotes. None where it is no error, or quotes something else.
///
/// `bytes` are the message's, from its type on.
#[must_use]
pub fn quoted(bytes: &[u8], is_v6: bool) -> Option<Packet<'_>> {
    let kind = *bytes.first()?;
    let is_error = if is_v6 { (1..=4).contains(&kind) } else { matches!(kind, 3 | 4 | 5 | 11 | 12) };
    if !is_error {
        return None;
    }
    let quoted = bytes.get(ICMP_LEN..)?;
    let mut at = Position::Layer(NextLayer::Ip, Rest { bytes: quoted, wire_len: quoted.len() });
    for _ in 0..MOST_LAYERS {
        at = match at {
            Position::Layer(NextLayer::Ip, rest) => ip(rest)?,
            Position::Layer(NextLayer::Protocol(number, addresses), rest) => protocol(number, addresses, rest)?,
            Position::End(end) => match end.inside() {
                Content::Tcp(packet) => return Some(packet),
                _ => return None,
            },
            Position::Layer(..) => return None,
        };
    }
    None
}
