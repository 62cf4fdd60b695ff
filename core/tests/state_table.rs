//! Every trigger in every state: what it leads to, written from RFC 9293 section 3.10 and figure 5 by hand.
//!
//! Sometimes the RFC lets a receiver drop a segment, and the observer still learns from it, since the sender is believed to
//! follow the RFC: a FIN of a side that was thought to be in SYN-SENT shows that it was open. These cells say so in the
//! comment of their row.

use synfin_core::connection::{State, States, Trigger};
use synfin_core::segment::End;

use State::{CloseWait, Closed, Closing, Established, FinWait1, FinWait2};
use State::{LastAck, Listen, SynReceived, SynSent, TimeWait};

/// The states in the order of the columns, with the abbreviations of the cells.
const STATES: [(&str, State); 11] = [
    ("CLO", Closed),
    ("LIS", Listen),
    ("SYS", SynSent),
    ("SYR", SynReceived),
    ("EST", Established),
    ("FW1", FinWait1),
    ("FW2", FinWait2),
    ("CLW", CloseWait),
    ("CLG", Closing),
    ("LAK", LastAck),
    ("TIW", TimeWait),
];

/// `...`: the state stays.
#[rustfmt::skip]
const TABLE: [(Trigger, &str); 17] = [
    //                         CLO LIS SYS SYR EST FW1 FW2 CLW CLG LAK TIW
    // 3.10.1, OPEN: from CLOSED, and from LISTEN where it becomes an active one. An error anywhere else.
    (Trigger::SendsSyn,         "SYS SYS ... ... ... ... ... ... ... ... ..."),
    // 3.10.7.2, third; 3.10.7.3, fourth (figure 7). CLOSED is here a side that a RST closed: its listener takes the next SYN.
    (Trigger::GetsSyn,          "SYR SYR SYR ... ... ... ... ... ... ... ..."),
    // 3.10.7.2, third. CLOSED: the SYN was not captured. Later states: those of an older connection, given up by it.
    (Trigger::SendsSynAck,      "SYR SYR ... ... SYR SYR SYR SYR SYR SYR SYR"),
    // 3.10.7.3, fourth: SND.UNA > ISS. CLOSED: the side's own SYN was not captured.
    (Trigger::GetsSynAck,       "EST ... EST ... ... ... ... ... ... ... ..."),
    // 3.10.7.4, fifth, SYN-RECEIVED. The states before it: segments that were not captured led through it.
    (Trigger::Opens,            "EST EST EST EST ... ... ... ... ... ... ..."),
    (Trigger::FoundOpen,        "EST EST EST EST ... ... ... ... ... ... ..."),
    // 3.10.4, CLOSE: FIN-WAIT-1 from SYN-RECEIVED and ESTABLISHED, LAST-ACK from CLOSE-WAIT. Who sends a FIN was open.
    (Trigger::SendsFin,         "FW1 FW1 FW1 FW1 FW1 ... ... LAK ... ... ..."),
    // 3.10.7.4, eighth: CLOSE-WAIT, CLOSING from FIN-WAIT-1, TIME-WAIT from FIN-WAIT-2. The first three drop a FIN; the peer
    // would not have sent it had they not been open.
    (Trigger::GetsFin,          "CLW CLW CLW CLW CLW CLG TIW ... ... ... ..."),
    // 3.6 figure 13: both FINs were sent before either was seen; the one thought to have it (CLOSE-WAIT, LAST-ACK) had not.
    (Trigger::FinsCross,        "... ... CLG CLG CLG CLG ... CLG ... CLG ..."),
    // It has the FIN it acknowledges: eighth, as above.
    (Trigger::AcksFin,          "... ... ... CLW CLW CLG TIW ... ... ... ..."),
    // 3.10.7.4, fifth: FIN-WAIT-1, CLOSING, LAST-ACK.
    (Trigger::FinAcked,         "... ... ... ... ... FW2 ... ... TIW CLO ..."),
    // A retransmission is sent until it is acknowledged, and not after (3.8.1): its sender is where it was before.
    (Trigger::RepeatsSyn,       "... ... ... ... SYS ... ... ... ... ... ..."),
    (Trigger::RepeatsSynAck,    "... ... ... ... SYR ... ... SYR ... ... ..."),
    (Trigger::RepeatsFin,       "LAK ... ... ... ... ... FW1 ... ... ... CLG"),
    (Trigger::RepeatsFinAlone,  "LAK ... ... ... ... ... FW1 ... ... ... FW1"),
    // 3.10.5, ABORT; 3.10.7.4, second.
    (Trigger::Resets,           "... CLO CLO CLO CLO CLO CLO CLO CLO CLO CLO"),
    // 3.10.7.4, second: a passive OPEN in SYN-RECEIVED returns to LISTEN.
    (Trigger::ResetsToListen,   "... ... ... LIS ... ... ... ... ... ... ..."),
];

