//! A segment in 32 bytes. Scans and floods are made of connections of one segment or two, for which a whole [`Connection`]
//! would be mostly empty. So their segments are kept instead, and the connection is built from them when somebody asks.

use super::{Arrival, Connection, ordinal};
use crate::segment::{Ecn, End, Ends, Flags, Kind, Network, Offers, Segment, Seq, SynOptions, Timestamp, Timestamps};

/// A segment, and all that [`Connection::observe_segment`] was told with it. An identification or hop count of 0 is none (an
/// identification of 0 is none for all rules).
#[derive(Clone, Copy, Debug)]
pub struct PackedSegment {
    at: i64,
    frame: u32,
    seq: Seq,
    /// Its Ack; its TSval where it has none.
    ack_or_value: u32,
    window: u16,
    flags: u16,
    identification: u16,
    mss: u16,
    hops: u8,
    window_scale: u8,
    offers: Offers,
    marks: u8,
}

const _: () = assert!(size_of::<PackedSegment>() == 32);

/// Bits of `marks`.
const HIGH: u8 = 1;
const SELF: u8 = 1 << 1;
const REUSED: u8 = 1 << 2;
const HAS_TIME: u8 = 1 << 3;
const HAS_STAMPS: u8 = 1 << 4;
const HAS_MSS: u8 = 1 << 5;
const HAS_SCALE: u8 = 1 << 6;

/// The three bits of ECN stand above `flags`.
const ECN_SHIFT: u32 = 12;

fn bits<const N: usize>(these: [(bool, u8); N]) -> u8 {
    these.into_iter().fold(0, |all, (is_set, bit)| if is_set { all | bit } else { all })
}

impl PackedSegment {
    /// None for a segment of which more must be kept: one deeper in its frame, with payload, with an Ack and time stamps, or
    /// with a hop count of 0; and one that is not of a kind that scans and floods are made
    /// of.
    #[must_use]
    pub fn new(arrival: &Arrival, segment: &Segment, is_second: bool) -> Option<PackedSegment> {
        let kind = segment.kind();
        let may_pack = if is_second { kind == Kind::Rst } else { matches!(kind, Kind::Syn | Kind::SynAck | Kind::Rst) };
        let (options, stamps) = (segment.options, segment.timestamps);
        let ack_or_value = match (segment.acknowledgment(), stamps) {
            (Some(ack), None) => ack.0,
            (None, Some(Timestamps { value, echo: 0 })) if segment.ack == Seq(0) => value,
            (None, None) => segment.ack.0,
            (_, Some(_)) => return None,
        };
        let fits =
            arrival.ordinal == ordinal(arrival.frame, 0) && segment.network.hops != Some(0) && segment.payload_len == 0;
        (may_pack && fits).then_some(PackedSegment {
            at: segment.at.map_or(0, |at| at.0),
            frame: arrival.frame,
            seq: segment.seq,
            ack_or_value,
            window: segment.window,
            flags: segment.flags.0 & Flags::ALL.0 | u16::from(options.ecn.bits()) << ECN_SHIFT,
            identification: segment.network.identification.unwrap_or(0),
            mss: options.mss.unwrap_or(0),
            hops: segment.network.hops.unwrap_or(0),
            window_scale: options.window_scale.unwrap_or(0),
            offers: options.offers,
            marks: bits([
                (arrival.end == End::High, HIGH),
                (arrival.is_self, SELF),
                (arrival.is_reused, REUSED),
                (segment.at.is_some(), HAS_TIME),
                (stamps.is_some(), HAS_STAMPS),
                (options.mss.is_some(), HAS_MSS),
                (options.window_scale.is_some(), HAS_SCALE),
            ]),
        })
    }

