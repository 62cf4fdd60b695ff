//! Packets around TCP headers, and capture files of them.

use std::path::Path;
use std::time::Duration;

use etherparse::{IpNumber, PacketBuilder};
use pcap_file::pcap::{PcapHeader, PcapPacket, PcapWriter};
use pcap_file::{DataLink, Endianness, TsResolution};

use super::core::{LEFT, RIGHT};
use super::script::{Direction, EPOCH_NS, Wire};

const ETHERTYPE_IPV4: u16 = 0x0800;
const ETHERTYPE_IPV6: u16 = 0x86dd;

/// A packet of a capture.
#[derive(Clone, Debug)]
pub struct Packet {
    pub at_ns: i64,
    /// Bytes on the wire; `bytes` may hold fewer.
    pub wire_len: u32,
    pub bytes: Vec<u8>,
}

/// Who goes to whom, and the network numbers of both: the second pair of bytes of the addresses tells networks apart.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    pub source: [u8; 4],
    pub destination: [u8; 4],
}

impl Ends {
    pub fn of(wire: &Wire) -> Ends {
        match wire.direction {
            Direction::ToRight => Ends { source: LEFT, destination: RIGHT },
            Direction::ToLeft => Ends { source: RIGHT, destination: LEFT },
        }
    }

    /// The same hosts with other addresses, for the outside of a tunnel.
    pub fn outer(self) -> Ends {
        let shift = |address: [u8; 4]| [192, 0, 2, address[3]];
        Ends { source: shift(self.source), destination: shift(self.destination) }
    }

    pub fn reversed(self) -> Ends {
        Ends { source: self.destination, destination: self.source }
    }

    fn v6(address: [u8; 4]) -> [u8; 16] {
        [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, address[3]]
    }
}

/// The Internet checksum of these bytes (RFC 1071), as a TCP checksum is counted with its pseudo-header before it.
fn checksum(bytes: &[u8]) -> u16 {
    let mut sum: u32 = bytes
        .chunks(2)
        .map(|pair| u32::from(pair[0]) << 8 | u32::from(pair.get(1).copied().unwrap_or(0)))
        .fold(0, u32::wrapping_add);
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

fn with_checksum(mut segment: Vec<u8>, mut pseudo: Vec<u8>) -> Vec<u8> {
    pseudo.extend(&segment);
    let sum = checksum(&pseudo);
    segment[16..18].copy_from_slice(&sum.to_be_bytes());
    segment
}

/// Header, payload of small letters, and a checksum for IPv4.
pub fn tcp(wire: &Wire, ends: Ends) -> Vec<u8> {
    let mut segment = wire.header();
    segment.extend((0..wire.len).map(|n| b'a' + (n % 26) as u8));
    let mut pseudo = [ends.source, ends.destination].concat();
    pseudo.extend([0, 6]);
    pseudo.extend(u16::try_from(segment.len()).expect("a segment fits into a packet").to_be_bytes());
    with_checksum(segment, pseudo)
}

fn tcp6(wire: &Wire, ends: Ends) -> Vec<u8> {
    let mut segment = wire.header();
    segment.extend((0..wire.len).map(|n| b'a' + (n % 26) as u8));
    let mut pseudo = [Ends::v6(ends.source), Ends::v6(ends.destination)].concat();
    pseudo.extend((segment.len() as u32).to_be_bytes());
    pseudo.extend([0, 0, 0, 6]);
    with_checksum(segment, pseudo)
}

/// The IPv4 packet of a segment, with its identification and TTL.
pub fn ipv4_segment(ends: Ends, wire: &Wire) -> Vec<u8> {
    let mut packet = ipv4(ends, 6, &tcp(wire, ends));
    packet[4..6].copy_from_slice(&wire.id.to_be_bytes());
    packet[8] = wire.ttl;
    packet[10..12].copy_from_slice(&[0, 0]);
    let sum = checksum(&packet[..20]);
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
    packet
}

pub fn ipv4(ends: Ends, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    let builder = PacketBuilder::ip(etherparse::IpHeaders::Ipv4(
        etherparse::Ipv4Header::new(0, 64, IpNumber(protocol), ends.source, ends.destination).expect("an empty one"),
        etherparse::Ipv4Extensions::default(),
    ));
    builder.write(&mut packet, IpNumber(protocol), payload).expect("it fits");
    packet
}

pub fn ipv6(ends: Ends, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    let header = etherparse::Ipv6Header {
        traffic_class: 0,
        flow_label: etherparse::Ipv6FlowLabel::ZERO,
        payload_length: 0,
        next_header: IpNumber(protocol),
        hop_limit: 64,
        source: Ends::v6(ends.source),
        destination: Ends::v6(ends.destination),
    };
    let builder = PacketBuilder::ip(etherparse::IpHeaders::Ipv6(header, etherparse::Ipv6Extensions::default()));
    builder.write(&mut packet, IpNumber(protocol), payload).expect("it fits");
    packet
}

/// IPv4 packet in two fragments: the first with `first` bytes (a multiple of 8) of its payload.
pub fn fragments(ends: Ends, payload: &[u8], first: usize, id: u16) -> [Vec<u8>; 2] {
    let part = |range: std::ops::Range<usize>, more: u16| {
        let mut packet = ipv4(ends, 6, &payload[range.clone()]);
        let offset = u16::try_from(range.start / 8).unwrap() | more << 13;
        packet[4..6].copy_from_slice(&id.to_be_bytes());
        packet[6..8].copy_from_slice(&offset.to_be_bytes());
        packet[10..12].copy_from_slice(&[0, 0]);
        let sum = checksum(&packet[..20]);
        packet[10..12].copy_from_slice(&sum.to_be_bytes());
        packet
    };
    [part(0..first, 1), part(first..payload.len(), 0)]
}

fn udp(ends: Ends, port: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    packet.extend(50_000u16.to_be_bytes());
    packet.extend(port.to_be_bytes());
    packet.extend(u16::try_from(8 + payload.len()).unwrap().to_be_bytes());
    packet.extend([0, 0]);
    packet.extend(payload);
    ipv4(ends, 17, &packet)
}

pub fn ethernet(kind: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
    frame.extend(kind.to_be_bytes());
    frame.extend(payload);
    frame
}

/// How a TCP segment is wrapped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrap {
    Ipv4,
    Ipv6,
    Vlan,
    DoubleVlan,
    /// Linux cooked, version 1: a link type of its own.
    Cooked,
    Gre,
    /// A whole Ethernet frame in GRE.
    GreEthernet,
    Vxlan,
    IpInIp,
    Ipv6InIpv4,
    /// Padded to the 60 bytes of the shortest Ethernet frame.
    Padded,
    /// Raw IP: a link type of its own.
    RawIp,
}

