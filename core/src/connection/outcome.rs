//! How a connection opened and closed, as far as was seen by now (SPEC section 6), and what the log says of it.

use strum::{IntoStaticStr, VariantArray};

use super::Connection;
use super::closing::Relation;
use super::copies::Sort;
use super::endpoint::Facts;
use super::opening::{Findings, Progress};
use super::times::between;
use super::verdict::Reset;
use crate::segment::icmp::IcmpKind;
use crate::segment::{End, Side, Timestamp};

/// How the handshake was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
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

/// What became of the handshake.
#[derive(Clone, Copy, PartialEq, Eq, Debug, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum HandshakeOutcome {
    /// Every part was captured, step 3 included, and it was not taken back.
    Complete,
    /// Opened, or a SYN-ACK alone, with a part of it not captured.
    Partial,
    /// No SYN and no SYN-ACK was seen.
    NotCaptured,
    /// The server's RST came before any acceptable SYN-ACK.
    Refused,
    /// Another RST that was taken broke it off.
    Reset,
    /// SYN and SYN-ACK, and the server did not go on; or both SYNs with an acknowledgment missing.
    HalfOpen,
    /// An ICMP error says that the SYN does not get there.
    Unreachable,
    /// An older connection of the same endpoints answered.
    OldConnection,
    /// Nothing answered but what the client must ignore.
    InvalidAnswer,
    /// Nothing came.
    NoAnswer,
    /// Not known yet, in a first pass.
    Pending,
}

/// How the connection closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum TeardownKind {
    /// FIN, ACK, FIN, ACK.
    FourSegment,
    /// The second FIN acknowledged the first itself.
    ThreeSegment,
    /// Each side's FIN was sent before it saw the other's acknowledged.
    Simultaneous,
    /// Only one side's FIN was seen.
    HalfClosed,
    /// A FIN was repeated, and nobody acknowledged it afterwards.
    Unanswered,
    /// A RST of an open connection, no FIN before.
    Reset,
    /// A RST after a FIN.
    ResetAfterFin,
    /// Open, and no close seen.
    StillOpen,
    /// Never opened, and no FIN.
    None,
    /// Not known yet, in a first pass.
    Pending,
}

macro_rules! named {
    ($($kind:ident),*) => { $(
        impl $kind {
            /// The word shown.
            #[must_use]
            pub fn name(self) -> &'static str {
                self.into()
            }
        }
    )* };
}
named!(HandshakeKind, HandshakeOutcome, TeardownKind);

/// Whether later segments may still come, or the capture is known to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pass {
    /// The first visit of a segment: what comes after it is not known.
    First,
    /// A later visit, or the end.
    Final,
}

impl Connection {
    /// How far the handshake has come, with a challenged RST that counts at the end.
    fn progress(&self, pass: Pass) -> Progress {
        let progress = self.opening.progress;
        match self.ending_rst(pass) {
            // A server that did not take the RST may show later that it had not taken step 3 either.
            Some(rst) if progress == Progress::NotTaken && !rst.shows_over => progress,
            // Its number is past everything captured: the capture lacks segments.
            Some(rst) if progress.is_going_on() && rst.opened && !rst.in_handshake => Progress::Over,
            _ => progress,
        }
    }

    /// Whether the connection is open by now, or was.
    pub(super) fn is_open_by_now(&self) -> bool {
        !self.opening.progress.is_going_on() || self.opening.found(Findings::WENT_ON)
    }

    /// Whether a SYN or a SYN-ACK was seen in the last attempt.
    #[must_use]
    pub fn is_handshake_captured(&self) -> bool {
        self.opening.is_captured()
    }

    /// Whether nothing but segments with flags that no TCP sends was seen (role `OTHER`).
    #[must_use]
    pub fn has_odd_flags_only(&self) -> bool {
        !self.opening.is_captured() && !self.opening.found(Findings::MIDSTREAM)
    }

    /// Whether something came that a client in SYN-SENT must ignore: a SYN-ACK that does not acknowledge its SYN, or a RST.
    #[must_use]
    pub fn had_invalid_answer(&self) -> bool {
        self.opening.found(Findings::INVALID_ANSWER)
    }

    /// Whether the connection is known to have been open: its handshake was not captured, or is complete, or over, or
    /// the server went on after its SYN-ACK.
    #[must_use]
    pub fn is_opened(&self, pass: Pass) -> bool {
        self.ending_rst(pass).map_or_else(|| self.is_open_by_now(), |rst| rst.opened)
    }

