//! A small capture for the tests of the words: servers that take connections, refuse them, and do not answer.

use std::net::IpAddr;

use crate::capture::{Event, Options, Path, SegmentId, Tracker};
use crate::segment::{Flags, Offers, Segment, Seq, SynOptions, Timestamp};
use crate::view::{ConnectionView, Pass};

const SYN: Flags = Flags::SYN;
const ACK: Flags = Flags::ACK;
const SYN_ACK: Flags = Flags(Flags::SYN.0 | Flags::ACK.0);
const FIN_ACK: Flags = Flags(Flags::FIN.0 | Flags::ACK.0);
const RST_ACK: Flags = Flags(Flags::RST.0 | Flags::ACK.0);

/// Where connections in the sample go.
pub const GOOD: &str = "10.0.0.2";
pub const CLOSED: &str = "10.0.0.3";
pub const SILENT: &str = "2001:db8::4";

/// A capture to which connections are added, one after the other, a segment every ten milliseconds.
pub struct Sample {
    pub tracker: Tracker,
    frame: u32,
    stream: u32,
}

impl Sample {
    pub fn new() -> Sample {
        Sample { tracker: Tracker::new(Options::default()), frame: 0, stream: 0 }
    }

    /// One that has a connection of each sort: streams 0 to 4, frames 1 to 17.
    pub fn of_all_sorts() -> Sample {
        let mut sample = Sample::new();
        sample.closes(GOOD);
        sample.is_refused(CLOSED);
        sample.is_refused(CLOSED);
        sample.is_not_answered(SILENT);
        sample.is_aborted(GOOD);
        sample
    }

    /// All connections.
    pub fn connections(&self) -> Vec<ConnectionView<'_>> {
        self.tracker.streams().filter_map(|stream| self.tracker.connection(stream, Pass::Final)).collect()
    }

    /// Adds a segment; `> ` goes to the server's port 80.
    fn add(&mut self, server: &str, is_to_server: bool, flags: Flags, seq: u32, ack: u32) {
        let server: IpAddr = server.parse().unwrap();
        let client: IpAddr = if server.is_ipv4() { "10.0.0.1" } else { "2001:db8::1" }.parse().unwrap();
        let client_port = u16::try_from(40_000 + self.stream).unwrap();
        let at = Timestamp::from_parts(1_767_323_045, 6 + 10_000_000 * i32::try_from(self.frame).unwrap());
        self.frame += 1;
        let options = if flags.has(Flags::SYN) {
            SynOptions { mss: Some(1460), window_scale: Some(7), offers: Offers::SACK, ..SynOptions::default() }
        } else {
            SynOptions::default()
        };
        let mut segment =
            Segment { seq: Seq(seq), ack: Seq(ack), flags, window: 65_000, at, options, ..Segment::default() };
        let (source, destination);
        (source, destination, segment.source_port, segment.destination_port) =
            if is_to_server { (client, server, client_port, 80) } else { (server, client, 80, client_port) };
        let path = Path { source: Some(source), destination: Some(destination) };
        let id = SegmentId { frame: self.frame, layer: 0 };
        self.tracker.observe(id, Event::Segment { stream: self.stream, path: &path, segment: &segment }).unwrap();
    }

    fn opens(&mut self, server: &str) {
        self.add(server, true, SYN, 100, 0);
        self.add(server, false, SYN_ACK, 300, 101);
        self.add(server, true, ACK, 101, 301);
    }

    fn closes(&mut self, server: &str) {
        self.opens(server);
        self.add(server, true, FIN_ACK, 101, 301);
        self.add(server, false, FIN_ACK, 301, 102);
        self.add(server, true, ACK, 102, 302);
        self.stream += 1;
    }

    pub fn is_refused(&mut self, server: &str) {
        self.add(server, true, SYN, 100, 0);
        self.add(server, false, RST_ACK, 0, 101);
        self.stream += 1;
    }

    fn is_not_answered(&mut self, server: &str) {
        self.add(server, true, SYN, 100, 0);
        self.add(server, true, SYN, 100, 0);
        self.add(server, true, SYN, 100, 0);
        self.stream += 1;
    }

    fn is_aborted(&mut self, server: &str) {
        self.opens(server);
        self.add(server, false, RST_ACK, 301, 101);
        self.stream += 1;
    }
}
