//! A read filter (`tshark -2 -R`) throws frames away and gives their numbers to the next ones. What synfin says of the
//! frames that stay is what it says of them when all stay: those that were thrown away had been captured.

mod common;

use std::path::{Path, PathBuf};

use common::tshark::{Line, all_names, fields};

const FILTERS: [&str; 5] = [
    "tcp.flags.syn == 1",
    "tcp.flags.fin == 1 || tcp.flags.reset == 1",
    "tcp.len > 0",
    "tcp.srcport < tcp.dstport",
    "tcp.stream == 0",
];
const ICMP: &str = "icmp || icmpv6";

fn has_icmp(capture: &Path) -> bool {
    capture.file_name().is_some_and(|name| name.to_string_lossy().contains("icmp"))
}

/// All but the numbers of frames, and the sentences that have some: those of frames that stay are others.
fn names() -> Vec<&'static str> {
    let has_frame_number =
        |name: &str| name.contains(".frame") || name.contains("explain") || name == "synfin.reset.answers";
    all_names().into_iter().filter(|name| !has_frame_number(name)).collect()
}

/// How many of the frames that stay had another number before.
fn renumbered(file: &Path, filter: &str) -> usize {
    let mut names = names();
    // Not `tcp.stream`: from 4.4 on Wireshark itself shows another one where two connections of the same endpoints begin at one
    // frame number.
    names.push("frame.number");
    let number = |line: &mut Line| line.remove("frame.number");
    let mut all = fields(file, &names, &["-2", "-Y", filter]);
    let mut kept = fields(file, &names, &["-2", "-R", filter]);
    let before: Vec<_> = all.iter_mut().map(number).collect();
    let after: Vec<_> = kept.iter_mut().map(number).collect();
    assert_eq!(all, kept, "{}: {filter}", file.display());
    before.iter().zip(&after).filter(|(before, after)| before != after).count()
}

#[test]
fn a_read_filter_changes_nothing_of_the_frames_that_stay() {
    let entries = std::fs::read_dir("tests/captures").expect("a readable folder");
    let files = entries.map(|entry| entry.expect("a readable entry").path());
    let mut captures: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|extension| extension == "pcap")).collect();
    captures.sort();
    // One filter a capture: tshark's start takes the time.
    let filter_of = |(file, filter)| if has_icmp(file) { ICMP } else { filter };
    let filters = captures.iter().map(PathBuf::as_path).zip(FILTERS.into_iter().cycle()).map(filter_of);
    let renumbered: usize = captures.iter().zip(filters).map(|(file, filter)| renumbered(file, filter)).sum();
    assert!(renumbered > 200, "only {renumbered} frames had another number");
}
