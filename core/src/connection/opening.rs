//! The handshake: who may say what, in which order (RFC 9293 §3.5, §3.10.7).

use bitflags::bitflags;

use super::endpoint::Facts;
use super::remembered::What;
use super::state::Event;
use super::times::MaybeTime;
use super::verdict::{Anomalies, Steps};
use super::{Arrival, Connection, Draft, State};
use crate::segment::{End, Ends, Kind, Segment, Seq, Side};

/// How far the handshake has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Progress {
    /// No SYN and no SYN-ACK was seen.
    #[default]
    NotCaptured,
    /// One was seen, step 3 not yet.
    Underway,
    /// Step 3 was seen.
    Complete,
    /// It was, but the server goes on repeating its SYN-ACK: it was not taken.
    NotTaken,
    /// The connection is open without a step 3: that one was not captured, and no segment can be it any more.
    Over,
}

impl Progress {
    /// Whether the next segment still belongs to the handshake.
    pub fn is_going_on(self) -> bool {
        matches!(self, Progress::Underway | Progress::NotTaken)
    }
}

bitflags! {
    /// What turned out in the handshake.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub(super) struct Findings: u16 {
        /// A segment that is not part of a handshake came first.
        const MIDSTREAM = 1;
        /// A SYN-ACK with an acceptable Ack was seen.
        const SYN_ACK_ACCEPTABLE = 1 << 1;
        /// A SYN-ACK acknowledged data of the SYN (RFC 7413).
        const ACKED_SYN_DATA = 1 << 2;
        /// Step 3 told which SYN-ACK counts.
        const SETTLED = 1 << 3;
        /// The server acknowledged X+1 without SYN before its own SYN.
        const EARLY_SERVER_ACK = 1 << 4;
        /// Both sides sent a SYN without ACK before it was complete.
        const DOUBLE = 1 << 5;
        /// It is a split handshake.
        const SPLIT = 1 << 6;
        /// The server, after its SYN-ACK, sent payload or acknowledged more than X+1.
        const WENT_ON = 1 << 7;
        /// The SYN was repeated before the SYN-ACK.
        const SYN_REPEATED = 1 << 8;
        /// The SYN-ACK was repeated before step 3.
        const SYN_ACK_REPEATED = 1 << 9;
        /// It was said that the SYN-ACK did not reach the client.
        const SAID_NOT_RECEIVED = 1 << 10;
        /// It was said that the server did not take step 3.
        const SAID_NOT_TAKEN = 1 << 11;
        /// An older connection answered the SYN.
        const OLDER_ANSWERED = 1 << 12;
        /// Something answered the SYN that the client must ignore.
        const INVALID_ANSWER = 1 << 13;
        /// An ICMP error says that the SYN does not get there.
        const UNREACHABLE = 1 << 14;
    }
}

/// The handshake of the last attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Opening {
    /// How far it has come.
    pub progress: Progress,
    /// What turned out in it.
    pub findings: Findings,
    /// The steps that each end's acknowledgment performed.
    pub ack_steps: Ends<Steps>,
    /// The frames of the first segments that performed steps 1 to 3; 0: none.
    pub frames: [u32; 3],
    /// Bytes of payload on the client's SYN.
    pub syn_data: u32,
}

impl Opening {
    /// Whether a SYN or a SYN-ACK was seen.
    pub fn is_captured(&self) -> bool {
        self.progress != Progress::NotCaptured
    }

    /// Whether something turned out.
    pub const fn found(&self, finding: Findings) -> bool {
        self.findings.intersects(finding)
    }

    /// Notes that something turned out.
    pub fn note(&mut self, finding: Findings) {
        self.findings.insert(finding);
    }

    /// Notes that something turned out, if it did.
    pub fn note_if(&mut self, condition: bool, finding: Findings) {
        if condition {
            self.note(finding);
        }
    }
}

