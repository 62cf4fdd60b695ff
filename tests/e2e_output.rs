//! What people see: the picture, the Info column, filters, statistics; over every encapsulation.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::core::{LEFT, RIGHT};
use common::packets::{self, Ends, Wrap};
use common::script::{EPOCH_NS, ISNS, parse};
use common::tshark::{Capture, fields, read, script_packets, series};

/// A whole life, closed with three segments.
const LIFE: &str = "
    SYN-SENT      | > S   X                     | SYN-RECEIVED | SYN      | open 1
    ESTABLISHED   | < S.  Y     ack X+1         | SYN-RECEIVED | SYN-ACK  | open 2
    ESTABLISHED   | > .   X+1   ack Y+1         | ESTABLISHED  | OPEN-ACK | open 3
    ESTABLISHED   | > P.  X+1   ack Y+1 len 10  | ESTABLISHED  | DATA     |
    FIN-WAIT-1    | > F.  X+11  ack Y+1         | CLOSE-WAIT   | FIN      | close 1
    TIME-WAIT     | < F.  Y+1   ack X+12        | LAST-ACK     | FIN+CLOSE-ACK | close 2+3
    TIME-WAIT     | > .   X+12  ack Y+2         | CLOSED       | CLOSE-ACK | close 4
";

fn column(lines: &[common::tshark::Line], name: &str) -> Vec<String> {
    lines.iter().map(|line| line.get(name).map(|values| values.join("+")).unwrap_or_default()).collect()
}

#[test]
fn the_picture_comes_out_exactly() {
    series();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("sample.pcap");
    let made = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "--example", "sample", "--"])
        .arg(&file)
        .status()
        .expect("cargo runs");
    assert!(made.success());
    for more in [vec!["-o", "tcp.relative_sequence_numbers:FALSE"], vec!["-2"], vec![]] {
        let mut arguments =
            vec!["-Y", "synfin.handshake.step || synfin.teardown.step", "-T", "fields", "-e", "synfin.summary"];
        arguments.extend(more);
        let lines = read(&file, &arguments);
        let expected = "\
Client -> Server: Seq = 3691127924(X) (Flags = SYN)
Server -> Client: Seq = 233779340(Y), Ack = 3691127925(X+1) (Flags = SYN&ACK)
Client -> Server: Seq = 3691127925(X+1), Ack = 233779341(Y+1) (Flags = ACK)
Client -> Server: Seq = 822643295(X), Ack = 2079380537(Y) (Flags = FIN&ACK)
Server -> Client: Seq = 2079380537(Y), Ack = 822643296(X+1) (Flags = ACK)
Server -> Client: Seq = 2079380537(Y), Ack = 822643296(X+1) (Flags = FIN&ACK)
Client -> Server: Seq = 822643296(X+1), Ack = 2079380538(Y+1) (Flags = ACK)
";
        assert_eq!(lines, expected);
    }
}

#[test]
fn info_column() {
    let capture = Capture::script(LIFE);
    let suffixes = |more: &[&str]| -> Vec<String> {
        let listing = read(&capture.path, more);
        // With a space before and behind it, wherever it stands.
        let suffix = |line: &str| {
            let Some(from) = line.find("[Open").or_else(|| line.find("[Close")) else { return String::new() };
            let len = line[from..].find(']').expect("an end") + 1;
            assert!(line[..from].ends_with(' '), "{line}");
            assert!(line.len() == from + len || line[from + len..].starts_with(' '), "{line}");
            line[from..from + len].to_string()
        };
        listing.lines().map(suffix).collect()
    };
    let expected = [
        "[Open 1/3: Seq=X]",
        "[Open 2/3: Seq=Y Ack=X+1]",
        "[Open 3/3: Seq=X+1 Ack=Y+1]",
        "",
        "[Close 1/4: Seq=X Ack=Y]",
        "[Close 2+3/4: Seq=Y Ack=X+1]",
        "[Close 4/4: Seq=X+1 Ack=Y+1]",
    ];
    assert_eq!(suffixes(&[]), expected);
    assert_eq!(suffixes(&["-2"]), expected);
    assert_eq!(suffixes(&["-o", "synfin.info_column:FALSE"]), [""; 7]);
    assert_eq!(suffixes(&["--disable-protocol", "synfin"]), [""; 7]);
}

#[test]
fn filters() {
    let capture = Capture::script(LIFE);
    let frames =
        |filter: &str| column(&fields(&capture.path, &["frame.number"], &["-Y", filter]), "frame.number").join(" ");
    assert_eq!(frames("synfin.handshake.step == 3"), "3");
    assert_eq!(frames("synfin.handshake.step"), "1 2 3");
    assert_eq!(frames("synfin.teardown.step"), "5 6 7");
    assert_eq!(frames("synfin.role == \"FIN+CLOSE-ACK\""), "6");
    assert_eq!(frames("synfin.seq.offset > 5"), "");
    assert_eq!(frames("synfin.phase == \"data\""), "4");
    assert_eq!(frames("synfin.client.state == \"TIME-WAIT\""), "6 7");
}