impl Wrap {
    pub const ALL: [Wrap; 12] = [
        Wrap::Ipv4,
        Wrap::Ipv6,
        Wrap::Vlan,
        Wrap::DoubleVlan,
        Wrap::Cooked,
        Wrap::Gre,
        Wrap::GreEthernet,
        Wrap::Vxlan,
        Wrap::IpInIp,
        Wrap::Ipv6InIpv4,
        Wrap::Padded,
        Wrap::RawIp,
    ];

    pub fn link(self) -> DataLink {
        match self {
            Wrap::Cooked => DataLink::LINUX_SLL,
            Wrap::RawIp => DataLink::RAW,
            _ => DataLink::ETHERNET,
        }
    }

    pub fn bytes(self, wire: &Wire) -> Vec<u8> {
        let ends = Ends::of(wire);
        let outer = ends.outer();
        let plain = || ipv4_segment(ends, wire);
        let plain6 = || ipv6(ends, 6, &tcp6(wire, ends));
        let tagged = |kind: u16, tag: u16, inner: u16, payload: &[u8]| {
            let mut bytes = tag.to_be_bytes().to_vec();
            bytes.extend(inner.to_be_bytes());
            bytes.extend(payload);
            (kind, bytes)
        };
        match self {
            Wrap::Ipv4 => ethernet(ETHERTYPE_IPV4, &plain()),
            Wrap::Ipv6 => ethernet(ETHERTYPE_IPV6, &plain6()),
            Wrap::Vlan => {
                let (kind, payload) = tagged(0x8100, 7, ETHERTYPE_IPV4, &plain());
                ethernet(kind, &payload)
            }
            Wrap::DoubleVlan => {
                let (kind, payload) = tagged(0x8100, 7, ETHERTYPE_IPV4, &plain());
                let (kind, payload) = tagged(0x88a8, 9, kind, &payload);
                ethernet(kind, &payload)
            }
            Wrap::Cooked => {
                let mut frame = vec![0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];
                frame.extend(ETHERTYPE_IPV4.to_be_bytes());
                frame.extend(plain());
                frame
            }
            Wrap::Gre => {
                let mut payload = vec![0, 0];
                payload.extend(ETHERTYPE_IPV4.to_be_bytes());
                payload.extend(plain());
                ethernet(ETHERTYPE_IPV4, &ipv4(outer, 47, &payload))
            }
            Wrap::GreEthernet => {
                let mut payload = vec![0, 0, 0x65, 0x58];
                payload.extend(ethernet(ETHERTYPE_IPV4, &plain()));
                ethernet(ETHERTYPE_IPV4, &ipv4(outer, 47, &payload))
            }
            Wrap::Vxlan => {
                let mut payload = vec![8, 0, 0, 0, 0, 0, 42, 0];
                payload.extend(ethernet(ETHERTYPE_IPV4, &plain()));
                ethernet(ETHERTYPE_IPV4, &udp(outer, 4789, &payload))
            }
            Wrap::IpInIp => ethernet(ETHERTYPE_IPV4, &ipv4(outer, 4, &plain())),
            Wrap::Ipv6InIpv4 => ethernet(ETHERTYPE_IPV4, &ipv4(outer, 41, &plain6())),
            Wrap::Padded => {
                let mut frame = ethernet(ETHERTYPE_IPV4, &plain());
                frame.resize(frame.len().max(60), 0);
                frame
            }
            Wrap::RawIp => plain(),
        }
    }

