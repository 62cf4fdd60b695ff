//! The opening: who may say what, in which order (RFC 9293 §3.5, §3.10.7).

use super::connection::{Connection, Draft, Moment};
use super::segment::{Kind, Segment, Timestamp};
use super::seq::Seq;
use super::side::{Both, Side};
use super::state::{BEFORE, State};
use super::verdict::{Anomalies, Steps};

/// How far the opening has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Progress {
    /// No SYN and no SYN-ACK was seen.
    #[default]
    NotCaptured,
    /// One was seen, step 3 not yet.
    Underway,
    /// Step 3 was seen.
    Complete,
    /// The connection is open without a step 3: that one was not captured, and no segment can be it any more.
    Over,
}

/// The opening of the last attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Opening {
    /// How far it has come.
    pub progress: Progress,
    /// Whether a segment that is not part of an opening came first.
    pub midstream: bool,
    /// Octets of payload on the client's SYN.
    pub syn_data: u32,
    /// Whether a SYN-ACK with an acceptable Ack was seen.
    pub syn_ack_acceptable: bool,
    /// Whether a SYN-ACK acknowledged data of the SYN (RFC 7413).
    pub acked_syn_data: bool,
    /// Whether step 3 told which SYN-ACK counts.
    pub settled: bool,
    /// Whether the server acknowledged X+1 without SYN before its own SYN.
    pub early_server_ack: bool,
    /// Whether both sides sent a SYN without ACK before it was complete.
    pub is_double: bool,
    /// Whether it is a split handshake.
    pub split: bool,
    /// Whether the server, after its SYN-ACK, sent payload or acknowledged more than X+1.
    pub went_on: bool,
    /// Whether the client sent a segment with ACK.
    pub client_acked: bool,
    /// Whose SYN was acknowledged, where both sides sent one.
    pub syn_acked: Both<bool>,
    /// The steps that each side's acknowledgment performed.
    pub ack_steps: Both<Steps>,
    /// The steps that each side's SYN-ACK performed, where both sides sent a SYN.
    pub syn_ack_steps: Both<Steps>,
    /// The last acknowledgment that a client in SYN-SENT could not accept.
    pub bad_ack: Option<Seq>,
    /// Whether the client answered it with a RST: the server took that, and the client went on.
    pub bad_ack_reset: bool,
    /// Whether the SYN was repeated before the SYN-ACK.
    pub syn_repeated: bool,
    /// Whether the SYN-ACK was repeated before step 3.
    pub syn_ack_repeated: bool,
    /// The frames of the first segments that performed steps 1 to 3; 0: none.
    pub frames: [u32; 3],
    /// When they were captured.
    pub times: [Option<Timestamp>; 3],
}

impl Opening {
    /// Whether a SYN or a SYN-ACK was seen.
    #[must_use]
    pub fn is_captured(&self) -> bool {
        self.progress != Progress::NotCaptured
    }

    /// Notes that a segment performs a step (1 to 3).
    fn perform(&mut self, step: u8, moment: Moment, at: Option<Timestamp>) {
        let index = usize::from(step.saturating_sub(1));
        if let (Some(frame), Some(time)) = (self.frames.get_mut(index), self.times.get_mut(index))
            && *frame == 0
        {
            *frame = moment.frame;
            *time = at;
        }
    }
}

impl Connection {
    /// Whether both sides sent a SYN without ACK: simultaneous or split open. A server's SYN that arrives when the
    /// opening is complete or over tells nothing any more.
    #[must_use]
    pub fn is_double_open(&self) -> bool {
        self.opening.is_double
    }

    /// The client's number after its SYN: X+1, when X is known.
    fn x_plus_1(&self) -> Option<Seq> {
        self.bases.open.client.map(|x| x.seq().advance(1))
    }

