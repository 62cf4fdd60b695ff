//! Hostile traffic: floods, endless connections, forged resets, FIN after FIN, clocks that run backwards. What is said stays
//! right, and memory stays within what a segment and a connection are worth.

mod traffic;

use std::collections::BTreeSet;

use synfin_core::capture::{Event, SegmentId};
use synfin_core::segment::{Network, Segment, Side};
use synfin_core::view::{Anomalies, HandshakeOutcome, Phase, Reset, State, Steps, TeardownKind};

use traffic::{From, Traffic};

/// Bytes that the core may hold for a segment of ordinary traffic, and for a connection: one that lives, and one of a
/// single segment.
const PER_SEGMENT: usize = 16;
const PER_CONNECTION: usize = 1088;
const PER_LONE_SEGMENT: usize = 84;
/// Bytes for a segment that was made to fit no pattern.
const PER_HOSTILE_SEGMENT: usize = 64;
/// Bytes that it begins with.
const BASE: usize = 300_000;

const SYN: u16 = 0x02;
const SYN_ACK: u16 = 0x12;
const ACK: u16 = 0x10;
const FIN_ACK: u16 = 0x11;
const RST: u16 = 0x04;

/// The same numbers everywhere, without a pattern.
fn scattered(n: u32) -> u32 {
    fastrand::Rng::with_seed(n.into()).u32(..)
}

#[test]
fn a_million_syns_stay_within_their_memory() {
    let mut traffic = Traffic::new();
    for n in 0..1_000_000 {
        traffic.put(n, From::Client, SYN, [scattered(n), 0, 0]);
    }
    assert_eq!(traffic.tracker.connection_count(), 1_000_000);
    assert_eq!((traffic.view().connection.outcome(), traffic.conn_state()), (HandshakeOutcome::NoAnswer, "S0"));
    traffic.memory_within(PER_SEGMENT, PER_LONE_SEGMENT);
}

#[test]
fn a_scan_is_refused_port_by_port() {
    let mut traffic = Traffic::new();
    for n in 0..50_000 {
        traffic.put(n, From::Client, SYN, [scattered(n), 0, 0]);
        traffic.put(n, From::Server, RST | ACK, [0, scattered(n).wrapping_add(1), 0]);
        if n % 1000 == 0 {
            assert_eq!((traffic.reset(), traffic.conn_state()), (Some(Reset::Refused), "REJ"));
        }
    }
    traffic.memory_within(PER_SEGMENT, PER_CONNECTION);
}

#[test]
fn a_connection_that_never_ends() {
    let mut traffic = Traffic::new();
    traffic.open(0, 7, 9);
    let mut sent = 8u32;
    // 14 GiB: three times round the circle.
    for _ in 0..250_000 {
        traffic.put(0, From::Client, ACK, [sent, 10, 60_000]);
        sent = sent.wrapping_add(60_000);
        traffic.put(0, From::Server, ACK, [10, sent, 0]);
    }
    assert_eq!(traffic.view().verdict.numbers.ack, Some(1 + 250_000 * 60_000), "numbers unwrap");
    assert_eq!(traffic.view().verdict.phase, Phase::Data);
    assert_eq!(traffic.view().connection.teardown(), TeardownKind::StillOpen);
    assert_eq!(traffic.view().connection.bytes(Side::Client), 250_000 * 60_000);
    assert!(traffic.history_len() <= 130);
    traffic.memory_within(PER_SEGMENT, PER_CONNECTION);
}

#[test]
fn wild_numbers_cost_no_more_than_a_hostile_segment_is_worth() {
    const KINDS: [u16; 8] = [SYN, SYN_ACK, ACK, ACK, FIN_ACK, RST, RST | ACK, 0x1ff];
    let mut traffic = Traffic::new();
    for n in 0..200_000 {
        let from = if scattered(n) & 1 == 0 { From::Client } else { From::Server };
        let numbers = [scattered(n ^ 0x5555), scattered(n ^ 0xaaaa), scattered(!n) >> 16];
        traffic.put(0, from, KINDS[scattered(n) as usize >> 4 & 7], numbers);
    }
    assert_eq!(traffic.tracker.segment_count(), 200_000);
    traffic.memory_within(PER_HOSTILE_SEGMENT, PER_CONNECTION);
}

