//! Connections as text.

use std::io::{self, Write};

use synfin_core::view::ConnectionView;
use synfin_core::words::json;
use synfin_core::words::language::Language;

/// A connection as a line of JSON, as `tshark -z synfin,jsonl` writes it.
///
/// # Errors
/// When it cannot be written.
pub fn json_line(out: &mut dyn Write, connection: &ConnectionView, language: Language) -> io::Result<()> {
    writeln!(out, "{}", json::line(connection, language))
}
