//! `-z synfin,servers` and `-z synfin,report`, against the connection log.

mod common;
#[allow(dead_code)]
#[path = "../examples/demo/main.rs"]
mod demo;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::packets;
use common::script::{ISNS, parse};
use common::tshark::{Capture, read, series};
use serde_json::Value;

const CAPTURES: [&str; 4] =
    ["many_short_connections", "crashed_client_opens_again", "filtered_port_icmp", "abort_by_server"];

fn path(name: &str) -> PathBuf {
    Path::new("tests/captures").join(format!("{name}.pcap"))
}

fn log(file: &Path) -> Vec<Value> {
    let printed = read(file, &["-q", "-z", "synfin,jsonl"]);
    printed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn word<'a>(object: &'a Value, key: &str) -> &'a str {
    object[key].as_str().unwrap_or("-")
}

fn server(object: &Value) -> String {
    let ip = word(object, "server_ip");
    let port = &object["server_port"];
    if ip.contains(':') { format!("[{ip}]:{port}") } else { format!("{ip}:{port}") }
}

/// How a handshake failed, as the columns name it.
fn failure(object: &Value) -> Option<&'static str> {
    Some(match word(object, "handshake_outcome") {
        "refused" => "Refused",
        "unreachable" => "Unreachable",
        "no-answer" | "old-connection" | "invalid-answer" => "No answer",
        "half-open" => "Half-open",
        "reset" => "Reset",
        _ => return None,
    })
}

/// The rows of the table of servers: heading to cell.
fn servers(file: &Path, more: &[&str]) -> Vec<BTreeMap<String, String>> {
    let printed = read(file, &[&["-q", "-z", "synfin,servers"][..], more].concat());
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_string()).collect::<Vec<_>>();
    let mut lines = printed.lines().filter(|line| line.contains('|'));
    let headings = cells(lines.next().unwrap_or_else(|| panic!("no headings: {printed}")));
    lines.map(|line| headings.iter().cloned().zip(cells(line)).collect()).collect()
}

#[test]
fn a_row_a_server() {
    for name in CAPTURES {
        let file = path(name);
        let mut expected: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for object in log(&file) {
            expected.entry(server(&object)).or_default().push(object);
        }
        for more in [&[][..], &["-2"]] {
            let rows = servers(&file, more);
            assert_eq!(rows.len(), expected.len(), "{name}");
            for row in rows {
                let objects = &expected[&row["Server"]];
                let count =
                    |is: &dyn Fn(&Value) -> bool| objects.iter().filter(|object| is(object)).count().to_string();
                assert_eq!(row["Connections"], objects.len().to_string(), "{name}: {row:?}");
                assert_eq!(
                    row["Complete"],
                    count(&|object| word(object, "handshake_outcome") == "complete"),
                    "{row:?}"
                );
                for column in ["Refused", "Unreachable", "No answer", "Half-open", "Reset"] {
                    assert_eq!(
                        row[column],
                        count(&|object| failure(object) == Some(column)),
                        "{name}: {column}: {row:?}"
                    );
                }
                assert_eq!(row["Reset later"], count(&|object| word(object, "teardown_kind") == "reset"), "{row:?}");
                let times: Vec<f64> =
                    objects.iter().filter_map(|object| object["handshake_synack_rtt"].as_f64()).collect();
                let cell = |heading: &str| row[heading].parse::<f64>().ok();
                let about =
                    |cell: Option<f64>, time: f64| cell.is_some_and(|cell| (cell - time * 1000.0).abs() < 0.002);
                if times.is_empty() {
                    assert_eq!(row["RTT mean [ms]"], "-", "{row:?}");
                } else {
                    let least = times.iter().copied().fold(f64::INFINITY, f64::min);
                    let most = times.iter().copied().fold(0.0, f64::max);
                    assert!(about(cell("RTT min [ms]"), least) && about(cell("RTT max [ms]"), most), "{row:?}");
                    assert!(about(cell("RTT mean [ms]"), times.iter().sum::<f64>() / times.len() as f64), "{row:?}");
                }
            }
        }
    }
}

/// Most failures first.
#[test]
fn in_the_order_of_trouble() {
    let rows = servers(&path("many_short_connections"), &[]);
    let failures = |row: &BTreeMap<String, String>| -> u32 {
        ["Refused", "Unreachable", "No answer", "Half-open", "Reset"]
            .iter()
            .map(|column| row[*column].parse::<u32>().unwrap())
            .sum()
    };
    let all: Vec<u32> = rows.iter().map(failures).collect();
    assert!(all.is_sorted_by(|one, other| one >= other), "{all:?}");
}

fn report(file: &Path, more: &[&str]) -> Value {
    let printed = read(file, &[&["-q", "-z", "synfin,report,json"][..], more].concat());
    assert_eq!(printed.lines().count(), 1, "{printed}");
    serde_json::from_str(&printed).expect("JSON")
}

