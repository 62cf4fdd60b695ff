//! Observers: where they stand, what passes them, and what synfin says there, by way of header parsing and tracker.

use std::net::IpAddr;

use synfin_core::capture::{Event, Options, Path, SegmentId, Tracker};
use synfin_core::connection::{Connection, Pass, State};
use synfin_core::segment::{Both, End, Network, Side, Timestamp, header};

use super::history::{Emission, History, TickEvent};
use super::host::address;

/// Where an observer stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tap {
    /// In front of either receiver: what it sees has been delivered, in order of arrival. The core's assumption.
    Arrival,
    /// On the host itself: it sees what the host sends, before the link, and what arrives there.
    At(Side),
}

impl Tap {
    pub const ALL: [Tap; 3] = [Tap::Arrival, Tap::At(Side::Client), Tap::At(Side::Server)];

    pub const fn name(self) -> &'static str {
        match self {
            Tap::Arrival => "on arrival",
            Tap::At(Side::Client) => "at the client",
            Tap::At(Side::Server) => "at the server",
        }
    }

    /// Whether it sees what this host sends before the link does anything to it.
    pub fn is_before_link_of(self, sender: Side) -> bool {
        self == Tap::At(sender)
    }

    /// The emission that passes it at this moment.
    fn passes(self, history: &History, happened: TickEvent) -> Option<usize> {
        let (index, is_sent) = match happened {
            TickEvent::Sent(index) => (index, true),
            TickEvent::Arrived(index) => (index, false),
            TickEvent::Ended => return None,
        };
        (self.is_before_link_of(history.emissions[index].side) == is_sent).then_some(index)
    }
}

/// What synfin says of a whole connection at its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Whole {
    pub outcome: &'static str,
    /// None where nobody answered.
    pub kind: Option<&'static str>,
    pub teardown: &'static str,
    /// The host that closed, or reset, first. In a truth none also where both think that it was they.
    pub closer: Option<Side>,
    pub half_close_bytes: Option<u64>,
}

impl Whole {
    /// What synfin says of a connection whose client end is known by address.
    pub fn of(connection: &Connection) -> Whole {
        let host = |side: Side| if connection.end(Side::Client) == End::Low { side } else { side.peer() };
        Whole {
            outcome: connection.handshake_outcome(Pass::Final).name(),
            kind: connection.handshake_kind().map(|kind| kind.name()),
            teardown: connection.teardown_kind(Pass::Final).name(),
            closer: connection.closer(Pass::Final).map(host),
            half_close_bytes: connection.half_close_bytes(),
        }
    }

    /// Whether it opened as the truth is.
    pub fn opened_as(&self, truth: &Whole) -> bool {
        (self.outcome, self.kind) == (truth.outcome, truth.kind)
    }

    /// Whether it closed as the truth is, and by whom, where the sockets know that.
    pub fn closed_as(&self, truth: &Whole) -> bool {
        self.teardown == truth.teardown && (truth.closer.is_none() || self.closer == truth.closer)
    }
}

/// What was said of a connection.
pub struct Account {
    /// The states of the two hosts after each of the history's moments; none before the first segment passed.
    pub states: Vec<Option<Both<State>>>,
    pub whole: Option<Whole>,
    /// How many segments passed.
    pub segments: usize,
}

/// synfin at one tap, over any number of connections.
pub struct Observer {
    tap: Tap,
    tracker: Tracker,
    frame: u32,
    stream: u32,
}

fn path(sender: Side) -> Path {
    let ip = |side| Some(IpAddr::from(address(side)));
    Path { source: ip(sender), destination: ip(sender.peer()) }
}

impl Observer {
    pub fn new(tap: Tap) -> Observer {
        Observer { tap, tracker: Tracker::new(Options::default()), frame: 0, stream: 0 }
    }

    /// Lets the connection pass, from its real bytes.
    pub fn watch(&mut self, history: &History) -> Account {
        let mut said = Account { states: Vec::with_capacity(history.moments.len()), whole: None, segments: 0 };
        let mut last = None;
        for moment in &history.moments {
            if let Some(index) = self.tap.passes(history, moment.happened) {
                let emission = &history.emissions[index];
                self.frame += 1;
                said.segments += 1;
                let id = SegmentId { frame: self.frame, layer: 0 };
                last = Some(self.take(id, emission, moment.at));
                said.whole = Some(self.whole());
            }
            said.states.push(last);
        }
        self.stream += 1;
        said
    }

    fn take(&mut self, id: SegmentId, emission: &Emission, at: i64) -> Both<State> {
        let tcp = &emission.bytes[usize::from(emission.bytes[0] & 15) * 4..];
        let len = u32::try_from(tcp.len()).expect("a packet is short");
        let mut segment = header::parse(tcp, len, Some(Timestamp(at * 1000))).expect("a whole header");
        segment.network = network(&emission.bytes);
        let path = path(emission.side);
        self.tracker
            .observe(id, Event::Segment { stream: self.stream, path: &path, segment: &segment })
            .expect("there is room");
        let shown = self.tracker.segment(id, path, &segment, Pass::First).expect("it was just taken in");
        let mut states = shown.verdict.states;
        if shown.connection.end(Side::Client) != End::Low {
            states.swap();
        }
        states
    }

    fn whole(&self) -> Whole {
        Whole::of(&self.tracker.connection(self.stream, Pass::Final).expect("it was taken in"))
    }
}

/// Identification and hop count of an IPv4 packet. smoltcp leaves the first at 0, as Linux does with some.
fn network(packet: &[u8]) -> Network {
    let identification = u16::from_be_bytes([packet[4], packet[5]]);
    Network { identification: (identification != 0).then_some(identification), hops: Some(packet[8]) }
}
