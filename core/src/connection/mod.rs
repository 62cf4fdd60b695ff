//! One connection as it is seen go by. [`Connection::observe`] takes a segment in and says what it is.
//!
//! A capture shows what passed one point: what arrived, and what its receiver made of it, nobody saw. So a state is a
//! presumption until its owner speaks; what is said of a segment depends on the segments before it alone; and what was not
//! captured is absent or named so, never invented.
//!
//! Facts are kept by end, which never changes; `client_end` alone says who is the client. States have one writer,
//! [`state`]. Each rule has its file: [`opening`] and [`double_open`] the handshake, [`closing`] the teardown, [`reset`],
//! [`copies`], [`repeats`], [`roles`]; [`steady`] is the short way for what nearly all segments are.

mod closing;
mod copies;
mod double_open;
mod endpoint;
mod few;
mod negotiated;
mod numbering;
mod opening;
mod outcome;
mod remembered;
mod repeats;
mod reset;
mod roles;
pub mod state;
mod steady;
mod times;
mod verdict;
mod word;
mod zeek;

use closing::Closing;
use copies::Sent;
use endpoint::{Endpoint, Facts, MaybePosition, Said};
use opening::{Findings, Opening, Progress};
use remembered::Rare;
use reset::Ended;
use roles::Judgement;
use steady::Midst;
use times::{MaybeTime, Times, between};

pub use few::Few;
pub use negotiated::{Agreed, AgreedEcn};
pub use numbering::Basis;
pub use outcome::{HandshakeKind, HandshakeOutcome, Pass, TeardownKind};
pub use state::{Event, State, States};
pub use verdict::{Anomalies, Cause, Numbers, Phase, Repeats, Reset, ResetDetail, Steps, Verdict};
pub use word::{Turns, Word};
pub use zeek::{ConnState, HISTORY_MAX};

use crate::segment::icmp::{IcmpError, IcmpKind};
use crate::segment::{Both, End, Ends, Flags, Kind, Segment, Seq, Side};

/// Where, when and how a segment was met, apart from what it holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Arrival {
    /// The number of its frame.
    pub frame: u32,
    /// Its place in the order of all segments: grows from call to call.
    pub ordinal: u64,
    /// Which end sent it; [`End::Low`] where both endpoints are the same.
    pub end: End,
    /// Whether both endpoints are the same: there is no direction to tell.
    pub is_self: bool,
    /// Whether its endpoints were another connection's before. Only a connection's first segment is asked.
    pub is_reused: bool,
    /// Whether X and Y change at the first FIN (preference `synfin.rebase`).
    pub rebase: bool,
    /// The server's state in the older connection that the segment belongs to, where [`Connection::is_older`] asks and one
    /// is known.
    pub older: Option<State>,
    /// Whether the segment looks like one of an older connection and shows that the capture lacks segments: found by
    /// [`Connection::hear`] itself, whatever is said here.
    pub shows_a_gap: bool,
}

impl Arrival {
    /// The segment in a frame and layer of it, of an end.
    #[must_use]
    pub fn new(frame: u32, layer: u32, end: End, rebase: bool) -> Arrival {
        Arrival { frame, ordinal: ordinal(frame, layer), end, rebase, ..Arrival::default() }
    }
}

/// The place of a layer of a frame in the order of all segments.
#[must_use]
pub const fn ordinal(frame: u32, layer: u32) -> u64 {
    (frame as u64) << 32 | layer as u64
}

/// The frame of a place.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "the upper half is the frame")]
pub const fn frame_of(ordinal: u64) -> u32 {
    (ordinal >> 32) as u32
}

/// What a segment turns out to be, while it is taken in.
#[derive(Clone, Copy, Debug, Default)]
struct Draft {
    open_steps: Steps,
    close_steps: Steps,
    repeats: Repeats,
    reset: Option<Reset>,
    detail: Option<ResetDetail>,
    ended: bool,
    anomalies: Anomalies,
    is_copy: bool,
    /// It belongs to an older connection: it moves nothing.
    is_older: bool,
    /// Its Ack cannot be accepted, or it cannot complete the handshake: it does not count.
    wrong: bool,
    /// It brought payload that was not seen before.
    has_news: bool,
    /// It is the first to acknowledge the peer's FIN.
    is_first_fin_ack: bool,
}

