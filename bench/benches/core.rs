//! The Rust core alone: nanoseconds a segment, a look at it included, beside the least that a handler could do.
//!
//! Each measurement is a whole run of so many segments; divide by their number, which is in its name.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use synfin_bench::feed::{FeedSegment, OpenConnections};
use synfin_bench::traffic::Traffic;
use synfin_core::capture::{Options, Tracker};

/// Segments made in advance and then taken in, so that making them is not measured.
const BATCH: usize = 4096;

/// The time that `work` takes for `segments` segments of `next`.
fn timed(segments: u64, mut next: impl FnMut() -> FeedSegment, mut work: impl FnMut(&FeedSegment)) -> Duration {
    let mut taken = Duration::ZERO;
    let mut batch = Vec::with_capacity(BATCH);
    let mut left = segments;
    while left > 0 {
        let count = left.min(BATCH as u64);
        batch.clear();
        batch.extend((0..count).map(|_| next()));
        let start = Instant::now();
        for fed in &batch {
            work(fed);
        }
        taken += start.elapsed();
        left -= count;
    }
    taken
}

fn annotate(tracker: &mut Tracker, fed: &FeedSegment) {
    fed.annotate(tracker, |view| {
        black_box(view);
    });
}

/// Connections that are open already; some hundred thousand segments of them.
fn live(criterion: &mut Criterion) {
    const SEGMENTS: u64 = 200_000;
    let mut group = criterion.benchmark_group("live");
    group.throughput(Throughput::Elements(SEGMENTS)).sample_size(20);
    for connections in [1_000, 10_000, 100_000, 1_000_000] {
        let mut tracker = Tracker::new(Options::default());
        let mut open = OpenConnections::new(connections);
        for _ in 0..open.opening() {
            open.segment().observe(&mut tracker);
        }
        group.bench_function(format!("{connections}-connections-{SEGMENTS}-segments"), |bencher| {
            bencher.iter_custom(|runs| {
                (0..runs).map(|_| timed(SEGMENTS, || open.segment(), |fed| annotate(&mut tracker, fed))).sum()
            });
        });
    }
    let mut open = OpenConnections::new(1_000);
    group.bench_function(format!("floor-{SEGMENTS}-segments"), |bencher| {
        bencher.iter_custom(|runs| {
            let work = |fed: &FeedSegment| {
                black_box(fed.floor());
            };
            (0..runs).map(|_| timed(SEGMENTS, || open.segment(), work)).sum()
        });
    });
    group.finish();
}

/// One connection that grows long.
fn growth(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("growth");
    for segments in [100_000u64, 1_000_000, 10_000_000] {
        group.throughput(Throughput::Elements(segments)).sample_size(10);
        group.bench_function(format!("1-connection-{segments}-segments"), |bencher| {
            bencher.iter_custom(|runs| {
                (0..runs)
                    .map(|_| {
                        let mut tracker = Tracker::new(Options::default());
                        let mut traffic = Traffic::one_transfer(1, segments).zip(0..);
                        let next = || {
                            traffic.next().map(|(sent, n)| FeedSegment::new(n, &sent)).expect("as many as asked for")
                        };
                        timed(segments, next, |fed| annotate(&mut tracker, fed))
                    })
                    .sum()
            });
        });
    }
    group.finish();
}

/// All that a capture holds: openings, closings, scans.
fn mixed(criterion: &mut Criterion) {
    const SEGMENTS: u64 = 1_000_000;
    let mut group = criterion.benchmark_group("mixed");
    group.throughput(Throughput::Elements(SEGMENTS)).sample_size(10);
    group.bench_function(format!("67000-connections-{SEGMENTS}-segments"), |bencher| {
        bencher.iter_custom(|runs| {
            (0..runs)
                .map(|_| {
                    let mut tracker = Tracker::new(Options::default());
                    let mut traffic = Traffic::mixed(1, SEGMENTS, 67_000, 1_000).zip(0..);
                    let next =
                        || traffic.next().map(|(sent, n)| FeedSegment::new(n, &sent)).expect("as many as asked for");
                    timed(SEGMENTS, next, |fed| annotate(&mut tracker, fed))
                })
                .sum()
        });
    });
    group.finish();
}

criterion_group! {
    name = core;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = live, growth, mixed
}
criterion_main!(core);
