//! A capture without end: what is forgotten and when, and that memory depends only on the connections that live.
#![allow(missing_docs)]

mod endless;

use std::io::{self, Read};
use std::process::{Command, Stdio};

use endless::Endless;
use synfin_cli::capture::{Capture, Options, Sink};
use synfin_cli::input;
use synfin_cli::living_connections::Limits;
use synfin_core::view::{ConnectionView, HandshakeOutcome, TeardownKind};

/// What was said of each connection.
#[derive(Default)]
struct Log(Vec<(u32, HandshakeOutcome, TeardownKind, u32)>);

impl Sink for Log {
    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()> {
        let packets = connection.packets(synfin_core::view::Side::Client);
        self.0.push((connection.stream, connection.outcome(), connection.teardown(), packets));
        Ok(())
    }
}

fn read(capture: impl Read + Send + 'static, limits: Option<Limits>) -> (Log, Capture) {
    let mut frames = input::frames(Box::new(capture)).expect("a capture");
    let mut capture = Capture::new(Options { limits, ..Options::default() });
    let mut log = Log::default();
    capture.read(&mut frames, &mut log, |_| ()).expect("nothing is written").expect("a whole capture");
    (log, capture)
}

/// Forgetting changes nothing but the order, as long as nothing comes after all.
#[test]
fn forgotten_connections_are_the_same() {
    let frames = 60_000;
    let (kept, _) = read(Endless::new(frames, 5_000), None);
    assert_eq!(read(Endless::whole(frames, 5_000), None).0.0, kept.0, "payload changes nothing");
    assert!(kept.0.len() > 3_000 && kept.0.is_sorted_by_key(|(stream, ..)| *stream));
    for limits in [Limits::default(), Limits { over_s: 1, opening_s: 4, ..Limits::default() }] {
        let (mut log, capture) = read(Endless::new(frames, 5_000), Some(limits));
        assert!(!log.0.is_sorted_by_key(|(stream, ..)| *stream), "written when they are over");
        assert_eq!(capture.hurried(), 0);
        log.0.sort_unstable_by_key(|(stream, ..)| *stream);
        assert_eq!(log.0, kept.0);
    }
    for wanted in [HandshakeOutcome::Complete, HandshakeOutcome::Refused, HandshakeOutcome::NoAnswer] {
        assert!(kept.0.iter().any(|(_, outcome, ..)| *outcome == wanted), "{wanted:?}");
    }
}

/// More than may live: those that are over go first, and what goes early is counted.
#[test]
fn too_many() {
    let (log, capture) = read(Endless::new(60_000, 5_000), Some(Limits { living: 20, ..Limits::default() }));
    assert!(log.0.len() >= 3_000);
    assert!(capture.hurried() > 0);
}

/// Frames through a pipe to the command, under a limit of memory that holds a hundredth of them.
fn pipe(capture: Endless, frames: u64, most_kb: u64) {
    let limit = format!("ulimit -v {most_kb}; exec \"$0\" conns -");
    let mut child = Command::new("sh")
        .args(["-c", &limit, env!("CARGO_BIN_EXE_synfin")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sh");
    let mut stdin = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || io::copy(&mut { capture }, &mut stdin));
    let mut stdout = child.stdout.take().expect("a pipe");
    let counter = std::thread::spawn(move || {
        let (mut lines, mut part) = (0, vec![0; 1 << 16]);
        loop {
            match stdout.read(&mut part) {
                Ok(0) | Err(_) => return lines,
                Ok(len) => lines += part[..len].iter().filter(|byte| **byte == b'\n').count() as u64,
            }
        }
    });
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    writer.join().expect("no panic").expect("all is read");
    let lines = counter.join().expect("no panic");
    assert!(lines > frames / 20, "{lines} connections of {frames} frames");
}

#[test]
fn bounded_memory() {
    // The structures of all 38,000 connections alone would have 38 MB, and the program takes some.
    pipe(Endless::new(400_000, 1_000), 400_000, 40 << 10);
}

/// Minutes: `cargo test --release -p synfin-cli --test streaming -- --ignored`.
#[test]
#[ignore = "a hundred million frames"]
fn a_hundred_million_frames_in_less_than_a_gigabyte() {
    // Nearly 400,000 live at a time.
    pipe(Endless::new(100_000_000, 20), 100_000_000, 1_000_000);
}

/// What tshark needs is bounded by nothing: what it says of the same capture, under so much memory.
fn tshark_says(capture: Endless, most_kb: u64) -> (bool, String) {
    let limit = format!("ulimit -v {most_kb}; exec tshark -q -z synfin,jsonl -r -");
    let mut child = Command::new("sh")
        .args(["-c", &limit])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sh");
    let mut stdin = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || io::copy(&mut { capture }, &mut stdin));
    let output = child.wait_with_output().expect("it ends");
    // When tshark ends early, the pipe is broken.
    let _ = writer.join().expect("no panic");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Minutes, and it needs tshark with the plugin: `make test-large`.
#[test]
#[ignore = "twenty gigabytes"]
fn twenty_gigabytes() {
    let size = |frames| io::copy(&mut Endless::whole(frames, 100), &mut io::sink()).expect("nothing fails");
    let frames = 67_000_000;
    let started = std::time::Instant::now();
    let bytes = size(frames);
    println!("made: {:.1} GB in {:.0} s", bytes as f64 / 1e9, started.elapsed().as_secs_f64());
    assert!(bytes > 20_000_000_000, "{bytes} bytes");
    let started = std::time::Instant::now();
    pipe(Endless::whole(frames, 100), frames, 1_000_000);
    println!("synfin conns, in 1 GB: {:.0} s", started.elapsed().as_secs_f64());
    let (is_enough, _) = tshark_says(Endless::whole(100_000, 100), 4_000_000);
    assert!(is_enough, "tshark does not even begin in 4 GB");
    let (is_enough, said) = tshark_says(Endless::whole(frames, 100), 4_000_000);
    assert!(!is_enough, "tshark reads 20 GB in 4 GB");
    let why = said.lines().find(|line| line.contains("alloc") || line.contains("memory"));
    println!("tshark, in 4 GB: {}", why.expect("it says that memory was refused"));
}
