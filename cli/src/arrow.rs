//! Connections as rows of Arrow's record batches: what Parquet, pandas, Polars and DuckDB take.
//!
//! The columns are the keys of the JSON log. Times are time stamps, durations seconds; `negotiated` is one line of text.

use std::fmt::{self, Write};
use std::net::IpAddr;
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampNanosecondBuilder, UInt32Builder,
    UInt64Builder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field as Column, Schema, SchemaRef, TimeUnit};
use synfin_core::view::{ConnectionView, Side};
use synfin_core::words::fields::{Field, Sink, Type};
use synfin_core::words::json;
use synfin_core::words::language::Language;

/// The columns in front of the fields, as in the log.
const FRONT: [(&str, Type); 7] = [
    ("stream", Type::Uint32),
    ("start", Type::AbsoluteTime),
    ("client_ip", Type::String),
    ("client_port", Type::Uint32),
    ("server_ip", Type::String),
    ("server_port", Type::Uint32),
    ("community_id", Type::String),
];

/// Rows that are being collected.
pub struct Rows {
    schema: SchemaRef,
    front: Vec<Values>,
    fields: Vec<(&'static Field, Values)>,
    language: Language,
    len: usize,
    text: String,
}

/// The values of a column.
enum Values {
    Text(StringBuilder),
    Number(UInt32Builder),
    Large(UInt64Builder),
    Signed(Int64Builder),
    Seconds(Float64Builder),
    Time(TimestampNanosecondBuilder),
    Truth(BooleanBuilder),
}

/// A value of a row.
enum Value<'a> {
    None,
    Number(i64),
    Text(&'a str),
}

impl<'a> Value<'a> {
    fn of(text: Option<&'a str>) -> Value<'a> {
        text.map_or(Value::None, Value::Text)
    }
}

impl Values {
    fn new(kind: Type) -> Values {
        match kind {
            Type::String => Values::Text(StringBuilder::new()),
            Type::Uint8 | Type::Uint32 | Type::Frame => Values::Number(UInt32Builder::new()),
            Type::Uint64 => Values::Large(UInt64Builder::new()),
            Type::Int32 | Type::Int64 => Values::Signed(Int64Builder::new()),
            Type::Time => Values::Seconds(Float64Builder::new()),
            Type::AbsoluteTime => Values::Time(TimestampNanosecondBuilder::new().with_timezone(UTC)),
            Type::Boolean => Values::Truth(BooleanBuilder::new()),
        }
    }

    fn add(&mut self, value: Value) {
        let number = match value {
            Value::Number(number) => Some(number),
            Value::None | Value::Text(_) => None,
        };
        match self {
            Values::Text(all) => all.append_option(if let Value::Text(text) = value { Some(text) } else { None }),
            Values::Number(all) => all.append_option(number.and_then(|number| u32::try_from(number).ok())),
            Values::Large(all) => all.append_option(number.and_then(|number| u64::try_from(number).ok())),
            Values::Signed(all) => all.append_option(number),
            Values::Seconds(all) => all.append_option(number.map(|ns| ns as f64 / 1e9)),
            Values::Time(all) => all.append_option(number),
            Values::Truth(all) => all.append_option(number.map(|number| number != 0)),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Values::Text(all) => Arc::new(all.finish()),
            Values::Number(all) => Arc::new(all.finish()),
            Values::Large(all) => Arc::new(all.finish()),
            Values::Signed(all) => Arc::new(all.finish()),
            Values::Seconds(all) => Arc::new(all.finish()),
            Values::Time(all) => Arc::new(all.finish()),
            Values::Truth(all) => Arc::new(all.finish()),
        }
    }
}

const UTC: &str = "UTC";

/// The columns.
#[must_use]
pub fn schema() -> SchemaRef {
    let front = FRONT.into_iter().map(|(name, kind)| (name.to_string(), kind));
    let columns = front.chain(json::fields().map(|(name, field)| (name, field.kind))).map(|(name, kind)| {
        let kind = match kind {
            Type::String => DataType::Utf8,
            Type::Uint8 | Type::Uint32 | Type::Frame => DataType::UInt32,
            Type::Uint64 => DataType::UInt64,
            Type::Int32 | Type::Int64 => DataType::Int64,
            Type::Time => DataType::Float64,
            Type::AbsoluteTime => DataType::Timestamp(TimeUnit::Nanosecond, Some(UTC.into())),
            Type::Boolean => DataType::Boolean,
        };
        Column::new(name, kind, true)
    });
    Arc::new(Schema::new(columns.collect::<Vec<_>>()))
}

impl Rows {
    /// No rows yet.
    #[must_use]
    pub fn new(language: Language) -> Rows {
        Rows {
            schema: schema(),
            front: FRONT.into_iter().map(|(_, kind)| Values::new(kind)).collect(),
            fields: json::fields().map(|(_, field)| (field, Values::new(field.kind))).collect(),
            language,
            len: 0,
            text: String::new(),
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a connection.
    pub fn add(&mut self, connection: &ConnectionView) {
        let [client, server] = [Side::Client, Side::Server].map(|side| connection.endpoint(side));
        let (client_ip, server_ip) = (client.0.map(|ip| ip.to_string()), server.0.map(|ip: IpAddr| ip.to_string()));
        let community_id = connection.community_id();
        let front = [
            Value::Number(i64::from(connection.stream)),
            connection.start().map_or(Value::None, |start| Value::Number(start.0)),
            Value::of(client_ip.as_deref()),
            Value::Number(i64::from(client.1)),
            Value::of(server_ip.as_deref()),
            Value::Number(i64::from(server.1)),
            Value::of(community_id.as_deref()),
        ];
        for (values, value) in self.front.iter_mut().zip(front) {
            values.add(value);
        }
        for (field, values) in &mut self.fields {
            let mut found = Found { number: None, has_text: false, text: &mut self.text };
            field.read_connection(connection, self.language, &mut found);
            let value = match (found.number, found.has_text) {
                (Some(number), _) => Value::Number(number),
                (None, true) => Value::Text(found.text),
                (None, false) => Value::None,
            };
            values.add(value);
        }
        self.len = self.len.saturating_add(1);
    }

    /// The rows as a batch; there are none then.
    ///
    /// # Errors
    /// Never, as the columns are those of the schema.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        self.len = 0;
        let front = self.front.iter_mut().map(Values::finish);
        let fields = self.fields.iter_mut().map(|(_, values)| values.finish());
        RecordBatch::try_new(Arc::clone(&self.schema), front.chain(fields).collect())
    }
}

/// Takes the one value of a field.
struct Found<'a> {
    number: Option<i64>,
    has_text: bool,
    text: &'a mut String,
}

impl Sink for Found<'_> {
    fn number(&mut self, number: i64) {
        self.number = Some(number);
    }

    fn text(&mut self, write: &mut dyn FnMut(&mut dyn Write) -> Result<bool, fmt::Error>) {
        self.text.clear();
        self.has_text = write(self.text) == Ok(true);
    }

    fn hide(&mut self) {}
}
