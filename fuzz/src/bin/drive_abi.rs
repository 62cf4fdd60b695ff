//! Arbitrary calls of the C ABI, seeded.
//!
//!   drive-abi COUNT|SECONDSs SEED

use std::process::ExitCode;
use std::time::{Duration, Instant};

use synfin_fuzz::abi::Caller;
use synfin_fuzz::source::Random;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let parsed = match arguments.as_slice() {
        [limit, seed] => match (limit.strip_suffix('s'), seed.parse::<u64>()) {
            (Some(seconds), Ok(seed)) => seconds.parse().ok().map(|seconds| (u64::MAX, seconds, seed)),
            (None, Ok(seed)) => limit.parse().ok().map(|count| (count, u64::MAX, seed)),
            (_, Err(_)) => None,
        },
        _ => None,
    };
    let Some((count, seconds, seed)) = parsed else {
        eprintln!("drive-abi: COUNT|SECONDSs SEED");
        return ExitCode::from(2);
    };
    let start = Instant::now();
    let (mut calls, mut runs) = (0, 0u64);
    while calls < count && start.elapsed() < Duration::from_secs(seconds) {
        let mut source = Random::new(Random::new(seed).word().wrapping_add(runs));
        let mut caller = Caller::default();
        for _ in 0..count.saturating_sub(calls).min(2000) {
            caller.call(&mut source);
        }
        calls += caller.calls;
        runs += 1;
    }
    let took = start.elapsed().as_secs_f64();
    println!("drive-abi: {calls} calls in {runs} runs, seed {seed}, {took:.1} s: nothing found");
    ExitCode::SUCCESS
}
