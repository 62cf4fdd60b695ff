//! RST: whether its receiver takes it, what it ends, and what shows that it did not (RFC 9293 §3.5.2, §3.10.7; RFC 5961 §3).

use super::endpoint::{Facts, Said};
use super::opening::Findings;
use super::state::{Event, State};
use super::times::{MaybeTime, between};
use super::verdict::{Anomalies, Cause, Reset, ResetDetail};
use super::{Arrival, Connection, Draft};
use crate::segment::{End, Flags, Kind, Segment, Seq, Side, Timestamp};

/// Nanoseconds after which new data cannot have been on its way when the RST was.
const ON_ITS_WAY_NS: u64 = 1_000_000_000;

/// What ended a connection before its time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ended {
    pub by: End,
    pub reset: Reset,
    pub frame: u32,
    pub ordinal: u64,
    /// Whether the handshake was still under way.
    pub in_handshake: bool,
    /// Whether step 3 had been seen.
    had_step_3: bool,
    /// Whether it was said that its sender did not send it, and that its receiver did not take it.
    said_forged: bool,
    said_ignored: bool,
}

/// The RST that closed one end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fall {
    /// Who sent it.
    by: End,
    seq: Seq,
    at: Option<Timestamp>,
    /// Whether it refused a SYN.
    refuses: bool,
    /// The state before it.
    before: State,
    /// The peer's highest number when it came.
    peer_next: Option<Seq>,
}

impl Fall {
    /// The state before it.
    pub fn state_before(&self) -> State {
        self.before
    }
}

/// A RST that asked for an exact match.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Challenge {
    pub by: End,
    pub frame: u32,
    pub ordinal: u64,
    /// Whether the handshake was under way, and would not count as over through it.
    pub in_handshake: bool,
}

/// What the receiver of a RST makes of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Judged {
    Taken,
    Challenged,
    Stray,
}

impl Connection {
    /// Whether a RST closed this end, and it has not spoken since.
    pub(super) fn fall(&self, end: End) -> Option<&Fall> {
        self.rare.as_ref()?.falls[end].as_ref()
    }

    /// A RST: says what it is, and ends the connection where it does.
    pub(super) fn reset(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        let (from, to) = (arrival.end, arrival.end.peer());
        self.begin_midstream(draft);
        let judged = self.judge(from, segment);
        let rejects = self.bad_ack(to, segment.seq);
        let unknown = self.unknown(to, segment);
        let is_late = self.ended.is_some();
        if !is_late && rejects.is_some() && from == self.client_end && self.states.of(from) == State::SynSent {
            // RFC 9293 §3.10.7.3: the client goes on waiting; the server forgets what it had.
            draft.reset = Some(if self.closing.closer.is_some() { Reset::AfterFin } else { Reset::Handshake });
            let is_passive = self.states.of(to) == State::SynReceived;
            self.happens(to, if is_passive { Event::ResetsToListen } else { Event::Resets });
        } else {
            let rejected = rejects.is_some() && from != self.client_end && self.states.of(from) == State::SynReceived;
            self.take(arrival, segment, judged, rejected, unknown.is_some(), draft);
        }
        draft.detail = Some(self.detail(arrival, segment, draft, rejects, unknown));
    }

