//! JSON.

use std::io::{self, Write};

use serde_json::{Value, json};
use synfin_core::view::{ConnectionView, SegmentView};
use synfin_core::words::json;
use synfin_core::words::language::Language;
use synfin_core::words::servers::{RoundTrips, Server};

use crate::capture::Sink;

/// Connections, as `tshark -z synfin,jsonl` writes them.
pub struct JsonLines<W> {
    out: W,
    language: Language,
    line: Vec<u8>,
}

impl<W: Write> JsonLines<W> {
    /// Lines for `out`, which should have a buffer.
    pub fn new(out: W, language: Language) -> JsonLines<W> {
        JsonLines { out, language, line: Vec::new() }
    }
}

impl<W: Write> Sink for JsonLines<W> {
    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()> {
        self.line.clear();
        json::write_line(&mut self.line, connection, self.language);
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Segments, each as it comes.
pub struct SegmentLines<W>(JsonLines<W>);

impl<W: Write> SegmentLines<W> {
    /// Lines for `out`, which should have a buffer.
    pub fn new(out: W, language: Language) -> SegmentLines<W> {
        SegmentLines(JsonLines::new(out, language))
    }
}

impl<W: Write> Sink for SegmentLines<W> {
    const WANTS_SEGMENTS: bool = true;

    fn connection(&mut self, _: &ConnectionView) -> io::Result<()> {
        Ok(())
    }

    fn segment(&mut self, segment: &SegmentView) -> io::Result<()> {
        let JsonLines { out, language, line } = &mut self.0;
        line.clear();
        json::write_segment_line(line, segment, *language);
        line.push(b'\n');
        out.write_all(line)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.out.flush()
    }
}

/// A server as an object: durations in seconds, as in the log.
#[must_use]
pub fn server_object(server: &Server) -> Value {
    let seconds = |ns: fn(&RoundTrips) -> u64| server.round_trips.as_ref().map(|trips| ns(trips) as f64 / 1e9);
    let mut object = server.counts();
    object.extend([
        ("synack_rtt_min".to_string(), json!(seconds(|trips| trips.min_ns))),
        ("synack_rtt_mean".to_string(), json!(seconds(RoundTrips::mean_ns))),
        ("synack_rtt_max".to_string(), json!(seconds(|trips| trips.max_ns))),
    ]);
    object.into()
}
