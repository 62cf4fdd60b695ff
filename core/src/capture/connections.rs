//! All connections of a capture, by number: those of which a segment or two were seen in a few bytes, those that have long
//! been over in some more, the others whole.

use std::collections::VecDeque;
use std::ops::Deref;

use super::over::Over;
use super::slot::{Location, Slot};
use super::store::{Chunks, Index, Pool};
use super::young::YoungConnections;
use crate::connection::{Arrival, Assessment, Connection, PackedSegment};
use crate::segment::{Ends, Segment};

/// A connection to be looked at.
#[derive(Clone, Debug)]
pub enum ConnectionRef<'a> {
    /// Where it is kept.
    Stored(&'a Connection),
    /// One that is kept in fewer bytes, made from these.
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
    whole: Pool<Connection, 64>,
    young: YoungConnections,
    over: Over,
    /// Those that were over last and are whole, oldest first: copies and late segments may still come.
    ended: VecDeque<u32>,
}

/// So many connections that are over stay whole: a small capture packs none.
const ENDED_MOST: usize = 512;

/// Whether the segment is one that a connection mostly ends with: the ACK of the second FIN, or a RST that was taken.
#[inline(always)]
fn is_last(assessment: &Assessment) -> bool {
    matches!(assessment, Assessment::Full(verdict, _) if verdict.ended || verdict.close_steps.has(4))
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
            Location::Whole(index) => self.whole.things.get(index).map(ConnectionRef::Stored),
            location => match self.young.get(number) {
                Some(connection) => Some(ConnectionRef::Stored(connection)),
                None => self.make(location, &ports(), rebase).map(|made| ConnectionRef::Rebuilt(Box::new(made))),
            },
        }
    }

    /// Makes a connection from what is kept of it.
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
            Location::Over(place) => connection = self.over.get(place)?,
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
            Location::Whole(index) => {
                self.whole.things.get_mut(index)?.observe_segment_into(arrival, segment, assessment);
                if is_last(assessment) {
                    self.end(number);
                }
            }
            Location::Over(place) => {
                self.unpack(number, place)?.observe_segment_into(arrival, segment, assessment);
            }
            location => self.observe_more(number, location, &ports(), arrival, segment, assessment)?,
        }
        Some(())
    }

    /// The segments that are kept there are kept elsewhere now.
    fn leave(&mut self, location: Location) {
        match location {
            Location::One(index) => self.ones.free.push(index),
            Location::Two(index) => self.twos.free.push(index),
            Location::Whole(_) | Location::Over(_) => {}
        }
    }

    /// A connection may be over. One that was long before is packed.
    #[inline(never)]
    fn end(&mut self, number: u32) {
        self.ended.push_back(number);
        if self.ended.len() > ENDED_MOST
            && let Some(oldest) = self.ended.pop_front()
        {
            self.pack(oldest);
        }
    }

    /// Packs a connection, where that gives it again exactly, and nothing asks for it all the time.
    fn pack(&mut self, number: u32) -> Option<()> {
        let slot = self.slots.get_mut(number)?;
        let Location::Whole(index) = slot.location() else { return None };
        if slot.is_followed() {
            return None;
        }
        let connection = self.whole.things.get_mut(index)?;
        *slot = slot.moved(Location::Over(self.over.keep(connection)?))?;
        self.whole.empty(index);
        Some(())
    }

    /// Packs all that are over, and gives how many are packed.
    pub fn pack_all(&mut self) -> usize {
        for number in 0..self.slots.len() {
            self.pack(number);
        }
        self.over.len()
    }

    /// One that is packed is whole from now on.
    #[cold]
    fn unpack(&mut self, number: u32, place: u32) -> Option<&mut Connection> {
        let connection = self.over.get(place)?;
        let whole = self.whole.keep(connection)?;
        let slot = self.slots.get_mut(number)?;
        *slot = slot.moved(Location::Whole(whole))?;
        self.over.empty(place);
        self.whole.things.get_mut(whole)
    }

    /// A segment of the connection is looked at again, and those near it will be: one that is packed is whole until others
    /// were looked at.
    #[inline]
    pub fn look_again(&mut self, number: u32) {
        if let Some(Location::Over(place)) = self.slots.get(number).map(|slot| slot.location())
            && self.unpack(number, place).is_some()
        {
            self.end(number);
        }
    }

    /// The endpoints of the connection have another one now, whose segments may ask for this one at any time.
    pub fn follow(&mut self, number: u32) {
        if let Some(slot) = self.slots.get_mut(number) {
            slot.follow();
        }
        if let Some(Location::Over(place)) = self.slots.get(number).map(|slot| slot.location()) {
            self.unpack(number, place);
        }
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
            None => Location::Whole(self.whole.keep(self.young.take(number)?)?),
        };
        let slot = self.slots.get_mut(number)?;
        *slot = slot.moved(now)?;
        self.leave(location);
        if is_last(assessment) && matches!(now, Location::Whole(_)) {
            self.end(number);
        }
        Some(())
    }

    /// The connection with this number, kept whole from now on.
    pub fn get_mut(&mut self, number: u32, ports: &Ends<u16>, rebase: bool) -> Option<&mut Connection> {
        let location = self.slots.get(number)?.location();
        match location {
            Location::Whole(index) => return self.whole.things.get_mut(index),
            Location::Over(place) => return self.unpack(number, place),
            Location::One(_) | Location::Two(_) => {}
        }
        drop(self.young.take(number));
        let connection = self.make(location, ports, rebase)?;
        let index = self.whole.keep(connection)?;
        let slot = self.slots.get_mut(number)?;
        *slot = slot.moved(Location::Whole(index))?;
        self.leave(location);
        self.whole.things.get_mut(index)
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
            None => Location::Whole(self.whole.keep(self.young.take(number)?)?),
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
        let extra: usize = self.whole.things.iter().map(Connection::extra_memory).sum();
        [
            self.slots.memory(),
            self.other_numbers.memory(),
            self.other_streams.memory(),
            self.ones.memory(),
            self.twos.memory(),
            self.whole.memory(),
            self.young.memory(),
            self.over.memory(),
            self.ended.capacity().saturating_mul(size_of::<u32>()),
            extra,
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::{End, Flags, Seq, Timestamp};

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

    /// The segments of a connection from SYN to the last ACK.
    fn whole_life(number: u32) -> [(End, Segment); 8] {
        let (x, y) = (number.wrapping_mul(0x9e37_79b9), number.wrapping_mul(0x85eb_ca6b));
        let (ack, fin) = (Flags::ACK, Flags::FIN.with(Flags::ACK));
        let of = |end, flags, seq: u32, acked: u32, payload_len| {
            let (own, peer) = if end == End::Low { (x, y) } else { (y, x) };
            let acked = if flags == Flags::SYN { Seq(0) } else { Seq(peer).advance(acked) };
            (end, Segment { flags, seq: Seq(own).advance(seq), ack: acked, payload_len, ..Segment::default() })
        };
        [
            of(End::Low, Flags::SYN, 0, 0, 0),
            of(End::High, Flags::SYN.with(ack), 0, 1, 0),
            of(End::Low, ack, 1, 1, 0),
            of(End::Low, ack, 1, 1, 100),
            of(End::High, fin, 1, 101, 40),
            of(End::Low, ack, 101, 42, 0),
            of(End::Low, fin, 101, 42, 0),
            of(End::High, ack, 42, 102, 0),
        ]
    }

    /// Those that have been over for long are packed, the latest are not; each is as it was, is looked at again, and hears a
    /// late segment as if it had never been packed.
    #[test]
    fn over_and_packed_and_heard_again() {
        const COUNT: u32 = 700;
        let mut connections = Connections::default();
        let mut alone: Vec<Connection> = Vec::new();
        let mut frame = 0;
        let at = |frame: u32, end: End, segment: Segment| {
            let at = Some(Timestamp(i64::from(frame) * 1_500));
            (Arrival { end, ..arrival(frame) }, Segment { at, ..segment })
        };
        for number in 0..COUNT {
            alone.push(Connection::default());
            for (n, (end, segment)) in whole_life(number).into_iter().enumerate() {
                frame += 1;
                let (arrival, segment) = at(frame, end, segment);
                if n == 0 {
                    connections.begin(number, &arrival, &segment, &mut Assessment::nothing()).unwrap();
                } else {
                    let nothing = &mut Assessment::nothing();
                    connections.observe_segment(number, Ends::default, &arrival, &segment, nothing).unwrap();
                }
                let _ = alone[number as usize].observe_segment(arrival, &segment);
            }
        }
        assert_eq!(connections.over.len(), COUNT as usize - ENDED_MOST);
        let seen = |connections: &Connections, number| -> Connection {
            (*connections.get(number, Ends::default, true).unwrap()).clone()
        };
        for number in 0..COUNT {
            assert!(seen(&connections, number) == alone[number as usize], "{number}");
            connections.look_again(number);
            assert!(seen(&connections, number) == alone[number as usize], "{number} once more");
        }
        connections.follow(7);
        connections.pack_all();
        assert_eq!(connections.over.len(), COUNT as usize - 1, "all but the one that has a successor");
        for number in 0..COUNT {
            let (end, segment) = whole_life(number)[number as usize % 8];
            frame += 1;
            let (arrival, segment) = at(frame, end, segment);
            let nothing = &mut Assessment::nothing();
            connections.observe_segment(number, Ends::default, &arrival, &segment, nothing).unwrap();
            let _ = alone[number as usize].observe_segment(arrival, &segment);
            assert!(seen(&connections, number) == alone[number as usize], "{number} with a late segment");
        }
        assert_eq!(connections.over.len(), 0, "each is whole since its late segment");
    }
}
