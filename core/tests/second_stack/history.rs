//! What really happened to one connection: every segment sent, when each copy of it arrived and what its receiver made
//! of it, and the states of both sockets after each.

use synfin_core::connection::State;
use synfin_core::segment::{Both, Flags, Kind, Segment, Seq, Side};

/// The order of everything that happens in a connection.
pub type Tick = u32;

/// What the receiver made of a segment that reached it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reception {
    /// It was processed.
    Whole,
    /// Its FIN lies beyond bytes that have not arrived: the rest was processed.
    WithoutFin,
    /// In SYN-SENT a FIN is not taken (RFC 9293 §3.10.7.3): the rest was processed.
    WithoutOldFin,
    /// In SYN-SENT data without SYN are not taken (RFC 9293 §3.10.7.3).
    OldData,
    /// It fails the test of RFC 9293 §3.10.7.4: answered and dropped.
    Unacceptable,
    /// smoltcp drops a segment whose Ack is older than the last, with all that is in it.
    OldAck,
    /// smoltcp drops a FIN that stands on bytes which it has already, when their segment has no other.
    FinOnOldData,
    /// The port's socket is one of an earlier connection.
    ByOldSocket,
    /// There is no socket, or one that has closed.
    ByNobody,
    /// A listener takes nothing but a SYN.
    ByListener,
    /// smoltcp takes every RST in its window, where RFC 9293 section 3.10.7.4 has it ask for an exact match.
    InexactReset,
}

/// An arrival of a copy of a segment.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    pub tick: Tick,
    /// Microseconds.
    pub at: i64,
    pub taken: Reception,
    /// RCV.NXT of the receiver before it.
    pub next: Option<Seq>,
}

/// A segment that was sent.
#[derive(Clone, Debug)]
pub struct Emission {
    pub side: Side,
    pub tick: Tick,
    pub segment: Segment,
    /// Its TCP header and payload.
    pub bytes: Vec<u8>,
    /// How many copies of it the link does not lose.
    pub copies: usize,
    /// Those that have arrived, in order.
    pub arrivals: Vec<Arrival>,
}

impl Emission {
    /// When it was sent, in microseconds.
    pub fn at(&self) -> i64 {
        self.segment.at.map_or(0, |at| at.0 / 1000)
    }
}

/// What happened at a tick after which the states are known.
#[derive(Clone, Copy, Debug)]
pub enum TickEvent {
    /// The emission of this index was sent.
    Sent(usize),
    /// A copy of the emission of this index arrived.
    Arrived(usize),
    /// Nothing more happens.
    Ended,
}

/// A tick, and the true states after it.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub tick: Tick,
    pub at: i64,
    pub happened: TickEvent,
    pub truth: Both<State>,
}

/// What the connection's hosts did and had; all of it on one side each.
#[derive(Clone, Debug, Default)]
pub struct OneSide {
    /// When the program closed, and the FIN that has to follow.
    pub close: Option<(Tick, Segment)>,
    /// Whether the program aborted, or the stack gave up.
    pub aborted: Option<Tick>,
    /// State changes that nothing was sent or received for: the ticks after which they hold.
    pub silent: Vec<(Tick, State)>,
    /// Since when the host has a socket for this connection, if it ever has.
    pub socket_since: Option<Tick>,
    /// Whether a socket of an earlier connection has the port before that.
    pub is_old: bool,
    /// The states the socket went through, with the tick of each.
    pub path: Vec<(Tick, State)>,
    /// Bytes that the program gave to the socket.
    pub written: usize,
    /// Bytes that the program had got from it, with the ticks since when.
    pub read_at: Vec<(Tick, usize)>,
}

impl OneSide {
    /// Whether the host had no socket of this connection at the tick.
    pub fn is_before_socket(&self, tick: Tick) -> bool {
        self.socket_since.is_none_or(|since| tick < since)
    }

    /// The state of the socket after a tick.
    pub fn state_at(&self, tick: Tick) -> Option<State> {
        self.path.iter().rfind(|&&(since, _)| since <= tick).map(|&(_, state)| state)
    }

    /// When it was aborted after both FINs, up to a tick.
    pub fn aborted_late(&self, until: Tick) -> Option<Tick> {
        let since = self.aborted.filter(|&since| since <= until)?;
        let before = self.path.iter().rfind(|&&(tick, _)| tick < since)?;
        matches!(before.1, State::TimeWait | State::Closing).then_some(since)
    }

    /// Whether the socket was ever in this state.
    pub fn was(&self, state: State) -> bool {
        self.path.iter().any(|&(_, s)| s == state)
    }
}

