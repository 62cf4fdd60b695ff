//! What must hold for each verdict, whatever the segments were. Every panic here is a finding.

use synfin_core::connection::{Arrival, Connection, HISTORY_MAX, State};
use synfin_core::segment::{End, Ends, Kind, Segment, Side};
use synfin_core::view::{Anomalies, Basis, Pass, Phase, Reset, ResetDetail, Verdict};

use crate::rank::rank;

/// The verdict on a segment, and its detail for a RST.
pub type SegmentVerdict = (Verdict, Option<ResetDetail>);

/// What was said of one connection so far, to hold the next verdict against.
#[derive(Clone, Debug, Default)]
pub struct History {
    last: Option<Last>,
    /// Whether open step 3, close step 2 and close step 4 were performed in this attempt.
    performed: [bool; 3],
    /// Whether it was said, of the RST that ended the connection, that it was forged and that it was ignored.
    said: [bool; 2],
}

#[derive(Clone, Copy, Debug)]
struct Last {
    verdict: Verdict,
    states: Ends<State>,
    was_captured: bool,
    was_ended: bool,
}

/// Whether X is the server's.
fn x_is_servers(verdict: &Verdict) -> bool {
    (verdict.sender == Side::Server) == verdict.numbers.x_is_senders
}

impl History {
    /// Holds what was said against its segment and those before it. `connection` is as it is after the segment.
    pub fn check(&mut self, arrival: &Arrival, segment: &Segment, said: &SegmentVerdict, connection: &Connection) {
        let (verdict, detail) = said;
        let kind = segment.kind();
        assert_eq!(verdict.sender, connection.side(arrival.end), "the sender is the side of its end");
        assert_eq!(verdict.states, connection.states_now(), "the states are those in force");
        assert_eq!(verdict.reset.is_some(), kind == Kind::Rst, "a RST has a value, and nothing else");
        assert_eq!(detail.is_some(), kind == Kind::Rst && !verdict.is_copy, "and more is said of it, once");
        numbers(segment, verdict, arrival.rebase);
        steps(kind, verdict);
        let states = Ends::of(connection.end(Side::Client), verdict.states.client, verdict.states.server);
        let is_ended = connection.ended_by(Pass::First).is_some();
        let was_ended = self.last.is_some_and(|last| last.was_ended);
        assert_eq!(verdict.ended, is_ended && !was_ended, "what ended it is a RST that says so");
        if verdict.is_copy {
            copy(verdict);
        } else {
            self.progress(kind, verdict, connection, is_ended);
            self.withdrawal(verdict, connection, was_ended, is_ended);
            self.states(arrival.end, kind, verdict, states, connection);
        }
        connection_words(connection);
        let was_captured = connection.is_handshake_captured();
        self.last = Some(Last { verdict: *verdict, states, was_captured, was_ended: is_ended });
    }

    /// Whether the segment begins the connection, or an attempt: states and phases may start again.
    fn begins(&self, verdict: &Verdict, connection: &Connection) -> bool {
        let was_captured = self.last.is_some_and(|last| last.was_captured);
        (!was_captured && connection.is_handshake_captured()) || verdict.anomalies.contains(Anomalies::NEW_ATTEMPT)
    }

    fn progress(&mut self, kind: Kind, verdict: &Verdict, connection: &Connection, is_ended: bool) {
        let begins = self.begins(verdict, connection);
        if begins {
            self.performed = [false; 3];
        }
        let steps = [verdict.open_steps.has(3), verdict.close_steps.has(2), verdict.close_steps.has(4)];
        for (index, (done, now)) in self.performed.iter_mut().zip(steps).enumerate() {
            if now && *done {
                // A SYN-ACK may have performed a step of the teardown as well, and shows it when it is repeated.
                let repeat = verdict.repeats.ack || (verdict.repeats.syn && (index == 0 || kind == Kind::SynAck));
                assert!(repeat, "step {index} is performed twice, and not as a repeat: {verdict:?}");
            }
            *done |= now;
        }
        let Some(last) = self.last else { return };
        let before = last.verdict.phase;
        let is_withdrawn = last.was_ended && !is_ended;
        // A SYN-ACK again takes the handshake back, a FIN again the end of the teardown; a RST may still break one off.
        let goes_back = match verdict.phase {
            Phase::Handshake => kind == Kind::SynAck || verdict.ended,
            Phase::Teardown => verdict.repeats.fin || verdict.ended,
            Phase::Data | Phase::Closed => false,
        };
        // A copy shows what holds after its original.
        let is_forward = verdict.phase as u8 >= before as u8 || last.verdict.is_copy;
        assert!(is_forward || begins || is_withdrawn || goes_back, "phase {:?} after {before:?}", verdict.phase);
        if is_withdrawn && !begins {
            assert!(kind != Kind::Rst && kind != Kind::Other, "a RST is withdrawn by a segment that speaks");
        }
    }

    /// A RST is withdrawn by what its sender or its receiver shows, each of which is said once; before it all is closed.
    fn withdrawal(&mut self, verdict: &Verdict, connection: &Connection, was_ended: bool, is_ended: bool) {
        if verdict.ended {
            self.said = [false; 2];
        }
        let shows = [Anomalies::RESET_FORGED, Anomalies::RESET_IGNORED].map(|shown| verdict.anomalies.contains(shown));
        for (said, shows) in self.said.iter_mut().zip(shows) {
            assert!(!shows || (was_ended && !*said), "a RST is called forged or ignored once, and while it stands");
            *said |= shows;
        }
        assert!(shows != [true; 2], "one segment speaks for one side");
        if was_ended && !is_ended && !self.begins(verdict, connection) {
            assert!(self.said != [false; 2], "a RST is withdrawn, and nobody showed anything");
            assert!(connection.withdrawn().is_some(), "a withdrawn RST is told of");
        }
        if was_ended && is_ended && !verdict.ended {
            assert_eq!(verdict.phase, Phase::Closed, "what follows the RST is closed until it is withdrawn");
            assert!(!verdict.close_steps.has(1), "no FIN begins a close there");
        }
    }