#[test]
fn fins_upon_fins_leave_the_first() {
    let mut traffic = Traffic::new();
    traffic.open(0, 100, 200);
    traffic.put(0, From::Client, FIN_ACK, [101, 201, 0]);
    let mut numbers = BTreeSet::from([101]);
    for n in 1..2000 {
        // Each overlaps the one before, some with payload.
        traffic.put(0, From::Client, FIN_ACK, [101 + n / 2, 201, n % 7]);
        let verdict = traffic.view().verdict;
        let own = 101 + n / 2 + n % 7;
        assert_eq!((verdict.numbers.x, verdict.numbers.y), (Some(101), Some(201)), "X and Y stay with the first FIN");
        assert_eq!(traffic.has(Anomalies::SECOND_FIN), own != 101, "FIN with the number {own}");
        // A repeat of long ago may be taken for a new one: only some are kept.
        let is_again = !numbers.insert(own);
        assert!(is_again || !verdict.repeats.any(), "FIN with the number {own}");
        assert!(verdict.repeats.fin || !is_again, "FIN with the number {own}, which came not long ago");
        assert_eq!(traffic.states(), (State::FinWait1, State::CloseWait));
        assert_eq!(verdict.close_steps, Steps::one(1));
    }
    assert_eq!(traffic.view().connection.teardown(), TeardownKind::HalfClosed, "the first FIN never came again");
    traffic.memory_within(PER_HOSTILE_SEGMENT, PER_CONNECTION);
}

#[test]
fn forged_resets_end_a_connection_by_the_exact_number_alone() {
    let mut traffic = Traffic::new();
    traffic.open(0, 1000, 5000);
    for n in 0..10_000u32 {
        // Anywhere but in the window of 65,535 bytes (scale unknown: shifted by up to 14) or right in front of it.
        let away = (65_535 << 14) + 1 + scattered(n) % (u32::MAX - (65_535 << 14) - 3);
        let flags = if n % 2 == 0 { RST } else { RST | ACK };
        traffic.put(0, From::Server, flags, [5001u32.wrapping_add(away), 1001, 0]);
        assert_eq!(traffic.reset(), Some(Reset::Stray), "{away} beyond");
        assert_eq!((traffic.states().0, traffic.view().verdict.phase), (State::Established, Phase::Data));
    }
    for n in 0..10_000u32 {
        // Neither SYN told a scale: the window is the 65,535 bytes of the client's ACK.
        let within = 1 + scattered(n) % 65_535;
        traffic.put(0, From::Server, RST, [5001 + within, 0, 0]);
        assert_eq!(traffic.reset(), Some(Reset::Challenged), "{within} beyond: an exact match is asked for");
        assert_eq!(traffic.states(), (State::Established, State::Established));
    }
    traffic.put(0, From::Server, RST, [5001, 0, 0]);
    assert_eq!((traffic.reset(), traffic.states().0), (Some(Reset::Abort), State::Closed));
    traffic.put(0, From::Client, ACK, [1001, 5001, 100]);
    assert_eq!((traffic.view().verdict.phase, traffic.states().0), (Phase::Closed, State::Closed));
    assert!(traffic.has(Anomalies::DATA_AFTER_RESET));
    assert_eq!(traffic.conn_state(), "RSTR");
    traffic.memory_within(PER_HOSTILE_SEGMENT, PER_CONNECTION);
}

