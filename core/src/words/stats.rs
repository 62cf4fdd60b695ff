//! The statistics tree: each connection counted once, under what it is.

use std::collections::HashMap;

use strum::VariantArray;

use super::language::{Language, Words};
use crate::view::{Cause, ConnState, ConnectionView, HandshakeKind, HandshakeOutcome, Side, TeardownKind};

/// A node of the tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Node {
    /// What it says: a heading in the language, a value as the fields show it.
    pub name: &'static str,
    /// The heading it stands under; none for a heading.
    pub parent: Option<u16>,
}

/// Under which of a heading's values a connection counts; none where it has no such value.
type Index = Option<u8>;

/// A heading: its words, the values under it, and which of them a connection has.
struct Heading {
    words: Words,
    names: fn() -> Vec<&'static str>,
    index: fn(&ConnectionView) -> Index,
}

const HEADINGS: [Heading; 6] = [
    Heading {
        words: Words { english: "Handshake outcome", chinese: "握手结果" },
        names: || outcomes().map(HandshakeOutcome::name).collect(),
        index: |connection| index_of(outcomes(), connection.outcome()),
    },
    Heading {
        words: Words { english: "Handshake kind", chinese: "握手方式" },
        names: || HandshakeKind::VARIANTS.iter().map(|kind| kind.name()).collect(),
        index: |connection| index_of(HandshakeKind::VARIANTS.iter().copied(), connection.handshake_kind()?),
    },
    Heading {
        words: Words { english: "Teardown kind", chinese: "关闭方式" },
        names: || teardowns().map(TeardownKind::name).collect(),
        index: |connection| index_of(teardowns(), connection.teardown()),
    },
    Heading {
        words: Words { english: "Closed by", chinese: "关闭发起方" },
        names: || SIDES.iter().map(|side| side.name()).collect(),
        index: |connection| index_of(SIDES.into_iter(), connection.closer()?),
    },
    Heading {
        words: Words { english: "Reset cause", chinese: "重置原因" },
        names: || Cause::VARIANTS.iter().map(|cause| cause.name()).chain([NO_CAUSE]).collect(),
        index: |connection| match connection.ender()?.detail.cause {
            Some(cause) => index_of(Cause::VARIANTS.iter().copied(), cause),
            None => u8::try_from(Cause::VARIANTS.len()).ok(),
        },
    },
    Heading {
        words: Words { english: "Connection state (Zeek)", chinese: "连接状态（Zeek）" },
        names: || ConnState::VARIANTS.iter().map(|state| state.name()).collect(),
        index: |connection| index_of(ConnState::VARIANTS.iter().copied(), connection.conn_state()),
    },
];

const SIDES: [Side; 2] = [Side::Client, Side::Server];

/// The node of connections ended by a RST whose cause is not known.
const NO_CAUSE: &str = "unknown";

/// The outcomes that stand at the end.
pub(super) fn outcomes() -> impl Iterator<Item = HandshakeOutcome> {
    HandshakeOutcome::VARIANTS.iter().copied().filter(|&outcome| outcome != HandshakeOutcome::Pending)
}

/// The kinds of teardown that stand at the end.
pub(super) fn teardowns() -> impl Iterator<Item = TeardownKind> {
    TeardownKind::VARIANTS.iter().copied().filter(|&kind| kind != TeardownKind::Pending)
}

fn index_of<T: PartialEq>(mut all: impl Iterator<Item = T>, one: T) -> Index {
    all.position(|other| other == one).and_then(|index| u8::try_from(index).ok())
}

/// The nodes of the tree, each heading before what stands under it. The same in all languages but for the headings.
#[must_use]
pub fn nodes(language: Language) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    for heading in &HEADINGS {
        let parent = u16::try_from(nodes.len()).ok();
        nodes.push(Node { name: heading.words.in_language(language), parent: None });
        nodes.extend((heading.names)().into_iter().map(|name| Node { name, parent }));
    }
    nodes
}

/// Where a connection counts: under each heading once, or not at all.
type Indexes = [Index; HEADINGS.len()];

fn indexes(connection: &ConnectionView) -> Indexes {
    HEADINGS.each_ref().map(|heading| (heading.index)(connection))
}

/// A change of a node's count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// The node's place in [`nodes`].
    pub node: u16,
    /// What is to be added.
    pub delta: i16,
}

/// One listener's count.
#[derive(Debug)]
pub struct Tally {
    /// Where each stream was counted last.
    counted: HashMap<u32, Indexes>,
    /// The node of each heading.
    headings: [u16; HEADINGS.len()],
    /// How many nodes there are.
    len: usize,
}

impl Default for Tally {
    fn default() -> Self {
        let mut len = 0_usize;
        let headings = HEADINGS.each_ref().map(|heading| {
            let node = u16::try_from(len).unwrap_or(u16::MAX);
            len = len.saturating_add(1).saturating_add((heading.names)().len());
            node
        });
        Tally { counted: HashMap::new(), headings, len }
    }
}

