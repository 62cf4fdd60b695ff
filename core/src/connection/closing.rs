//! The teardown: two FINs and their acknowledgments (RFC 9293 §3.6).

use super::copies::Sort;
use super::endpoint::{Facts, MaybePosition};
use super::opening::Progress;
use super::state::{State, Trigger};
use super::times::MaybeTime;
use super::verdict::{Anomalies, Steps};
use super::{Arrival, Connection, Draft};
use crate::segment::{End, Ends, Flags, Position, Segment, Seq, Side};

/// How the second FIN stands to the first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Relation {
    /// It came after an acknowledgment of the first.
    FourSegment,
    /// It acknowledged the first itself.
    ThreeSegment,
    /// It was sent before the first was acknowledged.
    Simultaneous,
}

/// The teardown of the last attempt. It exists once a FIN was captured, even one that did not count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Closing {
    /// Who sent the first FIN.
    pub closer: Option<End>,
    /// How the second FIN stands to the first, when there is one.
    pub relation: Option<Relation>,
    /// The frames of the first segments that performed steps 1 to 4; 0: none.
    pub frames: [u32; 4],
    /// When the first FIN was captured.
    pub fin_at: MaybeTime,
    /// When the segment was captured after which both FINs are acknowledged.
    pub closed_at: MaybeTime,
    /// Its frame; 0: none.
    pub closed_frame: u32,
    /// The base of each end from the first FIN on.
    pub bases: Ends<MaybePosition>,
    /// Where the other side's payload after the first FIN starts.
    pub half_close_from: MaybePosition,
    /// The own number of each end's first FIN.
    pub fins: Ends<Option<Seq>>,
    /// FINs that each end sent.
    pub counts: Ends<u32>,
    /// The number of each end's last FIN as Zeek sees them.
    pub zeek_fins: Ends<Seq>,
}

impl Closing {
    /// Nothing yet.
    pub const NONE: Closing = Closing {
        closer: None,
        relation: None,
        frames: [0; 4],
        fin_at: MaybeTime::NONE,
        closed_at: MaybeTime::NONE,
        closed_frame: 0,
        bases: Ends::both(MaybePosition::NONE),
        half_close_from: MaybePosition::NONE,
        fins: Ends::both(None),
        counts: Ends::both(0),
        zeek_fins: Ends::both(Seq(0)),
    };

    /// The step of this end's FIN: 1 or 3.
    fn fin_step(&self, end: End) -> u8 {
        if self.closer == Some(end) { 1 } else { 3 }
    }

    /// The step of the acknowledgment of this end's FIN: 2 or 4.
    pub fn ack_step(&self, end: End) -> Steps {
        Steps::one(self.fin_step(end).saturating_add(1))
    }

    pub fn perform(&mut self, step: Steps, arrival: &Arrival) {
        for (frame, number) in self.frames.iter_mut().zip(1..) {
            if step.has(number) && *frame == 0 {
                *frame = arrival.frame;
            }
        }
    }
}

impl Connection {
    /// The teardown so far.
    pub(super) fn closing(&self) -> &Closing {
        self.closing.as_deref().unwrap_or(&Closing::NONE)
    }

    /// The same to be changed, made when there was none.
    pub(super) fn closing_mut(&mut self) -> &mut Closing {
        self.closing.get_or_insert_with(|| Box::new(Closing::NONE))
    }

    /// The own number of an end's first FIN.
    pub(super) fn fin_of(&self, end: End) -> Option<Seq> {
        self.closing().fins[end]
    }

    /// Counts a FIN; gives how many there were of this end.
    pub(super) fn count_fin(&mut self, end: End) -> u32 {
        let count = &mut self.closing_mut().counts[end];
        *count = count.saturating_add(1);
        *count
    }

    /// Whether both FINs were acknowledged, also when one was repeated since.
    pub(super) fn were_fins_acked(&self) -> bool {
        End::BOTH.into_iter().all(|end| self.ends[end].is(Facts::FIN_ACKED))
    }

