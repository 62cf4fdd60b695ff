//! The details of a segment, and the filters on what the details leave out.

mod common;

use std::collections::BTreeSet;

use common::core::short;
use common::tshark::{Capture, fields, read, series};
use synfin_core::words::fields::{FIELDS, Subtree};

const LIFE: &str = "
      | > S   C      <mss:1460,sack>
      | < S.  S      ack C+1 <mss:1400,sack>
      | > .   C+1    ack S+1
      | > S   C
      | > P.  C+1    ack S+1 len 10
      | > F.  C+11   ack S+1
      | < .   S+1    ack C+12
      | < R.  S+1    ack C+12
";

/// The lines of a frame's item, with the depth of each below it.
fn details(capture: &Capture, frame: u32, more: &[&str]) -> Vec<(usize, String)> {
    let filter = format!("frame.number == {frame}");
    let mut arguments = vec!["-2", "-O", "synfin", "-Y", &filter];
    arguments.extend(more);
    let printed = read(&capture.path, &arguments);
    let lines =
        printed.lines().skip_while(|line| !line.starts_with("[TCP Lifecycle")).take_while(|line| !line.is_empty());
    let line = |line: &str| {
        let text = line.trim_start();
        ((line.len() - text.len()) / 4, text.trim_matches(['[', ']']).to_string())
    };
    lines.map(line).collect()
}

/// What people look for comes first, then two subtrees.
#[test]
fn in_order() {
    let capture = Capture::script(LIFE);
    let lines = details(&capture, 2, &[]);
    let title =
        "TCP Lifecycle: Open 2/3, Server -> Client: Seq = 233779340(Y), Ack = 3691127925(X+1) (Flags = SYN&ACK)";
    assert_eq!(lines[0], (0, title.to_string()));
    let top: Vec<&str> = lines.iter().filter(|(depth, _)| *depth == 1).map(|(_, line)| line.as_str()).collect();
    assert_eq!(top[0], "Step: Open 2/3");
    assert!(top[1].starts_with("Explanation: The server accepts"), "{top:?}");
    let rest = [
        "Client state: ESTABLISHED",
        "Server state: SYN-RECEIVED",
        "Sequence number: Y",
        "Acknowledgment number: X+1",
        "This connection",
        "X and Y",
    ];
    assert_eq!(top[2..], rest);
    let last = details(&capture, 8, &[]);
    let below = |heading: &str| -> Vec<&str> {
        let from = last.iter().position(|(_, line)| line == heading).unwrap_or_else(|| panic!("{last:?}"));
        last[from + 1..].iter().take_while(|(depth, _)| *depth == 2).map(|(_, line)| line.as_str()).collect()
    };
    assert!(below("This connection")[0].starts_with("What happened: "), "{last:?}");
    assert!(below("This connection").contains(&"Reset by: server"), "{last:?}");
    assert_eq!(below("X and Y")[0], "Basis of X and Y: teardown");
}

/// No line repeats another, and none says nothing, on any segment.
#[test]
fn nothing_twice_and_nothing_empty() {
    let capture = Capture::script(LIFE);
    for frame in 1..=8 {
        for passes in [&[][..], &["-o", "synfin.language:zh"]] {
            let lines = details(&capture, frame, passes);
            let distinct: BTreeSet<_> = lines.iter().collect();
            assert_eq!(distinct.len(), lines.len(), "frame {frame}: {lines:?}");
            for (_, line) in &lines {
                let hidden = ["pending", "Handshake step: ", "Teardown step: ", "SYNs sent: 1"];
                assert!(!hidden.iter().any(|text| line.contains(text)), "frame {frame}: {line}");
                let nothing = ["bytes: 0", "segments: 0", &format!("in frame: {frame}")];
                assert!(!nothing.iter().any(|text| line.ends_with(text)), "frame {frame}: {line}");
            }
        }
    }
}

/// The title says what the lines say.
#[test]
fn repeats_and_resets_in_the_title() {
    let capture = Capture::script(LIFE);
    assert!(details(&capture, 4, &[])[0].1.starts_with("TCP Lifecycle: Open 1/3 again, Client -> Server: "));
    let reset = details(&capture, 8, &[]);
    assert!(reset[0].1.starts_with("TCP Lifecycle: RST: after-fin, Server -> Client: "), "{reset:?}");
    assert_eq!(reset[1], (1, "Step: RST: after-fin".to_string()));
}

/// What the details leave out, filters and columns have all the same.
#[test]
fn hidden_fields_can_be_filtered() {
    let capture = Capture::script(LIFE);
    for (filter, frames) in [
        ("synfin.role == \"SYN\"", "1 4"),
        ("synfin.sender == \"server\"", "2 7 8"),
        ("synfin.handshake.step == 2", "2"),
        ("synfin.teardown.step == 1", "6"),
        ("synfin.reset == \"after-fin\"", "8"),
        ("synfin.retransmission", "4"),
        ("synfin.phase == \"data\"", "4 5"),
        ("synfin.summary contains \"Len = 10\"", "5"),
        ("synfin.teardown.half_close_bytes == 0", "1 2 3 4 5 6 7 8"),
        ("synfin.handshake.attempts == 1", "1 2 3 4 5 6 7 8"),
        ("synfin.handshake.syns == 2", "1 2 3 4 5 6 7 8"),
        ("synfin.teardown.closer == \"client\"", "1 2 3 4 5 6 7 8"),
        ("synfin.conn.server.bytes == 0", "1 2 3 4 5 6 7 8"),
        ("synfin.handshake.frame1 == 1", "1 2 3 4 8"),
    ] {
        let lines = fields(&capture.path, &["frame.number"], &["-2", "-Y", filter]);
        let found: Vec<String> = lines.iter().map(|line| line["frame.number"][0].clone()).collect();
        assert_eq!(found.join(" "), frames, "{filter}");
    }
    let hidden: Vec<&str> = FIELDS.iter().filter(|field| field.is_hidden).map(|field| field.name).collect();
    assert!(hidden.len() >= 5 && hidden.contains(&"synfin.role"), "{hidden:?}");
    // Nothing is remarkable of that RST; of this one its hop count is.
    let foreign = Capture::script("open\n| < R. S+1 ack C+1 ttl 61");
    for name in hidden {
        let path = if name == "synfin.reset.remark" { &foreign.path } else { &capture.path };
        let lines = fields(path, &[name], &["-2", "-Y", name]);
        assert!(!lines.is_empty(), "{name} is found by no filter");
    }
}

/// Every field has the type and the label of the table; those of the numbers stand in their subtree.
#[test]
fn registered_as_the_table_says() {
    series();
    let registered = common::tshark::tshark(&["-G", "fields"]);
    let rows: Vec<Vec<&str>> = registered.lines().map(|line| line.split('\t').collect()).collect();
    for field in FIELDS {
        let row = rows.iter().find(|row| row.len() > 3 && row[2] == field.name);
        let row = row.unwrap_or_else(|| panic!("{} is not registered", field.name));
        assert_eq!((row[0], row[1]), ("F", field.title.english), "{}", field.name);
        assert!(row.contains(&field.blurb.english), "{}: its description", field.name);
    }
    let numbers = FIELDS.iter().filter(|field| field.subtree == Subtree::Numbers).map(|field| short(field.name));
    assert_eq!(numbers.collect::<Vec<_>>(), ["basis", "x", "y", "seq.offset", "ack.offset"]);
}
