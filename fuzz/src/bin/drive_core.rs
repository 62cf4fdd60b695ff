//! The core at full speed: seeded walks, every invariant on. `drive-core 1000000 1`, `drive-core 60s 1`.

use std::cell::Cell;
use std::panic;
use std::time::Instant;

use clap::Parser;
use fastrand::Rng;
use synfin_fuzz::check::{self, Check};
use synfin_fuzz::limit::Limit;
use synfin_fuzz::source::Source;
use synfin_fuzz::walk::Walk;

thread_local! {
    static WALK: Cell<u64> = const { Cell::new(0) };
}

/// One walk; gives the number of its segments.
fn walk(seed: u64, print: bool) -> u64 {
    WALK.set(seed);
    let mut source = Rng::with_seed(seed);
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
        if source.one_in(4) {
            check.pack();
        }
    }
    check.finish(&mut source);
    check::parse(&mut source);
    taken
}

/// The core at full speed: seeded walks, every invariant on.
#[derive(Parser)]
struct Arguments {
    /// Segments, or for how long (`60s`)
    #[arg(required_unless_present = "replay")]
    limit: Option<Limit>,
    /// Another seed is another run
    #[arg(required_unless_present = "replay")]
    seed: Option<u64>,
    /// One walk again, by the number that a finding names, each segment printed
    #[arg(long, value_name = "WALK", conflicts_with_all = ["limit", "seed"])]
    replay: Option<u64>,
}

fn main() {
    match Arguments::parse() {
        Arguments { replay: Some(seed), .. } => {
            walk(seed, true);
            println!("nothing found");
        }
        Arguments { limit: Some(limit), seed: Some(seed), .. } => drive(limit, seed),
        _ => unreachable!("clap wants one or the other"),
    }
}

fn drive(limit: Limit, seed: u64) {
    let loud = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        loud(info);
        eprintln!("drive-core: FINDING; once more with: drive-core --replay {}", WALK.get());
    }));
    let start = Instant::now();
    let (mut segments, mut walks) = (0, 0u64);
    while segments < limit.count() && !(walks % 256 == 0 && start.elapsed() >= limit.time()) {
        // Walks of different seeds do not overlap: the seed is spread before the number is added.
        segments += walk(Rng::with_seed(seed).u64(..).wrapping_add(walks), false);
        walks += 1;
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("drive-core: {segments} segments in {walks} walks, seed {seed}, {seconds:.1} s: nothing found");
}
