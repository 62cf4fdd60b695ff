//! RST: whether its receiver takes it, what it ends, and what shows that it did not (RFC 9293 §3.5.2, §3.10.7; RFC 5961 §3).

use super::ending::{Challenge, Ending, EndingRst, Fall, FallFacts};
use super::endpoint::{Facts, GIVES_UP_AFTER};
use super::incoming_segment::IncomingSegment;
use super::opening::Findings;
use super::reset_count::ResetCount;
use super::state::{State, Trigger};
use super::times::{MaybeTime, between};
use super::verdict::{Anomalies, Cause, Reset, ResetDetail};
use super::{Arrival, Connection, Draft};
use crate::segment::{End, Ends, Flags, Kind, Segment, Seq};

/// Data this many nanoseconds after the RST cannot have been on its way when the RST was sent.
const ON_ITS_WAY_NS: u64 = 1_000_000_000;

/// Whether the receiver of a RST accepts it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Acceptance {
    Accepted,
    Challenged,
    Stray,
}

impl Connection {
    /// A RST: says what it is, and ends the connection where it does.
    pub(super) fn reset(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        let (from, to) = (arrival.end, arrival.end.peer());
        self.begin_midstream(draft);
        let acceptance = self.judge(from, segment);
        let rejects = self.bad_ack(to, segment.seq);
        let unknown = self.unknown(to, segment);
        let is_late = self.is_ended();
        if !is_late && rejects.is_some() && from == self.client_end && self.states.of(from) == State::SynSent {
            // RFC 9293 §3.10.7.3: the client goes on waiting; the server forgets what it had.
            draft.reset = Some(if self.closing().closer.is_some() { Reset::AfterFin } else { Reset::Handshake });
            let is_older = self.opening.found(Findings::SERVER_IS_OLDER);
            self.happens(to, if is_older { Trigger::Resets } else { Trigger::ResetsToListen });
        } else {
            let rejected = rejects.is_some() && from != self.client_end && self.states.of(from) == State::SynReceived;
            self.take(arrival, segment, acceptance, rejected, unknown.is_some(), draft);
        }
        draft.detail = Some(self.detail(arrival, segment, draft, rejects, unknown));
    }

    /// What a RST does by how it is judged. `rejected`: it answers an ACK that cannot complete the handshake.
    fn take(
        &mut self,
        arrival: &Arrival,
        segment: &Segment,
        acceptance: Acceptance,
        rejected: bool,
        is_unknown: bool,
        draft: &mut Draft,
    ) {
        let (from, to) = (arrival.end, arrival.end.peer());
        let is_late = self.is_ended();
        let is_end = !is_late && acceptance == Acceptance::Accepted && !self.were_fins_acked() && !rejected;
        let is_over = is_end && self.opening.progress.is_going_on() && self.is_past_all(from, segment);
        let value = match acceptance {
            _ if is_late => Reset::Late,
            Acceptance::Stray => Reset::Stray,
            Acceptance::Challenged => Reset::Challenged,
            Acceptance::Accepted => self.value(from, segment, is_unknown, is_over),
        };
        draft.reset = Some(value);
        if is_late {
            let resets = self.resets_mut();
            resets.late = resets.late.saturating_add(1);
        }
        match acceptance {
            Acceptance::Stray => {
                self.opening.learn_if(!is_late && from != self.client_end, Findings::INVALID_ANSWER);
            }
            Acceptance::Challenged => {
                if !is_late {
                    self.ends[to].learn(Facts::OWES_CHALLENGE);
                    let is_past_all = self.is_past_all(from, segment);
                    let rst = self.ending_rst_of(arrival, value, is_past_all);
                    let resets = self.resets_mut();
                    resets.challenges.add(Challenge { rst, spoke: Ends::default() });
                    resets.challenge_count = ResetCount::more(resets.challenge_count, 1, arrival.frame, from);
                }
            }
            Acceptance::Accepted if self.were_fins_acked() || rejected => {
                // Both FINs were acknowledged: there is nothing left to end. Or the server goes on waiting for the ACK.
                self.fell(to, from, segment, false, false, false);
            }
            Acceptance::Accepted => {
                let refuses = value == Reset::Refused;
                if !is_late {
                    draft.ended = true;
                    let ending = Ending {
                        rst: self.ending_rst_of(arrival, value, is_over),
                        had_step_3: self.opening.frames[2] != 0,
                        said_forged: false,
                        said_ignored: false,
                    };
                    let resets = self.resets_mut();
                    (resets.ending, resets.late) = (Some(ending), 0);
                }
                self.fell(to, from, segment, refuses, is_over, !is_late);
                self.fell(from, from, segment, refuses, is_over, !is_late);
            }
        }
    }

