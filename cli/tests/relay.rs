//! Captures that are read in threads of their own: in order, in bounded memory, and whatever happens in a thread.
#![allow(missing_docs)]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use synfin_cli::capture::{Options, Sink};
use synfin_cli::input::Source;
use synfin_cli::relay::{Out, Problem, Relay, Step};
use synfin_core::view::ConnectionView;

const LONG: Duration = Duration::from_secs(60);

fn capture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/captures").join(name)
}

fn sources(names: &[&str]) -> Vec<Source> {
    names.iter().map(|name| Source::of(&capture(name))).collect()
}

/// Hands the stream of each connection over, and counts them.
struct Streams {
    out: Out<u32>,
    made: Arc<AtomicUsize>,
}

impl Sink for Streams {
    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()> {
        self.made.fetch_add(1, Ordering::SeqCst);
        self.out.give(connection.stream)
    }
}

fn streams(sources: Vec<Source>, jobs: usize) -> (Relay<u32>, Arc<AtomicUsize>) {
    let made = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&made);
    let make = move |out| Streams { out, made: Arc::clone(&counter) };
    (Relay::new(sources, Options { limits: None, ..Options::default() }, Some(jobs), make), made)
}

/// All that comes: the streams of each capture, and how it ended.
fn all(mut relay: Relay<u32>) -> Vec<(Vec<u32>, Result<(), Problem>)> {
    let (mut captures, mut current) = (Vec::new(), Vec::new());
    loop {
        match relay.step(LONG) {
            Step::Item(stream) => current.push(stream),
            Step::Remark(remark) => panic!("{remark}"),
            Step::End(end) => captures.push((std::mem::take(&mut current), end)),
            Step::Later => panic!("nothing comes"),
            Step::Nothing => return captures,
        }
    }
}

#[test]
fn captures_keep_their_order() {
    let names = ["many_short_connections.pcap", "refused_port.pcap", "many_short_connections.pcap"];
    for jobs in [1, 2, 8] {
        let found = all(streams(sources(&names), jobs).0);
        let expected: Vec<Vec<u32>> = vec![(0..240).collect(), vec![0], (0..240).collect()];
        assert_eq!(found.iter().map(|(streams, _)| streams.clone()).collect::<Vec<_>>(), expected, "{jobs}");
        assert!(found.iter().all(|(_, end)| end.is_ok()));
    }
}

#[test]
fn a_broken_capture_costs_nothing_of_the_others() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let whole = fs::read(capture("many_short_connections.pcap")).expect("a capture");
    let cut = folder.path().join("cut.pcap");
    fs::write(&cut, &whole[..whole.len() / 2 + 1]).expect("room");
    let mut all_of_them = sources(&["refused_port.pcap", "no such.pcap"]);
    all_of_them.extend([Source::of(&cut), Source::of(&capture("refused_port.pcap"))]);
    let found = all(streams(all_of_them, 2).0);
    let counts: Vec<usize> = found.iter().map(|(streams, _)| streams.len()).collect();
    assert!(matches!(counts[..], [1, 0, 50..200, 1]), "{counts:?}");
    let said: Vec<String> =
        found.iter().map(|(_, end)| end.as_ref().map_or_else(ToString::to_string, |()| String::new())).collect();
    assert!(said[0].is_empty() && said[3].is_empty(), "{said:?}");
    assert!(said[1].contains("no such.pcap cannot be opened: "), "{said:?}");
    assert!(said[2].contains("cut.pcap ends in the middle of a frame, after frame "), "{said:?}");
}

#[test]
fn reading_waits_for_whoever_takes() {
    let (mut relay, made) = streams(sources(&["many_short_connections.pcap"]), 1);
    assert!(matches!(relay.step(LONG), Step::Item(0)));
    std::thread::sleep(Duration::from_millis(200));
    // One taken, two waiting, one that has no room.
    assert!(made.load(Ordering::SeqCst) <= 4, "{made:?}");
    drop(relay);
    std::thread::sleep(Duration::from_millis(200));
    assert!(made.load(Ordering::SeqCst) <= 4, "nobody wants more");
}

/// Fails at the first connection.
struct Panics(#[allow(dead_code, reason = "held as long as the capture is read")] Out<u32>);

impl Sink for Panics {
    fn connection(&mut self, _: &ConnectionView) -> io::Result<()> {
        panic!("on purpose: {}", 1);
    }
}

#[test]
fn a_panic_is_a_problem_of_its_capture() {
    let relay = Relay::new(sources(&["refused_port.pcap", "refused_port.pcap"]), Options::default(), None, Panics);
    let found = all(relay);
    assert_eq!(found.len(), 2);
    for (streams, end) in found {
        assert!(streams.is_empty());
        let said = end.expect_err("a panic").to_string();
        assert!(said.ends_with("synfin failed, which is a defect of synfin: on purpose: 1"), "{said}");
    }
}

/// A pipe to which nobody writes: whoever waits is told so in time.
#[cfg(unix)]
#[test]
fn waiting_ends() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    let (mut relay, _) = streams(vec![Source::of(&pipe)], 1);
    let start = Instant::now();
    assert!(matches!(relay.step(Duration::from_millis(10)), Step::Later));
    assert!(start.elapsed() < LONG);
}
