//! Segments that their sender sends over and over though the peer has taken them: it gives up in the end.

use super::Connection;
use crate::segment::{End, Ends, Flags, Segment, Seq};

/// A segment whose first byte the peer has taken, sent again: the ACK did not reach its sender. Or any, where nothing of
/// the peer was captured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct OldTry {
    seq: Seq,
    /// How often, since the peer acknowledged this.
    count: u8,
    acked: Option<Seq>,
}

/// The last one of each end.
pub(super) type OldTries = Ends<Option<OldTry>>;

impl Connection {
    /// Counts how often an end sends the same again of what the peer has taken, or where no ACK of the peer was captured.
    pub(super) fn count_old_try(&mut self, end: End, segment: &Segment) {
        let uses_numbers = segment.payload_len > 0 || segment.flags.has(Flags::FIN);
        let acked = self.ends[end.peer()].acked();
        let Some(known) = acked.or(self.ends[end].next()) else { return };
        // A keep-alive counts elsewhere: the peer answers it without taking more. Where no ACK of the peer was captured, the
        // same byte again is the same again.
        let is_probe = acked.is_some()
            && segment.payload_len <= 1
            && !segment.flags.has(Flags::FIN)
            && self.ends[end].is_probe(segment, acked);
        if !uses_numbers || segment.seq.is_at_or_past(known) || is_probe {
            return;
        }
        // Without an ACK of the peer the first time counts too: it was new then.
        let first = if acked.is_none() { 2 } else { 1 };
        let before = self.rare.as_ref().and_then(|rare| rare.old_tries[end]);
        let same = before.filter(|before| before.seq == segment.seq && before.acked == acked);
        let count = same.map_or(first, |same| same.count.saturating_add(1));
        self.rare_mut().old_tries[end] = Some(OldTry { seq: segment.seq, count, acked });
    }

    /// How often the last one was sent again, since the peer acknowledged more.
    pub(super) fn old_tries(&self, end: End) -> u8 {
        let last = self.rare.as_ref().and_then(|rare| rare.old_tries[end]);
        last.filter(|last| self.ends[end.peer()].acked() == last.acked).map_or(0, |last| last.count)
    }
}
