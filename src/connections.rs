//! All connections of a capture, by number: those of which one segment was seen in a few octets, the others whole.

use std::ops::Deref;

use crate::store::{Chunks, Index};
use crate::tcp::{Connection, End, First, Heard, Moment, Segment};

/// A connection to be looked at.
#[derive(Clone, Debug)]
pub enum Seen<'a> {
    /// Where it is kept.
    Kept(&'a Connection),
    /// One of which a single segment was seen, made from that.
    Made(Box<Connection>),
}

impl Deref for Seen<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        match self {
            Seen::Kept(connection) => connection,
            Seen::Made(connection) => connection,
        }
    }
}

/// Where a connection is kept: a number in one of the two lists; the highest bit says which.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place(u32);

const IS_FIRST: u32 = 1 << 31;

enum In {
    Firsts(u32),
    Whole(u32),
}

impl Place {
    fn list(self) -> In {
        if self.0 & IS_FIRST == 0 { In::Whole(self.0) } else { In::Firsts(self.0 & !IS_FIRST) }
    }
}

/// All connections of a capture.
#[derive(Debug, Default)]
pub struct Connections {
    places: Chunks<Place, 1024>,
    /// Nearly all connections have their stream's number: Wireshark counts streams as synfin counts connections. Here are
    /// the others: the number plus one by stream, and the stream plus one by number.
    other_numbers: Index<u32>,
    other_streams: Index<u32>,
    firsts: Chunks<First, 256>,
    /// Numbers in that list that are free again.
    free: Vec<u32>,
    whole: Chunks<Connection, 64>,
    /// The last one begun, made already, and its number: it is nearly always looked at next.
    newest: Option<(u32, Connection)>,
}

impl Connections {
    /// How many there are.
    pub fn len(&self) -> u32 {
        self.places.len()
    }

    /// The number of the connection that is this stream.
    #[inline]
    pub fn number(&self, stream: u32) -> Option<u32> {
        match self.other_numbers.get(stream).checked_sub(1) {
            None if stream < self.places.len() && self.other_streams.get(stream) == 0 => Some(stream),
            other => other,
        }
    }

    /// The stream that the connection with this number is.
    #[inline]
    pub fn stream(&self, number: u32) -> u32 {
        self.other_streams.get(number).checked_sub(1).unwrap_or(number)
    }

