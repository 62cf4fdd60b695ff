//! How a connection opened and closed, as far as was seen by now.

use super::closing::Relation;
use super::connection::Connection;
use super::findings::{Findings, Progress};
use super::known::Name;
use super::segment::Timestamp;
use super::side::Side;
use super::times::Part;

/// How the handshake was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HandshakeKind {
    /// SYN, SYN-ACK, ACK.
    ThreeWay,
    /// The SYN-ACK acknowledged data of the SYN (RFC 7413).
    FastOpen,
    /// A SYN from each side (RFC 9293 figure 7).
    Simultaneous,
    /// A SYN from each side, and the server acknowledged X+1 without SYN.
    Split,
    /// No SYN and no SYN-ACK was seen.
    NotCaptured,
}

impl HandshakeKind {
    /// All kinds.
    pub const ALL: [HandshakeKind; 5] = [
        HandshakeKind::ThreeWay,
        HandshakeKind::FastOpen,
        HandshakeKind::Simultaneous,
        HandshakeKind::Split,
        HandshakeKind::NotCaptured,
    ];

    /// The word shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            HandshakeKind::ThreeWay => "three-way",
            HandshakeKind::FastOpen => "fast-open",
            HandshakeKind::Simultaneous => "simultaneous",
            HandshakeKind::Split => "split",
            HandshakeKind::NotCaptured => "not-captured",
        }
    }
}

/// What became of the handshake.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HandshakeOutcome {
    /// Every part was captured, step 3 included.
    Complete,
    /// The server's RST came before any SYN-ACK.
    Refused,
    /// A SYN, and no SYN-ACK, no accepted RST, nothing that shows it open.
    NoAnswer,
    /// SYN and SYN-ACK and no step 3; or both SYNs with an acknowledgment missing.
    HalfOpen,
    /// Another accepted RST in the opening.
    Reset,
    /// Opened, or a SYN-ACK alone, with a part of it not captured.
    Partial,
    /// No SYN and no SYN-ACK was seen.
    NotCaptured,
    /// Not known yet, in a first pass.
    Pending,
}

impl HandshakeOutcome {
    /// All outcomes that stand at the end.
    pub const FINAL: [HandshakeOutcome; 7] = [
        HandshakeOutcome::Complete,
        HandshakeOutcome::Partial,
        HandshakeOutcome::NotCaptured,
        HandshakeOutcome::Refused,
        HandshakeOutcome::NoAnswer,
        HandshakeOutcome::HalfOpen,
        HandshakeOutcome::Reset,
    ];

    /// The word shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            HandshakeOutcome::Complete => "complete",
            HandshakeOutcome::Refused => "refused",
            HandshakeOutcome::NoAnswer => "no-answer",
            HandshakeOutcome::HalfOpen => "half-open",
            HandshakeOutcome::Reset => "reset",
            HandshakeOutcome::Partial => "partial",
            HandshakeOutcome::NotCaptured => "not-captured",
            HandshakeOutcome::Pending => "pending",
        }
    }
}

/// How the connection closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TeardownKind {
    /// FIN, ACK, FIN, ACK.
    FourSegment,
    /// The second FIN acknowledged the first itself.
    ThreeSegment,
    /// Each side's FIN was sent before it saw the other's acknowledged.
    Simultaneous,
    /// Only one side's FIN was seen.
    HalfClosed,
    /// A RST of an open connection, no FIN before.
    Reset,
    /// A RST after a FIN.
    ResetAfterFin,
    /// Open, and no close seen.
    Open,
    /// Never opened, and no FIN.
    None,
    /// Not known yet, in a first pass.
    Pending,
}

impl TeardownKind {
    /// All kinds that stand at the end.
    pub const FINAL: [TeardownKind; 8] = [
        TeardownKind::FourSegment,
        TeardownKind::ThreeSegment,
        TeardownKind::Simultaneous,
        TeardownKind::HalfClosed,
        TeardownKind::Reset,
        TeardownKind::ResetAfterFin,
        TeardownKind::Open,
        TeardownKind::None,
    ];

    /// The word shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            TeardownKind::FourSegment => "four-segment",
            TeardownKind::ThreeSegment => "three-segment",
            TeardownKind::Simultaneous => "simultaneous",
            TeardownKind::HalfClosed => "half-closed",
            TeardownKind::Reset => "reset",
            TeardownKind::ResetAfterFin => "reset-after-fin",
            TeardownKind::Open => "open",
            TeardownKind::None => "none",
            TeardownKind::Pending => "pending",
        }
    }
}

/// Whether later segments may still come, or the capture is known to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pass {
    /// The first visit of a segment: what comes after it is not known.
    First,
    /// A later visit, or the end.
    Final,
}

impl Connection {
    /// How the handshake was made.
    #[must_use]
    pub fn handshake_kind(&self) -> HandshakeKind {
        if !self.opening.is_captured() {
            HandshakeKind::NotCaptured
        } else if self.is_double_open() {
            if self.opening.found(Findings::SPLIT) { HandshakeKind::Split } else { HandshakeKind::Simultaneous }
        } else if self.opening.found(Findings::ACKED_SYN_DATA) {
            HandshakeKind::FastOpen
        } else {
            HandshakeKind::ThreeWay
        }
    }

