//! Traffic made to hurt: floods, endless connections, forged resets, FINs upon FINs, clocks that run backwards. What is
//! said stays right, and memory stays within what a segment and a connection are worth.

mod common;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use common::core::{Fields, read_fields};
use synfin::tcp::{Flags, Pass, Segment, Seq, SynOptions, Timestamp};
use synfin::tracker::{Address, Options, Path, Place, Tracker};

/// Octets that the core may hold for a segment of ordinary traffic, and for a connection.
const PER_SEGMENT: usize = 16;
const PER_CONNECTION: usize = 262;
/// Octets for a segment that was made to fit no pattern.
const PER_HOSTILE_SEGMENT: usize = 64;
/// Octets that it begins with.
const BASE: usize = 300_000;

const SYN: u16 = 0x02;
const SYN_ACK: u16 = 0x12;
const ACK: u16 = 0x10;
const FIN_ACK: u16 = 0x11;
const RST: u16 = 0x04;

/// A tracker and the traffic between two hosts.
struct Traffic {
    tracker: Tracker,
    frame: u32,
    last: Option<(Place, Path, Segment)>,
}

/// Who sends: the client's port and address, or the server's.
#[derive(Clone, Copy)]
enum From {
    Client,
    Server,
}

impl Traffic {
    fn new() -> Traffic {
        Traffic { tracker: Tracker::new(Options::default()), frame: 0, last: None }
    }

    /// Takes in a segment of a stream; the client's port and address follow from its number.
    fn put(&mut self, stream: u32, from: From, flags: u16, [seq, ack, payload_len]: [u32; 3]) {
        let at = 1_700_000_000_000_000_000 + i64::from(self.frame) * 1000;
        self.put_at(stream, (from, false), flags, [seq, ack, payload_len], at);
    }

    fn put_at(&mut self, stream: u32, (from, is_known): (From, bool), flags: u16, numbers: [u32; 3], at: i64) {
        self.frame += 1;
        let port = 1024 + u16::try_from(stream % 60_000).unwrap();
        let client = Address::Ip(IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0001 + stream / 60_000)));
        let server = Address::Ip(IpAddr::V4(Ipv4Addr::new(10, 255, 0, 1)));
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
            options: SynOptions::default(),
        };
        let place = Place { frame: self.frame, layer: 0 };
        self.tracker.observe(place, stream, path, is_known, &segment).expect("room");
        self.last = Some((place, path, segment));
    }

    /// What the last segment shows when nothing follows.
    fn shown(&self) -> Fields {
        let (place, path, segment) = self.last.as_ref().expect("a segment");
        read_fields(&self.tracker.annotation(*place, *path, segment, Pass::Final).expect("taken in"))
    }

    /// A field of the last segment.
    fn field(&self, name: &str) -> String {
        self.shown().get(name).map(|values| values.join(",")).unwrap_or_default()
    }

    fn open(&mut self, stream: u32, client: u32, server: u32) {
        self.put(stream, From::Client, SYN, [client, 0, 0]);
        self.put(stream, From::Server, SYN_ACK, [server, client.wrapping_add(1), 0]);
        self.put(stream, From::Client, ACK, [client.wrapping_add(1), server.wrapping_add(1), 0]);
        assert_eq!(self.field("handshake.step"), "3");
    }

    #[track_caller]
    fn memory_within(&self, per_segment: usize) {
        let (segments, connections) = (self.tracker.segment_count() as usize, self.tracker.connection_count() as usize);
        let limit = BASE + per_segment * segments + PER_CONNECTION * connections;
        let memory = self.tracker.memory();
        assert!(
            memory <= limit,
            "{memory} octets for {segments} segments of {connections} connections; at most {limit}"
        );
    }
}

/// The same numbers everywhere, without a pattern.
fn scattered(n: u32) -> u32 {
    let mut z = (u64::from(n) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 32) as u32
}

#[test]
fn a_million_syns_stay_within_their_memory() {
    let mut traffic = Traffic::new();
    for n in 0..1_000_000 {
        traffic.put(n, From::Client, SYN, [scattered(n), 0, 0]);
    }
    assert_eq!(traffic.tracker.connection_count(), 1_000_000);
    assert_eq!((traffic.field("handshake.outcome"), traffic.field("conn.state")), ("no-answer".into(), "S0".into()));
    traffic.memory_within(PER_SEGMENT);
}