/// What a segment turned out to be.
#[derive(Clone, Copy, Debug)]
pub enum Heard {
    /// Nothing but one more in an open connection: its verdict, packed already.
    Passing(Word, Option<Turns>),
    /// Whatever this says; the second for a RST that is no copy.
    Judged(Verdict, Option<ResetDetail>),
}

/// The last number of each sort, in any attempt: repeats are known by it.
#[derive(Clone, Copy, Debug, Default)]
struct LastNumbers {
    syn: Option<Seq>,
    syn_ack: Option<Seq>,
    fin: Option<Seq>,
}

/// One connection: a `tcp.stream` of Wireshark.
#[derive(Clone, Debug)]
pub struct Connection {
    ends: Ends<Endpoint>,
    states: States,
    client_end: End,
    /// Whose X of the handshake is: the client's, unless the roles turned round after the end.
    x_end: End,
    midst: Midst,
    judgement: Judgement,
    is_self: bool,
    has_copies: bool,
    last_ordinal: u64,
    times: Times,
    opening: Opening,
    closing: Closing,
    ended: Option<Ended>,
    zeek: zeek::View,
    first_frame: u32,
    attempts: u32,
    last_numbers: Ends<LastNumbers>,
    icmp: Option<(IcmpKind, u32)>,
    /// The last segment of each sort that may be captured again.
    sent: Vec<Sent>,
    rare: Option<Box<Rare>>,
}

impl Default for Connection {
    fn default() -> Self {
        Connection {
            ends: Ends::default(),
            states: States::before(End::Low),
            client_end: End::Low,
            x_end: End::Low,
            midst: Midst::default(),
            judgement: Judgement::None,
            is_self: false,
            has_copies: false,
            last_ordinal: 0,
            times: Times::begin(None),
            opening: Opening::default(),
            closing: Closing::default(),
            ended: None,
            zeek: zeek::View::default(),
            first_frame: 0,
            attempts: 1,
            last_numbers: Ends::default(),
            icmp: None,
            sent: Vec::new(),
            rare: None,
        }
    }
}

impl Connection {
    /// Takes the next segment in, and says what it is.
    #[inline(always)]
    pub fn hear(&mut self, arrival: Arrival, segment: &Segment) -> Heard {
        let heard = match self.steady(&arrival, segment) {
            Some((word, turns)) => Heard::Passing(word, turns),
            None => {
                let (verdict, detail) = self.take_in(arrival, segment);
                Heard::Judged(verdict, detail)
            }
        };
        self.last_ordinal = arrival.ordinal;
        self.times.last = MaybeTime::new(segment.at);
        heard
    }

    /// Takes a segment in that may do more than move numbers on.
    fn take_in(&mut self, arrival: Arrival, segment: &Segment) -> (Verdict, Option<ResetDetail>) {
        let kind = segment.kind();
        let mut arrival = arrival;
        let mut draft = Draft::default();
        if self.judgement == Judgement::None {
            self.begin(&arrival, segment, &mut draft);
        } else if let Some(sent) = self.original(arrival.end, kind, segment) {
            return (self.copy(&arrival, segment, &sent), None);
        }
        self.judge_client(&arrival, segment, kind);
        if self.ended.is_some() && kind == Kind::Syn && arrival.end == self.client_end {
            self.begin_attempt(arrival.ordinal);
            draft.anomalies |= Anomalies::NEW_ATTEMPT;
        }
        self.zeek.observe(self.client_end, arrival.end, segment);
        self.count(&arrival, segment, kind);
        let (begun, was_ended, was_closed) = (self.opening.progress, self.ended.is_some(), self.is_closed());
        match kind {
            Kind::Other => {}
            Kind::Rst => {
                if segment.payload_len == 0 && !segment.flags.has(Flags::FIN) {
                    self.owe_nothing(arrival.end);
                }
                self.reset(&arrival, segment, &mut draft);
            }
            Kind::Syn | Kind::SynAck | Kind::Ack | Kind::Fin => self.ordinary(&mut arrival, segment, kind, &mut draft),
        }
        let phase = self.phase(&draft, begun, was_ended, was_closed);
        let numbers = self.numbers(arrival.rebase, arrival.end, segment);
        self.note(&arrival, segment, kind, &draft);
        self.keep_sent(arrival.end, kind, segment, &draft);
        self.midst = self.find_midst(arrival.rebase);
        (self.verdict(&arrival, &draft, phase, numbers), draft.detail)
    }