    fn states(&self, from: End, kind: Kind, verdict: &Verdict, states: Ends<State>, connection: &Connection) {
        let is_quiet = matches!(verdict.reset, Some(Reset::Stray | Reset::Challenged)) || kind == Kind::Other;
        assert!(!verdict.ended || !is_quiet, "a stray or challenged RST ends nothing");
        if verdict.ended {
            for end in End::BOTH {
                assert!(matches!(states[end], State::Closed | State::Listen), "ended by RST");
            }
        }
        let Some(last) = self.last else { return };
        if is_quiet {
            assert!(states == last.states || !last.was_captured, "OTHER and a RST that is not taken change no state");
        }
        if self.begins(verdict, connection) {
            return;
        }
        let same_roles = x_is_servers(verdict) == x_is_servers(&last.verdict);
        if matches!(kind, Kind::Rst | Kind::Other) && same_roles {
            let (now, before) = (verdict.numbers, last.verdict.numbers);
            assert_eq!((now.x, now.y), (before.x, before.y), "bases stay");
        }
        // A state goes back on its owner's segment alone: the peer's moves on, or ends.
        let (was, is) = (last.states[from.peer()], states[from.peer()]);
        let is_done = was == State::LastAck && is == State::Closed;
        let is_reset = kind == Kind::Rst && matches!(is, State::Closed | State::Listen);
        assert!(is_reset || is_done || rank(is) >= rank(was), "the peer: {is:?} after {was:?}");
    }
}

/// A copy is the original once more, and nothing else.
fn copy(verdict: &Verdict) {
    assert!(!verdict.repeats.any(), "a copy is no retransmission");
    assert!(!verdict.ended, "a copy ends nothing");
    let others = verdict.anomalies.difference(Anomalies::CAPTURED_TWICE);
    assert!(others.is_empty(), "a copy shows {others:?}");
}

/// The offsets and the absolute numbers say the same.
fn numbers(segment: &Segment, verdict: &Verdict, rebase: bool) {
    let numbers = &verdict.numbers;
    let (own, peers) = if numbers.x_is_senders { (numbers.x, numbers.y) } else { (numbers.y, numbers.x) };
    assert!(numbers.basis != Basis::Teardown || rebase, "a base of the teardown without the preference");
    let agree = |number: u32, base: Option<u32>, offset: Option<i64>| match (base, offset) {
        (Some(base), Some(offset)) => number.wrapping_sub(base) == offset as u32,
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    assert!(agree(segment.seq.0, own, numbers.seq), "Seq and its offset disagree: {numbers:?}");
    match segment.acknowledgment() {
        Some(ack) => assert!(agree(ack.0, peers, numbers.ack), "Ack and its offset disagree: {numbers:?}"),
        None => assert_eq!(numbers.ack, None, "an Ack without the flag"),
    }
}

/// Who may perform which step.
fn steps(kind: Kind, verdict: &Verdict) {
    let (open, close) = (verdict.open_steps, verdict.close_steps);
    assert!(!open.has(4), "a handshake has three steps");
    match kind {
        Kind::Rst | Kind::Other => {
            assert!(open.is_empty() && close.is_empty(), "a RST or OTHER performs no step");
            assert!(!verdict.repeats.any(), "a RST or OTHER repeats nothing");
        }
        Kind::Syn => assert!(close.is_empty() && !open.has(2) && !open.has(3), "a SYN acknowledges nothing"),
        Kind::SynAck | Kind::Ack | Kind::Fin => {}
    }
    assert!(!open.has(1) || kind == Kind::Syn, "step 1 is a SYN's");
    assert!(!close.has(1) || kind == Kind::Fin, "teardown step 1 is a FIN's");
    assert!(!close.has(3) || kind == Kind::Fin, "teardown step 3 is a FIN's");
    assert!(!verdict.repeats.syn || matches!(kind, Kind::Syn | Kind::SynAck), "only a SYN repeats a SYN");
    assert!(!verdict.repeats.fin || kind == Kind::Fin, "only a FIN repeats a FIN");
    assert!(!verdict.anomalies.contains(Anomalies::SECOND_FIN) || kind == Kind::Fin, "only a FIN is a second FIN");
    // A copy may be one of a segment of the attempt before.
    let is_closing = verdict.phase as u8 >= Phase::Teardown as u8 || verdict.is_copy;
    assert!(close.is_empty() || is_closing, "a FIN begins the teardown");
    assert!(!close.has(2) || !close.has(1), "a FIN does not acknowledge itself");
    assert!(!verdict.is_older || (open.is_empty() && close.is_empty()), "an older connection performs no step");
}

/// What is said of the connection is final when asked so.
fn connection_words(connection: &Connection) {
    assert_ne!(connection.handshake_outcome(Pass::Final).name(), "pending", "nothing is pending at the end");
    assert_ne!(connection.teardown_kind(Pass::Final).name(), "pending", "nothing is pending at the end");
    let mut letters = 0;
    connection.history(|letter| {
        assert!(b"^SHADFRIQshadfriq".contains(&letter), "a letter of Zeek's");
        letters += 1;
    });
    assert!(letters <= HISTORY_MAX + 1, "the history has an end");
}