impl Tally {
    /// A segment of this connection reaches the listener: gives the changes to its tree.
    pub fn add(&mut self, connection: &ConnectionView, mut change: impl FnMut(Change)) {
        let now = indexes(connection);
        let before = self.counted.insert(connection.stream, now).unwrap_or_default();
        for ((heading, old), new) in self.headings.into_iter().zip(before).zip(now) {
            if old == new {
                continue;
            }
            if let Some(old) = old {
                change(Change { node: under(heading, old), delta: -1 });
            }
            match (old, new) {
                (None, Some(_)) => change(Change { node: heading, delta: 1 }),
                (Some(_), None) => change(Change { node: heading, delta: -1 }),
                (None, None) | (Some(_), Some(_)) => {}
            }
            if let Some(new) = new {
                change(Change { node: under(heading, new), delta: 1 });
            }
        }
    }

    /// Counts every connection by what it is now, also those that went on in segments which did not reach the listener:
    /// gives the count of each node. `look_up` gives the connection that is a stream.
    pub fn settle<'a>(&mut self, look_up: impl Fn(u32) -> Option<ConnectionView<'a>>) -> Vec<u32> {
        let mut counts = vec![0_u32; self.len];
        let mut count = |node: u16| {
            if let Some(count) = counts.get_mut(usize::from(node)) {
                *count = count.saturating_add(1);
            }
        };
        for (&stream, counted) in &mut self.counted {
            if let Some(connection) = look_up(stream) {
                *counted = indexes(&connection);
            }
            for (heading, index) in self.headings.into_iter().zip(*counted) {
                if let Some(index) = index {
                    count(heading);
                    count(under(heading, index));
                }
            }
        }
        counts
    }
}

/// The node of a value under a heading.
fn under(heading: u16, index: u8) -> u16 {
    heading.saturating_add(1).saturating_add(u16::from(index))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{CLOSED, Sample};
    use super::*;
    use crate::view::Pass;

    #[test]
    fn nodes_have_their_headings() {
        let nodes_of = nodes(Language::English);
        let tally = Tally::default();
        assert_eq!(tally.len, nodes_of.len());
        let headings: Vec<_> = nodes_of.iter().filter(|node| node.parent.is_none()).map(|node| node.name).collect();
        assert_eq!(headings.first(), Some(&"Handshake outcome"), "outcomes first");
        for (heading, node) in headings.iter().zip(tally.headings) {
            assert_eq!(nodes_of[usize::from(node)].name, *heading);
        }
        for (index, node) in nodes_of.iter().enumerate() {
            assert_ne!(node.name, "pending");
            if let Some(parent) = node.parent {
                assert!(usize::from(parent) < index && nodes_of[usize::from(parent)].parent.is_none());
            }
        }
        let chinese = nodes(Language::Chinese);
        assert!(nodes_of.iter().zip(&chinese).all(|(one, other)| one.parent == other.parent));
        assert!(nodes_of.iter().zip(&chinese).all(|(one, other)| one.parent.is_none() || one.name == other.name));
    }

    fn names_above_zero(counts: &[u32]) -> Vec<(&'static str, u32)> {
        let nodes = nodes(Language::English).into_iter().zip(counts);
        nodes.filter(|(_, count)| **count > 0).map(|(node, count)| (node.name, *count)).collect()
    }

    #[test]
    fn each_connection_once() {
        let sample = Sample::of_all_sorts();
        let mut tally = Tally::default();
        let mut counts = vec![0_u32; tally.len];
        let mut add = |tally: &mut Tally, connection: &ConnectionView| {
            tally.add(connection, |change| {
                let count = &mut counts[usize::from(change.node)];
                *count = count.checked_add_signed(i32::from(change.delta)).unwrap();
            });
        };
        for connection in sample.connections().iter().chain(&sample.connections()) {
            add(&mut tally, connection);
        }
        let expected = [
            ("Handshake outcome", 5),
            ("complete", 2),
            ("refused", 2),
            ("no-answer", 1),
            ("Handshake kind", 2),
            ("three-way", 2),
            ("Teardown kind", 5),
            ("three-segment", 1),
            ("reset", 1),
            ("none", 3),
            ("Closed by", 2),
            ("client", 1),
            ("server", 1),
            ("Reset cause", 3),
            ("refuses-syn", 2),
            ("aborts", 1),
            ("Connection state (Zeek)", 5),
            ("SF", 1),
            ("S0", 1),
            ("REJ", 2),
            ("RSTR", 1),
        ];
        let mut found = names_above_zero(&counts);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        found.retain(|one| !expected.contains(one));
        assert_eq!(found, []);
        assert_eq!(tally.settle(|stream| sample.tracker.connection(stream, Pass::Final)), counts);
    }

    #[test]
    fn a_connection_that_goes_on_moves() {
        let mut sample = Sample::new();
        sample.is_refused(CLOSED);
        let mut tally = Tally::default();
        let (mut counts, connections) = (vec![0_i32; tally.len], Sample::of_all_sorts());
        let closed = &connections.connections()[0];
        for connection in [&sample.connections()[0], closed] {
            assert_eq!(connection.stream, 0);
            tally.add(connection, |change| counts[usize::from(change.node)] += i32::from(change.delta));
        }
        let counts: Vec<u32> = counts.into_iter().map(|count| u32::try_from(count).unwrap()).collect();
        let mut fresh = Tally::default();
        fresh.add(closed, |_| ());
        assert_eq!(counts, fresh.settle(|_| None), "as though it had been so at once");
    }
}
