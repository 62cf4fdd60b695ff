//! One connection as it is seen go by: the only mutable TCP state.
//!
//! `observe` takes a segment in and says what it is; the rules of the opening, the closing and of resets are in
//! their own modules, as further methods of [`Connection`].

use super::closing::Closing;
use super::findings::{Opening, Progress};
use super::known::{Fact, Known, Name};
use super::numbering::{Basis, OldBases};
use super::roles::Judgement;
use super::segment::{Flags, Kind, Segment};
use super::seq::Seq;
use super::side::{Both, Side};
use super::state::{BEFORE, State};
use super::steady::{Midst, Passing};
use super::times::{Part, Times};
use super::verdict::{Anomalies, Numbers, Phase, Repeats, Reset, Steps, Verdict};
use super::zeek;

/// Which of its two endpoints, in a fixed order that knows no roles, sent a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum End {
    /// The one whose address and port sort first.
    #[default]
    Low,
    /// The other one.
    High,
    /// Both are the same: there is no direction to tell.
    Same,
}

/// Where and when a segment was met, apart from what it holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Moment {
    /// The number of its frame.
    pub frame: u32,
    /// Its place in the order of all segments: grows from call to call.
    pub ordinal: u64,
    /// Whether its endpoints were another connection's before. Only a connection's first segment is asked.
    pub known_tuple: bool,
    /// Whether X and Y change at the first FIN (preference `synfin.rebase`).
    pub rebase: bool,
}

impl Moment {
    /// The ordinal of a frame's outermost segment.
    #[must_use]
    pub const fn outermost(frame: u32) -> u64 {
        (frame as u64) << 32
    }
}

/// What ended a connection before its time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ended {
    pub by: Side,
    pub reset: Reset,
    pub frame: u32,
    /// Whether the opening was still under way.
    pub in_opening: bool,
    /// The states before it, for the case that its receiver turns out to have ignored it.
    pub states: Both<State>,
}

/// What a segment turns out to be, while it is taken in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Draft {
    pub open_steps: Steps,
    pub close_steps: Steps,
    pub repeats: Repeats,
    pub reset: Option<Reset>,
    pub ended: bool,
    pub anomalies: Anomalies,
    /// Whether it acknowledges what a client in SYN-SENT never sent: it acknowledges nothing.
    pub bad_ack: bool,
}

/// What a segment turned out to be.
#[derive(Clone, Copy, Debug)]
pub enum Heard {
    /// Nothing but one more in an open connection.
    Passing(Passing),
    /// Whatever this says.
    Judged(Verdict),
}

/// One connection: a `tcp.stream` of Wireshark. What a segment that does nothing needs stands first and together, up to
/// the times: with a million connections, what lies elsewhere comes from far.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Connection {
    pub(super) known: Known,
    last_ordinal: u64,
    pub(super) states: Both<State>,
    pub(super) client_end: End,
    /// Whose X of the opening is: the client's, unless the roles were exchanged after the end.
    pub(super) x_side: Side,
    pub(super) midst: Midst,
    pub(super) judgement: Judgement,
    pub(super) first_end: End,
    pub(super) times: Times,
    pub(super) opening: Opening,
    pub(super) closing: Closing,
    pub(super) ended: Option<Ended>,
    pub(super) zeek: zeek::View,
}

impl Default for Connection {
    fn default() -> Self {
        Connection {
            known: Known::default(),
            last_ordinal: 0,
            states: BEFORE,
            client_end: End::Low,
            x_side: Side::Client,
            midst: Midst::default(),
            judgement: Judgement::None,
            first_end: End::Low,
            times: Times::default(),
            opening: Opening::default(),
            closing: Closing::default(),
            ended: None,
            zeek: zeek::View::default(),
        }
    }
}

