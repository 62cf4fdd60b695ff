//! All connections of a capture, by number: those of which a segment or two were seen in a few bytes, the others whole.

use std::ops::Deref;

use super::store::{Chunks, Index};
use crate::connection::{Arrival, Assessment, Connection, PackedSegment};
use crate::segment::{Ends, Segment};

/// A connection to be looked at.
#[derive(Clone, Debug)]
pub enum ConnectionRef<'a> {
    /// Where it is kept.
    Stored(&'a Connection),
    /// One of which a segment or two were seen, made from them.
    Rebuilt(Box<Connection>),
}

impl Deref for ConnectionRef<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        match self {
            ConnectionRef::Stored(connection) => connection,
            ConnectionRef::Rebuilt(connection) => connection,
        }
    }
}

/// Where a connection is kept: an index in one of the three lists, whose number stands in the upper two bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Slot(u32);

const LIST_SHIFT: u32 = 30;
const LIST_MOST: u32 = 1 << LIST_SHIFT;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Location {
    Whole(u32),
    One(u32),
    Two(u32),
}

impl Slot {
    fn new(location: Location) -> Option<Slot> {
        let (list, index) = match location {
            Location::Whole(index) => (0, index),
            Location::One(index) => (1, index),
            Location::Two(index) => (2, index),
        };
        (index < LIST_MOST).then_some(Slot(list << LIST_SHIFT | index))
    }

    #[inline]
    fn location(self) -> Location {
        let index = self.0 & (LIST_MOST - 1);
        match self.0 >> LIST_SHIFT {
            0 => Location::Whole(index),
            1 => Location::One(index),
            _ => Location::Two(index),
        }
    }
}

/// A list in which the room of what was removed is used again.
#[derive(Debug)]
struct Pool<T> {
    things: Chunks<T, 256>,
    free: Vec<u32>,
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Pool { things: Chunks::default(), free: Vec::new() }
    }
}

impl<T> Pool<T> {
    fn keep(&mut self, thing: T) -> Option<u32> {
        if let Some(index) = self.free.pop()
            && let Some(room) = self.things.get_mut(index)
        {
            *room = thing;
            return Some(index);
        }
        self.things.push(thing)
    }

    fn memory(&self) -> usize {
        self.things.memory().saturating_add(self.free.capacity().saturating_mul(size_of::<u32>()))
    }
}

/// All connections of a capture.
#[derive(Debug, Default)]
pub struct Connections {
    slots: Chunks<Slot, 1024>,
    /// Nearly all connections have their stream's number: Wireshark counts streams as synfin counts connections. Here are
    /// the others: the number plus one by stream, and the stream plus one by number.
    other_numbers: Index<u32>,
    other_streams: Index<u32>,
    ones: Pool<PackedSegment>,
    twos: Pool<[PackedSegment; 2]>,
    whole: Chunks<Connection, 64>,
    young: YoungConnections,
}

/// A cache of the latest connections that are kept as segments, built already: the next segment is nearly always one of
/// theirs. The number gives the index; a later connection with the same index takes the place.
#[derive(Debug, Default)]
struct YoungConnections(Vec<Option<(u32, Connection)>>);

/// How many there are: a handshake is over after this many others began.
const YOUNG_MOST: usize = 64;

impl YoungConnections {
    fn index(number: u32) -> usize {
        usize::try_from(number).unwrap_or(0) % YOUNG_MOST
    }

    #[inline]
    fn get(&self, number: u32) -> Option<&Connection> {
        match self.0.get(YoungConnections::index(number))? {
            Some((known, connection)) if *known == number => Some(connection),
            _ => None,
        }
    }

    /// Puts one in.
    fn keep(&mut self, number: u32, connection: Connection) -> Option<&mut Connection> {
        if self.0.is_empty() {
            self.0.resize_with(YOUNG_MOST, || None);
        }
        let room = self.0.get_mut(YoungConnections::index(number))?;
        Some(&mut room.insert((number, connection)).1)
    }

    #[inline]
    fn get_mut(&mut self, number: u32) -> Option<&mut Connection> {
        match self.0.get_mut(YoungConnections::index(number))? {
            Some((known, connection)) if *known == number => Some(connection),
            _ => None,
        }
    }