    /// Whether a client in SYN-SENT accepts this acknowledgment: X+1, or some of the SYN's data with it.
    pub(super) fn is_acceptable_ack(&self, ack: Seq) -> bool {
        self.x_plus_1().is_none_or(|first| ack.is_within(first, self.opening.syn_data))
    }

    /// A SYN after the RST that ended the connection starts anew. Gives the sender's side: the client.
    pub(super) fn begin_attempt(&mut self, moment: Moment, side: Side, draft: &mut Draft) -> Side {
        self.forget_attempt(moment);
        if side == Side::Server {
            self.exchange_roles(moment);
        }
        draft.repeats.syn = false;
        Side::Client
    }

    /// A SYN-ACK with an acceptable Ack after a RST in the opening: the client did not take the RST.
    pub(super) fn take_back_reset(&mut self, side: Side, segment: &Segment, kind: Kind) -> bool {
        match self.ended {
            Some(ended)
                if ended.in_opening
                    && kind == Kind::SynAck
                    && side == Side::Server
                    && self.is_acceptable_ack(segment.ack) =>
            {
                self.states = ended.states;
                self.ended = None;
                true
            }
            _ => false,
        }
    }

    /// The segment's part in the opening.
    pub(super) fn open(&mut self, moment: Moment, side: Side, segment: &Segment, kind: Kind, draft: &mut Draft) {
        match kind {
            Kind::Syn => self.syn(moment, side, segment, draft),
            Kind::SynAck => self.syn_ack(moment, side, segment, draft),
            Kind::Ack | Kind::Fin => match self.opening.progress {
                Progress::NotCaptured => self.midstream(moment, side, segment, draft),
                Progress::Underway if self.is_double_open() => self.double_open_ack(moment, side, segment, draft),
                Progress::Underway if side == Side::Client => self.client_ack(moment, segment, draft),
                Progress::Underway => self.server_segment(moment, segment, draft),
                Progress::Complete | Progress::Over => {}
            },
            Kind::Rst | Kind::Other => {}
        }
        if side == Side::Client && kind != Kind::Syn {
            self.opening.client_acked = true;
        }
    }

    /// A SYN or SYN-ACK of `side` begins the opening, with these numbers of client and server where they are known.
    ///
    /// After other segments it is a late arrival where one of them would have completed the opening or shown it to be
    /// over, had this one been seen before; else the connection only begins now.
    fn begin_opening(&mut self, x: Seq, y: Option<Seq>) {
        if self.opening.progress != Progress::NotCaptured {
            return;
        }
        self.opening.progress = Progress::Underway;
        if !self.opening.midstream {
            return;
        }
        let (client, server) = (&self.sides.client, &self.sides.server);
        let first = x.advance(1);
        let past = |number: Option<Seq>, least: Seq| number.is_some_and(|number| number.is_at_or_past(least));
        let by_client =
            self.opening.client_acked && past(client.next, first) && y.is_none_or(|y| past(client.acked, y.advance(1)));
        let by_server = y.is_none() && server.payload_end.is_some() && past(server.acked, first);
        if by_client || by_server {
            self.opening.progress = Progress::Over;
        } else if self.closing.closer.is_none() {
            self.states = BEFORE;
        }
    }