    /// Whether both FINs are acknowledged, as far as is believed now.
    pub(super) fn is_closed(&self) -> bool {
        self.were_fins_acked() && !End::BOTH.into_iter().any(|end| self.ends[end].is(Facts::FIN_BACK))
    }

    /// Whether a segment of the other end acknowledges this end's FIN.
    fn acks_fin_of(&self, end: End, segment: &Segment) -> bool {
        let (Some(fin), Some(ack)) = (self.fin_of(end), segment.acknowledgment()) else { return false };
        ack.is_at_or_past(fin.advance(1)) && self.ends[end].next().is_none_or(|highest| !ack.is_after(highest))
    }

    /// After the RST that ended the connection, an acknowledgment shows no step; its peer's FIN was answered all the same.
    pub(super) fn answer_fin(&mut self, from: End, segment: &Segment) {
        if self.acks_fin_of(from.peer(), segment) {
            self.ends[from.peer()].unlearn(Facts::FIN_UNANSWERED);
        }
    }

    /// Whether the segment acknowledges the peer's FIN, for the first time or again.
    pub(super) fn acknowledge_fin(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        let (from, peer) = (arrival.end, arrival.end.peer());
        if !self.acks_fin_of(peer, segment) {
            return;
        }
        let owner = &self.ends[peer];
        let is_first = !owner.is(Facts::FIN_ACKED);
        if is_first || owner.is(Facts::FIN_BACK) {
            self.happens(peer, Trigger::FinAcked);
            // A SYN-ACK that takes step 3 back takes back what came with it.
            if !(segment.flags.has(Flags::SYN) && self.opening.progress == Progress::NotTaken) {
                self.happens(from, Trigger::AcksFin);
            }
        }
        self.ends[peer].unlearn(Facts::FIN_BACK.union(Facts::FIN_UNANSWERED));
        if !is_first {
            return;
        }
        self.ends[peer].learn(Facts::FIN_ACKED);
        draft.is_first_fin_ack = true;
        let step = self.closing().ack_step(peer);
        draft.close_steps.add(step);
        self.closing_mut().perform(step, arrival);
        if self.were_fins_acked() {
            let closing = self.closing_mut();
            (closing.closed_at, closing.closed_frame) = (MaybeTime::new(segment.at), arrival.frame);
        }
    }

    /// A FIN: the first of the connection, the other side's, or one more of the same side.
    pub(super) fn fin(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        let from = arrival.end;
        let number = segment.payload_end();
        match self.fin_of(from) {
            None => {
                // It may have come before, after a RST that was ignored, as became clear later.
                draft.repeats.fin = self.remember_number(from, Sort::Fin, number);
                self.closing_mut().fins[from] = Some(number);
                self.first_fin_of(arrival, segment, draft);
            }
            Some(first) => {
                // The first one is remembered, whatever numbers came since.
                draft.repeats.fin = self.remember_number(from, Sort::Fin, number) || number == first;
                if number != first {
                    draft.anomalies |= Anomalies::SECOND_FIN;
                }
                if draft.repeats.fin {
                    self.owe_fin(from.peer(), number, first);
                }
                if number == first {
                    self.repeat_fin(from, draft);
                }
            }
        }
        // The first one may have shown no step, after a RST that was withdrawn.
        let step = Steps::one(self.closing().fin_step(from));
        self.closing_mut().perform(step, arrival);
        draft.close_steps.add(step);
    }

