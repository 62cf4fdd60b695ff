//! All 512 combinations of the nine flags, from either side, in every pair of states: what the reference says of them.

mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use synfin_core::capture::{Event, Options, Path, SegmentId, Tracker};
use synfin_core::segment::{Flags, Segment, Seq};
use synfin_core::view::{Pass, State, Verdict};

use table::TABLE;

/// Initial sequence numbers of the client and of the server; the client's close crosses the wrap.
const ISN: [u32; 2] = [u32::MAX - 1, 233_779_340];
const PORTS: [u16; 2] = [40_000, 80];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Effect {
    states: [State; 2],
    open: u8,
    close: u8,
}

fn state(short: &str) -> State {
    match short {
        "C" => State::Closed,
        "L" => State::Listen,
        "SS" => State::SynSent,
        "SR" => State::SynReceived,
        "E" => State::Established,
        "F1" => State::FinWait1,
        "F2" => State::FinWait2,
        "CW" => State::CloseWait,
        "CL" => State::Closing,
        "LA" => State::LastAck,
        "TW" => State::TimeWait,
        _ => panic!("{short}: not a state"),
    }
}

fn states(text: &str) -> [State; 2] {
    let (client, server) = text.split_once('/').expect("two states");
    [state(client), state(server)]
}

/// What a cell says; none where it leaves it open.
fn cell(text: &str, before: [State; 2]) -> Option<Effect> {
    let mut words = text.split_whitespace();
    let states = match words.next().expect("a cell") {
        "?" => return None,
        "=" => before,
        other => states(other),
    };
    let mut effect = Effect { states, open: 0, close: 0 };
    for word in words {
        let step: u32 = word[1..].parse().expect("a step");
        *(if word.starts_with('o') { &mut effect.open } else { &mut effect.close }) |= 1 << step;
    }
    Some(effect)
}

/// The kind of a segment by its flags, from the reference's definition of roles.
fn kind(flags: u16) -> char {
    let [fin, syn, rst, ack] = [1, 2, 4, 16].map(|bit| flags & bit != 0);
    match (syn, fin, rst, ack) {
        (true, _, true, _) | (true, true, ..) | (false, true, false, false) | (false, false, false, false) => 'O',
        (false, _, true, true) => 'R',
        (false, _, true, false) => 'r',
        (true, false, false, true) => 'H',
        (true, false, false, false) => 'S',
        (false, true, false, true) => 'F',
        (false, false, false, true) => 'A',
    }
}

/// The role that these steps and this kind make.
fn role(kind: char, effect: Effect) -> String {
    let mut parts = Vec::new();
    match kind {
        'O' => return "OTHER".to_string(),
        'S' => parts.push("SYN"),
        'H' => parts.push("SYN-ACK"),
        _ => {}
    }
    if !matches!(kind, 'S' | 'H') && effect.open & 0b1100 != 0 {
        parts.push("OPEN-ACK");
    }
    if kind == 'F' {
        parts.push("FIN");
    }
    if effect.close & 0b10100 != 0 {
        parts.push("CLOSE-ACK");
    }
    if matches!(kind, 'R' | 'r') {
        parts.push("RST");
    }
    if parts.is_empty() { "ACK".to_string() } else { parts.join("+") }
}

/// A connection that is told what happens to it.
struct Play {
    tracker: Tracker,
    next: [u32; 2],
    frame: u32,
}

impl Play {
    fn new() -> Play {
        Play { tracker: Tracker::new(Options::default()), next: ISN, frame: 0 }
    }

    fn segment(&self, sender: usize, kind: char, flags: u16, window: u16) -> Segment {
        let peer = 1 - sender;
        let seq = match kind {
            'S' | 'H' => ISN[sender],
            'G' => self.next[sender].wrapping_sub(1),
            _ => self.next[sender],
        };
        let ack = match kind {
            'H' => ISN[peer].wrapping_add(1),
            'X' => self.next[peer].wrapping_sub(1),
            // Nothing of the peer was seen: it can only have sent its SYN.
            _ if self.next[peer] == ISN[peer] => ISN[peer].wrapping_add(1),
            _ => self.next[peer],
        };
        Segment {
            seq: Seq(seq),
            ack: Seq(ack),
            flags: Flags(flags),
            window,
            payload_len: 0,
            source_port: PORTS[sender],
            destination_port: PORTS[peer],
            // No time, and nothing of the network: nothing is a copy.
            ..Segment::default()
        }
    }

