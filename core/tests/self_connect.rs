//! A connection between an endpoint and itself: every segment is the client's, whatever comes in whatever order.

use std::net::{IpAddr, Ipv4Addr};

use synfin_core::capture::{Event, Options, Path, SegmentId, Tracker};
use synfin_core::segment::{Flags, Segment, Seq, Side};
use synfin_core::view::{Anomalies, Pass, State};

const SYN: Flags = Flags::SYN;
const ACK: Flags = Flags::ACK;

/// The sides' states and the sender after each segment: its flags, Seq and Ack.
fn play(segments: &[(Flags, u32, u32)]) -> Vec<(Side, State, State, Anomalies)> {
    let here = Some(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)));
    let path = Path { source: here, destination: here };
    let mut tracker = Tracker::new(Options::default());
    let segment = |&(flags, seq, ack): &(Flags, u32, u32)| Segment {
        flags,
        seq: Seq(seq),
        ack: Seq(ack),
        window: 1000,
        source_port: 40_000,
        destination_port: 40_000,
        ..Segment::default()
    };
    let mut said = Vec::new();
    for (index, one) in segments.iter().enumerate() {
        let id = SegmentId { frame: u32::try_from(index + 1).unwrap(), layer: 0 };
        let segment = segment(one);
        tracker.observe(id, Event::Segment { stream: 0, path: &path, segment: &segment }).unwrap();
        let verdict = tracker.segment(id, path, &segment, Pass::First).unwrap().verdict;
        said.push((verdict.sender, verdict.states.client, verdict.states.server, verdict.anomalies));
    }
    said
}

/// As the kernel does it: its SYN is answered by its own SYN-ACK (RFC 9293 section 3.5, figure 7 with one side).
#[test]
fn the_usual_order() {
    let said = play(&[(SYN, 99, 0), (SYN.with(ACK), 99, 100), (ACK, 100, 100)]);
    assert!(said.iter().all(|(sender, ..)| *sender == Side::Client));
    let warned: Vec<bool> = said.iter().map(|(.., anomalies)| anomalies.contains(Anomalies::SELF_CONNECT)).collect();
    assert_eq!(warned, [true, false, false]);
    assert_eq!((said[0].1, said[0].2), (State::SynSent, State::SynReceived));
}

/// Whatever comes in whatever order: states that were reached are never back at the beginning.
#[test]
fn nothing_begins_anew() {
    let all = [
        (SYN, 99, 0),
        (SYN.with(ACK), 99, 100),
        (SYN.with(ACK), 99, 777),
        (ACK, 100, 100),
        (ACK, 50, 50),
        (ACK.with(Flags::FIN), 100, 100),
    ];
    for one in all {
        for two in all {
            for three in all {
                let said = play(&[one, two, three]);
                let is_begun = |(_, client, server, _): &(_, State, State, _)| {
                    *client != State::Closed || *server != State::Listen
                };
                let begun = said.iter().position(is_begun).unwrap_or(said.len());
                assert!(said[begun..].iter().all(is_begun), "{one:?} {two:?} {three:?}: {said:?}");
            }
        }
    }
}

/// A SYN-ACK or SYN that comes late sets nothing back: states that were reached stay.
#[test]
fn late_syn_and_syn_ack() {
    for late in [SYN, SYN.with(ACK)] {
        let said = play(&[(ACK, 100, 100), (ACK, 100, 100), (late, 99, 100), (ACK, 100, 100)]);
        assert!(said.iter().all(|(sender, ..)| *sender == Side::Client), "{said:?}");
        for (_, client, server, _) in &said {
            assert_eq!((*client, *server), (State::Established, State::Established), "{said:?}");
        }
    }
}
