//! Times end to end: nanoseconds in every format that has them, across the turn of a second, and never a negative one.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::packets::{Packet, Wrap};
use common::script::{ISNS, parse};
use common::tshark::{Capture, Line, fields, read};

const LIFE: &str = "
      | > S   C
      | < S.  S     ack C+1
      | > .   C+1   ack S+1
      | > F.  C+1   ack S+1
      | < F.  S+1   ack C+2
      | > .   C+2   ack S+2
";

const TIMES: [&str; 5] = [
    "synfin.handshake.time",
    "synfin.handshake.synack_rtt",
    "synfin.handshake.ack_rtt",
    "synfin.teardown.time",
    "synfin.conn.duration",
];

/// Nanoseconds since the epoch of each segment: the SYN in the last nanosecond of a second, the answer one nanosecond on,
/// in the next second.
const AT: [i64; 6] = [
    1_699_999_999_999_999_999,
    1_700_000_000_000_000_000,
    1_700_000_000_000_000_003,
    1_700_000_001_000_001_234,
    1_700_000_001_000_002_000,
    1_700_000_003_000_001_234,
];

fn packets(at: [i64; 6]) -> Vec<Packet> {
    let rows = parse(LIFE, ISNS[0]).rows;
    let packet = |(row, at): (&common::script::Row, i64)| Packet { at_ns: at, ..Wrap::Ipv4.packet(&row.wire) };
    rows.iter().zip(at).map(packet).collect()
}

fn last(file: &Path) -> Line {
    let mut names = TIMES.to_vec();
    names.push("synfin.conn.last");
    let mut lines = fields(file, &names, &["-2", "-Y", "synfin.conn.last"]);
    assert_eq!(lines.len(), 1);
    let mut line = lines.remove(0);
    line.remove("synfin.conn.last");
    line
}

fn times(values: [&str; 5]) -> Line {
    TIMES.iter().zip(values).map(|(name, value)| ((*name).to_string(), vec![value.to_string()])).collect()
}

/// The capture in another format.
fn convert(capture: &Capture, format: &str) -> PathBuf {
    let file = capture.path.with_extension(format);
    let status = Command::new("editcap").args(["-F", format]).arg(&capture.path).arg(&file).status();
    assert!(status.expect("editcap runs").success());
    file
}

#[test]
fn nanoseconds_survive() {
    let capture = Capture::plain(&packets(AT));
    let exact = times(["0.000000004", "0.000000001", "0.000000003", "2.000000000", "3.000001235"]);
    // The file written here is nanosecond pcap.
    assert_eq!(&std::fs::read(&capture.path).expect("a file")[..4], [0x4d, 0x3c, 0xb2, 0xa1]);
    for file in [capture.path.clone(), convert(&capture, "nsecpcap"), convert(&capture, "pcapng")] {
        assert_eq!(last(&file), exact, "{}", file.display());
        let line = read(&file, &["-q", "-z", "synfin,jsonl"]);
        assert!(line.contains("\"conn_duration\":3.000001235"), "{line}");
        let table = read(&file, &["-q", "-z", "synfin,conn"]);
        assert!(table.contains("|    3.000001 "), "a time aligned to the right: {table}");
    }
    // Microseconds are cut off by the format: .999999, .000000, .000000, .000001, .000002, .000001.
    let coarse = times(["0.000001000", "0.000001000", "0.000000000", "2.000000000", "3.000002000"]);
    assert_eq!(last(&convert(&capture, "pcap")), coarse);
}

#[test]
fn no_time_is_negative() {
    // The SYN-ACK is stamped before the SYN, the last segment before the first.
    let mut at = AT;
    at[1] = AT[0] - 5;
    at[5] = AT[0] - 1;
    let capture = Capture::plain(&packets(at));
    let line = last(&capture.path);
    let expected: Line = [("synfin.handshake.time", "0.000000004"), ("synfin.handshake.ack_rtt", "0.000000009")]
        .into_iter()
        .map(|(name, value)| (name.to_string(), vec![value.to_string()]))
        .collect();
    assert_eq!(line, expected, "what would be negative is left out");
    for passes in [&[][..], &["-2"]] {
        assert!(
            fields(&capture.path, &TIMES, passes).iter().flat_map(Line::values).flatten().all(|t| !t.starts_with('-'))
        );
    }
    assert!(!read(&capture.path, &["-q", "-z", "synfin,jsonl"]).contains(":-"));
    // A cell of the table without a value is a dash: here that of the duration.
    let table = read(&capture.path, &["-q", "-z", "synfin,conn"]);
    let row = table.lines().find(|line| line.starts_with('0')).expect("a row");
    assert_eq!(row.split('|').map(str::trim).nth(9), Some("-"), "{table}");
}
