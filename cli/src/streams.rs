//! Which `tcp.stream` a segment belongs to, as Wireshark decides it (`dissect_tcp` in `packet-tcp.c`).
//!
//! A stream is the latest one of its two endpoints, until a SYN begins another. What makes a SYN begin another differs from
//! series to series:
//!
//! | | before 4.4 | 4.4 and later |
//! | --- | --- | --- |
//! | a SYN of another number than the sender's first | a new stream | a new stream |
//! | a SYN of the same number, after a RST, or a FIN with ACK | the same stream | a new stream |
//! | a SYN-ACK of another number, or of the same after a RST or FIN | the same stream | a new stream |
//! | a SYN of an end of which no number is known | the same stream | the same, and what came before no longer counts |
//! | a TCP header that an ICMP error quotes | as a segment, but no number of it is kept | the same |

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use synfin_core::segment::Flags;

/// Every series that synfin knows: the table that the plugin's scripts read too.
const TABLE: &str = include_str!("../../scripts/series.tsv");

/// A series of Wireshark: its major and minor number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Series(u16, u16);

/// The first one whose streams come from SYNs and SYN-ACKs of any number.
const SPLITS_MORE: Series = Series(4, 4);

impl Series {
    /// All of them, oldest first.
    pub fn all() -> impl Iterator<Item = Series> {
        TABLE.lines().filter_map(|line| {
            let (major, minor) = line.split('\t').next()?.split_once('.')?;
            Some(Series(major.parse().ok()?, minor.parse().ok()?))
        })
    }

    /// How many bytes of a TCP header must have been captured before there is a stream: older ones read the window first.
    #[must_use]
    pub fn least_captured(self) -> usize {
        if self < SPLITS_MORE { 16 } else { 14 }
    }

    /// Whether a stream that was reset or closed gives way to a new one.
    fn splits_more(self) -> bool {
        self >= SPLITS_MORE
    }
}

impl Default for Series {
    /// The newest.
    fn default() -> Series {
        Series::all().max().unwrap_or(SPLITS_MORE)
    }
}

/// What people call it: `4.0`.
impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

impl FromStr for Series {
    type Err = String;

    fn from_str(text: &str) -> Result<Series, String> {
        Series::all().find(|series| series.to_string() == text).ok_or_else(|| {
            let all: Vec<String> = Series::all().map(|series| series.to_string()).collect();
            format!("the series are {}", all.join(", "))
        })
    }
}

/// What of a TCP header decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    pub(crate) source_port: u16,
    pub(crate) destination_port: u16,
    seq: u32,
    ack: u32,
    flags: Flags,
    /// Bytes of the header, as it says itself.
    len: u32,
}

impl Header {
    /// Reads as much as decides. None where the series gives no stream for so few bytes.
    #[must_use]
    pub fn read(bytes: &[u8], series: Series) -> Option<Header> {
        let [s0, s1, d0, d1, n0, n1, n2, n3, a0, a1, a2, a3, f0, f1] = *bytes.first_chunk::<14>()?;
        (bytes.len() >= series.least_captured()).then_some(Header {
            source_port: u16::from_be_bytes([s0, s1]),
            destination_port: u16::from_be_bytes([d0, d1]),
            seq: u32::from_be_bytes([n0, n1, n2, n3]),
            ack: u32::from_be_bytes([a0, a1, a2, a3]),
            flags: Flags(u16::from(f1)),
            len: u32::from(f0 >> 4) * 4,
        })
    }
}

/// The endpoints of a connection, the lower first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Key {
    V4([u32; 2], [u16; 2]),
    V6([u128; 2], [u16; 2]),
}

