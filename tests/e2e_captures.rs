//! Captures at hand: those in tests/captures, and those in the folder that SYNFIN_CAPTURES names. Whatever they hold,
//! some things must be so.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use common::tshark::{fields, read, segment_names, series};

fn captures() -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::from("tests/captures")];
    folders.extend(std::env::var_os("SYNFIN_CAPTURES").map(PathBuf::from));
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in folders {
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let paths = entries.map(|entry| entry.expect("a readable folder").path());
        files
            .extend(paths.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().contains(".pcap"))));
    }
    files.sort();
    assert!(files.len() >= 70, "only {} captures", files.len());
    files
}

/// One pass and two say the same of each segment; the plugin changes nothing of TCP's own; every stream has one line in
/// the connection log, with a state. `read` fails on anything on stderr.
#[test]
fn every_capture_keeps_the_invariants() {
    const TCP: [&str; 6] = ["frame.protocols", "tcp.stream", "tcp.seq_raw", "tcp.len", "tcp.flags", "tcp.completeness"];
    const LOG: [&str; 3] = ["tcp.stream", "synfin.conn.state", "synfin.handshake.outcome"];
    let names = segment_names();
    let mut segments = 0;
    for file in captures() {
        let shown = file.display();
        let one = fields(&file, &names, &["-Y", "tcp"]);
        let two = fields(&file, &names, &["-2", "-Y", "tcp"]);
        assert_eq!(one, two, "{shown}: one pass and two");
        segments += one.len();

        let with = fields(&file, &TCP, &[]);
        let without = fields(&file, &TCP, &["--disable-protocol", "synfin"]);
        assert_eq!(with, without, "{shown}: TCP's own fields, with and without synfin");

        // Frames with several TCP layers, and TCP quoted in ICMP errors, list more than one stream: those are left out.
        let annotated = fields(&file, &["tcp.stream", "synfin.role"], &["-Y", "synfin.role"]);
        let single = |line: &common::tshark::Line| line.get("tcp.stream").is_some_and(|streams| streams.len() == 1);
        let streams: BTreeSet<_> =
            annotated.iter().filter(|line| single(line)).map(|line| line["tcp.stream"][0].clone()).collect();
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        for line in fields(&file, &LOG, &["-2", "-Y", "synfin.conn.last"]) {
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
    }
    assert!(segments > 1000, "only {segments} segments");
}

/// Wireshark's own word for the opening agrees where both speak.
#[test]
fn completeness_agrees() {
    let mut compared = 0;
    for file in captures() {
        let names = ["tcp.stream", "tcp.completeness", "synfin.handshake.outcome", "synfin.handshake.kind"];
        for line in fields(&file, &names, &["-2", "-Y", "synfin.conn.last"]) {
            let (Some(bits), Some(outcome)) = (line.get("tcp.completeness"), line.get("synfin.handshake.outcome"))
            else {
                continue;
            };
            if bits.len() != 1 || outcome.len() != 1 || line["synfin.handshake.kind"][0] != "three-way" {
                continue;
            }
            let bits: u32 = bits[0].parse().expect("a number");
            // SYN, SYN-ACK: Wireshark counts any ACK as the third, so that bit is not asked.
            match outcome[0].as_str() {
                // Nor the SYN: Wireshark sees it only where it made the conversation, which FTP's data connections do not.
                "complete" | "half-open" => assert_eq!(bits & 2, 2, "{}: {line:?}", file.display()),
                "no-answer" | "refused" => assert_eq!(bits & 2, 0, "{}: {line:?}", file.display()),
                _ => continue,
            }
            compared += 1;
        }
    }
    assert!(compared > 200, "only {compared} compared");
}

/// Zeek's verdicts, where the folder has them: the state where one row stands for one stream.
#[test]
fn zeek_agrees() {
    let Some(folder) = std::env::var_os("SYNFIN_CAPTURES").map(PathBuf::from) else {
        println!("SYNFIN_CAPTURES is not set: no verdicts of Zeek at hand");
        return;
    };
    let Ok(table) = std::fs::read_to_string(folder.join("zeek_conn.tsv")) else {
        println!("no zeek_conn.tsv in {}", folder.display());
        return;
    };
    let mut rows = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let header = rows.next().expect("a header");
    let column = |name: &str| header.iter().position(|other| *other == name).expect("a column");
    let (state, name, tuple_rows, tuple_streams) =
        (column("conn_state"), column("name"), column("tuple_rows"), column("tuple_streams"));
    let ends = [column("id.orig_h"), column("id.orig_p"), column("id.resp_h"), column("id.resp_p")];
    let (mut agree, mut differ) = (0, Vec::new());
    let mut logs: BTreeMap<String, Vec<common::tshark::Line>> = BTreeMap::new();
    for row in rows {
        if row[state] == "?" || row[tuple_rows] != "1" || row[tuple_streams] != "1" {
            continue;
        }
        let log = logs.entry(row[name].to_string()).or_insert_with(|| {
            let names = ["synfin.conn.client", "synfin.conn.server", "synfin.conn.state"];
            fields(&folder.join(row[name]), &names, &["-2", "-Y", "synfin.conn.last"])
        });
        let end = |host: &str, port: &str| {
            if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
        };
        let (one, other) = (end(row[ends[0]], row[ends[1]]), end(row[ends[2]], row[ends[3]]));
        let is_it = |line: &&common::tshark::Line| {
            let (client, server) = (&line["synfin.conn.client"], &line["synfin.conn.server"]);
            (client.contains(&one) && server.contains(&other)) || (client.contains(&other) && server.contains(&one))
        };
        let found: Vec<_> = log.iter().filter(is_it).collect();
        if series() != "4.0" && found.len() != 1 {
            // From 4.4 on a stream may be two.
            continue;
        }
        let ours = found.first().map(|line| line["synfin.conn.state"].join(","));
        if ours.as_deref() == Some(row[state]) {
            agree += 1;
        } else {
            differ.push(format!("{} {one} {other}: Zeek {}, synfin {ours:?}", row[name], row[state]));
        }
    }
    println!("Zeek's conn_state: {agree} agree, {} differ: {differ:#?}", differ.len());
    assert!(agree >= 40 && differ.len() * 20 <= agree + differ.len(), "{differ:#?}");
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
