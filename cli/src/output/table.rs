//! Tables for people. A column is as wide as what it usually holds: nobody knows yet what comes.

use std::fmt::Write as _;
use std::io::{self, Write};

use console::Alignment;
use synfin_core::view::{ConnectionView, SegmentView};
use synfin_core::words::language::{Language, Words};
use synfin_core::words::servers::Cell;
use synfin_core::words::{connections, text};

use crate::capture::Sink;

/// The widths of the columns of connections.
const WIDTHS: [usize; connections::COLUMNS] = [6, 23, 21, 21, 14, 9, 15, 10, 26, 12, 6, 0];

/// The columns of segments: heading and width; numbers stand at the right.
const OF_SEGMENTS: [(Words, usize, Alignment); 5] = [
    (words("Frame", "帧"), 8, Alignment::Right),
    (words("Stream", "流"), 6, Alignment::Right),
    (words("Client", "客户端"), 12, Alignment::Left),
    (words("Server", "服务器"), 12, Alignment::Left),
    (words("Segment", "报文段"), 0, Alignment::Left),
];

const fn words(english: &'static str, chinese: &'static str) -> Words {
    Words { english, chinese }
}

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

    fn headings(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.has_headings, true) {
            return Ok(());
        }
        let headings = connections::columns(self.language).iter().zip(WIDTHS);
        let line: String = headings.map(|(heading, width)| pad(heading, width, Alignment::Left)).collect();
        end(&mut self.out, &line)
    }
}

/// Ends a line that may end in blanks.
fn end(out: &mut impl Write, line: &str) -> io::Result<()> {
    writeln!(out, "{}", line.trim_end())
}

impl<W: Write> Sink for Table<W> {
    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()> {
        self.headings()?;
        self.line.clear();
        for (cell, width) in connections::row(connection).into_iter().zip(WIDTHS) {
            let text = match cell {
                Cell::Count(number) => number.to_string(),
                Cell::Text(text) => text,
            };
            self.line.push_str(&pad(&text, width, Alignment::Left));
        }
        end(&mut self.out, &self.line)
    }

    fn finish(&mut self) -> io::Result<()> {
        // Those of the captures that follow have none of their own.
        self.headings()?;
        self.out.flush()
    }
}

/// A cell, and the gap behind it. A Chinese letter is as wide as two others.
fn pad(text: &str, width: usize, side: Alignment) -> String {
    console::pad_str(text, width, side, None).into_owned() + "  "
}

/// Segments as rows: frame, stream, both states, and the segment in X and Y.
pub struct SegmentTable<W> {
    out: W,
    language: Language,
    line: String,
    has_headings: bool,
}

impl<W: Write> SegmentTable<W> {
    /// Rows for `out`, which should have a buffer.
    pub fn new(out: W, language: Language, with_headings: bool) -> SegmentTable<W> {
        SegmentTable { out, language, line: String::new(), has_headings: !with_headings }
    }

    fn headings(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.has_headings, true) {
            return Ok(());
        }
        let cell =
            |(heading, width, side): (Words, usize, Alignment)| pad(heading.in_language(self.language), width, side);
        let line: String = OF_SEGMENTS.into_iter().map(cell).collect();
        end(&mut self.out, &line)
    }
}

impl<W: Write> Sink for SegmentTable<W> {
    const WANTS_SEGMENTS: bool = true;

    fn connection(&mut self, _: &ConnectionView) -> io::Result<()> {
        Ok(())
    }

    fn segment(&mut self, segment: &SegmentView) -> io::Result<()> {
        self.headings()?;
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
        self.headings()?;
        self.out.flush()
    }
}