    /// How the handshake was made; none while only one side has asked.
    #[must_use]
    pub fn handshake_kind(&self) -> Option<HandshakeKind> {
        Some(if !self.opening.is_captured() {
            HandshakeKind::NotCaptured
        } else if self.is_double_open() {
            if self.opening.found(Findings::SPLIT) { HandshakeKind::Split } else { HandshakeKind::Simultaneous }
        } else if self.opening.found(Findings::ACKED_SYN_DATA) {
            HandshakeKind::FastOpen
        } else if self.has_acceptable_syn_ack() || self.is_opened(Pass::First) {
            HandshakeKind::ThreeWay
        } else {
            return None;
        })
    }

    /// What became of the handshake.
    #[must_use]
    pub fn handshake_outcome(&self, pass: Pass) -> HandshakeOutcome {
        if let Some(rst) = self.ending_rst(pass).filter(|rst| rst.in_handshake) {
            let refused = rst.reset == Reset::Refused;
            return if refused { HandshakeOutcome::Refused } else { HandshakeOutcome::Reset };
        }
        let syn = self.client().syn().is_some();
        let syn_ack = self.server().syn_ack().is_some();
        match self.progress(pass) {
            Progress::NotCaptured => HandshakeOutcome::NotCaptured,
            Progress::Complete if self.is_double_open() || (syn && syn_ack) => HandshakeOutcome::Complete,
            Progress::Over if self.is_double_open() => HandshakeOutcome::HalfOpen,
            Progress::Complete | Progress::Over => HandshakeOutcome::Partial,
            Progress::Underway | Progress::NotTaken if pass == Pass::First => HandshakeOutcome::Pending,
            Progress::Underway | Progress::NotTaken if self.is_double_open() => HandshakeOutcome::HalfOpen,
            Progress::Underway | Progress::NotTaken if !syn || self.opening.found(Findings::WENT_ON) => {
                HandshakeOutcome::Partial
            }
            Progress::Underway | Progress::NotTaken if syn_ack => HandshakeOutcome::HalfOpen,
            Progress::Underway | Progress::NotTaken => self.unanswered_syn(),
        }
    }

    /// What became of a SYN without an acceptable SYN-ACK.
    fn unanswered_syn(&self) -> HandshakeOutcome {
        let kinds = [
            (Findings::UNREACHABLE, HandshakeOutcome::Unreachable),
            (Findings::OLDER_ANSWERED, HandshakeOutcome::OldConnection),
            (Findings::INVALID_ANSWER, HandshakeOutcome::InvalidAnswer),
        ];
        let found = kinds.into_iter().find(|(finding, _)| self.opening.found(*finding));
        let went_on = self.close_began()
            || self.client().is(Facts::SENT_ACK)
            || self.original_of(self.client_end, Sort::SynAck).is_some();
        let otherwise = match self.server().first() {
            None => HandshakeOutcome::NoAnswer,
            // The client acknowledges something, or somebody closes: the capture lacks what the server answered.
            Some(_) if went_on => HandshakeOutcome::Partial,
            // In SYN-SENT an acknowledgment without SYN and RST is dropped (RFC 9293 §3.10.7.3).
            Some(_) => HandshakeOutcome::InvalidAnswer,
        };
        found.map_or(otherwise, |(_, outcome)| outcome)
    }

    /// Whether an end repeated its FIN and nobody acknowledged it afterwards. Where it acknowledges more than the capture
    /// has of the peer, the answers may be missing too.
    fn is_fin_unanswered(&self, end: End, pass: Pass) -> bool {
        let (own, peer) = (&self.ends[end], &self.ends[end.peer()]);
        let lacks = own.acked().is_some_and(|acked| peer.next().is_none_or(|next| acked.is_after(next)));
        let reset = self.ending_rst(pass).is_some_and(|rst| rst.by == end.peer());
        own.is(Facts::FIN_UNANSWERED) && !lacks && !reset
    }

    /// How the connection closed.
    #[must_use]
    pub fn teardown_kind(&self, pass: Pass) -> TeardownKind {
        let rst = self.ending_rst(pass);
        if rst.is_some_and(|rst| rst.reset == Reset::NoConnection) {
            return TeardownKind::None;
        }
        if self.close_began() && End::BOTH.into_iter().any(|end| self.is_fin_unanswered(end, pass)) {
            return TeardownKind::Unanswered;
        }
        if let Some(rst) = rst {
            return match rst.closer {
                Some(_) => TeardownKind::ResetAfterFin,
                None if rst.opened => TeardownKind::Reset,
                None => TeardownKind::None,
            };
        }
        match (self.closing().closer, self.closing().relation) {
            (_, Some(Relation::FourSegment)) => TeardownKind::FourSegment,
            (_, Some(Relation::ThreeSegment)) => TeardownKind::ThreeSegment,
            (_, Some(Relation::Simultaneous)) => TeardownKind::Simultaneous,
            (Some(_), None) => TeardownKind::HalfClosed,
            (None, None) if self.is_opened(pass) => TeardownKind::StillOpen,
            (None, None) if pass == Pass::First => TeardownKind::Pending,
            (None, None) => TeardownKind::None,
        }
    }

