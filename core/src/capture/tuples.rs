//! The endpoints of each connection, and which connection the same endpoints had before.

use std::hash::BuildHasher;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::store::Chunks;
use crate::segment::{Address, End, Endpoints, Ends};

/// The endpoints of an IPv4 connection, those of the low end first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
struct V4([u32; 2], [u16; 2]);

/// The same for all others; addresses that are neither IPv4 nor IPv6 are all the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
struct Wide([Address; 2], [u16; 2]);

/// Where the endpoints of a connection are kept, and the two bits below.
#[derive(Clone, Copy, Debug)]
struct Slot(u32);

/// Whether it is in the list for all others.
const IS_WIDE: u32 = 1 << 31;
/// Whether the endpoints had a connection before.
const HAS_PREVIOUS: u32 = 1 << 30;
const MOST: u32 = 1 << 30;

/// The endpoints of all connections.
#[derive(Debug, Default)]
pub struct Tuples {
    slots: Chunks<Slot, 1024>,
    v4: Chunks<V4, 512>,
    wide: Chunks<Wide, 128>,
    /// The connection before, for those that have one, in order.
    previous: Chunks<(u32, u32), 256>,
    /// The latest connection of each pair of endpoints.
    latest: HashTable<u32>,
    hasher: RandomState,
}

/// A pair of endpoints, in the order of their ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
enum Tuple {
    V4(V4),
    Wide(Wide),
}

impl Tuple {
    fn new(endpoints: &Endpoints) -> Tuple {
        let addresses = End::BOTH.map(|end| endpoints.addresses[end]);
        let ports = End::BOTH.map(|end| endpoints.ports[end]);
        match addresses {
            [Some(IpAddr::V4(low)), Some(IpAddr::V4(high))] => Tuple::V4(V4([low.to_bits(), high.to_bits()], ports)),
            _ => Tuple::Wide(Wide(addresses, ports)),
        }
    }

    fn endpoints(&self) -> Endpoints {
        let (addresses, ports) = match *self {
            Tuple::V4(V4(bits, ports)) => (bits.map(|bits| Some(IpAddr::V4(Ipv4Addr::from_bits(bits)))), ports),
            Tuple::Wide(Wide(addresses, ports)) => (addresses, ports),
        };
        let [low, high] = addresses;
        let [low_port, high_port] = ports;
        Endpoints { addresses: Ends::of(End::Low, low, high), ports: Ends::of(End::Low, low_port, high_port) }
    }
}

impl Tuples {
    /// Adds the endpoints of a new connection, whose number is one more than the last one's. Gives that of the connection
    /// that they had before. None inside the outer option: there was none; none outside: there is no room.
    pub fn add(&mut self, endpoints: &Endpoints) -> Option<Option<u32>> {
        let tuple = Tuple::new(endpoints);
        let number = self.slots.len();
        let at = match tuple {
            Tuple::V4(v4) => self.v4.push(v4).filter(|&at| at < MOST)?,
            Tuple::Wide(wide) => self.wide.push(wide).filter(|&at| at < MOST)? | IS_WIDE,
        };
        let (slots, v4, wide) = (&self.slots, &self.v4, &self.wide);
        let hasher = &self.hasher;
        let hash = hasher.hash_one(tuple);
        let same = |&known: &u32| read(slots, v4, wide, known) == Some(tuple);
        let previous = match self.latest.find_mut(hash, same) {
            Some(known) => Some(std::mem::replace(known, number)),
            None => None,
        };
        if previous.is_none() {
            let rehash = |&known: &u32| {
                if known == number {
                    hash
                } else {
                    read(slots, v4, wide, known).map_or(0, |tuple| hasher.hash_one(tuple))
                }
            };
            self.latest.insert_unique(hash, number, rehash);
        }
        let has_previous = match previous {
            Some(previous) => {
                self.previous.push((number, previous))?;
                HAS_PREVIOUS
            }
            None => 0,
        };
        self.slots.push(Slot(at | has_previous))?;
        Some(previous)
    }

