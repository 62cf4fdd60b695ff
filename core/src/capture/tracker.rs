//! One capture: segments and ICMP errors in, views out.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use super::connections::{ConnectionRef, Connections};
use super::record::{Record, ResetRecord, Sparse};
use super::store::Index;
use super::tuples::{Tuples, order};
use crate::connection::{Arrival, Assessment, PackedVerdict, ResetDetail, State, Turns, Verdict, ordinal};
use crate::segment::icmp::{IcmpError, IcmpKind};
use crate::segment::{Address, End, Endpoints, Kind, Segment, Side};

/// Names a segment of the capture, or an ICMP message, by where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SegmentId {
    /// The frame's number, from 1.
    pub frame: u32,
    /// Which TCP layer of the frame it is, from 0; of an ICMP message: which ICMP layer.
    pub layer: u32,
}

impl SegmentId {
    /// Its place in the order of all segments.
    pub(crate) fn ordinal(self) -> u64 {
        ordinal(self.frame, self.layer)
    }
}

/// Between whom a segment goes; the ports are in the segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Path {
    /// The sender's address.
    pub source: Address,
    /// The receiver's address.
    pub destination: Address,
}

impl Path {
    /// Which end of its connection sends the segment, and whether both endpoints are the same.
    #[inline(always)]
    pub(crate) fn end(&self, segment: &Segment) -> (End, bool) {
        if let (Some(IpAddr::V4(source)), Some(IpAddr::V4(destination))) = (self.source, self.destination) {
            // The order is the same; nearly all segments come this way.
            let bits = |address: Ipv4Addr, port: u16| u64::from(address.to_bits()) << 16 | u64::from(port);
            let (from, to) = (bits(source, segment.source_port), bits(destination, segment.destination_port));
            return (if from <= to { End::Low } else { End::High }, from == to);
        }
        let (_, end, is_self) = order(self.source, segment.source_port, self.destination, segment.destination_port);
        (end, is_self)
    }
}

/// What a user can choose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Whether X and Y change at the first FIN.
    pub rebase: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { rebase: true }
    }
}

/// What happens to a connection.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A segment of it passes.
    Segment {
        /// Its `tcp.stream`.
        stream: u32,
        /// Between whom.
        path: &'a Path,
        /// What it holds.
        segment: &'a Segment,
    },
    /// Something on the way reports an error, and quotes a segment: it belongs to the latest connection of these endpoints.
    IcmpError {
        /// Who sent it.
        from: Address,
        /// What it says.
        error: &'a IcmpError,
    },
}

/// Why an event was not taken in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// There are 2^32 connections.
    NoRoom,
    /// An ICMP error quotes no segment of a known connection.
    NotKnown,
}

/// What is known of an event as soon as it is taken in.
#[derive(Clone, Copy, Debug)]
pub enum Observation {
    /// It was taken in before, and nothing was changed.
    Known,
    /// It neither performs nor repeats a step, and is no RST: [`Tracker::segment`] says what else there is to say.
    Quiet,
    /// It does; this is its verdict.
    Eventful(Verdict),
}

/// How many earlier connections are searched at most: a hostile capture has any number of them.
const OLDER_MOST: usize = 64;

/// Where an ICMP error comes from, and whose segment it is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IcmpOrigin {
    /// Who sent it.
    pub from: Address,
    /// Who sent the segment that it quotes.
    pub about: Side,
}

/// An ICMP error that was taken in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IcmpRecord {
    /// The number of the connection.
    pub number: u32,
    /// What it says.
    pub kind: IcmpKind,
    pub origin: IcmpOrigin,
    /// Whether only one side had asked to open by then.
    pub is_about_syn: bool,
}

/// All connections of a capture.
#[derive(Debug, Default)]
pub struct Tracker {
    options: Options,
    /// The outermost TCP layer of each frame, the only one of nearly all.
    frames: Index<Record>,
    /// The others, by ordinal.
    inner: BTreeMap<u64, Record>,
    /// What does not fit into a record.
    turns: Sparse<Turns>,
    resets: Sparse<ResetRecord>,
    icmp: Sparse<IcmpRecord>,
    tuples: Tuples,
    connections: Connections,
    /// Whether any endpoints had two connections: in most captures none had.
    has_reuse: bool,
    /// The latest place of a segment in the order of all segments.
    last: u64,
    segments: u32,
}

impl Tracker {
    /// One that has seen nothing.
    #[must_use]
    pub fn new(options: Options) -> Tracker {
        Tracker { options, ..Tracker::default() }
    }

