//! Made-up TCP traffic, the same for the same seed: connections that overlap in time, a segment at a time.
//!
//! Short connections that ask and answer a few times, and among them what real captures hold: long transfers, refused
//! and filtered scans, half-open connections, resets.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use fastrand::Rng;

pub const FIN: u8 = 0x01;
pub const SYN: u8 = 0x02;
pub const RST: u8 = 0x04;
pub const PSH: u8 = 0x08;
pub const ACK: u8 = 0x10;

/// Bytes of payload in a full segment: an Ethernet frame of 1514 bytes with time stamps.
const FULL: u32 = 1448;
const MICROSECOND: u64 = 1_000;
const SECOND: u64 = 1_000_000_000;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    FourSegments,
    ThreeSegments,
    Reset,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Plan {
    /// Opens, carries this many segments to and fro, closes.
    Short { exchanged: u64, ending: Ending },
    /// Opens, carries this many segments, an ACK for every other full one, closes.
    Transfer { carried: u64 },
    /// A SYN and the RST that refuses it.
    Refused,
    /// A SYN, sent three times.
    Filtered,
    /// A SYN, and the SYN-ACK twice.
    HalfOpen,
}

impl Plan {
    /// Segments from the first to the last.
    pub fn segments(self) -> u64 {
        match self {
            Plan::Short { exchanged, ending } => {
                3 + exchanged
                    + match ending {
                        Ending::FourSegments => 4,
                        Ending::ThreeSegments => 3,
                        Ending::Reset => 1,
                    }
            }
            Plan::Transfer { carried } => 3 + carried + 4,
            Plan::Refused => 2,
            Plan::Filtered | Plan::HalfOpen => 3,
        }
    }
}

/// A segment and where it belongs.
#[derive(Clone, Copy, Debug)]
pub struct TrafficSegment {
    /// Nanoseconds since the first.
    pub at: u64,
    /// The connection's number, from 0; addresses and ports follow from it.
    pub connection: u32,
    pub from_client: bool,
    pub seq: u32,
    pub ack: u32,
    pub flags: u8,
    pub window: u16,
    pub payload: u32,
}

impl TrafficSegment {
    /// Client address and port, server address and port. The ports are nobody's, so that no dissector of an application
    /// takes time that would hide the plugin's.
    pub fn endpoints(&self) -> (([u8; 4], u16), ([u8; 4], u16)) {
        let [_, a, b, c] = (self.connection / 20_000 + 1).to_be_bytes();
        let client = ([10, a, b, c], 40_000 + (self.connection % 20_000) as u16);
        let server = ([192, 168, 0, 1 + (self.connection % 7) as u8], 39_000 + (self.connection % 3) as u16);
        (client, server)
    }
}

struct Live {
    plan: Plan,
    sent: u64,
    /// The next number of client and server.
    next: [u32; 2],
}

impl Live {
    /// The next segment, and how long after the one before it; none at the end.
    fn step(&mut self, random: &mut Rng) -> Option<(bool, u8, u32)> {
        let n = self.sent;
        self.sent += 1;
        if n >= self.plan.segments() {
            return None;
        }
        let (exchanged, ending) = match self.plan {
            Plan::Refused => return Some((n == 0, if n == 0 { SYN } else { RST | ACK }, 0)),
            Plan::Filtered => return Some((true, SYN, 0)),
            Plan::HalfOpen => return Some((n == 0, if n == 0 { SYN } else { SYN | ACK }, 0)),
            Plan::Short { exchanged, ending } => (exchanged, ending),
            Plan::Transfer { carried } => (carried, Ending::FourSegments),
        };
        let opening = [(true, SYN, 0), (false, SYN | ACK, 0), (true, ACK, 0)];
        if let Some(&one) = usize::try_from(n).ok().and_then(|n| opening.get(n)) {
            return Some(one);
        }
        let n = n - 3;
        if n < exchanged {
            return Some(match (self.plan, n % 4) {
                (Plan::Transfer { .. }, _) if n % 3 == 2 => (true, ACK, 0),
                (Plan::Transfer { .. }, _) => (false, ACK, FULL),
                (_, 0) => (true, ACK | PSH, random.u64(80..=500) as u32),
                (_, 1) => (false, ACK, 0),
                (_, 2) => (false, ACK | PSH, random.u64(60..=u64::from(FULL)) as u32),
                _ => (true, ACK, 0),
            });
        }
        let closing: &[(bool, u8, u32)] = match ending {
            Ending::FourSegments => &[(true, FIN | ACK, 0), (false, ACK, 0), (false, FIN | ACK, 0), (true, ACK, 0)],
            Ending::ThreeSegments => &[(false, FIN | ACK, 0), (true, FIN | ACK, 0), (false, ACK, 0)],
            Ending::Reset => &[(true, RST | ACK, 0)],
        };
        closing.get((n - exchanged) as usize).copied()
    }