    fn verdict(&self, arrival: &Arrival, draft: &Draft, phase: Phase, numbers: Numbers) -> Verdict {
        Verdict {
            sender: self.side(arrival.end),
            open_steps: draft.open_steps,
            close_steps: draft.close_steps,
            repeats: draft.repeats,
            is_copy: draft.is_copy,
            is_older: draft.is_older,
            phase,
            states: self.states_now(),
            reset: draft.reset,
            ended: draft.ended,
            numbers,
            anomalies: draft.anomalies,
        }
    }

    /// The first segment.
    fn begin(&mut self, arrival: &Arrival, segment: &Segment, draft: &mut Draft) {
        self.first_frame = arrival.frame;
        self.is_self = arrival.is_self;
        self.times = Times::begin(segment.at);
        if arrival.is_reused {
            draft.anomalies |= Anomalies::PORT_REUSE;
        }
        if arrival.is_self {
            draft.anomalies |= Anomalies::SELF_CONNECT;
        }
    }

    /// A copy changes nothing.
    fn copy(&mut self, arrival: &Arrival, segment: &Segment, sent: &Sent) -> Verdict {
        let mut draft = Connection::draft_of_copy(sent);
        if !self.has_copies {
            self.has_copies = true;
            draft.anomalies |= Anomalies::CAPTURED_TWICE;
        }
        let phase = self.phase(&Draft::default(), self.opening.progress, self.ended.is_some(), self.is_closed());
        self.verdict(arrival, &draft, phase, self.numbers(arrival.rebase, arrival.end, segment))
    }

    /// Counts a segment for the log.
    fn count(&mut self, arrival: &Arrival, segment: &Segment, kind: Kind) {
        let at = MaybeTime::new(segment.at);
        let own = &mut self.ends[arrival.end];
        own.packets = own.packets.saturating_add(1);
        match kind {
            Kind::Syn => {
                own.syns = own.syns.saturating_add(1);
                let first = if own.syn_frames.0 == 0 { arrival.frame } else { own.syn_frames.0 };
                own.syn_frames = (first, arrival.frame);
                if arrival.end == self.client_end {
                    self.times.last_syn = at;
                }
            }
            Kind::Fin => {
                own.fins = own.fins.saturating_add(1);
                let first = if own.fins == 1 { at } else { own.fin_times.0 };
                own.fin_times = (first, at);
            }
            Kind::SynAck | Kind::Ack | Kind::Rst | Kind::Other => {}
        }
    }

    fn client(&self) -> &Endpoint {
        &self.ends[self.client_end]
    }

    fn server(&self) -> &Endpoint {
        &self.ends[self.client_end.peer()]
    }

    /// Something happens to an end: nothing does to one that a RST closed, until it speaks.
    fn happens(&mut self, end: End, event: Event) {
        if self.fall(end).is_none() {
            self.states.after(end, event);
        }
    }

    /// Whether a segment is one of an older connection of these endpoints: without SYN and RST, of the server, and with an
    /// Ack that a client in SYN-SENT never asked for (RFC 9293 §3.5 figure 10). The caller looks for that connection.
    #[must_use]
    pub fn is_older(&self, end: End, segment: &Segment) -> bool {
        end != self.client_end
            && self.judgement == Judgement::Syn
            && self.states.of(self.client_end) == State::SynSent
            && matches!(segment.kind(), Kind::Ack | Kind::Fin)
            && self.ended.is_none()
            && !self.is_double_open()
            && !self.is_acceptable_ack(segment.ack)
    }

