//! The table of servers: which of them fail, and how.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::{Map, Value};

use super::language::Language;
use super::{json, text};
use crate::view::{Address, ConnectionView, HandshakeOutcome, Side, TeardownKind};

/// Columns of the table.
pub const COLUMNS: usize = 12;

/// Characters of milliseconds: enough for 99 seconds.
pub(super) const TIME_WIDTH: usize = 9;

/// How many columns behind the first hold counts; the others hold text.
pub const COUNTS: usize = 8;

/// What stands in a column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    /// A number, to sort by.
    Count(u32),
    /// A text. Times are aligned to the right, so that they sort by their letters.
    Text(String),
}

/// The headings of the table.
#[must_use]
pub const fn columns(language: Language) -> &'static [&'static str; COLUMNS] {
    match language {
        Language::English => &[
            "Server",
            "Connections",
            "Complete",
            "Refused",
            "Unreachable",
            "No answer",
            "Half-open",
            "Reset",
            "Reset later",
            "RTT min [ms]",
            "RTT mean [ms]",
            "RTT max [ms]",
        ],
        Language::Chinese => &[
            "服务器",
            "连接数",
            "成功",
            "被拒绝",
            "不可达",
            "无应答",
            "半开",
            "握手中重置",
            "建立后重置",
            "RTT 最短 [ms]",
            "RTT 平均 [ms]",
            "RTT 最长 [ms]",
        ],
    }
}

/// Where to look: a connection, and a frame of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spot {
    /// `tcp.stream`.
    pub stream: u32,
    /// The frame that shows it.
    pub frame: u32,
}

impl Spot {
    /// Where a connection shows what went wrong with it: at the RST that ended it, at the ICMP error about it, or else at
    /// its first SYN, or at the first segment of it.
    #[must_use]
    pub fn of(connection: &ConnectionView) -> Spot {
        let icmp = || connection.icmp().map(|(_, frame)| frame);
        let [syn, ..] = connection.handshake_frames();
        let frame = connection.ender().map(|ender| ender.frame).or_else(icmp).unwrap_or(syn);
        Spot { stream: connection.stream, frame: if frame == 0 { connection.first_frame() } else { frame } }
    }
}

/// How a handshake failed. The rest opened, or cannot be judged: too little of it was captured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// Outcome `refused`.
    Refused,
    /// Outcome `unreachable`.
    Unreachable,
    /// Nothing came that the client could take: outcomes `no-answer`, `old-connection` and `invalid-answer`.
    NoAnswer,
    /// Outcome `half-open`.
    HalfOpen,
    /// Outcome `reset`.
    Reset,
}

impl Failure {
    /// That of an outcome.
    #[must_use]
    pub const fn of(outcome: HandshakeOutcome) -> Option<Failure> {
        match outcome {
            HandshakeOutcome::Refused => Some(Failure::Refused),
            HandshakeOutcome::Unreachable => Some(Failure::Unreachable),
            HandshakeOutcome::NoAnswer | HandshakeOutcome::OldConnection | HandshakeOutcome::InvalidAnswer => {
                Some(Failure::NoAnswer)
            }
            HandshakeOutcome::HalfOpen => Some(Failure::HalfOpen),
            HandshakeOutcome::Reset => Some(Failure::Reset),
            HandshakeOutcome::Complete
            | HandshakeOutcome::Partial
            | HandshakeOutcome::NotCaptured
            | HandshakeOutcome::Pending => None,
        }
    }
}

/// Round trips SYN to SYN-ACK, in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RoundTrips {
    /// The shortest.
    pub min_ns: u64,
    /// The longest.
    pub max_ns: u64,
    sum_ns: u128,
    count: u32,
}

impl RoundTrips {
    fn first(ns: u64) -> RoundTrips {
        RoundTrips { min_ns: ns, max_ns: ns, sum_ns: u128::from(ns), count: 1 }
    }

    fn add(&mut self, ns: u64) {
        self.min_ns = self.min_ns.min(ns);
        self.max_ns = self.max_ns.max(ns);
        self.sum_ns = self.sum_ns.saturating_add(u128::from(ns));
        self.count = self.count.saturating_add(1);
    }

