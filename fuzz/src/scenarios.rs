//! Traffic made to hurt, of any length: what costs a naive tracker memory or time beyond measure.

use std::net::{IpAddr, Ipv4Addr};

use synfin_core::capture::{Path, SegmentId};
use synfin_core::segment::{Flags, Network, Segment, Seq, Timestamp};

use fastrand::Rng;

use crate::source::Source;
use crate::walk::Step;

/// A kind of traffic: gives its segment number `n`.
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Segment `n`; the state is the scenario's own.
    pub make: fn(&mut State, u32) -> Step,
}

/// What a scenario remembers.
#[derive(Clone, Debug)]
pub struct State {
    random: Rng,
    seq: u32,
}

impl State {
    /// The state before the first segment.
    pub fn new(seed: u64) -> State {
        let mut random = Rng::with_seed(seed);
        let seq = random.take(32);
        State { random, seq }
    }
}

const SYN: Flags = Flags::SYN;
const ACK: Flags = Flags::ACK;
const FIN_ACK: Flags = Flags::FIN.with(Flags::ACK);
const SYN_ACK: Flags = Flags::SYN.with(Flags::ACK);
const RST: Flags = Flags::RST;
const RST_ACK: Flags = Flags::RST.with(Flags::ACK);

/// All of them.
pub const SCENARIOS: &[Scenario] = &[
    Scenario { name: "syn-flood", about: "a SYN from another address and port each time", make: syn_flood },
    Scenario { name: "syn-scan", about: "a SYN and the RST that refuses it, port by port", make: syn_scan },
    Scenario { name: "never-ends", about: "one connection of data, never closed", make: never_ends },
    Scenario { name: "wild-numbers", about: "one stream, every number random", make: wild_numbers },
    Scenario { name: "all-flags", about: "one stream, all 512 flag combinations in random order", make: all_flags },
    Scenario { name: "half-circles", about: "one stream, each segment half a circle ahead", make: half_circles },
    Scenario { name: "many-fins", about: "one stream, FINs with ever other numbers, overlapping", make: many_fins },
    Scenario { name: "forged-resets", about: "data with RSTs out of the window in between", make: forged_resets },
    Scenario { name: "syn-rst", about: "one stream, SYN and RST-ACK for ever: an attempt each time", make: syn_rst },
    Scenario { name: "both-ways", about: "one stream, attempts from alternating sides, each reset", make: both_ways },
    Scenario { name: "syn-acks", about: "one SYN, SYN-ACKs with ever other numbers", make: syn_acks },
    Scenario { name: "syns", about: "one stream, SYNs with ever other numbers", make: syns },
    Scenario {
        name: "port-reuse",
        about: "one pair of ports, whole connections one after the other",
        make: port_reuse,
    },
    Scenario { name: "beyond-fin", about: "data beyond the sender's own FIN", make: beyond_fin },
    Scenario { name: "clock-back", about: "short connections, the clock running backwards", make: clock_back },
    Scenario { name: "layers", about: "sixteen TCP layers in each frame", make: layers },
    Scenario { name: "copies", about: "one connection, every packet captured eight times", make: copies },
    Scenario { name: "taken-back", about: "SYN, SYN-ACK and ACK repeated for ever", make: taken_back },
    Scenario { name: "withdrawn", about: "a RST that both sides go on after, again and again", make: withdrawn },
    Scenario { name: "challenged", about: "RSTs within the window, none exact", make: challenged },
    Scenario { name: "older", about: "one pair of ports, SYNs that older connections answer", make: older },
];

fn id(n: u32) -> SegmentId {
    SegmentId { frame: n + 1, layer: 0 }
}

fn step(n: u32, client: u32, from_client: bool, flags: Flags, seq: u32, ack: u32, payload_len: u32) -> Step {
    let port = 1024 + (client % 60_000) as u16;
    let address = |number: u32| Some(IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 | number & 0xff_ffff)));
    let (one, two) = (address(1 + client / 60_000), address(0xff_0001));
    let (source, destination) = if from_client { (one, two) } else { (two, one) };
    let (source_port, destination_port) = if from_client { (port, 80) } else { (80, port) };
    Step {
        id: id(n),
        stream: client,
        path: Path { source, destination },
        segment: Segment {
            seq: Seq(seq),
            ack: Seq(ack),
            flags,
            window: 65_535,
            payload_len,
            source_port,
            destination_port,
            at: Some(Timestamp(1_700_000_000_000_000_000 + i64::from(n) * 1000)),
            // Each packet is one of its own.
            network: Network { identification: Some((n % 65_535 + 1) as u16), hops: Some(64) },
            ..Segment::default()
        },
    }
}

