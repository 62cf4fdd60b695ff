//! Where a connection is kept, in four bytes.

/// Where a connection is kept: an index in one of four lists, whose number stands in the upper two bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot(u32);

const LIST_SHIFT: u32 = 30;
/// The bit below the list: its endpoints have a later connection, each late segment of which asks for this one.
const FOLLOWED: u32 = 1 << 29;
const LIST_MOST: u32 = FOLLOWED;

/// One of the lists, and the index there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Location {
    /// Whole.
    Whole(u32),
    /// As its only segment.
    One(u32),
    /// As two segments.
    Two(u32),
    /// Packed: it has long been over.
    Over(u32),
}

impl Slot {
    /// There; none where the index is too large.
    pub fn new(location: Location) -> Option<Slot> {
        let (list, index) = match location {
            Location::Whole(index) => (0, index),
            Location::One(index) => (1, index),
            Location::Two(index) => (2, index),
            Location::Over(place) => (3, place),
        };
        (index < LIST_MOST).then_some(Slot(list << LIST_SHIFT | index))
    }

    /// The same connection is kept there now.
    pub fn moved(self, location: Location) -> Option<Slot> {
        Some(Slot(Slot::new(location)?.0 | self.0 & FOLLOWED))
    }

    /// Whether its endpoints have a later connection.
    pub fn is_followed(self) -> bool {
        self.0 & FOLLOWED != 0
    }

    /// Its endpoints have a later connection now.
    pub fn follow(&mut self) {
        self.0 |= FOLLOWED;
    }

    /// Where it is.
    #[inline]
    pub fn location(self) -> Location {
        let index = self.0 & (LIST_MOST - 1);
        match self.0 >> LIST_SHIFT {
            0 => Location::Whole(index),
            1 => Location::One(index),
            2 => Location::Two(index),
            _ => Location::Over(index),
        }
    }
}
