//! The handshake: how far it has come and what was found out in it (RFC 9293 §3.5, §3.10.7). The rules for a SYN, a SYN-ACK
//! and the ACK after it are in `syn`, `syn_ack` and `step_3`; where both sides send a SYN, in `double_open`.

use bitflags::bitflags;

use super::copies::Sort;
use super::endpoint::Facts;
use super::state::Trigger;
use super::times::MaybeTime;
use super::verdict::Steps;
use super::{Arrival, Connection, Draft, State};
use crate::segment::{End, Ends, Kind, Segment, Seq};

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
    /// The connection is open, and step 3 was not captured; no later segment can be step 3 any more.
    Over,
}

impl Progress {
    /// Whether the next segment still belongs to the handshake.
    pub fn is_going_on(self) -> bool {
        matches!(self, Progress::Underway | Progress::NotTaken)
    }
}

bitflags! {
    /// What was found out in the handshake.
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
        /// The verdict on an earlier segment says that the SYN-ACK did not reach the client.
        const SAID_NOT_RECEIVED = 1 << 9;
        /// The verdict on an earlier segment says that the server did not take step 3.
        const SAID_NOT_TAKEN = 1 << 10;
        /// An older connection answered the SYN.
        const OLDER_ANSWERED = 1 << 11;
        /// Something answered the SYN that the client must ignore.
        const INVALID_ANSWER = 1 << 12;
        /// An ICMP error says that the SYN does not get there.
        const UNREACHABLE = 1 << 13;
        /// The server's state is that of an older connection.
        const SERVER_IS_OLDER = 1 << 14;
        /// Both sides sent a SYN, and it was an ACK without SYN that showed the client open.
        const OPEN_BY_ACK = 1 << 15;
    }
}

/// The handshake of the last attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Opening {
    /// How far it has come.
    pub progress: Progress,
    /// What was found out in it.
    pub findings: Findings,
    /// The steps that each end's acknowledgment performed.
    pub ack_steps: Ends<Steps>,
    /// The frames of the first segments that performed steps 1 to 3; 0: none.
    pub frames: [u32; 3],
    /// Bytes of payload on the client's SYN.
    pub syn_data: u32,
    /// SYNs of the client.
    pub syns: u32,
    /// The frame of its last one; 0: none. The first one's is that of step 1.
    pub last_syn_frame: u32,
}

impl Opening {
    /// Whether a SYN or a SYN-ACK was seen.
    pub fn is_captured(&self) -> bool {
        self.progress != Progress::NotCaptured
    }

    /// Whether all of these were found out.
    pub const fn found(&self, finding: Findings) -> bool {
        self.findings.intersects(finding)
    }

    /// Adds what was found out.
    pub fn learn(&mut self, finding: Findings) {
        self.findings.insert(finding);
    }

    /// Adds it under a condition.
    pub fn learn_if(&mut self, condition: bool, finding: Findings) {
        if condition {
            self.learn(finding);
        }
    }
}

impl Connection {
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
            self.ends[from].learn(Facts::SENT_ACK);
        }
    }

    /// The sender of a SYN-ACK turns out to be the client: what was found out of that SYN-ACK as the server's does not hold.
    pub(super) fn turn_opening(&mut self) {
        let of_server = Findings::SYN_ACK_ACCEPTABLE | Findings::ACKED_SYN_DATA | Findings::SETTLED;
        let since = Findings::EARLY_SERVER_ACK | Findings::WENT_ON;
        self.opening.findings.remove(of_server | since);
        let server = self.client_end.peer();
        self.opening.learn_if(self.server().syn_ack().is_some(), Findings::SYN_ACK_ACCEPTABLE);
        let answer = self.original_of_attempt(server, Sort::SynAck).filter(|_| self.server().syn_ack().is_some());
        self.times.syn_ack = answer.map_or(MaybeTime::NONE, |answer| answer.at);
    }

    /// A segment performs a step (1 to 3).
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
        self.client().syn().is_none() || self.x_plus_1().is_none_or(|first| ack.is_within(first, self.opening.syn_data))
    }

    /// Step 3 was performed.
    pub(super) fn complete(&mut self) {
        self.opening.progress = Progress::Complete;
        for end in End::BOTH {
            self.ends[end].unlearn(Facts::WENT_ON_SINCE);
        }
    }

    /// The connection is seen to be open though its handshake was not seen to be completed.
    pub(super) fn over(&mut self) {
        self.opening.progress = Progress::Over;
        self.establish();
    }

    /// Both sides are open, as far as they are not done.
    pub(super) fn establish(&mut self) {
        self.leave_older_connection();
        for end in End::BOTH {
            // A side that is closed because its FIN was acknowledged does not open again.
            let is_done = self.state_without_rst(end) == State::Closed && self.fin_of(end).is_some();
            if !is_done {
                self.happens(end, Trigger::Opens);
            }
        }
    }

    /// A server that answered in the name of an older connection is in this one now, whatever its state was there.
    pub(super) fn leave_older_connection(&mut self) {
        if self.opening.found(Findings::SERVER_IS_OLDER) && self.closing().closer.is_none() {
            self.opening.findings.remove(Findings::SERVER_IS_OLDER);
            self.happens(self.client_end.peer(), Trigger::Remembers(State::SynReceived));
        }
    }

    /// The number of segments by which the client asked, as far as they were captured: SYNs of the last attempt.
    #[must_use]
    pub fn syns(&self) -> u32 {
        self.opening.syns
    }
}