    fn syn(&mut self, moment: Moment, side: Side, segment: &Segment, draft: &mut Draft) {
        let late = self.opening.progress == Progress::NotCaptured && self.opening.midstream;
        let first_attempt_segment = self.opening.frames == [0; 3] && !self.opening.is_captured();
        self.begin_opening(segment.seq, None);
        draft.open_steps.add(Steps::one(1));
        let known = self.sides[side].syn;
        draft.repeats.syn = known == Some(segment.seq) || self.sides[side].other_syn == Some(segment.seq);
        if known.is_some_and(|syn| syn != segment.seq) {
            self.sides[side].other_syn = Some(segment.seq);
        }
        self.opening.perform(1, moment, segment.at);
        // The SYN that was answered counts, and the SYN-ACK where the server sent both.
        let base = self.bases.open[side].map(|base| base.seq());
        let is_answered = match side {
            Side::Client => self.opening.frames[1] != 0,
            Side::Server => base == Some(segment.seq),
        };
        let is_open = matches!(self.opening.progress, Progress::Complete | Progress::Over);
        if self.sides[side].options.is_none() || !(is_answered || is_open) {
            self.sides[side].options = Some(segment.options);
        }
        if late {
            // The server's first number is the one after its SYN, as far as can be known.
            if let Some(y) = self.bases.open.server {
                self.set_open_base(moment, Side::Server, y.seq().back(1));
            }
        }
        match side {
            Side::Client => {
                if draft.repeats.syn && !first_attempt_segment {
                    if self.opening.frames[1] == 0 {
                        self.opening.syn_repeated = true;
                    }
                    self.opening.syn_data = self.opening.syn_data.max(segment.payload_len);
                } else if known.is_none() || first_attempt_segment || !self.opening.syn_ack_acceptable {
                    self.opening.syn_data = segment.payload_len;
                }
                let may_move = self.opening.progress == Progress::Underway && !self.opening.syn_ack_acceptable;
                if known.is_none() || may_move {
                    self.set_open_base(moment, side, segment.seq);
                    self.sides[side].syn = Some(segment.seq);
                }
                if self.opening.progress == Progress::Underway {
                    if self.states.client == State::Closed {
                        self.states.client = State::SynSent;
                    }
                    if self.states.client == State::SynSent
                        && matches!(self.states.server, State::Listen | State::Closed)
                    {
                        self.states.server = State::SynReceived;
                    }
                }
            }
            Side::Server => {
                self.sides[side].syn = Some(segment.seq);
                if known.is_none() {
                    self.server_syn(moment, segment, draft);
                }
            }
        }
    }

    /// The server's own SYN crosses the client's: simultaneous open (RFC 9293 figure 7), or a split handshake.
    fn server_syn(&mut self, moment: Moment, segment: &Segment, draft: &mut Draft) {
        if self.opening.progress != Progress::Underway {
            return;
        }
        self.opening.is_double = true;
        self.set_open_base(moment, Side::Server, segment.seq);
        draft.anomalies.add(Anomalies::SIMULTANEOUS_OPEN);
        if self.opening.early_server_ack {
            self.opening.split = true;
            draft.anomalies.add(Anomalies::SPLIT_HANDSHAKE);
        }
        if self.states.client == State::SynSent {
            self.states = Both { client: State::SynReceived, server: State::SynReceived };
        }
    }

    fn syn_ack(&mut self, moment: Moment, side: Side, segment: &Segment, draft: &mut Draft) {
        match side {
            Side::Server => self.begin_opening(segment.ack.back(1), Some(segment.seq)),
            Side::Client => self.begin_opening(segment.seq, Some(segment.ack.back(1))),
        }
        let own = &self.sides[side];
        draft.repeats.syn = own.syn_ack == Some(segment.seq) || own.other_syn_ack == Some(segment.seq);
        if draft.repeats.syn {
            self.sides[side.peer()].owes_syn_ack = true;
            if self.opening.frames[2] == 0 {
                self.opening.syn_ack_repeated = true;
            }
        }
        if self.is_double_open() {
            let data = if side == Side::Server { self.opening.syn_data } else { 0 };
            let peers_syn = self.sides[side.peer()].syn;
            if peers_syn.is_some_and(|syn| !segment.ack.is_within(syn.advance(1), data)) {
                draft.anomalies.add(Anomalies::SYNACK_WRONG_ACK);
            }
            if self.opening.progress == Progress::Underway {
                self.double_open_ack(moment, side, segment, draft);
            }
            if draft.repeats.syn {
                draft.open_steps.add(self.opening.syn_ack_steps[side]);
            } else {
                self.opening.syn_ack_steps[side] = draft.open_steps;
            }
        } else {
            draft.open_steps.add(Steps::one(2));
            match side {
                Side::Server => self.server_syn_ack(moment, segment, draft),
                Side::Client => {
                    if self.bases.open.server.is_none() {
                        self.set_open_base(moment, Side::Server, segment.ack.back(1));
                    }
                }
            }
            self.opening.perform(2, moment, segment.at);
        }
        let is_base = self.bases.open[side].is_some_and(|base| base.seq() == segment.seq);
        let is_first = self.sides[side].options.is_none();
        let is_news = !draft.repeats.syn && self.opening.progress == Progress::Underway;
        if self.sides[side].syn.is_none() && is_base && (is_first || is_news) {
            self.sides[side].options = Some(segment.options);
        }
        self.sides[side].remember_syn_ack(segment.seq);
    }

