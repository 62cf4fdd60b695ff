//! The opening: who may say what, in which order (RFC 9293 §3.5, §3.10.7).

use super::connection::{Connection, Draft, Moment};
use super::earlier::What;
use super::findings::{Findings, Progress};
use super::known::{Fact, Name};
use super::segment::{Kind, Segment};
use super::seq::Seq;
use super::side::{Both, Side};
use super::state::{BEFORE, State};
use super::times::Part;
use super::verdict::{Anomalies, Steps};

impl Connection {
    /// Notes that a segment performs a step (1 to 3).
    pub(super) fn perform(&mut self, step: u8, moment: Moment, segment: &Segment) {
        let index = usize::from(step.saturating_sub(1));
        let part = match step {
            1 => Part::Syn,
            2 => Part::SynAck,
            _ => Part::Step3,
        };
        if let Some(frame) = self.opening.frames.get_mut(index)
            && *frame == 0
        {
            *frame = moment.frame;
            self.times.note(&mut self.known, part, segment.at);
        }
    }

    /// Octets of payload on the client's SYN.
    fn syn_data(&self) -> u32 {
        self.known.rare().map_or(0, |rare| rare.syn_data)
    }

    fn set_syn_data(&mut self, octets: u32) {
        if octets != self.syn_data() {
            self.known.rare_mut().syn_data = octets;
        }
    }

    /// The client's number after its SYN: X+1, when X is known.
    fn x_plus_1(&self) -> Option<Seq> {
        self.known.get(Side::Client, Name::OpenBase).map(|x| x.advance(1))
    }