    /// The value of a RST that is taken, and not late; `is_over`: it shows that the handshake is over.
    fn value(&self, from: End, segment: &Segment, is_unknown: bool, is_over: bool) -> Reset {
        let (own, other) = (&self.ends[from], &self.ends[from.peer()]);
        let is_lone = segment.flags.has(Flags::ACK) && segment.seq == Seq(0) && !other.is(Facts::SEEN);
        if (is_unknown || is_lone) && !own.is(Facts::SPOKE) && !other.is(Facts::SENT_SYN) {
            Reset::NoConnection
        } else if self.closing().closer.is_some() {
            Reset::AfterFin
        } else if !self.is_in_handshake() || is_over {
            Reset::Abort
        } else if from != self.client_end && !self.has_acceptable_syn_ack() {
            Reset::Refused
        } else {
            Reset::Handshake
        }
    }

    /// A RST with what is true now; `is_over`: it shows that the handshake is over, which no longer counts once the RST is
    /// withdrawn.
    fn ending_rst_of(&self, arrival: &Arrival, reset: Reset, is_over: bool) -> EndingRst {
        EndingRst {
            by: arrival.end,
            reset,
            frame: arrival.frame,
            ordinal: arrival.ordinal,
            in_handshake: self.is_in_handshake() && !is_over,
            opened: is_over || self.is_open_by_now(),
            shows_over: is_over,
            closer: self.closing().closer,
        }
    }

    /// Whether a RST now is one of the handshake.
    fn is_in_handshake(&self) -> bool {
        self.opening.progress.is_going_on() && self.closing().closer.is_none()
    }

    /// Whether a SYN-ACK was seen that its receiver could accept.
    pub(super) fn has_acceptable_syn_ack(&self) -> bool {
        End::BOTH.into_iter().any(|end| self.ends[end].syn_ack().is_some())
    }

    /// Whether a RST lies past everything captured of its sender and past its initial number + 1: the capture lacks
    /// segments, so the handshake was over.
    fn is_past_all(&self, from: End, segment: &Segment) -> bool {
        let own = &self.ends[from];
        let past = |number: Seq| segment.seq.is_after(number);
        // A side in SYN-SENT judges by the Ack alone, and the number is often 0.
        let is_judged = self.states.of(from.peer()) != State::SynSent;
        let is_past_isn = own.base().is_some_and(|isn| past(isn.advance(1)));
        self.opening.is_captured() && is_judged && is_past_isn && own.next().is_none_or(past)
    }

    /// Closes an end by a RST, unless an earlier one did. `is_over`: the RST shows that the handshake is over.
    /// `ends`: it ends the connection; one that does not closes nobody whom it finds closed.
    fn fell(&mut self, end: End, by: End, segment: &Segment, refuses: bool, is_over: bool, ends: bool) {
        let before = self.states.of(end);
        if self.fall(end).is_some() || (!ends && before == State::Closed) {
            return;
        }
        // RFC 9293 §3.10.7.4: a passive side in SYN-RECEIVED goes back to LISTEN.
        let is_passive = end != by && end != self.client_end && self.ends[end].syn().is_none();
        let to_listen = is_passive && before == State::SynReceived && !is_over;
        self.happens(end, if to_listen { Trigger::ResetsToListen } else { Trigger::Resets });
        let peer_next = self.ends[end.peer()].next();
        let at = MaybeTime::new(segment.at);
        let mut facts = FallFacts::empty();
        facts.set(FallFacts::REFUSES, refuses);
        facts.set(FallFacts::ENDS, ends);
        let fall = Fall::new(by, segment.seq, at, before, facts, peer_next);
        self.resets_mut().falls[end] = Some(fall);
    }

