//! The connections that the page shows one by one: at most [`MOST`], and as many of each kind of failure as of any other.
//! Which ones these are does not depend on the order in which they come.

use std::collections::{BTreeMap, HashMap};

use synfin_core::view::{Address, Cause, ConnectionView, Side};
use synfin_core::words::explain;
use synfin_core::words::language::Language;

use super::fate::Fate;
use super::ladder::{Ladder, Rungs};

/// How many are shown at most.
pub const MOST: usize = 200;

/// A kind of failure: where, what, and why.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FailureKind {
    /// Of the server.
    pub address: Address,
    /// Of the server.
    pub port: u16,
    /// What became of the connection.
    pub fate: Fate,
    /// Of one that a RST ended: the words of the log on why it was sent.
    pub cause: Option<&'static str>,
}

impl FailureKind {
    /// That of a connection; none where there is nothing to tell.
    pub fn of(connection: &ConnectionView, fate: Fate) -> Option<FailureKind> {
        if !fate.is_told() {
            return None;
        }
        let (address, port) = connection.endpoint(Side::Server);
        let by_reset = !matches!(fate, Fate::NoAnswer | Fate::Unreachable | Fate::HalfOpen);
        let cause = connection.ender().filter(|_| by_reset).and_then(|ender| ender.detail.cause);
        Some(FailureKind { address, port, fate, cause: cause.map(Cause::name) })
    }
}

/// A connection that is shown.
#[derive(Debug)]
pub struct Story {
    /// Its first and last segments.
    pub ladder: Ladder,
    /// The sentence on it, in English and in Chinese.
    pub sentences: [String; 2],
}

/// The failures of a kind.
#[derive(Debug)]
pub struct Group<'a> {
    pub kind: FailureKind,
    /// How many there were.
    pub count: u64,
    /// Those that are kept, each with the number of its capture.
    pub stories: Vec<(usize, &'a Story)>,
}

/// Names a connection that is shown: the number of its capture, and its first frame and stream there.
type StoryKey = (usize, u32, u32);

/// All failures: counted, and some of them kept.
#[derive(Debug, Default)]
pub struct Failures {
    counts: HashMap<FailureKind, u64>,
    stories: BTreeMap<FailureKind, BTreeMap<StoryKey, Story>>,
    size: usize,
}

impl Failures {
    /// Counts a connection, and keeps it when there is room for it. `rungs` are its segments.
    pub fn add(&mut self, capture: usize, connection: &ConnectionView, fate: Fate, rungs: &Rungs) {
        let Some(kind) = FailureKind::of(connection, fate) else { return };
        let count = self.counts.entry(kind).or_default();
        *count = count.saturating_add(1);
        let key = (capture, connection.first_frame(), connection.stream);
        if self.size >= MOST && !self.make_room(kind, key) {
            return;
        }
        let sentences = [Language::English, Language::Chinese].map(|language| {
            let mut sentence = String::new();
            // A string takes all that is written.
            let _ = explain::connection(&mut sentence, connection, language);
            sentence
        });
        let story = Story { ladder: rungs.ladder(connection), sentences };
        if self.stories.entry(kind).or_default().insert(key, story).is_none() {
            self.size = self.size.saturating_add(1);
        }
    }

    /// Makes room: drops the last one of the kind of which most are kept. False where that would be the new one itself.
    fn make_room(&mut self, kind: FailureKind, key: StoryKey) -> bool {
        let of_new = self.stories.get(&kind).map_or(0, BTreeMap::len).saturating_add(1);
        let most = self.stories.iter().map(|(kind, stories)| (stories.len(), *kind)).max();
        let Some((len, largest)) = most else { return false };
        if largest == kind || (of_new, kind) > (len, largest) {
            // Of its own kind, it takes the place of a later one.
            let Some(own) = self.stories.get_mut(&kind) else { return false };
            return match own.last_entry() {
                Some(last) if *last.key() > key => {
                    last.remove();
                    self.size = self.size.saturating_sub(1);
                    true
                }
                _ => false,
            };
        }
        if let Some(stories) = self.stories.get_mut(&largest) {
            stories.pop_last();
            if stories.is_empty() {
                self.stories.remove(&largest);
            }
            self.size = self.size.saturating_sub(1);
        }
        true
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.size
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.counts.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The kinds of which some are kept, the most frequent first, and those that failed before those that opened and were
    /// reset.
    pub fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group> = self
            .stories
            .iter()
            .map(|(kind, stories)| {
                let count = self.counts.get(kind).copied().unwrap_or(0);
                Group {
                    kind: *kind,
                    count,
                    stories: stories.iter().map(|((capture, ..), story)| (*capture, story)).collect(),
                }
            })
            .collect();
        groups.sort_by_key(|group| (!group.kind.fate.is_failure(), std::cmp::Reverse(group.count), group.kind));
        groups
    }
}
