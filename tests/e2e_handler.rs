//! The two quick ways of plugin-c/feed.c and post_dissector.c in the real tshark: the handler that calls TCP's function in
//! its place, and the post-dissector that is enabled only for the frames that need it. A library loaded into tshark
//! (tests/handler/preload.c) counts what is called, and can deny the plugin either way: what is shown must stay the same.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use common::packets::{self, Packet, Wrap};
use common::preload;
use common::script::{ISNS, Row, parse};
use common::tshark::{Capture, segment_names};

/// A whole life; the SYN has options.
const LIFE: &str = "
      | > S   C                     <mss:1460,wscale:7,sack>
      | < S.  S     ack C+1
      | > .   C+1   ack S+1
      | > P.  C+1   ack S+1 len 10
      | > F.  C+11  ack S+1
      | < F.  S+1   ack C+12
      | > .   C+12  ack S+2
";
const ROLES: [&str; 7] = ["SYN", "SYN-ACK", "OPEN-ACK", "DATA", "FIN", "FIN+CLOSE-ACK", "CLOSE-ACK"];

/// What the preloaded library takes from the plugin.
type Taken = [&'static str];

const NOTHING: &Taken = &[];
const BOTH: &Taken = &["SYNFIN_NO_DIRECT", "SYNFIN_NO_SWITCH"];
const WAYS: [&Taken; 4] = [NOTHING, &["SYNFIN_NO_DIRECT"], &["SYNFIN_NO_SWITCH"], BOTH];

/// What a run printed, and how often the plugin called TCP by its handle and Wireshark the post-dissector.
#[derive(Debug)]
struct Run {
    lines: Vec<String>,
    calls_by_handle: u32,
    calls_of_after: u32,
}

fn folder() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| tempfile::tempdir().expect("a temporary folder")).path()
}

fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| preload::compile("tests/handler/preload.c", folder()))
}

fn run(capture: &Path, taken: &Taken, names: &[&str], more: &[&str]) -> Run {
    let counts = tempfile::NamedTempFile::new_in(folder()).expect("a temporary file");
    let mut command = Command::new("tshark");
    command.arg("-r").arg(capture).args(["-T", "fields"]).args(names.iter().flat_map(|name| ["-e", name])).args(more);
    command.env("HOME", folder()).env("TZ", "UTC").env("LC_ALL", "C.UTF-8");
    command.env("LD_PRELOAD", library()).env("SYNFIN_HANDLER_TO", counts.path());
    command.envs(taken.iter().map(|name| (*name, "1")));
    let output = command.output().expect("tshark runs");
    assert!(output.status.success(), "{output:?}");
    let text = std::fs::read_to_string(counts.path()).expect("the library wrote its counts");
    let (calls_by_handle, calls_of_after) = text.trim().split_once(' ').expect("two counts");
    Run {
        lines: String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_string).collect(),
        calls_by_handle: calls_by_handle.parse().expect("a number"),
        calls_of_after: calls_of_after.parse().expect("a number"),
    }
}

/// The roles of each frame, which all ways must show alike, and two passes as one does.
#[track_caller]
fn roles(capture: &Capture, more: &[&str]) -> Vec<String> {
    let mut names = vec!["synfin.role", "frame.protocols", "tcp.len", "tcp.stream", "_ws.col.Info"];
    names.extend(segment_names().into_iter().filter(|name| *name != "synfin.role"));
    let once = WAYS.map(|taken| run(&capture.path, taken, &names, more).lines);
    let twice = [NOTHING, BOTH].map(|taken| run(&capture.path, taken, &names, &[more, &["-2"]].concat()).lines);
    for lines in once.iter().chain(&twice) {
        assert_eq!(lines, &once[0], "{more:?}");
    }
    once[0].iter().map(|line| line.split('\t').next().unwrap_or_default().to_string()).collect()
}

fn rows() -> Vec<Row> {
    parse(LIFE, ISNS[0]).rows
}

fn life() -> Vec<Packet> {
    rows().iter().map(|row| Wrap::Ipv4.packet(&row.wire)).collect()
}

/// One segment a frame: TCP's function is called in the handler's place, and the post-dissector never. On a second visit it
/// is called for every frame.
#[test]
fn one_segment_a_frame() {
    if !preload::fits() {
        return;
    }
    let capture = Capture::plain(&life());
    assert_eq!(roles(&capture, &[]), ROLES);
    let calls = |taken: &Taken, more: &[&str]| {
        let run = run(&capture.path, taken, &["synfin.role"], more);
        (run.calls_by_handle, run.calls_of_after)
    };
    assert_eq!(calls(NOTHING, &[]), (0, 0));
    assert_eq!(calls(NOTHING, &["-2"]), (0, 7), "the second visits");
    assert_eq!(calls(WAYS[1], &[]), (7, 0), "by the handle");
    assert_eq!(calls(WAYS[2], &[]), (0, 7), "for every frame");
    assert_eq!(calls(WAYS[3], &["-2"]), (14, 14));
    assert_eq!(calls(NOTHING, &["--disable-protocol", "synfin"]), (0, 0));
}

