//! All connections of a capture, by number.

use std::ops::Deref;

use super::store::{Chunks, Index};
use crate::connection::Connection;

/// A connection to be looked at.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a>(pub(super) &'a Connection);

impl Deref for Seen<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.0
    }
}

/// All connections of a capture.
#[derive(Debug, Default)]
pub struct Connections {
    /// Nearly all connections have their stream's number: Wireshark counts streams as synfin counts connections. Here are
    /// the others: the number plus one by stream, and the stream plus one by number.
    other_numbers: Index<u32>,
    other_streams: Index<u32>,
    all: Chunks<Connection, 64>,
}

impl Connections {
    /// How many there are.
    pub fn len(&self) -> u32 {
        self.all.len()
    }

    /// The number of the connection that is this stream.
    #[inline]
    pub fn number(&self, stream: u32) -> Option<u32> {
        match self.other_numbers.get(stream).checked_sub(1) {
            None if stream < self.all.len() && self.other_streams.get(stream) == 0 => Some(stream),
            other => other,
        }
    }

    /// The stream that the connection with this number is.
    #[inline]
    pub fn stream(&self, number: u32) -> u32 {
        self.other_streams.get(number).checked_sub(1).unwrap_or(number)
    }

    /// The connection with this number.
    #[inline]
    pub fn get(&self, number: u32) -> Option<Seen<'_>> {
        self.all.get(number).map(Seen)
    }

    /// The same, to change.
    #[inline]
    pub fn get_mut(&mut self, number: u32) -> Option<&mut Connection> {
        self.all.get_mut(number)
    }

    /// A new connection for a stream; none where there is no room.
    pub fn begin(&mut self, stream: u32) -> Option<u32> {
        let number = self.all.len();
        let one_more = (number.checked_add(1)?, stream.checked_add(1)?);
        self.all.push(Connection::default())?;
        if number != stream {
            self.other_numbers.set(stream, one_more.0);
            self.other_streams.set(number, one_more.1);
        }
        Some(number)
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        let extra: usize = self.all.iter().map(Connection::extra_memory).sum();
        [self.other_numbers.memory(), self.other_streams.memory(), self.all.memory(), extra]
            .into_iter()
            .fold(0, usize::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Streams in an order of their own, each begun once.
    #[test]
    fn streams_in_any_order_have_numbers() {
        for streams in [&[0, 1, 2, 3][..], &[7, 0, 1, 9, 2], &[3, 2, 1, 0], &[1 << 31, 0, 5]] {
            let mut connections = Connections::default();
            for (number, &stream) in (0..).zip(streams) {
                assert_eq!(connections.number(stream), None);
                assert_eq!(connections.begin(stream), Some(number));
                assert_eq!((connections.number(stream), connections.stream(number)), (Some(number), stream));
            }
            for (number, &stream) in (0..).zip(streams) {
                assert_eq!((connections.number(stream), connections.stream(number)), (Some(number), stream));
            }
        }
        let mut connections = Connections::default();
        assert_eq!((connections.begin(u32::MAX), connections.len()), (None, 0), "the last stream has no room");
    }
}