    /// What a RST does by how it is judged. `rejected`: it answers an ACK that cannot complete the handshake.
    fn take(
        &mut self,
        arrival: &Arrival,
        segment: &Segment,
        judged: Judged,
        rejected: bool,
        is_unknown: bool,
        draft: &mut Draft,
    ) {
        let (from, to) = (arrival.end, arrival.end.peer());
        let is_late = self.ended.is_some();
        let value = match judged {
            _ if is_late => Reset::Late,
            Judged::Stray => Reset::Stray,
            Judged::Challenged => Reset::Challenged,
            Judged::Taken => {
                let is_end = !self.were_fins_acked() && !rejected;
                if is_end && self.opening.progress.is_going_on() && self.is_past_all(from, segment) {
                    self.over();
                }
                self.value(from, segment, is_unknown)
            }
        };
        draft.reset = Some(value);
        match judged {
            Judged::Stray => {
                self.opening.note_if(!is_late && from != self.client_end, Findings::INVALID_ANSWER);
            }
            Judged::Challenged => {
                if !is_late {
                    self.ends[to].note(Facts::OWES_CHALLENGE);
                    let in_handshake = self.is_in_handshake() && !self.is_past_all(from, segment);
                    let challenge =
                        Challenge { by: from, frame: arrival.frame, ordinal: arrival.ordinal, in_handshake };
                    self.rare_mut().challenges.add(challenge);
                }
            }
            Judged::Taken if self.were_fins_acked() || rejected => {
                // Both FINs were acknowledged: there is nothing left to end. Or the server goes on waiting for the ACK.
                self.fell(to, from, segment, false);
            }
            Judged::Taken => {
                let refuses = value == Reset::Refused;
                if !is_late {
                    draft.ended = true;
                    self.ended = Some(Ended {
                        by: from,
                        reset: value,
                        frame: arrival.frame,
                        ordinal: arrival.ordinal,
                        in_handshake: self.is_in_handshake(),
                        had_step_3: self.opening.frames[2] != 0,
                        said_forged: false,
                        said_ignored: false,
                    });
                }
                self.fell(to, from, segment, refuses);
                self.fell(from, from, segment, refuses);
            }
        }
    }

    /// The value of a RST that is taken, and not late.
    fn value(&self, from: End, segment: &Segment, is_unknown: bool) -> Reset {
        let (own, other) = (&self.ends[from], &self.ends[from.peer()]);
        let is_lone = segment.flags.has(Flags::ACK) && segment.seq == Seq(0) && !other.is(Facts::SEEN);
        if (is_unknown || is_lone) && !own.is(Facts::SPOKE) && !other.is(Facts::SENT_SYN) {
            Reset::NoConnection
        } else if self.closing.closer.is_some() {
            Reset::AfterFin
        } else if !self.is_in_handshake() {
            Reset::Abort
        } else if from != self.client_end && !self.has_acceptable_syn_ack() {
            Reset::Refused
        } else {
            Reset::Handshake
        }
    }

    /// Whether a RST now is one of the handshake.
    fn is_in_handshake(&self) -> bool {
        self.opening.progress.is_going_on() && self.closing.closer.is_none()
    }

    /// Whether a SYN-ACK was seen that its receiver could accept.
    pub(super) fn has_acceptable_syn_ack(&self) -> bool {
        End::BOTH.into_iter().any(|end| self.ends[end].syn_ack.is_some())
    }

    /// Whether a RST lies past everything captured of its sender and past its initial number + 1: the capture lacks
    /// segments, so the handshake was over.
    fn is_past_all(&self, from: End, segment: &Segment) -> bool {
        let own = &self.ends[from];
        let past = |number: Seq| segment.seq.is_after(number);
        // A side in SYN-SENT judges by the Ack alone, and the number is often 0.
        let is_judged = self.states.of(from.peer()) != State::SynSent;
        let is_past_isn = own.base().is_some_and(|isn| past(isn.advance(1)));
        self.opening.is_captured() && is_judged && is_past_isn && own.next.is_none_or(past)
    }

    /// Closes an end by a RST, unless an earlier one did.
    fn fell(&mut self, end: End, by: End, segment: &Segment, refuses: bool) {
        if self.fall(end).is_some() {
            return;
        }
        let before = self.states.of(end);
        // RFC 9293 §3.10.7.4: a passive side in SYN-RECEIVED goes back to LISTEN.
        let is_passive = end != by && end != self.client_end && self.ends[end].syn.is_none();
        let to_listen = is_passive && before == State::SynReceived;
        self.happens(end, if to_listen { Event::ResetsToListen } else { Event::Resets });
        let peer_next = self.ends[end.peer()].next;
        let fall = Fall { by, seq: segment.seq, at: segment.at, refuses, before, peer_next };
        self.rare_mut().falls[end] = Some(fall);
    }