impl Connection {
    /// Notes that a segment performs a step (1 to 3).
    pub(super) fn perform(&mut self, step: u8, arrival: &Arrival, segment: &Segment) {
        let index = usize::from(step.saturating_sub(1));
        if let Some(frame) = self.opening.frames.get_mut(index)
            && *frame == 0
        {
            *frame = arrival.frame;
            let at = MaybeTime::new(segment.at);
            match step {
                1 => self.times.syn = at,
                2 => self.times.syn_ack = at,
                _ => self.times.step_3 = at,
            }
        }
    }

    /// The client's number after its SYN: X+1, when X is known.
    pub(super) fn x_plus_1(&self) -> Option<Seq> {
        self.client().base().map(|x| x.advance(1))
    }

    /// Whether a client in SYN-SENT accepts this acknowledgment: X+1, or some of the SYN's data with it.
    pub(super) fn is_acceptable_ack(&self, ack: Seq) -> bool {
        self.client().syn.is_none() || self.x_plus_1().is_none_or(|first| ack.is_within(first, self.opening.syn_data))
    }

    /// Whether the receiver of a SYN-ACK can accept it. Nobody can when it is sent against one's own SYN and no SYN of the
    /// other side was captured.
    fn is_acceptable_syn_ack(&self, from: End, segment: &Segment) -> bool {
        let to = from.peer();
        match self.ends[to].syn {
            Some(_) if to == self.client_end => self.is_acceptable_ack(segment.ack),
            Some(syn) => segment.ack == syn.advance(1),
            None => self.ends[from].syn.is_none(),
        }
    }

    /// The segment's part in the handshake.
    pub(super) fn open(&mut self, arrival: &Arrival, segment: &Segment, kind: Kind, draft: &mut Draft) {
        let from = arrival.end;
        match kind {
            Kind::Syn => self.syn(arrival, segment, draft),
            Kind::SynAck => self.syn_ack(arrival, segment, draft),
            Kind::Ack | Kind::Fin => match self.opening.progress {
                Progress::NotCaptured => self.midstream(arrival, segment, draft),
                Progress::Underway if self.is_double_open() => self.double_open_ack(arrival, segment, draft),
                Progress::Underway if from == self.client_end => self.client_ack(arrival, segment, kind, draft),
                Progress::Underway => self.server_segment(arrival, segment),
                Progress::NotTaken if from != self.client_end => self.complete_again(from, segment, kind),
                Progress::Complete | Progress::Over | Progress::NotTaken => {}
            },
            Kind::Rst | Kind::Other => {}
        }
        if kind != Kind::Syn && !draft.wrong {
            self.ends[from].note(Facts::SENT_ACK);
        }
    }

    /// A SYN or SYN-ACK begins the handshake, with these numbers of client and server where they are known.
    ///
    /// After other segments it is a late arrival where one of them would have completed the handshake or shown it to be
    /// over, had this one been seen before; else the connection only begins now.
    fn begin_opening(&mut self, x: Seq, y: Option<Seq>) {
        if self.opening.progress != Progress::NotCaptured {
            return;
        }
        self.opening.progress = Progress::Underway;
        if !self.opening.found(Findings::MIDSTREAM) {
            return;
        }
        let first = x.advance(1);
        let past = |number: Option<Seq>, least: Seq| number.is_some_and(|number| number.is_at_or_past(least));
        let (client, server) = (self.client(), self.server());
        let by_client = client.is(Facts::SENT_ACK)
            && past(client.next, first)
            && y.is_none_or(|y| past(client.acked, y.advance(1)));
        let by_server = y.is_none() && server.payload_end.get().is_some() && past(server.acked, first);
        if by_client || by_server {
            self.opening.progress = Progress::Over;
        } else if self.closing.closer.is_none() {
            self.begin_states();
        }
    }

