//! Every event in every state: what it leads to, written from RFC 9293 section 3.10 and figure 5 by hand.
//!
//! Where the RFC has a receiver drop a segment, an observer who believes that the sender acts by the RFC knows more: a FIN
//! of a side that was thought to be in SYN-SENT shows that it was open. These cells say so in the comment of their row.

use synfin_core::connection::{Event, State, States};
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
const TABLE: [(Event, &str); 17] = [
    //                         CLO LIS SYS SYR EST FW1 FW2 CLW CLG LAK TIW
    // 3.10.1, OPEN: from CLOSED, and from LISTEN where it becomes an active one. An error anywhere else.
    (Event::SendsSyn,         "SYS SYS ... ... ... ... ... ... ... ... ..."),
    // 3.10.7.2, third; 3.10.7.3, fourth (figure 7). CLOSED is here a side that a RST closed: its listener takes the next SYN.
    (Event::GetsSyn,          "SYR SYR SYR ... ... ... ... ... ... ... ..."),
    // 3.10.7.2, third. CLOSED: the SYN was not captured. Later states: those of an older connection, given up by it.
    (Event::SendsSynAck,      "SYR SYR ... ... SYR SYR SYR SYR SYR SYR SYR"),
    // 3.10.7.3, fourth: SND.UNA > ISS. CLOSED: the side's own SYN was not captured.
    (Event::GetsSynAck,       "EST ... EST ... ... ... ... ... ... ... ..."),
    // 3.10.7.4, fifth, SYN-RECEIVED. The states before it: segments that were not captured led through it.
    (Event::Opens,            "EST EST EST EST ... ... ... ... ... ... ..."),
    (Event::FoundOpen,        "EST EST EST EST ... ... ... ... ... ... ..."),
    // 3.10.4, CLOSE: FIN-WAIT-1 from SYN-RECEIVED and ESTABLISHED, LAST-ACK from CLOSE-WAIT. Who sends a FIN was open.
    (Event::SendsFin,         "FW1 FW1 FW1 FW1 FW1 ... ... LAK ... ... ..."),
    // 3.10.7.4, eighth: CLOSE-WAIT, CLOSING from FIN-WAIT-1, TIME-WAIT from FIN-WAIT-2. The first three drop a FIN; the peer
    // would not have sent it had they not been open.
    (Event::GetsFin,          "CLW CLW CLW CLW CLW CLG TIW ... ... ... ..."),
    // 3.6 figure 13: both FINs were sent before either was seen; the one thought to have it (CLOSE-WAIT, LAST-ACK) had not.
    (Event::FinsCross,        "... ... CLG CLG CLG CLG ... CLG ... CLG ..."),
    // It has the FIN it acknowledges: eighth, as above.
    (Event::AcksFin,          "... ... ... CLW CLW CLG TIW ... ... ... ..."),
    // 3.10.7.4, fifth: FIN-WAIT-1, CLOSING, LAST-ACK.
    (Event::FinAcked,         "... ... ... ... ... FW2 ... ... TIW CLO ..."),
    // A retransmission is sent until it is acknowledged, and not after (3.8.1): its sender is where it was before.
    (Event::RepeatsSyn,       "... ... ... ... SYS ... ... ... ... ... ..."),
    (Event::RepeatsSynAck,    "... ... ... ... SYR ... ... SYR ... ... ..."),
    (Event::RepeatsFin,       "LAK ... ... ... ... ... FW1 ... ... ... CLG"),
    (Event::RepeatsFinAlone,  "LAK ... ... ... ... ... FW1 ... ... ... FW1"),
    // 3.10.5, ABORT; 3.10.7.4, second.
    (Event::Resets,           "... CLO CLO CLO CLO CLO CLO CLO CLO CLO CLO"),
    // 3.10.7.4, second: a passive OPEN in SYN-RECEIVED returns to LISTEN.
    (Event::ResetsToListen,   "... ... ... LIS ... ... ... ... ... ... ..."),
];

/// The place of an event in the table; none for those that name the state themselves. A new event does not compile here.
fn row(event: Event) -> Option<usize> {
    match event {
        Event::SendsSyn
        | Event::GetsSyn
        | Event::SendsSynAck
        | Event::GetsSynAck
        | Event::Opens
        | Event::FoundOpen
        | Event::SendsFin
        | Event::GetsFin
        | Event::FinsCross
        | Event::AcksFin
        | Event::FinAcked
        | Event::RepeatsSyn
        | Event::RepeatsSynAck
        | Event::RepeatsFin
        | Event::RepeatsFinAlone
        | Event::Resets
        | Event::ResetsToListen => TABLE.iter().position(|(known, _)| *known == event),
        // 3.5 figure 10, and what a side's own segment shows after a RST: the state is the one that is named.
        Event::Remembers(_) | Event::Revives(_) => None,
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
fn after(before: State, event: Event) -> State {
    let mut states = States::before(End::Low);
    states.after(End::Low, Event::Revives(before));
    states.after(End::Low, event);
    assert_eq!(states.of(End::High), Listen, "an event happens to one end");
    states.of(End::Low)
}

#[test]
fn every_event_in_every_state() {
    let mut pairs = 0;
    for (index, (event, cells)) in TABLE.into_iter().enumerate() {
        assert_eq!(row(event), Some(index), "{event:?} stands in the table once");
        let cells: Vec<&str> = cells.split(' ').collect();
        assert_eq!(cells.len(), STATES.len(), "{event:?}");
        for ((_, before), text) in STATES.into_iter().zip(cells) {
            let expected = cell(text);
            assert_eq!(before.after(event), expected, "{} after {event:?}", before.name());
            assert_eq!(after(before, event), expected.unwrap_or(before), "{} after {event:?}", before.name());
            pairs += 1;
        }
    }
    for (_, named) in STATES {
        for event in [Event::Remembers(named), Event::Revives(named)] {
            assert_eq!(row(event), None);
            for (_, before) in STATES {
                assert_eq!(before.after(event), Some(named), "{} after {event:?}", before.name());
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
