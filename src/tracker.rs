//! All connections of a capture, and what was said of each segment.
//!
//! A segment is taken in once, when its frame is first visited; what was said of it can be asked again in any order.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::connections::Connections;
pub use crate::connections::Seen;
use crate::packed::Words;
use crate::store::Index;
use crate::tcp::{End, Heard, Moment, Pass, Segment, Side, Verdict};

/// The address of an endpoint, as far as synfin needs it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Address {
    /// IPv4 or IPv6.
    Ip(IpAddr),
    /// Something else: it can be compared no further.
    Unknown,
}

impl Address {
    /// The address in these octets, when there are 4 or 16 of them.
    #[must_use]
    pub fn from_octets(octets: &[u8]) -> Address {
        if let Ok(v4) = <[u8; 4]>::try_from(octets) {
            Address::Ip(IpAddr::V4(Ipv4Addr::from(v4)))
        } else if let Ok(v6) = <[u8; 16]>::try_from(octets) {
            Address::Ip(IpAddr::V6(Ipv6Addr::from(v6)))
        } else {
            Address::Unknown
        }
    }
}

/// Where a segment stands in the capture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The frame's number, from 1.
    pub frame: u32,
    /// Which TCP layer of the frame it is, from 0.
    pub layer: u32,
}

impl Place {
    /// Its place in the order of all segments.
    fn ordinal(self) -> u64 {
        Moment::outermost(self.frame) | u64::from(self.layer)
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
    /// Which end of its connection sends the segment.
    #[inline(always)]
    fn end(&self, segment: &Segment) -> End {
        if let (Address::Ip(IpAddr::V4(source)), Address::Ip(IpAddr::V4(destination))) = (self.source, self.destination)
        {
            // The order is the same; nearly all segments come this way.
            let place = |address: Ipv4Addr, port: u16| u64::from(address.to_bits()) << 16 | u64::from(port);
            let (from, to) = (place(source, segment.source_port), place(destination, segment.destination_port));
            return match from.cmp(&to) {
                std::cmp::Ordering::Less => End::Low,
                std::cmp::Ordering::Greater => End::High,
                std::cmp::Ordering::Equal => End::Same,
            };
        }
        let source = (self.source, segment.source_port);
        match source.cmp(&(self.destination, segment.destination_port)) {
            std::cmp::Ordering::Less => End::Low,
            std::cmp::Ordering::Greater => End::High,
            std::cmp::Ordering::Equal => End::Same,
        }
    }
}

/// What a user can choose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Whether X and Y change at the first FIN.
    pub rebase: bool,
    /// The language of the explanations.
    pub language: crate::text::Language,
}

impl Default for Options {
    fn default() -> Self {
        Options { rebase: true, language: crate::text::Language::English }
    }
}

/// Why a segment was not taken in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// There are 2^32 connections.
    NoRoom,
}

/// A segment that was taken in: its connection's number plus one (0: none), and the number of its verdict.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, packed(2))]
struct Taken {
    connection: u32,
    verdict: u16,
}

const _: () = assert!(size_of::<Taken>() == 6);

/// Everything there is to say of one segment.
#[derive(Clone, Debug)]
pub struct Annotation<'a> {
    /// What was said of it.
    pub verdict: Verdict,
    /// The segment.
    pub segment: &'a Segment,
    /// Its frame.
    pub frame: u32,
    /// The connection, as far as it is known by now.
    pub connection: Seen<'a>,
    /// `tcp.stream`.
    pub stream: u32,
    /// Between whom it goes.
    pub path: Path,
    /// Whether it is the last segment of the connection, as far as is known.
    pub is_last: bool,
    /// Whether later segments are known.
    pub pass: Pass,
    /// The language of the explanations.
    pub language: crate::text::Language,
}

impl Annotation<'_> {
    /// Address and port of one side.
    #[must_use]
    pub fn endpoint(&self, side: Side) -> (Address, u16) {
        // The sender may since have turned out to be the other side.
        let source_side = self.connection.side_of(self.path.end(self.segment));
        if side == source_side {
            (self.path.source, self.segment.source_port)
        } else {
            (self.path.destination, self.segment.destination_port)
        }
    }
}