    /// Whether X is only the first number seen, and the SYN-ACK at hand the first to tell better.
    fn replaces_first_seen(&self) -> bool {
        self.opening.midstream && self.sides.client.syn.is_none() && self.sides.server.syn_ack.is_none()
    }

    fn server_syn_ack(&mut self, moment: Moment, segment: &Segment, draft: &mut Draft) {
        if self.bases.open.client.is_none() || self.replaces_first_seen() {
            self.set_open_base(moment, Side::Client, segment.ack.back(1));
        }
        let acceptable = self.is_acceptable_ack(segment.ack);
        if !acceptable {
            if self.sides.client.syn.is_some() {
                draft.anomalies.add(Anomalies::SYNACK_WRONG_ACK);
            }
            if self.states.client == State::SynSent {
                self.opening.bad_ack = Some(segment.ack);
                draft.bad_ack = true;
            }
        }
        if !self.opening.settled && (acceptable || !self.opening.syn_ack_acceptable) {
            self.set_open_base(moment, Side::Server, segment.seq);
        }
        if !acceptable {
            return;
        }
        self.opening.syn_ack_acceptable = true;
        self.opening.acked_syn_data |= self.x_plus_1().is_some_and(|first| segment.ack.is_after(first));
        if self.opening.progress == Progress::Underway && matches!(self.states.client, State::Closed | State::SynSent) {
            self.states = Both { client: State::Established, server: State::SynReceived };
        }
    }

    /// A segment of a connection of whose opening nothing was seen: the first numbers seen become X and Y.
    fn midstream(&mut self, moment: Moment, side: Side, segment: &Segment, draft: &mut Draft) {
        self.begin_midstream(draft);
        if self.bases.open.client.is_none() && self.bases.open.server.is_none() {
            self.set_open_base(moment, side, segment.seq);
            self.set_open_base(moment, side.peer(), segment.ack);
        }
    }

    /// The first segment of such a connection shows it open, also when it is the RST that ends it.
    pub(super) fn begin_midstream(&mut self, draft: &mut Draft) {
        if self.opening.midstream || self.opening.is_captured() {
            return;
        }
        self.opening.midstream = true;
        draft.anomalies.add(Anomalies::NOT_CAPTURED);
        self.states = Both { client: State::Established, server: State::Established };
    }

