//! When both sides go on after a RST, it was forged or never arrived. What follows is then judged as if the RST had not been
//! there.
//!
//! Whole connections of every shape are played with such a RST somewhere in the middle, and without it: what is said of the
//! segments after it, and of the connection at the end, is the same.

use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::*;
use synfin_core::capture::{Event, Options, Path, SegmentId, Tracker};
use synfin_core::segment::{Flags, Segment, Seq, Side, Timestamp};
use synfin_core::view::{Anomalies, Pass, Phase, SegmentView, State};

const ISN: [u32; 2] = [u32::MAX - 40, 7_000];
const FIN: u16 = 0x01;
const SYN: u16 = 0x02;
const RST: u16 = 0x04;
const ACK: u16 = 0x10;
const SECOND: i64 = 1_000_000_000;

/// How the connection closes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Close {
    Not,
    FourSegments,
    ThreeSegments,
    Simultaneous,
    Half,
    Reset,
}

/// A connection with a RST in its midst.
#[derive(Clone, Debug)]
struct Plan {
    /// Segments of data before the RST and after it: whether the client's, and their bytes.
    before: Vec<(bool, u32)>,
    after: Vec<(bool, u32)>,
    /// Who seems to send the RST, whether with ACK, and how far in front of its right number: by one it is still taken.
    reset: (bool, bool, u32),
    /// Whether the one that seems to have sent it is the first to go on.
    is_forged_first: bool,
    close: Close,
    closer: bool,
    /// Nanoseconds until somebody goes on.
    gap: i64,
}

fn data() -> impl Strategy<Value = Vec<(bool, u32)>> {
    prop::collection::vec((any::<bool>(), 1u32..2000), 0..5)
}

prop_compose! {
    fn plan()(
        before in data(), after in data(),
        reset in (any::<bool>(), any::<bool>(), 0u32..2),
        is_forged_first in any::<bool>(),
        close in prop::sample::select(vec![
            Close::Not, Close::FourSegments, Close::ThreeSegments, Close::Simultaneous, Close::Half, Close::Reset,
        ]),
        closer in any::<bool>(),
        gap in SECOND + 1..60 * SECOND,
    ) -> Plan {
        Plan { before, after, reset, is_forged_first, close, closer, gap }
    }
}

/// Two endpoints that lose nothing.
struct Wire {
    next: [u32; 2],
    at: i64,
    sent: Vec<(usize, Segment)>,
}

impl Wire {
    fn put(&mut self, from: usize, flags: u16, payload_len: u32) {
        let segment = self.segment(from, flags, payload_len);
        self.next[from] = segment.next().0;
        self.sent.push((from, segment));
    }

    fn segment(&mut self, from: usize, flags: u16, payload_len: u32) -> Segment {
        self.at += 1_000_000;
        Segment {
            seq: Seq(self.next[from]),
            ack: Seq(if flags & ACK == 0 { 0 } else { self.next[1 - from] }),
            flags: Flags(flags),
            window: 60_000,
            payload_len,
            source_port: [40_000, 80][from],
            destination_port: [80, 40_000][from],
            at: Some(Timestamp(self.at)),
            ..Segment::default()
        }
    }

    fn exchange(&mut self, data: &[(bool, u32)]) {
        for &(is_clients, len) in data {
            let from = usize::from(!is_clients);
            self.put(from, ACK, len);
            self.put(1 - from, ACK, 0);
        }
    }

    fn close(&mut self, close: Close, closer: usize) {
        let other = 1 - closer;
        match close {
            Close::Not => {}
            Close::Half => {
                self.put(closer, FIN | ACK, 0);
                self.put(other, ACK, 0);
                self.put(other, ACK, 30);
            }
            Close::FourSegments => {
                self.put(closer, FIN | ACK, 0);
                self.put(other, ACK, 0);
                self.put(other, FIN | ACK, 0);
                self.put(closer, ACK, 0);
            }
            Close::ThreeSegments => {
                self.put(closer, FIN | ACK, 9);
                self.put(other, FIN | ACK, 0);
                self.put(closer, ACK, 0);
            }
            Close::Simultaneous => {
                let crossing = self.segment(other, FIN | ACK, 0);
                self.put(closer, FIN | ACK, 0);
                self.next[other] = crossing.next().0;
                self.sent.push((other, crossing));
                self.put(other, ACK, 0);
                self.put(closer, ACK, 0);
            }
            Close::Reset => self.put(closer, RST | ACK, 0),
        }
    }
}