/// All connections of a capture.
#[derive(Debug, Default)]
pub struct Tracker {
    options: Options,
    /// The outermost TCP layer of each frame, the only one of nearly all.
    frames: Index<Taken>,
    /// The others, by ordinal.
    inner: BTreeMap<u64, Taken>,
    words: Words,
    connections: Connections,
    segments: u32,
}

impl Tracker {
    /// One that has seen nothing.
    #[must_use]
    pub fn new(options: Options) -> Tracker {
        Tracker { options, ..Tracker::default() }
    }

    /// Whether a segment of this stream was taken in.
    #[must_use]
    pub fn knows_stream(&self, stream: u32) -> bool {
        self.connections.number(stream).is_some()
    }

    /// Takes a segment in, unless it was taken in before. `known_tuple`: its endpoints had another stream before.
    ///
    /// # Errors
    /// When there is no room for it; nothing is changed then.
    pub fn observe(
        &mut self,
        place: Place,
        stream: u32,
        path: Path,
        known_tuple: bool,
        segment: &Segment,
    ) -> Result<(), Refusal> {
        if self.taken(place).is_some() {
            return Ok(());
        }
        let ordinal = place.ordinal();
        let moment = Moment { frame: place.frame, ordinal, known_tuple, rebase: self.options.rebase };
        let from = path.end(segment);
        let keep = |heard: &Heard| self.words.keep(ordinal, heard);
        let heard = self.connections.hear(stream, moment, from, segment, keep);
        let (number, verdict) = heard.ok_or(Refusal::NoRoom)?;
        let taken = Taken { connection: number.saturating_add(1), verdict };
        if place.layer == 0 {
            self.frames.set(place.frame, taken);
        } else {
            self.inner.insert(ordinal, taken);
        }
        self.segments = self.segments.saturating_add(1);
        Ok(())
    }

    /// What was said of a segment; none when it was not taken in. `segment` and `path` are the same as at first.
    #[must_use]
    pub fn annotation<'a>(
        &'a self,
        place: Place,
        path: Path,
        segment: &'a Segment,
        pass: Pass,
    ) -> Option<Annotation<'a>> {
        let (number, taken) = self.taken(place)?;
        let connection = self.connections.get(number, self.options.rebase)?;
        let ordinal = place.ordinal();
        let verdict = self.words.verdict(ordinal, taken.verdict, &connection, segment)?;
        Some(Annotation {
            verdict,
            segment,
            frame: place.frame,
            is_last: pass == Pass::Final && connection.last_ordinal() == ordinal,
            connection,
            stream: self.connections.stream(number),
            path,
            pass,
            language: self.options.language,
        })
    }

    /// Whether a segment performs or repeats a step, or is a RST: only then has the Info column something to say of it.
    /// None when it was not taken in.
    #[must_use]
    pub fn is_event(&self, place: Place) -> Option<bool> {
        let (_, taken) = self.taken(place)?;
        self.words.is_event(place.ordinal(), taken.verdict)
    }

    /// The connection of a segment that was taken in, and the stream it is.
    #[must_use]
    pub fn connection(&self, place: Place) -> Option<(Seen<'_>, u32)> {
        let (number, _) = self.taken(place)?;
        Some((self.connections.get(number, self.options.rebase)?, self.connections.stream(number)))
    }

    /// The stream of a segment that was taken in.
    #[must_use]
    pub fn stream(&self, place: Place) -> Option<u32> {
        let (number, _) = self.taken(place)?;
        Some(self.connections.stream(number))
    }

    /// The connection that is this stream.
    #[must_use]
    pub fn connection_of_stream(&self, stream: u32) -> Option<Seen<'_>> {
        self.connections.get(self.connections.number(stream)?, self.options.rebase)
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

    /// Octets of memory held.
    #[must_use]
    pub fn memory(&self) -> usize {
        let inner = self.inner.len().saturating_mul(size_of::<(u64, Taken)>()).saturating_mul(3) / 2;
        [self.frames.memory(), inner, self.words.memory(), self.connections.memory()]
            .into_iter()
            .fold(size_of::<Tracker>(), usize::saturating_add)
    }

    /// A segment that was taken in, with its connection's number.
    fn taken(&self, place: Place) -> Option<(u32, Taken)> {
        let taken = if place.layer == 0 { self.frames.get(place.frame) } else { *self.inner.get(&place.ordinal())? };
        Some((taken.connection.checked_sub(1)?, taken))
    }
}
