//! One screen on a set of connections: what became of them, which servers fail and how, and where to look.
//!
//! Both forms are bounded: [`TEXT_ROWS`] lines and [`JSON_ROWS`] objects of each kind at most, however large the capture is.

mod layout;

use std::cmp::Reverse;
use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::json::{ip, rfc_3339, seconds};
use super::language::Language;
use super::servers::{Counter, Failure, Server, Spot};
use super::stats::{outcomes, teardowns};
use crate::view::{Address, Cause, ConnectionView, HandshakeOutcome, IcmpKind, Reset, Side, TeardownKind, Timestamp};

/// At most so many lines of each kind in the text.
pub const TEXT_ROWS: usize = 5;

/// At most so many objects of each kind in the JSON object.
pub const JSON_ROWS: usize = 10;

/// A way in which handshakes failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Fault {
    outcome: HandshakeOutcome,
    /// Of an unreachable one: what the ICMP error says.
    icmp: Option<IcmpKind>,
    /// Of one that a RST ended: why that was sent.
    cause: Option<Cause>,
    /// Of one that a RST ended: who sent it.
    by: Option<Side>,
}

/// A way in which other connections were reset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Abort {
    reset: Reset,
    cause: Option<Cause>,
    by: Side,
}

/// How often something happened.
#[derive(Clone, Debug)]
struct Group<T> {
    what: T,
    count: u32,
    /// By server.
    places: HashMap<(Address, u16), Occurrence>,
}

/// How often something happened with one server, and where first.
#[derive(Clone, Copy, Debug)]
struct Occurrence {
    count: u32,
    first: Spot,
}

impl<T> Group<T> {
    /// The server where it happened most often; of equals the first.
    fn mostly(&self) -> Option<(Address, u16, Occurrence)> {
        let most =
            self.places.iter().max_by_key(|(_, occurrence)| (occurrence.count, Reverse(occurrence.first.stream)));
        most.map(|(&(address, port), &occurrence)| (address, port, occurrence))
    }
}

/// Adds one to the group of `what`. There are few groups: each is a combination of words.
fn add<T: PartialEq>(groups: &mut Vec<Group<T>>, what: T, server: (Address, u16), first: Spot) {
    let at = groups.iter().position(|group| group.what == what).unwrap_or(groups.len());
    if at == groups.len() {
        groups.push(Group { what, count: 0, places: HashMap::new() });
    }
    if let Some(group) = groups.get_mut(at) {
        group.count = group.count.saturating_add(1);
        let occurrence = group.places.entry(server).or_insert(Occurrence { count: 0, first });
        occurrence.count = occurrence.count.saturating_add(1);
    }
}

/// A handshake and the time that it took.
#[derive(Clone, Copy, Debug)]
struct Slow {
    ns: u64,
    client: (Address, u16),
    server: (Address, u16),
    /// The segment that completed it.
    spot: Spot,
}

/// What there is to say of a set of connections.
#[derive(Debug, Default)]
pub struct Report {
    connections: u32,
    segments: u64,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    outcomes: Vec<(HandshakeOutcome, u32)>,
    teardowns: Vec<(TeardownKind, u32)>,
    /// Those where a handshake failed, most failures first.
    servers: Vec<Server>,
    /// How many servers there are.
    server_count: usize,
    faults: Vec<Group<Fault>>,
    aborts: Vec<Group<Abort>>,
    /// The slowest first.
    slowest: Vec<Slow>,
}

/// A report that is being made, connection by connection.
#[derive(Debug)]
pub struct Reporter {
    report: Report,
    counter: Counter,
}

impl Default for Reporter {
    fn default() -> Self {
        let report = Report {
            outcomes: outcomes().map(|outcome| (outcome, 0)).collect(),
            teardowns: teardowns().map(|kind| (kind, 0)).collect(),
            ..Report::default()
        };
        Reporter { report, counter: Counter::default() }
    }
}

impl Reporter {
    /// Takes a connection in, as it is by now.
    pub fn add(&mut self, connection: &ConnectionView) {
        self.counter.add(connection);
        self.report.add(connection);
    }

    /// The report on all that were taken in.
    #[must_use]
    pub fn finish(self) -> Report {
        let Reporter { mut report, counter } = self;
        report.servers = counter.finish();
        report.server_count = report.servers.len();
        report.servers.retain(|server| server.failures() > 0);
        report.servers.truncate(JSON_ROWS);
        sort(&mut report.faults);
        sort(&mut report.aborts);
        report
    }
}