/// The segments of the plan, and the place of its RST and of the segment that withdraws it.
fn play(plan: &Plan) -> (Vec<(usize, Segment)>, usize, usize) {
    let mut wire = Wire { next: ISN, at: 1_700_000_000 * SECOND, sent: Vec::new() };
    wire.put(0, SYN, 0);
    wire.put(1, SYN | ACK, 0);
    wire.put(0, ACK, 0);
    wire.exchange(&plan.before);
    let reset_at = wire.sent.len();
    let (is_clients, has_ack, in_front) = plan.reset;
    let by = usize::from(!is_clients);
    let mut reset = wire.segment(by, if has_ack { RST | ACK } else { RST }, 0);
    // One number in front of the next one is what a keep-alive acknowledged: still the receiver's left edge or at it.
    reset.seq = reset.seq.back(in_front);
    wire.sent.push((by, reset));
    wire.at += plan.gap;
    // One sends what is new, and the other acknowledges it: neither takes the connection for closed.
    let first = if plan.is_forged_first { by } else { 1 - by };
    wire.put(first, ACK, 500);
    let withdrawn_at = wire.sent.len();
    wire.put(1 - first, ACK, 0);
    wire.exchange(&plan.after);
    wire.close(plan.close, usize::from(!plan.closer));
    (wire.sent, reset_at, withdrawn_at)
}

/// What is said in the end of a connection that may have lost its RST.
struct Replay {
    tracker: Tracker,
    segments: Vec<(usize, usize, Segment)>,
}

fn path(from: usize) -> Path {
    let address = |side: usize| Some(IpAddr::V4(Ipv4Addr::new(10, 0, 0, if side == 0 { 1 } else { 2 })));
    Path { source: address(from), destination: address(1 - from) }
}

impl Replay {
    fn new(segments: &[(usize, Segment)], without: Option<usize>) -> Replay {
        let mut told = Replay { tracker: Tracker::new(Options::default()), segments: Vec::new() };
        for (index, (from, segment)) in segments.iter().enumerate().filter(|(index, _)| Some(*index) != without) {
            told.tracker
                .observe(Replay::id(index), Event::Segment { stream: 0, path: &path(*from), segment })
                .expect("room");
            told.segments.push((index, *from, *segment));
        }
        told
    }

    fn id(index: usize) -> SegmentId {
        SegmentId { frame: u32::try_from(index).expect("few") + 1, layer: 0 }
    }

    fn view(&self, index: usize) -> SegmentView<'_> {
        let (_, from, segment) = self.segments.iter().find(|(known, ..)| *known == index).expect("it is there");
        self.tracker.segment(Replay::id(index), path(*from), segment, Pass::Final).expect("taken in")
    }

    /// Outcome, kinds, closer, links, states, bytes.
    fn whole(&self) -> String {
        let view = self.tracker.connection(0, Pass::Final).expect("a connection");
        format!(
            "{:?}",
            (
                (view.handshake_kind(), view.outcome(), view.teardown(), view.closer(), view.ended_by(Pass::Final)),
                (view.handshake_frames(), view.teardown_frames(), view.closed_frame()),
                (view.states_now(), view.half_close_bytes(), view.fins(Side::Client), view.fins(Side::Server)),
                (view.bytes(Side::Client), view.bytes(Side::Server), view.handshake_ns(), view.teardown_ns()),
            )
        )
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn a_withdrawn_reset_leaves_nothing(plan in plan()) {
        let (segments, reset_at, withdrawn_at) = play(&plan);
        let with = Replay::new(&segments, None);
        let without = Replay::new(&segments, Some(reset_at));
        let reset = with.view(reset_at);
        prop_assert!(reset.verdict.ended && reset.is_ignored, "{:?}", reset.verdict);
        prop_assert_eq!(reset.verdict.states.client, State::Closed);
        prop_assert_eq!(with.view(withdrawn_at - 1).verdict.phase, Phase::Closed, "it may still be meant");
        let forged = with.view(if plan.is_forged_first { withdrawn_at - 1 } else { withdrawn_at });
        prop_assert!(forged.verdict.anomalies.contains(Anomalies::RESET_FORGED), "{:?}", forged.verdict);
        let ignored = with.view(if plan.is_forged_first { withdrawn_at } else { withdrawn_at - 1 });
        prop_assert!(ignored.verdict.anomalies.contains(Anomalies::RESET_IGNORED), "{:?}", ignored.verdict);
        let marks = Anomalies::RESET_FORGED.union(Anomalies::RESET_IGNORED);
        for index in withdrawn_at..segments.len() {
            let mut verdict = with.view(index).verdict;
            verdict.anomalies.remove(marks);
            prop_assert_eq!(verdict, without.view(index).verdict, "segment {}", index);
        }
        prop_assert_eq!(with.whole(), without.whole());
    }
}
