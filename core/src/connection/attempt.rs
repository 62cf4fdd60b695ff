//! A new attempt in the same stream: what it forgets, and what it keeps.

use super::bounded_list::BoundedList;
use super::endpoint::{Facts, MaybePosition};
use super::negotiation::OldNegotiation;
use super::opening::Opening;
use super::{Connection, States, Trigger, zeek};
use crate::segment::{End, Ends};

/// What the attempts before the last one left.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct EarlierAttempts {
    /// How many there were.
    pub attempts: u32,
    /// Bytes of payload that each end sent in them.
    pub bytes: Ends<u64>,
    /// What they agreed on, oldest first.
    pub negotiations: BoundedList<OldNegotiation>,
}

impl EarlierAttempts {
    /// One more.
    pub fn count(&mut self) {
        self.attempts = self.attempts.saturating_add(1);
    }

    /// Bytes of memory beyond the structure itself.
    pub fn memory(&self) -> usize {
        self.negotiations.memory()
    }
}

impl Connection {
    /// Nothing has happened yet, as far as states go. An end that a RST closed stays so.
    pub(super) fn begin_states(&mut self) {
        let begun = States::before(self.client_end);
        for end in End::BOTH {
            match self.resets.as_mut().and_then(|resets| resets.falls[end].as_mut()) {
                Some(fall) => fall.before = begun.of(end),
                None => self.states.after(end, Trigger::Revives(begun.of(end))),
            }
        }
    }

    /// A SYN of the client after the RST that ended the connection starts anew: forgets the attempt, but for the client, X,
    /// the client's unwrapping mark, repeats by number, the counts and the start.
    pub(super) fn begin_attempt(&mut self, ordinal: u64) {
        self.keep_bases(ordinal);
        self.keep_negotiation(ordinal);
        self.x_end = self.client_end;
        let is_captured = self.opening.is_captured();
        for end in End::BOTH {
            let old = std::mem::take(&mut self.ends[end]);
            let bytes = old.bytes(is_captured).saturating_add(self.bytes_before(end));
            let is_clients = end == self.client_end;
            self.rare_mut().earlier.bytes[end] = bytes;
            let own = &mut self.ends[end];
            own.hops = old.hops;
            own.facts = old.facts.intersection(Facts::SEEN.union(Facts::SPOKE).union(Facts::SENT_SYN));
            if is_clients {
                own.mark = old.mark;
                own.handshake_base = old.handshake_base;
            } else {
                own.mark = MaybePosition::NONE;
            }
        }
        self.opening = Opening::default();
        self.closing = None;
        self.times.forget_attempt();
        self.zeek = zeek::ZeekView::default();
        self.incoming = self.incoming.of_earlier_attempt();
        self.rare_mut().begin_attempt();
        if let Some(resets) = &mut self.resets {
            resets.forget_attempt();
        }
        self.age_originals();
        self.begin_states();
    }
}
