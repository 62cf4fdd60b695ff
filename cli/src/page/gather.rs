//! What a page says, gathered connection by connection, from several captures at once.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;
use hdrhistogram::Histogram;
use synfin_core::view::{ConnectionView, SegmentView, Side, Timestamp};
use synfin_core::words::servers::Counter;

use super::failures::Failures;
use super::fate::Fate;
use super::ladder::Rungs;
use super::timeline::{Counts, Timeline};
use crate::capture::Sink;

/// The longest handshake that is told from longer ones, in nanoseconds: an hour.
const LONGEST_NS: u64 = 3_600_000_000_000;

/// What was counted in a capture, or in all.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    pub(super) connections: u64,
    pub(super) segments: u64,
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
    pub(super) fates: Counts,
    /// Whether it cannot be opened, or is no capture.
    pub(super) is_unread: bool,
    /// Whether it ends in the middle, or is damaged: what was read until then is counted.
    pub(super) is_cut_short: bool,
}

impl Totals {
    fn add(&mut self, connection: &ConnectionView, fate: Fate) {
        self.connections = self.connections.saturating_add(1);
        for side in [Side::Client, Side::Server] {
            self.segments = self.segments.saturating_add(u64::from(connection.packets(side)));
        }
        if let Some(count) = self.fates.get_mut(fate.index()) {
            *count = count.saturating_add(1);
        }
        let Some(start) = connection.start() else { return };
        let duration = connection.duration_ns().and_then(|ns| i64::try_from(ns).ok()).unwrap_or(0);
        let end = Timestamp(start.0.saturating_add(duration));
        self.start = Some(self.start.map_or(start, |earliest| earliest.min(start)));
        self.end = Some(self.end.map_or(end, |latest| latest.max(end)));
    }

    /// How many of a fate.
    pub(super) fn of(&self, fate: Fate) -> u32 {
        self.fates.get(fate.index()).copied().unwrap_or(0)
    }

    /// How many of those fates for which `is` holds.
    pub(super) fn sum(&self, is: fn(Fate) -> bool) -> u64 {
        Fate::ALL.into_iter().filter(|&fate| is(fate)).map(|fate| u64::from(self.of(fate))).sum()
    }

    /// Nanoseconds from the first segment to the last.
    pub(super) fn duration_ns(&self) -> Option<u64> {
        self.end?.since(self.start?)
    }
}

/// What was gathered from all captures.
#[derive(Debug)]
pub struct PageData {
    pub(super) captures: Vec<(String, Totals)>,
    pub(super) all: Totals,
    pub(super) servers: Counter,
    pub(super) timeline: Timeline,
    /// How long handshakes took, in nanoseconds.
    pub(super) handshakes: Histogram<u64>,
    pub(super) failures: Failures,
}

impl PageData {
    /// Of the captures with these names, nothing.
    ///
    /// # Errors
    /// Never: the bounds of the histogram are good.
    pub fn new(names: Vec<String>) -> io::Result<PageData> {
        Ok(PageData {
            captures: names.into_iter().map(|name| (name, Totals::default())).collect(),
            all: Totals::default(),
            servers: Counter::default(),
            timeline: Timeline::default(),
            handshakes: Histogram::new_with_bounds(1, LONGEST_NS, 3).map_err(io::Error::other)?,
            failures: Failures::default(),
        })
    }

    fn add(&mut self, capture: usize, connection: &ConnectionView, rungs: &Rungs) {
        let fate = Fate::of(connection);
        if let Some((_, totals)) = self.captures.get_mut(capture) {
            totals.add(connection, fate);
        }
        self.all.add(connection, fate);
        self.servers.add(connection);
        if let Some(start) = connection.start() {
            self.timeline.add(start, fate);
        }
        if let Some(ns) = connection.handshake_ns() {
            self.handshakes.saturating_record(ns.max(1));
        }
        self.failures.add(capture, connection, fate, rungs);
    }
}

/// Gathers from one capture.
pub struct Gatherer<'a> {
    all: &'a Mutex<PageData>,
    number: usize,
    /// By stream.
    living: HashMap<u32, Rungs>,
}

impl Gatherer<'_> {
    /// From the capture with this number.
    pub fn new(all: &Mutex<PageData>, number: usize) -> Gatherer<'_> {
        Gatherer { all, number, living: HashMap::new() }
    }

    fn lock(&self) -> MutexGuard<'_, PageData> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Gatherer<'_> {
    const WANTS_SEGMENTS: bool = true;

    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()> {
        let rungs = self.living.remove(&connection.stream).unwrap_or_default();
        self.lock().add(self.number, connection, &rungs);
        Ok(())
    }

    fn unread(&mut self) -> io::Result<()> {
        if let Some((_, totals)) = self.lock().captures.get_mut(self.number) {
            totals.is_unread = true;
        }
        Ok(())
    }

    fn cut_short(&mut self) {
        if let Some((_, totals)) = self.lock().captures.get_mut(self.number) {
            totals.is_cut_short = true;
        }
    }

    fn segment(&mut self, segment: &SegmentView) -> io::Result<()> {
        self.living.entry(segment.connection.stream).or_default().add(segment);
        Ok(())
    }
}