    /// Whether a FIN began to close the connection: one after the RST that ended it did not.
    pub(super) fn close_began(&self) -> bool {
        self.ending().map_or(self.closing().closer, |ending| ending.rst.closer).is_some()
    }

    /// Who sent the first FIN, or else the RST that ended an open connection.
    #[must_use]
    pub fn closer(&self, pass: Pass) -> Option<Side> {
        match self.teardown_kind(pass) {
            TeardownKind::None | TeardownKind::StillOpen | TeardownKind::Pending => None,
            _ => {
                let closer = match self.ending_rst(pass) {
                    Some(rst) => Some(rst.closer.unwrap_or(rst.by)),
                    None => self.closing().closer,
                };
                closer.map(|closer| self.side(closer))
            }
        }
    }

    /// The frames of the segments that first performed steps 1 to 3 of the handshake; 0: none.
    #[must_use]
    pub fn handshake_frames(&self) -> [u32; 3] {
        self.opening.frames
    }

    /// The frame of the server's first acceptable SYN-ACK where it is not that of step 2: after a RST it shows no step, and
    /// when the roles turn round another segment has shown it; 0: none.
    #[must_use]
    pub fn later_syn_ack_frame(&self) -> u32 {
        self.rare.as_ref().map_or(0, |rare| rare.later_syn_ack)
    }

    /// The frames of the segments that first performed steps 1 to 4 of the teardown; 0: none.
    #[must_use]
    pub fn teardown_frames(&self) -> [u32; 4] {
        self.closing().frames
    }

    /// The frame after which both FINs were first acknowledged; 0: none.
    #[must_use]
    pub fn closed_frame(&self) -> u32 {
        self.closing().closed_frame
    }

    /// Nanoseconds from the first SYN to step 3.
    #[must_use]
    pub fn handshake_ns(&self) -> Option<u64> {
        self.span(1, between(self.times.syn, self.times.step_3), 3)
    }

    /// Nanoseconds from SYN to SYN-ACK; none where the SYN was repeated before the answer (Karn's rule: RFC 6298 §3).
    #[must_use]
    pub fn syn_ack_rtt_ns(&self) -> Option<u64> {
        if self.opening.found(Findings::SYN_REPEATED) { None } else { self.longest_round_trip_ns() }
    }

    /// The longest that the round trip can have been: the SYN-ACK answers the first SYN or a later one.
    pub(super) fn longest_round_trip_ns(&self) -> Option<u64> {
        if self.is_double_open() { None } else { self.span(1, between(self.times.syn, self.times.syn_ack), 2) }
    }

    /// The time between two steps. Captures can have the answer first: where the clock does not say otherwise, it was so.
    fn span(&self, from: usize, time: Option<u64>, to: usize) -> Option<u64> {
        let frame = |step: usize| self.opening.frames.get(step.saturating_sub(1)).copied().unwrap_or(0);
        let is_reversed = frame(to) != 0 && frame(from) > frame(to);
        time.filter(|&time| !is_reversed || time > 0)
    }

    /// Nanoseconds from SYN-ACK to step 3; none where the SYN-ACK was repeated before the answer.
    #[must_use]
    pub fn ack_rtt_ns(&self) -> Option<u64> {
        if self.is_double_open() || self.server().is(Facts::SYN_ACK_REPEATED) {
            None
        } else {
            self.span(2, between(self.times.syn_ack, self.times.step_3), 3)
        }
    }

    /// Nanoseconds from the first FIN to the segment after which both FINs are acknowledged.
    #[must_use]
    pub fn teardown_ns(&self) -> Option<u64> {
        between(self.closing().fin_at, self.closing().closed_at)
    }

    /// Nanoseconds from the first segment to the last one so far.
    #[must_use]
    pub fn duration_ns(&self) -> Option<u64> {
        between(self.times.first, self.times.last)
    }

    /// When the first segment was captured.
    #[must_use]
    pub fn start(&self) -> Option<Timestamp> {
        self.times.first.get()
    }

    /// The frame of the first segment.
    #[must_use]
    pub fn first_frame(&self) -> u32 {
        self.first_frame
    }

    /// The frame of the last segment so far.
    #[must_use]
    pub fn last_frame(&self) -> u32 {
        super::frame_of(self.last_ordinal)
    }

    /// The first ICMP error about a segment of the last attempt, and its frame.
    #[must_use]
    pub fn icmp(&self) -> Option<(IcmpKind, u32)> {
        self.rare.as_ref()?.icmp
    }
}
