//! Plays all scenarios over all links, counts what agrees and why the rest cannot, and makes the table of it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

use fastrand::Rng;
use synfin_core::segment::Side;

use super::history::{History, Tick};
use super::limits::{Limit, Limits, Part, explain, explain_whole, told_all};
use super::link::Link;
use super::observe::{Observer, Tap, Whole};
use super::outcome;
use super::scenarios::{SCENARIOS, Scenario};
use super::world::{Setting, play};

const SIDES: [Side; 2] = [Side::Client, Side::Server];

/// What came out at one tap.
#[derive(Clone, Default)]
pub struct Count {
    pub agreed: u64,
    /// How many states a set of kinds of facts explains.
    pub limits: BTreeMap<Limits, u64>,
    /// How many states were said to be one (first) and were another.
    pub pairs: BTreeMap<(&'static str, &'static str), u64>,
}

impl Count {
    fn limited(&self) -> u64 {
        self.limits.values().sum()
    }
}

/// What came out of one scenario.
#[derive(Clone, Default)]
pub struct Row {
    pub name: &'static str,
    pub purpose: &'static str,
    pub connections: u64,
    pub segments: u64,
    /// By tap.
    pub states: [Count; 3],
    /// States of a host, at an observer on it who is told everything.
    pub inside: u64,
    /// Openings and closings of whole connections.
    pub wholes: Count,
    /// Connections whose bytes after the first FIN were compared: all agreed.
    pub half_closes: u64,
}

#[derive(Default)]
pub struct Report {
    pub rows: Vec<Row>,
    /// Differences that nothing explains: where, and what.
    pub wrong: Vec<String>,
}

/// A number near the end of the circle, near its half, or anywhere.
fn isn(rng: &mut Rng) -> u32 {
    let near = u32::try_from(rng.u64(..1200)).expect("small");
    match rng.u64(..4) {
        0 => 0u32.wrapping_sub(near),
        1 => (1u32 << 31).wrapping_sub(near),
        _ => (rng.u64(..) >> 32) as u32,
    }
}

fn setting(scenario: &Scenario, link: Link, seed: u64) -> Setting {
    let mut rng = Rng::with_seed(seed);
    let programs = (scenario.programs)(&mut rng);
    let port = 40_000 + u16::try_from(seed % 20_000).expect("small");
    Setting {
        isns: [isn(&mut rng), isn(&mut rng)],
        seed: rng.u64(..),
        link,
        client: programs.client,
        server: programs.server,
        ports: [port, 80],
        buffer: programs.buffer,
    }
}

/// Plays `count` connections of each scenario on each link. Seeds are counted from 1.
pub fn run(count: u64) -> Report {
    let mut report = Report::default();
    let mut seed = 0;
    for scenario in SCENARIOS {
        let mut row = Row { name: scenario.name, purpose: scenario.purpose, ..Row::default() };
        for link in Link::ALL {
            let mut observers = Tap::ALL.map(Observer::new);
            for _ in 0..count {
                seed += 1;
                for (attempt, history) in play(&setting(scenario, link, seed)).iter().enumerate() {
                    let place = format!("{}, {}, seed {seed}, connection {}", scenario.name, link.name, attempt + 1);
                    let mut judge = Judge { history, place, row: &mut row, wrong: &mut report.wrong };
                    judge.all(&mut observers);
                }
            }
        }
        report.rows.push(row);
    }
    report
}

/// Compares what is said of one connection with the truth.
struct Judge<'a> {
    history: &'a History,
    place: String,
    row: &'a mut Row,
    wrong: &'a mut Vec<String>,
}

impl Judge<'_> {
    fn all(&mut self, observers: &mut [Observer; 3]) {
        self.row.connections += 1;
        self.inside();
        for (index, (observer, tap)) in observers.iter_mut().zip(Tap::ALL).enumerate() {
            let said = observer.watch(self.history);
            self.row.segments += said.segments as u64;
            for (moment, states) in self.history.moments.iter().zip(&said.states) {
                let Some(states) = states else { continue };
                for side in SIDES {
                    let (said, truth) = (states[side], moment.truth[side]);
                    let count = &mut self.row.states[index];
                    if said == truth {
                        count.agreed += 1;
                    } else if let Some(limits) = explain(self.history, tap, side, moment.tick, truth) {
                        *count.limits.entry(limits).or_default() += 1;
                        *count.pairs.entry((said.name(), truth.name())).or_default() += 1;
                    } else {
                        let what = format!("{} is said to be {}, is {}", side.name(), said.name(), truth.name());
                        self.wrong(moment.tick, tap.name(), &what);
                    }
                }
            }
            if let (Tap::Arrival, Some(whole)) = (tap, &said.whole) {
                self.whole(whole);
            }
        }
    }

    /// An observer on the host, told everything, must always be right of that host.
    fn inside(&mut self) {
        for moment in &self.history.moments {
            for side in SIDES.into_iter().filter(|&side| self.history.concerns(moment.happened, side)) {
                let truth = moment.truth[side];
                let told = told_all(self.history, Tap::At(side), side, moment.tick);
                if told == truth {
                    self.row.inside += 1;
                } else {
                    let what = format!("{} is said to be {}, is {}", side.name(), told.name(), truth.name());
                    self.wrong(moment.tick, "told everything", &what);
                }
            }
        }
    }

    fn whole(&mut self, said: &Whole) {
        let Some(truth) = outcome::truth(self.history) else { return };
        let parts: [Part; 2] = [Whole::opened_as, Whole::closed_as];
        for part in parts {
            if part(said, &truth) {
                self.row.wholes.agreed += 1;
            } else if let Some(limits) = explain_whole(self.history, &truth, part) {
                *self.row.wholes.limits.entry(limits).or_default() += 1;
            } else {
                self.wrong(Tick::MAX, "of the whole", &format!("said {said:?}, truth {truth:?}"));
            }
        }
        if truth.half_close_bytes.is_some() {
            self.row.half_closes += 1;
            if said.half_close_bytes != truth.half_close_bytes {
                self.wrong(Tick::MAX, "bytes after the first FIN", &format!("said {said:?}, truth {truth:?}"));
            }
        }
    }

    fn wrong(&mut self, tick: Tick, where_from: &str, what: &str) {
        self.wrong.push(format!("{}, tick {tick}, {where_from}: {what}", self.place));
    }
}

