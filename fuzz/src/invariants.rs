//! What must hold for each verdict, whatever the segments were. Every panic here is a finding.

use synfin::tcp::{Anomalies, Basis, Connection, End, Kind, Pass, Phase, Reset, Segment, Side, State, Verdict};

const CONN_STATES: [&str; 13] =
    ["S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH"];

/// What was said of one connection so far, to hold the next verdict against.
#[derive(Clone, Debug, Default)]
pub struct Before {
    last: Option<(Verdict, bool)>,
    /// Whether open step 3, close step 2 and close step 4 were performed in this attempt.
    performed: [bool; 3],
}

/// How far a state lies from the beginning of a connection's life.
fn rank(state: State) -> u8 {
    match state {
        State::Closed | State::Listen => 0,
        State::SynSent => 1,
        State::SynReceived => 2,
        State::Established => 3,
        State::FinWait1 | State::CloseWait => 4,
        State::FinWait2 | State::Closing | State::LastAck => 5,
        State::TimeWait => 6,
    }
}

impl Before {
    /// Holds a verdict against its segment and those before it. `connection` is as it is after the segment.
    pub fn check(&mut self, from: End, segment: &Segment, verdict: &Verdict, connection: &Connection, rebase: bool) {
        let kind = segment.kind();
        assert_eq!(verdict.sender, connection.side_of(from), "the sender is the side of its end");
        numbers(segment, verdict, rebase);
        steps(kind, verdict);
        self.progress(kind, verdict);
        self.states(kind, verdict);
        connection_words(connection);
        self.last = Some((*verdict, verdict.ended));
    }

    fn progress(&mut self, kind: Kind, verdict: &Verdict) {
        let starts_anew = kind == Kind::Syn && verdict.phase == Phase::Open;
        if starts_anew {
            self.performed = [false; 3];
        }
        let steps = [verdict.open_steps.has(3), verdict.close_steps.has(2), verdict.close_steps.has(4)];
        for (index, (done, now)) in self.performed.iter_mut().zip(steps).enumerate() {
            if now && *done {
                let repeat = verdict.repeats.ack || (index == 0 && verdict.repeats.syn);
                assert!(repeat, "step {index} is performed twice, and not as a repeat");
            }
            *done |= now;
        }
        let Some((last, _)) = self.last else { return };
        // A late SYN shows that the connection only begins now; a SYN-ACK, that a RST was ignored.
        let may_open = matches!(kind, Kind::Syn | Kind::SynAck) || verdict.ended;
        let goes_back =
            (verdict.phase == Phase::Open && may_open) || (last.phase == Phase::Closed && kind == Kind::SynAck);
        assert!(
            verdict.phase as u8 >= last.phase as u8 || goes_back,
            "phase {:?} after {:?}",
            verdict.phase,
            last.phase
        );
    }

    fn states(&self, kind: Kind, verdict: &Verdict) {
        assert_eq!(verdict.reset.is_some(), kind == Kind::Rst, "a RST has a kind of reset");
        assert!(!verdict.ended || verdict.reset.is_some_and(|reset| reset != Reset::Stray), "a stray RST ends nothing");
        if verdict.ended {
            assert_eq!(verdict.states.client, State::Closed, "ended by RST");
            assert!(matches!(verdict.states.server, State::Closed | State::Listen), "ended by RST");
        }
        let Some((last, _)) = self.last else { return };
        let same_roles = verdict.numbers.x_is_servers == last.numbers.x_is_servers;
        match kind {
            Kind::Other => assert_eq!(verdict.states, last.states, "OTHER changes no state"),
            Kind::Rst if verdict.reset == Some(Reset::Stray) => {
                assert_eq!(verdict.states, last.states, "a stray RST changes no state");
            }
            Kind::Ack | Kind::Fin if last.phase != Phase::Closed && verdict.phase != Phase::Closed => {
                for (now, before) in
                    [(verdict.states.client, last.states.client), (verdict.states.server, last.states.server)]
                {
                    let died = now == State::Closed && before == State::LastAck;
                    assert!(rank(now) >= rank(before) || died, "{now:?} after {before:?}");
                }
            }
            Kind::Ack | Kind::Fin | Kind::Rst | Kind::Syn | Kind::SynAck => {}
        }
        if matches!(kind, Kind::Rst | Kind::Other) && same_roles {
            assert_eq!((verdict.numbers.x, verdict.numbers.y), (last.numbers.x, last.numbers.y), "bases stay");
        }
    }
}

/// The offsets and the absolute numbers say the same.
fn numbers(segment: &Segment, verdict: &Verdict, rebase: bool) {
    let numbers = &verdict.numbers;
    let (own, peers) = if (verdict.sender == Side::Server) == numbers.x_is_servers {
        (numbers.x, numbers.y)
    } else {
        (numbers.y, numbers.x)
    };
    assert!(numbers.basis != Basis::Close || rebase, "a close base without the preference");
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
    assert!(!open.has(4), "an opening has three steps");
    match kind {
        Kind::Rst | Kind::Other => {
            assert!(open.is_empty() && close.is_empty(), "a RST or OTHER performs no step");
            assert!(!verdict.repeats.any(), "a RST or OTHER repeats nothing");
        }
        Kind::Syn => assert!(close.is_empty() && !open.has(2) && !open.has(3), "a SYN acknowledges nothing"),
        Kind::SynAck | Kind::Ack | Kind::Fin => {}
    }
    assert!(!open.has(1) || kind == Kind::Syn, "step 1 is a SYN's");
    assert!(!close.has(1) || kind == Kind::Fin, "close step 1 is a FIN's");
    assert!(!close.has(3) || kind == Kind::Fin, "close step 3 is a FIN's");
    assert!(!verdict.repeats.syn || matches!(kind, Kind::Syn | Kind::SynAck), "only a SYN repeats a SYN");
    assert!(!verdict.repeats.fin || kind == Kind::Fin, "only a FIN repeats a FIN");
    assert!(!verdict.anomalies.has(Anomalies::SECOND_FIN) || kind == Kind::Fin, "only a FIN is a second FIN");
    assert!(kind != Kind::Fin || verdict.phase as u8 >= Phase::Close as u8, "a FIN begins the closing");
    assert!(!close.has(2) || !close.has(1), "a FIN does not acknowledge itself");
}

/// What is said of the connection is one of the words there are, and final when asked so.
fn connection_words(connection: &Connection) {
    assert!(CONN_STATES.contains(&connection.conn_state()), "a conn_state of Zeek's");
    assert_ne!(connection.handshake_outcome(Pass::Final).name(), "pending", "nothing is pending at the end");
    assert_ne!(connection.teardown_kind(Pass::Final).name(), "pending", "nothing is pending at the end");
    let mut letters = 0;
    connection.history(|letter| {
        assert!(b"^SHADFRIQshadfriq".contains(&letter), "a letter of Zeek's");
        letters += 1;
    });
    assert!(letters <= synfin::tcp::HISTORY_MAX + 1, "the history has an end");
}
