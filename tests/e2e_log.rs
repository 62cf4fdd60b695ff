//! The connection log, `-z synfin,jsonl`: its keys and types against docs/connection.schema.json, its values against the
//! fields of each connection's last segment.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::captures;
use common::tshark::{Line, fields, read};
use serde_json::{Map, Value, json};
use synfin_core::words::fields::{About, FIELDS, Field, Type};

fn schema() -> Map<String, Value> {
    let text = std::fs::read_to_string("docs/connection.schema.json").expect("the schema");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let properties = schema["properties"].as_object().expect("properties").clone();
    let required: Vec<&str> = schema["required"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert_eq!(required, properties.keys().collect::<Vec<_>>(), "every key in every object");
    assert_eq!(schema["additionalProperties"], false);
    properties
}

/// Whether a value is what the schema says of it. The words of JSON Schema that ours uses; another one fails.
fn fits(value: &Value, schema: &Value) -> bool {
    schema.as_object().expect("an object").iter().all(|(word, says)| match word.as_str() {
        "description" => true,
        // A note for readers, not a rule, in this version of JSON Schema.
        "format" => says == "date-time",
        "type" => match says {
            Value::Array(all) => all.iter().any(|one| is_a(value, one)),
            one => is_a(value, one),
        },
        "enum" => says.as_array().expect("a list").contains(value),
        "anyOf" | "oneOf" => says.as_array().expect("a list").iter().any(|one| fits(value, one)),
        "minimum" => value.as_f64().is_none_or(|number| number >= says.as_f64().expect("a number")),
        "maximum" => value.as_f64().is_none_or(|number| number <= says.as_f64().expect("a number")),
        "pattern" => true,
        "properties" => value.as_object().is_none_or(|object| {
            let says = says.as_object().expect("an object");
            object.iter().all(|(key, value)| says.get(key).is_some_and(|says| fits(value, says)))
        }),
        "required" => value.as_object().is_none_or(|object| {
            says.as_array().expect("a list").iter().all(|key| object.contains_key(key.as_str().expect("a key")))
        }),
        "additionalProperties" => says == &Value::Bool(false),
        other => panic!("the test does not know {other}"),
    })
}

fn is_a(value: &Value, kind: &Value) -> bool {
    match kind.as_str().expect("a type") {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "object" => value.is_object(),
        other => panic!("the test does not know the type {other}"),
    }
}

fn log(file: &Path, more: &[&str]) -> Vec<Value> {
    let arguments = [&["-q", "-z", "synfin,jsonl"][..], more].concat();
    read(file, &arguments).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn keys_and_types() {
    let schema = schema();
    assert!(!fits(&json!(1.5), &json!({ "type": ["integer", "null"] })) && !fits(&json!(-1), &json!({ "minimum": 0 })));
    assert!(!fits(&json!("x"), &json!({ "enum": ["y", null] })) && fits(&Value::Null, &json!({ "enum": ["y", null] })));
    // All captures behind each other in one file.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let all = folder.path().join("all.pcapng");
    let own = captures::all().into_iter().filter(|file| file.starts_with("tests/captures"));
    let merged = Command::new("mergecap").arg("-a").arg("-w").arg(&all).args(own).status().expect("mergecap runs");
    assert!(merged.success());
    let mut connections = 0;
    for more in [&[][..], &["-2", "-o", "synfin.language:zh"]] {
        for object in log(&all, more) {
            connections += 1;
            let object = object.as_object().expect("an object");
            assert!(object.keys().eq(schema.keys()), "{:?}", object.keys());
            for (key, value) in object {
                assert!(fits(value, &schema[key]), "{key}: {value}: {}", schema[key]);
            }
        }
    }
    assert!(connections > 600, "only {connections} connections");
}

fn key(field: &Field) -> String {
    field.name.trim_start_matches("synfin.").replace('.', "_")
}

/// What the object says, as `-T fields` prints it.
fn printed(value: &Value, field: &Field) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(true) => Some("1".to_string()),
        Value::Number(number) if field.kind == Type::Time => Some(format!("{:.9}", number.as_f64().expect("seconds"))),
        Value::Object(_) => Some(negotiated(value)),
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The object `negotiated` as the field says it.
fn negotiated(value: &Value) -> String {
    let size = |side: &str| value["mss"][side].as_u64().map_or("-".to_string(), |size| size.to_string());
    let mut parts = vec![format!("MSS {}/{}", size("client"), size("server"))];
    if value["window_scale"].is_object() {
        parts.push(format!("WS {}/{}", value["window_scale"]["client"], value["window_scale"]["server"]));
    }
    let ecn = value["ecn"].as_str().unwrap_or_default();
    for (is, name) in [
        (value["sack"] == true, "SACK"),
        (value["timestamps"] == true, "TS"),
        (!ecn.is_empty(), ecn),
        (value["fast_open"] == true, "TFO"),
        (value["multipath"] == true, "MPTCP"),
    ] {
        if is {
            parts.push(name.to_string());
        }
    }
    parts.join(", ")
}

/// The RST that ended a connection says what the log's keys on resets say.
fn of_reset<'a>(lines: &'a [Line], object: &Value) -> Option<&'a Line> {
    let frame = object["reset_frame"].as_u64()?.to_string();
    lines.iter().find(|line| line["frame.number"][0] == frame)
}