#[test]
fn a_scan_is_refused_port_by_port() {
    let mut traffic = Traffic::new();
    for n in 0..50_000 {
        traffic.put(n, From::Client, SYN, [scattered(n), 0, 0]);
        traffic.put(n, From::Server, RST | ACK, [0, scattered(n).wrapping_add(1), 0]);
        if n % 1000 == 0 {
            assert_eq!((traffic.field("reset"), traffic.field("conn.state")), ("refused".into(), "REJ".into()));
        }
    }
    traffic.memory_within(PER_SEGMENT);
}

#[test]
fn a_connection_that_never_ends() {
    let mut traffic = Traffic::new();
    traffic.open(0, 7, 9);
    let mut sent = 8u32;
    // 14 GiB: three times round the circle.
    for _ in 0..250_000 {
        traffic.put(0, From::Client, ACK, [sent, 10, 60_000]);
        sent = sent.wrapping_add(60_000);
        traffic.put(0, From::Server, ACK, [10, sent, 0]);
    }
    assert_eq!(traffic.field("ack.offset"), (1 + 250_000u64 * 60_000).to_string(), "numbers unwrap");
    assert_eq!((traffic.field("phase"), traffic.field("teardown.kind")), ("data".into(), "open".into()));
    assert!(traffic.field("conn.history").len() <= 130);
    traffic.memory_within(PER_SEGMENT);
}

#[test]
fn wild_numbers_cost_no_more_than_a_hostile_segment_is_worth() {
    const KINDS: [u16; 8] = [SYN, SYN_ACK, ACK, ACK, FIN_ACK, RST, RST | ACK, 0x1ff];
    let mut traffic = Traffic::new();
    for n in 0..200_000 {
        let from = if scattered(n) & 1 == 0 { From::Client } else { From::Server };
        let numbers = [scattered(n ^ 0x5555), scattered(n ^ 0xaaaa), scattered(!n) >> 16];
        traffic.put(0, from, KINDS[scattered(n) as usize >> 4 & 7], numbers);
    }
    assert!(!traffic.field("client.state").is_empty());
    traffic.memory_within(PER_HOSTILE_SEGMENT);
}

#[test]
fn fins_upon_fins_leave_the_first() {
    let mut traffic = Traffic::new();
    traffic.open(0, 100, 200);
    traffic.put(0, From::Client, FIN_ACK, [101, 201, 0]);
    let mut numbers = BTreeSet::from([101]);
    for n in 1..2000 {
        // Each overlaps the one before, some with payload.
        traffic.put(0, From::Client, FIN_ACK, [101 + n / 2, 201, n % 7]);
        let shown = traffic.shown();
        let own = 101 + n / 2 + n % 7;
        let is_first = own == 101;
        assert_eq!((shown["x"][0].as_str(), shown["y"][0].as_str()), ("101", "201"), "X and Y stay with the first FIN");
        assert_eq!(shown.contains_key("expert.second_fin"), !is_first, "FIN with the number {own}");
        assert_eq!(shown.contains_key("retransmission"), !numbers.insert(own), "FIN with the number {own}");
        assert_eq!(
            (shown["client.state"][0].as_str(), shown["server.state"][0].as_str()),
            ("FIN-WAIT-1", "CLOSE-WAIT")
        );
        assert_eq!(shown["teardown.step"], ["1"]);
    }
    assert_eq!(traffic.field("teardown.kind"), "half-closed");
    traffic.memory_within(PER_HOSTILE_SEGMENT);
}

#[test]
fn forged_resets_end_a_connection_only_within_the_window() {
    let mut traffic = Traffic::new();
    traffic.open(0, 1000, 5000);
    for n in 0..10_000u32 {
        // Anywhere but in the window of 65,535 octets (scale unknown: shifted by up to 14) or right in front of it.
        let away = (65_535 << 14) + 1 + scattered(n) % (u32::MAX - (65_535 << 14) - 3);
        let flags = if n % 2 == 0 { RST } else { RST | ACK };
        traffic.put(0, From::Server, flags, [5001u32.wrapping_add(away), 1001, 0]);
        assert_eq!(traffic.field("reset"), "stray", "{away} beyond");
        assert_eq!((traffic.field("client.state"), traffic.field("phase")), ("ESTABLISHED".into(), "data".into()));
    }
    traffic.put(0, From::Server, RST, [5001 + 30_000, 0, 0]);
    assert_eq!((traffic.field("reset"), traffic.field("client.state")), ("abort".into(), "CLOSED".into()));
    traffic.put(0, From::Client, ACK, [1001, 5001, 100]);
    assert_eq!((traffic.field("phase"), traffic.field("client.state")), ("closed".into(), "CLOSED".into()));
    assert_eq!(traffic.field("conn.state"), "RSTR");
}