/// One connection.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub emissions: Vec<Emission>,
    pub moments: Vec<Moment>,
    pub client: OneSide,
    pub server: OneSide,
}

impl History {
    pub fn side(&self, side: Side) -> &OneSide {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }

    /// Whether something happened to this side.
    pub fn concerns(&self, happened: TickEvent, side: Side) -> bool {
        match happened {
            TickEvent::Sent(index) => self.emissions[index].side == side,
            TickEvent::Arrived(index) => self.emissions[index].side != side,
            TickEvent::Ended => true,
        }
    }

    pub fn side_mut(&mut self, side: Side) -> &mut OneSide {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}

/// What a host has received of the peer's sequence space, and offered: the receive variables of RFC 9293 §3.3.1.
#[derive(Clone, Debug, Default)]
pub struct Receiver {
    /// RCV.NXT.
    pub next: Option<Seq>,
    /// RCV.NXT + RCV.WND as last told to the peer.
    pub edge: Option<Seq>,
    /// Bytes beyond RCV.NXT that wait for those in front of them.
    waiting: Vec<(Seq, Seq)>,
    /// SND.UNA.
    pub unacknowledged: Option<Seq>,
    /// Whether the peer's FIN was taken.
    pub has_fin: bool,
}

impl Receiver {
    /// What a socket in this state makes of a segment.
    pub fn takes(&self, state: State, segment: &Segment) -> Reception {
        let next = match (state, self.next) {
            (State::Closed, _) => return Reception::ByNobody,
            (State::Listen, _) if segment.kind() != Kind::Syn => return Reception::ByListener,
            (State::SynSent, _) if segment.kind() == Kind::Fin => return Reception::WithoutOldFin,
            (State::SynSent, _) if self.is_old_data(segment) => return Reception::OldData,
            (State::Listen | State::SynSent, _) | (_, None) => return Reception::Whole,
            (_, Some(next)) => next,
        };
        let is_reset = segment.kind() == Kind::Rst;
        if let (Some(una), Some(ack), false) = (self.unacknowledged, segment.acknowledgment(), is_reset)
            && una.is_after(ack)
        {
            return Reception::OldAck;
        }
        let window = self.edge.map_or(0, |edge| edge.offset_from(next).max(0)).unsigned_abs();
        let inside = |number: Seq| window > 0 && number.is_within(next, window - 1);
        let length = segment.sequence_len();
        let acceptable = match (length, window) {
            (0, 0) => segment.seq == next,
            (0, _) => inside(segment.seq),
            _ => inside(segment.seq) || inside(segment.seq.advance(length - 1)),
        };
        let has_fin = segment.flags.has(Flags::FIN) && !is_reset;
        if !acceptable {
            return Reception::Unacceptable;
        }
        if is_reset && segment.seq != next {
            return Reception::InexactReset;
        }
        if has_fin && segment.payload_len > 0 && segment.payload_end() == next {
            return Reception::FinOnOldData;
        }
        if has_fin && segment.seq.is_after(next) {
            return Reception::WithoutFin;
        }
        Reception::Whole
    }

    /// Whether data have an Ack less than 2^24 past what a socket in SYN-SENT waits for.
    fn is_old_data(&self, segment: &Segment) -> bool {
        let past = self.unacknowledged.map_or(0, |syn| segment.ack.offset_from(syn.advance(1)));
        segment.kind() == Kind::Ack && segment.payload_len > 0 && (1..1 << 24).contains(&past)
    }

    /// Notes the bytes and the acknowledgment of a segment that was processed.
    pub fn took(&mut self, segment: &Segment) {
        if let Some(ack) = segment.acknowledgment() {
            self.unacknowledged = Some(self.unacknowledged.map_or(ack, |una| una.later(ack)));
        }
        let Some(mut next) = self.next else { return };
        if segment.payload_len > 0 {
            self.waiting.push((segment.payload_seq(), segment.payload_end()));
        }
        while let Some(index) = self.waiting.iter().position(|&(from, _)| next.is_at_or_past(from)) {
            let (_, to) = self.waiting.swap_remove(index);
            next = next.later(to);
        }
        self.next = Some(next);
    }

    /// Notes what the host's own segment offers.
    pub fn offered(&mut self, segment: &Segment) {
        if let Some(ack) = segment.acknowledgment() {
            let edge = ack.advance(u32::from(segment.window));
            self.edge = Some(self.edge.map_or(edge, |e| e.later(edge)));
        }
    }
}
