//! A connection of which one segment was seen, or two: scans and floods are made of such connections, and most of what a
//! connection remembers has no value yet. So the segments themselves are kept, in 48 bytes each, and the connection is
//! made from them when somebody asks.

use super::{Arrival, Connection, ordinal};
use crate::segment::{Ecn, End, Ends, Flags, Kind, Network, Segment, Seq, SynOptions, Timestamp, Timestamps};

/// A segment, and all that [`Connection::hear`] was told with it. An identification or hop count of 0 is none.
#[derive(Clone, Copy, Debug)]
pub struct Few {
    at: i64,
    frame: u32,
    seq: Seq,
    ack: Seq,
    payload_len: u32,
    value: u32,
    echo: u32,
    window: u16,
    flags: u16,
    identification: u16,
    mss: u16,
    hops: u8,
    window_scale: u8,
    options: u8,
    marks: u8,
}

const _: () = assert!(size_of::<Few>() == 48);

/// Bits of `options`; the three of ECN stand above `flags`.
const HAS_MSS: u8 = 1;
const HAS_SCALE: u8 = 1 << 1;
const SACK: u8 = 1 << 2;
const TIMESTAMPS: u8 = 1 << 3;
const FAST_OPEN: u8 = 1 << 4;
const MULTIPATH: u8 = 1 << 5;
const CUT: u8 = 1 << 6;

/// Bits of `marks`.
const HIGH: u8 = 1;
const SELF: u8 = 1 << 1;
const REUSED: u8 = 1 << 2;
const HAS_TIME: u8 = 1 << 3;
const HAS_STAMPS: u8 = 1 << 4;

const ECN_SHIFT: u32 = 12;

fn bits<const N: usize>(these: [(bool, u8); N]) -> u8 {
    these.into_iter().fold(0, |all, (is_set, bit)| if is_set { all | bit } else { all })
}

impl Few {
    /// None for a segment of which more must be kept: one deeper in its frame, or with a hop count or an identification
    /// that does not fit; and one that is not of a kind that scans and floods are made of.
    #[must_use]
    pub fn new(arrival: &Arrival, segment: &Segment, is_second: bool) -> Option<Few> {
        let kind = segment.kind();
        let fits = arrival.ordinal == ordinal(arrival.frame, 0) && segment.network.hops != Some(0);
        let is_few = if is_second { kind == Kind::Rst } else { matches!(kind, Kind::Syn | Kind::SynAck | Kind::Rst) };
        if !fits || !is_few {
            return None;
        }
        let (options, stamps) = (segment.options, segment.timestamps);
        Some(Few {
            at: segment.at.map_or(0, |at| at.0),
            frame: arrival.frame,
            seq: segment.seq,
            ack: segment.ack,
            payload_len: segment.payload_len,
            value: stamps.unwrap_or_default().value,
            echo: stamps.unwrap_or_default().echo,
            window: segment.window,
            flags: segment.flags.0 & Flags::ALL.0 | u16::from(options.ecn.bits()) << ECN_SHIFT,
            identification: segment.network.identification.unwrap_or(0),
            mss: options.mss.unwrap_or(0),
            hops: segment.network.hops.unwrap_or(0),
            window_scale: options.window_scale.unwrap_or(0),
            options: bits([
                (options.mss.is_some(), HAS_MSS),
                (options.window_scale.is_some(), HAS_SCALE),
                (options.sack, SACK),
                (options.timestamps, TIMESTAMPS),
                (options.fast_open, FAST_OPEN),
                (options.multipath, MULTIPATH),
                (options.is_cut, CUT),
            ]),
            marks: bits([
                (arrival.end == End::High, HIGH),
                (arrival.is_self, SELF),
                (arrival.is_reused, REUSED),
                (segment.at.is_some(), HAS_TIME),
                (stamps.is_some(), HAS_STAMPS),
            ]),
        })
    }

