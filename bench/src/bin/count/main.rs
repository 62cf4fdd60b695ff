//! Runs one piece of the work so many times, for an instruction counter: `bench-count WORK SEGMENTS`.
//!
//! Setting up takes the same instructions whatever SEGMENTS is, so the difference of two runs is the work alone.
//!
//! `bench-count GROWTH-SIZE SEGMENTS` instead takes in what makes SIZE connections, segments or attempts, and switches
//! callgrind's counting on for the SEGMENTS after that alone: run it with `--instr-atstart=no`.

mod callgrind;

use std::hint::black_box;
use std::str::FromStr;

use clap::Parser;
use synfin_bench::feed::{FeedSegment, OpenConnections};
use synfin_bench::traffic::{ACK, PSH, RST, SYN, Traffic, TrafficSegment};
use synfin_core::capture::{Options, Tracker};
use synfin_core::view::Pass;

/// Connections of the steady work.
const CONNECTIONS: u32 = 1_000;
/// Segments of the traffic that is made in advance.
const MIXED: u64 = 100_000;

/// Feeds `segments` segments of open connections to `work`.
fn steady(segments: u32, mut work: impl FnMut(&mut Tracker, &FeedSegment)) {
    let mut tracker = Tracker::new(Options::default());
    let mut open = OpenConnections::new(CONNECTIONS);
    for _ in 0..open.opening() {
        open.segment().observe(&mut tracker);
    }
    for _ in 0..segments {
        work(&mut tracker, &open.segment());
    }
}

/// Feeds the first `segments` of the mixed traffic.
fn mixed(segments: u32, mut work: impl FnMut(&mut Tracker, &FeedSegment)) {
    let mut tracker = Tracker::new(Options::default());
    let traffic: Vec<FeedSegment> =
        Traffic::mixed(1, MIXED, 6_700, 100).zip(0..).map(|(sent, n)| FeedSegment::new(n, &sent)).collect();
    for fed in traffic.iter().take(segments as usize) {
        work(&mut tracker, fed);
    }
}

/// What a capture can hold much of.
#[derive(Clone, Copy)]
enum Growth {
    /// So many connections that are open, and each send a segment in turn.
    Live,
    /// One connection of so many segments.
    Long,
    /// So many connections that are refused and then open.
    Restarts,
    /// One stream in which so many attempts are refused.
    Attempts,
}

impl Growth {
    /// `live-1000` and so on.
    fn read(text: &str) -> Option<(Growth, u32)> {
        let (name, size) = text.split_once('-')?;
        let growth = match name {
            "live" => Growth::Live,
            "long" => Growth::Long,
            "restarts" => Growth::Restarts,
            "attempts" => Growth::Attempts,
            _ => return None,
        };
        Some((growth, size.parse().ok()?))
    }

    /// How many segments it takes to get there.
    fn before(self, size: u32) -> u32 {
        match self {
            Growth::Live => OpenConnections::new(size).opening(),
            Growth::Long => size,
            Growth::Restarts => size * RESTART.len() as u32,
            Growth::Attempts => size * 2,
        }
    }

    /// All segments, without an end.
    fn segments(self, size: u32) -> Box<dyn Iterator<Item = FeedSegment>> {
        let mut open = OpenConnections::new(size);
        match self {
            Growth::Live => Box::new(std::iter::repeat_with(move || open.segment())),
            Growth::Long => {
                let traffic = Traffic::one_transfer(1, u64::from(u32::MAX));
                Box::new(traffic.zip(0..).map(|(sent, n)| FeedSegment::new(n, &sent)))
            }
            Growth::Restarts => Box::new((0..).map(|n| FeedSegment::new(n, &restart(n)))),
            Growth::Attempts => Box::new((0..).map(|n| FeedSegment::new(n, &attempt(n)))),
        }
    }
}

/// A connection that is refused and then opens: who sends, the flags, and how far seq and ack are past X and Y.
const RESTART: [(bool, u8, u32, u32); 7] = [
    (true, SYN, 0, 0),
    (false, RST | ACK, 0, 1),
    (true, SYN, 1000, 0),
    (false, SYN | ACK, 0, 1001),
    (true, ACK, 1001, 1),
    (true, ACK | PSH, 1001, 1),
    (false, ACK, 1, 1101),
];

fn restart(n: u32) -> TrafficSegment {
    let count = RESTART.len() as u32;
    let (connection, step) = (n / count, n % count);
    let (from_client, flags, seq, ack) = RESTART[step as usize];
    let (x, y) = (connection.wrapping_mul(0x9e37_79b9), connection.wrapping_mul(0x85eb_ca6b));
    let (own, peer) = if from_client { (x, y) } else { (y, x) };
    TrafficSegment {
        at: u64::from(n) * 1000,
        connection,
        from_client,
        seq: if flags & RST != 0 { 0 } else { own.wrapping_add(seq) },
        ack: if flags & ACK != 0 { peer.wrapping_add(ack) } else { 0 },
        flags,
        window: 502,
        payload: if flags & PSH != 0 { 100 } else { 0 },
    }
}