    /// What is said of the next segment, its role, and whether its flags are called bad.
    fn tell(&mut self, sender: usize, segment: &Segment) -> (Effect, String, bool) {
        self.frame += 1;
        let id = SegmentId { frame: self.frame, layer: 0 };
        let address = |side: usize| Some(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1 + side as u8)));
        let path = Path { source: address(sender), destination: address(1 - sender) };
        self.tracker.observe(id, Event::Segment { stream: 0, path: &path, segment }).expect("room");
        let verdict = self.tracker.segment(id, path, segment, Pass::First).expect("taken in").verdict;
        let bits = |has: &dyn Fn(u8) -> bool| (1..=4).filter(|step| has(*step)).fold(0, |bits, step| bits | 1 << step);
        let effect = Effect {
            states: [verdict.states.client, verdict.states.server],
            open: bits(&|step| verdict.open_steps.has(step)),
            close: bits(&|step| verdict.close_steps.has(step)),
        };
        let mut role = String::new();
        verdict.role(segment, |part| role.push_str(part));
        (effect, role, Verdict::bad_flags(segment))
    }

    /// Plays a history; the states at its end.
    fn play(&mut self, history: &str) -> [State; 2] {
        let mut states = [State::Closed, State::Listen];
        for word in history.split_whitespace() {
            let (sender, kind) = (usize::from(word.starts_with('<')), word.chars().nth(1).expect("a kind"));
            let flags = match kind {
                'S' => 0x02,
                'H' => 0x12,
                'A' => 0x10,
                'F' | 'X' | 'G' => 0x11,
                'R' => 0x14,
                _ => panic!("{word}: not a kind"),
            };
            let segment = self.segment(sender, kind, flags, 8000);
            states = self.tell(sender, &segment).0.states;
            if !matches!(kind, 'R') {
                self.next[sender] = segment.next().0;
            }
        }
        states
    }
}

#[test]
fn every_flag_combination_from_every_state() {
    // The first of each cell that is wrong.
    let mut wrong = BTreeMap::new();
    let mut reached = BTreeSet::new();
    let mut checked = 0;
    for &(history, before, rows) in TABLE {
        let before = states(before);
        assert_eq!(Play::new().play(history), before, "{history}: the states it leads to");
        reached.extend(before.map(State::name));
        for (sender, row) in rows.into_iter().enumerate() {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let mut first = [None; 7];
            for flags in 0..512 {
                let kind = kind(flags);
                let column = "SHAFRrO".find(kind).expect("a kind");
                let mut play = Play::new();
                play.play(history);
                // Another window than before: the same ACK again would be a frame captured twice.
                let segment = play.segment(sender, kind, flags, 4000);
                let (effect, role_said, is_bad) = play.tell(sender, &segment);
                let expected = match cells.get(column) {
                    Some(cell_text) => cell(cell_text, before),
                    // OTHER changes nothing, anywhere.
                    None => Some(Effect { states: before, open: 0, close: 0 }),
                };
                let expected = expected.or(first[column]).unwrap_or(effect);
                first[column] = Some(expected);
                let fin_rst = matches!(kind, 'R' | 'r') && flags & 1 != 0;
                let agrees =
                    effect == expected && role_said == role(kind, expected) && is_bad == (kind == 'O' || fin_rst);
                if !agrees {
                    let row = format!("after '{history}', {}{kind}", if sender == 0 { '>' } else { '<' });
                    let role = role(kind, expected);
                    let found =
                        format!("{flags:#05x}: {effect:?} {role_said} bad {is_bad}, expected {expected:?} {role}");
                    wrong.entry(row).or_insert(found);
                }
                checked += 1;
            }
        }
    }
    assert_eq!(checked, TABLE.len() * 1024);
    assert_eq!(reached.len(), 11, "every state stands somewhere in the table: {reached:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
