//! Choices to segments: a few streams between endpoints that behave, misbehave, repeat, delay, forge and run wild.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use synfin_core::capture::{Path, SegmentId};
use synfin_core::segment::{Address, Ecn, Flags, Network, Offers, Segment, Seq, SynOptions, Timestamp, Timestamps};

use crate::source::Source;

/// Streams of one walk.
pub const STREAMS: u32 = 4;

/// One segment with all that the tracker is told of it.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub id: SegmentId,
    pub stream: u32,
    pub path: Path,
    pub segment: Segment,
}

/// What an endpoint believes.
#[derive(Clone, Copy, Debug, Default)]
struct Endpoint {
    address: u8,
    port: u16,
    isn: u32,
    next: u32,
    expects: u32,
}

#[derive(Clone, Debug)]
struct Stream {
    ends: [Endpoint; 2],
    sent: [Option<(usize, Segment)>; 8],
    count: usize,
}

/// A walk through some streams.
#[derive(Clone, Debug)]
pub struct Walk {
    streams: Vec<Stream>,
    frame: u32,
    layer: u32,
    clock: i64,
}

const PORTS: [u16; 8] = [80, 443, 1023, 1024, 40000, 51234, 65535, 0];
const LENGTHS: [u32; 8] = [0, 1, 2, 100, 1460, 65_535, 0x7fff_ffff, 0xffff_ffec];
const STEPS: [u32; 8] = [1, 2, 1000, 65_535, 0x3fff_ffff, 0x7fff_ffff, 0x8000_0000, 0x8000_0001];

fn address(number: u8) -> Address {
    match number {
        0..=3 => Some(IpAddr::V4(Ipv4Addr::new(10, 0, 0, number))),
        4..=5 => Some(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, u16::from(number)))),
        _ => None,
    }
}

impl Walk {
    /// New endpoints that have said nothing yet.
    pub fn new(source: &mut impl Source) -> Walk {
        let end = |source: &mut dyn FnMut(u32) -> u32| Endpoint {
            address: source(3) as u8,
            port: PORTS[source(3) as usize],
            // Many begin just below the wrap.
            isn: if source(1) == 0 { source(32) } else { u32::MAX - source(4) },
            ..Endpoint::default()
        };
        let streams = (0..STREAMS)
            .map(|_| {
                let mut take = |bits| source.take(bits);
                let (one, mut two) = (end(&mut take), end(&mut take));
                if source.one_in(16) {
                    (two.address, two.port) = (one.address, one.port);
                }
                let mut stream = Stream { ends: [one, two], sent: [None; 8], count: 0 };
                stream.settle();
                stream
            })
            .collect();
        Walk { streams, frame: 0, layer: 0, clock: 1_000_000_000_000 }
    }

    /// The next segment.
    pub fn step(&mut self, source: &mut impl Source) -> Step {
        let stream = if source.one_in(2) { 0 } else { source.below(STREAMS) };
        self.id(source);
        let (sender, mut segment, is_copy) = self.streams[stream as usize].next(source);
        if is_copy {
            // Another look at the same packet, on the other side of a router or at once.
            segment.network.hops = segment.network.hops.map(|hops| hops.wrapping_sub(source.take(1) as u8));
            self.clock = self.clock.saturating_add(i64::from(source.take(8)) * 20_000);
            segment.at = (!source.one_in(32)).then_some(Timestamp(self.clock));
        } else {
            segment.at = self.time(source);
        }
        self.streams[stream as usize].keep(sender, segment);
        let ends = &self.streams[stream as usize].ends;
        let (from, to) = (ends[sender], ends[1 - sender]);
        segment.source_port = from.port;
        segment.destination_port = to.port;
        Step {
            id: SegmentId { frame: self.frame, layer: self.layer },
            stream,
            path: Path { source: address(from.address), destination: address(to.address) },
            segment,
        }
    }

    fn id(&mut self, source: &mut impl Source) {
        if self.frame > 0 && self.layer < 15 && source.one_in(16) {
            self.layer += 1;
        } else {
            self.frame += if source.one_in(16) { source.below(40) + 1 } else { 1 };
            self.layer = if source.one_in(16) { source.below(4) } else { 0 };
        }
    }

    fn time(&mut self, source: &mut impl Source) -> Option<Timestamp> {
        match source.below(32) {
            0 => return None,
            1 => self.clock = self.clock.saturating_sub(i64::from(source.take(32)) * 1000),
            2 => self.clock = i64::MAX - i64::from(source.take(8)),
            3 => self.clock = i64::MIN + i64::from(source.take(8)),
            4 => self.clock = 0,
            _ => {}
        }
        // Most come within 25 ms, some after seconds.
        let unit = if source.one_in(16) { 50_000_000 } else { 100_000 };
        self.clock = self.clock.saturating_add(i64::from(source.take(8)) * unit);
        Some(Timestamp(self.clock))
    }
}

impl Stream {
    /// Both ends at their initial sequence numbers, knowing the other's.
    fn settle(&mut self) {
        let [one, two] = &mut self.ends;
        (one.next, two.next) = (one.isn, two.isn);
        (one.expects, two.expects) = (two.isn.wrapping_add(1), one.isn.wrapping_add(1));
    }