fn syn_flood(state: &mut State, n: u32) -> Step {
    step(n, n, true, SYN, state.random.take(32), 0, 0)
}

fn syn_scan(state: &mut State, n: u32) -> Step {
    if n.is_multiple_of(2) {
        state.seq = state.random.take(32);
        step(n, n / 2, true, SYN, state.seq, 0, 0)
    } else {
        step(n, n / 2, false, RST_ACK, 0, state.seq.wrapping_add(1), 0)
    }
}

fn never_ends(state: &mut State, n: u32) -> Step {
    state.seq = state.seq.wrapping_add(1460);
    if n.is_multiple_of(2) {
        step(n, 0, true, ACK, state.seq, 7, 1460)
    } else {
        step(n, 0, false, ACK, 7, state.seq, 0)
    }
}

fn wild_numbers(state: &mut State, n: u32) -> Step {
    let random = &mut state.random;
    let flags = [SYN, ACK, FIN_ACK, SYN_ACK, RST, RST_ACK, ACK, ACK][random.take(3) as usize];
    step(n, 0, random.one_in(2), flags, random.take(32), random.take(32), random.take(16))
}

fn all_flags(state: &mut State, n: u32) -> Step {
    let random = &mut state.random;
    let flags = Flags(random.take(9) as u16);
    step(n, 0, random.one_in(2), flags, random.take(4), random.take(4), random.take(2))
}

fn half_circles(state: &mut State, n: u32) -> Step {
    state.seq = state.seq.wrapping_add(0x7fff_ffff);
    step(n, 0, n.is_multiple_of(2), ACK, state.seq, state.seq, 1)
}

fn many_fins(state: &mut State, n: u32) -> Step {
    let seq = state.random.take(10);
    step(n, 0, n.is_multiple_of(2), FIN_ACK, seq, state.random.take(10), state.random.take(6))
}

fn forged_resets(state: &mut State, n: u32) -> Step {
    match n % 4 {
        0 => never_ends(state, n),
        1 => step(n, 0, false, RST, state.random.take(32) | 1 << 31, 0, 0),
        2 => step(n, 0, true, RST_ACK, state.seq.wrapping_add(0x7000_0000), 0, 0),
        _ => step(n, 0, false, ACK, 7, state.seq, 0),
    }
}

fn syn_rst(state: &mut State, n: u32) -> Step {
    if n.is_multiple_of(2) {
        state.seq = state.random.take(32);
        step(n, 0, true, SYN, state.seq, 0, 0)
    } else {
        step(n, 0, false, RST_ACK, 0, state.seq.wrapping_add(1), 0)
    }
}

fn both_ways(state: &mut State, n: u32) -> Step {
    let from_client = (n / 2).is_multiple_of(2);
    if n.is_multiple_of(2) {
        state.seq = state.random.take(32);
        step(n, 0, from_client, SYN, state.seq, 0, 0)
    } else {
        step(n, 0, !from_client, RST_ACK, 0, state.seq.wrapping_add(1), 0)
    }
}

fn syn_acks(state: &mut State, n: u32) -> Step {
    if n == 0 {
        return step(n, 0, true, SYN, state.seq, 0, 0);
    }
    step(n, 0, false, SYN_ACK, state.random.take(32), state.seq.wrapping_add(1), 0)
}

fn syns(state: &mut State, n: u32) -> Step {
    step(n, 0, state.random.one_in(2), SYN, state.random.take(32), 0, state.random.take(4))
}

