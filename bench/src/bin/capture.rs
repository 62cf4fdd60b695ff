//! Writes a capture of made-up traffic: `bench-capture FILE [SEGMENTS [CONNECTIONS [OVERLAP [SEED]]]]`.

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::time::Duration;

use etherparse::{EtherType, Ethernet2Header, IpNumber, Ipv4Header, TcpHeader, TcpOptions};
use pcap_file::pcap::{PcapHeader, PcapPacket, PcapWriter};
use pcap_file::{DataLink, TsResolution};

use synfin_bench::traffic::{ACK, FIN, PSH, RST, SYN, Sent, Traffic};

/// What a Linux host sends: MSS, SACK, time stamps and window scale with a SYN, time stamps with everything else.
fn options(sent: &Sent) -> Vec<u8> {
    let stamp = (sent.at / 1_000_000) as u32 + 1;
    let stamps = [&stamp.to_be_bytes()[..], &stamp.wrapping_sub(1).to_be_bytes()].concat();
    if sent.flags & RST != 0 {
        Vec::new()
    } else if sent.flags & SYN != 0 {
        [&[2, 4, 5, 0xb4, 4, 2, 8, 10][..], &stamps, &[1, 3, 3, 7]].concat()
    } else {
        [&[1, 1, 8, 10][..], &stamps].concat()
    }
}

fn frame(sent: &Sent) -> Result<Vec<u8>, Box<dyn Error>> {
    let (client, server) = sent.endpoints();
    let (source, destination) = if sent.from_client { (client, server) } else { (server, client) };
    let mut tcp = TcpHeader::new(source.1, destination.1, sent.seq, sent.window);
    tcp.acknowledgment_number = sent.ack;
    tcp.syn = sent.flags & SYN != 0;
    tcp.ack = sent.flags & ACK != 0;
    tcp.fin = sent.flags & FIN != 0;
    tcp.rst = sent.flags & RST != 0;
    tcp.psh = sent.flags & PSH != 0;
    tcp.options = TcpOptions::try_from_slice(&options(sent))?;
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

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: bench-capture FILE [SEGMENTS [CONNECTIONS [OVERLAP [SEED]]]]")?;
    let mut number = |default: u64| arguments.next().map_or(Ok(default), |text| text.parse());
    let (segments, connections) = (number(1_000_000)?, number(67_000)?);
    let (overlap, seed) = (number(1_000)?, number(1)?);
    let header =
        PcapHeader { datalink: DataLink::ETHERNET, ts_resolution: TsResolution::NanoSecond, ..PcapHeader::default() };
    let mut file = PcapWriter::with_header(BufWriter::new(File::create(path)?), header)?;
    let mut count = 0u64;
    for sent in Traffic::mixed(seed, segments, connections, overlap) {
        let bytes = frame(&sent)?;
        let at = Duration::from_secs(1_700_000_000) + Duration::from_nanos(sent.at);
        file.write_packet(&PcapPacket::new(at, u32::try_from(bytes.len())?, &bytes))?;
        count += 1;
    }
    eprintln!("{count} frames in {connections} connections");
    Ok(())
}
