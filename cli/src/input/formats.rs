//! pcap and pcapng, as pcap-parser reads them.

use std::ops::Range;

use nom::Err as Nom;
use pcap_parser::pcap::{parse_pcap_frame, parse_pcap_frame_be, parse_pcap_frame_modified, parse_pcap_header};
use pcap_parser::pcapng::{parse_block_be, parse_block_le, parse_sectionheaderblock};
use pcap_parser::traits::PcapNGPacketBlock;
use pcap_parser::{Block, LegacyPcapBlock, PcapError};
use synfin_core::segment::Timestamp;

/// What a format says of a frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FrameHeader {
    pub at: Option<Timestamp>,
    pub link: u32,
    pub wire_len: u32,
    /// Where its bytes are in the data at hand.
    pub bytes: Range<usize>,
}

const NS_IN_S: u64 = 1_000_000_000;

/// The first bytes of a section header of pcapng, in either order.
const SECTION: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// What any capture begins with: pcap's (with microseconds, nanoseconds, and modified) in either order, and pcapng's.
const MAGICS: [[u8; 4]; 7] = [
    0xa1b2_c3d4_u32.to_be_bytes(),
    0xa1b2_c3d4_u32.to_le_bytes(),
    0xa1b2_3c4d_u32.to_be_bytes(),
    0xa1b2_3c4d_u32.to_le_bytes(),
    0xa1b2_cd34_u32.to_be_bytes(),
    0xa1b2_cd34_u32.to_le_bytes(),
    SECTION,
];

/// The upper bits of pcap's link field say how long the frame check sequence is.
const LINK_BITS: u32 = 0x0fff_ffff;

/// A packet block of old pcapng files.
const OLD_PACKET: u32 = 2;

type ParseRecord = fn(&[u8]) -> nom::IResult<&[u8], LegacyPcapBlock<'_>, PcapError<&[u8]>>;

/// How to read what comes next.
pub enum Format {
    Pcap { parse: ParseRecord, is_nano: bool, link: u32 },
    PcapNg { is_big_endian: bool, interfaces: Vec<Interface> },
}

/// What a pcapng section says of one of its interfaces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interface {
    link: u32,
    snap_len: u32,
    resolution: u8,
    offset_s: i64,
}

/// What stands next.
pub enum Step {
    /// A frame, and how many bytes it takes in the file.
    Frame(FrameHeader, usize),
    /// Something else, of so many bytes.
    Other(usize),
    /// More must be read to tell.
    Unfinished,
    /// Nothing that can be read.
    Wrong(&'static str),
}

impl Format {
    /// The format of a capture that begins with these bytes, and how many of them its header takes. None: it is none, or
    /// [`Format::may_be`] one of which more must be read.
    pub fn recognize(data: &[u8]) -> Option<(Format, usize)> {
        if let Ok((rest, header)) = parse_pcap_header(data) {
            let parse = match (header.is_modified_format(), header.is_bigendian()) {
                (true, _) => parse_pcap_frame_modified,
                (false, true) => parse_pcap_frame_be,
                (false, false) => parse_pcap_frame,
            };
            let link = header.network.0.cast_unsigned() & LINK_BITS;
            let format = Format::Pcap { parse, is_nano: header.is_nanosecond_precision(), link };
            return Some((format, data.len().saturating_sub(rest.len())));
        }
        let (_, section) = parse_sectionheaderblock(data).ok()?;
        // Read again as the first block: sections may follow one another.
        Some((Format::PcapNg { is_big_endian: section.big_endian(), interfaces: Vec::new() }, 0))
    }

    /// Whether a capture may begin so.
    pub fn may_be(data: &[u8]) -> bool {
        let Some(magic) = data.first_chunk::<4>() else {
            return MAGICS.iter().any(|magic| magic.starts_with(data));
        };
        let is_unfinished = matches!(parse_pcap_header(data), Err(Nom::Incomplete(_)))
            || (*magic == SECTION && matches!(parse_sectionheaderblock(data), Err(Nom::Incomplete(_))));
        is_unfinished && MAGICS.contains(magic)
    }

    /// Reads what stands next.
    pub fn step(&mut self, data: &[u8]) -> Step {
        if data.is_empty() {
            return Step::Unfinished;
        }
        match self {
            Format::Pcap { parse, is_nano, link } => match parse(data) {
                Ok((rest, record)) => Step::of_record(data, rest, &record, *is_nano, *link),
                Err(Nom::Incomplete(_)) => Step::Unfinished,
                Err(_) => Step::Wrong("no frame stands where one should"),
            },
            Format::PcapNg { is_big_endian, interfaces } => {
                let parse = if *is_big_endian { parse_block_be } else { parse_block_le };
                match parse(data) {
                    Ok((rest, block)) => {
                        let used = data.len().saturating_sub(rest.len());
                        if let Block::SectionHeader(section) = &block {
                            *is_big_endian = section.big_endian();
                        }
                        Step::of_block(data, used, &block, *is_big_endian, interfaces)
                    }
                    Err(Nom::Incomplete(_)) => Step::Unfinished,
                    Err(_) => Step::Wrong("no block stands where one should"),
                }
            }
        }
    }
}

/// Where a part of the data is in it.
fn range_of(data: &[u8], part: &[u8]) -> std::ops::Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(data.as_ptr().addr());
    start..start.saturating_add(part.len())
}

