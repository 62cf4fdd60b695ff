//! Tables for people. A column is as wide as what it usually holds: nobody knows yet what comes.

use std::fmt::Write as _;
use std::io::{self, Write};

use synfin_core::view::{ConnectionView, SegmentView, Side};
use synfin_core::words::language::Language;
use synfin_core::words::servers::endpoint;
use synfin_core::words::text;

use super::{cell, object};
use crate::capture::Sink;

/// The columns of connections: heading, key of the log, and width.
const COLUMNS: [(&str, &str, usize); 12] = [
    ("Stream", "stream", 6),
    ("Start", "start", 30),
    ("Client", CLIENT, 21),
    ("Server", SERVER, 21),
    ("Handshake", "handshake_outcome", 14),
    ("Time [s]", "handshake_time", 11),
    ("Teardown", "teardown_kind", 15),
    ("Reset by", "reset_by", 8),
    ("Cause", "reset_cause", 18),
    ("State", "conn_state", 6),
    ("Duration [s]", "conn_duration", 14),
    ("History", "conn_history", 0),
];

/// Addresses and ports stand in one cell.
const CLIENT: &str = "client";
const SERVER: &str = "server";

/// Connections as rows.
pub struct Table<W> {
    out: W,
    language: Language,
    line: String,
    has_headings: bool,
}

impl<W: Write> Table<W> {
    /// Rows for `out`, which should have a buffer.
    pub fn new(out: W, language: Language, with_headings: bool) -> Table<W> {
        Table { out, language, line: String::new(), has_headings: !with_headings }
    }
}

/// Ends a line that may end in blanks.
fn end(out: &mut impl Write, line: &str) -> io::Result<()> {
    writeln!(out, "{}", line.trim_end())
}

impl<W: Write> Sink for Table<W> {
    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()> {
        if !self.has_headings {
            self.has_headings = true;
            let line = COLUMNS.iter().fold(String::new(), |line, (heading, _, width)| line + &pad(heading, *width));
            end(&mut self.out, &line)?;
        }
        let object = object(connection, self.language);
        self.line.clear();
        for (_, key, width) in COLUMNS {
            let side = match key {
                CLIENT => Some(Side::Client),
                SERVER => Some(Side::Server),
                _ => None,
            };
            let text = match side {
                Some(side) => {
                    let (address, port) = connection.endpoint(side);
                    endpoint(address, port)
                }
                None => object.get(key).map(cell).filter(|text| !text.is_empty()).unwrap_or_else(|| "-".to_string()),
            };
            self.line.push_str(&pad(&text, width));
        }
        end(&mut self.out, &self.line)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn pad(text: &str, width: usize) -> String {
    format!("{text:<width$}  ")
}

/// Segments as rows: frame, stream, both states, and the segment in X and Y.
pub struct SegmentTable<W> {
    out: W,
    line: String,
    has_headings: bool,
}

impl<W: Write> SegmentTable<W> {
    /// Rows for `out`, which should have a buffer.
    pub fn new(out: W, with_headings: bool) -> SegmentTable<W> {
        SegmentTable { out, line: String::new(), has_headings: !with_headings }
    }
}

impl<W: Write> Sink for SegmentTable<W> {
    const WANTS_SEGMENTS: bool = true;

    fn connection(&mut self, _: &ConnectionView) -> io::Result<()> {
        Ok(())
    }

    fn segment(&mut self, segment: &SegmentView) -> io::Result<()> {
        if !self.has_headings {
            self.has_headings = true;
            writeln!(self.out, "{:>8}  {:>6}  {:<12}  {:<12}  Segment", "Frame", "Stream", "Client", "Server")?;
        }
        self.line.clear();
        let states = segment.verdict.states;
        let row = write!(
            self.line,
            "{:>8}  {:>6}  {:<12}  {:<12}  ",
            segment.frame,
            segment.connection.stream,
            states.client.name(),
            states.server.name(),
        );
        row.and_then(|()| text::summary(&mut self.line, &segment.verdict, segment.segment))
            .map_err(io::Error::other)?;
        end(&mut self.out, &self.line)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