#[test]
fn under_every_encapsulation() {
    for wrap in Wrap::ALL {
        let capture = Capture::new(wrap.link(), &script_packets(LIFE, wrap));
        let names = ["synfin.role", "synfin.handshake.step", "synfin.teardown.step", "synfin.client.state"];
        let lines = fields(&capture.path, &names, &[]);
        let roles = ["SYN", "SYN-ACK", "OPEN-ACK", "DATA", "FIN", "FIN+CLOSE-ACK", "CLOSE-ACK"];
        assert_eq!(column(&lines, "synfin.role"), roles, "{wrap:?}");
        assert_eq!(column(&lines, "synfin.teardown.step"), ["", "", "", "", "1", "2+3", "4"], "{wrap:?}");
    }
}

/// Cut at every length, each segment that has a tcp.len has a role, and none that has not.
#[test]
fn cut_short() {
    let capture = Capture::script(LIFE);
    for snap in [34, 40, 46, 49, 50, 53, 54, 60] {
        let cut = capture.path.with_file_name(format!("cut{snap}.pcap"));
        let status = Command::new("editcap")
            .args(["-F", "pcap", "-s", &snap.to_string()])
            .args([&capture.path, &cut])
            .status()
            .expect("editcap runs");
        assert!(status.success());
        let lines = fields(&cut, &["tcp.len", "synfin.role"], &[]);
        assert_eq!(lines.len(), 7);
        for line in lines {
            assert_eq!(line.contains_key("tcp.len"), line.contains_key("synfin.role"), "{snap}: {line:?}");
        }
    }
}

/// Every length captured, length on the wire and data offset, of new connections and in one that is under way: synfin
/// speaks of a segment exactly where this Wireshark gives it a tcp.len, and counts the same payload.
#[test]
fn every_length_and_offset() {
    let ends = Ends { source: LEFT, destination: RIGHT };
    let mut packets = Vec::new();
    for is_one_connection in [false, true] {
        for (flags, reported) in [(0x10, 0..=20), (0x02, 20..=24), (0x11, 60..=61)] {
            for (reported, offset) in reported.flat_map(|reported| (0..16u8).map(move |offset| (reported, offset))) {
                for captured in 0..=reported.min(25) {
                    let number = if is_one_connection { 0 } else { packets.len() };
                    let source = u16::try_from(1024 + number).expect("fewer ports than there are");
                    let mut segment = [source.to_be_bytes(), 80u16.to_be_bytes()].concat();
                    segment.extend([0, 0, 0, 9, 0, 0, 0, 9, offset << 4, flags, 0xff, 0xff, 0, 0, 0, 0]);
                    segment.resize(64, 1);
                    let whole = packets::ethernet(0x0800, &packets::ipv4(ends, 6, &segment[..reported]));
                    let mut packet = packets::packet(EPOCH_NS + packets.len() as i64, whole);
                    packet.bytes.truncate(34 + captured);
                    packets.push(packet);
                }
            }
        }
    }
    let capture = Capture::plain(&packets);
    for passes in [&[][..], &["-2"]] {
        let lines = fields(&capture.path, &["tcp.len", "synfin.role", "synfin.summary"], passes);
        assert_eq!(lines.len(), packets.len());
        let with_role = lines.iter().filter(|line| line.contains_key("synfin.role")).count();
        assert!(with_role > 100, "only {with_role} of {}", lines.len());
        for (line, packet) in lines.iter().zip(&packets) {
            let said = || format!("{line:?}: {packet:?}");
            assert_eq!(line.contains_key("tcp.len"), line.contains_key("synfin.role"), "{}", said());
            if let Some(len) = line.get("tcp.len").filter(|len| len[0] != "0") {
                assert!(line["synfin.summary"][0].contains(&format!(", Len = {} (", len[0])), "{}", said());
            }
        }
    }
}

#[test]
fn statistics() {
    let capture = Capture::script(LIFE);
    for passes in [&["-q"][..], &["-q", "-2"]] {
        let with = |what: &str| {
            let mut arguments = passes.to_vec();
            arguments.extend(["-z", what]);
            read(&capture.path, &arguments)
        };
        let tree = with("synfin,tree");
        let count = |name: &str| {
            // A row of zero may be left out.
            let line = tree.lines().map(str::trim_start).find(|line| line.starts_with(name));
            line.map_or("0", |line| line[name.len()..].split_whitespace().next().expect("a count")).to_string()
        };
        assert_eq!(
            (count("complete"), count("three-segment"), count("SF"), count("refused")),
            ("1".into(), "1".into(), "1".into(), "0".into())
        );
        let table = with("synfin,conn");
        assert!(
            table.contains("10.0.0.1:")
                && table.contains("three-segment")
                && table.contains("ShADFfA") | table.contains("SF"),
            "{table}"
        );
    }
}