impl Step {
    fn of_record(data: &[u8], rest: &[u8], record: &LegacyPcapBlock, is_nano: bool, link: u32) -> Step {
        // As Wireshark does it: whatever the fraction is, it is added.
        let fraction = if is_nano { record.ts_usec } else { record.ts_usec.wrapping_mul(1000) };
        let at = Timestamp::from_parts(i64::from(record.ts_sec), fraction.cast_signed());
        let found = FrameHeader { at, link, wire_len: record.origlen, bytes: range_of(data, record.data) };
        Step::Frame(found, data.len().saturating_sub(rest.len()))
    }

    fn of_block(data: &[u8], used: usize, block: &Block, is_big_endian: bool, interfaces: &mut Vec<Interface>) -> Step {
        const NO_INTERFACE: Step = Step::Wrong("a frame is of an interface that the capture does not describe");
        match block {
            Block::SectionHeader(_) => interfaces.clear(),
            Block::InterfaceDescription(described) => interfaces.push(Interface {
                link: described.linktype.0.cast_unsigned(),
                snap_len: described.snaplen,
                resolution: described.if_tsresol,
                offset_s: described.if_tsoffset,
            }),
            Block::EnhancedPacket(packet) => {
                let Some(interface) = get(interfaces, packet.if_id) else { return NO_INTERFACE };
                let at = interface.time(packet.ts_high, packet.ts_low);
                let bytes = range_of(data, packet.packet_data());
                return Step::Frame(FrameHeader { at, link: interface.link, wire_len: packet.origlen, bytes }, used);
            }
            Block::SimplePacket(packet) => {
                let Some(interface) = interfaces.first() else { return NO_INTERFACE };
                let mut bytes = range_of(data, packet.packet_data());
                if let Some(snap_len) = usize::try_from(interface.snap_len).ok().filter(|&len| len > 0) {
                    bytes.end = bytes.end.min(bytes.start.saturating_add(snap_len));
                }
                return Step::Frame(
                    FrameHeader { at: None, link: interface.link, wire_len: packet.origlen, bytes },
                    used,
                );
            }
            Block::Unknown(unknown) if unknown.block_type == OLD_PACKET => {
                return old_packet(data, unknown.data, is_big_endian, interfaces)
                    .map_or(NO_INTERFACE, |found| Step::Frame(found, used));
            }
            _ => {}
        }
        Step::Other(used)
    }
}

fn get(interfaces: &[Interface], id: u32) -> Option<&Interface> {
    interfaces.get(usize::try_from(id).ok()?)
}

/// A packet block, which enhanced ones have replaced: pcap-parser gives its bytes.
fn old_packet(data: &[u8], block: &[u8], is_big_endian: bool, interfaces: &[Interface]) -> Option<FrameHeader> {
    let number = |at: usize| {
        let bytes = block.get(at..)?.first_chunk::<4>()?;
        Some(if is_big_endian { u32::from_be_bytes(*bytes) } else { u32::from_le_bytes(*bytes) })
    };
    let id = block.first_chunk::<2>()?;
    let id = if is_big_endian { u16::from_be_bytes(*id) } else { u16::from_le_bytes(*id) };
    let interface = get(interfaces, u32::from(id))?;
    let (high, low, captured, wire_len) = (number(4)?, number(8)?, number(12)?, number(16)?);
    let bytes = block.get(20..)?.get(..usize::try_from(captured).ok()?)?;
    Some(FrameHeader { at: interface.time(high, low), link: interface.link, wire_len, bytes: range_of(data, bytes) })
}

impl Interface {
    /// The time that these halves stand for; none beyond what nanoseconds in 64 bits can say.
    fn time(&self, high: u32, low: u32) -> Option<Timestamp> {
        let units = u64::from(high) << 32 | u64::from(low);
        let exponent = u32::from(self.resolution & 0x7f);
        let in_a_second =
            if self.resolution & 0x80 == 0 { 10_u64.checked_pow(exponent) } else { 2_u64.checked_pow(exponent) };
        // A second in more units than that: no time that a clock gives reaches one.
        let in_a_second = in_a_second.unwrap_or(u64::MAX).max(1);
        let seconds = i64::try_from(units.checked_div(in_a_second)?).ok()?.checked_add(self.offset_s)?;
        let rest = u128::from(units.checked_rem(in_a_second)?);
        let ns = rest.saturating_mul(u128::from(NS_IN_S)).checked_div(u128::from(in_a_second))?;
        Timestamp::from_parts(seconds, i32::try_from(ns).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_any_resolution() {
        let interface = |resolution, offset_s| Interface { link: 1, snap_len: 0, resolution, offset_s };
        let time = |resolution, offset_s, units: u64| {
            interface(resolution, offset_s).time((units >> 32) as u32, units as u32).map(|at| at.0)
        };
        assert_eq!(time(6, 0, 1_700_000_000_123_456), Some(1_700_000_000_123_456_000));
        assert_eq!(time(9, 0, 1_700_000_000_123_456_789), Some(1_700_000_000_123_456_789));
        assert_eq!(time(0, 0, 17), Some(17_000_000_000));
        assert_eq!(time(6, -3, 1_500_000), Some(-1_500_000_000));
        assert_eq!(time(0x80 | 10, 0, 1024 + 512), Some(1_500_000_000));
        assert_eq!(time(12, 0, 1_500_000_000_999), Some(1_500_000_000));
        assert_eq!(time(0x7f, 0, u64::MAX - 1), Some(999_999_999), "a second has more units than 64 bits count");
        assert_eq!(time(0, 0, u64::MAX), None);
    }
}