impl Report {
    /// The report on these connections, as they are by now.
    #[must_use]
    pub fn of<'a>(connections: impl IntoIterator<Item = ConnectionView<'a>>) -> Report {
        let mut reporter = Reporter::default();
        for connection in connections {
            reporter.add(&connection);
        }
        reporter.finish()
    }

    fn add(&mut self, connection: &ConnectionView) {
        self.connections = self.connections.saturating_add(1);
        let packets = |side| u64::from(connection.packets(side));
        self.segments = self.segments.saturating_add(packets(Side::Client)).saturating_add(packets(Side::Server));
        self.add_times(connection);
        let (outcome, teardown) = (connection.outcome(), connection.teardown());
        count(&mut self.outcomes, outcome);
        count(&mut self.teardowns, teardown);
        let (ender, server) = (connection.ender(), connection.endpoint(Side::Server));
        if Failure::of(outcome).is_some() {
            let by_reset = matches!(outcome, HandshakeOutcome::Refused | HandshakeOutcome::Reset);
            let ender = ender.filter(|_| by_reset);
            let icmp = connection.icmp().filter(|_| outcome == HandshakeOutcome::Unreachable);
            let fault = Fault {
                outcome,
                icmp: icmp.map(|(kind, _)| kind),
                cause: ender.and_then(|ender| ender.detail.cause),
                by: ender.map(|ender| ender.by),
            };
            add(&mut self.faults, fault, server, Spot::of(connection));
        } else if let Some(ender) = ender {
            let abort = Abort { reset: ender.reset, cause: ender.detail.cause, by: ender.by };
            add(&mut self.aborts, abort, server, Spot { stream: connection.stream, frame: ender.frame });
        }
        self.add_handshake(connection);
    }

    fn add_times(&mut self, connection: &ConnectionView) {
        let Some(start) = connection.start() else { return };
        let duration = connection.duration_ns().and_then(|ns| i64::try_from(ns).ok()).unwrap_or(0);
        let end = Timestamp(start.0.saturating_add(duration));
        self.start = Some(self.start.map_or(start, |earliest| earliest.min(start)));
        self.end = Some(self.end.map_or(end, |latest| latest.max(end)));
    }

    fn add_handshake(&mut self, connection: &ConnectionView) {
        let Some(ns) = connection.handshake_ns() else { return };
        let at = self.slowest.partition_point(|slow| slow.ns >= ns);
        if at >= JSON_ROWS {
            return;
        }
        let [.., frame] = connection.handshake_frames();
        let slow = Slow {
            ns,
            client: connection.endpoint(Side::Client),
            server: connection.endpoint(Side::Server),
            spot: Spot { stream: connection.stream, frame },
        };
        self.slowest.insert(at, slow);
        self.slowest.truncate(JSON_ROWS);
    }

    /// Nanoseconds from the first segment to the last.
    fn duration_ns(&self) -> Option<u64> {
        self.end?.since(self.start?)
    }

    /// As text: one screen.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        layout::text(self, language)
    }

    /// As one object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let faults = self.faults.iter().take(JSON_ROWS).map(|group| {
            let Fault { outcome, icmp, cause, by } = group.what;
            let what = json!({
                "handshake_outcome": outcome.name(),
                "conn_icmp": icmp.map(IcmpKind::name),
                "reset_cause": cause.map(Cause::name),
                "reset_by": by.map(Side::name),
            });
            self.of_group(what, group)
        });
        let aborts = self.aborts.iter().take(JSON_ROWS).map(|group| {
            let Abort { reset, cause, by } = group.what;
            let what = json!({
                "reset": reset.name(),
                "reset_cause": cause.map(Cause::name),
                "reset_by": by.name(),
            });
            self.of_group(what, group)
        });
        let slowest = self.slowest.iter().take(JSON_ROWS).map(|slow| {
            json!({
                "handshake_time": seconds(slow.ns),
                "client_ip": ip(slow.client.0),
                "client_port": slow.client.1,
                "server_ip": ip(slow.server.0),
                "server_port": slow.server.1,
                "stream": slow.spot.stream,
                "frame": slow.spot.frame,
            })
        });
        json!({
            "connections": self.connections,
            "segments": self.segments,
            "servers": self.server_count,
            "start": self.start.and_then(rfc_3339),
            "duration": self.duration_ns().map(seconds),
            "handshake_outcome": by_word(self.outcomes.iter().map(|(outcome, count)| (outcome.name(), *count))),
            "teardown_kind": by_word(self.teardowns.iter().map(|(kind, count)| (kind.name(), *count))),
            "failing_servers": self.servers.iter().take(JSON_ROWS).map(of_server).collect::<Vec<_>>(),
            "failure_causes": faults.collect::<Vec<_>>(),
            "reset_causes": aborts.collect::<Vec<_>>(),
            "slowest_handshakes": slowest.collect::<Vec<_>>(),
        })
    }

    /// `what`, how often it happened, and where.
    fn of_group<T>(&self, mut what: Value, group: &Group<T>) -> Value {
        let mostly = group.mostly();
        let (first, count) =
            (mostly.map(|(.., occurrence)| occurrence.first), mostly.map(|(.., occurrence)| occurrence.count));
        let Value::Object(more) = json!({
            "connections": group.count,
            "rate": self.rate(group.count),
            "server_ip": mostly.map_or(Value::Null, |(address, ..)| ip(address)),
            "server_port": mostly.map(|(_, port, _)| port),
            "server_connections": count,
            "stream": first.map(|spot| spot.stream),
            "frame": first.map(|spot| spot.frame),
        }) else {
            return what;
        };
        if let Value::Object(what) = &mut what {
            what.extend(more);
        }
        what
    }

    /// The share of all connections that `count` is: 0 to 1.
    fn rate(&self, count: u32) -> Option<f64> {
        share(count, self.connections)
    }
}

