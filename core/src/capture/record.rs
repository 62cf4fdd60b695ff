//! What is kept of each segment, in twelve bytes; and what else is kept of the few that need more, in order.

use std::collections::BTreeMap;

use super::store::Chunks;
use crate::connection::{Cause, PackedVerdict, ResetDetail};

/// A segment that was taken in.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, packed(4))]
pub struct Record {
    /// Its connection's number plus one; 0: none.
    connection: u32,
    /// What was said of it.
    packed: PackedVerdict,
}

const _: () = assert!(size_of::<Record>() == 12);

impl Record {
    /// Of a segment of the connection with this number.
    #[inline]
    pub fn new(number: u32, packed: PackedVerdict) -> Record {
        Record { connection: number.saturating_add(1), packed }
    }

    /// The connection's number, and what was said.
    #[inline]
    pub fn read(self) -> Option<(u32, PackedVerdict)> {
        Some((self.connection.checked_sub(1)?, self.packed))
    }
}

/// What else is said of a RST, in sixteen bytes: scans and floods are made of them.
#[derive(Clone, Copy, Debug)]
pub struct ResetRecord {
    /// `u64::MAX`: none.
    idle_ns: u64,
    answers: u32,
    /// 0: none.
    hops: i16,
    cause: Option<Cause>,
}

const _: () = assert!(size_of::<ResetRecord>() == 16);

impl ResetRecord {
    /// Of this.
    pub fn new(detail: &ResetDetail) -> ResetRecord {
        ResetRecord {
            idle_ns: detail.idle_ns.unwrap_or(u64::MAX),
            answers: detail.answers,
            hops: detail.hops.and_then(|hops| i16::try_from(hops).ok()).unwrap_or(0),
            cause: detail.cause,
        }
    }

    /// The same again.
    pub fn detail(self) -> ResetDetail {
        ResetDetail {
            cause: self.cause,
            answers: self.answers,
            idle_ns: (self.idle_ns != u64::MAX).then_some(self.idle_ns),
            hops: (self.hops != 0).then_some(i32::from(self.hops)),
        }
    }
}

/// More on a few segments, in the order in which they came.
#[derive(Debug)]
pub struct Sparse<T> {
    things: Chunks<(u64, T), 256>,
    /// Those that came behind a later one.
    behind: BTreeMap<u64, T>,
}

impl<T> Default for Sparse<T> {
    fn default() -> Self {
        Sparse { things: Chunks::default(), behind: BTreeMap::new() }
    }
}

impl<T> Sparse<T> {
    /// Adds more on a segment; what was added first stays.
    pub fn add(&mut self, ordinal: u64, thing: T) {
        if self.things.last().is_none_or(|&(last, _)| last < ordinal) {
            self.things.push((ordinal, thing));
        } else if self.get(ordinal).is_none() {
            self.behind.insert(ordinal, thing);
        }
    }

    /// What was added on a segment.
    pub fn get(&self, ordinal: u64) -> Option<&T> {
        let found = self.things.first_not(|&(known, _)| known < ordinal).filter(|&&(known, _)| known == ordinal);
        found.map(|(_, thing)| thing).or_else(|| self.behind.get(&ordinal))
    }

    /// All that was added from `first` on, up to what is `before`.
    pub fn between(&self, first: u64, before: u64) -> impl Iterator<Item = &T> {
        let next = move |(last, _): &&(u64, T)| self.things.first_not(|(known, _)| known <= last);
        let in_order = std::iter::successors(self.things.first_not(|&(known, _)| known < first), next);
        let behind = self.behind.range(first..before.max(first)).map(|(_, thing)| thing);
        in_order.take_while(move |&&(known, _)| known < before).map(|(_, thing)| thing).chain(behind)
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        let behind = self.behind.len().saturating_mul(size_of::<(u64, T)>());
        self.things.memory().saturating_add(behind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_again_whatever_the_order() {
        let mut sparse = Sparse::default();
        for ordinal in [5, 9, 7, 9, 1] {
            sparse.add(ordinal, ordinal * 10);
        }
        let found = [1, 2, 5, 7, 9].map(|ordinal| sparse.get(ordinal).copied());
        assert_eq!(found, [Some(10), None, Some(50), Some(70), Some(90)]);
        let between: Vec<u64> = sparse.between(5, 9).copied().collect();
        assert_eq!(between, [50, 70]);
        assert_eq!(sparse.between(9, 5).count(), 0);
    }
}
