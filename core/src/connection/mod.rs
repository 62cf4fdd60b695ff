//! One connection as it is seen passing. [`Connection::observe_segment`] takes a segment in and says what it is.
//!
//! A capture shows what passed one point. Nobody saw what arrived, or what its receiver did with it. So a state is a
//! presumption until its owner sends again. The verdict on a segment depends on the segments before it alone. What was not
//! captured is absent or named so, never invented.
//!
//! Facts are kept by end, which never changes; `client_end` alone says who is the client. States have one writer,
//! [`state`]. Each rule has its file: `opening`, `syn`, `syn_ack`, `step_3` and `double_open` the handshake,
//! `closing` the teardown, `reset`, `copies`, `repeats`, `roles`; `fast_path` is the short way for what nearly all
//! segments are.

mod after_end;
mod arrival;
mod attempt;
mod bad_acks;
mod bounded_list;
mod closing;
mod conn_state;
mod copies;
mod counts;
mod double_open;
mod ending;
mod endpoint;
mod fast_path;
mod incoming_segment;
mod marks;
mod negotiation;
mod numbering;
mod older_connection;
mod opening;
mod outcome;
mod packed_segment;
mod packed_verdict;
mod rare_parts;
mod repeats;
mod reset;
mod reset_count;
mod roles;
mod rollback;
pub mod state;
mod step_3;
mod syn;
mod syn_ack;
mod textbook;
mod times;
mod tries;
mod verdict;
mod zeek;

use arrival::Draft;
use closing::Closing;
use copies::Original;
use ending::Resets;
use endpoint::{Endpoint, Facts};
use fast_path::FastPath;
use incoming_segment::IncomingSegment;
use opening::{Findings, Opening, Progress};
use rare_parts::RareParts;
use roles::Judgement;
use times::{MaybeTime, Times};

pub use arrival::{Arrival, Assessment, frame_of, ordinal};
pub use conn_state::ConnState;
pub use negotiation::{NegotiatedEcn, Negotiation};
pub use outcome::{HandshakeKind, HandshakeOutcome, Pass, TeardownKind};
pub use packed_segment::PackedSegment;
pub use packed_verdict::{PackedVerdict, Turns};
pub use reset_count::ResetCount;
pub use state::{State, States, Trigger};
pub use textbook::{Stamps, TextbookConnection};
pub use verdict::{Anomalies, Basis, Cause, Numbers, Phase, Repeats, Reset, ResetDetail, Steps, Verdict};
pub use zeek::HISTORY_MAX;

use crate::segment::icmp::IcmpError;
use crate::segment::{Both, End, Ends, Flags, Kind, Segment, Side};

/// One connection: a `tcp.stream` of Wireshark.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Connection {
    ends: Ends<Endpoint>,
    /// Segments that each end sent, in all attempts.
    packets: Ends<u32>,
    states: States,
    client_end: End,
    /// Whose X of the handshake is: the client's, unless the roles turned round after the end.
    x_end: End,
    fast_path: FastPath,
    judgement: Judgement,
    is_self: bool,
    has_copies: bool,
    last_ordinal: u64,
    times: Times,
    opening: Opening,
    closing: Option<Box<Closing>>,
    zeek: zeek::ZeekView,
    first_frame: u32,
    /// The last segment of each sort that may be captured again.
    originals: Vec<Original>,
    incoming: IncomingSegment,
    resets: Option<Box<Resets>>,
    rare: Option<Box<RareParts>>,
}

/// With the room for the segments of its handshake, and with what is kept of its endpoints, a connection that lives takes
/// 512 bytes (`tests/memory.rs`).
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Connection>() <= 360 && size_of::<Endpoint>() <= 64);

impl Default for Connection {
    fn default() -> Self {
        Connection {
            ends: Ends::default(),
            packets: Ends::default(),
            states: States::before(End::Low),
            client_end: End::Low,
            x_end: End::Low,
            fast_path: FastPath::default(),
            judgement: Judgement::None,
            is_self: false,
            has_copies: false,
            last_ordinal: 0,
            times: Times::begin(None),
            opening: Opening::default(),
            closing: None,
            zeek: zeek::ZeekView::default(),
            first_frame: 0,
            originals: Vec::new(),
            incoming: IncomingSegment::default(),
            resets: None,
            rare: None,
        }
    }
}

impl Connection {
    /// Takes the next segment in, and says what it is.
    #[inline(always)]
    pub fn observe_segment(&mut self, arrival: Arrival, segment: &Segment) -> Assessment {
        let mut assessment = Assessment::nothing();
        self.observe_segment_into(&arrival, segment, &mut assessment);
        assessment
    }