    /// The connection with this number. `rebase` as it always is.
    #[inline(always)]
    pub fn get(&self, number: u32, rebase: bool) -> Option<Seen<'_>> {
        match self.places.get(number)?.list() {
            In::Whole(index) => self.whole.get(index).map(Seen::Kept),
            In::Firsts(index) => self.get_first(number, index, rebase),
        }
    }

    #[cold]
    fn get_first(&self, number: u32, index: u32, rebase: bool) -> Option<Seen<'_>> {
        match &self.newest {
            Some((newest, connection)) if *newest == number => Some(Seen::Kept(connection)),
            _ => self.firsts.get(index).map(|first| Seen::Made(Box::new(first.connection(rebase)))),
        }
    }

    /// Takes the next segment of a stream in. Gives the connection's number, and what `keep` makes of what the segment
    /// turns out to be; none when there is no room.
    #[inline]
    pub fn hear<T>(
        &mut self,
        stream: u32,
        moment: Moment,
        from: End,
        segment: &Segment,
        keep: impl FnOnce(&Heard) -> T,
    ) -> Option<(u32, T)> {
        let Some(number) = self.number(stream) else {
            let (number, heard) = self.begin(stream, moment, from, segment)?;
            return Some((number, keep(&heard)));
        };
        match self.places.get(number)?.list() {
            In::Whole(index) => {
                let heard = self.whole.get_mut(index)?.hear(moment, from, segment);
                Some((number, keep(&heard)))
            }
            In::Firsts(index) => {
                let heard = self.hear_second(number, index, moment, from, segment)?;
                Some((number, keep(&heard)))
            }
        }
    }

    /// The second segment of a connection: from now on it is kept whole.
    #[inline(never)]
    fn hear_second(&mut self, number: u32, index: u32, moment: Moment, from: End, segment: &Segment) -> Option<Heard> {
        let mut connection = match self.newest.take_if(|(newest, _)| *newest == number) {
            Some((_, connection)) => connection,
            None => self.firsts.get(index)?.connection(moment.rebase),
        };
        let heard = Heard::Judged(connection.observe(moment, from, segment));
        let at = self.whole.push(connection).filter(|&at| at < IS_FIRST)?;
        *self.places.get_mut(number)? = Place(at);
        self.free.push(index);
        Some(heard)
    }

    /// The first segment of a new connection.
    #[inline(never)]
    fn begin(&mut self, stream: u32, moment: Moment, from: End, segment: &Segment) -> Option<(u32, Heard)> {
        let number = self.places.len();
        let one_more = (number.checked_add(1)?, stream.checked_add(1)?);
        let mut connection = Connection::default();
        let heard = Heard::Judged(connection.observe(moment, from, segment));
        let first = First::new(moment, from, segment);
        let at = match first {
            Some(first) => {
                self.newest = Some((number, connection));
                Place(self.keep_first(first)? | IS_FIRST)
            }
            None => Place(self.whole.push(connection).filter(|&at| at < IS_FIRST)?),
        };
        self.places.push(at)?;
        if number != stream {
            self.other_numbers.set(stream, one_more.0);
            self.other_streams.set(number, one_more.1);
        }
        Some((number, heard))
    }

    fn keep_first(&mut self, first: First) -> Option<u32> {
        if let Some(index) = self.free.pop()
            && let Some(slot) = self.firsts.get_mut(index)
        {
            *slot = first;
            return Some(index);
        }
        self.firsts.push(first).filter(|&index| index < IS_FIRST)
    }

    /// Octets of memory held.
    pub fn memory(&self) -> usize {
        let extra: usize = self.whole.iter().map(Connection::extra_memory).sum();
        let free = self.free.capacity().saturating_mul(size_of::<u32>());
        [
            self.places.memory(),
            self.other_numbers.memory(),
            self.other_streams.memory(),
            self.firsts.memory(),
            free,
            self.whole.memory(),
            extra,
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::tcp::{Flags, Seq, SynOptions};

    fn segment(n: u32) -> Segment {
        Segment {
            seq: Seq(n),
            ack: Seq(0),
            flags: Flags::SYN,
            window: 1,
            payload_len: 0,
            source_port: 1,
            destination_port: 2,
            at: None,
            options: SynOptions::default(),
        }
    }

    /// Streams in an order of their own, each heard once, some more often: each connection is the one fed alone.
    #[test]
    fn streams_in_any_order_are_kept_apart() {
        let mut connections = Connections::default();
        let mut alone: BTreeMap<u32, Connection> = BTreeMap::new();
        let orders: [&[u32]; 4] = [
            &[0, 1, 2, 3, 4],
            &[7, 0, 0, 1, 2, 7, 1, 3, 9, 2],
            &[3, 2, 1, 0, 0, 1, 2, 3],
            &[1 << 31, 0, 5, 1 << 31, 0],
        ];
        for (streams, base) in orders.into_iter().zip([0, 100, 200, 300]) {
            for (frame, stream) in (base + 1..).zip(streams.iter().map(|stream| stream + base)) {
                let moment = Moment { frame, ordinal: Moment::outermost(frame), known_tuple: false, rebase: true };
                let verdict = alone.entry(stream).or_default().observe(moment, End::Low, &segment(frame));
                let heard = connections.hear(stream, moment, End::Low, &segment(frame), |heard| match heard {
                    Heard::Judged(verdict) => *verdict,
                    Heard::Passing(passing) => passing.verdict(),
                });
                let (number, said) = heard.unwrap();
                assert_eq!(said, verdict);
                assert_eq!((connections.number(stream), connections.stream(number)), (Some(number), stream));
            }
        }
        assert_eq!(connections.len() as usize, alone.len());
        for (stream, connection) in &alone {
            let seen = connections.get(connections.number(*stream).unwrap(), true).unwrap();
            assert_eq!(format!("{:?}", *seen), format!("{connection:?}"), "stream {stream}");
        }
        assert_eq!((connections.number(99), connections.number(u32::MAX)), (None, None));
    }

    /// What has no number is refused, and nothing is changed.
    #[test]
    fn the_last_stream_has_no_room() {
        let mut connections = Connections::default();
        let moment = Moment { frame: 1, ordinal: Moment::outermost(1), known_tuple: false, rebase: true };
        assert!(connections.hear(u32::MAX, moment, End::Low, &segment(1), |_| ()).is_none());
        assert_eq!((connections.len(), connections.number(u32::MAX)), (0, None));
    }

    /// A scan of which every target answers late: room for one segment is used again and again.
    #[test]
    fn room_for_first_segments_is_used_again() {
        let mut connections = Connections::default();
        for stream in 0..10_000 {
            for nth in 0..2 {
                let frame = stream * 2 + nth + 1;
                let moment = Moment { frame, ordinal: Moment::outermost(frame), known_tuple: false, rebase: true };
                connections.hear(stream, moment, End::Low, &segment(frame), |_| ()).unwrap();
            }
        }
        assert_eq!((connections.firsts.len(), connections.whole.len(), connections.free.len()), (1, 10_000, 1));
    }
}