impl Key {
    /// Of what one endpoint sends to another; and which of the key's endpoints that is.
    #[inline]
    pub fn new((source, from): (IpAddr, u16), (destination, to): (IpAddr, u16)) -> (Key, usize) {
        fn order<T: Ord + Copy>(from: (T, u16), to: (T, u16)) -> ([T; 2], [u16; 2], usize) {
            if from <= to { ([from.0, to.0], [from.1, to.1], 0) } else { ([to.0, from.0], [to.1, from.1], 1) }
        }
        match (source, destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                let (addresses, ports, end) = order((source.to_bits(), from), (destination.to_bits(), to));
                (Key::V4(addresses, ports), end)
            }
            _ => {
                let bits = |address| match address {
                    IpAddr::V4(v4) => u128::from(v4.to_bits()),
                    IpAddr::V6(v6) => v6.to_bits(),
                };
                let (addresses, ports, end) = order((bits(source), from), (bits(destination), to));
                (Key::V6(addresses, ports), end)
            }
        }
    }
}

/// The latest stream of two endpoints: what decides on the next segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stream {
    /// Its number.
    pub number: u32,
    /// The number that each end's are counted from, by end.
    base: [Option<u32>; 2],
    /// Whether a RST, or a FIN with ACK, was seen since the stream was opened.
    is_over: bool,
}

impl Stream {
    /// One that nothing is known of.
    pub fn new(number: u32) -> Stream {
        Stream { number, base: [None; 2], is_over: false }
    }

    fn base(&self, end: usize) -> Option<u32> {
        self.base.get(end).copied().flatten()
    }

    /// Whether a SYN, or a SYN-ACK, of this end begins another stream.
    #[inline]
    fn gives_way(&self, series: Series, end: usize, header: &Header) -> bool {
        if !has(header, Flags::SYN) {
            return false;
        }
        let Some(base) = self.base(end) else { return false };
        if series.splits_more() {
            header.seq != base || self.is_over
        } else {
            !has(header, Flags::ACK) && header.seq != base
        }
    }

    /// Takes a TCP header of an end in. Gives the number of the stream that it belongs to: this one's, or another's that it
    /// begins. `count` is how many streams there are.
    #[inline]
    pub fn meet(&mut self, series: Series, end: usize, header: &Header, carrier: Carrier, count: &mut u32) -> u32 {
        if self.gives_way(series, end, header) {
            *self = Stream::new(*count);
        } else if has(header, Flags::SYN) && !has(header, Flags::ACK) && self.base(end).is_none() {
            // The first SYN of an end opens the stream, whatever came before.
            self.is_over = false;
        }
        if self.number == *count {
            *count = count.saturating_add(1);
        }
        self.keep(series, end, header, carrier);
        self.number
    }

    /// Keeps what decides on later segments.
    #[inline]
    fn keep(&mut self, series: Series, end: usize, header: &Header, carrier: Carrier) {
        let is_whole = match carrier {
            Carrier::Segment(len) => len >= header.len,
            Carrier::Fragment | Carrier::IcmpError => false,
        };
        let keeps_numbers = if series.splits_more() { carrier != Carrier::IcmpError } else { is_whole };
        let [low, high] = &mut self.base;
        let (own, other) = if end == 0 { (low, high) } else { (high, low) };
        // 4.0 goes by the latest SYN-ACK.
        if !series.splits_more() && has(header, Flags::SYN) && has(header, Flags::ACK) && own.is_some() {
            *own = Some(header.seq);
        }
        if keeps_numbers {
            let first = if has(header, Flags::SYN) { header.seq } else { header.seq.wrapping_sub(1) };
            own.get_or_insert(first);
            if has(header, Flags::ACK) {
                other.get_or_insert(header.ack.wrapping_sub(1));
            }
        }
        // A header of an impossible length is looked at no further.
        if header.len >= 20 && (has(header, Flags::RST) || has(header, Flags::FIN) && has(header, Flags::ACK)) {
            self.is_over = true;
        }
    }
}

fn has(header: &Header, flag: Flags) -> bool {
    header.flags.has(flag)
}

/// What a TCP header was found in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Carrier {
    /// A segment of so many bytes, header and all.
    Segment(u32),
    /// The first fragment of a packet.
    Fragment,
    /// An ICMP error that quotes it.
    IcmpError,
}

#[cfg(test)]
mod tests;