    /// The endpoints of a connection.
    pub fn endpoints(&self, number: u32) -> Option<Endpoints> {
        read(&self.slots, &self.v4, &self.wide, number).map(|tuple| tuple.endpoints())
    }

    /// The ports of a connection.
    pub fn ports(&self, number: u32) -> Ends<u16> {
        self.endpoints(number).map(|endpoints| endpoints.ports).unwrap_or_default()
    }

    /// The number of the connection that its endpoints had before.
    pub fn previous(&self, number: u32) -> Option<u32> {
        if self.slots.get(number)?.0 & HAS_PREVIOUS == 0 {
            return None;
        }
        self.previous.first_not(|&(known, _)| known < number).map(|&(_, previous)| previous)
    }

    /// The latest connection of these endpoints.
    pub fn latest(&self, endpoints: &Endpoints) -> Option<u32> {
        let tuple = Tuple::new(endpoints);
        let same = |&known: &u32| read(&self.slots, &self.v4, &self.wide, known) == Some(tuple);
        self.latest.find(self.hasher.hash_one(tuple), same).copied()
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        let lists = [self.slots.memory(), self.v4.memory(), self.wide.memory(), self.previous.memory()];
        lists.into_iter().fold(self.latest.allocation_size(), usize::saturating_add)
    }
}

fn read(slots: &Chunks<Slot, 1024>, v4: &Chunks<V4, 512>, wide: &Chunks<Wide, 128>, number: u32) -> Option<Tuple> {
    let Slot(slot) = *slots.get(number)?;
    let at = slot & (MOST - 1);
    if slot & IS_WIDE == 0 { v4.get(at).copied().map(Tuple::V4) } else { wide.get(at).copied().map(Tuple::Wide) }
}

/// Keeps the order of ends: the address and port that sort first are the low end's.
pub fn order(source: Address, source_port: u16, destination: Address, destination_port: u16) -> (Endpoints, End, bool) {
    let bits = |address: Address| match address {
        Some(IpAddr::V4(v4)) => (1, u128::from(v4.to_bits())),
        Some(IpAddr::V6(v6)) => (2, Ipv6Addr::to_bits(v6)),
        None => (0, 0),
    };
    let (one, other) = ((bits(source), source_port), (bits(destination), destination_port));
    let from = if one <= other { End::Low } else { End::High };
    let endpoints = Endpoints {
        addresses: Ends::of(from, source, destination),
        ports: Ends::of(from, source_port, destination_port),
    };
    (endpoints, from, one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(host: u8, port: u16) -> Endpoints {
        let address = |last: u8| Some(IpAddr::from([10, 0, 0, last]));
        order(address(host), port, address(200), 80).0
    }

    #[test]
    fn the_connection_before() {
        let mut tuples = Tuples::default();
        let mut added = Vec::new();
        for round in 0..3 {
            for port in 1000..2000 {
                added.push((tuples.add(&endpoints(1, port)).unwrap(), round, port));
            }
        }
        for (number, (previous, round, port)) in added.into_iter().enumerate() {
            let number = u32::try_from(number).unwrap();
            assert_eq!(previous, (round > 0).then(|| number - 1000));
            assert_eq!(tuples.previous(number), previous);
            assert_eq!(tuples.endpoints(number), Some(endpoints(1, port)));
        }
        assert_eq!(tuples.latest(&endpoints(1, 1000)), Some(2000));
        assert_eq!(tuples.latest(&endpoints(2, 1000)), None);
    }

    #[test]
    fn versions_and_unknown_addresses_are_kept_apart() {
        let v4 = Some(IpAddr::from([10, 0, 0, 1]));
        let v6 = Some(IpAddr::from(Ipv4Addr::new(10, 0, 0, 1).to_ipv6_mapped()));
        let mut tuples = Tuples::default();
        for (number, (source, destination)) in [(v4, v4), (v6, v6), (None, None), (v4, v6)].into_iter().enumerate() {
            let (endpoints, _, is_self) = order(source, 1, destination, 1);
            assert_eq!((tuples.add(&endpoints), is_self), (Some(None), source == destination));
            assert_eq!(tuples.endpoints(u32::try_from(number).unwrap()), Some(endpoints));
        }
    }
}
