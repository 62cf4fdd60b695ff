//! The stream of each segment, where two endpoints open, close, reset and repeat in any order, is the one that tshark says:
//! whichever tshark SYNFIN_TSHARK names.
#![allow(missing_docs)]

mod frames;
mod tshark;

use std::collections::BTreeMap;
use std::io;

use fastrand::Rng;
use frames::{TCP, V4, ethernet, join, pcap, v4_between};
use synfin_cli::capture::{Capture, Options, Sink};
use synfin_cli::input::Source;
use synfin_core::view::{ConnectionView, SegmentView};

/// Endpoints are two hosts and one of so many ports.
const PORTS: u16 = 60;
const FRAMES: usize = 3_000;
const ICMP: u8 = 1;

/// An IPv4 packet with a TCP header, of few numbers: most of them come again.
fn segment(random: &mut Rng) -> Vec<u8> {
    let ports = [1000 + random.u16(..PORTS), 80].map(u16::to_be_bytes);
    let is_answer = random.bool();
    let number = |random: &mut Rng| random.choice([100_u32, 101, 200, u32::MAX]).expect("one").to_be_bytes();
    let flags = random.choice([0x02, 0x02, 0x12, 0x12, 0x10, 0x11, 0x01, 0x04, 0x14]).expect("one");
    let [from, to] = if is_answer { [ports[1], ports[0]] } else { ports };
    let tcp = join(&[&from, &to, &number(random), &number(random), &[0x50, flags, 0x10, 0, 0, 0, 0, 0]]);
    let (client, server) = ([10, 9, 0, 1], [10, 9, 0, 2]);
    let (from, to) = if is_answer { (server, client) } else { (client, server) };
    v4_between(from, to, TCP, 0x4000, &tcp)
}

/// A frame with one, or with an ICMP error that quotes one.
fn frame(random: &mut Rng) -> Vec<u8> {
    let packet = segment(random);
    if random.u8(..8) > 0 {
        return ethernet(V4, &packet);
    }
    let error = join(&[&[3, 1, 0, 0, 0, 0, 0, 0], &packet]);
    ethernet(V4, &v4_between([10, 9, 0, 9], [10, 9, 0, 1], ICMP, 0x4000, &error))
}

/// The stream of each segment, by frame.
#[derive(Default)]
struct Streams(BTreeMap<u32, u32>);

impl Sink for Streams {
    const WANTS_SEGMENTS: bool = true;

    fn connection(&mut self, _connection: &ConnectionView) -> io::Result<()> {
        Ok(())
    }

    fn segment(&mut self, segment: &SegmentView) -> io::Result<()> {
        self.0.insert(segment.frame, segment.connection.stream);
        Ok(())
    }
}

#[test]
fn any_order() {
    let series = tshark::series();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("any_order.pcap");
    let mut random = Rng::with_seed(4);
    let frames: Vec<Vec<u8>> = (0..FRAMES).map(|_| frame(&mut random)).collect();
    std::fs::write(&file, pcap(1, &frames)).expect("room");

    let mut capture = Capture::new(Options { series, limits: None, ..Options::default() });
    let mut ours = Streams::default();
    let end = capture.read(&mut Source::of(&file).frames().expect("a capture"), &mut ours, |_| ());
    end.expect("nothing is written").expect("whole");

    let fields = ["-Y", "tcp && !icmp", "-T", "fields", "-e", "frame.number", "-e", "tcp.stream"];
    let printed = tshark::run(&[&["-r", file.to_str().expect("UTF-8")][..], &fields].concat());
    let number = |text: &str| text.parse::<u32>().expect("a number");
    let theirs: BTreeMap<u32, u32> =
        printed.lines().map(|line| line.split_once('\t').expect("two")).map(|(a, b)| (number(a), number(b))).collect();

    assert!(
        theirs.len() > FRAMES / 2 && theirs.values().max() > Some(&u32::from(PORTS)),
        "hardly a port is used again"
    );
    for (frame, stream) in &theirs {
        assert_eq!(ours.0.get(frame), Some(stream), "Wireshark {series}, frame {frame}");
    }
    assert_eq!(ours.0.len(), theirs.len());
}
