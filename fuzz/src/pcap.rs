//! Segments as a capture file: Ethernet, IPv4 or IPv6, TCP, with nanoseconds.

use std::io::Write;
use std::net::IpAddr;
use std::time::Duration;

use etherparse::{EtherType, Ethernet2Header, IpNumber, Ipv4Header, Ipv6FlowLabel, Ipv6Header, TcpHeader, TcpOptions};
use pcap_file::pcap::{PcapHeader, PcapPacket, PcapWriter};
use pcap_file::{DataLink, PcapError, TsResolution};
use synfin_core::segment::{Address, Flags, Offers, Segment};

use crate::walk::Step;

/// Bytes of payload that are written at most; a longer segment is one cut short by the snap length.
const SNAP: u32 = 40;

/// A capture being written.
pub struct Capture<W: Write>(PcapWriter<W>);

impl<W: Write> Capture<W> {
    /// Begins a capture.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(out: W) -> Result<Capture<W>, PcapError> {
        let link = DataLink::ETHERNET;
        let header = PcapHeader { datalink: link, ts_resolution: TsResolution::NanoSecond, ..PcapHeader::default() };
        Ok(Capture(PcapWriter::with_header(out, header)?))
    }

    /// Writes one segment as a frame. What IPv4 cannot hold is cut down to what it can.
    ///
    /// # Errors
    /// Those of the output.
    pub fn put(&mut self, step: &Step) -> Result<(), PcapError> {
        let segment = &step.segment;
        let tcp = tcp(segment).to_bytes();
        let payload = segment.payload_len.min(65_000);
        let (kind, network) = network(step, tcp.len() + payload as usize);
        let link = Ethernet2Header { source: [2, 0, 0, 0, 0, 2], destination: [2, 0, 0, 0, 0, 1], ether_type: kind };
        let mut bytes = [&link.to_bytes()[..], &network, &tcp].concat();
        let wire = bytes.len() as u32 + payload;
        bytes.resize(bytes.len() + payload.min(SNAP) as usize, b'.');
        let at = segment.at.map_or(0, |at| at.0).clamp(0, 0xffff_ffff * 1_000_000_000);
        let at = Duration::from_nanos(at.unsigned_abs());
        self.0.write_packet(&PcapPacket::new(at, wire, &bytes))?;
        Ok(())
    }

    /// Ends the capture.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(self) -> std::io::Result<()> {
        self.0.into_writer().flush()
    }
}

/// The network header of a packet that carries so many bytes.
fn network(step: &Step, len: usize) -> (EtherType, Vec<u8>) {
    let len = u16::try_from(len).unwrap_or(u16::MAX);
    let network = step.segment.network;
    let hops = network.hops.unwrap_or(64);
    if let (Some(IpAddr::V6(source)), Some(IpAddr::V6(destination))) = (step.path.source, step.path.destination) {
        let header = Ipv6Header {
            traffic_class: 0,
            flow_label: Ipv6FlowLabel::ZERO,
            payload_length: len,
            next_header: IpNumber::TCP,
            hop_limit: hops,
            source: source.octets(),
            destination: destination.octets(),
        };
        return (EtherType::IPV6, header.to_bytes().to_vec());
    }
    let address = |address: Address| match address {
        Some(IpAddr::V4(v4)) => v4.octets(),
        Some(IpAddr::V6(v6)) => [10, 6, 0, v6.octets()[15]],
        None => [10, 9, 9, 9],
    };
    let [source, destination] = [step.path.source, step.path.destination].map(address);
    let header = Ipv4Header::new(len.min(65_000 + 60), hops, IpNumber::TCP, source, destination);
    let mut header = header.unwrap_or_default();
    header.identification = network.identification.unwrap_or(0);
    header.header_checksum = header.calc_header_checksum();
    (EtherType::IPV4, header.to_bytes().to_vec())
}

/// A segment's TCP header.
pub(crate) fn tcp(segment: &Segment) -> TcpHeader {
    let has = |flag| segment.flags.has(flag);
    let mut header = TcpHeader::new(segment.source_port, segment.destination_port, segment.seq.0, segment.window);
    header.acknowledgment_number = segment.ack.0;
    (header.fin, header.syn, header.rst) = (has(Flags::FIN), has(Flags::SYN), has(Flags::RST));
    (header.psh, header.ack, header.urg) = (has(Flags::PSH), has(Flags::ACK), has(Flags::URG));
    (header.ece, header.cwr, header.ns) = (has(Flags::ECE), has(Flags::CWR), has(Flags::AE));
    header.options = TcpOptions::try_from_slice(&options(segment)).unwrap_or_default();
    header
}

fn options(segment: &Segment) -> Vec<u8> {
    let mut bytes = Vec::new();
    if segment.flags.has(Flags::SYN) {
        if let Some(mss) = segment.options.mss {
            bytes.extend([2, 4]);
            bytes.extend(mss.to_be_bytes());
        }
        if let Some(shift) = segment.options.window_scale {
            bytes.extend([1, 3, 3, shift]);
        }
        if segment.options.has(Offers::SACK) {
            bytes.extend([1, 1, 4, 2]);
        }
    }
    if let Some(stamps) = segment.timestamps {
        bytes.extend([1, 1, 8, 10]);
        bytes.extend(stamps.value.to_be_bytes());
        bytes.extend(stamps.echo.to_be_bytes());
    }
    bytes
}