#[test]
fn resets_withdrawn_again_and_again() {
    let mut traffic = Traffic::new();
    traffic.open(0, 1000, 5000);
    let mut at = 1_700_000_100_000_000_000;
    for n in 0..20_000u32 {
        // Somebody resets in the server's name; the client and then the server go on.
        traffic.put_at(0, From::Server, RST, [5001, 0, 0], at);
        assert_eq!(traffic.reset(), Some(Reset::Abort), "round {n}");
        at += 2_000_000_000;
        traffic.put_at(0, From::Client, ACK, [1001 + 10 * n, 5001, 10], at);
        assert!(traffic.has(Anomalies::RESET_IGNORED));
        traffic.put_at(0, From::Server, ACK, [5001, 1011 + 10 * n, 0], at + 1000);
        assert!(traffic.has(Anomalies::RESET_FORGED));
        assert_eq!(traffic.states(), (State::Established, State::Established));
    }
    assert_eq!(traffic.view().connection.teardown(), TeardownKind::StillOpen);
    traffic.memory_within(PER_HOSTILE_SEGMENT, PER_CONNECTION);
}

#[test]
fn syn_and_syn_ack_taken_back_for_ever() {
    let mut traffic = Traffic::new();
    for n in 0..20_000 {
        traffic.put(0, From::Client, SYN, [7, 0, 0]);
        assert_eq!(traffic.states(), (State::SynSent, State::SynReceived), "round {n}");
        traffic.put(0, From::Server, SYN_ACK, [9, 8, 0]);
        assert_eq!(traffic.states(), (State::Established, State::SynReceived));
    }
    traffic.put(0, From::Client, ACK, [8, 10, 0]);
    for _ in 0..20_000 {
        traffic.put(0, From::Server, SYN_ACK, [9, 8, 0]);
        assert_eq!(traffic.states(), (State::Established, State::SynReceived));
        traffic.put(0, From::Client, ACK, [8, 10, 0]);
    }
    assert_eq!(traffic.view().connection.outcome(), HandshakeOutcome::HalfOpen);
    traffic.memory_within(PER_HOSTILE_SEGMENT, PER_CONNECTION);
}

/// A mirror that shows everything a hundred times.
#[test]
fn copies_upon_copies_cost_their_records_alone() {
    let mut traffic = Traffic::new();
    traffic.open(0, 7, 9);
    traffic.put(0, From::Client, FIN_ACK, [8, 10, 0]);
    let (_, path, segment) = traffic.last.unwrap();
    for n in 0..100_000u32 {
        let copy = Segment { network: Network { hops: Some((n % 63) as u8), ..segment.network }, ..segment };
        let id = SegmentId { frame: traffic.frame + 1 + n, layer: 0 };
        traffic.tracker.observe(id, Event::Segment { stream: 0, path: &path, segment: &copy }).expect("room");
        traffic.last = Some((id, path, copy));
    }
    let view = traffic.view();
    assert!(view.verdict.is_copy && view.is_last);
    assert_eq!((view.connection.packets(Side::Client), view.connection.fins(Side::Client)), (3, 1));
    assert_eq!(view.connection.teardown(), TeardownKind::HalfClosed);
    traffic.memory_within(PER_SEGMENT, PER_CONNECTION);
}

#[test]
fn data_beyond_a_fin_is_called_so_and_counts_nowhere() {
    let mut traffic = Traffic::new();
    traffic.open(0, 100, 200);
    traffic.put(0, From::Client, FIN_ACK, [101, 201, 0]);
    for n in 0..1000 {
        traffic.put(0, From::Client, ACK, [102 + n * 50, 201, 50]);
        assert!(traffic.has(Anomalies::DATA_AFTER_FIN), "bytes from {} on", 102 + n * 50);
        assert_eq!(traffic.states().0, State::FinWait1);
    }
    assert_eq!(traffic.view().connection.half_close_bytes(), Some(0), "the other side's bytes alone count");
    traffic.put(0, From::Server, ACK, [201, 102, 30]);
    let view = traffic.view();
    assert_eq!((view.verdict.close_steps, view.connection.half_close_bytes()), (Steps::one(2), Some(30)));
}

