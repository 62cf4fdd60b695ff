//! The two ends of a connection in an order that knows no roles, and one value for each.

use std::net::IpAddr;
use std::ops::{Index, IndexMut};

/// One of the two ends. Which is which never changes: facts are kept by end, and roles are read from them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum End {
    /// The one whose address and port sort first; the only one where both are equal.
    #[default]
    Low,
    /// The other one.
    High,
}

impl End {
    /// Both ends.
    pub const BOTH: [End; 2] = [End::Low, End::High];

    /// The other end.
    #[must_use]
    pub const fn peer(self) -> End {
        match self {
            End::Low => End::High,
            End::High => End::Low,
        }
    }
}

/// One value for each end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ends<T>([T; 2]);

impl<T> Ends<T> {
    /// The same value for both ends.
    pub const fn both(value: T) -> Ends<T>
    where
        T: Copy,
    {
        Ends([value, value])
    }

    /// Exchanges the two. Only for the states before the first segment, when they belong to the roles.
    pub const fn swap(&mut self) {
        let [low, high] = &mut self.0;
        std::mem::swap(low, high);
    }

    /// That of `end`, and that of its peer.
    #[inline(always)]
    pub const fn split_mut(&mut self, end: End) -> (&mut T, &mut T) {
        let [low, high] = &mut self.0;
        match end {
            End::Low => (low, high),
            End::High => (high, low),
        }
    }

    /// `this` for `end`, `that` for its peer.
    pub fn of(end: End, this: T, that: T) -> Ends<T> {
        match end {
            End::Low => Ends([this, that]),
            End::High => Ends([that, this]),
        }
    }
}

#[expect(clippy::indexing_slicing, reason = "there are two ends, and two values")]
impl<T> Index<End> for Ends<T> {
    type Output = T;
    #[inline(always)]
    fn index(&self, end: End) -> &T {
        &self.0[end as usize]
    }
}

#[expect(clippy::indexing_slicing, reason = "there are two ends, and two values")]
impl<T> IndexMut<End> for Ends<T> {
    #[inline(always)]
    fn index_mut(&mut self, end: End) -> &mut T {
        &mut self.0[end as usize]
    }
}

/// The address of an endpoint, as far as synfin needs it; none where it is neither IPv4 nor IPv6.
pub type Address = Option<IpAddr>;

/// Both endpoints of a connection, by end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Endpoints {
    /// Their addresses.
    pub addresses: Ends<Address>,
    /// Their ports.
    pub ports: Ends<u16>,
}