    pub fn packet(self, wire: &Wire) -> Packet {
        packet(wire.at_ns.unwrap_or(EPOCH_NS), self.bytes(wire))
    }
}

pub fn packet(at_ns: i64, bytes: Vec<u8>) -> Packet {
    Packet { at_ns, wire_len: bytes.len() as u32, bytes }
}

/// An ICMP error (port unreachable) that quotes a segment.
pub fn quoted_in_icmp(wire: &Wire) -> Packet {
    let ends = Ends::of(wire);
    let mut icmp = vec![3, 3, 0, 0, 0, 0, 0, 0];
    icmp.extend(ipv4_segment(ends, wire));
    let sum = checksum(&icmp);
    icmp[2..4].copy_from_slice(&sum.to_be_bytes());
    packet(wire.at_ns.unwrap_or(EPOCH_NS), ethernet(ETHERTYPE_IPV4, &ipv4(ends.reversed(), 1, &icmp)))
}

/// One frame with two TCP layers: SOCKS-like tunnels do not show as such, but IP in IP twice over is no second TCP
/// layer either. Two IP packets side by side in one frame do: PPP multiplexing (RFC 3153), which Wireshark dissects.
pub fn two_in_a_frame(first: &Wire, second: &Wire) -> Packet {
    let part = |wire: &Wire| {
        let ends = Ends::of(wire);
        let inner = ipv4_segment(ends, wire);
        // Protocol-field flag and long length, then PPP's number of IPv4.
        let len = u16::try_from(inner.len() + 2).unwrap();
        let mut bytes = (0xc000 | len).to_be_bytes().to_vec();
        bytes.extend([0x00, 0x21]);
        bytes.extend(inner);
        bytes
    };
    // PPP in GRE-less form: link type PPP, protocol PPPMux (0x0059).
    let mut frame = vec![0xff, 0x03, 0x00, 0x59];
    frame.extend(part(first));
    frame.extend(part(second));
    packet(first.at_ns.unwrap_or(EPOCH_NS), frame)
}

/// Writes a capture with time stamps in nanoseconds.
pub fn write(path: &Path, link: DataLink, packets: &[Packet]) {
    let header = PcapHeader {
        datalink: link,
        ts_resolution: TsResolution::NanoSecond,
        endianness: Endianness::Little,
        snaplen: 262_144,
        ..PcapHeader::default()
    };
    let file = std::io::BufWriter::new(std::fs::File::create(path).expect("a file to write"));
    let mut writer = PcapWriter::with_header(file, header).expect("a header to write");
    for packet in packets {
        let at = Duration::from_nanos(u64::try_from(packet.at_ns).expect("after 1970"));
        writer.write_packet(&PcapPacket::new(at, packet.wire_len, &packet.bytes)).expect("a packet to write");
    }
}

/// Keeps `snap` bytes of each packet.
pub fn cut(packets: &[Packet], snap: usize) -> Vec<Packet> {
    let cut =
        |packet: &Packet| Packet { bytes: packet.bytes[..packet.bytes.len().min(snap)].to_vec(), ..packet.clone() };
    packets.iter().map(cut).collect()
}
