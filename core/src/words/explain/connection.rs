//! What the sentences on a whole connection say: how it opened, how it closed, and what follows.

use super::reset::{Rst, RstKind};
use super::story::Doubt;
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
    /// Who went on after the RST that did end it, and whether it was its sender.
    pub doubted: Option<(Side, Doubt)>,
}

/// How it opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HandshakeStory {
    /// Completely.
    Complete {
        /// First segment of step 1, segment of step 3; 0: none.
        frames: [u32; 2],
        /// From one to the other.
        ns: Option<u64>,
        kind: Option<HandshakeKind>,
    },
    /// A part of it was not captured.
    Partial,
    /// Nothing of it was captured.
    NotCaptured,
    /// The server's RST refused the SYN.
    Refused(EnderStory),
    /// Another RST broke it off.
    Reset {
        end: EnderStory,
        /// The frame of the SYN-ACK before it, if any.
        syn_ack: Option<u32>,
        /// The frame of step 3 that the server took back, if any.
        ack: Option<u32>,
    },
    /// No step 3.
    HalfOpen {
        /// The frame of the SYN-ACK.
        syn_ack: u32,
    },
    /// Step 3, and the server sent its SYN-ACK again.
    NotTaken {
        /// The frame of the SYN-ACK.
        syn_ack: u32,
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
        /// The frames of the two FINs.
        fins: [u32; 2],
        /// Bytes that the other side sent after the first.
        bytes: u64,
        /// The frame after which both were acknowledged; 0: none.
        closed: u32,
        /// From the first FIN until then.
        ns: Option<u64>,
    },
    /// FINs that crossed.
    Simultaneous {
        /// The frames of the two FINs.
        fins: [u32; 2],
    },
    /// Only one side's FIN.
    HalfClosed {
        closer: Side,
        fin: u32,
        /// Bytes that the other side sent afterwards.
        bytes: u64,
    },
    /// A FIN that nobody acknowledged.
    Unanswered {
        who: Side,
        /// How often it was sent.
        count: u32,
        /// The frame of the first.
        first: u32,
        span_ns: Option<u64>,
    },
    /// A RST of an open connection.
    Reset(EnderStory),
    /// A RST after a FIN.
    ResetAfterFin {
        closer: Side,
        fin: u32,
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
        let end = view.ender().as_ref().map(end);
        let opening = opening(view, end)?;
        let is_told = matches!(opening, HandshakeStory::Unreachable(..));
        Some(ConnectionStory {
            opening,
            // A RST that broke the handshake off ends the story.
            closing: match opening {
                HandshakeStory::Refused(_) | HandshakeStory::Reset { .. } => None,
                _ => closing(view, end),
            },
            syns: syns(view),
            icmp: if is_told { None } else { icmp(view) },
            doubts: doubts(view),
            server: view.endpoint(Side::Server),
        })
    }
}

fn end(ender: &Ender) -> EnderStory {
    EnderStory { by: ender.by, frame: ender.frame, rst: Rst::of_ender(ender) }
}

fn icmp(view: &ConnectionView) -> Option<Icmp> {
    let ((kind, frame), origin) = view.icmp().zip(view.icmp_origin())?;
    Some(Icmp { kind, frame, from: origin.from, about: origin.about })
}

fn doubts(view: &ConnectionView) -> Doubts {
    let (is_forged, is_ignored) = view.was_ender_doubted();
    let by = view.ender().map(|ender| ender.by);
    let doubted = match by {
        Some(by) if is_forged => Some((by, Doubt::Forged)),
        Some(by) if is_ignored => Some((by.peer(), Doubt::Ignored)),
        _ => None,
    };
    Doubts { withdrawn: view.withdrawn(), challenged: view.challenged(view.pass), doubted }
}

fn syns(view: &ConnectionView) -> Option<Syns> {
    let (first, last) = view.syn_frames()?;
    Some(Syns { count: view.syns(), first, last, span_ns: view.syn_span_ns(), attempts: view.attempts() })
}

fn opening(view: &ConnectionView, end: Option<EnderStory>) -> Option<HandshakeStory> {
    let [step_1, syn_ack, ack] = view.handshake_frames();
    let kind = view.handshake_kind();
    Some(match view.outcome() {
        HandshakeOutcome::Complete => HandshakeStory::Complete { frames: [step_1, ack], ns: view.handshake_ns(), kind },
        HandshakeOutcome::Partial => HandshakeStory::Partial,
        HandshakeOutcome::NotCaptured => HandshakeStory::NotCaptured,
        HandshakeOutcome::Refused => HandshakeStory::Refused(end?),
        HandshakeOutcome::Reset => {
            let frame = |frame: u32| (frame != 0).then_some(frame);
            HandshakeStory::Reset { end: end?, syn_ack: frame(syn_ack), ack: frame(ack) }
        }
        HandshakeOutcome::HalfOpen => match kind {
            Some(HandshakeKind::Simultaneous | HandshakeKind::Split) => HandshakeStory::BothAsked,
            _ if ack != 0 => HandshakeStory::NotTaken { syn_ack, ack },
            _ => HandshakeStory::HalfOpen { syn_ack },
        },
        HandshakeOutcome::Unreachable => icmp(view).map_or(HandshakeStory::NoAnswer, HandshakeStory::Unreachable),
        HandshakeOutcome::OldConnection => HandshakeStory::OldConnection,
        HandshakeOutcome::InvalidAnswer => HandshakeStory::InvalidAnswer,
        HandshakeOutcome::NoAnswer => HandshakeStory::NoAnswer,
        HandshakeOutcome::Pending => return None,
    })
}

fn closing(view: &ConnectionView, end: Option<EnderStory>) -> Option<TeardownStory> {
    let [fin, acked, other_fin, _] = view.teardown_frames();
    let closer = view.closer();
    let bytes = view.half_close_bytes().unwrap_or(0);
    Some(match view.teardown() {
        TeardownKind::FourSegment | TeardownKind::ThreeSegment => TeardownStory::Orderly {
            closer: closer?,
            fins: [fin, other_fin],
            bytes,
            closed: view.closed_frame(),
            ns: view.teardown_ns(),
        },
        TeardownKind::Simultaneous => TeardownStory::Simultaneous { fins: [fin, other_fin] },
        TeardownKind::HalfClosed => TeardownStory::HalfClosed { closer: closer?, fin, bytes },
        TeardownKind::Unanswered => unanswered(view, closer?, [fin, acked, other_fin]),
        TeardownKind::Reset => TeardownStory::Reset(end?),
        TeardownKind::ResetAfterFin => TeardownStory::ResetAfterFin { closer: closer?, fin, bytes, end },
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
fn unanswered(view: &ConnectionView, closer: Side, [fin, acked, other_fin]: [u32; 3]) -> TeardownStory {
    let other = closer.peer();
    let is_others = view.fins(other) > 1 && (acked != 0 || view.fins(closer) < 2);
    let (who, first) = if is_others { (other, other_fin) } else { (closer, fin) };
    TeardownStory::Unanswered { who, count: view.fins(who), first, span_ns: view.fin_span_ns(who) }
}

impl EnderStory {
    /// Whether it is a RST that counts as the end only because nothing shows the contrary.
    pub fn is_presumed(&self) -> bool {
        self.rst.kind == RstKind::Challenged
    }
}