    /// The state of an end here, for a later connection that a segment of this one strays into. None where its numbers do not
    /// fit.
    #[must_use]
    pub fn state_of_stray(&self, end: End, segment: &Segment) -> Option<State> {
        let (own, peer) = (&self.ends[end], &self.ends[end.peer()]);
        let fits_ack = own.acked == Some(segment.ack) || peer.next == Some(segment.ack);
        if own.next != Some(segment.seq) || !fits_ack {
            return None;
        }
        Some(match (self.states.of(end), self.fall(end)) {
            (State::Closed, Some(fall)) => fall.state_before(),
            (State::Closed, None) => State::LastAck,
            (state, _) => state,
        })
    }

    /// A segment that is neither RST nor `OTHER`.
    fn ordinary(&mut self, arrival: &mut Arrival, segment: &Segment, kind: Kind, draft: &mut Draft) {
        let end = arrival.end;
        if self.is_older(end, segment) {
            // Less than 2^24 past X+1 with payload: the capture lacks segments, and no older connection is near.
            const NEAR: u32 = 1 << 24;
            let past = self.x_plus_1().map_or(0, |first| segment.ack.offset_from(first));
            arrival.shows_a_gap = segment.payload_len > 0 && past > 0 && past.unsigned_abs() < NEAR;
            if !arrival.shows_a_gap {
                self.stray(arrival, segment, kind, draft);
                return;
            }
        }
        self.answer_challenge(end, segment, kind, draft);
        let answers = self.answers_after_own_reset(end, segment, kind);
        self.speak(arrival, segment, kind, draft);
        if self.ended.is_some() && !answers {
            self.after_end(end, segment, kind, draft);
            return;
        }
        self.open(arrival, segment, kind, draft);
        if draft.wrong {
            if kind == Kind::Fin {
                self.note_repeats(end, segment, kind, draft);
            }
            return;
        }
        if self.opening.progress != Progress::Underway && kind != Kind::SynAck && draft.open_steps.is_empty() {
            self.ends[end].note(Facts::WENT_ON_SINCE);
        }
        self.acknowledge_fin(arrival, segment, draft);
        if matches!(kind, Kind::Ack | Kind::Fin) {
            self.repeat_acks(end, segment, kind, draft);
        }
        self.count_payload(end, segment, draft);
        if kind == Kind::Fin {
            self.fin(arrival, segment, draft);
        }
        if draft.has_news && self.fall(end).is_some() {
            draft.anomalies |= Anomalies::DATA_AFTER_RESET;
        }
        self.send_news(end, segment, kind);
    }

    /// After payload or a FIN of an end the peer's same ACK again is an answer, and owes nothing to what came before.
    fn send_news(&mut self, end: End, segment: &Segment, kind: Kind) {
        if segment.payload_len > 0 || kind == Kind::Fin {
            self.forget_step_acks(end.peer());
        }
        if segment.payload_len > 0 && kind == Kind::Ack {
            self.owe_nothing(end.peer());
        }
    }

    /// A segment of an older connection performs nothing and moves nothing.
    fn stray(&mut self, arrival: &Arrival, segment: &Segment, kind: Kind, draft: &mut Draft) {
        draft.is_older = true;
        self.opening.note(Findings::OLDER_ANSWERED);
        self.note_bad_ack(arrival.end, segment.ack, arrival.frame);
        self.happens(arrival.end, Event::Remembers(arrival.older.unwrap_or(State::Established)));
        self.note_repeats(arrival.end, segment, kind, draft);
        if segment.payload_len == 0 && kind != Kind::Fin {
            draft.anomalies |= Anomalies::CHALLENGE_ACK;
        }
    }

    /// The answer to a challenged RST: the receiver's next segment, where it is an ACK of all that it has.
    fn answer_challenge(&mut self, end: End, segment: &Segment, kind: Kind, draft: &mut Draft) {
        let own = &mut self.ends[end];
        if !own.is(Facts::OWES_CHALLENGE) {
            return;
        }
        own.unnote(Facts::OWES_CHALLENGE);
        if kind == Kind::Ack && segment.payload_len == 0 && own.acked == Some(segment.ack) {
            draft.anomalies |= Anomalies::CHALLENGE_ACK;
        }
    }

