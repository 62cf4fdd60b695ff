//! Connections and segments as text.

mod csv;
mod json;
#[cfg(feature = "parquet")]
mod parquet;
mod table;

pub use csv::Csv;
pub use json::{JsonLines, SegmentLines, server_object};
#[cfg(feature = "parquet")]
pub use parquet::Parquet;
pub use table::{SegmentTable, Table};

use serde_json::{Map, Value};
use synfin_core::view::ConnectionView;
use synfin_core::words::json::to_json;
use synfin_core::words::language::Language;

/// A connection as the log has it.
fn object(connection: &ConnectionView, language: Language) -> Map<String, Value> {
    match to_json(connection, language) {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

/// A value as it stands in a cell: text without quotes, nothing for null, JSON for an object.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