/// Two TCP layers in a frame: the first is shown when TCP is through with it, the second by the post-dissector; the frames
/// after it go the quick way again.
#[test]
fn several_layers() {
    if !preload::fits() {
        return;
    }
    let rows = rows();
    let alone = |row: &Row| {
        let bytes = [&[0xff, 0x03, 0x00, 0x21][..], &Wrap::RawIp.bytes(&row.wire)].concat();
        packets::packet(row.wire.at_ns.expect("rows have times"), bytes)
    };
    let mut frames = vec![packets::two_in_a_frame(&rows[0].wire, &rows[1].wire)];
    frames.extend(rows[2..4].iter().map(alone));
    frames.push(packets::two_in_a_frame(&rows[4].wire, &rows[5].wire));
    frames.push(alone(&rows[6]));
    let capture = Capture::new(pcap_file::DataLink::PPP, &frames);
    assert_eq!(roles(&capture, &[]), ["SYN,SYN-ACK", "OPEN-ACK", "DATA", "FIN,FIN+CLOSE-ACK", "CLOSE-ACK"]);
    let run = run(&capture.path, NOTHING, &["synfin.role"], &[]);
    assert_eq!((run.calls_by_handle, run.calls_of_after), (0, 2), "for the frames with two");
}

/// A header that is cut short ends the frame's dissection with an exception, past the handler: the
/// post-dissector has the rest, and nothing of it hangs over into the next frame.
#[test]
fn an_exception_in_the_midst() {
    if !preload::fits() {
        return;
    }
    let mut left_to_after = 0;
    // Ports alone; the flags, and no window; no options; options cut off in their midst.
    for header in [4, 14, 20, 23] {
        let kept = 14 + 20 + header;
        let mut frames = life();
        frames[0].bytes.truncate(kept);
        let capture = Capture::plain(&frames);
        let found = roles(&capture, &[]);
        let has_len = !run(&capture.path, NOTHING, &["tcp.len"], &[]).lines[0].is_empty();
        assert_eq!(found[0], if has_len { "SYN" } else { "" }, "{kept} bytes kept");
        assert_eq!(found[1..], ROLES[1..], "{kept} bytes kept");
        left_to_after += run(&capture.path, NOTHING, &["synfin.role"], &[]).calls_of_after;
    }
    assert!(left_to_after > 0, "no frame ended with an exception");
}

/// ICMP errors that quote a segment, among segments: what is quoted is none, and the error is shown by the post-dissector.
#[test]
fn icmp_errors_between() {
    if !preload::fits() {
        return;
    }
    let rows = rows();
    let mut frames = life();
    frames.insert(1, packets::quoted_in_icmp(&rows[0].wire));
    frames.insert(5, packets::quoted_in_icmp(&rows[3].wire));
    let capture = Capture::plain(&frames);
    let mut expected = ROLES.to_vec();
    expected.insert(1, "");
    expected.insert(5, "");
    assert_eq!(roles(&capture, &[]), expected);
    for taken in WAYS {
        let run = run(&capture.path, taken, &["synfin.icmp"], &[]);
        let expected = ["", "port-unreachable", "", "", "", "port-unreachable", "", "", ""];
        assert_eq!(run.lines, expected, "without {taken:?}");
    }
    let run = run(&capture.path, NOTHING, &["synfin.role"], &[]);
    assert_eq!((run.calls_by_handle, run.calls_of_after), (0, 2));
}

/// Whoever switches TCP off, or decodes protocol 6 as something else, gets neither TCP nor synfin; decoding a port as
/// something changes what stands above TCP alone.
#[test]
fn tcp_switched_off_or_decoded_as() {
    if !preload::fits() {
        return;
    }
    let capture = Capture::plain(&life());
    for (more, protocols, expected) in [
        (&["--disable-protocol", "tcp"][..], "eth:ethertype:ip", [""; 7]),
        (&["-d", "ip.proto==6,udp"], "eth:ethertype:ip:udp", [""; 7]),
        (&["--disable-protocol", "synfin"], "eth:ethertype:ip:tcp", [""; 7]),
        (&["-d", "tcp.port==80,tls"], "eth:ethertype:ip:tcp", ROLES),
    ] {
        assert_eq!(roles(&capture, more), expected, "{more:?}");
        for taken in WAYS {
            let run = run(&capture.path, taken, &["frame.protocols"], more);
            let begins = run.lines.iter().all(|line| line.starts_with(protocols) && !line.contains("synfin"));
            assert!(begins, "{more:?} without {taken:?}: {run:?}");
        }
    }
}