fn port_reuse(state: &mut State, n: u32) -> Step {
    // Wireshark opens a new stream for each of these connections.
    let (client, server) = (state.seq, state.seq ^ 0x5555_5555);
    let next = |number: u32| number.wrapping_add(1);
    let mut made = match n % 7 {
        0 => step(n, 0, true, SYN, client, 0, 0),
        1 => step(n, 0, false, SYN_ACK, server, next(client), 0),
        2 => step(n, 0, true, ACK, next(client), next(server), 0),
        3 => step(n, 0, true, FIN_ACK, next(client), next(server), 0),
        4 => step(n, 0, false, FIN_ACK, next(server), next(next(client)), 0),
        5 => step(n, 0, true, ACK, next(next(client)), next(next(server)), 0),
        _ => {
            state.seq = state.random.take(32);
            step(n, 0, true, ACK, next(next(client)), next(next(server)), 0)
        }
    };
    made.stream = n / 7;
    made
}

fn beyond_fin(state: &mut State, n: u32) -> Step {
    match n {
        0 => step(n, 0, true, SYN, 0, 0, 0),
        1 => step(n, 0, false, SYN_ACK, 0, 1, 0),
        2 => step(n, 0, true, ACK, 1, 1, 0),
        3 => step(n, 0, true, FIN_ACK, 1, 1, 0),
        _ => step(n, 0, true, ACK, 2 + n, 1, 1 + state.random.take(4)),
    }
}

fn clock_back(state: &mut State, n: u32) -> Step {
    let mut made = port_reuse(state, n);
    made.segment.at = Some(Timestamp(1_700_000_000_000_000_000 - i64::from(n) * 1_000_003));
    made
}

fn layers(state: &mut State, n: u32) -> Step {
    let mut made = wild_numbers(state, n);
    made.id = SegmentId { frame: n / 16 + 1, layer: n % 16 };
    made
}

fn copies(state: &mut State, n: u32) -> Step {
    let packet = n / 8;
    let mut made = match packet {
        0 => step(n, 0, true, SYN, 7, 0, 0),
        1 => step(n, 0, false, SYN_ACK, 9, 8, 0),
        2 => step(n, 0, true, ACK, 8, 10, 0),
        _ => step(n, 0, packet.is_multiple_of(2), FIN_ACK, state.seq.wrapping_add(packet), 10, 0),
    };
    made.segment.network =
        Network { identification: Some((packet % 65_535 + 1) as u16), hops: Some(64 - (n % 8) as u8) };
    made
}

fn taken_back(_: &mut State, n: u32) -> Step {
    match n % 4 {
        0 => step(n, 0, true, SYN, 7, 0, 0),
        1 | 2 => step(n, 0, false, SYN_ACK, 9, 8, 0),
        // For a while the client never gets as far as an ACK.
        _ if n < 1000 => step(n, 0, true, SYN, 7, 0, 0),
        _ => step(n, 0, true, ACK, 8, 10, 0),
    }
}

fn withdrawn(state: &mut State, n: u32) -> Step {
    let mut made = match n {
        0 => step(n, 0, true, SYN, 7, 0, 0),
        1 => step(n, 0, false, SYN_ACK, 9, 8, 0),
        2 => {
            state.seq = 8;
            step(n, 0, true, ACK, 8, 10, 0)
        }
        _ => match n % 3 {
            0 => step(n, 0, false, RST, 10, 0, 0),
            1 => {
                state.seq = state.seq.wrapping_add(10);
                step(n, 0, true, ACK, state.seq.wrapping_sub(10), 10, 10)
            }
            _ => step(n, 0, false, ACK, 10, state.seq, 0),
        },
    };
    made.segment.at = Some(Timestamp(1_700_000_000_000_000_000 + i64::from(n) * 2_000_000_000));
    made
}

fn challenged(state: &mut State, n: u32) -> Step {
    match n {
        0 => step(n, 0, true, SYN, 7, 0, 0),
        1 => step(n, 0, false, SYN_ACK, 9, 8, 0),
        2 => step(n, 0, true, ACK, 8, 10, 0),
        _ => step(n, 0, n.is_multiple_of(2), RST, 11 + state.random.take(12), 0, 0),
    }
}

fn older(state: &mut State, n: u32) -> Step {
    let mut made = if n.is_multiple_of(4) {
        state.seq = state.random.take(32);
        step(n, 0, true, SYN, state.seq, 0, 0)
    } else {
        step(n, 0, false, ACK, state.random.take(32), state.random.take(32), 0)
    };
    made.stream = n / 4;
    made
}