    /// A segment between the RST that ended the connection and its withdrawal: it performs nothing. One of a side that has
    /// spoken counts for its state all the same.
    fn after_end(&mut self, end: End, segment: &Segment, kind: Kind, draft: &mut Draft) {
        self.note_repeats(end, segment, kind, draft);
        self.count_payload(end, segment, draft);
        if draft.has_news && self.fall(end).is_some() {
            draft.anomalies |= Anomalies::DATA_AFTER_RESET;
        }
        if kind == Kind::Fin {
            self.happens(end, Event::SendsFin);
        }
        self.send_news(end, segment, kind);
    }

    /// The phase of the segment just taken in, from what held before it and what it did.
    fn phase(&self, draft: &Draft, begun: Progress, was_ended: bool, was_closed: bool) -> Phase {
        if let Some(ended) = self.ended {
            return if was_ended {
                Phase::Closed
            } else if draft.ended && ended.in_handshake {
                Phase::Handshake
            } else {
                Phase::Teardown
            };
        }
        if self.closing.closer.is_some() {
            return if was_closed && self.is_closed() { Phase::Closed } else { Phase::Teardown };
        }
        let now = self.opening.progress;
        let is_handshake = match begun {
            Progress::NotCaptured => matches!(now, Progress::Underway | Progress::Complete),
            Progress::Underway => matches!(now, Progress::Underway | Progress::Complete | Progress::NotTaken),
            Progress::NotTaken => now != Progress::Over,
            Progress::Complete => now == Progress::NotTaken,
            Progress::Over => false,
        };
        if is_handshake { Phase::Handshake } else { Phase::Data }
    }

    /// Keeps what later segments are judged by.
    fn note(&mut self, arrival: &Arrival, segment: &Segment, kind: Kind, draft: &Draft) {
        let end = arrival.end;
        self.ends[end].note(Facts::SEEN);
        if kind == Kind::Rst {
            return;
        }
        self.note_spoken(arrival, segment);
        if kind == Kind::Other {
            return;
        }
        if matches!(kind, Kind::Syn | Kind::SynAck) {
            self.ends[end].note(Facts::SENT_SYN);
        }
        let moves_nothing = draft.is_older || (draft.wrong && kind == Kind::SynAck);
        if moves_nothing {
            return;
        }
        let shift = if matches!(kind, Kind::Syn | Kind::SynAck) { 0 } else { self.window_shift(end) };
        let (own, other) = self.ends.split_mut(end);
        if own.first.is_none() {
            own.first = Some(segment.seq);
        }
        own.count_try(segment, other.acked);
        if matches!(kind, Kind::Syn | Kind::SynAck) {
            own.syn_window = segment.window;
        }
        if !draft.wrong {
            own.next = Some(own.next.map_or(segment.next(), |next| next.later(segment.next())));
        }
        own.saw(own.position_of(segment.seq).advance(segment.sequence_len()));
        let Some(ack) = segment.acknowledgment() else {
            return;
        };
        other.saw(other.position_of(ack));
        let is_news = own.acked.is_none_or(|acked| ack.is_after(acked));
        let probe_taken = other.is(Facts::KEEP_ALIVE) && segment.window > 0;
        if is_news || probe_taken {
            other.tries = 0;
        }
        own.acked = Some(own.acked.map_or(ack, |acked| acked.later(ack)));
        let edge = ack.advance(u32::from(segment.window) << shift);
        own.edge = Some(own.edge.map_or(edge, |known| known.later(edge)));
    }

    /// Keeps what a RST is judged by, of any segment without RST.
    fn note_spoken(&mut self, arrival: &Arrival, segment: &Segment) {
        let silence = between(self.times.last_spoke, MaybeTime::new(segment.at));
        let silence_ns = silence.and_then(|ns| i64::try_from(ns).ok()).unwrap_or(-1);
        let (own, other) = self.ends.split_mut(arrival.end);
        own.note(Facts::SPOKE);
        own.hops = segment.network.hops;
        own.last_spoke = arrival.ordinal;
        let said = Said { frame: arrival.frame, ack: segment.acknowledgment(), end: segment.next(), silence_ns };
        let older = own.say(said);
        other.said.frame = 0;
        self.times.last_spoke = MaybeTime::new(segment.at);
        if let Some(older) = older {
            self.rare_mut().said[arrival.end].add(older);
        }
        if let Some(rare) = &mut self.rare {
            rare.said[arrival.end.peer()].clear();
        }
    }

