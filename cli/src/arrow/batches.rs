//! Batches that are handed over as they become full.

use std::io;
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use synfin_core::view::{ConnectionView, SegmentView};
use synfin_core::words::language::Language;

use super::{Rows, SegmentRows};
use crate::capture::Sink;
use crate::relay::Out;

/// Rows of a batch, at most: about 8 MB of connections.
const AT_ONCE: usize = 8192;

/// A row waits no longer than this for others, once another one comes: captures may come slowly.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Hands batches over, each made into what is wanted.
struct Giver<T> {
    out: Out<T>,
    make: fn(RecordBatch) -> T,
    last: Instant,
}

impl<T> Giver<T> {
    fn new(out: Out<T>, make: fn(RecordBatch) -> T) -> Giver<T> {
        Giver { out, make, last: Instant::now() }
    }

    /// Whether so many rows are to be given now.
    fn is_due(&self, len: usize) -> bool {
        len >= AT_ONCE || self.last.elapsed() >= LONGEST_WAIT
    }

    fn give(&mut self, batch: Result<RecordBatch, ArrowError>) -> io::Result<()> {
        self.out.give((self.make)(batch.map_err(io::Error::other)?))?;
        self.last = Instant::now();
        Ok(())
    }
}

/// Connections as batches.
pub struct Connections<T> {
    rows: Rows,
    giver: Giver<T>,
}

impl<T> Connections<T> {
    /// Batches for `out`, each made into what that takes.
    #[must_use]
    pub fn new(out: Out<T>, language: Language, make: fn(RecordBatch) -> T) -> Connections<T> {
        Connections { rows: Rows::new(language), giver: Giver::new(out, make) }
    }
}

impl<T> Sink for Connections<T> {
    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()> {
        self.rows.add(connection);
        if self.giver.is_due(self.rows.len()) { self.giver.give(self.rows.finish()) } else { Ok(()) }
    }

    fn finish(&mut self) -> io::Result<()> {
        if self.rows.is_empty() { Ok(()) } else { self.giver.give(self.rows.finish()) }
    }
}

/// Segments as batches.
pub struct Segments<T> {
    rows: SegmentRows,
    giver: Giver<T>,
}

impl<T> Segments<T> {
    /// Batches for `out`, each made into what that takes.
    #[must_use]
    pub fn new(out: Out<T>, language: Language, make: fn(RecordBatch) -> T) -> Segments<T> {
        Segments { rows: SegmentRows::new(language), giver: Giver::new(out, make) }
    }
}

impl<T> Sink for Segments<T> {
    const WANTS_SEGMENTS: bool = true;

    fn connection(&mut self, _: &ConnectionView) -> io::Result<()> {
        Ok(())
    }

    fn segment(&mut self, segment: &SegmentView) -> io::Result<()> {
        self.rows.add(segment);
        if self.giver.is_due(self.rows.len()) { self.giver.give(self.rows.finish()) } else { Ok(()) }
    }

    fn finish(&mut self) -> io::Result<()> {
        if self.rows.is_empty() { Ok(()) } else { self.giver.give(self.rows.finish()) }
    }
}