impl Report {
    /// The first differences that nothing explains.
    pub fn wrong(&self) -> String {
        self.wrong.iter().take(20).map(|line| format!("{line}\n")).collect()
    }

    fn sum(&self, of: impl Fn(&Row) -> u64) -> u64 {
        self.rows.iter().map(of).sum()
    }

    /// How many states and wholes needed a fact of this kind, alone or with others.
    pub fn count(&self, limit: Limit) -> u64 {
        self.rows.iter().flat_map(counts).map(|count| with(count, limit)).sum()
    }

    /// One line for all.
    pub fn summary(&self) -> String {
        let mut line = format!(
            "{} connections, {} segments; told everything: {} states, all right",
            self.sum(|row| row.connections),
            self.sum(|row| row.segments),
            self.sum(|row| row.inside),
        );
        for (index, tap) in Tap::ALL.iter().enumerate() {
            let agreed = self.sum(|row| row.states[index].agreed);
            let limited = self.sum(|row| row.states[index].limited());
            write!(line, "; {}: {agreed} states agree, {limited} limits", tap.name()).expect("a String takes it");
        }
        let agreed = self.sum(|row| row.wholes.agreed);
        let limited = self.sum(|row| row.wholes.limited());
        let bytes = self.sum(|row| row.half_closes);
        let wrong = self.wrong.len();
        write!(line, "; openings and closings: {agreed} agree, {limited} limits; bytes after a FIN: {bytes} agree")
            .expect("a String takes it");
        write!(line, "; {wrong} differences without a name").expect("a String takes it");
        line
    }
}

fn counts(row: &Row) -> impl Iterator<Item = &Count> {
    row.states.iter().chain([&row.wholes])
}

fn with(count: &Count, limit: Limit) -> u64 {
    count.limits.iter().filter(|(limits, _)| limits.has(limit)).map(|(_, states)| states).sum()
}

/// The part of docs/STACKS.md that is about this stack.
pub fn table(report: &Report) -> String {
    let mut text = format!(
        "\n## A second stack: smoltcp\n\n\
         Two hosts with smoltcp 0.14, joined by a link that loses, delays, repeats and reorders packets as seeded numbers \
         say, in virtual time: every row has {} connections on each of {} links (seeds 1 to {}, counted through all rows), \
         a quarter of the initial numbers just below 2^32, a quarter just below 2^31. This part is written by \
         `make stacks-table` and held against the code by `cargo test -p synfin-core --test second_stack`; \
         `make test-stacks` plays {} times as many, with the result at the end.\n\n\
         After every segment sent or delivered, what synfin says of both sides is compared with the sockets' states, at \
         three places: *on arrival*, where each segment passes as it is delivered (the core's assumption), and *at the \
         client* and *at the server*, where a capture on that host sees what it sends before the link does. Each cell: \
         states that agree + *limits*. A limit is a difference that is gone when the observer is told certain facts that \
         did not pass it, and the facts have names; *inside*: states of a host at an observer on it who is told all \
         such facts, where nothing may differ. *Whole*: openings and closings (outcome and kind; kind and closer) as the \
         sockets know them.\n\n\
         | scenario | connections | on arrival | at the client | at the server | inside | whole |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
        super::QUICK,
        Link::ALL.len(),
        super::QUICK * (Link::ALL.len() * SCENARIOS.len()) as u64,
        super::LONG / super::QUICK,
    );
    for row in &report.rows {
        let cell = |count: &Count| match count.limited() {
            0 => count.agreed.to_string(),
            limited => format!("{} + *{limited}*", count.agreed),
        };
        let [arrival, client, server] = row.states.each_ref().map(cell);
        writeln!(
            text,
            "| **{}**: {} | {} | {arrival} | {client} | {server} | {} | {} |",
            row.name,
            row.purpose,
            row.connections,
            row.inside,
            cell(&row.wholes)
        )
        .expect("a String takes it");
    }
    write!(text, "\n{}.\n\n### Limits, by name\n\n", capitalised(&report.summary())).expect("a String takes it");
    text.push_str(
        "Names as above where the kernel's captures have them. Counted is every state (and whole) that needs a fact of \
         this kind, alone or with others.\n\n\
         | limit | on arrival | at the client | at the server | whole | what it is |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for limit in Limit::ALL {
        let mut line = format!("| *{}* |", limit.name());
        for index in 0..3 {
            let count: u64 = report.rows.iter().map(|row| with(&row.states[index], limit)).sum();
            write!(line, " {count} |").expect("a String takes it");
        }
        let wholes: u64 = report.rows.iter().map(|row| with(&row.wholes, limit)).sum();
        writeln!(text, "{line} {wholes} | {} |", limit.text()).expect("a String takes it");
    }
    text.push_str(NOTES);
    text.push_str(&pairs(report));
    text.push_str(&since(report));
    text
}

