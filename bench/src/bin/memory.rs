//! Bytes of memory that the core holds for a connection: prints `NAME SEGMENTS CONNECTIONS BYTES` a line.

use synfin_bench::feed::{FeedSegment, OpenConnections};
use synfin_bench::traffic::{SYN, Traffic, TrafficSegment};
use synfin_core::capture::{Options, Tracker};

fn report(name: &str, segments: impl Iterator<Item = FeedSegment>) {
    let mut tracker = Tracker::new(Options::default());
    for fed in segments {
        fed.observe(&mut tracker);
    }
    println!("{name} {} {} {}", tracker.segment_count(), tracker.connection_count(), tracker.memory());
}

fn scan(n: u32) -> FeedSegment {
    let sent = TrafficSegment {
        at: u64::from(n) * 1000,
        connection: n,
        from_client: true,
        seq: n.wrapping_mul(0x9e37_79b9),
        ack: 0,
        flags: SYN,
        window: 1024,
        payload: 0,
    };
    FeedSegment::new(n, &sent)
}

fn main() {
    let mixed = Traffic::mixed(1, 1_000_000, 67_000, 1_000);
    report("mixed", mixed.zip(0..).map(|(sent, n)| FeedSegment::new(n, &sent)));
    report("scan", (0..1_000_000).map(scan));
    let transfer = Traffic::one_transfer(1, 1_000_000);
    report("transfer", transfer.zip(0..).map(|(sent, n)| FeedSegment::new(n, &sent)));
    let mut open = OpenConnections::new(1000);
    report("open", (0..1_000_000).map(|_| open.segment()));
}
