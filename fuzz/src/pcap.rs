//! Segments as a capture file: Ethernet, IPv4 or IPv6, TCP, in the plain pcap format with nanoseconds.

use std::io::{self, Write};
use std::net::IpAddr;

use synfin::tcp::{Flags, Segment};
use synfin::tracker::Address;

use crate::walk::Step;

/// Octets of payload that are written at most; a longer segment is one cut short by the snap length.
const SNAP: u32 = 40;

/// A capture being written.
#[derive(Debug)]
pub struct Capture<W: Write> {
    out: W,
    octets: Vec<u8>,
}

impl<W: Write> Capture<W> {
    /// Begins a capture.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(mut out: W) -> io::Result<Capture<W>> {
        out.write_all(&0xa1b2_3c4d_u32.to_le_bytes())?;
        out.write_all(&[2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0])?;
        Ok(Capture { out, octets: Vec::new() })
    }

    /// Writes one segment as a frame. What IPv4 cannot hold is cut down to what it can.
    ///
    /// # Errors
    /// Those of the output.
    pub fn put(&mut self, step: &Step) -> io::Result<()> {
        let segment = &step.segment;
        let options = options(segment);
        let header = 20 + options.len() as u32;
        let payload = segment.payload_len.min(65_000);
        let kept = payload.min(SNAP);
        self.octets.clear();
        let wire = 14 + self.network(step, header + payload) + header + payload;
        self.tcp(segment, &options);
        self.octets.resize(self.octets.len() + kept as usize, b'.');
        let ns = segment.at.map_or(0, |at| at.0).clamp(0, 0xffff_ffff * 1_000_000_000);
        let (seconds, ns) = ((ns / 1_000_000_000) as u32, (ns % 1_000_000_000) as u32);
        for number in [seconds, ns, self.octets.len() as u32, wire] {
            self.out.write_all(&number.to_le_bytes())?;
        }
        self.out.write_all(&self.octets)
    }

    /// Writes the link and network headers; gives the length of the latter.
    fn network(&mut self, step: &Step, len: u32) -> u32 {
        self.octets.extend([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]);
        match (step.path.source, step.path.destination) {
            (Address::Ip(IpAddr::V6(from)), Address::Ip(IpAddr::V6(to))) => {
                self.octets.extend([0x86, 0xdd, 0x60, 0, 0, 0]);
                self.octets.extend((len as u16).to_be_bytes());
                self.octets.extend([6, 64]);
                self.octets.extend(from.octets());
                self.octets.extend(to.octets());
                40
            }
            (from, to) => {
                self.octets.extend([8, 0, 0x45, 0]);
                self.octets.extend((len as u16 + 20).to_be_bytes());
                self.octets.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
                for address in [from, to] {
                    match address {
                        Address::Ip(IpAddr::V4(v4)) => self.octets.extend(v4.octets()),
                        Address::Ip(IpAddr::V6(v6)) => self.octets.extend([10, 6, 0, v6.octets()[15]]),
                        Address::Unknown => self.octets.extend([10, 9, 9, 9]),
                    }
                }
                20
            }
        }
    }

    fn tcp(&mut self, segment: &Segment, options: &[u8]) {
        self.octets.extend(segment.source_port.to_be_bytes());
        self.octets.extend(segment.destination_port.to_be_bytes());
        self.octets.extend(segment.seq.0.to_be_bytes());
        self.octets.extend(segment.ack.0.to_be_bytes());
        let words = (20 + options.len()) as u16 / 4;
        self.octets.extend((words << 12 | (segment.flags.0 & 0x1ff)).to_be_bytes());
        self.octets.extend(segment.window.to_be_bytes());
        self.octets.extend([0; 4]);
        self.octets.extend(options);
    }

    /// Ends the capture.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn options(segment: &Segment) -> Vec<u8> {
    let mut octets = Vec::new();
    if !segment.flags.has(Flags::SYN) {
        return octets;
    }
    if let Some(mss) = segment.options.mss {
        octets.extend([2, 4]);
        octets.extend(mss.to_be_bytes());
    }
    if let Some(shift) = segment.options.window_scale {
        octets.extend([1, 3, 3, shift]);
    }
    if segment.options.sack {
        octets.extend([1, 1, 4, 2]);
    }
    octets
}