#[test]
fn one_object() {
    for name in CAPTURES {
        let file = path(name);
        let log = log(&file);
        let json = report(&file, &[]);
        assert_eq!(json, report(&file, &["-2"]), "{name}");
        assert_eq!(json["connections"], log.len(), "{name}");
        for key in ["handshake_outcome", "teardown_kind"] {
            for (value, count) in json[key].as_object().expect("counts") {
                let expected = log.iter().filter(|object| word(object, key) == value).count();
                assert_eq!(count, expected, "{name}: {value}");
            }
        }
        let failed = log.iter().filter(|object| failure(object).is_some()).count();
        let sum = |list: &str| {
            json[list].as_array().expect("a list").iter().map(|one| one["connections"].as_u64().unwrap()).sum::<u64>()
        };
        assert_eq!(sum("failure_causes"), failed as u64, "{name}");
        for list in ["failing_servers", "failure_causes", "reset_causes", "slowest_handshakes"] {
            let list = json[list].as_array().expect("a list");
            assert!(list.len() <= 10);
            for one in list {
                // A place to jump to, in the right connection.
                let (stream, frame) = (one["stream"].to_string(), one["frame"].as_u64().expect("a frame"));
                let filter = format!("frame.number == {frame}");
                let shown =
                    read(&file, &["-Y", &filter, "-T", "fields", "-e", "tcp.stream", "-e", "synfin.icmp.stream"]);
                assert!(shown.split_whitespace().any(|number| number == stream), "{name}: {one} {shown}");
            }
        }
        let slowest: Vec<f64> = json["slowest_handshakes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["handshake_time"].as_f64().unwrap())
            .collect();
        assert!(slowest.is_sorted_by(|one, other| one >= other), "{slowest:?}");
    }
}

/// For people: one screen, in both languages, with the same numbers.
#[test]
fn one_screen() {
    let file = path("many_short_connections");
    let english = read(&file, &["-q", "-z", "synfin,report"]);
    for heading in
        ["Servers that fail most", "Most common causes of failure", "Slowest handshakes", "refused: refuses-syn"]
    {
        assert!(english.contains(heading), "{heading}: {english}");
    }
    assert!(english.lines().count() < 50, "{english}");
    let chinese = read(&file, &["-q", "-o", "synfin.language:zh", "-z", "synfin,report"]);
    assert!(chinese.contains("失败最多的服务器"), "{chinese}");
}

/// With a filter: the connections that have a segment which passes it.
#[test]
fn filters() {
    series();
    let file = path("many_short_connections");
    let filter = "tcp.port == 81 and tcp.flags.syn == 1";
    let expected = log(&file).iter().filter(|object| object["server_port"] == 81).count();
    let print = |what: &str| read(&file, &["-q", "-z", &format!("{what},{filter}")]);
    let json: Value = serde_json::from_str(&print("synfin,report,json")).expect("JSON");
    assert_eq!(json["connections"], expected);
    assert!(print("synfin,report").contains(&expected.to_string()));
    assert_eq!(print("synfin,servers").lines().filter(|line| line.starts_with("10.77.0.2:81")).count(), 1);
    assert_eq!(print("synfin,servers").lines().filter(|line| line.starts_with("10.77.0.2:80")).count(), 0);
}

/// A capture without TCP is no trouble.
#[test]
fn nothing_there() {
    let wire = &parse("| > S C", ISNS[0]).rows[0].wire;
    let udp = packets::ipv4(packets::Ends::of(wire), 17, &[0x9c, 0x40, 0, 53, 0, 12, 0, 0, 1, 2, 3, 4]);
    let capture = Capture::plain(&[packets::packet(0, packets::ethernet(0x0800, &udp))]);
    assert_eq!(report(&capture.path, &[])["connections"], 0);
    let text = read(&capture.path, &["-q", "-z", "synfin,report"]);
    assert!(text.contains("nothing found"), "{text}");
    assert!(servers(&capture.path, &[]).is_empty());
    assert_eq!(read(&capture.path, &["-q", "-z", "synfin,jsonl"]), "");
}

/// In a capture of 1,000 connections, of which three servers fail some, each in its own way: the report names each server,
/// how it fails, and a frame that shows it.
#[test]
fn three_failing_servers_among_a_thousand_connections() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("incident.pcap");
    std::fs::write(&file, demo::incident()).expect("written");
    let json = report(&file, &[]);
    assert_eq!(json["connections"], 1000);
    let text = read(&file, &["-q", "-z", "synfin,report"]);
    assert!(text.lines().count() <= 40, "one screen: {text}");
    for (list, count, server, port, step) in [
        ("failure_causes", 75, "10.0.1.54", 5432, "RST: refused"),
        ("failure_causes", 50, "203.0.113.40", 8443, "Open 1/3"),
        ("reset_causes", 50, "10.0.1.90", 8080, "RST: abort"),
    ] {
        let one = json[list]
            .as_array()
            .and_then(|list| list.iter().find(|one| one["server_ip"] == server))
            .unwrap_or_else(|| panic!("{list} does not name {server}: {json}"));
        assert_eq!(
            (&one["connections"], &one["server_connections"], &one["server_port"]),
            (&count.into(), &count.into(), &port.into())
        );
        let place = format!("frame.number == {} and tcp.stream == {}", one["frame"], one["stream"]);
        let shown = read(&file, &["-Y", &place, "-T", "fields", "-e", "synfin.conn.server", "-e", "synfin.step"]);
        assert_eq!(shown, format!("{server}:{port}\t{step}\n"));
        let line = text.lines().find(|line| line.contains(server) && line.ends_with(&format!(" {}", one["frame"])));
        assert!(line.is_some(), "{server}: {text}");
    }
}