    /// An acknowledgment while both sides have a SYN of their own out (RFC 9293 figure 7).
    fn double_open_ack(&mut self, moment: Moment, side: Side, segment: &Segment, draft: &mut Draft) {
        let peer = side.peer();
        let Some(syn) = self.sides[peer].syn else {
            return;
        };
        let is_plain = segment.kind() != Kind::SynAck;
        if side == Side::Server && is_plain && self.sides.server.syn_ack.is_some() {
            self.opening.went_on |= segment.payload_len > 0 || segment.ack.is_after(syn.advance(1));
        }
        if !segment.ack.is_at_or_past(syn.advance(1)) {
            if side == Side::Client && is_plain {
                draft.anomalies.add(Anomalies::OPEN_ACK_WRONG);
            }
            return;
        }
        if self.opening.syn_acked[peer] {
            return;
        }
        self.opening.syn_acked[peer] = true;
        if self.states[peer].is_opening() {
            self.states[peer] = State::Established;
        }
        draft.open_steps.add(Steps::one(2));
        self.opening.perform(2, moment, segment.at);
        let answers_syn_ack = self.sides.client.syn_ack.is_some() && self.sides.server.syn_ack.is_none();
        if side == Side::Server && is_plain && answers_syn_ack && !self.opening.split {
            self.opening.split = true;
            draft.anomalies.add(Anomalies::SPLIT_HANDSHAKE);
        }
        if self.opening.syn_acked[side] {
            draft.open_steps.add(Steps::one(3));
            self.opening.perform(3, moment, segment.at);
            self.opening.progress = Progress::Complete;
        }
        self.opening.ack_steps[side] = draft.open_steps;
    }

    /// A client's segment with ACK before step 3.
    fn client_ack(&mut self, moment: Moment, segment: &Segment, draft: &mut Draft) {
        let Some(first) = self.x_plus_1() else { return };
        if let Some(last) = self.sides.server.syn_ack {
            let acked = segment.ack.back(1);
            let other = self.sides.server.other_syn_ack;
            let current = self.bases.open.server.map_or(last, |y| y.seq());
            let chosen = if acked == last || Some(acked) == other { acked } else { current };
            if !segment.ack.is_at_or_past(chosen.advance(1)) {
                draft.anomalies.add(Anomalies::OPEN_ACK_WRONG);
            } else if segment.seq.is_at_or_past(first) {
                self.set_open_base(moment, Side::Server, chosen);
                self.opening.settled = true;
                self.step_3(moment, Side::Client, segment, draft);
            }
        } else {
            if self.bases.open.server.is_none() {
                self.set_open_base(moment, Side::Server, segment.ack.back(1));
            }
            if segment.seq == first {
                self.step_3(moment, Side::Client, segment, draft);
            } else if segment.seq.is_after(first) {
                self.over();
            }
        }
    }

    /// A server's segment without SYN before step 3.
    fn server_segment(&mut self, moment: Moment, segment: &Segment, draft: &mut Draft) {
        let Some(first) = self.x_plus_1() else { return };
        if self.sides.server.syn_ack.is_some() {
            self.opening.early_server_ack |= self.is_acceptable_ack(segment.ack);
            self.opening.went_on |= segment.payload_len > 0 || segment.ack.is_after(first);
            return;
        }
        if self.bases.open.server.is_none() && !self.opening.client_acked {
            self.set_open_base(moment, Side::Server, segment.seq.back(1));
        }
        let acceptable = self.is_acceptable_ack(segment.ack);
        self.opening.early_server_ack |= acceptable;
        let used = self.sides.client.next.map_or(0, |next| next.offset_from(first).max(0).unsigned_abs());
        if segment.payload_len > 0 && segment.ack.is_within(first, used) {
            self.over();
        } else if !acceptable && self.states.client == State::SynSent {
            // RFC 9293 figure 10: the server is still in an older connection.
            self.states.server = State::Established;
            self.opening.bad_ack = Some(segment.ack);
            draft.bad_ack = true;
        }
    }

    fn step_3(&mut self, moment: Moment, side: Side, segment: &Segment, draft: &mut Draft) {
        draft.open_steps.add(Steps::one(3));
        self.opening.ack_steps[side] = Steps::one(3);
        self.opening.perform(3, moment, segment.at);
        self.opening.progress = Progress::Complete;
        self.establish();
    }

    /// The connection is seen to be open though its opening was not seen to be completed.
    fn over(&mut self) {
        self.opening.progress = Progress::Over;
        self.establish();
    }

    fn establish(&mut self) {
        for side in [Side::Client, Side::Server] {
            if self.states[side].is_opening() {
                self.states[side] = State::Established;
            }
        }
    }
}