fn attempt(n: u32) -> TrafficSegment {
    let x = (n / 2).wrapping_mul(0x9e37_79b9);
    let is_syn = n.is_multiple_of(2);
    TrafficSegment {
        at: u64::from(n) * 1000,
        connection: 0,
        from_client: is_syn,
        seq: if is_syn { x } else { 0 },
        ack: if is_syn { 0 } else { x.wrapping_add(1) },
        flags: if is_syn { SYN } else { RST | ACK },
        window: 502,
        payload: 0,
    }
}

/// Counts the work for so many segments after there is so much of something.
fn grown(growth: Growth, size: u32, segments: u32) {
    let mut tracker = Tracker::new(Options::default());
    let mut all = growth.segments(size);
    for fed in all.by_ref().take(growth.before(size) as usize) {
        fed.observe(&mut tracker);
    }
    let counted: Vec<FeedSegment> = all.take(segments as usize).collect();
    callgrind::start();
    for fed in &counted {
        fed.annotate(&mut tracker, |view| {
            black_box(view);
        });
    }
    callgrind::stop();
}

/// The same across the C boundary, as the shim calls it.
#[cfg(feature = "abi")]
mod boundary {
    use synfin::{abi, bindings as c};
    use synfin_bench::feed::{FeedSegment, OpenConnections};
    use synfin_core::segment::Address;

    fn c_segment(fed: &FeedSegment) -> c::synfin_segment {
        let bytes = |address: Address| {
            let mut bytes = [0; 16];
            if let Some(std::net::IpAddr::V4(v4)) = address {
                bytes[..4].copy_from_slice(&v4.octets());
            }
            bytes
        };
        c::synfin_segment {
            struct_size: size_of::<c::synfin_segment>() as u32,
            frame: fed.id.frame,
            layer: 0,
            stream: fed.stream,
            time_s: fed.at / 1_000_000_000,
            time_ns: (fed.at % 1_000_000_000) as i32,
            reported_len: fed.reported_len,
            has_time: 1,
            address_len: 4,
            has_hops: 1,
            hops: 64,
            identification: fed.id.frame as u16 | 1,
            reserved: [0; 2],
            source: bytes(fed.path.source),
            destination: bytes(fed.path.destination),
        }
    }

    pub fn run(segments: u32) {
        let options = c::synfin_options { struct_size: 8, rebase: 1, language: 0, reserved: [0; 2] };
        // SAFETY: the options are whole; the tracker is freed below, once.
        let tracker = unsafe { abi::synfin_tracker_new(&raw const options) };
        let mut open = OpenConnections::new(super::CONNECTIONS);
        for _ in 0..open.opening().saturating_add(segments) {
            let fed = open.segment();
            let segment = c_segment(&fed);
            let bytes = fed.header.get();
            // SAFETY: all pointers are to living values of the right types.
            let status =
                unsafe { abi::synfin_tracker_observe(tracker, &raw const segment, bytes.as_ptr(), bytes.len()) };
            assert_eq!(status, c::SYNFIN_STATUS_OK);
        }
        // SAFETY: made above, and used no more.
        unsafe { abi::synfin_tracker_free(tracker) };
    }
}

/// A piece of work by its name.
#[derive(Clone, Copy)]
enum Work {
    Feed,
    Floor,
    Parse,
    Observe,
    Annotate,
    #[cfg(feature = "abi")]
    Boundary,
    MixedFeed,
    Mixed,
    Grown(Growth, u32),
}

impl FromStr for Work {
    type Err = String;

    fn from_str(text: &str) -> Result<Work, String> {
        Ok(match text {
            "feed" => Work::Feed,
            "floor" => Work::Floor,
            "parse" => Work::Parse,
            "observe" => Work::Observe,
            "annotate" => Work::Annotate,
            #[cfg(feature = "abi")]
            "boundary" => Work::Boundary,
            "mixed-feed" => Work::MixedFeed,
            "mixed" => Work::Mixed,
            _ => {
                let (growth, size) = Growth::read(text).ok_or("no work has that name")?;
                Work::Grown(growth, size)
            }
        })
    }
}

#[derive(Parser)]
#[command(about = "Runs one piece of the work so many times, for an instruction counter")]
struct Arguments {
    /// feed, floor, parse, observe, annotate, boundary (with the feature abi), mixed-feed or mixed; or live-SIZE, long-SIZE,
    /// restarts-SIZE or attempts-SIZE
    work: Work,
    segments: u32,
}

fn main() {
    let Arguments { work, segments } = Arguments::parse();
    match work {
        // Making the segments, which the others do as well.
        Work::Feed => steady(segments, |_, fed| {
            black_box(fed);
        }),
        Work::Floor => steady(segments, |_, fed| {
            black_box(fed.floor());
        }),
        Work::Parse => steady(segments, |_, fed| {
            black_box(fed.segment());
        }),
        Work::Observe => steady(segments, |tracker, fed| {
            black_box(fed.observe(tracker));
        }),
        Work::Annotate => steady(segments, |tracker, fed| {
            fed.annotate(tracker, |view| {
                black_box(view);
            });
        }),
        #[cfg(feature = "abi")]
        Work::Boundary => boundary::run(segments),
        Work::MixedFeed => mixed(segments, |_, fed| {
            black_box(fed);
        }),
        Work::Mixed => mixed(segments, |tracker, fed| {
            let segment = black_box(fed.observe(tracker));
            black_box(tracker.segment(fed.id, fed.path, &segment, Pass::First));
        }),
        Work::Grown(growth, size) => grown(growth, size, segments),
    }
}
