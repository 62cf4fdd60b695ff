//! Tables for people. A column is as wide as what it usually holds: nobody knows yet what comes.

use std::fmt::Write as _;
use std::io::{self, Write};

use console::Alignment;
use synfin_core::view::{ConnectionView, SegmentView, Side};
use synfin_core::words::language::{Language, Words};
use synfin_core::words::servers::endpoint;
use synfin_core::words::text;

use super::{cell, object};
use crate::capture::Sink;

/// The columns of connections: heading, key of the log, and width.
const COLUMNS: [(Words, &str, usize); 12] = [
    (words("Stream", "流"), "stream", 6),
    (words("Start", "开始时间"), "start", 30),
    (words("Client", "客户端"), CLIENT, 21),
    (words("Server", "服务器"), SERVER, 21),
    (words("Handshake", "握手结果"), "handshake_outcome", 14),
    (words("Time [s]", "用时 [s]"), "handshake_time", 11),
    (words("Teardown", "关闭方式"), "teardown_kind", 15),
    (words("Reset by", "重置方"), "reset_by", 8),
    (words("Cause", "重置原因"), "reset_cause", 18),
    (words("State", "状态"), "conn_state", 6),
    (words("Duration [s]", "持续时间 [s]"), "conn_duration", 14),
    (words("History", "历史"), "conn_history", 0),
];

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

    fn headings(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.has_headings, true) {
            return Ok(());
        }
        let cell =
            |(heading, _, width): (Words, &str, usize)| pad(heading.in_language(self.language), width, Alignment::Left);
        let line: String = COLUMNS.into_iter().map(cell).collect();
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
