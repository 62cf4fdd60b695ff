//! A tracker, and segments between two hosts for it.

use std::net::{IpAddr, Ipv4Addr};

use synfin_core::capture::{Event, Options, Path, SegmentId, Tracker};
use synfin_core::segment::{Flags, Network, Segment, Seq, Timestamp};
use synfin_core::view::{Anomalies, Pass, Reset, SegmentView, State, Steps};

use super::{ACK, BASE, SYN, SYN_ACK};

/// A tracker and the traffic between two hosts.
pub struct Traffic {
    pub tracker: Tracker,
    pub frame: u32,
    pub last: Option<(SegmentId, Path, Segment)>,
}

/// Who sends: the client's port and address, or the server's.
#[derive(Clone, Copy)]
pub enum From {
    Client,
    Server,
}

impl Traffic {
    pub fn new() -> Traffic {
        Traffic { tracker: Tracker::new(Options::default()), frame: 0, last: None }
    }

    /// Takes in a segment of a stream; the client's port and address follow from its number.
    pub fn put(&mut self, stream: u32, from: From, flags: u16, numbers: [u32; 3]) {
        let at = 1_700_000_000_000_000_000 + i64::from(self.frame) * 1000;
        self.put_at(stream, from, flags, numbers, at);
    }

    pub fn put_at(&mut self, stream: u32, from: From, flags: u16, [seq, ack, payload_len]: [u32; 3], at: i64) {
        let port = 1024 + u16::try_from(stream % 60_000).unwrap();
        self.put_between([stream, stream / 60_000], port, from, flags, [seq, ack, payload_len], at);
    }

    /// `stream` and the number of the client's host.
    pub fn put_between(
        &mut self,
        [stream, host]: [u32; 2],
        port: u16,
        from: From,
        flags: u16,
        numbers: [u32; 3],
        at: i64,
    ) {
        self.frame += 1;
        let client = Some(IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0001 + host)));
        let server = Some(IpAddr::V4(Ipv4Addr::new(10, 255, 0, 1)));
        let (path, ports) = match from {
            From::Client => (Path { source: client, destination: server }, [port, 80]),
            From::Server => (Path { source: server, destination: client }, [80, port]),
        };
        let segment = Segment {
            seq: Seq(numbers[0]),
            ack: Seq(numbers[1]),
            flags: Flags(flags),
            window: 65_535,
            payload_len: numbers[2],
            source_port: ports[0],
            destination_port: ports[1],
            at: Some(Timestamp(at)),
            // Each packet is one of its own: nothing is a copy.
            network: Network { identification: Some((self.frame % 65_535 + 1) as u16), hops: Some(64) },
            ..Segment::default()
        };
        let id = SegmentId { frame: self.frame, layer: 0 };
        self.tracker.observe(id, Event::Segment { stream, path: &path, segment: &segment }).expect("room");
        self.last = Some((id, path, segment));
    }

    /// The last segment when nothing follows.
    pub fn view(&self) -> SegmentView<'_> {
        let (id, path, segment) = self.last.as_ref().expect("a segment");
        self.tracker.segment(*id, *path, segment, Pass::Final).expect("taken in")
    }

    /// What the last segment is, for a RST.
    pub fn reset(&self) -> Option<Reset> {
        self.view().verdict.reset
    }

    pub fn has(&self, anomaly: Anomalies) -> bool {
        self.view().verdict.anomalies.contains(anomaly)
    }

    /// The states of client and server.
    pub fn states(&self) -> (State, State) {
        let states = self.view().verdict.states;
        (states.client, states.server)
    }

    pub fn conn_state(&self) -> &'static str {
        self.view().connection.conn_state().name()
    }

    pub fn history_len(&self) -> usize {
        let mut letters = 0;
        self.view().connection.history(|_| letters += 1);
        letters
    }

    pub fn open(&mut self, stream: u32, client: u32, server: u32) {
        self.put(stream, From::Client, SYN, [client, 0, 0]);
        self.put(stream, From::Server, SYN_ACK, [server, client.wrapping_add(1), 0]);
        self.put(stream, From::Client, ACK, [client.wrapping_add(1), server.wrapping_add(1), 0]);
        assert_eq!(self.view().verdict.open_steps, Steps::one(3));
    }

    #[track_caller]
    pub fn memory_within(&self, per_segment: usize, per_connection: usize) {
        let (segments, connections) = (self.tracker.segment_count() as usize, self.tracker.connection_count() as usize);
        let limit = BASE + per_segment * segments + per_connection * connections;
        let memory = self.tracker.memory();
        assert!(
            memory <= limit,
            "{memory} bytes for {segments} segments of {connections} connections; at most {limit}"
        );
    }
}