    fn syn(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        let from = arrival.end;
        let late = self.opening.progress == Progress::NotCaptured && self.opening.found(Findings::MIDSTREAM);
        let first_of_attempt = self.opening.frames == [0; 3] && !self.opening.is_captured();
        self.begin_opening(segment.seq, None);
        draft.open_steps.add(Steps::one(1));
        let known = self.ends[from].syn;
        draft.repeats.syn = self.note_number(from, What::Syn, segment.seq);
        self.perform(1, arrival, segment);
        let own = &self.ends[from];
        // The SYN that was answered counts, and the SYN-ACK where the server sent both.
        let is_answered =
            if from == self.client_end { self.opening.frames[1] != 0 } else { own.base() == Some(segment.seq) };
        let is_open = !matches!(self.opening.progress, Progress::NotCaptured | Progress::Underway);
        if own.options.is_none() || !(is_answered || is_open) {
            self.ends[from].options = Some(segment.options);
        }
        if late && let Some(y) = self.server().base() {
            // The server's first number is the one after its SYN, as far as can be known.
            self.set_handshake_base(arrival, self.client_end.peer(), y.back(1));
        }
        if from == self.client_end {
            self.client_syn(arrival, segment, known, first_of_attempt, draft);
        } else {
            self.ends[from].syn = Some(segment.seq);
            if known.is_none() {
                self.server_syn(arrival, segment, draft);
            }
        }
    }

    fn client_syn(
        &mut self,
        arrival: &Arrival,
        segment: &Segment,
        known: Option<Seq>,
        first_of_attempt: bool,
        draft: &mut Draft,
    ) {
        let from = arrival.end;
        let acceptable = self.opening.found(Findings::SYN_ACK_ACCEPTABLE);
        if draft.repeats.syn && !first_of_attempt {
            if self.opening.frames[1] == 0 {
                self.opening.note(Findings::SYN_REPEATED);
            }
            self.opening.syn_data = self.opening.syn_data.max(segment.payload_len);
        } else if known.is_none() || first_of_attempt || !acceptable {
            self.opening.syn_data = segment.payload_len;
        }
        let is_underway = self.opening.progress == Progress::Underway;
        if known.is_none() || (is_underway && !acceptable) {
            self.set_handshake_base(arrival, from, segment.seq);
            self.ends[from].syn = Some(segment.seq);
        }
        if is_underway {
            self.take_syn_ack_back(segment, draft);
            self.happens(from, Event::SendsSyn);
            if self.states.of(from) == State::SynSent {
                self.happens(from.peer(), Event::GetsSyn);
            }
        }
    }

    fn syn_ack(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        let from = arrival.end;
        let acceptable = self.is_acceptable_syn_ack(from, segment);
        draft.repeats.syn = self.note_number(from, What::SynAck, segment.seq);
        if draft.repeats.syn {
            self.ends[from.peer()].note(Facts::OWES_SYN_ACK);
        }
        if !acceptable {
            draft.wrong = true;
            draft.anomalies |= Anomalies::SYNACK_WRONG_ACK;
            if self.states.of(from.peer()) == State::SynSent {
                self.note_bad_ack(from, segment.ack, arrival.frame);
            }
            self.opening.note_if(from != self.client_end, Findings::INVALID_ANSWER);
            return;
        }
        if from == self.client_end {
            self.begin_opening(segment.seq, Some(segment.ack.back(1)));
        } else {
            self.begin_opening(segment.ack.back(1), Some(segment.seq));
        }
        if draft.repeats.syn {
            self.opening
                .note_if(self.opening.frames[2] == 0 && self.opening.frames[1] != 0, Findings::SYN_ACK_REPEATED);
        }
        if self.is_double_open() {
            if self.opening.progress == Progress::Underway {
                self.double_open_ack(arrival, segment, draft);
            }
            if draft.repeats.syn {
                let before = self.syn_ack_steps(from);
                draft.open_steps.add(before);
            } else {
                self.set_syn_ack_steps(from, draft.open_steps);
            }
        } else {
            draft.open_steps.add(Steps::one(2));
            self.answer_syn(arrival, segment, draft);
        }
        let own = &self.ends[from];
        let is_news = !draft.repeats.syn && self.opening.progress == Progress::Underway;
        if own.syn.is_none() && own.base() == Some(segment.seq) && (own.options.is_none() || is_news) {
            self.ends[from].options = Some(segment.options);
        }
        self.ends[from].syn_ack = Some(segment.seq);
        self.times.last_syn_ack = MaybeTime::new(segment.at);
    }