    /// Takes an event in, unless it was taken in before, and says what is known of it without looking it up again.
    ///
    /// # Errors
    /// When it cannot be taken in; nothing is changed then.
    // Every caller knows which of the two it has: inlined, the choice costs nothing.
    #[inline(always)]
    pub fn observe(&mut self, id: SegmentId, event: Event) -> Result<Observation, Refusal> {
        match event {
            Event::Segment { stream, path, segment } => self.observe_segment(id, stream, path, segment),
            Event::IcmpError { from, error } => self.observe_icmp_error(id, from, error),
        }
    }

    #[inline(always)]
    fn observe_segment(
        &mut self,
        id: SegmentId,
        stream: u32,
        path: &Path,
        segment: &Segment,
    ) -> Result<Observation, Refusal> {
        // Frames come in order; only a segment at or before the last can have come before.
        let at = id.ordinal();
        if at <= self.last
            && let Some((number, _)) = self.taken(id)
        {
            // It is looked at next.
            self.connections.look_again(number);
            return Ok(Observation::Known);
        }
        let arrival = Arrival::new(id.frame, id.layer, End::Low, self.options.rebase);
        // A verdict is looked at where it is made: a copy costs more than looking.
        let mut assessment = Assessment::nothing();
        let number = match self.connections.number(stream) {
            Some(number) => {
                let (end, is_self) = path.end(segment);
                let older = if self.has_reuse && matches!(segment.kind(), Kind::Ack | Kind::Fin) {
                    self.older(number, end, segment)
                } else {
                    None
                };
                let arrival = Arrival { end, is_self, older, ..arrival };
                let tuples = &self.tuples;
                let ports = || tuples.ports(number);
                self.connections
                    .observe_segment(number, ports, &arrival, segment, &mut assessment)
                    .ok_or(Refusal::NoRoom)?;
                number
            }
            None => self.begin(arrival, stream, path, segment, &mut assessment).ok_or(Refusal::NoRoom)?,
        };
        let mut observation = Observation::Quiet;
        let packed = match &assessment {
            Assessment::Packed(packed, None) => *packed,
            Assessment::Packed(packed, Some(turns)) => {
                self.turns.add(arrival.ordinal, *turns);
                *packed
            }
            Assessment::Full(verdict, detail) => {
                let (packed, turns) = PackedVerdict::new(verdict);
                if let Some(turns) = turns {
                    self.turns.add(arrival.ordinal, turns);
                }
                if let Some(detail) = detail {
                    self.resets.add(arrival.ordinal, ResetRecord::new(detail));
                }
                if packed.is_eventful() {
                    observation = Observation::Eventful(*verdict);
                }
                packed
            }
        };
        let record = Record::new(number, packed);
        if id.layer == 0 {
            self.frames.set(id.frame, record);
        } else {
            self.inner.insert(arrival.ordinal, record);
        }
        self.last = self.last.max(at);
        self.segments = self.segments.saturating_add(1);
        Ok(observation)
    }

    /// A new connection.
    #[inline(never)]
    fn begin(
        &mut self,
        arrival: Arrival,
        stream: u32,
        path: &Path,
        segment: &Segment,
        assessment: &mut Assessment,
    ) -> Option<u32> {
        let (endpoints, end, is_self) =
            order(path.source, segment.source_port, path.destination, segment.destination_port);
        // Nothing is changed where there is no room.
        stream.checked_add(1)?;
        let previous = self.tuples.add(&endpoints)?;
        if let Some(previous) = previous {
            self.has_reuse = true;
            self.connections.follow(previous);
        }
        let arrival = Arrival { end, is_self, is_reused: previous.is_some(), ..arrival };
        self.connections.begin(stream, &arrival, segment, assessment)
    }