    /// The mean.
    #[must_use]
    pub fn mean_ns(&self) -> u64 {
        self.sum_ns.checked_div(u128::from(self.count)).and_then(|mean| u64::try_from(mean).ok()).unwrap_or(u64::MAX)
    }
}

/// One server: an address and a port, and what became of the connections to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Server {
    /// Its address.
    pub address: Address,
    /// Its port.
    pub port: u16,
    /// Connections to it. Attempts in one stream count once, by the last of them.
    pub connections: u32,
    /// Outcome `complete`.
    pub complete: u32,
    /// [`Failure::Refused`].
    pub refused: u32,
    /// [`Failure::Unreachable`].
    pub unreachable: u32,
    /// [`Failure::NoAnswer`].
    pub no_answer: u32,
    /// [`Failure::HalfOpen`].
    pub half_open: u32,
    /// [`Failure::Reset`].
    pub reset: u32,
    /// Opened, and ended by a RST without a FIN before it: teardown kind `reset`.
    pub reset_later: u32,
    /// Round trips of the handshakes where one was measured.
    pub round_trips: Option<RoundTrips>,
    /// The first failure.
    pub first_failure: Option<Spot>,
}

impl Server {
    fn new(address: Address, port: u16) -> Server {
        Server {
            address,
            port,
            connections: 0,
            complete: 0,
            refused: 0,
            unreachable: 0,
            no_answer: 0,
            half_open: 0,
            reset: 0,
            reset_later: 0,
            round_trips: None,
            first_failure: None,
        }
    }

    fn add(&mut self, connection: &ConnectionView) {
        let count = |number: &mut u32| *number = number.saturating_add(1);
        count(&mut self.connections);
        let outcome = connection.outcome();
        let failure = Failure::of(outcome);
        match failure {
            Some(Failure::Refused) => count(&mut self.refused),
            Some(Failure::Unreachable) => count(&mut self.unreachable),
            Some(Failure::NoAnswer) => count(&mut self.no_answer),
            Some(Failure::HalfOpen) => count(&mut self.half_open),
            Some(Failure::Reset) => count(&mut self.reset),
            None if outcome == HandshakeOutcome::Complete => count(&mut self.complete),
            None => {}
        }
        if failure.is_some() && self.first_failure.is_none() {
            self.first_failure = Some(Spot::of(connection));
        }
        if connection.teardown() == TeardownKind::Reset {
            count(&mut self.reset_later);
        }
        if let Some(ns) = connection.syn_ack_rtt_ns() {
            match &mut self.round_trips {
                Some(round_trips) => round_trips.add(ns),
                none => *none = Some(RoundTrips::first(ns)),
            }
        }
    }

    /// Connections whose handshake failed.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.by_failure().iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// How many failed in which way, in the words of the outcomes.
    #[must_use]
    pub fn by_failure(&self) -> [(HandshakeOutcome, u32); 5] {
        [
            (HandshakeOutcome::Refused, self.refused),
            (HandshakeOutcome::Unreachable, self.unreachable),
            (HandshakeOutcome::NoAnswer, self.no_answer),
            (HandshakeOutcome::HalfOpen, self.half_open),
            (HandshakeOutcome::Reset, self.reset),
        ]
    }

    /// The server and its counts as an object, which others add to.
    #[must_use]
    pub fn counts(&self) -> Map<String, Value> {
        let counts = [
            ("server_ip", json::ip(self.address)),
            ("server_port", self.port.into()),
            ("connections", self.connections.into()),
            ("failures", self.failures().into()),
            ("complete", self.complete.into()),
            ("refused", self.refused.into()),
            ("unreachable", self.unreachable.into()),
            ("no_answer", self.no_answer.into()),
            ("half_open", self.half_open.into()),
            ("reset", self.reset.into()),
            ("reset_later", self.reset_later.into()),
        ];
        counts.map(|(name, value)| (name.to_string(), value)).into_iter().collect()
    }

    /// The row of the table as texts.
    #[must_use]
    pub fn texts(&self) -> [String; COLUMNS] {
        self.cells().map(|cell| match cell {
            Cell::Count(number) => number.to_string(),
            Cell::Text(text) => text.trim_start().to_string(),
        })
    }