/// The place of a trigger in the table; none for those that name the state themselves. A new trigger does not compile here.
fn row(trigger: Trigger) -> Option<usize> {
    match trigger {
        Trigger::SendsSyn
        | Trigger::GetsSyn
        | Trigger::SendsSynAck
        | Trigger::GetsSynAck
        | Trigger::Opens
        | Trigger::FoundOpen
        | Trigger::SendsFin
        | Trigger::GetsFin
        | Trigger::FinsCross
        | Trigger::AcksFin
        | Trigger::FinAcked
        | Trigger::RepeatsSyn
        | Trigger::RepeatsSynAck
        | Trigger::RepeatsFin
        | Trigger::RepeatsFinAlone
        | Trigger::Resets
        | Trigger::ResetsToListen => TABLE.iter().position(|(known, _)| *known == trigger),
        // 3.5 figure 10, and what a side's own segment shows after a RST: the state is the one that is named.
        Trigger::Remembers(_) | Trigger::Revives(_) => None,
    }
}

fn cell(text: &str) -> Option<State> {
    if text == "..." {
        return None;
    }
    let state = STATES.iter().find(|(short, _)| *short == text);
    Some(state.unwrap_or_else(|| panic!("{text}: not a state")).1)
}

/// The same by way of the only writer.
fn after(before: State, trigger: Trigger) -> State {
    let mut states = States::before(End::Low);
    states.after(End::Low, Trigger::Revives(before));
    states.after(End::Low, trigger);
    assert_eq!(states.of(End::High), Listen, "a trigger happens to one end");
    states.of(End::Low)
}

#[test]
fn every_trigger_in_every_state() {
    let mut pairs = 0;
    for (index, (trigger, cells)) in TABLE.into_iter().enumerate() {
        assert_eq!(row(trigger), Some(index), "{trigger:?} stands in the table once");
        let cells: Vec<&str> = cells.split(' ').collect();
        assert_eq!(cells.len(), STATES.len(), "{trigger:?}");
        for ((_, before), text) in STATES.into_iter().zip(cells) {
            let expected = cell(text);
            assert_eq!(before.after(trigger), expected, "{} after {trigger:?}", before.name());
            assert_eq!(after(before, trigger), expected.unwrap_or(before), "{} after {trigger:?}", before.name());
            pairs += 1;
        }
    }
    for (_, named) in STATES {
        for trigger in [Trigger::Remembers(named), Trigger::Revives(named)] {
            assert_eq!(row(trigger), None);
            for (_, before) in STATES {
                assert_eq!(before.after(trigger), Some(named), "{} after {trigger:?}", before.name());
                pairs += 1;
            }
        }
    }
    assert_eq!(pairs, 11 * 17 + 2 * 11 * 11);
}

/// The spelling of RFC 9293, and which side has got as far as ESTABLISHED.
#[test]
fn names() {
    let names = [
        "CLOSED",
        "LISTEN",
        "SYN-SENT",
        "SYN-RECEIVED",
        "ESTABLISHED",
        "FIN-WAIT-1",
        "FIN-WAIT-2",
        "CLOSE-WAIT",
        "CLOSING",
        "LAST-ACK",
        "TIME-WAIT",
    ];
    for ((index, (_, state)), name) in STATES.into_iter().enumerate().zip(names) {
        assert_eq!(state.name(), name);
        assert_eq!(state.is_opening(), index < 4, "{name}");
    }
}
