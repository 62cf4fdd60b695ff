//! What the sentences on a whole connection say: how it opened, how it closed, and what follows.

use super::reset::{Rst, RstKind};
use crate::view::{
    Address, Cause, ConnectionView, Ender, HandshakeKind, HandshakeOutcome, IcmpKind, Reset, ResetCount, Side,
    TeardownKind,
};

/// The client's SYNs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Syns {
    /// How many in the last attempt.
    pub count: u32,
    /// The frame of the first.
    pub first: u32,
    /// The frame of the last.
    pub last: u32,
    /// Nanoseconds between the two.
    pub span_ns: Option<u64>,
    /// Attempts in the stream.
    pub attempts: u32,
}

/// The RST that ended the connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EnderStory {
    pub by: Side,
    pub frame: u32,
    pub rst: Rst,
    /// Whether its sender showed later that it did not send it.
    pub is_forged: bool,
}

/// An ICMP error about the connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Icmp {
    pub kind: IcmpKind,
    pub frame: u32,
    /// Who sent it.
    pub from: Address,
    /// Who sent the segment that it quotes.
    pub about: Side,
}

/// What speaks against RSTs: those that ended nothing, and who went on after the one that did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Doubts {
    /// Both sides went on after these.
    pub withdrawn: Option<ResetCount>,
    /// Their receiver asked for an exact match, and the connection went on.
    pub challenged: Option<ResetCount>,
    /// Who went on after the RST that did end it, without having taken it.
    pub ignored_by: Option<Side>,
}

/// How it opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HandshakeStory {
    /// Completely.
    Complete {
        /// The segments of step 1 and of step 3, in their order; none where one of them shows no step.
        frames: Option<[u32; 2]>,
        /// From one to the other.
        ns: Option<u64>,
        kind: Option<HandshakeKind>,
    },
    /// A part of it was not captured.
    Partial,
    /// It went on after an answer that the client must ignore.
    Misfit,
    /// Nothing of it was captured.
    NotCaptured,
    /// Nothing was captured but segments with flags that no TCP sends.
    OddFlags,
    /// The server's RST refused the SYN.
    Refused(EnderStory),
    /// Another RST broke it off.
    Reset {
        end: EnderStory,
        /// The frame of the SYN-ACK before it, if any.
        syn_ack: Option<u32>,
        /// The frame of step 3 that the server took back, if any.
        ack: Option<u32>,
        /// Whether the server had gone on already: the client's part was not captured.
        is_open: bool,
    },
    /// No step 3.
    HalfOpen {
        /// The frame of the SYN-ACK, where it is known.
        syn_ack: Option<u32>,
        /// The frame of an acknowledgment of the client that does not fit it, if any.
        wrong_ack: Option<u32>,
    },
    /// Step 3, and the server sent its SYN-ACK again.
    NotTaken {
        /// The frame of the SYN-ACK, where it is known.
        syn_ack: Option<u32>,
        /// The frame of step 3.
        ack: u32,
    },
    /// Two SYNs, and an acknowledgment missing.
    BothAsked,
    /// An ICMP error about the SYN.
    Unreachable(Icmp),
    /// An older connection answered.
    OldConnection,
    /// Nothing answered but what the client must ignore.
    InvalidAnswer,
    /// Nothing answered.
    NoAnswer,
}

