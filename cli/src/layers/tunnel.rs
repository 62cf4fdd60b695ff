//! Layers that carry frames or packets of others.

use etherparse::{UdpHeader, UdpHeaderSlice};

use super::rest::Rest;
use super::unknown_layers::Layer;
use super::{NextLayer, Position, WalkEnd};

/// Ports of UDP behind which there are packets, as Wireshark has them without preferences.
const VXLAN: u16 = 4789;
const VXLAN_GPE: u16 = 4790;
const GENEVE: u16 = 6081;
const GTP_U: u16 = 2152;
const TEREDO: u16 = 3544;
const GRE_IN_UDP: u16 = 4754;
const MPLS_IN_UDP: u16 = 6635;

/// Bytes of headers.
const VXLAN_LEN: usize = 8;
const GENEVE_LEN: usize = 8;
const GTP_LEN: usize = 8;
const GTP_MORE_LEN: usize = 4;
const GRE_LEN: usize = 4;
const MPLS_LEN: usize = 4;
const PPPOE_LEN: usize = 6;
const ERSPAN_2_LEN: usize = 8;
const ERSPAN_3_LEN: usize = 12;
const ERSPAN_MORE_LEN: usize = 8;

/// Ethernet in GRE (RFC 7637), and in Geneve.
const TRANSPARENT_ETHERNET: u16 = 0x6558;

/// UDP: of its two ports, the lower one is asked first for what is behind it.
pub(super) fn udp(rest: Rest) -> Option<Position> {
    let header = UdpHeaderSlice::from_slice(rest.bytes).ok()?;
    let (from, to) = (header.source_port(), header.destination_port());
    let inside = match usize::from(header.length()) {
        0 => rest.after(UdpHeader::LEN)?,
        len => rest.at_most(len).after(UdpHeader::LEN)?,
    };
    for port in [from.min(to), from.max(to)] {
        match port {
            VXLAN => return Some(Position::Layer(NextLayer::Ethernet, inside.after(VXLAN_LEN)?)),
            VXLAN_GPE => return vxlan_gpe(inside),
            GENEVE => return geneve(inside),
            GTP_U => return gtp(inside),
            TEREDO => return teredo(inside),
            GRE_IN_UDP => return gre(inside),
            MPLS_IN_UDP => return mpls(inside),
            _ => {}
        }
    }
    Some(Position::End(WalkEnd::Other))
}

/// VXLAN's generic protocol extension (draft-ietf-nvo3-vxlan-gpe): it says what it carries.
fn vxlan_gpe(rest: Rest) -> Option<Position> {
    let (protocol, inside) = (rest.byte(3)?, rest.after(VXLAN_LEN)?);
    Some(match protocol {
        1 | 2 => Position::Layer(NextLayer::Ip, inside),
        3 => Position::Layer(NextLayer::Ethernet, inside),
        5 => mpls(inside)?,
        _ => Position::End(WalkEnd::Unknown(Layer::In("VXLAN-GPE"))),
    })
}

/// Geneve (RFC 8926 §3.4).
fn geneve(rest: Rest) -> Option<Position> {
    let (first, protocol) = (rest.byte(0)?, rest.two(2)?);
    if first >> 6 != 0 {
        return Some(Position::End(WalkEnd::Other));
    }
    let options = usize::from(first & 0x3f).saturating_mul(4);
    Some(Position::Layer(named(protocol), rest.after(GENEVE_LEN.saturating_add(options))?))
}

/// Ethernet, or an Ethernet type.
fn named(protocol: u16) -> NextLayer {
    if protocol == TRANSPARENT_ETHERNET { NextLayer::Ethernet } else { NextLayer::EtherType(protocol) }
}

/// GTP version 1 for user data (3GPP TS 29.281 §5.1).
fn gtp(rest: Rest) -> Option<Position> {
    const T_PDU: u8 = 0xff;
    const HAS_MORE: u8 = 0x07;
    const HAS_EXTENSION: u8 = 0x04;
    let (flags, message) = (rest.byte(0)?, rest.byte(1)?);
    // Version 1 of GTP, not GTP prime.
    if flags >> 4 != 0x3 || message != T_PDU {
        return Some(Position::End(WalkEnd::Other));
    }
    let len = usize::from(rest.two(2)?);
    let mut inside = rest.at_most(GTP_LEN.saturating_add(len)).after(GTP_LEN)?;
    if flags & HAS_MORE != 0 {
        let mut next = if flags & HAS_EXTENSION == 0 { 0 } else { inside.byte(3)? };
        inside = inside.after(GTP_MORE_LEN)?;
        while next != 0 {
            let len = usize::from(inside.byte(0)?).saturating_mul(4);
            next = inside.byte(len.checked_sub(1)?)?;
            inside = inside.after(len)?;
        }
    }
    Some(match inside.byte(0)? >> 4 {
        4 | 6 => Position::Layer(NextLayer::Ip, inside),
        _ => Position::End(WalkEnd::Unknown(Layer::In("GTP-U"))),
    })
}

/// Teredo (RFC 4380 §5.1.1): IPv6, behind an authentication and the origin.
fn teredo(rest: Rest) -> Option<Position> {
    let mut inside = rest;
    if inside.two(0)? == 1 {
        let values = usize::from(inside.byte(2)?).saturating_add(usize::from(inside.byte(3)?));
        // Nonce and confirmation.
        inside = inside.after(values.saturating_add(4 + 8 + 1))?;
    }
    if inside.two(0)? == 0 {
        inside = inside.after(8)?;
    }
    Some(if inside.byte(0)? >> 4 == 6 { Position::Layer(NextLayer::Ip, inside) } else { Position::End(WalkEnd::Other) })
}