    fn first_fin_of(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        let (from, peer) = (arrival.end, arrival.end.peer());
        let Some(closer) = self.closing().closer else {
            self.leave_older_connection();
            let other = &self.ends[peer];
            let (fin, acked) = (self.ends[from].position_of(segment.payload_end()), other.position_of(segment.ack));
            let half_close_from = other.payload_end.get().map_or(acked, |end| end.max(acked));
            let closing = self.closing_mut();
            closing.closer = Some(from);
            closing.fin_at = MaybeTime::new(segment.at);
            closing.bases[from].set(fin);
            closing.bases[peer].set(acked);
            closing.half_close_from.set(half_close_from);
            self.happens(from, Trigger::SendsFin);
            self.send_fin_to(peer);
            return;
        };
        let just_acked = draft.close_steps.has(2);
        if self.ends[closer].is(Facts::FIN_ACKED) {
            self.closing_mut().relation = Some(if just_acked { Relation::ThreeSegment } else { Relation::FourSegment });
            self.happens(from, Trigger::SendsFin);
            self.happens(peer, Trigger::GetsFin);
        } else {
            self.closing_mut().relation = Some(Relation::Simultaneous);
            draft.anomalies |= Anomalies::SIMULTANEOUS_CLOSE;
            for end in End::BOTH {
                self.happens(end, Trigger::FinsCross);
            }
        }
    }

    /// A server that did not take step 3 takes no FIN either.
    fn send_fin_to(&mut self, end: End) {
        let is_waiting = self.opening.progress == Progress::NotTaken && end != self.client_end;
        if !is_waiting {
            self.happens(end, Trigger::GetsFin);
        }
    }

    /// A FIN again, with the number of the first: its sender has no acknowledgment of it, unless it acknowledges the peer's
    /// FIN by it (stacks of the BSD family answer a crossing FIN so).
    fn repeat_fin(&mut self, from: End, draft: &Draft) {
        if !draft.is_first_fin_ack {
            let peer = &self.ends[from.peer()];
            let is_alone = self.fin_of(from.peer()).is_none() || !peer.is(Facts::FIN_ACKED);
            self.ends[from].learn(Facts::FIN_UNANSWERED);
            if self.ends[from].is(Facts::FIN_ACKED) {
                self.ends[from].learn(Facts::FIN_BACK);
                self.happens(from, if is_alone { Trigger::RepeatsFinAlone } else { Trigger::RepeatsFin });
            }
        }
        // Its own repeat had shown that this FIN did not reach this side: now it comes again.
        if matches!(self.state_without_rst(from.peer()), State::FinWait1 | State::FinWait2) {
            self.happens(from.peer(), Trigger::GetsFin);
        }
    }

    /// The end of a segment's payload, where that lies past all of its sender before. Where nothing of the end was seen
    /// before, its bytes are counted from this segment on.
    pub(super) fn new_payload_end(&self, from: End, segment: &Segment) -> Option<Position> {
        let own = &self.ends[from];
        let syn = u32::from(segment.flags.has(Flags::SYN));
        let end = own.position_of(segment.seq).advance(segment.payload_len).advance(syn);
        let is_new = own.payload_end.get().is_none_or(|highest| end > highest);
        (segment.payload_len > 0 && is_new).then_some(end)
    }

    /// Counts the payload that an end sends, and notices what comes after its own FIN.
    pub(super) fn count_payload(&mut self, from: End, segment: &Segment, draft: &mut Draft) {
        if let Some(end) = self.new_payload_end(from, segment) {
            self.ends[from].payload_end.set(end);
            draft.has_news = true;
            if self.fin_of(from).is_some_and(|fin| segment.payload_end().is_after(fin)) {
                draft.anomalies |= Anomalies::DATA_AFTER_FIN;
            }
        }
    }

    /// Bytes of payload that the other side sent after the first FIN, when there was one.
    #[must_use]
    pub fn half_close_bytes(&self) -> Option<u64> {
        if !self.close_began() {
            return None;
        }
        let closing = self.closing();
        let other = &self.ends[closing.closer?.peer()];
        let from = closing.half_close_from.get()?;
        let end = other.payload_end.get().unwrap_or(from);
        Some(u64::try_from(end.offset_from(from)).unwrap_or(0))
    }

    /// FINs that a side sent in the last attempt, repeats with them.
    #[must_use]
    pub fn fins(&self, side: Side) -> u32 {
        self.closing().counts[self.end(side)]
    }
}
