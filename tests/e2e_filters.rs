//! The right-click entries "Conversation Filter": the filter each builds for each frame, and what that filter lets through.
//! They are asked in a real tshark, through a library loaded into it (tests/filters/preload.c).

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use common::packets::{Packet, Wrap};
use common::preload;
use common::script::{ISNS, parse};
use common::tshark::{Capture, fields};

/// Two whole connections, segment by segment in turn, and between them a frame that is not TCP.
const LIFE: &str = "
      | > S   C
      | < S.  S     ack C+1
      | > .   C+1   ack S+1
      | > P.  C+1   ack S+1 len 10
      | > F.  C+11  ack S+1
      | < F.  S+1   ack C+12
      | > .   C+12  ack S+2
";
const ABORT: &str = "
    ports 40001 80
      | > S   C
      | < S.  S     ack C+1
      | > .   C+1   ack S+1
      | < R.  S+1   ack C+1
";

const HANDSHAKE: &str = "TCP Lifecycle: This connection's handshake";
const TEARDOWN: &str = "TCP Lifecycle: This connection's teardown";
const WHOLE: &str = "TCP Lifecycle: This connection";

/// What is not TCP is frame 3.
fn capture() -> Capture {
    let packets = |text: &str| -> Vec<Packet> {
        parse(text, ISNS[0]).rows.iter().map(|row| Wrap::Ipv4.packet(&row.wire)).collect()
    };
    let (life, abort) = (packets(LIFE), packets(ABORT));
    let mut all = vec![life[0].clone(), abort[0].clone()];
    let mut arp = vec![0xff; 12];
    arp.extend([0x08, 0x06]);
    arp.extend([0; 28]);
    all.push(common::packets::packet(life[0].at_ns + 500_000, arp));
    let (mut life, mut abort) = (life.into_iter().skip(1), abort.into_iter().skip(1));
    loop {
        let pair = [life.next(), abort.next()];
        if pair.iter().all(Option::is_none) {
            break;
        }
        all.extend(pair.into_iter().flatten());
    }
    Capture::plain(&all)
}

/// Frame to entry to filter, as tshark's copy of the menu has it.
fn asked(capture: &Path) -> BTreeMap<u32, BTreeMap<String, String>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let list = folder.path().join("list");
    let library = preload::compile("tests/filters/preload.c", folder.path());
    let read = Command::new("tshark")
        .arg("-r")
        .arg(capture)
        .env("LD_PRELOAD", &library)
        .env("SYNFIN_FILTERS_TO", &list)
        .output();
    assert!(read.expect("tshark runs").status.success());
    let text = std::fs::read_to_string(list).expect("the library wrote its list");
    let mut entries: BTreeMap<u32, BTreeMap<String, String>> = BTreeMap::new();
    for line in text.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let frame = columns[0].parse().expect("a number");
        entries.entry(frame).or_default().insert(columns[1].to_string(), columns[2].to_string());
    }
    entries
}

fn passing(capture: &Path, filter: &str) -> Vec<u32> {
    let lines = fields(capture, &["frame.number"], &["-Y", filter]);
    lines.iter().map(|line| line["frame.number"][0].parse().expect("a number")).collect()
}

#[test]
fn entries_of_the_menu() {
    if !preload::fits() {
        return;
    }
    let capture = capture();
    let entries = asked(&capture.path);
    assert_eq!(entries.len(), 12, "{entries:?}");
    // Every frame of a connection offers the same three filters; a frame without TCP none.
    let streams = fields(&capture.path, &["tcp.stream"], &[]);
    for (index, line) in streams.iter().enumerate() {
        let of_frame = &entries[&(u32::try_from(index).unwrap() + 1)];
        let expected = match line.get("tcp.stream") {
            Some(stream) => {
                let stream = &stream[0];
                [
                    (HANDSHAKE, format!("tcp.stream eq {stream} and synfin.handshake.step")),
                    (TEARDOWN, format!("tcp.stream eq {stream} and (synfin.teardown.step or synfin.reset)")),
                    (WHOLE, format!("tcp.stream eq {stream} and synfin")),
                ]
            }
            None => [HANDSHAKE, TEARDOWN, WHOLE].map(|entry| (entry, String::new())),
        };
        let expected = expected.into_iter().map(|(entry, filter)| (entry.to_string(), filter)).collect();
        assert_eq!(*of_frame, expected, "frame {}", index + 1);
    }
    // What they let through: frames 1, 4, 6, 8, 10, 11, 12 are the first connection, 2, 5, 7, 9 the second.
    for (frame, handshake, teardown, whole) in [
        (8, vec![1, 4, 6], vec![10, 11, 12], vec![1, 4, 6, 8, 10, 11, 12]),
        (9, vec![2, 5, 7], vec![9], vec![2, 5, 7, 9]),
    ] {
        let of_frame = &entries[&frame];
        assert_eq!(passing(&capture.path, &of_frame[HANDSHAKE]), handshake);
        assert_eq!(passing(&capture.path, &of_frame[TEARDOWN]), teardown);
        assert_eq!(passing(&capture.path, &of_frame[WHOLE]), whole);
    }
}