    /// What became of the handshake.
    #[must_use]
    pub fn handshake_outcome(&self, pass: Pass) -> HandshakeOutcome {
        if let Some(ended) = self.ended
            && ended.in_opening
        {
            let refused = ended.by == Side::Server && self.has_no_syn_ack();
            return if refused { HandshakeOutcome::Refused } else { HandshakeOutcome::Reset };
        }
        let syn = self.known.has(Side::Client, Name::Syn);
        let syn_ack = self.known.has(Side::Server, Name::SynAck);
        match self.opening.progress {
            Progress::NotCaptured => HandshakeOutcome::NotCaptured,
            Progress::Complete if self.is_double_open() || (syn && syn_ack) => HandshakeOutcome::Complete,
            Progress::Complete | Progress::Over => HandshakeOutcome::Partial,
            Progress::Underway if pass == Pass::First => HandshakeOutcome::Pending,
            Progress::Underway if self.is_double_open() => HandshakeOutcome::HalfOpen,
            Progress::Underway if !syn || self.opening.found(Findings::WENT_ON) => HandshakeOutcome::Partial,
            // The server took that RST, and nothing came of the client's waiting.
            Progress::Underway if self.opening.found(Findings::BAD_ACK_RESET) => HandshakeOutcome::Reset,
            Progress::Underway if syn_ack => HandshakeOutcome::HalfOpen,
            Progress::Underway => HandshakeOutcome::NoAnswer,
        }
    }

    /// Whether the connection is known to have been open: its opening was not captured, or completed, or over, or
    /// the server went on after its SYN-ACK.
    fn is_opened(&self) -> bool {
        self.opening.progress != Progress::Underway || self.opening.found(Findings::WENT_ON)
    }

    /// How the connection closed.
    #[must_use]
    pub fn teardown_kind(&self, pass: Pass) -> TeardownKind {
        match (self.ended, self.closing.closer, self.closing.relation) {
            (Some(_), Some(_), _) => TeardownKind::ResetAfterFin,
            (Some(_), None, _) if self.is_opened() => TeardownKind::Reset,
            (Some(_), None, _) => TeardownKind::None,
            (None, _, Some(Relation::FourSegment)) => TeardownKind::FourSegment,
            (None, _, Some(Relation::ThreeSegment)) => TeardownKind::ThreeSegment,
            (None, _, Some(Relation::Simultaneous)) => TeardownKind::Simultaneous,
            (None, Some(_), None) => TeardownKind::HalfClosed,
            (None, None, None) if self.is_opened() => TeardownKind::Open,
            (None, None, None) if pass == Pass::First => TeardownKind::Pending,
            (None, None, None) => TeardownKind::None,
        }
    }

    /// Who sent the first FIN, or else the RST that ended an open connection.
    #[must_use]
    pub fn closer(&self) -> Option<Side> {
        match self.closing.closer {
            Some(closer) => Some(closer),
            None => self.ended.filter(|_| self.is_opened()).map(|ended| ended.by),
        }
    }

    /// The frame of the RST that ended the connection.
    #[must_use]
    pub fn reset_frame(&self) -> Option<u32> {
        self.ended.map(|ended| ended.frame)
    }

    /// Who sent that RST.
    #[must_use]
    pub fn reset_sender(&self) -> Option<Side> {
        self.ended.map(|ended| ended.by)
    }

    /// Whether it came before the opening was complete or over.
    #[must_use]
    pub fn is_reset_in_opening(&self) -> bool {
        self.ended.is_some_and(|ended| ended.in_opening)
    }

    /// The frames of the segments that first performed steps 1 to 3 of the opening; 0: none.
    #[must_use]
    pub fn handshake_frames(&self) -> [u32; 3] {
        self.opening.frames
    }

    /// The frames of the segments that first performed steps 1 to 4 of the closing; 0: none.
    #[must_use]
    pub fn teardown_frames(&self) -> [u32; 4] {
        self.closing.frames
    }

    /// The frame after which both FINs were acknowledged; 0: none.
    #[must_use]
    pub fn closed_frame(&self) -> u32 {
        let [_, step_2, _, step_4] = self.closing.frames;
        if self.is_closed() { step_2.max(step_4) } else { 0 }
    }

    /// Nanoseconds from the first SYN to step 3.
    #[must_use]
    pub fn handshake_ns(&self) -> Option<u64> {
        self.between(Part::Syn, Part::Step3)
    }

    /// Nanoseconds from SYN to SYN-ACK; none where the SYN was repeated before the answer (Karn's rule: RFC 6298 §3).
    #[must_use]
    pub fn syn_ack_rtt_ns(&self) -> Option<u64> {
        if self.is_double_open() || self.opening.found(Findings::SYN_REPEATED) {
            None
        } else {
            self.between(Part::Syn, Part::SynAck)
        }
    }

    /// Nanoseconds from SYN-ACK to step 3; none where the SYN-ACK was repeated before the answer.
    #[must_use]
    pub fn ack_rtt_ns(&self) -> Option<u64> {
        if self.is_double_open() || self.opening.found(Findings::SYN_ACK_REPEATED) {
            None
        } else {
            self.between(Part::SynAck, Part::Step3)
        }
    }

    /// Nanoseconds from the first FIN to the segment after which both FINs are acknowledged.
    #[must_use]
    pub fn teardown_ns(&self) -> Option<u64> {
        self.between(Part::Fin, Part::Closed)
    }

    /// Nanoseconds from the first segment to the last one so far.
    #[must_use]
    pub fn duration_ns(&self) -> Option<u64> {
        between(self.times.first(), self.times.of(&self.known, Part::Last))
    }

    fn between(&self, earlier: Part, later: Part) -> Option<u64> {
        between(self.times.of(&self.known, earlier), self.times.of(&self.known, later))
    }
}

/// The time between two captured segments; none where one is missing or the clock went backwards.
fn between(earlier: Option<Timestamp>, later: Option<Timestamp>) -> Option<u64> {
    later?.since(earlier?)
}
