//! X and Y: the bases that a segment's numbers are counted from (RFC 9293 §3.4; the letters are the textbooks').
//!
//! X belongs to whoever starts the exchange: to the client in the handshake, to the side that closes first from the
//! first FIN on.

use super::endpoint::MaybePosition;
use super::verdict::{Basis, Numbers};
use super::{Arrival, Connection};
use crate::segment::{End, Ends, Position, Segment, Seq};

/// What X and Y were up to some segment, kept when a later one changed them: by end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct OldBases {
    /// The first segment (by ordinal) that these no longer hold for.
    pub until: u64,
    /// Those of handshake and data.
    pub handshake: Ends<Seq>,
    /// Those of the teardown.
    pub teardown: Ends<Seq>,
}

impl Connection {
    /// Bases as they are now, by end; 0 where they are not known.
    fn plain_bases(&self) -> OldBases {
        let mut bases = OldBases { until: 0, handshake: Ends::default(), teardown: Ends::default() };
        let shown = self.bases_shown();
        let plain = |base: MaybePosition| base.get().map(Position::seq).unwrap_or_default();
        for end in End::BOTH {
            bases.handshake[end] = plain(shown.handshake[end]);
            bases.teardown[end] = plain(shown.teardown[end]);
        }
        bases
    }

    /// The bases as they were for the segment `ordinal`, where they were known: those of the teardown, or of the handshake.
    #[must_use]
    pub fn bases_at(&self, ordinal: u64, of_teardown: bool) -> Ends<Seq> {
        let old = self.rare.as_ref().and_then(|rare| {
            let index = rare.old_bases.partition_point(|old| old.until <= ordinal);
            rare.old_bases.get(index).copied()
        });
        let bases = old.unwrap_or_else(|| self.plain_bases());
        if of_teardown { bases.teardown } else { bases.handshake }
    }

    /// Keeps X and Y for the segments before this one, because one of them is about to change.
    pub(super) fn keep_bases(&mut self, ordinal: u64) {
        let bases = OldBases { until: ordinal, ..self.plain_bases() };
        let old_bases = &mut self.rare_mut().old_bases;
        if old_bases.last().is_none_or(|old| old.until != ordinal) {
            old_bases.push(bases);
        }
    }

    /// Sets an end's base of the handshake.
    pub(super) fn set_handshake_base(&mut self, arrival: &Arrival, end: End, number: Seq) {
        let position = self.ends[end].position_of(number);
        match self.ends[end].handshake_base.get() {
            Some(old) if old == position => return,
            Some(_) => self.keep_bases(arrival.ordinal),
            None => {}
        }
        let own = &mut self.ends[end];
        own.handshake_base.set(position);
        // Where nothing of this end was seen before, its numbers are counted from here: so it is with X at a SYN-ACK
        // whose SYN was not captured.
        own.saw(position);
    }

    /// A segment's numbers by the bases in force.
    pub(super) fn numbers(&self, rebase: bool, from: End, segment: &Segment) -> Numbers {
        let shown = self.bases_shown();
        let closer = shown.closer.filter(|_| rebase);
        let basis = match closer {
            Some(_) => Basis::Teardown,
            None if shown.is_captured => Basis::Handshake,
            None => Basis::FirstSeen,
        };
        let x = closer.unwrap_or(self.x_end);
        let base = |end: End| if closer.is_some() { shown.teardown[end].get() } else { shown.handshake[end].get() };
        let offset = |end: End, number: Seq| Some(self.ends[end].position_of(number).offset_from(base(end)?));
        Numbers {
            basis,
            x_is_senders: x == from,
            x: base(x).map(|base| base.seq().0),
            y: base(x.peer()).map(|base| base.seq().0),
            seq: offset(from, segment.seq),
            ack: segment.acknowledgment().and_then(|ack| offset(from.peer(), ack)),
        }
    }
}
