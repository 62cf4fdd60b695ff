//! One connection played from lines, for the tests of texts and sentences.

use std::net::{IpAddr, Ipv4Addr};

use crate::capture::{Event, Options, Path, SegmentId, Tracker};
use crate::segment::icmp::{IcmpError, IcmpKind};
use crate::segment::{Flags, Network, Segment, Seq, Timestamp};
use crate::view::{ConnectionView, IcmpView, Pass, SegmentView};

const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const SERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));
const ROUTER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// A connection from 10.0.0.1:50000 to 10.0.0.2:443 that was played; line i is frame i, counted from 1.
pub struct Script {
    tracker: Tracker,
    segments: Vec<(Path, Segment)>,
}

impl Script {
    /// A line: milliseconds, `>` for the client's, letters of the flags (`S A F R P`), Seq, Ack, payload; then `ttl=n` or
    /// `id=n`. Or `icmp`, milliseconds and the kind, about the client's first segment.
    #[track_caller]
    pub fn play(lines: &str) -> Script {
        let mut script = Script { tracker: Tracker::new(Options::default()), segments: Vec::new() };
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let id = SegmentId { frame: u32::try_from(script.segments.len() + 1).unwrap(), layer: 0 };
            if words[0] == "icmp" {
                script.observe_icmp_error(id, words[1]);
                continue;
            }
            let (path, segment) = read(&words);
            script.tracker.observe(id, Event::Segment { stream: 0, path: &path, segment: &segment }).unwrap();
            script.segments.push((path, segment));
        }
        script
    }

    fn observe_icmp_error(&mut self, id: SegmentId, kind: &str) {
        let kind = match kind {
            "host" => IcmpKind::HostUnreachable,
            "filter" => IcmpKind::Prohibited,
            _ => IcmpKind::FragmentationNeeded,
        };
        let seq = self.segments[0].1.seq;
        let error =
            IcmpError { kind, source: CLIENT, destination: SERVER, source_port: 50_000, destination_port: 443, seq };
        assert!(self.tracker.observe(id, Event::IcmpError { from: Some(ROUTER), error: &error }).is_ok());
        self.segments.push((Path { source: None, destination: None }, Segment::default()));
    }

    /// The segment in a frame, in a final pass.
    #[track_caller]
    pub fn segment(&self, frame: u32) -> SegmentView<'_> {
        let (path, segment) = &self.segments[frame as usize - 1];
        self.tracker.segment(SegmentId { frame, layer: 0 }, *path, segment, Pass::Final).unwrap()
    }

    /// The ICMP error in a frame.
    #[track_caller]
    pub fn icmp(&self, frame: u32) -> IcmpView<'_> {
        self.tracker.icmp(SegmentId { frame, layer: 0 }, Pass::Final).unwrap()
    }

    pub fn connection(&self) -> ConnectionView<'_> {
        self.tracker.connection(0, Pass::Final).unwrap()
    }
}

fn read(words: &[&str]) -> (Path, Segment) {
    let number = |at: usize| words.get(at).map_or(0, |word| word.parse::<u32>().unwrap());
    let is_clients = words[1] == ">";
    let flags = words[2].chars().fold(Flags::default(), |flags, letter| {
        flags.with(match letter {
            'S' => Flags::SYN,
            'A' => Flags::ACK,
            'F' => Flags::FIN,
            'R' => Flags::RST,
            _ => Flags::PSH,
        })
    });
    let mut network = Network { identification: None, hops: Some(64) };
    let options = words.iter().filter_map(|word| word.split_once('='));
    for (name, value) in options {
        match name {
            "ttl" => network.hops = Some(value.parse().unwrap()),
            _ => network.identification = Some(value.parse().unwrap()),
        }
    }
    let plain: Vec<&str> = words.iter().copied().filter(|word| !word.contains('=')).collect();
    let (source, destination) = if is_clients { (CLIENT, SERVER) } else { (SERVER, CLIENT) };
    let (source_port, destination_port) = if is_clients { (50_000, 443) } else { (443, 50_000) };
    let milliseconds: i64 = words[0].parse().unwrap();
    let segment = Segment {
        seq: Seq(number(3)),
        ack: Seq(number(4)),
        flags,
        window: 65_000,
        payload_len: plain.get(5).map_or(0, |word| word.parse().unwrap()),
        source_port,
        destination_port,
        at: Some(Timestamp(milliseconds * 1_000_000)),
        network,
        ..Segment::default()
    };
    (Path { source: Some(source), destination: Some(destination) }, segment)
}