#[test]
fn ports_used_again_thousands_of_times() {
    let mut traffic = Traffic::new();
    let mut at = 1_700_000_000_000_000_000;
    for stream in 0..5000 {
        // Wireshark makes a new stream of each, between the same endpoints.
        let (client, server) = (scattered(stream), scattered(!stream));
        let next = |number: u32| number.wrapping_add(1);
        let segments = [
            (From::Client, SYN, [client, 0, 0]),
            (From::Server, SYN_ACK, [server, next(client), 0]),
            (From::Client, ACK, [next(client), next(server), 0]),
            (From::Client, FIN_ACK, [next(client), next(server), 0]),
            (From::Server, FIN_ACK, [next(server), next(next(client)), 0]),
            (From::Client, ACK, [next(next(client)), next(next(server)), 0]),
        ];
        for (index, (from, flags, numbers)) in segments.into_iter().enumerate() {
            at += 1_000_000;
            traffic.put_between([stream, 0], 40_000, from, flags, numbers, at);
            assert_eq!(traffic.has(Anomalies::PORT_REUSE), index == 0 && stream > 0);
        }
        let connection = traffic.view().connection;
        assert_eq!(
            (connection.outcome(), connection.teardown()),
            (HandshakeOutcome::Complete, TeardownKind::ThreeSegment)
        );
        assert_eq!((connection.duration_ns(), connection.previous()), (Some(5_000_000), stream.checked_sub(1)));
    }
    traffic.memory_within(PER_SEGMENT, PER_CONNECTION);
}

/// Old segments that nobody asked for: each is looked for in the connections before.
#[test]
fn strays_of_thousands_of_older_connections() {
    let mut traffic = Traffic::new();
    for stream in 0..3000 {
        let at = 1_700_000_000_000_000_000 + i64::from(stream) * 1_000_000;
        let isn = stream * 1000;
        traffic.put_between([stream, 0], 40_000, From::Client, SYN, [isn, 0, 0], at);
        for n in 0..20 {
            let far = isn.wrapping_add(1 << 30).wrapping_add(n);
            traffic.put_between([stream, 0], 40_000, From::Server, ACK, [far, far, 0], at + 1000);
            assert!(traffic.view().verdict.is_older);
            assert_eq!(traffic.states(), (State::SynSent, State::Established));
        }
        assert_eq!(traffic.view().connection.outcome(), HandshakeOutcome::OldConnection);
    }
    traffic.memory_within(PER_HOSTILE_SEGMENT, PER_CONNECTION);
}

#[test]
fn attempts_upon_attempts_in_one_stream() {
    let mut traffic = Traffic::new();
    for n in 0..50_000 {
        traffic.put(0, From::Client, SYN, [scattered(n), 0, 0]);
        assert_eq!(traffic.view().verdict.open_steps, Steps::one(1));
        traffic.put(0, From::Server, RST | ACK, [0, scattered(n).wrapping_add(1), 0]);
        assert_eq!(traffic.reset(), Some(Reset::Refused));
    }
    assert_eq!(traffic.view().connection.attempts(), 50_000);
    assert!(traffic.history_len() <= 130);
    traffic.memory_within(PER_HOSTILE_SEGMENT, PER_CONNECTION);
}

#[test]
fn a_clock_that_runs_backwards_gives_no_times() {
    let mut traffic = Traffic::new();
    let segments = [
        (From::Client, SYN, [1, 0, 0]),
        (From::Server, SYN_ACK, [5, 2, 0]),
        (From::Client, ACK, [2, 6, 0]),
        (From::Client, FIN_ACK, [2, 6, 0]),
        (From::Server, FIN_ACK, [6, 3, 0]),
        (From::Client, ACK, [3, 7, 0]),
    ];
    for start in [1_700_000_000_000_000_000, i64::MIN + 10_000_000, 0] {
        let stream = traffic.tracker.connection_count();
        for (index, (from, flags, numbers)) in segments.into_iter().enumerate() {
            let at = start - 1_000_000 * index as i64;
            traffic.put_at(stream, from, flags, numbers, at);
        }
        let connection = traffic.view().connection;
        let rtts = [connection.syn_ack_rtt_ns(), connection.ack_rtt_ns()];
        let spans = [connection.handshake_ns(), connection.teardown_ns(), connection.duration_ns()];
        assert_eq!((rtts, spans), ([None; 2], [None; 3]));
        assert_eq!(traffic.states(), (State::TimeWait, State::Closed));
        assert_eq!(connection.teardown(), TeardownKind::ThreeSegment);
    }
}
