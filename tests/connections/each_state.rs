//! The rules of RSTs and of a side's own repeats, from each state that they can meet (RFC 9293 §3.10.7): after every history
//! below each RST and each repeat is tried by itself, either side sending, with the numbers at the wrap.

use std::collections::BTreeSet;

use crate::common::core;
use crate::common::elsewhere::{over_ipv6, with_copies, with_each_others_addresses};
use crate::common::play::verify;
use crate::common::script::{ISNS, parse, parse_turned};

/// How two sides got where they are: the rows, the states of the left and of the right one, each one's next number, and
/// whether the left one had acknowledged all of the right one's numbers. `open` begins all of them, so the left host is the
/// client; with the roles exchanged the right one is.
struct History {
    rows: &'static str,
    states: [&'static str; 2],
    next: [&'static str; 2],
    /// Both FINs were acknowledged.
    is_closed: bool,
    /// A FIN was seen.
    has_fin: bool,
}

const fn history(rows: &'static str, states: [&'static str; 2], next: [&'static str; 2]) -> History {
    History { rows, states, next, is_closed: false, has_fin: true }
}

const HISTORIES: [History; 10] = [
    History {
        rows: "| > P. C+1 ack S+1 len 1\n| < . S+1 ack C+2",
        has_fin: false,
        ..history("", ["ESTABLISHED", "ESTABLISHED"], ["C+2", "S+1"])
    },
    history("| > F. C+1 ack S+1", ["FIN-WAIT-1", "CLOSE-WAIT"], ["C+2", "S+1"]),
    history("| > F. C+1 ack S+1\n| < . S+1 ack C+2", ["FIN-WAIT-2", "CLOSE-WAIT"], ["C+2", "S+1"]),
    history("| > F. C+1 ack S+1\n| < F. S+1 ack C+1", ["CLOSING", "CLOSING"], ["C+2", "S+2"]),
    history("| > F. C+1 ack S+1\n| < F. S+1 ack C+1\n| > . C+2 ack S+2", ["CLOSING", "TIME-WAIT"], ["C+2", "S+2"]),
    history("| > F. C+1 ack S+1\n| < F. S+1 ack C+2", ["TIME-WAIT", "LAST-ACK"], ["C+2", "S+2"]),
    history("| > F. C+1 ack S+1\n| < . S+1 ack C+2\n| < F. S+1 ack C+2", ["TIME-WAIT", "LAST-ACK"], ["C+2", "S+2"]),
    History {
        is_closed: true,
        ..history("| > F. C+1 ack S+1\n| < F. S+1 ack C+2\n| > . C+2 ack S+2", ["TIME-WAIT", "CLOSED"], ["C+2", "S+2"])
    },
    History {
        is_closed: true,
        ..history(
            "| > F. C+1 ack S+1\n| < F. S+1 ack C+1\n| > . C+2 ack S+2\n| < . S+2 ack C+2",
            ["TIME-WAIT", "TIME-WAIT"],
            ["C+2", "S+2"],
        )
    },
    // The closer's FIN again, before it had acknowledged the other's.
    history(
        "| > F. C+1 ack S+1\n| < F. S+1 ack C+2\n| > F. C+1 ack S+1 @1",
        ["FIN-WAIT-1", "LAST-ACK"],
        ["C+2", "S+2"],
    ),
];

/// Tries one more row after a history, in all the ways that must make no difference.
fn try_row(history: &History, row: &str) {
    let text = format!("open\n{}\n{row}", history.rows);
    let name = format!("after {:?}", history.rows);
    for script in [parse(&text, ISNS[1]), parse_turned(&text, ISNS[1])] {
        let name = format!("{name}, turned: {}", script.is_turned);
        verify(&name, &script, &core::read(&script, 1), 1);
        with_each_others_addresses(&name, &script);
        over_ipv6(&name, &script);
        with_copies(&name, &script);
    }
}

/// The number some way from `base`, which is `C+2` or the like.
fn moved(base: &str, by: i64) -> String {
    let (letter, offset) = base.split_at(1);
    format!("{letter}{:+}", offset.parse::<i64>().expect("an offset") + by)
}

/// The lowest number that the other side takes: it expects this one, or the one before where a FIN is not acknowledged.
fn expected_of(history: &History, sender: usize) -> String {
    // What the receiver acknowledged last, told from the rows: its highest Ack.
    let arrow = [">", "<"][1 - sender];
    let letter = ["C", "S"][sender];
    let mut acks = history.rows.lines().filter(|row| row.contains(arrow)).filter_map(|row| {
        let (_, ack) = row.split_once(" ack ")?;
        ack.split_whitespace().next().map(str::to_string)
    });
    acks.next_back().unwrap_or_else(|| format!("{letter}+1"))
}

#[test]
fn resets_from_every_state() {
    let mut met = BTreeSet::new();
    for history in &HISTORIES {
        for sender in [0, 1] {
            let arrow = [">", "<"][sender];
            let (highest, expected) = (history.next[sender], expected_of(history, sender));
            let [left, right] = history.states;
            met.extend(history.states);
            // Before the lowest, past the highest, past the window: nothing changes.
            for (number, value) in [
                (moved(&expected, -2), "stray"),
                (moved(highest, 1), "challenged"),
                (moved(&expected, 65_000), "challenged"),
                (moved(&expected, 65_001), "stray"),
            ] {
                try_row(history, &format!("{left} | {arrow} R {number} | {right} | RST | | reset={value}"));
            }
            // From the lowest to the highest it is taken: both are closed, or the receiver alone where nothing is left to end.
            let after = match (history.is_closed, sender) {
                (true, 0) => [left, "CLOSED"],
                (true, _) => ["CLOSED", right],
                (false, _) => ["CLOSED", "CLOSED"],
            };
            let value = if history.has_fin { "after-fin" } else { "abort" };
            let phase = if history.is_closed { "closed" } else { "teardown" };
            for number in [moved(&expected, -1), expected.clone(), highest.to_string()] {
                let more = format!("reset={value}; phase={phase}");
                let row = format!("{} | {arrow} R {number} | {} | RST | | {more}", after[0], after[1]);
                try_row(history, &row);
            }
        }
    }
    let all = ["ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT", "CLOSED"];
    assert_eq!(met, all.into(), "the states of an open connection");
}

/// In every state: its own FIN again takes back what its owner shows not to have, and the other side's state moves on or stays.
#[test]
fn own_fins_again_from_every_state() {
    // History, sender, and both states after its FIN came once more with the Ack that it had first.
    let cases: [(usize, usize, [&str; 2]); 13] = [
        (1, 0, ["FIN-WAIT-1", "CLOSE-WAIT"]),
        (2, 0, ["FIN-WAIT-1", "CLOSE-WAIT"]),
        (3, 0, ["CLOSING", "CLOSING"]),
        (3, 1, ["CLOSING", "CLOSING"]),
        (4, 0, ["CLOSING", "TIME-WAIT"]),
        (4, 1, ["CLOSING", "FIN-WAIT-1"]),
        (5, 0, ["FIN-WAIT-1", "LAST-ACK"]),
        (5, 1, ["TIME-WAIT", "LAST-ACK"]),
        (6, 0, ["FIN-WAIT-1", "LAST-ACK"]),
        (7, 0, ["CLOSING", "CLOSED"]),
        (7, 1, ["TIME-WAIT", "LAST-ACK"]),
        (8, 0, ["CLOSING", "TIME-WAIT"]),
        (8, 1, ["TIME-WAIT", "CLOSING"]),
    ];
    for (number, sender, [left, right]) in cases {
        let history = &HISTORIES[number];
        let arrow = [">", "<"][sender];
        let fin = history.rows.lines().find(|row| row.contains(&format!("{arrow} F."))).expect("it sent a FIN");
        let fin = fin.trim_start_matches('|').trim();
        // A FIN that was the first to acknowledge the other one performs that step again too.
        let acknowledges = fin.ends_with("ack C+2") && history.rows.matches("ack C+2").count() == 1;
        let step = ["1", if acknowledges { "2+3" } else { "3" }][sender];
        let row = format!("{left} | {fin} @1 | {right} | | close {step} | retransmission=1; phase=teardown");
        try_row(history, &row);
    }
}

/// A SYN again in an open connection takes nothing back, whoever sends it: RFC 9293 asks for a challenge ACK.
#[test]
fn a_syn_again_in_every_state() {
    for history in &HISTORIES {
        let [left, right] = history.states;
        let phase = match history {
            History { is_closed: true, .. } => "closed",
            History { has_fin: true, .. } => "teardown",
            _ => "data",
        };
        try_row(history, &format!("{left} | > S C @1 | {right} | SYN | open 1 | phase={phase}"));
    }
}
