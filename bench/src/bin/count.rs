//! Runs one piece of the work so many times, for an instruction counter: `bench-count WORK SEGMENTS`.
//!
//! Setting up takes the same instructions whatever SEGMENTS is, so the difference of two runs is the work alone.

use std::hint::black_box;
use std::process::ExitCode;

use synfin_bench::feed::{Fed, Open};
use synfin_bench::traffic::Traffic;
use synfin_core::capture::{Options, Tracker};
use synfin_core::view::Pass;

/// Connections of the steady work.
const CONNECTIONS: u32 = 1_000;
/// Segments of the traffic that is made in advance.
const MIXED: u64 = 100_000;

/// Feeds `segments` segments of open connections to `work`.
fn steady(segments: u32, mut work: impl FnMut(&mut Tracker, &Fed)) {
    let mut tracker = Tracker::new(Options::default());
    let mut open = Open::new(CONNECTIONS);
    for _ in 0..open.opening() {
        open.segment().observe(&mut tracker);
    }
    for _ in 0..segments {
        work(&mut tracker, &open.segment());
    }
}

/// Feeds the first `segments` of the mixed traffic.
fn mixed(segments: u32, mut work: impl FnMut(&mut Tracker, &Fed)) {
    let mut tracker = Tracker::new(Options::default());
    let traffic: Vec<Fed> = Traffic::mixed(1, MIXED, 6_700, 100).zip(0..).map(|(sent, n)| Fed::new(n, &sent)).collect();
    for fed in traffic.iter().take(segments as usize) {
        work(&mut tracker, fed);
    }
}

/// The same across the C boundary, as the shim calls it.
#[cfg(feature = "abi")]
mod boundary {
    use synfin::{abi, bindings as c};
    use synfin_bench::feed::{Fed, Open};
    use synfin_core::segment::Address;

    fn c_segment(fed: &Fed) -> c::synfin_segment {
        let bytes = |address: Address| {
            let mut bytes = [0; 16];
            if let Some(std::net::IpAddr::V4(v4)) = address {
                bytes[..4].copy_from_slice(&v4.octets());
            }
            bytes
        };
        c::synfin_segment {
            struct_size: size_of::<c::synfin_segment>() as u32,
            frame: fed.place.frame,
            layer: 0,
            stream: fed.stream,
            time_s: fed.at / 1_000_000_000,
            time_ns: (fed.at % 1_000_000_000) as i32,
            reported_len: fed.reported_len,
            has_time: 1,
            address_len: 4,
            has_hops: 1,
            hops: 64,
            identification: fed.place.frame as u16 | 1,
            reserved: [0; 2],
            source: bytes(fed.path.source),
            destination: bytes(fed.path.destination),
        }
    }

    pub fn run(segments: u32) {
        let options = c::synfin_options { struct_size: 8, rebase: 1, language: 0, reserved: [0; 2] };
        // SAFETY: the options are whole; the tracker is freed below, once.
        let tracker = unsafe { abi::synfin_tracker_new(&raw const options) };
        let mut open = Open::new(super::CONNECTIONS);
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

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [work, segments] = arguments.as_slice() else {
        eprintln!(
            "usage: bench-count feed|floor|parse|observe|annotate|boundary (with the feature abi)|mixed-feed|mixed SEGMENTS"
        );
        return ExitCode::from(2);
    };
    let Ok(segments) = segments.parse::<u32>() else {
        eprintln!("bench-count: {segments} is no number");
        return ExitCode::from(2);
    };
    match work.as_str() {
        // Making the segments, which the others do as well.
        "feed" => steady(segments, |_, fed| {
            black_box(fed);
        }),
        "floor" => steady(segments, |_, fed| {
            black_box(fed.floor());
        }),
        "parse" => steady(segments, |_, fed| {
            black_box(fed.segment());
        }),
        "observe" => steady(segments, |tracker, fed| {
            black_box(fed.observe(tracker));
        }),
        "annotate" => steady(segments, |tracker, fed| {
            fed.annotate(tracker, |view| {
                black_box(view);
            });
        }),
        #[cfg(feature = "abi")]
        "boundary" => boundary::run(segments),
        "mixed-feed" => mixed(segments, |_, fed| {
            black_box(fed);
        }),
        "mixed" => mixed(segments, |tracker, fed| {
            let segment = black_box(fed.observe(tracker));
            black_box(tracker.segment(fed.place, fed.path, &segment, Pass::First));
        }),
        other => {
            eprintln!("bench-count: no work called {other}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
