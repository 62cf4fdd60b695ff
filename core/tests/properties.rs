//! Any sequence of segments: nothing panics; what is said of a segment never depends on what comes after it; steps and
//! numbers agree with each other; only its owner's segment moves a state back; a copy and an ICMP error change nothing.

mod random;
#[path = "../../fuzz/src/rank.rs"]
mod rank;

use proptest::prelude::*;
use random::{RandomSegment, id, path, segment, taken_in};
use rank::rank;
use synfin_core::capture::{Event, Options, SegmentId, Tracker};
use synfin_core::segment::icmp::{IcmpError, IcmpKind};
use synfin_core::segment::{Both, End, Ends, Kind, Seq, Side};
use synfin_core::view::{
    Anomalies, ConnectionView, HandshakeKind, HandshakeOutcome, Pass, Reset, ResetDetail, State, TeardownKind, Verdict,
};

/// The verdict on a segment, and its detail for a RST.
type SegmentVerdict = (Verdict, Option<ResetDetail>);

fn said(tracker: &Tracker, at: SegmentId, pass: Pass, (to_server, segment): &RandomSegment) -> SegmentVerdict {
    let view = tracker.segment(at, path(*to_server), segment, pass).expect("it was taken in");
    (view.verdict, view.detail)
}

/// Takes them in one by one, and gives what was said of each at once.
fn said_at_first(segments: &[RandomSegment]) -> (Tracker, Vec<SegmentVerdict>) {
    let mut tracker = Tracker::new(Options::default());
    let mut all = Vec::new();
    for (index, sent) in segments.iter().enumerate() {
        tracker.observe(id(index), Event::Segment { stream: 0, path: &path(sent.0), segment: &sent.1 }).expect("room");
        all.push(said(&tracker, id(index), Pass::First, sent));
        tracker.pack();
    }
    (tracker, all)
}

/// What is said of the whole connection, but for its last segment.
#[derive(PartialEq, Debug)]
struct Whole {
    kind: Option<HandshakeKind>,
    outcome: HandshakeOutcome,
    teardown: TeardownKind,
    closer: Option<Side>,
    ended_by: Option<(Side, u32, Reset)>,
    states: Both<State>,
    frames: ([u32; 3], [u32; 4]),
    times: [Option<u64>; 4],
    counts: [(u32, u64); 2],
    half_close_bytes: Option<u64>,
    asked: (u32, u32),
    zeek: (&'static str, String),
}

impl Whole {
    fn of(view: &ConnectionView) -> Whole {
        let mut history = String::new();
        view.history(|letter| history.push(char::from(letter)));
        Whole {
            kind: view.handshake_kind(),
            outcome: view.outcome(),
            teardown: view.teardown(),
            closer: view.closer(),
            ended_by: view.ended_by(view.pass),
            states: view.states_now(),
            frames: (view.handshake_frames(), view.teardown_frames()),
            times: [view.handshake_ns(), view.syn_ack_rtt_ns(), view.ack_rtt_ns(), view.teardown_ns()],
            counts: [Side::Client, Side::Server].map(|side| (view.packets(side), view.bytes(side))),
            half_close_bytes: view.half_close_bytes(),
            asked: (view.syns(), view.attempts()),
            zeek: (view.conn_state().name(), history),
        }
    }
}

fn by_end(view: &ConnectionView) -> Ends<State> {
    let states = view.states_now();
    Ends::of(view.end(Side::Client), states.client, states.server)
}

/// The end that sends: the server's address sorts behind the client's.
fn sender((to_server, _): &RandomSegment) -> End {
    if *to_server { End::Low } else { End::High }
}

/// Whether a copy of the segment is known as one: it is of a sort that is kept.
fn is_kept((_, segment): &RandomSegment, (verdict, _): &SegmentVerdict) -> bool {
    let performs = !verdict.open_steps.is_empty() || !verdict.close_steps.is_empty();
    !verdict.is_copy
        && match segment.kind() {
            Kind::Syn | Kind::SynAck | Kind::Fin | Kind::Rst => true,
            Kind::Ack => performs,
            Kind::Other => false,
        }
}

/// 3000 cases of each property; as many as `PROPTEST_CASES` says where that is set (`PROPTEST_RNG_SEED`: of which seed).
fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_some() { usual } else { ProptestConfig { cases: 3000, ..usual } }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn one_pass_and_any_later_look_say_the_same(segments in prop::collection::vec(segment(), 1..40)) {
        let (tracker, at_first) = said_at_first(&segments);
        let mut lasts = 0;
        // In any order, and after all the rest: backwards here.
        for (index, sent) in segments.iter().enumerate().rev() {
            for pass in [Pass::Final, Pass::First] {
                prop_assert_eq!(said(&tracker, id(index), pass, sent), at_first[index]);
            }
            let view = tracker.segment(id(index), path(sent.0), &sent.1, Pass::Final).expect("taken in");
            lasts += usize::from(view.is_last);
            prop_assert!(!view.is_ignored || view.verdict.reset.is_some(), "only a RST is ignored");
        }
        prop_assert_eq!(lasts, 1, "one last segment a connection");
    }

