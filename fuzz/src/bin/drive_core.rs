//! The core at full speed: seeded walks, every invariant on.
//!
//!   drive-core COUNT|SECONDSs SEED     e.g. drive-core 1000000 1, drive-core 60s 1
//!   drive-core --replay WALK           one walk again, each segment printed

use std::cell::Cell;
use std::panic;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use synfin_fuzz::check::{self, Check};
use synfin_fuzz::source::{Random, Source};
use synfin_fuzz::walk::Walk;

thread_local! {
    static WALK: Cell<u64> = const { Cell::new(0) };
}

/// One walk; gives the number of its segments.
fn walk(seed: u64, print: bool) -> u64 {
    WALK.set(seed);
    let mut source = Random::new(seed);
    let length = match source.below(256) {
        0 => 4000,
        1..=8 => 500,
        _ => 20 + source.below(60),
    };
    let words = length < 100 && source.one_in(64);
    let mut walk = Walk::new(&mut source);
    let mut check = Check::new(&mut source, words || print);
    check.is_loud = print;
    let mut taken = 0;
    for _ in 0..length {
        let step = walk.step(&mut source);
        if print {
            println!("{step:?}");
        }
        taken += u64::from(check.observe(&step));
        if source.one_in(64) {
            check.observe_again(&mut source);
        }
        if source.one_in(64) {
            check.observe_icmp(&mut source);
        }
    }
    check.finish(&mut source);
    check::parse(&mut source);
    taken
}

fn main() -> ExitCode {
    let usage = || {
        eprintln!("drive-core: COUNT|SECONDSs SEED, or --replay WALK");
        ExitCode::from(2)
    };
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [first, second] = arguments.as_slice() else { return usage() };
    let Ok(seed) = second.parse::<u64>() else { return usage() };
    if first == "--replay" {
        walk(seed, true);
        println!("nothing found");
        return ExitCode::SUCCESS;
    }
    let limits = match first.strip_suffix('s').map(str::parse::<u64>) {
        Some(Ok(seconds)) => (u64::MAX, Some(Duration::from_secs(seconds))),
        Some(Err(_)) => return usage(),
        None => match first.parse() {
            Ok(count) => (count, None),
            Err(_) => return usage(),
        },
    };
    let loud = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        loud(info);
        eprintln!("drive-core: FINDING; once more with: drive-core --replay {}", WALK.get());
    }));
    let start = Instant::now();
    let (mut segments, mut walks) = (0, 0u64);
    while segments < limits.0 && !(walks % 256 == 0 && limits.1.is_some_and(|limit| start.elapsed() >= limit)) {
        // Walks of different seeds do not overlap: the seed is spread before the number is added.
        segments += walk(Random::new(seed).word().wrapping_add(walks), false);
        walks += 1;
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("drive-core: {segments} segments in {walks} walks, seed {seed}, {seconds:.1} s: nothing found");
    ExitCode::SUCCESS
}