    /// Whether R, the peer of `from`, takes a RST of `from` (RFC 9293 §3.10.7.3, §3.10.7.4).
    fn judge(&self, from: End, segment: &Segment) -> Judged {
        let (sender, receiver) = (&self.ends[from], &self.ends[from.peer()]);
        if !receiver.is(Facts::SEEN) {
            return Judged::Taken;
        }
        if self.states.of(from.peer()) == State::SynSent {
            let is_acceptable = segment.acknowledgment().is_some_and(|ack| self.is_acceptable_ack(ack));
            return if is_acceptable { Judged::Taken } else { Judged::Stray };
        }
        let isn = if self.opening.is_captured() { sender.base() } else { None };
        let Some(expected) = receiver.acked.or(isn.map(|isn| isn.advance(1))).or(sender.first) else {
            return Judged::Taken;
        };
        let highest = match (sender.next, receiver.acked) {
            (Some(next), Some(acked)) => next.later(acked),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => expected,
        };
        // Of a receiver of which nothing but SYNs was captured, the window counts from what it expects.
        let syns_edge = || receiver.syn.map(|_| expected.advance(u32::from(receiver.syn_window) << 14));
        let edge = receiver.edge.or_else(syns_edge).map_or(highest, |edge| edge.later(highest));
        let limit = if sender.next.is_none() { edge } else { highest };
        let is_within = |least: Seq, most: Seq| segment.seq.is_at_or_past(least) && most.is_at_or_past(segment.seq);
        if is_within(expected.back(1), limit) {
            Judged::Taken
        } else if is_within(limit, edge) {
            Judged::Challenged
        } else {
            Judged::Stray
        }
    }

    /// The segment of the other side that a RST answers because its sender knows no such connection (RFC 9293 §3.10.7.1):
    /// the latest since that sender's last own.
    fn unknown(&self, other: End, segment: &Segment) -> Option<Said> {
        let has_ack = segment.flags.has(Flags::ACK);
        let is_answered = |said: &&Said| {
            said.frame != 0
                && if has_ack {
                    segment.seq == Seq(0) && said.end == segment.ack
                } else {
                    said.ack == Some(segment.seq)
                }
        };
        let last = Some(&self.ends[other].said).filter(is_answered);
        let older = || self.rare.as_ref()?.said[other].iter().rev().find(is_answered);
        last.or_else(older).copied()
    }