    #[test]
    fn what_is_said_is_consistent(segments in prop::collection::vec(segment(), 1..40)) {
        let (tracker, all) = said_at_first(&segments);
        for ((_, segment), (said, detail)) in segments.iter().zip(&all) {
            let mut role = String::new();
            said.role(segment, |piece| role.push_str(piece));
            let has = |word: &str| role.split('+').any(|part| part == word);
            prop_assert!(!(has("RST") || has("OTHER")) || (said.open_steps.is_empty() && said.close_steps.is_empty()), "{role}");
            prop_assert_eq!(has("CLOSE-ACK"), said.close_steps.has(2) || said.close_steps.has(4), "{}", role);
            prop_assert!(!has("OPEN-ACK") || said.open_steps.has(2) || said.open_steps.has(3), "{role}");
            prop_assert_eq!(said.reset.is_some(), has("RST"), "{}", role);
            prop_assert_eq!(detail.is_some(), has("RST") && !said.is_copy, "{}", role);
            prop_assert!(!said.is_copy || !said.repeats.any(), "a copy is no retransmission");
            // Expressions and numbers agree on the circle.
            let base = if said.numbers.x_is_senders { said.numbers.x } else { said.numbers.y };
            prop_assert_eq!(said.numbers.seq.is_some(), base.is_some());
            if let (Some(offset), Some(base)) = (said.numbers.seq, base) {
                let low = u32::try_from(offset.rem_euclid(1 << 32)).expect("32 bits");
                prop_assert_eq!(base.wrapping_add(low), segment.seq.0);
            }
        }
        let view = tracker.connection(0, Pass::Final).expect("a connection");
        prop_assert_ne!(view.outcome(), HandshakeOutcome::Pending, "nothing is pending at the end");
        prop_assert_ne!(view.teardown(), TeardownKind::Pending, "nothing is pending at the end");
    }

    #[test]
    fn a_state_goes_back_on_its_owners_segment_alone(segments in prop::collection::vec(segment(), 1..60)) {
        let mut tracker = Tracker::new(Options::default());
        for (index, sent) in segments.iter().enumerate() {
            let before = tracker.connection(0, Pass::First).map(|view| (by_end(&view), view.is_handshake_captured()));
            tracker.observe(id(index), Event::Segment { stream: 0, path: &path(sent.0), segment: &sent.1 }).expect("room");
            let Some((before, was_captured)) = before else { continue };
            let view = tracker.connection(0, Pass::First).expect("a connection");
            let (verdict, _) = said(&tracker, id(index), Pass::First, sent);
            let peer = sender(sent).peer();
            let (was, is) = (before[peer], by_end(&view)[peer]);
            // The first SYN or SYN-ACK after other segments shows that the connection only begins; an attempt begins anew.
            let begins = !was_captured && view.is_handshake_captured();
            if begins || verdict.anomalies.contains(Anomalies::NEW_ATTEMPT) || before == by_end(&view) {
                continue;
            }
            let ends = matches!(is, State::Closed | State::Listen) && verdict.reset.is_some();
            let is_done = was == State::LastAck && is == State::Closed;
            prop_assert!(rank(is) >= rank(was) || ends || is_done, "segment {}: {was:?} to {is:?}", index);
        }
    }