#[test]
fn data_beyond_a_fin_is_called_so_and_counts_nowhere() {
    let mut traffic = Traffic::new();
    traffic.open(0, 100, 200);
    traffic.put(0, From::Client, FIN_ACK, [101, 201, 0]);
    for n in 0..1000 {
        traffic.put(0, From::Client, ACK, [102 + n * 50, 201, 50]);
        assert!(traffic.shown().contains_key("expert.data_after_fin"), "octets from {} on", 102 + n * 50);
        assert_eq!(traffic.field("client.state"), "FIN-WAIT-1");
    }
    assert_eq!(traffic.field("teardown.half_close_bytes"), "0", "the other side's octets alone count");
    traffic.put(0, From::Server, ACK, [201, 102, 30]);
    assert_eq!((traffic.field("teardown.step"), traffic.field("teardown.half_close_bytes")), ("2".into(), "30".into()));
}

#[test]
fn ports_used_again_thousands_of_times() {
    let mut traffic = Traffic::new();
    let mut at = 1_700_000_000_000_000_000;
    for stream in 0..5000 {
        // Wireshark makes a new stream of each, and the shim tells that its endpoints had one before.
        let (client, server) = (scattered(stream), scattered(!stream));
        let next = |number: u32| number.wrapping_add(1);
        let segments = [
            (From::Client, SYN, [client, 0, 0]),
            (From::Server, SYN_ACK, [server, next(client), 0]),
            (From::Client, ACK, [next(client), next(server), 0]),
            (From::Client, FIN_ACK, [next(client), next(server), 0]),
            (From::Server, FIN_ACK, [next(server), next(next(client)), 0]),
            (From::Client, ACK, [next(next(client)), next(next(server)), 0]),
        ];
        for (index, (from, flags, numbers)) in segments.into_iter().enumerate() {
            at += 1_000_000;
            traffic.put_at(stream, (from, index == 0 && stream > 0), flags, numbers, at);
            if index == 0 {
                assert_eq!(traffic.shown().contains_key("expert.port_reuse"), stream > 0);
            }
        }
        let shown = traffic.shown();
        assert_eq!(shown["handshake.outcome"], ["complete"]);
        assert_eq!(shown["teardown.kind"], ["three-segment"]);
        assert_eq!(shown["conn.duration"], ["0.005000000"]);
    }
    traffic.memory_within(PER_SEGMENT);
}

#[test]
fn attempts_upon_attempts_in_one_stream() {
    let mut traffic = Traffic::new();
    for n in 0..50_000 {
        traffic.put(0, From::Client, SYN, [scattered(n), 0, 0]);
        assert_eq!(traffic.field("handshake.step"), "1");
        traffic.put(0, From::Server, RST | ACK, [0, scattered(n).wrapping_add(1), 0]);
        assert_eq!(traffic.field("reset"), "refused");
    }
    assert!(traffic.field("conn.history").len() <= 130);
    traffic.memory_within(PER_HOSTILE_SEGMENT);
}

#[test]
fn a_clock_that_runs_backwards_gives_no_times() {
    const TIMES: [&str; 5] =
        ["handshake.time", "handshake.synack_rtt", "handshake.ack_rtt", "teardown.time", "conn.duration"];
    let mut traffic = Traffic::new();
    let segments = [
        (From::Client, SYN, [1, 0, 0]),
        (From::Server, SYN_ACK, [5, 2, 0]),
        (From::Client, ACK, [2, 6, 0]),
        (From::Client, FIN_ACK, [2, 6, 0]),
        (From::Server, FIN_ACK, [6, 3, 0]),
        (From::Client, ACK, [3, 7, 0]),
    ];
    for start in [1_700_000_000_000_000_000, i64::MIN + 10_000_000, 0] {
        let stream = traffic.tracker.connection_count();
        for (index, (from, flags, numbers)) in segments.into_iter().enumerate() {
            let at = start - 1_000_000 * index as i64;
            traffic.put_at(stream, (from, false), flags, numbers, at);
        }
        let shown = traffic.shown();
        for name in TIMES {
            assert!(!shown.contains_key(name), "{name}: {:?}", shown[name]);
        }
        assert_eq!((shown["client.state"][0].as_str(), shown["server.state"][0].as_str()), ("TIME-WAIT", "CLOSED"));
        assert_eq!(shown["teardown.kind"], ["three-segment"]);
    }
}