    /// The row of the table, in the order of [`columns`].
    #[must_use]
    pub fn cells(&self) -> [Cell; COLUMNS] {
        let time = |ns: fn(&RoundTrips) -> u64| {
            Cell::Text(aligned(self.round_trips.as_ref().map(|trips| milliseconds(ns(trips))), TIME_WIDTH))
        };
        [
            Cell::Text(endpoint(self.address, self.port)),
            Cell::Count(self.connections),
            Cell::Count(self.complete),
            Cell::Count(self.refused),
            Cell::Count(self.unreachable),
            Cell::Count(self.no_answer),
            Cell::Count(self.half_open),
            Cell::Count(self.reset),
            Cell::Count(self.reset_later),
            time(|trips| trips.min_ns),
            time(RoundTrips::mean_ns),
            time(|trips| trips.max_ns),
        ]
    }
}

/// An address and a port: `10.0.0.1:443`, `[2001:db8::1]:443`; `?:443` where the address is not known.
#[must_use]
pub fn endpoint(address: Address, port: u16) -> String {
    let mut written = String::new();
    // A string takes all that is written.
    let _ = text::endpoint(&mut written, address, port);
    written
}

/// A time aligned to the right, so that it sorts by its letters; a dash where there is none.
#[must_use]
pub(super) fn aligned(time: Option<String>, width: usize) -> String {
    format!("{:>width$}", time.as_deref().unwrap_or("-"))
}

/// Milliseconds with three decimals, rounded.
#[must_use]
pub fn milliseconds(ns: u64) -> String {
    let us = ns.saturating_add(500) / 1000;
    format!("{}.{:03}", us / 1000, us % 1000)
}

/// The servers of these connections: most failures first, then most resets later, then by address and port.
#[must_use]
pub fn count<'a>(connections: impl IntoIterator<Item = ConnectionView<'a>>) -> Vec<Server> {
    let mut counter = Counter::default();
    for connection in connections {
        counter.add(&connection);
    }
    counter.finish()
}

/// Counts connections by server.
#[derive(Clone, Debug, Default)]
pub struct Counter(HashMap<(Address, u16), Server>);

impl Counter {
    /// Takes a connection in.
    pub fn add(&mut self, connection: &ConnectionView) {
        let (address, port) = connection.endpoint(Side::Server);
        let server = match self.0.entry((address, port)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Server::new(address, port)),
        };
        server.add(connection);
    }

    /// The servers, sorted as [`count`] says.
    #[must_use]
    pub fn finish(self) -> Vec<Server> {
        let mut servers: Vec<Server> = self.0.into_values().collect();
        servers.sort_by_cached_key(|server| {
            let most_first = std::cmp::Reverse((server.failures(), server.reset_later));
            (most_first, server.address, server.port)
        });
        servers
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{CLOSED, GOOD, SILENT, Sample};
    use super::*;

    #[test]
    fn most_failures_first() {
        let sample = Sample::of_all_sorts();
        let servers = count(sample.connections());
        let row = |index: usize| servers[index].texts().join(" ");
        assert_eq!(row(0), format!("{CLOSED}:80 2 0 2 0 0 0 0 0 - - -"));
        assert_eq!(row(1), format!("[{SILENT}]:80 1 0 0 0 1 0 0 0 - - -"));
        assert_eq!(row(2), format!("{GOOD}:80 2 2 0 0 0 0 0 1 10.000 10.000 10.000"));
        for server in &servers {
            for (column, cell) in server.cells().iter().enumerate() {
                assert_eq!(matches!(cell, Cell::Count(_)), (1..=COUNTS).contains(&column), "{column}: {cell:?}");
            }
        }
        assert_eq!(servers[0].first_failure, Some(Spot { stream: 1, frame: 8 }), "the RST");
        assert_eq!(servers[1].first_failure, Some(Spot { stream: 3, frame: 11 }), "the first SYN");
        assert_eq!(servers[2].first_failure, None);
    }

    #[test]
    fn words() {
        assert_eq!(columns(Language::English).len(), columns(Language::Chinese).len());
        assert_eq!(milliseconds(1_234_567), "1.235");
        assert_eq!(milliseconds(u64::MAX), "18446744073709.551", "no overflow");
        assert_eq!(endpoint(None, 7), "?:7");
        let mut trips = RoundTrips::first(1);
        trips.add(4);
        assert_eq!((trips.min_ns, trips.mean_ns(), trips.max_ns), (1, 2, 4));
    }
}
