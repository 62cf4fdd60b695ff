//! Arbitrary calls of the C ABI, seeded, and walks that hold what it says. `drive-abi 500000 1`, `drive-abi 60s 1`.

use std::time::Instant;

use clap::Parser;
use fastrand::Rng;
use synfin_fuzz::abi::{Caller, walk};
use synfin_fuzz::limit::Limit;

/// Arbitrary calls of the C ABI, seeded.
#[derive(Parser)]
struct Arguments {
    /// Calls, or for how long (`60s`)
    limit: Limit,
    /// Another seed is another run
    seed: u64,
}

fn main() {
    let Arguments { limit, seed } = Arguments::parse();
    let count = limit.count();
    let start = Instant::now();
    let (mut calls, mut runs) = (0, 0u64);
    while calls < count && start.elapsed() < limit.time() {
        let mut source = Rng::with_seed(Rng::with_seed(seed).u64(..).wrapping_add(runs));
        let mut caller = Caller::default();
        for _ in 0..count.saturating_sub(calls).min(2000) {
            caller.call(&mut source);
        }
        calls += caller.calls;
        // A walk costs about as much as the calls before it.
        calls += walk(&mut source);
        runs += 1;
    }
    let took = start.elapsed().as_secs_f64();
    println!("drive-abi: {calls} calls in {runs} runs, seed {seed}, {took:.1} s: nothing found");
}