/// GRE (RFC 2784, RFC 2890, RFC 2637 for version 1).
pub(super) fn gre(rest: Rest) -> Option<Position> {
    const CHECKSUM: u16 = 0x8000;
    const ROUTING: u16 = 0x4000;
    const KEY: u16 = 0x2000;
    const SEQUENCE: u16 = 0x1000;
    const ACKNOWLEDGMENT: u16 = 0x0080;
    let (flags, protocol) = (rest.two(0)?, rest.two(2)?);
    let has = |flag: u16| flags & flag != 0;
    let is_version_1 = flags & 7 == 1;
    let fields = [has(CHECKSUM) || has(ROUTING), has(KEY), has(SEQUENCE), is_version_1 && has(ACKNOWLEDGMENT)];
    let more = fields.into_iter().filter(|is_there| *is_there).count().saturating_mul(4);
    let mut inside = rest.after(GRE_LEN.saturating_add(more))?;
    if has(ROUTING) {
        inside = behind_routes(inside)?;
    }
    Some(match protocol {
        TRANSPARENT_ETHERNET => Position::Layer(NextLayer::Ethernet, inside),
        0x88be if !has(SEQUENCE) => Position::Layer(NextLayer::Ethernet, inside),
        0x88be | 0x22eb => erspan(inside)?,
        0x880b => Position::Layer(NextLayer::Ppp, inside),
        0x883e => wccp(inside)?,
        0x0800 | 0x86dd | 0x8100 | 0x8847 | 0x8848 => Position::Layer(NextLayer::EtherType(protocol), inside),
        _ => Position::End(WalkEnd::Unknown(Layer::Gre(protocol))),
    })
}

/// Behind the source routes of old GRE (RFC 1701): the last one has no length.
fn behind_routes(rest: Rest) -> Option<Rest> {
    let mut inside = rest;
    loop {
        let (family, len) = (inside.two(0)?, usize::from(inside.byte(3)?));
        inside = inside.after(len.saturating_add(4))?;
        if family == 0 && len == 0 {
            return Some(inside);
        }
    }
}

/// What Cisco's redirection carries: IP, behind a header in its second version.
fn wccp(rest: Rest) -> Option<Position> {
    let inside = if rest.byte(0)? >> 4 == 4 { rest } else { rest.after(4)? };
    Some(Position::Layer(NextLayer::Ip, inside))
}

/// ERSPAN, type II and III (draft-foschiano-erspan): a mirrored frame.
fn erspan(rest: Rest) -> Option<Position> {
    Some(match rest.byte(0)? >> 4 {
        1 => Position::Layer(NextLayer::Ethernet, rest.after(ERSPAN_2_LEN)?),
        2 => {
            let last = rest.byte(11)?;
            let more = if last & 1 == 0 { 0 } else { ERSPAN_MORE_LEN };
            Position::Layer(NextLayer::Ethernet, rest.after(ERSPAN_3_LEN.saturating_add(more))?)
        }
        _ => Position::End(WalkEnd::Unknown(Layer::In("ERSPAN"))),
    })
}

/// MPLS (RFC 3032): labels, the last of which says so; what is behind it shows in its first bits (RFC 4928 §3).
pub(super) fn mpls(rest: Rest) -> Option<Position> {
    let mut inside = rest;
    loop {
        let is_last = inside.byte(2)? & 1 == 1;
        inside = inside.after(MPLS_LEN)?;
        if is_last {
            break;
        }
    }
    Some(match inside.byte(0)? >> 4 {
        4 | 6 => Position::Layer(NextLayer::Ip, inside),
        // A pseudowire of Ethernet: a frame, or its control word before it (RFC 4448 §4.6). Nothing says which; Wireshark
        // goes by the makers of network cards.
        0 if matches!(inside.two(12), Some(0x0800 | 0x86dd | 0x8100)) => Position::Layer(NextLayer::Ethernet, inside),
        0 => Position::Layer(NextLayer::Ethernet, inside.after(4)?),
        _ => Position::End(WalkEnd::Unknown(Layer::In("MPLS"))),
    })
}

/// PPPoE, its session stage (RFC 2516 §4).
pub(super) fn pppoe(rest: Rest) -> Option<Position> {
    let len = usize::from(rest.two(4)?);
    Some(Position::Layer(NextLayer::Ppp, rest.after(PPPOE_LEN)?.at_most(len)))
}

/// PPP (RFC 1661 §2, RFC 1662 §3.1): address and control, and the first byte of the protocol, may be left out.
pub(super) fn ppp(rest: Rest) -> Option<Position> {
    let mut inside = if rest.two(0)? == 0xff03 { rest.after(2)? } else { rest };
    let first = inside.byte(0)?;
    let protocol = if first & 1 == 1 {
        inside = inside.after(1)?;
        u16::from(first)
    } else {
        let protocol = inside.two(0)?;
        inside = inside.after(2)?;
        protocol
    };
    Some(match protocol {
        0x0021 | 0x0057 => Position::Layer(NextLayer::Ip, inside),
        0x0281 | 0x0283 => mpls(inside)?,
        // Control of the link and of what it carries.
        0x8000.. => Position::End(WalkEnd::Other),
        _ => Position::End(WalkEnd::Unknown(Layer::Ppp(protocol))),
    })
}

/// PPP in HDLC's frames (RFC 1662), or what Cisco makes of those.
pub(super) fn ppp_or_cisco(rest: Rest) -> Option<Position> {
    match rest.byte(0)? {
        0x0f | 0x8f => Some(Position::Layer(NextLayer::EtherType(rest.two(2)?), rest.after(4)?)),
        _ => ppp(rest),
    }
}
