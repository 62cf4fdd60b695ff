//! Comma-separated values (RFC 4180): the keys of the JSON log are the columns.

use std::io::{self, Write};

use serde_json::{Map, Value};
use synfin_core::view::ConnectionView;
use synfin_core::words::json::schema;
use synfin_core::words::language::Language;

use super::{cell, object};
use crate::capture::Sink;

/// Connections as rows; the first row has the names.
pub struct Csv<W: Write> {
    out: csv::Writer<W>,
    language: Language,
    has_names: bool,
}

impl<W: Write> Csv<W> {
    /// Rows for `out`.
    pub fn new(out: W, language: Language, with_names: bool) -> Csv<W> {
        Csv { out: csv::Writer::from_writer(out), language, has_names: !with_names }
    }
}

impl<W: Write> Sink for Csv<W> {
    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()> {
        let object = object(connection, self.language);
        if !self.has_names {
            self.out.write_record(object.keys())?;
            self.has_names = true;
        }
        self.out.write_record(object.values().map(cell))?;
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if !self.has_names {
            // A capture without connections, and the captures that follow have no names of their own.
            let schema = schema();
            let keys = schema.get("properties").and_then(Value::as_object);
            self.out.write_record(keys.into_iter().flat_map(Map::keys))?;
            self.has_names = true;
        }
        self.out.flush()
    }
}