    /// The same, said where `assessment` is: a verdict is large, and to hand it on costs more than to make it.
    #[inline(always)]
    pub fn observe_segment_into(&mut self, arrival: &Arrival, segment: &Segment, assessment: &mut Assessment) {
        match self.take_fast_path(arrival, segment) {
            Some((packed, turns)) => *assessment = Assessment::Packed(packed, turns),
            None => self.take_in(*arrival, segment, assessment),
        }
        self.last_ordinal = arrival.ordinal;
        self.times.last = MaybeTime::new(segment.at);
    }

    /// Takes a segment in that may do more than move numbers on.
    #[inline(never)]
    fn take_in(&mut self, mut arrival: Arrival, segment: &Segment, assessment: &mut Assessment) {
        let kind = segment.kind();
        let mut draft = Draft::default();
        if self.judgement == Judgement::None {
            self.begin(&arrival, segment, &mut draft);
        } else if let Some(original) = self.original(arrival.end, kind, segment) {
            *assessment = Assessment::Full(self.copy(&arrival, segment, &original), None);
            return;
        }
        self.judge_client(&arrival, segment, kind);
        if self.is_ended() && kind == Kind::Syn && arrival.end == self.client_end {
            self.begin_attempt(arrival.ordinal);
            draft.anomalies |= Anomalies::NEW_ATTEMPT;
        }
        self.observe_zeek(arrival.end, segment);
        self.count(&arrival, segment, kind);
        let (begun, was_ended, was_closed) = (self.opening.progress, self.is_ended(), self.is_closed());
        if matches!(kind, Kind::Other | Kind::Rst) {
            // It is its sender's next segment, and no ACK.
            self.ends[arrival.end].unlearn(Facts::OWES_CHALLENGE);
        }
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
        self.keep(&arrival, segment, kind, &draft);
        self.keep_original(arrival.end, kind, segment, &draft);
        self.fast_path = self.find_fast_path(arrival.rebase);
        *assessment = Assessment::Full(self.verdict(&arrival, &draft, phase, numbers), draft.detail);
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
    fn copy(&mut self, arrival: &Arrival, segment: &Segment, original: &Original) -> Verdict {
        let mut draft = Connection::draft_of_copy(original);
        let last = self.last_original();
        self.rare_mut().copies_at_end = (last, arrival.ordinal);
        if !self.has_copies {
            self.has_copies = true;
            draft.anomalies |= Anomalies::CAPTURED_TWICE;
        }
        let phase = self.phase(&Draft::default(), self.opening.progress, self.is_ended(), self.is_closed());
        self.verdict(arrival, &draft, phase, self.numbers(arrival.rebase, arrival.end, segment))
    }

    fn client(&self) -> &Endpoint {
        &self.ends[self.client_end]
    }

    fn server(&self) -> &Endpoint {
        &self.ends[self.client_end.peer()]
    }

    /// Something happens to an end. One that a RST closed stays so until it speaks, and has then the state that it would
    /// have without that RST.
    fn happens(&mut self, end: End, trigger: Trigger) {
        let fall = self.resets.as_mut().and_then(|resets| resets.falls[end].as_mut());
        match fall {
            Some(fall) => fall.before = fall.before.after(trigger).unwrap_or(fall.before),
            None => self.states.after(end, trigger),
        }
    }

    /// The state of an end as it would be if no RST had closed it.
    fn state_without_rst(&self, end: End) -> State {
        self.fall(end).map_or(self.states.of(end), |fall| fall.before)
    }

    /// A segment that is neither RST nor `OTHER`.
    fn ordinary(&mut self, arrival: &mut Arrival, segment: &Segment, kind: Kind, draft: &mut Draft) {
        let end = arrival.end;
        if self.is_older(end, segment) {
            arrival.shows_a_gap = self.shows_a_gap(segment);
            if !arrival.shows_a_gap {
                self.stray(arrival, segment, kind, draft);
                return;
            }
        }
        self.answer_challenge(end, segment, kind, draft);
        let answers = self.answers_after_own_reset(end, segment, kind);
        self.speak(arrival, segment, kind, draft);
        if self.is_ended() && (!answers || self.is_double_open()) {
            self.after_end(arrival, segment, kind, draft);
            if answers {
                draft.open_steps = Steps::one(2);
                self.perform(2, arrival, segment);
            }
            return;
        }
        self.count_in_full(arrival, segment, kind, draft);
        if answers {
            self.show_answer(arrival);
        }
    }

    /// What a segment does to handshake, teardown and states.
    fn count_in_full(&mut self, arrival: &Arrival, segment: &Segment, kind: Kind, draft: &mut Draft) {
        let end = arrival.end;
        self.open(arrival, segment, kind, draft);
        if draft.wrong {
            if kind == Kind::Fin {
                self.find_repeats(end, segment, kind, draft);
            }
            if self.fall(end).is_some() && kind != Kind::SynAck && self.new_payload_end(end, segment).is_some() {
                draft.anomalies |= Anomalies::DATA_AFTER_RESET;
            }
            return;
        }
        if self.opening.progress != Progress::Underway && kind != Kind::SynAck && draft.open_steps.is_empty() {
            self.ends[end].learn(Facts::WENT_ON_SINCE);
        }
        self.acknowledge_fin(arrival, segment, draft);
        match kind {
            Kind::Ack | Kind::Fin => {
                self.repeat_acks(end, segment, kind, draft);
                self.link_repeated_acks(arrival, segment, draft);
            }
            Kind::SynAck => self.repeat_syn_ack(end, segment, draft),
            Kind::Syn | Kind::Rst | Kind::Other => {}
        }
        self.count_payload(end, segment, draft);
        if kind == Kind::Fin {
            self.fin(arrival, segment, draft);
        }
        if draft.has_news && self.fall(end).is_some() {
            draft.anomalies |= Anomalies::DATA_AFTER_RESET;
        }
        self.send_news(end, segment, kind, draft.repeats);
    }

    /// After payload or a FIN of an end the peer's same ACK again is an answer, and owes nothing to what came before.
    fn send_news(&mut self, end: End, segment: &Segment, kind: Kind, repeats: Repeats) {
        if segment.payload_len > 0 || kind == Kind::Fin {
            self.forget_step_acks(end.peer());
        }
        if segment.payload_len > 0 {
            // What comes again, also with payload, is what the peer owes an answer to now.
            let owed = match kind {
                Kind::SynAck if repeats.syn => Facts::OWES_SYN_ACK,
                Kind::Fin if repeats.fin => Facts::OWES_FIN,
                _ => Facts::empty(),
            };
            self.ends[end.peer()].unlearn(Facts::OWES_SYN_ACK.union(Facts::OWES_FIN).difference(owed));
        }
    }

    /// The answer to a challenged RST: the receiver's next segment, where it is an ACK of all that it has.
    fn answer_challenge(&mut self, end: End, segment: &Segment, kind: Kind, draft: &mut Draft) {
        let own = &mut self.ends[end];
        if !own.is(Facts::OWES_CHALLENGE) {
            return;
        }
        own.unlearn(Facts::OWES_CHALLENGE);
        if kind == Kind::Ack
            && segment.payload_len == 0
            && own.acked().is_none_or(|acked| segment.ack.is_at_or_past(acked))
        {
            draft.anomalies |= Anomalies::CHALLENGE_ACK;
        }
    }

    /// The phase of the segment just taken in, from what held before it and what it did.
    fn phase(&self, draft: &Draft, begun: Progress, was_ended: bool, was_closed: bool) -> Phase {
        if let Some(ending) = self.ending() {
            return if was_ended {
                Phase::Closed
            } else if draft.ended && ending.rst.in_handshake {
                Phase::Handshake
            } else {
                Phase::Teardown
            };
        }
        if self.closing().closer.is_some() {
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

    /// An ICMP error that quotes a segment of an end. False, with nothing changed, where it is no segment of this connection.
    pub fn observe_icmp_error(&mut self, frame: u32, from: End, error: &IcmpError) -> bool {
        let own = &self.ends[from];
        let (Some(first), Some(next)) = (own.base().or(own.first()), own.next()) else { return false };
        if !error.seq.is_at_or_past(first) || !next.is_at_or_past(error.seq) {
            return false;
        }
        self.rare_mut().icmp.get_or_insert((error.kind, frame));
        self.opening.learn_if(error.kind.is_unreachable(), Findings::UNREACHABLE);
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

    /// The same of the last segment that is no copy.
    #[must_use]
    pub fn last_original(&self) -> u64 {
        match self.rare.as_ref().map(|rare| rare.copies_at_end) {
            Some((original, copy)) if copy == self.last_ordinal => original,
            _ => self.last_ordinal,
        }
    }

    /// Which side an end is, for both.
    #[must_use]
    pub fn ends_of(&self) -> Both<End> {
        Both { client: self.end(Side::Client), server: self.end(Side::Server) }
    }

    /// Bytes of memory beyond the structure itself.
    #[must_use]
    pub fn extra_memory(&self) -> usize {
        let originals = self.originals.capacity().saturating_mul(size_of::<Original>());
        let rare = self.rare.as_ref().map_or(0, |rare| rare.memory());
        let resets = self.resets.as_ref().map_or(0, |resets| resets.memory());
        let closing = self.closing.as_ref().map_or(0, |_| size_of::<Closing>());
        originals.saturating_add(rare).saturating_add(resets).saturating_add(closing)
    }
}
