//! The bytes of a TCP header to a [`Segment`].

use etherparse::TcpHeaderSlice;

use super::{Ecn, Flags, Network, Offers, Segment, Seq, SynOptions, Timestamp, Timestamps};

/// Bytes of a TCP header without options.
const FIXED_LEN: usize = 20;

/// Bytes of the largest TCP header.
pub const MAX_LEN: usize = 60;

/// Bytes without which there is no segment: up to and including the flags. Some series of Wireshark want more before they
/// give a `tcp.len` (`dissect_tcp` in `packet-tcp.c` reads the window first, and its exception ends the layer): then the
/// caller has no segment to read.
pub const MIN_CAPTURED: usize = 14;

/// Fast Open in its experimental encoding (RFC 7413 appendix A, RFC 6994): kind 254 or 253, magic 0xF989.
const EXPERIMENTAL_KINDS: [u8; 2] = [253, 254];
const FAST_OPEN_MAGIC: [u8; 2] = [0xf9, 0x89];
/// The kinds of options (IANA, "TCP Option Kind Numbers").
const KIND_END: u8 = 0;
const KIND_NOP: u8 = 1;
const KIND_MSS: u8 = 2;
const KIND_WINDOW_SCALE: u8 = 3;
const KIND_SACK_PERMITTED: u8 = 4;
const KIND_TIMESTAMPS: u8 = 8;
const KIND_MULTIPATH: u8 = 30;
const KIND_FAST_OPEN: u8 = 34;

/// Reads a TCP header.
///
/// `bytes` are the captured bytes of the segment from its header on, `reported_len` the bytes it had on the wire.
/// A header cut short by the snap length is read as far as it goes: missing options are options not seen, a missing window
/// is zero. None where no Wireshark gives a `tcp.len`: fewer than [`MIN_CAPTURED`] bytes, or a data offset beyond the
/// segment's end. A data offset below 5 is nonsense, but has a `tcp.len`, counted from that offset.
#[must_use]
#[inline(always)]
pub fn parse(bytes: &[u8], reported_len: u32, at: Option<Timestamp>) -> Option<Segment> {
    if bytes.len() < MIN_CAPTURED {
        return None;
    }
    // The fixed part as etherparse wants it: complete, and with a data offset that says so.
    let mut fixed = bytes.first_chunk().copied().unwrap_or_else(|| cut_short(bytes));
    // The upper four bits, times four.
    let offset = fixed[12] >> 2 & 0x3c;
    let payload_len = reported_len.checked_sub(u32::from(offset))?;
    let reserved_and_ae = fixed[12] & 0x0f;
    fixed[12] = 5 << 4 | reserved_and_ae;
    let header = TcpHeaderSlice::from_slice(&fixed).ok()?;

    let mut flags = Flags(u16::from(fixed[13]));
    if header.ns() {
        // The bit was the nonce sum (RFC 3540, historic) before it became Accurate ECN's.
        flags = flags.with(Flags::AE);
    }
    let end = usize::from(offset);
    let captured = bytes.get(FIXED_LEN..end.min(bytes.len())).unwrap_or_default();
    let (options, timestamps) = if flags.has(Flags::SYN) {
        let mut found = read_options(captured);
        found.options.offers.set(Offers::CUT, end > bytes.len().max(FIXED_LEN));
        found.options.ecn = Ecn::new(flags.has(Flags::AE), flags.has(Flags::CWR), flags.has(Flags::ECE));
        (found.options, found.timestamps)
    } else {
        (SynOptions::default(), timestamps(captured))
    };
    Some(Segment {
        seq: Seq(header.sequence_number()),
        ack: Seq(header.acknowledgment_number()),
        flags,
        window: header.window_size(),
        payload_len,
        source_port: header.source_port(),
        destination_port: header.destination_port(),
        at,
        network: Network::default(),
        timestamps,
        options,
    })
}

/// The fixed part of a header of which less was captured.
#[cold]
fn cut_short(bytes: &[u8]) -> [u8; FIXED_LEN] {
    let mut fixed = [0u8; FIXED_LEN];
    for (to, from) in fixed.iter_mut().zip(bytes) {
        *to = *from;
    }
    fixed
}

/// What a list of options holds.
#[derive(Default)]
struct OptionList {
    options: SynOptions,
    timestamps: Option<Timestamps>,
}

/// The time stamps of a segment without SYN: nearly all that have some have nothing but two NOPs in front (RFC 7323
/// appendix A), and are read without a list.
#[inline(always)]
fn timestamps(bytes: &[u8]) -> Option<Timestamps> {
    match bytes {
        [] => None,
        [KIND_NOP, KIND_NOP, KIND_TIMESTAMPS, 10, v0, v1, v2, v3, e0, e1, e2, e3, ..] => Some(Timestamps {
            value: u32::from_be_bytes([*v0, *v1, *v2, *v3]),
            echo: u32::from_be_bytes([*e0, *e1, *e2, *e3]),
        }),
        _ => read_options(bytes).timestamps,
    }
}

/// The options, up to the end of the list (RFC 9293 §3.1). One of a kind that says nothing here, or of a length that its kind
/// does not have, is stepped over; a length that cannot be ends the list.
fn read_options(bytes: &[u8]) -> OptionList {
    let mut found = OptionList::default();
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] | [KIND_END, ..] => return found,
            [KIND_NOP, rest @ ..] => rest,
            _ => {
                let Some((option, rest)) = split_option(rest) else {
                    return found;
                };
                read_option(&mut found, option);
                rest
            }
        };
    }
}