    /// The segment again.
    fn segment(&self, ports: &Ends<u16>) -> Segment {
        let mark = |bit: u8| self.marks & bit != 0;
        let end = if mark(HIGH) { End::High } else { End::Low };
        let has_stamps = mark(HAS_STAMPS);
        Segment {
            seq: self.seq,
            ack: if has_stamps { Seq(0) } else { Seq(self.ack_or_value) },
            flags: Flags(self.flags & Flags::ALL.0),
            window: self.window,
            payload_len: 0,
            source_port: ports[end],
            destination_port: ports[end.peer()],
            at: mark(HAS_TIME).then_some(Timestamp(self.at)),
            network: Network {
                identification: (self.identification != 0).then_some(self.identification),
                hops: (self.hops != 0).then_some(self.hops),
            },
            timestamps: has_stamps.then_some(Timestamps { value: self.ack_or_value, echo: 0 }),
            options: SynOptions {
                mss: mark(HAS_MSS).then_some(self.mss),
                window_scale: mark(HAS_SCALE).then_some(self.window_scale),
                offers: self.offers,
                ecn: Ecn::from_bits(u8::try_from(self.flags >> ECN_SHIFT).unwrap_or(0)),
            },
        }
    }

    /// The connection takes the segment in again.
    pub fn tell(&self, connection: &mut Connection, ports: &Ends<u16>, rebase: bool) {
        let mark = |bit: u8| self.marks & bit != 0;
        let end = if mark(HIGH) { End::High } else { End::Low };
        let arrival =
            Arrival { is_self: mark(SELF), is_reused: mark(REUSED), ..Arrival::new(self.frame, 0, end, rebase) };
        let _ = connection.observe_segment(arrival, &self.segment(ports));
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
            offers: Offers::all(),
            ecn: Ecn::new(true, true, true),
        };
        let mut kept = 0;
        for flags in 0..512 {
            for (end, full) in [(End::Low, true), (End::High, false), (End::High, true)] {
                let mut ports = Ends::default();
                ports[end] = if full { u16::MAX } else { 0 };
                let flags = Flags(flags);
                let has_ack = flags.has(Flags::ACK);
                let segment = Segment {
                    seq: Seq(if full { u32::MAX } else { 0 }),
                    ack: Seq(if full && has_ack { u32::MAX - 1 } else { 0 }),
                    flags,
                    window: if full { u16::MAX } else { 0 },
                    payload_len: 0,
                    source_port: ports[end],
                    destination_port: 0,
                    at: full.then_some(Timestamp(i64::MAX)),
                    network: Network { identification: full.then_some(u16::MAX), hops: full.then_some(u8::MAX) },
                    timestamps: (full && !has_ack).then_some(Timestamps { value: u32::MAX, echo: 0 }),
                    options: if full && flags.has(Flags::SYN) { options } else { SynOptions::default() },
                };
                let frame = if full { u32::MAX } else { 1 };
                let arrival = Arrival { is_self: false, is_reused: full, ..Arrival::new(frame, 0, end, full) };
                let Some(packed) = PackedSegment::new(&arrival, &segment, false) else { continue };
                kept += 1;
                let mut connection = Connection::default();
                let _ = connection.observe_segment(arrival, &segment);
                let mut again = Connection::default();
                packed.tell(&mut again, &ports, full);
                assert_eq!(format!("{again:?}"), format!("{connection:?}"), "{segment:?} from {end:?}");
            }
        }
        assert_eq!(kept, 3 * 32 * 6, "SYN, SYN-ACK, and RST with FIN or ACK or neither or both");
    }

    /// Of these more must be kept than there is room for.
    #[test]
    fn what_does_not_fit() {
        let syn = Segment { flags: Flags::SYN, ..Segment::default() };
        let stamps = |echo: u32| Some(Timestamps { value: 1, echo });
        let (first, deeper) = (Arrival::new(1, 0, End::Low, true), Arrival::new(1, 1, End::Low, true));
        assert!(PackedSegment::new(&first, &Segment { timestamps: stamps(0), ..syn }, false).is_some());
        for (arrival, segment) in [
            (&deeper, syn),
            (&first, Segment { payload_len: 1, ..syn }),
            (&first, Segment { timestamps: stamps(1), ..syn }),
            (&first, Segment { timestamps: stamps(0), ack: Seq(1), ..syn }),
            (&first, Segment { timestamps: stamps(0), flags: Flags::SYN.with(Flags::ACK), ..syn }),
            (&first, Segment { network: Network { identification: None, hops: Some(0) }, ..syn }),
        ] {
            assert!(PackedSegment::new(arrival, &segment, false).is_none(), "{segment:?}");
        }
    }
}