/// How it closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TeardownStory {
    /// FINs of both sides.
    Orderly {
        closer: Side,
        /// The frames of the two FINs; none of one that shows no step.
        fins: [Option<u32>; 2],
        /// Bytes that the other side sent after the first.
        bytes: u64,
        /// The frame after which both were acknowledged; 0: none.
        closed: u32,
        /// From the first FIN until then.
        ns: Option<u64>,
    },
    /// FINs that crossed.
    Simultaneous {
        /// The frames of the two FINs; none of one that shows no step.
        fins: [Option<u32>; 2],
    },
    /// Only one side's FIN.
    HalfClosed {
        closer: Side,
        fin: Option<u32>,
        /// Bytes that the other side sent afterwards.
        bytes: u64,
        /// Whether anything of the other side was captured.
        is_other_captured: bool,
    },
    /// A FIN that nobody acknowledged.
    Unanswered {
        who: Side,
        /// How often it was sent.
        count: u32,
        /// The frame of the first.
        first: Option<u32>,
        span_ns: Option<u64>,
        /// The frame that acknowledged it, before it came once more.
        acked: Option<u32>,
    },
    /// A RST of an open connection.
    Reset(EnderStory),
    /// A RST after a FIN.
    ResetAfterFin {
        closer: Side,
        fin: Option<u32>,
        /// Bytes that the other side sent after it.
        bytes: u64,
        end: Option<EnderStory>,
    },
    /// A RST of a side that has no such connection.
    NoConnection(EnderStory),
    /// Open when the capture ended.
    StillOpen {
        /// The last frame.
        last: u32,
        duration_ns: Option<u64>,
    },
}

/// All that the sentences on a connection say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConnectionStory {
    pub opening: HandshakeStory,
    pub closing: Option<TeardownStory>,
    /// None where no SYN of the client was captured.
    pub syns: Option<Syns>,
    /// An ICMP error, where the sentence on the handshake does not name it.
    pub icmp: Option<Icmp>,
    pub doubts: Doubts,
    /// The server's address and port.
    pub server: (Address, u16),
}

impl ConnectionStory {
    /// None while nothing is known yet, in a first pass.
    pub fn of(view: &ConnectionView) -> Option<ConnectionStory> {
        let (is_forged, _) = view.was_ender_doubted();
        let end = view.ender().map(|ender| EnderStory {
            by: ender.by,
            frame: ender.frame,
            rst: Rst::of_ender(&ender),
            is_forged,
        });
        let opening = opening(view, end)?;
        let is_told = matches!(opening, HandshakeStory::Unreachable(..));
        Some(ConnectionStory {
            opening,
            // A RST that broke the handshake off ends the story.
            closing: match opening {
                HandshakeStory::Refused(_) | HandshakeStory::Reset { .. } | HandshakeStory::OddFlags => None,
                _ => closing(view, end),
            },
            syns: syns(view),
            icmp: if is_told { None } else { icmp(view) },
            doubts: doubts(view),
            server: view.endpoint(Side::Server),
        })
    }
}

fn icmp(view: &ConnectionView) -> Option<Icmp> {
    let ((kind, frame), origin) = view.icmp().zip(view.icmp_origin())?;
    Some(Icmp { kind, frame, from: origin.from, about: origin.about })
}

fn doubts(view: &ConnectionView) -> Doubts {
    let (is_forged, is_ignored) = view.was_ender_doubted();
    let ignored_by = view.ender().filter(|_| is_ignored && !is_forged).map(|ender| ender.by.peer());
    Doubts { withdrawn: view.withdrawn(), challenged: view.challenged(view.pass), ignored_by }
}

/// The frame of a segment that performed a step; none where no segment shows it.
fn shown(frame: u32) -> Option<u32> {
    (frame != 0).then_some(frame)
}

fn syns(view: &ConnectionView) -> Option<Syns> {
    let (first, last) = view.syn_frames()?;
    Some(Syns { count: view.syns(), first, last, span_ns: view.syn_span_ns(), attempts: view.attempts() })
}