/// Adds one to the count of `one`.
fn count<T: PartialEq>(counts: &mut [(T, u32)], one: T) {
    if let Some((_, count)) = counts.iter_mut().find(|(other, _)| *other == one) {
        *count = count.saturating_add(1);
    }
}

/// Most first; of equals, what happened first.
fn sort<T>(groups: &mut [Group<T>]) {
    groups.sort_by_key(|group| Reverse(group.count));
}

/// The share that `part` is of `whole`, to four decimals; none of nothing.
fn share(part: u32, whole: u32) -> Option<f64> {
    let share = f64::from(part) / f64::from(whole);
    (whole > 0).then_some((share * 10_000.0).round() / 10_000.0)
}

fn by_word(counts: impl Iterator<Item = (&'static str, u32)>) -> Value {
    Value::Object(counts.map(|(word, count)| (word.to_string(), json!(count))).collect::<Map<_, _>>())
}

fn of_server(server: &Server) -> Value {
    let mut object = server.counts();
    object.extend([
        ("rate".to_string(), json!(share(server.failures(), server.connections))),
        ("synack_rtt_mean".to_string(), json!(server.round_trips.map(|trips| seconds(trips.mean_ns())))),
        ("stream".to_string(), json!(server.first_failure.map(|spot| spot.stream))),
        ("frame".to_string(), json!(server.first_failure.map(|spot| spot.frame))),
    ]);
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{CLOSED, Sample};
    use super::*;

    #[test]
    fn where_to_look() {
        let sample = Sample::of_all_sorts();
        let report = Report::of(sample.connections()).to_json();
        let at = |pointer: &str| report.pointer(pointer).unwrap().clone();
        assert_eq!((at("/connections"), at("/segments"), at("/servers")), (json!(5), json!(17), json!(3)));
        assert_eq!((at("/start"), at("/duration")), (json!("2026-01-02T03:04:05.000000006Z"), json!(0.16)));
        assert_eq!((at("/handshake_outcome/refused"), at("/handshake_outcome/half-open")), (json!(2), json!(0)));
        assert_eq!(at("/failing_servers/0/server_ip"), json!(CLOSED));
        assert_eq!((at("/failing_servers/0/rate"), at("/failing_servers/0/frame")), (json!(1.0), json!(8)));
        let first = json!({ "handshake_outcome": "refused", "conn_icmp": null, "reset_cause": "refuses-syn",
            "reset_by": "server", "connections": 2, "rate": 0.4, "server_ip": CLOSED, "server_port": 80,
            "server_connections": 2, "stream": 1, "frame": 8 });
        assert_eq!(at("/failure_causes/0"), first);
        assert_eq!(at("/failure_causes/1/handshake_outcome"), json!("no-answer"));
        assert_eq!((at("/reset_causes/0/reset"), at("/reset_causes/0/frame")), (json!("abort"), json!(17)));
        assert_eq!(at("/slowest_handshakes/0/handshake_time"), json!(0.02));
        assert_eq!(at("/slowest_handshakes/0/frame"), json!(3), "where equal, the first");
    }

    #[test]
    fn one_screen_in_both_languages() {
        let mut sample = Sample::of_all_sorts();
        for host in 1..100 {
            sample.is_refused(&format!("10.1.0.{host}"));
        }
        let report = Report::of(sample.connections());
        for (language, heading) in
            [(Language::English, "Servers that fail most"), (Language::Chinese, "失败最多的服务器")]
        {
            let text = report.text(language);
            assert!(text.contains(heading) && text.contains("refused: refuses-syn"), "{text}");
            assert!(text.lines().count() < 50, "{text}");
            assert!(text.lines().all(|line| line.trim_end() == line));
        }
        let json = report.to_json();
        assert_eq!(json["failing_servers"].as_array().unwrap().len(), JSON_ROWS);
        assert_eq!(json["connections"], 104);
        assert!(json.to_string().len() < 8192);
    }
}