impl Connection {
    /// Takes the next segment in, sent by the endpoint `from`, and says what it is.
    pub fn observe(&mut self, moment: Moment, from: End, segment: &Segment) -> Verdict {
        match self.hear(moment, from, segment) {
            Heard::Passing(passing) => passing.verdict(),
            Heard::Judged(verdict) => verdict,
        }
    }

    /// The same, with less to say of a segment that does nothing.
    #[inline(always)]
    pub fn hear(&mut self, moment: Moment, from: End, segment: &Segment) -> Heard {
        self.last_ordinal = moment.ordinal;
        let heard = match self.steady(from, segment) {
            Some(passing) => Heard::Passing(passing),
            None => Heard::Judged(self.take_in(moment, from, segment)),
        };
        self.times.note(&mut self.known, Part::Last, segment.at);
        heard
    }

    /// Takes a segment in that may do more than move numbers on.
    fn take_in(&mut self, moment: Moment, from: End, segment: &Segment) -> Verdict {
        let kind = segment.kind();
        let mut draft = Draft::default();
        if self.judgement == Judgement::None {
            self.first_end = from;
            self.times = Times::begin(segment.at);
            if moment.known_tuple {
                draft.anomalies.add(Anomalies::PORT_REUSE);
            }
        }
        self.judge_client(moment, from, segment, kind);
        let side = self.side_of(from);

        let begun = self.opening.progress;
        let was_ended = self.ended.is_some();
        let was_closed = self.is_closed();
        self.zeek.observe(&mut self.known, side, segment);
        match kind {
            Kind::Other => {}
            Kind::Rst => {
                if segment.payload_len == 0 && !segment.flags.has(Flags::FIN) {
                    self.known.unnote(side, Fact::OwesSynAck);
                    self.known.unnote(side, Fact::OwesFin);
                }
                self.reset(moment, side, segment, &mut draft);
            }
            Kind::Syn | Kind::SynAck | Kind::Ack | Kind::Fin => self.ordinary(moment, side, segment, kind, &mut draft),
        }

        // A server that begins a new attempt is the client from this segment on.
        let side = self.side_of(from);
        let phase = self.phase(&draft, begun, was_ended, was_closed);
        let numbers = self.numbers(moment.rebase, side, segment);
        self.note(side, segment, kind, draft.bad_ack);
        self.midst = self.find_midst();
        Verdict {
            sender: side,
            open_steps: draft.open_steps,
            close_steps: draft.close_steps,
            repeats: draft.repeats,
            phase,
            states: self.states,
            reset: draft.reset,
            ended: draft.ended,
            numbers,
            anomalies: draft.anomalies,
        }
    }

    /// The side that the endpoint `from` is thought to be now.
    #[must_use]
    pub fn side_of(&self, from: End) -> Side {
        if from == End::Same || from == self.client_end { Side::Client } else { Side::Server }
    }

    /// Whether the endpoint that sorts first is the client.
    #[must_use]
    pub fn client_is_low(&self) -> bool {
        self.client_end != End::High
    }

    /// The place of the last segment so far in the order of all segments.
    #[must_use]
    pub fn last_ordinal(&self) -> u64 {
        self.last_ordinal
    }

    /// X and Y as they were for the segment `ordinal`, where they were known: those of the closing, or of the opening.
    #[must_use]
    #[inline]
    pub fn bases_at(&self, ordinal: u64, of_closing: bool) -> [u32; 2] {
        let old = self.known.rare().and_then(|rare| {
            let index = rare.old_bases.partition_point(|old| old.until <= ordinal);
            rare.old_bases.get(index)
        });
        match old {
            Some(old) if of_closing => old.close,
            Some(old) => old.open,
            None => self.plain_bases(of_closing),
        }
    }

    /// Octets of memory beyond the structure itself.
    #[must_use]
    pub fn extra_memory(&self) -> usize {
        self.known.extra_memory()
    }