/// A clean capture has no expert information of synfin; one with trouble has.
#[test]
fn expert_information() {
    let clean = Capture::script(LIFE);
    assert!(!read(&clean.path, &["-q", "-z", "expert"]).contains("synfin"));
    let refused = read("tests/captures/refused_port.pcap".as_ref(), &["-q", "-z", "expert"]);
    assert!(refused.contains("Connection refused"), "{refused}");
}

/// A connection between the ports of an earlier one says so on its first segment, in every pass.
#[test]
fn port_reuse() {
    for (capture, frame, stream) in
        [("port_reuse_client_time_wait", "12", "1"), ("crashed_client_opens_again", "8", "1")]
    {
        let file = format!("tests/captures/{capture}.pcap");
        for passes in [&[][..], &["-2"]] {
            // From 4.4 on the second capture has a third connection, from frame 11 on.
            let mut arguments = vec!["-Y", "synfin.expert.port_reuse && tcp.stream == 1"];
            arguments.extend(passes);
            let lines = fields(file.as_ref(), &["frame.number", "tcp.stream"], &arguments);
            let found: Vec<_> =
                lines.iter().map(|line| (line["frame.number"][0].as_str(), line["tcp.stream"][0].as_str())).collect();
            assert_eq!(found, [(frame, stream)], "{capture}");
        }
    }
    let file = "tests/captures/many_short_connections.pcap".as_ref();
    assert!(fields(file, &["frame.number"], &["-Y", "synfin.expert.port_reuse"]).is_empty());
}

/// With synfin disabled the listing is Wireshark's own; with TCP disabled nothing of either is left.
#[test]
fn switched_off() {
    let capture = Capture::script(LIFE);
    let lines = fields(&capture.path, &["frame.protocols", "synfin.role"], &["--disable-protocol", "synfin"]);
    assert!(lines.iter().all(|line| !line.contains_key("synfin.role") && line["frame.protocols"][0].contains("tcp")));
    let lines = fields(&capture.path, &["frame.protocols", "synfin.role"], &["--disable-protocol", "tcp"]);
    assert!(lines.iter().all(|line| !line.contains_key("synfin.role") && !line["frame.protocols"][0].contains("tcp")));
}

/// Two TCP layers in a frame are two segments.
#[test]
fn two_segments_in_a_frame() {
    let rows = parse(LIFE, ISNS[0]).rows;
    let frame = packets::two_in_a_frame(&rows[0].wire, &rows[1].wire);
    let capture = Capture::new(pcap_file::DataLink::PPP, &[frame]);
    let lines = fields(&capture.path, &["synfin.role"], &["-2"]);
    assert_eq!(column(&lines, "synfin.role"), ["SYN+SYN-ACK"], "two layers, in order");
}

/// A connection of endpoints that had another one before is told by its first segment: in a script, and where Wireshark
/// notices the same in what was recorded.
#[test]
fn ports_used_again() {
    let capture = Capture::script(
        "
        open
          | > R  C+1
          | > S  C+9000
          | < S. S+9000 ack C+9001
          | > .  C+9001 ack S+9001
          | > R  C+9001
          | < S  S+900000
        ",
    );
    let frames = |file: &Path, filter: &str, more: &[&str]| {
        let arguments = [&["-Y", filter][..], more].concat();
        column(&fields(file, &["frame.number"], &arguments), "frame.number")
    };
    for more in [&[][..], &["-2"], &["-o", "protocols.conversation_deinterlacing_key:VMI"]] {
        if more.first() == Some(&"-o") && series() == "4.0" {
            continue; // There is no such preference yet.
        }
        assert_eq!(frames(&capture.path, "synfin.expert.port_reuse", more), ["5", "9"], "{more:?}");
    }
    let mut noticed = 0;
    for name in ["port_reuse_client_time_wait", "port_reuse_server_time_wait"] {
        let file = PathBuf::from(format!("tests/captures/{name}.pcap"));
        let reused = frames(&file, "tcp.analysis.reused_ports", &[]);
        noticed += reused.len();
        assert_eq!(frames(&file, "synfin.expert.port_reuse", &[]), reused, "{name}");
    }
    assert!(noticed >= 2, "Wireshark noticed {noticed}");
}
