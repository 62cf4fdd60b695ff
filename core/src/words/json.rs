//! A connection as one JSON object: the connection log. `docs/connection.schema.json` describes it.
//!
//! Every key stands in every object, null where there is nothing to say. After the first few come the fields of the table
//! that are about a connection: a new row there is a new key here.

mod schema;
mod write;

use jiff::Timestamp as Instant;
use serde_json::{Value, json};

use super::fields::{FIELDS, Field};
use super::language::Language;
use crate::view::{Address, ConnectionView, Timestamp};

pub use schema::schema;
pub use write::{is_list, segment_fields, write_line, write_segment_line};

/// Bytes that hold nearly every line.
const LINE_LEN: usize = 4096;

/// Rows of the table that stand in front under other names: addresses and ports apart, `start`, `community_id`.
const SAID_IN_FRONT: [&str; 4] =
    ["synfin.conn.client", "synfin.conn.server", "synfin.conn.start", "synfin.conn.community_id"];

/// Rows of the table that have no key: other keys say it.
const SAID_ELSEWHERE: [&str; 1] = ["synfin.reset.remark"];

/// The row that is an object here and one line elsewhere.
const NEGOTIATED: &str = "synfin.negotiated";

/// The rows of the table that have a key of their own, in the order of the table.
fn rows() -> impl Iterator<Item = &'static Field> {
    let is_elsewhere = |name| SAID_IN_FRONT.contains(&name) || SAID_ELSEWHERE.contains(&name);
    FIELDS.iter().filter(move |field| field.is_of_connection() && !is_elsewhere(field.name))
}

/// The fields that have a key of their own, each with that key, in the order of the keys. In front of them stand `stream`,
/// `start`, `client_ip`, `client_port`, `server_ip`, `server_port` and `community_id`.
pub fn fields() -> impl Iterator<Item = (String, &'static Field)> {
    rows().map(|field| (key(field), field))
}

/// Whether the value of a connection's field is an object, [`crate::view::Negotiation`]: not what the field says elsewhere.
#[must_use]
pub fn is_negotiated(field: &Field) -> bool {
    field.name == NEGOTIATED
}

/// The key of a field: `synfin.handshake.time` is `handshake_time`.
fn key(field: &Field) -> String {
    field.name.strip_prefix("synfin.").unwrap_or(field.name).replace('.', "_")
}

/// A connection as one line of text, without its end.
#[must_use]
pub fn line(connection: &ConnectionView, language: Language) -> String {
    let mut line = Vec::with_capacity(LINE_LEN);
    write_line(&mut line, connection, language);
    String::from_utf8(line).unwrap_or_default()
}

/// The same as an object.
#[must_use]
pub fn to_json(connection: &ConnectionView, language: Language) -> Value {
    serde_json::from_str(&line(connection, language)).unwrap_or_default()
}

/// An address as text; null where it is not known.
pub(super) fn ip(address: Address) -> Value {
    json!(address.map(|address| address.to_string()))
}

/// A time in UTC, to the nanosecond: `2026-01-02T03:04:05.000000006Z`.
#[must_use]
pub fn rfc_3339(at: Timestamp) -> Option<String> {
    let instant = Instant::from_nanosecond(i128::from(at.0)).ok()?;
    Some(format!("{instant:.9}"))
}

/// A duration in seconds: the number nearest to it, so that it prints as 0.03 and not as 0.030000000000000002. Beyond 104
/// days the last nanoseconds are lost.
pub(super) fn seconds(ns: u64) -> Value {
    json!(ns as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;

    #[test]
    fn times() {
        assert_eq!(rfc_3339(Timestamp(6)).unwrap(), "1970-01-01T00:00:00.000000006Z");
        assert_eq!(rfc_3339(Timestamp(-1)).unwrap(), "1969-12-31T23:59:59.999999999Z");
        let at = Timestamp::from_parts(1_767_323_045, 6).unwrap();
        assert_eq!(rfc_3339(at).unwrap(), "2026-01-02T03:04:05.000000006Z");
        assert!(rfc_3339(Timestamp(i64::MIN)).is_some() && rfc_3339(Timestamp(i64::MAX)).is_some());
        for (ns, text) in [(30_000_000, "0.03"), (1, "1e-9"), (7_000_000_000, "7.0"), (7_000_000_001, "7.000000001")] {
            assert_eq!(seconds(ns).to_string(), text);
        }
        assert_eq!(seconds(86_400_123_456_789).to_string(), "86400.123456789");
    }

    #[test]
    fn every_key_in_every_object() {
        let sample = Sample::of_all_sorts();
        let expected = schema();
        let expected: Vec<&String> = expected["properties"].as_object().unwrap().keys().collect();
        for connection in sample.connections() {
            let object = to_json(&connection, Language::English);
            assert_eq!(object.as_object().unwrap().keys().collect::<Vec<_>>(), expected);
            assert_eq!(line(&connection, Language::English).lines().count(), 1);
        }
        let first = to_json(&sample.connections()[0], Language::English);
        assert_eq!(first["start"], "2026-01-02T03:04:05.000000006Z");
        assert_eq!((&first["client_port"], &first["server_ip"]), (&json!(40_000), &json!("10.0.0.2")));
        assert_eq!(first["negotiated"]["mss"], json!({ "client": 1460, "server": 1460 }));
        assert_eq!(first["negotiated"]["ecn"], Value::Null);
        assert_eq!((&first["handshake_time"], &first["handshake_outcome"]), (&json!(0.02), &json!("complete")));
        let refused = to_json(&sample.connections()[1], Language::English);
        assert_eq!((&refused["negotiated"], &refused["handshake_time"]), (&Value::Null, &Value::Null));
    }

    #[test]
    fn keys() {
        let keys: Vec<String> = rows().map(key).collect();
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), keys.len());
        for key in ["handshake_outcome", "negotiated", "teardown_half_close_bytes", "reset_by", "conn_explain"] {
            assert!(keys.iter().any(|other| other == key), "{key}");
        }
        for key in &keys {
            assert!(key.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'));
        }
    }
}