#[test]
fn values_are_those_of_the_fields() {
    let of_connection: Vec<&Field> = FIELDS.iter().filter(|field| field.is_of_connection()).collect();
    let mut names: Vec<&str> = of_connection.iter().map(|field| field.name).collect();
    names.extend(["frame.number", "tcp.stream", "synfin.conn.last", "frame.time_epoch"]);
    let mut compared = 0;
    for name in [
        "close_by_client",
        "filtered_port_icmp",
        "crashed_client_opens_again",
        "ipv6_refused_port",
        "fast_open",
        "abort_by_server",
    ] {
        let file = PathBuf::from(format!("tests/captures/{name}.pcap"));
        let lines = fields(&file, &names, &["-2", "-Y", "synfin.role"]);
        for object in log(&file, &[]) {
            let stream = object["stream"].to_string();
            let of_stream: Vec<&Line> = lines.iter().filter(|line| line["tcp.stream"][0] == stream).collect();
            let last = of_stream.iter().copied().find(|line| line.contains_key("synfin.conn.last"));
            let last = last.expect("a last segment");
            // The log says in a sentence what a remark says in a word.
            for field in of_connection.iter().filter(|field| field.name != "synfin.reset.remark") {
                let value = object.get(key(field));
                let line = match field.about {
                    // Of any RST: one that was ignored did not end the connection.
                    About::Reset { .. } if field.name == "synfin.reset.ignored" => {
                        of_stream.iter().copied().find(|line| line.contains_key(field.name))
                    }
                    About::Reset { .. } => of_reset(&lines, &object),
                    _ => Some(last),
                };
                let shown = line.and_then(|line| line.get(field.name)).map(|values| values[0].clone());
                match field.name {
                    "synfin.conn.client" | "synfin.conn.server" | "synfin.conn.start" | "synfin.conn.community_id" => {
                        assert!(value.is_none() && shown.is_some(), "{name}: {}", field.name);
                    }
                    _ => assert_eq!(printed(value.expect("a key"), field), shown, "{name}, {stream}: {}", field.name),
                }
                compared += 1;
            }
            let endpoint = |side: &str| {
                let (ip, port) =
                    (object[format!("{side}_ip")].as_str().expect("an address"), &object[format!("{side}_port")]);
                if ip.contains(':') { format!("[{ip}]:{port}") } else { format!("{ip}:{port}") }
            };
            assert_eq!(last["synfin.conn.client"][0], endpoint("client"));
            assert_eq!(last["synfin.conn.server"][0], endpoint("server"));
            assert_eq!(object["community_id"], last["synfin.conn.community_id"][0]);
            // 2026-11-24T05:04:24.516641251Z against seconds since 1970 with nine decimals.
            let (start, first) = (object["start"].as_str().expect("a time"), &of_stream[0]["frame.time_epoch"][0]);
            let (seconds, fraction) = first.split_once('.').expect("decimals");
            assert!(start.ends_with(&format!(".{fraction}Z")) && start.len() == 30, "{start} {first}");
            let second: u64 = seconds.parse().expect("a number");
            let clock = format!("T{:02}:{:02}:{:02}.", second / 3600 % 24, second / 60 % 60, second % 60);
            assert!(start.contains(&clock), "{start} {first}");
        }
    }
    assert!(compared > 200, "only {compared}");
}

/// Two passes and one, with and without a filter: a connection is printed once, as it is at the end.
#[test]
fn once_and_final() {
    let file = PathBuf::from("tests/captures/many_short_connections.pcap");
    let one = log(&file, &[]);
    assert_eq!(one, log(&file, &["-2"]));
    assert_eq!(one.len(), 240);
    let streams: std::collections::BTreeSet<String> = one.iter().map(|object| object["stream"].to_string()).collect();
    assert_eq!(streams.len(), one.len());
    let some = read(&file, &["-q", "-z", "synfin,jsonl,tcp.flags.syn == 1 and tcp.dstport == 81"]);
    let some: Vec<Value> = some.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let expected: Vec<Value> = one.into_iter().filter(|object| object["server_port"] == 81).collect();
    assert_eq!((some.len(), some == expected), (30, true), "whole, though only its SYN passes");
}

/// The language is that of the sentence alone.
#[test]
fn in_chinese() {
    let file = PathBuf::from("tests/captures/refused_port.pcap");
    let [mut english, mut chinese] = ["en", "zh"].map(|language| {
        let option = format!("synfin.language:{language}");
        log(&file, &["-o", &option]).remove(0)
    });
    let take = |object: &mut Value| object["conn_explain"].take().as_str().expect("a sentence").to_string();
    let (first, second) = (take(&mut english), take(&mut chinese));
    assert!(first.is_ascii() && !second.is_ascii(), "{first} {second}");
    assert_eq!(english, chinese);
}

/// A script must not take half a log for a whole one: a line says that something is missing, and the status is not 0.
#[test]
fn a_full_disk() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let Ok(full) = full else { return };
    for what in ["synfin,jsonl", "synfin,report"] {
        let ran = Command::new(common::tshark::program())
            .args(["-q", "-r", "tests/captures/many_short_connections.pcap", "-z", what])
            .env("HOME", "/nonexistent")
            .stdout(full.try_clone().expect("one more"))
            .output()
            .expect("tshark runs");
        let complaint = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(complaint.matches("could not be written whole").count(), 1, "{what}: {complaint}");
        assert_eq!(ran.status.code(), Some(1), "{what}");
    }
}
