//! Writes a capture of made-up traffic, the same each time: `bench-capture --help`.

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};
use etherparse::{EtherType, Ethernet2Header, IpNumber, Ipv4Header, TcpHeader, TcpOptions};
use pcap_file::pcap::{PcapHeader, PcapPacket, PcapWriter};
use pcap_file::{DataLink, TsResolution};

use synfin_bench::traffic::{ACK, FIN, PSH, RST, SYN, Traffic, TrafficSegment};

/// What a Linux host sends: MSS, SACK, time stamps and window scale with a SYN, time stamps with everything else. Without
/// `has_stamps` what a Windows host sends, which Wireshark reads faster.
fn options(sent: &TrafficSegment, has_stamps: bool) -> Vec<u8> {
    if !has_stamps {
        return if sent.flags & SYN != 0 { vec![2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2] } else { Vec::new() };
    }
    let stamp = (sent.at / 1_000_000) as u32 + 1;
    // Without ACK there is nothing to echo (RFC 7323 §3.2).
    let echo = if sent.flags & ACK != 0 { stamp.wrapping_sub(1) } else { 0 };
    let stamps = [stamp.to_be_bytes(), echo.to_be_bytes()].concat();
    if sent.flags & RST != 0 {
        Vec::new()
    } else if sent.flags & SYN != 0 {
        [&[2, 4, 5, 0xb4, 4, 2, 8, 10][..], &stamps, &[1, 3, 3, 7]].concat()
    } else {
        [&[1, 1, 8, 10][..], &stamps].concat()
    }
}

fn frame(sent: &TrafficSegment, has_stamps: bool) -> Result<Vec<u8>, Box<dyn Error>> {
    let (client, server) = sent.endpoints();
    let (source, destination) = if sent.from_client { (client, server) } else { (server, client) };
    let mut tcp = TcpHeader::new(source.1, destination.1, sent.seq, sent.window);
    tcp.acknowledgment_number = sent.ack;
    tcp.syn = sent.flags & SYN != 0;
    tcp.ack = sent.flags & ACK != 0;
    tcp.fin = sent.flags & FIN != 0;
    tcp.rst = sent.flags & RST != 0;
    tcp.psh = sent.flags & PSH != 0;
    tcp.options = TcpOptions::try_from_slice(&options(sent, has_stamps))?;
    // Letters that are no protocol's beginning.
    let payload: Vec<u8> = (0..sent.payload).map(|n| b'a' + (n % 23) as u8).collect();
    let len = u16::try_from(tcp.header_len() + payload.len())?;
    let mut ip = Ipv4Header::new(len, 64, IpNumber::TCP, source.0, destination.0)?;
    ip.dont_fragment = true;
    ip.identification = (sent.at / 1_000) as u16;
    ip.header_checksum = ip.calc_header_checksum();
    tcp.checksum = tcp.calc_checksum_ipv4(&ip, &payload)?;
    let mac = |last| [2, 0, 0, 0, 0, last];
    let ethernet = Ethernet2Header {
        source: mac(if sent.from_client { 1 } else { 2 }),
        destination: mac(if sent.from_client { 2 } else { 1 }),
        ether_type: EtherType::IPV4,
    };
    Ok([&ethernet.to_bytes()[..], &ip.to_bytes(), &tcp.to_bytes(), &payload].concat())
}

const SEED: u64 = 1;

#[derive(Parser)]
#[command(about = "Writes a capture of made-up traffic, the same each time")]
struct Arguments {
    file: PathBuf,
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Clone, Copy, Subcommand)]
enum Kind {
    /// All that real captures hold
    Mixed { segments: u64, connections: u64, overlap: u64 },
    /// Connections of 15 segments: open, ask, answer, close
    Short { connections: u64, overlap: u64 },
    /// Transfers of so many segments, all at the same time
    Long { connections: u64, segments: u64 },
    /// SYNs that are each answered by a RST
    Scan { connections: u64 },
}

impl Kind {
    fn traffic(self) -> Traffic {
        match self {
            Kind::Mixed { segments, connections, overlap } => Traffic::mixed(SEED, segments, connections, overlap),
            Kind::Short { connections, overlap } => Traffic::short(SEED, connections, overlap),
            Kind::Long { connections, segments } => Traffic::long(SEED, connections, segments),
            Kind::Scan { connections } => Traffic::scan(SEED, connections),
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let Arguments { file, kind } = Arguments::parse();
    let header =
        PcapHeader { datalink: DataLink::ETHERNET, ts_resolution: TsResolution::NanoSecond, ..PcapHeader::default() };
    let mut file = PcapWriter::with_header(BufWriter::new(File::create(file)?), header)?;
    let mut count = 0u64;
    for sent in kind.traffic() {
        let bytes = frame(&sent, matches!(kind, Kind::Mixed { .. }))?;
        let at = Duration::from_secs(1_700_000_000) + Duration::from_nanos(sent.at);
        file.write_packet(&PcapPacket::new(at, u32::try_from(bytes.len())?, &bytes))?;
        count += 1;
    }
    eprintln!("{count} frames");
    Ok(())
}
