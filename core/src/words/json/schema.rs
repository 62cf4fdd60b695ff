//! The JSON Schema of the connection log, made from the table of fields and from the words that their values can be.

use serde_json::{Map, Value, json};
use strum::VariantArray;

use super::{NEGOTIATED, key, rows};
use crate::view::{Cause, ConnState, HandshakeKind, IcmpKind, Reset};
use crate::words::fields::{Field, Type};
use crate::words::stats::{outcomes, teardowns};

/// The words that a field can have; none for any text.
fn words(name: &str) -> Option<Vec<&'static str>> {
    Some(match name {
        "synfin.handshake.kind" => HandshakeKind::VARIANTS.iter().map(|word| word.name()).collect(),
        "synfin.handshake.outcome" => outcomes().map(|word| word.name()).collect(),
        "synfin.teardown.kind" => teardowns().map(|word| word.name()).collect(),
        "synfin.teardown.closer" | "synfin.reset.by" => vec!["client", "server"],
        "synfin.reset" => Reset::VARIANTS.iter().map(|word| word.name()).collect(),
        "synfin.reset.cause" => Cause::VARIANTS.iter().map(|word| word.name()).collect(),
        "synfin.conn.state" => ConnState::VARIANTS.iter().map(|word| word.name()).collect(),
        "synfin.conn.icmp" => IcmpKind::VARIANTS.iter().map(|word| word.name()).collect(),
        _ => return None,
    })
}

/// Fields that every connection has.
fn is_always_there(name: &str) -> bool {
    matches!(name, "synfin.handshake.outcome" | "synfin.teardown.kind" | "synfin.conn.state")
}

fn of_field(field: &Field) -> Value {
    let mut property = Map::new();
    property.insert("description".to_string(), json!(field.blurb.english));
    if let Some(words) = words(field.name) {
        let mut words: Vec<Value> = words.into_iter().map(Value::from).collect();
        if !is_always_there(field.name) {
            words.push(Value::Null);
        }
        property.insert("enum".to_string(), Value::Array(words));
        return Value::Object(property);
    }
    let kind = match field.kind {
        Type::String | Type::AbsoluteTime => "string",
        Type::Boolean => "boolean",
        Type::Time => "number",
        Type::Uint8 | Type::Uint32 | Type::Uint64 | Type::Int32 | Type::Int64 | Type::Frame => "integer",
    };
    property.insert("type".to_string(), json!([kind, "null"]));
    match field.kind {
        Type::AbsoluteTime => {
            property.insert("format".to_string(), json!("date-time"));
        }
        Type::Frame => {
            property.insert("minimum".to_string(), json!(1));
        }
        Type::Time | Type::Uint8 | Type::Uint32 | Type::Uint64 => {
            property.insert("minimum".to_string(), json!(0));
        }
        Type::String | Type::Boolean | Type::Int32 | Type::Int64 => {}
    }
    Value::Object(property)
}

fn negotiated(description: &str) -> Value {
    let flag = |description: &str| json!({ "description": description, "type": "boolean" });
    let object = |description: &str, is_nullable: bool, properties: Value| {
        let required: Vec<String> =
            properties.as_object().map(|properties| properties.keys().cloned().collect()).unwrap_or_default();
        let kind = if is_nullable { json!(["object", "null"]) } else { json!("object") };
        json!({
            "description": description,
            "type": kind,
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    };
    let mss = |side: &str| {
        let description = format!("The {side}'s; null where it announced none");
        json!({ "description": description, "type": ["integer", "null"], "minimum": 0, "maximum": 65_535 })
    };
    let shift =
        |side: &str| json!({ "description": format!("The {side}'s"), "type": "integer", "minimum": 0, "maximum": 255 });
    object(
        description,
        true,
        json!({
            "mss": object(
                "Maximum segment size in bytes (RFC 9293)",
                false,
                json!({ "client": mss("client"), "server": mss("server") }),
            ),
            "window_scale": object(
                "Window scale shifts (RFC 7323); null where not both sides offered one",
                true,
                json!({ "client": shift("client"), "server": shift("server") }),
            ),
            "sack": flag("Selective acknowledgments (RFC 2018)"),
            "timestamps": flag("Timestamps (RFC 7323)"),
            "ecn": {
                "description": "Explicit congestion notification: ECN (RFC 3168), AccECN (RFC 9768), or null",
                "enum": ["ECN", "AccECN", null],
            },
            "fast_open": flag("Fast Open (RFC 7413)"),
            "multipath": flag("Multipath TCP (RFC 8684)"),
        }),
    )
}

/// The schema (JSON Schema 2020-12).
#[must_use]
pub fn schema() -> Value {
    let port = |side: &str| json!({ "description": format!("The {side}'s port"), "type": "integer", "minimum": 0, "maximum": 65_535 });
    let ip = |side: &str| {
        let description = format!("The {side}'s address; null where it is neither IPv4 nor IPv6");
        json!({ "description": description, "type": ["string", "null"] })
    };
    let mut properties = Map::new();
    let mut put = |key: &str, value: Value| {
        properties.insert(key.to_string(), value);
    };
    put(
        "stream",
        json!({ "description": "tcp.stream, Wireshark's number of the connection", "type": "integer", "minimum": 0 }),
    );
    put(
        "start",
        json!({
            "description": "When the first segment was captured (RFC 3339, UTC, nanoseconds); null where it has no time",
            "type": ["string", "null"],
            "format": "date-time",
        }),
    );
    put("client_ip", ip("client"));
    put("client_port", port("client"));
    put("server_ip", ip("server"));
    put("server_port", port("server"));
    put(
        "community_id",
        json!({
            "description": "Community ID, version 1 with seed 0, as Zeek and Suricata write it; null without addresses",
            "type": ["string", "null"],
        }),
    );
    for field in rows() {
        let property = if field.name == NEGOTIATED { negotiated(field.blurb.english) } else { of_field(field) };
        put(&key(field), property);
    }
    let required: Vec<String> = properties.keys().cloned().collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A TCP connection as synfin logs it (tshark -z synfin,jsonl)",
        "description": "One line is one object. Every key stands in every object, null where there is nothing to say. \
                        Durations are in seconds, counts in bytes and segments, frame* are frame numbers.",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_this() {
        let file = include_str!("../../../../docs/connection.schema.json");
        let file: Value = serde_json::from_str(file).unwrap();
        assert_eq!(file, schema(), "cargo run --example reference");
    }
}
