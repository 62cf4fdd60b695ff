//! From the link layer to the network layer.

use etherparse::{Ethernet2Header, Ethernet2HeaderSlice, SingleVlanHeader, SingleVlanHeaderSlice};

use super::rest::Rest;
use super::tunnel;
use super::unknown_layers::Layer;
use super::{NextLayer, Position, WalkEnd};

/// Bytes of the headers of which etherparse has no reader.
const NULL_LEN: usize = 4;
const SLL_LEN: usize = 16;
const SLL2_LEN: usize = 20;
const LLC_LEN: usize = 3;
const SNAP_LEN: usize = 8;
const FDDI_LEN: usize = 13;
/// Of a backbone service instance (IEEE 802.1ah §9.7), in front of the customer's frame.
const INSTANCE_LEN: usize = 4;

/// Ethernet in another layer.
const TRANSPARENT_ETHERNET: u16 = 0x6558;

/// The least number that is an Ethernet type and not a length (IEEE 802.3 §3.2.6).
const LEAST_ETHER_TYPE: u16 = 0x0600;

/// The layer of a link type.
pub(super) fn link(number: u32, rest: Rest) -> Option<Position> {
    match number {
        0 | 108 => null(rest, number == 108),
        1 => Some(Position::Layer(NextLayer::Ethernet, rest)),
        9 => Some(Position::Layer(NextLayer::Ppp, rest)),
        // Frames with LLC, and those that manage the ring.
        10 if rest.byte(0)? & 0xf0 == 0x50 => llc(rest.after(FDDI_LEN)?),
        10 => Some(Position::End(WalkEnd::Other)),
        50 | 104 => tunnel::ppp_or_cisco(rest),
        51 => tunnel::pppoe(rest),
        // 12 and 14 are what some systems write for 101.
        12 | 14 | 101 | 228 | 229 => Some(Position::Layer(NextLayer::Ip, rest)),
        113 => cooked(rest, 14, SLL_LEN),
        276 => cooked(rest, 0, SLL2_LEN),
        _ => Some(Position::End(WalkEnd::Unknown(Layer::Link(number)))),
    }
}

/// BSD's loopback: an address family, in the order of the host that captured; in network order for OpenBSD's.
fn null(rest: Rest, is_network_order: bool) -> Option<Position> {
    let family = rest.four(0)?;
    let family = if is_network_order || family <= 0xffff { family } else { family.swap_bytes() };
    let inside = rest.after(NULL_LEN)?;
    Some(match family {
        // AF_INET, and AF_INET6 of NetBSD and OpenBSD, FreeBSD, macOS, and Linux.
        2 | 24 | 28 | 30 | 10 => Position::Layer(NextLayer::Ip, inside),
        _ => match u16::try_from(family) {
            Ok(number) if number >= LEAST_ETHER_TYPE => Position::Layer(NextLayer::EtherType(number), inside),
            _ => Position::End(WalkEnd::Other),
        },
    })
}

/// Linux's cooked captures: an Ethernet type at a place of a header of its own.
fn cooked(rest: Rest, at: usize, len: usize) -> Option<Position> {
    let number = rest.two(at)?;
    let inside = rest.after(len)?;
    Some(match number {
        // ETH_P_802_3 and ETH_P_802_2: a frame of Novell, or LLC.
        1 => Position::End(WalkEnd::Other),
        4 => llc(inside)?,
        _ => Position::Layer(NextLayer::EtherType(number), inside),
    })
}

/// Ethernet, from the addresses on.
pub(super) fn ethernet(rest: Rest) -> Option<Position> {
    let header = Ethernet2HeaderSlice::from_slice(rest.bytes).ok()?;
    typed_or_llc(header.ether_type().0, rest.after(Ethernet2Header::LEN)?)
}

/// What a type, or a length in its place, says comes next.
fn typed_or_llc(number: u16, inside: Rest) -> Option<Position> {
    if number >= LEAST_ETHER_TYPE {
        Some(Position::Layer(NextLayer::EtherType(number), inside))
    } else {
        llc(inside.at_most(usize::from(number)))
    }
}

/// IEEE 802.2: IP, or what SNAP names.
fn llc(rest: Rest) -> Option<Position> {
    let (destination, source) = (rest.byte(0)?, rest.byte(1)?);
    Some(match (destination, source) {
        (0x06, _) => Position::Layer(NextLayer::Ip, rest.after(LLC_LEN)?),
        (0xaa, 0xaa) => match rest.four(2)? & 0x00ff_ffff {
            // Encapsulated Ethernet, and 802.1H.
            0x00_0000 | 0x00_00f8 => Position::Layer(NextLayer::EtherType(rest.two(6)?), rest.after(SNAP_LEN)?),
            _ => Position::End(WalkEnd::Other),
        },
        _ => Position::End(WalkEnd::Other),
    })
}

/// The layer of an Ethernet type.
pub(super) fn ether_type(number: u16, rest: Rest) -> Option<Position> {
    match number {
        0x0800 | 0x86dd => Some(Position::Layer(NextLayer::Ip, rest)),
        0x8100 | 0x88a8 | 0x9100 => {
            let header = SingleVlanHeaderSlice::from_slice(rest.bytes).ok()?;
            typed_or_llc(header.ether_type().0, rest.after(SingleVlanHeader::LEN)?)
        }
        0x8847 | 0x8848 => tunnel::mpls(rest),
        0x8864 => tunnel::pppoe(rest),
        0x88e7 => Some(Position::Layer(NextLayer::Ethernet, rest.after(INSTANCE_LEN)?)),
        TRANSPARENT_ETHERNET => Some(Position::Layer(NextLayer::Ethernet, rest)),
        _ if has_no_ip(number) => Some(Position::End(WalkEnd::Other)),
        _ => Some(Position::End(WalkEnd::Unknown(Layer::EtherType(number)))),
    }
}

/// Types that carry no IP: ARP, Wake-on-LAN, RARP, AppleTalk and its ARP, IPX, flow control and slow protocols, PPPoE
/// discovery, HomePlug, EAPOL, PROFINET, EtherCAT, LLDP, MRP, PTP, CFM, FCoE and its initialization, loopback.
fn has_no_ip(number: u16) -> bool {
    matches!(
        number,
        0x0806
            | 0x0842
            | 0x8035
            | 0x809b
            | 0x80f3
            | 0x8137
            | 0x8808
            | 0x8809
            | 0x8863
            | 0x887b
            | 0x888e
            | 0x8892
            | 0x88a4
            | 0x88cc
            | 0x88e1
            | 0x88e3
            | 0x88f7
            | 0x8902
            | 0x8906
            | 0x8914
            | 0x9000
    )
}
