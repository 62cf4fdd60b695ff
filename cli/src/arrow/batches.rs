//! Rows in batches, handed over as they become full.

use std::io;
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use synfin_core::view::{ConnectionView, SegmentView};
use synfin_core::words::language::Language;

use super::rows::{OfConnections, OfSegments, Rows};
use crate::capture::Sink;
use crate::relay::Out;

/// Rows of a batch, at most: about 8 MB of connections.
const AT_ONCE: usize = 8192;

/// A row waits no longer than this for others, once another one comes: captures may come slowly.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Collects rows and hands them over in batches, each made into what is wanted.
pub struct Batches<K, T> {
    rows: Rows<K>,
    out: Out<T>,
    make: fn(RecordBatch) -> T,
    last: Instant,
}

/// Connections as batches.
pub type Connections<T> = Batches<OfConnections, T>;

/// Segments as batches.
pub type Segments<T> = Batches<OfSegments, T>;

impl<K, T> Batches<K, T> {
    fn of(rows: Rows<K>, out: Out<T>, make: fn(RecordBatch) -> T) -> Self {
        Batches { rows, out, make, last: Instant::now() }
    }

    fn give(&mut self) -> io::Result<()> {
        let batch = self.rows.finish().map_err(io::Error::other)?;
        self.out.give((self.make)(batch))?;
        self.last = Instant::now();
        Ok(())
    }

    fn give_when_due(&mut self) -> io::Result<()> {
        if self.rows.len() >= AT_ONCE || self.last.elapsed() >= LONGEST_WAIT { self.give() } else { Ok(()) }
    }

    fn give_rest(&mut self) -> io::Result<()> {
        if self.rows.is_empty() { Ok(()) } else { self.give() }
    }
}

impl<T> Connections<T> {
    /// Batches for `out`, each made into what that takes.
    #[must_use]
    pub fn new(out: Out<T>, language: Language, make: fn(RecordBatch) -> T) -> Self {
        Batches::of(Rows::<OfConnections>::new(language), out, make)
    }
}

impl<T> Segments<T> {
    /// Batches for `out`, each made into what that takes.
    #[must_use]
    pub fn new(out: Out<T>, language: Language, make: fn(RecordBatch) -> T) -> Self {
        Batches::of(Rows::<OfSegments>::new(language), out, make)
    }
}

impl<T> Sink for Connections<T> {
    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()> {
        self.rows.add(connection);
        self.give_when_due()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.give_rest()
    }
}

impl<T> Sink for Segments<T> {
    const WANTS_SEGMENTS: bool = true;

    fn connection(&mut self, _: &ConnectionView) -> io::Result<()> {
        Ok(())
    }

    fn segment(&mut self, segment: &SegmentView) -> io::Result<()> {
        self.rows.add(segment);
        self.give_when_due()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.give_rest()
    }
}