    /// The segment again.
    fn segment(&self, ports: &Ends<u16>) -> Segment {
        let (has, mark) = (|bit: u8| self.options & bit != 0, |bit: u8| self.marks & bit != 0);
        let end = if mark(HIGH) { End::High } else { End::Low };
        Segment {
            seq: self.seq,
            ack: self.ack,
            flags: Flags(self.flags & Flags::ALL.0),
            window: self.window,
            payload_len: self.payload_len,
            source_port: ports[end],
            destination_port: ports[end.peer()],
            at: mark(HAS_TIME).then_some(Timestamp(self.at)),
            network: Network {
                identification: (self.identification != 0).then_some(self.identification),
                hops: (self.hops != 0).then_some(self.hops),
            },
            timestamps: mark(HAS_STAMPS).then_some(Timestamps { value: self.value, echo: self.echo }),
            options: SynOptions {
                mss: has(HAS_MSS).then_some(self.mss),
                window_scale: has(HAS_SCALE).then_some(self.window_scale),
                sack: has(SACK),
                timestamps: has(TIMESTAMPS),
                fast_open: has(FAST_OPEN),
                multipath: has(MULTIPATH),
                ecn: Ecn::from_bits(u8::try_from(self.flags >> ECN_SHIFT).unwrap_or(0)),
                is_cut: has(CUT),
            },
        }
    }

    /// The connection takes the segment in again.
    pub fn tell(&self, connection: &mut Connection, ports: &Ends<u16>, rebase: bool) {
        let mark = |bit: u8| self.marks & bit != 0;
        let end = if mark(HIGH) { End::High } else { End::Low };
        let arrival =
            Arrival { is_self: mark(SELF), is_reused: mark(REUSED), ..Arrival::new(self.frame, 0, end, rebase) };
        let _ = connection.hear(arrival, &self.segment(ports));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that a segment can hold, at its largest and at its least.
    #[test]
    fn the_connection_is_the_same_again() {
        let options = SynOptions {
            mss: Some(u16::MAX),
            window_scale: Some(u8::MAX),
            sack: true,
            timestamps: true,
            fast_open: true,
            multipath: true,
            ecn: Ecn::new(true, true, true),
            is_cut: true,
        };
        let mut kept = 0;
        for flags in 0..512 {
            for (end, full) in [(End::Low, true), (End::High, false), (End::High, true)] {
                let mut ports = Ends::default();
                ports[end] = if full { u16::MAX } else { 0 };
                let flags = Flags(flags);
                let segment = Segment {
                    seq: Seq(if full { u32::MAX } else { 0 }),
                    ack: Seq(if full { u32::MAX - 1 } else { 0 }),
                    flags,
                    window: if full { u16::MAX } else { 0 },
                    payload_len: if full { u32::MAX } else { 0 },
                    source_port: ports[end],
                    destination_port: 0,
                    at: full.then_some(Timestamp(i64::MAX)),
                    network: Network { identification: full.then_some(u16::MAX), hops: full.then_some(u8::MAX) },
                    timestamps: full.then_some(Timestamps { value: u32::MAX, echo: 1 }),
                    options: if full && flags.has(Flags::SYN) { options } else { SynOptions::default() },
                };
                let frame = if full { u32::MAX } else { 1 };
                let arrival = Arrival { is_self: false, is_reused: full, ..Arrival::new(frame, 0, end, full) };
                let Some(few) = Few::new(&arrival, &segment, false) else { continue };
                kept += 1;
                let mut connection = Connection::default();
                let _ = connection.hear(arrival, &segment);
                let mut again = Connection::default();
                few.tell(&mut again, &ports, full);
                assert_eq!(format!("{again:?}"), format!("{connection:?}"), "{segment:?} from {end:?}");
            }
        }
        assert_eq!(kept, 3 * 32 * 6, "SYN, SYN-ACK, and RST with FIN or ACK or neither or both");
        let deeper = Arrival::new(1, 1, End::Low, true);
        assert!(Few::new(&deeper, &Segment { flags: Flags::SYN, ..Segment::default() }, false).is_none());
    }
}