fn opening(view: &ConnectionView, end: Option<EnderStory>) -> Option<HandshakeStory> {
    let [step_1, syn_ack, ack] = view.handshake_frames();
    let kind = view.handshake_kind();
    Some(match view.outcome() {
        HandshakeOutcome::Complete => {
            let frames = shown(step_1).zip(shown(ack)).map(|(one, other)| [one.min(other), one.max(other)]);
            HandshakeStory::Complete { frames, ns: view.handshake_ns(), kind }
        }
        HandshakeOutcome::Partial if view.had_invalid_answer() => HandshakeStory::Misfit,
        HandshakeOutcome::Partial => HandshakeStory::Partial,
        HandshakeOutcome::NotCaptured if view.has_odd_flags_only() => HandshakeStory::OddFlags,
        HandshakeOutcome::NotCaptured => HandshakeStory::NotCaptured,
        HandshakeOutcome::Refused => HandshakeStory::Refused(end?),
        HandshakeOutcome::Reset => {
            let is_open = view.is_opened(view.pass);
            HandshakeStory::Reset { end: end?, syn_ack: shown(syn_ack), ack: shown(ack), is_open }
        }
        HandshakeOutcome::HalfOpen => {
            // Behind a RST that was withdrawn it shows no step.
            let syn_ack = shown(syn_ack).or(shown(view.later_syn_ack_frame()));
            match kind {
                Some(HandshakeKind::Simultaneous | HandshakeKind::Split) => HandshakeStory::BothAsked,
                _ if ack != 0 => HandshakeStory::NotTaken { syn_ack, ack },
                _ => HandshakeStory::HalfOpen { syn_ack, wrong_ack: view.wrong_ack_frame() },
            }
        }
        HandshakeOutcome::Unreachable => icmp(view).map_or(HandshakeStory::NoAnswer, HandshakeStory::Unreachable),
        HandshakeOutcome::OldConnection => HandshakeStory::OldConnection,
        HandshakeOutcome::InvalidAnswer => HandshakeStory::InvalidAnswer,
        HandshakeOutcome::NoAnswer => HandshakeStory::NoAnswer,
        HandshakeOutcome::Pending => return None,
    })
}

fn closing(view: &ConnectionView, end: Option<EnderStory>) -> Option<TeardownStory> {
    let [fin, _, other_fin, _] = view.teardown_frames();
    let closer = view.closer();
    let bytes = view.half_close_bytes().unwrap_or(0);
    Some(match view.teardown() {
        TeardownKind::FourSegment | TeardownKind::ThreeSegment => TeardownStory::Orderly {
            closer: closer?,
            fins: [fin, other_fin].map(shown),
            bytes,
            closed: view.closed_frame(),
            ns: view.teardown_ns(),
        },
        TeardownKind::Simultaneous => TeardownStory::Simultaneous { fins: [fin, other_fin].map(shown) },
        TeardownKind::HalfClosed => {
            let closer = closer?;
            let is_other_captured = view.packets(closer.peer()) > 0;
            TeardownStory::HalfClosed { closer, fin: shown(fin), bytes, is_other_captured }
        }
        TeardownKind::Unanswered => unanswered(view, closer?),
        TeardownKind::Reset => TeardownStory::Reset(end?),
        TeardownKind::ResetAfterFin => TeardownStory::ResetAfterFin { closer: closer?, fin: shown(fin), bytes, end },
        TeardownKind::StillOpen => {
            TeardownStory::StillOpen { last: view.last_frame(), duration_ns: view.duration_ns() }
        }
        TeardownKind::None => {
            let end = end.filter(|_| view.ender().is_some_and(|ender| is_no_connection(&ender)))?;
            TeardownStory::NoConnection(end)
        }
        TeardownKind::Pending => return None,
    })
}

fn is_no_connection(ender: &Ender) -> bool {
    ender.reset == Reset::NoConnection || ender.detail.cause == Some(Cause::UnknownConnection)
}

/// The FIN that nobody acknowledged: the closer's, unless that one was acknowledged or sent only once.
fn unanswered(view: &ConnectionView, closer: Side) -> TeardownStory {
    let [fin, acked, other_fin, other_acked] = view.teardown_frames();
    let other = closer.peer();
    let is_others = view.fins(other) > 1 && (acked != 0 || view.fins(closer) < 2);
    let (who, first, acked) = if is_others { (other, other_fin, other_acked) } else { (closer, fin, acked) };
    TeardownStory::Unanswered {
        who,
        count: view.fins(who),
        first: shown(first),
        span_ns: view.fin_span_ns(who),
        acked: shown(acked),
    }
}

impl EnderStory {
    /// Whether it is a RST that counts as the end only because nothing shows the contrary.
    pub fn is_presumed(&self) -> bool {
        self.rst.kind == RstKind::Challenged
    }
}
