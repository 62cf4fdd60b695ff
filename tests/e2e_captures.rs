//! What has to hold for every capture at hand: those in tests/captures, and those in the folder that SYNFIN_CAPTURES names.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use common::captures;
use common::tshark::{fields, read, segment_names};

/// One pass and two say the same of each segment; the plugin changes nothing of TCP's own; every stream has one line in
/// the connection log, with a state. `read` fails on anything on stderr.
#[test]
fn every_capture_keeps_the_invariants() {
    let files = captures::all();
    // Nearly all of the time is tshark's start: as many at once as there are processors.
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut segments = 0;
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            segments += check_invariants(file);
        }
        segments
    };
    let segments: usize = thread::scope(|scope| {
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|worker| worker.join().expect("every capture keeps them")).sum()
    });
    assert!(segments > 1000, "only {segments} segments");
}

/// How many frames with TCP the capture has.
fn check_invariants(file: &Path) -> usize {
    const TCP: [&str; 6] = ["frame.protocols", "tcp.stream", "tcp.seq_raw", "tcp.len", "tcp.flags", "tcp.completeness"];
    const LOG: [&str; 3] = ["tcp.stream", "synfin.conn.state", "synfin.handshake.outcome"];
    let names = segment_names();
    let shown = file.display();
    let one = fields(file, &names, &["-Y", "tcp"]);
    let two = fields(file, &names, &["-2", "-Y", "tcp"]);
    assert_eq!(one, two, "{shown}: one pass and two");

    let with = fields(file, &TCP, &[]);
    let without = fields(file, &TCP, &["--disable-protocol", "synfin"]);
    assert_eq!(with, without, "{shown}: TCP's own fields, with and without synfin");

    // Frames with several TCP layers, and TCP quoted in ICMP errors, list more than one stream: those are left out.
    let annotated = fields(file, &["tcp.stream", "synfin.role"], &["-Y", "synfin.role"]);
    let single = |line: &common::tshark::Line| line.get("tcp.stream").is_some_and(|streams| streams.len() == 1);
    let streams: BTreeSet<_> =
        annotated.iter().filter(|line| single(line)).map(|line| line["tcp.stream"][0].clone()).collect();
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for line in fields(file, &LOG, &["-2", "-Y", "synfin.conn.last"]) {
        for state in &line["synfin.conn.state"] {
            assert!(!state.is_empty(), "{shown}: a connection without state");
        }
        assert!(!line["synfin.handshake.outcome"].contains(&"pending".to_string()), "{shown}: pending at the end");
        for stream in &line["tcp.stream"] {
            *count.entry(stream.clone()).or_default() += 1;
        }
    }
    for stream in streams {
        assert_eq!(count.get(&stream), Some(&1), "{shown}: lines of stream {stream}");
    }
    one.len()
}

/// Both JSON and PDML carry the fields.
#[test]
fn other_formats() {
    let file = PathBuf::from("tests/captures/close_by_client.pcap");
    let json: serde_json::Value = serde_json::from_str(&read(&file, &["-T", "json"])).expect("JSON");
    let first = &json[0]["_source"]["layers"]["synfin"];
    assert_eq!(first["synfin.role"], "SYN", "{first}");
    assert_eq!(first["synfin.handshake.step"], "1");
    let pdml = read(&file, &["-T", "pdml"]);
    assert!(pdml.contains("<proto name=\"synfin\"") && pdml.contains("name=\"synfin.summary\""));
}