    /// Step 2, by whoever sent it.
    fn answer_syn(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        // The client's answers a SYN that was not captured, and not its own: the time of the server's counts.
        let answered_at = self.times.syn_ack;
        if arrival.end == self.client_end {
            if self.server().base().is_none() {
                self.set_handshake_base(arrival, self.client_end.peer(), segment.ack.back(1));
            }
            self.perform(2, arrival, segment);
            self.times.syn_ack = answered_at;
        } else {
            self.server_syn_ack(arrival, segment, draft);
            self.perform(2, arrival, segment);
            if answered_at.get().is_some() {
                self.times.syn_ack = answered_at;
            } else if !draft.repeats.syn {
                self.times.syn_ack = MaybeTime::new(segment.at);
            }
        }
    }

    /// Whether X is only the first number seen, and the SYN-ACK at hand the first to tell better.
    fn replaces_first_seen(&self) -> bool {
        self.opening.found(Findings::MIDSTREAM) && self.client().syn.is_none() && self.server().syn_ack.is_none()
    }

    fn server_syn_ack(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        let (client, server) = (self.client_end, self.client_end.peer());
        if self.client().base().is_none() || self.replaces_first_seen() {
            self.set_handshake_base(arrival, client, segment.ack.back(1));
        }
        if self.server().syn_ack.is_some_and(|last| last != segment.seq) {
            draft.anomalies |= Anomalies::SYNACK_CHANGED;
        }
        if !self.opening.found(Findings::SETTLED) {
            self.set_handshake_base(arrival, server, segment.seq);
        }
        let takes_data =
            self.client().syn.is_some() && self.x_plus_1().is_some_and(|first| segment.ack.is_after(first));
        self.opening.note(Findings::SYN_ACK_ACCEPTABLE);
        self.opening.note_if(takes_data, Findings::ACKED_SYN_DATA);
        if draft.repeats.syn && self.opening.progress.is_going_on() {
            self.opening.findings.remove(Findings::WENT_ON);
        }
        if self.opening.progress == Progress::Underway {
            if matches!(self.states.of(client), State::Closed | State::SynSent) {
                self.happens(server, Event::SendsSynAck);
            }
            self.happens(client, Event::GetsSynAck);
        } else if draft.repeats.syn && self.server().base() == Some(segment.seq) {
            self.take_step_3_back(segment, draft);
        }
    }

    /// A segment of a connection of whose handshake nothing was seen: the first numbers seen become X and Y.
    fn midstream(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        let from = arrival.end;
        self.begin_midstream(draft);
        if self.ends[from].base().is_none() && self.ends[from.peer()].base().is_none() {
            self.set_handshake_base(arrival, from, segment.seq);
            self.set_handshake_base(arrival, from.peer(), segment.ack);
        }
    }

    /// The first segment of such a connection shows it open, also when it is the RST that ends it.
    pub(super) fn begin_midstream(&mut self, draft: &mut Draft) {
        if self.opening.found(Findings::MIDSTREAM) || self.opening.is_captured() {
            return;
        }
        self.opening.note(Findings::MIDSTREAM);
        draft.anomalies |= Anomalies::NOT_CAPTURED;
        for end in End::BOTH {
            self.happens(end, Event::FoundOpen);
        }
    }

