//! Segments for the core: from made-up traffic, and of many connections that are open and stay so.

use std::net::{IpAddr, Ipv4Addr};

use synfin_core::capture::{Event, Path, SegmentId, Tracker};
use synfin_core::segment::{Network, Segment, Timestamp, header};
use synfin_core::view::{Pass, SegmentView};

use crate::traffic::{ACK, SYN, TrafficSegment};

/// Nanoseconds since the epoch of the first segment.
pub const START: i64 = 1_700_000_000_000_000_000;

/// A TCP header as it is on the wire.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    bytes: [u8; 40],
    len: usize,
}

impl Header {
    /// The header, options included.
    pub fn get(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// One segment, all that Wireshark would tell of it.
#[derive(Clone, Copy, Debug)]
pub struct FeedSegment {
    pub id: SegmentId,
    pub stream: u32,
    pub path: Path,
    pub header: Header,
    pub reported_len: u32,
    pub at: i64,
}

/// Options of a Linux SYN: MSS, SACK, time stamps, window scale.
const SYN_OPTIONS: [u8; 20] = [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7];

fn header(sent: &TrafficSegment, ports: (u16, u16)) -> Header {
    let mut bytes = [0; 40];
    let options: &[u8] = if sent.flags & SYN != 0 { &SYN_OPTIONS } else { &[] };
    let len = 20 + options.len();
    bytes[0..2].copy_from_slice(&ports.0.to_be_bytes());
    bytes[2..4].copy_from_slice(&ports.1.to_be_bytes());
    bytes[4..8].copy_from_slice(&sent.seq.to_be_bytes());
    bytes[8..12].copy_from_slice(&sent.ack.to_be_bytes());
    bytes[12] = ((len / 4) << 4) as u8;
    bytes[13] = sent.flags;
    bytes[14..16].copy_from_slice(&sent.window.to_be_bytes());
    bytes[20..len].copy_from_slice(options);
    Header { bytes, len }
}

impl FeedSegment {
    /// Segment number `n` of a capture, from 0.
    pub fn new(n: u32, sent: &TrafficSegment) -> FeedSegment {
        let (client, server) = sent.endpoints();
        let (from, to) = if sent.from_client { (client, server) } else { (server, client) };
        let address = |bytes: [u8; 4]| Some(IpAddr::V4(Ipv4Addr::from(bytes)));
        let header = header(sent, (from.1, to.1));
        FeedSegment {
            id: SegmentId { frame: n + 1, layer: 0 },
            stream: sent.connection,
            path: Path { source: address(from.0), destination: address(to.0) },
            reported_len: header.len as u32 + sent.payload,
            header,
            at: START + sent.at as i64,
        }
    }

    /// The header read.
    pub fn segment(&self) -> Segment {
        let parsed = header::parse(self.header.get(), self.reported_len, Some(Timestamp(self.at)));
        // Linux numbers the packets of a connection one by one.
        let identification = Some(self.id.frame as u16 | 1);
        Segment { network: Network { identification, hops: Some(64) }, ..parsed.expect("a whole header") }
    }

    /// Reads the header and takes the segment in.
    pub fn observe(&self, tracker: &mut Tracker) -> Segment {
        let segment = self.segment();
        tracker
            .observe(self.id, Event::Segment { stream: self.stream, path: &self.path, segment: &segment })
            .expect("room");
        segment
    }

    /// Takes the segment in and looks at it: all that the core does for a frame. `look` sees the view.
    pub fn annotate<T>(&self, tracker: &mut Tracker, look: impl FnOnce(&SegmentView) -> T) -> T {
        let segment = self.observe(tracker);
        let view = tracker.segment(self.id, self.path, &segment, Pass::First);
        look(view.as_ref().expect("just taken in"))
    }

    /// The least that a handler could do: looks at the twenty bytes.
    pub fn floor(&self) -> u32 {
        let word = |at: usize| {
            let bytes = self.header.get().get(at..at + 4);
            bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes)
        };
        word(0) ^ word(4) ^ word(8) ^ word(12) ^ word(16)
    }
}

/// So many connections, opened and then carrying data for ever, one after the other in a scattered order.
#[derive(Clone, Copy, Debug)]
pub struct OpenConnections {
    connections: u32,
    n: u32,
}

/// Bytes of payload in each of their segments.
const PAYLOAD: u32 = 100;

impl OpenConnections {
    /// Before the first segment.
    pub fn new(connections: u32) -> OpenConnections {
        assert!(connections >= 1, "at least one connection");
        OpenConnections { connections, n: 0 }
    }

    /// Segments that open all connections.
    pub fn opening(&self) -> u32 {
        self.connections * 3
    }

    /// The next segment. Computed, so that no memory but the core's is looked at.
    pub fn segment(&mut self) -> FeedSegment {
        let n = self.n;
        self.n += 1;
        let (round, id) = (n / self.connections, n % self.connections);
        // 2,654,435,761 is prime, so every connection has its turn in each round.
        let connection = (u64::from(id) * 2_654_435_761 % u64::from(self.connections)) as u32;
        let isns = [connection.wrapping_mul(0x9e37_79b9), connection.wrapping_mul(0x85eb_ca6b)];
        let (from_client, flags, payload) = match round {
            0 => (true, SYN, 0),
            1 => (false, SYN | ACK, 0),
            2 => (true, ACK, 0),
            _ => (round % 2 == 1, ACK, PAYLOAD),
        };
        // Each side's bytes before this round: the client sends in rounds 3, 5 ..., the server in 4, 6 ...
        let carried = |first: u32| if round > first { (round - first).div_ceil(2).wrapping_mul(PAYLOAD) } else { 0 };
        let next = [isns[0].wrapping_add(1 + carried(3)), isns[1].wrapping_add(1 + carried(4))];
        let (own, peer) = if from_client { (0, 1) } else { (1, 0) };
        let sent = TrafficSegment {
            at: u64::from(n) * 1000,
            connection,
            from_client,
            seq: if flags & SYN != 0 { isns[own] } else { next[own] },
            ack: if flags & ACK != 0 { next[peer] } else { 0 },
            flags,
            window: 502,
            payload,
        };
        FeedSegment::new(n, &sent)
    }
}
