//! What one end sent since the other last did: the other may still answer it with a RST (RFC 9293 §3.5.2).

use super::times::{MaybeTime, between};
use super::{Arrival, Connection};
use crate::segment::{End, Seq};

/// A segment without RST, as its receiver finds it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct IncomingSegment {
    /// Its frame; 0: none.
    pub frame: u32,
    pub ack: Seq,
    /// The number after its last one.
    pub end: Seq,
    /// When it was captured; of the last one, also in an earlier attempt.
    pub at: MaybeTime,
    /// The same of the one before it, of whichever end.
    pub before: MaybeTime,
    pub has_ack: bool,
    /// Who sent it.
    pub by: End,
}

impl IncomingSegment {
    /// Its Ack, when it has one.
    #[inline(always)]
    pub fn ack(&self) -> Option<Seq> {
        self.has_ack.then_some(self.ack)
    }

    /// Nobody answers it any more: when it was captured is all that is kept.
    pub fn of_earlier_attempt(self) -> IncomingSegment {
        IncomingSegment { at: self.at, ..IncomingSegment::default() }
    }

    /// Nanoseconds of silence before it.
    pub fn silence_ns(&self) -> Option<u64> {
        between(self.before, self.at)
    }

    /// Whether an end sent it, after the other's last segment.
    #[inline(always)]
    pub fn is_of(&self, end: End) -> bool {
        self.by == end && self.frame != 0
    }
}

impl Connection {
    /// Keeps a segment without RST that the peer may answer with one: when it came, its Ack, and the number after its last
    /// one. What the peer sent before was not answered with a RST.
    #[inline(always)]
    pub(super) fn keep_incoming(&mut self, arrival: &Arrival, at: MaybeTime, ack: Option<Seq>, end: Seq) {
        let by = arrival.end;
        let goes_on = self.incoming.is_of(by);
        if goes_on && self.incoming.ack() != ack {
            // Of segments with the same Ack the last one counts, and a RST that answers by Ack needs no other.
            let before = self.incoming;
            self.resets_mut().incoming_before.add(before);
        }
        self.incoming = IncomingSegment {
            frame: arrival.frame,
            ack: ack.unwrap_or_default(),
            end,
            at,
            before: self.incoming.at,
            has_ack: ack.is_some(),
            by,
        };
        if let Some(resets) = &mut self.resets {
            resets.spoke(by, goes_on);
        }
    }

    /// What an end sent since the other last did, the latest first.
    pub(super) fn incoming_from(&self, end: End) -> impl Iterator<Item = &IncomingSegment> {
        let before = self.resets.iter().flat_map(|resets| resets.incoming_before.iter());
        let last = Some(&self.incoming).filter(|incoming| incoming.is_of(end));
        last.into_iter().chain(before.rev().filter(move |incoming| incoming.by == end))
    }
}
