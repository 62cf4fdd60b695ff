//! Segments of an older connection of the same endpoints, which answer a SYN in its name (RFC 9293 §3.5 figure 10).

use super::opening::Findings;
use super::roles::Judgement;
use super::verdict::Anomalies;
use super::{Arrival, Connection, Draft, State, Trigger};
use crate::segment::{End, Kind, Segment};

impl Connection {
    /// Whether a segment is one of an older connection of these endpoints: without SYN and RST, of the server, and with an
    /// Ack that a client in SYN-SENT never asked for (RFC 9293 §3.5 figure 10). The caller looks for that connection.
    #[must_use]
    pub fn is_older(&self, end: End, segment: &Segment) -> bool {
        !self.is_ended() && self.answers_nothing(end, segment)
    }

    fn answers_nothing(&self, end: End, segment: &Segment) -> bool {
        end != self.client_end
            && self.judgement == Judgement::Syn
            && self.state_without_rst(self.client_end) == State::SynSent
            && matches!(segment.kind(), Kind::Ack | Kind::Fin)
            && !self.is_acceptable_ack(segment.ack)
    }

    /// Whether such a segment shows a gap: with payload, less than 2^24 past X+1, no older connection is near.
    pub(super) fn shows_a_gap(&self, segment: &Segment) -> bool {
        const NEAR: u32 = 1 << 24;
        let past = self.x_plus_1().map_or(0, |first| segment.ack.offset_from(first));
        segment.payload_len > 0 && past > 0 && past.unsigned_abs() < NEAR
    }

    /// Whether a segment of an end that a RST closed does not even count by its numbers: an unacceptable SYN-ACK, or one
    /// of an older connection.
    pub(super) fn has_no_numbers(&self, end: End, segment: &Segment) -> bool {
        match segment.kind() {
            Kind::SynAck => !self.is_acceptable_syn_ack(end, segment),
            _ => self.answers_nothing(end, segment) && !self.shows_a_gap(segment),
        }
    }

    /// The state of an end here, for a later connection that a segment of this one strays into. None where its numbers do not
    /// fit.
    #[must_use]
    pub fn state_of_stray(&self, end: End, segment: &Segment) -> Option<State> {
        let (own, peer) = (&self.ends[end], &self.ends[end.peer()]);
        let fits_ack = own.acked() == Some(segment.ack) || peer.next() == Some(segment.ack);
        if own.next() != Some(segment.seq) || !fits_ack {
            return None;
        }
        Some(match (self.states.of(end), self.fall(end)) {
            // A side that sends had not taken the RST, also where that would have sent it back to LISTEN.
            (State::Closed | State::Listen, Some(fall)) => fall.before,
            (State::Closed, None) => State::LastAck,
            (state, _) => state,
        })
    }

    /// A segment of an older connection performs nothing and moves nothing.
    pub(super) fn stray(&mut self, arrival: &Arrival, segment: &Segment, kind: Kind, draft: &mut Draft) {
        draft.is_older = true;
        self.opening.learn(Findings::OLDER_ANSWERED.union(Findings::SERVER_IS_OLDER));
        self.remember_bad_ack(arrival.end, segment.ack, arrival.frame);
        self.happens(arrival.end, Trigger::Remembers(arrival.older.unwrap_or(State::Established)));
        self.find_repeats(arrival.end, segment, kind, draft);
        if segment.payload_len == 0 && kind != Kind::Fin {
            draft.anomalies |= Anomalies::CHALLENGE_ACK;
        }
    }
}
