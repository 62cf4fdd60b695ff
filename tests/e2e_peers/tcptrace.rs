//! tcptrace (Debian's package): a connection is complete with a SYN and a FIN of each side, and reset with any RST.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::process::Command;

use crate::classes::{Class, Ledger};
use crate::observation::{FIN, PeerSegment, Stream, is_compared_here, streams};

/// Both ends of a connection, the lower one first.
type Ends = [(IpAddr, u16); 2];

#[derive(Clone, Copy, Debug)]
struct Verdict {
    complete: bool,
    reset: bool,
}

fn end(text: &str) -> (IpAddr, u16) {
    let (host, port) = text.rsplit_once(':').unwrap_or_else(|| panic!("not an end: {text}"));
    let host = host.trim_matches(['[', ']']);
    (host.parse().unwrap_or_else(|_| panic!("not an address: {host}")), port.parse().expect("a port"))
}

fn ends(one: &str, other: &str) -> Ends {
    let mut ends = [end(one), end(other)];
    ends.sort_unstable();
    ends
}

fn run(program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    let output = command.args(arguments).env("TZ", "UTC").output();
    let output =
        output.unwrap_or_else(|error| panic!("{program} does not run ({error}): scripts/setup.sh {program}={program}"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    // Link types that tcptrace does not know: it sees nothing of such a capture.
    if !output.status.success() && complaint.contains("did not understand link format") {
        return String::new();
    }
    assert!(output.status.success(), "{program} {arguments:?}: {complaint}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What tcptrace says of a capture: the verdicts on each pair of ends. It reads pcap alone, of Ethernet and raw IP.
fn judge(capture: &Path) -> BTreeMap<Ends, Vec<Verdict>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let plain = folder.path().join("plain.pcap");
    let (from, to) = (capture.to_str().expect("UTF-8"), plain.to_str().expect("UTF-8"));
    run("editcap", &["-F", "pcap", from, to]);
    let mut verdicts: BTreeMap<Ends, Vec<Verdict>> = BTreeMap::new();
    for line in run("tcptrace", &["-n", "-b", to]).lines() {
        // `  1: 10.77.0.1:40001 - 10.77.0.2:80 (a2b)    6>    5<  (complete)`
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_row = words.len() > 4 && words[2] == "-" && words[0].trim_end_matches(':').parse::<u32>().is_ok();
        if !is_row || words[0] == line.trim() {
            // Anything else that counts connections would be one that is not read here.
            assert!(!line.contains("(a2b)"), "tcptrace prints otherwise: {line}");
            continue;
        }
        let verdict = Verdict { complete: line.contains("(complete)"), reset: line.contains("(reset)") };
        verdicts.entry(ends(words[1], words[3])).or_default().push(verdict);
    }
    verdicts
}

fn has_both(stream: &Stream, is: impl Fn(&PeerSegment) -> bool) -> bool {
    [true, false].iter().all(|&client| stream.segments.iter().any(|segment| segment.by_client == client && is(segment)))
}

const CLASSES: &[Class] = &[
    Class {
        name: "fins-and-reset",
        holds: |stream, what| {
            what == "complete" && stream.frame("reset.frame").is_some() && has_both(stream, |s| s.has(FIN))
        },
    },
    Class {
        name: "reset-of-nothing",
        holds: |stream, what| {
            what == "reset" && stream.frame("reset.frame").is_none() && stream.segments.iter().any(|s| s.role == "RST")
        },
    },
];

fn is_here(program: &str) -> bool {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(program).is_file())
}

#[test]
fn tcptrace() {
    if !is_compared_here() {
        return;
    }
    // Debian and its kin have it; scripts/test.sh installs it there.
    if !is_here("tcptrace") && !is_here("apt-get") {
        println!("no tcptrace on this system");
        return;
    }
    let mut ledger = Ledger::new(CLASSES);
    let mut by_capture: BTreeMap<&Path, Vec<&Stream>> = BTreeMap::new();
    for stream in streams() {
        by_capture.entry(&stream.path).or_default().push(stream);
    }
    let mut others = 0;
    for (path, streams) in by_capture {
        let verdicts = judge(path);
        let ends_of = |stream: &Stream| Some(ends(stream.get("conn.client")?, stream.get("conn.server")?));
        for stream in &streams {
            let Some(mine) = ends_of(stream) else { continue };
            let same = streams.iter().filter(|other| ends_of(other) == Some(mine)).count();
            let Some([verdict]) = verdicts.get(&mine).map(Vec::as_slice).filter(|_| same == 1) else {
                others += 1;
                continue;
            };
            let word = |is: bool| if is { "yes" } else { "no" };
            let closed = matches!(stream.get("teardown.kind"), Some("four-segment" | "three-segment" | "simultaneous"));
            let complete = closed && stream.get("handshake.outcome") == Some("complete");
            ledger.compare(stream, "complete", word(verdict.complete), word(complete));
            ledger.compare(stream, "reset", word(verdict.reset), word(stream.frame("reset.frame").is_some()));
        }
    }
    println!("{others} streams that tcptrace does not see, or counts otherwise");
    ledger.close("tcptrace", 600);
}
