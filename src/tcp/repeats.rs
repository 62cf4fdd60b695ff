//! Repeats: what was there before keeps its role and its step, and moves nothing.

use super::connection::{Connection, Draft};
use super::earlier::What;
use super::known::{Fact, Name, StepAck};
use super::segment::{Kind, Segment};
use super::seq::Seq;
use super::side::Side;

impl Connection {
    /// Whether a SYN-ACK has the number of the side's last one, or of the one before.
    pub(super) fn repeats_syn_ack(&self, side: Side, segment: &Segment) -> bool {
        self.known.is(side, Name::SynAck, segment.seq) || self.known.came_before(side, What::SynAck, segment.seq)
    }

    /// A segment after the RST that ended the connection: it performs nothing, but repeats are still repeats.
    pub(super) fn after_end(&mut self, side: Side, segment: &Segment, kind: Kind, draft: &mut Draft) {
        match kind {
            Kind::SynAck => {
                draft.repeats.syn = self.repeats_syn_ack(side, segment);
                if !draft.repeats.syn {
                    self.known.note_earlier(side, What::SynAck, segment.seq);
                }
            }
            Kind::Fin => {
                let number = segment.payload_end();
                draft.repeats.fin = match self.known.get(side, Name::Fin) {
                    Some(first) => self.note_another_fin(side, first, number, draft),
                    None => {
                        let repeats = self.known.came_before(side, What::Fin, number);
                        self.known.note_earlier(side, What::Fin, number);
                        repeats
                    }
                };
            }
            Kind::Syn | Kind::Ack | Kind::Rst | Kind::Other => {}
        }
        self.count_payload(side, segment, draft);
    }

    /// Whether the ACK performed its step before; and what a new one performs is kept for that question. Called
    /// when the draft holds what the acknowledgment performs, and not yet what the FIN does.
    pub(super) fn repeat_acks(&mut self, side: Side, segment: &Segment, kind: Kind, draft: &mut Draft) {
        if !draft.open_steps.is_empty() || !draft.close_steps.is_empty() {
            self.known.set_step_ack(side, &StepAck::of(segment, draft.open_steps, draft.close_steps));
        } else if let Some(again) = self.known.step_ack_again(side, segment) {
            draft.open_steps.add(again.open_steps);
            draft.close_steps.add(again.close_steps);
            draft.repeats.ack = true;
        }
        if kind == Kind::Ack && segment.payload_len == 0 {
            self.answer_repeats(side, segment, draft);
        }
    }

    /// The side's first segment without payload, SYN and FIN after a repeated SYN-ACK or FIN of the peer: where it
    /// acknowledges that one, it is its ACK once more.
    fn answer_repeats(&mut self, side: Side, segment: &Segment, draft: &mut Draft) {
        let peer = side.peer();
        let (owes_syn_ack, owes_fin) =
            (self.known.is_so(side, Fact::OwesSynAck), self.known.is_so(side, Fact::OwesFin));
        self.known.unnote(side, Fact::OwesSynAck);
        self.known.unnote(side, Fact::OwesFin);
        let acks = |number: Option<Seq>| number.is_some_and(|number| segment.ack.is_at_or_past(number.advance(1)));
        let open_steps = self.opening.ack_steps[side];
        if owes_syn_ack
            && draft.open_steps.is_empty()
            && !open_steps.is_empty()
            && acks(self.known.get(peer, Name::SynAck))
        {
            draft.open_steps.add(open_steps);
            draft.repeats.ack = true;
        }
        if owes_fin
            && draft.close_steps.is_empty()
            && self.known.is_so(peer, Fact::FinAcked)
            && acks(self.known.owed_fin(side))
        {
            draft.close_steps.add(self.closing.ack_step(peer));
            draft.repeats.ack = true;
        }
    }
}