    #[test]
    fn a_copy_changes_nothing(
        segments in prop::collection::vec(segment(), 1..40),
        picks in prop::collection::vec(any::<(bool, bool)>(), 40),
    ) {
        // Every packet is one of its own, until it is captured again on the other side of a router.
        let segments: Vec<RandomSegment> = (1u16..).zip(segments).map(|(id, (to_server, mut segment))| {
            (segment.network.identification, segment.network.hops) = (Some(id), Some(64));
            (to_server, segment)
        }).collect();
        let (plain, at_first) = said_at_first(&segments);
        let mut tracker = Tracker::new(Options::default());
        let (mut copies, mut waiting) = (0, None);
        for (index, sent) in segments.iter().enumerate() {
            tracker.observe(id(index), Event::Segment { stream: 0, path: &path(sent.0), segment: &sent.1 }).expect("room");
            let (mut verdict, detail) = said(&tracker, id(index), Pass::First, sent);
            let is_first_copy = verdict.anomalies.contains(Anomalies::CAPTURED_TWICE);
            prop_assert!(!is_first_copy, "only a copy is one");
            verdict.anomalies.remove(Anomalies::CAPTURED_TWICE);
            prop_assert_eq!((verdict, detail), at_first[index], "segment {} of {:?}", index, segments);
            let (is_picked, is_late) = picks[index];
            let mut again = waiting.take().map(|copy| vec![copy]).unwrap_or_default();
            if is_picked && is_kept(sent, &at_first[index]) {
                // At once, or after the other side's next segment.
                let is_others_next = segments.get(index + 1).is_some_and(|next| next.0 != sent.0);
                if is_late && is_others_next { waiting = Some(index) } else { again.push(index) }
            }
            for original in again {
                let (to_server, mut copy) = segments[original];
                copy.network.hops = Some(63);
                let at = SegmentId { frame: id(index).frame + 1 + u32::from(original == index), layer: 0 };
                tracker.observe(at, Event::Segment { stream: 0, path: &path(to_server), segment: &copy }).expect("room");
                let (verdict, detail) = said(&tracker, at, Pass::First, &(to_server, copy));
                let (first, _) = at_first[original];
                prop_assert!(verdict.is_copy, "segment {} again: {:?}", original, verdict);
                prop_assert_eq!((verdict.open_steps, verdict.close_steps), (first.open_steps, first.close_steps));
                prop_assert_eq!((verdict.reset, detail), (first.reset, None));
                prop_assert_eq!(verdict.states, at_first[index].0.states, "the states in force");
                prop_assert_eq!(verdict.anomalies.contains(Anomalies::CAPTURED_TWICE), copies == 0);
                copies += 1;
            }
        }
        let [one, other] = [&plain, &tracker].map(|tracker| Whole::of(&tracker.connection(0, Pass::Final).expect("it")));
        prop_assert_eq!(one, other);
        prop_assert_eq!(taken_in(&segments).segment_count() + copies, tracker.segment_count());
    }

    #[test]
    fn an_icmp_error_changes_no_state(
        segments in prop::collection::vec(segment(), 1..40),
        errors in prop::collection::vec((any::<bool>(), any::<prop::sample::Index>(), -3i32..8), 40),
    ) {
        let (plain, at_first) = said_at_first(&segments);
        let mut tracker = Tracker::new(Options::default());
        for (index, sent) in segments.iter().enumerate() {
            let event = Event::Segment { stream: 0, path: &path(sent.0), segment: &sent.1 };
            tracker.observe(id(index), event).expect("room");
            prop_assert_eq!(said(&tracker, id(index), Pass::First, sent), at_first[index], "segment {}", index);
            let (is_picked, quoted, near) = errors[index];
            if is_picked {
                let (to_server, quoted) = segments[quoted.index(index + 1)];
                let ends = path(to_server);
                let error = IcmpError {
                    kind: IcmpKind::HostUnreachable,
                    source: ends.source.expect("known"),
                    destination: ends.destination.expect("known"),
                    source_port: quoted.source_port,
                    destination_port: quoted.destination_port,
                    seq: Seq(quoted.seq.0.wrapping_add_signed(near)),
                };
                // About a number that was not sent it is none of this connection's.
                let _ = tracker.observe(id(index), Event::IcmpError { from: None, error: &error });
            }
        }
        let view = tracker.connection(0, Pass::Final).expect("it");
        let mut with = Whole::of(&view);
        let without = Whole::of(&plain.connection(0, Pass::Final).expect("it"));
        if with.outcome != without.outcome {
            prop_assert_eq!(with.outcome, HandshakeOutcome::Unreachable);
            prop_assert!(view.icmp().is_some(), "no error says so");
            with.outcome = without.outcome;
        }
        prop_assert_eq!(with, without);
    }
}
