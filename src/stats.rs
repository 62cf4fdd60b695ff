//! The statistics tree: each connection counted once, under what it is.

use std::collections::HashMap;

use crate::tcp::{Connection, HandshakeKind, HandshakeOutcome, Pass, Side, TeardownKind};
use crate::tracker::{Place, Tracker};

/// A node of the tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Node {
    /// What it says.
    pub name: &'static str,
    /// The heading it stands under; none for a heading.
    pub parent: Option<u16>,
}

const CONN_STATES: [&str; 13] =
    ["S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH"];
const CLOSERS: [&str; 3] = ["client", "server", "nobody"];
const RESETS: [&str; 4] = ["no reset", "by the client", "by the server", "in the opening"];

/// The headings, each with what stands under it.
fn headings() -> [(&'static str, Vec<&'static str>); 6] {
    [
        ("Handshake outcome", HandshakeOutcome::FINAL.iter().map(|outcome| outcome.name()).collect()),
        ("Handshake kind", HandshakeKind::ALL.iter().map(|kind| kind.name()).collect()),
        ("Close kind", TeardownKind::FINAL.iter().map(|kind| kind.name()).collect()),
        ("Closed by", CLOSERS.to_vec()),
        ("Zeek conn_state", CONN_STATES.to_vec()),
        ("Resets", RESETS.to_vec()),
    ]
}

/// The nodes of the tree, each heading before what stands under it.
#[must_use]
pub fn nodes() -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    for (heading, names) in headings() {
        let parent = u16::try_from(nodes.len()).ok();
        nodes.push(Node { name: heading, parent: None });
        nodes.extend(names.into_iter().map(|name| Node { name, parent }));
    }
    nodes
}

/// Where a connection counts: one place under each heading.
type Places = [u8; 6];

fn position(all: &[&str], name: &str) -> u8 {
    all.iter().position(|&other| other == name).and_then(|index| u8::try_from(index).ok()).unwrap_or(u8::MAX)
}

fn places(connection: &Connection) -> Places {
    let outcome = connection.handshake_outcome(Pass::Final);
    let kind = connection.handshake_kind();
    let teardown = connection.teardown_kind(Pass::Final);
    let index = |found: Option<usize>| found.and_then(|index| u8::try_from(index).ok()).unwrap_or(u8::MAX);
    let closer = match connection.closer() {
        Some(Side::Client) => 0,
        Some(Side::Server) => 1,
        None => 2,
    };
    let reset = match (connection.reset_sender(), connection.is_reset_in_opening()) {
        (None, _) => 0,
        (Some(_), true) => 3,
        (Some(Side::Client), false) => 1,
        (Some(Side::Server), false) => 2,
    };
    [
        index(HandshakeOutcome::FINAL.iter().position(|&other| other == outcome)),
        index(HandshakeKind::ALL.iter().position(|&other| other == kind)),
        index(TeardownKind::FINAL.iter().position(|&other| other == teardown)),
        closer,
        position(&CONN_STATES, connection.conn_state()),
        reset,
    ]
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
    counted: HashMap<u32, Places>,
    /// The node of each heading.
    first: Vec<u16>,
}

impl Default for Tally {
    fn default() -> Self {
        let nodes = nodes();
        let headings = nodes.iter().enumerate().filter(|(_, node)| node.parent.is_none());
        let first = headings.filter_map(|(index, _)| u16::try_from(index).ok()).collect();
        Tally { counted: HashMap::new(), first }
    }
}

impl Tally {
    /// A segment reaches the listener: gives the changes to its tree. False when the segment is not known.
    pub fn add(&mut self, tracker: &Tracker, place: Place, mut change: impl FnMut(Change)) -> bool {
        let Some((connection, stream)) = tracker.connection(place) else {
            return false;
        };
        let now = places(&connection);
        let before = self.counted.insert(stream, now);
        for (heading, (&first, &place)) in self.first.iter().zip(&now).enumerate() {
            let old = before.and_then(|places| places.get(heading).copied());
            if old == Some(place) {
                continue;
            }
            match old {
                Some(old) => change(Change { node: under(first, old), delta: -1 }),
                None => change(Change { node: first, delta: 1 }),
            }
            change(Change { node: under(first, place), delta: 1 });
        }
        true
    }

    /// Counts every connection by what it is now, also those that went on in segments which did not reach the listener:
    /// gives the count of each node.
    pub fn settle(&mut self, tracker: &Tracker) -> Vec<u32> {
        let mut counts = vec![0_u32; nodes().len()];
        let mut count = |node: u16| {
            if let Some(count) = counts.get_mut(usize::from(node)) {
                *count = count.saturating_add(1);
            }
        };
        for (&stream, counted) in &mut self.counted {
            if let Some(connection) = tracker.connection_of_stream(stream) {
                *counted = places(&connection);
            }
            for (&first, &place) in self.first.iter().zip(counted.iter()) {
                count(first);
                count(under(first, place));
            }
        }
        counts
    }
}

/// The node of a place under the heading `first`.
fn under(first: u16, place: u8) -> u16 {
    first.saturating_add(1).saturating_add(u16::from(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_have_their_headings() {
        let nodes = nodes();
        assert_eq!(nodes.iter().filter(|node| node.parent.is_none()).count(), 6);
        for (index, node) in nodes.iter().enumerate() {
            if let Some(parent) = node.parent {
                assert!(usize::from(parent) < index && nodes[usize::from(parent)].parent.is_none());
            }
        }
        assert_eq!(Tally::default().first.len(), 6);
    }
}
