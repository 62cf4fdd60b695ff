//! While connections are open, the core allocates no memory for a single segment, but only pages for many records.

#[path = "../../bench/src/traffic.rs"]
#[allow(dead_code)]
mod traffic;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr};

use synfin_core::capture::{Event, Options, Path, SegmentId, Tracker};
use synfin_core::segment::{Flags, Network, Segment, Seq, Timestamp};
use synfin_core::view::Pass;

use traffic::{Traffic, TrafficSegment};

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: everything is passed on to the system's allocator; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: passed on from the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: passed on from the caller.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn fed(sent: &TrafficSegment) -> (Path, Segment) {
    let (client, server) = sent.endpoints();
    let (from, to) = if sent.from_client { (client, server) } else { (server, client) };
    let address = |bytes: [u8; 4]| Some(IpAddr::V4(Ipv4Addr::from(bytes)));
    let segment = Segment {
        seq: Seq(sent.seq),
        ack: Seq(sent.ack),
        flags: Flags(sent.flags.into()),
        window: sent.window,
        payload_len: sent.payload,
        source_port: from.1,
        destination_port: to.1,
        at: Some(Timestamp(i64::try_from(sent.at).unwrap())),
        network: Network { identification: Some((sent.at / 1000) as u16 | 1), hops: Some(64) },
        ..Segment::default()
    };
    (Path { source: address(from.0), destination: address(to.0) }, segment)
}

/// Allocations while `segments` are taken in and looked at, after the first `skip`.
fn allocations(traffic: Traffic, skip: usize) -> (usize, usize) {
    let traffic: Vec<_> = traffic.map(|sent| (sent.connection, fed(&sent))).collect();
    let mut tracker = Tracker::new(Options::default());
    let mut before = 0;
    for (index, (stream, (path, segment))) in traffic.iter().enumerate() {
        if index == skip {
            before = COUNT.get();
        }
        let id = SegmentId { frame: u32::try_from(index).unwrap() + 1, layer: 0 };
        tracker.observe(id, Event::Segment { stream: *stream, path, segment }).unwrap();
        assert!(tracker.segment(id, *path, segment, Pass::First).is_some());
    }
    (traffic.len() - skip, COUNT.get() - before)
}

/// A page of records for each 1024 frames, now and then a longer list of pages, and what one connection keeps.
fn pages(segments: usize) -> usize {
    segments / 1024 + 1 + 16
}

#[test]
fn a_long_transfer_allocates_pages_alone() {
    let (segments, allocations) = allocations(Traffic::one_transfer(1, 200_000), 10);
    assert!(allocations <= pages(segments), "{allocations} allocations for {segments} segments");
    assert!(allocations >= segments / 1024, "the counter counts: {allocations}");
}

/// Short connections open and close all the time: room for 64 connections at once, and in each for the segments of its
/// handshake and teardown, which may be captured again.
#[test]
fn short_connections_allocate_for_their_handshake_and_teardown() {
    const CONNECTIONS: usize = 6_700;
    const KEPT: usize = 7;
    let (segments, allocations) = allocations(Traffic::mixed(1, 100_000, CONNECTIONS as u64, 100), 10_000);
    let chunks = CONNECTIONS / 64 + CONNECTIONS / 1024 + 16;
    assert!(
        allocations <= pages(segments) + chunks + KEPT * CONNECTIONS,
        "{allocations} allocations for {segments} segments"
    );
}
