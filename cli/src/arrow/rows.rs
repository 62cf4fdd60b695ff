//! Rows: a connection is one, or a segment.

use std::marker::PhantomData;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use synfin_core::view::{ConnectionView, SegmentView, Side};
use synfin_core::words::fields::Type;
use synfin_core::words::json;
use synfin_core::words::language::Language;

use super::table::{Front, Table};
use super::values::{Kind, Value};

/// The columns in front of the fields of a connection, as in the log.
const OF_CONNECTION: Front = &[
    ("stream", Type::Uint32),
    ("start", Type::AbsoluteTime),
    ("client_ip", Type::String),
    ("client_port", Type::Uint32),
    ("server_ip", Type::String),
    ("server_port", Type::Uint32),
    ("community_id", Type::String),
];

/// The same of a segment, as in the lines of segments.
const OF_SEGMENT: Front = &[("frame", Type::Frame), ("stream", Type::Uint32), ("time", Type::AbsoluteTime)];

/// Marks rows that are connections.
#[derive(Debug)]
pub enum OfConnections {}

/// Marks rows that are segments.
#[derive(Debug)]
pub enum OfSegments {}

/// Rows that are being collected, of one of the two kinds.
pub struct Rows<K> {
    table: Table,
    language: Language,
    kind: PhantomData<K>,
}

/// The columns of connections.
#[must_use]
pub fn schema() -> SchemaRef {
    Rows::<OfConnections>::new(Language::English).table.schema()
}

/// The columns of segments.
#[must_use]
pub fn segment_schema() -> SchemaRef {
    Rows::<OfSegments>::new(Language::English).table.schema()
}

impl<K> Rows<K> {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows as a batch; there are none then.
    ///
    /// # Errors
    /// Never, as the columns are those of the schema.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        self.table.finish()
    }
}

impl Rows<OfConnections> {
    /// No rows yet.
    #[must_use]
    pub fn new(language: Language) -> Self {
        let kind = |field| if json::is_negotiated(field) { Kind::Negotiation } else { Kind::One(field.kind) };
        let fields = json::fields().map(|(name, field)| (name, field, kind(field)));
        Rows { table: Table::new(OF_CONNECTION, fields), language, kind: PhantomData }
    }

    /// Adds a connection.
    pub fn add(&mut self, connection: &ConnectionView) {
        let [client, server] = [Side::Client, Side::Server].map(|side| connection.endpoint(side));
        let [client_ip, server_ip] = [client.0, server.0].map(|ip| ip.map(|ip| ip.to_string()));
        let community_id = connection.community_id();
        let front = [
            Value::Number(i64::from(connection.stream)),
            Value::number(connection.start().map(|start| start.0)),
            Value::text(client_ip.as_deref()),
            Value::Number(i64::from(client.1)),
            Value::text(server_ip.as_deref()),
            Value::Number(i64::from(server.1)),
            Value::text(community_id.as_deref()),
        ];
        self.table.add(front, |field, value| {
            if json::is_negotiated(field) {
                value.negotiation(connection.negotiation());
            } else {
                field.read_connection(connection, self.language, value);
            }
        });
    }
}

impl Rows<OfSegments> {
    /// No rows yet.
    #[must_use]
    pub fn new(language: Language) -> Self {
        let kind = |field| if json::is_list(field) { Kind::List } else { Kind::One(field.kind) };
        let fields = json::segment_fields().map(|(name, field)| (name, field, kind(field)));
        Rows { table: Table::new(OF_SEGMENT, fields), language, kind: PhantomData }
    }

    /// Adds a segment.
    pub fn add(&mut self, segment: &SegmentView) {
        let front = [
            Value::Number(i64::from(segment.frame)),
            Value::Number(i64::from(segment.connection.stream)),
            Value::number(segment.segment.at.map(|at| at.0)),
        ];
        self.table.add(front, |field, value| field.read_segment(segment, self.language, value));
    }
}