    /// A client's segment with ACK before step 3.
    fn client_ack(&mut self, arrival: &Arrival, segment: &Segment, kind: Kind, draft: &mut Draft) {
        let Some(first) = self.x_plus_1() else { return };
        let server = self.client_end.peer();
        if self.opening.found(Findings::SYN_ACK_ACCEPTABLE) {
            let acked = segment.ack.back(1);
            let current = self.server().base().unwrap_or(acked);
            let is_syn_ack = self.server().syn_ack == Some(acked) || self.came_before(server, What::SynAck, acked);
            let chosen = if is_syn_ack { acked } else { current };
            if self.is_step_3(segment, kind, first, chosen) {
                self.set_handshake_base(arrival, server, chosen);
                self.opening.note(Findings::SETTLED);
                self.step_3(arrival, segment, draft);
            } else {
                draft.wrong = true;
                draft.anomalies |= Anomalies::OPEN_ACK_WRONG;
                self.note_bad_ack(arrival.end, segment.ack, arrival.frame);
            }
        } else {
            if self.server().base().is_none() {
                self.set_handshake_base(arrival, server, segment.ack.back(1));
            }
            if segment.seq == first {
                self.step_3(arrival, segment, draft);
            } else if segment.seq.is_after(first) {
                self.over();
            }
        }
    }

    /// Whether a client's ACK can complete the handshake (RFC 9293 §3.10.7.4). Without a FIN it has to lie within what the
    /// server offered, and to acknowledge no more than the server sent, but where the capture lacks segments.
    fn is_step_3(&self, segment: &Segment, kind: Kind, first: Seq, y: Seq) -> bool {
        if !segment.ack.is_at_or_past(y.advance(1)) || !segment.seq.is_at_or_past(first) {
            return false;
        }
        let sent = self.client().next.unwrap_or(first);
        let offered = first.advance(u32::from(self.server().syn_window));
        let acks_unsent = self.server().next.is_some_and(|next| segment.ack.is_after(next));
        let lacks_segments = segment.seq.is_after(sent);
        let is_within = !segment.seq.is_after(sent.later(offered)) && (!acks_unsent || lacks_segments);
        kind == Kind::Fin || is_within
    }

    /// A server's segment without SYN before step 3.
    fn server_segment(&mut self, arrival: &Arrival, segment: &Segment) {
        let Some(first) = self.x_plus_1() else { return };
        let acceptable = self.is_acceptable_ack(segment.ack);
        self.opening.note_if(acceptable, Findings::EARLY_SERVER_ACK);
        if self.opening.found(Findings::SYN_ACK_ACCEPTABLE) {
            self.opening.note_if(segment.payload_len > 0 || segment.ack.is_after(first), Findings::WENT_ON);
            return;
        }
        if self.server().base().is_none() && !self.client().is(Facts::SENT_ACK) {
            self.set_handshake_base(arrival, arrival.end, segment.seq.back(1));
        }
        let used = self.client().next.map_or(0, |next| next.offset_from(first).max(0).unsigned_abs());
        if segment.payload_len > 0 && (segment.ack.is_within(first, used) || arrival.shows_a_gap) {
            self.over();
        }
    }

    fn step_3(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        draft.open_steps.add(Steps::one(3));
        self.opening.ack_steps[arrival.end] = Steps::one(3);
        self.perform(3, arrival, segment);
        self.complete();
        self.establish();
    }

    /// Step 3 was performed.
    pub(super) fn complete(&mut self) {
        self.opening.progress = Progress::Complete;
        for end in End::BOTH {
            self.ends[end].unnote(Facts::WENT_ON_SINCE);
        }
    }

    /// The connection is seen to be open though its handshake was not seen to be completed.
    pub(super) fn over(&mut self) {
        self.opening.progress = Progress::Over;
        self.establish();
    }

    fn establish(&mut self) {
        for end in End::BOTH {
            // A side that is closed because its FIN was acknowledged does not open again.
            let is_done = self.states.of(end) == State::Closed && self.ends[end].fin.is_some();
            if !is_done {
                self.happens(end, Event::Opens);
            }
        }
    }

    /// The number of segments by which the client asked, as far as they were captured: SYNs of the last attempt.
    #[must_use]
    pub fn syns(&self) -> u32 {
        self.ends[self.end(Side::Client)].syns
    }
}