    /// The shift of an end's window field (RFC 7323 §2.3): 14, the largest there is, where the handshake does not tell.
    fn window_shift(&self, end: End) -> u8 {
        const UNKNOWN: u8 = 14;
        let scale = |end: End| {
            let options = self.ends[end].options?;
            if options.is_cut && options.window_scale.is_none() { None } else { Some(options.window_scale) }
        };
        match (scale(end), scale(end.peer())) {
            (Some(None), _) | (_, Some(None)) => 0,
            // Where the peer's answer was not captured the shift is this one or none: the larger bound counts.
            (Some(Some(own)), _) => own.min(UNKNOWN),
            (None, _) => UNKNOWN,
        }
    }

    /// Nothing has happened yet, as far as states go.
    fn begin_states(&mut self) {
        self.states = States::before(self.client_end);
    }

    /// A SYN of the client after the RST that ended the connection starts anew: forgets the attempt, but for the client, X,
    /// the client's unwrapping mark, repeats by number, the counts and the start.
    fn begin_attempt(&mut self, ordinal: u64) {
        self.keep_bases(ordinal);
        self.ended = None;
        self.x_end = self.client_end;
        let is_captured = self.opening.is_captured();
        for end in End::BOTH {
            let old = std::mem::take(&mut self.ends[end]);
            let bytes = old.bytes(is_captured);
            let is_clients = end == self.client_end;
            let own = &mut self.ends[end];
            own.bytes_before = old.bytes_before.saturating_add(bytes);
            own.packets = old.packets;
            own.hops = old.hops;
            own.last_spoke = old.last_spoke;
            own.facts = old.facts.intersection(Facts::SEEN.union(Facts::SPOKE).union(Facts::SENT_SYN));
            if is_clients {
                own.mark = old.mark;
                own.handshake_base = old.handshake_base;
            } else {
                own.mark = MaybePosition::NONE;
            }
        }
        self.opening = Opening::default();
        self.closing = Closing::default();
        self.times.forget_attempt();
        self.zeek = zeek::View::default();
        self.icmp = None;
        self.attempts = self.attempts.saturating_add(1);
        if let Some(rare) = &mut self.rare {
            rare.forget_attempt();
        }
        self.begin_states();
    }

    /// An ICMP error that quotes a segment of an end. False, with nothing changed, where it is no segment of this connection.
    pub fn hear_icmp(&mut self, frame: u32, from: End, error: &IcmpError) -> bool {
        let own = &self.ends[from];
        let (Some(first), Some(next)) = (own.base().or(own.first), own.next) else { return false };
        if !error.seq.is_at_or_past(first) || !next.is_at_or_past(error.seq) {
            return false;
        }
        self.icmp.get_or_insert((error.kind, frame));
        self.opening.note_if(error.kind.is_unreachable(), Findings::UNREACHABLE);
        true
    }

    /// Whether its endpoints are the same.
    #[must_use]
    pub fn is_self_connect(&self) -> bool {
        self.is_self
    }

    /// The place of the last segment so far in the order of all segments.
    #[must_use]
    pub fn last_ordinal(&self) -> u64 {
        self.last_ordinal
    }

    /// Which side an end is, for both.
    #[must_use]
    pub fn ends_of(&self) -> Both<End> {
        Both { client: self.end(Side::Client), server: self.end(Side::Server) }
    }

    /// Bytes of memory beyond the structure itself.
    #[must_use]
    pub fn extra_memory(&self) -> usize {
        let sent = self.sent.capacity().saturating_mul(size_of::<Sent>());
        let rare = self.rare.as_ref().map_or(0, |rare| rare.memory());
        sent.saturating_add(rare).saturating_add(self.zeek.extra_memory())
    }
}