/// An option with a length byte, and what comes after it.
fn split_option(at: &[u8]) -> Option<(&[u8], &[u8])> {
    let len = usize::from(*at.get(1)?);
    if len < 2 { None } else { at.split_at_checked(len) }
}

fn read_option(found: &mut OptionList, option: &[u8]) {
    let options = &mut found.options;
    match option {
        [KIND_MSS, 4, high, low] => options.mss = Some(u16::from_be_bytes([*high, *low])),
        [KIND_WINDOW_SCALE, 3, shift] => options.window_scale = Some(*shift),
        [KIND_SACK_PERMITTED, 2] => options.offers.insert(Offers::SACK),
        [KIND_TIMESTAMPS, 10, v0, v1, v2, v3, e0, e1, e2, e3] => {
            options.offers.insert(Offers::TIMESTAMPS);
            found.timestamps = Some(Timestamps {
                value: u32::from_be_bytes([*v0, *v1, *v2, *v3]),
                echo: u32::from_be_bytes([*e0, *e1, *e2, *e3]),
            });
        }
        // MP_CAPABLE and MP_JOIN: the subtype stands in the upper half of the third byte (RFC 8684 §3).
        [KIND_MULTIPATH, _, subtype, ..] if subtype >> 4 <= 1 => options.offers.insert(Offers::MULTIPATH),
        [KIND_FAST_OPEN, _, ..] => options.offers.insert(Offers::FAST_OPEN),
        [kind, _, magic @ ..] if EXPERIMENTAL_KINDS.contains(kind) && magic.starts_with(&FAST_OPEN_MAGIC) => {
            options.offers.insert(Offers::FAST_OPEN);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(offset: u8, flags: u16, options: &[u8]) -> Vec<u8> {
        let mut header = vec![0x30, 0x39, 0, 80, 1, 2, 3, 4, 5, 6, 7, 8];
        header.push(offset << 4 | u8::try_from(flags >> 8).unwrap());
        header.extend([(flags & 0xff) as u8, 0xff, 0xfe, 0, 0, 0, 0]);
        header.extend(options);
        header
    }

    #[test]
    fn all_parts() {
        let options = [
            2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7, 34, 2, 30, 4, 0, 0, 1, 1, 254, 4, 0xf9,
            0x89, 0, 0, 0, 0,
        ];
        let header = bytes(14, 0x1c2, &options);
        let segment = parse(&header, 56 + 9, None).unwrap();
        assert_eq!((segment.seq, segment.ack), (Seq(0x0102_0304), Seq(0x0506_0708)));
        assert_eq!((segment.source_port, segment.destination_port, segment.window), (12345, 80, 0xfffe));
        assert_eq!(segment.flags, Flags::SYN.with(Flags::ECE).with(Flags::CWR).with(Flags::AE));
        assert_eq!(segment.payload_len, 9);
        let expected = SynOptions {
            mss: Some(1460),
            window_scale: Some(7),
            offers: Offers::all().difference(Offers::CUT),
            ecn: Ecn::new(true, true, true),
        };
        assert_eq!(segment.options, expected);
    }

    #[test]
    fn every_captured_length() {
        let options = [2, 4, 5, 0xb4, 3, 3, 7, 0];
        let header = bytes(7, 0x02, &options);
        for len in 0..=header.len() {
            let segment = parse(&header[..len], 28, None);
            assert_eq!(segment.is_some(), len >= MIN_CAPTURED, "{len}");
            if let Some(segment) = segment {
                assert_eq!(segment.payload_len, 0);
                assert_eq!(segment.flags, Flags::SYN, "{len}");
                assert_eq!(segment.window, [0, 0xff00, 0xfffe][len.min(MIN_CAPTURED + 2) - MIN_CAPTURED], "{len}");
                assert_eq!(segment.options.mss, (len >= 24).then_some(1460), "{len}");
                assert_eq!(segment.options.window_scale, (len >= 27).then_some(7), "{len}");
            }
        }
    }

    #[test]
    fn absurd_offsets() {
        for offset in 0..16u8 {
            let header = bytes(offset, 0x10, &[0; 40]);
            let whole = parse(&header, 60, None).unwrap();
            assert_eq!(whole.payload_len, 60 - 4 * u32::from(offset));
            let short = parse(&header, 4 * u32::from(offset), None).unwrap();
            assert_eq!(short.payload_len, 0);
            if offset > 0 {
                assert_eq!(parse(&header, 4 * u32::from(offset) - 1, None), None, "beyond the segment's end");
            }
        }
    }

    #[test]
    fn options_of_a_wrong_length_are_stepped_over() {
        let scale = [3, 3, 7];
        for wrong in [&[2, 3, 5][..], &[2, 6, 5, 0xb4, 0, 0], &[3, 2], &[4, 3, 0], &[8, 2], &[8, 8, 0, 0, 0, 0, 0, 0]] {
            let mut options = [wrong, &scale].concat();
            options.resize(options.len().next_multiple_of(4), 0);
            let offset = u8::try_from(5 + options.len() / 4).unwrap();
            let segment = parse(&bytes(offset, 0x02, &options), u32::from(offset) * 4, None).unwrap();
            assert_eq!(segment.options, SynOptions { window_scale: Some(7), ..SynOptions::default() }, "{wrong:?}");
        }
    }

    #[test]
    fn malformed_options_end_the_list() {
        for bad in [[2, 0, 3, 3], [2, 1, 3, 3], [3, 4, 7, 7], [99, 0, 0, 0], [99, 1, 2, 4], [99, 40, 2, 4]] {
            let segment = parse(&bytes(6, 0x02, &bad), 24, None).unwrap();
            assert_eq!(segment.options, SynOptions::default(), "{bad:?}");
        }
    }
}