    /// Zeek's `conn_state`.
    #[must_use]
    pub fn conn_state(&self) -> &'static str {
        let has_size = self.has_size(Side::Client) || self.has_size(Side::Server);
        self.zeek.conn_state(&self.known, has_size)
    }

    /// Whether the numbers of a side went on beyond its SYN and FIN.
    fn has_size(&self, side: Side) -> bool {
        let get = |name: Name| self.known.get(side, name);
        let isn = get(Name::Syn).or(get(Name::SynAck));
        let Some(start) = isn.map(|isn| isn.advance(1)).or(get(Name::First)) else { return false };
        let end = match (get(Name::Next), self.known.get(side.peer(), Name::Acked)) {
            (Some(next), Some(acked)) => next.later(acked),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => start,
        };
        let fin = u32::from(self.known.has(side, Name::Fin));
        end.is_after(start.advance(fin))
    }

    /// Gives Zeek's history letter by letter.
    pub fn history(&self, mut push: impl FnMut(u8)) {
        if self.first_end != End::Same && self.first_end != self.client_end {
            push(b'^');
        }
        self.zeek.history(&self.known, push);
    }

    #[inline]
    fn plain_bases(&self, of_closing: bool) -> [u32; 2] {
        let (side, name) = if of_closing {
            (self.closing.closer.unwrap_or(Side::Client), Name::CloseBase)
        } else {
            (self.x_side, Name::OpenBase)
        };
        [side, side.peer()].map(|side| self.known.get(side, name).map_or(0, |number| number.0))
    }

    /// Keeps X and Y for the segments before this one, because one of them is about to change.
    pub(super) fn keep_bases(&mut self, moment: Moment) {
        let (open, close) = (self.plain_bases(false), self.plain_bases(true));
        let old_bases = &mut self.known.rare_mut().old_bases;
        if old_bases.last().is_none_or(|old| old.until != moment.ordinal) {
            old_bases.push(OldBases { until: moment.ordinal, open, close });
        }
    }

    /// Sets a side's base of the opening.
    pub(super) fn set_open_base(&mut self, moment: Moment, side: Side, number: Seq) {
        let position = self.known.position_of(side, number);
        match self.known.position(side, Name::OpenBase) {
            Some(old) if old == position => return,
            Some(_) => self.keep_bases(moment),
            None => {}
        }
        self.known.set_position(side, Name::OpenBase, position);
        // Counting starts here where nothing of this side was seen: the base of a SYN-ACK's X, say.
        self.known.saw(side, position);
    }

    /// Sets the bases of the closing at the first FIN.
    pub(super) fn set_close_bases(&mut self, closer: Side, fin: Seq, ack: Seq) {
        for (side, number) in [(closer, fin), (closer.peer(), ack)] {
            let position = self.known.position_of(side, number);
            self.known.set_position(side, Name::CloseBase, position);
        }
    }

    /// A segment that is neither RST nor `OTHER`.
    fn ordinary(&mut self, moment: Moment, side: Side, segment: &Segment, kind: Kind, draft: &mut Draft) {
        let mut side = side;
        if self.ended.is_some() {
            if kind == Kind::Syn {
                side = self.begin_attempt(moment, side, draft);
            } else if !self.take_back_reset(side, segment, kind) {
                self.after_end(side, segment, kind, draft);
                return;
            }
        }
        self.open(moment, side, segment, kind, draft);
        self.acknowledge_fin(moment, side, segment, draft);
        if matches!(kind, Kind::Ack | Kind::Fin) {
            self.repeat_acks(side, segment, kind, draft);
        }
        self.count_payload(side, segment, draft);
        if kind == Kind::Fin {
            self.fin(moment, side, segment, draft);
        }
        if segment.payload_len > 0 || kind == Kind::Fin {
            // After something new of the peer, the same ACK again is an answer, not a frame captured twice.
            self.known.forget_step_ack(side.peer());
        }
    }

    /// The phase of the segment just taken in, from what held before it and what it did.
    fn phase(&self, draft: &Draft, begun: Progress, was_ended: bool, was_closed: bool) -> Phase {
        let opening = |progress| matches!(progress, Progress::Underway | Progress::Complete);
        if self.ended.is_some() {
            return if was_ended {
                Phase::Closed
            } else if draft.ended && self.opening.progress == Progress::Underway {
                Phase::Open
            } else {
                Phase::Close
            };
        }
        if was_closed {
            return Phase::Closed;
        }
        if self.closing.closer.is_some() {
            return Phase::Close;
        }
        let just_begun = (begun == Progress::NotCaptured || was_ended) && opening(self.opening.progress);
        if just_begun || (begun == Progress::Underway && opening(self.opening.progress)) {
            Phase::Open
        } else {
            Phase::Data
        }
    }

    fn numbers(&self, rebase: bool, side: Side, segment: &Segment) -> Numbers {
        let closer = self.closing.closer.filter(|_| rebase);
        let (basis, name) = match closer {
            Some(_) => (Basis::Close, Name::CloseBase),
            None if self.opening.is_captured() => (Basis::Open, Name::OpenBase),
            None => (Basis::FirstSeen, Name::OpenBase),
        };
        let x = closer.unwrap_or(self.x_side);
        let offset = |side: Side, number: Seq| {
            let base = self.known.position(side, name)?;
            Some(self.known.position_of(side, number).offset_from(base))
        };
        Numbers {
            basis,
            x_is_servers: x == Side::Server,
            x: self.known.get(x, name).map(|base| base.0),
            y: self.known.get(x.peer(), name).map(|base| base.0),
            seq: offset(side, segment.seq),
            ack: segment.acknowledgment().and_then(|ack| offset(side.peer(), ack)),
        }
    }

    /// Keeps what later segments are judged by.
    fn note(&mut self, side: Side, segment: &Segment, kind: Kind, bad_ack: bool) {
        self.known.note(side, Fact::Seen);
        if matches!(kind, Kind::Rst | Kind::Other) {
            return;
        }
        if !self.known.has(side, Name::First) {
            self.known.set(side, Name::First, segment.seq);
        }
        self.known.raise(side, Name::Next, segment.next());
        let start = self.known.position_of(side, segment.seq);
        self.known.saw(side, start.advance(segment.sequence_len()));
        let Some(ack) = segment.acknowledgment() else {
            return;
        };
        self.known.saw(side.peer(), self.known.position_of(side.peer(), ack));
        if bad_ack {
            return;
        }
        self.known.raise(side, Name::Acked, ack);
        let shift = if kind == Kind::SynAck { 0 } else { self.window_shift(side) };
        self.known.raise(side, Name::Edge, ack.advance(u32::from(segment.window) << shift));
    }

    /// The shift of a side's window field (RFC 7323 §2.3): 14, the largest there is, where the opening does not tell.
    pub(super) fn window_shift(&self, side: Side) -> u8 {
        const UNKNOWN: u8 = 14;
        match (self.known.window_scale(side), self.known.window_scale(side.peer())) {
            (Some(None), _) | (_, Some(None)) => 0,
            // Where the peer's answer was not captured the shift is this one or none: the larger bound counts.
            (Some(Some(own)), _) => own.min(UNKNOWN),
            (None, _) => UNKNOWN,
        }
    }

    /// Forgets the attempt that a RST ended, except what a repeat is known by.
    pub(super) fn forget_attempt(&mut self, moment: Moment) {
        self.keep_bases(moment);
        self.ended = None;
        self.x_side = Side::Client;
        self.opening = Opening::default();
        self.closing = Closing::default();
        self.times.forget();
        self.known.forget_attempt();
        self.states = BEFORE;
    }

    /// Whether both FINs were acknowledged.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.known.is_so(Side::Client, Fact::FinAcked) && self.known.is_so(Side::Server, Fact::FinAcked)
    }
}