    fn take(&mut self, number: u32) -> Option<Connection> {
        let room = self.0.get_mut(YoungConnections::index(number))?;
        room.take_if(|(known, _)| *known == number).map(|(_, connection)| connection)
    }

    fn memory(&self) -> usize {
        self.0.capacity().saturating_mul(size_of::<Option<(u32, Connection)>>())
    }
}

impl Connections {
    /// How many there are.
    pub fn len(&self) -> u32 {
        self.slots.len()
    }

    /// The number of the connection that is this stream.
    #[inline]
    pub fn number(&self, stream: u32) -> Option<u32> {
        match self.other_numbers.get(stream).checked_sub(1) {
            None if stream < self.slots.len() && self.other_streams.get(stream) == 0 => Some(stream),
            other => other,
        }
    }

    /// The stream that the connection with this number is.
    #[inline]
    pub fn stream(&self, number: u32) -> u32 {
        self.other_streams.get(number).checked_sub(1).unwrap_or(number)
    }

    /// The connection with this number. `ports` are its own, `rebase` is as it always is.
    #[inline]
    pub fn get(&self, number: u32, ports: impl FnOnce() -> Ends<u16>, rebase: bool) -> Option<ConnectionRef<'_>> {
        match self.slots.get(number)?.location() {
            Location::Whole(index) => self.whole.get(index).map(ConnectionRef::Stored),
            location => match self.young.get(number) {
                Some(connection) => Some(ConnectionRef::Stored(connection)),
                None => self.make(location, &ports(), rebase).map(|made| ConnectionRef::Rebuilt(Box::new(made))),
            },
        }
    }

    /// Makes a connection from its segments.
    #[cold]
    fn make(&self, location: Location, ports: &Ends<u16>, rebase: bool) -> Option<Connection> {
        let mut connection = Connection::default();
        match location {
            Location::Whole(_) => return None,
            Location::One(index) => self.ones.things.get(index)?.tell(&mut connection, ports, rebase),
            Location::Two(index) => {
                let both = self.twos.things.get(index)?;
                both.iter().for_each(|packed| packed.tell(&mut connection, ports, rebase));
            }
        }
        Some(connection)
    }

    /// Takes the next segment of a connection in, as [`Connection::observe_segment_into`] does. None where there is no room.
    #[inline(always)]
    pub fn observe_segment(
        &mut self,
        number: u32,
        ports: impl FnOnce() -> Ends<u16>,
        arrival: &Arrival,
        segment: &Segment,
        assessment: &mut Assessment,
    ) -> Option<()> {
        match self.slots.get(number)?.location() {
            Location::Whole(index) => self.whole.get_mut(index)?.observe_segment_into(arrival, segment, assessment),
            location => self.observe_more(number, location, &ports(), arrival, segment, assessment)?,
        }
        Some(())
    }

    /// The second segment of a connection, or the third.
    #[inline(never)]
    fn observe_more(
        &mut self,
        number: u32,
        location: Location,
        ports: &Ends<u16>,
        arrival: &Arrival,
        segment: &Segment,
        assessment: &mut Assessment,
    ) -> Option<()> {
        if self.young.get(number).is_none() {
            let made = self.make(location, ports, arrival.rebase)?;
            self.young.keep(number, made);
        }
        let connection = self.young.get_mut(number)?;
        connection.observe_segment_into(arrival, segment, assessment);
        let second = if let Location::One(index) = location {
            self.ones.things.get(index).copied().zip(PackedSegment::new(arrival, segment, true))
        } else {
            None
        };
        let now = match second {
            Some((first, second)) => Location::Two(self.twos.keep([first, second])?),
            None => Location::Whole(self.whole.push(self.young.take(number)?)?),
        };
        *self.slots.get_mut(number)? = Slot::new(now)?;
        match location {
            Location::One(index) => self.ones.free.push(index),
            Location::Two(index) => self.twos.free.push(index),
            Location::Whole(_) => {}
        }
        Some(())
    }

    /// The connection with this number, kept whole from now on.
    pub fn get_mut(&mut self, number: u32, ports: &Ends<u16>, rebase: bool) -> Option<&mut Connection> {
        let location = self.slots.get(number)?.location();
        if let Location::Whole(index) = location {
            return self.whole.get_mut(index);
        }
        drop(self.young.take(number));
        let connection = self.make(location, ports, rebase)?;
        let index = self.whole.push(connection)?;
        *self.slots.get_mut(number)? = Slot::new(Location::Whole(index))?;
        match location {
            Location::One(index) => self.ones.free.push(index),
            Location::Two(index) => self.twos.free.push(index),
            Location::Whole(_) => {}
        }
        self.whole.get_mut(index)
    }

    /// The first segment of a new connection for a stream. Gives its number; none where there is no room.
    #[inline(never)]
    pub fn begin(
        &mut self,
        stream: u32,
        arrival: &Arrival,
        segment: &Segment,
        assessment: &mut Assessment,
    ) -> Option<u32> {
        let number = self.slots.len();
        let one_more = (number.checked_add(1)?, stream.checked_add(1)?);
        self.young.keep(number, Connection::default())?.observe_segment_into(arrival, segment, assessment);
        let location = match PackedSegment::new(arrival, segment, false) {
            Some(packed) => Location::One(self.ones.keep(packed)?),
            None => Location::Whole(self.whole.push(self.young.take(number)?)?),
        };
        self.slots.push(Slot::new(location)?)?;
        if number != stream {
            self.other_numbers.set(stream, one_more.0);
            self.other_streams.set(number, one_more.1);
        }
        Some(number)
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        let extra: usize = self.whole.iter().map(Connection::extra_memory).sum();
        [
            self.slots.memory(),
            self.other_numbers.memory(),
            self.other_streams.memory(),
            self.ones.memory(),
            self.twos.memory(),
            self.whole.memory(),
            self.young.memory(),
            extra,
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::{End, Flags, Seq};

    fn segment(flags: Flags, n: u32) -> Segment {
        Segment { flags, seq: Seq(n), ack: Seq(1), ..Segment::default() }
    }

    fn arrival(frame: u32) -> Arrival {
        Arrival::new(frame, 0, End::Low, true)
    }

    /// Streams in an order of their own, each begun once.
    #[test]
    fn streams_in_any_order_have_numbers() {
        for streams in [&[0, 1, 2, 3][..], &[7, 0, 1, 9, 2], &[3, 2, 1, 0], &[1 << 31, 0, 5]] {
            let mut connections = Connections::default();
            for (number, &stream) in (0..).zip(streams) {
                assert_eq!(connections.number(stream), None);
                let syn = segment(Flags::SYN, number);
                let begun = connections.begin(stream, &arrival(number + 1), &syn, &mut Assessment::nothing());
                assert_eq!(begun, Some(number));
                assert_eq!((connections.number(stream), connections.stream(number)), (Some(number), stream));
            }
        }
        let mut connections = Connections::default();
        assert!(
            connections.begin(u32::MAX, &arrival(1), &segment(Flags::SYN, 1), &mut Assessment::nothing()).is_none()
        );
        assert_eq!(connections.len(), 0, "the last stream has no room");
    }

    /// However a connection is kept, it is the one that was fed alone.
    #[test]
    fn the_same_however_it_is_kept() {
        let kinds = [Flags::SYN, Flags::RST, Flags::ACK, Flags::RST];
        let ports = Ends::default;
        let mut connections = Connections::default();
        let mut alone: Vec<Connection> = Vec::new();
        let mut frame = 0;
        for nth in 0..4 {
            for number in 0..100 {
                frame += 1;
                let next = segment(kinds[(nth + number as usize) % 4], frame);
                if nth == 0 {
                    connections.begin(number, &arrival(frame), &next, &mut Assessment::nothing()).unwrap();
                    alone.push(Connection::default());
                } else {
                    connections
                        .observe_segment(number, ports, &arrival(frame), &next, &mut Assessment::nothing())
                        .unwrap();
                }
                let _ = alone[number as usize].observe_segment(arrival(frame), &next);
                let seen = connections.get(number, ports, true).unwrap();
                assert_eq!(format!("{:?}", *seen), format!("{:?}", alone[number as usize]));
            }
            for number in 0..100 {
                let seen = connections.get(number, ports, true).unwrap();
                assert_eq!(format!("{:?}", *seen), format!("{:?}", alone[number as usize]));
            }
        }
        let room = connections.ones.things.len() as usize;
        assert_eq!(connections.ones.free.len(), room, "all of them went on");
    }
}
