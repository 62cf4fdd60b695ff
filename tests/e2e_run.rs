//! scripts/run.sh (`make run PCAP=file`): the table of connections, the segments with a step, and what it says of files that
//! are no captures.

mod common;

use std::process::{Command, Output};

use common::tshark::{program, series};

fn run(file: &str) -> Output {
    series();
    Command::new("scripts/run.sh")
        .arg(file)
        .env("TSHARK", program())
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("a shell")
}

fn printed(file: &str) -> String {
    let output = run(file);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{file}: {complaint}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn connections_first() {
    let text = printed("tests/captures/abort_by_server.pcap");
    let (connections, segments) = text.split_once("\n\n").expect("two parts");
    let words = |line: &str| line.split_whitespace().map(str::to_string).collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = connections.lines().map(words).collect();
    assert_eq!(lines[0], "stream at client server outcome ms closed reset by, cause");
    assert_eq!(lines[1], "0 0.000 10.77.0.1:40001 10.77.0.2:80 complete 11.7 reset server, aborts");
    assert!(lines[2].contains("The server reset the open connection (frame 8)"), "what went wrong in words: {lines:?}");
    let segments: Vec<String> = segments.lines().map(words).collect();
    assert_eq!(segments.len(), 5, "a heading, three steps, and the RST: {segments:?}");
    assert!(segments[4].starts_with("8 0.642 0 RST: abort CLOSED / CLOSED 10.77.0.2:80 -> 10.77.0.1:40001 Seq = "));

    // Without a RST, and with an ICMP error.
    let text = printed("tests/captures/filtered_port_icmp.pcap");
    assert!(text.contains(" unreachable ") && text.contains("ICMP: prohibited") && text.contains("Check the firewall"));
    let clean = printed("tests/captures/close_by_client.pcap");
    let (connections, _) = clean.split_once("\n\n").expect("two parts");
    assert_eq!(connections.lines().count(), 2, "nothing to explain: {connections}");
}

#[test]
fn no_tshark() {
    let output =
        Command::new("scripts/run.sh").arg("tests/captures/refused_port.pcap").env("TSHARK", "/no/tshark").output();
    let output = output.expect("a shell");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && output.stdout.is_empty(), "{complaint}");
    assert!(complaint.lines().count() == 1 && complaint.starts_with("run: /no/tshark does not run"), "{complaint}");
}

#[test]
fn files_that_are_no_captures() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let junk = folder.path().join("junk.pcap");
    std::fs::write(&junk, "this is not a capture, but long enough to be taken for one").expect("written");
    let word = folder.path().join("a word.pcap");
    std::fs::write(&word, "hi\n").expect("written");
    let empty = folder.path().join("empty.pcap");
    std::fs::write(&empty, "").expect("written");
    for (file, says) in [
        (junk.to_str().unwrap(), "is no capture that tshark can read"),
        ("no/where.pcap", "cannot read"),
        // tshark opens these, and finds no frame, or none with TCP.
        (word.to_str().unwrap(), "no TCP segment in "),
        (empty.to_str().unwrap(), "no TCP segment in "),
        (folder.path().to_str().unwrap(), "is a folder"),
    ] {
        let output = run(file);
        let complaint = String::from_utf8_lossy(&output.stderr);
        let lines: Vec<&str> = complaint.lines().filter(|line| !line.contains("another synfin")).collect();
        assert!(!output.status.success() && output.stdout.is_empty(), "{complaint}");
        assert!(lines.len() == 1 && lines[0].contains(says), "{complaint}");
    }
}