    /// Whether a client in SYN-SENT accepts this acknowledgment: X+1, or some of the SYN's data with it.
    pub(super) fn is_acceptable_ack(&self, ack: Seq) -> bool {
        self.x_plus_1().is_none_or(|first| ack.is_within(first, self.syn_data()))
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
        if kind != Kind::Syn {
            self.opening.note(Findings::acked(side));
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
        if !self.opening.found(Findings::MIDSTREAM) {
            return;
        }
        let first = x.advance(1);
        let past = |side: Side, name: Name, least: Seq| {
            self.known.get(side, name).is_some_and(|number| number.is_at_or_past(least))
        };
        let by_client = self.opening.found(Findings::CLIENT_ACKED)
            && past(Side::Client, Name::Next, first)
            && y.is_none_or(|y| past(Side::Client, Name::Acked, y.advance(1)));
        let by_server =
            y.is_none() && self.known.has(Side::Server, Name::PayloadEnd) && past(Side::Server, Name::Acked, first);
        if by_client || by_server {
            self.opening.progress = Progress::Over;
        } else if self.closing.closer.is_none() {
            self.states = BEFORE;
        }
    }

    fn syn(&mut self, moment: Moment, side: Side, segment: &Segment, draft: &mut Draft) {
        let late = self.opening.progress == Progress::NotCaptured && self.opening.found(Findings::MIDSTREAM);
        let first_attempt_segment = self.opening.frames == [0; 3] && !self.opening.is_captured();
        self.begin_opening(segment.seq, None);
        draft.open_steps.add(Steps::one(1));
        let known = self.known.get(side, Name::Syn);
        draft.repeats.syn = known == Some(segment.seq) || self.known.came_before(side, What::Syn, segment.seq);
        if let Some(known) = known.filter(|&known| known != segment.seq) {
            self.known.note_earlier(side, What::Syn, known);
            self.known.note_earlier(side, What::Syn, segment.seq);
        }
        self.perform(1, moment, segment);
        // The SYN that was answered counts, and the SYN-ACK where the server sent both.
        let base = self.known.get(side, Name::OpenBase);
        let is_answered = match side {
            Side::Client => self.opening.frames[1] != 0,
            Side::Server => base == Some(segment.seq),
        };
        let is_open = matches!(self.opening.progress, Progress::Complete | Progress::Over);
        if self.known.options(side).is_none() || !(is_answered || is_open) {
            self.known.set_options(side, segment.options);
        }
        if late {
            // The server's first number is the one after its SYN, as far as can be known.
            if let Some(y) = self.known.get(Side::Server, Name::OpenBase) {
                self.set_open_base(moment, Side::Server, y.back(1));
            }
        }
        match side {
            Side::Client => {
                if draft.repeats.syn && !first_attempt_segment {
                    if self.opening.frames[1] == 0 {
                        self.opening.note(Findings::SYN_REPEATED);
                    }
                    self.set_syn_data(self.syn_data().max(segment.payload_len));
                } else if known.is_none() || first_attempt_segment || !self.opening.found(Findings::SYN_ACK_ACCEPTABLE)
                {
                    self.set_syn_data(segment.payload_len);
                }
                let may_move =
                    self.opening.progress == Progress::Underway && !self.opening.found(Findings::SYN_ACK_ACCEPTABLE);
                if known.is_none() || may_move {
                    self.set_open_base(moment, side, segment.seq);
                    self.known.set(side, Name::Syn, segment.seq);
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
                self.known.set(side, Name::Syn, segment.seq);
                if known.is_none() {
                    self.server_syn(moment, segment, draft);
                }
            }
        }
    }

    fn syn_ack(&mut self, moment: Moment, side: Side, segment: &Segment, draft: &mut Draft) {
        match side {
            Side::Server => self.begin_opening(segment.ack.back(1), Some(segment.seq)),
            Side::Client => self.begin_opening(segment.seq, Some(segment.ack.back(1))),
        }
        draft.repeats.syn = self.repeats_syn_ack(side, segment);
        if draft.repeats.syn {
            self.known.note(side.peer(), Fact::OwesSynAck);
            if self.opening.frames[2] == 0 {
                self.opening.note(Findings::SYN_ACK_REPEATED);
            }
        }
        if self.is_double_open() {
            let data = if side == Side::Server { self.syn_data() } else { 0 };
            let peers_syn = self.known.get(side.peer(), Name::Syn);
            if peers_syn.is_some_and(|syn| !segment.ack.is_within(syn.advance(1), data)) {
                draft.anomalies.add(Anomalies::SYNACK_WRONG_ACK);
            }
            if self.opening.progress == Progress::Underway {
                self.double_open_ack(moment, side, segment, draft);
            }
            if draft.repeats.syn {
                draft.open_steps.add(self.syn_ack_steps(side));
            } else {
                self.set_syn_ack_steps(side, draft.open_steps);
            }
        } else {
            draft.open_steps.add(Steps::one(2));
            match side {
                Side::Server => self.server_syn_ack(moment, segment, draft),
                Side::Client => {
                    if !self.known.has(Side::Server, Name::OpenBase) {
                        self.set_open_base(moment, Side::Server, segment.ack.back(1));
                    }
                }
            }
            // The client's answers a SYN that was not captured, and not its own: the time of the server's counts.
            let answered_at = self.times.of(&self.known, Part::SynAck);
            self.perform(2, moment, segment);
            let at = if side == Side::Server { answered_at.or(segment.at) } else { answered_at };
            self.times.note(&mut self.known, Part::SynAck, at);
        }
        let is_base = self.known.is(side, Name::OpenBase, segment.seq);
        let is_first = self.known.options(side).is_none();
        let is_news = !draft.repeats.syn && self.opening.progress == Progress::Underway;
        if !self.known.has(side, Name::Syn) && is_base && (is_first || is_news) {
            self.known.set_options(side, segment.options);
        }
        self.known.set_syn_ack(side, segment.seq);
    }

    /// Whether X is only the first number seen, and the SYN-ACK at hand the first to tell better.
    fn replaces_first_seen(&self) -> bool {
        self.opening.found(Findings::MIDSTREAM)
            && !self.known.has(Side::Client, Name::Syn)
            && !self.known.has(Side::Server, Name::SynAck)
    }

    fn server_syn_ack(&mut self, moment: Moment, segment: &Segment, draft: &mut Draft) {
        if !self.known.has(Side::Client, Name::OpenBase) || self.replaces_first_seen() {
            self.set_open_base(moment, Side::Client, segment.ack.back(1));
        }
        let acceptable = self.is_acceptable_ack(segment.ack);
        if !acceptable {
            if self.known.has(Side::Client, Name::Syn) {
                draft.anomalies.add(Anomalies::SYNACK_WRONG_ACK);
            }
            if self.states.client == State::SynSent {
                self.note_bad_ack(segment, draft);
            }
        }
        if !self.opening.found(Findings::SETTLED) && (acceptable || !self.opening.found(Findings::SYN_ACK_ACCEPTABLE)) {
            self.set_open_base(moment, Side::Server, segment.seq);
        }
        if !acceptable {
            return;
        }
        self.opening.note(Findings::SYN_ACK_ACCEPTABLE);
        self.opening
            .note_if(self.x_plus_1().is_some_and(|first| segment.ack.is_after(first)), Findings::ACKED_SYN_DATA);
        if self.opening.progress == Progress::Underway && matches!(self.states.client, State::Closed | State::SynSent) {
            self.states = Both { client: State::Established, server: State::SynReceived };
        }
    }

    /// A segment of a connection of whose opening nothing was seen: the first numbers seen become X and Y.
    fn midstream(&mut self, moment: Moment, side: Side, segment: &Segment, draft: &mut Draft) {
        self.begin_midstream(draft);
        if !self.known.has(Side::Client, Name::OpenBase) && !self.known.has(Side::Server, Name::OpenBase) {
            self.set_open_base(moment, side, segment.seq);
            self.set_open_base(moment, side.peer(), segment.ack);
        }
    }

    /// The first segment of such a connection shows it open, also when it is the RST that ends it.
    pub(super) fn begin_midstream(&mut self, draft: &mut Draft) {
        if self.opening.found(Findings::MIDSTREAM) || self.opening.is_captured() {
            return;
        }
        self.opening.note(Findings::MIDSTREAM);
        draft.anomalies.add(Anomalies::NOT_CAPTURED);
        self.states = Both { client: State::Established, server: State::Established };
    }

    /// A client's segment with ACK before step 3.
    fn client_ack(&mut self, moment: Moment, segment: &Segment, draft: &mut Draft) {
        let Some(first) = self.x_plus_1() else { return };
        if let Some(last) = self.known.get(Side::Server, Name::SynAck) {
            let acked = segment.ack.back(1);
            let is_syn_ack = acked == last || self.known.came_before(Side::Server, What::SynAck, acked);
            let current = self.known.get(Side::Server, Name::OpenBase).unwrap_or(last);
            let chosen = if is_syn_ack { acked } else { current };
            if !segment.ack.is_at_or_past(chosen.advance(1)) {
                draft.anomalies.add(Anomalies::OPEN_ACK_WRONG);
            } else if segment.seq.is_at_or_past(first) {
                self.set_open_base(moment, Side::Server, chosen);
                self.opening.note(Findings::SETTLED);
                self.step_3(moment, Side::Client, segment, draft);
            }
        } else {
            if !self.known.has(Side::Server, Name::OpenBase) {
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
        let acceptable = self.is_acceptable_ack(segment.ack);
        if self.known.has(Side::Server, Name::SynAck) {
            self.opening.note_if(acceptable, Findings::EARLY_SERVER_ACK);
            self.opening.note_if(segment.payload_len > 0 || segment.ack.is_after(first), Findings::WENT_ON);
            if !acceptable && self.states.client == State::SynSent {
                self.note_bad_ack(segment, draft);
            }
            return;
        }
        if !self.known.has(Side::Server, Name::OpenBase) && !self.opening.found(Findings::CLIENT_ACKED) {
            self.set_open_base(moment, Side::Server, segment.seq.back(1));
        }
        self.opening.note_if(acceptable, Findings::EARLY_SERVER_ACK);
        let used =
            self.known.get(Side::Client, Name::Next).map_or(0, |next| next.offset_from(first).max(0).unsigned_abs());
        if segment.payload_len > 0 && segment.ack.is_within(first, used) {
            self.over();
        } else if !acceptable && self.states.client == State::SynSent {
            // RFC 9293 figure 10: the server is still in an older connection.
            self.states.server = State::Established;
            self.note_bad_ack(segment, draft);
        }
    }

    /// An acknowledgment that a client in SYN-SENT cannot accept: it answers with a RST (RFC 9293 §3.10.7.3).
    fn note_bad_ack(&mut self, segment: &Segment, draft: &mut Draft) {
        self.known.note_earlier(Side::Server, What::BadAck, segment.ack);
        draft.bad_ack = true;
    }

    fn step_3(&mut self, moment: Moment, side: Side, segment: &Segment, draft: &mut Draft) {
        draft.open_steps.add(Steps::one(3));
        self.opening.ack_steps[side] = Steps::one(3);
        self.perform(3, moment, segment);
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