    /// The connection with this number.
    #[inline]
    pub(crate) fn get(&self, number: u32) -> Option<ConnectionRef<'_>> {
        self.connections.get(number, || self.tuples.ports(number), self.options.rebase)
    }

    /// The state of the sender in the latest earlier connection that the segment fits, where it is one of such a connection.
    #[inline]
    fn older(&self, number: u32, end: End, segment: &Segment) -> Option<State> {
        // Most connections have no earlier one.
        self.tuples.previous(number)?;
        if !self.get(number)?.is_older(end, segment) {
            return None;
        }
        self.look_for_older(number, end, segment)
    }

    #[cold]
    fn look_for_older(&self, number: u32, end: End, segment: &Segment) -> Option<State> {
        let mut earlier = self.tuples.previous(number);
        for _ in 0..OLDER_MOST {
            let number = earlier?;
            if let Some(state) = self.get(number)?.state_of_stray(end, segment) {
                return Some(state);
            }
            earlier = self.tuples.previous(number);
        }
        None
    }

    fn observe_icmp_error(&mut self, id: SegmentId, from: Address, error: &IcmpError) -> Result<Observation, Refusal> {
        let at = id.ordinal();
        if self.icmp.get(at).is_some() {
            return Ok(Observation::Known);
        }
        let (source, destination) = (Some(error.source), Some(error.destination));
        let (endpoints, end, _) = order(source, error.source_port, destination, error.destination_port);
        let number = self.tuples.latest(&endpoints).ok_or(Refusal::NotKnown)?;
        let ports = self.tuples.ports(number);
        let connection = self.connections.get_mut(number, &ports, self.options.rebase).ok_or(Refusal::NotKnown)?;
        if !connection.observe_icmp_error(id.frame, end, error) {
            return Err(Refusal::NotKnown);
        }
        let is_about_syn = connection.handshake_kind().is_none();
        let record = IcmpRecord {
            number,
            kind: error.kind,
            origin: IcmpOrigin { from, about: connection.side(end) },
            is_about_syn,
        };
        self.icmp.add(at, record);
        Ok(Observation::Quiet)
    }

    /// Packs all connections that are over, also those that were over just now, and gives how many are packed. Nothing that is
    /// said changes. A tracker packs by itself what has been over for long; the tests do it at every step.
    pub fn pack(&mut self) -> usize {
        self.connections.pack_all()
    }

    /// Whether a segment performs or repeats a step, or is a RST: only then has the Info column something to say of it.
    /// None when it was not taken in.
    #[must_use]
    pub fn is_eventful(&self, id: SegmentId) -> Option<bool> {
        self.taken(id).map(|(_, packed)| packed.is_eventful())
    }

    /// The stream of a segment that was taken in.
    #[must_use]
    pub fn stream(&self, id: SegmentId) -> Option<u32> {
        let (number, _) = self.taken(id)?;
        Some(self.connections.stream(number))
    }

    /// All streams, in the order in which they began.
    pub fn streams(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.connections.len()).map(|number| self.connections.stream(number))
    }

    /// The stream of the connection with this number.
    pub(crate) fn stream_of(&self, number: u32) -> u32 {
        self.connections.stream(number)
    }

    /// Between whom the connection with this number goes.
    pub(crate) fn endpoints(&self, number: u32) -> Endpoints {
        self.tuples.endpoints(number).unwrap_or_default()
    }

    /// The stream of the connection that the same endpoints had before.
    pub(crate) fn previous(&self, number: u32) -> Option<u32> {
        self.tuples.previous(number).map(|number| self.connections.stream(number))
    }

    /// The number of a stream's connection.
    pub(crate) fn number(&self, stream: u32) -> Option<u32> {
        self.connections.number(stream)
    }

    /// What does not fit into the record of a segment.
    pub(crate) fn turns(&self, ordinal: u64) -> Option<Turns> {
        self.turns.get(ordinal).copied()
    }

    /// What else is said of a RST.
    pub(crate) fn reset_detail(&self, ordinal: u64) -> Option<ResetDetail> {
        self.resets.get(ordinal).map(|kept| kept.detail())
    }

    /// The ICMP error at a place.
    pub(crate) fn icmp_record(&self, id: SegmentId) -> Option<IcmpRecord> {
        self.icmp.get(id.ordinal()).copied()
    }

    /// Where the first ICMP error in a frame that is about this connection comes from.
    pub(crate) fn icmp_origin(&self, number: u32, frame: u32) -> Option<IcmpOrigin> {
        let of_frame = self.icmp.between(ordinal(frame, 0), ordinal(frame, u32::MAX));
        of_frame.filter(|record| record.number == number).map(|record| record.origin).next()
    }

    /// How many segments were taken in.
    #[must_use]
    pub fn segment_count(&self) -> u32 {
        self.segments
    }

    /// How many connections they belong to.
    #[must_use]
    pub fn connection_count(&self) -> u32 {
        self.connections.len()
    }

    /// Bytes of memory held.
    #[must_use]
    pub fn memory(&self) -> usize {
        let inner = self.inner.len().saturating_mul(size_of::<(u64, Record)>()).saturating_mul(3) / 2;
        let sparse = [self.turns.memory(), self.resets.memory(), self.icmp.memory()];
        let rest = [self.frames.memory(), inner, self.tuples.memory(), self.connections.memory()];
        rest.into_iter().chain(sparse).fold(size_of::<Tracker>(), usize::saturating_add)
    }

    /// A segment that was taken in: its connection's number, and what was said of it.
    #[inline]
    pub(crate) fn taken(&self, id: SegmentId) -> Option<(u32, PackedVerdict)> {
        let record = if id.layer == 0 { self.frames.get(id.frame) } else { *self.inner.get(&id.ordinal())? };
        record.read()
    }
}