    /// The next segment, who sends it, and whether it is one captured again.
    fn next(&mut self, source: &mut impl Source) -> (usize, Segment, bool) {
        let sender = source.take(1) as usize;
        let choice = source.below(64);
        if choice >= 61 {
            // Mostly at once; any that is remembered may come again.
            let back = if source.one_in(4) { source.take(3) } else { source.take(1) };
            let id = self.count.wrapping_sub(1 + back as usize) % self.sent.len();
            if let Some((sender, segment)) = self.sent[id] {
                return (sender, segment, true);
            }
        }
        if choice >= 56 {
            let (sender, mut segment) = self.again(source);
            if source.one_in(2) {
                segment.network = network(source);
            }
            return (sender, segment, false);
        }
        if choice == 55 {
            self.restart(source);
        }
        let mut segment = match choice {
            0..=5 => self.make(sender, Flags::SYN, self.ends[sender].isn, 0),
            6..=11 => self.make(sender, Flags::SYN.with(Flags::ACK), self.ends[sender].isn, 0),
            12..=23 => self.make(sender, Flags::ACK, self.ends[sender].next, 0),
            24..=31 => self.make(sender, Flags::ACK.with(Flags::PSH), self.ends[sender].next, 1 + source.take(8)),
            32..=37 => self.make(sender, Flags::FIN.with(Flags::ACK), self.ends[sender].next, 0),
            38..=39 => self.make(sender, Flags::FIN.with(Flags::ACK), self.ends[sender].next, 1 + source.take(4)),
            40..=41 => self.make(sender, Flags::RST, self.ends[sender].next, 0),
            42 => self.make(sender, Flags::RST.with(Flags::ACK), self.ends[sender].next, 0),
            // Within the window; or in the peer's own words, as a host without the connection answers.
            43 if source.one_in(2) => {
                self.make(sender, Flags::RST, self.ends[sender].next.wrapping_add(source.take(12)), 0)
            }
            43 => self.make(sender, Flags::RST, self.ends[1 - sender].expects, 0),
            44..=47 => self.make(sender, Flags(source.take(9) as u16), self.ends[sender].next, source.take(4) / 8),
            _ => self.wild(sender, source),
        };
        if segment.flags.has(Flags::SYN) {
            segment.options = options(source);
            if source.one_in(8) {
                segment.payload_len = source.take(8);
            }
        }
        if source.one_in(8) {
            self.disturb(&mut segment, source);
        }
        if !segment.flags.has(Flags::SYN) {
            segment.options = SynOptions::default();
        }
        segment.network = network(source);
        segment.timestamps = source.one_in(4).then(|| Timestamps { value: source.take(2), echo: source.take(1) });
        // Most of the time the other side receives it.
        if !source.one_in(8) {
            self.deliver(sender, &segment);
        }
        (sender, segment, false)
    }

    fn make(&self, sender: usize, flags: Flags, seq: u32, payload_len: u32) -> Segment {
        let end = &self.ends[sender];
        Segment {
            seq: Seq(seq),
            ack: Seq(if flags.has(Flags::ACK) { end.expects } else { 0 }),
            flags,
            window: 65_535,
            payload_len,
            source_port: end.port,
            destination_port: self.ends[1 - sender].port,
            ..Segment::default()
        }
    }

    fn wild(&self, sender: usize, source: &mut impl Source) -> Segment {
        let flags = Flags(source.take(9) as u16);
        let mut segment = self.make(sender, flags, source.take(32), LENGTHS[source.take(3) as usize]);
        segment.ack = Seq(source.take(32));
        segment.window = source.take(16) as u16;
        segment
    }

    /// Changes one thing of a sensible segment.
    fn disturb(&self, segment: &mut Segment, source: &mut impl Source) {
        let step = STEPS[source.take(3) as usize];
        match source.take(3) {
            0 => segment.seq = segment.seq.advance(step),
            1 => segment.seq = segment.seq.back(step),
            2 => segment.ack = segment.ack.advance(step),
            3 => segment.ack = segment.ack.back(step),
            4 => segment.payload_len = LENGTHS[source.take(3) as usize],
            5 => segment.flags.0 ^= 1 << source.below(9),
            6 => segment.window = source.take(16) as u16,
            _ => segment.seq = segment.ack,
        }
    }

    fn deliver(&mut self, sender: usize, segment: &Segment) {
        let next = segment.next();
        self.ends[sender].next = next.0;
        self.ends[1 - sender].expects = next.0;
    }

    fn keep(&mut self, sender: usize, segment: Segment) {
        let id = self.count % self.sent.len();
        self.sent[id] = Some((sender, segment));
        self.count += 1;
    }

    /// A segment that was there before: seen twice, late, or from the wrong side.
    fn again(&mut self, source: &mut impl Source) -> (usize, Segment) {
        let id = source.take(3) as usize;
        let Some((sender, mut segment)) = self.sent[id] else {
            let segment = self.make(0, Flags::ACK, self.ends[0].next, 0);
            return (0, segment);
        };
        if source.one_in(4) {
            self.disturb(&mut segment, source);
            if !segment.flags.has(Flags::SYN) {
                segment.options = SynOptions::default();
            }
        }
        if source.one_in(32) { (1 - sender, segment) } else { (sender, segment) }
    }

    /// The same endpoints once more, with other numbers.
    fn restart(&mut self, source: &mut impl Source) {
        for end in &mut self.ends {
            end.isn = source.take(32);
        }
        self.settle();
    }
}

/// Identification and hop count: each packet has one of its own, or none has.
fn network(source: &mut impl Source) -> Network {
    let identification = if source.one_in(4) { None } else { Some(source.take(16) as u16).filter(|&id| id != 0) };
    let hops = [None, Some(64), Some(64), Some(60 + source.take(3) as u8)][source.take(2) as usize];
    Network { identification, hops }
}

fn options(source: &mut impl Source) -> SynOptions {
    let bits = source.take(10);
    SynOptions {
        mss: (bits & 1 != 0).then_some(1460),
        window_scale: (bits & 2 != 0).then(|| source.take(8) as u8),
        offers: Offers::from_bits_truncate((bits >> 2) as u8 & 0xf | (bits >> 5) as u8 & Offers::CUT.bits()),
        ecn: Ecn::from_bits((bits >> 6) as u8),
    }
}
