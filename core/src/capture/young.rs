//! Connections whose first segments only are kept, built already.

use crate::connection::Connection;

/// A cache of the latest connections that are kept as segments, built already: the next segment is nearly always one of
/// theirs. The number gives the index; a later connection with the same index takes the place.
#[derive(Debug, Default)]
pub struct YoungConnections(Vec<Option<(u32, Connection)>>);

/// How many there are: a handshake is over after this many others began.
const YOUNG_MOST: usize = 64;

impl YoungConnections {
    fn index(number: u32) -> usize {
        usize::try_from(number).unwrap_or(0) % YOUNG_MOST
    }

    /// The one with this number, where it is there.
    #[inline]
    pub fn get(&self, number: u32) -> Option<&Connection> {
        match self.0.get(YoungConnections::index(number))? {
            Some((known, connection)) if *known == number => Some(connection),
            _ => None,
        }
    }

    /// Puts one in.
    pub fn keep(&mut self, number: u32, connection: Connection) -> Option<&mut Connection> {
        if self.0.is_empty() {
            self.0.resize_with(YOUNG_MOST, || None);
        }
        let room = self.0.get_mut(YoungConnections::index(number))?;
        Some(&mut room.insert((number, connection)).1)
    }

    /// The same, to be changed.
    #[inline]
    pub fn get_mut(&mut self, number: u32) -> Option<&mut Connection> {
        match self.0.get_mut(YoungConnections::index(number))? {
            Some((known, connection)) if *known == number => Some(connection),
            _ => None,
        }
    }

    /// Takes it out.
    pub fn take(&mut self, number: u32) -> Option<Connection> {
        let room = self.0.get_mut(YoungConnections::index(number))?;
        room.take_if(|(known, _)| *known == number).map(|(_, connection)| connection)
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        self.0.capacity().saturating_mul(size_of::<Option<(u32, Connection)>>())
    }
}
