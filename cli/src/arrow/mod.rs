//! Connections and segments as rows of Arrow's record batches: what Parquet, pandas, Polars and DuckDB take.
//!
//! The columns are the keys of the JSON lines. Times are time stamps, durations seconds, `negotiated` is a structure.

mod batches;
mod negotiation;
mod rows;
mod table;
mod values;

pub use batches::{Connections, Segments};
pub use rows::{OfConnections, OfSegments, Rows, schema, segment_schema};