    /// What else is said of a RST.
    fn detail(
        &self,
        arrival: &Arrival,
        segment: &Segment,
        draft: &Draft,
        rejects: Option<u32>,
        unknown: Option<Said>,
    ) -> ResetDetail {
        let own = &self.ends[arrival.end];
        let (cause, answers) = match draft.reset {
            Some(Reset::Late | Reset::Stray) | None => (None, 0),
            Some(Reset::Refused) => (Some(Cause::RefusesSyn), self.client().syn_frames.1),
            Some(_) => match (rejects, unknown) {
                (Some(frame), _) => (Some(Cause::RejectsAck), frame),
                (None, Some(said)) => (Some(Cause::UnknownConnection), said.frame),
                (None, None) if own.tries >= 3 => (Some(Cause::GaveUp), 0),
                (None, None) if own.next == Some(segment.seq) => (Some(Cause::Aborts), 0),
                (None, None) => (None, 0),
            },
        };
        let silence = between(self.times.last_spoke, MaybeTime::new(segment.at));
        let before = unknown
            .filter(|_| cause == Some(Cause::UnknownConnection))
            .and_then(|said| u64::try_from(said.silence_ns).ok());
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
            self.did_not_take(end, &fall, segment, kind)
        };
        if !shows {
            return;
        }
        self.rare_mut().falls[end] = None;
        self.happens(end, Event::Revives(fall.before));
        let Some(ended) = &mut self.ended else { return };
        let (said, anomaly) = if is_own {
            (&mut ended.said_forged, Anomalies::RESET_FORGED)
        } else {
            (&mut ended.said_ignored, Anomalies::RESET_IGNORED)
        };
        if !*said {
            *said = true;
            draft.anomalies |= anomaly;
        }
        let begun = ended.ordinal;
        if self.fall(end.peer()).is_none() {
            self.ended = None;
            self.rare_mut().withdrawn.push((begun, arrival.ordinal));
        }
    }

    /// Whether a segment acknowledges numbers that the other side first used after the RST.
    fn acks_later_numbers(&self, end: End, fall: &Fall, segment: &Segment) -> bool {
        let (Some(ack), Some(now)) = (segment.acknowledgment(), self.ends[end.peer()].next) else { return false };
        match fall.peer_next {
            Some(then) => now.is_after(then) && ack.is_after(then),
            // Nothing of it had been captured then.
            None => self.ends[end.peer()].first.is_some_and(|first| now.is_after(first) && ack.is_after(first)),
        }
    }

    fn did_not_send(&self, end: End, fall: &Fall, segment: &Segment, kind: Kind) -> bool {
        let end_of_use = if kind == Kind::Fin && !fall.refuses { segment.next() } else { segment.payload_end() };
        let uses_numbers = segment.payload_len > 0 || (kind == Kind::Fin && !fall.refuses);
        let is_past = uses_numbers && end_of_use.back(1).is_after(fall.seq);
        let is_first_answer = kind == Kind::SynAck
            && end != self.client_end
            && !self.has_acceptable_syn_ack()
            && self.is_acceptable_ack(segment.ack);
        is_past || is_first_answer || self.acks_later_numbers(end, fall, segment)
    }

    fn did_not_take(&self, end: End, fall: &Fall, segment: &Segment, kind: Kind) -> bool {
        let is_new = segment.payload_len > 0 || matches!(kind, Kind::Fin | Kind::SynAck);
        let is_later =
            fall.at.zip(segment.at).and_then(|(then, now)| now.since(then)).is_some_and(|ns| ns > ON_ITS_WAY_NS);
        (is_new && is_later) || self.acks_later_numbers(end, fall, segment)
    }

    /// Whether a segment after the end is the server's SYN-ACK with an acceptable Ack after its own RST, which broke a
    /// handshake off before step 3: that one performs step 2 (somebody else may have sent the RST).
    pub(super) fn answers_after_own_reset(&self, end: End, segment: &Segment, kind: Kind) -> bool {
        let Some(ended) = self.ended else { return false };
        kind == Kind::SynAck
            && end != self.client_end
            && ended.by == end
            && ended.in_handshake
            && !ended.had_step_3
            && self.is_acceptable_ack(segment.ack)
    }

    /// The first challenged RST that not both sides have spoken after: at the end it counts as the one that ended the
    /// connection.
    pub(super) fn unanswered_challenge(&self) -> Option<Challenge> {
        if self.ended.is_some() || self.were_fins_acked() {
            return None;
        }
        self.rare.as_ref()?.challenges.iter().find(|challenge| !self.went_on_after(challenge.ordinal)).copied()
    }

    /// Whether both sides sent a segment without RST after this place.
    fn went_on_after(&self, ordinal: u64) -> bool {
        End::BOTH.into_iter().all(|end| self.ends[end].last_spoke > ordinal)
    }

    /// Whether the connection survived the challenged RST at this place: that one did not end it, nor did one before.
    #[must_use]
    pub fn survived(&self, ordinal: u64) -> bool {
        self.ended_at(super::Pass::Final).is_none_or(|ender| ordinal < ender)
    }

    /// Whether the RST at this place was withdrawn.
    #[must_use]
    pub fn was_withdrawn(&self, ordinal: u64) -> bool {
        let Some(rare) = &self.rare else { return false };
        // The ranges are in order and do not overlap.
        let index = rare.withdrawn.partition_point(|&(_, until)| until <= ordinal);
        rare.withdrawn.get(index).is_some_and(|&(from, _)| from <= ordinal)
    }

    /// Who sent the RST that ended the connection, its frame, and what it is.
    #[must_use]
    pub fn ended_by(&self, pass: super::Pass) -> Option<(Side, u32, Reset)> {
        if let Some(ended) = self.ended {
            return Some((self.side(ended.by), ended.frame, ended.reset));
        }
        let challenge = if pass == super::Pass::Final { self.unanswered_challenge() } else { None }?;
        Some((self.side(challenge.by), challenge.frame, Reset::Challenged))
    }

    /// The place of that RST in the order of all segments.
    #[must_use]
    pub fn ended_at(&self, pass: super::Pass) -> Option<u64> {
        let challenged = || if pass == super::Pass::Final { self.unanswered_challenge() } else { None };
        self.ended.map(|ended| ended.ordinal).or_else(|| challenged().map(|challenge| challenge.ordinal))
    }

    /// Whether it broke the handshake off; none where no RST ended the connection.
    pub(super) fn ended_in_handshake(&self, pass: super::Pass) -> Option<bool> {
        match self.ended {
            Some(ended) => Some(ended.in_handshake),
            None if pass == super::Pass::Final => self.unanswered_challenge().map(|challenge| challenge.in_handshake),
            None => None,
        }
    }
}