    /// Step 3 of an end that was closed by a RST which ended nothing: it is open all the same.
    pub(super) fn open_after_all(&mut self, end: End) {
        if self.is_ended() {
            return;
        }
        if let Some(fall) = self.resets.as_mut().and_then(|resets| resets.falls[end].take()) {
            self.happens(end, Trigger::Revives(fall.before));
        }
    }

    /// Whether R, the peer of `from`, takes a RST of `from` (RFC 9293 §3.10.7.3, §3.10.7.4).
    fn judge(&self, from: End, segment: &Segment) -> Acceptance {
        let (sender, receiver) = (&self.ends[from], &self.ends[from.peer()]);
        if !receiver.is(Facts::SEEN) {
            return Acceptance::Accepted;
        }
        if self.states.of(from.peer()) == State::SynSent {
            let is_acceptable = segment.acknowledgment().is_some_and(|ack| self.is_acceptable_ack(ack));
            return if is_acceptable { Acceptance::Accepted } else { Acceptance::Stray };
        }
        let isn = if self.opening.is_captured() { sender.base() } else { None };
        let Some(expected) = receiver.acked().or(isn.map(|isn| isn.advance(1))).or(sender.first()) else {
            return Acceptance::Accepted;
        };
        let highest = match (sender.next(), receiver.acked()) {
            (Some(next), Some(acked)) => next.later(acked),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => expected,
        };
        // Nothing but SYNs of the receiver was captured: its window begins at the number that it expects.
        let syns_edge = || receiver.syn().map(|_| expected.advance(u32::from(receiver.syn_window) << 14));
        let edge = receiver.edge().or_else(syns_edge).map_or(highest, |edge| edge.later(highest));
        let limit = if sender.next().is_none() { edge } else { highest };
        let is_within = |least: Seq, most: Seq| segment.seq.is_at_or_past(least) && most.is_at_or_past(segment.seq);
        if is_within(expected.back(1), limit) {
            Acceptance::Accepted
        } else if is_within(limit, edge) {
            Acceptance::Challenged
        } else {
            Acceptance::Stray
        }
    }

    /// The segment of the other side that a RST answers because its sender knows no such connection (RFC 9293 §3.10.7.1):
    /// the latest since that sender's last own.
    fn unknown(&self, other: End, segment: &Segment) -> Option<IncomingSegment> {
        let has_ack = segment.flags.has(Flags::ACK);
        let is_answered = |incoming: &&IncomingSegment| {
            if has_ack {
                segment.seq == Seq(0) && incoming.end == segment.ack
            } else {
                incoming.ack() == Some(segment.seq)
            }
        };
        self.incoming_from(other).find(is_answered).copied()
    }

    /// What else is said of a RST.
    fn detail(
        &self,
        arrival: &Arrival,
        segment: &Segment,
        draft: &Draft,
        rejects: Option<u32>,
        unknown: Option<IncomingSegment>,
    ) -> ResetDetail {
        let own = &self.ends[arrival.end];
        let (cause, answers) = match draft.reset {
            Some(Reset::Late | Reset::Stray) | None => (None, 0),
            Some(Reset::Refused) => (Some(Cause::RefusesSyn), self.opening.last_syn_frame),
            Some(_) => match (rejects, unknown) {
                (Some(frame), _) => (Some(Cause::RejectsAck), frame),
                (None, Some(incoming)) => (Some(Cause::UnknownConnection), incoming.frame),
                (None, None) if own.tries >= GIVES_UP_AFTER || self.old_tries(arrival.end) >= GIVES_UP_AFTER => {
                    (Some(Cause::GaveUp), 0)
                }
                (None, None) if own.next() == Some(segment.seq) => (Some(Cause::Aborts), 0),
                (None, None) => (None, 0),
            },
        };
        let silence = between(self.incoming.at, MaybeTime::new(segment.at));
        let before =
            unknown.filter(|_| cause == Some(Cause::UnknownConnection)).and_then(|incoming| incoming.silence_ns());
        let hops =
            own.hops.zip(segment.network.hops).map(|(usual, this)| i32::from(this).wrapping_sub(i32::from(usual)));
        ResetDetail { cause, answers, idle_ns: silence.max(before), hops: hops.filter(|&hops| hops != 0) }
    }

