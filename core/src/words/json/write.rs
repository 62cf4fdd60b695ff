//! A connection written as JSON: straight into the bytes, since a log has as many lines as the capture has connections.

use std::fmt::{self, Write};
use std::sync::LazyLock;

use serde::Serialize;

use super::{is_negotiated, key, rfc_3339, rows};
use crate::view::{ConnectionView, NegotiatedEcn, Negotiation, Offers, SegmentView, Side, Timestamp};
use crate::words::fields::{FIELDS, Field, Sink, Type};
use crate::words::language::Language;

/// The rows that have a key of their own, each with what stands before its value: `,"key":`.
static ROWS: LazyLock<Vec<(&'static Field, String)>> = LazyLock::new(|| rows().map(front).collect());

/// The same of what is said of a segment alone.
static SEGMENT_ROWS: LazyLock<Vec<(&'static Field, String)>> = LazyLock::new(|| segment_rows().map(front).collect());

/// The rows that are said of a segment alone, in the order of the table.
fn segment_rows() -> impl Iterator<Item = &'static Field> {
    FIELDS.iter().filter(|field| field.is_of_segment() && !KNOWN_LATER.contains(&field.name))
}

/// The fields of a segment's line, each with its key, in the order of the keys. In front of them stand `frame`, `stream` and
/// `time`.
pub fn segment_fields() -> impl Iterator<Item = (String, &'static Field)> {
    segment_rows().map(|field| (key(field), field))
}

/// Whether a segment can have several values of a field.
#[must_use]
pub fn is_list(field: &Field) -> bool {
    field.kind == LIST
}

/// Rows that have no value when a segment comes.
const KNOWN_LATER: [&str; 2] = ["synfin.reset.ignored", "synfin.conn.last"];

fn front(field: &'static Field) -> (&'static Field, String) {
    (field, format!(",\"{}\":", key(field)))
}

/// Appends a connection as one line of JSON, without its end.
pub fn write_line(out: &mut Vec<u8>, connection: &ConnectionView, language: Language) {
    let mut line = Line { out, kind: Type::String, start: 0 };
    let (client, server) = (connection.endpoint(Side::Client), connection.endpoint(Side::Server));
    line.front("{\"stream\":", &connection.stream);
    line.front(",\"start\":", &connection.start().and_then(rfc_3339));
    line.front(",\"client_ip\":", &client.0);
    line.front(",\"client_port\":", &client.1);
    line.front(",\"server_ip\":", &server.0);
    line.front(",\"server_port\":", &server.1);
    line.front(",\"community_id\":", &connection.community_id());
    for (field, front) in ROWS.iter() {
        line.out.extend_from_slice(front.as_bytes());
        line.kind = field.kind;
        line.start = line.out.len();
        if is_negotiated(field) {
            if let Some(negotiation) = connection.negotiation() {
                line.negotiated(&negotiation);
            }
        } else {
            field.read_connection(connection, language, &mut line);
        }
        if line.out.len() == line.start {
            line.out.extend_from_slice(b"null");
        }
    }
    line.out.push(b'}');
}

/// Appends a segment as one line of JSON, without its end: where it stands, and what is said of it alone. A step is in a
/// list: a segment can perform two.
pub fn write_segment_line(out: &mut Vec<u8>, segment: &SegmentView, language: Language) {
    let mut line = Line { out, kind: Type::String, start: 0 };
    line.front("{\"frame\":", &segment.frame);
    line.front(",\"stream\":", &segment.connection.stream);
    line.front(",\"time\":", &segment.segment.at.and_then(rfc_3339));
    for (field, front) in SEGMENT_ROWS.iter() {
        line.out.extend_from_slice(front.as_bytes());
        line.kind = field.kind;
        line.start = line.out.len();
        field.read_segment(segment, language, &mut line);
        match (line.out.len() == line.start, field.kind) {
            (true, LIST) => line.out.extend_from_slice(b"[]"),
            (true, _) => line.out.extend_from_slice(b"null"),
            (false, LIST) => line.out.push(b']'),
            (false, _) => {}
        }
    }
    line.out.push(b'}');
}

/// The type of the rows of which a segment can have several values.
const LIST: Type = Type::Uint8;

/// A line as far as it is written. As a sink it takes the one value of a row.
struct Line<'a> {
    out: &'a mut Vec<u8>,
    /// The type of the row that is being written, and where its value begins.
    kind: Type,
    start: usize,
}

