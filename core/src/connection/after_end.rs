//! Between the RST that ended the connection and its withdrawal (SPEC section 5): what is shown stays as it was at the RST.
//! Beside it everything else goes on, for the case that the RST is withdrawn.

use super::endpoint::{Facts, MaybePosition};
use super::verdict::Anomalies;
use super::{Arrival, Connection, Draft};
use crate::segment::{End, Ends, Kind, Segment};

/// X and Y as they are shown from the RST on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ShownBases {
    /// Who had begun to close.
    pub closer: Option<End>,
    /// Whether a SYN or a SYN-ACK had been seen.
    pub is_captured: bool,
    pub handshake: Ends<MaybePosition>,
    pub teardown: Ends<MaybePosition>,
}

impl Connection {
    /// A segment between the RST that ended the connection and its withdrawal: it shows no step. Of an end that is still
    /// closed its numbers alone count; of an end that has sent something since the RST, all of it.
    pub(super) fn after_end(&mut self, arrival: &Arrival, segment: &Segment, kind: Kind, draft: &mut Draft) {
        let end = arrival.end;
        if self.fall(end).is_none() {
            self.count_unshown(arrival, segment, kind, draft);
            return;
        }
        self.find_repeats(end, segment, kind, draft);
        draft.is_older = self.has_no_numbers(end, segment);
        if draft.is_older {
            return;
        }
        self.suppose_bases(arrival, segment, kind);
        self.answer_fin(end, segment);
        self.count_payload(end, segment, draft);
        if draft.has_news {
            draft.anomalies |= Anomalies::DATA_AFTER_RESET;
        }
        self.send_news(end, segment, kind, draft.repeats);
    }

    /// The numbers of a closed end give X and Y too, where nothing before did: not shown, for the case that the RST is withdrawn.
    fn suppose_bases(&mut self, arrival: &Arrival, segment: &Segment, kind: Kind) {
        let (from, server) = (arrival.end, self.client_end.peer());
        let Some(ack) = segment.acknowledgment() else { return };
        let shown = self.bases_shown();
        let is_new = self.ends[server].base().is_none();
        if !self.opening.is_captured() && is_new && self.client().base().is_none() {
            self.resets_mut().shown.get_or_insert(shown);
            self.set_handshake_base(arrival, from, segment.seq);
            self.set_handshake_base(arrival, from.peer(), ack);
        } else if self.opening.is_captured() && is_new {
            let number = match (from == server, kind) {
                (true, Kind::SynAck) => segment.seq,
                (true, _) => segment.seq.back(1),
                (false, _) => ack.back(1),
            };
            self.resets_mut().shown.get_or_insert(shown);
            self.set_handshake_base(arrival, server, number);
        }
        self.ends[from].learn(Facts::SENT_ACK);
    }

    /// A segment counts in full, but its steps are not shown: links to frames, X and Y stay as they were.
    fn count_unshown(&mut self, arrival: &Arrival, segment: &Segment, kind: Kind, draft: &mut Draft) {
        let shown = self.bases_shown();
        self.resets_mut().shown.get_or_insert(shown);
        let kept = self.rare.as_ref().map_or(0, |rare| rare.old_bases.len());
        let (opening, closing, step_3) = (self.opening.frames, self.closing().frames, self.times.step_3);
        let answered_at = self.times.syn_ack;
        let mut unshown = Draft::default();
        self.count_in_full(arrival, segment, kind, &mut unshown);
        (self.opening.frames, self.times.step_3) = (opening, step_3);
        if let Some(changed) = &mut self.closing {
            changed.frames = closing;
        }
        if kind == Kind::SynAck && answered_at != self.times.syn_ack {
            self.rare_mut().later_syn_ack = arrival.frame;
        }
        if let Some(rare) = &mut self.rare {
            rare.old_bases.truncate(kept);
        }
        draft.repeats.syn = unshown.repeats.syn;
        draft.repeats.fin = unshown.repeats.fin;
        draft.wrong = unshown.wrong;
        draft.has_news = unshown.has_news;
        draft.anomalies |= unshown.anomalies & (Anomalies::SECOND_FIN | Anomalies::DATA_AFTER_FIN);
    }

    /// X and Y in force.
    pub(super) fn bases_shown(&self) -> ShownBases {
        if let Some(shown) = self.resets.as_ref().and_then(|resets| resets.shown) {
            return shown;
        }
        ShownBases {
            closer: self.closing().closer,
            is_captured: self.opening.is_captured(),
            handshake: Ends::of(End::Low, self.ends[End::Low].handshake_base, self.ends[End::High].handshake_base),
            teardown: self.closing().bases,
        }
    }

    /// The RST is withdrawn by this segment: what went on unshown is shown from here on.
    pub(super) fn show_again(&mut self, arrival: &Arrival) {
        if self.resets.as_ref().is_some_and(|resets| resets.shown.is_some()) {
            self.keep_bases(arrival.ordinal);
            self.resets_mut().shown = None;
        }
        self.x_end = self.client_end;
    }

    /// The server's SYN-ACK after its own RST gives Y where that one is shown.
    pub(super) fn show_answer(&mut self, arrival: &Arrival) {
        let end = arrival.end;
        let base = self.ends[end].handshake_base;
        let is_shown =
            self.resets.as_ref().and_then(|resets| resets.shown).is_none_or(|shown| shown.handshake[end] == base);
        if is_shown {
            return;
        }
        self.keep_bases(arrival.ordinal);
        if let Some(shown) = &mut self.resets_mut().shown {
            shown.handshake[end] = base;
        }
    }
}