/// States that version 0.1.0 said right of these very connections: its core, with this link and these seeds, in order of the
/// places.
const AGREED_BEFORE: [u64; 3] = [163_303, 159_891, 158_811];

/// What has changed since version 0.1.0.
fn since(report: &Report) -> String {
    let mut text = String::from(
        "\n### Since version 0.1.0\n\nThe core of 0.1.0 judged the same connections, segment by segment.\n\n\
         | place | states | 0.1.0 | now |\n| --- | --- | --- | --- |\n",
    );
    for (index, (tap, before)) in Tap::ALL.into_iter().zip(AGREED_BEFORE).enumerate() {
        let agreed = report.sum(|row| row.states[index].agreed);
        let all = agreed + report.sum(|row| row.states[index].limited());
        let share = |part: u64| format!("{part} ({:.2} %)", 100.0 * part as f64 / all as f64);
        writeln!(text, "| {} | {all} | {} | {} |", tap.name(), share(before), share(agreed))
            .expect("a String takes it");
    }
    text.push_str(CHANGES);
    text
}

const CHANGES: &str = "\n\
    What the new rules gain and lose (on arrival, at the client, at the server):\n\n\
    - A FIN again takes back that it was acknowledged: +696 -68, +808 -74, +106 -116.\n\
    - A side that a RST closed stays closed until it speaks: +315 -5, +207 -85, +3 -3.\n\
    - A SYN again takes the SYN-ACK back: +0 -14, +0 -0, +159 -321. Lost where the SYN crossed the next SYN-ACK: both of these \
    hosts repeat after the same time.\n\
    - A SYN-ACK again takes the handshake's ACK back, until the server says more than the client's ACK shows: +0 -129, +126 \
    -400, +0 -0. Lost on a link that delivers segments twice: that looks like sent twice.\n\
    - After both FINs were acknowledged a RST changes its receiver alone: +0 -168, +0 -349, +0 -185. smoltcp sends a RST when it \
    aborts in TIME-WAIT; by RFC 9293 section 3.10.5 nothing is sent.\n\
    - A RST counts when it matches exactly: +0 -265, +4 -135, +6 -28. smoltcp takes one anywhere in the window.\n";

/// From what to what the limits are, most frequent first.
fn pairs(report: &Report) -> String {
    let mut all = BTreeMap::<_, [u64; 3]>::new();
    for row in &report.rows {
        for (index, count) in row.states.iter().enumerate() {
            for (&pair, number) in &count.pairs {
                all.entry(pair).or_default()[index] += number;
            }
        }
    }
    let mut sorted: Vec<_> = all.into_iter().collect();
    sorted.sort_by_key(|(_, counts)| Reverse(counts.iter().sum::<u64>()));
    let mut text = String::from(
        "\n### Limits, from what to what\n\nThe state that is said, the state that the socket has, and how often.\n\n\
         | said | is | on arrival | at the client | at the server |\n| --- | --- | --- | --- | --- |\n",
    );
    for ((said, is), [arrival, client, server]) in sorted {
        writeln!(text, "| {said} | {is} | {arrival} | {client} | {server} |").expect("a String takes it");
    }
    text
}

const NOTES: &str = "\n\
    Where smoltcp leaves RFC 9293, and what that does here:\n\n\
    - It drops a segment whole when its Ack is older than the last (*smoltcp-old-ack*), and a FIN on a segment without new \
    bytes (*smoltcp-fin-on-old-data*). The peer's repeat is taken.\n\
    - In SYN-SENT it drops a FIN with a wrong Ack without the RST of section 3.10.7.3; a SYN to a socket of an earlier \
    connection, TIME-WAIT included, gets no challenge ACK (*old-socket*).\n\
    - It sends a RST when it gives up or closes in SYN-SENT (the RFC deletes the connection in silence), with Ack 0.\n\
    - TIME-WAIT lasts 10 s.\n\
    - Not played, because what it does is no TCP: a socket closed in SYN-RECEIVED takes the ACK of its SYN for that of a \
    FIN which it never sent.\n";

fn capitalised(text: &str) -> String {
    text[..1].to_uppercase() + &text[1..]
}