impl Line<'_> {
    /// Writes a value: to memory, of a type that JSON has, so that it cannot fail.
    fn put(&mut self, value: &(impl Serialize + ?Sized)) {
        let _ = serde_json::to_writer(&mut *self.out, value);
    }

    fn front(&mut self, key: &str, value: &impl Serialize) {
        self.out.extend_from_slice(key.as_bytes());
        self.put(value);
    }

    /// What the handshake agreed: an object.
    fn negotiated(&mut self, negotiation: &Negotiation) {
        let (client, server) = (&negotiation.client, &negotiation.server);
        let both = |option: Offers| client.has(option) && server.has(option);
        self.front("{\"mss\":{\"client\":", &client.mss);
        self.front(",\"server\":", &server.mss);
        self.out.extend_from_slice(b"},\"window_scale\":");
        if let (Some(client), Some(server)) = (client.window_scale, server.window_scale) {
            self.front("{\"client\":", &client);
            self.front(",\"server\":", &server);
            self.out.push(b'}');
        } else {
            self.out.extend_from_slice(b"null");
        }
        let ecn = negotiation.ecn.map(|ecn| match ecn {
            NegotiatedEcn::Classic => "ECN",
            NegotiatedEcn::Accurate => "AccECN",
        });
        self.front(",\"sack\":", &both(Offers::SACK));
        self.front(",\"timestamps\":", &both(Offers::TIMESTAMPS));
        self.front(",\"ecn\":", &ecn);
        self.front(",\"fast_open\":", &negotiation.fast_open);
        self.front(",\"multipath\":", &both(Offers::MULTIPATH));
        self.out.push(b'}');
    }
}

/// Takes text into the bytes, as it is.
struct Raw<'a>(&'a mut Vec<u8>);

impl Write for Raw<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Whether a text needs more than quotes around it. All of it is looked at in any case: many bytes at once are faster than
/// one after the other.
fn needs_escapes(text: &[u8]) -> bool {
    text.iter().fold(false, |found, &byte| found | (byte < 0x20 || byte == b'"' || byte == b'\\'))
}

impl Sink for Line<'_> {
    fn number(&mut self, number: i64) {
        if self.kind == LIST {
            self.out.push(if self.out.len() == self.start { b'[' } else { b',' });
            self.put(&number);
            return;
        }
        // A row has one value: the last one.
        self.out.truncate(self.start);
        match self.kind {
            Type::Boolean => self.put(&(number != 0)),
            // The number of seconds nearest to it.
            Type::Time => {
                if let Ok(ns) = u64::try_from(number) {
                    self.put(&(ns as f64 / 1e9));
                }
            }
            Type::AbsoluteTime => {
                if let Some(text) = rfc_3339(Timestamp(number)) {
                    self.put(text.as_str());
                }
            }
            Type::String | Type::Uint8 | Type::Uint32 | Type::Uint64 | Type::Int32 | Type::Int64 | Type::Frame => {
                self.put(&number);
            }
        }
    }

    fn text(&mut self, write: &mut dyn FnMut(&mut dyn Write) -> Result<bool, fmt::Error>) {
        self.out.truncate(self.start);
        self.out.push(b'"');
        if write(&mut Raw(self.out)) != Ok(true) {
            self.out.truncate(self.start);
            return;
        }
        let text = self.out.get(self.start.saturating_add(1)..).unwrap_or_default();
        if needs_escapes(text) {
            let text = String::from_utf8_lossy(text).into_owned();
            self.out.truncate(self.start);
            self.put(text.as_str());
        } else {
            self.out.push(b'"');
        }
    }

    fn hide(&mut self) {}
}