    /// Whether a segment of an end that a RST closed shows that the RST was not sent or not taken: the end is in the state it
    /// had before. Once no end is closed by a RST any more, the one that ended the connection is withdrawn.
    pub(super) fn speak(&mut self, arrival: &Arrival, segment: &Segment, kind: Kind, draft: &mut Draft) {
        let end = arrival.end;
        let Some(fall) = self.fall(end).copied() else { return };
        let is_own = fall.by == end;
        let shows = if is_own {
            self.did_not_send(end, &fall, segment, kind)
        } else {
            Connection::did_not_take(&fall, segment, kind)
        };
        if !shows {
            return;
        }
        self.resets_mut().falls[end] = None;
        self.happens(end, Trigger::Revives(fall.before));
        let peer_fell = self.fall(end.peer()).is_some();
        let resets = self.resets_mut();
        let Some(ending) = &mut resets.ending else { return };
        let (said, anomaly) = if is_own {
            (&mut ending.said_forged, Anomalies::RESET_FORGED)
        } else {
            (&mut ending.said_ignored, Anomalies::RESET_IGNORED)
        };
        if fall.facts.contains(FallFacts::ENDS) && !*said {
            *said = true;
            draft.anomalies |= anomaly;
        }
        let EndingRst { ordinal: begun, frame, by, .. } = ending.rst;
        if !peer_fell {
            resets.ending = None;
            resets.withdrawn.push((begun, arrival.ordinal));
            resets.withdrawn_count = ResetCount::more(resets.withdrawn_count, resets.late.saturating_add(1), frame, by);
            self.show_again(arrival);
        }
    }

    /// Whether a segment acknowledges numbers that the other side first used after the RST.
    fn acks_later_numbers(fall: &Fall, segment: &Segment) -> bool {
        segment.acknowledgment().zip(fall.peer_used()).is_some_and(|(ack, used)| ack.is_after(used))
    }

    fn did_not_send(&self, end: End, fall: &Fall, segment: &Segment, kind: Kind) -> bool {
        let refuses = fall.facts.contains(FallFacts::REFUSES);
        let end_of_use = if kind == Kind::Fin && !refuses { segment.next() } else { segment.payload_end() };
        let uses_numbers = segment.payload_len > 0 || (kind == Kind::Fin && !refuses);
        let is_past = uses_numbers && end_of_use.back(1).is_after(fall.seq);
        let is_first_answer = kind == Kind::SynAck
            && end != self.client_end
            && self.server().syn_ack().is_none()
            && self.is_acceptable_syn_ack(end, segment);
        is_past || is_first_answer || Connection::acks_later_numbers(fall, segment)
    }

    fn did_not_take(fall: &Fall, segment: &Segment, kind: Kind) -> bool {
        let is_new = segment.payload_len > 0 || matches!(kind, Kind::Fin | Kind::SynAck);
        let is_later = between(fall.at, MaybeTime::new(segment.at)).is_some_and(|ns| ns > ON_ITS_WAY_NS);
        (is_new && is_later) || Connection::acks_later_numbers(fall, segment)
    }

    /// Whether a segment after the end is the server's SYN-ACK with an acceptable Ack after its own RST, which broke a
    /// handshake off before step 3: that one performs step 2 (somebody else may have sent the RST).
    pub(super) fn answers_after_own_reset(&self, end: End, segment: &Segment, kind: Kind) -> bool {
        let Some(ending) = self.ending() else { return false };
        kind == Kind::SynAck
            && end != self.client_end
            && ending.rst.by == end
            && ending.rst.in_handshake
            && !ending.had_step_3
            && self.is_acceptable_ack(segment.ack)
    }
}
