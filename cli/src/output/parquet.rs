//! A Parquet file.

use std::io::{self, Write};

use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use synfin_core::view::ConnectionView;
use synfin_core::words::language::Language;

use crate::arrow::{OfConnections, Rows, schema};
use crate::capture::Sink;

/// Rows that are written at once.
const AT_ONCE: usize = 1 << 16;

/// Connections as rows of one file.
pub struct Parquet<W: Write + Send> {
    rows: Rows<OfConnections>,
    /// None once its writer has it.
    out: Option<W>,
    writer: Option<ArrowWriter<W>>,
}

impl<W: Write + Send> Parquet<W> {
    /// A file that goes to `out`.
    pub fn new(out: W, language: Language) -> Parquet<W> {
        Parquet { rows: Rows::<OfConnections>::new(language), out: Some(out), writer: None }
    }

    fn write(&mut self) -> io::Result<()> {
        if let Some(out) = self.out.take() {
            let compression = Compression::ZSTD(ZstdLevel::default());
            let properties = WriterProperties::builder().set_compression(compression).build();
            self.writer = Some(ArrowWriter::try_new(out, schema(), Some(properties))?);
        }
        let batch = self.rows.finish().map_err(io::Error::other)?;
        match &mut self.writer {
            Some(writer) => Ok(writer.write(&batch)?),
            None => Ok(()),
        }
    }
}

impl<W: Write + Send> Sink for Parquet<W> {
    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()> {
        self.rows.add(connection);
        if self.rows.len() >= AT_ONCE { self.write() } else { Ok(()) }
    }

    fn finish(&mut self) -> io::Result<()> {
        self.write()?;
        if let Some(writer) = self.writer.take() {
            writer.into_inner()?.flush()?;
        }
        Ok(())
    }
}
