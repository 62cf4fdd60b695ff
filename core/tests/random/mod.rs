//! Any segments of one connection, for the properties.

use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::*;
use synfin_core::capture::{Event, Options, Path, SegmentId, Tracker};
use synfin_core::segment::{Flags, Network, Segment, Seq, Timestamp, Timestamps};

/// A segment, and whether it goes to the server's port.
pub type RandomSegment = (bool, Segment);

/// The address of the sender and the receiver.
pub fn path(to_server: bool) -> Path {
    let end = |last| Some(IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)));
    if to_server { Path { source: end(1), destination: end(2) } } else { Path { source: end(2), destination: end(1) } }
}

/// The place of a segment: frames with room between them.
pub fn id(index: usize) -> SegmentId {
    SegmentId { frame: (u32::try_from(index).expect("few") + 1) * 10, layer: 0 }
}

/// A tracker that has taken them all in.
pub fn taken_in(segments: &[RandomSegment]) -> Tracker {
    let mut tracker = Tracker::new(Options::default());
    for (index, (to_server, segment)) in segments.iter().enumerate() {
        tracker.observe(id(index), Event::Segment { stream: 0, path: &path(*to_server), segment }).expect("room");
    }
    tracker
}

prop_compose! {
    /// Near numbers and a few wild ones, likely flags and a few unlikely ones; often the same packet again.
    pub fn segment()(
        to_server in any::<bool>(),
        flags in prop_oneof![4 => prop::sample::select(vec![0x02u16, 0x12, 0x10, 0x18, 0x11, 0x04, 0x14]), 1 => 0u16..512],
        near in -3i32..8, near_ack in -3i32..8, wild in prop::option::weighted(0.05, any::<u32>()),
        payload_len in prop_oneof![3 => Just(0u32), 2 => 1u32..6, 1 => Just(1_000_000_000u32)],
        window in prop_oneof![Just(8u16), any::<u16>()],
        at in prop::option::weighted(0.9, -5i64..5_000_000_000),
        identification in prop::option::weighted(0.7, 1u16..20), hops in prop::option::weighted(0.7, 60u8..64),
        stamp in prop::option::weighted(0.3, 1u32..4),
        isn in Just([u32::MAX - 2, 1000u32]),
    ) -> RandomSegment {
        let [own, peers] = if to_server { isn } else { [isn[1], isn[0]] };
        let segment = Segment {
            seq: Seq(wild.unwrap_or(own.wrapping_add_signed(near))),
            ack: Seq(peers.wrapping_add_signed(near_ack)),
            flags: Flags(flags),
            window,
            payload_len,
            source_port: if to_server { 40_000 } else { 80 },
            destination_port: if to_server { 80 } else { 40_000 },
            at: at.map(Timestamp),
            network: Network { identification, hops },
            timestamps: stamp.map(|value| Timestamps { value, echo: 1 }),
            ..Segment::default()
        };
        (to_server, segment)
    }
}