    fn send(&mut self, at: u64, connection: u32, (from_client, flags, payload): (bool, u8, u32)) -> TrafficSegment {
        let (own, peer) = if from_client { (0, 1) } else { (1, 0) };
        // A repeated SYN or SYN-ACK has the number of the first; nothing moved it on.
        let is_again = flags & SYN != 0 && self.sent > if from_client { 1 } else { 2 };
        let seq = if is_again { self.next[own].wrapping_sub(1) } else { self.next[own] };
        let is_refusal = self.plan == Plan::Refused && flags & RST != 0;
        if !is_again {
            let control = u32::from(flags & (SYN | FIN) != 0);
            self.next[own] = self.next[own].wrapping_add(payload + control);
        }
        TrafficSegment {
            at,
            connection,
            from_client,
            seq: if is_refusal { 0 } else { seq },
            ack: if flags & ACK == 0 { 0 } else { self.next[peer] },
            flags,
            window: if flags & SYN == 0 { 502 } else { 64_240 },
            payload,
        }
    }
}

/// All segments in the order of their times.
pub struct Traffic {
    random: Rng,
    live: Vec<Live>,
    due: BinaryHeap<Reverse<(u64, u32)>>,
}

impl Traffic {
    /// So many segments in so many connections, of which some `overlap` live at a time.
    pub fn mixed(seed: u64, segments: u64, connections: u64, overlap: u64) -> Traffic {
        let mut random = Rng::with_seed(seed);
        let transfers = (connections / 6_000).max(1);
        let scans = connections / 25;
        let half_open = connections / 50;
        let short = connections.saturating_sub(transfers + 2 * scans + half_open);
        // Some 6 % of the segments are the transfers'; what the short ones leave over comes on top.
        let budget = segments * 94 / 100 - (2 + 3) * scans - 3 * half_open;
        let exchanged = (budget / short.max(1)).saturating_sub(6);
        let mut plans = Vec::new();
        plans.resize(scans as usize, Plan::Refused);
        plans.resize(2 * scans as usize, Plan::Filtered);
        plans.resize((2 * scans + half_open) as usize, Plan::HalfOpen);
        plans.extend((0..short).map(|_| {
            let exchanged = random.u64(exchanged / 2..=exchanged + exchanged / 2);
            let ending = match random.u64(0..=99) {
                0..60 => Ending::FourSegments,
                60..90 => Ending::ThreeSegments,
                _ => Ending::Reset,
            };
            Plan::Short { exchanged, ending }
        }));
        let so_far: u64 = plans.iter().map(|plan| plan.segments()).sum();
        let left = segments.checked_sub(so_far + 7 * transfers).expect("too few segments for so many connections");
        plans.extend((0..transfers).map(|n| {
            let extra = u64::from(n < left % transfers);
            Plan::Transfer { carried: left / transfers + extra }
        }));
        for index in (1..plans.len()).rev() {
            plans.swap(index, random.u64(0..=index as u64) as usize);
        }
        Traffic::of(random, plans, overlap)
    }

    /// So many connections of 15 segments each: open, ask, answer, close.
    pub fn short(seed: u64, connections: u64, overlap: u64) -> Traffic {
        let plan = Plan::Short { exchanged: 8, ending: Ending::FourSegments };
        Traffic::of(Rng::with_seed(seed), vec![plan; connections as usize], overlap)
    }

    /// So many connections that all go on at the same time and carry so many segments each.
    pub fn long(seed: u64, connections: u64, segments: u64) -> Traffic {
        let plan = Plan::Transfer { carried: segments.saturating_sub(7) };
        Traffic::of(Rng::with_seed(seed), vec![plan; connections as usize], connections)
    }

    /// So many SYNs, each answered by a RST.
    pub fn scan(seed: u64, connections: u64) -> Traffic {
        Traffic::of(Rng::with_seed(seed), vec![Plan::Refused; connections as usize], 10)
    }

    /// One connection that carries so many segments.
    pub fn one_transfer(seed: u64, segments: u64) -> Traffic {
        Traffic::of(Rng::with_seed(seed), vec![Plan::Transfer { carried: segments.saturating_sub(7) }], 1)
    }

    fn of(mut random: Rng, plans: Vec<Plan>, overlap: u64) -> Traffic {
        // A short connection lasts some 16 segments of 1 ms on average; as many begin as `overlap` asks for.
        let between = (16_000 * MICROSECOND / overlap.max(1)).max(1);
        let mut due = BinaryHeap::new();
        let mut live = Vec::with_capacity(plans.len());
        let mut at = 0;
        for (plan, connection) in plans.into_iter().zip(0..) {
            due.push(Reverse((at, connection)));
            at += random.u64(between / 2..=between + between / 2);
            live.push(Live { plan, sent: 0, next: [random.u64(..) as u32, random.u64(..) as u32] });
        }
        Traffic { random, live, due }
    }
}

impl Iterator for Traffic {
    type Item = TrafficSegment;

    fn next(&mut self) -> Option<TrafficSegment> {
        loop {
            let Reverse((at, connection)) = self.due.pop()?;
            let one = &mut self.live[connection as usize];
            let Some(step) = one.step(&mut self.random) else {
                continue;
            };
            let sent = one.send(at, connection, step);
            let wait = match one.plan {
                Plan::Filtered | Plan::HalfOpen => SECOND,
                Plan::Transfer { .. } => self.random.u64(5..=100) * MICROSECOND,
                Plan::Short { .. } | Plan::Refused => self.random.u64(100..=1_900) * MICROSECOND,
            };
            self.due.push(Reverse((at + wait, connection)));
            return Some(sent);
        }
    }
}
