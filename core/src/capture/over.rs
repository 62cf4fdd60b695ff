//! Connections that have long been over, as [`TextbookConnection`]s.

use super::store::Pool;
use crate::connection::{Connection, Stamps, TextbookConnection};

/// Connections that are over: those with time stamps have odd places.
#[derive(Debug, Default)]
pub struct Over {
    plain: Pool<TextbookConnection>,
    stamped: Pool<(TextbookConnection, Stamps)>,
}

impl Over {
    /// Packs a connection and gives its place; none where it would not be the same again.
    pub fn keep(&mut self, connection: &mut Connection) -> Option<u32> {
        let (textbook, stamps) = TextbookConnection::new(connection)?;
        match stamps {
            None => self.plain.keep(textbook)?.checked_mul(2),
            Some(stamps) => self.stamped.keep((textbook, stamps))?.checked_mul(2)?.checked_add(1),
        }
    }

    /// The connection at a place.
    pub fn get(&self, place: u32) -> Option<Connection> {
        if place.is_multiple_of(2) {
            return Some(self.plain.things.get(place / 2)?.connection(None));
        }
        let (textbook, stamps) = self.stamped.things.get(place / 2)?;
        Some(textbook.connection(Some(stamps)))
    }

    /// The connection at a place is kept elsewhere now.
    pub fn empty(&mut self, place: u32) {
        let pool = if place.is_multiple_of(2) { &mut self.plain.free } else { &mut self.stamped.free };
        pool.push(place / 2);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.plain.len().saturating_add(self.stamped.len())
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        self.plain.memory().saturating_add(self.stamped.memory())
    }
}
