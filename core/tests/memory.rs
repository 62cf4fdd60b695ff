//! Memory for a connection, without the twelve bytes that each segment takes: the targets in docs/COST.md.

use std::net::{IpAddr, Ipv4Addr};

use synfin_core::capture::{Event, Options, Path, SegmentId, Tracker};
use synfin_core::segment::{Flags, Network, Offers, Segment, Seq, SynOptions, Timestamp, Timestamps};

/// Bytes for one that is open and carries data.
const LIVING: usize = 512;
/// Bytes for one that was closed long ago: 168, 56 for time stamps, and its endpoints.
const OVER: usize = 272;
/// Bytes for one of which a single segment was seen.
const LONE: usize = 64;

const RECORD: usize = 12;
/// Bytes that are there however many connections there are: the last chunk of each list, which is not full.
const FIXED: usize = 64 << 10;

/// A capture that is fed one segment after the other.
struct Capture {
    tracker: Tracker,
    frame: u32,
}

impl Capture {
    fn new() -> Capture {
        Capture { tracker: Tracker::new(Options::default()), frame: 0 }
    }

    /// A segment of a connection, as Linux sends it: with time stamps.
    fn send(&mut self, stream: u32, from_client: bool, flags: Flags, (seq, ack, payload_len): (u32, u32, u32)) {
        self.frame += 1;
        let client = (IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + (stream >> 8))), 40_000 + (stream & 0xff) as u16);
        let server = (IpAddr::V4(Ipv4Addr::from_bits(0xc0a8_0001)), 443);
        let (source, destination) = if from_client { (client, server) } else { (server, client) };
        let is_syn = flags.has(Flags::SYN);
        let options = SynOptions {
            mss: Some(1460),
            window_scale: Some(7),
            offers: Offers::SACK.union(Offers::TIMESTAMPS),
            ..SynOptions::default()
        };
        let echo = u32::from(flags.has(Flags::ACK)) * self.frame;
        let segment = Segment {
            seq: Seq(seq),
            ack: Seq(ack),
            flags,
            window: 502,
            payload_len,
            source_port: source.1,
            destination_port: destination.1,
            at: Some(Timestamp(i64::from(self.frame) * 1_000_000)),
            network: Network { identification: Some(self.frame as u16 | 1), hops: Some(64) },
            timestamps: Some(Timestamps { value: self.frame, echo }),
            options: if is_syn { options } else { SynOptions::default() },
        };
        let path = Path { source: Some(source.0), destination: Some(destination.0) };
        self.tracker
            .observe(
                SegmentId { frame: self.frame, layer: 0 },
                Event::Segment { stream, path: &path, segment: &segment },
            )
            .expect("room");
    }

    /// A handshake, and two segments of data each way.
    fn open(&mut self, stream: u32) {
        let (syn, ack) = (Flags::SYN, Flags::ACK);
        self.send(stream, true, syn, (1000, 0, 0));
        self.send(stream, false, syn.with(ack), (5000, 1001, 0));
        self.send(stream, true, ack, (1001, 5001, 0));
        for sent in [0, 100] {
            self.send(stream, true, ack, (1001 + sent, 5001 + sent, 100));
            self.send(stream, false, ack, (5001 + sent, 1101 + sent, 100));
        }
    }

    /// Bytes a connection, without the records of the segments.
    fn a_connection(&self) -> usize {
        let records = self.tracker.segment_count() as usize * RECORD;
        let bytes = self.tracker.memory().checked_sub(records + FIXED).expect("more than the records");
        bytes.div_ceil(self.tracker.connection_count() as usize)
    }
}

#[test]
fn one_that_lives() {
    let mut capture = Capture::new();
    (0..10_000).for_each(|stream| capture.open(stream));
    let bytes = capture.a_connection();
    assert!(bytes <= LIVING, "{bytes} bytes");
    assert!(bytes > LIVING / 2, "{bytes} bytes: lower the bound, or count what is missing");
}

/// Most of a capture's connections have long been over.
#[test]
fn one_that_is_over() {
    let mut capture = Capture::new();
    // Many, for the last 512 are kept whole.
    for stream in 0..40_000 {
        capture.open(stream);
        let (ack, fin) = (Flags::ACK, Flags::FIN.with(Flags::ACK));
        capture.send(stream, true, fin, (1201, 5201, 0));
        capture.send(stream, false, ack, (5201, 1202, 0));
        capture.send(stream, false, fin, (5201, 1202, 0));
        capture.send(stream, true, ack, (1202, 5202, 0));
    }
    let bytes = capture.a_connection();
    assert!(bytes <= OVER, "{bytes} bytes");
    assert!(bytes > OVER / 2, "{bytes} bytes: lower the bound, or count what is missing");
}

/// As many as make the table of endpoints double: it is at its emptiest then.
#[test]
fn a_single_segment() {
    let mut capture = Capture::new();
    (0..115_000).for_each(|stream| capture.send(stream, true, Flags::SYN, (stream, 0, 0)));
    let bytes = capture.a_connection();
    assert!(bytes <= LONE, "{bytes} bytes");
    assert!(bytes > LONE / 2, "{bytes} bytes: lower the bound, or count what is missing");
}
