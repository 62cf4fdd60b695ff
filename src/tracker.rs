//! All connections of a capture, and what was said of each segment.
//!
//! A segment is taken in once, when its frame is first visited; what was said of it can be asked again in any order.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::packed::{LAYERS, Packed, Turns};
use crate::store::{Chunks, Index};
use crate::tcp::{Connection, End, Moment, Pass, Segment, Side, Verdict};

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
    fn end(&self, segment: &Segment) -> End {
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
    /// 2^32 segments, more than 16 TCP layers in a frame, or a frame that others came in between of.
    NoRoom,
}

/// A connection and the stream it is.
#[derive(Debug, Default)]
struct Tracked {
    connection: Connection,
    stream: u32,
}

/// Everything there is to say of one segment.
#[derive(Clone, Copy, Debug)]
pub struct Annotation<'a> {
    /// What was said of it.
    pub verdict: Verdict,
    /// The segment.
    pub segment: &'a Segment,
    /// Its frame.
    pub frame: u32,
    /// The connection, as far as it is known by now.
    pub connection: &'a Connection,
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
    frames: Index,
    streams: Index,
    segments: Chunks<Packed, 4096>,
    connections: Chunks<Tracked, 64>,
    long_turns: Vec<Turns>,
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
        self.streams.get(stream).is_some()
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
        let ordinal = self.segments.len();
        let elder = self.place_of(place, ordinal)?;
        if elder == Elder::Itself {
            return Ok(());
        }
        let number = self.connection_number(stream)?;
        let Some(tracked) = self.connections.get_mut(number) else {
            return Err(Refusal::NoRoom);
        };
        let moment = Moment { frame: place.frame, ordinal, known_tuple, rebase: self.options.rebase };
        let verdict = tracked.connection.observe(moment, path.end(segment), segment);
        let (packed, turns) = Packed::new(number, place.layer, ordinal, &verdict);
        if self.segments.push(packed).is_none() {
            return Err(Refusal::NoRoom);
        }
        self.long_turns.extend(turns);
        match elder {
            Elder::Sibling(last) => {
                if let Some(last) = self.segments.get_mut(last) {
                    last.set_sibling();
                }
            }
            Elder::None => {
                self.frames.set(place.frame, ordinal);
            }
            Elder::Itself => {}
        }
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
        let (ordinal, packed) = self.find(place)?;
        let tracked = self.connections.get(packed.connection)?;
        let verdict = packed.unpack(ordinal, &tracked.connection, segment, |ordinal| self.find_turns(ordinal))?;
        Some(Annotation {
            verdict,
            segment,
            frame: place.frame,
            connection: &tracked.connection,
            stream: tracked.stream,
            path,
            is_last: pass == Pass::Final && tracked.connection.last_ordinal() == ordinal,
            pass,
            language: self.options.language,
        })
    }

    /// The connection of a segment that was taken in, and the stream it is.
    #[must_use]
    pub fn connection(&self, place: Place) -> Option<(&Connection, u32)> {
        let (_, packed) = self.find(place)?;
        let tracked = self.connections.get(packed.connection)?;
        Some((&tracked.connection, tracked.stream))
    }

    /// How many segments were taken in.
    #[must_use]
    pub fn segment_count(&self) -> u32 {
        self.segments.len()
    }

    /// How many connections they belong to.
    #[must_use]
    pub fn connection_count(&self) -> u32 {
        self.connections.len()
    }

    /// Octets of memory held.
    #[must_use]
    pub fn memory(&self) -> usize {
        let extra: usize = self.connections.iter().map(|tracked| tracked.connection.extra_memory()).sum();
        let turns = self.long_turns.capacity().saturating_mul(size_of::<Turns>());
        [self.frames.memory(), self.streams.memory(), self.segments.memory(), self.connections.memory(), turns, extra]
            .into_iter()
            .fold(size_of::<Tracker>(), usize::saturating_add)
    }

    fn connection_number(&mut self, stream: u32) -> Result<u32, Refusal> {
        if let Some(number) = self.streams.get(stream) {
            return Ok(number);
        }
        let number = self.connections.push(Tracked { stream, ..Tracked::default() }).ok_or(Refusal::NoRoom)?;
        self.streams.set(stream, number);
        Ok(number)
    }

    /// Whether a segment comes behind others of its frame, or was taken in before.
    fn place_of(&self, place: Place, ordinal: u32) -> Result<Elder, Refusal> {
        if place.layer >= LAYERS {
            return Err(Refusal::NoRoom);
        }
        let Some(first) = self.frames.get(place.frame) else {
            return Ok(Elder::None);
        };
        let mut last = first;
        while let Some(packed) = self.segments.get(last) {
            if packed.layer() == place.layer {
                return Ok(Elder::Itself);
            }
            if !packed.has_sibling() {
                break;
            }
            last = last.checked_add(1).ok_or(Refusal::NoRoom)?;
        }
        // Segments of one frame stand side by side; Wireshark hands them on like that.
        if last.checked_add(1) == Some(ordinal) { Ok(Elder::Sibling(last)) } else { Err(Refusal::NoRoom) }
    }

    fn find(&self, place: Place) -> Option<(u32, &Packed)> {
        let mut ordinal = self.frames.get(place.frame)?;
        loop {
            let packed = self.segments.get(ordinal)?;
            if packed.layer() == place.layer {
                return Some((ordinal, packed));
            }
            if !packed.has_sibling() {
                return None;
            }
            ordinal = ordinal.checked_add(1)?;
        }
    }

    fn find_turns(&self, ordinal: u32) -> Option<Turns> {
        let index = self.long_turns.binary_search_by_key(&ordinal, |turns| turns.ordinal).ok()?;
        self.long_turns.get(index).copied()
    }
}

/// What stands where a segment is to go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Elder {
    /// Nothing of its frame.
    None,
    /// Another layer of its frame, the last one so far.
    Sibling(u32),
    /// The segment itself.
    Itself,
}
