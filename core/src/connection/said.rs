//! What one end said since the other last spoke: the other may still answer it with a RST.

use super::times::{MaybeTime, between};
use super::{Arrival, Connection};
use crate::segment::{End, Seq};

/// A segment without RST.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Said {
    /// Its frame; 0: none.
    pub frame: u32,
    ack: Seq,
    /// The number after its last one.
    pub end: Seq,
    /// When it was captured; of the last one said, also in an earlier attempt.
    pub at: MaybeTime,
    /// The same of the one before it, of whichever end.
    before: MaybeTime,
    has_ack: bool,
    /// Who sent it.
    pub by: End,
}

impl Said {
    /// Its Ack, when it has one.
    #[inline(always)]
    pub fn ack(&self) -> Option<Seq> {
        self.has_ack.then_some(self.ack)
    }

    /// Nobody answers it any more: when it was captured is all that is kept.
    pub fn of_earlier_attempt(self) -> Said {
        Said { at: self.at, ..Said::default() }
    }

    /// Nanoseconds of silence before it.
    pub fn silence_ns(&self) -> Option<u64> {
        between(self.before, self.at)
    }

    /// Whether an end said it, after the other's last segment.
    #[inline(always)]
    pub fn is_of(&self, end: End) -> bool {
        self.by == end && self.frame != 0
    }
}

impl Connection {
    /// Keeps a segment without RST that the peer may answer with one: when it came, its Ack, and the number after its last
    /// one. What the peer said before was not answered with a RST.
    #[inline(always)]
    pub(super) fn say(&mut self, arrival: &Arrival, at: MaybeTime, ack: Option<Seq>, end: Seq) {
        let by = arrival.end;
        let goes_on = self.said.is_of(by);
        if goes_on && self.said.ack() != ack {
            // Of segments with the same Ack the last one counts, and a RST that answers by Ack needs no other.
            let before = self.said;
            self.resets_mut().said_before.add(before);
        }
        self.said = Said {
            frame: arrival.frame,
            ack: ack.unwrap_or_default(),
            end,
            at,
            before: self.said.at,
            has_ack: ack.is_some(),
            by,
        };
        if let Some(resets) = &mut self.resets {
            resets.spoke(by, goes_on);
        }
    }

    /// What an end said since the other last spoke, the latest first.
    pub(super) fn said_by(&self, end: End) -> impl Iterator<Item = &Said> {
        let before = self.resets.iter().flat_map(|resets| resets.said_before.iter());
        let last = Some(&self.said).filter(|said| said.is_of(end));
        last.into_iter().chain(before.rev().filter(move |said| said.by == end))
    }
}
