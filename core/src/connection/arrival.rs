//! What goes into a connection with each segment, and what comes out.

use super::packed_verdict::{PackedVerdict, Turns};
use super::state::State;
use super::verdict::{Anomalies, Repeats, Reset, ResetDetail, Steps, Verdict};
use crate::segment::End;

/// Where and how a segment was captured, apart from what it holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Arrival {
    /// The number of its frame.
    pub frame: u32,
    /// Its place in the order of all segments; grows from call to call.
    pub ordinal: u64,
    /// Which end sent it; [`End::Low`] where both endpoints are the same.
    pub end: End,
    /// Whether both endpoints are the same: there is no direction to tell.
    pub is_self: bool,
    /// Whether its endpoints were another connection's before. Only a connection's first segment is asked.
    pub is_reused: bool,
    /// Whether X and Y change at the first FIN (preference `synfin.rebase`).
    pub rebase: bool,
    /// The server's state in the older connection that the segment belongs to, where [`Connection::is_older`](super::Connection::is_older) asks and one
    /// is known.
    pub older: Option<State>,
    /// Whether the segment looks like one of an older connection and shows that the capture lacks segments: set by
    /// [`Connection::observe_segment`](super::Connection::observe_segment) itself, so the caller's value does not count.
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
pub const fn frame_of(ordinal: u64) -> u32 {
    (ordinal >> 32) as u32
}

/// What a segment turns out to be, while it is taken in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Draft {
    pub open_steps: Steps,
    pub close_steps: Steps,
    pub repeats: Repeats,
    pub reset: Option<Reset>,
    pub detail: Option<ResetDetail>,
    pub ended: bool,
    pub anomalies: Anomalies,
    pub is_copy: bool,
    /// It belongs to an older connection: it changes nothing here.
    pub is_older: bool,
    /// Its Ack cannot be accepted, or it cannot complete the handshake: it does not count.
    pub wrong: bool,
    /// It brought payload that was not seen before.
    pub has_news: bool,
    /// It is the first to acknowledge the peer's FIN.
    pub is_first_fin_ack: bool,
}

/// What a connection says of a segment that it took in.
#[derive(Clone, Copy, Debug)]
pub enum Assessment {
    /// That of the fast path, packed already: a plain ACK of an open connection.
    Packed(PackedVerdict, Option<Turns>),
    /// That of the rules; the detail is there for a RST that is no copy.
    Full(Verdict, Option<ResetDetail>),
}

impl Assessment {
    /// What stands where one is yet to be made. A function, since a constant of this type would be copied whole.
    #[inline(always)]
    #[must_use]
    pub fn nothing() -> Assessment {
        Assessment::Packed(PackedVerdict::EMPTY, None)
    }
}
