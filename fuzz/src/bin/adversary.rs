//! Traffic made to hurt: what it costs the core, and the same as capture files.

use std::fs::File;
use std::io::BufWriter;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use fastrand::Rng;
use synfin_core::capture::{Event, Options, Tracker};
use synfin_core::view::Pass;
use synfin_fuzz::pcap::Capture;
use synfin_fuzz::scenarios::{SCENARIOS, Scenario, State};
use synfin_fuzz::walk::Walk;

/// Memory that the core may hold: bytes a segment and a connection, and what it begins with. A segment of real traffic
/// costs a fraction of this (core/tests/adversarial); one that was made to fit no pattern may not cost more.
const PER_SEGMENT: usize = 64;
/// As in core/tests/adversarial.
const PER_CONNECTION: usize = 1088;
const BASE: usize = 300_000;

/// Time a segment of sixteen times as many segments, over that of the fewer: what is not linear gives sixteen. Caches and
/// busy machines take their part.
const GROWTH: f64 = 6.0;

/// Nanoseconds that this thread has been running: other programs' time does not count where the system tells it apart.
fn running(start: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = told.and_then(|text| text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()));
    told.unwrap_or_else(|| start.elapsed().as_secs_f64() * 1e9)
}

struct Cost {
    take_ns: f64,
    ask_ns: f64,
    memory: usize,
    connections: usize,
}

fn run(scenario: &Scenario, count: u32, seed: u64) -> Cost {
    let mut state = State::new(seed);
    let steps: Vec<_> = (0..count).map(|n| (scenario.make)(&mut state, n)).collect();
    let mut tracker = Tracker::new(Options::default());
    let clock = Instant::now();
    let start = running(clock);
    for step in &steps {
        let _ =
            tracker.observe(step.id, Event::Segment { stream: step.stream, path: &step.path, segment: &step.segment });
    }
    let taken = running(clock);
    let mut known = 0u64;
    for step in &steps {
        let found = tracker.segment(step.id, step.path, &step.segment, Pass::Final);
        known += u64::from(found.is_some_and(|view| view.verdict.numbers.seq.is_some()));
    }
    let asked = running(clock);
    std::hint::black_box(known);
    Cost {
        take_ns: (taken - start) / f64::from(count),
        ask_ns: (asked - taken) / f64::from(count),
        memory: tracker.memory(),
        connections: tracker.connection_count() as usize,
    }
}

fn measure(count: u32, seed: u64) -> ExitCode {
    let mut failed = Vec::new();
    println!(
        "{:14} {:>10} {:>11} {:>9} {:>9} {:>12} {:>9}",
        "scenario", "segments", "connections", "take ns", "ask ns", "bytes", "of limit"
    );
    for scenario in SCENARIOS {
        let mut first = 0.0;
        for part in [16, 4, 1] {
            let segments = count / part;
            // As many segments in all each time: the clock is a coarse one.
            let costs: Vec<Cost> = (0..part).map(|_| run(scenario, segments, seed)).collect();
            let mean = |pick: fn(&Cost) -> f64| costs.iter().map(pick).sum::<f64>() / f64::from(part);
            let (take, ask) = (mean(|cost| cost.take_ns), mean(|cost| cost.ask_ns));
            let Some(cost) = costs.last() else { continue };
            let limit = BASE + PER_SEGMENT * segments as usize + PER_CONNECTION * cost.connections;
            let share = cost.memory as f64 / limit as f64;
            println!(
                "{:14} {segments:>10} {:>11} {take:>9.1} {ask:>9.1} {:>12} {share:>9.2}",
                scenario.name, cost.connections, cost.memory
            );
            if part == 16 {
                first = take + ask;
            } else if take + ask > GROWTH * first + 100.0 {
                failed.push(format!("{}: time grows faster than its length", scenario.name));
            }
            if share > 1.0 {
                failed.push(format!("{}: {} bytes, the limit is {limit}", scenario.name, cost.memory));
            }
        }
    }
    for line in &failed {
        println!("FINDING: {line}");
    }
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn write(name: &str, count: u32, seed: u64, file: &str) -> Result<(), String> {
    let scenario = SCENARIOS.iter().find(|scenario| scenario.name == name);
    if scenario.is_none() && name != "walk" {
        return Err(format!("no scenario {name}"));
    }
    let failed = |error: &dyn std::error::Error| format!("{file}: {error}");
    let out = BufWriter::new(File::create(file).map_err(|error| failed(&error))?);
    let mut capture = Capture::new(out).map_err(|error| failed(&error))?;
    let (mut state, mut source) = (State::new(seed), Rng::with_seed(seed));
    let mut walk = Walk::new(&mut source);
    for n in 0..count {
        let step = scenario.map_or_else(|| walk.step(&mut source), |scenario| (scenario.make)(&mut state, n));
        capture.put(&step).map_err(|error| failed(&error))?;
    }
    capture.finish().map_err(|error| failed(&error))
}

/// Captures that are made to hurt, and what they cost.
#[derive(Parser)]
enum Arguments {
    /// The scenarios, a line each: name and sentence
    List,
    /// Time and memory at COUNT/16, COUNT/4 and COUNT segments of each scenario
    Measure { count: u32, seed: u64 },
    /// A scenario as a capture; `walk`: segments as the random driver of the core makes them
    Write { scenario: String, count: u32, seed: u64, file: String },
}

fn main() -> ExitCode {
    match Arguments::parse() {
        Arguments::List => {
            for scenario in SCENARIOS {
                println!("{}\t{}", scenario.name, scenario.about);
            }
            ExitCode::SUCCESS
        }
        Arguments::Measure { count, seed } => measure(count, seed),
        Arguments::Write { scenario, count, seed, file } => match write(&scenario, count, seed, &file) {
            Ok(()) => ExitCode::SUCCESS,
            Err(why) => {
                eprintln!("adversary: {why}");
                ExitCode::FAILURE
            }
        },
    }
}
