//! A connection of which one segment was seen. That segment is all there is to keep: scans and floods are made of such
//! connections, and most of what a connection remembers has no value yet.

use super::connection::{Connection, End, Moment};
use super::endpoint::PackedOptions;
use super::segment::{Flags, Segment, Timestamp};
use super::seq::Seq;

/// A connection's first segment, and all that [`Connection::observe`] was told with it.
#[derive(Clone, Copy, Debug)]
pub struct First {
    at: i64,
    frame: u32,
    seq: Seq,
    ack: Seq,
    payload_len: u32,
    options: PackedOptions,
    source_port: u16,
    destination_port: u16,
    window: u16,
    /// The flags, and the bits below.
    bits: u16,
}

const _: () = assert!(size_of::<First>() == 40);

const HAS_TIME: u16 = 1 << 12;
const KNOWN_TUPLE: u16 = 1 << 13;
const END_SHIFT: u32 = 14;
const ENDS: [End; 3] = [End::Low, End::High, End::Same];

impl First {
    /// None for a segment deeper in its frame: few are, and their place does not fit.
    #[must_use]
    pub fn new(moment: Moment, from: End, segment: &Segment) -> Option<First> {
        if moment.ordinal != Moment::outermost(moment.frame) {
            return None;
        }
        let bit = |is_set: bool, bit: u16| if is_set { bit } else { 0 };
        Some(First {
            at: segment.at.map_or(0, |at| at.0),
            frame: moment.frame,
            seq: segment.seq,
            ack: segment.ack,
            payload_len: segment.payload_len,
            options: PackedOptions::new(segment.options),
            source_port: segment.source_port,
            destination_port: segment.destination_port,
            window: segment.window,
            bits: segment.flags.0 & Flags::ALL.0
                | bit(segment.at.is_some(), HAS_TIME)
                | bit(moment.known_tuple, KNOWN_TUPLE)
                | (from as u16) << END_SHIFT,
        })
    }

    /// The connection as that segment left it.
    #[must_use]
    pub fn connection(&self, rebase: bool) -> Connection {
        let moment = Moment {
            frame: self.frame,
            ordinal: Moment::outermost(self.frame),
            known_tuple: self.bits & KNOWN_TUPLE != 0,
            rebase,
        };
        let segment = Segment {
            seq: self.seq,
            ack: self.ack,
            flags: Flags(self.bits & Flags::ALL.0),
            window: self.window,
            payload_len: self.payload_len,
            source_port: self.source_port,
            destination_port: self.destination_port,
            at: (self.bits & HAS_TIME != 0).then_some(Timestamp(self.at)),
            options: self.options.unpack().unwrap_or_default(),
        };
        let from = ENDS.get(usize::from(self.bits >> END_SHIFT)).copied().unwrap_or_default();
        let mut connection = Connection::default();
        let _ = connection.observe(moment, from, &segment);
        connection
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tcp::SynOptions;

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
            ecn: true,
        };
        for flags in 0..512 {
            for (from, full) in ENDS.into_iter().zip([true, false, true]) {
                let flags = Flags(flags);
                let segment = Segment {
                    seq: Seq(if full { u32::MAX } else { 0 }),
                    ack: Seq(if full { u32::MAX - 1 } else { 0 }),
                    flags,
                    window: if full { u16::MAX } else { 0 },
                    payload_len: if full { u32::MAX } else { 0 },
                    source_port: if full { u16::MAX } else { 0 },
                    destination_port: if full { 1 } else { 0 },
                    at: full.then_some(Timestamp(i64::MIN)),
                    options: if full && flags.has(Flags::SYN) { options } else { SynOptions::default() },
                };
                let frame = if full { u32::MAX } else { 1 };
                let ordinal = Moment::outermost(frame);
                let moment = Moment { frame, ordinal, known_tuple: full, rebase: full };
                let mut connection = Connection::default();
                let _ = connection.observe(moment, from, &segment);
                let again = First::new(moment, from, &segment).unwrap().connection(full);
                assert_eq!(format!("{again:?}"), format!("{connection:?}"), "{segment:?} from {from:?}");
            }
        }
        let deeper = Moment { frame: 1, ordinal: Moment::outermost(1) + 1, ..Moment::default() };
        let segment = Segment {
            seq: Seq(0),
            ack: Seq(0),
            flags: Flags::SYN,
            window: 0,
            payload_len: 0,
            source_port: 0,
            destination_port: 0,
            at: None,
            options: SynOptions::default(),
        };
        assert!(First::new(deeper, End::Low, &segment).is_none());
    }
}
